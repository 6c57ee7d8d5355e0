/*
 * Emulated parts on a QEMU I2C bus: "-device bw-tmp102,address=0x48"
 *
 * One QOM type for each model of peripherals/parts/, named "bw-" and the
 * model's name.  The model is the state machine; here are its edges:
 *
 *  - the bus: QEMU's I2C core calls match_and_add, event, send and recv; the
 *    answers are at hand, so this is a synchronous slave.  A model that can
 *    stretch the clock is an asynchronous one: it answers a phase when it lets
 *    go of SCL, by a timer on the virtual clock;
 *  - time: the virtual clock;
 *  - values: properties in physical units, for -device and for qom-set while
 *    the guest runs ("qom-set /machine/peripheral/ID temperature 21.5");
 *  - output pins: a property each that names the net it is soldered to
 *    ("-device bw-tmp102,alert-net=/machine/edge/P0").  The pin drives it at
 *    the time at which it changes;
 *  - pictures of displays: part_screen.c.
 *
 * The part gets its power when the device is created and keeps it: a reset
 * of the machine only ends the transaction, as the reset button of a board
 * does, so that an EEPROM keeps its content and a clock its time.
 *
 * A snapshot or migration carries the model's state as it is in memory: both
 * QEMUs must be of one build.  A phase that is stretched has happened to the
 * model already: when the controller asks for it again at the destination, it
 * is answered as it would have been here, and at the same time.
 *
 * Clock stretching (NXP UM10204 rev. 7, section 3.1.9), where the document
 * leaves it open:
 *  - the time counts from the moment at which the controller begins the byte,
 *    as part.h has it, so that a byte takes its time on the wire or that of
 *    the part, whichever is longer, not the sum of both;
 *  - a controller that gives up (ENABLE=0, POWER=0) does not make the part let
 *    go: the next START for it waits for the rest.  A reset of the machine
 *    does, as if the part had been without power.
 *
 * Not modelled: SCL held low while another part is addressed.
 *
 * Not modelled: with several parts waiting for an SMBus alert response the one
 * that was created last answers first, whatever its address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "hw/i2c/i2c.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qom/object.h"
#include "hw/benchwire/boards/board_net.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/peripherals/part_screen.h"
#include "hw/benchwire/peripherals/parts/part.h"
#include "hw/benchwire/trace.h"

#define TYPE_I2C_PART "bw-i2c-part"
OBJECT_DECLARE_TYPE(I2CPart, I2CPartClass, I2C_PART)

#define MICRO 1000000 /* a model's values are integers in millionths */

/* No part has this address: for the model, the end of its transaction. */
#define ADDR_NOBODY 0x7f

#define PIN_OHMS 100 /* an output transistor */

/* A timer that is late shows so many of the changes it has missed. */
#define LATE_CHANGES 64

/* A phase that is over for the model, and on the bus when SCL is let go. */
typedef struct I2CPartHold {
    bool pending;      /* the bus waits for the answer */
    bool again;        /* just loaded: the phase will be asked for once more */
    uint8_t phase;     /* I2CPhase */
    uint8_t arg;       /* the byte sent */
    uint8_t reply;     /* I2CReply */
    uint8_t data;      /* the byte received */
    uint64_t until_ns; /* BW_PART_NEVER: SCL stays low */
} I2CPartHold;

typedef struct I2CPartPin {
    BoardNet *net; /* or NULL */
    struct bw_net_source source;
    char *name;
    enum bw_part_drive drive;
} I2CPartPin;

struct I2CPart {
    I2CSlave parent_obj;

    void *state; /* the model's */
    uint32_t state_size;
    uint64_t last_ns;  /* the newest time the model has been told */
    uint8_t seen_addr; /* the address that the START to come carries */
    I2CPartPin pin[BW_PART_MAX_PINS];
    QEMUTimer *timer; /* a pin may change; NULL: no pin is connected */
    uint64_t due_ns;  /* when it fires */
    I2CPartHold hold;
    QEMUTimer *scl_timer; /* SCL is let go; NULL: the model never holds it */
    PartScreen *screen;   /* or NULL */
};

struct I2CPartClass {
    I2CSlaveClass parent_class;

    const struct bw_part_model *model;
};

static const struct bw_part_model *model_of(I2CPart *s)
{
    return I2C_PART_GET_CLASS(s)->model;
}

/* The model's time does not run backwards, whatever the clock does. */
static uint64_t now_ns(I2CPart *s)
{
    s->last_ns = MAX(s->last_ns, nrf_time());
    return s->last_ns;
}

/* Pins */

static void drive_pin(I2CPart *s, I2CPartPin *p, enum bw_part_drive drive)
{
    if (drive == p->drive) {
        return;
    }
    p->drive = drive;
    trace_bw_i2c_part_pin(DEVICE(s)->canonical_path ?: "new", p->source.name,
                          drive == BW_PART_OPEN ? "open"
                          : drive == BW_PART_LOW ? "low" : "high");
    board_net_drive(p->net, &p->source,
                    drive == BW_PART_HIGH ? board_net_vdd_mv(p->net) : 0,
                    drive == BW_PART_OPEN ? BW_NET_OPEN : PIN_OHMS);
}

static void drive_pins(I2CPart *s, uint64_t now)
{
    const struct bw_part_model *model = model_of(s);
    size_t i;

    for (i = 0; i < model->pin_count; i++) {
        if (s->pin[i].net) {
            drive_pin(s, &s->pin[i], model->drive(s->state, i, now));
        }
    }
}

static void plan_change(I2CPart *s, uint64_t now)
{
    s->due_ns = model_of(s)->next_change_ns(s->state, now);
    if (s->due_ns > INT64_MAX) {
        timer_del(s->timer);
    } else {
        timer_mod_ns(s->timer, s->due_ns);
    }
}

/* Something has happened to the model at @now. */
static void update_pins(I2CPart *s, uint64_t now)
{
    if (s->timer) {
        drive_pins(s, now);
        plan_change(s, now);
    }
}

/* Each change at its own time, as far as the timer is late. */
static void pin_may_change(void *opaque)
{
    I2CPart *s = opaque;
    uint64_t clock = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    uint64_t due = s->due_ns;
    unsigned n;

    for (n = 0; n < LATE_CHANGES && due <= clock; n++) {
        int64_t outer = nrf_time_begin(MAX(due, s->last_ns));

        drive_pins(s, now_ns(s));
        nrf_time_end(outer);
        due = model_of(s)->next_change_ns(s->state, s->last_ns);
    }
    update_pins(s, now_ns(s));
}

/* Bus */

/* Only a part that waits for it takes part in an alert response. */
static bool answers_alert(I2CPart *s)
{
    return model_of(s)->start(s->state, BW_PART_ADDR_ALERT_RESPONSE, true,
                              now_ns(s));
}

static bool i2c_part_match_and_add(I2CSlave *candidate, uint8_t address,
                                   bool broadcast, I2CNodeList *current_devs)
{
    I2CPart *s = I2C_PART(candidate);
    I2CNode *node;

    if (!broadcast && address != candidate->address &&
        (address != BW_PART_ADDR_ALERT_RESPONSE || !answers_alert(s))) {
        return false;
    }
    s->seen_addr = broadcast ? BW_PART_ADDR_GENERAL_CALL : address;
    node = g_new(struct I2CNode, 1);
    node->elt = candidate;
    QLIST_INSERT_HEAD(current_devs, node, next);
    return true;
}

static int i2c_part_start(I2CPart *s, bool is_read)
{
    uint64_t now = now_ns(s);
    bool ack = model_of(s)->start(s->state, s->seen_addr, is_read, now);

    update_pins(s, now);
    trace_bw_i2c_part_start(DEVICE(s)->canonical_path, s->seen_addr,
                            is_read ? "read" : "write", ack);
    return ack ? 0 : -1;
}

static int i2c_part_event(I2CSlave *slave, enum i2c_event event)
{
    I2CPart *s = I2C_PART(slave);
    uint64_t now = now_ns(s);

    switch (event) {
    case I2C_START_RECV:
        return i2c_part_start(s, true);
    case I2C_START_SEND:
        return i2c_part_start(s, false);
    case I2C_FINISH:
        model_of(s)->stop(s->state, now);
        s->seen_addr = slave->address;
        update_pins(s, now);
        trace_bw_i2c_part_stop(DEVICE(s)->canonical_path);
        return 0;
    case I2C_NACK:
        return 0;
    default:
        return -1;
    }
}

static int i2c_part_send(I2CSlave *slave, uint8_t data)
{
    I2CPart *s = I2C_PART(slave);
    uint64_t now = now_ns(s);
    bool ack = model_of(s)->write(s->state, data, now);

    update_pins(s, now);
    trace_bw_i2c_part_send(DEVICE(s)->canonical_path, data, ack);
    return ack ? 0 : -1;
}

static uint8_t i2c_part_recv(I2CSlave *slave)
{
    I2CPart *s = I2C_PART(slave);
    uint64_t now = now_ns(s);
    uint8_t data = model_of(s)->read(s->state, now);

    update_pins(s, now);
    trace_bw_i2c_part_recv(DEVICE(s)->canonical_path, data);
    return data;
}

/* Clock stretching */

static void answer(I2CPart *s)
{
    s->hold.pending = false;
    i2c_slave_reply(I2C_SLAVE(s), s->hold.reply, s->hold.data);
}

static void scl_is_free(void *opaque)
{
    I2CPart *s = opaque;

    if (s->hold.pending) {
        trace_bw_i2c_part_release(DEVICE(s)->canonical_path);
        answer(s);
    }
}

/* Answer now, or when SCL is let go. */
static void answer_in_time(I2CPart *s)
{
    if (s->hold.until_ns <= now_ns(s)) {
        timer_del(s->scl_timer);
        answer(s);
        return;
    }
    trace_bw_i2c_part_stretch(DEVICE(s)->canonical_path, s->hold.until_ns);
    if (s->hold.until_ns > INT64_MAX) {
        timer_del(s->scl_timer);
    } else {
        timer_mod_ns(s->scl_timer, s->hold.until_ns);
    }
}

static void run_phase(I2CPart *s, I2CPhase phase, uint32_t arg)
{
    I2CSlave *slave = I2C_SLAVE(s);
    int error = 0;

    s->hold.data = 0xff;
    switch (phase) {
    case I2C_PHASE_START_SEND:
        error = i2c_part_start(s, false);
        break;
    case I2C_PHASE_START_RECV:
        error = i2c_part_start(s, true);
        break;
    case I2C_PHASE_SEND:
        error = i2c_part_send(slave, arg);
        break;
    case I2C_PHASE_RECV:
        s->hold.data = i2c_part_recv(slave);
        break;
    case I2C_PHASE_STOP:
        i2c_part_event(slave, I2C_FINISH);
        break;
    }
    s->hold.reply = !error ? I2C_REPLY_ACK :
                    phase == I2C_PHASE_SEND ? I2C_REPLY_NACK_DATA :
                    I2C_REPLY_NACK_ADDRESS;
}

/* What a STOP follows is over: the master could not have made one earlier. */
static void find_hold(I2CPart *s, I2CPhase phase)
{
    uint64_t now = now_ns(s);
    uint64_t left_over = s->hold.until_ns;

    s->hold.until_ns = now;
    if (phase != I2C_PHASE_STOP) {
        s->hold.until_ns = MAX(left_over, model_of(s)->holds_scl(s->state,
                                                                 now));
    }
}

static void i2c_part_request(I2CSlave *slave, I2CPhase phase, uint32_t arg)
{
    I2CPart *s = I2C_PART(slave);
    bool again = s->hold.again && s->hold.phase == phase &&
                 (phase != I2C_PHASE_SEND || s->hold.arg == arg);

    s->hold.again = false;
    s->hold.pending = true;
    if (!again) {
        s->hold.phase = phase;
        s->hold.arg = arg;
        run_phase(s, phase, arg);
        find_hold(s, phase);
    }
    answer_in_time(s);
}

static void forget_transaction(I2CPart *s)
{
    model_of(s)->start(s->state, ADDR_NOBODY, false, now_ns(s));
    s->seen_addr = I2C_SLAVE(s)->address;
    s->hold.pending = false;
    s->hold.again = false;
}

static void i2c_part_abort(I2CSlave *slave)
{
    forget_transaction(I2C_PART(slave));
}

/* A value has been set: some of them let go of SCL. */
static void renew_hold(I2CPart *s)
{
    if (s->scl_timer && s->hold.until_ns > now_ns(s)) {
        s->hold.until_ns = model_of(s)->holds_scl(s->state, now_ns(s));
        if (s->hold.pending) {
            answer_in_time(s);
        }
    }
}

static void i2c_part_reset_hold(Object *obj, ResetType type)
{
    I2CPart *s = I2C_PART(obj);

    s->hold.until_ns = 0;
    forget_transaction(s);
    if (s->scl_timer) {
        timer_del(s->scl_timer);
    }
}

/* Values */

static void get_value(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    I2CPart *s = I2C_PART(obj);
    size_t index = (uintptr_t)opaque;
    double value = model_of(s)->get(s->state, index, now_ns(s));

    value /= MICRO;
    visit_type_number(v, name, &value, errp);
}

static void set_value(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    I2CPart *s = I2C_PART(obj);
    size_t index = (uintptr_t)opaque;
    const struct bw_part_value *value = &model_of(s)->values[index];
    double min = (double)value->micro_min / MICRO;
    double max = (double)value->micro_max / MICRO;
    uint64_t now = now_ns(s);
    double number;

    if (!visit_type_number(v, name, &number, errp)) {
        return;
    }
    if (!(number >= min && number <= max)) {
        error_setg(errp, "%s is %g to %g %s", name, min, max, value->unit);
        return;
    }
    number *= MICRO;
    model_of(s)->set(s->state, index,
                     (int64_t)(number + (number < 0 ? -0.5 : 0.5)), now);
    update_pins(s, now);
    renew_hold(s);
}

/* Device */

static void i2c_part_instance_init(Object *obj)
{
    I2CPart *s = I2C_PART(obj);
    const struct bw_part_model *model = model_of(s);

    s->state = g_malloc0(model->state_size);
    s->state_size = model->state_size;
    model->reset(s->state, model->addrs[0], now_ns(s));
}

static void i2c_part_instance_finalize(Object *obj)
{
    g_free(I2C_PART(obj)->state);
}

/* Power on with the address pins as wired; values set before are kept. */
static void power_on(I2CPart *s, uint8_t addr7)
{
    const struct bw_part_model *model = model_of(s);
    g_autofree int64_t *micro = g_new(int64_t, model->value_count);
    uint64_t now = now_ns(s);
    size_t i;

    for (i = 0; i < model->value_count; i++) {
        micro[i] = model->get(s->state, i, now);
    }
    model->reset(s->state, addr7, now);
    for (i = 0; i < model->value_count; i++) {
        if (model->get(s->state, i, now) != micro[i]) {
            model->set(s->state, i, micro[i], now);
        }
    }
}

static void connect_pins(I2CPart *s)
{
    const struct bw_part_model *model = model_of(s);
    size_t i;

    for (i = 0; i < model->pin_count; i++) {
        I2CPartPin *p = &s->pin[i];

        if (!p->net) {
            continue;
        }
        p->name = g_strdup_printf("%s of the %s", model->pins[i], model->name);
        board_net_add(p->net, &p->source, p->name);
        if (!s->timer) {
            s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, pin_may_change, s);
        }
    }
    update_pins(s, now_ns(s));
}

static void i2c_part_unrealize(DeviceState *dev)
{
    I2CPart *s = I2C_PART(dev);

    for (size_t i = 0; i < BW_PART_MAX_PINS; i++) {
        if (s->pin[i].name) {
            board_net_remove(s->pin[i].net, &s->pin[i].source);
            g_free(s->pin[i].name);
            s->pin[i].name = NULL;
        }
    }
    timer_free(s->timer);
    s->timer = NULL;
    timer_free(s->scl_timer);
    s->scl_timer = NULL;
    part_screen_free(s->screen);
}

static uint64_t screen_ns(DeviceState *dev)
{
    return now_ns(I2C_PART(dev));
}

static void i2c_part_realize(DeviceState *dev, Error **errp)
{
    I2CPart *s = I2C_PART(dev);
    I2CSlave *slave = I2C_SLAVE(dev);
    const struct bw_part_model *model = model_of(s);

    if (slave->address == 0) {
        i2c_slave_set_address(slave, model->addrs[0]);
    }
    if (!bw_part_has_addr(model, slave->address)) {
        error_setg(errp, "a %s cannot have the address 0x%02x; "
                   "its addresses are 0x%02x to 0x%02x", model->name,
                   slave->address, model->addrs[0],
                   model->addrs[model->addr_count - 1]);
        return;
    }
    s->seen_addr = slave->address;
    power_on(s, slave->address);
    connect_pins(s);
    if (model->holds_scl) {
        s->scl_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, scl_is_free, s);
    }
    if (model->picture) {
        s->screen = part_screen_new(dev, model->picture, s->state, screen_ns);
    }
}

static int i2c_part_post_load(void *opaque, int version_id)
{
    I2CPart *s = opaque;

    update_pins(s, s->last_ns);
    return 0;
}

static bool hold_needed(void *opaque)
{
    I2CPart *s = opaque;

    return s->hold.pending || s->hold.again ||
           s->hold.until_ns > s->last_ns;
}

static int hold_post_load(void *opaque, int version_id)
{
    I2CPart *s = opaque;

    if (!s->scl_timer || s->hold.reply > I2C_REPLY_NACK_DATA) {
        return -EINVAL;
    }
    s->hold.again |= s->hold.pending;
    s->hold.pending = false;
    return 0;
}

static const VMStateDescription vmstate_hold = {
    .name = TYPE_I2C_PART "/hold",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = hold_needed,
    .post_load = hold_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(hold.pending, I2CPart),
        VMSTATE_BOOL(hold.again, I2CPart),
        VMSTATE_UINT8(hold.phase, I2CPart),
        VMSTATE_UINT8(hold.arg, I2CPart),
        VMSTATE_UINT8(hold.reply, I2CPart),
        VMSTATE_UINT8(hold.data, I2CPart),
        VMSTATE_UINT64(hold.until_ns, I2CPart),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_i2c_part = {
    .name = TYPE_I2C_PART,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = i2c_part_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SLAVE(parent_obj, I2CPart),
        VMSTATE_UINT32_EQUAL(state_size, I2CPart, NULL),
        VMSTATE_VBUFFER_UINT32(state, I2CPart, 1, NULL, state_size),
        VMSTATE_UINT64(last_ns, I2CPart),
        VMSTATE_UINT8(seen_addr, I2CPart),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription * const []) {
        &vmstate_hold,
        NULL
    }
};

static void i2c_part_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(klass);

    dc->realize = i2c_part_realize;
    dc->unrealize = i2c_part_unrealize;
    dc->vmsd = &vmstate_i2c_part;
    rc->phases.hold = i2c_part_reset_hold;
    sc->match_and_add = i2c_part_match_and_add;
    sc->event = i2c_part_event;
    sc->send = i2c_part_send;
    sc->recv = i2c_part_recv;
}

static void add_property(ObjectClass *klass, const struct bw_part_value *value,
                         size_t index)
{
    g_autofree char *text = NULL;

    text = g_strdup_printf("%s%s%s%s", value->text,
                           *value->unit ? ", in " : "", value->unit,
                           value->read_only ? " (read-only)" : "");
    object_class_property_add(klass, value->name, "number", get_value,
                              value->read_only ? NULL : set_value, NULL,
                              (void *)(uintptr_t)index);
    object_class_property_set_description(klass, value->name, text);
}

static void add_pin(ObjectClass *klass, const char *pin, size_t index)
{
    g_autofree char *name = g_strdup_printf("%s-net", pin);

    object_class_property_add_link(klass, name, TYPE_BOARD_NET,
                                   offsetof(I2CPart, pin) +
                                   index * sizeof(I2CPartPin) +
                                   offsetof(I2CPartPin, net),
                                   qdev_prop_allow_set_link_before_realize,
                                   OBJ_PROP_LINK_STRONG);
    object_class_property_set_description(klass, name,
                                          "what the pin is soldered to");
}

static void model_class_init(ObjectClass *klass, void *data)
{
    const struct bw_part_model *model = data;
    size_t i;

    I2C_PART_CLASS(klass)->model = model;
    if (model->holds_scl) {
        I2C_SLAVE_CLASS(klass)->request = i2c_part_request;
        I2C_SLAVE_CLASS(klass)->abort = i2c_part_abort;
    }
    DEVICE_CLASS(klass)->desc = model->text;
    set_bit(DEVICE_CATEGORY_MISC, DEVICE_CLASS(klass)->categories);
    for (i = 0; i < model->value_count; i++) {
        add_property(klass, &model->values[i], i);
    }
    for (i = 0; i < model->pin_count; i++) {
        add_pin(klass, model->pins[i], i);
    }
}

static const TypeInfo i2c_part_info = {
    .name = TYPE_I2C_PART,
    .parent = TYPE_I2C_SLAVE,
    .abstract = true,
    .instance_size = sizeof(I2CPart),
    .instance_init = i2c_part_instance_init,
    .instance_finalize = i2c_part_instance_finalize,
    .class_size = sizeof(I2CPartClass),
    .class_init = i2c_part_class_init,
};

static void i2c_part_register_types(void)
{
    const struct bw_part_model *const *model;

    type_register_static(&i2c_part_info);
    for (model = bw_part_models; *model; model++) {
        g_autofree char *name = g_strdup_printf("bw-%s", (*model)->name);
        const TypeInfo info = {
            .name = name,
            .parent = TYPE_I2C_PART,
            .class_init = model_class_init,
            .class_data = (void *)*model,
        };

        type_register_static(&info); /* it makes copies */
    }
}

type_init(i2c_part_register_types)
