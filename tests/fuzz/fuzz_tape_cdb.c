/*
 * Fuzzer of the tape drive: any command, any data, on a small tape.
 *
 * The input is a byte that chooses the drive, and then commands: a byte of
 * events (below), a CDB as long as its opcode says, a byte that says how much
 * of the input is its data (in units of 16 bytes; zeros follow).  Whatever
 * comes, the drive answers within its room, with sense data that can be read
 * back, and the tape is a tape afterwards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/tape_file.h"

#include "peripherals/parts/tape_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COMMANDS 300
#define ROOM     (128u << 10) /* of data, more is cut off by the host */
#define CAPACITY (192u << 10)

enum event {
    EVENT_RESET = 0x01,
    EVENT_CHANGE = 0x02, /* another cartridge: the files as they are */
    EVENT_NEXUS = 0x04,
    EVENT_FAIL = 0x08, /* the host's disk fails some calls later */
    EVENT_CUT = 0x10,  /* the host gives less room than was asked for */
    EVENT_MOVE = 0x20, /* migrate */
};

struct input {
    const uint8_t *bytes;
    size_t left;
};

struct bench {
    struct bw_tape_drive drive;
    struct bw_tape_host host;
    struct bw_tape_files files;
    struct bw_tape_medium medium;
    struct tape_file file[BW_TAPE_FILE_COUNT];
    bool exists[BW_TAPE_FILE_COUNT];
    bool in; /* the host has the cartridge */
};

static struct bench bench;

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static uint8_t take(struct input *input)
{
    if (!input->left) {
        return 0;
    }
    input->left--;
    return *input->bytes++;
}

static enum bw_tape_result open_file(void *opaque, enum bw_tape_file file,
                                     bool create, const struct bw_tape_io **io)
{
    struct bench *b = opaque;

    if (!b->exists[file] && !create) {
        return BW_TAPE_NOT_FOUND;
    }
    b->exists[file] = true;
    *io = &b->file[file].io;
    return BW_TAPE_OK;
}

static enum bw_tape_result remove_file(void *opaque, enum bw_tape_file file)
{
    struct bench *b = opaque;

    b->exists[file] = false;
    b->file[file].size = 0;
    return BW_TAPE_OK;
}

static uint64_t now_ms(void *opaque)
{
    (void)opaque;
    return 1700000000000;
}

static void lock(void *opaque, bool locked)
{
    (void)opaque;
    (void)locked;
}

/* UNLOAD gives the cartridge out, LOAD finds it again. */
static bool load(void *opaque, bool in)
{
    (void)in;
    return ((struct bench *)opaque)->in;
}

static void heal(struct bench *b)
{
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        b->file[i].fail_after = -1;
    }
}

static void insert(struct bench *b)
{
    struct bw_tape_options options = { .gather = b->drive.config.gather,
                                       .capacity = CAPACITY };
    struct bw_tape_verdict verdict;

    b->in =
        bw_medium_open(&b->medium, &b->files, &options, &verdict) == BW_TAPE_OK;
    /* nothing that a drive wrote on a disk that works is foreign */
    must(b->in);
    bw_tape_insert(&b->drive, &b->medium);
}

static void take_out(struct bench *b)
{
    if (b->in) {
        bw_tape_remove(&b->drive);
        bw_medium_close(&b->medium);
        b->in = false;
    }
}

static void begin(struct bench *b, uint8_t choice)
{
    struct bw_tape_config config = {
        .profile = bw_tape_profile_at(choice & 3),
        .serial = "BW0123456789",
        .wwn = UINT64_C(0x5000c50012345678),
        .capacity = CAPACITY,
        .gather = !(choice & 4),
        .eject = choice & 8,
        .write_protect = (choice & 0x30) == 0x30,
        .block_size = choice & 0x40 ? 512 : 0,
    };

    memset(b, 0, sizeof(*b));
    b->host = (struct bw_tape_host){ b, now_ms, lock, load };
    b->files = (struct bw_tape_files){ b, open_file, remove_file };
    b->exists[BW_TAPE_FILE_DATA_0] = true;
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        tape_file_init(&b->file[i]);
    }
    bw_tape_init(&b->drive, &config, &b->host);
    if (!(choice & 0x80)) {
        insert(b);
    }
}

static void happen(struct bench *b, uint8_t events, uint8_t delay)
{
    if (events & EVENT_RESET) {
        bw_tape_reset(&b->drive, 0x2900);
    }
    if (events & EVENT_CHANGE) {
        heal(b);
        take_out(b);
        insert(b);
    }
    if (events & EVENT_FAIL) {
        b->file[BW_TAPE_FILE_DATA_0].fail_after = delay;
    }
    if ((events & EVENT_MOVE) && b->in &&
        bw_tape_sync(&b->drive) == BW_TAPE_OK) {
        bw_tape_restore(&b->drive);
    }
}

static void check_answer(const struct bw_tape_command *command,
                         enum bw_tape_direction direction)
{
    uint8_t bytes[64];
    struct bw_sense sense;
    size_t length;

    must(command->done <= command->size);
    must(!command->done || direction == BW_TAPE_DATA_IN);
    must(command->status == BW_SCSI_GOOD || command->status == BW_SCSI_CHECK ||
         command->status == BW_SCSI_CONFLICT);
    if (command->status == BW_SCSI_CHECK) {
        length = bw_sense_fixed(&command->sense, bytes, sizeof(bytes));
        must(bw_sense_parse(bytes, length, &sense));
        must(sense.key == command->sense.key);
        must(sense.asc == command->sense.asc);
    }
}

static void run_one(struct bench *b, struct input *input, uint8_t events)
{
    struct bw_tape_command command = { .nexus = !!(events & EVENT_NEXUS) };
    enum bw_tape_direction direction;
    uint64_t bytes;
    size_t given;

    command.cdb[0] = take(input);
    command.cdb_length = bw_tape_cdb_length(command.cdb[0]);
    for (unsigned i = 1; i < command.cdb_length; i++) {
        command.cdb[i] = take(input);
    }
    given = 16u * (take(input) & 0x0f);
    direction = bw_tape_transfer(&b->drive, command.cdb, &bytes);
    command.size = bytes < ROOM ? (size_t)bytes : ROOM;
    if (events & EVENT_CUT) {
        command.size /= 2;
    }
    /* exactly so much: a byte more is seen */
    command.data = malloc(command.size ? command.size : 1);
    must(command.data != NULL);
    memset(command.data, 0, command.size);
    given = given < command.size ? given : command.size;
    for (size_t i = 0; direction == BW_TAPE_DATA_OUT && i < given; i++) {
        command.data[i] = take(input);
    }
    bw_tape_immediate(command.cdb);
    bw_tape_execute(&b->drive, &command);
    check_answer(&command, direction);
    free(command.data);
    must(b->drive.state.partition < BW_TAPE_PARTITIONS);
    must(b->drive.state.attentions <= BW_TAPE_ATTENTIONS);
}

/* What is left behind opens, and is a tape from its beginning to its end. */
static void check_tape(struct bench *b)
{
    struct bw_tape_verdict verdict;

    heal(b);
    take_out(b);
    insert(b);
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        if (b->medium.partition[i]) {
            must(bw_tape_verify(b->medium.partition[i], NULL, NULL, &verdict) ==
                 BW_TAPE_OK);
        }
    }
    take_out(b);
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        tape_file_free(&b->file[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };

    begin(&bench, take(&input));
    for (unsigned i = 0; i < COMMANDS && input.left; i++) {
        uint8_t events = take(&input);

        happen(&bench, events, (uint8_t)(events >> 6));
        run_one(&bench, &input, events);
        heal(&bench);
    }
    check_tape(&bench);
    return 0;
}
