/*
 * Simulated USB devices in an agent that was built without usbredirparser:
 * there are none, and it says so; see backend_sim_usb.h.  With the library this
 * file is empty, and backend_sim_usb.c is not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sim_usb.h"

#include <stdio.h>

#ifndef BW_HAVE_USBREDIR

bool bw_sim_usb_has_model(const char *model)
{
    (void)model;
    return false;
}

const char *bw_sim_usb_models(void)
{
    return "none, as this agent was built without usbredir; install "
           "libusb-1.0-0-dev and libusbredirhost-dev and build it anew";
}

bool bw_sim_usb_wants_file(const char *model)
{
    (void)model;
    return false;
}

struct bw_sim_usb *bw_sim_usb_new(void)
{
    return NULL;
}

void bw_sim_usb_free(struct bw_sim_usb *u)
{
    (void)u;
}

bool bw_sim_usb_add(struct bw_sim_usb *u, const struct bw_sim_usb_device *d,
                    char *error, size_t error_size)
{
    (void)u;
    snprintf(error, error_size, "usb \"%s\": there are no models", d->name);
    return false;
}

struct bw_usb_port *bw_sim_usb_open(struct bw_sim_usb *u,
                                    const struct bw_usb_select *select,
                                    char *error, size_t error_size)
{
    (void)u;
    (void)select;
    snprintf(error, error_size, "there are no simulated USB devices");
    return NULL;
}

size_t bw_sim_usb_value_count(const struct bw_sim_usb *u)
{
    (void)u;
    return 0;
}

void bw_sim_usb_value_at(struct bw_sim_usb *u, size_t index,
                         struct bw_wire_value *v)
{
    (void)u;
    (void)index;
    *v = (struct bw_wire_value){ 0 };
}

size_t bw_sim_usb_value_find(const struct bw_sim_usb *u, const char *name)
{
    (void)u;
    (void)name;
    return 0;
}

enum bw_status bw_sim_usb_value_set(struct bw_sim_usb *u, size_t index,
                                    int64_t micro)
{
    (void)u;
    (void)index;
    (void)micro;
    return BW_NOT_FOUND;
}

#endif
