/*
 * nRF51 general purpose input/output (GPIO): registers, pads, DETECT
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "General-Purpose
 * Input/Output (GPIO)"; Nordic's nrf51.svd for registers, bits and reset
 * values; nRF51822 Product Specification v3.1, GPIO electrical specification,
 * for resistances: a driver drops 0.3 V at 0.5 mA (standard) or 5 mA (high),
 * a pull is 13 kohm.
 *
 * The way of a level out: OUT -> here -> boards/board_net.c -> the board; in:
 * the net -> here (IN, SENSE) and nrf51_pins.c -> a peripheral's input.
 *
 * OUT is written thousands of times a second to show a picture, and 800000
 * times to light an addressable LED: what does not change costs nothing, and
 * the rest touches the nets concerned only.
 *
 * Where the sources are silent:
 *  - bytes and halfwords of each register can be accessed alone; of OUTSET and
 *    the like they set or clear the bits they hold;
 *  - IN reads 0, and SENSE matches nothing, while PIN_CNF.INPUT disconnects
 *    the buffer; PULL acts regardless of that and of DIR;
 *  - the reserved code of PULL is no pull, that of SENSE no sense;
 *  - a pin of which nothing is connected is low;
 *  - P0.31, which has no pad, behaves as the others.
 *
 * Not modelled: rise and fall times, the delay of the input synchroniser, the
 * highest current of a pin or of all of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_gpio.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(OUT,      0x504)
REG32(OUTSET,   0x508)
REG32(OUTCLR,   0x50C)
REG32(IN,       0x510)
REG32(DIR,      0x514)
REG32(DIRSET,   0x518)
REG32(DIRCLR,   0x51C)
REG32(PIN_CNF0, 0x700)           /* 32 of them */
    FIELD(PIN_CNF0, DIR, 0, 1)   /* the pin's bit of DIR */
    FIELD(PIN_CNF0, INPUT, 1, 1) /* 1: buffer disconnected */
    FIELD(PIN_CNF0, PULL, 2, 2)
    FIELD(PIN_CNF0, DRIVE, 8, 3)
    FIELD(PIN_CNF0, SENSE, 16, 2)
/* clang-format on */

#define REGION_SIZE    0x1000
#define A_PIN_CNF_LAST (A_PIN_CNF0 + 4 * (NRF51_PINS - 1))
#define PIN_CNF_RESET  R_PIN_CNF0_INPUT_MASK
#define PIN_CNF_MASK   (R_PIN_CNF0_INPUT_MASK | R_PIN_CNF0_PULL_MASK | \
                        R_PIN_CNF0_DRIVE_MASK | R_PIN_CNF0_SENSE_MASK)

enum { PULL_NONE, PULL_DOWN, PULL_UP = 3 };
enum { SENSE_HIGH = 2, SENSE_LOW = 3 };

#define STANDARD_OHMS  600
#define HIGH_OHMS      60
#define PULL_OHMS      13000
#define DEFAULT_VDD_MV 3000
#define MIN_VDD_MV     1700 /* below, the chip is off */
#define MAX_VDD_MV     3600

/* By PIN_CNF.DRIVE: the driver when it gives 0, and when it gives 1 */
static const uint32_t drive_ohms[8][2] = {
    { STANDARD_OHMS, STANDARD_OHMS }, /* S0S1 */
    { HIGH_OHMS, STANDARD_OHMS },     /* H0S1 */
    { STANDARD_OHMS, HIGH_OHMS },     /* S0H1 */
    { HIGH_OHMS, HIGH_OHMS },         /* H0H1 */
    { BW_NET_OPEN, STANDARD_OHMS },   /* D0S1 */
    { BW_NET_OPEN, HIGH_OHMS },       /* D0H1 */
    { STANDARD_OHMS, BW_NET_OPEN },   /* S0D1 */
    { HIGH_OHMS, BW_NET_OPEN },       /* H0D1 */
};

bool nrf51_gpio_is_quiet(const Nrf51Gpio *s)
{
    /* not DEVICE(): this is asked at each edge */
    return device_is_in_reset((DeviceState *)&s->parent_obj.parent_obj) ||
           board_net_is_loading();
}

/* DETECT */

static void update_detect(Nrf51Gpio *s)
{
    uint32_t match = (s->level & s->sense_high) | (~s->level & s->sense_low);
    bool detect = (match & s->connected) != 0;
    Nrf51DetectListener *l;

    if (detect == s->detect) {
        return;
    }
    s->detect = detect;
    trace_bw_nrf51_gpio_detect(detect);
    if (nrf51_gpio_is_quiet(s)) {
        return;
    }
    QLIST_FOREACH(l, &s->detect_listeners, link) {
        l->changed(l->opaque, detect);
    }
}

bool nrf51_gpio_detect(const Nrf51Gpio *gpio)
{
    return gpio->detect;
}

void nrf51_gpio_listen_detect(Nrf51Gpio *gpio, Nrf51DetectListener *listener)
{
    QLIST_INSERT_HEAD(&gpio->detect_listeners, listener, link);
}

static void net_changed(void *opaque, BoardNet *net)
{
    Nrf51Pad *pad = opaque;
    Nrf51Gpio *s = pad->gpio;
    uint32_t level = deposit32(s->level, pad->number, 1, board_net_level(net));

    if (level != s->level) {
        s->level = level;
        trace_bw_nrf51_gpio_level(pad->number, board_net_level(net),
                                  nrf_time());
        update_detect(s);
    }
}

/* Pads */

void nrf51_pad_update(Nrf51Pad *pad)
{
    Nrf51Gpio *s = pad->gpio;
    bool on;
    bool high;

    if (pad->driver) {
        on = pad->driver->output != NRF51_PIN_RELEASED;
        high = pad->driver->output == NRF51_PIN_HIGH;
        pad->drive.name = pad->driver->name;
    } else {
        on = extract32(s->dir, pad->number, 1);
        high = extract32(s->out, pad->number, 1);
        pad->drive.name = "GPIO";
    }
    board_net_drive(pad->net, &pad->drive, high ? s->vdd_mv : 0,
                    on ? pad->ohms[high] : BW_NET_OPEN);
}

static void update_pads(Nrf51Gpio *s, uint32_t pins)
{
    while (pins) {
        nrf51_pad_update(&s->pad[ctz32(pins)]);
        pins &= pins - 1;
    }
}

static void update_pull(Nrf51Pad *pad, unsigned pull)
{
    board_net_drive(pad->net, &pad->pull,
                    pull == PULL_UP ? pad->gpio->vdd_mv : 0,
                    pull == PULL_UP || pull == PULL_DOWN ? PULL_OHMS
                                                         : BW_NET_OPEN);
}

/* Both change at once: there is never a moment with neither. */
static void configure_pad(Nrf51Pad *pad)
{
    uint32_t cnf = pad->gpio->cnf[pad->number];
    unsigned pull = FIELD_EX32(cnf, PIN_CNF0, PULL);

    memcpy(pad->ohms, drive_ohms[FIELD_EX32(cnf, PIN_CNF0, DRIVE)],
           sizeof(pad->ohms));
    if (pull == PULL_NONE) {
        nrf51_pad_update(pad);
        update_pull(pad, pull);
    } else {
        update_pull(pad, pull);
        nrf51_pad_update(pad);
    }
}

/* Registers */

static void set_out(Nrf51Gpio *s, uint32_t out)
{
    uint32_t changed = (s->out ^ out) & s->dir & ~s->taken;

    s->out = out;
    update_pads(s, changed);
}

static void set_dir(Nrf51Gpio *s, uint32_t dir)
{
    uint32_t changed = (s->dir ^ dir) & ~s->taken;

    s->dir = dir;
    update_pads(s, changed);
}

static void set_cnf(Nrf51Gpio *s, unsigned n, uint32_t value)
{
    unsigned sense = FIELD_EX32(value, PIN_CNF0, SENSE);

    s->cnf[n] = value & PIN_CNF_MASK;
    s->dir = deposit32(s->dir, n, 1, FIELD_EX32(value, PIN_CNF0, DIR));
    s->connected = deposit32(s->connected, n, 1,
                             !FIELD_EX32(value, PIN_CNF0, INPUT));
    s->sense_high = deposit32(s->sense_high, n, 1, sense == SENSE_HIGH);
    s->sense_low = deposit32(s->sense_low, n, 1, sense == SENSE_LOW);
    configure_pad(&s->pad[n]);
    update_detect(s);
}

static uint32_t get_cnf(Nrf51Gpio *s, unsigned n)
{
    return s->cnf[n] | extract32(s->dir, n, 1);
}

static const char *name_of(hwaddr offset)
{
    switch (offset & ~3) {
    case A_OUT:
        return "OUT";
    case A_OUTSET:
        return "OUTSET";
    case A_OUTCLR:
        return "OUTCLR";
    case A_IN:
        return "IN";
    case A_DIR:
        return "DIR";
    case A_DIRSET:
        return "DIRSET";
    case A_DIRCLR:
        return "DIRCLR";
    case A_PIN_CNF0 ... A_PIN_CNF_LAST:
        return "PIN_CNF";
    default:
        return "?";
    }
}

static uint32_t read_word(Nrf51Gpio *s, hwaddr offset)
{
    switch (offset) {
    case A_OUT:
    case A_OUTSET:
    case A_OUTCLR:
        return s->out;
    case A_IN:
        return s->level & s->connected;
    case A_DIR:
    case A_DIRSET:
    case A_DIRCLR:
        return s->dir;
    case A_PIN_CNF0 ... A_PIN_CNF_LAST:
        return get_cnf(s, (offset - A_PIN_CNF0) / 4);
    default:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: read of 0x%03" HWADDR_PRIx ": no such register\n",
                      TYPE_NRF51_GPIO, offset);
        return 0;
    }
}

static uint64_t nrf51_gpio_read(void *opaque, hwaddr offset, unsigned size)
{
    uint32_t value = read_word(opaque, offset & ~3) >> 8 * (offset & 3);

    trace_bw_nrf51_gpio_read(offset, name_of(offset), value, size);
    return value;
}

/* @mask: the bytes that are written; @value is 0 outside of them. */
static void write_word(Nrf51Gpio *s, hwaddr offset, uint32_t value,
                       uint32_t mask)
{
    switch (offset) {
    case A_OUT:
        set_out(s, (s->out & ~mask) | value);
        break;
    case A_OUTSET:
        set_out(s, s->out | value);
        break;
    case A_OUTCLR:
        set_out(s, s->out & ~value);
        break;
    case A_DIR:
        set_dir(s, (s->dir & ~mask) | value);
        break;
    case A_DIRSET:
        set_dir(s, s->dir | value);
        break;
    case A_DIRCLR:
        set_dir(s, s->dir & ~value);
        break;
    case A_PIN_CNF0 ... A_PIN_CNF_LAST: {
        unsigned n = (offset - A_PIN_CNF0) / 4;

        set_cnf(s, n, (get_cnf(s, n) & ~mask) | value);
        break;
    }
    default:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%08x written to 0x%03" HWADDR_PRIx ", %s\n",
                      TYPE_NRF51_GPIO, value, offset,
                      offset == A_IN ? "which is read only"
                                     : "which is no register");
        break;
    }
}

static void nrf51_gpio_write(void *opaque, hwaddr offset, uint64_t value,
                             unsigned size)
{
    unsigned shift = 8 * (offset & 3);
    uint32_t mask = MAKE_64BIT_MASK(shift, 8 * size);

    trace_bw_nrf51_gpio_write(offset, name_of(offset), value, size);
    write_word(opaque, offset & ~3, (value << shift) & mask, mask);
}

static const MemoryRegionOps gpio_ops = {
    .read = nrf51_gpio_read,
    .write = nrf51_gpio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl.min_access_size = 1,
    .impl.max_access_size = 4,
    .valid.min_access_size = 1,
    .valid.max_access_size = 4,
};

/* What is connected from outside stays. */
static void nrf51_gpio_reset_hold(Object *obj, ResetType type)
{
    Nrf51Gpio *s = NRF51_GPIO(obj);
    unsigned i;

    s->out = 0;
    for (i = 0; i < NRF51_PINS; i++) {
        set_cnf(s, i, PIN_CNF_RESET);
    }
}

void nrf51_gpio_add_nets(Nrf51Gpio *s, Object *parent)
{
    unsigned i;

    for (i = 0; i < NRF51_PINS; i++) {
        object_initialize_child(parent, "pin[*]", &s->net[i], TYPE_BOARD_NET);
    }
}

static void nrf51_gpio_realize(DeviceState *dev, Error **errp)
{
    Nrf51Gpio *s = NRF51_GPIO(dev);
    unsigned i;

    if (s->vdd_mv < MIN_VDD_MV || s->vdd_mv > MAX_VDD_MV) {
        error_setg(errp, "vdd-mv must be from %d to %d", MIN_VDD_MV,
                   MAX_VDD_MV);
        return;
    }
    for (i = 0; i < NRF51_PINS; i++) {
        Nrf51Pad *pad = &s->pad[i];
        g_autofree char *name = g_strdup_printf("P0.%02u", i);

        pad->gpio = s;
        pad->number = i;
        pad->net = &s->net[i];
        pad->listener.changed = net_changed;
        pad->listener.opaque = pad;
        QTAILQ_INIT(&pad->users);
        board_net_setup(pad->net, name, s->vdd_mv);
        board_net_add(pad->net, &pad->drive, "GPIO");
        board_net_add(pad->net, &pad->pull, "the pull of PIN_CNF");
        board_net_listen(pad->net, &pad->listener);
    }
}

static void nrf51_gpio_init(Object *obj)
{
    Nrf51Gpio *s = NRF51_GPIO(obj);

    QLIST_INIT(&s->detect_listeners);
    memory_region_init_io(&s->iomem, obj, &gpio_ops, s, TYPE_NRF51_GPIO,
                          REGION_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->iomem);
}

static int nrf51_gpio_post_load(void *opaque, int version_id)
{
    Nrf51Gpio *s = opaque;
    unsigned i;

    for (i = 0; i < NRF51_PINS; i++) {
        set_cnf(s, i, get_cnf(s, i));
        board_net_loaded(&s->net[i]);
    }
    return 0;
}

static const VMStateDescription vmstate_nrf51_gpio = {
    .name = TYPE_NRF51_GPIO,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_gpio_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(out, Nrf51Gpio),
        VMSTATE_UINT32(dir, Nrf51Gpio),
        VMSTATE_UINT32_ARRAY(cnf, Nrf51Gpio, NRF51_PINS),
        VMSTATE_BOARD_NET_ARRAY(net, Nrf51Gpio, NRF51_PINS),
        VMSTATE_END_OF_LIST()
    }
};

static const Property nrf51_gpio_properties[] = {
    DEFINE_PROP_UINT32("vdd-mv", Nrf51Gpio, vdd_mv, DEFAULT_VDD_MV),
};

static void nrf51_gpio_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    dc->desc = "nRF51 GPIO";
    dc->realize = nrf51_gpio_realize;
    dc->vmsd = &vmstate_nrf51_gpio;
    device_class_set_props(dc, nrf51_gpio_properties);
    rc->phases.hold = nrf51_gpio_reset_hold;
}

static const TypeInfo nrf51_gpio_types[] = {
    {
        .name = TYPE_NRF51_GPIO,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(Nrf51Gpio),
        .instance_init = nrf51_gpio_init,
        .class_init = nrf51_gpio_class_init,
    },
};
DEFINE_TYPES(nrf51_gpio_types)
