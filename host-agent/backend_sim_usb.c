/*
 * Simulated USB ports and the devices in them; see backend_sim_usb.h.
 *
 * A place has a device when exactly one is plugged in that its export means
 * and no other place has it.  Knobs are turned by other threads: they change
 * the device under the adapter's lock and let the timers of all conversations
 * fire, and each then looks what has become of its device.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifdef BW_HAVE_USBREDIR

#include "host-agent/backend_sim_usb_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/sim_usb_store.h"

#define MICRO 1000000 /* 1, as values count */

/* The models */

bool bw_sim_usb_has_model(const char *model)
{
    return bw_usb_model_find(model) != NULL;
}

const char *bw_sim_usb_models(void)
{
    return "serial, storage, keyboard, audio";
}

bool bw_sim_usb_wants_file(const char *model)
{
    const struct bw_usb_model *m = bw_usb_model_find(model);

    return m && m->wants_store;
}

/* The set of ports */

struct bw_sim_usb *bw_sim_usb_new(void)
{
    struct bw_sim_usb *u = calloc(1, sizeof(*u));

    if (u) {
        pthread_mutex_init(&u->lock, NULL);
    }
    return u;
}

void bw_sim_usb_free(struct bw_sim_usb *u)
{
    size_t i;

    if (!u) {
        return;
    }
    for (i = 0; i < u->count; i++) {
        bw_sim_usb_store_close(u->slots[i].store);
        free(u->slots[i].device.state);
    }
    pthread_mutex_destroy(&u->lock);
    free(u);
}

static const struct bw_sim_usb_slot *in_port(const struct bw_sim_usb *u,
                                             const char *port)
{
    size_t i;

    for (i = 0; i < u->count; i++) {
        if (strcmp(u->slots[i].config.port, port) == 0) {
            return &u->slots[i];
        }
    }
    return NULL;
}

/* Of bus 1; there are more numbers than devices. */
static void find_free_port(const struct bw_sim_usb *u, char *out, size_t size)
{
    unsigned number = 0;

    do {
        snprintf(out, size, "1-%u", ++number);
    } while (in_port(u, out));
}

static bool check_place(const struct bw_sim_usb *u,
                        const struct bw_sim_usb_device *d, char *error,
                        size_t error_size)
{
    const struct bw_sim_usb_slot *other =
        d->port[0] ? in_port(u, d->port) : NULL;

    if (u->count == BW_SIM_USB_MAX_DEVICES) {
        snprintf(error, error_size,
                 "usb \"%s\": more than %d devices on one adapter; use another",
                 d->name, BW_SIM_USB_MAX_DEVICES);
        return false;
    }
    if (!bw_usb_model_find(d->model)) {
        snprintf(error, error_size,
                 "usb \"%s\": model \"%s\" is unknown; the models are %s",
                 d->name, d->model, bw_sim_usb_models());
        return false;
    }
    if (other) {
        snprintf(error, error_size,
                 "usb \"%s\" and \"%s\" are both in port %s; give one another",
                 other->config.name, d->name, d->port);
        return false;
    }
    return true;
}

static void plug_in(struct bw_sim_usb_slot *slot, void *state)
{
    const struct bw_usb_model *model = bw_usb_model_find(slot->config.model);
    struct bw_usb_identity identity = {
        .serial = slot->config.serial,
        .store = slot->store,
    };

    bw_usb_device_init(&slot->device, model, &identity, state);
    slot->plugs++;
}

bool bw_sim_usb_add(struct bw_sim_usb *u, const struct bw_sim_usb_device *d,
                    char *error, size_t error_size)
{
    const struct bw_usb_model *model = bw_usb_model_find(d->model);
    struct bw_sim_usb_slot *slot = &u->slots[u->count];
    char why[BW_WIRE_MAX_TEXT + 128];
    void *state;

    if (!check_place(u, d, error, error_size)) {
        return false;
    }
    slot->config = *d;
    if (!d->port[0]) {
        find_free_port(u, slot->config.port, sizeof(slot->config.port));
    }
    if (!d->serial[0]) {
        snprintf(slot->config.serial, sizeof(slot->config.serial), "%s",
                 model->serial);
    }
    if (model->wants_store) {
        slot->store = bw_sim_usb_store_open(d->file, why, sizeof(why));
        if (!slot->store) {
            snprintf(error, error_size, "usb \"%s\": %s", d->name, why);
            return false;
        }
    }
    state = calloc(1, model->state_size);
    if (!state) {
        bw_sim_usb_store_close(slot->store);
        slot->store = NULL;
        snprintf(error, error_size, "out of memory");
        return false;
    }
    plug_in(slot, state);
    slot->plugged = d->plugged;
    u->count++;
    return true;
}

/* Places */

static struct bw_sim_usb_port *port_of(struct bw_usb_port *p)
{
    return (struct bw_sim_usb_port *)p; /* the first member */
}

static void set_timer(const struct bw_sim_usb_port *p, uint64_t ns)
{
    struct itimerspec at = { .it_value = bw_clock_timespec(ns) };

    timerfd_settime(p->port.event_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void wake_all(struct bw_sim_usb *u)
{
    struct bw_sim_usb_port *p;

    for (p = u->ports; p; p = p->next) {
        p->woken = true;
        set_timer(p, 1);
    }
}

static void fill_what(const struct bw_sim_usb_slot *slot,
                      struct bw_usb_what *out)
{
    memset(out, 0, sizeof(*out));
    out->vendor = bw_usb_device_vendor(&slot->device);
    out->product = bw_usb_device_product(&slot->device);
    memcpy(out->port, slot->config.port, sizeof(out->port));
    memcpy(out->serial, slot->config.serial, sizeof(out->serial));
    snprintf(out->name, sizeof(out->name), "%s %s",
             slot->device.model->manufacturer, slot->device.model->product);
}

static bool is_meant(const struct bw_sim_usb_port *p,
                     const struct bw_sim_usb_slot *slot)
{
    struct bw_usb_what what;

    fill_what(slot, &what);
    return bw_usb_select_matches(&p->select, &what);
}

/* How many that are plugged in does the export mean?  *@one is the last of
 * them, or if there is none one that is not plugged in, or NULL. */
static size_t find_meant(struct bw_sim_usb_port *p,
                         struct bw_sim_usb_slot **one)
{
    struct bw_sim_usb *u = p->u;
    size_t found = 0;
    size_t i;

    *one = NULL;
    for (i = 0; i < u->count; i++) {
        struct bw_sim_usb_slot *slot = &u->slots[i];

        if (is_meant(p, slot) && (slot->plugged || found == 0)) {
            *one = slot;
            found += slot->plugged;
        }
    }
    return found;
}

static void say_several(struct bw_sim_usb_port *p, char *out, size_t size)
{
    size_t i, len;

    snprintf(out, size, "several devices are meant:");
    for (i = 0; i < p->u->count; i++) {
        const struct bw_sim_usb_slot *slot = &p->u->slots[i];

        if (slot->plugged && is_meant(p, slot)) {
            len = strlen(out);
            snprintf(out + len, size - len, " %s (serial %s)",
                     slot->config.port, slot->config.serial);
        }
    }
    len = strlen(out);
    snprintf(out + len, size - len, "; add port or serial to the export");
}

static void describe(struct bw_usb_port *port, struct bw_usb_what *out)
{
    struct bw_sim_usb_port *p = port_of(port);
    struct bw_sim_usb_slot *slot;
    size_t found;

    pthread_mutex_lock(&p->u->lock);
    found = find_meant(p, &slot);
    memset(out, 0, sizeof(*out));
    if (found > 1) {
        say_several(p, out->why, sizeof(out->why));
    } else if (slot) {
        fill_what(slot, out);
        out->present = found == 1 && (!slot->user || slot->user == p);
        if (found == 0) {
            snprintf(out->why, sizeof(out->why),
                     "it is not plugged in; set %s.plugged to 1",
                     slot->config.name);
        } else if (!out->present) {
            snprintf(out->why, sizeof(out->why),
                     "another export has it; close that one");
        }
    } else {
        snprintf(out->why, sizeof(out->why),
                 "there is no such device on the "
                 "simulated ports");
    }
    pthread_mutex_unlock(&p->u->lock);
}

static void take_device(struct bw_sim_usb_port *p, struct bw_sim_usb_slot *slot)
{
    p->slot = slot;
    p->plugs = slot->plugs;
    slot->user = p;
    bw_sim_usb_redir_attach(p);
    bw_log(BW_LOG_DEBUG, "usb: %s is plugged into the guest",
           slot->config.name);
}

static void lose_device(struct bw_sim_usb_port *p)
{
    p->slot->user = NULL;
    bw_log(BW_LOG_DEBUG, "usb: %s is unplugged", p->slot->config.name);
    p->slot = NULL;
    wake_all(p->u); /* another place may want it */
}

/* Let the guest have the device that is there now, or none. */
static void update_device(struct bw_sim_usb_port *p)
{
    struct bw_sim_usb_slot *slot;
    size_t found = find_meant(p, &slot);

    if (p->slot && (found != 1 || slot != p->slot || slot->plugs != p->plugs)) {
        bw_sim_usb_redir_detach(p);
        lose_device(p);
    }
    if (!p->slot && found == 1 && !slot->user && p->greeted && !p->leaving) {
        take_device(p, slot);
    }
}

static enum bw_status begin(struct bw_usb_port *port, struct bw_usb_pipe *pipe,
                            char *why, size_t size)
{
    struct bw_sim_usb_port *p = port_of(port);
    enum bw_status status = BW_OK;

    pthread_mutex_lock(&p->u->lock);
    p->pipe = pipe;
    if (bw_sim_usb_redir_begin(p)) {
        p->woken = true;
        p->next = p->u->ports;
        p->u->ports = p;
        set_timer(p, 1);
    } else {
        snprintf(why, size, "out of memory");
        status = BW_IO;
    }
    pthread_mutex_unlock(&p->u->lock);
    return status;
}

/* When there is something to do although nobody does anything. */
static void arm(struct bw_sim_usb_port *p)
{
    uint64_t next_ns;

    if (p->woken) {
        return; /* since this turn began */
    }
    next_ns = bw_sim_usb_data_full(p) ? BW_PART_NEVER
                                      : bw_sim_usb_data_next_ns(p, p->ran_ns);
    if (next_ns == BW_PART_NEVER) {
        set_timer(p, 0);
    } else {
        set_timer(p, next_ns ? next_ns : 1);
    }
}

/* Returns false when the conversation is over. */
static bool turn(struct bw_sim_usb_port *p)
{
    if (usbredirparser_do_read(p->parser) < 0 || p->wrong) {
        return false;
    }
    update_device(p);
    p->ran_ns = bw_clock_ns();
    bw_sim_usb_data_run(p, p->ran_ns);
    return !usbredirparser_has_data_to_write(p->parser) ||
           usbredirparser_do_write(p->parser) == 0;
}

static bool work(struct bw_usb_port *port)
{
    struct bw_sim_usb_port *p = port_of(port);
    uint64_t fired;
    bool lives;

    pthread_mutex_lock(&p->u->lock);
    p->woken = false;
    if (read(p->port.event_fd, &fired, sizeof(fired)) < 0) {
        fired = 0; /* it has not: EAGAIN */
    }
    lives = turn(p);
    arm(p);
    pthread_mutex_unlock(&p->u->lock);
    return lives;
}

static bool pending(struct bw_usb_port *port)
{
    return usbredirparser_has_data_to_write(port_of(port)->parser) > 0;
}

static void end(struct bw_usb_port *port)
{
    struct bw_sim_usb_port *p = port_of(port);
    struct bw_sim_usb_port **at;

    pthread_mutex_lock(&p->u->lock);
    for (at = &p->u->ports; *at != p; at = &(*at)->next) {
        /* it is there since begin() */
    }
    *at = p->next;
    bw_sim_usb_redir_end(p);
    if (p->slot) {
        bw_usb_device_reset(&p->slot->device);
        lose_device(p);
    }
    set_timer(p, 0);
    pthread_mutex_unlock(&p->u->lock);
}

static void close_port(struct bw_usb_port *port)
{
    close(port->event_fd);
    free(port_of(port));
}

static const struct bw_usb_port_ops port_ops = {
    .describe = describe,
    .begin = begin,
    .work = work,
    .pending = pending,
    .end = end,
    .close = close_port,
};

struct bw_usb_port *bw_sim_usb_open(struct bw_sim_usb *u,
                                    const struct bw_usb_select *select,
                                    char *error, size_t error_size)
{
    struct bw_sim_usb_port *p = calloc(1, sizeof(*p));

    if (!p) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    p->port.ops = &port_ops;
    p->port.funcs = BW_DEVICE_FUNC_SIMULATED;
    p->port.event_fd =
        timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (p->port.event_fd < 0) {
        snprintf(error, error_size, "no timer for a USB port: %m");
        free(p);
        return NULL;
    }
    p->u = u;
    p->select = *select;
    return &p->port;
}

/* Knobs */

size_t bw_sim_usb_value_count(const struct bw_sim_usb *u)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < u->count; i++) {
        count += 1 + u->slots[i].device.model->value_count;
    }
    return count;
}

/* Whose knob number *@index is; *@index becomes 0 for "plugged", or the number
 * of the model's value plus 1.  NULL past the end. */
static struct bw_sim_usb_slot *value_owner(struct bw_sim_usb *u, size_t *index)
{
    size_t i;

    for (i = 0; i < u->count; i++) {
        size_t count = 1 + u->slots[i].device.model->value_count;

        if (*index < count) {
            return &u->slots[i];
        }
        *index -= count;
    }
    return NULL;
}

static const struct bw_part_value plugged_value = {
    .name = "plugged",
    .unit = "",
    .micro_max = MICRO,
};

void bw_sim_usb_value_at(struct bw_sim_usb *u, size_t index,
                         struct bw_wire_value *v)
{
    struct bw_sim_usb_slot *slot = value_owner(u, &index);
    const struct bw_part_value *value;

    memset(v, 0, sizeof(*v));
    if (!slot) {
        return;
    }
    value = index ? &slot->device.model->values[index - 1] : &plugged_value;
    v->micro_min = value->micro_min;
    v->micro_max = value->micro_max;
    snprintf(v->name, sizeof(v->name), "%s.%s", slot->config.name, value->name);
    snprintf(v->unit, sizeof(v->unit), "%s", value->unit);
    pthread_mutex_lock(&u->lock);
    v->micro = index ? slot->device.model->get(&slot->device, index - 1)
                     : MICRO * slot->plugged;
    pthread_mutex_unlock(&u->lock);
}

size_t bw_sim_usb_value_find(const struct bw_sim_usb *u, const char *name)
{
    size_t count = bw_sim_usb_value_count(u);
    struct bw_wire_value v;
    size_t i;

    for (i = 0; i < count; i++) {
        bw_sim_usb_value_at((struct bw_sim_usb *)u, i, &v);
        if (strcmp(v.name, name) == 0) {
            return i;
        }
    }
    return count;
}

static enum bw_status set_plugged(struct bw_sim_usb_slot *slot, int64_t micro)
{
    if (micro != 0 && micro != MICRO) {
        return BW_INVALID;
    }
    if (micro && !slot->plugged) {
        plug_in(slot, slot->device.state);
    }
    slot->plugged = micro != 0;
    return BW_OK;
}

static enum bw_status set_value(struct bw_sim_usb_slot *slot, size_t index,
                                int64_t micro)
{
    const struct bw_usb_model *model = slot->device.model;
    const struct bw_part_value *value = &model->values[index];

    if (value->read_only) {
        return BW_DENIED;
    }
    return micro >= value->micro_min && micro <= value->micro_max &&
                   model->set(&slot->device, index, micro, bw_clock_ns())
               ? BW_OK
               : BW_INVALID;
}

enum bw_status bw_sim_usb_value_set(struct bw_sim_usb *u, size_t index,
                                    int64_t micro)
{
    struct bw_sim_usb_slot *slot = value_owner(u, &index);
    enum bw_status status;

    if (!slot) {
        return BW_NOT_FOUND;
    }
    pthread_mutex_lock(&u->lock);
    status =
        index ? set_value(slot, index - 1, micro) : set_plugged(slot, micro);
    wake_all(u);
    pthread_mutex_unlock(&u->lock);
    return status;
}

#endif
