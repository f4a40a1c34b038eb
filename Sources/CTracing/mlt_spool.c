// The spool: an append-only file of records, written through a buffer.

#include "mlt_internal.h"

#include <time.h>

uint64_t mlt_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void put(struct mlt_spool *spool, const void *bytes, size_t size) {
  if (size != 0) memcpy(spool->buffer + spool->used, bytes, size);
  spool->used += size;
}

void mlt_spool_begin(struct mlt_spool *spool, int descriptor) {
  spool->descriptor = descriptor;
  spool->used = 0;
  spool->offset = 0;
  spool->dropped = 0;
  spool->pending_records = 0;
  struct timespec real;
  clock_gettime(CLOCK_REALTIME, &real);
  uint32_t version = MLT_SPOOL_VERSION, mark = 0x01020304;
  uint64_t monotonic_time = mlt_now();
  uint64_t real_time = (uint64_t)real.tv_sec * 1000000000u + (uint64_t)real.tv_nsec;
  put(spool, "mltspool", 8);
  put(spool, &version, 4);
  put(spool, &mark, 4);
  put(spool, &monotonic_time, 8);
  put(spool, &real_time, 8);
}

// Writes what is buffered at the end of the whole records on disk. When that fails the buffered records are dropped and
// counted: a command must not be held up by a full disk. A record is on disk whole, or the next one overwrites its
// beginning.
void mlt_spool_flush(struct mlt_spool *spool) {
  size_t done = 0;
  while (done < spool->used) {
    ssize_t count =
        pwrite(spool->descriptor, spool->buffer + done, spool->used - done, (off_t)(spool->offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += (size_t)count;
  }
  if (done == spool->used) {
    spool->offset += done;
    spool->used = 0;
  } else {
    spool->dropped += spool->pending_records;
    // If the torn end can't be cut off either, the next flush overwrites it; readers are told where whole records end.
    (void)!ftruncate(spool->descriptor, (off_t)spool->offset);
    // A header that couldn't be written is kept for the next try.
    spool->used = spool->offset == 0 ? MLT_SPOOL_HEADER_SIZE : 0;
  }
  spool->pending_records = 0;
}

void mlt_spool_append(struct mlt_spool *spool, const struct mlt_record *record) {
  size_t size = MLT_RECORD_HEADER_SIZE + record->first_size + record->second_size;
  if (spool->used + size > sizeof spool->buffer) mlt_spool_flush(spool);
  if (spool->used + size > sizeof spool->buffer) {
    spool->dropped++;
    return;
  }
  uint32_t size_field = (uint32_t)size, first_size = (uint32_t)record->first_size;
  uint8_t reserved = 0;
  uint64_t time = mlt_now();
  put(spool, &size_field, 4);
  put(spool, &record->kind, 1);
  put(spool, &reserved, 1);
  put(spool, &record->flags, 2);
  put(spool, &record->process, 4);
  put(spool, &record->scope, 4);
  put(spool, &time, 8);
  put(spool, &first_size, 4);
  put(spool, record->first, record->first_size);
  put(spool, record->second, record->second_size);
  spool->pending_records++;
}
