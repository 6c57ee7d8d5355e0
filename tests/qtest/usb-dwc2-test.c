/*
 * QEMU's dwc2 controller, of -M raspi2b, with a device that answers late: a
 * redirected one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "fake_usb.h"
#include "guest_dwc2.h"
#include "passthrough_bench.h"

#define CHANNEL 3
#define OTHER   4

#define PACKET 64 /* what the driver takes the endpoint's packets for */

/* --- the bench --- */

static void wait_seen(struct bench *b, const char *what)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    for (;;) {
        g_autofree char *seen = fake_usb_seen(b->agent);

        if (g_str_has_suffix(seen, what)) {
            return;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(b->qts, 1000 * 1000);
    }
}

/* As a driver does that has seen a device come. */
static void enable_port(struct bench *b)
{
    guest_dwc2_enable_port(b->qts);
    wait_seen(b, "reset\n");
}

static void boot(struct bench *b, uint16_t packet)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_usb_plug(b->agent, true, packet);
    b->qts = qtest_initf("-M raspi2b -chardev socket,id=pi,path=%s,"
                         "reconnect-ms=50 "
                         "-chardev benchwire-usb,id=u0,chardev=pi,export=%s "
                         "-device usb-redir,id=u,chardev=u0,port=1 2>%s",
                         b->socket, FAKE_EXPORT, b->log);
    /* for bench_finish() */
    g_assert_true(g_file_set_contents(b->trace, "", 0, NULL));
    enable_port(b);
}

/* Ask for @len bytes. */
static void start_in(struct bench *b, uint32_t len)
{
    guest_dwc2_start(b->qts, CHANNEL, FAKE_USB_IN, DWC2_BULK, len);
}

/* Returns how many of the bytes have not come. */
static uint32_t finish_in(struct bench *b)
{
    g_assert_true(guest_dwc2_finish(b->qts, CHANNEL));
    return guest_dwc2_left(b->qts, CHANNEL);
}

static void fail_in(struct bench *b)
{
    g_assert_false(guest_dwc2_finish(b->qts, CHANNEL));
}

static void assert_in_works(struct bench *b)
{
    start_in(b, PACKET);
    wait_seen(b, "in 64\n");
    fake_usb_answer(b->agent, PACKET);
    g_assert_cmpuint(finish_in(b), ==, 0);
}

/* --- packets in flight --- */

static void test_channel_that_is_halted_takes_its_packet_back(void)
{
    struct bench b;

    boot(&b, PACKET);
    for (int i = 0; i < 3; i++) {
        start_in(&b, PACKET);
        wait_seen(&b, "in 64\n");
        guest_dwc2_halt(b.qts, CHANNEL);
        guest_dwc2_finish(b.qts, CHANNEL);
        wait_seen(&b, "cancel\n");
    }
    assert_in_works(&b);
    bench_finish(&b);
}

static void test_device_that_goes_takes_its_packet_along(void)
{
    struct bench b;

    boot(&b, PACKET);
    for (int i = 0; i < 3; i++) {
        start_in(&b, PACKET);
        wait_seen(&b, "in 64\n");
        fake_usb_unplug(b.agent);
        guest_dwc2_wait_unplugged(b.qts);
        fake_usb_plug(b.agent, true, PACKET);
        enable_port(&b);
        guest_dwc2_halt(b.qts, CHANNEL);
        assert_in_works(&b);
    }
    bench_finish(&b);
}

static void test_agent_that_goes_takes_its_packet_along(void)
{
    struct bench b;

    boot(&b, PACKET);
    start_in(&b, PACKET);
    wait_seen(&b, "in 64\n");
    fake_agent_drop(b.agent);
    guest_dwc2_wait_unplugged(b.qts);
    enable_port(&b);
    guest_dwc2_halt(b.qts, CHANNEL);
    assert_in_works(&b);
    bench_finish(&b);
}

static void test_reset_forgets_the_packet(void)
{
    struct bench b;

    boot(&b, PACKET);
    start_in(&b, PACKET);
    wait_seen(&b, "in 64\n");
    qtest_system_reset(b.qts);
    enable_port(&b);
    assert_in_works(&b);
    bench_finish(&b);
}

/* A network device has no endpoint for data in its setting 0, and a guest may
 * choose that while it waits for data.  More that it sends there is not
 * answered, and does no harm. */
static void test_endpoint_that_goes_ends_its_packets(void)
{
    struct bench b;

    boot(&b, PACKET);
    start_in(&b, PACKET);
    wait_seen(&b, "in 64\n");
    fake_usb_set_in(b.agent, false);
    fail_in(&b);
    start_in(&b, PACKET);
    guest_dwc2_halt(b.qts, CHANNEL);
    fake_usb_unplug(b.agent);
    guest_dwc2_wait_unplugged(b.qts);
    fake_usb_set_in(b.agent, true);
    fake_usb_plug(b.agent, true, PACKET);
    enable_port(&b);
    assert_in_works(&b);
    bench_finish(&b);
}

/* A transfer that is tried again finds nobody, as one does on a wire. */
static void test_device_with_another_address_does_not_answer(void)
{
    static const uint8_t set_address[8] = { 0, 5, 9 };
    struct bench b;

    boot(&b, PACKET);
    start_in(&b, PACKET);
    wait_seen(&b, "in 64\n");
    fake_usb_set_in(b.agent, false);
    fail_in(&b);
    start_in(&b, PACKET); /* is not answered, and tried again */
    guest_dwc2_setup(b.qts, OTHER, 0, set_address);
    g_assert_true(guest_dwc2_finish(b.qts, OTHER));
    guest_dwc2_status(b.qts, OTHER);
    g_assert_true(guest_dwc2_finish(b.qts, OTHER));
    fail_in(&b);
    bench_finish(&b);
}

/* Only endpoint 0 takes one. */
static void test_setup_for_another_endpoint_does_no_harm(void)
{
    static const uint8_t set_address[8] = { 0, 5, 9 };
    struct bench b;

    boot(&b, PACKET);
    for (unsigned endpoint = 1; endpoint < 16; endpoint++) {
        guest_dwc2_setup(b.qts, CHANNEL, endpoint, set_address);
        guest_dwc2_halt(b.qts, CHANNEL);
    }
    assert_in_works(&b);
    bench_finish(&b);
}

/* --- the packets' size --- */

/* What a device of high speed sends at once is not babble on a port of full
 * speed; and a short packet of it may be several of the driver's. */
static void test_packet_larger_than_the_drivers_comes_whole(void)
{
    struct bench b;

    boot(&b, 512);
    start_in(&b, 512);
    wait_seen(&b, "in 512\n");
    fake_usb_answer(b.agent, 2 * PACKET);
    g_assert_cmpuint(finish_in(&b), ==, 512 - 2 * PACKET);
    bench_finish(&b);
}

static void test_packet_of_the_drivers_size_comes_alone(void)
{
    struct bench b;

    boot(&b, PACKET);
    start_in(&b, 3 * PACKET);
    for (int i = 0; i < 3; i++) {
        wait_seen(&b, "in 64\n");
        fake_usb_answer(b.agent, i < 2 ? PACKET : 1);
    }
    g_assert_cmpuint(finish_in(&b), ==, PACKET - 1);
    bench_finish(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/usb-dwc2/" #name, test_##name)
    ADD(channel_that_is_halted_takes_its_packet_back);
    ADD(device_that_goes_takes_its_packet_along);
    ADD(agent_that_goes_takes_its_packet_along);
    ADD(reset_forgets_the_packet);
    ADD(endpoint_that_goes_ends_its_packets);
    ADD(device_with_another_address_does_not_answer);
    ADD(setup_for_another_endpoint_does_no_harm);
    ADD(packet_larger_than_the_drivers_comes_whole);
    ADD(packet_of_the_drivers_size_comes_alone);
#undef ADD
    return g_test_run();
}
