/*
 * The sandbox: a filter of system calls; see sandbox.h.
 *
 * An allow-list, made with libseccomp.  Calls that only an intruder would make
 * (programs, tracing, modules, namespaces, keys) end the process with SIGSYS;
 * what is on neither list fails with ENOSYS, as on a kernel that does not know
 * it, so that a C library newer than this list falls back to what it did
 * before.  Where a call is harmless or not by its arguments, these decide:
 * ioctl(2) by the kind of device, openat(2) by whether a file would be made,
 * mmap(2) and mprotect(2) by PROT_EXEC, clone(2) must make a thread.
 *
 * Names are those of several architectures; one that this machine does not
 * have is left out by libseccomp.  Source: syscalls(2), seccomp_rule_add(3),
 * and what the agent and its libraries do (the tests run under it).
 *
 * Not done: paths are not looked at; the systemd unit and the rights of the
 * user say which files there are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Types of ioctl(2) numbers, bits 8 to 15: the devices of the backends. */
#define IOCTL_TYPE_MASK 0xff00u
#define IOCTL_TYPE_I2C  0x0700u /* linux/i2c-dev.h */
#define IOCTL_TYPE_GPIO 0xb400u /* linux/gpio.h */
#define IOCTL_TYPE_SG   0x2200u /* scsi/sg.h */
#define IOCTL_TYPE_USB  0x5500u /* linux/usbdevice_fs.h */

static const char *const allowed[] = {
    /* files that are there */
    "access",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "faccessat2",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "flock",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fstatfs64",
    "ftruncate",
    "ftruncate64",
    "getcwd",
    "getdents64",
    "_llseek",
    "lseek",
    "lstat",
    "lstat64",
    "newfstatat",
    "pread64",
    "preadv",
    "pwrite64",
    "read",
    "readlink",
    "readlinkat",
    "readv",
    "pwritev", /* tapes that are files */
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "umask",
    "write",
    "writev",
    /* sockets, and their files */
    "accept",
    "accept4",
    "bind",
    "chmod",
    "chown",
    "connect",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "lchown",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmmsg_time64",
    "recvmsg",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socketpair",
    "unlink",
    "unlinkat",
    /* waiting */
    "clock_getres",
    "clock_getres_time64",
    "clock_gettime",
    "clock_gettime64",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd2",
    "gettimeofday",
    "inotify_add_watch",
    "inotify_init1",
    "inotify_rm_watch",
    "nanosleep",
    "_newselect",
    "pipe2",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "restart_syscall",
    "select",
    "time",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_gettime64",
    "timerfd_settime",
    "timerfd_settime64",
    /* memory */
    "brk",
    "madvise",
    "membarrier",
    "mremap",
    "munmap",
    /* threads and signals */
    "arch_prctl",
    "exit",
    "exit_group",
    "futex",
    "futex_time64",
    "get_tls",
    "get_robust_list",
    "gettid",
    "rseq",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "sched_getaffinity",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",
    "set_tls",
    "sigaltstack",
    "signalfd4",
    "sigreturn",
    /* who and where one is */
    "getegid",
    "getegid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getgroups",
    "getgroups32",
    "getpid",
    "getppid",
    "getrandom",
    "getresgid",
    "getresgid32",
    "getresuid",
    "getresuid32",
    "getrlimit",
    "getrusage",
    "getuid",
    "getuid32",
    "sysinfo",
    "ugetrlimit",
    "uname",
};

/* Nothing that goes wrong by itself does one of these. */
static const char *const deadly[] = {
    "add_key",
    "bpf",
    "chroot",
    "delete_module",
    "execve",
    "execveat",
    "finit_module",
    "fork",
    "init_module",
    "keyctl",
    "kexec_load",
    "kexec_file_load",
    "mount",
    "move_mount",
    "perf_event_open",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "reboot",
    "request_key",
    "setns",
    "swapon",
    "umount2",
    "unshare",
    "userfaultfd",
    "vfork",
};

struct filter {
    scmp_filter_ctx ctx;
    int err; /* the first that occurred, negative; 0: none */
};

/* One call, if all @count conditions hold. */
static void add(struct filter *f, uint32_t action, const char *name,
                unsigned count, const struct scmp_arg_cmp *conditions)
{
    int number = seccomp_syscall_resolve_name(name);
    int err;

    if (number == __NR_SCMP_ERROR) {
        return; /* newer than the library */
    }
    err = seccomp_rule_add_array(f->ctx, action, number, count, conditions);
    if (err < 0 && f->err == 0) {
        f->err = err;
    }
}

/* Allow @name where the bits @mask of argument @arg are @value. */
static void allow_bits(struct filter *f, const char *name, unsigned arg,
                       uint64_t mask, uint64_t value)
{
    const struct scmp_arg_cmp when =
        SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, value);

    add(f, SCMP_ACT_ALLOW, name, 1, &when);
}

static void allow_value(struct filter *f, const char *name, unsigned arg,
                        uint64_t value)
{
    const struct scmp_arg_cmp when = SCMP_CMP64(arg, SCMP_CMP_EQ, value, 0);

    add(f, SCMP_ACT_ALLOW, name, 1, &when);
}

static void allow_devices(struct filter *f)
{
    allow_bits(f, "ioctl", 1, IOCTL_TYPE_MASK, IOCTL_TYPE_I2C);
    allow_bits(f, "ioctl", 1, IOCTL_TYPE_MASK, IOCTL_TYPE_GPIO);
    allow_bits(f, "ioctl", 1, IOCTL_TYPE_MASK, IOCTL_TYPE_SG);
    allow_bits(f, "ioctl", 1, IOCTL_TYPE_MASK, IOCTL_TYPE_USB);
    allow_value(f, "ioctl", 1, TCGETS); /* isatty(3) */
    allow_value(f, "ioctl", 1, FIONREAD);
    allow_value(f, "ioctl", 1, FIONBIO);
}

static void allow_files_and_sockets(struct filter *f)
{
    const uint64_t making = O_CREAT | (O_TMPFILE & ~O_DIRECTORY) | O_TRUNC;

    allow_bits(f, "open", 1, making, 0);
    allow_bits(f, "openat", 2, making, 0);
    allow_value(f, "socket", 0, AF_UNIX);
    allow_value(f, "socket", 0, AF_INET);
    allow_value(f, "socket", 0, AF_INET6);
}

static void allow_memory(struct filter *f)
{
    allow_bits(f, "mmap", 2, PROT_EXEC, 0);
    allow_bits(f, "mmap2", 2, PROT_EXEC, 0);
    allow_bits(f, "mprotect", 2, PROT_EXEC, 0);
}

static void allow_threads(struct filter *f)
{
    const uint64_t thread = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND;

    /* clone3(2) is not there: a filter does not see its flags */
    allow_bits(f, "clone", 0, thread, thread);
    allow_value(f, "tgkill", 0, (uint64_t)getpid()); /* abort(3) */
    allow_value(f, "prctl", 0, PR_SET_NAME);
    allow_value(f, "prlimit64", 2, 0); /* to read it */
}

static int build(struct filter *f)
{
    size_t i;

    for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        add(f, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    }
    for (i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0, NULL);
    }
    allow_devices(f);
    allow_files_and_sockets(f);
    allow_memory(f);
    allow_threads(f);
    return f->err;
}

/* What is loaded on first use must be there before: it is executable. */
static void load_libraries(void)
{
    getpwuid(getuid());
}

int bw_sandbox_enter(char *error, size_t error_size)
{
    struct filter f = { .ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS)) };
    int err;

    load_libraries();
    err = f.ctx ? build(&f) : -ENOMEM;
    if (err == 0) {
        err = seccomp_load(f.ctx);
    }
    seccomp_release(f.ctx);
    if (err < 0) {
        snprintf(error, error_size,
                 "cannot enter the sandbox: %s; a kernel without seccomp "
                 "filters, or an emulated one, needs --sandbox=off",
                 strerror(-err));
        return -1;
    }
    return 0;
}
