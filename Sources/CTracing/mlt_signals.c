// Signals of the front end: noted by a handler, told to whoever waits for a command.

#include "mlt_internal.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define SUBSCRIBER_LIMIT 256

static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT};
#define NUMBER_COUNT (sizeof numbers / sizeof numbers[0])

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  // guards all but `subscribers`, which the handler reads
static int count;
static struct sigaction former[NUMBER_COUNT];
static bool is_ours[NUMBER_COUNT];
static atomic_int subscribers[SUBSCRIBER_LIMIT];  // descriptor + 1; 0: free
static atomic_int handling;                       // threads within the handler

// Only async-signal-safe calls. The kernel's own signals (from the terminal: SI_KERNEL) go to the whole foreground
// process group, so the command has them too; a process' signal was meant for us and must be passed on.
static void handle(int number, siginfo_t *information, void *context) {
  (void)context;
  int saved = errno;
  atomic_fetch_add(&handling, 1);
  bool is_from_process = information->si_code <= 0;
  struct mlt_signal signal = {.number = number, .forward = is_from_process, .sender = information->si_pid};
  for (int index = 0; index < SUBSCRIBER_LIMIT; index++) {
    int descriptor = atomic_load(&subscribers[index]) - 1;
    if (descriptor >= 0) (void)!write(descriptor, &signal, sizeof signal);
  }
  atomic_fetch_sub(&handling, 1);
  errno = saved;
}

int mlt_signals_subscribe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  int result = EAGAIN;
  pthread_mutex_lock(&lock);
  for (int index = 0; index < SUBSCRIBER_LIMIT; index++) {
    if (atomic_load(&subscribers[index]) != 0) continue;
    atomic_store(&subscribers[index], ends[1] + 1);
    result = 0;
    break;
  }
  if (result == 0 && count++ == 0) {
    for (size_t index = 0; index < NUMBER_COUNT; index++) {
      struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
      sigfillset(&action.sa_mask);
      is_ours[index] = sigaction(numbers[index], NULL, &former[index]) == 0
          && ((former[index].sa_flags & SA_SIGINFO) != 0 || former[index].sa_handler != SIG_IGN)
          && sigaction(numbers[index], &action, NULL) == 0;
    }
  }
  pthread_mutex_unlock(&lock);
  *read_end = ends[0];
  *write_end = ends[1];
  if (result != 0) {
    close(ends[0]);
    close(ends[1]);
  }
  return result;
}

void mlt_signals_unsubscribe(int read_end, int write_end) {
  pthread_mutex_lock(&lock);
  for (int index = 0; index < SUBSCRIBER_LIMIT; index++) {
    if (atomic_load(&subscribers[index]) != write_end + 1) continue;
    if (--count == 0) {
      for (size_t number = 0; number < NUMBER_COUNT; number++) {
        if (is_ours[number]) sigaction(numbers[number], &former[number], NULL);
      }
    }
    atomic_store(&subscribers[index], 0);
    break;
  }
  pthread_mutex_unlock(&lock);
  // A handler on another thread may still hold the descriptor; its number must not be another file's by then.
  while (atomic_load(&handling) != 0) sched_yield();
  close(read_end);
  close(write_end);
}
