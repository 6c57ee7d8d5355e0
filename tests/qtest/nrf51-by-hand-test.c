/*
 * The board's I2C bus driven by GPIO, bit by bit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migrate.h"
#include "net.h"
#include "twi.h"

#define SCL        (1u << MICROBIT_SCL)
#define SDA        (1u << MICROBIT_SDA)
#define OPEN_DRAIN (CNF_OUTPUT | CNF_PULL_UP | CNF_S0D1)
#define WRITE(a)   ((a) << 1)
#define READ(a)    ((a) << 1 | 1)

/* Of the board */
#define ACCELEROMETER 0x1d
#define MAGNETOMETER  0x0e

/* A board without a part that answers later */
#define EEPROM_ONLY "-M microbit -device at24c-eeprom,address=0x%x,rom-size=256"

static void take_lines(QTestState *qts)
{
    qtest_writel(qts, GPIO_OUTSET, SCL | SDA);
    gpio_cnf(qts, MICROBIT_SCL, OPEN_DRAIN);
    gpio_cnf(qts, MICROBIT_SDA, OPEN_DRAIN);
}

static QTestState *start_board(void)
{
    QTestState *qts = qtest_initf(EEPROM_ONLY, EEPROM);

    take_lines(qts);
    return qts;
}

static void set(QTestState *qts, uint32_t line, bool level)
{
    qtest_writel(qts, level ? GPIO_OUTSET : GPIO_OUTCLR, line);
}

static void start(QTestState *qts)
{
    set(qts, SDA, true);
    set(qts, SCL, true);
    set(qts, SDA, false);
    set(qts, SCL, false);
}

static void stop(QTestState *qts)
{
    set(qts, SDA, false);
    set(qts, SCL, true);
    set(qts, SDA, true);
}

static bool clock_bit(QTestState *qts, bool bit)
{
    bool level;

    set(qts, SDA, bit);
    set(qts, SCL, true);
    level = gpio_in(qts, MICROBIT_SDA);
    set(qts, SCL, false);
    return level;
}

static void put_bits(QTestState *qts, uint8_t byte)
{
    for (int i = 7; i >= 0; i--) {
        clock_bit(qts, byte >> i & 1);
    }
}

/* Returns: whether it was acknowledged. */
static bool put(QTestState *qts, uint8_t byte)
{
    put_bits(qts, byte);
    return !clock_bit(qts, true);
}

static uint8_t get(QTestState *qts, bool ack)
{
    uint8_t byte = 0;

    for (int i = 0; i < 8; i++) {
        byte = byte << 1 | clock_bit(qts, true);
    }
    clock_bit(qts, !ack);
    return byte;
}

static bool ping(QTestState *qts, unsigned addr7)
{
    bool ack;

    start(qts);
    ack = put(qts, WRITE(addr7));
    stop(qts);
    return ack;
}

static void parts_acknowledge_their_address_only(void)
{
    QTestState *qts = start_board();

    for (unsigned a = 8; a < 0x78; a++) {
        bool there = a == EEPROM || a == ACCELEROMETER || a == MAGNETOMETER;

        g_assert_cmpint(ping(qts, a), ==, there);
    }
    qtest_quit(qts);
}

static void write_at(QTestState *qts, uint8_t where, uint8_t byte)
{
    start(qts);
    g_assert_true(put(qts, WRITE(EEPROM)));
    g_assert_true(put(qts, where));
    g_assert_true(put(qts, byte));
    stop(qts);
}

static uint8_t read_at(QTestState *qts, uint8_t where)
{
    uint8_t byte;

    start(qts);
    g_assert_true(put(qts, WRITE(EEPROM)));
    g_assert_true(put(qts, where));
    start(qts);
    g_assert_true(put(qts, READ(EEPROM)));
    byte = get(qts, false);
    stop(qts);
    return byte;
}

static void bytes_are_written_and_read_back(void)
{
    static const uint8_t bytes[] = { 0x00, 0xff, 0xa5, 0x5a, 0x01, 0x80 };
    QTestState *qts = start_board();

    for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
        write_at(qts, i, bytes[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
        g_assert_cmphex(read_at(qts, i), ==, bytes[i]);
    }
    start(qts);
    put(qts, WRITE(EEPROM));
    put(qts, 0);
    start(qts);
    put(qts, READ(EEPROM));
    for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
        g_assert_cmphex(get(qts, i + 1 < G_N_ELEMENTS(bytes)), ==, bytes[i]);
    }
    stop(qts);
    qtest_quit(qts);
}

static void a_repeated_start_may_go_to_another_part(void)
{
    QTestState *qts =
        qtest_initf(EEPROM_ONLY " -device at24c-eeprom,address=0x%x,"
                                "rom-size=256",
                    EEPROM, EEPROM + 1);

    take_lines(qts);
    start(qts);
    put(qts, WRITE(EEPROM + 1));
    put(qts, 0);
    put(qts, 0xaa);
    stop(qts);
    start(qts);
    put(qts, WRITE(EEPROM + 1));
    put(qts, 0);
    start(qts);
    put(qts, WRITE(EEPROM));
    put(qts, 1);
    start(qts);
    put(qts, READ(EEPROM + 1));
    g_assert_cmphex(get(qts, false), ==, 0xaa);
    stop(qts);
    qtest_quit(qts);
}

/* Push-pull, no look at SCL: enough for parts that answer at once */
static void a_master_may_drive_both_levels_of_scl(void)
{
    QTestState *qts = start_board();

    gpio_cnf(qts, MICROBIT_SCL, CNF_OUTPUT);
    write_at(qts, 7, 0x42);
    g_assert_cmphex(read_at(qts, 7), ==, 0x42);
    g_assert_false(net_conflict(qts, MICROBIT_SCL));
    qtest_quit(qts);
}

/* SDA as DIR, as many drivers do it: 0 is an output, 1 an input */
static void a_master_may_switch_directions(void)
{
    QTestState *qts = start_board();

    qtest_writel(qts, GPIO_OUTCLR, SDA);
    gpio_cnf(qts, MICROBIT_SDA, CNF_PULL_UP);
    qtest_writel(qts, GPIO_DIRSET, SDA); /* START */
    set(qts, SCL, false);
    for (int i = 7; i >= 0; i--) {
        bool bit = WRITE(EEPROM) >> i & 1;

        qtest_writel(qts, bit ? GPIO_DIRCLR : GPIO_DIRSET, SDA);
        set(qts, SCL, true);
        set(qts, SCL, false);
    }
    qtest_writel(qts, GPIO_DIRCLR, SDA);
    set(qts, SCL, true);
    g_assert_false(gpio_in(qts, MICROBIT_SDA)); /* ACK */
    qtest_quit(qts);
}

static void a_late_part_holds_scl_until_it_answers(void)
{
    struct twi t = twi_start("");
    QTestState *qts = t.qts;

    twi_write(t, TWI_ENABLE, 0);
    take_lines(qts);
    part_wait(t, true);
    start(qts);
    put_bits(qts, READ(PART));
    set(qts, SDA, true);
    set(qts, SCL, true);
    g_assert_false(gpio_in(qts, MICROBIT_SCL));
    part_answer(t, true);
    g_assert_true(gpio_in(qts, MICROBIT_SCL));
    g_assert_false(gpio_in(qts, MICROBIT_SDA));
    set(qts, SCL, false); /* and now a byte */
    set(qts, SCL, true);
    g_assert_false(gpio_in(qts, MICROBIT_SCL));
    part_wait(t, false);
    part_answer(t, true); /* with 0x77 */
    g_assert_true(gpio_in(qts, MICROBIT_SCL));
    g_assert_false(gpio_in(qts, MICROBIT_SDA));
    set(qts, SCL, false);
    for (int i = 6; i >= 0; i--) {
        g_assert_cmpint(clock_bit(qts, true), ==, 0x77 >> i & 1);
    }
    clock_bit(qts, true);
    stop(qts);
    part_expect(t, "R r n P");
    twi_finish(t);
}

static void a_start_after_a_late_stop_waits_for_it(void)
{
    struct twi t = twi_start("");
    QTestState *qts = t.qts;

    twi_write(t, TWI_ENABLE, 0);
    take_lines(qts);
    start(qts);
    g_assert_true(put(qts, WRITE(PART)));
    part_wait(t, true);
    stop(qts);
    start(qts);
    put_bits(qts, WRITE(PART));
    set(qts, SDA, true);
    set(qts, SCL, true);
    g_assert_false(gpio_in(qts, MICROBIT_SCL));
    part_wait(t, false);
    part_answer(t, true);
    g_assert_true(gpio_in(qts, MICROBIT_SCL));
    g_assert_false(gpio_in(qts, MICROBIT_SDA));
    part_expect(t, "W P W");
    twi_finish(t);
}

static void the_controller_takes_the_bus_over(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ENABLE, 0);
    take_lines(t.qts);
    start(t.qts);
    g_assert_true(put(t.qts, WRITE(EEPROM)));
    part_wait(t, true);
    start(t.qts);
    put_bits(t.qts, WRITE(PART)); /* an answer is due */
    part_wait(t, false);
    twi_enable(t);
    g_assert_cmphex(twi_get(t, EEPROM, 3), ==, 0xa3);
    g_assert_true(net_level(t.qts, MICROBIT_SCL));
    g_assert_true(net_level(t.qts, MICROBIT_SDA));
    twi_finish(t);
}

/* A guest that takes the pins from a TWI in mid-transaction */
static void nobody_hears_a_bus_that_the_controller_has(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, 20 * BYTE_NS); /* waits for TXD */
    twi_write(t, TWI_PSELSCL, UINT32_MAX);
    twi_write(t, TWI_PSELSDA, UINT32_MAX);
    take_lines(t.qts);
    g_assert_false(ping(t.qts, EEPROM));
    twi_write(t, TWI_TXD, 0x11);
    twi_take(t, TWI_TXDSENT);
    part_expect(t, "W 11");
    twi_finish(t);
}

static void a_reset_frees_the_lines(void)
{
    QTestState *qts = start_board();

    start(qts);
    put_bits(qts, WRITE(EEPROM));
    g_assert_false(net_level(qts, MICROBIT_SDA)); /* ACK */
    qtest_system_reset(qts);
    g_assert_true(net_level(qts, MICROBIT_SCL));
    g_assert_true(net_level(qts, MICROBIT_SDA));
    take_lines(qts);
    g_assert_true(ping(qts, EEPROM));
    qtest_quit(qts);
}

static void a_transaction_goes_on_after_migration(void)
{
    QTestState *from = start_board();
    QTestState *to;
    int64_t now_ns;
    char *path;

    write_at(from, 9, 0x5c);
    start(from);
    put(from, WRITE(EEPROM));
    put_bits(from, 9); /* ACK is on the line */
    now_ns = qtest_clock_step(from, 1);
    path = migrate_out(from);
    qtest_quit(from);
    to = qtest_initf(EEPROM_ONLY " -incoming defer", EEPROM);
    migrate_in(to, path, now_ns);
    g_assert_false(net_level(to, MICROBIT_SDA));
    g_assert_false(clock_bit(to, true));
    start(to);
    g_assert_true(put(to, READ(EEPROM)));
    get(to, false); /* the part's memory does not migrate */
    stop(to);
    g_assert_true(ping(to, EEPROM));
    qtest_quit(to);
}

static void an_answer_that_is_due_at_migration_is_a_nack(void)
{
    struct twi t = twi_start("");
    QTestState *to;
    int64_t now_ns;
    char *path;

    twi_write(t, TWI_ENABLE, 0);
    take_lines(t.qts);
    part_wait(t, true);
    start(t.qts);
    put_bits(t.qts, WRITE(PART));
    set(t.qts, SDA, true);
    set(t.qts, SCL, true);
    g_assert_false(gpio_in(t.qts, MICROBIT_SCL));
    now_ns = qtest_clock_step(t.qts, 1);
    path = migrate_out(t.qts);
    twi_finish(t);
    to = qtest_initf(TWI_MACHINE " -incoming defer", EEPROM, PART);
    migrate_in(to, path, now_ns);
    g_assert_true(gpio_in(to, MICROBIT_SCL));
    g_assert_true(gpio_in(to, MICROBIT_SDA));
    set(to, SCL, false);
    stop(to);
    g_assert_true(ping(to, EEPROM));
    qtest_quit(to);
}

static void random_lines_do_no_harm(void)
{
    struct twi t = twi_start("");
    GRand *rand = g_rand_new_with_seed(4);

    for (int i = 0; i < 1500; i++) {
        uint32_t value = g_rand_int(rand);

        switch (g_rand_int_range(rand, 0, 10)) {
        case 0:
            twi_write(t, TWI_ENABLE, value & 1 ? 5 : 0);
            break;
        case 1:
            twi_task(t, value & 1 ? TWI_STARTTX : TWI_STOP);
            break;
        case 2:
            part_wait(t, value & 1);
            break;
        case 3:
            part_answer(t, value & 1);
            break;
        case 4:
            net_feed(t.qts, value & 2 ? MICROBIT_SCL : MICROBIT_SDA,
                     value & 1 ? VDD_MV : 0);
            net_unfeed(t.qts, value & 2 ? MICROBIT_SCL : MICROBIT_SDA);
            break;
        case 5:
            start(t.qts);
            put_bits(t.qts, WRITE(value & 1 ? PART : EEPROM));
            break;
        default:
            qtest_writel(t.qts, value & 4 ? GPIO_OUTSET : GPIO_OUTCLR,
                         value & (SCL | SDA));
            break;
        }
    }
    g_rand_free(rand);
    part_wait(t, false);
    part_answer(t, true);
    twi_write(t, TWI_ENABLE, 0);
    qtest_system_reset(t.qts);
    take_lines(t.qts);
    g_assert_true(ping(t.qts, EEPROM));
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-by-hand/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(parts_acknowledge_their_address_only);
    TEST(bytes_are_written_and_read_back);
    TEST(a_repeated_start_may_go_to_another_part);
    TEST(a_master_may_drive_both_levels_of_scl);
    TEST(a_master_may_switch_directions);
    TEST(a_late_part_holds_scl_until_it_answers);
    TEST(a_start_after_a_late_stop_waits_for_it);
    TEST(the_controller_takes_the_bus_over);
    TEST(nobody_hears_a_bus_that_the_controller_has);
    TEST(a_reset_frees_the_lines);
    TEST(a_transaction_goes_on_after_migration);
    TEST(an_answer_that_is_due_at_migration_is_a_nack);
    TEST(random_lines_do_no_harm);
    return g_test_run();
}
