/*
 * i2c-passthrough: transfers, counters, properties and the local form.
 *
 * What is said of numbers of transfers follows from lib/i2c_assembler.h: one
 * write of no bytes when the link comes up, then one transfer per read, or per
 * write at its STOP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "passthrough_bench.h"
#include "lib/wire.h"
#include "outside.h"

/* --- transfers --- */

static void test_register_read_is_one_request(void)
{
    g_autofree char *before = NULL, *after = NULL, *id = NULL;
    g_autofree char *sent = NULL, *received = NULL;
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b); /* learns that the read has 6 bytes */
    before = fake_agent_transfers(b.agent);
    assert_read_works(&b);
    after = fake_agent_transfers(b.agent);

    /* "ID w1@0x50 0x10 r6" and nothing else */
    id = g_strndup(after, strcspn(after, " "));
    g_assert_cmpstr(after + strlen(id), ==, " w1@0x50 0x10 r6\n");
    sent = g_strdup_printf("bw_link_send id=%s I2C_XFER", id);
    received = g_strdup_printf("bw_link_recv id=%s I2C_XFER status=ok len=6 "
                               "export=" FAKE_EXPORT,
                               id);
    g_assert_cmpuint(count_in(b.trace, sent), ==, 1);
    g_assert_cmpuint(count_in(b.trace, received), ==, 1);
    /* HELLO, OPEN, presence, two reads */
    g_assert_cmpuint(count_in(b.trace, "bw_link_send"), ==, 5);
    g_assert_cmpuint(count_in(b.trace, "bw_link_recv"), ==, 5);
    g_assert_cmpuint(count_in(b.trace, "bw_i2c_passthrough_xfer id="), ==, 3);
    bench_finish(&b);
}

static void test_first_read_needs_no_further_request(void)
{
    g_autofree char *all = NULL;
    struct bench b;

    start_good_bench(&b, ",read-ahead=6");
    assert_read_works(&b);
    all = fake_agent_transfers(b.agent);
    g_assert_cmpstr(all, ==, "3 w0@0x50\n4 w1@0x50 0x10 r6\n");
    bench_finish(&b);
}

static void test_counters_tell_what_was_read(void)
{
    struct bench b;

    start_good_bench(&b, ",read-ahead=10");
    wait_count(&b, "probes", 1);
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 1);
    assert_read_works(&b); /* 10 fetched, 6 taken */
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 2);
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 4);
    g_assert_cmpuint(get_count(&b, "under-read"), ==, 0);
    assert_read_works(&b); /* 6 by now */
    g_assert_cmpuint(get_count(&b, "transfers"), ==, 3);
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 4);
    g_assert_cmpuint(get_count(&b, "failures"), ==, 0);
    g_assert_cmpuint(get_count(&b, "timeouts"), ==, 0);
    g_assert_cmpuint(get_count(&b, "reconnects"), ==, 0);
    bench_finish(&b);
}

static void test_write_arrives_at_stop(void)
{
    struct bench b;

    start_good_bench(&b, "");
    g_assert_cmpuint(write_reg(&b, 0x20, 0x5a), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x5a);
    bench_finish(&b);
}

static void test_reply_byte_by_byte_is_understood(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_TRICKLE, 0, UINT_MAX);
    bench_boot_unix(&b, "");
    wait_link(&b, "ready");
    assert_read_works(&b);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_long_write_and_read(void)
{
    g_autofree uint8_t *tx = g_malloc(257);
    uint8_t reg = 0, rx[256];
    struct bench b;

    start_good_bench(&b, ",read-ahead=256");
    tx[0] = 0;
    for (unsigned i = 0; i < 256; i++) {
        tx[1 + i] = i * 7;
    }
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, tx, 257, NULL, 0),
                     ==, GUEST_ACK);
    g_assert_cmpuint(read_regs(&b, reg, rx, 256), ==, GUEST_ACK);
    g_assert_cmpmem(rx, 256, tx + 1, 256);
    bench_finish(&b);
}

static void test_works_over_tcp(void)
{
    g_autofree char *chardev = NULL;
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(NULL);
    chardev = g_strdup_printf("-chardev socket,id=agent,host=127.0.0.1,port=%u,"
                              "reconnect-ms=50",
                              fake_agent_port(b.agent));
    bench_boot(&b, chardev,
               "chardev=agent,export=" FAKE_EXPORT ",address=0x51,"
               "hostaddr=0x50");
    wait_link(&b, "ready");
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_small_adapter_gets_small_messages(void)
{
    g_autofree char *all = NULL;
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant(b.agent, FAKE_ADDR7, 16);
    bench_boot_unix(&b, ""); /* read-ahead is 32 */
    wait_link(&b, "ready");
    assert_read_works(&b);
    all = fake_agent_transfers(b.agent);
    g_assert_cmpstr(all, ==, "3 w0@0x50\n4 w1@0x50 0x10 r16\n");
    bench_finish(&b);
}

/* A PC's chipset: no messages, but the protocols that they are. */
static void test_smbus_adapter_is_read_as_far_as_it_can(void)
{
    g_autofree char *all = NULL;
    uint8_t rx[3] = { 0 };
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant(b.agent, FAKE_ADDR7, 33);
    fake_agent_grant_funcs(
        b.agent, BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_SMBUS_QUICK |
                     BW_I2C_FUNC_SMBUS_BYTE_DATA | BW_I2C_FUNC_SMBUS_WORD_DATA);
    bench_boot_unix(&b, "");
    wait_link(&b, "ready");
    fake_agent_poke(b.agent, 0x10, 0x34);
    fake_agent_poke(b.agent, 0x11, 0x12);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 2), ==, GUEST_ACK);
    g_assert_cmphex(rx[0] | rx[1] << 8, ==, 0x1234);
    g_assert_cmpuint(write_reg(&b, 0x10, 0x56), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x10), ==, 0x56);
    all = fake_agent_transfers(b.agent);
    g_assert_cmpstr(all, ==,
                    "3 w0@0x50\n4 w1@0x50 0x10 r2\n"
                    "5 w2@0x50 0x10 0x56\n");
    /* no protocol reads three: the third byte is not there */
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 3), !=, GUEST_ACK);
    bench_finish(&b);
}

static void test_delayed_reply_in_time_is_taken(void)
{
    struct bench b;

    start_good_bench(&b, ",timeout-ms=5000");
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_DELAY, 200, 2);
    assert_read_works(&b);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* Switched off while the part is asked: the reply then belongs to nobody. */
static void test_withdrawn_read_does_not_answer_the_next(void)
{
    uint8_t rx[1] = { 0 };
    struct bench b;

    start_good_bench(&b, ",timeout-ms=5000");
    assert_read_works(&b);
    fake_agent_poke(b.agent, 0x16, 0x11);
    fake_agent_poke(b.agent, 0x40, 0x44);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_DELAY, 300, 1);
    guest_bus_start_read(b.qts, GUEST_ADDR7);
    qtest_clock_step(b.qts, 1000000);
    guest_bus_reset(b.qts);
    g_assert_cmpuint(read_regs(&b, 0x40, rx, 1), ==, GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 0x44);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* --- refusals of the part --- */

static void test_absent_part_is_an_address_nack(void)
{
    uint8_t rx[2];
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, BW_NACK_ADDR,
                    UINT_MAX);
    bench_boot_unix(&b, "");
    wait_link(&b, "ready");
    g_assert_cmpuint(read_regs(&b, 0, rx, 2), ==, GUEST_ANACK);
    g_assert_cmpuint(write_reg(&b, 0, 0), ==, GUEST_ANACK);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, NULL, 0, rx, 2), ==,
                     GUEST_ANACK);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_ADDR7, NULL, 0, NULL, 0),
                     ==, GUEST_ANACK);
    assert_warnings(&b, 0); /* the part's fault, not the link's */
    fake_agent_will(b.agent, 0, FAKE_HONEST, 0, 0);
    assert_read_works(&b);
    bench_finish(&b);
}

static void test_refused_byte_is_a_data_nack(void)
{
    uint8_t rx[2];
    struct bench b;

    start_good_bench(&b, "");
    assert_read_works(&b);
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, BW_NACK_DATA, 1);
    g_assert_cmpuint(write_reg(&b, 0, 0), ==, GUEST_DNACK);
    assert_read_works(&b);
    /* of the register number, which travels with the read */
    fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, BW_NACK_DATA, 1);
    g_assert_cmpuint(read_regs(&b, 0, rx, 2), ==, GUEST_DNACK);
    assert_read_works(&b);
    bench_finish(&b);
}

/* A byte for everybody, such as 0x06 "reset", is no register number. */
static void test_general_call_does_not_reach_the_part(void)
{
    static const uint8_t reset = 0x06;
    g_autofree char *all = NULL;
    struct bench b;

    start_good_bench(&b, "");
    wait_count(&b, "probes", 1);
    g_assert_cmpuint(guest_bus_transfer(b.qts, 0, &reset, 1, NULL, 0), ==,
                     GUEST_ANACK);
    all = fake_agent_transfers(b.agent);
    g_assert_cmpstr(all, ==, "3 w0@0x50\n");
    bench_finish(&b);
}

/* Of a byte if the part refused one, else as if nobody were there */
static unsigned nack_of(unsigned status)
{
    return status == BW_NACK_DATA ? GUEST_DNACK : GUEST_ANACK;
}

static void test_every_failure_status_ends_in_nack(void)
{
    static const uint8_t tx[] = { 0x00, 0x01 };
    uint8_t rx[2];
    struct bench b;

    start_good_bench(&b, "");
    for (unsigned status = 1; status <= BW_STATUS_COUNT; status++) {
        fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, status, 1);
        g_assert_cmpuint(read_regs(&b, 0, rx, 2), ==, nack_of(status));
        assert_read_works(&b);
        fake_agent_will(b.agent, BW_MSG_I2C_XFER, FAKE_STATUS, status, 1);
        g_assert_cmpuint(
            guest_bus_transfer(b.qts, GUEST_ADDR7, tx, sizeof(tx), NULL, 0), ==,
            nack_of(status));
        assert_read_works(&b);
    }
    g_assert_cmpuint(get_count(&b, "failures"), ==, 2 * BW_STATUS_COUNT);
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    bench_finish(&b);
}

/* --- the local form --- */

static void test_local_eeprom_round_trip(void)
{
    /* the built-in bench of host-agent/local.h has a 24C02 at 0x50 */
    static const uint8_t tx[] = { 0x08, 1, 2, 3, 4, 5, 6, 7, 8 };
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    uint8_t rx[8] = { 0 };
    struct bench b;

    bench_init(&b);
    bench_boot(&b, "", "device=sim,address=0x51,hostaddr=0x50");
    wait_link(&b, "ready");
    g_assert_cmpuint(
        guest_bus_transfer(b.qts, GUEST_ADDR7, tx, sizeof(tx), NULL, 0), ==,
        GUEST_ACK);
    /* it does not acknowledge while it writes the page */
    while (read_regs(&b, 0x08, rx, 8) != GUEST_ACK) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpmem(rx, 8, tx + 1, 8);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_local_absent_address(void)
{
    uint8_t rx[1];
    struct bench b;

    bench_init(&b);
    bench_boot(&b, "", "device=sim,address=0x51,hostaddr=0x33");
    wait_link(&b, "ready");
    g_assert_cmpuint(read_regs(&b, 0, rx, 1), ==, GUEST_ANACK);
    bench_finish(&b);
}

/* --- properties --- */

static const struct outside_mistake mistakes[] = {
    { "address=0x50", "neither chardev= nor device=" },
    { "address=0x50,device=sim,chardev=null", "exclude each other" },
    { "address=0x50,chardev=null", "give export=NAME" },
    { "address=0x50,device=sim,export=i2c", "leave it out" },
    { "device=sim", "address 0x00 is not one a guest can use" },
    { "address=0x80,device=sim", "address 0x80 is not one a guest can use" },
    { "address=0x50,device=sim,hostaddr=0xa0", "without the R/W bit" },
    { "address=0x50,device=sim,read-ahead=0", "read-ahead 0" },
    { "address=0x50,device=sim,timeout-ms=1", "timeout-ms 1 is out of range" },
    { "address=0x50,device=/dev/null", "/dev/null" },
    { "address=0x50,device=sim -device bw-24c02,address=0x51 "
      "-device " DEVICE ",address=0x51,device=sim",
      "address 0x51 is taken by another device of this bus, bw-24c02" },
    { "address=0x48,device=sim -device bw-tmp102,address=0x48",
      "address 0x48 is taken by another device of this bus, bw-tmp102" },
    { "address=0x48,device=sim -device bw-tmp102", /* it is there by itself */
      "address 0x48 is taken by another device of this bus, bw-tmp102" },
    { "address=0x48,device=sim -device smbus-passthrough,address=0x48,"
      "device=sim",
      "address 0x48 is taken by another device of this bus, " DEVICE },
    { "address=any,device=sim -device " DEVICE ",address=any,device=sim",
      "two devices with address=any are on one bus" },
    { "address=0x150,ten-bit=on,device=sim -device " DEVICE ",ten-bit=on,"
      "address=0x151,device=sim",
      "first byte of address 0x151, 0x79, is taken by another device" },
    { "address=0x50,device=sim,transfers=3", "transfers" },
};

static void test_mistakes_are_explained(void)
{
    outside_refuses_each("-M microbit -chardev null,id=null -device " DEVICE
                         ",",
                         mistakes, G_N_ELEMENTS(mistakes));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/" DEVICE "/" #name, test_##name)
    ADD(register_read_is_one_request);
    ADD(first_read_needs_no_further_request);
    ADD(counters_tell_what_was_read);
    ADD(write_arrives_at_stop);
    ADD(reply_byte_by_byte_is_understood);
    ADD(long_write_and_read);
    ADD(works_over_tcp);
    ADD(absent_part_is_an_address_nack);
    ADD(refused_byte_is_a_data_nack);
    ADD(general_call_does_not_reach_the_part);
    ADD(every_failure_status_ends_in_nack);
    ADD(delayed_reply_in_time_is_taken);
    ADD(small_adapter_gets_small_messages);
    ADD(smbus_adapter_is_read_as_far_as_it_can);
    ADD(withdrawn_read_does_not_answer_the_next);
    ADD(local_eeprom_round_trip);
    ADD(local_absent_address);
    ADD(mistakes_are_explained);
    return g_test_run();
}
