/*
 * The USB devices of this machine; see backend_usb_find.h.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-bus-usb: a folder for each
 * device, named by bus and ports ("1-1.4"), with idVendor, idProduct, busnum,
 * devnum, bDeviceClass and, where the device has them, serial, manufacturer
 * and product; a folder for each interface beside it ("1-1.4:1.0") with a link
 * "driver" while it has one.  Root hubs ("usb1") have no port.  Disks are links
 * in /sys/class/block, whose targets lead through the interface's folder.
 * proc(5): mountinfo, swaps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_usb_find.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

#define CLASS_HUB   0x09
#define MAX_PATH    512
#define MAX_DEVICES 256

/* One attribute as text for people: what is no text is left out. */
static void read_text(const char *folder, const char *name, char *out,
                      size_t size)
{
    char path[MAX_PATH], line[256] = "";
    FILE *file;
    size_t len;

    out[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "re");
    if (!file) {
        return;
    }
    if (!fgets(line, sizeof(line), file)) {
        line[0] = '\0';
    }
    fclose(file);
    len = strcspn(line, "\n");
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    line[len] = '\0';
    if (bw_text_ok((const uint8_t *)line, len)) {
        snprintf(out, size, "%.*s", (int)bw_text_cut(line, size - 1), line);
    }
}

static unsigned read_number(const char *folder, const char *name, int base)
{
    char text[16];

    read_text(folder, name, text, sizeof(text));
    return (unsigned)strtoul(text, NULL, base);
}

static void read_name(const char *folder, struct bw_usb_what *w)
{
    char maker[BW_USB_MAX_NAME / 2], product[BW_USB_MAX_NAME / 2];

    read_text(folder, "manufacturer", maker, sizeof(maker));
    read_text(folder, "product", product, sizeof(product));
    snprintf(w->name, sizeof(w->name), "%s%s%s", maker,
             maker[0] && product[0] ? " " : "", product);
}

/* Returns whether there is a device of that name that is no hub. */
static bool read_device(const char *sysfs, const char *port,
                        struct bw_usb_found *f)
{
    char folder[MAX_PATH];

    memset(f, 0, sizeof(*f));
    snprintf(folder, sizeof(folder), "%s/%s", sysfs, port);
    f->bus = read_number(folder, "busnum", 10);
    f->device = read_number(folder, "devnum", 10);
    if (!f->bus || !f->device ||
        read_number(folder, "bDeviceClass", 16) == CLASS_HUB) {
        return false;
    }
    f->what.present = true;
    f->what.vendor = (uint16_t)read_number(folder, "idVendor", 16);
    f->what.product = (uint16_t)read_number(folder, "idProduct", 16);
    snprintf(f->what.port, sizeof(f->what.port), "%.*s", BW_USB_MAX_PORT, port);
    read_text(folder, "serial", f->what.serial, sizeof(f->what.serial));
    read_name(folder, &f->what);
    return true;
}

static int is_device(const struct dirent *d)
{
    return bw_usb_is_port(d->d_name);
}

size_t bw_usb_find(const char *sysfs, const struct bw_usb_select *select,
                   struct bw_usb_found *out, size_t max)
{
    struct dirent **names;
    struct bw_usb_found f;
    size_t found = 0;
    int count, i;

    count = scandir(sysfs, &names, is_device, versionsort);
    for (i = 0; i < count; i++) {
        if (i < MAX_DEVICES && read_device(sysfs, names[i]->d_name, &f) &&
            (!select || bw_usb_select_matches(select, &f.what))) {
            if (found < max) {
                out[found] = f;
            }
            found++;
        }
        free(names[i]);
    }
    if (count >= 0) {
        free(names);
    }
    return found;
}

/* The last part of the link's target, if it is not in @out yet. */
static void add_driver(const char *path, char *out, size_t size)
{
    char target[MAX_PATH];
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    const char *name;
    size_t used = strlen(out);

    if (len <= 0) {
        return;
    }
    target[len] = '\0';
    name = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
    if (!strstr(out, name)) {
        snprintf(out + used, size - used, "%s%s", used ? ", " : "", name);
    }
}

void bw_usb_drivers(const char *sysfs, const char *port, char *out, size_t size)
{
    size_t len = strlen(port);
    char path[MAX_PATH];
    struct dirent *d;
    DIR *dir;

    out[0] = '\0';
    dir = opendir(sysfs);
    while (dir && (d = readdir(dir))) {
        if (strncmp(d->d_name, port, len) == 0 && d->d_name[len] == ':') {
            snprintf(path, sizeof(path), "%s/%.255s/driver", sysfs, d->d_name);
            add_driver(path, out, size);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

/* Is the block device in a line of mountinfo (its number, or the source of what
 * has none, as btrfs), or of swaps? */
static bool is_listed(const char *path, const char *name, const char *number)
{
    char source[MAX_PATH], between[32], *line = NULL, *tab;
    size_t size = 0;
    int len = snprintf(source, sizeof(source), " /dev/%s ", name);
    FILE *file = fopen(path, "re");
    bool found = false;

    snprintf(between, sizeof(between), " %s ", number);
    while (file && !found && getline(&line, &size, file) >= 0) {
        tab = strchr(line, '\t');
        if (tab) {
            *tab = ' ';
        }
        found = strstr(line, source) || (number[0] && strstr(line, between)) ||
                strncmp(line, source + 1, (size_t)len - 1) == 0;
    }
    free(line);
    if (file) {
        fclose(file);
    }
    return found;
}

static bool has_holder(const char *folder)
{
    char path[MAX_PATH + 16];
    struct dirent *d;
    bool found = false;
    DIR *dir;

    snprintf(path, sizeof(path), "%s/holders", folder);
    dir = opendir(path);
    while (dir && !found && (d = readdir(dir))) {
        found = d->d_name[0] != '.';
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

/* Is the block device @name of @block one of the device's? */
static bool is_of_device(const char *block, const char *port, const char *name)
{
    char path[MAX_PATH], target[MAX_PATH], folder[BW_USB_MAX_PORT + 3];
    ssize_t len;

    snprintf(path, sizeof(path), "%s/%.255s", block, name);
    len = readlink(path, target, sizeof(target) - 1);
    if (len <= 0) {
        return false;
    }
    target[len] = '\0';
    snprintf(folder, sizeof(folder), "/%s:", port);
    return strstr(target, folder) != NULL;
}

bool bw_usb_disk_in_use(const char *block, const char *proc, const char *port,
                        char *out, size_t size)
{
    char folder[MAX_PATH], mounts[MAX_PATH], swaps[MAX_PATH], number[24];
    struct dirent *d;
    bool found = false;
    DIR *dir = opendir(block);

    snprintf(mounts, sizeof(mounts), "%s/self/mountinfo", proc);
    snprintf(swaps, sizeof(swaps), "%s/swaps", proc);
    while (dir && !found && (d = readdir(dir))) {
        if (d->d_name[0] == '.' || !is_of_device(block, port, d->d_name)) {
            continue;
        }
        snprintf(folder, sizeof(folder), "%s/%.255s", block, d->d_name);
        read_text(folder, "dev", number, sizeof(number));
        found = (number[0] && is_listed(mounts, d->d_name, number)) ||
                is_listed(swaps, d->d_name, "") || has_holder(folder);
        if (found) {
            snprintf(out, size, "%s", d->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

void bw_usb_list(const char *sysfs, FILE *out)
{
    static struct bw_usb_found found[MAX_DEVICES];
    size_t count = bw_usb_find(sysfs, NULL, found, MAX_DEVICES);
    char drivers[128];
    size_t i;

    fprintf(out, "%-10s %-10s %-20s %-20s %s\n", "PORT", "DEVICE", "SERIAL",
            "DRIVER", "NAME");
    for (i = 0; i < count && i < MAX_DEVICES; i++) {
        const struct bw_usb_what *w = &found[i].what;

        bw_usb_drivers(sysfs, w->port, drivers, sizeof(drivers));
        fprintf(out, "%-10s %04x:%04x  %-20s %-20s %s\n", w->port, w->vendor,
                w->product, w->serial[0] ? w->serial : "-",
                drivers[0] ? drivers : "-", w->name);
    }
}
