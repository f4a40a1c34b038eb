// From a trapped system call to a record, and to a question when content is about to be lost.

#include "mlt_internal.h"

#include <arpa/inet.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <stdio.h>  // RENAME_EXCHANGE
#include <sys/socket.h>
#include <sys/xattr.h>

#define WRITE_CREATED 1
#define WRITE_TRUNCATED 2
#define WRITE_APPEND 4
#define WRITE_EXCLUSIVE 8
#define WRITE_READ_WRITE 16

#define BARRIER_CHANGING 1
#define BARRIER_TRUNCATING 2
#define BARRIER_REMOVING 3
#define BARRIER_REPLACING 4

#define LISTED_ONCE MLT_SEEN_READ
#define LISTED_TWICE MLT_SEEN_CHANGED
#define LISTED_THRICE MLT_SEEN_MISSED

#define ELSEWHERE_IO_URING 1
#define ELSEWHERE_FOREIGN 2
#define ELSEWHERE_UNREADABLE 4
#define ELSEWHERE_UNRESOLVED 5

// What is known of the call at hand.
struct call {
  struct mlt_keeper *keeper;
  const struct seccomp_notif *notification;
  struct mlt_process *process;
  uint32_t scope;
};

static struct mlt_path first_path, second_path;

static void record(
    struct call *call, uint8_t kind, uint16_t flags, const struct mlt_path *first, const struct mlt_path *second) {
  mlt_spool_append(
      &call->keeper->spool, &(struct mlt_record){
                                .kind = kind,
                                .flags = flags,
                                .process = call->process->process,
                                .scope = call->scope,
                                .first = first != NULL ? first->bytes : NULL,
                                .first_size = first != NULL ? first->size : 0,
                                .second = second != NULL ? second->bytes : NULL,
                                .second_size = second != NULL ? second->size : 0,
                            });
  bool is_change = kind != MLT_RECORD_READ && kind != MLT_RECORD_MISSED && kind != MLT_RECORD_EXECUTED
      && kind != MLT_RECORD_ELSEWHERE && kind != MLT_RECORD_LISTED && kind != MLT_RECORD_CONNECTED;
  if (is_change && call->scope == 0 && call->keeper->command_ended) call->keeper->late_change = true;
}

static unsigned seen(struct call *call, const struct mlt_path *path) {
  return mlt_seen_flags(&call->keeper->seen, call->scope, path->bytes, path->size);
}

// The same, for a path that is about to be changed.
static unsigned seen_before_change(struct call *call, const struct mlt_path *path) {
  unsigned flags = seen(call, path);
  // While a question about the path is open, whoever else wants to change it must wait as well.
  if ((flags & MLT_SEEN_CHANGED) != 0 && mlt_barrier_is_pending(call->keeper, path)) {
    flags = (flags & ~(unsigned)MLT_SEEN_CHANGED) | MLT_SEEN_READ;
  }
  return flags;
}

static void mark(struct call *call, const struct mlt_path *path, unsigned set, unsigned clear) {
  mlt_seen_update(&call->keeper->seen, call->scope, path->bytes, path->size, set, clear);
}

static enum mlt_verdict ask(struct call *call, uint32_t kind, uint32_t flags, const struct mlt_path *path) {
  bool is_asked = mlt_barrier_ask(
      call->keeper, call->notification->id, kind, flags | (call->scope != 0 ? MLT_BARRIER_INNER : 0),
      call->process->process, call->scope, path);
  return is_asked ? MLT_WAIT : MLT_CONTINUE;
}

// Reads a path argument; false when there is nothing to note about the call.
static bool take_path(
    struct call *call, int folder, uint64_t address, bool empty_is_folder, bool inside_folder, struct mlt_path *path) {
  switch (mlt_read_path(
      (pid_t)call->notification->pid, call->process, folder, address, empty_is_folder, inside_folder, path)) {
    case MLT_PATH_OK: break;
    case MLT_PATH_BAD: return false;
    case MLT_PATH_UNREADABLE:
      if (!call->process->is_unreadable) record(call, MLT_RECORD_ELSEWHERE, ELSEWHERE_UNREADABLE, NULL, NULL);
      call->process->is_unreadable = true;
      return false;
    case MLT_PATH_UNRESOLVED:
      record(call, MLT_RECORD_ELSEWHERE, ELSEWHERE_UNRESOLVED, NULL, NULL);
      return false;
  }
  // What was read may belong to another process if this one died meanwhile (seccomp_unotify(2)).
  return mlt_notification_is_valid(call->keeper, call->notification->id);
}

static bool ends_in(const struct mlt_path *path, const char *end) {
  size_t size = strlen(end);
  return path->size >= size && memcmp(path->bytes + path->size - size, end, size) == 0;
}

// MARK: Opens

static enum mlt_verdict note_write(struct call *call, const struct mlt_path *path, uint64_t flags, bool exists,
    const struct stat *status) {
  if (exists && faccessat(AT_FDCWD, path->bytes, W_OK, AT_EACCESS) != 0 && (errno == EACCES || errno == EROFS)) {
    return MLT_CONTINUE;  // the open will fail in the same way
  }
  if (exists && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) return MLT_CONTINUE;
  unsigned known = seen_before_change(call, path);
  uint16_t write_flags = 0;
  if (!exists) write_flags |= WRITE_CREATED;
  if (flags & O_TRUNC) write_flags |= WRITE_TRUNCATED;
  if (flags & O_APPEND) write_flags |= WRITE_APPEND;
  if (flags & O_EXCL) write_flags |= WRITE_EXCLUSIVE;
  if ((flags & O_ACCMODE) == O_RDWR) write_flags |= WRITE_READ_WRITE;
  bool is_repeated = (known & MLT_SEEN_WRITTEN) != 0 && exists && !call->keeper->command_ended;
  if (!is_repeated) record(call, MLT_RECORD_WRITE, write_flags, path, NULL);
  mark(call, path, MLT_SEEN_CHANGED | MLT_SEEN_WRITTEN, 0);
  if (!exists || (known & MLT_SEEN_CHANGED) != 0) return MLT_CONTINUE;
  if (flags & O_TRUNC) return known & MLT_SEEN_READ ? ask(call, BARRIER_TRUNCATING, 0, path) : MLT_CONTINUE;
  return status->st_size > 0 ? ask(call, BARRIER_CHANGING, 0, path) : MLT_CONTINUE;
}

static void note_miss(struct call *call, const struct mlt_path *path) {
  if ((seen(call, path) & MLT_SEEN_MISSED) != 0) return;
  record(call, MLT_RECORD_MISSED, 0, path, NULL);
  mark(call, path, MLT_SEEN_MISSED, 0);
}

// A folder opened for reading counts as listed. Each process' first three times are told: one that lists a folder
// once or twice may have done so in search of something else than what it lists once more.
static void note_listing(struct call *call, struct mlt_path *path) {
  // What is remembered is the path with the process behind its end.
  int32_t process = call->process->process;
  size_t size = path->size + 1 + sizeof process;
  if (size <= MLT_PATH_LIMIT) memcpy(path->bytes + path->size + 1, &process, sizeof process);
  else size = path->size;
  struct mlt_seen *known = &call->keeper->seen;
  unsigned flags = mlt_seen_flags(known, call->scope, path->bytes, size);
  if ((flags & LISTED_THRICE) != 0) return;
  record(call, MLT_RECORD_LISTED, 0, path, NULL);
  unsigned flag = (flags & LISTED_TWICE) != 0 ? LISTED_THRICE : (flags & LISTED_ONCE) != 0 ? LISTED_TWICE : LISTED_ONCE;
  mlt_seen_update(known, call->scope, path->bytes, size, flag, 0);
}

static enum mlt_verdict note_open(
    struct call *call, int folder, uint64_t address, uint64_t flags, bool inside_folder) {
  if ((flags & O_PATH) != 0 || (flags & O_TMPFILE) == O_TMPFILE) return MLT_CONTINUE;
  struct mlt_path *path = &first_path;
  if (!take_path(call, folder, address, false, inside_folder, path)) return MLT_CONTINUE;
  if (mlt_path_is_kernels(path)) return MLT_CONTINUE;
  bool is_write = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
  bool may_create = (flags & O_CREAT) != 0;
  unsigned known = seen(call, path);
  bool is_known_read = (known & MLT_SEEN_READ) != 0 && (known & MLT_SEEN_CURRENT) != 0;
  if (!is_write && !may_create && is_known_read) return MLT_CONTINUE;
  struct stat status;
  bool exists = fstatat(AT_FDCWD, path->bytes, &status, (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0) == 0;
  if (exists && S_ISDIR(status.st_mode) && !is_write) note_listing(call, path);
  if (exists && !S_ISREG(status.st_mode)) return MLT_CONTINUE;
  // A file isn't a folder to be listed, whatever it holds.
  if (exists && (flags & O_DIRECTORY) != 0) return MLT_CONTINUE;
  if (is_write && !exists && !may_create) is_write = false;  // a look-up that fails
  if (is_write || (!exists && may_create)) return note_write(call, path, flags, exists, &status);
  if (exists) {
    if (!is_known_read) record(call, MLT_RECORD_READ, 0, path, NULL);
    mark(call, path, MLT_SEEN_READ, 0);
  } else {
    note_miss(call, path);
  }
  return MLT_CONTINUE;
}

static enum mlt_verdict note_openat2(struct call *call, const uint64_t *arguments) {
  struct open_how how;
  if (arguments[3] < sizeof how) return MLT_CONTINUE;
  if (mlt_read_memory((pid_t)call->notification->pid, arguments[2], &how, sizeof how) != 0) return MLT_CONTINUE;
  return note_open(
      call, (int)arguments[0], arguments[1], how.flags, (how.resolve & RESOLVE_IN_ROOT) != 0);
}

static enum mlt_verdict note_truncate(struct call *call, uint64_t address, bool is_emptied) {
  struct mlt_path *path = &first_path;
  if (!take_path(call, AT_FDCWD, address, false, false, path) || mlt_path_is_kernels(path)) return MLT_CONTINUE;
  struct stat status;
  if (stat(path->bytes, &status) != 0 || !S_ISREG(status.st_mode)) return MLT_CONTINUE;
  unsigned known = seen_before_change(call, path);
  record(call, MLT_RECORD_TRUNCATED, 0, path, NULL);
  mark(call, path, MLT_SEEN_CHANGED, 0);
  if ((known & MLT_SEEN_CHANGED) != 0 || status.st_size == 0) return MLT_CONTINUE;
  // Cutting leaves bytes of before, so it changes a file in place; emptying matters only if they have been read.
  if (is_emptied && (known & MLT_SEEN_READ) == 0) return MLT_CONTINUE;
  return ask(call, BARRIER_TRUNCATING, 0, path);
}

// MARK: Names

// Whether a name is about to lose something that must be looked at: a file read before, or a symbolic link.
static bool is_loss(struct call *call, const struct mlt_path *path, const struct stat *status, uint32_t *flags) {
  // A link that the run made itself has led to files as well.
  *flags = S_ISLNK(status->st_mode) ? MLT_BARRIER_SYMLINK : 0;
  if (S_ISLNK(status->st_mode)) return true;
  unsigned known = seen_before_change(call, path);
  if ((known & MLT_SEEN_CHANGED) != 0) return false;
  return S_ISREG(status->st_mode) && (known & MLT_SEEN_READ) != 0;
}

static enum mlt_verdict note_remove(struct call *call, int folder, uint64_t address, bool is_folder) {
  struct mlt_path *path = &first_path;
  if (!take_path(call, folder, address, false, false, path) || mlt_path_is_kernels(path)) return MLT_CONTINUE;
  struct stat status;
  if (lstat(path->bytes, &status) != 0 || S_ISDIR(status.st_mode) != is_folder) return MLT_CONTINUE;
  record(call, is_folder ? MLT_RECORD_REMOVED_FOLDER : MLT_RECORD_REMOVED, 0, path, NULL);
  if (is_folder) return MLT_CONTINUE;
  if (S_ISLNK(status.st_mode)) mlt_seen_names_changed(&call->keeper->seen);
  uint32_t flags = 0;
  bool must_ask = is_loss(call, path, &status, &flags);
  mark(call, path, MLT_SEEN_CHANGED, MLT_SEEN_TOLD);
  return must_ask ? ask(call, BARRIER_REMOVING, flags, path) : MLT_CONTINUE;
}

static enum mlt_verdict note_rename(
    struct call *call, int old_folder, uint64_t old_address, int new_folder, uint64_t new_address, unsigned flags) {
  struct mlt_path *from = &first_path, *to = &second_path;
  if (!take_path(call, old_folder, old_address, false, false, from)) return MLT_CONTINUE;
  if (!take_path(call, new_folder, new_address, false, false, to)) return MLT_CONTINUE;
  if (mlt_path_is_kernels(from) || mlt_path_is_kernels(to)) return MLT_CONTINUE;
  struct stat old_status, new_status;
  if (lstat(from->bytes, &old_status) != 0) return MLT_CONTINUE;
  bool replaces = lstat(to->bytes, &new_status) == 0;
  bool exchanges = (flags & RENAME_EXCHANGE) != 0;
  if ((exchanges && !replaces) || ((flags & RENAME_NOREPLACE) != 0 && replaces)) return MLT_CONTINUE;
  bool is_folder = S_ISDIR(old_status.st_mode);
  record(call, MLT_RECORD_RENAMED, exchanges ? 1 : 0, from, to);
  if (is_folder || S_ISLNK(old_status.st_mode) || (replaces && S_ISLNK(new_status.st_mode))) {
    mlt_seen_names_changed(&call->keeper->seen);
  }
  uint32_t old_flags = 0, new_flags = 0;
  bool loses_old = is_loss(call, from, &old_status, &old_flags);
  bool loses_new = replaces && is_loss(call, to, &new_status, &new_flags);
  if (!is_folder) {
    mark(call, from, MLT_SEEN_CHANGED, MLT_SEEN_TOLD);
    mark(call, to, MLT_SEEN_CHANGED, MLT_SEEN_TOLD);
  }
  // Both questions are put at once; the call goes on with the answer to the last.
  enum mlt_verdict verdict = MLT_CONTINUE;
  if (loses_new) verdict = ask(call, exchanges ? BARRIER_REMOVING : BARRIER_REPLACING, new_flags, to);
  if (loses_old) {
    enum mlt_verdict second = ask(call, BARRIER_REMOVING, old_flags, from);
    if (second == MLT_WAIT) verdict = second;
  }
  return verdict;
}

static enum mlt_verdict note_link(
    struct call *call, int old_folder, uint64_t old_address, int new_folder, uint64_t new_address, unsigned flags) {
  struct mlt_path *from = &first_path, *to = &second_path;
  if (!take_path(call, old_folder, old_address, (flags & AT_EMPTY_PATH) != 0, false, from)) return MLT_CONTINUE;
  if (!take_path(call, new_folder, new_address, false, false, to) || mlt_path_is_kernels(to)) return MLT_CONTINUE;
  struct stat status;
  if (lstat(to->bytes, &status) == 0) return MLT_CONTINUE;  // EEXIST
  if (ends_in(from, " (deleted)")) {
    // A file made without a name (O_TMPFILE) gets one.
    record(call, MLT_RECORD_WRITE, WRITE_CREATED, to, NULL);
  } else {
    if (lstat(from->bytes, &status) != 0) return MLT_CONTINUE;
    record(call, MLT_RECORD_LINKED, 0, from, to);
  }
  mark(call, to, MLT_SEEN_CHANGED, MLT_SEEN_TOLD);
  return MLT_CONTINUE;
}

static enum mlt_verdict note_symlink(struct call *call, uint64_t target_address, int folder, uint64_t address) {
  struct mlt_path *target = &second_path, *path = &first_path;
  if (mlt_read_string((pid_t)call->notification->pid, target_address, target) != MLT_PATH_OK) return MLT_CONTINUE;
  if (!take_path(call, folder, address, false, false, path) || mlt_path_is_kernels(path)) return MLT_CONTINUE;
  struct stat status;
  if (lstat(path->bytes, &status) == 0) return MLT_CONTINUE;  // EEXIST
  record(call, MLT_RECORD_SYMLINKED, 0, path, target);
  mark(call, path, MLT_SEEN_CHANGED, MLT_SEEN_TOLD);
  return MLT_CONTINUE;
}

static enum mlt_verdict note_make_folder(struct call *call, int folder, uint64_t address) {
  struct mlt_path *path = &first_path;
  if (!take_path(call, folder, address, false, false, path) || mlt_path_is_kernels(path)) return MLT_CONTINUE;
  struct stat status;
  if (lstat(path->bytes, &status) != 0) record(call, MLT_RECORD_CREATED_FOLDER, 0, path, NULL);
  return MLT_CONTINUE;
}

// MARK: Executions

int mlt_grants_privileges(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid()) return 1;
  if ((status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && status.st_gid != getegid()) return 1;
  return geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
}

static enum mlt_verdict note_execution(struct call *call, int folder, uint64_t address, unsigned flags) {
  struct mlt_path *path = &first_path;
  if (!take_path(call, folder, address, (flags & AT_EMPTY_PATH) != 0, false, path)) return MLT_CONTINUE;
  struct stat status;
  if (stat(path->bytes, &status) != 0 || !S_ISREG(status.st_mode)) return MLT_CONTINUE;  // a probe along PATH
  if (faccessat(AT_FDCWD, path->bytes, X_OK, AT_EACCESS) != 0) return MLT_CONTINUE;
  bool is_privileged = call->keeper->no_new_privs && mlt_grants_privileges(path->bytes) != 0;
  record(call, MLT_RECORD_EXECUTED, is_privileged ? 1 : 0, path, NULL);
  mark(call, path, MLT_SEEN_READ, 0);
  return MLT_CONTINUE;
}

// MARK: Connections

// An address in text, and whether it is another machine's. What a machine tells itself stays within what is followed.
static bool is_elsewhere(const struct sockaddr_storage *address, socklen_t size, struct mlt_path *text) {
  char host[INET6_ADDRSTRLEN];
  unsigned port;
  const char *form;
  if (address->ss_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *four = (const struct sockaddr_in *)address;
    uint32_t number = ntohl(four->sin_addr.s_addr);
    if (number >> 24 == 127 || number == 0) return false;
    if (inet_ntop(AF_INET, &four->sin_addr, host, sizeof host) == NULL) return false;
    port = ntohs(four->sin_port);
    form = "%s:%u";
  } else if (address->ss_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    const struct in6_addr *number = &six->sin6_addr;
    if (IN6_IS_ADDR_LOOPBACK(number) || IN6_IS_ADDR_UNSPECIFIED(number)) return false;
    if (IN6_IS_ADDR_V4MAPPED(number) && number->s6_addr[12] == 127) return false;
    if (inet_ntop(AF_INET6, number, host, sizeof host) == NULL) return false;
    port = ntohs(six->sin6_port);
    form = "[%s]:%u";
  } else {
    return false;
  }
  // A port of 0 is no connection: so a resolver asks the kernel which of its own addresses it would use (RFC 6724).
  if (port == 0) return false;
  text->size = (size_t)snprintf(text->bytes, sizeof text->bytes, form, host, port);
  return true;
}

static enum mlt_verdict note_connection(struct call *call, uint64_t pointer, uint64_t size) {
  struct sockaddr_storage address = {0};
  if (size < sizeof(struct sockaddr_in) || size > sizeof address) return MLT_CONTINUE;
  if (mlt_read_memory((pid_t)call->notification->pid, pointer, &address, size) != 0) return MLT_CONTINUE;
  if (!mlt_notification_is_valid(call->keeper, call->notification->id)) return MLT_CONTINUE;
  struct mlt_path *text = &first_path;
  if (!is_elsewhere(&address, (socklen_t)size, text)) return MLT_CONTINUE;
  // Addresses don't begin with a slash, so that they are nobody's paths.
  if ((seen(call, text) & MLT_SEEN_READ) != 0) return MLT_CONTINUE;
  record(call, MLT_RECORD_CONNECTED, 0, text, NULL);
  mark(call, text, MLT_SEEN_READ, 0);
  return MLT_CONTINUE;
}

// MARK: All calls

enum mlt_verdict mlt_event_note(struct mlt_keeper *keeper, const struct seccomp_notif *notification) {
  enum mlt_operation operation = mlt_filter_operation(notification->data.arch, notification->data.nr);
  bool is_execution = operation == MLT_OP_EXECVE || operation == MLT_OP_EXECVEAT;
  struct call call = {.keeper = keeper, .notification = notification};
  call.process = mlt_process_of(keeper, (pid_t)notification->pid, is_execution);
  call.scope = mlt_scope_living(keeper, call.process->scope);
  if (operation == MLT_OP_IO_URING || operation == MLT_OP_FOREIGN) {
    bool is_ring = operation == MLT_OP_IO_URING;
    record(&call, MLT_RECORD_ELSEWHERE, is_ring ? ELSEWHERE_IO_URING : ELSEWHERE_FOREIGN, NULL, NULL);
    return MLT_REFUSE;
  }
  if (call.process->is_runner || call.process->is_outside) return MLT_CONTINUE;
  const uint64_t *a = (const uint64_t *)notification->data.args;
  switch (operation) {
    case MLT_OP_OPEN: return note_open(&call, AT_FDCWD, a[0], (uint32_t)a[1], false);
    case MLT_OP_OPENAT: return note_open(&call, (int)a[0], a[1], (uint32_t)a[2], false);
    case MLT_OP_OPENAT2: return note_openat2(&call, a);
    case MLT_OP_CREAT: return note_open(&call, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, false);
    case MLT_OP_EXECVE: return note_execution(&call, AT_FDCWD, a[0], 0);
    case MLT_OP_EXECVEAT: return note_execution(&call, (int)a[0], a[1], (unsigned)a[4]);
    case MLT_OP_RENAME: return note_rename(&call, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
    case MLT_OP_RENAMEAT: return note_rename(&call, (int)a[0], a[1], (int)a[2], a[3], 0);
    case MLT_OP_RENAMEAT2: return note_rename(&call, (int)a[0], a[1], (int)a[2], a[3], (unsigned)a[4]);
    case MLT_OP_LINK: return note_link(&call, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
    case MLT_OP_LINKAT: return note_link(&call, (int)a[0], a[1], (int)a[2], a[3], (unsigned)a[4]);
    case MLT_OP_SYMLINK: return note_symlink(&call, a[0], AT_FDCWD, a[1]);
    case MLT_OP_SYMLINKAT: return note_symlink(&call, a[0], (int)a[1], a[2]);
    case MLT_OP_UNLINK: return note_remove(&call, AT_FDCWD, a[0], false);
    case MLT_OP_UNLINKAT: return note_remove(&call, (int)a[0], a[1], (a[2] & AT_REMOVEDIR) != 0);
    case MLT_OP_RMDIR: return note_remove(&call, AT_FDCWD, a[0], true);
    case MLT_OP_MKDIR: return note_make_folder(&call, AT_FDCWD, a[0]);
    case MLT_OP_MKDIRAT: return note_make_folder(&call, (int)a[0], a[1]);
    case MLT_OP_CONNECT: return note_connection(&call, a[1], (uint32_t)a[2]);
    case MLT_OP_TRUNCATE: return note_truncate(&call, a[0], a[1] == 0);
    case MLT_OP_TRUNCATE64: return note_truncate(&call, a[0], a[1] == 0 && a[2] == 0);
    case MLT_OP_IO_URING:
    case MLT_OP_FOREIGN:
    case MLT_OP_NONE: return MLT_CONTINUE;
  }
  return MLT_CONTINUE;
}
