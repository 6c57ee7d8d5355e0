/*
 * The file that keeps the flash and UICR of an emulated nRF51 between runs
 * (-M microbit,flash=FILE).
 *
 * Format: the flash from address 0 on, then UICR (1024 bytes), then a label
 * of 1024 bytes: the 16 characters "benchwire nRF51\n", a 32-bit version (1)
 * and the sizes of flash and UICR in bytes, little-endian; the rest is 0.
 * Every byte of a memory is at its own offset, so that other tools can read
 * the file.  Whoever has it open holds a lock on it (flock).
 *
 * A change is written where it belongs as soon as it is made.  A file that
 * was being created when its creator was killed has an empty label, and is
 * created again.  Used by boards/nrf51/nrf51_flash_store.c and tool_flash.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_FLASH_FILE_H
#define BENCHWIRE_HOST_AGENT_FLASH_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_FLASH_FILE_UICR  1024
#define BW_FLASH_FILE_LABEL 1024

/**
 * struct bw_flash_file - an open one
 * @fd: -1 while it is closed
 * @flash_size: bytes of flash in it; UICR follows at this offset
 * @error: after a failure: one sentence with the file's name
 */
struct bw_flash_file {
    int fd;
    uint32_t flash_size;
    char error[512];
};

/**
 * bw_flash_file_open: open and lock a file; create it, erased, if it is not
 * there or empty
 *
 * Returns: 0, or -1 with @error set and the file untouched: it is no such
 * file, for another size of flash, in use, or cannot be opened.
 */
int bw_flash_file_open(struct bw_flash_file *f, const char *path,
                       uint32_t flash_size);

/* Read both memories.  Returns: 0, or -1 with @error set. */
int bw_flash_file_read(struct bw_flash_file *f, uint8_t *flash, uint8_t *uicr);

/**
 * bw_flash_file_write: change @len bytes at @offset, in flash or UICR
 *
 * Returns: 0, or -1 with @error set.
 */
int bw_flash_file_write(struct bw_flash_file *f, uint32_t offset,
                        const uint8_t *bytes, size_t len);

/* Does nothing if it is closed. */
void bw_flash_file_close(struct bw_flash_file *f);

#endif
