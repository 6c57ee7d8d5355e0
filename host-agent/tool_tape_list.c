/*
 * "benchwire tape list" and "info": what is on a tape.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool_tape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/**
 * struct walk - the objects of one partition as they come
 * @run: the first of those alike that are not printed yet
 * @length: how many they are
 */
struct walk {
    struct bw_tape_job *job;
    bool prints;
    bool all;
    uint64_t file_size;
    struct bw_tape_object run;
    uint64_t length;
    uint64_t records, marks, bad, bytes;
    bool file_open; /* something since the last tape mark */
};

static void print_run(struct walk *w)
{
    const struct bw_tape_object *o = &w->run;

    if (!w->prints || !w->length) {
        return;
    }
    printf("%10" PRIu64 " %14" PRIu64 "  ", o->number, o->offset);
    switch (o->kind) {
    case BW_TAPE_KIND_MARK:
        printf("%s\n", w->length == 1 ? "tape mark"
                                      : bw_tape_count(w->length, "tape mark"));
        break;
    case BW_TAPE_KIND_RECORD:
        printf("%s of %s\n", bw_tape_count(w->length, "record"),
               bw_tape_count(o->length, "byte"));
        break;
    default:
        printf("%s, %s of data\n", bw_tape_count(w->length, "damaged record"),
               bw_tape_count(o->length, "byte"));
        break;
    }
}

static void count(struct walk *w, const struct bw_tape_object *o)
{
    w->marks += o->kind == BW_TAPE_KIND_MARK;
    w->records += o->kind == BW_TAPE_KIND_RECORD;
    w->bad += o->kind == BW_TAPE_KIND_BAD;
    w->bytes += o->kind == BW_TAPE_KIND_RECORD ? o->length : 0;
    w->file_open = o->kind != BW_TAPE_KIND_MARK;
}

static bool visit(void *opaque, const struct bw_tape_object *o)
{
    struct walk *w = opaque;

    if (w->length && !w->all && o->kind == w->run.kind &&
        o->length == w->run.length) {
        w->length++;
    } else {
        print_run(w);
        if (w->prints && (o->number == 0 || w->run.marks != o->marks)) {
            printf("file %" PRIu64 "\n", o->marks);
        }
        w->run = *o;
        w->length = 1;
    }
    count(w, o);
    if (!w->prints || !isatty(STDOUT_FILENO)) {
        bw_tape_progress(w->job, o->offset, w->file_size);
    }
    return true;
}

/* Returns 0, or an exit code after an error. */
static int walk(struct bw_tape_job *job, unsigned partition, struct walk *w,
                struct bw_tape_verdict *verdict)
{
    const struct bw_tape_io *io =
        &job->set.disk[BW_TAPE_FILE_DATA_0 + partition].io;
    enum bw_tape_result result;

    w->job = job;
    io->size(io->opaque, &w->file_size);
    result =
        bw_tape_verify(job->medium.partition[partition], visit, w, verdict);
    bw_tape_progress(job, 0, 0);
    print_run(w);
    if (result == BW_TAPE_IO || result == BW_TAPE_NO_MEMORY) {
        return bw_tape_job_fail(job, "read", result);
    }
    return 0;
}

static void print_sums(const struct walk *w, bool one_line)
{
    printf("%s: %s with %s in %s, %s",
           bw_tape_count(w->records + w->marks + w->bad, "object"),
           bw_tape_count(w->records, "record"), bw_tape_count(w->bytes, "byte"),
           bw_tape_count(w->marks + w->file_open, "file"),
           bw_tape_count(w->marks, "tape mark"));
    if (w->bad) {
        printf(", %s", bw_tape_count(w->bad, "damaged record"));
    }
    fputs(one_line ? "" : "\n", stdout);
}

int bw_tool_tape_list(struct bw_tape_job *job)
{
    struct walk w = { .prints = true, .all = job->given & BW_TAPE_OPT_ALL };
    struct bw_tape_verdict verdict = { .text = "" };
    int code = bw_tape_job_open(job, job->words[0], BW_TAPE_LOOK);

    if (code || !bw_tape_job_store(job)) {
        return code ? code : 1;
    }
    code = walk(job, job->partition, &w, &verdict);
    if (code) {
        return code;
    }
    printf("%10" PRIu64 " %14" PRIu64 "  end of data\n", verdict.objects,
           verdict.offset);
    print_sums(&w, false);
    if (verdict.text[0]) {
        bw_tool_fail("%s: %s", job->set.path, verdict.text);
    }
    return verdict.text[0] ? BW_TAPE_EXIT_DAMAGED : 0;
}

/* --- info --- */

/* The file may come from anywhere: nothing that acts on a terminal. */
static void print_text(const char *name, const char *text)
{
    if (!text[0]) {
        return;
    }
    fputs(name, stdout);
    for (; *text; text++) {
        putchar(*text < 0x20 || *text > 0x7e ? '.' : *text);
    }
    putchar('\n');
}

static void print_label(const struct bw_tape_job *job)
{
    const struct bw_tape_cartridge *c = &job->medium.cartridge;

    print_text("profile:       ", c->profile);
    if (c->density) {
        printf("density:       0x%02x\n", c->density);
    }
    print_text("bar code:      ", c->barcode);
    print_text("serial number: ", c->serial);
    if (c->capacity) {
        printf("capacity:      %s (%" PRIu64 " bytes)\n",
               bw_tape_bytes(c->capacity), c->capacity);
    } else {
        printf("capacity:      as the drive has it\n");
    }
    printf("write protect: %s%s\n", c->write_protect ? "on" : "off",
           c->worm ? ", written once (WORM)" : "");
    if (c->loads) {
        printf("loaded:        %s, %s written, %s read\n",
               bw_tape_count(c->loads, "time"), bw_tape_bytes(c->written),
               bw_tape_bytes(c->read));
    }
}

static int print_partition(struct bw_tape_job *job, unsigned i)
{
    const struct bw_tape_cartridge *c = &job->medium.cartridge;
    struct walk w = { 0 };
    struct bw_tape_verdict verdict = { .text = "" };
    int code = walk(job, i, &w, &verdict);

    if (code) {
        return code;
    }
    printf("partition %u:   ", i);
    if (c->partitions > 1 && c->share[i]) {
        printf("%s, ", bw_tape_bytes(c->share[i]));
    }
    print_sums(&w, true);
    printf("; %s in the file\n", bw_tape_bytes(w.file_size));
    if (verdict.text[0]) {
        bw_tool_fail("%s: %s", job->set.disk[BW_TAPE_FILE_DATA_0 + i].path,
                     verdict.text);
        return BW_TAPE_EXIT_DAMAGED;
    }
    return 0;
}

int bw_tool_tape_info(struct bw_tape_job *job)
{
    int code = bw_tape_job_open(job, job->words[0], BW_TAPE_LOOK), one;
    unsigned i;

    if (code) {
        return code;
    }
    printf("tape:          %s\n", job->set.path);
    print_label(job);
    for (i = 0; i < BW_TAPE_PARTITIONS; i++) {
        if (job->medium.partition[i]) {
            one = print_partition(job, i);
            code = code ? code : one;
        }
    }
    return code;
}
