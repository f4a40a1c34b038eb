/// Following a command's file accesses: the parts that only C can do.
///
/// Between `fork` and `exec`, and in the keeper process from its first instruction to its last, nothing but this C runs:
/// no Swift, no allocation by `malloc`, no locks. The design is told in `docs/design/capture.md`.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

/// The longest name of a scope socket, in bytes (an abstract address holds 107).
#define MLT_SCOPE_NAME_LIMIT 100
/// The most bytes of a path in a message.
#define MLT_PATH_LIMIT 8192

// MARK: The spool

/// The size of a spool's header: magic, version, byte order mark, monotonic and real time.
#define MLT_SPOOL_HEADER_SIZE 32
/// The version of the spool's format.
#define MLT_SPOOL_VERSION 1
/// The size of a record without its payload.
#define MLT_RECORD_HEADER_SIZE 28

/// The kinds of a spool's records; `docs/design/capture.md` specifies each.
enum mlt_record_kind {
  MLT_RECORD_PROCESS = 1,
  MLT_RECORD_READ = 2,
  MLT_RECORD_MISSED = 3,
  MLT_RECORD_WRITE = 4,
  MLT_RECORD_RENAMED = 5,
  MLT_RECORD_LINKED = 6,
  MLT_RECORD_SYMLINKED = 7,
  MLT_RECORD_REMOVED = 8,
  MLT_RECORD_REMOVED_FOLDER = 9,
  MLT_RECORD_CREATED_FOLDER = 10,
  MLT_RECORD_TRUNCATED = 11,
  MLT_RECORD_EXECUTED = 12,
  MLT_RECORD_PREIMAGE = 13,
  MLT_RECORD_ELSEWHERE = 14,
  MLT_RECORD_EXITED = 15,
  MLT_RECORD_SCOPE_BEGAN = 16,
  MLT_RECORD_SCOPE_ENDED = 17,
  MLT_RECORD_DROPPED = 18,
  MLT_RECORD_LISTED = 19,
  MLT_RECORD_CONNECTED = 20,
};

// MARK: Messages

/// The kinds of message between keeper and front end, and between keeper and an inner run.
enum mlt_message_kind {
  /// Keeper: the command runs. `value` is its process, `code` the errno for which it isn't followed (0: followed).
  MLT_MESSAGE_STARTED = 1,
  /// Keeper: the command couldn't be executed. `code` is the errno.
  MLT_MESSAGE_EXEC_FAILED = 2,
  /// Keeper: a change waits for an answer. `id`, `offset` (spool), `code` (barrier kind), `flags`, `value` (process),
  /// then the path.
  MLT_MESSAGE_BARRIER = 3,
  /// Keeper: the command ended. `value` is its wait status; `offset`, `dropped`, the usage, `flags`.
  MLT_MESSAGE_EXITED = 4,
  /// Front end: the answer to barrier `id`; with `flags` 1, 32 bytes of content id follow.
  MLT_MESSAGE_ANSWER = 5,
  /// Front end: all has been recorded and nothing more is wanted.
  MLT_MESSAGE_DONE = 6,
  /// Front end: send signal `code`, which process `value` sent us, to the command.
  MLT_MESSAGE_SIGNAL = 7,
  /// Inner run: take me in as a scope. Keeper: `code` is 0 or an errno, `value` the scope, `offset` where it begins;
  /// the spool's descriptor comes along.
  MLT_MESSAGE_REGISTER = 8,
  /// Inner run: my command has ended. Keeper: `offset` where the scope ends, `dropped`.
  MLT_MESSAGE_END_SCOPE = 9,
  /// Keeper: the command can't be followed, for errno `code`; it starts when the front end is ready.
  MLT_MESSAGE_REFUSED = 10,
  /// Front end: ready for the command that isn't followed.
  MLT_MESSAGE_READY = 11,
};

/// Flag of a barrier: the change is made by a run inside this one.
#define MLT_BARRIER_INNER 1
/// Flag of a barrier: the path is a symbolic link.
#define MLT_BARRIER_SYMLINK 2
/// Flag of an answer: a content id follows.
#define MLT_ANSWER_HAS_ID 1
/// Flag of an exit: descendants are alive.
#define MLT_EXIT_SURVIVORS 1
/// Flag of an exit: the command had run for as long as it may, and was ended.
#define MLT_EXIT_OUT_OF_TIME 2
/// Flag of an exit: its file accesses aren't in this spool, for nobody followed them or the run around it did.
#define MLT_EXIT_UNFOLLOWED 4

/// The fixed part of every message; bytes may follow. Messages keep their borders (`SOCK_SEQPACKET`).
struct mlt_message {
  uint32_t kind;
  int32_t code;
  int32_t value;
  uint32_t flags;
  uint64_t id;
  uint64_t offset;
  uint64_t dropped;
  uint64_t user_microseconds;
  uint64_t system_microseconds;
  uint64_t maximum_resident_bytes;
  uint64_t wall_microseconds;
};

// MARK: Starting

/// What a keeper and its command are started with. All strings end in a zero byte; lists end in a null.
struct mlt_start_request {
  /// The command's arguments; the first is searched in `environment`'s `PATH`.
  char *_Nullable const *_Nonnull arguments;
  char *_Nullable const *_Nonnull environment;
  /// The finisher's arguments with an empty last slot for the reason, then a null; or null.
  char *_Nullable *_Nullable finisher;
  /// Index of the slot for the reason.
  int finisher_reason_index;
  /// The finisher's environment.
  char *_Nullable const *_Nonnull finisher_environment;
  /// The spool's absolute path, and its open descriptor.
  const char *spool_path;
  int spool;
  /// The command's working directory, or null for the caller's.
  const char *_Nullable directory;
  /// The abstract socket's name to serve, or null.
  const char *_Nullable scope_name;
  /// 0: follow the command; else run it plainly, and report this errno (-1: as asked).
  int refusal;
  /// How long the command may run, in nanoseconds; 0: as long as it likes.
  uint64_t limit_nanoseconds;
  /// How long it then has to end, before it is killed.
  uint64_t grace_nanoseconds;
};

/// What came of ``mlt_start``.
struct mlt_started {
  /// The keeper's process.
  pid_t keeper;
  /// The front end's end of the control socket.
  int control;
};

/// Starts a keeper, which starts the command.
///
/// Returns 0 and fills `started`, or an errno when not even the keeper could be started. Whether the command could be
/// executed comes as a message.
int mlt_start(const struct mlt_start_request *request, struct mlt_started *started);

// MARK: Messages of the front end

/// Receives one message into `buffer`. Returns its size, 0 at the end, or minus the errno.
ssize_t mlt_receive(int socket, void *buffer, size_t size);
/// Sends one message made of two parts. Returns 0 or the errno; never raises `SIGPIPE`.
int mlt_send(int socket, const struct mlt_message *message, const void *_Nullable bytes, size_t size);

// MARK: Scopes

/// Connects to an outer run's keeper and registers the calling process as a scope.
///
/// Returns 0, the connection, a descriptor of the outer run's spool, and the reply; or an errno.
int mlt_scope_register(const char *name, int *connection, int *spool, struct mlt_message *reply);
/// Tells the keeper that the scope's command has ended. Returns 0 and the reply, or an errno.
int mlt_scope_end(int connection, struct mlt_message *reply);

// MARK: Signals of the front end

/// What is written to a subscriber of signals, one record a signal.
struct mlt_signal {
  int32_t number;
  /// 1 if a process sent it; 0 if the kernel did, as for the keys of a terminal, whose whole foreground group gets it.
  int32_t forward;
  /// The process that sent it, if one did.
  int32_t sender;
};

/// Starts to note the signals that a wrapper has to care for; each is written as ``mlt_signal`` to every subscriber.
///
/// The first subscription takes over the handlers, the last to go puts the former ones back. Signals that are ignored
/// stay ignored. Returns 0 and the ends of the subscriber's pipe, neither of which blocks; or an errno, `EAGAIN` when
/// there are too many subscribers.
int mlt_signals_subscribe(int *read_end, int *write_end);
/// Ends a subscription and closes its pipe.
void mlt_signals_unsubscribe(int read_end, int write_end);

// MARK: Privileges

/// Returns 1 if executing the file would give rights that the caller lacks (set-uid, set-gid, file capabilities), else 0.
int mlt_grants_privileges(const char *path);

// MARK: Times

/// Returns when a file was made (a symbolic link isn't followed), in nanoseconds since 1970; -1 if that isn't known.
///
/// Here because Swift's import of the C library lacks statx(2).
int64_t mlt_birth_time(const char *path);

#pragma clang assume_nonnull end
