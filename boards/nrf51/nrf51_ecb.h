/*
 * nRF51 AES electronic codebook encryption (ECB)
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_ECB_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_ECB_H

#include "exec/memory.h"
#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"

#define TYPE_NRF51_ECB "bw-nrf51-ecb"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51ECB, NRF51_ECB)

#define NRF51_AES_BLOCK 16 /* bytes; the key has as many */

struct Nrf51ECB {
    NrfPeripheral parent_obj;

    AddressSpace *ram; /* what its DMA reaches */
    QEMUTimer block;   /* pending while a block is encrypted */
    uint32_t data;     /* address of the block's data, or */
    bool failed;       /* they were not all in RAM */
    uint8_t cipher[NRF51_AES_BLOCK];
};

/* Give the block access to the data RAM; @ram outlives it. */
void nrf51_ecb_connect(Nrf51ECB *s, AddressSpace *ram);

/**
 * nrf51_ecb_yield: the AES core is needed for something more important
 *
 * A block that is being encrypted is lost, and ERRORECB says so.
 */
void nrf51_ecb_yield(Nrf51ECB *s);

#endif
