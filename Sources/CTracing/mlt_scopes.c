// Runs inside this run: each registers its own process, and what that process' descendants do belongs to its scope.

#include "mlt_internal.h"

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#define REPLY_SECONDS 10

// Fills an abstract address (unix(7)). Returns its size, 0 if the name is too long.
static socklen_t address_of(const char *name, struct sockaddr_un *address) {
  size_t size = strlen(name);
  if (size == 0 || size > MLT_SCOPE_NAME_LIMIT) return 0;
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy(address->sun_path + 1, name, size);
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + size);
}

int mlt_scope_listen(const char *name) {
  struct sockaddr_un address;
  socklen_t size = address_of(name, &address);
  if (size == 0) return -1;
  int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -1;
  if (bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 64) == 0) return listener;
  close(listener);
  return -1;
}

// MARK: In the keeper

// A process may have several runs, one after the other: the one that goes on counts, else any.
struct mlt_scope *mlt_scope_of_runner(struct mlt_keeper *keeper, pid_t process) {
  struct mlt_scope *ended = NULL;
  for (int slot = 0; keeper->scope_count > 0 && slot < MLT_SCOPE_SLOTS; slot++) {
    struct mlt_scope *scope = &keeper->scopes[slot];
    if (scope->id == 0 || scope->runner != process) continue;
    if (!scope->has_ended) return scope;
    ended = scope;
  }
  return ended;
}

uint32_t mlt_scope_living(struct mlt_keeper *keeper, uint32_t scope) {
  for (int step = 0; scope != 0 && step < MLT_SCOPE_SLOTS; step++) {
    struct mlt_scope *found = NULL;
    for (int slot = 0; slot < MLT_SCOPE_SLOTS && found == NULL; slot++) {
      if (keeper->scopes[slot].id == scope) found = &keeper->scopes[slot];
    }
    if (found == NULL) return 0;
    if (!found->has_ended) return scope;
    scope = found->parent;
  }
  return 0;
}

void mlt_scope_accept(struct mlt_keeper *keeper) {
  int connection = accept4(keeper->scope_socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (connection < 0) return;
  struct ucred peer;
  socklen_t size = sizeof peer;
  bool is_trusted = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
      && (peer.uid == geteuid() || peer.uid == 0);
  for (unsigned slot = 0; is_trusted && slot < MLT_SCOPE_SLOTS; slot++) {
    struct mlt_scope *scope = &keeper->scopes[slot];
    if (scope->id != 0 || scope->connection >= 0) continue;
    *scope = (struct mlt_scope){.runner = peer.pid, .runner_descriptor = -1, .connection = connection};
    mlt_watch(keeper, connection, MLT_SOURCE_SCOPE_CONNECTION, slot);
    return;
  }
  close(connection);
}

static void note(struct mlt_keeper *keeper, const struct mlt_scope *scope, uint8_t kind) {
  uint32_t numbers[2] = {scope->id, scope->parent};
  mlt_spool_append(
      &keeper->spool, &(struct mlt_record){
                          .kind = kind,
                          .process = scope->runner,
                          .scope = scope->parent,
                          .second = numbers,
                          .second_size = sizeof numbers,
                      });
}

static void begin(struct mlt_keeper *keeper, unsigned slot) {
  struct mlt_scope *scope = &keeper->scopes[slot];
  struct mlt_message reply = {.kind = MLT_MESSAGE_REGISTER};
  int spool = -1;
  struct mlt_scope *other = mlt_scope_of_runner(keeper, scope->runner);
  if (scope->id != 0 || (other != NULL && !other->has_ended)) {
    reply.code = EBUSY;  // two at once in one process: nobody could tell their descendants apart
  } else if (!mlt_process_descends(scope->runner, keeper->self)) {
    reply.code = ESRCH;  // it got our name by other ways than birth, so it isn't followed by us
  } else {
    scope->parent = mlt_scope_living(keeper, mlt_process_of(keeper, scope->runner, true)->scope);
    scope->id = ++keeper->next_scope;
    keeper->scope_count++;
    scope->runner_descriptor = (int)syscall(SYS_pidfd_open, scope->runner, 0);
    if (scope->runner_descriptor >= 0) {
      mlt_watch(keeper, scope->runner_descriptor, MLT_SOURCE_SCOPE_RUNNER, slot);
    }
    mlt_processes_forget(keeper, scope->runner);
    note(keeper, scope, MLT_RECORD_SCOPE_BEGAN);
    mlt_spool_flush(&keeper->spool);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", keeper->spool.descriptor);
    spool = open(path, O_RDONLY | O_CLOEXEC);
    reply.value = (int32_t)scope->id;
    reply.offset = keeper->spool.offset;
  }
  mlt_send_descriptor(scope->connection, &reply, sizeof reply, spool);
  if (spool >= 0) close(spool);
}

static void end(struct mlt_keeper *keeper, struct mlt_scope *scope) {
  if (scope->id == 0 || scope->has_ended) return;
  scope->has_ended = true;
  note(keeper, scope, MLT_RECORD_SCOPE_ENDED);
  mlt_spool_flush(&keeper->spool);
}

static void free_slot(struct mlt_keeper *keeper, struct mlt_scope *scope) {
  end(keeper, scope);
  if (scope->id != 0) {
    keeper->scope_count--;
    mlt_processes_leave_scope(keeper, scope->id, scope->parent, scope->runner);
  }
  if (scope->runner_descriptor >= 0) close(scope->runner_descriptor);
  if (scope->connection >= 0) close(scope->connection);
  *scope = (struct mlt_scope){.connection = -1, .runner_descriptor = -1};
}

void mlt_scope_message(struct mlt_keeper *keeper, unsigned slot) {
  struct mlt_scope *scope = &keeper->scopes[slot % MLT_SCOPE_SLOTS];
  if (scope->connection < 0) return;
  struct mlt_message message;
  ssize_t count = recv(scope->connection, &message, sizeof message, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count != sizeof message) {
    // The inner run's process may live on, and what it does is still its own business.
    end(keeper, scope);
    close(scope->connection);
    scope->connection = -1;
    if (scope->id == 0 || scope->runner_descriptor < 0) free_slot(keeper, scope);
    return;
  }
  if (message.kind == MLT_MESSAGE_REGISTER) begin(keeper, slot);
  if (message.kind == MLT_MESSAGE_END_SCOPE) {
    end(keeper, scope);
    struct mlt_message reply = {
        .kind = MLT_MESSAGE_END_SCOPE, .offset = keeper->spool.offset, .dropped = keeper->spool.dropped};
    mlt_send(scope->connection, &reply, NULL, 0);
  }
}

void mlt_scope_runner_gone(struct mlt_keeper *keeper, unsigned slot) {
  free_slot(keeper, &keeper->scopes[slot % MLT_SCOPE_SLOTS]);
}

// MARK: In the inner run

int mlt_scope_register(const char *name, int *connection, int *spool, struct mlt_message *reply) {
  struct sockaddr_un address;
  socklen_t size = address_of(name, &address);
  if (size == 0) return ENAMETOOLONG;
  int line = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (line < 0) return errno;
  struct timeval patience = {.tv_sec = REPLY_SECONDS};
  setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  *spool = -1;
  int error = 0;
  if (connect(line, (struct sockaddr *)&address, size) != 0) {
    error = errno;
  } else {
    error = mlt_send(line, &(struct mlt_message){.kind = MLT_MESSAGE_REGISTER}, NULL, 0);
  }
  if (error == 0) {
    ssize_t count = mlt_receive_descriptor(line, reply, sizeof *reply, spool);
    if (count != sizeof *reply) error = count < 0 ? (int)-count : ECONNRESET;
  }
  if (error == 0) error = reply->code;
  if (error == 0 && *spool < 0) error = EPROTO;
  if (error == 0) {
    *connection = line;
    return 0;
  }
  if (*spool >= 0) close(*spool);
  close(line);
  return error;
}

int mlt_scope_end(int connection, struct mlt_message *reply) {
  int error = mlt_send(connection, &(struct mlt_message){.kind = MLT_MESSAGE_END_SCOPE}, NULL, 0);
  if (error != 0) return error;
  ssize_t count = mlt_receive(connection, reply, sizeof *reply);
  if (count < 0) return (int)-count;
  return count == sizeof *reply ? 0 : ECONNRESET;
}
