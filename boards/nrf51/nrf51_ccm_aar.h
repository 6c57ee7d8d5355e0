/*
 * nRF51 AES-CCM (CCM) and accelerated address resolver (AAR), which share one
 * address and one interrupt
 *
 * QEMU interface: sysbus MMIO region 0 (registers), sysbus IRQ 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_CCM_AAR_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_CCM_AAR_H

#include "exec/memory.h"
#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_ecb.h"

#define TYPE_NRF51_CCM_AAR "bw-nrf51-ccm-aar"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51CcmAar, NRF51_CCM_AAR)

#define NRF51_CCM_CONFIG 33 /* bytes at CNFPTR */

struct Nrf51CcmAar {
    NrfPeripheral parent_obj;

    AddressSpace *ram; /* what its DMA reaches */
    Nrf51ECB *ecb;     /* has the same AES core, and gives way */
    QEMUTimer step;    /* end of the step under way */
    uint8_t state;     /* enum in nrf51_ccm_aar.c */
    bool has_stream;   /* a key stream waits for its packet */
    uint8_t config[NRF51_CCM_CONFIG]; /* that it was made from */
};

/* Join the block to what it uses; both outlive it. */
void nrf51_ccm_aar_connect(Nrf51CcmAar *s, AddressSpace *ram, Nrf51ECB *ecb);

#endif
