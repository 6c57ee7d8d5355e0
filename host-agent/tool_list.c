/*
 * "benchwire list" and what the commands share; see tool.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char last_error[1024];

int bw_tool_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(last_error, sizeof(last_error), format, args);
    va_end(args);
    fflush(stdout);
    fprintf(stderr, "benchwire: %s\n", last_error);
    return 1;
}

const char *bw_tool_error(void)
{
    return last_error;
}

int bw_tool_run(struct bw_tool *t, const struct bw_tool_command *commands,
                const char *group, int argc, char **argv)
{
    if (argc < 1) {
        return bw_tool_fail("a command is missing; see benchwire --help");
    }
    for (; commands->name; commands++) {
        if (strcmp(commands->name, argv[0]) == 0) {
            return commands->run(t, argc, argv);
        }
    }
    return bw_tool_fail("there is no command \"%s%s\"; see benchwire --help",
                        group, argv[0]);
}

int bw_tool_each_export(struct bw_tool *t,
                        bool (*visit)(const struct bw_wire_export *e,
                                      void *opaque),
                        void *opaque)
{
    struct bw_client *c = &t->client;
    struct bw_wire_export e;
    struct bw_reader body;

    bw_client_begin(c, BW_MSG_LIST);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot list the exports: %s", c->error);
    }
    while (bw_reader_left(&body) > 0) {
        if (bw_wire_get_export(&body, &e) != BW_OK) {
            return bw_tool_fail("the agent's list of exports does not parse");
        }
        if (!visit(&e, opaque)) {
            break;
        }
    }
    return 0;
}

static const char *kind_name(unsigned kind)
{
    switch (kind) {
    case BW_EXPORT_I2C:
        return "i2c";
    case BW_EXPORT_BENCH:
        return "bench";
    case BW_EXPORT_GPIO:
        return "gpio";
    case BW_EXPORT_SCSI:
        return "scsi";
    case BW_EXPORT_USB:
        return "usb";
    default:
        return "unknown";
    }
}

static bool print_export(const struct bw_wire_export *e, void *opaque)
{
    char addr[8] = "-";
    char state[32] = "free";

    (void)opaque;
    if (e->kind == BW_EXPORT_I2C && e->addr == BW_ADDR_ANY) {
        snprintf(addr, sizeof(addr), "any");
    } else if (e->kind == BW_EXPORT_I2C) {
        snprintf(addr, sizeof(addr), "0x%02x", e->addr);
    }
    if (e->kind == BW_EXPORT_USB && !(e->funcs & BW_DEVICE_FUNC_PRESENT)) {
        snprintf(state, sizeof(state), "absent");
    }
    if (e->holders > 0) {
        snprintf(state, sizeof(state), "held by %u", e->holders);
    }
    printf("%-16s %-6s %-8s %-10s %-5s %s\n", e->name, kind_name(e->kind), addr,
           state, e->funcs & BW_I2C_FUNC_SIMULATED ? "sim" : "real", e->text);
    return true;
}

int bw_tool_list(struct bw_tool *t, int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        return bw_tool_fail("list takes no arguments; see benchwire --help");
    }
    if (bw_client_connect(&t->client, t->address) != BW_OK) {
        return bw_tool_fail("%s", t->client.error);
    }
    printf("%-16s %-6s %-8s %-10s %-5s %s\n", "NAME", "TYPE", "ADDRESS",
           "STATE", "PARTS", "TEXT");
    return bw_tool_each_export(t, print_export, NULL);
}
