/*
 * How programs come into the flash of a micro:bit
 *
 * Sources: the micro:bit foundation's pages on the interface chip (DAPLink)
 * and the hex file format.
 *
 * The interface chip erases flash and UICR, programs what it was given and
 * resets the board.  So does "flash-image".  An image on the command line
 * stands for a board that was programmed before it was switched on: it is
 * programmed unless flash already holds all of it, so that what the firmware
 * has written next to itself lives on in flash=FILE.
 *
 * A file is taken in whole, or not at all.  Data for RAM are left out: RAM
 * holds nothing when a chip is switched on, and some editors put the source
 * of a program at such addresses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "hw/loader.h"
#include "system/runstate.h"
#include "system/runstate-action.h"
#include "hw/benchwire/boards/microbit/microbit_firmware.h"

#define LARGEST_FILE (16 * 1024 * 1024) /* bytes; 2 MB is usual */

/* Returns: the file's bytes, or NULL with @errp set. */
static uint8_t *read_file(const char *path, size_t *len, Error **errp)
{
    /* O_NONBLOCK: a FIFO must not make us wait */
    int fd = qemu_open(path, O_RDONLY | O_NONBLOCK, errp);
    g_autofree uint8_t *bytes = NULL;
    struct stat st;
    ssize_t n;

    if (fd < 0) {
        return NULL;
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > LARGEST_FILE) {
        error_setg(errp, "%s is not a regular file of up to %d bytes", path,
                   LARGEST_FILE);
        qemu_close(fd);
        return NULL;
    }
    bytes = g_malloc(st.st_size + 1);
    n = RETRY_ON_EINTR(pread(fd, bytes, st.st_size, 0));
    qemu_close(fd);
    if (n < 0) {
        error_setg_errno(errp, errno, "cannot read %s", path);
        return NULL;
    }
    *len = n;
    return g_steal_pointer(&bytes);
}

static void report(Error **errp, const char *path,
                   const struct bw_image_error *e)
{
    if (e->line) {
        error_setg(errp, "%s, line %u: %s", path, e->line, e->what);
    } else {
        error_setg(errp, "%s %s", path, e->what);
    }
}

/* Returns: an image, to be freed, or NULL with @errp set. */
static struct bw_image *load(MicrobitFirmware *fw, const char *path,
                             hwaddr address, bool raw, Error **errp)
{
    g_autofree struct bw_image *image = g_new(struct bw_image, 1);
    g_autofree uint8_t *bytes = NULL;
    struct bw_image_error e;
    size_t len;

    bytes = read_file(path, &len, errp);
    if (!bytes) {
        return NULL;
    }
    bw_image_init(image, fw->nvmc->flash_size);
    if (raw ? !bw_image_load_raw(image, bytes, len, address, &e)
            : !bw_image_load(image, bytes, len, &e)) {
        report(errp, path, &e);
        return NULL;
    }
    if (image->other_bytes) {
        warn_report("%s: %" PRIu32 " bytes from 0x%08" PRIx32
                    " on are left out: no flash is there",
                    path, image->other_bytes, image->other_address);
    }
    return g_steal_pointer(&image);
}

/* Whether -device loader means RAM, which it then fills at every reset. */
static bool is_for_ram(hwaddr address, bool raw)
{
    return raw && address >= BW_IMAGE_RAM_BASE && address < BW_IMAGE_RAM_END;
}

bool microbit_firmware_load(MicrobitFirmware *fw, const char *path,
                            hwaddr address, bool raw, Error **errp)
{
    g_autofree struct bw_image *image = NULL;

    if (address > UINT32_MAX) {
        error_setg(errp, "address 0x%" HWADDR_PRIx " is beyond 4 GB", address);
        return false;
    }
    raw |= address != 0;
    if (is_for_ram(address, raw)) {
        if (load_image_targphys(path, address, BW_IMAGE_RAM_END - address) <
            0) {
            error_setg(errp, "cannot load %s", path);
            return false;
        }
        return true;
    }
    image = load(fw, path, address, raw, errp);
    if (!image) {
        return false;
    }
    if (!fw->pending) {
        fw->pending = g_steal_pointer(&image);
    } else if (!bw_image_add(fw->pending, image)) {
        error_setg(errp, "%s wants flash that an image before it has taken",
                   path);
        return false;
    }
    return true;
}

bool microbit_firmware_load_machine(MicrobitFirmware *fw, Nrf51NVMC *nvmc,
                                    MachineState *machine, Error **errp)
{
    const char *paths[] = { fw->flash_image, machine->firmware,
                            machine->kernel_filename };
    unsigned i;

    fw->nvmc = nvmc;
    for (i = 0; i < ARRAY_SIZE(paths); i++) {
        if (paths[i] && !microbit_firmware_load(fw, paths[i], 0, false, errp)) {
            return false;
        }
    }
    return true;
}

void microbit_firmware_commit(MicrobitFirmware *fw)
{
    g_autofree struct bw_image *image = g_steal_pointer(&fw->pending);
    bool replace = fw->replace;

    fw->replace = false;
    if (image && (replace || !bw_image_is_in(image, fw->nvmc->flash.bytes,
                                             fw->nvmc->uicr.bytes))) {
        nrf51_nvmc_program(fw->nvmc, image);
    }
}

/* Properties of the machine */

static void get_string(Visitor *v, const char *name, const char *value,
                       Error **errp)
{
    g_autofree char *copy = g_strdup(value ?: "");

    visit_type_str(v, name, &copy, errp);
}

static void get_flash(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    MicrobitFirmware *fw = opaque;

    get_string(v, name, fw->flash_file, errp);
}

static void set_flash(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    MicrobitFirmware *fw = opaque;
    char *value;

    if (fw->nvmc) {
        error_setg(errp, "%s can only be set on the command line", name);
    } else if (visit_type_str(v, name, &value, errp)) {
        g_free(fw->flash_file);
        fw->flash_file = value;
    }
}

static void get_flash_image(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    MicrobitFirmware *fw = opaque;

    get_string(v, name, fw->flash_image, errp);
}

/* On the command line it is loaded when there is a flash. */
static void set_flash_image(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    MicrobitFirmware *fw = opaque;
    g_autofree char *path = NULL;
    struct bw_image *image = NULL;

    if (!visit_type_str(v, name, &path, errp)) {
        return;
    }
    if (fw->nvmc) {
        image = load(fw, path, 0, false, errp);
        if (!image) {
            return;
        }
        g_free(fw->pending);
        fw->pending = image;
        /* -no-reboot would turn the usual request into QEMU's end */
        qemu_system_reset_request(reboot_action == REBOOT_ACTION_SHUTDOWN
                                      ? SHUTDOWN_CAUSE_SUBSYSTEM_RESET
                                      : SHUTDOWN_CAUSE_HOST_QMP_SYSTEM_RESET);
    }
    fw->replace = true;
    g_free(fw->flash_image);
    fw->flash_image = g_steal_pointer(&path);
}

static void get_device_id(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    MicrobitFirmware *fw = opaque;

    visit_type_uint64(v, name, &fw->device_id, errp);
}

static void set_device_id(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    MicrobitFirmware *fw = opaque;

    if (fw->nvmc) {
        error_setg(errp, "%s can only be set on the command line", name);
    } else {
        visit_type_uint64(v, name, &fw->device_id, errp);
    }
}

void microbit_firmware_add_properties(MicrobitFirmware *fw, Object *machine)
{
    object_property_add(machine, "flash", "string", get_flash, set_flash, NULL,
                        fw);
    object_property_set_description(machine, "flash",
                                    "file that keeps flash and UICR");
    object_property_add(machine, "flash-image", "string", get_flash_image,
                        set_flash_image, NULL, fw);
    object_property_set_description(
        machine, "flash-image",
        "program this file as the interface chip does, and reset the board");
    object_property_add(machine, "device-id", "uint64", get_device_id,
                        set_device_id, NULL, fw);
    object_property_set_description(machine, "device-id",
                                    "FICR.DEVICEID; 0: from -uuid, if given");
}

bool microbit_firmware_configure(MicrobitFirmware *fw, Object *soc,
                                 Error **errp)
{
    if (fw->flash_file && !object_property_set_str(soc, "flash-file",
                                                   fw->flash_file, errp)) {
        return false;
    }
    return object_property_set_uint(soc, "device-id", fw->device_id, errp);
}

void microbit_firmware_finalize(MicrobitFirmware *fw)
{
    g_free(fw->pending);
    g_free(fw->flash_image);
    g_free(fw->flash_file);
}
