/*
 * BBC micro:bit V1: accelerometer and magnetometer
 *
 * The parts are those of peripherals/parts/; here is how they are mounted.
 *
 * Sources: the micro:bit foundation's hardware pages for V1.3B and V1.5 (which
 * parts, addresses, interrupt pins); for the directions of their axes the
 * board's public runtime, the DAL, whose readings are those of the board:
 *
 *   accelerometer  x = 1000 mg  tilted to the right, right edge down
 *                  y = 1000 mg  what firmware calls logo up
 *                  z = -1000 mg lying flat, display up
 *   magnetometer   the field of the Earth, lying flat, display up:
 *                  y            positive while the logo points north
 *                  x            positive while it points east (heading 90)
 *                  z            positive downwards (northern hemisphere)
 *
 * So what is set here is what MicroPython's accelerometer.get_x() and
 * compass.get_x() return; the DAL counts 1024 "mg" for 1000 mg, in steps of
 * 16, and nT.
 *
 * On a real V1.5 the interrupt pins are those of V1.3B (the DAL reads P0.28
 * and P0.29); the wiring of its second accelerometer interrupt is taken from
 * V1.3B as well.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qobject/qnum.h"
#include "qom/qom-qobject.h"
#include "hw/qdev-core.h"
#include "hw/benchwire/boards/microbit/microbit_pins.h"
#include "hw/benchwire/boards/microbit/microbit_sensors.h"

#define AXES    3
#define MAX_INT 2

/**
 * struct Mounting - one sensor on the board
 * @part: type of the part
 * @signs: of each axis of the part, in the axes of the board
 * @interrupts: the part's pins and where they go
 */
typedef struct Mounting {
    const char *part;
    uint8_t addr7;
    int8_t signs[AXES];
    struct {
        const char *net;
        uint8_t pin;
    } interrupts[MAX_INT];
} Mounting;

static const struct {
    const char *name;
    Mounting accelerometer;
    Mounting magnetometer;
} revisions[MICROBIT_REVISIONS] = {
    [MICROBIT_V1_3B] = {
        .name = "1.3b",
        .accelerometer = {
            .part = "bw-mma8653",
            .addr7 = 0x1d,
            .signs = { -1, -1, 1 },
            .interrupts = {
                { "int1-net", MICROBIT_PIN_ACCEL_INT1 },
                { "int2-net", MICROBIT_PIN_ACCEL_INT2 },
            },
        },
        .magnetometer = {
            .part = "bw-mag3110",
            .addr7 = 0x0e,
            .signs = { -1, -1, -1 },
            .interrupts = { { "int1-net", MICROBIT_PIN_MAG_INT1 } },
        },
    },
    [MICROBIT_V1_5] = {
        .name = "1.5",
        .accelerometer = {
            .part = "bw-lsm303agr-acc",
            .addr7 = 0x19,
            .signs = { 1, -1, 1 },
            .interrupts = {
                { "int1-net", MICROBIT_PIN_ACCEL_INT1 },
                { "int2-net", MICROBIT_PIN_ACCEL_INT2 },
            },
        },
        .magnetometer = {
            .part = "bw-lsm303agr-mag",
            .addr7 = 0x1e,
            .signs = { 1, -1, 1 },
            .interrupts = { { "int-net", MICROBIT_PIN_MAG_INT1 } },
        },
    },
};

static const char *const accelerometer_axes[AXES] = { "x", "y", "z" };
static const char *const magnetometer_axes[AXES] = {
    "field-x", "field-y", "field-z",
};

/* Lying flat, display up: 1 g */
static const double flat_mg[AXES] = { 0, 0, -1000 };

/* In central Europe, the logo to the north: 49 uT, 66 degrees downwards */
static const double north_ut[AXES] = { 0, 20, 45 };

/* The sensor in the axes of the board */

#define TYPE_MICROBIT_SENSOR        "bw-microbit-sensor"
#define TYPE_MICROBIT_ACCELEROMETER "bw-microbit-accelerometer"
#define TYPE_MICROBIT_MAGNETOMETER  "bw-microbit-magnetometer"
OBJECT_DECLARE_SIMPLE_TYPE(MicrobitSensor, MICROBIT_SENSOR)

struct MicrobitSensor {
    Object parent_obj;

    const Mounting *mounting;
    Object *part;
};

static int sign_of(MicrobitSensor *s, void *axis)
{
    return s->mounting->signs[(uintptr_t)axis];
}

static void set_number(Object *obj, const char *name, double value,
                       Error **errp)
{
    QNum *number = qnum_from_double(value);

    object_property_set_qobject(obj, name, QOBJECT(number), errp);
    qobject_unref(number);
}

static void get_axis(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    MicrobitSensor *s = MICROBIT_SENSOR(obj);
    QObject *number = object_property_get_qobject(s->part, name, errp);
    double value;

    if (number) {
        /* 0.0 takes the sign away from a zero */
        value = 0.0 + sign_of(s, opaque) *
                      qnum_get_double(qobject_to(QNum, number));
        qobject_unref(number);
        visit_type_number(v, name, &value, errp);
    }
}

static void set_axis(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    MicrobitSensor *s = MICROBIT_SENSOR(obj);
    double value;

    if (visit_type_number(v, name, &value, errp)) {
        set_number(s->part, name, sign_of(s, opaque) * value, errp);
    }
}

static void add_axes(ObjectClass *klass, const char *const *names,
                     const char *text)
{
    unsigned i;

    for (i = 0; i < AXES; i++) {
        object_class_property_add(klass, names[i], "number", get_axis,
                                  set_axis, NULL, (void *)(uintptr_t)i);
        object_class_property_set_description(klass, names[i], text);
    }
}

static void accelerometer_class_init(ObjectClass *klass, void *data)
{
    add_axes(klass, accelerometer_axes, "acceleration, in mg, board axes");
}

static void magnetometer_class_init(ObjectClass *klass, void *data)
{
    add_axes(klass, magnetometer_axes, "magnetic field, in uT, board axes");
}

static const TypeInfo microbit_sensor_types[] = {
    {
        .name = TYPE_MICROBIT_SENSOR,
        .parent = TYPE_OBJECT,
        .instance_size = sizeof(MicrobitSensor),
        .abstract = true,
    }, {
        .name = TYPE_MICROBIT_ACCELEROMETER,
        .parent = TYPE_MICROBIT_SENSOR,
        .class_init = accelerometer_class_init,
    }, {
        .name = TYPE_MICROBIT_MAGNETOMETER,
        .parent = TYPE_MICROBIT_SENSOR,
        .class_init = magnetometer_class_init,
    },
};
DEFINE_TYPES(microbit_sensor_types)

/* Soldering */

static Object *add_part(const Mounting *m, Object *sensor, Nrf51Gpio *gpio,
                        I2CBus *bus)
{
    I2CSlave *part = i2c_slave_new(m->part, m->addr7);
    unsigned i;

    for (i = 0; i < MAX_INT && m->interrupts[i].net; i++) {
        BoardNet *net = nrf51_pin_net(gpio, m->interrupts[i].pin);

        object_property_set_link(OBJECT(part), m->interrupts[i].net,
                                 OBJECT(net), &error_abort);
    }
    object_property_add_child(sensor, "chip", OBJECT(part));
    i2c_slave_realize_and_unref(part, bus, &error_fatal);
    return OBJECT(part);
}

static void add_sensor(Object *machine, const char *name, const char *type,
                       const Mounting *m, Nrf51Gpio *gpio, I2CBus *bus)
{
    Object *obj = object_new(type);
    MicrobitSensor *s = MICROBIT_SENSOR(obj);

    object_property_add_child(machine, name, obj);
    object_unref(obj);
    s->mounting = m;
    s->part = add_part(m, obj, gpio, bus);
}

static void set_axes(Object *machine, const char *name,
                     const char *const *axes, const double *values)
{
    Object *sensor = object_resolve_path_component(machine, name);
    unsigned i;

    for (i = 0; i < AXES; i++) {
        set_number(sensor, axes[i], values[i], &error_abort);
    }
}

void microbit_sensors_init(MicrobitSensors *s, Nrf51Gpio *gpio, I2CBus *bus,
                           Object *machine)
{
    s->soldered = true;
    if (!s->fitted) {
        return;
    }
    add_sensor(machine, "accelerometer", TYPE_MICROBIT_ACCELEROMETER,
               &revisions[s->revision].accelerometer, gpio, bus);
    set_axes(machine, "accelerometer", accelerometer_axes, flat_mg);
    add_sensor(machine, "magnetometer", TYPE_MICROBIT_MAGNETOMETER,
               &revisions[s->revision].magnetometer, gpio, bus);
    set_axes(machine, "magnetometer", magnetometer_axes, north_ut);
}

/* Properties of the machine */

static bool may_choose(MicrobitSensors *s, const char *name, Error **errp)
{
    if (s->soldered) {
        error_setg(errp, "%s can only be set on the command line", name);
    }
    return !s->soldered;
}

static void get_revision(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    MicrobitSensors *s = opaque;
    g_autofree char *value = g_strdup(revisions[s->revision].name);

    visit_type_str(v, name, &value, errp);
}

static void set_revision(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    MicrobitSensors *s = opaque;
    g_autofree char *value = NULL;
    unsigned i;

    if (!visit_type_str(v, name, &value, errp) ||
        !may_choose(s, name, errp)) {
        return;
    }
    for (i = 0; i < MICROBIT_REVISIONS; i++) {
        if (g_ascii_strcasecmp(value, revisions[i].name) == 0) {
            s->revision = i;
            return;
        }
    }
    error_setg(errp, "there is no micro:bit revision '%s' here; "
               "the revisions are 1.3b and 1.5", value);
}

static void get_sensors(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    MicrobitSensors *s = opaque;

    visit_type_bool(v, name, &s->fitted, errp);
}

static void set_sensors(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    MicrobitSensors *s = opaque;
    bool value;

    if (visit_type_bool(v, name, &value, errp) && may_choose(s, name, errp)) {
        s->fitted = value;
    }
}

void microbit_sensors_add_properties(MicrobitSensors *s, Object *machine)
{
    s->revision = MICROBIT_V1_3B;
    s->fitted = true;
    object_property_add(machine, "revision", "string", get_revision,
                        set_revision, NULL, s);
    object_property_set_description(
        machine, "revision",
        "of the board: 1.3b (MMA8653, MAG3110) or 1.5 (LSM303AGR)");
    object_property_add(machine, "sensors", "bool", get_sensors, set_sensors,
                        NULL, s);
    object_property_set_description(
        machine, "sensors",
        "off: leave accelerometer and magnetometer out");
}
