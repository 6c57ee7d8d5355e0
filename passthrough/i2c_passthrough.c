/*
 * A real I2C part on a guest's bus: the device.
 *
 *   -device i2c-passthrough,chardev=ID,export=NAME,address=0x48
 *   -device i2c-passthrough,device=/dev/i2c-N,hostaddr=0x48,address=0x49
 *   -chardev linux-i2c,id=ID,device=/dev/i2c-N,address=0x48
 *   -device i2c-passthrough,chardev=ID,address=0x49
 *
 * The guest's controller (boards/nrf51/nrf51_twi.c, or any other of QEMU's)
 * reaches this device through QEMU's asynchronous I2C core: each phase on the
 * bus comes to i2c_passthrough_bus.c, which hands it to the device's way
 * (i2c_transfer.c, i2c_exact.c); link.c carries what that asks for to the agent
 * (host-agent/session.c), or to the agent's code in this process with device=.
 * This file has the properties, the link and the life of the device.
 *
 * A part that cannot be reached does not acknowledge its address; a transfer
 * that is lost with the link makes the phase that waits for it a NACK.  Not
 * every controller can see a NACK of a byte it reads (the nRF51's TWI model
 * does): such a byte is 0xff, and the STOP (or repeated START) after it is
 * refused.
 *
 * Not modelled: the part as a bus master, host notify.
 * docs/fidelity.md lists what a guest can see of that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "i2c_passthrough.h"
#include "link_i2c.h"
#include "linux_i2c_chardev.h"

#define NO_HOSTADDR  0xffff
#define SMBUS_FUNCS (BW_I2C_FUNC_SMBUS_BYTE | BW_I2C_FUNC_SMBUS_BYTE_DATA | \
                     BW_I2C_FUNC_SMBUS_WORD_DATA | \
                     BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ)
#define EXACT_FUNCS (BW_I2C_FUNC_STEP | BW_I2C_FUNC_LINES)
#define MAX_TIMEOUT_MS 60000 /* docs/protocol.md, I2C_XFER, deadline_ms */

/* --- the link comes and goes --- */

/*
 * An adapter that knows SMBus only: the agent finds the protocol that is a
 * transfer, and no longer read than these is one.
 */
static uint16_t longest_read(const struct bw_wire_opened *opened)
{
    if (opened->funcs & BW_I2C_FUNC_RDWR) {
        return BW_I2C_MAX_LEN;
    }
    return opened->funcs & BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ ? 32 :
           opened->funcs & BW_I2C_FUNC_SMBUS_WORD_DATA ? 2 : 1;
}

/*
 * Byte by byte is the native form of an adapter that drives the lines itself,
 * and costs a round trip a byte: others do whole transfers unless asked.
 */
static bool wants_exact(I2CPassthrough *s, const struct bw_wire_opened *opened)
{
    switch (s->exact_mode) {
    case ON_OFF_AUTO_ON:
        return true;
    case ON_OFF_AUTO_OFF:
        return false;
    default:
        return (opened->funcs & EXACT_FUNCS) == EXACT_FUNCS &&
               (s->link.peer_caps & BW_CAP_STEP);
    }
}

/* The way that suits what was opened. */
static const BwI2CWay *choose_way(I2CPassthrough *s,
                                  const struct bw_wire_opened *opened,
                                  Error **errp)
{
    if (wants_exact(s, opened)) {
        if (!(opened->funcs & BW_I2C_FUNC_STEP) ||
            !(s->link.peer_caps & BW_CAP_STEP)) {
            error_setg(errp, "exact=on, and the adapter behind the export "
                       "cannot go byte by byte");
            return NULL;
        }
        return &bw_i2c_exact;
    }
    if (!(opened->funcs & (BW_I2C_FUNC_RDWR | SMBUS_FUNCS)) ||
        !opened->max_len) {
        error_setg(errp, "the adapter behind the export can neither join "
                   "messages by a repeated START nor do an SMBus protocol");
        return NULL;
    }
    return &bw_i2c_transfer;
}

/* What was gathered by the way before does not come to the part. */
static void take_way(I2CPassthrough *s, const BwI2CWay *way, uint16_t max_len,
                     uint16_t max_guess)
{
    if (way == s->way && max_len == s->max_len &&
        max_guess == s->max_guess) {
        return;
    }
    if (way != s->way) {
        s->way->withdraw(s);
        s->way = way;
    }
    if (max_len != s->max_len || max_guess != s->max_guess) {
        s->max_guess = max_guess;
        bw_i2c_transfer_init(s, max_len);
    }
    s->untold = s->open;
}

static bool link_opened(void *opaque, const struct bw_wire_opened *opened,
                        Error **errp)
{
    I2CPassthrough *s = opaque;
    const BwI2CWay *way;

    if (opened->addr != BW_ADDR_ANY &&
        (s->any || s->ten_bit || s->general_call)) {
        error_setg(errp, "the export serves address 0x%02x only; address=any, "
                   "ten-bit=on and general-call=on need the export of a whole "
                   "bus", opened->addr);
        return false;
    }
    if (opened->addr != BW_ADDR_ANY && opened->addr != s->hostaddr) {
        error_setg(errp, "the export serves address 0x%02x only, and "
                   "hostaddr is 0x%02x", opened->addr, s->hostaddr);
        return false;
    }
    if (s->ten_bit && !(opened->funcs & BW_I2C_FUNC_TEN_BIT)) {
        error_setg(errp, "the adapter behind the export cannot do addresses of "
                   "10 bits");
        return false;
    }
    way = I2C_PASSTHROUGH_GET_CLASS(s)->choose_way(s, opened, errp);
    if (!way) {
        return false;
    }
    s->wait_ms = bw_link_i2c_wait_ms(&s->link, opened);
    s->agent_profile = opened->funcs & BW_I2C_FUNC_PROFILE;
    take_way(s, way, MIN(opened->max_len, BW_I2C_MAX_LEN),
             longest_read(opened));
    return true;
}

static void link_ready(void *opaque)
{
    bw_i2c_passthrough_ready(opaque);
}

static void link_down(void *opaque, enum bw_status status)
{
    bw_i2c_passthrough_down(opaque, status);
}

static const BwLinkOps link_ops = {
    .opened = link_opened,
    .ready = link_ready,
    .down = link_down,
};

/* --- life --- */

/* The adapter is one of this machine. */
static bool is_local(I2CPassthrough *s)
{
    return s->adapter || bw_is_linux_i2c_chardev(s->chr.chr);
}

static bool check_bus_properties(I2CPassthrough *s, Error **errp)
{
    bool has_chr = qemu_chr_fe_backend_connected(&s->chr);

    if (s->adapter && !*s->adapter) {
        error_setg(errp, "i2c-passthrough: device= is empty; name an adapter "
                   "of this machine, such as device=/dev/i2c-1");
        return false;
    }
    if (has_chr == (s->adapter != NULL)) {
        error_setg(errp, "i2c-passthrough: %s; give chardev=ID for the part of "
                   "an agent or device=/dev/i2c-N for one of this machine",
                   has_chr ? "chardev= and device= exclude each other" :
                   "neither chardev= nor device= says where the part is");
        return false;
    }
    if (has_chr && !is_local(s) && (!s->export || !*s->export)) {
        error_setg(errp, "i2c-passthrough: the agent's export is not named; "
                   "give export=NAME ('benchwire list' shows the names)");
        return false;
    }
    if (is_local(s) && s->export) {
        error_setg(errp, "i2c-passthrough: export= names an export of an "
                   "agent, and %s uses none; leave it out",
                   has_chr ? "chardev linux-i2c" : "device=");
        return false;
    }
    if (s->export && strlen(s->export) > BW_WIRE_MAX_NAME) {
        error_setg(errp, "i2c-passthrough: export= is longer than an export's "
                   "name can be; use at most %d bytes", BW_WIRE_MAX_NAME);
        return false;
    }
    return true;
}

static uint16_t default_hostaddr(I2CPassthrough *s)
{
    uint16_t addr = BW_ADDR_ANY;

    if (bw_is_linux_i2c_chardev(s->chr.chr)) {
        addr = bw_linux_i2c_chardev_addr(s->chr.chr);
    }
    return addr == BW_ADDR_ANY ? s->address : addr;
}

/* A link would find that out, but not here. */
static bool check_chardev_addr(I2CPassthrough *s, Error **errp)
{
    uint16_t addr;

    if (!bw_is_linux_i2c_chardev(s->chr.chr)) {
        return true;
    }
    addr = bw_linux_i2c_chardev_addr(s->chr.chr);
    if (addr != BW_ADDR_ANY && addr != s->hostaddr) {
        error_setg(errp, "i2c-passthrough: hostaddr is 0x%02x, and the chardev "
                   "serves address 0x%02x only; leave hostaddr= out",
                   s->hostaddr, addr);
        return false;
    }
    return true;
}

/* Also what follows from them: the guest's address, the adapter's. */
static bool check_addresses(I2CPassthrough *s, Error **errp)
{
    bool smbus = I2C_PASSTHROUGH_GET_CLASS(s)->caps;

    if (smbus && (s->any || s->ten_bit || s->general_call)) {
        error_setg(errp, "smbus-passthrough: it is one part with an address of "
                   "7 bits; give address=0x01 to 0x7f, or use i2c-passthrough "
                   "for a bus");
        return false;
    }
    if (s->any && (s->hostaddr != NO_HOSTADDR || s->ten_bit)) {
        error_setg(errp, "i2c-passthrough: address=any is a whole bus, with "
                   "all addresses as they are; leave hostaddr= and ten-bit= "
                   "out");
        return false;
    }
    if (s->any && s->profile_name && strcmp(s->profile_name, "none")) {
        error_setg(errp, "i2c-passthrough: profile= is one part's and "
                   "address=any a whole bus; leave one of them out");
        return false;
    }
    if (!s->any && (s->address == 0 ||
                    s->address > (s->ten_bit ? 0x3ff : 0x7f))) {
        error_setg(errp, "i2c-passthrough: address 0x%02x is not one a guest "
                   "can use; give address=0x01 to 0x7f, up to 0x3ff with "
                   "ten-bit=on, or address=any", s->address);
        return false;
    }
    if (s->ten_bit) {
        I2C_SLAVE(s)->address = bw_i2c_address_first(s->address);
    }
    if (s->hostaddr == NO_HOSTADDR && !s->any) {
        s->hostaddr = default_hostaddr(s);
    }
    if (!s->any && s->hostaddr > (s->ten_bit ? 0x3ff : 0x7f)) {
        error_setg(errp, "i2c-passthrough: hostaddr 0x%x has more than %d "
                   "bits; give the address without the R/W bit", s->hostaddr,
                   s->ten_bit ? 10 : 7);
        return false;
    }
    return true;
}

static bool check_numbers(I2CPassthrough *s, Error **errp)
{
    if (s->read_ahead < 1 || s->read_ahead > BW_ASM_MAX_READ) {
        error_setg(errp, "i2c-passthrough: read-ahead %u is out of range; give "
                   "1 to %d bytes", s->read_ahead, BW_ASM_MAX_READ);
        return false;
    }
    if (s->timeout_ms < 10 || s->timeout_ms > MAX_TIMEOUT_MS) {
        error_setg(errp, "i2c-passthrough: timeout-ms %" PRIu32 " is out of "
                   "range; give 10 to %d", s->timeout_ms, MAX_TIMEOUT_MS);
        return false;
    }
    return true;
}

static void finish(I2CPassthrough *s)
{
    bw_i2c_counters_finish(s);
    bw_i2c_passthrough_bus_finish(s);
    bw_i2c_profile_free(s);
    bw_i2c_neighbours_finish(s);
}

static void i2c_passthrough_realize(DeviceState *dev, Error **errp)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(dev);
    BwLinkConfig config = {
        .export = s->export ?: BW_LINUX_I2C_EXPORT,
        .kind = BW_EXPORT_I2C,
        .caps = BW_CAP_I2C | I2C_PASSTHROUGH_GET_CLASS(s)->caps,
        .wants = BW_CAP_PROFILE | BW_CAP_STATS |
                 (s->exact_mode == ON_OFF_AUTO_OFF ? 0 : BW_CAP_STEP),
        .shared = s->shared,
        .timeout_ms = s->timeout_ms,
        .ops = &link_ops,
        .opaque = s,
    };

    if (!check_bus_properties(s, errp) || !check_addresses(s, errp) ||
        !check_numbers(s, errp) ||
        !check_chardev_addr(s, errp) || !bw_i2c_profile_load(s, errp) ||
        !bw_i2c_neighbours_init(s, errp)) {
        return;
    }
    s->max_guess = BW_I2C_MAX_LEN;
    bw_i2c_transfer_init(s, BW_I2C_MAX_LEN);
    s->way = &bw_i2c_transfer;
    bw_i2c_passthrough_bus_init(s);
    bw_i2c_counters_init(s);
    config.name = dev->id ?
        g_strdup_printf("%s %s", object_get_typename(OBJECT(s)), dev->id) :
        g_strdup_printf("%s at 0x%02x", object_get_typename(OBJECT(s)),
                        I2C_SLAVE(s)->address);
    if (!bw_link_start(&s->link, &config, &s->chr, s->adapter, errp)) {
        finish(s);
    }
}

static void i2c_passthrough_unrealize(DeviceState *dev)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(dev);

    bw_i2c_counters_flush(s);
    bw_link_stop(&s->link);
    finish(s);
}

/* The guest's bus starts anew; the link and the part know nothing of it. */
static void i2c_passthrough_reset_hold(Object *obj, ResetType type)
{
    bw_i2c_passthrough_abort(I2C_PASSTHROUGH(obj));
}

static const VMStateDescription vmstate_i2c_passthrough = {
    .name = TYPE_I2C_PASSTHROUGH,
    .unmigratable = 1,
};

/* --- read-only properties --- */

static void refresh_counters(I2CPassthrough *s)
{
    struct bw_asm_stats sum = bw_i2c_counters_sum(s);

    s->transfers = sum.transfers;
    s->probes = sum.probes;
    s->over_read = sum.over_read;
    s->under_read = sum.under_read;
    s->mispredicted = sum.mispredicted;
    s->refused = sum.refused;
    s->failures = sum.failures;
    s->timeouts = s->link.timeouts;
    s->reconnects = s->link.reconnects;
}

static void get_counter(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    refresh_counters(I2C_PASSTHROUGH(obj));
    visit_type_uint64(v, name, object_field_prop_ptr(obj, opaque), errp);
}

static void get_link_state(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    char *state = (char *)bw_link_state_name(&I2C_PASSTHROUGH(obj)->link);

    visit_type_str(v, name, &state, errp);
}

static const PropertyInfo prop_counter = {
    .type = "uint64",
    .description = "count since the device was made, read-only",
    .get = get_counter,
};

static const PropertyInfo prop_link_state = {
    .type = "str",
    .description = "disconnected, hello, open, waiting, ready or failed",
    .get = get_link_state,
};

#define COUNTER(name, field) \
    DEFINE_PROP(name, I2CPassthrough, field, prop_counter, uint64_t)

static const Property i2c_passthrough_properties[] = {
    DEFINE_PROP_CHR("chardev", I2CPassthrough, chr),
    DEFINE_PROP_STRING("device", I2CPassthrough, adapter),
    DEFINE_PROP_STRING("export", I2CPassthrough, export),
    DEFINE_PROP_UINT16("hostaddr", I2CPassthrough, hostaddr, NO_HOSTADDR),
    DEFINE_PROP_UINT16("read-ahead", I2CPassthrough, read_ahead, 32),
    DEFINE_PROP_UINT32("timeout-ms", I2CPassthrough, timeout_ms, 2000),
    DEFINE_PROP_STRING("profile", I2CPassthrough, profile_name),
    DEFINE_PROP_BOOL("ten-bit", I2CPassthrough, ten_bit, false),
    DEFINE_PROP_BOOL("general-call", I2CPassthrough, general_call, false),
    DEFINE_PROP_BOOL("strict", I2CPassthrough, strict, false),
    DEFINE_PROP_BOOL("shared", I2CPassthrough, shared, false),
    DEFINE_PROP_ON_OFF_AUTO("exact", I2CPassthrough, exact_mode,
                            ON_OFF_AUTO_AUTO),
    DEFINE_PROP("link-state", I2CPassthrough, link, prop_link_state, BwLink),
    COUNTER("transfers", transfers),
    COUNTER("probes", probes),
    COUNTER("over-read", over_read),
    COUNTER("under-read", under_read),
    COUNTER("mispredicted", mispredicted),
    COUNTER("refused", refused),
    COUNTER("failures", failures),
    COUNTER("timeouts", timeouts),
    COUNTER("reconnects", reconnects),
};

static void i2c_passthrough_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    I2CPassthroughClass *ic = I2C_PASSTHROUGH_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    dc->desc = "an I2C part of an agent or of this machine";
    dc->realize = i2c_passthrough_realize;
    dc->unrealize = i2c_passthrough_unrealize;
    dc->vmsd = &vmstate_i2c_passthrough;
    device_class_set_props(dc, i2c_passthrough_properties);
    rc->phases.hold = i2c_passthrough_reset_hold;
    ic->choose_way = choose_way;
    bw_i2c_passthrough_bus_class_init(I2C_SLAVE_CLASS(klass));
}

static const TypeInfo i2c_passthrough_types[] = {
    {
        .name = TYPE_I2C_PASSTHROUGH,
        .parent = TYPE_I2C_SLAVE,
        .instance_size = sizeof(I2CPassthrough),
        .class_size = sizeof(I2CPassthroughClass),
        .class_init = i2c_passthrough_class_init,
    },
};

DEFINE_TYPES(i2c_passthrough_types)
