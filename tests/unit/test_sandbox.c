/*
 * host-agent/sandbox.c: what can be done inside, and what cannot.
 *
 * Each test has a process of its own, which enters the sandbox and says with
 * its exit status what it met.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host-agent/sandbox.h"

#define NO_SANDBOX 100 /* exit status: it could not be entered */
#define KILLED     200 /* for result_of(): by SIGSYS */

/* Returns the exit status of @child in the sandbox, or KILLED. */
static int result_of(int (*child)(void))
{
    char error[256];
    int status = 0;
    pid_t pid = fork();

    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        if (bw_sandbox_enter(error, sizeof(error)) < 0) {
            _exit(NO_SANDBOX);
        }
        _exit(child());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGSYS);
        return KILLED;
    }
    if (WEXITSTATUS(status) == NO_SANDBOX) {
        skip();
    }
    return WEXITSTATUS(status);
}

static int errno_if(bool failed)
{
    return failed ? errno : 0;
}

/* What cannot be done */

static int run_a_program(void)
{
    return errno_if(execl("/bin/true", "true", NULL) < 0);
}

static int make_a_process(void)
{
    return errno_if(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0);
}

static int trace(void)
{
    return errno_if(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
}

static int make_a_file(void)
{
    return errno_if(open("/tmp/benchwire-sandbox", O_WRONLY | O_CREAT, 0600) <
                    0);
}

static int make_an_unnamed_file(void)
{
    return errno_if(open("/tmp", O_WRONLY | O_TMPFILE, 0600) < 0);
}

static int cut_a_file(void)
{
    return errno_if(open("/dev/null", O_WRONLY | O_TRUNC) < 0);
}

static int kill_another(void)
{
    return errno_if(kill(getppid(), 0) < 0);
}

static int make_memory_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) {
        return 1;
    }
    return errno_if(mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0);
}

static int map_executable_memory(void)
{
    return errno_if(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

static int type_into_a_terminal(void)
{
    char byte = 'x';

    return errno_if(ioctl(0, TIOCSTI, &byte) < 0);
}

static int listen_to_the_network(void)
{
    return errno_if(socket(AF_PACKET, SOCK_RAW, 0) < 0);
}

static int become_another(void)
{
    return errno_if(setuid(getuid()) < 0);
}

static int call_what_there_is_not(void)
{
    return errno_if(syscall(1023) < 0);
}

static void an_intruders_calls_end_the_process(void **state)
{
    (void)state;
    assert_int_equal(result_of(run_a_program), KILLED);
    assert_int_equal(result_of(trace), KILLED);
}

static void no_process_can_be_made(void **state)
{
    (void)state;
    assert_int_equal(result_of(make_a_process), ENOSYS);
}

static void no_file_can_be_made(void **state)
{
    (void)state;
    assert_int_equal(result_of(make_a_file), ENOSYS);
    assert_int_equal(access("/tmp/benchwire-sandbox", F_OK), -1);
    assert_int_equal(result_of(make_an_unnamed_file), ENOSYS);
    assert_int_equal(result_of(cut_a_file), ENOSYS);
}

static void no_memory_can_be_made_executable(void **state)
{
    (void)state;
    assert_int_equal(result_of(make_memory_executable), ENOSYS);
    assert_int_equal(result_of(map_executable_memory), ENOSYS);
}

static void other_processes_and_devices_are_out_of_reach(void **state)
{
    (void)state;
    assert_int_equal(result_of(kill_another), ENOSYS);
    assert_int_equal(result_of(type_into_a_terminal), ENOSYS);
    assert_int_equal(result_of(listen_to_the_network), ENOSYS);
    assert_int_equal(result_of(become_another), ENOSYS);
}

static void a_call_of_a_later_kernel_is_one_that_there_is_not(void **state)
{
    (void)state;
    assert_int_equal(result_of(call_what_there_is_not), ENOSYS);
}

/* What can */

static void *nothing(void *opaque)
{
    return opaque;
}

static int make_threads(void)
{
    pthread_t thread;
    char token;
    void *back = NULL;
    int err = pthread_create(&thread, NULL, nothing, &token);

    if (err == 0) {
        err = pthread_join(thread, &back);
    }
    return err ? err : back != &token;
}

static int ask_a_device(void)
{
    int fd = open("/dev/null", O_RDWR);

    /* of I2C and of GPIO: the kernel's own answer */
    if (fd < 0 || ioctl(fd, 0x0705, 0) == 0 || errno != ENOTTY ||
        ioctl(fd, 0x8044b401, 0) == 0 || errno != ENOTTY) {
        return errno;
    }
    return 0;
}

static int listen_and_be_reached(void)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t len = sizeof(addr.sun_family); /* the kernel finds a name */

    return errno_if(bind(listener, (struct sockaddr *)&addr, len) < 0 ||
                    listen(listener, 1) < 0 || (len = sizeof(addr)) == 0 ||
                    getsockname(listener, (struct sockaddr *)&addr, &len) < 0 ||
                    connect(client, (struct sockaddr *)&addr, len) < 0 ||
                    accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0);
}

static void threads_can_be_made(void **state)
{
    (void)state;
    assert_int_equal(result_of(make_threads), 0);
}

static void devices_of_the_backends_can_be_asked(void **state)
{
    (void)state;
    assert_int_equal(result_of(ask_a_device), 0);
}

static void clients_can_be_served(void **state)
{
    (void)state;
    assert_int_equal(result_of(listen_and_be_reached), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intruders_calls_end_the_process),
        cmocka_unit_test(no_process_can_be_made),
        cmocka_unit_test(no_file_can_be_made),
        cmocka_unit_test(no_memory_can_be_made_executable),
        cmocka_unit_test(other_processes_and_devices_are_out_of_reach),
        cmocka_unit_test(a_call_of_a_later_kernel_is_one_that_there_is_not),
        cmocka_unit_test(threads_can_be_made),
        cmocka_unit_test(devices_of_the_backends_can_be_asked),
        cmocka_unit_test(clients_can_be_served),
    };

    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
