/*
 * A guest's driver of dwc2; see guest_dwc2.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "guest_dwc2.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

#define DWC2       0x3f980000
#define HPRT0      (DWC2 + 0x440)
#define HPRT0_CONN (1u << 0)
#define HPRT0_ENA  (1u << 2)
#define HPRT0_RST  (1u << 8)
#define HPRT0_PWR  (1u << 12)

#define HCCHAR(n)    (DWC2 + 0x500 + 0x20 * (n))
#define HCCHAR_IN    (1u << 15)
#define HCCHAR_DIS   (1u << 30)
#define HCCHAR_ENA   (1u << 31)
#define HCINT(n)     (HCCHAR(n) + 0x08)
#define HCINT_DONE   (1u << 0)
#define HCINT_HALTED (1u << 1)
#define HCTSIZ(n)    (HCCHAR(n) + 0x10)
#define HCTSIZ_LEN   0x7ffffu
#define HCTSIZ_DATA1 (2u << 29)
#define HCTSIZ_SETUP (3u << 29)
#define HCDMA(n)     (HCCHAR(n) + 0x14)
#define RAM          0xc0000000 /* as the controller's bus has it */
#define DATA(n)      (0x10000 + 0x20000 * (n)) /* in RAM */

#define PACKET 64

static void wait_bits(QTestState *qts, uint32_t reg, uint32_t mask,
                      uint32_t bits)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while ((qtest_readl(qts, reg) & mask) != bits) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(qts, 1000 * 1000);
    }
}

void guest_dwc2_enable_port(QTestState *qts)
{
    wait_bits(qts, HPRT0, HPRT0_CONN, HPRT0_CONN);
    qtest_writel(qts, HPRT0, HPRT0_PWR | HPRT0_RST);
    qtest_writel(qts, HPRT0, HPRT0_PWR);
    wait_bits(qts, HPRT0, HPRT0_ENA, HPRT0_ENA);
}

void guest_dwc2_wait_unplugged(QTestState *qts)
{
    wait_bits(qts, HPRT0, HPRT0_CONN, 0);
}

bool guest_dwc2_is_plugged(QTestState *qts)
{
    return qtest_readl(qts, HPRT0) & HPRT0_CONN;
}

static void start(QTestState *qts, unsigned channel, uint32_t hcchar,
                  uint32_t hctsiz)
{
    qtest_writel(qts, HCINT(channel), 0x3fff);
    qtest_writel(qts, HCTSIZ(channel), hctsiz);
    qtest_writel(qts, HCDMA(channel), RAM + DATA(channel));
    qtest_writel(qts, HCCHAR(channel), HCCHAR_ENA | hcchar | PACKET);
}

void guest_dwc2_start(QTestState *qts, unsigned channel, uint8_t address,
                      enum guest_dwc2_type type, uint32_t len)
{
    uint32_t packets = MIN(DIV_ROUND_UP(len, PACKET), 0x3ff);

    start(qts, channel,
          (uint32_t)type << 18 | (address & 0x80 ? HCCHAR_IN : 0) |
              (address & 0xf) << 11,
          packets << 19 | len);
}

void guest_dwc2_setup(QTestState *qts, unsigned channel, unsigned endpoint,
                      const uint8_t request[8])
{
    qtest_memwrite(qts, DATA(channel), request, 8);
    start(qts, channel, endpoint << 11, HCTSIZ_SETUP | 1u << 19 | 8);
}

void guest_dwc2_status(QTestState *qts, unsigned channel)
{
    start(qts, channel, HCCHAR_IN, HCTSIZ_DATA1 | 1u << 19);
}

void guest_dwc2_halt(QTestState *qts, unsigned channel)
{
    qtest_writel(qts, HCCHAR(channel), HCCHAR_DIS);
}

bool guest_dwc2_is_halted(QTestState *qts, unsigned channel)
{
    return qtest_readl(qts, HCINT(channel)) & HCINT_HALTED;
}

bool guest_dwc2_finish(QTestState *qts, unsigned channel)
{
    wait_bits(qts, HCINT(channel), HCINT_HALTED, HCINT_HALTED);
    return qtest_readl(qts, HCINT(channel)) & HCINT_DONE;
}

uint32_t guest_dwc2_left(QTestState *qts, unsigned channel)
{
    return qtest_readl(qts, HCTSIZ(channel)) & HCTSIZ_LEN;
}
