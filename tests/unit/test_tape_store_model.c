/*
 * The tape store against a model: random operations with fixed seeds.
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

#define STEPS      4000
#define RECORD_MAX 200000u

struct run {
    bool faulty; /* the host fails now and then */
    struct tape_file file;
    struct tape_file sidecar;
    struct bw_tape_store *store;
    struct bw_tape_options options;
    struct model model;
    uint64_t random;
    uint32_t next_id;
    uint8_t data[RECORD_MAX];
    uint8_t want[RECORD_MAX];
};

static uint32_t pick(struct run *run, uint32_t below)
{
    return model_random(&run->random) % below;
}

static uint32_t pick_length(struct run *run)
{
    switch (pick(run, 8)) {
    case 0:
        return 1 + pick(run, 20);
    case 1:
        return 65530 + pick(run, 12);
    case 2:
        return 1 + pick(run, RECORD_MAX);
    case 3:
        return 32750 + pick(run, 30);
    default:
        return 512;
    }
}

static void check_place(struct run *run)
{
    struct bw_tape_place place;

    bw_tape_place(run->store, &place);
    assert_int_equal(place.object, run->model.head);
    assert_int_equal(place.marks, model_marks(&run->model, run->model.head));
}

/* Something the host does not do, in the next operation that writes. */
static void make_fault(struct run *run)
{
    run->file.limit = 0;
    run->file.fail_writes = 0;
    run->file.fail_flushes = 0;
    run->file.good_flushes = pick(run, 3);
    if (run->faulty && pick(run, 4) == 0) {
        run->file.fail_writes = pick(run, 3) == 0;
        run->file.fail_flushes = pick(run, 3) == 0;
        run->file.limit = pick(run, 3) ? 0 : run->file.size + pick(run, 200000);
    }
}

static void mend(struct run *run)
{
    run->file.limit = 0;
    run->file.fail_writes = 0;
    run->file.fail_flushes = 0;
}

/* After a write, of which the model has all: what failed is not there. */
static void check_written(struct run *run, enum bw_tape_result result)
{
    struct bw_tape_place place;

    bw_tape_lost(run->store);
    if (!run->faulty) {
        assert_int_equal(result, BW_TAPE_OK);
    }
    if (result != BW_TAPE_OK) {
        bw_tape_place(run->store, &place);
        assert_true(place.object <= run->model.count);
        run->model.head = place.object;
        run->model.count = place.object;
        mend(run);
        if (!bw_tape_dirty(run->store)) {
            /* what was behind the head may still be there, or not */
            assert_int_equal(bw_tape_erase(run->store), BW_TAPE_OK);
        }
    }
}

static void commit(struct run *run)
{
    bool dirty = bw_tape_dirty(run->store);
    enum bw_tape_result result;

    make_fault(run);
    result = bw_tape_commit(run->store);
    if (dirty) {
        check_written(run, result);
    }
    mend(run);
    assert_int_equal(bw_tape_commit(run->store), BW_TAPE_OK);
}

static void do_write(struct run *run)
{
    uint32_t length = pick_length(run);
    uint32_t count =
        1 + pick(run, RECORD_MAX / length < 9 ? RECORD_MAX / length : 9);
    enum bw_tape_result result;
    uint32_t done;

    if (run->model.head + count > MODEL_MAX) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        model_data(run->data + (size_t)i * length, ++run->next_id, length);
        model_append(&run->model, run->next_id, length);
    }
    make_fault(run);
    result = bw_tape_write(run->store, run->data, length, count, &done);
    check_written(run, result);
    assert_true(result != BW_TAPE_OK || done == count);
}

static void do_marks(struct run *run)
{
    uint32_t count = pick(run, 4), done;
    enum bw_tape_result result;

    if (run->model.head + count > MODEL_MAX) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        model_append(&run->model, 0, 0);
    }
    make_fault(run);
    result = bw_tape_write_marks(run->store, count, &done);
    check_written(run, result);
    assert_true(result != BW_TAPE_OK || done == count);
}

static void do_read(struct run *run)
{
    struct model *m = &run->model;
    size_t room = pick(run, 4) ? RECORD_MAX : pick(run, RECORD_MAX);
    struct bw_tape_object object;
    enum bw_tape_result result =
        bw_tape_read(run->store, run->data, room, &object);
    uint32_t length;

    if (m->head == m->count) {
        assert_int_equal(result, BW_TAPE_EOD);
        return;
    }
    assert_int_equal(object.number, m->head);
    length = m->objects[m->head].length;
    assert_int_equal(object.length, length);
    assert_int_equal(result, length ? BW_TAPE_OK : BW_TAPE_MARK);
    model_data(run->want, m->objects[m->head].id, length);
    if (length > 0) {
        assert_memory_equal(run->data, run->want,
                            room < length ? room : length);
    }
    m->head++;
}

static void do_read_blocks(struct run *run)
{
    struct model *m = &run->model;
    uint32_t count = 1 + pick(run, 300), good = 0, done;

    while (good < count && m->head + good < m->count &&
           m->objects[m->head + good].length == 512) {
        good++;
    }
    assert_int_equal(
        bw_tape_read_blocks(run->store, run->data, 512, count, &done),
        BW_TAPE_OK);
    assert_int_equal(done, good);
    for (uint32_t i = 0; i < done; i++) {
        model_data(run->want, m->objects[m->head + i].id, 512);
        assert_memory_equal(run->data + (size_t)i * 512, run->want, 512);
    }
    m->head += good;
}

static void do_space(struct run *run)
{
    int64_t count = (int64_t)pick(run, 41) - 20;
    bool marks = pick(run, 2);
    uint64_t left, want_left;
    enum bw_tape_result want =
        model_space(&run->model, count, marks, &want_left);

    assert_int_equal(bw_tape_space(run->store, count, marks, &left), want);
    assert_int_equal(left, want_left);
}

static void do_locate(struct run *run)
{
    struct model *m = &run->model;
    uint64_t object = pick(run, (uint32_t)m->count + 3);

    assert_int_equal(bw_tape_locate(run->store, object),
                     object > m->count ? BW_TAPE_EOD : BW_TAPE_OK);
    m->head = object > m->count ? m->count : object;
}

static void do_locate_file(struct run *run)
{
    struct model *m = &run->model;
    uint64_t marks = model_marks(m, m->count);
    uint64_t file = pick(run, (uint32_t)marks + 2);

    assert_int_equal(bw_tape_locate_file(run->store, file),
                     file > marks ? BW_TAPE_EOD : BW_TAPE_OK);
    for (m->head = 0; m->head < m->count && model_marks(m, m->head) < file;) {
        m->head++;
    }
}

static void do_erase(struct run *run)
{
    assert_int_equal(bw_tape_erase(run->store), BW_TAPE_OK);
    run->model.count = run->model.head;
}

static void do_save(struct run *run)
{
    assert_int_equal(bw_tape_save_index(run->store, &run->sidecar.io),
                     BW_TAPE_OK);
}

/* The power goes off behind a commit; perhaps the sidecar is an older one. */
static void do_reopen(struct run *run)
{
    struct bw_tape_verdict verdict;

    commit(run);
    bw_tape_close(run->store);
    run->options.gather = pick(run, 2);
    run->store = bw_tape_open(&run->file.io, &run->options, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_OK);
    if (pick(run, 2)) {
        bw_tape_load_index(run->store, &run->sidecar.io);
    }
    run->model.head = 0;
}

static void step(struct run *run)
{
    static void (*const common[])(struct run *) = {
        do_write, do_write,  do_write, do_marks,       do_read,
        do_read,  do_locate, do_space, do_read_blocks, do_locate_file,
    };
    uint32_t which = pick(run, 220);

    if (which == 0) {
        commit(run);
        do_erase(run);
    } else if (which < 4) {
        do_reopen(run);
    } else if (which < 7) {
        commit(run);
        do_save(run);
    } else {
        uint32_t verb = which % 10;

        if (verb >= 4) {
            commit(run); /* reading and moving do so, and cannot tell */
        }
        common[verb](run);
    }
    check_place(run);
}

static void run_seed(uint64_t seed, bool unpadded, bool fixed, bool faulty)
{
    struct run *run = calloc(1, sizeof(*run));
    struct bw_tape_verdict verdict;

    run->random = seed;
    run->options.gather = true;
    run->options.unpadded = unpadded;
    tape_file_init(&run->file);
    tape_file_init(&run->sidecar);
    run->file.fixed = fixed;
    run->faulty = faulty;
    run->store = bw_tape_open(&run->file.io, &run->options, &verdict);
    for (unsigned i = 0; i < STEPS; i++) {
        step(run);
    }
    do_reopen(run);
    assert_true(model_matches(run->store, &run->model, run->model.count,
                              run->data, run->want, RECORD_MAX));
    bw_tape_verify(run->store, NULL, NULL, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_OK);
    assert_int_equal(verdict.objects, run->model.count);
    bw_tape_close(run->store);
    tape_file_free(&run->file);
    tape_file_free(&run->sidecar);
    free(run);
}

static void random_operations_agree_with_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        run_seed(seed, false, false, false);
    }
}

static void so_they_do_without_padding_or_truncation(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 13; seed++) {
        run_seed(seed, true, false, false);
        run_seed(seed, false, true, false);
    }
}

static void what_the_host_fails_to_write_is_not_there(void **state)
{
    (void)state;
    for (uint64_t seed = 21; seed <= 26; seed++) {
        run_seed(seed, false, seed % 3 == 0, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_agree_with_the_model),
        cmocka_unit_test(what_the_host_fails_to_write_is_not_there),
        cmocka_unit_test(so_they_do_without_padding_or_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
