/*
 * host-agent/stats.c and handlers_stats.c: what is counted of an export.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "host-agent/stats.h"
#include "lib/wire_stats.h"

#define MS_NS 1000000u

static void put_counters(struct rig *r, uint64_t over, uint64_t under,
                         uint64_t mispredicted)
{
    const struct bw_wire_counters m = { over, under, mispredicted };
    size_t at = begin(r, BW_MSG_COUNTERS);

    bw_wire_put_counters(&r->script, &m);
    end(r, at);
}

/* The entry of @name in the next reply, which has all four I2C exports. */
static void expect_stats(struct rig *r, uint32_t id, const char *name,
                         struct bw_wire_stats *m)
{
    struct bw_wire_stats entry;
    struct bw_reader body;
    unsigned count = 0, found = 0;

    expect_body(r, BW_MSG_STATS, id, BW_OK, &body);
    for (; bw_reader_left(&body) > 0; count++) {
        assert_int_equal(bw_wire_get_stats(&body, &entry), BW_OK);
        if (strcmp(entry.name, name) == 0) {
            *m = entry;
            found++;
        }
    }
    assert_int_equal(count, 4);
    assert_int_equal(found, 1);
}

static uint64_t sum(const uint64_t *row, unsigned n)
{
    uint64_t all = 0;

    while (n-- > 0) {
        all += row[n];
    }
    return all;
}

static void transfers_are_counted_by_status_and_bytes(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_stats m;

    (void)state;
    put_hello(r);
    put_open(r, "bus");
    put_xfer(r, "w1@0x48 0 r2");
    put_xfer(r, "w3@0x48 2 0 0");
    put_xfer(r, "r5@0x33");
    put_empty(r, BW_MSG_STATS);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 4, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 5, BW_NACK_ADDR);
    expect_stats(r, 6, "bus", &m);
    assert_int_equal(m.sessions, 1);
    assert_int_equal(m.opened, 1);
    assert_int_equal(m.transfers, 3);
    assert_int_equal(m.bytes_in, 2);
    assert_int_equal(m.bytes_out, 4);
    assert_int_equal(m.nstatus, BW_STATUS_COUNT);
    assert_int_equal(m.status[BW_OK], 2);
    assert_int_equal(m.status[BW_NACK_ADDR], 1);
    assert_int_equal(sum(m.status, m.nstatus), 3);
    assert_int_equal(sum(m.bucket, m.nbuckets), 3);
    rig_free(r);
}

static void an_export_that_nobody_used_has_counted_nothing(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_stats m;

    (void)state;
    put_hello(r);
    put_empty(r, BW_MSG_STATS);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_stats(r, 2, "fake", &m);
    assert_int_equal(m.sessions, 0);
    assert_int_equal(m.opened, 0);
    assert_int_equal(m.transfers, 0);
    assert_int_equal(sum(m.status, m.nstatus) + sum(m.bucket, m.nbuckets), 0);
    rig_free(r);
}

static void counters_of_all_sessions_add_up(void **state)
{
    struct rig *r = rig_new();
    struct bw_wire_stats m;

    (void)state;
    put_hello(r);
    put_open(r, "bus");
    put_counters(r, 10, 1, 2);
    put_counters(r, 15, 1, 2);
    put_counters(r, 14, 1, 2); /* less than before */
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_COUNTERS, 3, BW_OK);
    expect(r, BW_MSG_COUNTERS, 4, BW_OK);
    expect(r, BW_MSG_COUNTERS, 5, BW_INVALID);
    expect_end(r);

    bw_writer_init(&r->script, r->in, sizeof(r->in));
    virtual_io_init(&r->io, r->in, 0, r->out, sizeof(r->out));
    r->id = 0;
    put_hello(r);
    put_open(r, "bus");
    put_counters(r, 7, 0, 1);
    put_empty(r, BW_MSG_STATS);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_COUNTERS, 3, BW_OK);
    expect_stats(r, 4, "bus", &m);
    assert_int_equal(m.counted.over_read, 22);
    assert_int_equal(m.counted.under_read, 1);
    assert_int_equal(m.counted.mispredicted, 3);
    assert_int_equal(m.opened, 2);
    rig_free(r);
}

static void counters_need_an_i2c_export(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello(r);
    put_open(r, "desk");
    put_empty(r, BW_MSG_STATS);
    put_counters(r, 0, 0, 0);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_STATS, 3, BW_OK);
    expect(r, BW_MSG_COUNTERS, 4, BW_ORDER);
    expect_end(r);
    rig_free(r);
}

static void times_go_into_the_bucket_of_their_power_of_two(void **state)
{
    static const struct {
        uint64_t ns;
        unsigned bucket;
    } cases[] = {
        { 0, 0 },           { 1999, 0 },         { 2000, 1 },
        { 3999, 1 },        { 4000, 2 },         { 1024000, 10 },
        { 2 * MS_NS, 10 },  { 2048 * 1000, 11 }, { 3600000000000u, 23 },
        { UINT64_MAX, 23 },
    };
    struct bw_stats s;
    struct bw_wire_stats m;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bw_stats_init(&s);
        bw_stats_transfer(&s, BW_OK, 0, 0, cases[i].ns);
        bw_stats_copy(&s, &m, NULL);
        assert_int_equal(m.bucket[cases[i].bucket], 1);
        assert_int_equal(sum(m.bucket, m.nbuckets), 1);
        bw_stats_finish(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfers_are_counted_by_status_and_bytes),
        cmocka_unit_test(an_export_that_nobody_used_has_counted_nothing),
        cmocka_unit_test(counters_of_all_sessions_add_up),
        cmocka_unit_test(counters_need_an_i2c_export),
        cmocka_unit_test(times_go_into_the_bucket_of_their_power_of_two),
    };

    return cmocka_run_group_tests_name("session_stats", tests, NULL, NULL);
}
