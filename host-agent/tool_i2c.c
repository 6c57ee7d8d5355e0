/*
 * "benchwire i2c": detect, get, set and transfer through an agent.
 *
 * Words, output and exit codes are those of i2c-tools 4.3 (i2cdetect, i2cget,
 * i2cset, i2ctransfer), with the name of an export in the place of the bus.
 *
 * Not supported: a mask and the read-back of i2cset.  PEC, and the SMBus block
 * read whose length the part decides, are in tool_smbus.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ADDR 0x08 /* below and above: reserved by the I2C bus */
#define LAST_ADDR  0x77
#define MAX_BLOCK  32 /* bytes in an SMBus block */

struct i2c_args {
    const char *export_name;
    long first_addr; /* what may be used without -a or with it */
    long last_addr;
    int argc; /* words after the export */
    char **argv;
};

long bw_tool_number(const char *text, long min, long max)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 0);
    if (errno || end == text || *end || number < min || number > max) {
        return -1;
    }
    return number;
}

/* Options and the export.  Returns 0, or 1 after an error. */
static int parse_args(struct i2c_args *a, const char *usage, int argc,
                      char **argv)
{
    int c;

    a->first_addr = FIRST_ADDR;
    a->last_addr = LAST_ADDR;
    opterr = 0;
    optind = 0; /* glibc: begin anew */
    while ((c = getopt(argc, argv, "+ay")) != -1) {
        if (c == 'a') {
            a->first_addr = 0x00;
            a->last_addr = 0x7f;
        } else if (c != 'y') { /* -y: nothing is asked here anyway */
            return bw_tool_fail("usage: benchwire i2c %s", usage);
        }
    }
    if (optind >= argc) {
        return bw_tool_fail("the EXPORT is missing; usage: benchwire i2c %s",
                            usage);
    }
    a->export_name = argv[optind];
    a->argc = argc - optind - 1;
    a->argv = argv + optind + 1;
    return 0;
}

static int parse_addr(const struct i2c_args *a, const char *text, long *addr)
{
    *addr = bw_tool_number(text, a->first_addr, a->last_addr);
    if (*addr < 0) {
        return bw_tool_fail("\"%s\" is no address from 0x%02lx to 0x%02lx%s",
                            text, a->first_addr, a->last_addr,
                            a->first_addr ? "; -a allows the reserved ones"
                                          : "");
    }
    return 0;
}

int bw_tool_open_i2c(struct bw_tool *t, const char *name)
{
    struct bw_client *c = &t->client;
    enum bw_status status = bw_client_connect(c, t->address);

    if (status != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    status = bw_client_open(c, BW_EXPORT_I2C, name);
    switch (status) {
    case BW_OK:
        return 0;
    case BW_BUSY:
        return bw_tool_fail("export \"%s\" is held by another session, such "
                            "as an emulator; end that first ('benchwire list' "
                            "shows who is held)",
                            name);
    case BW_NOT_FOUND:
        return bw_tool_fail("the agent has no export \"%s\"; 'benchwire list' "
                            "shows those it has",
                            name);
    case BW_UNSUPPORTED:
        return bw_tool_fail("%s; 'benchwire list' shows those of type i2c",
                            c->error);
    default:
        return bw_tool_fail("cannot open \"%s\": %s", name, c->error);
    }
}

/* What a failed transfer means to somebody at the keyboard. */
static const char *xfer_text(const struct bw_client *c, enum bw_status status)
{
    switch (status) {
    case BW_BUSY:
        return "a kernel driver of the agent's machine uses that address";
    case BW_DENIED:
        return "this export does not allow that address";
    case BW_UNSUPPORTED:
        return "the adapter cannot do that";
    case BW_TIMEOUT:
        return c->fd < 0 ? c->error : "the bus was busy or held for too long";
    default:
        return c->error;
    }
}

static int fail_xfer(const struct i2c_args *a, const struct bw_client *c,
                     const char *what, enum bw_status status)
{
    return bw_tool_fail("%s through \"%s\" failed: %s", what, a->export_name,
                        xfer_text(c, status));
}

/* detect */

static bool probe_by_read(long addr)
{
    /* i2cdetect does not write where EEPROMs and clocks are. */
    return (addr >= 0x30 && addr <= 0x37) || (addr >= 0x50 && addr <= 0x5f);
}

static enum bw_status probe(struct bw_client *c, long addr)
{
    uint8_t byte;
    struct bw_i2c_xfer x = { .nmsgs = 1,
                             .msgs[0] = { .addr = (uint16_t)addr } };

    if (probe_by_read(addr)) {
        x.msgs[0].flags = BW_I2C_READ;
        x.msgs[0].len = 1;
        x.msgs[0].data = &byte;
    }
    return bw_client_i2c(c, &x);
}

/* Print one cell.  Returns false if looking further is of no use. */
static bool detect_one(struct bw_client *c, long addr, enum bw_status *status)
{
    *status = probe(c, addr);
    switch (*status) {
    case BW_OK:
        printf("%02lx ", addr);
        return true;
    case BW_BUSY:
        printf("UU ");
        return true;
    case BW_NACK_ADDR:
    case BW_NACK_DATA:
    case BW_ARBITRATION:
    case BW_IO: /* some drivers say no more than that */
        printf("-- ");
        return true;
    default:
        return false;
    }
}

static int detect_range(struct bw_tool *t, const struct i2c_args *a, long first,
                        long last)
{
    struct bw_client *c = &t->client;
    enum bw_status status;
    long addr;

    puts("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f");
    for (addr = 0; addr < 128; addr++) {
        if (addr % 16 == 0) {
            printf("%02lx: ", addr);
        }
        if (addr < first || addr > last) {
            printf("   ");
        } else if (!detect_one(c, addr, &status)) {
            putchar('\n');
            return fail_xfer(a, c, "detecting", status);
        }
        if (addr % 16 == 15) {
            putchar('\n');
        }
    }
    return 0;
}

static int detect(struct bw_tool *t, int argc, char **argv)
{
    static const char usage[] = "detect [-a] EXPORT [FIRST LAST]";
    struct i2c_args a;
    long first, last;

    if (parse_args(&a, usage, argc, argv)) {
        return 1;
    }
    first = a.first_addr;
    last = a.last_addr;
    if (a.argc != 0 && a.argc != 2) {
        return bw_tool_fail("usage: benchwire i2c %s", usage);
    }
    if (a.argc == 2 && (parse_addr(&a, a.argv[0], &first) ||
                        parse_addr(&a, a.argv[1], &last))) {
        return 1;
    }
    if (first > last) {
        return bw_tool_fail("FIRST is above LAST; exchange them");
    }
    if (bw_tool_open_i2c(t, a.export_name)) {
        return 1;
    }
    if (t->client.opened.addr != BW_ADDR_ANY) {
        long only = t->client.opened.addr; /* others would be denied */

        if (only < first || only > last) {
            return bw_tool_fail("export \"%s\" is address 0x%02lx only, which "
                                "is not between FIRST and LAST",
                                a.export_name, only);
        }
        first = only;
        last = only;
    }
    return detect_range(t, &a, first, last);
}

/* get */

struct get_args {
    long addr;
    long reg;    /* -1: the part's current one */
    char mode;   /* b, w, c, i */
    long length; /* of mode i */
};

static int parse_get(struct get_args *g, const struct i2c_args *a,
                     const char *usage)
{
    const char *mode = a->argc > 2 ? a->argv[2] : "b";

    if (a->argc < 1 || a->argc > 4) {
        return bw_tool_fail("usage: benchwire i2c %s", usage);
    }
    if (parse_addr(a, a->argv[0], &g->addr)) {
        return 1;
    }
    if (a->argc > 1) {
        g->reg = bw_tool_number(a->argv[1], 0, 0xff);
        if (g->reg < 0) {
            return bw_tool_fail("\"%s\" is no register from 0x00 to 0xff",
                                a->argv[1]);
        }
    }
    if (strlen(mode) != 1 || !strchr("bwci", mode[0])) {
        return bw_tool_fail("mode \"%s\" is unknown; it is b (byte), w (word), "
                            "c (write byte, read byte) or i (block)",
                            mode);
    }
    g->mode = mode[0];
    g->length = g->mode == 'w' ? 2 : g->mode == 'i' ? MAX_BLOCK : 1;
    if (a->argc > 3) {
        g->length =
            g->mode == 'i' ? bw_tool_number(a->argv[3], 1, MAX_BLOCK) : -1;
    }
    return g->length < 0 ? bw_tool_fail("the length is from 1 to %d, and for "
                                        "mode i only",
                                        MAX_BLOCK)
                         : 0;
}

static enum bw_status run_get(struct bw_client *c, const struct get_args *g,
                              uint8_t *data)
{
    uint8_t reg = (uint8_t)g->reg;
    const struct bw_i2c_msg write = { (uint16_t)g->addr, 0, 1, &reg };
    const struct bw_i2c_msg read = { (uint16_t)g->addr, BW_I2C_READ,
                                     (uint16_t)g->length, data };
    struct bw_i2c_xfer x = { .nmsgs = 1, .msgs[0] = write };
    enum bw_status status;

    if (g->reg < 0) {
        x.msgs[0] = read;
        return bw_client_i2c(c, &x);
    }
    if (g->mode != 'c') {
        x.nmsgs = 2;
        x.msgs[1] = read;
        return bw_client_i2c(c, &x);
    }
    status = bw_client_i2c(c, &x); /* mode c: two transfers */
    if (status == BW_OK) {
        x.msgs[0] = read;
        status = bw_client_i2c(c, &x);
    }
    return status;
}

static void print_bytes(const uint8_t *data, long count)
{
    long i;

    for (i = 0; i < count; i++) {
        printf("0x%02x%c", data[i], i + 1 < count ? ' ' : '\n');
    }
}

static int get(struct bw_tool *t, int argc, char **argv)
{
    static const char usage[] =
        "get [-a] EXPORT ADDRESS [REGISTER [b|w|c|i [LENGTH]]]";
    uint8_t data[MAX_BLOCK];
    struct i2c_args a;
    struct get_args g = { .reg = -1 };
    enum bw_status status;

    if (parse_args(&a, usage, argc, argv) || parse_get(&g, &a, usage) ||
        bw_tool_open_i2c(t, a.export_name)) {
        return 1;
    }
    status = run_get(&t->client, &g, data);
    if (status != BW_OK) {
        fail_xfer(&a, &t->client, "reading", status);
        return BW_TOOL_EXIT_READ;
    }
    if (g.mode == 'w') {
        printf("0x%04x\n", data[0] | data[1] << 8); /* SMBus: low byte first */
    } else {
        print_bytes(data, g.length);
    }
    return 0;
}

/* set */

/* Put the values into @data after the register, as @mode has them.  Returns
 * the message's length, or -1 after an error. */
static int encode_set(uint8_t *data, char mode, int count, char **values)
{
    long max = mode == 'w' ? 0xffff : 0xff;
    int len = 1;
    int i;

    if (mode == 's') {
        data[len++] = (uint8_t)count;
    }
    for (i = 0; i < count; i++) {
        long value = bw_tool_number(values[i], 0, max);

        if (value < 0) {
            bw_tool_fail("\"%s\" is no value from 0 to 0x%lx", values[i], max);
            return -1;
        }
        data[len++] = (uint8_t)value;
        if (mode == 'w') {
            data[len++] = (uint8_t)(value >> 8);
        }
    }
    return len;
}

/* The mode is the last word, if that is no number.  Returns 0 for a wrong
 * one. */
static char take_mode(struct i2c_args *a)
{
    const char *last = a->argc > 2 ? a->argv[a->argc - 1] : "";
    char mode;
    int values;

    if (last[0] && (last[0] < '0' || last[0] > '9')) {
        mode = strlen(last) == 1 && strchr("cbwis", last[0]) ? last[0] : 0;
        a->argc--;
    } else {
        mode = a->argc > 2 ? 'b' : 'c';
    }
    values = a->argc - 2;
    if (mode == 'c' && values != 0) {
        return 0;
    }
    if ((mode == 'b' || mode == 'w') && values != 1) {
        return 0;
    }
    return (mode == 'i' || mode == 's') && (values < 1 || values > MAX_BLOCK)
               ? 0
               : mode;
}

static int set(struct bw_tool *t, int argc, char **argv)
{
    static const char usage[] =
        "set [-a] EXPORT ADDRESS REGISTER [VALUE]... [c|b|w|i|s]; c takes no "
        "value, b and w one, i and s up to 32";
    uint8_t data[MAX_BLOCK + 2];
    struct i2c_args a;
    struct bw_i2c_xfer x = { .nmsgs = 1 };
    enum bw_status status;
    long addr, reg;
    char mode;
    int len;

    if (parse_args(&a, usage, argc, argv)) {
        return 1;
    }
    mode = a.argc >= 2 ? take_mode(&a) : 0;
    if (!mode) {
        return bw_tool_fail("usage: benchwire i2c %s", usage);
    }
    reg = bw_tool_number(a.argv[1], 0, 0xff);
    if (parse_addr(&a, a.argv[0], &addr)) {
        return 1;
    }
    if (reg < 0) {
        return bw_tool_fail("\"%s\" is no register from 0x00 to 0xff",
                            a.argv[1]);
    }
    data[0] = (uint8_t)reg;
    len = encode_set(data, mode, a.argc - 2, a.argv + 2);
    if (len < 0 || bw_tool_open_i2c(t, a.export_name)) {
        return 1;
    }
    x.msgs[0] = (struct bw_i2c_msg){ (uint16_t)addr, 0, (uint16_t)len, data };
    status = bw_client_i2c(&t->client, &x);
    return status == BW_OK ? 0 : fail_xfer(&a, &t->client, "writing", status);
}

/* transfer */

/* All words as one text.  Returns false if they do not fit. */
static bool join(char *out, size_t size, int argc, char **argv)
{
    size_t pos = 0;
    int i;

    for (i = 0; i < argc; i++) {
        size_t len = strlen(argv[i]);

        if (len + 2 > size - pos) {
            return false;
        }
        memcpy(out + pos, argv[i], len);
        pos += len;
        out[pos++] = ' ';
    }
    out[pos] = '\0';
    return true;
}

static int fail_parse(const char *text, size_t at, enum bw_status status)
{
    size_t len = strcspn(text + at, " ");

    if (status == BW_TOO_LONG) {
        return bw_tool_fail("at \"%.*s\": over a limit; a transfer has at most "
                            "%d messages of %d bytes",
                            (int)len, text + at, BW_I2C_MAX_MSGS,
                            BW_I2C_MAX_LEN);
    }
    if (len == 0) {
        return bw_tool_fail("the transfer ends too early; a message is "
                            "{r|w}LENGTH@ADDRESS, and LENGTH bytes for a "
                            "write, such as w1@0x48 0x00 r2");
    }
    return bw_tool_fail("\"%.*s\" is not understood there; a message is "
                        "{r|w}LENGTH@ADDRESS, and LENGTH bytes for a write, "
                        "such as w1@0x48 0x00 r2",
                        (int)len, text + at);
}

static int check_addrs(const struct i2c_args *a, const struct bw_i2c_xfer *x)
{
    uint16_t i;

    for (i = 0; i < x->nmsgs; i++) {
        const struct bw_i2c_msg *m = &x->msgs[i];

        if (!(m->flags & BW_I2C_TEN_BIT) &&
            (m->addr < a->first_addr || m->addr > a->last_addr)) {
            return bw_tool_fail("address 0x%02x is a reserved one; -a allows "
                                "those",
                                m->addr);
        }
    }
    return 0;
}

static int transfer(struct bw_tool *t, int argc, char **argv)
{
    static const char usage[] = "transfer [-a] EXPORT DESC [DATA]... [DESC "
                                "[DATA]...]...";
    static char text[65536];
    static uint8_t data[2 * BW_I2C_MAX_BYTES];
    struct i2c_args a;
    struct bw_i2c_xfer x;
    enum bw_status status;
    size_t at = 0;
    uint16_t i;

    if (parse_args(&a, usage, argc, argv)) {
        return 1;
    }
    if (a.argc == 0 || !join(text, sizeof(text), a.argc, a.argv)) {
        return bw_tool_fail("usage: benchwire i2c %s", usage);
    }
    status = bw_i2c_xfer_parse(&x, text, data, sizeof(data), &at);
    if (status != BW_OK) {
        return fail_parse(text, at, status);
    }
    if (check_addrs(&a, &x) || bw_tool_open_i2c(t, a.export_name)) {
        return 1;
    }
    status = bw_client_i2c(&t->client, &x);
    if (status != BW_OK) {
        return fail_xfer(&a, &t->client, "the transfer", status);
    }
    for (i = 0; i < x.nmsgs; i++) {
        if (x.msgs[i].flags & BW_I2C_READ) {
            print_bytes(x.msgs[i].data, x.msgs[i].len);
        }
    }
    return 0;
}

int bw_tool_i2c(struct bw_tool *t, int argc, char **argv)
{
    static const struct bw_tool_command commands[] = {
        { "detect", detect },     { "get", get }, { "set", set },
        { "transfer", transfer }, { NULL, NULL },
    };

    return bw_tool_run(t, commands, "i2c ", argc - 1, argv + 1);
}
