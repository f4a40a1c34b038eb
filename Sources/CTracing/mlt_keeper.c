// The keeper: the process between the front end and the command. It answers every trapped call of the command and of all
// its descendants until the last has ended, for a call without an answer fails with ENOSYS.

#include "mlt_internal.h"

#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NOTIFICATION_LIMIT 512

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

static struct mlt_keeper keeper_memory;  // each keeper is a process of its own

void mlt_watch(struct mlt_keeper *keeper, int descriptor, enum mlt_source source, unsigned slot) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)source << 32 | slot};
  epoll_ctl(keeper->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

// MARK: Notifications

bool mlt_notification_is_valid(struct mlt_keeper *keeper, uint64_t id) {
  return ioctl(keeper->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void mlt_notification_answer(struct mlt_keeper *keeper, uint64_t id, enum mlt_verdict verdict) {
  if (keeper->listener < 0) return;
  union {
    struct seccomp_notif_resp response;
    char room[NOTIFICATION_LIMIT];
  } answer = {.response = {.id = id}};
  if (verdict == MLT_REFUSE) {
    answer.response.error = -ENOSYS;
  } else {
    answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  }
  // Fails with ENOENT when the process died meanwhile: then nobody waits.
  (void)!ioctl(keeper->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

// Nobody is left to be followed, or to wait for an answer.
static void close_listener(struct mlt_keeper *keeper) {
  if (keeper->listener < 0) return;
  close(keeper->listener);
  keeper->listener = -1;
  for (int index = 0; index < MLT_BARRIER_SLOTS; index++) keeper->barriers[index].is_used = false;
  keeper->waiting = 0;
}

static void serve_notification(struct mlt_keeper *keeper, uint32_t events) {
  if ((events & EPOLLIN) == 0) {
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) close_listener(keeper);
    return;
  }
  static union {
    struct seccomp_notif notification;
    char room[NOTIFICATION_LIMIT];
  } incoming;
  memset(&incoming, 0, sizeof incoming);
  if (ioctl(keeper->listener, SECCOMP_IOCTL_NOTIF_RECV, &incoming) != 0) return;  // it died, or was interrupted
  enum mlt_verdict verdict = mlt_event_note(keeper, &incoming.notification);
  if (verdict != MLT_WAIT) mlt_notification_answer(keeper, incoming.notification.id, verdict);
}

// MARK: The front end

static void lose_front_end(struct mlt_keeper *keeper) {
  if (keeper->control < 0) return;
  close(keeper->control);
  keeper->control = -1;
  mlt_barriers_release(keeper);
}

static void tell(struct mlt_keeper *keeper, const struct mlt_message *message) {
  if (keeper->control >= 0 && mlt_send(keeper->control, message, NULL, 0) == EPIPE) lose_front_end(keeper);
}

// Passes a signal on, except one that the command or a descendant sent to its whole process group, which we are in.
static void forward(struct mlt_keeper *keeper, int number, pid_t sender) {
  if (keeper->command_ended || keeper->has_held_end || number <= 0 || number >= NSIG) return;
  if (sender > 0 && mlt_process_descends(sender, keeper->self)) return;
  kill(keeper->command, number);
}

static void take_message(struct mlt_keeper *keeper) {
  struct {
    struct mlt_message message;
    char bytes[64];
  } incoming;
  ssize_t count = recv(keeper->control, &incoming, sizeof incoming, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < (ssize_t)sizeof incoming.message) {
    lose_front_end(keeper);
    return;
  }
  switch (incoming.message.kind) {
    case MLT_MESSAGE_ANSWER:
      mlt_barrier_answer(keeper, &incoming.message, incoming.bytes, (size_t)count - sizeof incoming.message);
      break;
    case MLT_MESSAGE_SIGNAL: forward(keeper, incoming.message.code, incoming.message.value); break;
    case MLT_MESSAGE_DONE:
      if (keeper->command_ended || keeper->is_unstarted) keeper->front_end_done = true;
      lose_front_end(keeper);
      break;
    default: break;
  }
}

// MARK: Children

// Takes the news of the command's exec: the line is closed by success.
static void check_line(struct mlt_keeper *keeper) {
  if (keeper->line < 0) return;
  int32_t error = 0;
  ssize_t count = recv(keeper->line, &error, sizeof error, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  close(keeper->line);
  keeper->line = -1;
  struct mlt_message message = {.kind = MLT_MESSAGE_STARTED, .code = keeper->refusal, .value = keeper->command};
  if (count == sizeof error) {
    keeper->is_unstarted = true;
    message = (struct mlt_message){.kind = MLT_MESSAGE_EXEC_FAILED, .code = error};
  }
  tell(keeper, &message);
}

static uint64_t microseconds(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_usec;
}

static void report_end(struct mlt_keeper *keeper, int status, const struct rusage *usage, bool has_children) {
  struct pollfd listener = {.fd = keeper->listener};
  bool is_watched = keeper->listener >= 0 && !(poll(&listener, 1, 0) == 1 && (listener.revents & POLLHUP) != 0);
  struct mlt_message message = {
      .kind = MLT_MESSAGE_EXITED,
      .value = status,
      .flags = (is_watched || (keeper->refusal != 0 && has_children) ? MLT_EXIT_SURVIVORS : 0)
          | (keeper->is_out_of_time ? MLT_EXIT_OUT_OF_TIME : 0) | (keeper->refusal != 0 ? MLT_EXIT_UNFOLLOWED : 0),
      .user_microseconds = microseconds(usage->ru_utime),
      .system_microseconds = microseconds(usage->ru_stime),
      .maximum_resident_bytes = (uint64_t)usage->ru_maxrss * 1024u,
      .wall_microseconds = (mlt_now() - keeper->started_at) / 1000u,
  };
  uint64_t numbers[5] = {
      (uint64_t)(uint32_t)status, message.user_microseconds, message.system_microseconds,
      message.maximum_resident_bytes, message.wall_microseconds};
  mlt_spool_append(
      &keeper->spool, &(struct mlt_record){
                          .kind = MLT_RECORD_EXITED,
                          .flags = (uint16_t)message.flags,
                          .process = keeper->command,
                          .second = numbers,
                          .second_size = sizeof numbers,
                      });
  mlt_spool_flush(&keeper->spool);
  message.offset = keeper->spool.offset;
  message.dropped = keeper->spool.dropped;
  if (!keeper->is_unstarted) tell(keeper, &message);
}

// Stops the front end as the command is stopped, for the shell to see, and lets it go on. Both signals come from here, so
// that they arrive in the order in which the command's news came.
static void stop_front_end(struct mlt_keeper *keeper, bool must_stop) {
  if (keeper->is_front_end_stopped == must_stop || keeper->control < 0 || getppid() != keeper->front_end) return;
  kill(keeper->front_end, must_stop ? SIGSTOP : SIGCONT);
  keeper->is_front_end_stopped = must_stop;
}

static void reap(struct mlt_keeper *keeper) {
  struct signalfd_siginfo drained;
  while (read(keeper->children, &drained, sizeof drained) > 0) {
  }
  bool has_children = false;
  while (true) {
    int status;
    struct rusage usage;
    pid_t pid = wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
    if (pid < 0 && errno == EINTR) continue;
    has_children = pid == 0;
    if (pid <= 0) break;
    if (pid != keeper->command || keeper->has_held_end) continue;  // an orphan we have inherited
    if (WIFSTOPPED(status)) {
      stop_front_end(keeper, true);
    } else if (WIFCONTINUED(status)) {
      stop_front_end(keeper, false);
    } else {
      keeper->has_held_end = true;
      keeper->held_status = status;
      keeper->held_usage = usage;
    }
  }
  if (!keeper->has_held_end || keeper->command_ended) return;
  check_line(keeper);
  stop_front_end(keeper, false);  // if the command went on and ended at once, only its end is told
  if (mlt_limit_holds_end(keeper, has_children)) return;
  mlt_limit_end(keeper);
  keeper->command_ended = true;
  report_end(keeper, keeper->held_status, &keeper->held_usage, has_children);
}

// MARK: Life

static void retire(struct mlt_keeper *keeper) __attribute__((noreturn));

// Ends the keeper: into the finisher if something is left to record, else without a trace.
static void retire(struct mlt_keeper *keeper) {
  const struct mlt_start_request *request = keeper->request;
  if (keeper->spool.dropped > 0) {
    uint64_t dropped = keeper->spool.dropped;
    mlt_spool_append(
        &keeper->spool,
        &(struct mlt_record){.kind = MLT_RECORD_DROPPED, .second = &dropped, .second_size = sizeof dropped});
  }
  mlt_spool_flush(&keeper->spool);
  bool is_orphaned = !keeper->front_end_done;
  if (!is_orphaned && !keeper->late_change) {
    unlink(request->spool_path);
    _exit(0);
  }
  if (request->finisher == NULL) _exit(0);
  request->finisher[request->finisher_reason_index] = is_orphaned ? "orphaned" : "late";
  for (int number = 1; number < NSIG; number++) {
    sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
  mlt_set_oom_score("0");
  execve(request->finisher[0], request->finisher, (char *const *)request->finisher_environment);
  _exit(1);  // the spool stays, for whoever looks after it
}

static void prepare(struct mlt_keeper *keeper) {
  keeper->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (keeper->control >= 0) {
    int size = 1 << 20;
    setsockopt(keeper->control, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    fcntl(keeper->control, F_SETFL, fcntl(keeper->control, F_GETFL) | O_NONBLOCK);
    mlt_watch(keeper, keeper->control, MLT_SOURCE_CONTROL, 0);
  }
  mlt_watch(keeper, keeper->children, MLT_SOURCE_CHILDREN, 0);
  mlt_watch(keeper, keeper->line, MLT_SOURCE_LINE, 0);
  mlt_limit_begin(keeper);
  if (keeper->listener < 0) return;
  if (keeper->scope_socket >= 0) mlt_watch(keeper, keeper->scope_socket, MLT_SOURCE_SCOPES, 0);
  mlt_watch(keeper, keeper->listener, MLT_SOURCE_LISTENER, 0);
  // Caller and keeper take turns: on one processor that is cheaper (Linux 6.6; else nothing changes).
  (void)!ioctl(keeper->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  ssize_t count = readlink("/proc/self/ns/mnt", keeper->mount_namespace, sizeof keeper->mount_namespace - 1);
  keeper->mount_namespace[count > 0 ? count : 0] = 0;
}

static void serve(struct mlt_keeper *keeper) {
  while (!(keeper->command_ended && keeper->listener < 0 && keeper->control < 0)) {
    struct epoll_event events[16];
    int count = epoll_wait(keeper->epoll, events, 16, -1);
    check_line(keeper);
    for (int index = 0; index < count; index++) {
      unsigned slot = (unsigned)(events[index].data.u64 & 0xFFFFFFFF);
      switch ((enum mlt_source)(events[index].data.u64 >> 32)) {
        case MLT_SOURCE_LISTENER:
          if (keeper->listener >= 0) serve_notification(keeper, events[index].events);
          break;
        case MLT_SOURCE_CONTROL:
          if (keeper->control >= 0) take_message(keeper);
          break;
        case MLT_SOURCE_CHILDREN: reap(keeper); break;
        case MLT_SOURCE_LINE: break;
        case MLT_SOURCE_SCOPES: mlt_scope_accept(keeper); break;
        case MLT_SOURCE_SCOPE_CONNECTION: mlt_scope_message(keeper, slot); break;
        case MLT_SOURCE_SCOPE_RUNNER: mlt_scope_runner_gone(keeper, slot); break;
        case MLT_SOURCE_TIMER:
          mlt_limit_expired(keeper);
          reap(keeper);  // when killing is given up, no child's end brings the news
          break;
      }
    }
  }
}

// Lets the front end prepare for a command that isn't followed; one that is gone has nothing to prepare. Returns the
// message of the last signal that came meanwhile.
static struct mlt_message await_readiness(const struct mlt_keeper *keeper) {
  struct mlt_message message = {.kind = MLT_MESSAGE_REFUSED, .code = keeper->refusal};
  struct mlt_message signal = {0};
  if (mlt_send(keeper->control, &message, NULL, 0) != 0) return signal;
  while (mlt_receive(keeper->control, &message, sizeof message) >= (ssize_t)sizeof message) {
    if (message.kind == MLT_MESSAGE_SIGNAL) signal = message;
    if (message.kind == MLT_MESSAGE_READY) break;
  }
  return signal;
}

static void fail(int control, int error) __attribute__((noreturn));

static void fail(int control, int error) {
  mlt_send(control, &(struct mlt_message){.kind = MLT_MESSAGE_EXEC_FAILED, .code = error, .flags = 1}, NULL, 0);
  _exit(1);
}

void mlt_keeper_live(
    const struct mlt_start_request *request, const sigset_t *mask, int control, int scope_socket, pid_t front_end) {
  struct mlt_keeper *keeper = &keeper_memory;
  keeper->request = request;
  keeper->front_end = front_end;
  keeper->self = getpid();
  keeper->control = control;
  keeper->scope_socket = scope_socket;
  keeper->refusal = request->refusal;
  struct mlt_command command = {.listener = -1};
  bool follow = request->refusal == 0;
  int error = mlt_command_fork(request, mask, follow, &command);
  if (error != 0 && follow) {
    keeper->refusal = error;
    error = mlt_command_fork(request, mask, false, &command);
  }
  if (error != 0) fail(control, error);
  struct mlt_message early = {0};
  if (keeper->refusal > 0) early = await_readiness(keeper);
  keeper->command = command.pid;
  keeper->line = command.line;
  keeper->listener = command.listener;
  keeper->no_new_privs = command.no_new_privs;
  for (int slot = 0; slot < MLT_SCOPE_SLOTS; slot++) keeper->scopes[slot] = (struct mlt_scope){.connection = -1};
  mlt_spool_begin(&keeper->spool, request->spool);
  mlt_seen_begin(&keeper->seen);
  mlt_keeper_detach(keeper);
  prepare(keeper);
  keeper->started_at = mlt_now();
  (void)!send(keeper->line, "g", 1, MSG_NOSIGNAL);
  // To the process that is about to execute the command: it has the command's own dispositions already.
  if (early.kind == MLT_MESSAGE_SIGNAL) forward(keeper, early.code, early.value);
  serve(keeper);
  retire(keeper);
}
