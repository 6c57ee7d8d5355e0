/*
 * What a program file wants in the non-volatile memory of an nRF51: code
 * flash and UICR, byte by byte.
 *
 * A file is loaded into an image first, so that one that turns out to be
 * damaged changes nothing; then the image is programmed.  Used by
 * boards/microbit/microbit_firmware.c and host-agent/tool_flash.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_IMAGE_H
#define BENCHWIRE_LIB_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image_sink.h"

/* nRF51 Series Reference Manual v3.0, chapter "Memory" */
#define BW_IMAGE_FLASH_MAX (256 * 1024) /* bytes: the largest nRF51 */
#define BW_IMAGE_UICR_BASE 0x10001000
#define BW_IMAGE_UICR_SIZE 1024
#define BW_IMAGE_RAM_BASE  0x20000000
#define BW_IMAGE_RAM_END   0x30000000

/**
 * struct bw_image - big (300 KB); read its fields, write by the functions
 * @flash_size: bytes of flash the chip has
 * @bytes: how many of flash and UICR the image sets
 * @ram_bytes: for addresses in RAM; left out: a chip cannot keep them, and
 *             editors put a program's source there
 * @other_bytes: for any other address; left out
 * @other_address: the first of them
 * @flash_set: bit n % 8 of byte n / 8: byte n of @flash is set; so @uicr_set
 */
struct bw_image {
    uint32_t flash_size;
    uint32_t bytes;
    uint32_t ram_bytes;
    uint32_t other_bytes;
    uint32_t other_address;
    uint8_t flash[BW_IMAGE_FLASH_MAX];
    uint8_t uicr[BW_IMAGE_UICR_SIZE];
    uint8_t flash_set[BW_IMAGE_FLASH_MAX / 8];
    uint8_t uicr_set[BW_IMAGE_UICR_SIZE / 8];
};

/* An image that sets nothing; @flash_size is at most BW_IMAGE_FLASH_MAX. */
void bw_image_init(struct bw_image *image, uint32_t flash_size);

/**
 * bw_image_load: take a file in: Intel HEX, universal hex, ELF, or else what
 * objcopy -O binary makes, from address 0, which begins with a vector table
 *
 * Returns: false with @error set; @image is then of no use.
 */
bool bw_image_load(struct bw_image *image, const uint8_t *file, size_t len,
                   struct bw_image_error *error);

/* The same, whatever the file is: its bytes belong at @address. */
bool bw_image_load_raw(struct bw_image *image, const uint8_t *file, size_t len,
                       uint32_t address, struct bw_image_error *error);

/**
 * bw_image_add: put what @other sets into @image
 *
 * Returns: false if both set a byte, and differently; @image is then of no
 * use.
 */
bool bw_image_add(struct bw_image *image, const struct bw_image *other);

/* Whether memories hold what @image sets; @flash has its flash_size bytes. */
bool bw_image_is_in(const struct bw_image *image, const uint8_t *flash,
                    const uint8_t *uicr);

/* Erase both memories and program them with @image. */
void bw_image_program(const struct bw_image *image, uint8_t *flash,
                      uint8_t *uicr);

#endif
