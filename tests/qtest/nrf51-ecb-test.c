/*
 * ECB of the nRF51: one block of AES-128 in the guest's RAM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf_block.h"

#define ECB_ID     14
#define STARTECB   0x000
#define STOPECB    0x004
#define ENDECB     0x100
#define ERRORECB   0x104
#define ECBDATAPTR 0x504
#define BLOCK_NS   10000
#define DATA       (RAM_BASE + 0x1001) /* any alignment */
#define UNTOUCHED  0xee

struct vector {
    uint8_t key[16];
    uint8_t clear[16];
    uint8_t cipher[16];
};

static const struct vector vectors[] = {
    { /* FIPS 197, C.1 */
      { 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
        0x0c, 0x0d, 0x0e, 0x0f },
      { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb,
        0xcc, 0xdd, 0xee, 0xff },
      { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80,
        0x70, 0xb4, 0xc5, 0x5a } },
    { /* NIST SP 800-38A, F.1.1, block 1 */
      { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88,
        0x09, 0xcf, 0x4f, 0x3c },
      { 0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11,
        0x73, 0x93, 0x17, 0x2a },
      { 0x3a, 0xd7, 0x7b, 0xb4, 0x0d, 0x7a, 0x36, 0x60, 0xa8, 0x9e, 0xca, 0xf3,
        0x24, 0x66, 0xef, 0x97 } },
};

/* Key and clear text of vector @v at @address, and room for the cipher */
static void load(struct block b, uint32_t address, const struct vector *v)
{
    qtest_memwrite(b.qts, address, v->key, 16);
    qtest_memwrite(b.qts, address + 16, v->clear, 16);
    qtest_memset(b.qts, address + 32, UNTOUCHED, 16);
    block_write(b, ECBDATAPTR, address);
}

static struct block start(void)
{
    struct block b = block_start(ECB_ID, "");

    load(b, DATA, &vectors[0]);
    return b;
}

static void expect_cipher(struct block b, uint32_t address,
                          const struct vector *v)
{
    uint8_t cipher[16];

    qtest_memread(b.qts, address + 32, cipher, sizeof(cipher));
    g_assert_cmpmem(cipher, sizeof(cipher), v->cipher, 16);
}

static void expect_untouched(struct block b)
{
    for (uint32_t i = 32; i < 48; i++) {
        g_assert_cmphex(qtest_readb(b.qts, DATA + i), ==, UNTOUCHED);
    }
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { ENDECB, 0, 0 },
        { ERRORECB, 0, 0 }, /* STOPECB sets it */
        { ECBDATAPTR, 0, 0xffffffff },
        { STARTECB, 0, 0 },
        { STOPECB, 0, 0 },
    };
    struct block b = block_start(ECB_ID, "");

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x3);
    block_finish(b);
}

static void blocks_of_the_standards(void)
{
    struct block b = start();

    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        load(b, DATA, &vectors[i]);
        block_task(b, STARTECB);
        block_expect_in(b, ENDECB, BLOCK_NS);
        g_assert_cmpuint(block_read(b, ERRORECB), ==, 0);
        expect_cipher(b, DATA, &vectors[i]);
    }
    block_finish(b);
}

static void the_cipher_is_written_at_the_end(void)
{
    struct block b = start();

    block_task(b, STARTECB);
    block_pass(b, BLOCK_NS - 1);
    expect_untouched(b);
    block_expect_in(b, ENDECB, 1);
    expect_cipher(b, DATA, &vectors[0]);
    /* nothing around it */
    g_assert_cmphex(qtest_readb(b.qts, DATA + 48), ==, 0);
    g_assert_cmphex(qtest_readb(b.qts, DATA + 31), ==, 0xff);
    block_finish(b);
}

static void the_pointer_counts_at_the_start(void)
{
    struct block b = start();

    block_task(b, STARTECB);
    block_write(b, ECBDATAPTR, RAM_BASE);
    block_expect_in(b, ENDECB, BLOCK_NS);
    expect_cipher(b, DATA, &vectors[0]);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE + 32), ==, 0);
    block_finish(b);
}

static void both_ends_of_the_ram_are_reached(void)
{
    static const uint32_t addresses[] = { RAM_BASE, RAM_END - 48 };
    struct block b = start();

    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        load(b, addresses[i], &vectors[i]);
        block_task(b, STARTECB);
        block_expect_in(b, ENDECB, BLOCK_NS);
        expect_cipher(b, addresses[i], &vectors[i]);
    }
    block_finish(b);
}

static void data_outside_the_ram_are_an_error(void)
{
    static const uint32_t addresses[] = {
        0,            /* flash */
        RAM_BASE - 1, /* begins before it */
        RAM_END - 47, /* ends behind it */
        RAM_END,
        0x40000000, /* peripherals */
        0x10000000,
        0xffffffe0, /* wraps around */
        0xffffffff,
    };
    struct block b = start();

    qtest_memset(b.qts, RAM_END - 48, UNTOUCHED, 48);
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        block_write(b, ECBDATAPTR, addresses[i]);
        block_task(b, STARTECB);
        block_expect_in(b, ERRORECB, BLOCK_NS);
        g_assert_cmpuint(block_read(b, ENDECB), ==, 0);
    }
    g_assert_cmphex(qtest_readl(b.qts, RAM_END - 4), ==, 0xeeeeeeee);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE), ==, 0);
    block_finish(b);
}

static void stop_raises_an_error_and_writes_nothing(void)
{
    struct block b = start();

    block_task(b, STARTECB);
    block_pass(b, BLOCK_NS - 1);
    block_task(b, STOPECB);
    g_assert_cmpuint(block_read(b, ERRORECB), ==, 1);
    block_expect_none(b, ENDECB, 10 * BLOCK_NS);
    expect_untouched(b);
    block_task(b, STARTECB); /* works again */
    block_expect_in(b, ENDECB, BLOCK_NS);
    block_finish(b);
}

static void stop_without_a_block_does_nothing(void)
{
    struct block b = start();

    block_task(b, STOPECB);
    block_expect_none(b, ERRORECB, BLOCK_NS);
    block_finish(b);
}

static void a_second_start_is_an_error_and_the_first_goes_on(void)
{
    struct block b = start();

    block_task(b, STARTECB);
    block_pass(b, 4000);
    block_task(b, STARTECB);
    g_assert_cmpuint(block_read(b, ERRORECB), ==, 1);
    block_expect_in(b, ENDECB, BLOCK_NS - 4000);
    expect_cipher(b, DATA, &vectors[0]);
    block_expect_none(b, ENDECB, 10 * BLOCK_NS);
    block_finish(b);
}

static void each_event_raises_interrupt_14(void)
{
    struct block b = start();

    block_write(b, BLOCK_INTENSET, 1);
    block_task(b, STARTECB);
    block_task(b, STOPECB); /* ERRORECB is not enabled */
    g_assert_false(qtest_get_irq(b.qts, ECB_ID));
    block_task(b, STARTECB);
    block_pass(b, BLOCK_NS);
    g_assert_true(qtest_get_irq(b.qts, ECB_ID));
    block_write(b, ENDECB, 0);
    g_assert_false(qtest_get_irq(b.qts, ECB_ID));
    block_write(b, BLOCK_INTENSET, 2); /* ERRORECB is still set */
    g_assert_true(qtest_get_irq(b.qts, ECB_ID));
    block_finish(b);
}

/* A value of RNG starts a block; its end stops RNG. */
static void ppi_joins_it_to_others(void)
{
    struct block b = start();
    struct block rng = { .qts = b.qts, .id = 13 };

    block_join(b, 14, block_address(rng, 0x100), block_address(b, STARTECB));
    block_join(b, 15, block_address(b, ENDECB), block_address(rng, 0x004));
    block_task(rng, 0x000);
    block_expect_in(rng, 0x100, 167000);
    block_expect_in(b, ENDECB, BLOCK_NS);
    expect_cipher(b, DATA, &vectors[0]);
    block_expect_none(rng, 0x100, 10 * 167000);
    block_finish(b);
}

static void power_off_drops_the_block(void)
{
    struct block b = start();

    block_task(b, STARTECB);
    block_write(b, BLOCK_POWER, 0);
    block_write(b, BLOCK_POWER, 1);
    block_expect_none(b, ENDECB, 10 * BLOCK_NS);
    g_assert_cmpuint(block_read(b, ERRORECB), ==, 0);
    expect_untouched(b);
    block_finish(b);
}

static void a_block_goes_on_after_migration(void)
{
    struct block b = start();

    block_task(b, STARTECB);
    block_pass(b, 2999);
    b = block_migrate(b);
    block_expect_in(b, ENDECB, BLOCK_NS - 3000);
    expect_cipher(b, DATA, &vectors[0]);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-ecb/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(blocks_of_the_standards);
    TEST(the_cipher_is_written_at_the_end);
    TEST(the_pointer_counts_at_the_start);
    TEST(both_ends_of_the_ram_are_reached);
    TEST(data_outside_the_ram_are_an_error);
    TEST(stop_raises_an_error_and_writes_nothing);
    TEST(stop_without_a_block_does_nothing);
    TEST(a_second_start_is_an_error_and_the_first_goes_on);
    TEST(each_event_raises_interrupt_14);
    TEST(ppi_joins_it_to_others);
    TEST(power_off_drops_the_block);
    TEST(a_block_goes_on_after_migration);
    return g_test_run();
}
