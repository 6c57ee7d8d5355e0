/*
 * benchwire who, kick and reload.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/server.h"
#include "lib/wire_admin.h"

#define TIME_SIZE 24

/* The sessions of an agent. */
struct table {
    struct bw_wire_who rows[BW_SERVER_MAX_SESSIONS];
    size_t count;
};

static struct table table; /* big */

/* "3.2s", "12m05s", "4h07m", "3d04h" */
static void print_time(char out[TIME_SIZE], uint64_t ms)
{
    uint64_t s = ms / 1000;

    if (s < 60) {
        snprintf(out, TIME_SIZE, "%" PRIu64 ".%us", s,
                 (unsigned)(ms % 1000 / 100));
    } else if (s < 3600) {
        snprintf(out, TIME_SIZE, "%" PRIu64 "m%02us", s / 60,
                 (unsigned)(s % 60));
    } else if (s < 86400) {
        snprintf(out, TIME_SIZE, "%" PRIu64 "h%02um", s / 3600,
                 (unsigned)(s / 60 % 60));
    } else {
        snprintf(out, TIME_SIZE, "%" PRIu64 "d%02uh", s / 86400,
                 (unsigned)(s / 3600 % 24));
    }
}

/* Returns: 0, or 1 after printing an error. */
static int fetch(struct bw_tool *t)
{
    struct bw_client *c = &t->client;
    struct bw_reader body;

    table.count = 0;
    if (bw_client_connect(c, t->address) != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    bw_client_begin(c, BW_MSG_WHO);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot ask who is there: %s", c->error);
    }
    while (bw_reader_left(&body) > 0) {
        if (table.count == BW_SERVER_MAX_SESSIONS ||
            bw_wire_get_who(&body, &table.rows[table.count++]) != BW_OK) {
            return bw_tool_fail("the agent's answer does not parse; install "
                                "the same release at both ends");
        }
    }
    return 0;
}

static int wider(int width, const char *text)
{
    int len = (int)strlen(text);

    return len > width ? len : width;
}

static const char *or_dash(const char *text)
{
    return text[0] ? text : "-";
}

int bw_tool_who(struct bw_tool *t, int argc, char **argv)
{
    int identity = wider(0, "IDENTITY"), export = wider(0, "EXPORT");
    char since[TIME_SIZE], idle[TIME_SIZE];
    size_t i;

    (void)argv;
    if (argc != 1) {
        return bw_tool_fail("who takes no argument; see benchwire --help");
    }
    if (fetch(t)) {
        return 1;
    }
    for (i = 0; i < table.count; i++) {
        identity = wider(identity, table.rows[i].identity);
        export = wider(export, table.rows[i].export);
    }
    printf("%7s  %-*s  %-*s  %7s  %7s  %8s  %s\n", "SESSION", export, "EXPORT",
           identity, "IDENTITY", "SINCE", "IDLE", "REQUESTS", "PEER, SOFTWARE");
    for (i = 0; i < table.count; i++) {
        const struct bw_wire_who *m = &table.rows[i];

        print_time(since, m->since_ms);
        print_time(idle, m->idle_ms);
        printf("%7u  %-*s  %-*s  %7s  %7s  %8" PRIu64 "  %s, %s\n",
               (unsigned)m->session, export, or_dash(m->export), identity,
               or_dash(m->identity), since, idle, m->requests, m->peer,
               m->software[0] ? m->software : "no HELLO yet");
    }
    return 0;
}

/* Returns: 0, or 1 after printing an error. */
static int kick_one(struct bw_tool *t, uint32_t session)
{
    struct bw_client *c = &t->client;
    struct bw_reader body;

    bw_wire_put_kick(bw_client_begin(c, BW_MSG_KICK), session);
    if (bw_client_call(c, BW_SERVER_KICK_MS + BW_CLIENT_WAIT_MS, &body) !=
        BW_OK) {
        return bw_tool_fail("cannot end session %u: %s", (unsigned)session,
                            c->error);
    }
    printf("session %u has ended\n", (unsigned)session);
    return 0;
}

/* Every session that has @name open; one that has just left is none. */
static int kick_holders(struct bw_tool *t, const char *name)
{
    size_t holders = 0;
    int code = 0;
    size_t i;

    for (i = 0; i < table.count && !code; i++) {
        if (strcmp(table.rows[i].export, name) == 0) {
            holders++;
            code = kick_one(t, table.rows[i].session);
        }
    }
    if (holders == 0) {
        return bw_tool_fail("nobody holds \"%s\"; 'benchwire who' shows the "
                            "sessions and what they hold",
                            name);
    }
    return code;
}

static bool is_number(const char *text)
{
    return text[0] && text[strspn(text, "0123456789")] == '\0';
}

int bw_tool_kick(struct bw_tool *t, int argc, char **argv)
{
    long number;

    if (argc != 2) {
        return bw_tool_fail("kick takes one SESSION or EXPORT; see "
                            "benchwire --help");
    }
    if (fetch(t)) {
        return 1;
    }
    if (!is_number(argv[1])) {
        return kick_holders(t, argv[1]);
    }
    number = bw_tool_number(argv[1], 1, UINT32_MAX);
    if (number < 0) {
        return bw_tool_fail("there is no session %s; 'benchwire who' shows "
                            "the sessions",
                            argv[1]);
    }
    return kick_one(t, (uint32_t)number);
}

int bw_tool_reload(struct bw_tool *t, int argc, char **argv)
{
    struct bw_client *c = &t->client;
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader body;

    (void)argv;
    if (argc != 1) {
        return bw_tool_fail("reload takes no argument; see benchwire --help");
    }
    if (bw_client_connect(c, t->address) != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    bw_client_begin(c, BW_MSG_RELOAD);
    if (bw_client_call(c, BW_SERVER_RELOAD_MS + BW_CLIENT_WAIT_MS, &body) !=
        BW_OK) {
        return bw_tool_fail("nothing was changed: %s", c->error);
    }
    if (bw_wire_get_text(&body, text) != BW_OK) {
        return bw_tool_fail("the agent's answer does not parse; install the "
                            "same release at both ends");
    }
    printf("%s\n", text);
    return 0;
}
