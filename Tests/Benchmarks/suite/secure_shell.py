"""A server of ssh's on this machine's loopback, for remotes that are reached through one."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class Server:
    """Runs until it is stopped; it is nobody's child here, since the costs of all children are waited for."""

    host = "127.0.0.1"

    def __init__(self):
        self.is_running = False
        self.reason = ""
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mlt-benchmarks-ssh-"))
        self.key = self.folder / "user"
        self.client = self.folder / "client"
        program = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None:
            self.reason = "openssh-server isn't installed; --peers installs it"
            return
        with socket.socket() as free:
            free.bind((self.host, 0))
            self.port = free.getsockname()[1]
        self.url = f"ssh://{self.user}@{self.host}:{self.port}"
        self._configure()
        begun = subprocess.run(
            [program, "-f", self.folder / "server.conf"], stdin=subprocess.DEVNULL, capture_output=True)
        if begun.returncode != 0 or not self._answers():
            self.reason = "no server of ssh's could be started: " + begun.stderr.decode(errors="replace").strip()
            return
        self.is_running = True

    def _configure(self):
        for name in ["host", "user"]:
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True,
                stdin=subprocess.DEVNULL)
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        (self.folder / "server.conf").write_text(
            f"ListenAddress {self.host}\nPort {self.port}\nHostKey {self.folder}/host\n"
            f"AuthorizedKeysFile {self.folder}/user.pub\nPidFile {self.folder}/pid\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nMaxStartups 100\n"
            "Subsystem sftp internal-sftp\n")
        key = (self.folder / "host.pub").read_text().split()[:2]
        (self.folder / "known").write_text(f"[{self.host}]:{self.port} {' '.join(key)}\n")
        (self.folder / "client.conf").write_text(
            f"Port {self.port}\nIdentityFile {self.key}\nIdentitiesOnly yes\nUserKnownHostsFile {self.folder}/known\n"
            "GlobalKnownHostsFile none\nStrictHostKeyChecking yes\nBatchMode yes\nLogLevel ERROR\n")
        self.client.write_text(f'#!/bin/sh\nexec ssh -F "{self.folder}/client.conf" "$@"\n')
        self.client.chmod(0o755)

    def _answers(self):
        for _ in range(50):
            done = subprocess.run(
                [self.client, self.host, "true"], stdin=subprocess.DEVNULL, capture_output=True)
            if done.returncode == 0:
                return True
            time.sleep(0.1)
        return False

    def stop(self):
        try:
            os.kill(int((self.folder / "pid").read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            pass  # it never ran
        shutil.rmtree(self.folder, ignore_errors=True)
