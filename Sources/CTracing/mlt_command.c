// The command's process between fork and exec.

#include "mlt_internal.h"

#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NOTIFICATION_LIMIT 512

// What the command's process tells about its filter; the listener comes along.
struct report {
  int32_t error;
  int32_t no_new_privs;
};

int mlt_send_descriptor(int socket, const void *bytes, size_t size, int descriptor) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
  } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

ssize_t mlt_receive_descriptor(int socket, void *bytes, size_t size, int *descriptor) {
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
  } control = {0};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  *descriptor = -1;
  ssize_t count;
  do {
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
      && header->cmsg_len == CMSG_LEN(sizeof(int))) {
    memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  }
  return count;
}

// Gives every signal with a handler its default again; ignored ones stay ignored, as exec leaves them.
static void reset_handlers(void) {
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) continue;
    if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
    action = (struct sigaction){.sa_handler = SIG_DFL};
    sigaction(number, &action, NULL);
  }
}

static void become_command(const struct mlt_start_request *request, const sigset_t *mask, bool follow, int line)
    __attribute__((noreturn));

static void become_command(const struct mlt_start_request *request, const sigset_t *mask, bool follow, int line) {
  reset_handlers();
  if (follow) {
    bool no_new_privs = false;
    int listener = mlt_filter_install(&no_new_privs);
    struct report report = {.error = listener < 0 ? -listener : 0, .no_new_privs = no_new_privs};
    if (mlt_send_descriptor(line, &report, sizeof report, listener) != 0 || listener < 0) _exit(127);
    close(listener);
  }
  char go;
  ssize_t count;
  do {
    count = read(line, &go, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) _exit(127);
  sigprocmask(SIG_SETMASK, mask, NULL);
  environ = (char **)request->environment;
  if (request->directory == NULL || chdir(request->directory) == 0) {
    execvp(request->arguments[0], (char *const *)request->arguments);
  }
  int32_t error = errno;
  (void)!send(line, &error, sizeof error, MSG_NOSIGNAL);
  _exit(127);
}

static void discard(pid_t pid, int line) {
  close(line);
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
  }
}

// Whether notifications fit our buffers, and the command's memory can be read (Yama, LSMs): asked before it starts, for
// once a filter stands its calls must be answered until its last descendant has ended.
static int obstacle(pid_t pid) {
  struct seccomp_notif_sizes sizes = {0};
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return errno;
  if (sizes.seccomp_notif > NOTIFICATION_LIMIT || sizes.seccomp_notif_resp > NOTIFICATION_LIMIT) return E2BIG;
  static const char probe[] = "mlt";
  char bytes[sizeof probe];
  return mlt_read_memory(pid, (uint64_t)(uintptr_t)probe, bytes, sizeof bytes);
}

int mlt_command_fork(
    const struct mlt_start_request *request, const sigset_t *mask, bool follow, struct mlt_command *command) {
  int line[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) != 0) return errno;
  pid_t pid = fork();
  if (pid < 0) {
    int error = errno;
    close(line[0]);
    close(line[1]);
    return error;
  }
  if (pid == 0) {
    close(line[0]);
    become_command(request, mask, follow, line[1]);
  }
  close(line[1]);
  *command = (struct mlt_command){.pid = pid, .line = line[0], .listener = -1};
  if (!follow) return 0;
  struct report report = {0};
  ssize_t count = mlt_receive_descriptor(line[0], &report, sizeof report, &command->listener);
  int error = count == sizeof report ? report.error : EPROTO;
  if (error == 0 && command->listener < 0) error = EPROTO;
  if (error == 0) error = obstacle(pid);
  if (error == 0) {
    command->no_new_privs = report.no_new_privs != 0;
    return 0;
  }
  discard(pid, line[0]);
  if (command->listener >= 0) close(command->listener);
  return error;
}
