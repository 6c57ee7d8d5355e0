/*
 * What a crash leaves of a tape: every prefix of a log of writes, and between
 * two flushes any mix of old and new sectors of 512 bytes.
 *
 * The log is of random operations, among them deaths of the writer in the
 * middle of a commit, behind which the next writer finds what the system still
 * has and the disk may not.  At each event of the log the tape must be what
 * was committed last, or what the operation in progress makes of it, and
 * nothing else; it verifies, and it can be written on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tape_model.h"
#include "tape_rig.h"

#define SEEDS      6 /* BW_SEEDS: so many */
#define STEPS      60
#define MIXES      5 /* of sectors, at each event */
#define SECTOR     512u
#define RECORD_MAX 70000u
#define EVENTS     4096u
#define STATES     256u
#define SECTORS    8192u /* of the file */

struct event {
    char what;
    uint64_t offset;
    uint8_t *bytes;
    size_t length;
    unsigned least, most; /* states that a crash behind it may leave */
};

struct run {
    struct tape_file file;
    struct bw_tape_store *store;
    struct bw_tape_options options;
    struct event events[EVENTS];
    unsigned event_count;
    struct model *states[STATES];
    unsigned state;       /* the tape as it is committed */
    unsigned least, most; /* during the operation */
    struct model model;   /* with what is not committed */
    uint64_t random;
    uint32_t next_id;
    uint8_t got[RECORD_MAX];
    uint8_t want[RECORD_MAX];
};

static uint32_t pick(struct run *run, uint32_t below)
{
    return model_random(&run->random) % below;
}

static void log_event(void *opaque, char what, uint64_t offset,
                      const uint8_t *bytes, size_t length)
{
    struct run *run = opaque;
    struct event *event = &run->events[run->event_count++];

    assert_true(run->event_count < EVENTS);
    *event = (struct event){ what,   offset,     malloc(length + 1),
                             length, run->least, run->most };
    if (length > 0) {
        memcpy(event->bytes, bytes, length);
    }
}

/* The operations until the next that begins may leave this state, too. */
static void new_state(struct run *run, const struct model *model)
{
    struct model *copy = malloc(sizeof(*copy));

    *copy = *model;
    run->most++;
    assert_true(run->most < STATES);
    run->states[run->most] = copy;
}

/* An operation is over; if it flushed, the tape is its newest state. */
static void settled(struct run *run, unsigned first_event)
{
    run->state = run->most;
    for (unsigned i = first_event; i < run->event_count; i++) {
        if (run->events[i].what == 'f') {
            run->least = run->most;
            run->events[run->event_count - 1].least = run->most;
        }
    }
}

/* A length that puts the next header in two sectors, or breaks well there. */
static uint32_t pick_length(struct run *run)
{
    uint64_t end = bw_tape_index(run->store)->offset;
    uint32_t align = (uint32_t)((2 * SECTOR - 2 - 8 - end % SECTOR) % SECTOR);

    switch (pick(run, 8)) {
    case 0:
        return 65534 + pick(run, 3);
    case 1:
        return 1 + pick(run, 5000);
    case 2:
        return 1 + pick(run, 20);
    default:
        return align > 0 ? align : SECTOR;
    }
}

static void do_write(struct run *run)
{
    unsigned first = run->event_count;
    struct bw_tape_place place;
    bool dirty = bw_tape_dirty(run->store);
    uint32_t length = pick(run, 4) ? pick_length(run) : 0, done;
    enum bw_tape_result result;

    bw_tape_place(run->store, &place);
    if (!dirty && place.object < run->model.count) {
        run->model.count = place.object;
        new_state(run, &run->model);
    }
    if (length > 0) {
        model_data(run->want, ++run->next_id, length);
        result = bw_tape_write(run->store, run->want, length, 1, &done);
    } else {
        result = bw_tape_write_marks(run->store, 1, &done);
    }
    assert_int_equal(result, BW_TAPE_OK);
    model_append(&run->model, run->next_id, length);
    settled(run, first); /* it flushes first, if anything was unsure */
}

static void do_commit(struct run *run)
{
    unsigned first = run->event_count;

    if (bw_tape_dirty(run->store)) {
        new_state(run, &run->model);
    }
    assert_int_equal(bw_tape_commit(run->store), BW_TAPE_OK);
    settled(run, first);
}

static void do_move(struct run *run)
{
    do_commit(run);
    run->model.head = pick(run, (uint32_t)run->model.count + 1);
    assert_int_equal(bw_tape_locate(run->store, run->model.head), BW_TAPE_OK);
}

static void do_erase(struct run *run)
{
    unsigned first;

    do_commit(run);
    first = run->event_count;
    run->model.count = run->model.head;
    new_state(run, &run->model);
    assert_int_equal(bw_tape_erase(run->store), BW_TAPE_OK);
    settled(run, first);
}

static void reopen(struct run *run)
{
    struct bw_tape_verdict verdict;

    bw_tape_close(run->store);
    run->options.gather = pick(run, 2);
    run->store = bw_tape_open(&run->file.io, &run->options, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_OK);
}

/* The writer dies in a commit; the system lives, the next one starts. */
static void do_die(struct run *run)
{
    struct model *m = &run->model;

    if (!bw_tape_dirty(run->store)) {
        return;
    }
    new_state(run, m);
    run->file.fail_after = (int)pick(run, 5);
    bw_tape_commit(run->store);
    run->file.fail_after = -1;
    reopen(run);
    if (!model_matches(run->store, m, m->count, run->got, run->want,
                       RECORD_MAX)) {
        *m = *run->states[run->state];
        assert_true(model_matches(run->store, m, m->count, run->got, run->want,
                                  RECORD_MAX));
        free(run->states[run->most--]);
    }
    m->head = pick(run, (uint32_t)m->count + 1);
    assert_int_equal(bw_tape_locate(run->store, m->head), BW_TAPE_OK);
}

static void step(struct run *run)
{
    switch (pick(run, 12)) {
    case 0:
    case 1:
    case 2:
        do_commit(run);
        break;
    case 3:
        do_move(run);
        break;
    case 4:
        if (pick(run, 3) == 0) {
            do_erase(run);
        }
        break;
    case 5:
        do_die(run);
        break;
    default:
        do_write(run);
    }
}

/* --- the disk after a crash ---------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    return x ^ x >> 29;
}

/* Of the events between the flush and the crash, how many @sector has seen. */
static unsigned seen(uint64_t salt, uint64_t sector, unsigned flush,
                     unsigned crash)
{
    if (salt == 0) {
        return crash;
    }
    if (salt % 3 == 0) { /* all or nothing, for most of them */
        return mix(salt + sector * 77) % 2 ? crash : flush;
    }
    return flush + (unsigned)(mix(salt + sector * 77) % (crash - flush + 1));
}

static void apply(struct tape_file *disk, const struct event *event,
                  unsigned number, uint64_t salt, unsigned flush,
                  unsigned crash)
{
    static const uint8_t zeros[SECTOR];
    uint64_t at = event->offset;
    uint64_t end = event->what == 't' ? disk->size : at + event->length;

    while (at < end) {
        uint64_t sector = at / SECTOR;
        size_t part = (size_t)((sector + 1) * SECTOR - at);

        part = end - at < part ? (size_t)(end - at) : part;
        if (number < flush || seen(salt, sector, flush, crash) > number) {
            tape_file_put(disk, at,
                          event->what == 't'
                              ? zeros
                              : event->bytes + (at - event->offset),
                          part);
        }
        at += part;
    }
}

/* The file's length after @count events. */
static size_t length_after(const struct run *run, unsigned count)
{
    size_t size = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct event *event = &run->events[i];

        if (event->what == 't') {
            size = event->offset < size ? (size_t)event->offset : size;
        } else if (event->what == 'w' && event->offset + event->length > size) {
            size = (size_t)event->offset + event->length;
        }
    }
    return size;
}

/* What is on the disk if the power goes off behind @crash events. */
static void crash_disk(const struct run *run, struct tape_file *disk,
                       unsigned crash, uint64_t salt)
{
    unsigned flush = 0;
    size_t size;

    for (unsigned i = 0; i < crash; i++) {
        flush = run->events[i].what == 'f' ? i + 1 : flush;
    }
    tape_file_init(disk);
    for (unsigned i = 0; i < crash; i++) {
        if (run->events[i].what != 'f') {
            apply(disk, &run->events[i], i, salt, flush, crash);
        }
    }
    size = length_after(run, seen(salt, SECTORS, flush, crash));
    if (size > disk->size) {
        tape_file_put(disk, size, NULL, 0);
    }
    disk->size = size;
}

static bool is_state(struct run *run, struct bw_tape_store *store,
                     const struct model *m)
{
    return model_matches(store, m, m->count, run->got, run->want, RECORD_MAX);
}

/* One more record behind what the crash left. */
static void check_goes_on(struct run *run, struct tape_file *disk,
                          struct bw_tape_store *store, const struct model *was)
{
    static struct model m;
    struct bw_tape_verdict verdict;
    uint32_t done;

    m = *was;
    m.head = m.count;
    model_append(&m, 1u << 31, 700);
    assert_int_equal(bw_tape_space_end(store), BW_TAPE_OK);
    model_data(run->want, 1u << 31, 700);
    assert_int_equal(bw_tape_write(store, run->want, 700, 1, &done),
                     BW_TAPE_OK);
    assert_int_equal(bw_tape_commit(store), BW_TAPE_OK);
    bw_tape_close(store);
    store = bw_tape_open(&disk->io, &run->options, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_OK);
    assert_true(is_state(run, store, &m));
    bw_tape_close(store);
}

static void check_crash(struct run *run, unsigned crash, uint64_t salt)
{
    const struct event *last = &run->events[crash - 1];
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store;
    struct tape_file disk;
    unsigned state;

    crash_disk(run, &disk, crash, salt);
    store = bw_tape_open(&disk.io, &run->options, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_OK);
    assert_int_equal(bw_tape_verify(store, NULL, NULL, &verdict), BW_TAPE_OK);
    for (state = last->least; state <= last->most; state++) {
        if (is_state(run, store, run->states[state])) {
            break;
        }
    }
    if (state > last->most) {
        print_message("event %u of %u, salt %llu: neither state %u nor %u\n",
                      crash, run->event_count, (unsigned long long)salt,
                      last->least, last->most);
        fail();
    }
    check_goes_on(run, &disk, store, run->states[state]);
    tape_file_free(&disk);
}

static void run_seed(uint64_t seed, bool fixed)
{
    struct run *run = calloc(1, sizeof(*run));
    struct bw_tape_verdict verdict;

    run->random = seed;
    run->states[0] = calloc(1, sizeof(struct model));
    tape_file_init(&run->file);
    run->file.fixed = fixed;
    run->file.log = log_event;
    run->file.log_opaque = run;
    run->store = bw_tape_open(&run->file.io, &run->options, &verdict);
    for (unsigned i = 0; i < STEPS; i++) {
        step(run);
    }
    for (unsigned crash = 1; crash <= run->event_count; crash++) {
        for (uint64_t salt = 0; salt <= MIXES; salt++) {
            check_crash(run, crash, salt ? seed * 1000 + salt : 0);
        }
    }
    bw_tape_close(run->store);
    for (unsigned i = 0; i < run->event_count; i++) {
        free(run->events[i].bytes);
    }
    for (unsigned i = 0; i <= run->most; i++) {
        free(run->states[i]);
    }
    tape_file_free(&run->file);
    free(run);
}

static void a_crash_leaves_what_was_committed(void **state)
{
    const char *more = getenv("BW_SEEDS");
    uint64_t seeds = more ? strtoull(more, NULL, 10) : SEEDS;

    (void)state;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run_seed(seed, seed % 4 == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_leaves_what_was_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
