/*
 * From the bench file to a bench: USB exports; see bench_usb.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench_usb.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/backend_sim_usb.h"
#include "host-agent/backend_usb.h"
#include "host-agent/service_usb.h"

bool bw_bench_place_usb(struct bw_bus *bus, const struct bw_config *c,
                        char *error, size_t error_size)
{
    size_t i;

    bus->usb = bw_sim_usb_new();
    if (!bus->usb) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    for (i = 0; i < c->usb_count; i++) {
        if (strcmp(c->usb[i].adapter, bus->name) == 0 &&
            !bw_sim_usb_add(bus->usb, &c->usb[i].device, error, error_size)) {
            return false;
        }
    }
    return true;
}

struct bw_export *bw_bench_add_usb(struct bw_bench *b,
                                   const struct bw_config_export *x,
                                   struct bw_bus *bus, char *error,
                                   size_t error_size)
{
    struct bw_usb_port *port;
    struct bw_export *e;

    if (bus) {
        port = bw_sim_usb_open(bus->usb, &x->usb, error, error_size);
    } else {
        port = bw_usb_open(&x->usb, x->usb_filter, error, error_size);
    }
    if (!port) {
        return NULL;
    }
    e = bw_bench_add_export(b, x->name, x->kind, bus, x->addr, x->text);
    if (!e) {
        snprintf(error, error_size, "out of memory");
        port->ops->close(port);
        return NULL;
    }
    return bw_service_usb_attach(e, port, &x->usb) ? e : NULL;
}
