/*
 * nRF51: the words by which firmware finds out the revision of the chip
 *
 * Sources: Nordic's start-up code in public firmware reads 0xF0000FE0 to
 * 0xF0000FEC, by words and by bytes, to choose the anomalies to work around;
 * the micro:bit's documentation names an nRF51822-QFAA of revision 3.  The
 * words are an ARM peripheral identification, ARM CoreSight Architecture
 * Specification: part number 001, JEP106 code of Nordic (0x244), revision.
 *
 * Where the sources are silent: the rest of the identification, which follows
 * from its form, and 0 between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "hw/benchwire/boards/nrf51/nrf51_soc.h"

#define FIRST_ID 0xfd0

/* One byte in each word, from 0xFD0 */
static const uint8_t identification[] = {
    0x02, 0x00, 0x00, 0x00, /* bank of the JEP106 code */
    0x01, 0x40, 0x7c, 0x00, /* part 001, code 0x44, revision 7: QFAA rev 3 */
    0x0d, 0x10, 0x05, 0xb1,
};

static uint64_t revision_read(void *opaque, hwaddr offset, unsigned size)
{
    uint32_t word = 0;

    if (offset >= FIRST_ID && offset < NRF51_REVISION_SIZE) {
        word = identification[(offset - FIRST_ID) / 4];
    }
    return extract64(word, (offset & 3) * 8, size * 8);
}

static void revision_write(void *opaque, hwaddr offset, uint64_t value,
                           unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR,
                  "nrf51.revision: write to 0x%03x, which is read only\n",
                  (unsigned)offset);
}

static const MemoryRegionOps revision_ops = {
    .read = revision_read,
    .write = revision_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

void nrf51_revision_init(MemoryRegion *region, Object *owner)
{
    memory_region_init_io(region, owner, &revision_ops, NULL,
                          "nrf51.revision", NRF51_REVISION_SIZE);
}
