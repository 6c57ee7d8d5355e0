/*
 * Fuzzer of the tape store: any file, any operations on it.
 *
 * Input: a byte of options, a byte that says how many operations follow, two
 * bytes for each, and the file.  Whatever it is, no call reads beyond the file
 * or hangs; head and index agree; what is committed is there when the tape is
 * opened again, with as many objects, and found where the index says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/tape_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OPTION_READ_ONLY 1
#define OPTION_UNPADDED  2
#define OPTION_GATHER    4
#define OPTION_CAPACITY  8
#define OPTION_LIMIT     16 /* the host has little space */
#define OPTION_FIXED     32 /* no truncation */
#define OPTION_STOP      64 /* scans are stopped */
#define ROOM             70000u

static uint8_t buffer[4 * ROOM];

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void write_some(struct bw_tape_store *store, uint8_t operand)
{
    uint32_t length = operand & 0x80 ? 66000u + operand : operand + 1u;
    uint32_t count = 1 + operand % 3, done;
    struct bw_tape_place before, after;
    enum bw_tape_result result;

    bw_tape_place(store, &before);
    memset(buffer, operand, (size_t)length * count);
    result = bw_tape_write(store, buffer, length, count, &done);
    bw_tape_place(store, &after);
    must(done <= count && (result != BW_TAPE_OK || done == count));
    must(after.object + bw_tape_lost(store) >= before.object);
}

static void operate(struct bw_tape_store *store, uint8_t code, uint8_t operand)
{
    struct bw_tape_object object;
    uint64_t left;
    uint32_t done;

    switch (code % 12) {
    case 0:
        bw_tape_read(store, buffer, operand * 300u, &object);
        break;
    case 1:
        bw_tape_read_blocks(store, buffer, operand + 1u, 8, &done);
        must(done <= 8);
        break;
    case 2:
        write_some(store, operand);
        break;
    case 3:
        bw_tape_write_marks(store, operand % 20, &done);
        break;
    case 4:
        bw_tape_space(store, (int8_t)operand, code & 0x80, &left);
        break;
    case 5:
        bw_tape_space_sequential(store, (int8_t)operand / 16, &left);
        break;
    case 6:
        bw_tape_locate(store, operand);
        break;
    case 7:
        bw_tape_locate_file(store, operand % 16);
        break;
    case 8:
        bw_tape_space_end(store);
        break;
    case 9:
        bw_tape_erase(store);
        break;
    case 10:
        bw_tape_commit(store);
        break;
    default:
        bw_tape_rewind(store);
    }
}

static void check_place(const struct bw_tape_store *store)
{
    const struct bw_tape_index *index = bw_tape_index(store);
    struct bw_tape_place place;

    bw_tape_place(store, &place);
    must(place.object <= index->count);
    must(place.marks <= place.object);
    must(place.bop == (place.object == 0));
}

static bool agrees(void *opaque, const struct bw_tape_object *object)
{
    struct bw_tape_object known;

    must(bw_index_find(bw_tape_index(opaque), object->number, &known));
    must(known.offset == object->offset && known.size == object->size &&
         known.length == object->length && known.kind == object->kind &&
         known.marks == object->marks);
    return true;
}

/* The tape once more, from its file. */
static void check_again(struct tape_file *file,
                        const struct bw_tape_options *options, uint64_t count)
{
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store = bw_tape_open(&file->io, options, &verdict);

    must(verdict.result == BW_TAPE_OK);
    must(bw_tape_space_end(store) == BW_TAPE_OK);
    must(bw_tape_index(store)->count == count);
    bw_tape_verify(store, agrees, store, &verdict);
    must(verdict.objects == count);
    bw_tape_close(store);
}

static void run(struct tape_file *file, const uint8_t *operations, size_t count,
                const struct bw_tape_options *options)
{
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store = bw_tape_open(&file->io, options, &verdict);
    bool opened = verdict.result == BW_TAPE_OK;

    must(opened || verdict.text[0] != '\0');
    for (size_t i = 0; i < count; i++) {
        operate(store, operations[2 * i], operations[2 * i + 1]);
        check_place(store);
    }
    file->stop = false;
    file->limit = 0;
    if (opened) {
        bw_tape_commit(store);
        must(bw_tape_commit(store) == BW_TAPE_OK);
        must(bw_tape_space_end(store) == BW_TAPE_OK);
        check_place(store);
        check_again(file, options, bw_tape_index(store)->count);
    }
    bw_tape_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_tape_options options = { .read_only = false };
    struct tape_file file;
    size_t count, head;

    if (size < 2 || size < 2 + 2 * (size_t)data[1]) {
        return 0;
    }
    count = data[1];
    head = 2 + 2 * count;
    options.read_only = data[0] & OPTION_READ_ONLY;
    options.unpadded = data[0] & OPTION_UNPADDED;
    options.gather = data[0] & OPTION_GATHER;
    options.capacity = data[0] & OPTION_CAPACITY ? size + 3000 : 0;
    options.warning = 1000;
    tape_rig_file(&file, data + head, size - head);
    file.limit = data[0] & OPTION_LIMIT ? size + 100000 : 0;
    file.fixed = data[0] & OPTION_FIXED;
    file.stop = data[0] & OPTION_STOP;
    run(&file, data + 2, count, &options);
    tape_file_free(&file);
    return 0;
}
