/*
 * The list of part models and how to look things up in it.
 *
 * A new model: its file, its declaration in part.h, one line here, its rows
 * in docs/fidelity.md; tests/unit/test_parts.c then checks it as well.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

const struct bw_part_model *const bw_part_models[] = {
    &bw_part_24c02,         &bw_part_ds3231,
    &bw_part_fifo,          &bw_part_lsm303agr_acc,
    &bw_part_lsm303agr_mag, &bw_part_mag3110,
    &bw_part_mma8653,       &bw_part_nunchuk,
    &bw_part_smart_battery, &bw_part_ssd1306,
    &bw_part_stretcher,     &bw_part_tmp102,
    &bw_part_torture,       NULL,
};

const struct bw_part_model *bw_part_find(const char *name)
{
    for (size_t i = 0; bw_part_models[i] != NULL; i++) {
        if (strcmp(bw_part_models[i]->name, name) == 0) {
            return bw_part_models[i];
        }
    }
    return NULL;
}

bool bw_part_has_addr(const struct bw_part_model *model, unsigned addr7)
{
    for (size_t i = 0; i < model->addr_count; i++) {
        if (model->addrs[i] == addr7) {
            return true;
        }
    }
    return false;
}

size_t bw_part_find_value(const struct bw_part_model *model, const char *name)
{
    size_t i;

    for (i = 0; i < model->value_count; i++) {
        if (strcmp(model->values[i].name, name) == 0) {
            break;
        }
    }
    return i;
}
