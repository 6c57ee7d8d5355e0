/*
 * "benchwire discover": the agents that announce themselves on this network.
 *
 * Avahi asks: its own program avahi-browse is run, whose lines for programs
 * (avahi-browse(1), --parsable) are read here.  The library under it would
 * bring D-Bus into a tool that is for small machines too.  An agent is
 * announced with the service file of host-agent/system/avahi.service.
 *
 * Everything in these lines comes from the network: nothing of it is executed,
 * what is not printable is shown as '?', and there is a bound to their length,
 * their number and the time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host-agent/clock.h"

#define SERVICE  "_benchwire._tcp"
#define WAIT_MS  5000
#define MAX_TEXT 65536 /* of avahi-browse */

/* Fields of a line that begins with '=': a service with its address. */
enum field {
    FIELD_EVENT,
    FIELD_NAME = 3,
    FIELD_HOST = 6,
    FIELD_ADDRESS,
    FIELD_PORT,
    FIELD_TEXTS,
    FIELD_COUNT
};

extern char **environ;

/* In place: \DDD is the byte of that decimal number; only printable ones and
 * those of UTF-8 are kept as they are. */
static void unescape(char *text)
{
    char *out = text;

    while (*text) {
        unsigned byte = (unsigned char)*text++;

        if (byte == '\\' && isdigit((unsigned char)text[0]) &&
            isdigit((unsigned char)text[1]) &&
            isdigit((unsigned char)text[2])) {
            byte = (unsigned)(text[0] - '0') * 100 +
                   (unsigned)(text[1] - '0') * 10 + (unsigned)(text[2] - '0');
            text += 3;
        } else if (byte == '\\' && *text) {
            byte = (unsigned char)*text++;
        }
        *out++ = byte < 0x20 || byte == 0x7f || byte > 0xff ? '?' : (char)byte;
    }
    *out = '\0';
}

/* Returns whether the line is a service with an address; cuts it up. */
static bool split(char *line, char *fields[FIELD_COUNT])
{
    unsigned n;

    for (n = 0; n < FIELD_COUNT; n++) {
        fields[n] = line;
        line = n + 1 < FIELD_COUNT && line ? strchr(line, ';') : NULL;
        if (!line && n + 1 < FIELD_COUNT) {
            return false;
        }
        if (line) {
            *line++ = '\0';
        }
    }
    return strcmp(fields[FIELD_EVENT], "=") == 0;
}

static void print_agent(char *fields[FIELD_COUNT])
{
    bool tls = strstr(fields[FIELD_TEXTS], "\"tls=yes\"");

    unescape(fields[FIELD_NAME]);
    unescape(fields[FIELD_HOST]);
    unescape(fields[FIELD_ADDRESS]);
    unescape(fields[FIELD_PORT]);
    printf("%s:%s:%s  %s, %s\n", tls ? "tls" : "tcp", fields[FIELD_HOST],
           fields[FIELD_PORT], fields[FIELD_NAME], fields[FIELD_ADDRESS]);
}

/* Returns how many agents there are in it. */
static unsigned print_agents(char *text)
{
    char *fields[FIELD_COUNT];
    char *line, *rest = NULL;
    unsigned found = 0;

    for (line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (split(line, fields)) {
            print_agent(fields);
            found++;
        }
    }
    return found;
}

/* Until the end, the time or the size.  Returns whether it was the end. */
static bool read_all(int fd, char *text)
{
    uint64_t until_ns = bw_clock_after_ms(bw_clock_ns(), WAIT_MS);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    size_t len = 0;
    ssize_t n = 1;

    while (n > 0 && len < MAX_TEXT) {
        int ready = poll(&p, 1, bw_clock_left_ms(until_ns));

        if (ready == 0) {
            break;
        }
        n = ready > 0 ? read(fd, text + len, MAX_TEXT - len) : 0;
        len += n > 0 ? (size_t)n : 0;
    }
    text[len] = '\0';
    return n == 0;
}

/* Returns the end to read from, or -1 and errno. */
static int start_browser(pid_t *pid)
{
    static const char *const words[] = {
        "avahi-browse",   "--resolve", "--parsable", "--terminate",
        "--no-db-lookup", SERVICE,     NULL,
    };
    posix_spawn_file_actions_t actions;
    int fds[2];
    int err;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    err = posix_spawnp(pid, words[0], &actions, NULL, (char *const *)words,
                       environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    if (err) {
        close(fds[0]);
        errno = err;
        return -1;
    }
    return fds[0];
}

int bw_tool_discover(struct bw_tool *t, int argc, char **argv)
{
    static char text[MAX_TEXT + 1];
    bool whole;
    int status = 0;
    unsigned found;
    pid_t pid;
    int fd;

    (void)t;
    (void)argv;
    if (argc != 1) {
        return bw_tool_fail("discover takes nothing; see benchwire --help");
    }
    fd = start_browser(&pid);
    if (fd < 0) {
        return bw_tool_fail("cannot run avahi-browse: %s; install avahi-utils",
                            strerror(errno));
    }
    whole = read_all(fd, text);
    close(fd);
    if (!whole) {
        kill(pid, SIGKILL);
    }
    waitpid(pid, &status, 0);
    found = print_agents(text);
    if (found == 0 && whole && status != 0) {
        return bw_tool_fail("avahi-browse failed; is avahi-daemon running?");
    }
    if (found == 0) {
        return bw_tool_fail("no agent announces itself here; benchwired(8) "
                            "tells how one does");
    }
    return 0;
}
