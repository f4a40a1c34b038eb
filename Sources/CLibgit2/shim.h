// libgit2, and what Swift cannot say of it.
//
// `git_libgit2_opts` takes variable arguments, which Swift does not import; each option that is used has a function here.

#ifndef MLT_CLIBGIT2_SHIM_H
#define MLT_CLIBGIT2_SHIM_H

#include <git2.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Sets the folders, separated by colons, in which a level of git's configuration is looked for.
///
/// Not safe while other threads use libgit2. Returns 0, or a negative code of libgit2.
static inline int mlt_git_set_search_path(int level, const char *_Nonnull path) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

/// Puts the folders in which a level of git's configuration is looked for into `path`.
///
/// The caller disposes of `path` with `git_buf_dispose`. Returns 0, or a negative code of libgit2.
static inline int mlt_git_get_search_path(int level, git_buf *_Nonnull path) {
  return git_libgit2_opts(GIT_OPT_GET_SEARCH_PATH, level, path);
}

/// Lets repositories be opened that name these extensions, beside the ones that libgit2 knows.
///
/// Returns 0, or a negative code of libgit2.
static inline int mlt_git_allow_extensions(const char *_Nonnull const *_Nonnull names, size_t count) {
  return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, (const char **)names, count);
}

/// Sets the largest tree, in bytes, that is kept in memory once read.
///
/// Returns 0, or a negative code of libgit2.
static inline int mlt_git_set_tree_cache_limit(size_t size) {
  return git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, size);
}

/// Makes a file without a name in memory (`memfd_create(2)`), for libgit2 to read bytes that come from elsewhere.
///
/// Returns its descriptor, closed by `execve`, or -1 with `errno` set.
static inline int mlt_git_file_in_memory(void) {
  return (int)syscall(SYS_memfd_create, "configuration", 1u /* MFD_CLOEXEC */);
}

#endif
