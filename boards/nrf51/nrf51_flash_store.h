/*
 * Keeps the flash and UICR of nrf51_nvmc.c in a file between runs; the format
 * is that of host-agent/flash_file.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_FLASH_STORE_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_FLASH_STORE_H

#include "qemu/notify.h"
#include "system/runstate.h"
#include "hw/benchwire/host-agent/flash_file.h"

/**
 * struct Nrf51FlashStore - closed while @kept is NULL
 * @flash, @uicr: as the guest has them
 * @kept: both as the file has them, UICR after the flash
 */
typedef struct Nrf51FlashStore {
    struct bw_flash_file file;
    const uint8_t *flash;
    const uint8_t *uicr;
    uint8_t *kept;
    bool failed; /* it has been said that the file cannot be written */
    VMChangeStateEntry *running;
    Notifier exit;
} Nrf51FlashStore;

/**
 * nrf51_flash_store_open: fill the memories from @path and keep them there
 * @uicr: BW_FLASH_FILE_UICR bytes
 *
 * The memories stay the caller's and outlive the store.
 */
bool nrf51_flash_store_open(Nrf51FlashStore *s, const char *path,
                            uint8_t *flash, uint32_t flash_size, uint8_t *uicr,
                            Error **errp);

/* Write what has changed since; nothing if the store is closed. */
void nrf51_flash_store_sync(Nrf51FlashStore *s);

/* The same, for @len bytes at @offset of flash, UICR being after it */
void nrf51_flash_store_sync_range(Nrf51FlashStore *s, uint32_t offset,
                                  uint32_t len);

void nrf51_flash_store_close(Nrf51FlashStore *s);

#endif
