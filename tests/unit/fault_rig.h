/*
 * A fault filter in a test: in front of an adapter that writes down what
 * reaches it, with a clock that stands still unless somebody sleeps.
 *
 * The adapter has a part at 0x50 and one at 0x48, which take all and read as
 * 0x10, 0x11, 0x12 ... from each START.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_FAULT_RIG_H
#define BENCHWIRE_TESTS_UNIT_FAULT_RIG_H

#include "unit_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/fault_text.h"
#include "host-agent/filter_fault.h"

#define RIG_TIMEOUT_MS 100
#define NOWHERE        0xffffu

static struct fault_rig {
    struct bw_i2c_adapter inner; /* first */
    char log[1024];              /* what reached the parts */
    bool closed;
    uint64_t now_us;
    uint64_t slept_us; /* since the last look */
    struct bw_filter_fault *filter;
    struct bw_i2c_adapter *adapter;
    struct bw_wire_i2c_failure where;
    uint8_t data[256]; /* of the last transfer */
    uint8_t next;      /* steps: the byte read next */
    bool busy;         /* steps: between START and STOP */
} rig;

__attribute__((format(printf, 1, 2))) static inline void
note(const char *format, ...)
{
    size_t len = strlen(rig.log);
    va_list args;

    if (len + 1 >= sizeof(rig.log)) {
        return; /* full */
    }
    if (len > 0) {
        rig.log[len++] = ' ';
    }
    va_start(args, format);
    vsnprintf(rig.log + len, sizeof(rig.log) - len, format, args);
    va_end(args);
}

static inline bool is_there(uint16_t addr)
{
    return addr == 0x50 || addr == 0x48;
}

static inline enum bw_status rig_xfer(struct bw_i2c_adapter *a,
                                      struct bw_i2c_xfer *x,
                                      struct bw_wire_i2c_failure *where)
{
    (void)a;
    for (uint16_t i = 0; i < x->nmsgs; i++) {
        const struct bw_i2c_msg *m = &x->msgs[i];
        bool is_read = m->flags & BW_I2C_READ;

        note("%c%u@%02x", is_read ? 'r' : 'w', m->len, m->addr);
        if (!is_there(m->addr)) {
            where->msg = i;
            return BW_NACK_ADDR;
        }
        for (uint16_t n = 0; n < m->len; n++) {
            if (is_read) {
                m->data[n] = (uint8_t)(0x10 + n);
            } else {
                note("%02x", m->data[n]);
            }
        }
    }
    return BW_OK;
}

static inline enum bw_status rig_smbus(struct bw_i2c_adapter *a,
                                       struct bw_smbus_xfer *x)
{
    (void)a;
    note("form%u%c%02x", x->form, x->flags & BW_SMBUS_READ ? 'r' : 'w',
         x->command);
    for (unsigned n = 0; n < x->out_len; n++) {
        note("%02x", x->out[n]);
    }
    if (x->form == BW_SMBUS_BYTE_DATA || x->form == BW_SMBUS_BYTE) {
        x->in_len = x->flags & BW_SMBUS_READ ? 1 : 0;
    } else if (x->form == BW_SMBUS_BLOCK && (x->flags & BW_SMBUS_READ)) {
        x->in_len = 4;
    }
    for (unsigned n = 0; n < x->in_len; n++) {
        x->in[n] = (uint8_t)(0x10 + n);
    }
    return is_there(x->addr) ? BW_OK : BW_NACK_ADDR;
}

static inline enum bw_status rig_one(struct bw_i2c_step *s)
{
    switch (s->op) {
    case BW_STEP_START:
        note("S%02x%c", s->addr, s->flags & BW_I2C_READ ? 'r' : 'w');
        rig.next = 0x10;
        rig.busy = true;
        return is_there(s->addr) ? BW_OK : BW_NACK_ADDR;
    case BW_STEP_WRITE:
        for (unsigned n = 0; n < s->len; n++) {
            note("%02x", s->data[n]);
        }
        return BW_OK;
    case BW_STEP_READ:
        note("r%u", s->len);
        for (unsigned n = 0; n < s->len; n++) {
            s->data[n] = rig.next++;
        }
        return BW_OK;
    default:
        note("P");
        rig.busy = false;
        return BW_OK;
    }
}

static inline enum bw_status rig_step(struct bw_i2c_adapter *a,
                                      struct bw_i2c_step *steps, size_t nsteps,
                                      struct bw_i2c_progress *progress)
{
    enum bw_status status = BW_OK;

    (void)a;
    progress->done = 0;
    progress->byte = 0;
    while (progress->done < nsteps && status == BW_OK) {
        status = rig_one(&steps[progress->done]);
        progress->done += status == BW_OK;
    }
    return status;
}

static inline void rig_close(struct bw_i2c_adapter *a)
{
    (void)a;
    rig.closed = true;
}

static inline uint64_t rig_now_ns(void)
{
    return rig.now_us * 1000;
}

static inline void rig_sleep_us(uint64_t us)
{
    rig.now_us += us;
    rig.slept_us += us;
}

static inline void fault_rig_with(uint32_t funcs)
{
    static const struct bw_i2c_adapter_ops ops = {
        .xfer = rig_xfer,
        .smbus = rig_smbus,
        .step = rig_step,
        .close = rig_close,
    };
    static const struct bw_fault_clock clock = { rig_now_ns, rig_sleep_us };

    memset(&rig, 0, sizeof(rig));
    rig.now_us = 1000000;
    rig.inner.ops = &ops;
    rig.inner.funcs = funcs;
    rig.inner.max_len = BW_I2C_MAX_LEN;
    rig.inner.timeout_ms = RIG_TIMEOUT_MS;
    rig.filter = bw_filter_fault_new(&rig.inner, &clock);
    assert_non_null(rig.filter);
    rig.adapter = bw_filter_fault_adapter(rig.filter);
}

static inline int fault_rig_setup(void **state)
{
    (void)state;
    fault_rig_with(BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN);
    return 0;
}

static inline int fault_rig_teardown(void **state)
{
    (void)state;
    rig.adapter->ops->close(rig.adapter);
    assert_true(rig.closed);
    return 0;
}

/* "stretch time=25ms byte=2"; returns its number */
static inline uint32_t fault_add(const char *text)
{
    struct bw_fault_text t;
    char words[192], why[256];
    char *save = NULL;
    const char *wrong;
    uint32_t number = 0;

    snprintf(words, sizeof(words), "%s", text);
    bw_fault_text_init(&t);
    for (char *word = strtok_r(words, " ", &save); word;
         word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');

        if (equals) {
            *equals = '\0';
        }
        if (!bw_fault_text_set(&t, equals ? word : "kind",
                               equals ? equals + 1 : word, why, sizeof(why))) {
            fail_msg("%s: %s", text, why);
        }
    }
    wrong = bw_fault_text_finish(&t);
    if (wrong) {
        fail_msg("%s: %s", text, wrong);
    }
    assert_int_equal(
        bw_fault_set_add(bw_filter_fault_set(rig.filter), &t.fault, &number),
        BW_OK);
    return number;
}

static inline uint32_t hits_of(uint32_t number)
{
    struct bw_wire_fault list[BW_FAULT_SET_MAX];
    size_t count = bw_fault_set_list(bw_filter_fault_set(rig.filter), list);

    for (size_t i = 0; i < count; i++) {
        if (list[i].number == number) {
            return list[i].hits;
        }
    }
    fail_msg("no fault %u", (unsigned)number);
    return 0;
}

/* Run a transfer; the log and the time slept begin anew. */
static inline enum bw_status xfer(const char *text)
{
    struct bw_i2c_xfer x;

    memset(rig.data, 0, sizeof(rig.data));
    assert_int_equal(
        bw_i2c_xfer_parse(&x, text, rig.data, sizeof(rig.data), NULL), BW_OK);
    rig.log[0] = '\0';
    rig.slept_us = 0;
    rig.where.msg = NOWHERE;
    rig.where.byte = NOWHERE;
    return rig.adapter->ops->xfer(rig.adapter, &x, &rig.where);
}

static inline void expect_xfer(const char *text, enum bw_status status,
                               const char *log)
{
    assert_string_equal(bw_status_name(xfer(text)), bw_status_name(status));
    assert_string_equal(rig.log, log);
}

static inline void expect_where(unsigned msg, unsigned byte)
{
    assert_int_equal(rig.where.msg, msg);
    assert_int_equal(rig.where.byte, byte);
}

#define faulty(test) \
    cmocka_unit_test_setup_teardown(test, fault_rig_setup, fault_rig_teardown)

#endif
