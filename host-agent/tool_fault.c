/*
 * "benchwire fault": let a bench's adapter fail on purpose.
 *
 * The words are read by fault_text.c, the same as those of the bench file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/fault_text.h"
#include "lib/wire_fault.h"

static int list_one(struct bw_tool *t, const char *bench)
{
    struct bw_client *c = &t->client;
    char text[BW_FAULT_TEXT_SIZE];
    struct bw_wire_fault f;
    struct bw_reader body;

    bw_client_begin(c, BW_MSG_FAULT_LIST);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot list the faults of %s: %s", bench,
                            c->error);
    }
    while (bw_reader_left(&body) > 0) {
        if (bw_wire_get_fault(&body, &f) != BW_OK) {
            return bw_tool_fail("the agent's list of faults does not parse");
        }
        bw_fault_text_print(&f, text);
        printf("%s %u: %s (%u %s)\n", bench, (unsigned)f.number, text,
               (unsigned)f.hits, f.hits == 1 ? "hit" : "hits");
    }
    return 0;
}

static int fault_list(struct bw_tool *t, int argc, char **argv)
{
    struct bw_tool_benches benches;
    int err = 0;
    size_t i;

    if (argc > 2) {
        return bw_tool_fail("fault list takes one BENCH or none; see "
                            "benchwire --help");
    }
    if (argc == 2) {
        benches.count = 1;
        snprintf(benches.names[0], sizeof(benches.names[0]), "%s", argv[1]);
    } else {
        err = bw_tool_find_benches(t, &benches);
    }
    for (i = 0; !err && i < benches.count; i++) {
        err = bw_tool_open_bench(t, benches.names[i]);
        if (!err) {
            err = list_one(t, benches.names[i]);
            bw_client_close(&t->client);
        }
    }
    return err;
}

/* "KEY=VALUE", or "read" and "write" alone.  Returns 0 or 1. */
static int take_word(struct bw_fault_text *text, const char *word)
{
    const char *equals = strchr(word, '=');
    char key[32];
    char why[256];

    if (!equals && (strcmp(word, "read") == 0 || strcmp(word, "write") == 0)) {
        return bw_fault_text_set(text, "direction", word, why, sizeof(why))
                   ? 0
                   : bw_tool_fail("%s", why);
    }
    if (!equals || (size_t)(equals - word) >= sizeof(key)) {
        return bw_tool_fail("\"%s\" is not KEY=VALUE, such as address=0x48",
                            word);
    }
    snprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
    return bw_fault_text_set(text, key, equals + 1, why, sizeof(why))
               ? 0
               : bw_tool_fail("%s", why);
}

static int send_add(struct bw_tool *t, const char *bench,
                    const struct bw_wire_fault *fault)
{
    struct bw_client *c = &t->client;
    struct bw_reader body;
    uint32_t number;

    bw_wire_put_fault(bw_client_begin(c, BW_MSG_FAULT_ADD), fault);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot add the fault to %s: %s", bench, c->error);
    }
    if (bw_wire_get_fault_number(&body, &number) != BW_OK) {
        return bw_tool_fail("the agent's answer does not parse");
    }
    printf("%s %u\n", bench, (unsigned)number);
    return 0;
}

static int fault_add(struct bw_tool *t, int argc, char **argv)
{
    struct bw_fault_text text;
    const char *why;
    char error[256];
    int i;

    if (argc < 3) {
        return bw_tool_fail("fault add takes a BENCH and a KIND, such as "
                            "'fault add desk nack-addr address=0x48'");
    }
    bw_fault_text_init(&text);
    if (!bw_fault_text_set(&text, "kind", argv[2], error, sizeof(error))) {
        return bw_tool_fail("%s", error);
    }
    for (i = 3; i < argc; i++) {
        if (take_word(&text, argv[i])) {
            return 1;
        }
    }
    why = bw_fault_text_finish(&text);
    if (why) {
        return bw_tool_fail("%s", why);
    }
    return bw_tool_open_bench(t, argv[1]) || send_add(t, argv[1], &text.fault);
}

static int fault_clear(struct bw_tool *t, int argc, char **argv)
{
    struct bw_client *c = &t->client;
    struct bw_reader body;
    unsigned long number = 0;
    char *end;

    if (argc < 2 || argc > 3) {
        return bw_tool_fail("fault clear takes a BENCH and, to remove only "
                            "one, its NUMBER");
    }
    if (argc == 3) {
        number = strtoul(argv[2], &end, 10);
        if (*end || end == argv[2] || number == 0 || number > UINT32_MAX) {
            return bw_tool_fail("\"%s\" is no number of a fault; 'benchwire "
                                "fault list' shows them",
                                argv[2]);
        }
    }
    if (bw_tool_open_bench(t, argv[1])) {
        return 1;
    }
    bw_wire_put_fault_number(bw_client_begin(c, BW_MSG_FAULT_CLEAR),
                             (uint32_t)number);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot clear the faults of %s: %s", argv[1],
                            c->error);
    }
    return 0;
}

int bw_tool_fault(struct bw_tool *t, int argc, char **argv)
{
    static const struct bw_tool_command commands[] = {
        { "list", fault_list },
        { "add", fault_add },
        { "clear", fault_clear },
        { NULL, NULL },
    };

    return bw_tool_run(t, commands, "fault ", argc - 1, argv + 1);
}
