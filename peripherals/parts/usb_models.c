/*
 * The USB device models there are; see usb_device.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_device.h"

#include <string.h>

const struct bw_usb_model *const bw_usb_models[] = {
    &bw_usb_serial, &bw_usb_storage, &bw_usb_keyboard, &bw_usb_audio, NULL,
};

const struct bw_usb_model *bw_usb_model_find(const char *name)
{
    size_t i;

    for (i = 0; bw_usb_models[i]; i++) {
        if (strcmp(bw_usb_models[i]->name, name) == 0) {
            return bw_usb_models[i];
        }
    }
    return NULL;
}
