/*
 * Other programs for "benchwire up"; see up_run.h.
 *
 * Choices: what is started gets SIGTERM from the kernel if this program dies,
 * so that nothing stays behind.  The private agent has a session of its own:
 * a Ctrl-C on the terminal is for QEMU, and the agent ends after it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/up_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host-agent/client.h"
#include "host-agent/clock.h"

#define LIST_MS  20000
#define START_MS 10000
#define STOP_MS  5000

/* Finding programs */

static bool can_run(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

/* @name in the folders of PATH. */
static bool find_in_path(const char *name, char *path)
{
    const char *dirs = getenv("PATH"), *end;

    for (; dirs && *dirs; dirs = *end ? end + 1 : end) {
        end = strchrnul(dirs, ':');
        snprintf(path, BW_UP_MAX_PATH, "%.*s/%s", (int)(end - dirs), dirs,
                 name);
        if (can_run(path)) {
            return true;
        }
    }
    return false;
}

/* @name as seen from the folder that this program is in. */
static bool find_beside(const char *name, char *path)
{
    char own[PATH_MAX], full[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
    char *slash;

    if (len <= 0) {
        return false;
    }
    own[len] = '\0';
    slash = strrchr(own, '/');
    if (!slash || snprintf(path, BW_UP_MAX_PATH, "%.*s/%s", (int)(slash - own),
                           own, name) >= BW_UP_MAX_PATH) {
        return false;
    }
    if (!can_run(path) || !realpath(path, full)) {
        return false;
    }
    strcpy(path, full);
    return true;
}

bool bw_up_find_qemu(const char *wish, char *path)
{
    if (wish && strchr(wish, '/')) {
        snprintf(path, BW_UP_MAX_PATH, "%s", wish);
        return can_run(path);
    }
    return find_in_path(wish ? wish : "benchwire-qemu", path) ||
           (!wish && find_beside("../qemu/qemu-system-arm", path));
}

bool bw_up_find_agent(char *path)
{
    return find_beside("benchwired", path) ||
           find_beside("../sbin/benchwired", path) ||
           find_in_path("benchwired", path);
}

/* Asking QEMU */

/* In the child: become @words, with @out as both outputs; never returns. */
static void become(char *const words[], int out)
{
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execv(words[0], words);
    _exit(127);
}

static bool is_named(const char *line, const char *name)
{
    size_t len = strlen(name);
    const char *at = line;

    while ((at = strstr(at, name))) {
        bool begins = at == line || strchr(" \"\n", at[-1]);

        if (begins && (!at[len] || strchr(" \",\r\n", at[len]))) {
            return true;
        }
        at += len;
    }
    return false;
}

/* Read to the end or the deadline.  Returns 1, 0 or -1 as bw_up_qemu_has(). */
static int search(int fd, const char *name)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), LIST_MS);
    static char text[256 * 1024];
    size_t len = 0;

    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t got;

        if (poll(&p, 1, bw_clock_left_ms(deadline_ns)) <= 0) {
            return -1;
        }
        got = read(fd, text + len, sizeof(text) - 1 - len);
        if (got < 0) {
            return -1;
        }
        len += (size_t)got;
        text[len] = '\0';
        if (got == 0 || len == sizeof(text) - 1) {
            return len == 0 ? -1 : is_named(text, name);
        }
    }
}

int bw_up_qemu_has(const char *qemu, const char *option, const char *name)
{
    char *words[] = { (char *)qemu,   (char *)"-machine", (char *)"none",
                      (char *)option, (char *)"help",     NULL };
    int fds[2], has;
    pid_t pid;

    if (strcmp(option, "-machine") == 0) {
        words[1] = (char *)option;
        words[2] = (char *)"help";
        words[3] = NULL;
    }
    if (pipe2(fds, O_CLOEXEC) < 0) {
        return -1;
    }
    pid = fork();
    if (pid == 0) {
        become(words, fds[1]);
    }
    close(fds[1]);
    has = pid < 0 ? -1 : search(fds[0], name);
    close(fds[0]);
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return has;
}

/* The private agent */

static void nap(void)
{
    const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };

    clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
}

/* Returns whether it ended in time. */
static bool wait_end(struct bw_up_agent *a, unsigned ms)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), ms);

    while (a->pid) {
        if (waitpid(a->pid, NULL, WNOHANG) != 0) {
            a->pid = 0;
        } else if (bw_clock_ns() >= deadline_ns) {
            return false;
        } else {
            nap();
        }
    }
    return true;
}

static bool serves(const struct bw_up_agent *a)
{
    static struct bw_client c;
    bool ok = bw_client_connect(&c, a->address) == BW_OK;

    if (ok) {
        bw_client_close(&c);
    }
    return ok;
}

/* The newest line of the agent's log, which says why it ended. */
static void last_words(struct bw_up_agent *a)
{
    char path[160], line[400] = "";
    const char *text = line;
    FILE *f;

    snprintf(path, sizeof(path), "%s/agent.log", a->dir);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        continue;
    }
    if (f) {
        fclose(f);
    }
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '[' && strstr(line, "error: ")) {
        text = strstr(line, "error: ") + strlen("error: ");
    } else if (strncmp(line, "benchwired: ", 12) == 0) {
        text = line + 12;
    }
    snprintf(a->error, sizeof(a->error),
             "the agent for this bench did not "
             "start: %s",
             text[0] ? text : "it said nothing");
}

static bool make_folder(struct bw_up_agent *a)
{
    const char *run = getenv("XDG_RUNTIME_DIR");

    if (!run || run[0] != '/' || strlen(run) > 60 || access(run, W_OK) != 0) {
        run = "/tmp";
    }
    snprintf(a->dir, sizeof(a->dir), "%s/benchwire-XXXXXX", run);
    if (!mkdtemp(a->dir)) {
        snprintf(a->error, sizeof(a->error),
                 "cannot make a folder %s for the agent's socket: %s; set "
                 "XDG_RUNTIME_DIR to one that can be written",
                 a->dir, strerror(errno));
        a->dir[0] = '\0';
        return false;
    }
    snprintf(a->address, sizeof(a->address), "unix:%s/agent.sock", a->dir);
    return true;
}

static bool launch(struct bw_up_agent *a, const char *bench_file)
{
    char path[BW_UP_MAX_PATH], log[160];
    char *words[] = { path,
                      (char *)"-c",
                      (char *)bench_file,
                      (char *)"-u",
                      a->address + strlen("unix:"),
                      NULL };
    int out;

    if (!bw_up_find_agent(path)) {
        snprintf(a->error, sizeof(a->error),
                 "there is no benchwired to serve %s; install the package "
                 "benchwire-agent, or type make agent",
                 bench_file);
        return false;
    }
    snprintf(log, sizeof(log), "%s/agent.log", a->dir);
    out = open(log, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    a->pid = out < 0 ? -1 : fork();
    if (a->pid == 0) {
        setsid();
        become(words, out);
    }
    close(out);
    if (a->pid < 0) {
        a->pid = 0;
        snprintf(a->error, sizeof(a->error), "cannot start %.200s: %s", path,
                 strerror(errno));
        return false;
    }
    return true;
}

static bool wait_until_it_serves(struct bw_up_agent *a)
{
    uint64_t deadline_ns = bw_clock_after_ms(bw_clock_ns(), START_MS);

    while (!serves(a)) {
        if (waitpid(a->pid, NULL, WNOHANG) != 0) {
            a->pid = 0;
            last_words(a);
            return false;
        }
        if (bw_clock_ns() >= deadline_ns) {
            last_words(a);
            return false;
        }
        nap();
    }
    return true;
}

bool bw_up_agent_start(struct bw_up_agent *a, const char *bench_file)
{
    memset(a, 0, sizeof(*a));
    if (make_folder(a) && launch(a, bench_file) && wait_until_it_serves(a)) {
        return true;
    }
    bw_up_agent_stop(a);
    return false;
}

void bw_up_agent_stop(struct bw_up_agent *a)
{
    static const char *const files[] = { "agent.sock", "agent.log" };
    char path[160];
    size_t i;

    if (a->pid > 0) {
        kill(a->pid, SIGTERM);
        if (!wait_end(a, STOP_MS)) {
            kill(a->pid, SIGKILL);
            wait_end(a, STOP_MS);
        }
    }
    for (i = 0; a->dir[0] && i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", a->dir, files[i]);
        unlink(path);
    }
    if (a->dir[0]) {
        rmdir(a->dir);
        a->dir[0] = '\0';
    }
}

/* A run */

static volatile sig_atomic_t child;

static void pass_on(int number)
{
    if (child > 0) {
        kill((pid_t)child, number);
    }
}

/* These end QEMU, or are its own matter. */
static const int passed[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 };
#define PASSED (sizeof(passed) / sizeof(passed[0]))

static void run_in_child(char *const words[], int report)
{
    int err;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execv(words[0], words);
    err = errno;
    if (write(report, &err, sizeof(err)) < 0) {
        _exit(126);
    }
    _exit(127);
}

/* Did exec(3) succeed?  Then the pipe closes with nothing in it. */
static int exec_errno(int fd)
{
    int err = 0;
    ssize_t got;

    do {
        got = read(fd, &err, sizeof(err));
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(err) ? err : 0;
}

int bw_up_run(char *const words[])
{
    const struct sigaction to_child = { .sa_handler = pass_on };
    struct sigaction before[PASSED];
    int fds[2], status = 0, err;
    size_t i;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return -1;
    }
    child = 0;
    pid = fork();
    if (pid == 0) {
        run_in_child(words, fds[1]);
    }
    child = pid;
    for (i = 0; i < PASSED; i++) {
        sigaction(passed[i], &to_child, &before[i]);
    }
    close(fds[1]);
    err = pid < 0 ? errno : exec_errno(fds[0]);
    close(fds[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    for (i = 0; i < PASSED; i++) {
        sigaction(passed[i], &before[i], NULL);
    }
    child = 0;
    if (err) {
        errno = err;
        return -1;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
