/*
 * i2c-passthrough byte by byte: which lists of steps the phases of a guest
 * become, and what the guest sees when one fails.
 *
 * Addresses and registers are those of fake_agent.h.  The guest's driver
 * (guest_bus.c) sets BB_STOP before the last byte of a read, so the controller
 * knows the length of a read of one byte and no other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "passthrough_bench.h"
#include "lib/wire.h"

#define RDWR  BW_I2C_FUNC_RDWR
#define STEP  BW_I2C_FUNC_STEP
#define LINES BW_I2C_FUNC_LINES

static void start_bench(struct bench *b, uint32_t funcs, const char *more)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_agent_grant_funcs(b->agent, funcs);
    bench_boot_unix(b, more);
    wait_link(b, "ready");
}

static void start_exact(struct bench *b)
{
    start_bench(b, RDWR | STEP, ",exact=on");
}

/* The ids go: "S w@0x50|w1 0x10|P|" */
static char *lists(struct bench *b)
{
    g_autofree char *all = fake_agent_transfers(b->agent);
    GString *out = g_string_new("");

    for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
        g_string_append_printf(out, "%s|", strchr(line, ' ') + 1);
    }
    return g_string_free(out, false);
}

static void assert_lists(struct bench *b, const char *expected)
{
    g_autofree char *got = lists(b);

    g_assert_cmpstr(got, ==, expected);
}

/* A request that nobody waits for may still be on its way. */
static void wait_idle(struct bench *b)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (!fake_agent_is_idle(b->agent)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void test_each_phase_is_a_list_of_its_own(void)
{
    struct bench b;

    start_exact(&b);
    g_assert_cmpuint(write_reg(&b, 0x20, 0x5a), ==, GUEST_ACK);
    assert_lists(&b, "S w@0x50|w1 0x20|w1 0x5a|P|");
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x5a);
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 4);
    bench_finish(&b);
}

static void test_not_a_byte_too_many_is_read(void)
{
    struct bench b;
    uint8_t rx[3];

    start_exact(&b);
    fake_agent_poke(b.agent, 0x10, 0xa0);
    fake_agent_poke(b.agent, 0x12, 0xa2);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 3), ==, GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 0xa0);
    g_assert_cmphex(rx[2], ==, 0xa2);
    assert_lists(&b, "S w@0x50|w1 0x10|S r@0x50|r1|r1|r1|P|");
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 0);
    g_assert_cmpuint(get_count(&b, "probes"), ==, 0);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* BB_STOP at the START says that one byte is read. */
static void test_known_length_comes_with_the_start(void)
{
    struct bench b;
    uint8_t rx;

    start_exact(&b);
    fake_agent_poke(b.agent, 0x33, 0x77);
    g_assert_cmpuint(read_regs(&b, 0x33, &rx, 1), ==, GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x77);
    assert_lists(&b, "S w@0x50|w1 0x33|S r@0x50, r1|P|");
    bench_finish(&b);
}

static void test_refused_byte_is_told_at_that_byte(void)
{
    uint8_t tx[] = { 0x40, 1, 2, 3 };
    struct bench b;

    start_exact(&b);
    fake_agent_refuse(b.agent, 0x41);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, tx, 4, NULL, 0), ==,
                     GUEST_DNACK);
    assert_lists(&b, "S w@0x50|w1 0x40|w1 0x01|w1 0x02|P|");
    fake_agent_refuse(b.agent, -1);
    g_assert_cmpuint(write_reg(&b, 0x41, 9), ==, GUEST_ACK);
    g_assert_cmpuint(get_count(&b, "failures"), ==, 1);
    bench_finish(&b);
}

/* The export is a whole bus; @address: of the device, and what goes with it. */
static void start_bus(struct bench *b, const char *address)
{
    g_autofree char *chardev = NULL;
    g_autofree char *device = g_strdup_printf(
        "chardev=agent,export=" FAKE_EXPORT ",exact=on,%s", address);

    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_agent_grant_funcs(b->agent, RDWR | STEP | BW_I2C_FUNC_TEN_BIT);
    fake_agent_grant(b->agent, BW_ADDR_ANY, 100);
    chardev = g_strdup_printf("-chardev socket,id=agent,path=%s,"
                              "reconnect-ms=50",
                              b->socket);
    bench_boot(b, chardev, device);
    wait_link(b, "ready");
}

static void test_absent_part_gets_a_stop(void)
{
    struct bench b;

    start_bus(&b, "address=0x51,hostaddr=0x52");
    g_assert_cmpuint(write_reg(&b, 0x20, 1), ==, GUEST_ANACK);
    g_assert_cmpuint(write_reg(&b, 0x20, 1), ==, GUEST_ANACK);
    wait_idle(&b);
    assert_lists(&b, "S w@0x52|P|S w@0x52|P|");
    bench_finish(&b);
}

static unsigned write_to(struct bench *b, uint8_t addr7, uint8_t one,
                         uint8_t two)
{
    uint8_t tx[] = { one, two };

    return guest_bus_transfer(b->qts, addr7, tx, 2, NULL, 0);
}

static void test_whole_bus_is_spoken_to_as_the_guest_does(void)
{
    struct bench b;

    start_bus(&b, "address=any");
    g_assert_cmpuint(write_to(&b, FAKE_ADDR7, 0x20, 7), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 7);
    assert_lists(&b, "S w@0x50|w1 0x20|w1 0x07|P|");
    g_assert_cmpuint(write_to(&b, 0x33, 0x20, 1), ==, GUEST_ANACK);
    g_assert_cmpuint(write_to(&b, 0x00, 0x04, 1), ==, GUEST_ANACK);
    wait_idle(&b);
    assert_lists(&b, "S w@0x33|P|");
    bench_finish(&b);
}

static void test_general_call_is_passed_on(void)
{
    struct bench b;
    uint8_t rx;

    start_bus(&b, "address=any,general-call=on");
    g_assert_cmpuint(write_to(&b, 0x00, 0x04, 1), ==, GUEST_ANACK);
    g_assert_cmpuint(guest_bus_transfer(b.qts, 0x00, NULL, 0, &rx, 1), ==,
                     GUEST_ANACK);
    wait_idle(&b);
    assert_lists(&b, "S w@0x00|P|");
    bench_finish(&b);
}

/* 11110xx and a byte are one address; repeated START needs the first only. */
static void test_ten_bits_are_one_address(void)
{
    uint8_t tx[] = { FAKE_ADDR7, 0x20, 0x5a };
    struct bench b;
    uint8_t rx[2] = { 0 };

    start_bus(&b, "address=any");
    fake_agent_move(b.agent, FAKE_ADDR7, BW_I2C_TEN_BIT);
    g_assert_cmpuint(guest_bus_transfer(b.qts, 0x78, tx, 3, NULL, 0), ==,
                     GUEST_ACK);
    assert_lists(&b, "S w@0x50t|w1 0x20|w1 0x5a|P|");
    g_assert_cmpuint(guest_bus_transfer(b.qts, 0x78, tx, 2, rx, 2), ==,
                     GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 0x5a);
    assert_lists(&b, "S w@0x50t|w1 0x20|S r@0x50t|r1|r1|P|");
    g_assert_cmpuint(write_to(&b, 0x79, FAKE_ADDR7, 0), ==, GUEST_DNACK);
    wait_idle(&b);
    assert_lists(&b, "S w@0x150t|P|");
    bench_finish(&b);
}

/* SCL stuck, arbitration lost: the agent has let go of the bus. */
static void test_lost_bus_is_a_nack_and_the_next_start_works(void)
{
    static const unsigned statuses[] = { BW_TIMEOUT, BW_ARBITRATION,
                                         BW_BUS_ERROR, BW_GONE };
    struct bench b;
    uint8_t rx[2];

    start_exact(&b);
    for (unsigned i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *before = lists(&b);

        /* at the second byte written */
        fake_agent_will_after(b.agent, 2, BW_MSG_I2C_STEP, FAKE_STATUS,
                              statuses[i], 1);
        g_assert_cmpuint(write_reg(&b, 0x20, 1), ==, GUEST_DNACK);
        assert_lists(&b, "S w@0x50|w1 0x20|");
        /* at the second byte read: told late, as a byte has no NACK */
        fake_agent_will_after(b.agent, 4, BW_MSG_I2C_STEP, FAKE_STATUS,
                              statuses[i], 1);
        g_assert_cmpuint(read_regs(&b, 0x20, rx, 2), !=, GUEST_ACK);
        g_assert_cmpuint(read_regs(&b, 0x20, rx, 2), ==, GUEST_ACK);
    }
    bench_finish(&b);
}

static void test_disabled_controller_leaves_a_stop_on_the_bus(void)
{
    struct bench b;

    start_exact(&b);
    fake_agent_will(b.agent, BW_MSG_I2C_STEP, FAKE_DELAY, 200, 1);
    guest_bus_start_read(b.qts, GUEST_ADDR7);
    wait_traced(&b, "bw_i2c_exact_steps", 1);
    guest_bus_reset(b.qts);
    wait_traced(&b, "bw_i2c_exact_steps", 2);
    g_assert_cmpuint(write_reg(&b, 0x20, 2), ==, GUEST_ACK);
    wait_idle(&b);
    assert_lists(&b, "S r@0x50, r1|P|S w@0x50|w1 0x20|w1 0x02|P|");
    bench_finish(&b);
}

static void test_agent_that_goes_away_is_a_nack(void)
{
    struct bench b;

    start_exact(&b);
    fake_agent_will_after(b.agent, 2, BW_MSG_I2C_STEP, FAKE_CLOSE, 0, 1);
    g_assert_cmpuint(write_reg(&b, 0x20, 1), ==, GUEST_DNACK);
    wait_link(&b, "ready");
    g_assert_cmpuint(write_reg(&b, 0x20, 1), ==, GUEST_ACK);
    bench_finish(&b);
}

/* It was written, and acknowledged; but was there a STOP? */
static void test_link_lost_before_stop_is_told(void)
{
    struct bench b;

    start_exact(&b);
    fake_agent_will_after(b.agent, 3, BW_MSG_I2C_STEP, FAKE_CLOSE, 0, 1);
    g_assert_cmpuint(write_reg(&b, 0x20, 1), ==, GUEST_DNACK);
    bench_finish(&b);
}

static void test_replies_that_do_not_fit_end_the_connection(void)
{
    static const enum fake_act acts[] = {
        FAKE_TOO_SHORT, FAKE_TOO_LONG, FAKE_WRONG_ID, FAKE_WRONG_TYPE,
        FAKE_REQUEST,   FAKE_HUGE,     FAKE_TWICE,    FAKE_CLOSE_MID,
    };
    struct bench b;

    start_exact(&b);
    for (unsigned i = 0; i < G_N_ELEMENTS(acts); i++) {
        uint8_t rx[2];

        fake_agent_will_after(b.agent, i % 4, BW_MSG_I2C_STEP, acts[i], 0, 1);
        read_regs(&b, 0x20, rx, 2);
        wait_count(&b, "reconnects", i + 1);
        wait_link(&b, "ready");
        assert_read_works(&b);
    }
    bench_finish(&b);
}

static void test_random_replies_do_no_harm(void)
{
    struct bench b;
    uint8_t rx[4];

    start_exact(&b);
    fake_agent_seed(b.agent, 4711);
    for (unsigned i = 0; i < 60; i++) {
        fake_agent_will_after(b.agent, i % 5, BW_MSG_I2C_STEP, FAKE_MUTATED,
                              1 + i % 3, 1);
        read_regs(&b, 0x20, rx, 4);
        fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_HONEST, 0, 0);
        wait_link(&b, "ready");
    }
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_auto_is_for_adapters_that_drive_lines(void)
{
    static const struct {
        uint32_t funcs;
        const char *more;
        const char *first;
    } cases[] = {
        { RDWR | STEP | LINES, "", "S w@0x50|" },
        { RDWR | STEP, "", "w0@0x50|" },
        { RDWR | STEP | LINES, ",exact=off", "w0@0x50|" },
        { RDWR | STEP, ",exact=on", "S w@0x50|" },
        { RDWR, "", "w0@0x50|" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *all = NULL;
        struct bench b;

        start_bench(&b, cases[i].funcs, cases[i].more);
        assert_read_works(&b);
        all = lists(&b);
        g_assert_true(g_str_has_prefix(all, cases[i].first));
        bench_finish(&b);
    }
}

static void test_adapter_that_cannot_is_refused(void)
{
    struct bench b;
    uint8_t rx;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    bench_boot_unix(&b, ",exact=on");
    while (fake_agent_connections(b.agent) < 3) {
        g_assert_cmpuint(read_regs(&b, 0x10, &rx, 1), ==, GUEST_ANACK);
    }
    assert_logged(&b, "cannot go byte by byte", 1);
    bench_finish(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/i2c-exact/" #name, test_##name)
    ADD(each_phase_is_a_list_of_its_own);
    ADD(not_a_byte_too_many_is_read);
    ADD(known_length_comes_with_the_start);
    ADD(refused_byte_is_told_at_that_byte);
    ADD(absent_part_gets_a_stop);
    ADD(whole_bus_is_spoken_to_as_the_guest_does);
    ADD(general_call_is_passed_on);
    ADD(ten_bits_are_one_address);
    ADD(lost_bus_is_a_nack_and_the_next_start_works);
    ADD(disabled_controller_leaves_a_stop_on_the_bus);
    ADD(agent_that_goes_away_is_a_nack);
    ADD(link_lost_before_stop_is_told);
    ADD(replies_that_do_not_fit_end_the_connection);
    ADD(random_replies_do_no_harm);
    ADD(auto_is_for_adapters_that_drive_lines);
    ADD(adapter_that_cannot_is_refused);
#undef ADD
    return g_test_run();
}
