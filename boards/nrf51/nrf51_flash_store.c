/*
 * Keeps flash and UICR in a file; see nrf51_flash_store.h.
 *
 * What NVMC does is written at once.  A debugger writes to flash past NVMC:
 * that is found by comparing, whenever the machine stops or runs again, and
 * at the end.  Nothing is mapped: a file that somebody cuts short while the
 * machine runs does no harm to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/system.h"
#include "hw/benchwire/boards/nrf51/nrf51_flash_store.h"

#define BLOCK 1024 /* bytes compared and written at a time */

static uint32_t total(const Nrf51FlashStore *s)
{
    return s->file.flash_size + BW_FLASH_FILE_UICR;
}

/* The memory at @offset of the file, which is a block's first byte */
static const uint8_t *memory_at(const Nrf51FlashStore *s, uint32_t offset)
{
    return offset < s->file.flash_size
               ? s->flash + offset
               : s->uicr + (offset - s->file.flash_size);
}

static void write_block(Nrf51FlashStore *s, uint32_t offset)
{
    const uint8_t *now = memory_at(s, offset);

    if (memcmp(s->kept + offset, now, BLOCK) == 0) {
        return;
    }
    if (bw_flash_file_write(&s->file, offset, now, BLOCK)) {
        if (!s->failed) {
            warn_report("%s; changes of the flash are lost when QEMU ends",
                        s->file.error);
        }
        s->failed = true;
        return; /* tried again when it is next compared */
    }
    s->failed = false;
    memcpy(s->kept + offset, now, BLOCK);
}

void nrf51_flash_store_sync_range(Nrf51FlashStore *s, uint32_t offset,
                                  uint32_t len)
{
    uint32_t at;

    if (!s->kept) {
        return;
    }
    for (at = offset - offset % BLOCK; at < offset + len && at < total(s);
         at += BLOCK) {
        write_block(s, at);
    }
}

void nrf51_flash_store_sync(Nrf51FlashStore *s)
{
    if (s->kept) {
        nrf51_flash_store_sync_range(s, 0, total(s));
    }
}

static void state_changed(void *opaque, bool running, RunState state)
{
    nrf51_flash_store_sync(opaque);
}

static void at_exit(Notifier *n, void *data)
{
    nrf51_flash_store_sync(container_of(n, Nrf51FlashStore, exit));
}

bool nrf51_flash_store_open(Nrf51FlashStore *s, const char *path,
                            uint8_t *flash, uint32_t flash_size, uint8_t *uicr,
                            Error **errp)
{
    if (bw_flash_file_open(&s->file, path, flash_size)) {
        error_setg(errp, "%s", s->file.error);
        return false;
    }
    if (bw_flash_file_read(&s->file, flash, uicr)) {
        error_setg(errp, "%s: %s", path, s->file.error);
        bw_flash_file_close(&s->file);
        return false;
    }
    s->flash = flash;
    s->uicr = uicr;
    s->kept = g_malloc(total(s));
    memcpy(s->kept, flash, flash_size);
    memcpy(s->kept + flash_size, uicr, BW_FLASH_FILE_UICR);
    s->running = qemu_add_vm_change_state_handler(state_changed, s);
    s->exit.notify = at_exit;
    qemu_add_exit_notifier(&s->exit);
    return true;
}

void nrf51_flash_store_close(Nrf51FlashStore *s)
{
    if (!s->kept) {
        return;
    }
    nrf51_flash_store_sync(s);
    qemu_del_vm_change_state_handler(s->running);
    qemu_remove_exit_notifier(&s->exit);
    g_free(s->kept);
    s->kept = NULL;
    bw_flash_file_close(&s->file);
}
