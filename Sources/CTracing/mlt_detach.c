// How the keeper leaves the user's company.

#include "mlt_internal.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#define MLT_DESCRIPTOR_FLOOR 4096u
#define MLT_DESCRIPTOR_LIMIT 1048576u

void mlt_set_oom_score(const char *score) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)!write(file, score, strlen(score));
  close(file);
}

// Closes the descriptors from `first` to `last`.
static void close_range_of(unsigned first, unsigned last) {
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
  // Before Linux 5.9, or where a filter refuses it: one by one, as far as there can be any.
  struct rlimit limit = {0};
  getrlimit(RLIMIT_NOFILE, &limit);
  unsigned end = limit.rlim_cur < MLT_DESCRIPTOR_LIMIT ? (unsigned)limit.rlim_cur : MLT_DESCRIPTOR_LIMIT;
  if (end < MLT_DESCRIPTOR_FLOOR) end = MLT_DESCRIPTOR_FLOOR;  // some may have been opened under a larger limit
  for (unsigned descriptor = first; descriptor <= last && descriptor < end; descriptor++) close((int)descriptor);
}

// Lets go of all that belongs to the user: terminal, pipes, folder, signals, process group.
void mlt_keeper_detach(struct mlt_keeper *keeper) {
  setpgid(0, 0);
  prctl(PR_SET_NAME, "mlt-keeper", 0, 0, 0);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  // The descriptors we need go above all others, and everything in between is closed.
  int *kept[] = {&keeper->control, &keeper->line, &keeper->listener, &keeper->scope_socket, &keeper->spool.descriptor};
  int first = 3;
  for (size_t index = 0; index < sizeof kept / sizeof kept[0]; index++) {
    if (*kept[index] >= 0 && *kept[index] < 64) {
      int moved = fcntl(*kept[index], F_DUPFD_CLOEXEC, 64);
      if (moved >= 0) *kept[index] = moved;
    }
  }
  if (null >= 0) {
    for (int stream = 0; stream < 3; stream++) dup2(null, stream);
  } else {
    first = 0;
  }
  // Closes the gaps between what is kept, in ascending order.
  int next = first;
  while (true) {
    int lowest = -1;
    for (size_t index = 0; index < sizeof kept / sizeof kept[0]; index++) {
      int descriptor = *kept[index];
      if (descriptor >= next && (lowest < 0 || descriptor < lowest)) lowest = descriptor;
    }
    if (lowest < 0) break;
    if (lowest > next) close_range_of((unsigned)next, (unsigned)lowest - 1);
    next = lowest + 1;
  }
  close_range_of((unsigned)next, ~0u);
  (void)!chdir("/");
  // If memory runs out, the command had better go than its keeper: with it, all other descendants would fail.
  mlt_set_oom_score("-900");
  for (int number = 1; number < NSIG; number++) {
    if (number == SIGCHLD || number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE) {
      sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    } else {
      sigaction(number, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    }
  }
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_SETMASK, &children, NULL);
  keeper->children = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}
