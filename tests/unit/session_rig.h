/*
 * A session in a test: a bench, a script of requests, and its replies.
 *
 * The session runs in the test's own thread over tests/virtual_io.h: the whole
 * script is there from the start and the session ends with it, unless it ends
 * before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_SESSION_RIG_H
#define BENCHWIRE_TESTS_UNIT_SESSION_RIG_H

#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "../virtual_io.h"
#include "host-agent/backend_sim.h"
#include "host-agent/bench.h"
#include "host-agent/session.h"
#include "lib/cursor.h"
#include "lib/wire.h"
#include "peripherals/parts/part.h"

#define RIG_SIZE (1u << 20) /* bytes of script, and of replies */

/* An adapter that does what the test says and counts. */
struct fake_adapter {
    struct bw_i2c_adapter adapter;
    enum bw_status status; /* of the next transfers */
    struct bw_wire_i2c_failure where;
    unsigned count;          /* transfers it was given */
    struct bw_i2c_xfer last; /* without the data */
    atomic_bool *stop;       /* if set: set to true by the next transfer */
    atomic_bool *end;        /* likewise */
};

struct rig {
    struct bw_bench bench;
    struct fake_adapter fake;
    struct bw_session session;
    struct virtual_io io;
    struct bw_writer script;
    struct bw_reader replies;
    atomic_bool stopping;
    void (*prepare)(struct rig *r); /* before the session runs, or NULL */
    unsigned told;                  /* for the test's own use */
    uint32_t id;                    /* of the newest request */
    uint8_t in[RIG_SIZE];
    uint8_t out[RIG_SIZE];
};

static enum bw_status fake_xfer(struct bw_i2c_adapter *a, struct bw_i2c_xfer *x,
                                struct bw_wire_i2c_failure *where)
{
    struct fake_adapter *f = (struct fake_adapter *)a;

    f->count++;
    f->last = *x;
    if (f->stop) {
        atomic_store(f->stop, true);
    }
    if (f->end) {
        atomic_store(f->end, true);
    }
    for (unsigned i = 0; f->status == BW_OK && i < x->nmsgs; i++) {
        if (x->msgs[i].flags & BW_I2C_READ) {
            memset(x->msgs[i].data, 0xa0 + (int)i, x->msgs[i].len);
        }
    }
    *where = f->where;
    return f->status;
}

static void fake_close(struct bw_i2c_adapter *a)
{
    (void)a;
}

static struct fake_adapter new_fake(void)
{
    static const struct bw_i2c_adapter_ops ops = { .xfer = fake_xfer,
                                                   .close = fake_close };
    struct fake_adapter f = {
        .adapter = {
            .ops = &ops,
            .funcs = BW_I2C_FUNC_RDWR,
            .max_len = 512,
            .timeout_ms = 100,
        },
        .where = { 0xffff, 0xffff },
    };

    return f;
}

/*
 * Exports: "thermometer" 0x48 and "bus" of a simulated bus with a tmp102 at
 * 0x48, its values "desk"; "fake" 0x20 and "fakebus" of the fake adapter.
 */
static struct rig *rig_new(void)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct bw_sim *sim = bw_sim_new(NULL);
    struct bw_bus *bus, *fake;

    assert_non_null(r);
    assert_non_null(sim);
    r->fake = new_fake();
    assert_int_equal(bw_sim_add(sim, "thermometer", &bw_part_tmp102, 0x48),
                     BW_OK);
    bw_bench_init(&r->bench);
    bus = bw_bench_add_bus(&r->bench, "sim:desk", bw_sim_adapter(sim), sim);
    fake = bw_bench_add_bus(&r->bench, "fake", &r->fake.adapter, NULL);
    bw_bench_add_export(&r->bench, "thermometer", BW_EXPORT_I2C, bus, 0x48,
                        "one part");
    bw_bench_add_export(&r->bench, "bus", BW_EXPORT_I2C, bus, BW_ADDR_ANY, "");
    bw_bench_add_export(&r->bench, "desk", BW_EXPORT_BENCH, bus, BW_ADDR_ANY,
                        "knobs");
    bw_bench_add_export(&r->bench, "fake", BW_EXPORT_I2C, fake, 0x20, "");
    bw_bench_add_export(&r->bench, "fakebus", BW_EXPORT_I2C, fake, BW_ADDR_ANY,
                        "");
    bw_writer_init(&r->script, r->in, sizeof(r->in));
    virtual_io_init(&r->io, r->in, 0, r->out, sizeof(r->out));
    return r;
}

static void rig_free(struct rig *r)
{
    bw_bench_finish(&r->bench);
    free(r);
}

/* The script */

static size_t begin(struct rig *r, unsigned type)
{
    return bw_wire_begin(&r->script, type, 0, ++r->id);
}

static void end(struct rig *r, size_t at)
{
    assert_int_equal(bw_wire_end(&r->script, at), BW_OK);
}

static inline void put_empty(struct rig *r, unsigned type)
{
    end(r, begin(r, type));
}

static void put_hello_as(struct rig *r, uint32_t caps, uint32_t max_body)
{
    struct bw_wire_hello m = {
        .major = BW_WIRE_MAJOR,
        .caps = caps,
        .max_body = max_body,
        .software = "test",
    };
    size_t at = begin(r, BW_MSG_HELLO);

    bw_wire_put_hello(&r->script, &m);
    end(r, at);
}

static inline void put_hello(struct rig *r)
{
    put_hello_as(r, BW_CAP_I2C | BW_CAP_VALUES, BW_WIRE_MAX_BODY);
}

static void put_open_as(struct rig *r, const char *name, unsigned kind,
                        unsigned flags)
{
    struct bw_wire_open m = {
        .kind = (uint16_t)kind,
        .flags = (uint16_t)flags,
    };
    size_t at = begin(r, BW_MSG_OPEN);

    strcpy(m.name, name);
    bw_wire_put_open(&r->script, &m);
    end(r, at);
}

static inline void put_open(struct rig *r, const char *name)
{
    put_open_as(r, name, BW_EXPORT_ANY, 0);
}

/* A transfer in the notation, such as "w1@0x48 0 r2". */
static void put_xfer_by(struct rig *r, const char *text, uint32_t deadline_ms)
{
    struct bw_wire_i2c_request m = { .deadline_ms = deadline_ms };
    uint8_t *data = malloc(2 * BW_I2C_MAX_BYTES);
    size_t at = begin(r, BW_MSG_I2C_XFER);

    assert_non_null(data);
    assert_int_equal(
        bw_i2c_xfer_parse(&m.xfer, text, data, 2 * BW_I2C_MAX_BYTES, NULL),
        BW_OK);
    bw_wire_put_i2c_request(&r->script, &m);
    end(r, at);
    free(data);
}

static inline void put_xfer(struct rig *r, const char *text)
{
    put_xfer_by(r, text, 1000);
}

static inline void rig_run(struct rig *r)
{
    r->io.in_len = r->script.pos;
    bw_session_init(&r->session, &r->io.io, &r->bench, &r->stopping, 1);
    if (r->prepare) {
        r->prepare(r);
    }
    bw_session_run(&r->session);
    bw_reader_init(&r->replies, r->out, r->io.out_len);
}

/* The replies */

/* The next reply must have this type, id and status; @body gets its body. */
static void expect_body(struct rig *r, unsigned type, uint32_t id,
                        enum bw_status status, struct bw_reader *body)
{
    const uint8_t *header = bw_read_bytes(&r->replies, BW_WIRE_HEADER_LEN);
    struct bw_wire_header h;

    assert_non_null(header);
    if (id) {
        assert_int_equal(bw_wire_get_header(header, &h), BW_OK);
    } else {
        h.len = header[0]; /* the reply to id 0 is no legal header */
        h.type = (uint16_t)(header[4] | header[5] << 8);
        h.status = header[6];
        h.id = header[8];
    }
    assert_int_equal(h.type, type | BW_WIRE_REPLY);
    assert_int_equal(h.id, id);
    assert_string_equal(bw_status_name(h.status), bw_status_name(status));
    bw_reader_init(body, bw_read_bytes(&r->replies, h.len), h.len);
}

static inline void expect(struct rig *r, unsigned type, uint32_t id,
                          enum bw_status status)
{
    struct bw_reader body;

    expect_body(r, type, id, status, &body);
}

static inline void expect_failure_at(struct rig *r, uint32_t id,
                                     enum bw_status status, unsigned msg,
                                     unsigned byte)
{
    struct bw_wire_i2c_failure m;
    struct bw_reader body;

    expect_body(r, BW_MSG_I2C_XFER, id, status, &body);
    assert_int_equal(bw_wire_get_i2c_failure(&body, &m), BW_OK);
    assert_int_equal(m.msg, msg);
    assert_int_equal(m.byte, byte);
}

static inline void expect_end(struct rig *r)
{
    assert_int_equal(bw_reader_left(&r->replies), 0);
}

#endif
