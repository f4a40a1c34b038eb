// From the front end to the keeper.

#include "mlt_internal.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

int mlt_start(const struct mlt_start_request *request, struct mlt_started *started) {
  int control[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) != 0) return errno;
  int scope_socket = -1;
  if (request->scope_name != NULL && request->refusal == 0) scope_socket = mlt_scope_listen(request->scope_name);
  // No signal handler of the front end may run in the keeper or the command. On the main thread the mask is the one this
  // program was started with, and the command's; worker threads of runtimes block everything for reasons of their own.
  sigset_t all, before, mask;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  sigemptyset(&mask);
  if (syscall(SYS_gettid) == getpid()) mask = before;
  pid_t front_end = getpid();
  pid_t keeper = fork();
  int error = errno;
  if (keeper == 0) {
    close(control[0]);
    mlt_keeper_live(request, &mask, control[1], scope_socket, front_end);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(control[1]);
  if (scope_socket >= 0) close(scope_socket);
  if (keeper < 0) {
    close(control[0]);
    return error;
  }
  *started = (struct mlt_started){.keeper = keeper, .control = control[0]};
  return 0;
}

ssize_t mlt_receive(int socket, void *buffer, size_t size) {
  ssize_t count;
  do {
    count = recv(socket, buffer, size, 0);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

int mlt_send(int socket, const struct mlt_message *message, const void *bytes, size_t size) {
  struct iovec parts[2] = {
      {.iov_base = (void *)message, .iov_len = sizeof *message}, {.iov_base = (void *)bytes, .iov_len = size}};
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = size > 0 ? 2 : 1};
  while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}
