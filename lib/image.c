/*
 * Program files for an nRF51; see image.h.
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Memory", for the
 * addresses; ARMv6-M Architecture Reference Manual, B1.5.3, for the vector
 * table.
 *
 * Choices: an address between the end of flash and the other memories means
 * that the file is for a larger chip: refused.  Two values for one byte are
 * refused, the same value twice is not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "image.h"

#include <string.h>

#include "elf32.h"
#include "ihex.h"

#define ERASED   0xff
#define CODE_END 0x10000000 /* of the addresses that flash could have */

void bw_image_init(struct bw_image *image, uint32_t flash_size)
{
    memset(image, 0, sizeof(*image));
    image->flash_size =
        flash_size < BW_IMAGE_FLASH_MAX ? flash_size : BW_IMAGE_FLASH_MAX;
}

static bool is_set(const uint8_t *bits, size_t n)
{
    return bits[n / 8] >> (n % 8) & 1;
}

/* Returns: NULL, or the complaint. */
static const char *set(struct bw_image *image, uint8_t *memory, uint8_t *bits,
                       size_t at, uint8_t byte)
{
    if (is_set(bits, at)) {
        return memory[at] == byte ? NULL : "gives one byte two values";
    }
    memory[at] = byte;
    bits[at / 8] |= (uint8_t)(1 << (at % 8));
    image->bytes++;
    return NULL;
}

static const char *put_byte(struct bw_image *image, uint32_t address,
                            uint8_t byte)
{
    if (address < image->flash_size) {
        return set(image, image->flash, image->flash_set, address, byte);
    }
    if (address < CODE_END) {
        return "needs more flash than the chip has; it may be for another "
               "board, such as the micro:bit V2";
    }
    if (address >= BW_IMAGE_UICR_BASE &&
        address < BW_IMAGE_UICR_BASE + BW_IMAGE_UICR_SIZE) {
        return set(image, image->uicr, image->uicr_set,
                   address - BW_IMAGE_UICR_BASE, byte);
    }
    if (address >= BW_IMAGE_RAM_BASE && address < BW_IMAGE_RAM_END) {
        image->ram_bytes++;
        return NULL;
    }
    if (image->other_bytes++ == 0) {
        image->other_address = address;
    }
    return NULL;
}

static const char *put(void *opaque, uint32_t address, const uint8_t *bytes,
                       size_t len)
{
    const char *what = NULL;

    for (size_t i = 0; i < len && !what; i++) {
        what = put_byte(opaque, address + (uint32_t)i, bytes[i]);
    }
    return what;
}

static bool refuse(struct bw_image_error *error, const char *what)
{
    error->line = 0;
    error->what = what;
    return false;
}

bool bw_image_load_raw(struct bw_image *image, const uint8_t *file, size_t len,
                       uint32_t address, struct bw_image_error *error)
{
    const char *what;

    if (len == 0) {
        return refuse(error, "is empty");
    }
    if (len - 1 > UINT32_MAX - address) {
        return refuse(error, "does not fit below 4 GB");
    }
    what = put(image, address, file, len);
    return !what || refuse(error, what);
}

static uint32_t le32(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
           (uint32_t)b[3] << 24;
}

/*
 * A stack pointer to a word of RAM, or to flash as that of Nordic's master
 * boot record, which sets another one; a reset vector in flash, for Thumb.
 */
static bool has_vector_table(const struct bw_image *image, const uint8_t *file,
                             size_t len)
{
    uint32_t stack, reset;

    if (len < 8) {
        return false;
    }
    stack = le32(file);
    reset = le32(file + 4);
    return stack % 4 == 0 && (reset & 1) && reset < image->flash_size &&
           (stack < image->flash_size || (stack >= BW_IMAGE_RAM_BASE &&
                                          stack < BW_IMAGE_RAM_BASE + 0x10000));
}

bool bw_image_load(struct bw_image *image, const uint8_t *file, size_t len,
                   struct bw_image_error *error)
{
    const struct bw_image_sink sink = { put, image };

    if (bw_ihex_detect(file, len)) {
        if (!bw_ihex_parse(file, len, &sink, error)) {
            return false;
        }
    } else if (bw_elf32_detect(file, len)) {
        if (!bw_elf32_parse(file, len, &sink, error)) {
            return false;
        }
    } else if (!has_vector_table(image, file, len)) {
        return refuse(error, "is neither Intel HEX, nor ELF, nor a binary that "
                             "starts with a vector table");
    } else if (!bw_image_load_raw(image, file, len, 0, error)) {
        return false;
    }
    return image->bytes > 0 ||
           refuse(error, "holds nothing for the flash of this board");
}

static bool add(struct bw_image *image, uint8_t *memory, uint8_t *bits,
                const uint8_t *from, const uint8_t *from_bits, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (is_set(from_bits, i) && set(image, memory, bits, i, from[i])) {
            return false;
        }
    }
    return true;
}

bool bw_image_add(struct bw_image *image, const struct bw_image *other)
{
    return add(image, image->flash, image->flash_set, other->flash,
               other->flash_set, image->flash_size) &&
           add(image, image->uicr, image->uicr_set, other->uicr,
               other->uicr_set, BW_IMAGE_UICR_SIZE);
}

static bool holds(const uint8_t *memory, const uint8_t *bytes,
                  const uint8_t *bits, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (is_set(bits, i) && memory[i] != bytes[i]) {
            return false;
        }
    }
    return true;
}

bool bw_image_is_in(const struct bw_image *image, const uint8_t *flash,
                    const uint8_t *uicr)
{
    return holds(flash, image->flash, image->flash_set, image->flash_size) &&
           holds(uicr, image->uicr, image->uicr_set, BW_IMAGE_UICR_SIZE);
}

static void program(uint8_t *memory, const uint8_t *bytes, const uint8_t *bits,
                    size_t size)
{
    for (size_t i = 0; i < size; i++) {
        memory[i] = is_set(bits, i) ? bytes[i] : ERASED;
    }
}

void bw_image_program(const struct bw_image *image, uint8_t *flash,
                      uint8_t *uicr)
{
    program(flash, image->flash, image->flash_set, image->flash_size);
    program(uicr, image->uicr, image->uicr_set, BW_IMAGE_UICR_SIZE);
}
