// The seccomp filter: which system calls stop for the keeper, on which architecture.
//
// The kernel keeps, per system call number, whether a filter allows it whatever its arguments (seccomp_cache_prepare in
// kernel/seccomp.c): calls that aren't named here cost a test of one bit.

#include "mlt_internal.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

struct call {
  uint16_t number;
  uint8_t operation;
};

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#define COMPATIBLE_ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#define COMPATIBLE_ARCHITECTURE AUDIT_ARCH_ARM
#else
#error "mlt follows commands on x86-64 and aarch64"
#endif

static const struct call native_calls[] = {
    {__NR_openat, MLT_OP_OPENAT},
#if defined(__x86_64__)
    {__NR_open, MLT_OP_OPEN},
    {__NR_creat, MLT_OP_CREAT},
    {__NR_rename, MLT_OP_RENAME},
    {__NR_link, MLT_OP_LINK},
    {__NR_symlink, MLT_OP_SYMLINK},
    {__NR_unlink, MLT_OP_UNLINK},
    {__NR_rmdir, MLT_OP_RMDIR},
    {__NR_mkdir, MLT_OP_MKDIR},
#endif
    {__NR_connect, MLT_OP_CONNECT},
    {__NR_execve, MLT_OP_EXECVE},
    {__NR_execveat, MLT_OP_EXECVEAT},
    {__NR_renameat, MLT_OP_RENAMEAT},
    {__NR_renameat2, MLT_OP_RENAMEAT2},
    {__NR_linkat, MLT_OP_LINKAT},
    {__NR_symlinkat, MLT_OP_SYMLINKAT},
    {__NR_unlinkat, MLT_OP_UNLINKAT},
    {__NR_mkdirat, MLT_OP_MKDIRAT},
    {__NR_truncate, MLT_OP_TRUNCATE},
    {437, MLT_OP_OPENAT2},   // openat2, everywhere
    {425, MLT_OP_IO_URING},  // io_uring_setup, everywhere
};

// The 32-bit table that the same kernel serves: i386 (int 0x80 too) and arm. They agree up to the *at family.
static const struct call compatible_calls[] = {
    {5, MLT_OP_OPEN},
    {8, MLT_OP_CREAT},
    {9, MLT_OP_LINK},
    {10, MLT_OP_UNLINK},
    {11, MLT_OP_EXECVE},
    {38, MLT_OP_RENAME},
    {39, MLT_OP_MKDIR},
    {40, MLT_OP_RMDIR},
    {83, MLT_OP_SYMLINK},
    {92, MLT_OP_TRUNCATE},
    {193, MLT_OP_TRUNCATE64},
#if defined(__x86_64__)
    {295, MLT_OP_OPENAT},
    {296, MLT_OP_MKDIRAT},
    {301, MLT_OP_UNLINKAT},
    {302, MLT_OP_RENAMEAT},
    {303, MLT_OP_LINKAT},
    {304, MLT_OP_SYMLINKAT},
    {353, MLT_OP_RENAMEAT2},
    {358, MLT_OP_EXECVEAT},
    {362, MLT_OP_CONNECT},
#else
    {322, MLT_OP_OPENAT},
    {323, MLT_OP_MKDIRAT},
    {328, MLT_OP_UNLINKAT},
    {329, MLT_OP_RENAMEAT},
    {330, MLT_OP_LINKAT},
    {331, MLT_OP_SYMLINKAT},
    {382, MLT_OP_RENAMEAT2},
    {387, MLT_OP_EXECVEAT},
    {283, MLT_OP_CONNECT},
#endif
    {437, MLT_OP_OPENAT2},
    {425, MLT_OP_IO_URING},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define X32_BIT 0x40000000u

enum mlt_operation mlt_filter_operation(uint32_t architecture, int number) {
  const struct call *calls = native_calls;
  size_t count = COUNT(native_calls);
  if (architecture == COMPATIBLE_ARCHITECTURE) {
    calls = compatible_calls;
    count = COUNT(compatible_calls);
  } else if (architecture != NATIVE_ARCHITECTURE) {
    return MLT_OP_NONE;
  } else if ((uint32_t)number >= X32_BIT) {
    return MLT_OP_FOREIGN;
  }
  for (size_t index = 0; index < count; index++) {
    if (calls[index].number == number) return calls[index].operation;
  }
  return MLT_OP_NONE;
}

#define STATEMENT(code, k) ((struct sock_filter)BPF_STMT(code, k))
#define JUMP(code, k, yes, no) ((struct sock_filter)BPF_JUMP(code, k, yes, no))
#define LOAD(offset) STATEMENT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define ARGUMENT(index) (offsetof(struct seccomp_data, args) + 8 * (index))  // the lower half: little-endian
#define PROGRAM_LIMIT 256

// Appends the calls of one architecture: but opens of a mere place (O_PATH) straight to the keeper; else allowed.
static size_t append_calls(struct sock_filter *program, size_t size, const struct call *calls, size_t count) {
  for (size_t index = 0; index < count; index++) {
    int flags_argument = -1;
    if (calls[index].operation == MLT_OP_OPEN) flags_argument = 1;
    if (calls[index].operation == MLT_OP_OPENAT) flags_argument = 2;
    if (flags_argument < 0) {
      program[size++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[index].number, 0, 1);
      program[size++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
      continue;
    }
    program[size++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[index].number, 0, 4);
    program[size++] = LOAD(ARGUMENT(flags_argument));
    program[size++] = JUMP(BPF_JMP | BPF_JSET | BPF_K, O_PATH, 1, 0);
    program[size++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    program[size++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  program[size++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  return size;
}

static size_t build(struct sock_filter *program) {
  size_t size = 0;
  program[size++] = LOAD(offsetof(struct seccomp_data, arch));
  size_t native_jump = size;
  program[size++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 0, 0);
  program[size++] = LOAD(offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  // x32 shares the architecture's mark; its programs are all but extinct and its table is another.
  program[size++] = JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  program[size++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
#endif
  size = append_calls(program, size, native_calls, COUNT(native_calls));
  program[native_jump].jf = (uint8_t)(size - native_jump - 1);
  program[size++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, COMPATIBLE_ARCHITECTURE, 1, 0);
  program[size++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program[size++] = LOAD(offsetof(struct seccomp_data, nr));
  return append_calls(program, size, compatible_calls, COUNT(compatible_calls));
}

static int install(unsigned long flags, struct sock_fprog *program) {
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
  return result >= 0 ? (int)result : -errno;
}

int mlt_filter_install(bool *no_new_privs) {
  struct sock_filter instructions[PROGRAM_LIMIT];
  struct sock_fprog program = {.len = (unsigned short)build(instructions), .filter = instructions};
  // SPEC_ALLOW: this is no sandbox, so the command needn't pay for the speculation barriers that kernels before 5.16
  // switch on with a filter. WAIT_KILLABLE_RECV (5.19): signals don't interrupt and repeat a call that is being noted.
  unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  unsigned long killable = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  *no_new_privs = false;
  int listener = install(flags | killable, &program);
  if (listener == -EINVAL) {
    killable = 0;
    listener = install(flags, &program);
  }
  if (listener != -EACCES) return listener;
  // Without CAP_SYS_ADMIN the kernel asks that the process gives up gaining rights by exec (seccomp(2)).
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -errno;
  *no_new_privs = true;
  listener = install(flags | killable, &program);
  if (listener == -EINVAL && killable != 0) listener = install(flags, &program);
  return listener;
}
