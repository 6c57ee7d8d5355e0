/*
 * SMBus on an export: its policy, what its adapter can do, and its lock.
 *
 * Called by handlers_smbus.c; next on the way is the backend of the export's
 * adapter: backend_i2c_dev_smbus.c, or smbus_by_steps.c for those that step.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_smbus.h"

#include <stdio.h>

#include "lib/text.h"
#include "lib/wire_smbus.h"

/* As much of the adapter's name as a sentence can take. */
static int name_cut(const struct bw_export *e)
{
    return (int)bw_text_cut(e->bus->name, 120);
}

static enum bw_status check(const struct bw_export *e,
                            const struct bw_smbus_xfer *x, char *why,
                            size_t size)
{
    const struct bw_i2c_adapter *a = e->bus->adapter;
    uint32_t lacks = bw_wire_smbus_funcs(x) & ~a->funcs;

    if (e->addr != BW_ADDR_ANY && x->addr != e->addr) {
        snprintf(why, size, "the export is address 0x%02x only, not 0x%02x",
                 e->addr, x->addr);
        return BW_DENIED;
    }
    if (lacks || !a->ops->smbus) {
        bool only_pec = lacks == BW_I2C_FUNC_SMBUS_PEC;

        snprintf(why, size, "the adapter %.*s cannot do an SMBus %s%s",
                 name_cut(e), e->bus->name,
                 bw_smbus_name(x->form, x->flags & BW_SMBUS_READ),
                 only_pec ? " with PEC" : "");
        return BW_UNSUPPORTED;
    }
    return BW_OK;
}

/* What a backend refuses although the adapter has the form: a length. */
static void explain(const struct bw_export *e, const struct bw_smbus_xfer *x,
                    enum bw_status status, char *why, size_t size)
{
    unsigned len = x->out_len ? x->out_len : x->in_len;

    if (status == BW_TOO_LONG || status == BW_UNSUPPORTED) {
        snprintf(why, size,
                 "the adapter %.*s cannot do an SMBus %s of %u bytes%s",
                 name_cut(e), e->bus->name,
                 bw_smbus_name(x->form, x->flags & BW_SMBUS_READ), len,
                 x->flags & BW_SMBUS_PEC ? " with PEC" : "");
    } else {
        snprintf(why, size, "%s", bw_status_text(status));
    }
}

enum bw_status bw_service_smbus(struct bw_export *e, struct bw_smbus_xfer *x,
                                uint64_t deadline_ns,
                                char why[BW_WIRE_MAX_TEXT + 1])
{
    struct bw_i2c_adapter *a = e->bus->adapter;
    enum bw_status status = check(e, x, why, BW_WIRE_MAX_TEXT + 1);

    if (status != BW_OK) {
        return status;
    }
    status = bw_bus_lock(e->bus, deadline_ns);
    if (status == BW_OK) {
        status = a->ops->smbus(a, x);
        bw_bus_unlock(e->bus);
    }
    if (status != BW_OK) {
        explain(e, x, status, why, BW_WIRE_MAX_TEXT + 1);
    }
    return status;
}
