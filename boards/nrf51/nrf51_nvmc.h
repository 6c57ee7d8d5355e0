/*
 * nRF51 non-volatile memory: NVMC, the code flash, UICR and FICR.
 *
 * QEMU interface:
 *  - property "flash-size": bytes, a multiple of 1024 up to 256 KB
 *  - property "sram-size": bytes, for FICR
 *  - property "device-id": FICR.DEVICEID; 0: from -uuid, or else always the
 *    same one
 *  - property "file": where flash and UICR are kept between runs, or none
 *  - sysbus MMIO 0: NVMC, 1: FICR, 2: UICR, 3: flash
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_NVMC_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_NVMC_H

#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock.h"
#include "hw/benchwire/boards/nrf51/nrf51_ficr.h"
#include "hw/benchwire/boards/nrf51/nrf51_flash_store.h"
#include "hw/benchwire/lib/image.h"

#define TYPE_NRF51_NVMC "bw-nrf51-nvmc"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51NVMC, NRF51_NVMC)

enum { NRF51_NVMC_FICR = 1, NRF51_NVMC_UICR, NRF51_NVMC_FLASH };

/* Let the core stand still (@stall), or go on. */
typedef void Nrf51StallFunc(void *opaque, bool stall);

/* One of the two memories that software can write */
typedef struct Nrf51Flash {
    Nrf51NVMC *nvmc;
    MemoryRegion mr;
    uint8_t *bytes;
    uint32_t size;
    uint32_t file_offset;
} Nrf51Flash;

struct Nrf51NVMC {
    NrfPeripheral parent_obj;

    Nrf51Flash flash;
    Nrf51Flash uicr;
    MemoryRegion ficr_mr;
    uint32_t ficr[NRF51_FICR_WORDS];
    Nrf51FlashStore store;

    Nrf51Clock *clock; /* whose MPU protects blocks */
    Nrf51StallFunc *stall;
    void *stall_opaque;

    int64_t busy_until; /* ns of the virtual clock */
    QEMUTimer done;     /* ends the core's stall */
    bool stalled;
    uint32_t region0_size; /* UICR.CLENR0 at reset; 0: no region 0 */

    uint32_t flash_size;
    uint32_t sram_size;
    uint64_t device_id;
    char *path;
};

/* Join NVMC to what protects flash and to the core; both outlive it. */
void nrf51_nvmc_connect(Nrf51NVMC *s, Nrf51Clock *clock, Nrf51StallFunc *stall,
                        void *opaque);

/**
 * nrf51_nvmc_program: what a programmer does from outside: erase flash and
 * UICR, then write @image to them
 *
 * The core must not run; nothing is left out because of protection.
 */
void nrf51_nvmc_program(Nrf51NVMC *s, const struct bw_image *image);

#endif
