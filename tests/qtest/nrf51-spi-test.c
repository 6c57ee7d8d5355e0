/*
 * SPI master of the nRF51: bytes, edges, QEMU's SSI parts, and the registers
 * it shares with TWI
 *
 * The pins are those of the edge connector: SCK P13, MISO P14, MOSI P15, and
 * P16 for the chip select.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "nrf_block.h"

#define SPI0_ID   3
#define SPI1_ID   4
#define READY     0x108
#define ENABLE    0x500
#define PSELSCK   0x508
#define PSELMOSI  0x50c
#define PSELMISO  0x510
#define RXD       0x518
#define TXD       0x51c
#define FREQUENCY 0x524
#define CONFIG    0x554

#define SPI         1
#define TWI         5
#define M1          0x10000000
#define LSB_FIRST   1
#define CPHA        2
#define CPOL        4
#define BYTE_NS     8000 /* at 1 Mbit/s */
#define PIN_SCK     23
#define PIN_MISO    22
#define PIN_MOSI    21
#define PIN_CS      16
#define PIN_OTHER   20
#define NO_PIN      0xffffffff
#define INTEN_READY 0x4

/* GPIOTE channel 0 and TIMER0, which count and time edges */
#define GPIOTE_IN0    0x40006100
#define GPIOTE_CONFIG 0x40006510
#define LO_TO_HI(pin) (1 | (pin) << 8 | 1 << 16)
#define HI_TO_LO(pin) (1 | (pin) << 8 | 2 << 16)
#define TIMER0(n)     (0x40008000 + (n))
#define TIMER0_COUNT  TIMER0(0x008)
#define TIMER0_CC(n)  TIMER0(0x540 + 4 * (n))
#define CAPTURE(n)    TIMER0(0x040 + 4 * (n))

/* Enabled, at 1 Mbit/s, with MISO on pin @miso */
static struct block start_with(unsigned id, const char *args, uint32_t miso)
{
    struct block b = block_start(id, args);

    block_write(b, PSELSCK, PIN_SCK);
    block_write(b, PSELMOSI, PIN_MOSI);
    block_write(b, PSELMISO, miso);
    block_write(b, FREQUENCY, M1);
    block_write(b, ENABLE, SPI);
    return b;
}

static struct block start(void)
{
    return start_with(SPI0_ID, "", PIN_MISO);
}

/* What is sent is received: MISO is the pin of MOSI. */
static struct block start_loop(void)
{
    return start_with(SPI0_ID, "", PIN_MOSI);
}

static uint8_t exchange(struct block b, uint8_t out)
{
    block_write(b, TXD, out);
    block_expect_in(b, READY, BYTE_NS);
    return block_read(b, RXD);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { READY, 0, 0 },
        { PSELSCK, NO_PIN, 0xffffffff },
        { PSELMOSI, NO_PIN, 0xffffffff },
        { PSELMISO, NO_PIN, 0xffffffff },
        { RXD, 0, 0 },
        { TXD, 0, 0xff },
        { FREQUENCY, 0x04000000, 0xffffffff },
        { CONFIG, 0, 7 },
        { ENABLE, 0, 7 },
    };
    struct block b = block_start(SPI0_ID, "");

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_finish(b);
}

static void a_byte_takes_eight_clocks(void)
{
    static const struct {
        uint32_t frequency;
        int64_t ns;
    } times[] = {
        { 0x02000000, 64000 }, { 0x04000000, 32000 }, { 0x08000000, 16000 },
        { 0x10000000, 8000 },  { 0x20000000, 4000 },  { 0x40000000, 2000 },
        { 0x80000000, 1000 },  { 0, 8000000 }, /* at least 1 kHz */
    };
    struct block b = start_loop();

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        block_write(b, FREQUENCY, times[i].frequency);
        block_write(b, TXD, i);
        block_expect_in(b, READY, times[i].ns);
        g_assert_cmphex(block_read(b, RXD), ==, i);
        block_expect_none(b, READY, 2 * times[i].ns);
    }
    block_finish(b);
}

static void a_wire_from_mosi_to_miso_returns_what_was_sent(void)
{
    struct block b = start_loop();

    for (unsigned config = 0; config <= 7; config++) {
        block_write(b, CONFIG, config);
        g_assert_cmphex(exchange(b, 0xa7), ==, 0xa7);
        g_assert_cmphex(exchange(b, 0x00), ==, 0x00);
        g_assert_cmphex(exchange(b, 0xff), ==, 0xff);
        g_assert_cmphex(exchange(b, 0x01), ==, 0x01);
    }
    block_finish(b);
}

static void miso_is_the_level_of_its_net(void)
{
    struct block b = start();

    net_feed(b.qts, PIN_MISO, VDD_MV);
    g_assert_cmphex(exchange(b, 0x55), ==, 0xff);
    net_feed(b.qts, PIN_MISO, 0);
    g_assert_cmphex(exchange(b, 0x55), ==, 0x00);
    block_write(b, PSELMISO, NO_PIN);
    g_assert_cmphex(exchange(b, 0x55), ==, 0xff);
    block_finish(b);
}

static void two_bytes_can_be_queued(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_write(b, TXD, 0x22);
    block_expect_in(b, READY, BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x11);
    block_write(b, TXD, 0x33); /* the second is on its way already */
    block_expect_in(b, READY, BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x22);
    block_expect_in(b, READY, BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x33);
    block_expect_none(b, READY, 10 * BYTE_NS);
    block_finish(b);
}

static void a_third_byte_takes_the_place_of_the_second(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_write(b, TXD, 0x22);
    block_write(b, TXD, 0x33);
    block_expect_in(b, READY, BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x11);
    block_expect_in(b, READY, BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x33);
    block_expect_none(b, READY, 10 * BYTE_NS);
    block_finish(b);
}

static void ready_of_the_second_byte_waits_for_rxd(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_write(b, TXD, 0x22);
    block_expect_in(b, READY, BYTE_NS);
    block_expect_none(b, READY, 5 * BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x11);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
    block_write(b, READY, 0);
    g_assert_cmphex(block_read(b, RXD), ==, 0x22);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    g_assert_cmphex(block_read(b, RXD), ==, 0x22); /* it stays */
    block_finish(b);
}

static void a_third_byte_received_takes_the_place_of_the_second(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_write(b, TXD, 0x22);
    block_pass(b, BYTE_NS);
    block_write(b, TXD, 0x33);
    block_pass(b, 2 * BYTE_NS);
    g_assert_cmphex(block_read(b, RXD), ==, 0x11);
    g_assert_cmphex(block_read(b, RXD), ==, 0x33);
    block_finish(b);
}

static void the_pins_belong_to_the_master_while_it_is_enabled(void)
{
    struct block b = start();

    g_assert_false(net_level(b.qts, PIN_SCK));
    g_assert_false(net_level(b.qts, PIN_MOSI));
    block_write(b, CONFIG, CPOL);
    g_assert_true(net_level(b.qts, PIN_SCK));
    exchange(b, 0xfe);
    g_assert_true(net_level(b.qts, PIN_SCK));
    g_assert_false(net_level(b.qts, PIN_MOSI)); /* the last bit */
    exchange(b, 0x01);
    g_assert_true(net_level(b.qts, PIN_MOSI));
    block_write(b, PSELMOSI, PIN_OTHER);
    g_assert_false(net_level(b.qts, PIN_MOSI));
    g_assert_true(net_level(b.qts, PIN_OTHER));
    block_write(b, ENABLE, 0);
    g_assert_false(net_level(b.qts, PIN_SCK));
    g_assert_false(net_level(b.qts, PIN_OTHER));
    block_finish(b);
}

/* PPI: IN0 of GPIOTE does @task. */
static void on_edge(struct block b, uint32_t config, uint32_t task)
{
    qtest_writel(b.qts, GPIOTE_CONFIG, config);
    block_join(b, 0, GPIOTE_IN0, task);
}

static uint32_t capture(struct block b, unsigned n)
{
    qtest_writel(b.qts, CAPTURE(n), 1);
    return qtest_readl(b.qts, TIMER0_CC(n));
}

static void a_byte_has_eight_clocks_on_its_pin(void)
{
    struct block b = start();

    qtest_writel(b.qts, TIMER0(0x504), 1); /* MODE counter */
    qtest_writel(b.qts, TIMER0(0x000), 1);
    on_edge(b, LO_TO_HI(PIN_SCK), TIMER0_COUNT);
    exchange(b, 0x00);
    g_assert_cmpuint(capture(b, 1), ==, 8);
    on_edge(b, LO_TO_HI(PIN_MOSI), TIMER0_COUNT);
    exchange(b, 0xb4); /* 1011 0100: three times up */
    g_assert_cmpuint(capture(b, 1), ==, 8 + 3);
    block_finish(b);
}

/*
 * At 1 Mbit/s a bit is 16 ticks of TIMER0.  The last edge of each kind, from
 * the beginning of the byte: the leading one of bit 7 after 7.5 or 7 bits, the
 * trailing one after 8 or 7.5.
 */
static void edges_have_their_own_time(void)
{
    static const struct {
        uint32_t config;
        uint32_t leading;
        uint32_t trailing;
    } modes[] = { { 0, 120, 128 }, { CPHA, 112, 120 } };

    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        struct block b = start();

        block_write(b, CONFIG, modes[i].config);
        qtest_writel(b.qts, TIMER0(0x510), 0); /* PRESCALER */
        on_edge(b, LO_TO_HI(PIN_SCK), CAPTURE(0));
        qtest_writel(b.qts, TIMER0(0x000), 1);
        exchange(b, 0x00);
        g_assert_cmpuint(qtest_readl(b.qts, TIMER0_CC(0)), ==,
                         modes[i].leading);
        qtest_writel(b.qts, TIMER0(0x00c), 1); /* CLEAR */
        on_edge(b, HI_TO_LO(PIN_SCK), CAPTURE(0));
        exchange(b, 0x00);
        g_assert_cmpuint(qtest_readl(b.qts, TIMER0_CC(0)), ==,
                         modes[i].trailing);
        block_finish(b);
    }
}

static void a_disabled_master_sends_nothing(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_pass(b, BYTE_NS - 1);
    block_write(b, ENABLE, 0);
    block_write(b, TXD, 0x22);
    block_expect_none(b, READY, 10 * BYTE_NS);
    block_write(b, ENABLE, SPI);
    block_expect_none(b, READY, 10 * BYTE_NS);
    g_assert_cmphex(exchange(b, 0x33), ==, 0x33);
    block_finish(b);
}

static void writing_enable_again_disturbs_nothing(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_pass(b, BYTE_NS / 2);
    block_write(b, ENABLE, SPI);
    block_expect_in(b, READY, BYTE_NS / 2);
    g_assert_cmphex(block_read(b, RXD), ==, 0x11);
    block_finish(b);
}

static void power_off_resets_it(void)
{
    struct block b = start_loop();

    block_write(b, TXD, 0x11);
    block_write(b, BLOCK_POWER, 0);
    g_assert_false(net_level(b.qts, PIN_SCK));
    block_write(b, BLOCK_POWER, 1);
    block_expect_none(b, READY, 10 * BYTE_NS);
    g_assert_cmphex(block_read(b, ENABLE), ==, 0);
    block_finish(b);
}

static void the_registers_are_those_of_twi(void)
{
    struct block b = start_loop();

    exchange(b, 0x11);
    block_write(b, TXD, 0x12);
    block_pass(b, BYTE_NS);
    block_write(b, ENABLE, TWI);
    g_assert_cmpuint(block_read(b, READY), ==, 1); /* RXDREADY */
    g_assert_cmphex(block_read(b, PSELSCK), ==, PIN_SCK);
    g_assert_cmphex(block_read(b, FREQUENCY), ==, M1);
    block_write(b, READY, 0);
    block_write(b, TXD, 0x44);
    block_expect_none(b, READY, 10 * BYTE_NS);
    block_write(b, ENABLE, SPI);
    g_assert_cmphex(exchange(b, 0x55), ==, 0x55);
    block_finish(b);
}

static void each_master_has_its_interrupt(void)
{
    for (unsigned id = SPI0_ID; id <= SPI1_ID; id++) {
        struct block b = start_with(id, "", PIN_MISO);

        block_write(b, BLOCK_INTENSET, INTEN_READY);
        block_write(b, TXD, 0);
        block_pass(b, BYTE_NS - 1);
        g_assert_false(qtest_get_irq(b.qts, id));
        block_pass(b, 1);
        g_assert_true(qtest_get_irq(b.qts, id));
        block_write(b, READY, 0);
        g_assert_false(qtest_get_irq(b.qts, id));
        block_finish(b);
    }
}

/* QEMU's SSI parts: a flash memory that says who it is */

#define FLASH   "-device w25q256"
#define READ_ID 0x9f

static void set_cs(struct block b, bool level)
{
    qtest_writel(b.qts, GPIO_DIRSET, 1u << PIN_CS);
    qtest_writel(b.qts, level ? GPIO_OUTSET : GPIO_OUTCLR, 1u << PIN_CS);
}

static void expect_id(struct block b)
{
    exchange(b, READ_ID);
    g_assert_cmphex(exchange(b, 0), ==, 0xef);
    g_assert_cmphex(exchange(b, 0), ==, 0x40);
    g_assert_cmphex(exchange(b, 0), ==, 0x19);
}

static void a_part_answers_both_masters_in_every_mode(void)
{
    for (unsigned id = SPI0_ID; id <= SPI1_ID; id++) {
        struct block b = start_with(id, FLASH, PIN_MISO);

        for (unsigned config = 0; config <= 7; config++) {
            if (config & LSB_FIRST) {
                continue; /* the part knows the other order only */
            }
            block_write(b, CONFIG, config);
            set_cs(b, false);
            expect_id(b);
            set_cs(b, true);
        }
        block_finish(b);
    }
}

static void a_part_that_is_not_selected_is_silent(void)
{
    struct block b = start_with(SPI0_ID, FLASH, PIN_MISO);

    /* nobody drives its chip select: high */
    exchange(b, READ_ID);
    g_assert_cmphex(exchange(b, 0), ==, 0);
    set_cs(b, false);
    exchange(b, READ_ID);
    g_assert_cmphex(exchange(b, 0), ==, 0xef);
    set_cs(b, true);
    g_assert_cmphex(exchange(b, 0), ==, 0);
    set_cs(b, false);
    expect_id(b); /* and begins anew */
    block_finish(b);
}

static void chip_selects_tell_parts_apart(void)
{
    struct block b = start_with(SPI0_ID,
                                "-global nrf51-soc.spi-cs1=20 " FLASH
                                ",cs=0 -device w25q80,cs=1",
                                PIN_MISO);

    set_cs(b, true);
    qtest_writel(b.qts, GPIO_DIRSET, 1u << PIN_OTHER); /* low */
    exchange(b, READ_ID);
    g_assert_cmphex(exchange(b, 0), ==, 0xef);
    g_assert_cmphex(exchange(b, 0), ==, 0x50);
    g_assert_cmphex(exchange(b, 0), ==, 0x14);
    qtest_writel(b.qts, GPIO_OUTSET, 1u << PIN_OTHER);
    set_cs(b, false);
    expect_id(b);
    block_finish(b);
}

static void a_part_is_on_the_wires_of_the_board_only(void)
{
    struct block b = start_with(SPI0_ID, FLASH, PIN_MISO);

    set_cs(b, false);
    block_write(b, PSELMOSI, PIN_OTHER);
    exchange(b, READ_ID);
    g_assert_cmphex(exchange(b, 0), ==, 0);
    block_write(b, PSELMOSI, PIN_MOSI);
    block_write(b, PSELMISO, PIN_OTHER);
    exchange(b, READ_ID);
    g_assert_cmphex(exchange(b, 0), ==, 0); /* it looks elsewhere */
    block_write(b, PSELMISO, PIN_MISO);
    g_assert_cmphex(exchange(b, 0), ==, 0x40);
    block_finish(b);
}

static void bytes_go_on_after_migration(void)
{
    struct block b = start_loop();

    block_write(b, CONFIG, CPOL | CPHA);
    exchange(b, 0x01);
    block_write(b, TXD, 0x5a);
    block_write(b, TXD, 0xa5);
    block_pass(b, 2999);
    b = block_migrate(b);
    g_assert_true(net_level(b.qts, PIN_SCK));
    g_assert_true(net_level(b.qts, PIN_MOSI));
    block_expect_in(b, READY, BYTE_NS - 3000);
    block_pass(b, BYTE_NS); /* RXD is not read in time */
    g_assert_cmphex(block_read(b, RXD), ==, 0x5a);
    g_assert_cmphex(block_read(b, RXD), ==, 0xa5);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-spi/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(a_byte_takes_eight_clocks);
    TEST(a_wire_from_mosi_to_miso_returns_what_was_sent);
    TEST(miso_is_the_level_of_its_net);
    TEST(two_bytes_can_be_queued);
    TEST(a_third_byte_takes_the_place_of_the_second);
    TEST(ready_of_the_second_byte_waits_for_rxd);
    TEST(a_third_byte_received_takes_the_place_of_the_second);
    TEST(the_pins_belong_to_the_master_while_it_is_enabled);
    TEST(a_byte_has_eight_clocks_on_its_pin);
    TEST(edges_have_their_own_time);
    TEST(a_disabled_master_sends_nothing);
    TEST(writing_enable_again_disturbs_nothing);
    TEST(power_off_resets_it);
    TEST(the_registers_are_those_of_twi);
    TEST(each_master_has_its_interrupt);
    TEST(a_part_answers_both_masters_in_every_mode);
    TEST(a_part_that_is_not_selected_is_silent);
    TEST(chip_selects_tell_parts_apart);
    TEST(a_part_is_on_the_wires_of_the_board_only);
    TEST(bytes_go_on_after_migration);
    return g_test_run();
}
