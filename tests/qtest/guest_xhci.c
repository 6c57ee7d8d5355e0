/*
 * A guest's driver of qemu-xhci; see guest_xhci.h.
 *
 * Memory: one page each for the arrays of the controller, the contexts, the
 * rings and the data.  -M virt has its PCI configuration space at 0x3f000000
 * and its PCI memory at 0x10000000 (docs/system/arm/virt of QEMU).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "guest_xhci.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

#define PCI_XHCI 0x3f008000 /* device 1, function 0 */
#define BAR      0x10000000

#define MEMORY   0x40000000
#define DCBAA    (MEMORY + 0x1000) /* device context base addresses */
#define ERST     (MEMORY + 0x2000) /* event ring segment table */
#define EVENTS   (MEMORY + 0x3000)
#define COMMANDS (MEMORY + 0x4000)
#define INPUT    (MEMORY + 0x5000) /* input context */
#define OUTPUT   (MEMORY + 0x6000) /* device context */
#define RING(ep) (MEMORY + 0x10000 + 0x1000 * (ep))
#define DATA     (MEMORY + 0x100000)
#define TRBS     256 /* of 16 bytes, on a page */

#define OPER        (BAR + 0x40)
#define USBCMD      (OPER + 0x00)
#define USBCMD_RUN  (1u << 0)
#define CRCR        (OPER + 0x18)
#define DCBAAP      (OPER + 0x30)
#define CONFIG      (OPER + 0x38)
#define PORTSC(n)   (OPER + 0x3f0 + 0x10 * (n)) /* from 1 on */
#define PORTSC_CCS  (1u << 0)
#define PORTSC_PR   (1u << 4)
#define PORTSC_PP   (1u << 9)
#define PORTS       8
#define INTERRUPTER (BAR + 0x1020)
#define ERSTSZ      (INTERRUPTER + 0x08)
#define ERSTBA      (INTERRUPTER + 0x10)
#define ERDP        (INTERRUPTER + 0x18)
#define DOORBELL(n) (BAR + 0x2000 + 4 * (n))

#define TRB_CYCLE      (1u << 0)
#define TRB_TOGGLE     (1u << 1) /* of a link */
#define TRB_IOC        (1u << 5)
#define TRB_IDT        (1u << 6)
#define TRB_TYPE(n)    ((n) << 10)
#define TRB_TYPE_OF(c) (((c) >> 10) & 0x3f)
#define TRB_DIR_IN     (1u << 16)
#define TRB_SIA        (1u << 31) /* start isochronous as soon as possible */

enum {
    TRB_NORMAL = 1,
    TRB_SETUP = 2,
    TRB_DATA = 3,
    TRB_STATUS = 4,
    TRB_ISOCH = 5,
    TRB_LINK = 6,
    CMD_ENABLE_SLOT = 9,
    CMD_DISABLE_SLOT = 10,
    CMD_ADDRESS = 11,
    CMD_CONFIGURE = 12,
    CMD_RESET = 14,
    CMD_STOP = 15,
    CMD_SET_DEQUEUE = 16,
    EVENT_TRANSFER = 32,
    EVENT_COMMAND = 33,
};

static void write_trb(struct guest_xhci *x, uint64_t at, uint64_t parameter,
                      uint32_t status, uint32_t control)
{
    qtest_writeq(x->qts, at, parameter);
    qtest_writel(x->qts, at + 8, status);
    qtest_writel(x->qts, at + 12, control);
}

/* Returns false if there is no event. */
static bool take_event(struct guest_xhci *x, uint64_t *parameter,
                       uint32_t *status, uint32_t *control)
{
    uint64_t at = EVENTS + 16 * x->next_event;

    *control = qtest_readl(x->qts, at + 12);
    if ((*control & TRB_CYCLE) != x->event_cycle) {
        return false;
    }
    *parameter = qtest_readq(x->qts, at);
    *status = qtest_readl(x->qts, at + 8);
    if (++x->next_event == TRBS) {
        x->next_event = 0;
        x->event_cycle = !x->event_cycle;
    }
    qtest_writel(x->qts, ERDP, EVENTS + 16 * x->next_event);
    return true;
}

/* Returns: the control word of the event of this type about a TRB, or one of
 * the @more bytes behind it */
static uint32_t wait_event(struct guest_xhci *x, unsigned type, uint64_t about,
                           unsigned more, uint32_t *status)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    uint64_t parameter;
    uint32_t control;

    for (;;) {
        if (!take_event(x, &parameter, status, &control)) {
            g_assert_cmpint(g_get_monotonic_time(), <, end);
            qtest_clock_step(x->qts, 1000 * 1000);
        } else if (TRB_TYPE_OF(control) == type && parameter - about <= more) {
            return control;
        }
    }
}

/* Returns: the slot that it tells */
static unsigned command(struct guest_xhci *x, unsigned type, uint64_t parameter,
                        uint32_t bits)
{
    uint64_t at = COMMANDS + 16 * x->next_command;
    uint32_t status, control;

    write_trb(x, at, parameter, 0,
              TRB_TYPE(type) | bits | (x->command_cycle ? TRB_CYCLE : 0));
    if (++x->next_command == TRBS - 1) {
        write_trb(x, COMMANDS + 16 * x->next_command, COMMANDS, 0,
                  TRB_TYPE(TRB_LINK) | TRB_TOGGLE |
                      (x->command_cycle ? TRB_CYCLE : 0));
        x->next_command = 0;
        x->command_cycle = !x->command_cycle;
    }
    qtest_writel(x->qts, DOORBELL(0), 0);
    control = wait_event(x, EVENT_COMMAND, at, 0, &status);
    return control >> 24;
}

void guest_xhci_init(struct guest_xhci *x, QTestState *qts)
{
    *x = (struct guest_xhci){
        .qts = qts,
        .command_cycle = true,
        .event_cycle = true,
    };
    qtest_writel(qts, PCI_XHCI + 0x10, BAR);
    qtest_writel(qts, PCI_XHCI + 0x14, 0);
    qtest_writel(qts, PCI_XHCI + 0x04, 6); /* memory, bus master */
    qtest_writel(qts, CONFIG, 8);
    qtest_writel(qts, DCBAAP, DCBAA);
    qtest_writel(qts, DCBAAP + 4, 0);
    qtest_writel(qts, CRCR, COMMANDS | 1);
    qtest_writel(qts, CRCR + 4, 0);
    qtest_writeq(qts, ERST, EVENTS);
    qtest_writel(qts, ERST + 8, TRBS);
    qtest_writel(qts, ERSTSZ, 1);
    qtest_writel(qts, ERDP, EVENTS);
    qtest_writel(qts, ERDP + 4, 0);
    qtest_writel(qts, ERSTBA, ERST);
    qtest_writel(qts, ERSTBA + 4, 0);
    qtest_writel(qts, USBCMD, USBCMD_RUN);
}

/* Returns: the number of the first port with a device; 0: none */
static unsigned find_port(struct guest_xhci *x)
{
    for (unsigned port = 1; port <= PORTS; port++) {
        if (qtest_readl(x->qts, PORTSC(port)) & PORTSC_CCS) {
            return port;
        }
    }
    return 0;
}

bool guest_xhci_is_plugged(struct guest_xhci *x)
{
    return find_port(x) != 0;
}

/* An input context adds the slot's and that of @endpoint. */
static void put_input(struct guest_xhci *x, unsigned port, unsigned endpoint,
                      enum guest_xhci_type type, uint16_t packet)
{
    uint64_t at = INPUT + 0x20 * (endpoint + 1);

    qtest_memset(x->qts, INPUT, 0, 0x1000);
    qtest_writel(x->qts, INPUT + 4, 1u << endpoint | 1);
    qtest_writel(x->qts, INPUT + 0x20, 31u << 27);
    qtest_writel(x->qts, INPUT + 0x24, port << 16);
    qtest_writel(x->qts, at + 4, packet << 16 | type << 3);
    qtest_writel(x->qts, at + 8, RING(endpoint) | TRB_CYCLE);
    qtest_memset(x->qts, RING(endpoint), 0, 0x1000);
    x->next_trb[endpoint] = 0;
}

void guest_xhci_address(struct guest_xhci *x)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    unsigned port;

    while (!(port = find_port(x))) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(x->qts, 10 * 1000 * 1000);
    }
    qtest_writel(x->qts, PORTSC(port), PORTSC_PP | PORTSC_PR);
    x->slot = command(x, CMD_ENABLE_SLOT, 0, 0);
    g_assert_cmpuint(x->slot, !=, 0);
    qtest_writeq(x->qts, DCBAA + 8 * x->slot, OUTPUT);
    put_input(x, port, 1, XHCI_CONTROL, 64);
    command(x, CMD_ADDRESS, INPUT, x->slot << 24);
}

void guest_xhci_forget(struct guest_xhci *x)
{
    if (x->slot) {
        command(x, CMD_DISABLE_SLOT, 0, x->slot << 24);
        x->slot = 0;
    }
}

static unsigned number(uint8_t address)
{
    return 2 * (address & 0xf) + (address & 0x80 || !address ? 1 : 0);
}

void guest_xhci_endpoint(struct guest_xhci *x, uint8_t address,
                         enum guest_xhci_type type, uint16_t packet)
{
    put_input(x, 0, number(address), type, packet);
    command(x, CMD_CONFIGURE, INPUT, x->slot << 24);
}

static uint64_t append(struct guest_xhci *x, unsigned endpoint,
                       uint64_t parameter, uint32_t status, uint32_t control)
{
    uint64_t at = RING(endpoint) + 16 * x->next_trb[endpoint]++;

    write_trb(x, at, parameter, status, control | TRB_CYCLE);
    return at;
}

uint64_t guest_xhci_start(struct guest_xhci *x, uint8_t address,
                          enum guest_xhci_type type, uint32_t len)
{
    bool iso = type == XHCI_ISO_IN || type == XHCI_ISO_OUT;
    unsigned endpoint = number(address);
    uint64_t at;

    if (x->next_trb[endpoint] >= TRBS - 4) {
        return 0;
    }
    at = append(
        x, endpoint, DATA, len,
        TRB_IOC | (iso ? TRB_TYPE(TRB_ISOCH) | TRB_SIA : TRB_TYPE(TRB_NORMAL)));
    qtest_writel(x->qts, DOORBELL(x->slot), endpoint);
    return at;
}

uint64_t guest_xhci_control(struct guest_xhci *x, const uint8_t request[8])
{
    uint32_t len = lduw_le_p(request + 6);
    bool in = request[0] & 0x80;
    uint64_t at;

    if (x->next_trb[1] >= TRBS - 4) {
        return 0;
    }
    at = append(x, 1, ldq_le_p(request), 8,
                TRB_TYPE(TRB_SETUP) | TRB_IDT |
                    (len ? (in ? 3u : 2u) << 16 : 0));
    if (len) {
        append(x, 1, DATA, len, TRB_TYPE(TRB_DATA) | (in ? TRB_DIR_IN : 0));
    }
    append(x, 1, 0, 0,
           TRB_TYPE(TRB_STATUS) | TRB_IOC | (in && len ? 0 : TRB_DIR_IN));
    qtest_writel(x->qts, DOORBELL(x->slot), 1);
    return at;
}

void guest_xhci_stop(struct guest_xhci *x, uint8_t address)
{
    unsigned endpoint = number(address);
    uint32_t bits = x->slot << 24 | endpoint << 16;

    command(x, CMD_RESET, 0, bits); /* one of them fails */
    command(x, CMD_STOP, 0, bits);
    command(x, CMD_SET_DEQUEUE,
            (RING(endpoint) + 16 * x->next_trb[endpoint]) | TRB_CYCLE, bits);
}

unsigned guest_xhci_finish(struct guest_xhci *x, uint64_t trb)
{
    uint32_t status;

    /* A control transfer has three, and ends with the last one, or before */
    wait_event(x, EVENT_TRANSFER, trb, trb < RING(2) ? 32 : 0, &status);
    return status >> 24;
}

bool guest_xhci_has_finished(struct guest_xhci *x, uint64_t trb)
{
    uint64_t parameter;
    uint32_t status, control;

    while (take_event(x, &parameter, &status, &control)) {
        if (TRB_TYPE_OF(control) == EVENT_TRANSFER && parameter == trb) {
            return true;
        }
    }
    return false;
}
