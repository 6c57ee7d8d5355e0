/*
 * BBC micro:bit V1: buttons A, B and reset
 *
 * Source: the micro:bit foundation's hardware pages for V1.3B and V1.5.
 *
 * A and B short their net to ground; the pull-up is microbit_pins.c's.  The
 * reset button is on the line that resets the chip (the interface chip's
 * TGT_NRESET): the chip stays in reset until it is let go.
 *
 * Not modelled: bouncing of the contacts; what the interface chip does when
 * reset is held while the board is plugged in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/module.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/microbit/microbit_button.h"
#include "hw/benchwire/trace.h"

#define CONTACT_OHMS 1

static void update_contact(MicrobitButton *s)
{
    if (s->net) {
        board_net_drive(s->net, &s->contact, 0,
                        s->pressed ? CONTACT_OHMS : BW_NET_OPEN);
    }
}

void microbit_button_press(MicrobitButton *s, bool pressed)
{
    if (pressed == s->pressed) {
        return;
    }
    s->pressed = pressed;
    trace_bw_microbit_button(DEVICE(s)->canonical_path, pressed);
    update_contact(s);
    if (s->chip) {
        nrf51_power_set_reset_pin(s->chip, pressed);
    }
}

void microbit_button_connect(MicrobitButton *s, BoardNet *net,
                             const char *name)
{
    s->net = net;
    if (net) {
        board_net_add(net, &s->contact, name);
    }
}

static int microbit_button_post_load(void *opaque, int version_id)
{
    update_contact(opaque);
    return 0;
}

static const VMStateDescription vmstate_microbit_button = {
    .name = TYPE_MICROBIT_BUTTON,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = microbit_button_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(pressed, MicrobitButton),
        VMSTATE_END_OF_LIST()
    }
};

static bool get_pressed(Object *obj, Error **errp)
{
    return MICROBIT_BUTTON(obj)->pressed;
}

static void set_pressed(Object *obj, bool value, Error **errp)
{
    microbit_button_press(MICROBIT_BUTTON(obj), value);
}

static void microbit_button_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "micro:bit button";
    dc->vmsd = &vmstate_microbit_button;
    dc->user_creatable = false;
    object_class_property_add_bool(klass, "pressed", get_pressed, set_pressed);
}

static const TypeInfo microbit_button_types[] = {
    {
        .name = TYPE_MICROBIT_BUTTON,
        .parent = TYPE_DEVICE,
        .instance_size = sizeof(MicrobitButton),
        .class_init = microbit_button_class_init,
    },
};
DEFINE_TYPES(microbit_button_types)
