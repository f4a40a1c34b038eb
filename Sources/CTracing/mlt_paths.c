// Reading a path out of another process, and making it absolute as that process would have it.

#include "mlt_internal.h"

#include <stdio.h>
#include <sys/uio.h>

#define PAGE 4096u  // the smallest page there is; a larger one only means more pieces than needed
#define FIRST_PIECE 256u

int mlt_read_memory(pid_t thread, uint64_t address, void *bytes, size_t size) {
  struct iovec here = {.iov_base = bytes, .iov_len = size};
  struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};
  ssize_t count = process_vm_readv(thread, &here, 1, &there, 1, 0);
  if (count < 0) return errno;
  return (size_t)count == size ? 0 : EFAULT;
}

// Strings end anywhere before an unmapped page, so no piece reaches over a page's end.
enum mlt_path_result mlt_read_string(pid_t thread, uint64_t address, struct mlt_path *path) {
  size_t size = 0;
  size_t piece = FIRST_PIECE;
  while (size < MLT_ARGUMENT_LIMIT) {
    uint64_t start;
    if (__builtin_add_overflow(address, size, &start)) return MLT_PATH_BAD;
    size_t count = PAGE - (size_t)(start & (PAGE - 1));
    if (count > piece) count = piece;
    if (count > MLT_ARGUMENT_LIMIT - size) count = MLT_ARGUMENT_LIMIT - size;
    int error = mlt_read_memory(thread, start, path->bytes + size, count);
    if (error == EPERM || error == EACCES) return MLT_PATH_UNREADABLE;
    if (error != 0) return MLT_PATH_BAD;
    const char *end = memchr(path->bytes + size, 0, count);
    if (end != NULL) {
      path->size = (size_t)(end - path->bytes);
      return MLT_PATH_OK;
    }
    size += count;
    piece = PAGE;
  }
  return MLT_PATH_BAD;  // the kernel answers ENAMETOOLONG
}

// Reads a link of /proc. Anything that doesn't begin with a slash is no place; `errno` says what kind of none.
static bool read_place(const char *link, struct mlt_path *place) {
  ssize_t count = readlink(link, place->bytes, MLT_PATH_LIMIT);
  if (count < 0) return false;
  // What isn't reachable from our root is shown as `(unreachable)/…`; a pipe, socket or the like as `kind:[…]`.
  errno = count == 0 || count >= MLT_PATH_LIMIT ? ENAMETOOLONG : place->bytes[0] == '(' ? EXDEV : ENOTDIR;
  if (count == 0 || count >= MLT_PATH_LIMIT || place->bytes[0] != '/') return false;
  place->size = (size_t)count;
  if (place->size == 1) place->size = 0;
  place->bytes[place->size] = 0;
  return true;
}

// Drops the last component, but nothing of the first `floor` bytes.
static void pop(struct mlt_path *path, size_t floor) {
  while (path->size > floor && path->bytes[path->size - 1] != '/') path->size--;
  if (path->size > floor) path->size--;
  path->bytes[path->size] = 0;
}

static bool is_real_folder(const struct mlt_path *path) {
  struct stat status;
  return lstat(path->bytes, &status) == 0 && S_ISDIR(status.st_mode);
}

// Appends the components of `text` to a path without links whose first `floor` bytes can't be left.
//
// `..` drops what it follows where that is a real folder; after a link it leads elsewhere and is kept.
static bool append(struct mlt_path *path, size_t floor, const char *text, size_t size) {
  size_t canonical = path->size;
  const char *end = text + size;
  while (text < end) {
    const char *slash = memchr(text, '/', (size_t)(end - text));
    size_t count = slash != NULL ? (size_t)(slash - text) : (size_t)(end - text);
    const char *component = text;
    text += count + (slash != NULL);
    if (count == 0 || (count == 1 && component[0] == '.')) continue;
    if (count == 2 && component[0] == '.' && component[1] == '.') {
      bool ends_in_parent = path->size >= 3 && memcmp(path->bytes + path->size - 3, "/..", 3) == 0;
      if (path->size <= canonical || (!ends_in_parent && is_real_folder(path))) {
        pop(path, floor);
        if (path->size < canonical) canonical = path->size;
        continue;
      }
    }
    if (path->size + 1 + count > MLT_PATH_LIMIT) return false;
    path->bytes[path->size++] = '/';
    memcpy(path->bytes + path->size, component, count);
    path->size += count;
    path->bytes[path->size] = 0;
  }
  return true;
}

static bool has_prefix(const struct mlt_path *path, const char *prefix) {
  size_t size = strlen(prefix);
  return path->size >= size && memcmp(path->bytes, prefix, size) == 0;
}

// Puts `head` in place of the first `count` bytes.
static bool replace_head(struct mlt_path *path, size_t count, const char *head, size_t head_size) {
  if (head_size + (path->size - count) > MLT_PATH_LIMIT) return false;
  memmove(path->bytes + head_size, path->bytes + count, path->size - count + 1);
  memcpy(path->bytes, head, head_size);
  path->size = path->size - count + head_size;
  return true;
}

static size_t digits(const char *text) {
  size_t count = 0;
  while (text[count] >= '0' && text[count] <= '9') count++;
  return count;
}

// Follows what /dev/stdin, /dev/fd and the links of /proc/PID lead to: they mean another thing for the process than for
// us, or nothing at all later.
static bool follow_magic(struct mlt_path *path, pid_t process, pid_t thread) {
  if (!has_prefix(path, "/proc/") && !has_prefix(path, "/dev/")) return true;
  char head[64];
  static const char *const streams[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
  for (int number = 0; number < 3; number++) {
    if (strcmp(path->bytes, streams[number]) != 0) continue;
    int count = snprintf(head, sizeof head, "/proc/%d/fd/%d", process, number);
    if (!replace_head(path, path->size, head, (size_t)count)) return false;
  }
  if (has_prefix(path, "/dev/fd/")) {
    int count = snprintf(head, sizeof head, "/proc/%d/fd/", process);
    if (!replace_head(path, 8, head, (size_t)count)) return false;
  } else if (has_prefix(path, "/proc/self/")) {
    int count = snprintf(head, sizeof head, "/proc/%d/", process);
    if (!replace_head(path, 11, head, (size_t)count)) return false;
  } else if (has_prefix(path, "/proc/thread-self/")) {
    int count = snprintf(head, sizeof head, "/proc/%d/", thread);
    if (!replace_head(path, 18, head, (size_t)count)) return false;
  }
  if (!has_prefix(path, "/proc/")) return true;
  size_t size = 6 + digits(path->bytes + 6);
  const char *rest = path->bytes + size;
  if (size == 6) return true;
  if (strncmp(rest, "/fd/", 4) == 0 && digits(rest + 4) > 0) {
    size += 4 + digits(rest + 4);
  } else if (strncmp(rest, "/cwd", 4) == 0 || strncmp(rest, "/exe", 4) == 0) {
    size += 4;
  } else if (strncmp(rest, "/root", 5) == 0) {
    size += 5;
  } else {
    return true;
  }
  if (size > sizeof head - 1 || (path->bytes[size] != 0 && path->bytes[size] != '/')) return true;
  memcpy(head, path->bytes, size);
  head[size] = 0;
  static struct mlt_path place;
  if (!read_place(head, &place)) return true;  // a pipe, say: the path stays one of /proc
  if (!replace_head(path, size, place.bytes, place.size)) return false;
  return true;
}

enum mlt_path_result mlt_read_path(
    pid_t thread, const struct mlt_process *process, int folder, uint64_t address, bool empty_is_folder,
    bool inside_folder, struct mlt_path *path) {
  static struct mlt_path text;
  enum mlt_path_result result = mlt_read_string(thread, address, &text);
  if (result != MLT_PATH_OK) return result;
  if (text.size == 0 && !empty_is_folder) return MLT_PATH_BAD;
  bool is_absolute = text.size > 0 && text.bytes[0] == '/';
  char link[64];
  size_t floor = 0;
  path->size = 0;
  path->bytes[0] = 0;
  if (is_absolute && !inside_folder) {
    if (process->has_own_root) {
      snprintf(link, sizeof link, "/proc/%d/root", thread);
      if (!read_place(link, path)) return MLT_PATH_UNRESOLVED;
      floor = path->size;
    }
  } else {
    if (folder == AT_FDCWD) {
      snprintf(link, sizeof link, "/proc/%d/cwd", thread);
    } else {
      snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, folder);
    }
    if (!read_place(link, path)) {
      bool is_bad = errno == ENOENT || errno == EBADF || (errno == ENOTDIR && folder != AT_FDCWD);
      return is_bad ? MLT_PATH_BAD : MLT_PATH_UNRESOLVED;
    }
    if (inside_folder) floor = path->size;
  }
  if (!append(path, floor, text.bytes, text.size)) return MLT_PATH_UNRESOLVED;
  if (!follow_magic(path, process->process, thread)) return MLT_PATH_UNRESOLVED;
  if (path->size == 0) {
    path->bytes[path->size++] = '/';
    path->bytes[path->size] = 0;
  }
  return MLT_PATH_OK;
}

bool mlt_path_is_kernels(const struct mlt_path *path) {
  if (has_prefix(path, "/dev/shm/")) return false;  // an ordinary file system in memory
  return has_prefix(path, "/proc/") || has_prefix(path, "/sys/") || has_prefix(path, "/dev/");
}

int64_t mlt_birth_time(const char *path) {
  struct statx status;
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &status) != 0) return -1;
  if ((status.stx_mask & STATX_BTIME) == 0 || status.stx_btime.tv_sec < 0) return -1;
  if (status.stx_btime.tv_sec > INT64_MAX / 1000000000 - 1) return -1;
  return status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
}
