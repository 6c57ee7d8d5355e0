/*
 * What of a bench goes to which place of a machine; see up_plan.h.
 *
 * Choices: a part has the address that it has on the bench; lines need to be
 * told their pins; an export of a whole I2C bus has all its parts, so beside
 * exports of single parts it is left out unless it is asked for.  What is
 * absent or held by somebody now is attached nevertheless: it works as soon as
 * it is there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/up_plan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct bw_up_machine - what can be attached to it
 * @i2c_bus: the bus of the parts, "" for its first one; NULL: it has none
 * @pins: it has nets that lines can continue
 * @usb: the USB controller to be added, "" for its own; NULL: it has none
 * @scsi: the same for SCSI
 * @memory: "" or how much; and then its PCI is below 4 GiB, where a Linux of
 *          32 bits without LPAE finds it
 * @icount: the guest's clock goes with its instructions
 */
struct bw_up_machine {
    const char *name;
    const char *i2c_bus;
    bool pins;
    const char *usb;
    const char *scsi;
    const char *memory;
    bool icount;
};

/* raspi2b: BSC1 is on pins 3 and 5 of the header. */
static const struct bw_up_machine machines[] = {
    { "microbit", "", true, NULL, NULL, "", true },
    { "virt", NULL, false, "qemu-xhci", "virtio-scsi-pci", "512M", false },
    { "raspi2b", "i2c-bus.1", false, "", NULL, "", false },
};
#define MACHINES (sizeof(machines) / sizeof(machines[0]))

const struct bw_up_machine *bw_up_machine_find(const char *name)
{
    size_t i;

    for (i = 0; i < MACHINES; i++) {
        if (strcmp(machines[i].name, name) == 0) {
            return &machines[i];
        }
    }
    return NULL;
}

const char *bw_up_machine_name(const struct bw_up_machine *m)
{
    return m->name;
}

const char *bw_up_machine_names(void)
{
    return "microbit, virt or raspi2b";
}

const char *bw_up_kind_name(unsigned kind)
{
    static const char *const names[] = {
        [BW_EXPORT_I2C] = "i2c",   [BW_EXPORT_BENCH] = "bench",
        [BW_EXPORT_GPIO] = "gpio", [BW_EXPORT_SCSI] = "scsi",
        [BW_EXPORT_USB] = "usb",
    };

    return kind >= BW_EXPORT_I2C && kind <= BW_EXPORT_USB ? names[kind]
                                                          : "unknown";
}

const char *bw_up_device(unsigned kind)
{
    static const char *const names[] = {
        [BW_EXPORT_I2C] = "i2c-passthrough",
        [BW_EXPORT_GPIO] = "gpio-passthrough",
        [BW_EXPORT_SCSI] = "tape-passthrough",
        [BW_EXPORT_USB] = "usb-redir",
    };

    return kind >= BW_EXPORT_I2C && kind <= BW_EXPORT_USB ? names[kind] : NULL;
}

/* Wishes */

static size_t find_export(const struct bw_up *up, const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < up->export_count; i++) {
        const char *is = up->exports[i].is.name;

        if (strlen(is) == len && memcmp(is, name, len) == 0) {
            break;
        }
    }
    return i;
}

/* The export whose name and a dot @name begins with: the longest such. */
static size_t find_prefix(const struct bw_up *up, const char *name, size_t len)
{
    size_t best = up->export_count, best_len = 0, i;

    for (i = 0; i < up->export_count; i++) {
        size_t n = strlen(up->exports[i].is.name);

        if (up->exports[i].is.kind == BW_EXPORT_GPIO && n > best_len &&
            n < len && name[n] == '.' &&
            memcmp(name, up->exports[i].is.name, n) == 0) {
            best = i;
            best_len = n;
        }
    }
    return best;
}

static size_t only_gpio(const struct bw_up *up)
{
    size_t found = up->export_count, count = 0, i;

    for (i = 0; i < up->export_count; i++) {
        if (up->exports[i].is.kind == BW_EXPORT_GPIO) {
            found = i;
            count++;
        }
    }
    return count == 1 ? found : up->export_count;
}

/* The @len bytes at @name: an export, EXPORT.LINE, or a line of the only GPIO
 * export. */
static bool resolve(struct bw_up *up, struct bw_up_wish *w, const char *name,
                    size_t len)
{
    size_t skip = 0;

    w->line[0] = '\0';
    w->export = find_export(up, name, len);
    if (w->export < up->export_count) {
        return true;
    }
    w->export = find_prefix(up, name, len);
    if (w->export < up->export_count) {
        skip = strlen(up->exports[w->export].is.name) + 1;
    } else {
        w->export = only_gpio(up);
    }
    if (w->export == up->export_count || len - skip > BW_WIRE_MAX_NAME) {
        return false;
    }
    memcpy(w->line, name + skip, len - skip);
    w->line[len - skip] = '\0';
    return true;
}

static bool parse_wish(struct bw_up *up, struct bw_up_wish *w, char *why,
                       size_t size)
{
    const char *equals = strrchr(w->text, '=');
    size_t len = equals ? (size_t)(equals - w->text) : 0;
    unsigned kind;

    if (!equals || len == 0 || !equals[1] ||
        strlen(equals + 1) >= sizeof(w->place)) {
        snprintf(why, size,
                 "\"%s\" is neither EXPORT=ADDRESS nor LINE=PIN, such as "
                 "thermometer=0x49 or lines.led=P1",
                 w->text);
        return false;
    }
    strcpy(w->place, equals + 1);
    if (!resolve(up, w, w->text, len)) {
        snprintf(why, size,
                 "there is no export or line \"%.*s\" on this bench; see "
                 "\"benchwire list\" and \"benchwire gpio info EXPORT\"",
                 (int)len, w->text);
        return false;
    }
    kind = up->exports[w->export].is.kind;
    if (kind != BW_EXPORT_I2C && kind != BW_EXPORT_GPIO) {
        snprintf(why, size, "\"%s\": type %s has no such place; leave it out",
                 w->text, bw_up_kind_name(kind));
        return false;
    }
    return true;
}

/* Is no earlier wish for the pin of wish @w? */
static bool check_pin(const struct bw_up *up, const struct bw_up_wish *w,
                      char *why, size_t size)
{
    const struct bw_up_wish *o = up->wishes;

    while (o < w && strcmp(o->place, w->place) != 0) {
        o++;
    }
    if (o < w && up->exports[w->export].is.kind == BW_EXPORT_GPIO) {
        snprintf(why, size, "\"%s\" and \"%s\" are one pin; choose another",
                 o->text, w->text);
        return false;
    }
    return true;
}

static const struct bw_up_wish *wish_of(const struct bw_up *up, size_t export)
{
    size_t i;

    for (i = 0; i < up->wish_count; i++) {
        if (up->wishes[i].export == export) {
            return &up->wishes[i];
        }
    }
    return NULL;
}

static bool is_in(const char *const *names, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Did the user name it, so that it must be had? */
static bool is_named(const struct bw_up *up, size_t export)
{
    return wish_of(up, export) ||
           is_in(up->only, up->only_count, up->exports[export].is.name);
}

/* Kind by kind.  Each returns whether it is attached, or else has a note. */

/* An address of 7 bits, or "any". */
static bool parse_address(const char *text, uint16_t *addr)
{
    char *end;
    unsigned long value;

    if (strcmp(text, "any") == 0) {
        *addr = BW_ADDR_ANY;
        return true;
    }
    value = strtoul(text, &end, 0);
    *addr = (uint16_t)value;
    return isdigit((unsigned char)text[0]) && !*end && value >= 1 &&
           value <= 0x7f;
}

static const struct bw_up_export *at_address(const struct bw_up *up,
                                             uint16_t addr)
{
    size_t i;

    for (i = 0; i < up->export_count; i++) {
        const struct bw_up_export *x = &up->exports[i];

        if (x->attached && x->is.kind == BW_EXPORT_I2C && x->addr == addr) {
            return x;
        }
    }
    return NULL;
}

static bool has_single_parts(const struct bw_up *up)
{
    size_t i;

    for (i = 0; i < up->export_count; i++) {
        if (up->exports[i].is.kind == BW_EXPORT_I2C &&
            up->exports[i].is.addr != BW_ADDR_ANY &&
            !is_in(up->without, up->without_count, up->exports[i].is.name)) {
            return true;
        }
    }
    return false;
}

static bool plan_i2c(struct bw_up *up, size_t number)
{
    struct bw_up_export *x = &up->exports[number];
    const struct bw_up_wish *w = wish_of(up, number);
    const struct bw_up_export *rival;

    if (!up->machine->i2c_bus) {
        snprintf(x->note, sizeof(x->note),
                 "machine \"%s\" has no I2C bus; take --machine microbit or "
                 "raspi2b",
                 up->machine->name);
        return false;
    }
    x->addr = x->is.addr;
    if (w && !parse_address(w->place, &x->addr)) {
        snprintf(x->note, sizeof(x->note),
                 "\"%s\" is no I2C address; write 0x01 to 0x7f, or any",
                 w->place);
        return false;
    }
    if (x->addr == BW_ADDR_ANY && !is_named(up, number) &&
        has_single_parts(up)) {
        snprintf(x->note, sizeof(x->note),
                 "a whole bus, left out because parts are attached one by one; "
                 "--only %s takes it in their place",
                 x->is.name);
        return false;
    }
    rival = at_address(up, x->addr);
    if (rival) {
        snprintf(x->note, sizeof(x->note),
                 "its address on the machine's bus is taken by \"%s\"; "
                 "--map %s=ADDRESS gives it another one",
                 rival->is.name, x->is.name);
        return false;
    }
    if (x->addr > 0x7f && x->addr != BW_ADDR_ANY) {
        snprintf(x->place, sizeof(x->place), "I2C address 0x%03x, 10 bits",
                 x->addr);
    } else if (x->addr == BW_ADDR_ANY) {
        snprintf(x->place, sizeof(x->place), "I2C, all free addresses");
    } else {
        snprintf(x->place, sizeof(x->place), "I2C address 0x%02x", x->addr);
    }
    return true;
}

static bool plan_gpio(struct bw_up *up, size_t number)
{
    struct bw_up_export *x = &up->exports[number];
    size_t at = 0, i;

    if (!up->machine->pins) {
        snprintf(x->note, sizeof(x->note),
                 "lines cannot be pins of machine \"%s\"; take --machine "
                 "microbit",
                 up->machine->name);
        return false;
    }
    if (!wish_of(up, number)) {
        snprintf(x->note, sizeof(x->note),
                 "no pin was chosen for a line; write --pin %s.LINE=P0",
                 x->is.name);
        return false;
    }
    for (i = 0; i < up->wish_count; i++) {
        const struct bw_up_wish *w = &up->wishes[i];

        if (w->export == number && at < sizeof(x->place)) {
            at += (size_t)snprintf(x->place + at, sizeof(x->place) - at,
                                   "%s%s%s%s", at ? ", " : "", w->line,
                                   w->line[0] ? "=" : "pin ", w->place);
        }
    }
    return true;
}

static bool plan_usb(struct bw_up *up, struct bw_up_export *x)
{
    if (!up->machine->usb) {
        snprintf(x->note, sizeof(x->note),
                 "machine \"%s\" has no USB host; take --machine virt or "
                 "raspi2b",
                 up->machine->name);
        return false;
    }
    snprintf(x->place, sizeof(x->place), "USB, %s",
             up->machine->usb[0] ? up->machine->usb : "the board's host");
    return true;
}

static bool plan_scsi(struct bw_up *up, struct bw_up_export *x)
{
    if (!up->machine->scsi) {
        snprintf(x->note, sizeof(x->note),
                 "machine \"%s\" has no SCSI controller; take --machine virt",
                 up->machine->name);
        return false;
    }
    snprintf(x->place, sizeof(x->place), "SCSI, %s", up->machine->scsi);
    return true;
}

static bool plan_one(struct bw_up *up, size_t number)
{
    struct bw_up_export *x = &up->exports[number];

    if (up->only_count && !is_in(up->only, up->only_count, x->is.name)) {
        snprintf(x->note, sizeof(x->note), "not named by --only");
        return false;
    }
    if (is_in(up->without, up->without_count, x->is.name)) {
        snprintf(x->note, sizeof(x->note), "left out by --without");
        return false;
    }
    switch (x->is.kind) {
    case BW_EXPORT_I2C:
        return plan_i2c(up, number);
    case BW_EXPORT_GPIO:
        return plan_gpio(up, number);
    case BW_EXPORT_USB:
        return plan_usb(up, x);
    case BW_EXPORT_SCSI:
        return plan_scsi(up, x);
    case BW_EXPORT_BENCH:
        snprintf(x->place, sizeof(x->place), "for benchwire get, set, fault");
        return false;
    default:
        snprintf(x->note, sizeof(x->note),
                 "this release does not know its type; install the agent's");
        return false;
    }
}

/* QEMU's ids begin with a letter, and have letters, digits and -._ only. */
static void name_export(struct bw_up_export *x, size_t number)
{
    const char *c = x->is.name;

    strcpy(x->id, x->is.name);
    while (isalnum((unsigned char)*c) || (*c && strchr("-._", *c))) {
        c++;
    }
    if (*c || !isalpha((unsigned char)x->is.name[0])) {
        snprintf(x->id, sizeof(x->id), "export%zu", number);
    }
}

static bool check_names(const struct bw_up *up, const char *const *names,
                        size_t count, const char *option, char *why,
                        size_t size)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (find_export(up, names[i], strlen(names[i])) == up->export_count) {
            snprintf(why, size,
                     "%s %s: there is no such export on this bench; "
                     "\"benchwire list\" shows them",
                     option, names[i]);
            return false;
        }
    }
    return true;
}

bool bw_up_plan(struct bw_up *up, char *why, size_t size)
{
    size_t i;

    if (!check_names(up, up->only, up->only_count, "--only", why, size) ||
        !check_names(up, up->without, up->without_count, "--without", why,
                     size)) {
        return false;
    }
    for (i = 0; i < up->wish_count; i++) {
        if (!parse_wish(up, &up->wishes[i], why, size) ||
            !check_pin(up, &up->wishes[i], why, size)) {
            return false;
        }
    }
    for (i = 0; i < up->export_count; i++) {
        struct bw_up_export *x = &up->exports[i];

        name_export(x, i);
        x->attached = plan_one(up, i);
        if (!x->attached && is_named(up, i) && x->is.kind != BW_EXPORT_BENCH) {
            snprintf(why, size, "\"%s\" cannot be attached: %s", x->is.name,
                     x->note);
            return false;
        }
    }
    return true;
}

size_t bw_up_attached(const struct bw_up *up)
{
    size_t count = 0, i;

    for (i = 0; i < up->export_count; i++) {
        count += up->exports[i].attached;
    }
    return count;
}

/* The options of QEMU */

/* "HOST:PORT", "[HOST]:PORT" */
static void set_host(struct bw_up_options *o, const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);

    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        bw_up_set(o, "host", "%.*s", (int)(len - 2), text + 1);
    } else {
        bw_up_set(o, "host", "%.*s", (int)len, text);
    }
    bw_up_set(o, "port", "%s", colon ? colon + 1 : "");
}

static void add_link(const struct bw_up *up, struct bw_up_options *o,
                     const char *id)
{
    bw_up_add(o, "chardev", "socket");
    bw_up_set(o, "id", "%s-link", id);
    if (strncmp(up->address, "unix:", 5) == 0) {
        bw_up_set(o, "path", "%s", up->address + 5);
    } else {
        set_host(o, up->address + 4);
        if (strncmp(up->address, "tls:", 4) == 0) {
            bw_up_set(o, "tls-creds", "key");
        }
    }
    bw_up_set(o, "reconnect-ms", "1000");
}

static void add_key(const struct bw_up *up, struct bw_up_options *o)
{
    bw_up_add(o, "object",
              up->tls_identity ? "tls-creds-psk" : "tls-creds-x509");
    bw_up_set(o, "id", "key");
    bw_up_set(o, "dir", "%s", up->tls_dir);
    bw_up_set(o, "endpoint", "client");
    if (up->tls_identity) {
        bw_up_set(o, "username", "%s", up->tls_identity);
    }
}

static void add_i2c(const struct bw_up *up, struct bw_up_options *o,
                    const struct bw_up_export *x)
{
    bw_up_add(o, "device", "i2c-passthrough");
    bw_up_set(o, "id", "%s", x->id);
    bw_up_set(o, "chardev", "%s-link", x->id);
    bw_up_set(o, "export", "%s", x->is.name);
    if (x->addr == BW_ADDR_ANY) {
        bw_up_set(o, "address", "any");
    } else {
        bw_up_set(o, "address", "0x%02x", x->addr);
    }
    if (x->addr > 0x7f && x->addr != BW_ADDR_ANY) {
        bw_up_set(o, "ten-bit", "on");
    }
    if (x->is.addr != BW_ADDR_ANY && x->is.addr != x->addr) {
        bw_up_set(o, "hostaddr", "0x%02x", x->is.addr);
    }
    if (up->machine->i2c_bus[0]) {
        bw_up_set(o, "bus", "%s", up->machine->i2c_bus);
    }
}

static void add_lines(const struct bw_up *up, struct bw_up_options *o,
                      size_t number)
{
    const struct bw_up_export *x = &up->exports[number];
    size_t i;

    for (i = 0; i < up->wish_count; i++) {
        const struct bw_up_wish *w = &up->wishes[i];

        if (w->export != number) {
            continue;
        }
        bw_up_add(o, "device", "gpio-passthrough");
        bw_up_set(o, "id", "%s-%s", x->id, w->place);
        bw_up_set(o, "chardev", "%s-link", x->id);
        bw_up_set(o, "export", "%s", x->is.name);
        if (w->line[0]) {
            bw_up_set(o, "line", "%s", w->line);
        }
        bw_up_set(o, "pin", "%s", w->place);
    }
}

static void add_usb(struct bw_up_options *o, const struct bw_up_export *x)
{
    bw_up_add(o, "chardev", "benchwire-usb");
    bw_up_set(o, "id", "%s-usb", x->id);
    bw_up_set(o, "chardev", "%s-link", x->id);
    bw_up_set(o, "export", "%s", x->is.name);
    bw_up_add(o, "device", "usb-redir");
    bw_up_set(o, "id", "%s", x->id);
    bw_up_set(o, "chardev", "%s-usb", x->id);
}

static void add_scsi(struct bw_up_options *o, const struct bw_up_export *x)
{
    bw_up_add(o, "device", "tape-passthrough");
    bw_up_set(o, "id", "%s", x->id);
    bw_up_set(o, "chardev", "%s-link", x->id);
    bw_up_set(o, "export", "%s", x->is.name);
}

static void add_export(const struct bw_up *up, struct bw_up_options *o,
                       size_t number)
{
    const struct bw_up_export *x = &up->exports[number];

    add_link(up, o, x->id);
    switch (x->is.kind) {
    case BW_EXPORT_I2C:
        add_i2c(up, o, x);
        break;
    case BW_EXPORT_GPIO:
        add_lines(up, o, number);
        break;
    case BW_EXPORT_USB:
        add_usb(o, x);
        break;
    default:
        add_scsi(o, x);
        break;
    }
}

static bool has_kind(const struct bw_up *up, unsigned kind)
{
    size_t i;

    for (i = 0; i < up->export_count; i++) {
        if (up->exports[i].attached && up->exports[i].is.kind == kind) {
            return true;
        }
    }
    return false;
}

static void add_controller(struct bw_up_options *o, const char *name,
                           const char *id)
{
    if (name && name[0]) {
        bw_up_add(o, "device", name);
        bw_up_set(o, "id", "%s", id);
    }
}

static void add_machine(const struct bw_up *up, struct bw_up_options *o)
{
    const struct bw_up_machine *m = up->machine;

    bw_up_add(o, "machine", m->name);
    if (up->firmware) {
        bw_up_set(o, "kernel", "%s", up->firmware);
    }
    if (m->memory[0]) {
        bw_up_set(o, "highmem", "off");
    }
    if (m->icount) {
        bw_up_add(o, "icount", NULL);
        bw_up_set(o, "shift", "6");
        bw_up_set(o, "align", "on");
    }
    if (m->memory[0]) {
        bw_up_add(o, "m", NULL);
        bw_up_set(o, "size", "%s", m->memory);
    }
}

void bw_up_build(const struct bw_up *up, struct bw_up_options *out)
{
    size_t i;

    add_machine(up, out);
    if (strncmp(up->address, "tls:", 4) == 0 && bw_up_attached(up)) {
        add_key(up, out);
    }
    if (has_kind(up, BW_EXPORT_USB)) {
        add_controller(out, up->machine->usb, "usb");
    }
    if (has_kind(up, BW_EXPORT_SCSI)) {
        add_controller(out, up->machine->scsi, "scsi");
    }
    for (i = 0; i < up->export_count; i++) {
        if (up->exports[i].attached) {
            add_export(up, out, i);
        }
    }
}

const char *const *bw_up_console(const struct bw_up *up)
{
    static const char *const board[] = { "-display", "none", "-serial", "stdio",
                                         "-monitor", "none", NULL };
    static const char *const system[] = { "-nographic", "-nic", "none", NULL };

    return up->machine->icount ? board : system;
}
