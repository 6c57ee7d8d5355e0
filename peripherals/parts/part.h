/*
 * The shape of an emulated I2C part: a pure state machine with physical
 * values.
 *
 * A part serves three masters: the agent's simulated bench
 * (host-agent/backend_sim.c), a QEMU device, and the unit test.  It has no
 * clock and no memory of its own: the caller owns the state and passes the
 * time.  Values are physical quantities times 10^6 in the unit the table
 * names; setting one is what turning the knob on the bench would do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_PART_H
#define BENCHWIRE_PERIPHERALS_PARTS_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_part_value {
    const char *name; /* "temperature" */
    const char *unit; /* "degC", "V", "s", "" for a plain number */
    const char *text; /* one line for people */
    int64_t micro_min;
    int64_t micro_max;
    int64_t micro_step; /* resolution of what the part reports */
    bool read_only;     /* an output of the part, such as a pin */
};

/**
 * struct bw_part_picture - what a display shows
 * @dot: how bright the dot @x from the left and @y from the top is, 0 to 255
 */
struct bw_part_picture {
    unsigned width;
    unsigned height;
    uint8_t (*dot)(void *state, unsigned x, unsigned y, uint64_t now_ns);
};

/*
 * What an output pin does to the wire it is on.  Each pin is also a read-only
 * value of the same name: its level with the usual pull-up.
 */
enum bw_part_drive {
    BW_PART_OPEN,
    BW_PART_LOW,
    BW_PART_HIGH,
};

#define BW_PART_MAX_PINS 2
#define BW_PART_NEVER    UINT64_MAX

/* Reserved addresses that a part may answer beside its own. */
#define BW_PART_ADDR_GENERAL_CALL   0x00 /* written: every part listens */
#define BW_PART_ADDR_ALERT_RESPONSE 0x0c /* read: SMBus alert response */

/**
 * struct bw_part_model - one kind of part
 * @name: as users write it, "tmp102"
 * @text: one line for people, with the maker's full part name
 * @addrs: 7-bit addresses its pins can select, ascending
 * @state_size: bytes of state the caller provides, suitably aligned for
 *              int64_t
 * @reset: power-on state; @addr7 (one of @addrs) is how the address pins are
 *         wired; the physical values get their defaults
 * @start: START, or repeated START without @stop before it, and its address
 *         byte; false = not acknowledged
 * @write: one byte from the master; false = not acknowledged
 * @read: one byte to the master
 * @stop: STOP, also after a NACK of the master
 * @get, @set: value number @index (below @value_count); @set returns false
 *             for a read-only value or one out of its range; a value that a
 *             part cannot represent exactly is rounded to @micro_step
 * @holds_scl: the time until which the part holds SCL low after the call to
 *             @start, @write or @read before (clock stretching); not after
 *             @now_ns: it does not, BW_PART_NEVER: it never lets go again.
 *             NULL for a part that never stretches
 * @pins: names of the output pins, at most BW_PART_MAX_PINS
 * @drive: what pin number @index (below @pin_count) does now; NULL without
 *         pins, as @next_change_ns
 * @next_change_ns: when a pin may next change by itself, with neither the bus
 *                  nor @set in between; after @now_ns, or BW_PART_NEVER.  It
 *                  may be too early, never too late
 * @picture: of a display, otherwise NULL
 *
 * How a bus uses it: each START is offered to every part, in ascending order
 * of their addresses; the part itself compares the address and leaves a
 * transfer it was in.  Those that return true take part until the next START
 * or STOP: bytes written go to all of them, bytes read come from the first
 * one only (so the lowest address wins an SMBus alert response), STOP goes to
 * all of them.  @write, @read and @stop are harmless out of turn.
 *
 * @now_ns never runs backwards for one state.
 */
struct bw_part_model {
    const char *name;
    const char *text;
    const uint8_t *addrs;
    size_t addr_count;
    size_t state_size;
    const struct bw_part_value *values;
    size_t value_count;
    void (*reset)(void *state, uint8_t addr7, uint64_t now_ns);
    bool (*start)(void *state, uint8_t addr7, bool is_read, uint64_t now_ns);
    bool (*write)(void *state, uint8_t byte, uint64_t now_ns);
    uint8_t (*read)(void *state, uint64_t now_ns);
    void (*stop)(void *state, uint64_t now_ns);
    int64_t (*get)(void *state, size_t index, uint64_t now_ns);
    bool (*set)(void *state, size_t index, int64_t micro, uint64_t now_ns);
    uint64_t (*holds_scl)(void *state, uint64_t now_ns);
    const char *const *pins;
    size_t pin_count;
    enum bw_part_drive (*drive)(void *state, size_t index, uint64_t now_ns);
    uint64_t (*next_change_ns)(void *state, uint64_t now_ns);
    const struct bw_part_picture *picture;
};

extern const struct bw_part_model bw_part_tmp102;        /* TI TMP102 */
extern const struct bw_part_model bw_part_24c02;         /* 2-Kbit EEPROM */
extern const struct bw_part_model bw_part_ds3231;        /* Maxim DS3231 */
extern const struct bw_part_model bw_part_mma8653;       /* accelerometer */
extern const struct bw_part_model bw_part_mag3110;       /* magnetometer */
extern const struct bw_part_model bw_part_lsm303agr_acc; /* ST LSM303AGR, */
extern const struct bw_part_model bw_part_lsm303agr_mag; /* its two halves */
extern const struct bw_part_model bw_part_ssd1306;       /* OLED display */
extern const struct bw_part_model bw_part_nunchuk;       /* joystick */
extern const struct bw_part_model bw_part_smart_battery; /* SBS 1.1 */

/* Parts that nobody sells, for trying masters and adapters */
extern const struct bw_part_model bw_part_stretcher; /* stretches the clock */
extern const struct bw_part_model bw_part_fifo;      /* counts its reads */
extern const struct bw_part_model bw_part_torture;   /* gives all back */

/* All models, NULL at the end, and the one of a given name or NULL. */
extern const struct bw_part_model *const bw_part_models[];
const struct bw_part_model *bw_part_find(const char *name);

/**
 * bw_part_has_addr: can the pins of this part select the address?
 * @addr7: any number
 */
bool bw_part_has_addr(const struct bw_part_model *model, unsigned addr7);

/**
 * bw_part_find_value: the index of a value for @get and @set
 *
 * Returns: the index, or @value_count of the model if it has no such value.
 */
size_t bw_part_find_value(const struct bw_part_model *model, const char *name);

#endif
