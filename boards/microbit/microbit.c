/*
 * BBC micro:bit V1
 *
 * Sources: the micro:bit foundation's hardware pages and pin map for V1.3B
 * and V1.5.
 *
 * Wiring only; microbit_pins.c has pull-ups and edge connector,
 * microbit_display.c the LEDs, microbit_button.c the buttons,
 * microbit_sensors.c accelerometer and magnetometer, microbit_panel.c the
 * picture of all that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "exec/address-spaces.h"
#include "hw/arm/boot.h"
#include "hw/core/image-target.h"
#include "hw/boards.h"
#include "hw/qdev-properties.h"
#include "system/qtest.h"
#include "system/reset.h"
#include "system/runstate.h"
#include "system/system.h"
#include "hw/benchwire/boards/microbit/microbit_button.h"
#include "hw/benchwire/boards/microbit/microbit_display.h"
#include "hw/benchwire/boards/microbit/microbit_firmware.h"
#include "hw/benchwire/boards/microbit/microbit_panel.h"
#include "hw/benchwire/boards/microbit/microbit_pins.h"
#include "hw/benchwire/boards/microbit/microbit_sensors.h"
#include "hw/benchwire/boards/nrf51/nrf51_soc.h"

#define TYPE_MICROBIT_MACHINE MACHINE_TYPE_NAME("microbit")
OBJECT_DECLARE_SIMPLE_TYPE(MicrobitMachineState, MICROBIT_MACHINE)

struct MicrobitMachineState {
    MachineState parent_obj;

    Nrf51Soc nrf51;
    MicrobitPins pins;
    MicrobitDisplay display;
    MicrobitButton button_a;
    MicrobitButton button_b;
    MicrobitButton reset_button;
    MicrobitSensors sensors;
    MicrobitFirmware firmware;
    bool held_blank; /* the core is halted because of it */
    char *air; /* netdev of the radio, or NULL */
    MicrobitPanel panel;
    bool blank_reported;
};

static void add_button(MicrobitMachineState *s, MicrobitButton *button,
                       const char *name, BoardNet *net)
{
    object_initialize_child(OBJECT(s), name, button, TYPE_MICROBIT_BUTTON);
    microbit_button_connect(button, net, name);
    qdev_realize(DEVICE(button), NULL, &error_fatal);
}

/* As printed on the board: "V1.3B" */
static char *revision_label(MicrobitMachineState *s)
{
    g_autofree char *revision = object_property_get_str(OBJECT(s), "revision",
                                                        &error_abort);
    g_autofree char *capitals = g_ascii_strup(revision, -1);

    return g_strconcat("V", capitals, NULL);
}

/* What a person sees and touches */
static void add_face(MicrobitMachineState *s)
{
    Nrf51Gpio *gpio = &s->nrf51.gpio;
    g_autofree char *label = revision_label(s);
    MicrobitButton *buttons[MICROBIT_PANEL_BUTTONS] = {
        &s->button_a, &s->button_b, &s->reset_button,
    };

    object_initialize_child(OBJECT(s), "display", &s->display,
                            TYPE_MICROBIT_DISPLAY);
    microbit_display_connect(&s->display, gpio);
    qdev_realize(DEVICE(&s->display), NULL, &error_fatal);
    add_button(s, &s->button_a, "button-a",
               nrf51_pin_net(gpio, MICROBIT_PIN_BUTTON_A));
    add_button(s, &s->button_b, "button-b",
               nrf51_pin_net(gpio, MICROBIT_PIN_BUTTON_B));
    add_button(s, &s->reset_button, "reset-button", NULL);
    s->reset_button.chip = &s->nrf51.clock;
    object_initialize_child(OBJECT(s), "panel", &s->panel,
                            TYPE_MICROBIT_PANEL);
    microbit_panel_connect(&s->panel, &s->display, buttons, label);
    qdev_realize(DEVICE(&s->panel), NULL, &error_fatal);
}

/* Erased flash has no reset vector; the core would lock up. */
static void halt_if_blank(MicrobitMachineState *s)
{
    s->held_blank = !qtest_enabled() && nrf51_soc_is_blank(&s->nrf51);
    if (!s->held_blank) {
        return;
    }
    nrf51_soc_halt(&s->nrf51);
    if (!s->blank_reported) {
        warn_report("no firmware in flash, the core stays halted; give an "
                    "image with -device loader,file=IMAGE or -kernel IMAGE");
        s->blank_reported = true;
    }
}

/* A debugger has loaded a program meanwhile, past NVMC. */
static void start_if_programmed(void *opaque, bool running, RunState state)
{
    MicrobitMachineState *s = opaque;

    if (running && s->held_blank && !nrf51_soc_is_blank(&s->nrf51)) {
        qemu_system_reset_request(SHUTDOWN_CAUSE_SUBSYSTEM_RESET);
    }
}

static void microbit_init(MachineState *machine)
{
    MicrobitMachineState *s = MICROBIT_MACHINE(machine);
    DeviceState *soc;

    object_initialize_child(OBJECT(machine), "nrf51", &s->nrf51,
                            TYPE_NRF51_SOC);
    soc = DEVICE(&s->nrf51);
    qdev_prop_set_chr(soc, "serial0", serial_hd(0));
    qdev_prop_set_uint32(soc, "i2c-scl", MICROBIT_PIN_SCL);
    qdev_prop_set_uint32(soc, "i2c-sda", MICROBIT_PIN_SDA);
    qdev_prop_set_uint32(soc, "spi-sck", MICROBIT_PIN_SCK);
    qdev_prop_set_uint32(soc, "spi-mosi", MICROBIT_PIN_MOSI);
    qdev_prop_set_uint32(soc, "spi-miso", MICROBIT_PIN_MISO);
    qdev_prop_set_uint32(soc, "spi-cs0", MICROBIT_PIN_EDGE_P16);
    object_property_set_link(OBJECT(soc), "memory",
                             OBJECT(get_system_memory()), &error_fatal);
    microbit_firmware_configure(&s->firmware, OBJECT(soc), &error_fatal);
    if (s->air) {
        object_property_set_str(OBJECT(soc), "air", s->air, &error_fatal);
    }
    sysbus_realize(SYS_BUS_DEVICE(soc), &error_fatal);
    microbit_pins_init(&s->pins, &s->nrf51.gpio, OBJECT(machine));
    add_face(s);
    microbit_sensors_init(&s->sensors, &s->nrf51.gpio, s->nrf51.i2c.bus,
                          OBJECT(machine));
    microbit_firmware_load_machine(&s->firmware, &s->nrf51.nvmc, machine,
                                   &error_fatal);

    armv7m_load_kernel(s->nrf51.armv7m.cpu, NULL, 0, 0); /* resets the core */
    qemu_add_vm_change_state_handler(start_if_programmed, s);
}

static void microbit_reset(MachineState *machine, ResetType type)
{
    MicrobitMachineState *s = MICROBIT_MACHINE(machine);

    microbit_firmware_commit(&s->firmware);
    if (!nrf51_soc_reset(&s->nrf51, type)) {
        qemu_devices_reset(type);
    }
    nrf51_soc_reset_done(&s->nrf51);
    halt_if_blank(s);
}

static bool microbit_load_image(ImageTarget *target, const char *file,
                                hwaddr addr, bool raw, Error **errp)
{
    return microbit_firmware_load(&MICROBIT_MACHINE(target)->firmware, file,
                                  addr, raw, errp);
}

static void microbit_instance_init(Object *obj)
{
    microbit_firmware_add_properties(&MICROBIT_MACHINE(obj)->firmware, obj);
    microbit_sensors_add_properties(&MICROBIT_MACHINE(obj)->sensors, obj);
}

static void microbit_finalize(Object *obj)
{
    microbit_firmware_finalize(&MICROBIT_MACHINE(obj)->firmware);
    g_free(MICROBIT_MACHINE(obj)->air);
}

static char *get_air(Object *obj, Error **errp)
{
    return g_strdup(MICROBIT_MACHINE(obj)->air);
}

static void set_air(Object *obj, const char *value, Error **errp)
{
    MicrobitMachineState *s = MICROBIT_MACHINE(obj);

    g_free(s->air);
    s->air = g_strdup(value);
}

static void microbit_machine_class_init(ObjectClass *oc, void *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    mc->desc = "BBC micro:bit V1 (Cortex-M0)";
    mc->init = microbit_init;
    mc->reset = microbit_reset;
    mc->max_cpus = 1;
    IMAGE_TARGET_CLASS(oc)->load_image = microbit_load_image;
    object_class_property_add_str(oc, "air", get_air, set_air);
    object_class_property_set_description(oc, "air",
                                          "netdev that carries the radio");
}

static const TypeInfo microbit_types[] = {
    {
        .name = TYPE_MICROBIT_MACHINE,
        .parent = TYPE_MACHINE,
        .instance_size = sizeof(MicrobitMachineState),
        .instance_init = microbit_instance_init,
        .instance_finalize = microbit_finalize,
        .class_init = microbit_machine_class_init,
        .interfaces = (InterfaceInfo[]) { { TYPE_IMAGE_TARGET }, { } },
    },
};
DEFINE_TYPES(microbit_types)
