/*
 * lib/smbus_steps.c on a bus that writes down what happens on it, and
 * lib/smbus_map.c, which makes the same bytes of plain messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#include "lib/smbus_map.h"
#include "lib/smbus_steps.h"
#include "lib/wire_smbus.h"

/* The part behind the steps: sends @send, refuses one written byte. */
struct tape {
    char text[4096]; /* "Sw 21 Sr 02 aa bb P" */
    const uint8_t *send;
    size_t sent;
    size_t starts;
    int nack_start; /* number of the START it does not know, -1: none */
    int nack_byte;  /* of all that is written, -1: none */
    size_t written;
    enum bw_status stop;
};

__attribute__((format(printf, 2, 3))) static void note(struct tape *t,
                                                       const char *format, ...)
{
    size_t pos = strlen(t->text);
    va_list args;

    va_start(args, format);
    vsnprintf(t->text + pos, sizeof(t->text) - pos, format, args);
    va_end(args);
}

static enum bw_status tape_one(struct tape *t, struct bw_i2c_step *s,
                               uint16_t *byte)
{
    switch (s->op) {
    case BW_STEP_START:
        note(t, "%sS%c%02x", t->text[0] ? " " : "",
             s->flags & BW_I2C_READ ? 'r' : 'w', s->addr);
        return (int)t->starts++ == t->nack_start ? BW_NACK_ADDR : BW_OK;
    case BW_STEP_WRITE:
        for (*byte = 0; *byte < s->len; (*byte)++) {
            note(t, " %02x", s->data[*byte]);
            if ((int)t->written++ == t->nack_byte) {
                return BW_NACK_DATA;
            }
        }
        *byte = 0;
        return BW_OK;
    case BW_STEP_READ:
        for (unsigned i = 0; i < s->len; i++) {
            s->data[i] = t->send[t->sent++];
            note(t, " <%02x", s->data[i]);
        }
        return BW_OK;
    default:
        note(t, " P");
        return t->stop;
    }
}

static enum bw_status tape_step(void *opaque, struct bw_i2c_step *steps,
                                size_t nsteps, struct bw_i2c_progress *p)
{
    enum bw_status status = BW_OK;

    p->byte = 0;
    for (p->done = 0; p->done < nsteps && status == BW_OK; p->done++) {
        status = tape_one(opaque, &steps[p->done], &p->byte);
    }
    return status;
}

static struct tape new_tape(const uint8_t *send)
{
    return (struct tape){ .send = send, .nack_start = -1, .nack_byte = -1 };
}

/* The code over what a trace says, for a part that answers rightly. */
static uint8_t code(const uint8_t *bytes, size_t len)
{
    return bw_smbus_pec(0, bytes, len);
}

static const struct form_case {
    struct bw_smbus_xfer x;
    const char *text; /* without PEC */
    uint8_t send[4];
    const char *reads; /* what must have come in */
} forms[] = {
    { { .form = BW_SMBUS_QUICK }, "Sw0b P", { 0 }, "" },
    { { .form = BW_SMBUS_QUICK, .flags = BW_SMBUS_READ }, "Sr0b P", { 0 }, "" },
    { { .form = BW_SMBUS_BYTE, .command = 0x21 }, "Sw0b 21 P", { 0 }, "" },
    { { .form = BW_SMBUS_BYTE, .flags = BW_SMBUS_READ },
      "Sr0b <61 P",
      { 0x61 },
      "a" },
    { { .form = BW_SMBUS_BYTE_DATA, .command = 1, .out_len = 1, .out = { 9 } },
      "Sw0b 01 09 P",
      { 0 },
      "" },
    { { .form = BW_SMBUS_BYTE_DATA, .flags = BW_SMBUS_READ, .command = 1 },
      "Sw0b 01 Sr0b <61 P",
      { 0x61 },
      "a" },
    { { .form = BW_SMBUS_WORD_DATA,
        .command = 1,
        .out_len = 2,
        .out = { 0x34, 0x12 } },
      "Sw0b 01 34 12 P",
      { 0 },
      "" },
    { { .form = BW_SMBUS_WORD_DATA, .flags = BW_SMBUS_READ, .command = 1 },
      "Sw0b 01 Sr0b <61 <62 P",
      { 0x61, 0x62 },
      "ab" },
    { { .form = BW_SMBUS_PROC_CALL,
        .command = 1,
        .out_len = 2,
        .out = { 0x34, 0x12 } },
      "Sw0b 01 34 12 Sr0b <61 <62 P",
      { 0x61, 0x62 },
      "ab" },
    { { .form = BW_SMBUS_BLOCK,
        .command = 1,
        .out_len = 3,
        .out = { 7, 8, 9 } },
      "Sw0b 01 03 07 08 09 P",
      { 0 },
      "" },
    { { .form = BW_SMBUS_BLOCK, .flags = BW_SMBUS_READ, .command = 1 },
      "Sw0b 01 Sr0b <02 <61 <62 P",
      { 2, 0x61, 0x62 },
      "ab" },
    { { .form = BW_SMBUS_BLOCK_PROC_CALL,
        .command = 1,
        .out_len = 1,
        .out = { 7 } },
      "Sw0b 01 01 07 Sr0b <02 <61 <62 P",
      { 2, 0x61, 0x62 },
      "ab" },
    { { .form = BW_SMBUS_I2C_BLOCK,
        .command = 1,
        .out_len = 2,
        .out = { 7, 8 } },
      "Sw0b 01 07 08 P",
      { 0 },
      "" },
    { { .form = BW_SMBUS_I2C_BLOCK,
        .flags = BW_SMBUS_READ,
        .command = 1,
        .in_len = 2 },
      "Sw0b 01 Sr0b <61 <62 P",
      { 0x61, 0x62 },
      "ab" },
};

static struct bw_smbus_xfer at_0b(const struct bw_smbus_xfer *form)
{
    struct bw_smbus_xfer x = *form;

    x.addr = 0x0b;
    return x;
}

static void assert_reads(const struct form_case *c,
                         const struct bw_smbus_xfer *x)
{
    if (c->reads[0]) {
        assert_int_equal(x->in_len, strlen(c->reads));
        assert_memory_equal(x->in, c->reads, x->in_len);
    }
}

static void every_form_is_on_the_bus_as_the_standard_has_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct bw_smbus_xfer x = at_0b(&forms[i].x);
        struct tape t = new_tape(forms[i].send);

        assert_int_equal(bw_smbus_check(&x), BW_OK);
        assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_OK);
        assert_string_equal(t.text, forms[i].text);
        assert_reads(&forms[i], &x);
    }
}

/* The bytes of a trace, addresses as on the wire, without the STOP. */
static size_t bytes_of(const char *text, uint8_t *out)
{
    size_t len = 0;

    for (const char *p = text; *p; p += strcspn(p, " ")) {
        unsigned value;

        p += *p == ' ';
        if (sscanf(p, "Sw%x", &value) == 1) {
            out[len++] = (uint8_t)(value << 1);
        } else if (sscanf(p, "Sr%x", &value) == 1) {
            out[len++] = (uint8_t)(value << 1 | 1);
        } else if (sscanf(p, "<%x", &value) == 1 ||
                   sscanf(p, "%x", &value) == 1) {
            out[len++] = (uint8_t)value;
        }
    }
    return len;
}

static size_t reads_on_bus(const struct form_case *c)
{
    size_t count = 0;

    for (const char *p = c->text; *p; p++) {
        count += *p == '<';
    }
    return count;
}

static void pec_follows_every_form_but_quick(void **state)
{
    (void)state;
    for (size_t i = 2; i < ARRAY_LEN(forms); i++) {
        struct bw_smbus_xfer x = at_0b(&forms[i].x);
        uint8_t bytes[32], send[8];
        size_t reads = reads_on_bus(&forms[i]);
        uint8_t pec = code(bytes, bytes_of(forms[i].text, bytes));
        char text[128];

        memcpy(send, forms[i].send, sizeof(forms[i].send));
        send[reads] = pec;
        snprintf(text, sizeof(text), "%.*s %s%02x P",
                 (int)strlen(forms[i].text) - 2, forms[i].text,
                 reads ? "<" : "", pec);
        x.flags |= BW_SMBUS_PEC;
        for (unsigned flip = 0; flip <= (reads ? 8u : 0u); flip++) {
            struct tape t = new_tape(send);

            send[reads] = (uint8_t)(pec ^ (flip ? 1u << (flip - 1) : 0));
            assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t),
                             flip ? BW_PEC : BW_OK);
            if (!flip) {
                assert_string_equal(t.text, text);
                assert_reads(&forms[i], &x);
            }
        }
    }
}

static void a_block_that_counts_nothing_ends_at_its_count(void **state)
{
    const uint8_t send[] = { 0 };
    struct bw_smbus_xfer x = { .addr = 0x0b,
                               .form = BW_SMBUS_BLOCK,
                               .flags = BW_SMBUS_READ | BW_SMBUS_PEC };
    struct tape t = new_tape(send);

    (void)state;
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_BUS_ERROR);
    assert_string_equal(t.text, "Sw0b 00 Sr0b <00 P");
}

static void a_block_has_up_to_255_bytes(void **state)
{
    uint8_t send[256];
    struct bw_smbus_xfer x = { .addr = 0x0b,
                               .form = BW_SMBUS_BLOCK,
                               .flags = BW_SMBUS_READ };
    struct tape t = new_tape(send);

    (void)state;
    for (unsigned i = 0; i < sizeof(send); i++) {
        send[i] = (uint8_t)(255 - i);
    }
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_OK);
    assert_int_equal(x.in_len, 255);
    assert_memory_equal(x.in, send + 1, 255);
    assert_int_equal(t.sent, 256);
}

static void a_refusal_ends_in_a_stop_and_names_itself(void **state)
{
    struct bw_smbus_xfer x = { .addr = 0x0b,
                               .form = BW_SMBUS_BYTE_DATA,
                               .flags = BW_SMBUS_PEC,
                               .command = 1,
                               .out_len = 1 };
    struct tape t = new_tape(NULL);

    (void)state;
    t.nack_start = 0;
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_NACK_ADDR);
    assert_string_equal(t.text, "Sw0b P");
    t = new_tape(NULL);
    t.nack_byte = 1;
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_NACK_DATA);
    assert_string_equal(t.text, "Sw0b 01 00 P");
    t = new_tape(NULL);
    t.nack_byte = 2; /* the code */
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_PEC);
    t = new_tape(NULL);
    x.flags = BW_SMBUS_READ;
    x.out_len = 0;
    t.nack_start = 1; /* the repeated one */
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_NACK_ADDR);
    assert_string_equal(t.text, "Sw0b 01 Sr0b P");
}

static void a_stop_that_fails_is_told(void **state)
{
    struct bw_smbus_xfer x = { .addr = 0x0b, .form = BW_SMBUS_BYTE };
    struct tape t = new_tape(NULL);

    (void)state;
    t.stop = BW_BUS_ERROR;
    assert_int_equal(bw_smbus_run_steps(&x, tape_step, &t), BW_BUS_ERROR);
}

/* Plain messages */

/* Play messages as steps, so that the trace can be compared. */
static void play(struct tape *t, struct bw_i2c_xfer *x)
{
    struct bw_i2c_progress p;
    struct bw_i2c_step stop = { .op = BW_STEP_STOP };

    for (unsigned i = 0; i < x->nmsgs; i++) {
        struct bw_i2c_msg *m = &x->msgs[i];
        bool read = m->flags & BW_I2C_READ;
        struct bw_i2c_step s[2] = {
            { .op = BW_STEP_START, .addr = m->addr, .flags = m->flags },
            { .op = read ? BW_STEP_READ : BW_STEP_WRITE,
              .len = m->len,
              .data = m->data },
        };

        assert_int_equal(tape_step(t, s, 2, &p), BW_OK);
    }
    tape_step(t, &stop, 1, &p);
}

static void messages_put_the_same_bytes_on_the_bus(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        for (unsigned pec = 0; pec <= (i >= 2); pec++) {
            struct bw_smbus_xfer x = at_0b(&forms[i].x);
            struct bw_smbus_plain p;
            struct tape t, expected;
            uint8_t bytes[32], send[8];

            memcpy(send, forms[i].send, sizeof(forms[i].send));
            send[reads_on_bus(&forms[i])] =
                code(bytes, bytes_of(forms[i].text, bytes));
            t = new_tape(send);
            expected = new_tape(send);
            x.flags |= pec ? BW_SMBUS_PEC : 0;
            if (bw_smbus_in_len(&x) < 0) {
                assert_int_equal(bw_smbus_to_plain(&x, &p), BW_UNSUPPORTED);
                continue;
            }
            assert_int_equal(bw_smbus_to_plain(&x, &p), BW_OK);
            assert_int_equal(bw_i2c_xfer_check(&p.xfer), BW_OK);
            play(&t, &p.xfer);
            assert_int_equal(bw_smbus_take_plain(&x, &p), BW_OK);
            assert_reads(&forms[i], &x);
            bw_smbus_run_steps(&x, tape_step, &expected);
            assert_string_equal(t.text, expected.text);
            if (pec && bw_smbus_reads(&x)) {
                p.in[0] ^= 0x10;
                assert_int_equal(bw_smbus_take_plain(&x, &p), BW_PEC);
            }
        }
    }
}

#define ALL (BW_SMBUS_STEPS_FUNCS)
#define NO_I2C \
    (ALL &     \
     ~(BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE | BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ))
#define ONLY_I2C \
    (BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE | BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ)
#define NONE "-"

static void a_transfer_becomes_the_protocol_with_its_bytes(void **state)
{
    static const struct {
        const char *text;
        uint32_t funcs;
        const char *name;
    } cases[] = {
        { "w0@0x0b", ALL, "quick write" },
        { "r0@0x0b", ALL, "quick read" },
        { "w1@0x0b 1", ALL, "send byte" },
        { "r1@0x0b", ALL, "receive byte" },
        { "w2@0x0b 1 2", ALL, "write byte" },
        { "w3@0x0b 1 2 3", ALL, "write word" },
        { "w4@0x0b 1 2 3 4", ALL, "I2C block write" },
        { "w33@0x0b 1=", ALL, "I2C block write" },
        { "w34@0x0b 1=", ALL, NONE },
        { "w1@0x0b 1 r1", ALL, "read byte" },
        { "w1@0x0b 1 r2", ALL, "read word" },
        { "w1@0x0b 1 r3", ALL, "I2C block read" },
        { "w1@0x0b 1 r32", ALL, "I2C block read" },
        { "w1@0x0b 1 r33", ALL, NONE },
        { "w3@0x0b 1 2 3 r2", ALL, "process call" },
        /* what is left where the short forms or the I2C blocks are not */
        { "w2@0x0b 1 2", ONLY_I2C, "I2C block write" },
        { "w3@0x0b 1 2 3", ONLY_I2C, "I2C block write" },
        { "w1@0x0b 1 r2", ONLY_I2C, "I2C block read" },
        { "w4@0x0b 1 2 3 4", NO_I2C, "block write" },
        { "w4@0x0b 1 3 3 4", NO_I2C, NONE },
        { "w1@0x0b 1", ONLY_I2C, NONE },
        { "w0@0x0b", ONLY_I2C, NONE },
        { "w1@0x0b 1 r3", NO_I2C, NONE },
        /* no protocol at all */
        { "r2@0x0b", ALL, NONE },
        { "w2@0x0b 1 2 r1", ALL, NONE },
        { "w3@0x0b 1 2 3 r1", ALL, NONE },
        { "w1@0x0b 1 w1 2", ALL, NONE },
        { "r1@0x0b w1 2", ALL, NONE },
        { "w1@0x0b 1 r1@0x0c", ALL, NONE },
        { "w1@0x0b 1 r1 r1", ALL, NONE },
        { "w1@0x0b 1 r0", ALL, NONE },
        { "w1@0x10bt 1", ALL, NONE },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t data[128];
        struct bw_i2c_xfer x;
        struct bw_smbus_xfer s;
        struct bw_smbus_plain p;
        enum bw_status status;

        print_message("# %s\n", cases[i].text);
        assert_int_equal(
            bw_i2c_xfer_parse(&x, cases[i].text, data, sizeof(data), NULL),
            BW_OK);
        status = bw_smbus_from_i2c(&x, cases[i].funcs, 32, &s);
        if (strcmp(cases[i].name, NONE) == 0) {
            assert_int_equal(status, BW_UNSUPPORTED);
            continue;
        }
        assert_int_equal(status, BW_OK);
        assert_int_equal(bw_smbus_check(&s), BW_OK);
        assert_string_equal(bw_smbus_name(s.form, s.flags & BW_SMBUS_READ),
                            cases[i].name);
        /* and back: the same messages */
        assert_int_equal(bw_smbus_to_plain(&s, &p), BW_OK);
        assert_int_equal(p.xfer.nmsgs, x.nmsgs);
        for (unsigned m = 0; m < x.nmsgs; m++) {
            assert_int_equal(p.xfer.msgs[m].len, x.msgs[m].len);
            assert_int_equal(p.xfer.msgs[m].flags, x.msgs[m].flags);
            if (!(x.msgs[m].flags & BW_I2C_READ)) {
                assert_memory_equal(p.out, x.msgs[m].data, x.msgs[m].len);
            }
        }
    }
}

static void what_was_read_goes_into_the_message(void **state)
{
    uint8_t data[8];
    struct bw_i2c_xfer x;
    struct bw_smbus_xfer s = { .in_len = 2, .in = { 0x34, 0x12 } };

    (void)state;
    assert_int_equal(
        bw_i2c_xfer_parse(&x, "w1@0x0b 1 r2", data, sizeof(data), NULL), BW_OK);
    bw_smbus_give_i2c(&s, &x);
    assert_int_equal(x.msgs[1].data[0], 0x34);
    assert_int_equal(x.msgs[1].data[1], 0x12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_on_the_bus_as_the_standard_has_it),
        cmocka_unit_test(pec_follows_every_form_but_quick),
        cmocka_unit_test(a_block_that_counts_nothing_ends_at_its_count),
        cmocka_unit_test(a_block_has_up_to_255_bytes),
        cmocka_unit_test(a_refusal_ends_in_a_stop_and_names_itself),
        cmocka_unit_test(a_stop_that_fails_is_told),
        cmocka_unit_test(messages_put_the_same_bytes_on_the_bus),
        cmocka_unit_test(a_transfer_becomes_the_protocol_with_its_bytes),
        cmocka_unit_test(what_was_read_goes_into_the_message),
    };

    return cmocka_run_group_tests_name("smbus_steps", tests, NULL, NULL);
}
