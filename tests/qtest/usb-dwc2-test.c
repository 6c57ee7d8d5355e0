/*
 * QEMU's dwc2 controller, of -M raspi2b, with a device that answers late: a
 * redirected one.  Its driver here is a channel and its registers.
 *
 * Registers: "BCM2835 ARM Peripherals" chapter 15 names the core, DWC_otg;
 * offsets and bits as include/hw/usb/dwc2-regs.h of QEMU has them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "fake_usb.h"
#include "passthrough_bench.h"

#define DWC2         0x3f980000
#define HPRT0        (DWC2 + 0x440)
#define HPRT0_CONN   (1u << 0)
#define HPRT0_ENA    (1u << 2)
#define HPRT0_RST    (1u << 8)
#define HPRT0_PWR    (1u << 12)
#define CHANNEL      (DWC2 + 0x500 + 3 * 0x20)
#define OTHER        (DWC2 + 0x500 + 4 * 0x20) /* channel */
#define HCCHAR       (CHANNEL + 0x00)
#define HCCHAR_BULK  (2u << 18)
#define HCCHAR_CTRL  (0u << 18)
#define HCCHAR_IN    (1u << 15)
#define HCCHAR_DIS   (1u << 30)
#define HCCHAR_ENA   (1u << 31)
#define HCINT        (CHANNEL + 0x08)
#define HCINT_DONE   (1u << 0)
#define HCINT_HALTED (1u << 1)
#define HCTSIZ       (CHANNEL + 0x10)
#define HCTSIZ_LEN   0x7ffffu
#define HCTSIZ_DATA1 (2u << 29)
#define HCTSIZ_SETUP (3u << 29)
#define HCDMA        (CHANNEL + 0x14)
#define DMA          0xc0010000 /* RAM as the controller's bus has it */

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

static uint32_t wait_bits(struct bench *b, uint32_t reg, uint32_t mask,
                          uint32_t bits)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    uint32_t value;

    while ((value = qtest_readl(b->qts, reg), (value & mask) != bits)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(b->qts, 1000 * 1000);
    }
    return value;
}

/* Reset the port, as a driver does that has seen a device come. */
static void enable_port(struct bench *b)
{
    wait_bits(b, HPRT0, HPRT0_CONN, HPRT0_CONN);
    qtest_writel(b->qts, HPRT0, HPRT0_PWR | HPRT0_RST);
    qtest_writel(b->qts, HPRT0, HPRT0_PWR);
    wait_bits(b, HPRT0, HPRT0_ENA, HPRT0_ENA);
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
    uint32_t packets = DIV_ROUND_UP(len, PACKET);

    qtest_writel(b->qts, HCINT, 0x3fff);
    qtest_writel(b->qts, HCTSIZ, packets << 19 | len);
    qtest_writel(b->qts, HCDMA, DMA);
    qtest_writel(b->qts, HCCHAR,
                 HCCHAR_ENA | HCCHAR_BULK | HCCHAR_IN |
                     (FAKE_USB_IN & 0xf) << 11 | PACKET);
}

/* Returns how many of the bytes have not come. */
static uint32_t finish_in(struct bench *b)
{
    wait_bits(b, HCINT, HCINT_DONE | HCINT_HALTED, HCINT_DONE | HCINT_HALTED);
    return qtest_readl(b->qts, HCTSIZ) & HCTSIZ_LEN;
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
        qtest_writel(b.qts, HCCHAR, HCCHAR_DIS);
        wait_bits(&b, HCINT, HCINT_HALTED, HCINT_HALTED);
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
        wait_bits(&b, HPRT0, HPRT0_CONN, 0);
        fake_usb_plug(b.agent, true, PACKET);
        enable_port(&b);
        qtest_writel(b.qts, HCCHAR, HCCHAR_DIS);
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
    wait_bits(&b, HPRT0, HPRT0_CONN, 0);
    enable_port(&b);
    qtest_writel(b.qts, HCCHAR, HCCHAR_DIS);
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
    wait_bits(&b, HCINT, HCINT_HALTED | HCINT_DONE, HCINT_HALTED);
    start_in(&b, PACKET);
    qtest_writel(b.qts, HCCHAR, HCCHAR_DIS);
    fake_usb_unplug(b.agent);
    wait_bits(&b, HPRT0, HPRT0_CONN, 0);
    fake_usb_set_in(b.agent, true);
    fake_usb_plug(b.agent, true, PACKET);
    enable_port(&b);
    assert_in_works(&b);
    bench_finish(&b);
}

static void control(struct bench *b, uint32_t bits, uint32_t hctsiz)
{
    qtest_writel(b->qts, OTHER + HCINT - CHANNEL, 0x3fff);
    qtest_writel(b->qts, OTHER + HCTSIZ - CHANNEL, hctsiz);
    qtest_writel(b->qts, OTHER + HCDMA - CHANNEL, DMA);
    qtest_writel(b->qts, OTHER, HCCHAR_ENA | HCCHAR_CTRL | bits | PACKET);
    wait_bits(b, OTHER + HCINT - CHANNEL, HCINT_DONE, HCINT_DONE);
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
    wait_bits(&b, HCINT, HCINT_HALTED | HCINT_DONE, HCINT_HALTED);
    start_in(&b, PACKET); /* is not answered, and tried again */
    qtest_memwrite(b.qts, DMA - 0xc0000000, set_address, 8);
    control(&b, 0, HCTSIZ_SETUP | 1 << 19 | 8);
    control(&b, HCCHAR_IN, HCTSIZ_DATA1 | 1 << 19);
    wait_bits(&b, HCINT, HCINT_HALTED | HCINT_DONE, HCINT_HALTED);
    bench_finish(&b);
}

/* Only endpoint 0 takes one. */
static void test_setup_for_another_endpoint_does_no_harm(void)
{
    struct bench b;

    boot(&b, PACKET);
    for (uint32_t endpoint = 1; endpoint < 16; endpoint++) {
        qtest_writel(b.qts, HCTSIZ, HCTSIZ_SETUP | 1 << 19 | 8);
        qtest_writel(b.qts, HCDMA, DMA);
        qtest_writel(b.qts, HCCHAR,
                     HCCHAR_ENA | HCCHAR_CTRL | endpoint << 11 | PACKET);
        qtest_writel(b.qts, HCCHAR, HCCHAR_DIS);
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
