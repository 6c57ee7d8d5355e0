/*
 * lib/smbus_guest.c: a guest's bus events at the torture part, through the
 * protocols that come of them; smbus_forms.c.
 *
 * The guest is written as what it does on the bus, and every protocol that is
 * handed out runs on the simulated adapter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/backend_sim.h"
#include "lib/smbus_guest.h"
#include "lib/smbus_steps.h"

#define GUEST 0x0b /* not the part's: the codes differ */
#define PART  0x30

#define BYTE       0xc0
#define WORD       0xc1
#define BLOCK      0xc2
#define CALL       0xc3
#define BLOCK_CALL 0xc4
#define BARE       0xc7
#define REFUSE     0xf0
#define BYTES_READ 0xf9
#define PEC_ERRORS 0xfd

static struct bw_i2c_adapter *adapter;
static struct bw_smbus_guest guest;
static char ran[1024]; /* names of the protocols, ", " between */
static uint8_t rx[300];

static void init(bool pec, const char *forms, uint32_t funcs)
{
    struct bw_smbus_guest_config config = {
        .addr7 = GUEST,
        .hostaddr = PART,
        .pec = pec,
        .funcs = funcs,
    };

    if (forms) {
        assert_int_equal(bw_smbus_forms_parse(forms, config.forms), BW_OK);
    }
    bw_smbus_guest_init(&guest, &config);
    ran[0] = '\0';
}

static int new_part(void **state)
{
    struct bw_sim *sim = bw_sim_new(NULL);

    (void)state;
    assert_int_equal(bw_sim_add(sim, "t", bw_part_find("torture"), PART),
                     BW_OK);
    adapter = bw_sim_adapter(sim);
    init(false, NULL, BW_SMBUS_STEPS_FUNCS);
    return 0;
}

static int free_part(void **state)
{
    (void)state;
    adapter->ops->close(adapter);
    return 0;
}

/* Run what is asked for until there is an answer. */
static enum bw_asm_verdict settle(enum bw_asm_verdict v, uint8_t *byte)
{
    while (v == BW_ASM_WAIT) {
        struct bw_smbus_xfer *x = bw_smbus_guest_xfer(&guest);
        size_t pos = strlen(ran);
        enum bw_status status;

        assert_int_equal(bw_smbus_check(x), BW_OK);
        status = adapter->ops->smbus(adapter, x);
        snprintf(ran + pos, sizeof(ran) - pos, "%s%s%s", pos ? ", " : "",
                 bw_smbus_name(x->form, x->flags & BW_SMBUS_READ),
                 status == BW_OK ? "" : " failed");
        v = bw_smbus_guest_complete(&guest, status, byte);
    }
    return v;
}

static uint8_t pec_of(const uint8_t *tx, size_t tx_len, const uint8_t *in,
                      size_t in_len)
{
    const uint8_t write = GUEST << 1, read = GUEST << 1 | 1;
    uint8_t pec = 0;

    if (tx_len > 0 || !in) {
        pec = bw_smbus_pec(bw_smbus_pec(0, &write, 1), tx, tx_len);
    }
    return in ? bw_smbus_pec(bw_smbus_pec(pec, &read, 1), in, in_len) : pec;
}

/* START, bytes, STOP; the first answer that is no ACK, else that to STOP. */
static enum bw_asm_verdict put(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    enum bw_asm_verdict v =
        settle(bw_smbus_guest_start(&guest, false, 0), NULL);

    for (size_t i = 0; v == BW_ASM_ACK && i < len; i++) {
        v = bw_smbus_guest_send(&guest, p[i]);
    }
    if (v != BW_ASM_ACK) {
        settle(bw_smbus_guest_stop(&guest), NULL);
        return v;
    }
    return settle(bw_smbus_guest_stop(&guest), NULL);
}

/* The same with the code behind it. */
static enum bw_asm_verdict put_pec(const void *bytes, size_t len)
{
    uint8_t tx[300];

    memcpy(tx, bytes, len);
    tx[len] = pec_of(tx, len, NULL, 0);
    return put(tx, len + 1);
}

/* Write, repeated START, read @count bytes, STOP; without a write for none. */
static enum bw_asm_verdict take(const void *bytes, size_t len, size_t count,
                                uint32_t hint)
{
    const uint8_t *p = bytes;
    enum bw_asm_verdict v = BW_ASM_ACK;

    if (len > 0) {
        v = settle(bw_smbus_guest_start(&guest, false, 0), NULL);
    }
    for (size_t i = 0; v == BW_ASM_ACK && i < len; i++) {
        v = bw_smbus_guest_send(&guest, p[i]);
    }
    if (v == BW_ASM_ACK) {
        v = settle(bw_smbus_guest_start(&guest, true, hint), NULL);
    }
    for (size_t i = 0; v == BW_ASM_ACK && i < count; i++) {
        v = settle(bw_smbus_guest_recv(&guest, &rx[i]), &rx[i]);
    }
    settle(bw_smbus_guest_stop(&guest), NULL);
    return v;
}

static uint8_t reg(uint8_t command)
{
    struct bw_smbus_xfer x = { .addr = PART,
                               .form = BW_SMBUS_BYTE_DATA,
                               .flags = BW_SMBUS_READ,
                               .command = command };

    assert_int_equal(adapter->ops->smbus(adapter, &x), BW_OK);
    return x.in[0];
}

static void expect_ran(const char *names)
{
    assert_string_equal(ran, names);
    ran[0] = '\0';
}

static void writes_are_known_by_their_bytes(void **state)
{
    (void)state;
    assert_int_equal(put("\xc7", 1), BW_ASM_ACK);
    expect_ran("quick write, send byte");
    assert_int_equal(put("\xc0\x5a", 2), BW_ASM_ACK);
    assert_int_equal(put("\xc1\x34\x12", 3), BW_ASM_ACK);
    assert_int_equal(put("\xc2\x03"
                         "abc",
                         5),
                     BW_ASM_ACK);
    assert_int_equal(put("\x10"
                         "abcd",
                         5),
                     BW_ASM_ACK);
    expect_ran("write byte, write word, block write, I2C block write");
    assert_int_equal(put("", 0), BW_ASM_ACK);
    expect_ran("quick write");
    assert_int_equal(take("\xc1", 1, 2, 2), BW_ASM_ACK);
    assert_memory_equal(rx, "\x34\x12", 2);
}

static void what_the_controller_says_is_read_and_no_more(void **state)
{
    uint8_t before;

    (void)state;
    put("\xc2\x03"
        "abc",
        5);
    put("\x10"
        "abcdefgh",
        9);
    before = reg(BYTES_READ);
    ran[0] = '\0';
    assert_int_equal(take("\xc0", 1, 1, 1), BW_ASM_ACK);
    assert_int_equal(take("\xc1", 1, 2, 2), BW_ASM_ACK);
    assert_int_equal(take("\xc2", 1, 4, 4), BW_ASM_ACK);
    assert_memory_equal(rx,
                        "\x03"
                        "abc",
                        4);
    assert_int_equal(take("\x10", 1, 8, 8), BW_ASM_ACK);
    assert_memory_equal(rx, "abcdefgh", 8);
    expect_ran("read byte, read word, I2C block read, I2C block read");
    assert_int_equal((uint8_t)(reg(BYTES_READ) - before), 1 + 2 + 4 + 8);
    assert_int_equal(guest.stats.over_read, 0);
}

static void an_unknown_command_is_tried_and_then_known(void **state)
{
    (void)state;
    put("\xc2\x03"
        "abc",
        5);
    put("\xc1\x34\x12", 3);
    put("\xc0\x5a", 2);
    ran[0] = '\0';
    for (unsigned again = 0; again < 2; again++) {
        assert_int_equal(take("\xc0", 1, 1, 0), BW_ASM_ACK);
        assert_int_equal(rx[0], 0x5a);
        assert_int_equal(take("\xc1", 1, 2, 0), BW_ASM_ACK);
        assert_memory_equal(rx, "\x34\x12", 2);
        assert_int_equal(take("\xc2", 1, 4, 0), BW_ASM_ACK);
        assert_memory_equal(rx,
                            "\x03"
                            "abc",
                            4);
        expect_ran(again ? "read byte, read word, block read"
                         : "read byte, read byte, read word, read byte, "
                           "read word, block read");
    }
    assert_int_equal(guest.stats.over_read, 0);
    assert_int_equal(guest.stats.under_read, 3);
}

/* Fewer than learned: too many once, and then not again. */
static void a_shorter_read_is_learned_too(void **state)
{
    (void)state;
    take("\xc1", 1, 2, 0);
    take("\xc1", 1, 1, 0);
    assert_int_equal(guest.stats.over_read, 1);
    ran[0] = '\0';
    take("\xc1", 1, 1, 0);
    expect_ran("read byte");
    assert_int_equal(guest.stats.over_read, 1);
    assert_int_equal(guest.stats.mispredicted, 1);
}

static void what_the_user_says_is_taken(void **state)
{
    (void)state;
    init(false, "0xc2-0xc2=block:word", BW_SMBUS_STEPS_FUNCS);
    put("\xc2\x02xy", 4);
    ran[0] = '\0';
    assert_int_equal(take("\xc2", 1, 3, 0), BW_ASM_ACK);
    assert_memory_equal(rx, "\x02xy", 3);
    assert_int_equal(take("\xc1", 1, 2, 0), BW_ASM_ACK);
    /* behind it there is nothing, and nothing is tried */
    assert_int_equal(take("\xc1", 1, 4, 0), BW_ASM_ACK);
    assert_int_equal(rx[2] & rx[3], 0xff);
    expect_ran("block read, read word, read word");
}

static void calls_are_known_by_what_was_written(void **state)
{
    (void)state;
    assert_int_equal(take("\xc3\x0f\xf0", 3, 2, 0), BW_ASM_ACK);
    assert_memory_equal(rx, "\xf0\x0f", 2);
    assert_int_equal(take("\xc4\x03"
                          "abc",
                          5, 4, 0),
                     BW_ASM_ACK);
    assert_memory_equal(rx,
                        "\x03"
                        "cba",
                        4);
    expect_ran("quick write, process call, block process call");
    /* one byte of a block is also a word: a process call unless it is said */
    init(false, "0xc4=block-call", BW_SMBUS_STEPS_FUNCS);
    assert_int_equal(take("\xc4\x01z", 3, 2, 0), BW_ASM_ACK);
    assert_memory_equal(rx, "\x01z", 2);
    expect_ran("quick write, block process call");
}

static void without_a_command_it_is_a_receive_byte_or_quick(void **state)
{
    (void)state;
    put("\xc7", 1);
    ran[0] = '\0';
    assert_int_equal(take("", 0, 1, 0), BW_ASM_ACK);
    assert_int_equal(rx[0], 0xc7);
    expect_ran("receive byte");
    assert_int_equal(take("", 0, 0, 0), BW_ASM_ACK);
    expect_ran("quick read");
}

static void what_is_no_protocol_is_not_acknowledged(void **state)
{
    (void)state;
    assert_int_equal(take("\x10\x11", 2, 1, 0), BW_ASM_NACK_ADDR);
    assert_int_equal(take("\x10\x09"
                          "abc",
                          5, 1, 0),
                     BW_ASM_NACK_ADDR);
    assert_int_equal(take("", 0, 2, 2), BW_ASM_NACK_ADDR);
    /* a write, a repeated START, a write */
    assert_int_equal(bw_smbus_guest_start(&guest, false, 0), BW_ASM_ACK);
    assert_int_equal(bw_smbus_guest_send(&guest, 1), BW_ASM_ACK);
    assert_int_equal(bw_smbus_guest_start(&guest, false, 0), BW_ASM_NACK_DATA);
    assert_int_equal(bw_smbus_guest_stop(&guest), BW_ASM_ACK);
    expect_ran("quick write");
}

/* The bytes of a read and the code behind them. */
static void take_pec(const void *tx, size_t tx_len, size_t count, uint32_t hint)
{
    assert_int_equal(take(tx, tx_len, count + 1, hint), BW_ASM_ACK);
    assert_int_equal(rx[count], pec_of(tx, tx_len, rx, count));
}

static void codes_are_made_and_checked_at_both_ends(void **state)
{
    (void)state;
    init(true, NULL, BW_SMBUS_STEPS_FUNCS);
    assert_int_equal(put_pec("\xc7", 1), BW_ASM_ACK);
    assert_int_equal(put_pec("\xc0\x5a", 2), BW_ASM_ACK);
    assert_int_equal(put_pec("\xc1\x34\x12", 3), BW_ASM_ACK);
    assert_int_equal(put_pec("\xc2\x03"
                             "abc",
                             5),
                     BW_ASM_ACK);
    expect_ran("quick write, send byte, write byte, write word, block write");
    for (unsigned again = 0; again < 2; again++) {
        take_pec("\xc0", 1, 1, 0);
        assert_int_equal(rx[0], 0x5a);
        take_pec("\xc1", 1, 2, 0);
        assert_memory_equal(rx, "\x34\x12", 2);
        take_pec("\xc2", 1, 4, 0);
        assert_memory_equal(rx,
                            "\x03"
                            "abc",
                            4);
        expect_ran(again ? "read byte, read word, block read"
                         : "read byte, read byte failed, read word, "
                           "read byte failed, read word failed, block read");
    }
    take_pec("\xc3\x0f\xf0", 3, 2, 0);
    take_pec("\xc4\x03"
             "abc",
             5, 4, 0);
    assert_int_equal(put_pec("\xc9", 1), BW_ASM_ACK);
    take_pec("", 0, 1, 0);
    assert_int_equal(rx[0], 0xc9);
    assert_int_equal(reg(PEC_ERRORS), 0);
    assert_int_equal(guest.stats.pec_errors, 0);
    assert_int_equal(guest.stats.over_read, 0);
}

static void lengths_from_the_controller_include_the_code(void **state)
{
    (void)state;
    init(true, NULL, BW_SMBUS_STEPS_FUNCS);
    put_pec("\xc1\x34\x12", 3);
    put_pec("\xc2\x03"
            "abc",
            5);
    ran[0] = '\0';
    take_pec("\xc1", 1, 2, 3);
    take_pec("\xc2", 1, 4, 5);
    expect_ran("read word, block read");
    assert_int_equal(guest.stats.over_read, 0);
}

static void a_wrong_code_of_the_guest_does_not_reach_the_part(void **state)
{
    uint8_t tx[4] = { 0xc1, 0x34, 0x12, 0 };

    (void)state;
    init(true, NULL, BW_SMBUS_STEPS_FUNCS);
    tx[3] = pec_of(tx, 3, NULL, 0) ^ 1;
    assert_int_equal(put(tx, 4), BW_ASM_NACK_DATA);
    assert_int_equal(put(tx, 1), BW_ASM_NACK_DATA); /* none at all */
    expect_ran("quick write");
    assert_int_equal(guest.stats.pec_errors, 2);
    assert_int_equal(put("", 0), BW_ASM_ACK); /* quick has none */
}

static void an_absent_part_is_an_address_nack_each_time(void **state)
{
    (void)state;
    guest.config.hostaddr = PART + 1;
    assert_int_equal(put("\xc7", 1), BW_ASM_NACK_ADDR);
    assert_int_equal(take("\xc7", 1, 1, 0), BW_ASM_NACK_ADDR);
    assert_int_equal(take("", 0, 1, 0), BW_ASM_NACK_ADDR);
    /* also when the guest asks again without a STOP */
    settle(bw_smbus_guest_start(&guest, false, 0), NULL);
    assert_int_equal(settle(bw_smbus_guest_start(&guest, false, 0), NULL),
                     BW_ASM_NACK_ADDR);
    bw_smbus_guest_stop(&guest);
    guest.config.hostaddr = PART;
    assert_int_equal(put("\xc7", 1), BW_ASM_ACK);
}

static void without_quick_the_protocol_itself_finds_out(void **state)
{
    (void)state;
    init(false, NULL, BW_SMBUS_STEPS_FUNCS & ~BW_I2C_FUNC_SMBUS_QUICK);
    guest.config.hostaddr = PART + 1;
    assert_int_equal(put("\xc7", 1), BW_ASM_NACK_ADDR);
    assert_int_equal(take("\xc7", 1, 1, 0), BW_ASM_NACK_ADDR);
    expect_ran("send byte failed, read byte failed");
    /* a read that failed is no quick command */
    assert_int_equal(take("", 0, 1, 0), BW_ASM_NACK_DATA);
    expect_ran("receive byte failed");
}

static void a_refused_byte_is_a_data_nack(void **state)
{
    (void)state;
    assert_int_equal(put("\xf0\x02", 2), BW_ASM_ACK);
    assert_int_equal(put("\xc1\x34\x12", 3), BW_ASM_NACK_DATA);
    assert_int_equal(put("\xc1\x34\x12", 3), BW_ASM_ACK);
}

static void more_bytes_than_a_block_has_are_refused(void **state)
{
    uint8_t tx[300];

    (void)state;
    memset(tx, 0x11, sizeof(tx));
    tx[0] = 0x10;
    assert_int_equal(put(tx, 256), BW_ASM_ACK);
    assert_int_equal(put(tx, 257), BW_ASM_NACK_DATA);
    assert_int_equal(put(tx, 300), BW_ASM_NACK_DATA);
    tx[0] = BLOCK;
    tx[1] = 255;
    ran[0] = '\0';
    assert_int_equal(put(tx, 257), BW_ASM_ACK);
    assert_int_equal(take("\xc2", 1, 256, 256), BW_ASM_ACK);
    expect_ran("block write, block read");
}

static void a_withdrawn_read_is_forgotten(void **state)
{
    uint8_t byte;

    (void)state;
    put("\xc1\x34\x12", 3);
    assert_int_equal(bw_smbus_guest_start(&guest, false, 0), BW_ASM_ACK);
    assert_int_equal(bw_smbus_guest_send(&guest, WORD), BW_ASM_ACK);
    assert_int_equal(bw_smbus_guest_start(&guest, true, 0), BW_ASM_WAIT);
    /* while it waits, nothing else */
    assert_int_equal(bw_smbus_guest_start(&guest, true, 0), BW_ASM_NACK_ADDR);
    assert_int_equal(bw_smbus_guest_recv(&guest, &byte), BW_ASM_NACK_ADDR);
    assert_int_equal(bw_smbus_guest_send(&guest, 0), BW_ASM_NACK_DATA);
    assert_int_equal(bw_smbus_guest_stop(&guest), BW_ASM_NACK_ADDR);
    bw_smbus_guest_abort(&guest);
    assert_int_equal(take("\xc1", 1, 2, 2), BW_ASM_ACK);
    assert_memory_equal(rx, "\x34\x12", 2);
    assert_int_equal(guest.stats.over_read, 0);
}

static void presence_is_asked_for_once(void **state)
{
    (void)state;
    assert_int_equal(settle(bw_smbus_guest_probe(&guest), NULL), BW_ASM_ACK);
    assert_int_equal(bw_smbus_guest_probe(&guest), BW_ASM_ACK);
    put("\xc7", 1);
    expect_ran("quick write, send byte");
    bw_smbus_guest_forget(&guest);
    put("\xc7", 1);
    expect_ran("quick write, send byte");
}

static void forms_are_parsed(void **state)
{
    static const char *const bad[] = {
        "",          "dword",      "0x100=word", "1=",      "=word",
        "3-2=byte",  "1-=byte",    "0x=byte",    "1=byte:", "1 =byte",
        "byte=byte", "1-2-3=byte", "12a=byte",
    };
    uint8_t forms[256];

    (void)state;
    assert_int_equal(bw_smbus_forms_parse("0x20-0x23=block:9=word:call", forms),
                     BW_OK);
    assert_int_equal(forms[0x1f], BW_SMBUS_READ_CALL);
    assert_int_equal(forms[0x20], BW_SMBUS_READ_BLOCK);
    assert_int_equal(forms[0x23], BW_SMBUS_READ_BLOCK);
    assert_int_equal(forms[0x24], BW_SMBUS_READ_CALL);
    assert_int_equal(forms[9], BW_SMBUS_READ_WORD);
    assert_int_equal(bw_smbus_forms_parse("0-255=byte", forms), BW_OK);
    assert_int_equal(forms[255], BW_SMBUS_READ_BYTE);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        print_message("# %s\n", bad[i]);
        assert_int_equal(bw_smbus_forms_parse(bad[i], forms), BW_INVALID);
    }
    assert_int_equal(forms[255], BW_SMBUS_READ_BYTE); /* untouched */
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, new_part, free_part)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_are_known_by_their_bytes),
        TEST(what_the_controller_says_is_read_and_no_more),
        TEST(an_unknown_command_is_tried_and_then_known),
        TEST(a_shorter_read_is_learned_too),
        TEST(what_the_user_says_is_taken),
        TEST(calls_are_known_by_what_was_written),
        TEST(without_a_command_it_is_a_receive_byte_or_quick),
        TEST(what_is_no_protocol_is_not_acknowledged),
        TEST(codes_are_made_and_checked_at_both_ends),
        TEST(lengths_from_the_controller_include_the_code),
        TEST(a_wrong_code_of_the_guest_does_not_reach_the_part),
        TEST(an_absent_part_is_an_address_nack_each_time),
        TEST(without_quick_the_protocol_itself_finds_out),
        TEST(a_refused_byte_is_a_data_nack),
        TEST(more_bytes_than_a_block_has_are_refused),
        TEST(a_withdrawn_read_is_forgotten),
        TEST(presence_is_asked_for_once),
        TEST(forms_are_parsed),
    };

    return cmocka_run_group_tests_name("smbus_guest", tests, NULL, NULL);
}
