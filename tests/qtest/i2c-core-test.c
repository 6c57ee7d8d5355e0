/*
 * The asynchronous phases of QEMU's I2C core (qemu/patches): controllers and
 * slaves of both kinds, on a machine that has nothing else.
 *
 * The devices are in devices/; their headers explain scripts, results and
 * logs.  i2c-core-machine-test.c has the tests with a guest's controller.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_script.h"

#define CTL    " -device bw-test-ctl,id=ctl"
#define BUS    "bw-test-i2c"
#define LATER  " -device bw-test-later,id=later,bus=bw-test-i2c,address=0x48"
#define NOW    " -device bw-test-now,id=now,bus=bw-test-i2c,address=0x49"
#define SECOND " -device bw-test-later,id=second,bus=bw-test-i2c,address=0x4a"
#define TMP105 " -device tmp105,id=tmp105,bus=bw-test-i2c,address=0x48"
/* i2c-echo: three bytes written to it, a b c, come back as a write of b and
 * c to address a, with i2c-echo as the master */
#define ECHO " -device i2c-echo,id=echo,bus=bw-test-i2c,address=0x20"

static const char *const both[] = { "request", "sync" };

static QTestState *start(const char *devices)
{
    return qtest_initf("-M none %s", devices);
}

static void set_delay(QTestState *qts, const char *id, int delay_ms)
{
    i2c_script_set_int(qts, id, "delay-ms", delay_ms);
}

/* The four combinations */

static void sensor_of_qemu_works_with_both_controllers(void)
{
    QTestState *qts = start(CTL TMP105);
    size_t i;

    /* 20 degrees Celsius is 0x14 in the first byte of register 0 */
    i2c_script_set_int(qts, "tmp105", "temperature", 20000);
    for (i = 0; i < ARRAY_SIZE(both); i++) {
        i2c_script_run(qts, both[i], "S48w 00 S48r2 r r n P", "a a a 14 00 a");
        i2c_script_run(qts, both[i], "S50w P", "!a a");
        g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    }
    qtest_quit(qts);
}

static void synchronous_slave_sees_the_same_from_both_controllers(void)
{
    QTestState *qts = start(CTL NOW);
    size_t i;

    for (i = 0; i < ARRAY_SIZE(both); i++) {
        i2c_script_run(qts, both[i], "S49w 12 S49r r r n P", "a a a a0 a1 a");
        i2c_script_check_log(qts, "now", "W 12 R r r n P");
    }
    qtest_quit(qts);
}

static void read_later(const char *how, int delay_ms, const char *log)
{
    QTestState *qts = start(CTL LATER);

    set_delay(qts, "later", delay_ms);
    i2c_script_run(qts, how, "S48w 12 34 S48r6 r r n P", "a a a a a0 a1 a");
    i2c_script_check_log(qts, "later", log);
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    qtest_quit(qts);
}

static void new_controller_reads_slave_that_answers_inside_request(void)
{
    read_later("request", 0, "W 12 34 R6 r r n P");
}

static void new_controller_reads_slave_that_answers_later(void)
{
    read_later("request", 5, "W 12 34 R6 r r n P");
}

static void old_controller_reads_slave_that_answers_inside_request(void)
{
    read_later("sync", 0, "W 12 34 R r r n P");
}

static void old_controller_reads_slave_that_answers_later(void)
{
    read_later("sync", 5, "W 12 34 R r r n P");
}

/* NACKs */

static void nack_of_a_phase_is_told(const char *id, const char *start_w)
{
    QTestState *qts = start(CTL NOW LATER);
    g_autofree char *script = g_strdup_printf("%s 01 02 P", start_w);
    g_autofree char *later_script = g_strdup_printf("%s 01 02 03 P", start_w);
    size_t i;

    for (i = 0; i < ARRAY_SIZE(both); i++) {
        i2c_script_set_int(qts, id, "nack-phase", 0);
        i2c_script_run(qts, both[i], start_w, "!a");
        i2c_script_set_string(qts, id, "log", "");

        i2c_script_set_int(qts, id, "nack-phase", 2);
        i2c_script_run(qts, both[i], script, "a a !d a");
        i2c_script_check_log(qts, id, "W 01 02 P");

        /* the transaction goes on if the controller does */
        i2c_script_run(qts, both[i], later_script, "a a !d a a");
        i2c_script_check_log(qts, id, "W 01 02 03 P");
    }
    qtest_quit(qts);
}

static void nack_of_a_synchronous_slave_is_told(void)
{
    nack_of_a_phase_is_told("now", "S49w");
}

static void nack_of_an_asynchronous_slave_is_told(void)
{
    nack_of_a_phase_is_told("later", "S48w");
}

static void slave_that_refuses_start_sees_nothing_more(void)
{
    QTestState *qts = start(CTL LATER);

    i2c_script_set_int(qts, "later", "nack-phase", 0);
    i2c_script_run(qts, "request", "S48w 01 r P", "!a !d ff a");
    i2c_script_check_log(qts, "later", "W");
    qtest_quit(qts);
}

static void failed_read_is_told(void)
{
    QTestState *qts = start(CTL LATER);

    i2c_script_set_int(qts, "later", "nack-phase", 1);
    i2c_script_run(qts, "request", "S48r r P", "a !d a");
    i2c_script_run(qts, "sync", "S48r r P", "a ff a");
    qtest_quit(qts);
}

static void failure_at_stop_is_told(void)
{
    QTestState *qts = start(CTL LATER);

    i2c_script_set_bool(qts, "later", "late-nack", true);
    set_delay(qts, "later", 1);
    i2c_script_run(qts, "request", "S48w 01 P", "a a !d");
    i2c_script_run(qts, "sync", "S48w 01 P", "a a a");
    i2c_script_run(qts, "request", "S48w 01 P", "a a !d");
    qtest_quit(qts);
}

/* Repeated START */

static void repeated_start_elsewhere_stops_the_former_slave(void)
{
    QTestState *qts = start(CTL LATER NOW SECOND);

    set_delay(qts, "later", 2);
    i2c_script_run(qts, "request", "S48w 01 S49w 02 S4aw 03 S48r r n P",
                   "a a a a a a a a0 a");
    i2c_script_check_log(qts, "later", "W 01 P R r n P");
    i2c_script_check_log(qts, "now", "W 02 P");
    i2c_script_check_log(qts, "second", "W 03 P");
    qtest_quit(qts);
}

static void late_failure_shows_at_repeated_start(void)
{
    QTestState *qts = start(CTL LATER NOW);

    i2c_script_set_bool(qts, "later", "late-nack", true);
    i2c_script_run(qts, "request", "S48w 01 S49w P", "a a !d a");
    i2c_script_check_log(qts, "later", "W 01 P");
    i2c_script_check_log(qts, "now", "");
    qtest_quit(qts);
}

static void repeated_start_to_nobody_stops_the_former_slave(void)
{
    QTestState *qts = start(CTL LATER);

    i2c_script_run(qts, "request", "S48w 01 S50w P S48r r n P",
                   "a a !a a a a0 a");
    i2c_script_check_log(qts, "later", "W 01 P R r n P");
    qtest_quit(qts);
}

/* Slaves that do not answer, or too often */

static void old_controller_gives_up_at_the_deadline(void)
{
    QTestState *qts = start(CTL LATER);
    int64_t begin_us;

    i2c_script_set_int(qts, BUS, "reply-timeout-ms", 100);
    set_delay(qts, "later", -1);
    begin_us = g_get_monotonic_time();
    i2c_script_run(qts, "sync", "S48w P", "!a a");
    g_assert_cmpint(g_get_monotonic_time() - begin_us, >=, 99000);
    i2c_script_check_log(qts, "later", "W X");

    set_delay(qts, "later", 0);
    i2c_script_run(qts, "sync", "S48r r n P", "a a0 a");
    qtest_quit(qts);
}

static void new_controller_waits_until_it_cancels(void)
{
    QTestState *qts = start(CTL LATER);

    set_delay(qts, "later", -1);
    i2c_script_set_string(qts, "ctl", "request", "S48w 01");
    g_assert_true(i2c_script_get_bool(qts, "ctl", "pending"));
    g_assert_true(i2c_script_get_bool(qts, "ctl", "busy"));

    i2c_script_set_bool(qts, "ctl", "cancel", true);
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    i2c_script_check_log(qts, "later", "W X");

    /* the script stands still: done() was not called */
    i2c_script_finish(qts, "");
    set_delay(qts, "later", 0);
    i2c_script_run(qts, "request", "S48r r n P", "a a0 a");
    qtest_quit(qts);
}

static void answers_that_nobody_waits_for_are_ignored(void)
{
    QTestState *qts = start(CTL LATER);

    i2c_script_set_bool(qts, "later", "reply", true);
    i2c_script_set_bool(qts, "later", "double-reply", true);
    i2c_script_run(qts, "request", "S48r r r n P", "a a0 a1 a");
    set_delay(qts, "later", 2);
    i2c_script_run(qts, "request", "S48w 01 P", "a a a");
    i2c_script_run(qts, "sync", "S48r r r n P", "a a0 a1 a");

    set_delay(qts, "later", -1);
    i2c_script_set_string(qts, "ctl", "request", "S48w");
    i2c_script_set_bool(qts, "ctl", "cancel", true);
    i2c_script_set_bool(qts, "later", "reply", true);
    i2c_script_finish(qts, "");
    qtest_quit(qts);
}

/* Cancel, reset, unplug */

static void cancel_between_phases_ends_the_transaction(void)
{
    QTestState *qts = start(CTL LATER NOW);

    i2c_script_run(qts, "request", "S48w 01 X S49w 02 X", "a a a a");
    i2c_script_check_log(qts, "later", "W 01 X");
    i2c_script_check_log(qts, "now", "W 02 P");
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    i2c_script_set_bool(qts, "ctl", "cancel", true);
    i2c_script_check_log(qts, "later", "");
    qtest_quit(qts);
}

static void cancelled_request_does_not_touch_a_synchronous_slave(void)
{
    QTestState *qts = start(CTL NOW);

    i2c_script_set_string(qts, "ctl", "request-cancel", "S49w 01 P");
    i2c_script_finish(qts, "");
    i2c_script_check_log(qts, "now", "");
    i2c_script_run(qts, "request", "S49w 01 P", "a a a");
    i2c_script_check_log(qts, "now", "W 01 P");
    qtest_quit(qts);
}

static void bus_reset_withdraws_the_phase(void)
{
    QTestState *qts = start(CTL LATER NOW);

    set_delay(qts, "later", -1);
    i2c_script_set_string(qts, "ctl", "request", "S48w");
    i2c_script_set_bool(qts, "ctl", "reset", true);
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    i2c_script_check_log(qts, "later", "W X");

    /* a synchronous slave has been reset itself: it is told nothing */
    i2c_script_run(qts, "request", "S49w 01", "a a");
    i2c_script_set_bool(qts, "ctl", "reset", true);
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    i2c_script_check_log(qts, "now", "W 01");
    qtest_quit(qts);
}

static void unplugged_slave_counts_as_not_acknowledging(void)
{
    QTestState *qts = start(CTL LATER);

    set_delay(qts, "later", -1);
    i2c_script_set_string(qts, "ctl", "request", "S48w 01 P");
    i2c_script_set_string(qts, "ctl", "unplug", "later");
    i2c_script_finish(qts, "!a !d a");
    i2c_script_run(qts, "request", "S48w P", "!a a");
    i2c_script_run(qts, "sync", "S48w P", "!a a");
    qtest_quit(qts);
}

static void slave_unplugged_between_phases_leaves_the_transaction(void)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(both); i++) {
        QTestState *qts = start(CTL LATER NOW);

        i2c_script_run(qts, both[i], "S48w 01", "a a");
        i2c_script_set_string(qts, "ctl", "unplug", "later");
        i2c_script_run(qts, both[i], "r P", "ff a");

        i2c_script_run(qts, both[i], "S49w 01", "a a");
        i2c_script_set_string(qts, "ctl", "unplug", "now");
        i2c_script_run(qts, both[i], "P", "a");
        g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
        qtest_quit(qts);
    }
}

static void controller_can_be_unplugged_in_mid_phase(void)
{
    QTestState *qts = start(CTL LATER);

    set_delay(qts, "later", -1);
    i2c_script_set_string(qts, "ctl", "request", "S48w 01 P");
    i2c_script_set_string(qts, "ctl", "unplug", "ctl");
    qtest_qmp_assert_success(qts, "{'execute': 'query-status'}");
    qtest_quit(qts);
}

/* Broadcast */

static void broadcast_waits_for_all_and_one_ack_is_enough(void)
{
    QTestState *qts = start(CTL LATER NOW SECOND);
    size_t i;

    i2c_script_set_int(qts, "second", "nack-phase", 1);
    for (i = 0; i < ARRAY_SIZE(both); i++) {
        set_delay(qts, "later", 0);
        set_delay(qts, "second", 5);
        i2c_script_run(qts, both[i], "S00w 01 02 P", "a a a a");
        i2c_script_check_log(qts, "later", "W 01 02 P");
        i2c_script_check_log(qts, "now", "W 01 02 P");
        i2c_script_check_log(qts, "second", "W 01 02 P");
    }
    qtest_quit(qts);
}

static void broadcast_fails_if_nobody_acknowledges(void)
{
    QTestState *qts = start(CTL LATER SECOND);
    size_t i;

    i2c_script_set_int(qts, "later", "nack-phase", 1);
    i2c_script_set_int(qts, "second", "nack-phase", 1);
    for (i = 0; i < ARRAY_SIZE(both); i++) {
        i2c_script_run(qts, both[i], "S00w 01 02 P", "a !d a a");
    }
    qtest_quit(qts);
}

static void failure_at_the_stop_of_a_broadcast_is_told(void)
{
    QTestState *qts = start(CTL LATER SECOND);

    i2c_script_set_bool(qts, "later", "late-nack", true);
    i2c_script_run(qts, "request", "S00w 01 P", "a a !d");
    qtest_quit(qts);
}

static void byte_of_a_broadcast_reaches_slaves_after_a_nack(void)
{
    QTestState *qts = start(CTL NOW " -device bw-test-now,id=more,"
                                    "bus=bw-test-i2c,address=0x4b");

    i2c_script_set_int(qts, "now", "nack-phase", 1);
    i2c_script_set_int(qts, "more", "nack-phase", 1);
    i2c_script_run(qts, "sync", "S00w 01 02 P", "a !d a a");
    i2c_script_check_log(qts, "now", "W 01 02 P");
    i2c_script_check_log(qts, "more", "W 01 02 P");
    qtest_quit(qts);
}

static void broadcast_read_is_ff_and_asks_nobody(void)
{
    QTestState *qts = start(CTL LATER NOW);
    size_t i;

    for (i = 0; i < ARRAY_SIZE(both); i++) {
        i2c_script_run(qts, both[i], "S00r r P", "a ff a");
        i2c_script_check_log(qts, "later", "R P");
    }
    /* and the next transaction is none */
    i2c_script_run(qts, "request", "S49w P", "a a");
    i2c_script_check_log(qts, "now", "R P R P W P");
    i2c_script_check_log(qts, "later", "");
    qtest_quit(qts);
}

static void broadcast_deadline_frees_all_slaves(void)
{
    QTestState *qts = start(CTL LATER NOW SECOND);

    i2c_script_set_int(qts, BUS, "reply-timeout-ms", 50);
    set_delay(qts, "second", -1);
    i2c_script_run(qts, "sync", "S00w P", "!a a");
    i2c_script_check_log(qts, "later", "W X");
    i2c_script_check_log(qts, "now", "W P");
    i2c_script_check_log(qts, "second", "W X");
    qtest_quit(qts);
}

/* Slaves as masters */

static void i2c_echo_echoes(void)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(both); i++) {
        QTestState *qts = start(CTL ECHO LATER);

        set_delay(qts, "later", 2 * i);
        i2c_script_run(qts, both[i], "S20w 48 11 22 P", "a a a a a");
        /* this START waits for the end of the echo */
        i2c_script_run(qts, "request", "S48w P", "a a");
        i2c_script_check_log(qts, "later", "W 11 22 P W P");
        qtest_quit(qts);
    }
}

static void start_waits_until_a_slave_releases_the_bus(void)
{
    QTestState *qts = start(CTL ECHO LATER);

    i2c_script_run(qts, "request", "S20w 48 11 22 P S48w 33 P",
                   "a a a a a a a a");
    i2c_script_check_log(qts, "later", "W 11 22 P W 33 P");
    qtest_quit(qts);
}

/*
 * bw-test-now accepts the master's START but does not acknowledge it, so that
 * i2c-echo keeps the bus.
 */
static void start_that_waits_for_the_bus_can_be_cancelled(void)
{
    QTestState *qts = start(CTL ECHO NOW);
    int i;

    i2c_script_run(qts, "request", "S20w 49 11 22 P", "a a a a a");
    for (i = 0; i < 2; i++) {
        i2c_script_set_string(qts, "ctl", "request", "S49w P");
        g_assert_true(i2c_script_get_bool(qts, "ctl", "pending"));
        i2c_script_set_bool(qts, "ctl", "cancel", true);
        g_assert_false(i2c_script_get_bool(qts, "ctl", "pending"));
    }
    /* the master's transaction has not been touched */
    i2c_script_check_log(qts, "now", "W");
    /* no byte goes into it either */
    i2c_script_run(qts, "request", "55 r P", "!d ff a");
    i2c_script_check_log(qts, "now", "");
    g_assert_true(i2c_script_get_bool(qts, "ctl", "busy"));

    /* when the master is done, nothing is left of the cancelled STARTs */
    i2c_script_set_bool(qts, "now", "ack", true);
    i2c_script_run(qts, "request", "S49w 33 P", "a a a");
    i2c_script_check_log(qts, "now", "P W 33 P");
    g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
    qtest_quit(qts);
}

/* Multiplexer: channel 0 is opened by writing 1 to it at 0x70 */

static void slave_behind_a_multiplexer_answers_later(void)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(both); i++) {
        QTestState *qts =
            start(CTL " -device pca9546,id=mux,bus=bw-test-i2c,address=0x70"
                      " -device bw-test-later,id=later,bus=i2c.0,address=0x48");

        set_delay(qts, "later", 2);
        i2c_script_run(qts, both[i], "S48w P", "!a a");
        i2c_script_run(qts, both[i], "S70w 01 P", "a a a");
        i2c_script_run(qts, both[i], "S48w 01 S48r2 r r n P", "a a a a0 a1 a");
        i2c_script_check_log(qts, "later",
                             i == 0 ? "W 01 R2 r r n P" : "W 01 R r r n P");
        set_delay(qts, "later", -1);
        i2c_script_set_string(qts, "ctl", "request", "S48w 01 P");
        i2c_script_set_string(qts, "ctl", "unplug", "mux");
        i2c_script_finish(qts, "!a !d a");
        g_assert_false(i2c_script_get_bool(qts, "ctl", "busy"));
        qtest_quit(qts);
    }
}

#define ADD(name) qtest_add_func("/i2c-core/" #name, name)

static void add_transfers(void)
{
    ADD(sensor_of_qemu_works_with_both_controllers);
    ADD(synchronous_slave_sees_the_same_from_both_controllers);
    ADD(new_controller_reads_slave_that_answers_inside_request);
    ADD(new_controller_reads_slave_that_answers_later);
    ADD(old_controller_reads_slave_that_answers_inside_request);
    ADD(old_controller_reads_slave_that_answers_later);
    ADD(nack_of_a_synchronous_slave_is_told);
    ADD(nack_of_an_asynchronous_slave_is_told);
    ADD(slave_that_refuses_start_sees_nothing_more);
    ADD(failed_read_is_told);
    ADD(failure_at_stop_is_told);
    ADD(repeated_start_elsewhere_stops_the_former_slave);
    ADD(late_failure_shows_at_repeated_start);
    ADD(repeated_start_to_nobody_stops_the_former_slave);
}

static void add_faults(void)
{
    ADD(old_controller_gives_up_at_the_deadline);
    ADD(new_controller_waits_until_it_cancels);
    ADD(answers_that_nobody_waits_for_are_ignored);
    ADD(cancel_between_phases_ends_the_transaction);
    ADD(cancelled_request_does_not_touch_a_synchronous_slave);
    ADD(bus_reset_withdraws_the_phase);
    ADD(unplugged_slave_counts_as_not_acknowledging);
    ADD(slave_unplugged_between_phases_leaves_the_transaction);
    ADD(controller_can_be_unplugged_in_mid_phase);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_transfers();
    add_faults();
    ADD(broadcast_waits_for_all_and_one_ack_is_enough);
    ADD(broadcast_fails_if_nobody_acknowledges);
    ADD(failure_at_the_stop_of_a_broadcast_is_told);
    ADD(byte_of_a_broadcast_reaches_slaves_after_a_nack);
    ADD(broadcast_read_is_ff_and_asks_nobody);
    ADD(broadcast_deadline_frees_all_slaves);
    ADD(i2c_echo_echoes);
    ADD(start_waits_until_a_slave_releases_the_bus);
    ADD(start_that_waits_for_the_bus_can_be_cancelled);
    ADD(slave_behind_a_multiplexer_answers_later);
    return g_test_run();
}
