/*
 * What the tape drive costs without a guest: commands go to the drive itself,
 * the tape's files are on this machine's disk.
 *
 * usage: tape locate FOLDER RECORDS   LOCATE and READ to any of so many
 *                                     records, and a scan over the file
 *        tape open FOLDER RECORDS     the first open of a tape of so many 256
 *                                     KiB records, whose data are holes
 *        tape blocks FOLDER BYTES
 *                                     512-byte blocks by the drive and by a
 *                                     store with a call per word, in turn
 *        tape memory RECORDS          of the index, for so many records
 *
 * Prints lines "NAME: VALUE" for tape.sh.  Whatever is read is compared with
 * what was written.  Files in FOLDER are made anew and taken away.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/tape_file.h"
#include "peripherals/parts/tape_drive.h"

#define BLOCK      512u
#define LARGE      (256u << 10)
#define SAMPLES    20000u
#define SCANS      8u
#define ROUNDS     5u
#define END_MARKER 0xffffffffu

struct bench {
    char path[PATH_MAX];
    struct bw_tape_set set;
    struct bw_tape_medium medium;
    struct bw_tape_drive drive;
    struct bw_tape_host host;
    struct bw_tape_command command;
    uint8_t data[1u << 20];
    uint32_t random;
};

static struct bench bench;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "tape: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static double microseconds(uint64_t since_ns)
{
    return (double)(bw_clock_ns() - since_ns) / 1000;
}

static uint32_t dice(uint32_t sides)
{
    bench.random = bench.random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)bench.random * sides >> 32);
}

/* --- the drive ----------------------------------------------------------- */

static uint64_t now_ms(void *opaque)
{
    (void)opaque;
    return bw_clock_ns() / 1000000;
}

static void lock_door(void *opaque, bool locked)
{
    (void)opaque;
    (void)locked;
}

static bool load_or_eject(void *opaque, bool in)
{
    (void)opaque;
    return in;
}

static void name_files(const char *folder)
{
    if (snprintf(bench.path, sizeof(bench.path), "%s/bench.tap", folder) >=
        (int)sizeof(bench.path)) {
        die(folder, "the name is too long");
    }
}

static void remove_files(void)
{
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        if (bench.set.disk[i].path[0] != '\0') {
            unlink(bench.set.disk[i].path);
        }
    }
    unlink(bench.path);
}

static void open_medium(void)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;

    if (!bw_tape_set_init(&bench.set, bench.path, BW_TAPE_CHANGE) ||
        bw_medium_open(&bench.medium, &bench.set.files, &options, &verdict) !=
            BW_TAPE_OK) {
        die(bench.path, bench.set.error);
    }
}

static void close_medium(bool save)
{
    if (save && bw_medium_save(&bench.medium) != BW_TAPE_OK) {
        die(bench.path, bench.set.error);
    }
    bw_medium_close(&bench.medium);
    bw_tape_set_finish(&bench.set);
}

static void start_drive(void)
{
    const struct bw_tape_config config = {
        .profile = bw_tape_profile("generic"),
        .gather = true,
    };

    bench.host = (struct bw_tape_host){ .now_ms = now_ms,
                                        .lock = lock_door,
                                        .load = load_or_eject };
    bw_tape_init(&bench.drive, &config, &bench.host);
    bw_tape_insert(&bench.drive, &bench.medium);
    bench.drive.state.attentions = 0; /* nobody asks for them here */
}

static void run(const uint8_t *cdb, unsigned length, size_t size)
{
    struct bw_tape_command *c = &bench.command;
    char text[160];

    memset(c, 0, sizeof(*c));
    memcpy(c->cdb, cdb, length);
    c->cdb_length = length;
    c->data = bench.data;
    c->size = size;
    bw_tape_execute(&bench.drive, c);
    if (c->status != BW_SCSI_GOOD) {
        bw_sense_text(&c->sense, text, sizeof(text));
        die("a command failed", text);
    }
}

/* READ(6) and WRITE(6) of fixed blocks */
static void transfer(uint8_t opcode, uint32_t blocks)
{
    const uint8_t cdb[6] = {
        opcode,          1, (uint8_t)(blocks >> 16), (uint8_t)(blocks >> 8),
        (uint8_t)blocks, 0
    };

    run(cdb, sizeof(cdb), (size_t)blocks * BLOCK);
}

static void locate(uint32_t object)
{
    const uint8_t cdb[10] = { 0x2b,
                              0,
                              0,
                              (uint8_t)(object >> 24),
                              (uint8_t)(object >> 16),
                              (uint8_t)(object >> 8),
                              (uint8_t)object,
                              0,
                              0,
                              0 };

    run(cdb, sizeof(cdb), 0);
}

static void six(uint8_t opcode, uint8_t byte4)
{
    const uint8_t cdb[6] = { opcode, 0, 0, 0, byte4, 0 };

    run(cdb, sizeof(cdb), 0);
}

/* --- LOCATE -------------------------------------------------------------- */

static void number_block(uint8_t *block, uint32_t number)
{
    memcpy(block, &number, sizeof(number));
}

static void write_tape(uint32_t records)
{
    memset(bench.data, 0x5a, sizeof(bench.data));
    for (uint32_t i = 0; i < records;) {
        uint32_t n = records - i < 1000 ? records - i : 1000;

        for (uint32_t k = 0; k < n; k++) {
            number_block(bench.data + k * BLOCK, i + k);
        }
        transfer(0x0a, n);
        i += n;
    }
    six(0x10, 1);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print_times(const char *name, double *us, size_t count)
{
    qsort(us, count, sizeof(*us), by_value);
    printf("%s p50 us: %.1f\n%s p99 us: %.1f\n%s max us: %.1f\n", name,
           us[count / 2], name, us[count * 99 / 100], name, us[count - 1]);
}

static void expect_number(uint32_t number)
{
    if (memcmp(bench.data, &number, sizeof(number)) != 0) {
        die("LOCATE", "this is another record");
    }
}

/* Over the headers from the beginning, as a store without an index goes. */
static double scan_us(int fd, uint32_t number)
{
    uint64_t start = bw_clock_ns();
    uint64_t offset = 0;
    uint32_t length;

    for (uint32_t i = 0; i <= number; i++) {
        if (pread(fd, &length, 4, (off_t)offset) != 4) {
            die("scan", strerror(errno));
        }
        offset += i < number ? length + 8u : 0;
    }
    if (pread(fd, bench.data, BLOCK, (off_t)offset + 4) != BLOCK) {
        die("scan", strerror(errno));
    }
    expect_number(number);
    return microseconds(start);
}

static void measure_locate(uint32_t records)
{
    static double move[SAMPLES];
    static double both[SAMPLES];
    double scan[SCANS];
    int fd;

    close(open(bench.path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666));
    open_medium();
    start_drive();
    bench.drive.state.block_size = BLOCK;
    write_tape(records);
    for (size_t i = 0; i < SAMPLES; i++) {
        uint32_t number = dice(records);
        uint64_t start = bw_clock_ns();

        locate(number);
        move[i] = microseconds(start);
        transfer(0x08, 1);
        both[i] = microseconds(start);
        expect_number(number);
    }
    print_times("locate", move, SAMPLES);
    print_times("locate and read", both, SAMPLES);
    close_medium(true);
    fd = open(bench.path, O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < SCANS; i++) {
        scan[i] = scan_us(fd, dice(records));
    }
    print_times("scan", scan, SCANS);
    close(fd);
}

/* --- the first open ------------------------------------------------------ */

/* Framing words only: what is between them takes no place on the disk. */
static void make_sparse(uint32_t records)
{
    int fd = open(bench.path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
    const uint32_t words[3] = { LARGE, LARGE, END_MARKER };
    uint64_t offset = 0;

    if (fd < 0) {
        die(bench.path, strerror(errno));
    }
    for (uint32_t i = 0; i < records; i++) {
        bool last = i == records - 1;

        if (pwrite(fd, &words[0], 4, (off_t)offset) != 4 ||
            pwrite(fd, &words[1], last ? 8 : 4, (off_t)offset + 4 + LARGE) <
                4) {
            die(bench.path, strerror(errno));
        }
        offset += LARGE + 8u;
    }
    fsync(fd);
    close(fd);
}

/* Out of the host's cache, as after a boot. */
static void forget_cached(void)
{
    int fd = open(bench.path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
}

static void measure_open(uint32_t records)
{
    uint64_t start;

    make_sparse(records);
    printf("apparent GB: %.1f\n", (double)records * LARGE / 1e9);
    forget_cached();
    start = bw_clock_ns();
    open_medium();
    start_drive();
    printf("open us: %.0f\n", microseconds(start));
    start = bw_clock_ns();
    run((const uint8_t[6]){ 0x08, 0, LARGE >> 16, (uint8_t)(LARGE >> 8), 0, 0 },
        6, LARGE);
    printf("first read us: %.0f\n", microseconds(start));
    start = bw_clock_ns();
    run((const uint8_t[6]){ 0x11, 3, 0, 0, 0, 0 }, 6, 0);
    printf("end of data, not cached ms: %.1f\n", microseconds(start) / 1000);
    close_medium(false);
    open_medium();
    start_drive();
    start = bw_clock_ns();
    run((const uint8_t[6]){ 0x11, 3, 0, 0, 0, 0 }, 6, 0);
    printf("end of data, cached ms: %.1f\n", microseconds(start) / 1000);
    close_medium(true);
    forget_cached();
    start = bw_clock_ns();
    open_medium();
    start_drive();
    printf("open with its index us: %.0f\n", microseconds(start));
    start = bw_clock_ns();
    locate(records - 1);
    printf("locate the last us: %.0f\n", microseconds(start));
    close_medium(false);
}

/* --- small blocks -------------------------------------------------------- */

static void must(ssize_t done, size_t length)
{
    if (done != (ssize_t)length) {
        die(bench.path, strerror(errno));
    }
}

/* A call for each word: length, data, length, end marker. */
static double naive_write(uint32_t blocks)
{
    int fd = open(bench.path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
    const uint32_t length = BLOCK;
    const uint32_t end = END_MARKER;
    uint64_t start = bw_clock_ns();
    off_t at = 0;

    for (uint32_t i = 0; i < blocks; i++) {
        number_block(bench.data, i);
        must(pwrite(fd, &length, 4, at), 4);
        must(pwrite(fd, bench.data, BLOCK, at + 4), BLOCK);
        must(pwrite(fd, &length, 4, at + 4 + BLOCK), 4);
        must(pwrite(fd, &end, 4, at + 8 + BLOCK), 4);
        at += BLOCK + 8;
    }
    must(fdatasync(fd), 0);
    close(fd);
    return microseconds(start);
}

static double naive_read(uint32_t blocks)
{
    int fd = open(bench.path, O_RDONLY | O_CLOEXEC);
    uint64_t start = bw_clock_ns();
    uint32_t length = BLOCK;
    off_t at = 0;

    for (uint32_t i = 0; i < blocks; i++) {
        must(pread(fd, &length, 4, at), 4);
        must(pread(fd, bench.data, length, at + 4), BLOCK);
        must(pread(fd, &length, 4, at + 4 + BLOCK), 4);
        expect_number(i);
        at += BLOCK + 8;
    }
    close(fd);
    return microseconds(start);
}

static double drive_write(uint32_t blocks)
{
    uint64_t start;
    double us;

    close(open(bench.path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666));
    open_medium();
    start_drive();
    bench.drive.state.block_size = BLOCK;
    start = bw_clock_ns();
    for (uint32_t i = 0; i < blocks; i++) {
        number_block(bench.data, i);
        transfer(0x0a, 1);
    }
    six(0x10, 0); /* to the disk */
    us = microseconds(start);
    close_medium(false);
    return us;
}

static double drive_read(uint32_t blocks)
{
    uint64_t start;
    double us;

    open_medium();
    start_drive();
    bench.drive.state.block_size = BLOCK;
    start = bw_clock_ns();
    for (uint32_t i = 0; i < blocks; i++) {
        transfer(0x08, 1);
        expect_number(i);
    }
    us = microseconds(start);
    close_medium(false);
    return us;
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[count / 2];
}

static void print_speed(const char *name, double *ours, double *naive,
                        uint64_t bytes)
{
    double ratio[ROUNDS];

    for (size_t i = 0; i < ROUNDS; i++) {
        ratio[i] = naive[i] / ours[i];
    }
    printf("%s MB/s: %.1f\n", name, (double)bytes / median(ours, ROUNDS));
    printf("%s, a call per word MB/s: %.1f\n", name,
           (double)bytes / median(naive, ROUNDS));
    printf("%s ratio: %.2f\n", name, median(ratio, ROUNDS));
}

static void measure_blocks(uint64_t bytes)
{
    double write_ours[ROUNDS];
    double write_naive[ROUNDS];
    double read_ours[ROUNDS];
    double read_naive[ROUNDS];
    uint32_t blocks = (uint32_t)(bytes / BLOCK);

    memset(bench.data, 0x5a, sizeof(bench.data));
    for (size_t i = 0; i < ROUNDS; i++) {
        write_naive[i] = naive_write(blocks);
        read_naive[i] = naive_read(blocks);
        write_ours[i] = drive_write(blocks);
        read_ours[i] = drive_read(blocks);
    }
    print_speed("write", write_ours, write_naive, bytes);
    print_speed("read", read_ours, read_naive, bytes);
}

/* --- memory -------------------------------------------------------------- */

static void *heap(void *opaque, void *memory, size_t bytes)
{
    (void)opaque;
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    return realloc(memory, bytes);
}

/* 10000 records of 10 KiB and a mark, as tar writes; or another length each,
 * 256 KiB in the mean. */
static uint32_t length_of(const char *kind, uint32_t i)
{
    if (strcmp(kind, "alike") == 0) {
        return 65536;
    }
    if (strcmp(kind, "archives") == 0) {
        return i % 10001 == 10000 ? 0 : 10240;
    }
    return 1 + dice(2 * LARGE);
}

static double find_ns(const struct bw_tape_index *index)
{
    struct bw_tape_object object;
    uint64_t start = bw_clock_ns();

    for (uint32_t i = 0; i < SAMPLES; i++) {
        if (!bw_index_find(index, dice((uint32_t)index->count), &object)) {
            die("memory", "an object is not found");
        }
    }
    return microseconds(start) * 1000 / SAMPLES;
}

static void measure_memory(const char *kind, uint32_t records)
{
    const struct bw_tape_io io = { .memory = heap };
    struct bw_tape_index index;
    uint64_t start = bw_clock_ns();
    double us;

    bw_index_init(&index, &io);
    for (uint32_t i = 0; i < records; i++) {
        uint32_t length = length_of(kind, i);
        enum bw_tape_kind what =
            length == 0 ? BW_TAPE_KIND_MARK : BW_TAPE_KIND_RECORD;
        uint32_t size = length == 0 ? 4 : length + (length & 1) + 8;

        if (bw_index_add(&index, what, index.offset, size, length, 1) !=
            BW_TAPE_OK) {
            die("memory", "no more");
        }
    }
    us = microseconds(start);
    printf("%s, kB: %.1f\n", kind, (double)bw_index_memory(&index) / 1000);
    printf("%s, bytes a record: %.2f\n", kind,
           (double)bw_index_memory(&index) / records);
    printf("%s, MB for 1 TB: %.2f\n", kind,
           (double)bw_index_memory(&index) * 1e6 / (double)index.offset);
    printf("%s, ns to add: %.0f\n", kind, us * 1000 / records);
    printf("%s, ns to find: %.0f\n", kind, find_ns(&index));
    bw_index_free(&index);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    const char *number = argc > 2 ? argv[argc - 1] : "0";
    uint64_t count = strtoull(number, NULL, 10);

    bench.random = 1;
    if (strcmp(verb, "memory") == 0 && argc == 3) {
        measure_memory("alike", (uint32_t)count);
        measure_memory("archives", (uint32_t)count);
        measure_memory("each another length", (uint32_t)count);
        return EXIT_SUCCESS;
    }
    if (argc != 4 || count == 0 || count > UINT32_MAX) {
        fprintf(stderr, "usage: tape locate|open|blocks FOLDER COUNT\n"
                        "       tape memory RECORDS\n");
        return EXIT_FAILURE;
    }
    name_files(argv[2]);
    if (strcmp(verb, "locate") == 0) {
        measure_locate((uint32_t)count);
    } else if (strcmp(verb, "open") == 0) {
        measure_open((uint32_t)count);
    } else if (strcmp(verb, "blocks") == 0) {
        measure_blocks(count);
    } else {
        die(verb, "no such measurement");
    }
    remove_files();
    return EXIT_SUCCESS;
}
