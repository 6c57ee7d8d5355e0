/*
 * smbus-passthrough: protocols, codes, and what a broken agent makes of it.
 *
 * The controller is the nRF51's TWI, which says the length of a read of one
 * byte only; the part is that of fake_agent.h, and is not at the guest's
 * address, so that the codes of both ends differ.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "passthrough_bench.h"
#include "lib/smbus.h"
#include "lib/smbus_steps.h"
#include "lib/wire.h"
#include "outside.h"

static void boot(struct bench *b, const char *more)
{
    b->qts = qtest_initf(
        "-M microbit -chardev socket,id=agent,path=%s,reconnect-ms=50 "
        "-device smbus-passthrough,id=part,chardev=agent,export=" FAKE_EXPORT
        ",address=0x%02x,hostaddr=0x%02x%s "
        "-trace 'bw_link_*' -trace 'bw_i2c_passthrough_*' -D %s 2>%s",
        b->socket, GUEST_ADDR7, FAKE_ADDR7, more, b->trace, b->log);
    guest_bus_init(b->qts);
}

static void start_agent(struct bench *b, uint32_t funcs)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_agent_grant_funcs(b->agent, funcs);
    for (unsigned i = 0; i < 16; i++) {
        fake_agent_poke(b->agent, 0x10 + i, 0xa0 + i);
    }
    fake_agent_poke(b->agent, 0x20, 3); /* a block */
}

static void start(struct bench *b, const char *more)
{
    start_agent(b, BW_SMBUS_STEPS_FUNCS);
    boot(b, more);
    wait_link(b, "ready");
    wait_count(b, "probes", 1);
    g_free(fake_agent_transfers(b->agent));
}

/* The code of a write, and of a read behind it. */
static uint8_t pec_of(const uint8_t *tx, size_t tx_len, const uint8_t *rx,
                      size_t rx_len)
{
    const uint8_t addr[] = { GUEST_ADDR7 << 1, GUEST_ADDR7 << 1 | 1 };
    uint8_t pec = bw_smbus_pec(bw_smbus_pec(0, addr, 1), tx, tx_len);

    return rx ? bw_smbus_pec(bw_smbus_pec(pec, addr + 1, 1), rx, rx_len) : pec;
}

static unsigned take(struct bench *b, uint8_t command, uint8_t *rx, size_t len)
{
    return guest_bus_transfer(b->qts, GUEST_ADDR7, &command, 1, rx, len);
}

/* What the agent was asked for, without the numbers in front. */
static void assert_asked(struct bench *b, const char *expected)
{
    g_autofree char *all = fake_agent_transfers(b->agent);
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    g_autoptr(GString) text = g_string_new("");

    for (char **line = lines; *line && **line; line++) {
        g_string_append_printf(text, "%s; ", strchr(*line, ' ') + 1);
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void test_protocols_are_one_request_each(void)
{
    const uint8_t word[] = { 0x30, 0x34, 0x12 };
    const uint8_t block[] = { 0x40, 2, 7, 8 };
    uint8_t rx[4];
    struct bench b;

    start(&b, ",commands=0x20=block:word");
    g_assert_cmpuint(take(&b, 0x10, rx, 2), ==, GUEST_ACK);
    g_assert_cmphex(rx[0] | rx[1] << 8, ==, 0xa1a0);
    g_assert_cmpuint(take(&b, 0x20, rx, 4), ==, GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 3);
    g_assert_cmpuint(take(&b, 0x10, rx, 1), ==, GUEST_ACK);
    guest_bus_transfer(b.qts, GUEST_ADDR7, word, 3, NULL, 0);
    guest_bus_transfer(b.qts, GUEST_ADDR7, block, 4, NULL, 0);
    guest_bus_transfer(b.qts, GUEST_ADDR7, word, 1, NULL, 0);
    guest_bus_transfer(b.qts, GUEST_ADDR7, word, 3, rx, 2);
    assert_asked(&b, "read word@0x50 0x10; block read@0x50 0x20; "
                     "read byte@0x50 0x10; "
                     "write word@0x50 0x30 0x34 0x12; "
                     "block write@0x50 0x40 0x07 0x08; "
                     "send byte@0x50 0x30; "
                     "process call@0x50 0x30 0x34 0x12; ");
    g_assert_cmphex(fake_agent_peek(b.agent, 0x31), ==, 0x12);
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 0);
    g_assert_cmpuint(get_count(&b, "failures"), ==, 0);
    bench_finish(&b);
}

static void test_codes_are_those_of_the_guests_address(void)
{
    uint8_t write[] = { 0x30, 0x34, 0x12, 0 };
    const uint8_t command = 0x20;
    uint8_t rx[5];
    struct bench b;

    start(&b, ",pec=on,commands=block");
    g_assert_cmpuint(take(&b, command, rx, 5), ==, GUEST_ACK);
    g_assert_cmphex(rx[4], ==, pec_of(&command, 1, rx, 4));
    write[3] = pec_of(write, 3, NULL, 0);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, write, 4, NULL, 0),
                     ==, GUEST_ACK);
    assert_asked(&b, "block read@0x50 0x20 pec; "
                     "write word@0x50 0x30 pec 0x34 0x12; ");
    /* a wrong one stays here */
    write[3] ^= 1;
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, write, 4, NULL, 0),
                     ==, GUEST_DNACK);
    assert_asked(&b, "");
    bench_finish(&b);
}

static void test_unknown_command_is_learned(void)
{
    uint8_t rx[4];
    struct bench b;

    start(&b, "");
    g_assert_cmpuint(take(&b, 0x20, rx, 4), ==, GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 3);
    assert_asked(&b, "read byte@0x50 0x20; read word@0x50 0x20; "
                     "block read@0x50 0x20; ");
    g_assert_cmpuint(take(&b, 0x20, rx, 4), ==, GUEST_ACK);
    assert_asked(&b, "block read@0x50 0x20; ");
    g_assert_cmpuint(get_count(&b, "under-read"), ==, 2);
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 0);
    bench_finish(&b);
}

static void test_adapter_that_does_not_fit_is_refused(void)
{
    struct bench b;

    start_agent(&b, BW_SMBUS_STEPS_FUNCS & ~BW_I2C_FUNC_SMBUS_PEC);
    boot(&b, ",pec=on");
    wait_traced(&b, "bw_link_recv", 2);
    g_assert_false(link_is(&b, "ready"));
    assert_logged(&b, "no packet error codes", 1);
    bench_finish(&b);

    start_agent(&b, BW_I2C_FUNC_RDWR);
    boot(&b, "");
    wait_traced(&b, "bw_link_recv", 2);
    g_assert_false(link_is(&b, "ready"));
    assert_logged(&b, "no SMBus protocol", 1);
    bench_finish(&b);
}

static void test_every_failure_ends_in_nack(void)
{
    uint8_t rx[2];
    struct bench b;

    start(&b, ",commands=word");
    for (unsigned status = 1; status < BW_STATUS_COUNT; status++) {
        fake_agent_will(b.agent, BW_MSG_SMBUS_XFER, FAKE_STATUS, status, 1);
        g_assert_cmpuint(take(&b, 0x10, rx, 2), !=, GUEST_ACK);
        g_assert_cmpuint(take(&b, 0x10, rx, 2), ==, GUEST_ACK);
    }
    bench_finish(&b);
}

static void test_broken_replies_end_in_nack_and_a_new_link(void)
{
    static const enum fake_act acts[] = {
        FAKE_CLOSE,     FAKE_CLOSE_MID, FAKE_WRONG_ID, FAKE_WRONG_TYPE,
        FAKE_TOO_SHORT, FAKE_TOO_LONG,  FAKE_HUGE,
    };
    uint8_t rx[4];
    struct bench b;

    start(&b, ",commands=0x20=block:word");
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++) {
        bool ok;

        fake_agent_will(b.agent, BW_MSG_SMBUS_XFER, acts[i], 0, 1);
        ok = take(&b, 0x10, rx, 2) == GUEST_ACK;
        g_assert_false(ok);
        wait_link(&b, "ready");
        g_assert_cmpuint(take(&b, 0x20, rx, 4), ==, GUEST_ACK);
    }
    bench_finish(&b);
}

static void test_withdrawn_read_does_not_answer_the_next(void)
{
    const uint8_t command = 0x10;
    uint8_t rx[2];
    struct bench b;

    start(&b, ",commands=word");
    fake_agent_will(b.agent, BW_MSG_SMBUS_XFER, FAKE_DELAY, 100, 1);
    guest_bus_start_read(b.qts, GUEST_ADDR7);
    qtest_clock_step(b.qts, 100000); /* START and its byte are on the bus */
    wait_traced(&b, "receive byte", 1);
    guest_bus_reset(b.qts);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, &command, 1, rx, 2),
                     ==, GUEST_ACK);
    g_assert_cmphex(rx[0] | rx[1] << 8, ==, 0xa1a0);
    g_assert_cmpuint(count_in(b.trace, "status=aborted"), ==, 1);
    bench_finish(&b);
}

static void test_a_wrong_word_is_explained(void)
{
    outside_refuses("-M microbit -device smbus-passthrough,address=0x51,"
                    "device=sim,commands=1=dword",
                    "commands=1=dword is not understood");
}

int main(int argc, char **argv)
{
#define ADD(name) qtest_add_func("/smbus-passthrough/" #name, test_##name)
    g_test_init(&argc, &argv, NULL);
    ADD(protocols_are_one_request_each);
    ADD(codes_are_those_of_the_guests_address);
    ADD(unknown_command_is_learned);
    ADD(adapter_that_does_not_fit_is_refused);
    ADD(every_failure_ends_in_nack);
    ADD(broken_replies_end_in_nack_and_a_new_link);
    ADD(withdrawn_read_does_not_answer_the_next);
    ADD(a_wrong_word_is_explained);
#undef ADD
    return g_test_run();
}
