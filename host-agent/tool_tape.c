/*
 * "benchwire tape": tapes that are files, of the emulated drive scsi-tape.
 *
 * See benchwire-tape(1).  This file finds the command and its options, opens
 * the tape and shows progress; tool_tape.h lists the rest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool_tape.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* Without an address of an agent: nothing is asked of one. */
static const char usage_text[] =
    "Usage: benchwire tape COMMAND [OPTION]... TAPE [ARGUMENT]...\n"
    "Make, look at and mend tapes of the emulated drive scsi-tape.\n"
    "\n"
    "  create TAPE                    a blank tape\n"
    "      --capacity SIZE            as in 2G (default: no end)\n"
    "      --profile NAME             of the drive it is for, as in lto8\n"
    "      --barcode TEXT, --serial TEXT, --density CODE\n"
    "      --partitions 1|2, --partition-size SIZE of the second one\n"
    "      --write-protect on|off, --worm\n"
    "      --force                    also if TAPE has something on it\n"
    "  label TAPE                     change --barcode, --capacity, --serial,\n"
    "                                 --density, --profile or --write-protect\n"
    "  info TAPE                      what it is and how much is on it\n"
    "  list [--all] TAPE              its records and tape marks\n"
    "  verify TAPE                    is it whole?  exit status 2: no\n"
    "  repair [--backup FILE] TAPE    cut off what does not make sense at its\n"
    "                                 end, into FILE (default TAPE.cut)\n"
    "  index [--remove] TAPE          make the file of positions anew\n"
    "  import TAPE FILE...            append files as records, each with a\n"
    "                                 tape mark behind it\n"
    "      --block-size SIZE          of the records (default 10240)\n"
    "      --pad                      fill the last record with zeros\n"
    "      --format raw|aws|e11|tap   what FILE is (default raw)\n"
    "  export TAPE FOLDER             each file of the tape as a file\n"
    "      --file N                   only this one, from 0, to FOLDER as a\n"
    "                                 file, or to - (standard output)\n"
    "      --format raw|aws|e11|tap   the whole tape as one image\n"
    "      --skip-bad                 leave out what cannot be read\n"
    "  mam TAPE [ID[=VALUE]]...       print or set attributes of the\n"
    "                                 cartridge's memory, as in 0x0803=Backup\n"
    "\n"
    "  --partition N                  which one (default 0)\n"
    "  --force-share                  look at a tape that a QEMU uses\n"
    "\n"
    "Sizes are bytes, or with K, M, G, T: times 1024 each.\n"
    "See benchwire-tape(1).\n";

/* clang-format off */
static const struct verb {
    const char *name;
    int (*run)(struct bw_tape_job *job);
    uint32_t options;
    int min, max; /* words */
} verbs[] = {
    { "create", bw_tool_tape_create,
      BW_TAPE_OPT_CAPACITY | BW_TAPE_OPT_PROFILE | BW_TAPE_OPT_BARCODE |
      BW_TAPE_OPT_SERIAL | BW_TAPE_OPT_DENSITY | BW_TAPE_OPT_PARTITIONS |
      BW_TAPE_OPT_SIZE_1 | BW_TAPE_OPT_PROTECT | BW_TAPE_OPT_WORM |
      BW_TAPE_OPT_FORCE, 1, 1 },
    { "label", bw_tool_tape_label,
      BW_TAPE_OPT_CAPACITY | BW_TAPE_OPT_PROFILE | BW_TAPE_OPT_BARCODE |
      BW_TAPE_OPT_SERIAL | BW_TAPE_OPT_DENSITY | BW_TAPE_OPT_PROTECT, 1, 1 },
    { "info", bw_tool_tape_info, BW_TAPE_OPT_SHARE, 1, 1 },
    { "list", bw_tool_tape_list,
      BW_TAPE_OPT_ALL | BW_TAPE_OPT_PARTITION | BW_TAPE_OPT_SHARE, 1, 1 },
    { "verify", bw_tool_tape_verify, BW_TAPE_OPT_SHARE, 1, 1 },
    { "repair", bw_tool_tape_repair,
      BW_TAPE_OPT_BACKUP | BW_TAPE_OPT_PARTITION, 1, 1 },
    { "index", bw_tool_tape_index, BW_TAPE_OPT_REMOVE, 1, 1 },
    { "import", bw_tool_tape_import,
      BW_TAPE_OPT_BLOCK | BW_TAPE_OPT_PAD | BW_TAPE_OPT_FORMAT |
      BW_TAPE_OPT_PARTITION, 2, 1000000 },
    { "export", bw_tool_tape_export,
      BW_TAPE_OPT_FILE | BW_TAPE_OPT_FORMAT | BW_TAPE_OPT_SKIP |
      BW_TAPE_OPT_PARTITION | BW_TAPE_OPT_SHARE, 2, 2 },
    { "mam", bw_tool_tape_mam,
      BW_TAPE_OPT_PARTITION | BW_TAPE_OPT_SHARE, 1, 1000000 },
    { NULL, NULL, 0, 0, 0 },
};

/* The option BW_TAPE_OPT_x is bit "val". */
static const struct option longs[] = {
    { "all", no_argument, NULL, BW_TAPE_OPT_ALL },
    { "backup", required_argument, NULL, BW_TAPE_OPT_BACKUP },
    { "barcode", required_argument, NULL, BW_TAPE_OPT_BARCODE },
    { "block-size", required_argument, NULL, BW_TAPE_OPT_BLOCK },
    { "capacity", required_argument, NULL, BW_TAPE_OPT_CAPACITY },
    { "density", required_argument, NULL, BW_TAPE_OPT_DENSITY },
    { "file", required_argument, NULL, BW_TAPE_OPT_FILE },
    { "force", no_argument, NULL, BW_TAPE_OPT_FORCE },
    { "force-share", no_argument, NULL, BW_TAPE_OPT_SHARE },
    { "format", required_argument, NULL, BW_TAPE_OPT_FORMAT },
    { "pad", no_argument, NULL, BW_TAPE_OPT_PAD },
    { "partition", required_argument, NULL, BW_TAPE_OPT_PARTITION },
    { "partitions", required_argument, NULL, BW_TAPE_OPT_PARTITIONS },
    { "profile", required_argument, NULL, BW_TAPE_OPT_PROFILE },
    { "remove", no_argument, NULL, BW_TAPE_OPT_REMOVE },
    { "serial", required_argument, NULL, BW_TAPE_OPT_SERIAL },
    { "partition-size", required_argument, NULL, BW_TAPE_OPT_SIZE_1 },
    { "skip-bad", no_argument, NULL, BW_TAPE_OPT_SKIP },
    { "worm", no_argument, NULL, BW_TAPE_OPT_WORM },
    { "write-protect", required_argument, NULL, BW_TAPE_OPT_PROTECT },
    { NULL, 0, NULL, 0 },
};
/* clang-format on */

/* --- words --- */

static const char *option_name(uint32_t bit)
{
    const struct option *o = longs;

    while (o->name && (uint32_t)o->val != bit) {
        o++;
    }
    return o->name;
}

/* Returns 0, or 1 after an error. */
static int parse_size(uint32_t bit, const char *text, uint64_t min,
                      uint64_t max, uint64_t *out)
{
    static const char suffixes[] = "KMGTP";
    const char *at;
    char *end;
    unsigned long long n;
    unsigned shift = 0;

    errno = 0;
    /* 010 is ten */
    n = strtoull(text, &end, strncasecmp(text, "0x", 2) ? 10 : 16);
    at = *end ? strchr(suffixes, *end & ~0x20) : NULL;
    if (at) {
        shift = (unsigned)(at - suffixes + 1) * 10;
        end++;
    }
    if (end == text || *end || errno || text[0] == '-' ||
        n > UINT64_MAX >> shift || n << shift < min || n << shift > max) {
        return bw_tool_fail("--%s \"%s\" is no number from %" PRIu64
                            " to %" PRIu64 "; K, M, G and T may follow it",
                            option_name(bit), text, min, max);
    }
    *out = n << shift;
    return 0;
}

static int parse_number(uint32_t bit, const char *text, unsigned min,
                        unsigned max, unsigned *out)
{
    uint64_t n = 0;
    int code = parse_size(bit, text, min, max, &n);

    *out = (unsigned)n;
    return code;
}

static int parse_format(const char *text, enum bw_tape_format *out)
{
    static const char *const names[] = { "raw", "aws", "e11", "tap" };
    unsigned i;

    for (i = 0; i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum bw_tape_format)i;
            return 0;
        }
    }
    return bw_tool_fail("--format \"%s\" is not known; take raw, aws, e11 or "
                        "tap",
                        text);
}

static int parse_switch(const char *text, bool *out)
{
    *out = strcmp(text, "on") == 0;
    if (!*out && strcmp(text, "off") != 0) {
        return bw_tool_fail("--write-protect is on or off, not \"%s\"", text);
    }
    return 0;
}

static int parse_option(struct bw_tape_job *job, uint32_t bit, char *text)
{
    switch (bit) {
    case BW_TAPE_OPT_BACKUP:
        job->backup = text;
        return 0;
    case BW_TAPE_OPT_BARCODE:
        job->barcode = text;
        return 0;
    case BW_TAPE_OPT_PROFILE:
        job->profile = text;
        return 0;
    case BW_TAPE_OPT_SERIAL:
        job->serial = text;
        return 0;
    case BW_TAPE_OPT_BLOCK:
        return parse_number(bit, text, 1, BW_TAPE_RECORD_MAX, &job->block);
    case BW_TAPE_OPT_CAPACITY:
        return parse_size(bit, text, 0, INT64_MAX, &job->capacity);
    case BW_TAPE_OPT_SIZE_1:
        return parse_size(bit, text, 1, INT64_MAX, &job->share);
    case BW_TAPE_OPT_DENSITY:
        return parse_number(bit, text, 0, 0xff, &job->density);
    case BW_TAPE_OPT_FILE:
        return parse_size(bit, text, 0, INT64_MAX, &job->file);
    case BW_TAPE_OPT_FORMAT:
        return parse_format(text, &job->format);
    case BW_TAPE_OPT_PARTITION:
        return parse_number(bit, text, 0, BW_TAPE_PARTITIONS - 1,
                            &job->partition);
    case BW_TAPE_OPT_PARTITIONS:
        return parse_number(bit, text, 1, BW_TAPE_PARTITIONS, &job->partitions);
    case BW_TAPE_OPT_PROTECT:
        return parse_switch(text, &job->protect);
    default:
        return 0;
    }
}

/* Returns 0, or 1 after an error. */
static int parse(struct bw_tape_job *job, const struct verb *verb, int argc,
                 char **argv)
{
    int c, code;

    optind = 0;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == '?') {
            return bw_tool_fail("tape %s has no option \"%s\", or it lacks "
                                "its argument; see benchwire tape --help",
                                verb->name, argv[optind - 1]);
        }
        if (!((uint32_t)c & verb->options)) {
            return bw_tool_fail("tape %s has no option --%s; see benchwire "
                                "tape --help",
                                verb->name, option_name((uint32_t)c));
        }
        job->given |= (uint32_t)c;
        code = parse_option(job, (uint32_t)c, optarg);
        if (code) {
            return code;
        }
    }
    job->words = argv + optind;
    job->word_count = argc - optind;
    if (job->word_count < verb->min || job->word_count > verb->max) {
        return bw_tool_fail("tape %s takes %s; see benchwire tape --help",
                            verb->name,
                            verb->max == 1   ? "the name of one tape"
                            : verb->max == 2 ? "a tape and where to write it"
                            : verb->min == 2 ? "a tape and what to write on it"
                                             : "a tape");
    }
    return 0;
}

/* --- texts --- */

#define TEXTS 8

static char *next_text(size_t *room)
{
    static char texts[TEXTS][48];
    static unsigned turn;

    *room = sizeof(texts[0]);
    return texts[turn++ % TEXTS];
}

const char *bw_tape_count(uint64_t count, const char *one)
{
    size_t room;
    char *text = next_text(&room);

    snprintf(text, room, "%" PRIu64 " %s%s", count, one, count == 1 ? "" : "s");
    return text;
}

const char *bw_tape_bytes(uint64_t bytes)
{
    static const char *const units[] = { "bytes", "KiB", "MiB",
                                         "GiB",   "TiB", "PiB" };
    unsigned unit = 0;
    double value = (double)bytes;
    size_t room;
    char *text = next_text(&room);

    while (value >= 1024 && unit < 5) {
        value /= 1024;
        unit++;
    }
    snprintf(text, room, unit && value < 100 ? "%.1f %s" : "%.0f %s", value,
             units[unit]);
    return text;
}

#define PROGRESS_MS 500

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void bw_tape_progress(const struct bw_tape_job *job, uint64_t done,
                      uint64_t total)
{
    static uint64_t last; /* 0: nothing is shown, and it has just begun */
    static bool shown;

    if (total == 0) {
        if (shown) {
            fputs("\r\033[K", stderr);
        }
        shown = false;
        last = 0;
        return;
    }
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    if (last == 0) {
        last = now_ms();
    } else if (now_ms() - last >= PROGRESS_MS) {
        last = now_ms();
        shown = true;
        fprintf(stderr, "\rbenchwire: %s %3.0f %%", job->verb,
                100.0 * (double)done / (double)total);
        fflush(stderr);
    }
}

/* --- the tape --- */

int bw_tape_job_fail(const struct bw_tape_job *job, const char *what,
                     enum bw_tape_result result)
{
    if (job->set.error[0]) {
        return bw_tool_fail("%s", job->set.error);
    }
    return bw_tool_fail("cannot %s %s: %s", what, job->set.path,
                        job->verdict.text[0] ? job->verdict.text
                                             : bw_tape_result_text(result));
}

int bw_tape_job_open(struct bw_tape_job *job, const char *path,
                     enum bw_tape_access access)
{
    struct bw_tape_options options = {
        .read_only = access != BW_TAPE_CHANGE,
        .gather = true,
    };
    enum bw_tape_result result;

    if (access == BW_TAPE_LOOK && (job->given & BW_TAPE_OPT_SHARE)) {
        access = BW_TAPE_SHARE;
    }
    if (!bw_tape_set_init(&job->set, path, access)) {
        return bw_tool_fail("%s", job->set.error);
    }
    result =
        bw_medium_open(&job->medium, &job->set.files, &options, &job->verdict);
    job->opened = result == BW_TAPE_OK;
    if (result == BW_TAPE_NOT_FOUND) {
        return bw_tool_fail("there is no %s; make it with benchwire tape "
                            "create",
                            path);
    }
    if (result == BW_TAPE_FOREIGN && !job->set.error[0]) {
        bw_tool_fail("%s: %s", path,
                     job->verdict.text[0] ? job->verdict.text
                                          : bw_tape_result_text(result));
        return BW_TAPE_EXIT_FOREIGN;
    }
    if (result != BW_TAPE_OK) {
        return bw_tape_job_fail(job, "open", result);
    }
    if (job->verdict.text[0]) {
        fprintf(stderr, "benchwire: %s: %s\n", path, job->verdict.text);
    }
    return 0;
}

int bw_tape_job_save(struct bw_tape_job *job)
{
    enum bw_tape_result result = bw_medium_save(&job->medium);

    return result == BW_TAPE_OK ? 0 : bw_tape_job_fail(job, "write", result);
}

struct bw_tape_store *bw_tape_job_store(struct bw_tape_job *job)
{
    struct bw_tape_store *store = job->medium.partition[job->partition];

    if (!store) {
        bw_tool_fail("%s has no partition %u", job->set.path, job->partition);
    }
    return store;
}

int bw_tool_tape(struct bw_tool *t, int argc, char **argv)
{
    static struct bw_tape_job job = { .block = 10240, .partitions = 1 };
    const struct verb *verb = verbs;
    int code, i;

    (void)t;
    for (i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        job.set.disk[i].fd = -1;
    }
    if (argc < 2) {
        return bw_tool_fail("a command must follow \"tape\"; see benchwire "
                            "tape --help");
    }
    for (i = 1; i < argc && i <= 2; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage_text, stdout);
            return 0;
        }
    }
    while (verb->name && strcmp(verb->name, argv[1]) != 0) {
        verb++;
    }
    if (!verb->name) {
        return bw_tool_fail("there is no command \"tape %s\"; see benchwire "
                            "tape --help",
                            argv[1]);
    }
    job.verb = verb->name;
    code = parse(&job, verb, argc - 1, argv + 1);
    if (!code) {
        code = verb->run(&job);
        bw_tape_progress(&job, 0, 0);
    }
    if (job.opened) {
        bw_medium_close(&job.medium);
    }
    bw_tape_set_finish(&job.set);
    return code;
}
