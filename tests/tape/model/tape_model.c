/*
 * Drive a tape through Linux's st driver at random, and compare what comes of
 * it with the model.
 *
 * usage: tape-model DEVICE SEED COUNT variable|fixed|mixed
 *
 * DEVICE is one that does not rewind, with a tape that may be overwritten.
 * COUNT operations follow from SEED alone: writes and reads (of the right and of
 * other lengths), marks, motion by records and files, seeks, the end of data,
 * erasing, other block sizes, closing and opening.  After most of them, status
 * and position are asked for.  The records that are on the tape at the end are
 * printed, then "COUNT operations as expected"; or what was expected, and the
 * operations that led to it.
 *
 * Exit status: 0; 1 after a difference or an error; 2 for wrong usage.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver.h"

#define BUFFER  (256u << 10)
#define HISTORY 24u

enum style {
    VARIABLE,
    FIXED,
    MIXED
};

struct run {
    const char *device;
    int fd;
    enum style style;
    uint64_t random;
    uint32_t operations;
    struct driver driver;
    uint8_t *buffer;
    char history[HISTORY][80];
};

static struct tape tape;

/* Below @limit.  Source: G. Marsaglia, "Xorshift RNGs", 2003. */
static uint32_t pick(struct run *run, uint32_t limit)
{
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return (uint32_t)(run->random >> 16) % limit;
}

__attribute__((format(printf, 2, 3))) static void note(struct run *run,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(run->history[run->operations % HISTORY], sizeof(run->history[0]),
              format, args);
    va_end(args);
}

__attribute__((noreturn)) static void
differs(const struct run *run, const char *what, long got, long wanted)
{
    uint32_t i = run->operations < HISTORY ? 0 : run->operations - HISTORY + 1;

    for (; i <= run->operations; i++) {
        printf("%u: %s\n", i, run->history[i % HISTORY]);
    }
    printf("%s: got %ld, expected %ld\n", what, got, wanted);
    exit(1);
}

static void expect(const struct run *run, const char *what, long got,
                   long wanted)
{
    if (got != wanted) {
        differs(run, what, got, wanted);
    }
}

/* What a system call returned, as the kernel has it. */
static long outcome(long result)
{
    return result < 0 ? -errno : result;
}

static void check_status(struct run *run)
{
    struct mtget status;
    int file, block;
    long flags;

    expect(run, "MTIOCGET", outcome(ioctl(run->fd, MTIOCGET, &status)), 0);
    driver_status(&run->driver, &file, &block, &flags);
    expect(run, "file number", status.mt_fileno, file);
    expect(run, "block number", status.mt_blkno, block);
    expect(run, "flags", status.mt_gstat & DRIVER_FLAGS, flags);
    expect(run, "block size",
           (status.mt_dsreg & MT_ST_BLKSIZE_MASK) >> MT_ST_BLKSIZE_SHIFT,
           run->driver.block_size);
}

static void check_position(struct run *run)
{
    struct mtpos position;

    expect(run, "MTIOCPOS", outcome(ioctl(run->fd, MTIOCPOS, &position)), 0);
    expect(run, "position", position.mt_blkno, driver_position(&run->driver));
}

static void check(struct run *run)
{
    switch (pick(run, 8)) {
    case 0:
    case 1:
        return;
    case 2:
        check_status(run);
        return;
    case 3:
        check_status(run);
        break;
    default:
        check_position(run);
        check_status(run);
        return;
    }
    check_position(run);
}

static void operate(struct run *run, int operation, const char *name, int count)
{
    struct mtop request = { (short)operation, count };

    note(run, "%s %d at object %u", name, count, tape.head);
    expect(run, name, outcome(ioctl(run->fd, MTIOCTOP, &request)),
           driver_operate(&run->driver, operation, count));
}

/* Lengths that archives have, and odd ones. */
static uint32_t some_length(struct run *run)
{
    static const uint32_t usual[] = { 512, 1024, 10240, 32768, 65536, 262144 };

    if (pick(run, 3) > 0) {
        return usual[pick(run, sizeof(usual) / sizeof(usual[0]))];
    }
    return 1 + pick(run, pick(run, 4) ? 600 : BUFFER);
}

static void do_write(struct run *run)
{
    uint32_t size = run->driver.block_size;
    uint32_t bytes = size ? size * (1 + pick(run, 12)) : some_length(run);
    uint32_t id;
    long wanted;

    if (bytes > BUFFER) {
        bytes = size;
    }
    note(run, "write %u (blocks of %u) at object %u", bytes, size, tape.head);
    wanted = driver_write(&run->driver, bytes, &id);
    size = size ? size : bytes;
    for (uint32_t i = 0; i < bytes / size; i++) {
        tape_fill(run->buffer + i * size, size, id + i);
    }
    expect(run, "write", outcome(write(run->fd, run->buffer, bytes)), wanted);
}

static uint32_t read_length(struct run *run)
{
    uint32_t size = run->driver.block_size;
    const struct tape_object *next = tape_next(&tape);

    if (size) {
        size *= 1 + pick(run, 12);
        return size > BUFFER ? run->driver.block_size : size;
    }
    return next && next->length && pick(run, 3) ? next->length
                                                : some_length(run);
}

static void check_data(const struct run *run, uint32_t first, long got)
{
    const struct tape_object *object = &tape.objects[first];

    for (const uint8_t *data = run->buffer; got > 0; object++) {
        if (!tape_is(data, object->length, object->id)) {
            differs(run, "data of object", object - tape.objects, -1);
        }
        data += object->length;
        got -= object->length;
    }
}

static void do_read(struct run *run)
{
    uint32_t bytes = read_length(run), first;
    long wanted;

    note(run, "read %u (blocks of %u) at object %u", bytes,
         run->driver.block_size, tape.head);
    memset(run->buffer, 0xa5, bytes);
    wanted = driver_read(&run->driver, bytes, &first);
    expect(run, "read", outcome(read(run->fd, run->buffer, bytes)), wanted);
    check_data(run, first, wanted);
}

static void do_block_size(struct run *run)
{
    static const int sizes[] = { 0, 512, 1024, 10240, 0, 32768 };

    if (run->style == MIXED) {
        operate(run, MTSETBLK, "setblk",
                sizes[pick(run, sizeof(sizes) / sizeof(sizes[0]))]);
    }
}

static void do_open(struct run *run)
{
    run->fd = open(run->device, O_RDWR);
    if (run->fd < 0) {
        differs(run, "open", -errno, 0);
    }
}

static void do_reopen(struct run *run)
{
    note(run, "close and open at object %u", tape.head);
    expect(run, "close", outcome(close(run->fd)), 0);
    driver_reopen(&run->driver);
    do_open(run);
}

static void move_some(struct run *run)
{
    int few = pick(run, 4), many = pick(run, 20);

    switch (pick(run, 9)) {
    case 0:
        operate(run, MTFSF, "fsf", few);
        break;
    case 1:
        operate(run, MTBSF, "bsf", few);
        break;
    case 2:
        operate(run, MTFSFM, "fsfm", few);
        break;
    case 3:
        operate(run, MTBSFM, "bsfm", few);
        break;
    case 4:
    case 5:
        operate(run, MTFSR, "fsr", pick(run, 2) ? few : many);
        break;
    default:
        operate(run, MTBSR, "bsr", pick(run, 2) ? few : many);
        break;
    }
}

static void move_far(struct run *run)
{
    switch (pick(run, 8)) {
    case 0:
        operate(run, MTREW, "rewind", 1);
        break;
    case 1:
        operate(run, MTRETEN, "retension", 1);
        break;
    case 2:
    case 3:
        operate(run, MTEOM, "eod", 1);
        break;
    default:
        operate(run, MTSEEK, "seek", pick(run, tape.count + 3));
        break;
    }
}

/* Where writing leaves most of the tape as it is, there is more of it. */
static void write_some(struct run *run)
{
    if (tape.head < tape.count && pick(run, 8) > 0) {
        operate(run, MTEOM, "eod", 1);
        return;
    }
    for (uint32_t i = pick(run, 4); i > 0; i--) {
        do_write(run);
        run->operations++;
    }
    do_write(run);
}

static void step(struct run *run)
{
    uint32_t choice = pick(run, 100);

    if (choice < 25) {
        write_some(run);
    } else if (choice < 55) {
        do_read(run);
    } else if (choice < 63) {
        operate(run, pick(run, 4) ? MTWEOF : MTWEOFI, "weof", pick(run, 4));
    } else if (choice < 82) {
        move_some(run);
    } else if (choice < 91) {
        move_far(run);
    } else if (choice < 95) {
        do_block_size(run);
    } else if (choice < 96) {
        operate(run, MTERASE, "erase", pick(run, 2));
    } else {
        do_reopen(run);
    }
    check(run);
}

/*
 * A reset that another user of the drive asked for comes to light with the first
 * error after it: st then refuses all until a rewind (flag was_reset of the
 * kernel's scsi_device, st_chk_result()).  The tape is blank here.
 */
static void forget_reset(struct run *run)
{
    operate(run, MTFSR, "fsr", 1);
    operate(run, MTREW, "rewind", 1);
}

static void start(struct run *run)
{
    run->driver.tape = &tape;
    run->buffer = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (run->buffer == MAP_FAILED) {
        perror("tape-model");
        exit(1);
    }
    do_open(run);
    operate(run, MTREW, "rewind", 1);
    operate(run, MTERASE, "erase", 0);
    forget_reset(run);
    operate(run, MTSETBLK, "setblk", run->style == FIXED ? 1024 : 0);
}

int main(int argc, char **argv)
{
    static const char *const styles[] = { "variable", "fixed", "mixed" };
    static struct run run;
    uint32_t count;

    if (argc != 5) {
        fputs("usage: tape-model DEVICE SEED COUNT variable|fixed|mixed\n",
              stderr);
        return 2;
    }
    run.device = argv[1];
    run.random = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15u + 1;
    count = strtoul(argv[3], NULL, 0);
    while (strcmp(argv[4], styles[run.style]) != 0) {
        if (++run.style > MIXED) {
            return 2;
        }
    }
    start(&run);
    while (run.operations < count && tape.count < TAPE_OBJECTS - 64) {
        step(&run);
        run.operations++;
    }
    operate(&run, MTREW, "rewind", 1);
    expect(&run, "close", outcome(close(run.fd)), 0);
    tape_print(&tape);
    printf("%u operations as expected\n", run.operations);
    return 0;
}
