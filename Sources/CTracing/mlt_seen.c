// Which paths a run has read and written: a hash set of 108 bits a path, so that a million paths take 32 MiB at most.

#include "mlt_internal.h"

#include <sys/mman.h>
#include <sys/random.h>

#define INITIAL_CAPACITY 4096
#define FLAG_BITS 4
#define EPOCH_BITS 16
#define LOW_BITS (FLAG_BITS + EPOCH_BITS)
#define LOW_MASK ((1ull << LOW_BITS) - 1)
#define FLAG_MASK ((1ull << FLAG_BITS) - 1)
#define EPOCH_LIMIT (1u << EPOCH_BITS)

static uint64_t mix(uint64_t left, uint64_t right) {
  unsigned __int128 product = (unsigned __int128)left * right;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

struct key {
  uint64_t first;
  uint64_t second;
};

// Multiply-and-fold over eight bytes at a time, twice with other constants. The seed is random, so that nobody can make
// paths that collide.
static struct key key_of(const struct mlt_seen *seen, uint32_t scope, const char *path, size_t size) {
  uint64_t first = seen->seed ^ scope, second = ~seen->seed + size;
  while (size > 0) {
    uint64_t word = 0;
    size_t count = size < 8 ? size : 8;
    memcpy(&word, path, count);
    first = mix(first ^ word, 0x9E3779B97F4A7C15ull) + 0x2545F4914F6CDD1Dull;
    second = mix(second + word, 0xD6E8FEB86659FD93ull) ^ 0xA0761D6478BD642Full;
    path += count;
    size -= count;
  }
  struct key key = {mix(first, 0xE7037ED1A0B428DBull), mix(second ^ first, 0x8EBC6AF09C88C6E3ull) & ~LOW_MASK};
  if (key.first == 0 && key.second == 0) key.first = 1;  // all zero marks a free entry
  return key;
}

static struct mlt_seen_entry *allocate(size_t capacity) {
  void *memory = mmap(
      NULL, capacity * sizeof(struct mlt_seen_entry), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void mlt_seen_begin(struct mlt_seen *seen) {
  *seen = (struct mlt_seen){.capacity = INITIAL_CAPACITY, .epoch = 1};
  if (getrandom(&seen->seed, sizeof seen->seed, GRND_NONBLOCK) != sizeof seen->seed) {
    seen->seed = mlt_now() * 0x9E3779B97F4A7C15ull;
  }
  seen->entries = allocate(seen->capacity);
  if (seen->entries == NULL) seen->capacity = 0;
}

// The entry of a key, or the free one where it belongs.
static struct mlt_seen_entry *slot(struct mlt_seen_entry *entries, size_t capacity, struct key key) {
  for (size_t index = key.first & (capacity - 1);; index = (index + 1) & (capacity - 1)) {
    struct mlt_seen_entry *entry = &entries[index];
    if (entry->first == 0 && entry->second == 0) return entry;
    if (entry->first == key.first && (entry->second & ~LOW_MASK) == key.second) return entry;
  }
}

static void grow(struct mlt_seen *seen) {
  size_t capacity = seen->capacity * 2;
  struct mlt_seen_entry *entries = allocate(capacity);
  if (entries == NULL) return;
  for (size_t index = 0; index < seen->capacity; index++) {
    struct mlt_seen_entry entry = seen->entries[index];
    if (entry.first == 0 && entry.second == 0) continue;
    *slot(entries, capacity, (struct key){entry.first, entry.second & ~LOW_MASK}) = entry;
  }
  munmap(seen->entries, seen->capacity * sizeof(struct mlt_seen_entry));
  seen->entries = entries;
  seen->capacity = capacity;
}

static uint64_t epoch_of(uint64_t second) { return second >> FLAG_BITS & (EPOCH_LIMIT - 1); }

unsigned mlt_seen_flags(struct mlt_seen *seen, uint32_t scope, const char *path, size_t size) {
  if (seen->capacity == 0) return 0;
  struct mlt_seen_entry *entry = slot(seen->entries, seen->capacity, key_of(seen, scope, path, size));
  unsigned flags = (unsigned)(entry->second & FLAG_MASK);
  if (epoch_of(entry->second) == seen->epoch) return flags | MLT_SEEN_CURRENT;
  return flags & ~(unsigned)MLT_SEEN_WRITTEN;
}

void mlt_seen_update(
    struct mlt_seen *seen, uint32_t scope, const char *path, size_t size, unsigned set, unsigned clear) {
  if (seen->capacity == 0) return;
  if (seen->count >= seen->capacity / 4 * 3) grow(seen);
  struct key key = key_of(seen, scope, path, size);
  struct mlt_seen_entry *entry = slot(seen->entries, seen->capacity, key);
  if (entry->first == 0 && entry->second == 0) {
    // Without memory to grow, new paths are no longer noted; one entry in eight stays free, so that searches end.
    if (seen->count >= seen->capacity / 8 * 7) return;
    entry->first = key.first;
    entry->second = key.second;
    seen->count++;
  }
  unsigned flags = (unsigned)(entry->second & FLAG_MASK);
  if (epoch_of(entry->second) != seen->epoch) flags &= ~(unsigned)MLT_SEEN_WRITTEN;
  flags = (flags | set) & ~clear;
  entry->second = key.second | (uint64_t)seen->epoch << FLAG_BITS | flags;
}

void mlt_seen_names_changed(struct mlt_seen *seen) {
  if (++seen->epoch < EPOCH_LIMIT) return;
  // No path is of epoch 0, so that nothing of before seems current.
  seen->epoch = 1;
  for (size_t index = 0; index < seen->capacity; index++) {
    seen->entries[index].second &= ~((uint64_t)(EPOCH_LIMIT - 1) << FLAG_BITS);
  }
}
