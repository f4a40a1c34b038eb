// Barriers: questions to the front end about content that is about to be lost, and the calls that wait for its answers.

#include "mlt_internal.h"

#include <sys/epoll.h>

bool mlt_barrier_is_pending(struct mlt_keeper *keeper, const struct mlt_path *path) {
  for (int index = 0; keeper->waiting > 0 && index < MLT_BARRIER_SLOTS; index++) {
    struct mlt_barrier *barrier = &keeper->barriers[index];
    if (barrier->is_used && barrier->path.size == path->size
        && memcmp(barrier->path.bytes, path->bytes, path->size) == 0) {
      return true;
    }
  }
  return false;
}

// While too many questions are open nothing more is taken from the listener: the processes wait in the kernel.
static void pause_or_resume(struct mlt_keeper *keeper) {
  bool must_pause = keeper->waiting + 2 > MLT_BARRIER_SLOTS;
  if (keeper->listener < 0 || must_pause == keeper->is_listener_paused) return;
  struct epoll_event event = {
      .events = must_pause ? 0 : EPOLLIN, .data.u64 = (uint64_t)MLT_SOURCE_LISTENER << 32};
  epoll_ctl(keeper->epoll, EPOLL_CTL_MOD, keeper->listener, &event);
  keeper->is_listener_paused = must_pause;
}

bool mlt_barrier_ask(
    struct mlt_keeper *keeper, uint64_t notification, uint32_t kind, uint32_t flags, int32_t process, uint32_t scope,
    const struct mlt_path *path) {
  if (keeper->control < 0 || keeper->front_end_done) return false;
  struct mlt_barrier *barrier = NULL;
  for (int index = 0; index < MLT_BARRIER_SLOTS && barrier == NULL; index++) {
    if (!keeper->barriers[index].is_used) barrier = &keeper->barriers[index];
  }
  if (barrier == NULL) return false;
  mlt_spool_flush(&keeper->spool);
  struct mlt_message message = {
      .kind = MLT_MESSAGE_BARRIER,
      .code = (int32_t)kind,
      .value = process,
      .flags = flags,
      .id = ++keeper->next_barrier,
      .offset = keeper->spool.offset,
  };
  if (mlt_send(keeper->control, &message, path->bytes, path->size) != 0) return false;
  barrier->is_used = true;
  barrier->id = message.id;
  barrier->notification = notification;
  barrier->process = process;
  barrier->scope = scope;
  barrier->path.size = path->size;
  memcpy(barrier->path.bytes, path->bytes, path->size + 1);
  keeper->waiting++;
  pause_or_resume(keeper);
  return true;
}

// Ends a barrier; its call goes on once no other barrier holds it.
static void release(struct mlt_keeper *keeper, struct mlt_barrier *barrier) {
  barrier->is_used = false;
  keeper->waiting--;
  for (int index = 0; index < MLT_BARRIER_SLOTS; index++) {
    struct mlt_barrier *other = &keeper->barriers[index];
    if (other->is_used && other->notification == barrier->notification) return;
  }
  mlt_notification_answer(keeper, barrier->notification, MLT_CONTINUE);
}

void mlt_barrier_answer(struct mlt_keeper *keeper, const struct mlt_message *message, const void *id, size_t size) {
  for (int index = 0; index < MLT_BARRIER_SLOTS; index++) {
    struct mlt_barrier *barrier = &keeper->barriers[index];
    if (!barrier->is_used || barrier->id != message->id) continue;
    if ((message->flags & MLT_ANSWER_HAS_ID) != 0 && size == 32) {
      mlt_spool_append(
          &keeper->spool, &(struct mlt_record){
                              .kind = MLT_RECORD_PREIMAGE,
                              .process = barrier->process,
                              .scope = barrier->scope,
                              .first = barrier->path.bytes,
                              .first_size = barrier->path.size,
                              .second = id,
                              .second_size = size,
                          });
    }
    release(keeper, barrier);
    break;
  }
  pause_or_resume(keeper);
}

void mlt_barriers_release(struct mlt_keeper *keeper) {
  for (int index = 0; index < MLT_BARRIER_SLOTS; index++) {
    if (keeper->barriers[index].is_used) release(keeper, &keeper->barriers[index]);
  }
  pause_or_resume(keeper);
}
