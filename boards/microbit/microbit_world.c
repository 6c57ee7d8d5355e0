/*
 * BBC micro:bit V1: the world around the board
 *
 * The axes are those of microbit_sensors.c: x = 1000 mg is the right edge
 * down, y = 1000 mg the lower edge down, z = -1000 mg lying flat; the field's
 * y is positive while the upper edge points north, its x while the left edge
 * does: with these signs the heading is the one that a calibrated MicroPython
 * tells.
 *
 * A board without sensors is told apart by the missing objects.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "qobject/qnum.h"
#include "qom/object.h"
#include "qom/qom-qobject.h"
#include "hw/benchwire/boards/microbit/microbit_world.h"

#define ACCELEROMETER "/machine/accelerometer"
#define MAGNETOMETER  "/machine/magnetometer"
#define THERMOMETER   "/machine/nrf51/temp"
#define DEFAULT_UT    20.0 /* horizontal part, if there was none */
#define MAX_MG        32000

/* 0 if there is no such object or property */
static double get(const char *path, const char *name)
{
    Object *obj = object_resolve_path(path, NULL);
    QObject *value = obj ? object_property_get_qobject(obj, name, NULL)
                         : NULL;
    QNum *number = value ? qobject_to(QNum, value) : NULL;
    double result = number ? qnum_get_double(number) : 0;

    qobject_unref(value);
    return result;
}

/* What the part cannot have it refuses; then all stays as it is. */
static void set(const char *path, const char *name, QNum *value)
{
    Object *obj = object_resolve_path(path, NULL);

    if (obj) {
        object_property_set_qobject(obj, name, QOBJECT(value), NULL);
    }
    qobject_unref(value);
}

static int16_t to_mg(double value)
{
    return lrint(MAX(-MAX_MG, MIN(value, MAX_MG)));
}

static int16_t heading(void)
{
    double x = get(MAGNETOMETER, "field-x");
    double y = get(MAGNETOMETER, "field-y");
    int deg = lrint(atan2(x, y) * 180 / M_PI);

    return (deg + 360) % 360;
}

void microbit_world_get(struct bw_face_state *state)
{
    state->has_sensors = object_resolve_path(ACCELEROMETER, NULL) != NULL;
    if (state->has_sensors) {
        state->tilt_mg[0] = to_mg(get(ACCELEROMETER, "x"));
        state->tilt_mg[1] = to_mg(get(ACCELEROMETER, "y"));
        state->heading_deg = heading();
    }
    state->warmth_mc = lrint(get(THERMOMETER, "temperature"));
}

void microbit_world_tilt(const int16_t tilt_mg[2])
{
    double x = tilt_mg[0];
    double y = tilt_mg[1];
    double left = BW_FACE_FLAT * BW_FACE_FLAT - x * x - y * y;

    set(ACCELEROMETER, "x", qnum_from_double(x));
    set(ACCELEROMETER, "y", qnum_from_double(y));
    set(ACCELEROMETER, "z", qnum_from_double(-sqrt(MAX(left, 0))));
}

int32_t microbit_world_x(void)
{
    return to_mg(get(ACCELEROMETER, "x"));
}

void microbit_world_set_x(int32_t mg)
{
    set(ACCELEROMETER, "x", qnum_from_double(mg));
}

void microbit_world_set_heading(int16_t deg)
{
    double x = get(MAGNETOMETER, "field-x");
    double y = get(MAGNETOMETER, "field-y");
    double horizontal = sqrt(x * x + y * y);

    if (horizontal < 1) {
        horizontal = DEFAULT_UT;
    }
    set(MAGNETOMETER, "field-x",
        qnum_from_double(horizontal * sin(deg * M_PI / 180)));
    set(MAGNETOMETER, "field-y",
        qnum_from_double(horizontal * cos(deg * M_PI / 180)));
}

void microbit_world_set_warmth(int32_t mc)
{
    set(THERMOMETER, "temperature", qnum_from_int(mc));
}
