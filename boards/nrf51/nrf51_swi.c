/*
 * nRF51 software interrupts (SWI0 to SWI5)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Software interrupts
 * (SWI)"; Nordic's nrf51.svd, which names one register, without a use.
 *
 * There is nothing here but the interrupt numbers: firmware sets these
 * pending in the NVIC.  Where the sources are silent: POWER at 0xFFC is there,
 * as in every block.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_swi.h"

/* clang-format off */
REG32(UNUSED, 0x000)
/* clang-format on */

enum { REG_UNUSED };

static const NrfRegister swi_registers[] = {
    [REG_UNUSED] = { A_UNUSED, "UNUSED", 0, 0, NRF_RO },
};

static const NrfPeripheralInfo swi_info = {
    .registers = swi_registers,
    .num_registers = ARRAY_SIZE(swi_registers),
};

static const VMStateDescription vmstate_nrf51_swi = {
    .name = TYPE_NRF51_SWI,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51Swi),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_swi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "nRF51 SWI";
    dc->vmsd = &vmstate_nrf51_swi;
    NRF_PERIPHERAL_CLASS(klass)->info = &swi_info;
}

static const TypeInfo nrf51_swi_types[] = {
    {
        .name = TYPE_NRF51_SWI,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51Swi),
        .class_init = nrf51_swi_class_init,
    },
};
DEFINE_TYPES(nrf51_swi_types)
