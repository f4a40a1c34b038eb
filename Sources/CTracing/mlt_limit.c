// The command's time limit: when it is over, all that the command has started is asked to end, and later made to.

#include "mlt_internal.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#define NANOSECONDS 1000000000ull
// How long after a SIGKILL it is looked whether somebody is left, and how often, at that pace, at most.
#define KILL_INTERVAL (NANOSECONDS / 20)
#define KILL_ROUNDS 40

// The head of what getdents64(2) gives; the C library declares it only for its own use.
struct entry {
  uint64_t inode;
  int64_t next;
  unsigned short size;
  unsigned char type;
  char name[];
};

static void set_timer(struct mlt_keeper *keeper, uint64_t nanoseconds) {
  if (nanoseconds == 0) nanoseconds = 1;  // 0 would disarm it
  struct itimerspec time = {
      .it_value = {
          .tv_sec = (time_t)(nanoseconds / NANOSECONDS), .tv_nsec = (long)(nanoseconds % NANOSECONDS)}};
  timerfd_settime(keeper->timer, 0, &time, NULL);
}

void mlt_limit_begin(struct mlt_keeper *keeper) {
  keeper->timer = -1;
  if (keeper->request->limit_nanoseconds == 0) return;
  keeper->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (keeper->timer < 0) return;
  mlt_watch(keeper, keeper->timer, MLT_SOURCE_TIMER, 0);
  set_timer(keeper, keeper->request->limit_nanoseconds);
}

void mlt_limit_end(struct mlt_keeper *keeper) {
  if (keeper->timer < 0) return;
  close(keeper->timer);
  keeper->timer = -1;
}

// Sends signals to a process if it descends from this one. A descriptor is taken first, so that they can't reach another
// process that has got its number meanwhile.
static void signal_if_descendant(struct mlt_keeper *keeper, pid_t process, const int *numbers) {
  int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
  if (descriptor < 0 && errno != ENOSYS) return;
  if (mlt_process_descends(process, keeper->self)) {
    for (const int *number = numbers; *number != 0; number++) {
      if (descriptor < 0) {
        kill(process, *number);
      } else {
        (void)!syscall(SYS_pidfd_send_signal, descriptor, *number, NULL, 0);
      }
    }
  }
  if (descriptor >= 0) close(descriptor);
}

// Sends signals, a list that ends in 0, to all that descends from this process. It adopts the orphans among them, so
// neither a session of their own nor a second fork takes them away.
static void signal_descendants(struct mlt_keeper *keeper, const int *numbers) {
  static _Alignas(struct entry) char entries[16 * 1024];
  int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ssize_t count = 0;
  bool has_any = false;
  while (folder >= 0 && (count = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
    for (ssize_t place = 0; place < count;) {
      const struct entry *entry = (const struct entry *)(entries + place);
      place += entry->size;
      char *end;
      long process = strtol(entry->name, &end, 10);
      if (*end != 0 || process <= 1 || process == keeper->self) continue;
      has_any = true;
      signal_if_descendant(keeper, (pid_t)process, numbers);
    }
  }
  if (folder >= 0) close(folder);
  if (has_any || keeper->has_held_end) return;
  // Without /proc only the command itself is known.
  for (const int *number = numbers; *number != 0; number++) kill(keeper->command, *number);
}

void mlt_limit_expired(struct mlt_keeper *keeper) {
  uint64_t expirations;
  if (keeper->timer < 0 || read(keeper->timer, &expirations, sizeof expirations) < 0) return;
  if (!keeper->is_out_of_time) {
    keeper->is_out_of_time = true;
    // A stopped process acts on the first only after the second.
    signal_descendants(keeper, (const int[]){SIGTERM, SIGCONT, 0});
    set_timer(keeper, keeper->request->grace_nanoseconds);
    return;
  }
  signal_descendants(keeper, (const int[]){SIGKILL, 0});
  keeper->kill_rounds++;
  // What was forked while the others were gone through is met by the next round. What can't be killed (it runs as
  // another user, or hangs in the kernel) is waited for if it is the command itself.
  set_timer(keeper, keeper->kill_rounds < KILL_ROUNDS ? KILL_INTERVAL : NANOSECONDS);
}

bool mlt_limit_holds_end(const struct mlt_keeper *keeper, bool has_children) {
  return keeper->is_out_of_time && has_children && keeper->kill_rounds < KILL_ROUNDS;
}
