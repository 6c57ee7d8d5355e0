/*
 * A tree in the form of sysfs's bus/usb/devices, in a folder of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_SYSFS_TREE_H
#define BENCHWIRE_TESTS_UNIT_SYSFS_TREE_H

#include "unit_test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tree[64];

static void make_folder(void)
{
    strcpy(tree, "/tmp/bw-usb.XXXXXX");
    assert_non_null(mkdtemp(tree));
}

/* An attribute of a device or an interface. */
static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", tree, folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s/%s", tree, folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "%s\n", text);
    fclose(file);
}

/* An interface, and the driver that has it. */
static void put_driver(const char *interface, const char *driver)
{
    char path[256], target[64];

    snprintf(path, sizeof(path), "%s/%s", tree, interface);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s/driver", tree, interface);
    snprintf(target, sizeof(target), "../../../bus/usb/drivers/%s", driver);
    assert_int_equal(symlink(target, path), 0);
}

static int remove_entry(const char *path, const struct stat *st, int kind,
                        struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int remove_folder(void)
{
    return nftw(tree, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
