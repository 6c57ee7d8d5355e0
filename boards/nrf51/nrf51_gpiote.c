/*
 * nRF51 GPIO tasks and events (GPIOTE)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "GPIO tasks and events
 * (GPIOTE)"; Nordic's nrf51.svd for registers, bits and reset values.
 *
 * The way of an edge in: boards/board_net.c -> nrf51_pins.c -> here -> event ->
 * interrupt or PPI; of PORT: SENSE in nrf51_gpio.c -> DETECT -> here.  Out:
 * task -> here -> nrf51_pins.c -> the net.
 *
 * Where the sources are silent:
 *  - OUTINIT is loaded by each write to CONFIG that leaves the channel in task
 *    mode; drivers force a level that way;
 *  - POLARITY None makes neither events nor changes; a reserved MODE is off;
 *  - of several channels in task mode on one pin the first drives it;
 *  - PORT is the rising edge of DETECT: while any pin matches its SENSE there
 *    is no other.
 *
 * Not modelled: spurious events while a channel is being configured, the
 * latency of edges, pulses too short to be seen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_gpiote.h"

/* clang-format off */
REG32(OUT0,    0x000)                /* four */
REG32(IN0,     0x100)                /* four */
REG32(PORT,    0x17C)
REG32(CONFIG0, 0x510)                /* four */
    FIELD(CONFIG0, MODE, 0, 2)
    FIELD(CONFIG0, PSEL, 8, 5)
    FIELD(CONFIG0, POLARITY, 16, 2)  /* one bit for each edge */
    FIELD(CONFIG0, OUTINIT, 20, 1)
/* clang-format on */

#define CHANNELS    NRF51_GPIOTE_CHANNELS
#define INTEN_PORT  31
#define CONFIG_MASK (R_CONFIG0_MODE_MASK | R_CONFIG0_PSEL_MASK | \
                     R_CONFIG0_POLARITY_MASK | R_CONFIG0_OUTINIT_MASK)

enum { MODE_EVENT = 1, MODE_TASK = 3 };
enum { POLARITY_RISING = 1, POLARITY_FALLING = 2, POLARITY_TOGGLE = 3 };
enum { EV_IN, EV_PORT = EV_IN + CHANNELS };
enum { REG_CONFIG };

static uint32_t config_of(Nrf51GpioteChannel *c)
{
    return NRF_PERIPHERAL(c->gpiote)->reg[REG_CONFIG + c->number];
}

static unsigned mode_of(Nrf51GpioteChannel *c)
{
    return FIELD_EX32(config_of(c), CONFIG0, MODE);
}

static unsigned polarity_of(Nrf51GpioteChannel *c)
{
    return FIELD_EX32(config_of(c), CONFIG0, POLARITY);
}

/* Make the pin what CONFIG and @high say. */
static void apply(Nrf51GpioteChannel *c)
{
    uint32_t psel = FIELD_EX32(config_of(c), CONFIG0, PSEL);

    switch (mode_of(c)) {
    case MODE_EVENT:
        nrf51_pin_output(&c->pin, NRF51_PIN_INPUT);
        nrf51_pin_connect(&c->pin, psel);
        break;
    case MODE_TASK:
        if (c->pin.pin != psel) {
            nrf51_pin_disconnect(&c->pin);
        }
        nrf51_pin_output(&c->pin, c->high ? NRF51_PIN_HIGH : NRF51_PIN_LOW);
        nrf51_pin_connect(&c->pin, psel);
        break;
    default:
        nrf51_pin_disconnect(&c->pin);
        break;
    }
}

static void pin_changed(void *opaque, bool level)
{
    Nrf51GpioteChannel *c = opaque;
    unsigned edge = level ? POLARITY_RISING : POLARITY_FALLING;

    if (mode_of(c) == MODE_EVENT && (polarity_of(c) & edge)) {
        nrf_event(NRF_PERIPHERAL(c->gpiote), EV_IN + c->number);
    }
}

static void detect_changed(void *opaque, bool detect)
{
    NrfPeripheral *p = NRF_PERIPHERAL(opaque);

    if (detect && p->power) {
        nrf_event(p, EV_PORT);
    }
}

static void task_out(NrfPeripheral *p, unsigned number)
{
    Nrf51GpioteChannel *c = &NRF51_GPIOTE(p)->channel[number];

    if (mode_of(c) != MODE_TASK) {
        return;
    }
    switch (polarity_of(c)) {
    case POLARITY_RISING:
        c->high = true;
        break;
    case POLARITY_FALLING:
        c->high = false;
        break;
    case POLARITY_TOGGLE:
        c->high = !c->high;
        break;
    default:
        return;
    }
    apply(c);
}

static void nrf51_gpiote_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51GpioteChannel *c = &NRF51_GPIOTE(p)->channel[reg - REG_CONFIG];

    p->reg[reg] = value;
    c->high = FIELD_EX32(value, CONFIG0, OUTINIT);
    apply(c);
}

static void silence(NrfPeripheral *p)
{
    Nrf51Gpiote *s = NRF51_GPIOTE(p);
    unsigned i;

    for (i = 0; i < CHANNELS; i++) {
        s->channel[i].high = false;
        nrf51_pin_disconnect(&s->channel[i].pin);
    }
}

#define CHANNEL_TASK(n) { A_OUT0 + 4 * (n), "OUT" #n, task_out, (n) }

static const NrfTask gpiote_tasks[] = {
    CHANNEL_TASK(0), CHANNEL_TASK(1), CHANNEL_TASK(2), CHANNEL_TASK(3),
};

#define CHANNEL_EVENT(n) \
    [EV_IN + (n)] = { A_IN0 + 4 * (n), "IN" #n, (n) }

static const NrfEvent gpiote_events[] = {
    CHANNEL_EVENT(0), CHANNEL_EVENT(1), CHANNEL_EVENT(2), CHANNEL_EVENT(3),
    [EV_PORT] = { A_PORT, "PORT", INTEN_PORT },
};

#define CHANNEL_CONFIG(n) \
    [REG_CONFIG + (n)] = { A_CONFIG0 + 4 * (n), "CONFIG" #n, 0, CONFIG_MASK }

static const NrfRegister gpiote_registers[] = {
    CHANNEL_CONFIG(0), CHANNEL_CONFIG(1), CHANNEL_CONFIG(2), CHANNEL_CONFIG(3),
};

static const NrfPeripheralInfo gpiote_info = {
    .tasks = gpiote_tasks,
    .num_tasks = ARRAY_SIZE(gpiote_tasks),
    .events = gpiote_events,
    .num_events = ARRAY_SIZE(gpiote_events),
    .registers = gpiote_registers,
    .num_registers = ARRAY_SIZE(gpiote_registers),
    .has_inten = true,
};

void nrf51_gpiote_connect(Nrf51Gpiote *s, Nrf51Gpio *gpio)
{
    static const char *const names[CHANNELS] = {
        "GPIOTE channel 0", "GPIOTE channel 1",
        "GPIOTE channel 2", "GPIOTE channel 3",
    };
    unsigned i;

    for (i = 0; i < CHANNELS; i++) {
        Nrf51GpioteChannel *c = &s->channel[i];

        c->gpiote = s;
        c->number = i;
        nrf51_pin_init(&c->pin, gpio, names[i], pin_changed, c);
    }
    s->detect.changed = detect_changed;
    s->detect.opaque = s;
    nrf51_gpio_listen_detect(gpio, &s->detect);
}

static void nrf51_gpiote_realize(DeviceState *dev, Error **errp)
{
    if (!NRF51_GPIOTE(dev)->channel[0].gpiote) {
        error_setg(errp, "not connected to any pins");
    }
}

static int nrf51_gpiote_post_load(void *opaque, int version_id)
{
    Nrf51Gpiote *s = opaque;
    unsigned i;

    for (i = 0; i < CHANNELS; i++) {
        apply(&s->channel[i]);
    }
    return 0;
}

static const VMStateDescription vmstate_nrf51_gpiote_channel = {
    .name = TYPE_NRF51_GPIOTE "-channel",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(high, Nrf51GpioteChannel),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_nrf51_gpiote = {
    .name = TYPE_NRF51_GPIOTE,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_gpiote_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Gpiote),
        VMSTATE_STRUCT_ARRAY(channel, Nrf51Gpiote, CHANNELS, 1,
                             vmstate_nrf51_gpiote_channel,
                             Nrf51GpioteChannel),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_gpiote_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 GPIOTE";
    dc->realize = nrf51_gpiote_realize;
    dc->vmsd = &vmstate_nrf51_gpiote;
    pc->info = &gpiote_info;
    pc->write = nrf51_gpiote_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_gpiote_types[] = {
    {
        .name = TYPE_NRF51_GPIOTE,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Gpiote),
        .class_init = nrf51_gpiote_class_init,
    },
};
DEFINE_TYPES(nrf51_gpiote_types)
