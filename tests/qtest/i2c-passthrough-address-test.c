/*
 * i2c-passthrough: a whole bus, addresses of 10 bits, the general call.
 *
 * The guest's START with 11110xx and the byte after it are two bytes of an
 * address (NXP UM10204 rev. 7, section 3.1.11), so what guest_bus.h writes to
 * 0x79 begins with the lower half of 0x150.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "passthrough_bench.h"
#include "lib/wire.h"

#define FUNCS       (BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN)
#define GUEST_FIRST 0x79 /* of address 0x150 */
#define GUEST_LOW   0x50
#define FAR_ADDR    0x2a5 /* not the guest's: hostaddr= has to matter */
#define NOT_A_BUS   "need the export of a whole bus"

/* @other: further options of QEMU, before the device */
static void start(struct bench *b, uint16_t grant, uint32_t funcs,
                  const char *other, const char *device)
{
    g_autofree char *chardev = NULL, *properties = NULL;

    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_agent_grant(b->agent, grant, BW_I2C_MAX_LEN);
    fake_agent_grant_funcs(b->agent, funcs);
    chardev = g_strdup_printf("%s -chardev socket,id=agent,path=%s,"
                              "reconnect-ms=50",
                              other, b->socket);
    properties =
        g_strdup_printf("chardev=agent,export=" FAKE_EXPORT ",%s", device);
    bench_boot(b, chardev, properties);
}

static void start_ready(struct bench *b, uint32_t funcs, const char *other,
                        const char *device)
{
    start(b, BW_ADDR_ANY, funcs, other, device);
    wait_link(b, "ready");
}

static unsigned read_at(struct bench *b, uint8_t addr7, uint8_t *rx)
{
    static const uint8_t reg = 0x10;

    return guest_bus_transfer(b->qts, addr7, &reg, 1, rx, 1);
}

/* The transfers since the last call name @needle. */
static bool is_asked(struct bench *b, const char *needle)
{
    g_autofree char *all = fake_agent_transfers(b->agent);

    g_test_message("%s", all);
    return strstr(all, needle);
}

/* --- address=any --- */

static void test_any_is_whatever_the_guest_speaks_to(void)
{
    uint8_t rx = 0;
    struct bench b;

    start_ready(&b, FUNCS, "", "address=any");
    fake_agent_poke(b.agent, 0x10, 0x77);
    g_assert_cmpuint(read_at(&b, FAKE_ADDR7, &rx), ==, GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x77);
    g_assert_true(is_asked(&b, " w1@0x50 0x10 r1\n"));
    g_assert_cmpuint(read_at(&b, 0x33, &rx), ==, GUEST_ANACK);
    g_assert_true(is_asked(&b, " w0@0x33\n"));
    /* where the part goes, the guest finds it */
    fake_agent_move(b.agent, 0x33, 0);
    g_assert_cmpuint(read_at(&b, 0x33, &rx), ==, GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x77);
    bench_finish(&b);
}

static void test_any_leaves_others_what_is_theirs(void)
{
    uint8_t rx = 0;
    struct bench b;

    start_ready(&b, FUNCS, "-device bw-24c02,address=0x50", "address=any");
    fake_agent_poke(b.agent, 0x10, 0x77);
    g_assert_cmpuint(read_at(&b, 0x50, &rx), ==, GUEST_ACK);
    g_assert_cmphex(rx, ==, 0xff); /* the empty EEPROM */
    g_assert_false(is_asked(&b, "@"));
    bench_finish(&b);
}

static void test_any_takes_ten_bits_too(void)
{
    static const uint8_t tx[] = { GUEST_LOW, 0x10 };
    uint8_t rx = 0;
    struct bench b;

    start_ready(&b, FUNCS | BW_I2C_FUNC_TEN_BIT, "", "address=any");
    fake_agent_move(b.agent, 0x150, BW_I2C_TEN_BIT);
    fake_agent_poke(b.agent, 0x10, 0x78);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_FIRST, tx, 2, &rx, 1), ==,
                     GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x78);
    g_assert_true(is_asked(&b, " w1@0x150t 0x10 r1\n"));
    bench_finish(&b);
}

/* --- ten-bit=on --- */

static void test_ten_bits_are_two_bytes(void)
{
    static const uint8_t tx[] = { GUEST_LOW, 0x20, 0x5a };
    static const uint8_t again[] = { GUEST_LOW, 0x20 };
    uint8_t rx = 0;
    struct bench b;

    start_ready(&b, FUNCS | BW_I2C_FUNC_TEN_BIT, "",
                "address=0x150,hostaddr=0x2a5,ten-bit=on");
    fake_agent_move(b.agent, FAR_ADDR, BW_I2C_TEN_BIT);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_FIRST, tx, 3, NULL, 0), ==,
                     GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x5a);
    g_assert_true(is_asked(&b, " w2@0x2a5t 0x20 0x5a\n"));
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_FIRST, again, 2, &rx, 1),
                     ==, GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x5a);
    bench_finish(&b);
}

static void test_ten_bits_of_another_part(void)
{
    static const uint8_t tx[] = { GUEST_LOW + 1, 0x20, 0x5a };
    uint8_t rx;
    struct bench b;

    start_ready(&b, FUNCS | BW_I2C_FUNC_TEN_BIT, "",
                "address=0x150,hostaddr=0x2a5,ten-bit=on");
    fake_agent_move(b.agent, FAR_ADDR, BW_I2C_TEN_BIT);
    wait_count(&b, "probes", 1);
    g_free(fake_agent_transfers(b.agent));
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_FIRST, tx, 3, NULL, 0), ==,
                     GUEST_DNACK);
    /* without the whole address before it */
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_FIRST, NULL, 0, &rx, 1),
                     ==, GUEST_ANACK);
    /* its upper bits, its address as one of 7 */
    g_assert_cmpuint(read_at(&b, GUEST_FIRST + 1, &rx), ==, GUEST_ANACK);
    g_assert_cmpuint(read_at(&b, GUEST_LOW, &rx), ==, GUEST_ANACK);
    g_assert_false(is_asked(&b, "@"));
    bench_finish(&b);
}

static void test_ten_bits_byte_by_byte(void)
{
    static const uint8_t tx[] = { GUEST_LOW, 0x20 };
    uint8_t rx = 0;
    struct bench b;

    start_ready(&b, FUNCS | BW_I2C_FUNC_TEN_BIT | BW_I2C_FUNC_STEP, "",
                "address=0x150,hostaddr=0x2a5,ten-bit=on,exact=on");
    fake_agent_move(b.agent, FAR_ADDR, BW_I2C_TEN_BIT);
    fake_agent_poke(b.agent, 0x20, 0x79);
    g_assert_cmpuint(guest_bus_transfer(b.qts, GUEST_FIRST, tx, 2, &rx, 1), ==,
                     GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x79);
    g_assert_true(is_asked(&b, " S w@0x2a5t\n"));
    bench_finish(&b);
}

/* --- the general call --- */

static void test_general_call_goes_to_the_bus(void)
{
    static const uint8_t tx = 0x42;
    struct bench b;

    start_ready(&b, FUNCS, "", "address=0x50,general-call=on");
    fake_agent_move(b.agent, 0, 0);
    g_assert_cmpuint(guest_bus_transfer(b.qts, 0, &tx, 1, NULL, 0), ==,
                     GUEST_ACK);
    g_assert_true(is_asked(&b, " w1@0x00 0x42\n"));
    bench_finish(&b);
}

/* --- exports that will not do --- */

static void assert_refused(uint16_t grant, const char *device,
                           const char *sentence)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    struct bench b;

    start(&b, grant, FUNCS, "", device);
    while (fake_agent_connections(b.agent) < 2) { /* it tries again */
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
    g_assert_false(link_is(&b, "ready"));
    assert_logged(&b, sentence, 1);
    bench_finish(&b);
}

static void test_one_part_is_no_bus(void)
{
    assert_refused(FAKE_ADDR7, "address=any", NOT_A_BUS);
    assert_refused(FAKE_ADDR7, "address=0x50,general-call=on", NOT_A_BUS);
    assert_refused(FAKE_ADDR7, "address=0x50,ten-bit=on", NOT_A_BUS);
}

static void test_adapter_without_ten_bits(void)
{
    assert_refused(BW_ADDR_ANY, "address=0x150,ten-bit=on",
                   "cannot do addresses of 10 bits");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/" DEVICE "/address/" #name, test_##name)
    ADD(any_is_whatever_the_guest_speaks_to);
    ADD(any_leaves_others_what_is_theirs);
    ADD(any_takes_ten_bits_too);
    ADD(ten_bits_are_two_bytes);
    ADD(ten_bits_of_another_part);
    ADD(ten_bits_byte_by_byte);
    ADD(general_call_goes_to_the_bus);
    ADD(one_part_is_no_bus);
    ADD(adapter_without_ten_bits);
    return g_test_run();
}
