/*
 * NVMC of the nRF51: writing and erasing the code flash
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf_block.h"

#define NVMC_ID    30
#define READY      0x400
#define CONFIG     0x504
#define ERASEPAGE  0x508
#define ERASEALL   0x50c
#define ERASEPCR0  0x510
#define ERASEUICR  0x514
#define REN        0
#define WEN        1
#define EEN        2
#define UICR       0x10001000
#define CLENR0     UICR
#define CUSTOMER   (UICR + 0x80)
#define PROTENSET0 0x40000600
#define FLASH_END  0x40000
#define PAGE       0x400
#define WRITE_NS   46000
#define ERASE_NS   22300000
#define ERASED     0xffffffff

static struct block start(void)
{
    return block_start(NVMC_ID, "");
}

static uint32_t word(struct block b, uint32_t address)
{
    return qtest_readl(b.qts, address);
}

static void set_mode(struct block b, uint32_t mode)
{
    block_write(b, CONFIG, mode);
}

/* Wait until the last operation is over; it takes no longer than @ns. */
static void wait_ready(struct block b, int64_t ns)
{
    block_pass(b, ns);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
}

static void program(struct block b, uint32_t address, uint32_t value)
{
    set_mode(b, WEN);
    qtest_writel(b.qts, address, value);
    set_mode(b, REN);
    wait_ready(b, WRITE_NS);
}

/* Words in the first and the last page, and on both sides of page 2 */
static const uint32_t marks[] = { 0, 0x7fc, 0x800, 0xbfc, 0xc00, 0x3fffc };

static void put_marks(struct block b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        program(b, marks[i], marks[i]);
    }
    program(b, CUSTOMER, 0x55);
}

static bool marks_are_there(struct block b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        if (word(b, marks[i]) != marks[i]) {
            return false;
        }
    }
    return word(b, CUSTOMER) == 0x55;
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { READY, 1, 1 },
        { CONFIG, 0, 3 },
        { ERASEALL, 0, 0 },
        { ERASEPAGE, 0, 0 },
    };
    struct block b = start();

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_finish(b);
}

static void flash_comes_erased_not_zeroed(void)
{
    struct block b = start();

    for (uint32_t address = 0; address < FLASH_END; address += PAGE) {
        g_assert_cmphex(word(b, address), ==, ERASED);
        g_assert_cmphex(word(b, address + PAGE - 4), ==, ERASED);
    }
    block_finish(b);
}

static void a_word_can_be_written_with_wen_only(void)
{
    struct block b = start();

    qtest_writel(b.qts, 0x1000, 0x12345678);
    g_assert_cmphex(word(b, 0x1000), ==, ERASED);
    set_mode(b, EEN);
    qtest_writel(b.qts, 0x1000, 0x12345678);
    g_assert_cmphex(word(b, 0x1000), ==, ERASED);
    set_mode(b, WEN | EEN);
    qtest_writel(b.qts, 0x1000, 0x12345678);
    g_assert_cmphex(word(b, 0x1000), ==, ERASED);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
    set_mode(b, WEN);
    qtest_writel(b.qts, 0x1000, 0x12345678);
    g_assert_cmphex(word(b, 0x1000), ==, 0x12345678);
    g_assert_cmphex(word(b, 0x0ffc), ==, ERASED);
    g_assert_cmphex(word(b, 0x1004), ==, ERASED);
    block_finish(b);
}

static void a_write_clears_bits_and_sets_none(void)
{
    struct block b = start();

    program(b, 0x1000, 0xffff0ff0);
    program(b, 0x1000, 0x0f0fffff);
    g_assert_cmphex(word(b, 0x1000), ==, 0x0f0f0ff0);
    program(b, 0x1000, ERASED);
    g_assert_cmphex(word(b, 0x1000), ==, 0x0f0f0ff0);
    block_finish(b);
}

static void less_than_a_word_is_not_written(void)
{
    struct block b = start();

    for (unsigned mode = REN; mode <= WEN; mode++) {
        set_mode(b, mode);
        qtest_writeb(b.qts, 0x1000, 0);
        qtest_writeb(b.qts, 0x1003, 0);
        qtest_writew(b.qts, 0x1002, 0);
        g_assert_cmphex(word(b, 0x1000), ==, ERASED);
        g_assert_cmpuint(block_read(b, READY), ==, 1);
    }
    program(b, 0x1000, 0x44332211);
    g_assert_cmphex(qtest_readb(b.qts, 0x1002), ==, 0x33);
    g_assert_cmphex(qtest_readw(b.qts, 0x1002), ==, 0x4433);
    block_finish(b);
}

static void a_write_takes_46_us(void)
{
    struct block b = start();

    set_mode(b, WEN);
    qtest_writel(b.qts, 0x1000, 0);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    block_pass(b, WRITE_NS - 1);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    block_pass(b, 1);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
    /* two that nobody waited for take as long as two */
    qtest_writel(b.qts, 0x1004, 0);
    qtest_writel(b.qts, 0x1008, 0);
    block_pass(b, 2 * WRITE_NS - 1);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    wait_ready(b, 1);
    g_assert_cmphex(word(b, 0x1008), ==, 0);
    block_finish(b);
}

static void a_page_is_erased_in_22_3_ms(void)
{
    struct block b = start();

    put_marks(b);
    set_mode(b, EEN);
    block_write(b, ERASEPAGE, 0x800);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    block_pass(b, ERASE_NS - 1);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    wait_ready(b, 1);
    for (uint32_t address = 0x800; address < 0xc00; address += 4) {
        g_assert_cmphex(word(b, address), ==, ERASED);
    }
    g_assert_cmphex(word(b, 0x7fc), ==, 0x7fc);
    g_assert_cmphex(word(b, 0xc00), ==, 0xc00);
    /* any address of the page names it */
    block_write(b, ERASEPAGE, 0x3ffff);
    g_assert_cmphex(word(b, 0x3fffc), ==, ERASED);
    block_finish(b);
}

static void pages_that_do_not_exist_are_not_erased(void)
{
    static const uint32_t wrong[] = {
        FLASH_END, FLASH_END + PAGE, UICR, 0x20000000, 0xfffffc00, 0xffffffff
    };
    struct block b = start();

    put_marks(b);
    set_mode(b, EEN);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        block_write(b, ERASEPAGE, wrong[i]);
        block_write(b, ERASEPCR0, wrong[i]);
        g_assert_cmpuint(block_read(b, READY), ==, 1);
    }
    g_assert_true(marks_are_there(b));
    block_finish(b);
}

static void nothing_is_erased_without_een(void)
{
    struct block b = start();

    put_marks(b);
    for (unsigned mode = REN; mode <= 3; mode++) {
        if (mode == EEN) {
            continue;
        }
        set_mode(b, mode);
        block_write(b, ERASEPAGE, 0);
        block_write(b, ERASEPCR0, 0);
        block_write(b, ERASEALL, 1);
        block_write(b, ERASEUICR, 1);
        g_assert_cmpuint(block_read(b, READY), ==, 1);
    }
    set_mode(b, EEN);
    block_write(b, ERASEALL, 0);
    block_write(b, ERASEUICR, 0);
    block_write(b, ERASEALL, 2);
    g_assert_true(marks_are_there(b));
    block_finish(b);
}

static void eraseall_erases_flash_and_uicr(void)
{
    struct block b = start();

    put_marks(b);
    set_mode(b, EEN);
    block_write(b, ERASEALL, 1);
    block_pass(b, ERASE_NS - 1);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    wait_ready(b, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_assert_cmphex(word(b, marks[i]), ==, ERASED);
    }
    g_assert_cmphex(word(b, CUSTOMER), ==, ERASED);
    block_finish(b);
}

static void eraseuicr_leaves_the_flash(void)
{
    struct block b = start();

    put_marks(b);
    set_mode(b, EEN);
    block_write(b, ERASEUICR, 1);
    wait_ready(b, ERASE_NS);
    g_assert_cmphex(word(b, CUSTOMER), ==, ERASED);
    program(b, CUSTOMER, 0x55);
    g_assert_true(marks_are_there(b));
    block_finish(b);
}

/* PROTENSET bit 1: 0x1000 to 0x1fff */
static void protected_blocks_are_left_alone(void)
{
    struct block b = start();

    program(b, 0x1000, 1);
    program(b, 0x2000, 2);
    qtest_writel(b.qts, PROTENSET0, 2);
    set_mode(b, WEN);
    qtest_writel(b.qts, 0x1ffc, 0);
    set_mode(b, EEN);
    block_write(b, ERASEPAGE, 0x1000);
    block_write(b, ERASEALL, 1);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
    g_assert_cmphex(word(b, 0x1000), ==, 1);
    g_assert_cmphex(word(b, 0x1ffc), ==, ERASED);
    block_write(b, ERASEPAGE, 0x2000);
    g_assert_cmphex(word(b, 0x2000), ==, ERASED);
    qtest_system_reset(b.qts);
    set_mode(b, EEN);
    block_write(b, ERASEPAGE, 0x1000);
    g_assert_cmphex(word(b, 0x1000), ==, ERASED);
    block_finish(b);
}

/* CLENR0 0x800: the first two pages are region 0, from the next reset on. */
static void region_0_is_erased_by_erasepcr0_only(void)
{
    struct block b = start();

    put_marks(b);
    program(b, CLENR0, 0x800);
    qtest_system_reset(b.qts);
    set_mode(b, EEN);
    block_write(b, ERASEPAGE, 0x400);
    block_write(b, ERASEPCR0, 0x800);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
    g_assert_true(marks_are_there(b));
    block_write(b, ERASEPCR0, 0x400);
    wait_ready(b, ERASE_NS);
    g_assert_cmphex(word(b, 0x7fc), ==, ERASED);
    block_write(b, ERASEPAGE, 0x800);
    g_assert_cmphex(word(b, 0x800), ==, ERASED);
    block_finish(b);
}

static void without_region_0_erasepcr0_does_nothing(void)
{
    struct block b = start();

    put_marks(b);
    qtest_system_reset(b.qts);
    set_mode(b, EEN);
    block_write(b, ERASEPCR0, 0);
    block_write(b, ERASEPCR0, 0x800);
    g_assert_true(marks_are_there(b));
    block_finish(b);
}

static void a_reset_keeps_the_memories_and_ends_the_waiting(void)
{
    struct block b = start();

    put_marks(b);
    set_mode(b, EEN);
    block_write(b, ERASEPAGE, 0x4000);
    qtest_system_reset(b.qts);
    g_assert_cmpuint(block_read(b, READY), ==, 1);
    g_assert_cmpuint(block_read(b, CONFIG), ==, REN);
    g_assert_true(marks_are_there(b));
    block_finish(b);
}

static void flash_and_waiting_migrate(void)
{
    struct block b = start();

    put_marks(b);
    set_mode(b, EEN);
    block_write(b, ERASEPAGE, 0x4000);
    block_pass(b, ERASE_NS - 1000);
    b = block_migrate(b); /* 1 ns later */
    g_assert_true(marks_are_there(b));
    block_pass(b, 998);
    g_assert_cmpuint(block_read(b, READY), ==, 0);
    wait_ready(b, 1);
    g_assert_cmpuint(block_read(b, CONFIG), ==, EEN);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-nvmc/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(flash_comes_erased_not_zeroed);
    TEST(a_word_can_be_written_with_wen_only);
    TEST(a_write_clears_bits_and_sets_none);
    TEST(less_than_a_word_is_not_written);
    TEST(a_write_takes_46_us);
    TEST(a_page_is_erased_in_22_3_ms);
    TEST(pages_that_do_not_exist_are_not_erased);
    TEST(nothing_is_erased_without_een);
    TEST(eraseall_erases_flash_and_uicr);
    TEST(eraseuicr_leaves_the_flash);
    TEST(protected_blocks_are_left_alone);
    TEST(region_0_is_erased_by_erasepcr0_only);
    TEST(without_region_0_erasepcr0_does_nothing);
    TEST(a_reset_keeps_the_memories_and_ends_the_waiting);
    TEST(flash_and_waiting_migrate);
    return g_test_run();
}
