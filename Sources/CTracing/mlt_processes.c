// Who a thread belongs to: its process, its parent, the scope it works for.

#include "mlt_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_UP_AGAIN_AFTER 2000000000ull  // a process number isn't taken again sooner on any real system
#define ANCESTOR_LIMIT 4096

// Finds a number in the text of /proc/TID/status. Returns false if it isn't there.
static bool number_after(const char *text, const char *label, pid_t *number) {
  const char *place = strstr(text, label);
  if (place == NULL) return false;
  *number = (pid_t)strtol(place + strlen(label), NULL, 10);
  return *number > 0 || strcmp(label, "\nPPid:") == 0;
}

bool mlt_process_status(pid_t thread, pid_t *process, pid_t *parent) {
  char text[512];  // Tgid and PPid come in the first lines (proc_pid_status(5)); a name has at most 64 bytes, escaped
  snprintf(text, sizeof text, "/proc/%d/status", thread);
  int descriptor = open(text, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return false;
  text[count] = 0;
  return number_after(text, "\nTgid:", process) && number_after(text, "\nPPid:", parent);
}

static struct mlt_process *slot(struct mlt_keeper *keeper, pid_t thread) {
  return &keeper->processes[(uint32_t)thread * 2654435761u >> 19];  // the upper 13 bits: MLT_PROCESS_SLOTS
}

_Static_assert(MLT_PROCESS_SLOTS == 1 << 13, "the shift in slot() yields a number below MLT_PROCESS_SLOTS");

// The scope of the nearest ancestor that is an inner run's process; 0 up to the command itself.
static uint32_t scope_of_ancestors(struct mlt_keeper *keeper, pid_t parent) {
  for (int step = 0; step < ANCESTOR_LIMIT && parent > 1 && parent != keeper->self; step++) {
    struct mlt_scope *scope = mlt_scope_of_runner(keeper, parent);
    if (scope != NULL) return scope->id;
    struct mlt_process *known = slot(keeper, parent);
    if (known->thread == parent && known->process == parent && !known->is_runner) return known->scope;
    pid_t process, next;
    if (!mlt_process_status(parent, &process, &next)) return 0;
    parent = next;
  }
  return 0;
}

static bool differs_from_ours(pid_t thread, const char *name, const char *expected) {
  char link[64], place[64];
  snprintf(link, sizeof link, "/proc/%d/%s", thread, name);
  ssize_t count = readlink(link, place, sizeof place);
  if (count < 0) return false;  // gone, or not ours to look at: nothing can be said
  return (size_t)count != strlen(expected) || memcmp(place, expected, (size_t)count) != 0;
}

static void note(struct mlt_keeper *keeper, const struct mlt_process *entry) {
  int32_t numbers[2] = {entry->thread, entry->parent};
  mlt_spool_append(
      &keeper->spool, &(struct mlt_record){
                          .kind = MLT_RECORD_PROCESS,
                          .process = entry->process,
                          .scope = entry->scope,
                          .second = numbers,
                          .second_size = sizeof numbers,
                      });
}

struct mlt_process *mlt_process_of(struct mlt_keeper *keeper, pid_t thread, bool anew) {
  struct mlt_process *entry = slot(keeper, thread);
  bool is_known = entry->thread == thread;
  uint64_t now = mlt_now();
  if (is_known && !anew && now - entry->looked_up < LOOK_UP_AGAIN_AFTER) return entry;
  struct mlt_process found = {.thread = thread, .process = thread, .looked_up = now};
  if (!mlt_process_status(thread, &found.process, &found.parent)) {
    if (is_known) return entry;
    *entry = found;
    return entry;
  }
  // A process whose parent died keeps the scope it was born into.
  bool is_same = is_known && entry->process == found.process
      && (entry->parent == found.parent || found.parent == keeper->self);
  found.is_runner = mlt_scope_of_runner(keeper, found.process) != NULL;
  found.scope = is_same && !found.is_runner ? entry->scope : scope_of_ancestors(keeper, found.parent);
  found.has_own_root = differs_from_ours(thread, "root", "/");
  found.is_outside = differs_from_ours(thread, "ns/mnt", keeper->mount_namespace);
  found.is_unreadable = is_same && entry->is_unreadable;
  bool is_news = !is_same || entry->parent != found.parent;
  bool is_newly_outside = found.is_outside && !(is_same && entry->is_outside);
  *entry = found;
  if (is_news) note(keeper, entry);
  if (is_newly_outside) {
    mlt_spool_append(
        &keeper->spool,
        &(struct mlt_record){
            .kind = MLT_RECORD_ELSEWHERE, .flags = 3, .process = found.process, .scope = found.scope});
  }
  return entry;
}

bool mlt_process_descends(pid_t process, pid_t ancestor) {
  for (int step = 0; step < ANCESTOR_LIMIT && process > 1; step++) {
    if (process == ancestor) return true;
    pid_t itself;
    if (!mlt_process_status(process, &itself, &process)) return false;
  }
  return false;
}

void mlt_processes_forget(struct mlt_keeper *keeper, pid_t process) {
  for (int index = 0; index < MLT_PROCESS_SLOTS; index++) {
    if (keeper->processes[index].process == process) keeper->processes[index].thread = 0;
  }
}

void mlt_processes_leave_scope(struct mlt_keeper *keeper, uint32_t scope, uint32_t parent, pid_t runner) {
  mlt_processes_forget(keeper, runner);
  for (int index = 0; index < MLT_PROCESS_SLOTS; index++) {
    if (keeper->processes[index].scope == scope) keeper->processes[index].scope = parent;
  }
}
