/*
 * What the golden frames of GPIO_* and SCSI_* in docs/protocol.md say, in C.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_GOLDEN_DEVICES_H
#define BENCHWIRE_TESTS_UNIT_GOLDEN_DEVICES_H

#include "lib/wire_gpio.h"
#include "lib/wire_scsi.h"

static const struct bw_gpio_setting led_low = { .direction = BW_GPIO_OUT },
                                    led_high = { .direction = BW_GPIO_OUT,
                                                 .value = 1 },
                                    button = { .bias = BW_GPIO_BIAS_PULL_UP };

static void put_gpio_lines_reply(struct bw_writer *w)
{
    const struct bw_wire_gpio_line first = {
        .funcs = BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_SIMULATED |
                 BW_GPIO_FUNC_BIAS | BW_GPIO_FUNC_PUSH_PULL,
        .now = led_low,
        .name = "led",
    };
    const struct bw_wire_gpio_line second = {
        .funcs = BW_GPIO_FUNC_IN | BW_GPIO_FUNC_SIMULATED | BW_GPIO_FUNC_BIAS |
                 BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE,
        .now = button,
        .level = 1,
        .name = "button",
    };

    bw_wire_put_gpio_line(w, &first);
    bw_wire_put_gpio_line(w, &second);
}

static void put_gpio_config_request(struct bw_writer *w)
{
    struct bw_wire_gpio_config m = { .count = 2 };

    m.lines[0].setting = led_high;
    m.lines[1].line = 1;
    m.lines[1].setting = button;
    m.lines[1].setting.edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    m.lines[1].setting.debounce_us = 5000;
    bw_wire_put_gpio_config(w, &m);
}

/* The led is driven high, the button is not pressed. */
static void put_gpio_state(struct bw_writer *w)
{
    const struct bw_gpio_state m = { .levels = 3, .outputs = 1 };

    bw_wire_put_gpio_state(w, &m);
}

static void put_gpio_config_refused(struct bw_writer *w)
{
    bw_wire_put_text(
        w, "the owner of the bench allows line button only as an input");
}

static void put_gpio_set_request(struct bw_writer *w)
{
    const struct bw_wire_gpio_set m = { .count = 2,
                                        .sets = { { 1, 0 }, { 1, 1 } } };

    bw_wire_put_gpio_set(w, &m);
}

static const struct bw_gpio_state led_in_conflict = { .levels = 2,
                                                      .conflicts = 1 };

static void put_gpio_set_reply(struct bw_writer *w)
{
    bw_wire_put_gpio_state(w, &led_in_conflict);
}

static void put_scsi_cmd(struct bw_writer *w)
{
    const struct bw_wire_scsi_cmd m = {
        .direction = BW_SCSI_DATA_IN,
        .cdb_len = 6,
        .len = 10240,
        .cdb = { 0x08, 0x00, 0x00, 0x28 },
    };

    bw_wire_put_scsi_cmd(w, &m);
}

static void put_scsi_result(struct bw_writer *w)
{
    const struct bw_wire_scsi_result m = {
        .status = 2, /* CHECK CONDITION */
        .moved = 4,
        .sense_len = 18,
        .sense = { 0xf0, 0x00, 0x20, 0x00, 0x00, 0x27, 0xfc, 0x0a },
    };

    bw_wire_put_scsi_result(w, &m);
}

static struct bw_wire_scsi_data scsi_data(uint32_t id)
{
    return (struct bw_wire_scsi_data){
        .id = id,
        .bytes = (const uint8_t *)"data",
        .len = 4,
    };
}

static void put_scsi_data_out(struct bw_writer *w)
{
    const struct bw_wire_scsi_data m = scsi_data(0);

    bw_wire_put_scsi_data_out(w, &m);
}

static void put_scsi_data_in(struct bw_writer *w)
{
    const struct bw_wire_scsi_data m = scsi_data(0x50);

    bw_wire_put_scsi_data_in(w, &m);
}

static void put_scsi_busy(struct bw_writer *w)
{
    const struct bw_wire_scsi_busy m = { .id = 0x50, .elapsed_ms = 1000 };

    bw_wire_put_scsi_busy(w, &m);
}

static void put_gpio_events(struct bw_writer *w)
{
    const struct bw_wire_gpio_events m = {
        .state = led_in_conflict,
        .count = 2,
        .events = { { 1000000000, 1, 1, BW_GPIO_FALLING },
                    { 1120000000, 2, 1, BW_GPIO_RISING } },
    };

    bw_wire_put_gpio_events(w, &m);
}

#endif
