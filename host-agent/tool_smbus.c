/*
 * "benchwire smbus": one SMBus protocol through an agent.
 *
 * What i2cget and i2cset of i2c-tools do by modes (b, w, s, i, with p for
 * PEC), with each protocol by the name that the standard gives it.  Output as
 * i2cget: bytes 0x12 0x34, a word 0x1234.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ADDR 0x08 /* below and above: reserved by the I2C bus */
#define LAST_ADDR  0x77
#define ANY_COUNT  (-1) /* values: 1 to BW_SMBUS_MAX_BLOCK */

static const char usage[] =
    "smbus [-ap] PROTOCOL EXPORT ADDRESS [COMMAND [VALUE]...]";

static const struct protocol {
    const char *name;
    unsigned form;
    unsigned flags;
    bool command; /* takes one */
    int values;   /* numbers behind it; a word is one */
    const char *words;
} protocols[] = {
    { "quick-write", BW_SMBUS_QUICK, 0, false, 0, "" },
    { "quick-read", BW_SMBUS_QUICK, BW_SMBUS_READ, false, 0, "" },
    { "send-byte", BW_SMBUS_BYTE, 0, true, 0, " BYTE" },
    { "receive-byte", BW_SMBUS_BYTE, BW_SMBUS_READ, false, 0, "" },
    { "write-byte", BW_SMBUS_BYTE_DATA, 0, true, 1, " COMMAND BYTE" },
    { "read-byte", BW_SMBUS_BYTE_DATA, BW_SMBUS_READ, true, 0, " COMMAND" },
    { "write-word", BW_SMBUS_WORD_DATA, 0, true, 1, " COMMAND WORD" },
    { "read-word", BW_SMBUS_WORD_DATA, BW_SMBUS_READ, true, 0, " COMMAND" },
    { "process-call", BW_SMBUS_PROC_CALL, 0, true, 1, " COMMAND WORD" },
    { "block-write", BW_SMBUS_BLOCK, 0, true, ANY_COUNT, " COMMAND BYTE..." },
    { "block-read", BW_SMBUS_BLOCK, BW_SMBUS_READ, true, 0, " COMMAND" },
    { "block-call", BW_SMBUS_BLOCK_PROC_CALL, 0, true, ANY_COUNT,
      " COMMAND BYTE..." },
    { "i2c-block-write", BW_SMBUS_I2C_BLOCK, 0, true, ANY_COUNT,
      " COMMAND BYTE..." },
    { "i2c-block-read", BW_SMBUS_I2C_BLOCK, BW_SMBUS_READ, true, 1,
      " COMMAND LENGTH" },
};

struct smbus_args {
    const struct protocol *protocol;
    const char *export_name;
    long first_addr;
    long last_addr;
    unsigned flags;
    int argc; /* words after the export */
    char **argv;
};

static bool is_word(const struct protocol *p)
{
    return p->form == BW_SMBUS_WORD_DATA || p->form == BW_SMBUS_PROC_CALL;
}

static int find_protocol(struct smbus_args *a, const char *name)
{
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i].name, name) == 0) {
            a->protocol = &protocols[i];
            return 0;
        }
    }
    return bw_tool_fail(
        "\"%s\" is no SMBus protocol; these are: quick-write, quick-read, "
        "send-byte, receive-byte, write-byte, read-byte, write-word, "
        "read-word, process-call, block-write, block-read, block-call, "
        "i2c-block-write, i2c-block-read",
        name);
}

/* Options, protocol and export.  Returns 0, or 1 after an error. */
static int parse_args(struct smbus_args *a, int argc, char **argv)
{
    int c;

    opterr = 0;
    optind = 0; /* glibc: begin anew */
    while ((c = getopt(argc, argv, "+apy")) != -1) {
        if (c == 'a') {
            a->first_addr = 0x00;
            a->last_addr = 0x7f;
        } else if (c == 'p') {
            a->flags = BW_SMBUS_PEC;
        } else if (c != 'y') { /* -y: nothing is asked here anyway */
            return bw_tool_fail("usage: benchwire %s", usage);
        }
    }
    if (argc - optind < 3) {
        return bw_tool_fail("PROTOCOL, EXPORT and ADDRESS are needed; usage: "
                            "benchwire %s",
                            usage);
    }
    if (find_protocol(a, argv[optind])) {
        return 1;
    }
    a->export_name = argv[optind + 1];
    a->argc = argc - optind - 2;
    a->argv = argv + optind + 2;
    return 0;
}

/* The values behind the command, or the length that is to be read. */
static int parse_values(struct bw_smbus_xfer *x, const struct protocol *p,
                        int count, char **values)
{
    bool is_length = p->form == BW_SMBUS_I2C_BLOCK && x->flags & BW_SMBUS_READ;
    long max = is_word(p) ? 0xffff : 0xff;

    for (int i = 0; i < count; i++) {
        long value = bw_tool_number(values[i], is_length ? 1 : 0, max);

        if (value < 0) {
            return bw_tool_fail("\"%s\" is no number from %d to 0x%lx",
                                values[i], is_length, max);
        }
        if (is_length) {
            x->in_len = (uint8_t)value;
            return 0;
        }
        x->out[x->out_len++] = (uint8_t)value;
        if (is_word(p)) {
            x->out[x->out_len++] = (uint8_t)(value >> 8);
        }
    }
    return 0;
}

static bool count_fits(const struct protocol *p, int values)
{
    return p->values == ANY_COUNT ? values >= 1 && values <= BW_SMBUS_MAX_BLOCK
                                  : values == p->values;
}

static int parse_xfer(struct bw_smbus_xfer *x, const struct smbus_args *a)
{
    const struct protocol *p = a->protocol;
    long addr = bw_tool_number(a->argv[0], a->first_addr, a->last_addr);
    long command = 0;

    if (addr < 0) {
        return bw_tool_fail("\"%s\" is no address from 0x%02lx to 0x%02lx%s",
                            a->argv[0], a->first_addr, a->last_addr,
                            a->first_addr ? "; -a allows the reserved ones"
                                          : "");
    }
    if (a->argc < 1 + p->command ||
        !count_fits(p, a->argc - 1 - (int)p->command)) {
        return bw_tool_fail("usage: benchwire smbus [-ap] %s EXPORT ADDRESS%s",
                            p->name, p->words);
    }
    if (p->command) {
        command = bw_tool_number(a->argv[1], 0, 0xff);
    }
    if (command < 0) {
        return bw_tool_fail("\"%s\" is no command from 0x00 to 0xff",
                            a->argv[1]);
    }
    if (p->form == BW_SMBUS_QUICK && a->flags) {
        return bw_tool_fail("a quick command has no byte that a PEC could "
                            "follow; leave -p out");
    }
    x->addr = (uint16_t)addr;
    x->form = (uint16_t)p->form;
    x->flags = (uint16_t)(p->flags | a->flags);
    x->command = (uint8_t)command;
    return parse_values(x, p, a->argc - 1 - (int)p->command,
                        a->argv + 1 + p->command);
}

static void print_in(const struct bw_smbus_xfer *x, const struct protocol *p)
{
    if (!bw_smbus_reads(x)) {
        return;
    }
    if (is_word(p)) {
        printf("0x%04x\n", x->in[0] | x->in[1] << 8);
        return;
    }
    for (int i = 0; i < x->in_len; i++) {
        printf("0x%02x%c", x->in[i], i + 1 < x->in_len ? ' ' : '\n');
    }
}

int bw_tool_smbus(struct bw_tool *t, int argc, char **argv)
{
    struct smbus_args a = { .first_addr = FIRST_ADDR, .last_addr = LAST_ADDR };
    struct bw_smbus_xfer x = { .out_len = 0 };
    enum bw_status status;

    if (parse_args(&a, argc, argv) || parse_xfer(&x, &a) ||
        bw_tool_open_i2c(t, a.export_name)) {
        return 1;
    }
    status = bw_client_smbus(&t->client, &x);
    if (status != BW_OK) {
        bw_tool_fail("%s through \"%s\" failed: %s", a.protocol->name,
                     a.export_name,
                     status == BW_BUSY ? "a kernel driver of the agent's "
                                         "machine uses that address"
                                       : t->client.error);
        return bw_smbus_reads(&x) ? BW_TOOL_EXIT_READ : 1;
    }
    print_in(&x, a.protocol);
    return 0;
}
