/*
 * The model of Linux's st driver: see driver.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "driver.h"

#include <errno.h>

/* SPACE takes 24 bits with a sign. */
static int32_t as_24_bits(int count)
{
    return (int32_t)((uint32_t)count << 8) >> 8;
}

/* What the driver reads ahead does not exist here, the mark that it hit does. */
static void flush(struct driver *driver, bool moves_next)
{
    uint32_t left;

    if (driver->last == LAST_WRITE || driver->block_size == 0 ||
        driver->eof != EOF_MARK_HIT) {
        return;
    }
    driver->eof = EOF_NONE;
    if (!moves_next) {
        tape_space(driver->tape, true, -1, &left);
        return;
    }
    driver->file += driver->file >= 0;
    driver->block = 0;
}

long driver_write(struct driver *driver, uint32_t bytes, uint32_t *first_id)
{
    uint32_t size = driver->block_size ? driver->block_size : bytes;

    if (driver->last == LAST_READ) {
        flush(driver, false);
    }
    driver->last = LAST_WRITE;
    *first_id = driver->tape->next_id;
    for (uint32_t i = 0; i < bytes / size; i++) {
        tape_write(driver->tape, size);
    }
    if (driver->block >= 0) {
        driver->block += bytes / size;
    }
    driver->eof = EOF_NONE;
    return bytes;
}

/* The end of data was met; what came before it is lost to the caller. */
static int read_blank(struct driver *driver)
{
    driver->block = -1;
    if (driver->eof != EOF_MARK) {
        return -EIO;
    }
    driver->eof = EOF_BLANK_SOON;
    return 0;
}

static long read_variable(struct driver *driver, uint32_t bytes)
{
    const struct tape_object *object = tape_next(driver->tape);

    if (!object) {
        return read_blank(driver);
    }
    driver->tape->head++;
    if (object->length == 0) {
        driver->eof = EOF_MARK_HIT;
        return 0;
    }
    driver->block += driver->block >= 0;
    return object->length > bytes ? -ENOMEM : (long)object->length;
}

/* How many blocks there are, and what ended them. */
static enum tape_end read_blocks(struct driver *driver, uint32_t wanted,
                                 uint32_t *count)
{
    const struct tape_object *object;

    for (*count = 0; *count < wanted; ++*count) {
        object = tape_next(driver->tape);
        if (!object) {
            return TAPE_EOD;
        }
        driver->tape->head +=
            object->length == driver->block_size || object->length == 0;
        if (object->length != driver->block_size) {
            return object->length ? TAPE_LENGTH : TAPE_MARK;
        }
    }
    return TAPE_DONE;
}

/* After a block of another length the driver goes back over it. */
static long read_fixed(struct driver *driver, uint32_t bytes)
{
    uint32_t count;
    enum tape_end end = read_blocks(driver, bytes / driver->block_size, &count);

    if (end == TAPE_EOD) {
        return read_blank(driver);
    }
    if (end == TAPE_MARK) {
        driver->eof = EOF_MARK_HIT;
    } else if (end == TAPE_LENGTH) {
        driver->eof = EOF_NONE;
        if (count == 0) {
            return -EIO;
        }
    }
    if (driver->block >= 0) {
        driver->block += count;
    }
    return count * driver->block_size;
}

static void read_nothing(struct driver *driver)
{
    if (driver->eof == EOF_MARK_HIT) {
        driver->eof = EOF_MARK;
        driver->block = 0;
        driver->file += driver->file >= 0;
    } else if (driver->eof == EOF_BLANK_SOON) {
        driver->eof = EOF_BLANK;
    }
}

long driver_read(struct driver *driver, uint32_t bytes, uint32_t *first)
{
    long got = 0;

    *first = driver->tape->head;
    if (driver->last == LAST_WRITE) {
        driver->last = LAST_READ;
    }
    if (driver->eof == EOF_BLANK) {
        return -EIO;
    }
    driver->last = LAST_READ;
    if (driver->eof != EOF_MARK_HIT) {
        got = driver->block_size ? read_fixed(driver, bytes)
                                 : read_variable(driver, bytes);
    }
    if (got == 0) {
        read_nothing(driver);
    } else if (got > 0 && driver->eof == EOF_MARK) {
        driver->eof = EOF_NONE;
    }
    return got;
}

static int forward_files(struct driver *driver, int count)
{
    uint32_t left;
    enum tape_end end =
        tape_space(driver->tape, true, as_24_bits(count), &left);

    if (driver->file >= 0) {
        driver->file += count;
    }
    if (end == TAPE_DONE) {
        driver->block = 0;
        driver->eof = EOF_MARK;
        return 0;
    }
    if (driver->file >= 0) {
        driver->file -= left;
    }
    driver->block = -1;
    driver->eof = end == TAPE_EOD ? EOF_BLANK : EOF_NONE;
    return -EIO;
}

static int back_files(struct driver *driver, int count)
{
    uint32_t left;
    enum tape_end end =
        tape_space(driver->tape, true, as_24_bits(-count), &left);

    if (driver->file >= 0) {
        driver->file += (int)left - count;
    }
    driver->eof = EOF_NONE;
    driver->block = end == TAPE_DONE ? -1 : 0;
    return end == TAPE_DONE ? 0 : -EIO;
}

static int forward_records(struct driver *driver, int count)
{
    uint32_t left;
    enum tape_end end =
        tape_space(driver->tape, false, as_24_bits(count), &left);

    if (end == TAPE_MARK) {
        driver->file += driver->file >= 0;
        driver->block = 0;
        driver->eof = EOF_MARK;
        return -EIO;
    }
    if (driver->block >= 0) {
        driver->block += count - (int)left;
    }
    driver->eof = end == TAPE_EOD ? EOF_BLANK : EOF_NONE;
    return end == TAPE_DONE ? 0 : -EIO;
}

/* At the beginning the driver counts from 0 or, if it had no number, from -1. */
static int back_records(struct driver *driver, int count)
{
    uint32_t left;
    enum tape_end end =
        tape_space(driver->tape, false, as_24_bits(-count), &left);
    int block = driver->block >= 0 ? driver->block - count : -1;

    driver->eof = EOF_NONE;
    if (end == TAPE_MARK) {
        driver->file--;
        driver->block = -1;
        return -EIO;
    }
    driver->block = end == TAPE_BOP ? block + (int)left : block;
    return end == TAPE_DONE ? 0 : -EIO;
}

static int write_marks(struct driver *driver, int count)
{
    tape_mark(driver->tape, count);
    if (driver->file >= 0) {
        driver->file += count;
    }
    driver->block = 0;
    driver->eof = EOF_NONE;
    driver->last = LAST_NEITHER;
    return 0;
}

static int rewind_tape(struct driver *driver)
{
    driver->tape->head = 0;
    driver->file = driver->block = 0;
    driver->eof = EOF_NONE;
    return 0;
}

static int seek(struct driver *driver, int object)
{
    enum tape_end end = tape_locate(driver->tape, object);

    driver->eof = EOF_NONE;
    driver->file = driver->block = end == TAPE_DONE && object == 0 ? 0 : -1;
    return end == TAPE_DONE ? 0 : -EIO;
}

static int command(struct driver *driver, int operation, int count)
{
    int result;

    switch (operation) {
    case MTFSF:
        return forward_files(driver, count);
    case MTFSFM:
        result = forward_files(driver, count);
        return result ? result : back_files(driver, 1);
    case MTBSF:
        return back_files(driver, count);
    case MTBSFM:
        result = back_files(driver, count);
        return result ? result : forward_files(driver, 1);
    case MTFSR:
        return forward_records(driver, count);
    case MTBSR:
        return back_records(driver, count);
    case MTWEOF:
    case MTWEOFI:
        return write_marks(driver, count);
    case MTREW:
    case MTRETEN:
        return rewind_tape(driver);
    case MTEOM:
        forward_files(driver, 0x7fffff);
        return 0;
    case MTSEEK:
        return seek(driver, count);
    case MTERASE:
        tape_erase(driver->tape);
        driver->eof = EOF_NONE;
        return 0;
    case MTSETBLK:
        driver->block_size = count;
        return 0;
    default:
        return 0; /* MTNOP */
    }
}

/* Those before which the driver does not go back over a mark it has hit. */
static bool moves(int operation)
{
    return operation == MTSEEK || operation == MTREW || operation == MTRETEN ||
           operation == MTEOM || operation == MTFSF || operation == MTFSFM ||
           operation == MTBSF || operation == MTBSFM;
}

/* A mark ends what was written, when the head moves away from it. */
static void end_file(struct driver *driver, int operation, int *count)
{
    bool back = operation == MTBSF || operation == MTBSFM;

    if (driver->last == LAST_WRITE &&
        (back || operation == MTREW || operation == MTSEEK)) {
        write_marks(driver, 1);
        *count += back;
    }
}

int driver_operate(struct driver *driver, int operation, int count)
{
    if (driver->eof == EOF_MARK_HIT) {
        if (operation == MTFSF || operation == MTFSFM || operation == MTEOM) {
            count--;
            driver->file += driver->file >= 0;
        } else if (operation == MTBSF || operation == MTBSFM) {
            count++;
            driver->file += driver->file >= 0;
        }
    }
    flush(driver, moves(operation));
    end_file(driver, operation, &count);
    if (operation != MTNOP && operation != MTSETBLK) {
        driver->last = LAST_NEITHER;
    }
    return command(driver, operation, count);
}

void driver_status(struct driver *driver, int *file, int *block, long *flags)
{
    flush(driver, false);
    *file = driver->file;
    *block = driver->block;
    *flags = GMT_ONLINE(0xffffffff);
    if (driver->block == 0) {
        *flags |= driver->file == 0 ? GMT_BOT(0xffffffff) : GMT_EOF(0xffffffff);
    }
    if (driver->eof >= EOF_BLANK_SOON) {
        *flags |= GMT_EOD(0xffffffff);
    }
}

uint32_t driver_position(struct driver *driver)
{
    flush(driver, false);
    if (driver->tape->head == 0) {
        driver->file = driver->block = 0;
    }
    return driver->tape->head;
}

void driver_reopen(struct driver *driver)
{
    if (driver->last == LAST_WRITE) {
        write_marks(driver, 1);
        driver->eof = EOF_MARK;
    } else {
        flush(driver, false);
    }
    driver->last = LAST_NEITHER;
}
