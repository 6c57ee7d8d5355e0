/*
 * "benchwire get" and "benchwire set": the values of simulated parts.
 *
 * One connection opens one export, so the first connection asks for the list
 * and each bench in it gets a connection of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/micro.h"

static bool note_bench(const struct bw_wire_export *e, void *opaque)
{
    struct bw_tool_benches *b = opaque;

    if (e->kind == BW_EXPORT_BENCH && b->count < BW_BENCH_MAX_EXPORTS) {
        memcpy(b->names[b->count++], e->name, sizeof(e->name));
    }
    return true;
}

int bw_tool_find_benches(struct bw_tool *t, struct bw_tool_benches *b)
{
    int err;

    b->count = 0;
    if (bw_client_connect(&t->client, t->address) != BW_OK) {
        return bw_tool_fail("%s", t->client.error);
    }
    err = bw_tool_each_export(t, note_bench, b);
    bw_client_close(&t->client);
    if (!err && b->count == 0) {
        return bw_tool_fail("the agent at %s exports no bench; add an "
                            "[export NAME] with type = bench to its file",
                            t->address);
    }
    return err;
}

int bw_tool_open_bench(struct bw_tool *t, const char *name)
{
    struct bw_client *c = &t->client;
    enum bw_status status;

    if (bw_client_connect(c, t->address) != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    status = bw_client_open(c, BW_EXPORT_BENCH, name);
    if (status != BW_OK) {
        bool other = status == BW_NOT_FOUND || status == BW_UNSUPPORTED;

        bw_tool_fail("cannot open \"%s\": %s%s", name, c->error,
                     other ? "; name one that 'benchwire list' shows as bench"
                           : "");
        bw_client_close(c);
        return 1;
    }
    return 0;
}

static void print_value(const struct bw_wire_value *v)
{
    char number[BW_MICRO_TEXT_SIZE];

    bw_micro_print(v->micro, number);
    printf("%s = %s%s%s\n", v->name, number, v->unit[0] ? " " : "", v->unit);
}

static int list_values(struct bw_tool *t)
{
    struct bw_client *c = &t->client;
    struct bw_wire_value v;
    struct bw_reader body;

    bw_client_begin(c, BW_MSG_VALUE_LIST);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot list the values: %s", c->error);
    }
    while (bw_reader_left(&body) > 0) {
        if (bw_wire_get_value(&body, &v) != BW_OK) {
            return bw_tool_fail("the agent's list of values does not parse");
        }
        print_value(&v);
    }
    return 0;
}

static enum bw_status get_value(struct bw_tool *t, const char *name)
{
    struct bw_client *c = &t->client;
    struct bw_wire_value v;
    struct bw_reader body;
    enum bw_status status;

    bw_wire_put_value_name(bw_client_begin(c, BW_MSG_VALUE_GET), name);
    status = bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_value(&body, &v);
        snprintf(c->error, sizeof(c->error), "the answer does not parse");
    }
    if (status == BW_OK) {
        print_value(&v);
    }
    return status;
}

static enum bw_status set_value(struct bw_tool *t, const char *name,
                                int64_t micro)
{
    struct bw_client *c = &t->client;
    struct bw_reader body;
    enum bw_status status;

    bw_wire_put_value_set(bw_client_begin(c, BW_MSG_VALUE_SET), name, micro);
    status = bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
    return status == BW_OK ? get_value(t, name) : status;
}

/* Get, or set if @micro is not NULL, on the bench that has the value. */
static int use_value(struct bw_tool *t, const char *name, const int64_t *micro)
{
    struct bw_tool_benches benches;
    enum bw_status status = BW_NOT_FOUND;
    int err = bw_tool_find_benches(t, &benches);
    size_t i;

    for (i = 0; !err && status == BW_NOT_FOUND && i < benches.count; i++) {
        err = bw_tool_open_bench(t, benches.names[i]);
        if (!err) {
            status = micro ? set_value(t, name, *micro) : get_value(t, name);
            bw_client_close(&t->client);
        }
    }
    if (err || status == BW_OK) {
        return err;
    }
    if (status == BW_NOT_FOUND) {
        return bw_tool_fail("there is no value \"%s\"; 'benchwire get' lists "
                            "all",
                            name);
    }
    return bw_tool_fail("%s", t->client.error);
}

/* Returns 0, or 1 after an error: a name is PART.VALUE. */
static int check_name(const char *name)
{
    if (strlen(name) > BW_WIRE_MAX_TEXT || !strchr(name, '.')) {
        return bw_tool_fail("\"%s\" is no name of a value; write PART.VALUE, "
                            "such as thermometer.temperature",
                            name);
    }
    return 0;
}

int bw_tool_get(struct bw_tool *t, int argc, char **argv)
{
    struct bw_tool_benches benches;
    int err;
    size_t i;

    if (argc > 2) {
        return bw_tool_fail("get takes one NAME or none; see benchwire --help");
    }
    if (argc == 2) {
        return check_name(argv[1]) ? 1 : use_value(t, argv[1], NULL);
    }
    err = bw_tool_find_benches(t, &benches);
    for (i = 0; !err && i < benches.count; i++) {
        err = bw_tool_open_bench(t, benches.names[i]);
        if (!err) {
            err = list_values(t);
            bw_client_close(&t->client);
        }
    }
    return err;
}

int bw_tool_set(struct bw_tool *t, int argc, char **argv)
{
    int64_t micro;

    if (argc != 3) {
        return bw_tool_fail("set takes a NAME and a VALUE, such as 'set "
                            "thermometer.temperature 25.5'");
    }
    if (check_name(argv[1])) {
        return 1;
    }
    if (!bw_micro_parse(argv[2], &micro)) {
        return bw_tool_fail("\"%s\" is no value; write a decimal number with "
                            "at most six decimals, such as 25.5",
                            argv[2]);
    }
    return use_value(t, argv[1], &micro);
}
