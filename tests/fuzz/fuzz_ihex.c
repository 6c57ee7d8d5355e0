/*
 * Fuzzer of the readers of program files: Intel HEX, universal hex, ELF and
 * binaries.
 *
 * Whatever a file holds, it is taken or refused with a reason; what is taken
 * is programmed where it belongs and found there again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lib/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FLASH_SIZE (16 * 1024) /* small: an image is cleared each time */

static struct bw_image image;
static uint8_t flash[FLASH_SIZE], uicr[BW_IMAGE_UICR_SIZE];

static void must(int holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_image_error error = { 0, NULL };

    bw_image_init(&image, FLASH_SIZE);
    if (!bw_image_load(&image, data, size, &error)) {
        must(error.what != NULL && strlen(error.what) > 0);
        must(error.line <= size + 1);
        return 0;
    }
    must(image.bytes > 0 && image.bytes <= FLASH_SIZE + BW_IMAGE_UICR_SIZE);
    bw_image_program(&image, flash, uicr);
    must(bw_image_is_in(&image, flash, uicr));
    must(bw_image_add(&image, &image));
    return 0;
}
