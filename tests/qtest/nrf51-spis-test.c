/*
 * SPI slave of the nRF51 (SPIS1), with SPI0 of the same chip as its master:
 * both have their PSEL registers on the same pins
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "nrf_block.h"

#define MASTER_ID 3
#define SLAVE_ID  4

/* Both */
#define ENABLE  0x500
#define PSELSCK 0x508
#define CONFIG  0x554

/* The master */
#define READY     0x108
#define PSELMOSI  0x50c
#define PSELMISO  0x510
#define RXD       0x518
#define TXD       0x51c
#define FREQUENCY 0x524
#define M1        0x10000000
#define BYTE_NS   8000

/* The slave */
#define ACQUIRE        0x024
#define RELEASE        0x028
#define END            0x104
#define ENDRX          0x110
#define ACQUIRED       0x128
#define SHORTS         0x200
#define SEMSTAT        0x400
#define STATUS         0x440
#define SPIS_PSELMISO  0x50c
#define SPIS_PSELMOSI  0x510
#define PSELCSN        0x514
#define RXDPTR         0x534
#define MAXRX          0x538
#define AMOUNTRX       0x53c
#define TXDPTR         0x544
#define MAXTX          0x548
#define AMOUNTTX       0x54c
#define DEF            0x55c
#define ORC            0x5c0
#define SPIS           2
#define SEM_FREE       0
#define SEM_CPU        1
#define SEM_SPIS       2
#define SEM_PENDING    3
#define OVERREAD       1
#define OVERFLOWED     2
#define SHORT_ACQUIRE  4
#define DEF_CHARACTER  0xd5
#define ORC_CHARACTER  0x3c
#define INTEN_END      (1 << 1)
#define INTEN_ENDRX    (1 << 4)
#define INTEN_ACQUIRED (1 << 10)

#define PIN_SCK  23
#define PIN_MISO 22
#define PIN_MOSI 21
#define PIN_CSN  16
#define TX       (RAM_BASE + 0x100)
#define RX       (RAM_BASE + 0x200)
#define LEN      4

/* One chip, seen as its two blocks */
struct pair {
    struct block m;
    struct block s;
};

static void set_csn(struct pair p, bool level)
{
    qtest_writel(p.s.qts, level ? GPIO_OUTSET : GPIO_OUTCLR, 1u << PIN_CSN);
}

static void set_mode(struct pair p, uint32_t config)
{
    block_write(p.m, CONFIG, config);
    block_write(p.s, CONFIG, config);
}

static void set_buffers(struct pair p, uint32_t len)
{
    block_write(p.s, TXDPTR, TX);
    block_write(p.s, MAXTX, len);
    block_write(p.s, RXDPTR, RX);
    block_write(p.s, MAXRX, len);
}

static struct pair start(void)
{
    static const uint8_t tx[] = { 0xa1, 0xb2, 0xc3, 0xd4, 0xe5 };
    struct block b = block_start(SLAVE_ID, "");
    struct pair p = { .m = { b.qts, MASTER_ID }, .s = b };

    qtest_writel(b.qts, GPIO_OUTSET, 1u << PIN_CSN);
    qtest_writel(b.qts, GPIO_DIRSET, 1u << PIN_CSN);
    block_write(p.m, PSELSCK, PIN_SCK);
    block_write(p.m, PSELMOSI, PIN_MOSI);
    block_write(p.m, PSELMISO, PIN_MISO);
    block_write(p.m, FREQUENCY, M1);
    block_write(p.m, ENABLE, 1);
    block_write(p.s, PSELSCK, PIN_SCK);
    block_write(p.s, SPIS_PSELMOSI, PIN_MOSI);
    block_write(p.s, SPIS_PSELMISO, PIN_MISO);
    block_write(p.s, PSELCSN, PIN_CSN);
    block_write(p.s, DEF, DEF_CHARACTER);
    block_write(p.s, ORC, ORC_CHARACTER);
    block_write(p.s, ENABLE, SPIS);
    set_buffers(p, LEN);
    qtest_memwrite(b.qts, TX, tx, sizeof(tx));
    return p;
}

/* With the semaphore free for the slave */
static struct pair start_free(void)
{
    struct pair p = start();

    block_task(p.s, RELEASE);
    return p;
}

static void finish(struct pair p)
{
    block_finish(p.s);
}

static uint8_t exchange(struct pair p, uint8_t out)
{
    block_write(p.m, TXD, out);
    block_expect_in(p.m, READY, BYTE_NS);
    return block_read(p.m, RXD);
}

static void expect_event(struct pair p, uint32_t event)
{
    g_assert_cmpuint(block_read(p.s, event), ==, 1);
    block_write(p.s, event, 0);
}

static void expect_no_event(struct pair p, uint32_t event)
{
    g_assert_cmpuint(block_read(p.s, event), ==, 0);
}

static void bytes_go_both_ways_in_every_mode(void)
{
    static const uint8_t sent[] = { 0x12, 0x80, 0x01, 0xfe };
    static const uint8_t reply[] = { 0xa1, 0xb2, 0xc3, 0xd4 };
    struct pair p = start_free();
    uint8_t received[LEN];

    for (unsigned config = 0; config <= 7; config++) {
        set_mode(p, config);
        set_csn(p, false);
        for (unsigned i = 0; i < LEN; i++) {
            g_assert_cmphex(exchange(p, sent[i]), ==, reply[i]);
        }
        expect_no_event(p, END);
        set_csn(p, true);
        expect_event(p, END);
        qtest_memread(p.s.qts, RX, received, LEN);
        g_assert_cmpmem(received, LEN, sent, LEN);
        g_assert_cmpuint(block_read(p.s, AMOUNTRX), ==, LEN);
        g_assert_cmpuint(block_read(p.s, AMOUNTTX), ==, LEN);
        g_assert_cmpuint(block_read(p.s, STATUS), ==, 0);
        qtest_memset(p.s.qts, RX, 0, LEN);
    }
    finish(p);
}

static void the_end_of_the_buffer_is_told(void)
{
    struct pair p = start_free();

    set_csn(p, false);
    for (unsigned i = 0; i < LEN - 1; i++) {
        exchange(p, i);
        expect_no_event(p, ENDRX);
    }
    exchange(p, 0);
    expect_event(p, ENDRX);
    set_csn(p, true);
    expect_no_event(p, ENDRX);
    finish(p);
}

static void beyond_the_buffers_orc_goes_out_and_nothing_comes_in(void)
{
    struct pair p = start_free();

    set_buffers(p, 1);
    qtest_memset(p.s.qts, RX, 0, LEN);
    set_csn(p, false);
    g_assert_cmphex(exchange(p, 0x11), ==, 0xa1);
    g_assert_cmpuint(block_read(p.s, STATUS), ==, 0);
    g_assert_cmphex(exchange(p, 0x22), ==, ORC_CHARACTER);
    g_assert_cmpuint(block_read(p.s, STATUS), ==, OVERREAD | OVERFLOWED);
    g_assert_cmphex(exchange(p, 0x33), ==, ORC_CHARACTER);
    set_csn(p, true);
    g_assert_cmpuint(block_read(p.s, AMOUNTRX), ==, 1);
    g_assert_cmpuint(block_read(p.s, AMOUNTTX), ==, 1);
    g_assert_cmphex(qtest_readl(p.s.qts, RX), ==, 0x11);
    block_write(p.s, STATUS, OVERREAD);
    g_assert_cmpuint(block_read(p.s, STATUS), ==, OVERFLOWED);
    block_write(p.s, STATUS, OVERFLOWED);
    g_assert_cmpuint(block_read(p.s, STATUS), ==, 0);
    finish(p);
}

static void without_the_semaphore_a_transaction_is_ignored(void)
{
    struct pair p = start(); /* the CPU has it */

    qtest_memset(p.s.qts, RX, 0, LEN);
    set_csn(p, false);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_CPU);
    g_assert_cmphex(exchange(p, 0x11), ==, DEF_CHARACTER);
    block_task(p.s, RELEASE); /* too late for this one */
    g_assert_cmphex(exchange(p, 0x22), ==, DEF_CHARACTER);
    set_csn(p, true);
    expect_no_event(p, END);
    g_assert_cmphex(qtest_readl(p.s.qts, RX), ==, 0);
    set_csn(p, false);
    g_assert_cmphex(exchange(p, 0x33), ==, 0xa1);
    set_csn(p, true);
    expect_event(p, END);
    finish(p);
}

static void the_semaphore_goes_from_hand_to_hand(void)
{
    struct pair p = start();

    block_task(p.s, ACQUIRE); /* it has it already */
    expect_event(p, ACQUIRED);
    block_task(p.s, RELEASE);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_FREE);
    block_task(p.s, ACQUIRE);
    expect_event(p, ACQUIRED);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_CPU);
    block_task(p.s, RELEASE);
    set_csn(p, false);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_SPIS);
    block_task(p.s, RELEASE); /* not the CPU's to release */
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_SPIS);
    block_task(p.s, ACQUIRE);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_PENDING);
    expect_no_event(p, ACQUIRED);
    block_task(p.s, RELEASE);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_SPIS);
    block_task(p.s, ACQUIRE);
    set_csn(p, true);
    expect_event(p, END);
    expect_event(p, ACQUIRED);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_CPU);
    finish(p);
}

static void the_short_acquires_at_the_end(void)
{
    struct pair p = start_free();

    block_write(p.s, SHORTS, SHORT_ACQUIRE);
    set_csn(p, false);
    exchange(p, 0x11);
    set_csn(p, true);
    expect_event(p, END);
    expect_event(p, ACQUIRED);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_CPU);
    finish(p);
}

static void a_byte_that_is_cut_off_is_dropped(void)
{
    struct pair p = start_free();

    qtest_memset(p.s.qts, RX, 0, LEN);
    set_csn(p, false);
    exchange(p, 0x11);
    /* half a byte: four clocks by hand */
    block_write(p.m, ENABLE, 0);
    qtest_writel(p.s.qts, GPIO_DIRSET, 1u << PIN_SCK);
    for (int i = 0; i < 4; i++) {
        qtest_writel(p.s.qts, GPIO_OUTSET, 1u << PIN_SCK);
        qtest_writel(p.s.qts, GPIO_OUTCLR, 1u << PIN_SCK);
    }
    set_csn(p, true);
    block_write(p.m, ENABLE, 1);
    g_assert_cmpuint(block_read(p.s, AMOUNTRX), ==, 1);
    g_assert_cmpuint(block_read(p.s, AMOUNTTX), ==, 2);
    set_csn(p, false);
    g_assert_cmphex(exchange(p, 0x22), ==, 0xa1); /* whole bytes again */
    set_csn(p, true);
    g_assert_cmphex(qtest_readl(p.s.qts, RX), ==, 0x22);
    finish(p);
}

static void miso_is_driven_while_selected_only(void)
{
    struct pair p = start_free();

    qtest_writeb(p.s.qts, TX, 0x80);
    g_assert_false(net_level(p.s.qts, PIN_MISO));
    net_feed(p.s.qts, PIN_MISO, VDD_MV);
    g_assert_true(net_level(p.s.qts, PIN_MISO));
    g_assert_false(net_conflict(p.s.qts, PIN_MISO));
    net_unfeed(p.s.qts, PIN_MISO);
    set_csn(p, false);
    g_assert_true(net_level(p.s.qts, PIN_MISO)); /* bit 7 waits there */
    set_csn(p, true);
    g_assert_false(net_level(p.s.qts, PIN_MISO));
    finish(p);
}

static void buffers_outside_the_ram_do_no_harm(void)
{
    static const uint32_t addresses[] = { 0, 0x10000000, RAM_END - 1,
                                          0x40004500, 0xffffffff };
    struct pair p = start_free();

    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        block_write(p.s, TXDPTR, addresses[i]);
        block_write(p.s, RXDPTR, addresses[i]);
        set_csn(p, false);
        exchange(p, 0);
        g_assert_cmphex(exchange(p, 0), ==, 0);
        set_csn(p, true);
        expect_event(p, END);
        g_assert_cmpuint(block_read(p.s, ENABLE), ==, SPIS);
    }
    finish(p);
}

static void disabling_frees_the_semaphore_without_an_event(void)
{
    struct pair p = start_free();

    set_csn(p, false);
    exchange(p, 0x11);
    block_write(p.s, ENABLE, 0);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_FREE);
    set_csn(p, true);
    expect_no_event(p, END);
    set_csn(p, false);
    block_write(p.s, ENABLE, SPIS); /* in the middle of a selection */
    g_assert_cmphex(exchange(p, 0x22), ==, 0xa1);
    set_csn(p, true);
    expect_event(p, END);
    finish(p);
}

static void power_off_resets_it(void)
{
    struct pair p = start_free();

    set_csn(p, false);
    block_write(p.s, BLOCK_POWER, 0);
    block_write(p.s, BLOCK_POWER, 1);
    g_assert_cmpuint(block_read(p.s, SEMSTAT), ==, SEM_CPU);
    set_csn(p, true);
    expect_no_event(p, END);
    finish(p);
}

static void the_interrupt_is_number_4(void)
{
    static const struct {
        uint32_t inten;
        uint32_t event;
    } rows[] = { { INTEN_ENDRX, ENDRX },
                 { INTEN_END, END },
                 { INTEN_ACQUIRED, ACQUIRED } };
    struct pair p = start_free();

    set_buffers(p, 1);
    block_write(p.s, SHORTS, SHORT_ACQUIRE);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        block_write(p.s, BLOCK_INTENSET, rows[i].inten);
        g_assert_false(qtest_get_irq(p.s.qts, SLAVE_ID));
        set_csn(p, false);
        exchange(p, 0x11);
        set_csn(p, true);
        g_assert_true(qtest_get_irq(p.s.qts, SLAVE_ID));
        block_write(p.s, rows[i].event, 0);
        g_assert_false(qtest_get_irq(p.s.qts, SLAVE_ID));
        block_write(p.s, BLOCK_INTENCLR, rows[i].inten);
        block_write(p.s, ENDRX, 0);
        block_write(p.s, END, 0);
        block_write(p.s, ACQUIRED, 0);
        block_task(p.s, RELEASE);
    }
    finish(p);
}

static void ppi_releases_for_the_next_transaction(void)
{
    struct pair p = start_free();

    block_write(p.s, SHORTS, SHORT_ACQUIRE);
    block_join(p.s, 2, block_address(p.s, ACQUIRED),
               block_address(p.s, RELEASE));
    for (int i = 0; i < 3; i++) {
        set_csn(p, false);
        g_assert_cmphex(exchange(p, 0x11), ==, 0xa1);
        set_csn(p, true);
        expect_event(p, END);
    }
    finish(p);
}

static void a_transaction_goes_on_after_migration(void)
{
    struct pair p = start_free();

    set_mode(p, 6); /* CPOL, CPHA */
    set_csn(p, false);
    g_assert_cmphex(exchange(p, 0x11), ==, 0xa1);
    block_write(p.m, TXD, 0x22);
    block_pass(p.m, BYTE_NS / 2 - 1);
    p.s = block_migrate(p.s);
    p.m.qts = p.s.qts;
    block_expect_in(p.m, READY, BYTE_NS / 2);
    g_assert_cmphex(block_read(p.m, RXD), ==, 0xb2);
    set_csn(p, true);
    expect_event(p, END);
    g_assert_cmpuint(block_read(p.s, AMOUNTRX), ==, 2);
    g_assert_cmphex(qtest_readl(p.s.qts, RX) & 0xffff, ==, 0x2211);
    finish(p);
}

#define TEST(name) qtest_add_func("/nrf51-spis/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(bytes_go_both_ways_in_every_mode);
    TEST(the_end_of_the_buffer_is_told);
    TEST(beyond_the_buffers_orc_goes_out_and_nothing_comes_in);
    TEST(without_the_semaphore_a_transaction_is_ignored);
    TEST(the_semaphore_goes_from_hand_to_hand);
    TEST(the_short_acquires_at_the_end);
    TEST(a_byte_that_is_cut_off_is_dropped);
    TEST(miso_is_driven_while_selected_only);
    TEST(buffers_outside_the_ram_do_no_harm);
    TEST(disabling_frees_the_semaphore_without_an_event);
    TEST(power_off_resets_it);
    TEST(the_interrupt_is_number_4);
    TEST(ppi_releases_for_the_next_transaction);
    TEST(a_transaction_goes_on_after_migration);
    return g_test_run();
}
