/*
 * Where a SCSI device is; see backend_sg_place.h.
 *
 * Source: Linux, Documentation/admin-guide/devices.txt for the major numbers;
 * /sys/dev/{char,block}/MAJOR:MINOR/device is the directory of the SCSI device,
 * with scsi_generic/sgN, scsi_tape/stN, block/sdX and scsi_changer/schN in it
 * as far as drivers are bound; type, vendor and model are of INQUIRY.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sg_place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host-agent/scsi_unit.h"

#define SG_MAJOR      21
#define MAX_PROCESSES 100000 /* that are looked at */
#define MAX_FILES     4096   /* of each */

/* One line of a small file, without its end; "" if it is not there. */
static void read_line(const char *dir, const char *file, char *out, size_t size)
{
    char path[PATH_MAX + 32];
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dir, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, out, size - 1);
        close(fd);
    }
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    for (n = (ssize_t)strlen(out); n > 0 && out[n - 1] == ' '; n--) {
        out[n - 1] = '\0'; /* INQUIRY pads with spaces */
    }
    for (n = 0; out[n]; n++) {
        if (!isprint((unsigned char)out[n])) {
            out[n] = '?';
        }
    }
}

/* "st" and a number, but not another node of it as "st0a"; with no @prefix
 * letters and perhaps a number: "sda", "sr0". */
static bool is_plain(const char *name, const char *prefix)
{
    size_t head =
        prefix[0] ? strlen(prefix) : strspn(name, "abcdefghijklmnopqrstuvwxyz");
    size_t tail;

    if (strncmp(name, prefix, strlen(prefix)) != 0) {
        return false;
    }
    tail = strspn(name + head, "0123456789");
    return head > 0 && name[head + tail] == '\0' && (!prefix[0] || tail > 0);
}

/* The plain entry of a directory. */
static bool find_entry(const char *dir, const char *sub, const char *prefix,
                       char out[BW_SG_NAME])
{
    char path[PATH_MAX + 32];
    struct dirent *entry;
    bool found = false;
    DIR *d;

    snprintf(path, sizeof(path), "%s/%s", dir, sub);
    d = opendir(path);
    while (d && !found && (entry = readdir(d))) {
        found = strlen(entry->d_name) < BW_SG_NAME &&
                is_plain(entry->d_name, prefix);
        if (found) {
            snprintf(out, BW_SG_NAME, "%.*s", BW_SG_NAME - 1, entry->d_name);
        }
    }
    if (d) {
        closedir(d);
    }
    return found;
}

/* Who else uses it: st, sd or sr. */
static void find_other(const char *dir, struct bw_sg_place *p)
{
    char name[BW_SG_NAME];

    if (find_entry(dir, "scsi_tape", "st", name)) {
        snprintf(p->other, sizeof(p->other), "/dev/n%s", name);
    } else if (find_entry(dir, "block", "", name)) {
        snprintf(p->other, sizeof(p->other), "/dev/%s", name);
        p->is_block = true;
    }
}

static void describe(const char *dir, struct bw_sg_place *p)
{
    char vendor[16], model[32], type[8];

    read_line(dir, "vendor", vendor, sizeof(vendor));
    read_line(dir, "model", model, sizeof(model));
    read_line(dir, "type", type, sizeof(type));
    snprintf(p->name, sizeof(p->name), "%s%s%s", vendor, vendor[0] ? " " : "",
             model);
    if (type[0]) {
        p->type = (uint8_t)(strtoul(type, NULL, 10) & 0x1f);
    }
}

int bw_sg_find(const char *path, const char *sys, struct bw_sg_place *out)
{
    char dir[PATH_MAX], name[BW_SG_NAME];
    struct stat st;

    memset(out, 0, sizeof(*out));
    out->type = BW_SCSI_TYPE_NONE;
    if (stat(path, &st) < 0) {
        return -1;
    }
    if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)) {
        errno = ENOTTY;
        return -1;
    }
    snprintf(dir, sizeof(dir), "%s/dev/%s/%u:%u/device", sys,
             S_ISCHR(st.st_mode) ? "char" : "block", major(st.st_rdev),
             minor(st.st_rdev));
    if (S_ISCHR(st.st_mode) && major(st.st_rdev) == SG_MAJOR) {
        snprintf(out->sg, sizeof(out->sg), "%s", path);
    } else if (find_entry(dir, "scsi_generic", "sg", name)) {
        snprintf(out->sg, sizeof(out->sg), "/dev/%s", name);
    } else {
        errno = ENOTTY;
        return -1;
    }
    find_other(dir, out);
    describe(dir, out);
    return 0;
}

/* --- who has it open --- */

/* The same tape by its other names: st0, nst0, nst0a ... */
static bool is_node(const char *node, const struct bw_sg_place *p)
{
    const char *other = p->other[0] ? strrchr(p->other, '/') + 1 : "";
    const char *name;
    size_t len;

    if (strcmp(node, p->sg) == 0) {
        return true;
    }
    if (!other[0] || strncmp(node, "/dev/", 5) != 0) {
        return false;
    }
    name = node + 5;
    if (p->is_block) {
        len = strlen(other); /* partitions, too */
        return strncmp(name, other, len) == 0 &&
               !isalpha((unsigned char)name[len]);
    }
    other++; /* without the n */
    name += name[0] == 'n';
    len = strlen(other);
    return strncmp(name, other, len) == 0 && !isdigit((unsigned char)name[len]);
}

static bool has_open(const char *proc, const char *pid,
                     const struct bw_sg_place *p)
{
    char path[PATH_MAX], node[PATH_MAX];
    struct dirent *entry;
    bool found = false;
    unsigned left = MAX_FILES;
    DIR *d;

    snprintf(path, sizeof(path), "%s/%.16s/fd", proc, pid);
    d = opendir(path);
    while (d && !found && left-- > 0 && (entry = readdir(d))) {
        ssize_t n = readlinkat(dirfd(d), entry->d_name, node, sizeof(node) - 1);

        if (n > 0) {
            node[n] = '\0';
            found = is_node(node, p);
        }
    }
    if (d) {
        closedir(d);
    }
    return found;
}

bool bw_sg_find_user(const struct bw_sg_place *p, const char *proc, char *out,
                     size_t size)
{
    char dir[PATH_MAX], name[32];
    struct dirent *entry;
    unsigned left = MAX_PROCESSES;
    bool found = false;
    DIR *d = opendir(proc);

    snprintf(out, size, "another program");
    while (d && !found && left-- > 0 && (entry = readdir(d))) {
        const char *pid = entry->d_name;

        if (!isdigit((unsigned char)pid[0]) || atol(pid) == (long)getpid() ||
            !has_open(proc, pid, p)) {
            continue;
        }
        found = true;
        snprintf(dir, sizeof(dir), "%s/%.16s", proc, pid);
        read_line(dir, "comm", name, sizeof(name));
        snprintf(out, size, "process %.16s (%s)", pid, name);
    }
    if (d) {
        closedir(d);
    }
    return found;
}
