/*
 * Random commands to a tape drive, and a model of what they do.
 *
 * The model is two lists of objects, a head in each, and the tables of
 * docs/tape.md, "Status and sense data", once more in few words.  After each
 * command status, sense data, INFORMATION, data and READ POSITION are compared.
 * Tapes are taken out and put in again in between, and the drive is reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"
#include "tape_model.h"

#include "peripherals/parts/tape_bytes.h"

#define SEEDS    24u
#define COMMANDS 1500u
#define LONG     6000u /* bytes of the longest record */
#define OBJECTS  200u  /* then the tape is emptied */

/* How a command should end; asc 0 without @ili: GOOD. */
struct want {
    enum bw_sense_key key;
    bw_asc asc;
    bool filemark, eom, ili, valid;
    int64_t information;
    size_t done;
};

static const struct want good;
static const struct want bad_field = { .key = BW_SENSE_ILLEGAL, .asc = 0x2400 };
static const struct want no_object = { .key = BW_SENSE_BLANK, .asc = 0x0005 };

struct fixture {
    struct command_rig *rig;
    struct model tape[2];
    struct model *m; /* of the partition under the head */
    uint32_t block;
    uint32_t next_id;
    uint64_t random;
    uint8_t data[8 * LONG]; /* what a READ should bring */
};

static uint32_t pick(struct fixture *f, uint32_t below)
{
    return model_random(&f->random) % below;
}

static uint8_t partition_of(const struct fixture *f)
{
    return f->m == &f->tape[1];
}

/* --- what should happen ----------------------------------------------------
 */

static struct want ended(enum bw_tape_result result, uint64_t left)
{
    struct want w = { .valid = true, .information = (int64_t)left };

    w.key = result == BW_TAPE_EOD ? BW_SENSE_BLANK : BW_SENSE_NONE;
    w.asc = result == BW_TAPE_EOD    ? 0x0005
            : result == BW_TAPE_MARK ? 0x0001
                                     : 0x0004;
    w.filemark = result == BW_TAPE_MARK;
    w.eom = result == BW_TAPE_BOP;
    return result == BW_TAPE_OK ? good : w;
}

static struct want wrong_length(int64_t information, size_t done)
{
    return (struct want){
        .ili = true, .valid = true, .information = information, .done = done
    };
}

/* The object that the head meets, which is passed; false: what ended it. */
static bool meet(struct fixture *f, bool reverse, struct model_object *object,
                 enum bw_tape_result *end)
{
    struct model *m = f->m;

    if (m->head == (reverse ? 0 : m->count)) {
        *end = reverse ? BW_TAPE_BOP : BW_TAPE_EOD;
        return false;
    }
    m->head -= reverse;
    *object = m->objects[m->head];
    m->head += !reverse;
    *end = BW_TAPE_MARK;
    return object->length > 0;
}

/* @length bytes of a record: its first, or read backwards its last. */
static void expect_data(struct fixture *f, size_t at,
                        const struct model_object *object, size_t length,
                        bool reverse, bool turned)
{
    uint8_t record[LONG];
    size_t skip = reverse ? object->length - length : 0;

    model_data(record, object->id, object->length);
    for (size_t i = 0; i < length; i++) {
        f->data[at + i] = record[skip + (turned ? length - 1 - i : i)];
    }
}

static struct want want_record(struct fixture *f, uint32_t length, bool sili,
                               bool reverse, bool turned)
{
    struct model_object object;
    enum bw_tape_result end;
    struct want w = good;

    if (!length) {
        return good;
    }
    if (!meet(f, reverse, &object, &end)) {
        return ended(end, length);
    }
    w.done = object.length < length ? object.length : length;
    expect_data(f, 0, &object, w.done, reverse, turned);
    if (object.length == length ||
        (sili && (object.length < length || !f->block))) {
        return w;
    }
    return wrong_length((int64_t)length - object.length, w.done);
}

static struct want want_blocks(struct fixture *f, uint32_t count, bool reverse,
                               bool turned)
{
    struct want w = good;

    for (uint32_t i = 0; i < count; i++) {
        struct model_object object;
        enum bw_tape_result end;

        if (!meet(f, reverse, &object, &end)) {
            struct want short_of = ended(end, count - i);

            short_of.done = w.done;
            return short_of;
        }
        if (object.length != f->block) {
            return wrong_length(count - i, w.done);
        }
        expect_data(f, w.done, &object, f->block, reverse, turned);
        w.done += f->block;
    }
    return w;
}

static struct want want_sequential(struct model *m, int64_t count)
{
    uint64_t n = (uint64_t)(count < 0 ? -count : count), run = 0;

    while (m->head != (count < 0 ? 0 : m->count)) {
        m->head -= count < 0;
        run = m->objects[m->head].length ? 0 : run + 1;
        m->head += count > 0;
        if (run == n) {
            return good;
        }
    }
    return ended(count < 0 ? BW_TAPE_BOP : BW_TAPE_EOD, n);
}

static struct want want_space(struct fixture *f, unsigned code, int64_t count)
{
    enum bw_tape_result result;
    uint64_t left;

    if (code > 3) {
        return bad_field;
    }
    if (code == 3) {
        f->m->head = f->m->count;
        return good;
    }
    if (code == 2) {
        return count ? want_sequential(f->m, count) : good;
    }
    result = model_space(f->m, count, code == 1, &left);
    return ended(result, left);
}

static bool want_place(struct fixture *f, unsigned partition, uint64_t object,
                       struct want *w)
{
    *w = good;
    if (partition > 1) {
        *w = bad_field;
        return false;
    }
    f->m = &f->tape[partition];
    f->m->head = object < f->m->count ? object : f->m->count;
    if (object > f->m->count) {
        *w = no_object;
    }
    return object <= f->m->count;
}

static struct want want_file(struct fixture *f, unsigned partition,
                             uint64_t file)
{
    struct want w;

    if (!want_place(f, partition, 0, &w)) {
        return w;
    }
    while (file && f->m->head < f->m->count) {
        file -= f->m->objects[f->m->head++].length == 0;
    }
    return file ? no_object : good;
}

/* --- what does -------------------------------------------------------------
 */

static void run(struct fixture *f, const uint8_t *cdb, size_t size,
                const struct want *w)
{
    const struct bw_tape_command *c = &f->rig->command;
    bool check = w->asc || w->ili;

    rig_run(f->rig, cdb, bw_tape_cdb_length(cdb[0]), size);
    assert_int_equal(c->status, check ? BW_SCSI_CHECK : BW_SCSI_GOOD);
    assert_int_equal(c->done, w->done);
    assert_memory_equal(f->rig->data, f->data, w->done);
    if (check) {
        assert_int_equal(c->sense.key, w->key);
        assert_int_equal(c->sense.asc, w->asc);
        assert_int_equal(c->sense.filemark, w->filemark);
        assert_int_equal(c->sense.eom, w->eom);
        assert_int_equal(c->sense.ili, w->ili);
        assert_int_equal(c->sense.deferred, false);
        assert_int_equal(c->sense.valid, w->valid);
        assert_int_equal(c->sense.information, (uint32_t)w->information);
    }
}

static void check_position(struct fixture *f)
{
    const uint8_t *data = f->rig->data;

    assert_int_equal(RIG_IN(f->rig, 0x34, 6, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    assert_int_equal(data[0], f->m->head ? 0x00 : 0x80);
    assert_int_equal(bw_get_be(data + 4, 4), partition_of(f));
    assert_int_equal(bw_get_be(data + 8, 8), f->m->head);
    assert_int_equal(bw_get_be(data + 16, 8), model_marks(f->m, f->m->head));
}

/* --- commands --------------------------------------------------------------
 */

/* Where a 16-byte command goes, in the CDB and in the model. */
static bool address(struct fixture *f, uint8_t *cdb, struct want *w)
{
    unsigned partition = pick(f, 16) ? pick(f, 2) : 2;
    uint64_t object = pick(f, 3)
                          ? f->m->head
                          : pick(f, (uint32_t)f->tape[partition & 1].count + 3);

    partition = pick(f, 3) ? partition_of(f) : partition;
    cdb[3] = (uint8_t)partition;
    bw_put_be(cdb + 4, object, 8);
    return want_place(f, partition, object, w);
}

static uint32_t some_length(struct fixture *f)
{
    const struct model *m = f->m;

    if (m->head < m->count && pick(f, 2)) { /* near that of the next record */
        return m->objects[m->head].length + pick(f, 3);
    }
    return pick(f, LONG);
}

static void do_read(struct fixture *f)
{
    bool far = pick(f, 3) == 0, reverse = pick(f, 4) == 0;
    bool fixed = pick(f, 2), sili = pick(f, 3) == 0, kept = pick(f, 2);
    uint32_t length = fixed ? pick(f, 6) : some_length(f);
    uint8_t cdb[16] = { (uint8_t)((far ? 0x80 : 0) | (reverse ? 0x0f : 0x08)) };
    struct want w;

    cdb[0] = far ? reverse ? 0x81 : 0x88 : cdb[0];
    cdb[1] = (uint8_t)((sili ? 2 : 0) | fixed | (reverse && kept ? 4 : 0));
    bw_put_be(cdb + (far ? 12 : 2), length, 3);
    if (fixed && (sili || !f->block)) {
        w = bad_field;
    } else if (!far || address(f, cdb, &w)) {
        w = fixed ? want_blocks(f, length, reverse, reverse && !kept)
                  : want_record(f, length, sili, reverse, reverse && !kept);
    }
    run(f, cdb, RIG_DATA, &w);
}

static void do_verify(struct fixture *f)
{
    bool fixed = pick(f, 2);
    uint32_t length = fixed ? pick(f, 6) : some_length(f);
    uint8_t cdb[16] = { 0x13, fixed };
    struct want w = bad_field;

    bw_put_be(cdb + 2, length, 3);
    if (!fixed || f->block) {
        w = fixed ? want_blocks(f, length, false, false)
                  : want_record(f, length, false, false, false);
    }
    w.done = 0;
    run(f, cdb, 0, &w);
}

static void do_write(struct fixture *f)
{
    bool far = pick(f, 4) == 0, fixed = f->block ? pick(f, 2) : !pick(f, 16);
    uint32_t count = fixed ? pick(f, 5) : 1;
    uint32_t length = fixed ? f->block : pick(f, LONG);
    uint8_t cdb[16] = { far ? 0x8a : 0x0a, fixed };
    struct want w = good;

    bw_put_be(cdb + (far ? 12 : 2), fixed ? count : length, 3);
    if (fixed && !f->block) {
        w = bad_field;
    } else if (!far || address(f, cdb, &w)) {
        for (uint32_t i = 0; i < count && length; i++) {
            model_data(f->rig->data + (size_t)i * length, f->next_id, length);
            model_append(f->m, f->next_id++, length);
        }
    }
    run(f, cdb, (size_t)count * length, &w);
}

static void do_marks(struct fixture *f)
{
    bool far = pick(f, 4) == 0;
    uint32_t count = pick(f, 4);
    uint8_t cdb[16] = { far ? 0x80 : 0x10, (uint8_t)pick(f, 2) };
    struct want w = good;

    bw_put_be(cdb + (far ? 12 : 2), count, 3);
    if (!far || address(f, cdb, &w)) {
        for (uint32_t i = 0; i < count; i++) {
            model_append(f->m, 0, 0);
        }
    }
    run(f, cdb, 0, &w);
}

static void do_space(struct fixture *f)
{
    static const int64_t far_away[] = { 0x7fffff, -0x800000 };
    bool wide = pick(f, 2);
    unsigned code = pick(f, 5);
    int64_t count =
        pick(f, 8) ? (int64_t)pick(f, 15) - 7 : far_away[pick(f, 2)];
    uint8_t cdb[16] = { wide ? 0x91 : 0x11, (uint8_t)code };
    struct want w = want_space(f, code, count);

    bw_put_be(cdb + (wide ? 4 : 2), (uint64_t)count, wide ? 8 : 3);
    run(f, cdb, 0, &w);
}

static void do_locate(struct fixture *f)
{
    unsigned how = pick(f, 4), partition = pick(f, 10) ? pick(f, 2) : 2;
    uint64_t to = pick(f, 40);
    uint8_t cdb[16] = { 0x92, 0x02 };
    struct want w;

    if (how == 0) {
        cdb[0] = 0x2b;
        cdb[8] = (uint8_t)partition;
        bw_put_be(cdb + 3, to, 4);
        want_place(f, partition, to, &w);
    } else {
        cdb[1] |= (uint8_t)(how << 3 & 0x18); /* file, 2 is none, the end */
        cdb[3] = (uint8_t)partition;
        bw_put_be(cdb + 4, to, 8);
        w = bad_field;
        if (how == 1) {
            w = want_file(f, partition, to);
        } else if (how == 3 && want_place(f, partition, 0, &w)) {
            f->m->head = f->m->count;
        }
    }
    run(f, cdb, 0, &w);
}

static void do_erase(struct fixture *f)
{
    const uint8_t cdb[6] = { 0x19, (uint8_t)pick(f, 2) };

    f->m->count = f->m->head;
    run(f, cdb, 0, &good);
}

static void set_block(struct fixture *f)
{
    uint8_t list[12] = { 0, 0, 0x10, 8 };
    const uint8_t cdb[6] = { 0x15, 0x10, 0, 0, sizeof(list) };

    f->block = pick(f, 4) ? 1 + pick(f, 700) : 0;
    list[2] = pick(f, 4) ? 0x10 : 0; /* buffered */
    bw_put_be(list + 9, f->block, 3);
    memcpy(f->rig->data, list, sizeof(list));
    run(f, cdb, sizeof(list), &good);
}

static void to_beginning(struct fixture *f)
{
    rig_settle(f->rig);
    f->m = &f->tape[0];
    f->m->head = 0;
}

/* REWIND, LOAD, a reset, or another look at the same cartridge. */
static void begin_anew(struct fixture *f)
{
    switch (pick(f, 4)) {
    case 0:
        run(f, (const uint8_t[6]){ 0x01 }, 0, &good);
        f->m->head = 0;
        break;
    case 1:
        run(f, (const uint8_t[6]){ 0x1b, [4] = 1 }, 0, &good);
        to_beginning(f);
        break;
    case 2:
        bw_tape_reset(&f->rig->drive, 0x2900);
        f->block = 0;
        to_beginning(f);
        break;
    default:
        assert_int_equal(bw_tape_remove(&f->rig->drive), BW_TAPE_OK);
        bw_medium_close(&f->rig->medium);
        rig_insert(f->rig, 0);
        to_beginning(f);
        break;
    }
}

static void one(struct fixture *f)
{
    static void (*const commands[])(struct fixture *) = {
        do_read,  do_read,  do_read,  do_read,  do_write,  do_write,
        do_write, do_marks, do_space, do_space, do_locate, do_verify,
    };

    if (pick(f, 40) == 0) {
        begin_anew(f);
    } else if (pick(f, 30) == 0 || f->m->count > OBJECTS) {
        do_erase(f);
    } else if (pick(f, 20) == 0) {
        set_block(f);
    } else {
        commands[pick(f, sizeof(commands) / sizeof(commands[0]))](f);
    }
    check_position(f);
}

static void random_commands_do_what_the_model_does(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    (void)state;
    assert_non_null(f);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        memset(f, 0, sizeof(*f));
        f->random = seed;
        f->m = &f->tape[0];
        f->rig = rig_ready("lto8", 0);
        assert_int_equal(bw_medium_format(&f->rig->medium, 2, NULL),
                         BW_TAPE_OK);
        for (unsigned i = 0; i < COMMANDS; i++) {
            one(f);
            if (f->m->count > OBJECTS) {
                f->m->head = 0; /* next is an erase at the beginning */
                run(f, (const uint8_t[6]){ 0x01 }, 0, &good);
            }
        }
        rig_free(f->rig);
    }
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_commands_do_what_the_model_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
