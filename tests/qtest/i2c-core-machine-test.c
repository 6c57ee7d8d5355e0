/*
 * The asynchronous phases of QEMU's I2C core (qemu/patches), where the guest
 * or another QEMU is needed: a controller of QEMU's own that is synchronous
 * (bcm2835-i2c of raspi2b), accessed by the main thread and by a vCPU; a vCPU
 * that polls with i2c_bus_wait(); migration.
 *
 * i2c-core-test.c has the rest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/i2c/bcm2835_i2c.h"
#include "i2c_script.h"

/* raspi2b's second I2C controller */
#define BSC1       0x3f804000
#define BSC1_BUS   "/machine/soc/peripherals/bcm2835-i2c1/i2c-bus.1"
#define BSC1_LATER " -device bw-test-later,id=later,bus=i2c-bus.1,address=0x48"

/* What the guest programs leave in RAM */
#define RESULT          0x1000
#define PROGRAM_ADDRESS 0x8000

/* Read one byte from slave 0x48 through BSC1. */
static const uint32_t read_through_bsc1[] = {
    0xee100fb0, /* mrc p15, 0, r0, c0, c0, 5    one core works ... */
    0xe2100003, /* ands r0, r0, #3 */
    0x1afffffe, /* bne .                        ... the others stop here */
    0xe59f0038, /* ldr r0, =0x3f804000          BSC1 */
    0xe3a03a01, /* mov r3, #0x1000              RESULT */
    0xe3a01048, /* mov r1, #0x48 */
    0xe580100c, /* str r1, [r0, #0xc]           A: address */
    0xe3a01001, /* mov r1, #1 */
    0xe5801008, /* str r1, [r0, #8]             DLEN: one byte */
    0xe59f1024, /* ldr r1, =0x8081 */
    0xe5801000, /* str r1, [r0]                 C: I2CEN, ST, READ */
    0xe5901010, /* ldr r1, [r0, #0x10]          FIFO */
    0xe5831000, /* str r1, [r3]                 RESULT + 0: the byte */
    0xe5901004, /* ldr r1, [r0, #4]             S */
    0xe5831004, /* str r1, [r3, #4]             RESULT + 4: status */
    0xe5931008, /* loop: ldr r1, [r3, #8]       RESULT + 8 counts on */
    0xe2811001, /* add r1, r1, #1 */
    0xe5831008, /* str r1, [r3, #8] */
    0xeafffffb, /* b loop */
    0x3f804000, 0x00008081,
};

/* Begin bw-test-ctl's script, poll its register until it reads true. */
static const uint32_t poll_ctl[] = {
    0xee100fb0, /* mrc p15, 0, r0, c0, c0, 5 */
    0xe2100003, /* ands r0, r0, #3 */
    0x1afffffe, /* bne . */
    0xe3a00205, /* mov r0, #0x50000000          bw-test-ctl */
    0xe3a02000, /* mov r2, #0 */
    0xe3a03a01, /* mov r3, #0x1000              RESULT */
    0xe5802000, /* str r2, [r0]                 begin */
    0xe2822001, /* poll: add r2, r2, #1 */
    0xe5901000, /* ldr r1, [r0] */
    0xe3510000, /* cmp r1, #0 */
    0x0afffffb, /* beq poll */
    0xe5832000, /* str r2, [r3]                 RESULT + 0: how many polls */
    0xeafffffe, /* b . */
};

static char *write_program(const uint32_t *words, size_t size)
{
    GError *error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("i2c-core-XXXXXX", &path, &error);

    g_assert_no_error(error);
    g_assert_cmpint(write(fd, words, size), ==, size);
    close(fd);
    return path;
}

static QTestState *start_program(const char *path, const char *devices)
{
    return qtest_initf("-M raspi2b -accel tcg"
                       " -device loader,file=%s,addr=0x%x,cpu-num=0,"
                       "force-raw=on %s",
                       path, PROGRAM_ADDRESS, devices);
}

/* A value other than 0, once the guest has written one. */
static uint32_t wait_for_result(QTestState *qts, uint32_t address)
{
    int64_t deadline_us = g_get_monotonic_time() + I2C_SCRIPT_DEADLINE_US;
    uint32_t value;

    while (!(value = qtest_readl(qts, address))) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
    }
    return value;
}

/* The main thread accesses the controller */

static void bsc1_begin(QTestState *qts, uint32_t len, uint32_t read)
{
    qtest_writel(qts, BSC1 + BCM2835_I2C_A, 0x48);
    qtest_writel(qts, BSC1 + BCM2835_I2C_DLEN, len);
    qtest_writel(qts, BSC1 + BCM2835_I2C_C,
                 BCM2835_I2C_C_I2CEN | BCM2835_I2C_C_ST | read);
}

static void main_thread_waits_for_a_slave(void)
{
    QTestState *qts = qtest_init("-M raspi2b" BSC1_LATER ",delay-ms=5");

    bsc1_begin(qts, 2, 0);
    qtest_writel(qts, BSC1 + BCM2835_I2C_FIFO, 0x12);
    qtest_writel(qts, BSC1 + BCM2835_I2C_FIFO, 0x34);
    g_assert_cmphex(qtest_readl(qts, BSC1 + BCM2835_I2C_S) &
                        (BCM2835_I2C_S_DONE | BCM2835_I2C_S_ERR),
                    ==, BCM2835_I2C_S_DONE);
    qtest_writel(qts, BSC1 + BCM2835_I2C_S, BCM2835_I2C_S_DONE);
    i2c_script_check_log(qts, "later", "W 12 34 P");

    bsc1_begin(qts, 2, BCM2835_I2C_C_READ);
    g_assert_cmphex(qtest_readl(qts, BSC1 + BCM2835_I2C_FIFO), ==, 0xa0);
    g_assert_cmphex(qtest_readl(qts, BSC1 + BCM2835_I2C_FIFO), ==, 0xa1);
    i2c_script_check_log(qts, "later", "R r r P");
    qtest_quit(qts);
}

static void main_thread_gives_up_at_the_deadline(void)
{
    QTestState *qts = qtest_init("-M raspi2b" BSC1_LATER ",delay-ms=-1");

    i2c_script_set_int(qts, BSC1_BUS, "reply-timeout-ms", 50);
    bsc1_begin(qts, 1, 0);
    g_assert_cmphex(qtest_readl(qts, BSC1 + BCM2835_I2C_S) & BCM2835_I2C_S_ERR,
                    ==, BCM2835_I2C_S_ERR);
    i2c_script_check_log(qts, "later", "W X");
    qtest_quit(qts);
}

/* A vCPU does */

static void vcpu_waits_for_a_slave(void)
{
    g_autofree char *path =
        write_program(read_through_bsc1, sizeof(read_through_bsc1));
    QTestState *qts = start_program(path, BSC1_LATER ",delay-ms=20");

    wait_for_result(qts, RESULT + 8);
    g_assert_cmphex(qtest_readl(qts, RESULT), ==, 0xa0);
    g_assert_cmphex(qtest_readl(qts, RESULT + 4) &
                        (BCM2835_I2C_S_DONE | BCM2835_I2C_S_ERR),
                    ==, BCM2835_I2C_S_DONE);
    i2c_script_check_log(qts, "later", "R r P");
    qtest_quit(qts);
    unlink(path);
}

/* And the main loop runs meanwhile: QMP works. */
static void vcpu_gives_up_at_the_deadline(void)
{
    g_autofree char *path =
        write_program(read_through_bsc1, sizeof(read_through_bsc1));
    QTestState *qts = start_program(path, BSC1_LATER ",delay-ms=-1");

    qtest_qmp_assert_success(qts, "{'execute': 'query-status'}");
    wait_for_result(qts, RESULT + 8);
    g_assert_cmphex(qtest_readl(qts, RESULT), ==, 0xff);
    g_assert_cmphex(qtest_readl(qts, RESULT + 4) & BCM2835_I2C_S_ERR, ==,
                    BCM2835_I2C_S_ERR);
    i2c_script_check_log(qts, "later", "R X");
    qtest_quit(qts);
    unlink(path);
}

static uint32_t polls(const char *delay, const char *wait)
{
    g_autofree char *path = write_program(poll_ctl, sizeof(poll_ctl));
    g_autofree char *devices = g_strdup_printf(
        "-device bw-test-ctl,id=ctl,mmio-base=0x50000000,script=S48w,%s"
        " -device bw-test-later,bus=bw-test-i2c,address=0x48,%s",
        wait, delay);
    QTestState *qts = start_program(path, devices);
    uint32_t n = wait_for_result(qts, RESULT);

    i2c_script_finish(qts, "a");
    qtest_quit(qts);
    unlink(path);
    return n;
}

/* 5 s are enough for 100 ms however loaded the host is. */
static void polling_vcpu_waits_for_the_phase(void)
{
    g_assert_cmpint(polls("delay-ms=100", "wait-ms=5000"), ==, 1);
}

/*
 * 300 ms are more than two waits of 20 ms; a guest that spins would poll many
 * thousand times.
 */
static void polling_vcpu_waits_no_longer_than_it_said(void)
{
    uint32_t n = polls("delay-ms=300", "wait-ms=20");

    g_assert_cmpint(n, >, 2);
    g_assert_cmpint(n, <, 1000);
}

/* Migration */

static void wait_for_migration(QTestState *qts)
{
    int64_t deadline_us = g_get_monotonic_time() + I2C_SCRIPT_DEADLINE_US;
    bool done = false;

    while (!done) {
        QDict *reply =
            qtest_qmp_assert_success_ref(qts, "{'execute': 'query-migrate'}");
        const char *status = qdict_get_try_str(reply, "status");

        g_assert_cmpstr(status, !=, "failed");
        done = g_strcmp0(status, "completed") == 0;
        qobject_unref(reply);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
    }
}

#define MIGRATING                                              \
    "-M none -device bw-test-ctl,id=ctl"                       \
    " -device bw-test-now,id=now,bus=bw-test-i2c,address=0x49" \
    " -device bw-test-later,id=later,bus=bw-test-i2c,address=0x48"

/* Returns: the destination, after it has taken over from @source */
static QTestState *migrate(QTestState *source)
{
    g_autofree char *path = write_program(NULL, 0);
    g_autofree char *uri = g_strdup_printf("file:%s", path);
    QTestState *destination;

    qtest_qmp_assert_success(source,
                             "{'execute': 'migrate',"
                             " 'arguments': {'uri': %s}}",
                             uri);
    wait_for_migration(source);
    qtest_quit(source);
    destination = qtest_initf(MIGRATING " -incoming %s", uri);
    wait_for_migration(destination);
    unlink(path);
    return destination;
}

static void transaction_goes_on_after_migration(void)
{
    const char *const start[] = { "S48w 01", "S49w 01" };
    const char *const slave[] = { "later", "now" };
    const char *const cancelled[] = { "02 X", "02 P" };
    size_t i;

    for (i = 0; i < ARRAY_SIZE(start); i++) {
        QTestState *qts = qtest_init(MIGRATING);

        i2c_script_run(qts, "request", start[i], "a a");
        qts = migrate(qts);
        g_assert_true(i2c_script_get_bool(qts, "ctl", "busy"));
        i2c_script_run(qts, "request", "02 X", "a");
        i2c_script_check_log(qts, slave[i], cancelled[i]);
        g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
        qtest_quit(qts);
    }
}

static void start_under_way_is_not_migrated(void)
{
    QTestState *qts = qtest_init(MIGRATING);

    i2c_script_set_int(qts, "later", "delay-ms", -1);
    i2c_script_set_string(qts, "ctl", "request", "S48w");
    qts = migrate(qts);
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    i2c_script_run(qts, "request", "S48w P", "a a");
    qtest_quit(qts);
}

#define ADD(name) qtest_add_func("/i2c-core-machine/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(main_thread_waits_for_a_slave);
    ADD(main_thread_gives_up_at_the_deadline);
    ADD(vcpu_waits_for_a_slave);
    ADD(vcpu_gives_up_at_the_deadline);
    ADD(polling_vcpu_waits_for_the_phase);
    ADD(polling_vcpu_waits_no_longer_than_it_said);
    ADD(transaction_goes_on_after_migration);
    ADD(start_under_way_is_not_migrated);
    return g_test_run();
}
