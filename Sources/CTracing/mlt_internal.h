// What the keeper's files share; nothing here is seen outside of CTracing.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mlt_tracing.h"

#pragma clang assume_nonnull begin

// MARK: System calls (mlt_filter.c)

// What a trapped system call does, whatever its number and architecture.
enum mlt_operation {
  MLT_OP_NONE,
  MLT_OP_OPEN,
  MLT_OP_OPENAT,
  MLT_OP_OPENAT2,
  MLT_OP_CREAT,
  MLT_OP_EXECVE,
  MLT_OP_EXECVEAT,
  MLT_OP_RENAME,
  MLT_OP_RENAMEAT,
  MLT_OP_RENAMEAT2,
  MLT_OP_LINK,
  MLT_OP_LINKAT,
  MLT_OP_SYMLINK,
  MLT_OP_SYMLINKAT,
  MLT_OP_UNLINK,
  MLT_OP_UNLINKAT,
  MLT_OP_RMDIR,
  MLT_OP_MKDIR,
  MLT_OP_MKDIRAT,
  MLT_OP_TRUNCATE,
  MLT_OP_TRUNCATE64,  // of 32-bit programs, the size in two arguments
  MLT_OP_CONNECT,
  MLT_OP_IO_URING,
  MLT_OP_FOREIGN,
};

// Installs the filter on the calling thread. Returns the listener, or minus the errno. Sets *no_new_privs if that had to
// be given up for it.
int mlt_filter_install(bool *no_new_privs);
enum mlt_operation mlt_filter_operation(uint32_t architecture, int number);

// MARK: The spool (mlt_spool.c)

#define MLT_SPOOL_BUFFER (64 * 1024)

struct mlt_spool {
  int descriptor;
  uint32_t pending_records;
  size_t used;
  uint64_t offset;   // whole records on disk
  uint64_t dropped;  // records that couldn't be written
  uint8_t buffer[MLT_SPOOL_BUFFER];
};

struct mlt_record {
  uint8_t kind;
  uint16_t flags;
  int32_t process;
  uint32_t scope;
  const void *_Nullable first;
  size_t first_size;
  const void *_Nullable second;
  size_t second_size;
};

uint64_t mlt_now(void);
void mlt_spool_begin(struct mlt_spool *spool, int descriptor);
void mlt_spool_append(struct mlt_spool *spool, const struct mlt_record *record);
void mlt_spool_flush(struct mlt_spool *spool);

// MARK: Paths seen (mlt_seen.c)

// What is known of a path, within one scope.
#define MLT_SEEN_READ 1     // opened for reading while it existed
#define MLT_SEEN_MISSED 2   // looked for while it didn't exist
#define MLT_SEEN_CHANGED 4  // written by the run, or its content before is settled
#define MLT_SEEN_WRITTEN 8  // a write was reported and nothing happened since that a further one must be told after
#define MLT_SEEN_CURRENT 16 // no folder was renamed and no symbolic link changed since the path was last noted
// What is told again of a name that stands for another thing from now on.
#define MLT_SEEN_TOLD (MLT_SEEN_READ | MLT_SEEN_MISSED | MLT_SEEN_WRITTEN)

struct mlt_seen_entry {
  uint64_t first;
  uint64_t second;  // 44 bits of hash, 16 of epoch (of MLT_SEEN_WRITTEN and MLT_SEEN_CURRENT), 4 of flags
};

struct mlt_seen {
  struct mlt_seen_entry *_Nullable entries;
  size_t capacity;
  size_t count;
  uint64_t seed;
  uint32_t epoch;
};

void mlt_seen_begin(struct mlt_seen *seen);
unsigned mlt_seen_flags(struct mlt_seen *seen, uint32_t scope, const char *path, size_t size);
void mlt_seen_update(
    struct mlt_seen *seen, uint32_t scope, const char *path, size_t size, unsigned set,
    unsigned clear);
// Forgets MLT_SEEN_WRITTEN and MLT_SEEN_CURRENT of all paths: a folder was renamed or a symbolic link changed, and with
// it what stands behind names that aren't known.
void mlt_seen_names_changed(struct mlt_seen *seen);

// MARK: Paths of a process (mlt_paths.c)

// The most bytes of a path as a process gives it (PATH_MAX, with its zero).
#define MLT_ARGUMENT_LIMIT 4096

enum mlt_path_result {
  MLT_PATH_OK,
  MLT_PATH_BAD,         // the call itself will fail: bad address, too long, empty
  MLT_PATH_UNREADABLE,  // the process doesn't let us read its memory
  MLT_PATH_UNRESOLVED,  // the process' place couldn't be told
};

struct mlt_path {
  size_t size;
  char bytes[MLT_PATH_LIMIT + 1];
};

struct mlt_process;

// Reads `size` bytes of another process. Returns 0 or an errno.
int mlt_read_memory(pid_t thread, uint64_t address, void *bytes, size_t size);
// Reads a string of another process, as it is.
enum mlt_path_result mlt_read_string(pid_t thread, uint64_t address, struct mlt_path *path);
// Reads a path of another process and makes it absolute.
enum mlt_path_result mlt_read_path(
    pid_t thread, const struct mlt_process *process, int folder, uint64_t address, bool empty_is_folder,
    bool inside_folder, struct mlt_path *path);
// Whether a path leads to the kernel's own files (/proc, /sys, /dev), which aren't followed.
bool mlt_path_is_kernels(const struct mlt_path *path);

// MARK: Processes (mlt_processes.c)

#define MLT_PROCESS_SLOTS 8192

struct mlt_process {
  pid_t thread;
  pid_t process;
  pid_t parent;
  uint32_t scope;
  uint64_t looked_up;
  bool is_runner;  // an inner run's own process, whose accesses are of no interest
  bool has_own_root;
  bool is_outside;  // in another mount namespace
  bool is_unreadable;
};

struct mlt_keeper;
struct mlt_process *mlt_process_of(struct mlt_keeper *keeper, pid_t thread, bool anew);
// Whether a process descends from another, by what /proc says now.
bool mlt_process_descends(pid_t process, pid_t ancestor);
// Forgets what is known of a process' threads.
void mlt_processes_forget(struct mlt_keeper *keeper, pid_t process);
// Moves processes of a scope that is gone to the one around it, and forgets its runner.
void mlt_processes_leave_scope(struct mlt_keeper *keeper, uint32_t scope, uint32_t parent, pid_t runner);
bool mlt_process_status(pid_t thread, pid_t *process, pid_t *parent);

// MARK: Scopes (mlt_scopes.c)

#define MLT_SCOPE_SLOTS 256

struct mlt_scope {
  uint32_t id;  // 0: the slot is free
  uint32_t parent;
  pid_t runner;
  int runner_descriptor;  // pidfd: readable when the inner run's process is gone
  int connection;
  bool has_ended;
};

// What an epoll event is about, in its upper half; the lower half is a scope's slot.
enum mlt_source {
  MLT_SOURCE_LISTENER,
  MLT_SOURCE_CONTROL,
  MLT_SOURCE_CHILDREN,
  MLT_SOURCE_LINE,
  MLT_SOURCE_SCOPES,
  MLT_SOURCE_SCOPE_CONNECTION,
  MLT_SOURCE_SCOPE_RUNNER,
  MLT_SOURCE_TIMER,
};

int mlt_scope_listen(const char *name);
void mlt_scope_accept(struct mlt_keeper *keeper);
void mlt_scope_message(struct mlt_keeper *keeper, unsigned slot);
void mlt_scope_runner_gone(struct mlt_keeper *keeper, unsigned slot);
// The scope whose runner is `process`, ended or not; null if there is none.
struct mlt_scope *_Nullable mlt_scope_of_runner(struct mlt_keeper *keeper, pid_t process);
// The scope itself while it goes on, else the next one around it that does (0: the run itself).
uint32_t mlt_scope_living(struct mlt_keeper *keeper, uint32_t scope);

// MARK: The keeper (mlt_keeper.c, mlt_events.c, mlt_barriers.c)

#define MLT_BARRIER_SLOTS 32

struct mlt_barrier {
  bool is_used;
  uint64_t id;            // of the message
  uint64_t notification;  // that waits for the answer
  int32_t process;
  uint32_t scope;
  struct mlt_path path;
};

struct mlt_keeper {
  const struct mlt_start_request *request;
  pid_t front_end;
  pid_t self;
  pid_t command;
  int control;   // -1: the front end is gone, or needs us no more
  int line;      // to the command's process until it has executed
  int listener;  // -1: nobody is left to be followed
  int children;  // signalfd
  int epoll;
  int scope_socket;
  int timer;    // timerfd of the time limit; -1: there is none, or the command has ended
  int refusal;  // errno for which the command isn't followed; -1: as asked; 0: it is
  bool no_new_privs;
  bool is_unstarted;  // exec failed
  bool command_ended;
  bool front_end_done;
  bool late_change;
  bool is_listener_paused;
  bool is_front_end_stopped;
  bool is_out_of_time;  // all that the command has started was told to end
  bool has_held_end;    // the command is gone; its end is told once those are that it has started
  int held_status;
  struct rusage held_usage;
  unsigned kill_rounds;
  unsigned scope_count;
  uint64_t started_at;
  uint64_t next_barrier;
  uint32_t next_scope;
  unsigned waiting;
  char mount_namespace[64];
  struct mlt_seen seen;
  struct mlt_process processes[MLT_PROCESS_SLOTS];
  struct mlt_scope scopes[MLT_SCOPE_SLOTS];
  struct mlt_barrier barriers[MLT_BARRIER_SLOTS];
  struct mlt_spool spool;
};

// What is to become of a notification.
enum mlt_verdict {
  MLT_CONTINUE,
  MLT_REFUSE,   // ENOSYS
  MLT_WAIT,     // a barrier's answer comes first
};

struct seccomp_notif;
// Notes what a system call is about to do.
enum mlt_verdict mlt_event_note(struct mlt_keeper *keeper, const struct seccomp_notif *notification);
bool mlt_notification_is_valid(struct mlt_keeper *keeper, uint64_t id);
void mlt_notification_answer(struct mlt_keeper *keeper, uint64_t id, enum mlt_verdict verdict);

// Asks the front end about a change. Returns false when nobody can be asked.
bool mlt_barrier_ask(
    struct mlt_keeper *keeper, uint64_t notification, uint32_t kind, uint32_t flags, int32_t process,
    uint32_t scope, const struct mlt_path *path);

// Takes an answer: 32 bytes of content id, or none.
void mlt_barrier_answer(
    struct mlt_keeper *keeper, const struct mlt_message *message, const void *id, size_t size);
// Lets all waiting calls go on without an answer.
void mlt_barriers_release(struct mlt_keeper *keeper);
// Lets go of all that belongs to the user: terminal, pipes, folder, signals, process group. (mlt_detach.c)
void mlt_keeper_detach(struct mlt_keeper *keeper);

// Says how readily this process, and whatever it executes, is killed when memory runs out (proc(5), oom_score_adj).
void mlt_set_oom_score(const char *score);
// Whether a barrier for this path waits for its answer.
bool mlt_barrier_is_pending(struct mlt_keeper *keeper, const struct mlt_path *path);
// Adds a descriptor to those that the keeper waits for.
void mlt_watch(struct mlt_keeper *keeper, int descriptor, enum mlt_source source, unsigned slot);

// Lives as the keeper; never returns. `mask` is the command's.
void mlt_keeper_live(
    const struct mlt_start_request *request, const sigset_t *mask, int control, int scope_socket,
    pid_t front_end) __attribute__((noreturn));

// MARK: The time limit (mlt_limit.c)

// Starts the clock, if the request has a limit.
void mlt_limit_begin(struct mlt_keeper *keeper);
// Stops it: the command has ended.
void mlt_limit_end(struct mlt_keeper *keeper);
// Takes the news that the limit, the time to end after it, or a round of killing is over.
void mlt_limit_expired(struct mlt_keeper *keeper);
// Whether the command's end isn't told yet, for descendants of it are being ended, too.
bool mlt_limit_holds_end(const struct mlt_keeper *keeper, bool has_children);

// MARK: The command's process (mlt_command.c)

struct mlt_command {
  pid_t pid;
  int line;      // to let it execute by one byte; then its exec's errno, or the end when that succeeded
  int listener;  // -1: it isn't followed
  bool no_new_privs;
};

// Forks the command's process, which waits to be let on. Returns 0, or an errno; then the process is gone.
int mlt_command_fork(
    const struct mlt_start_request *request, const sigset_t *mask, bool follow,
    struct mlt_command *command);

// Sends a message and, unless it is -1, a descriptor. Returns 0 or an errno.
int mlt_send_descriptor(int socket, const void *bytes, size_t size, int descriptor);
// Receives a message and perhaps a descriptor (else -1). Returns the message's size or minus the errno.
ssize_t mlt_receive_descriptor(int socket, void *bytes, size_t size, int *descriptor);

#pragma clang assume_nonnull end
