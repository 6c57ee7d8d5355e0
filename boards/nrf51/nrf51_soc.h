/*
 * nRF51822 system on chip: the container of core, memories and peripherals
 *
 * QEMU interface:
 *  - property "memory": link to the board's memory region
 *  - property "serial0": chardev of UART0
 *  - properties "flash-size", "sram-size": bytes
 *  - properties "flash-file", "device-id": as "file" and "device-id" in
 *    nrf51_nvmc.h
 *  - properties "i2c-scl", "i2c-sda": the pins the board's I2C wires are on
 *  - property "air": netdev that RADIO sends to and hears from
 *  - bus "i2c-bus": the parts on these wires
 *  - properties "spi-sck", "spi-mosi", "spi-miso": the same for SPI;
 *    "spi-cs0" to "spi-cs3": the pin that selects the part with this number
 *  - bus "spi-bus": the parts on these wires
 *  - property "vdd-millivolts": the supply, 3000; below 1700 the chip is off.
 *    Pads and thresholds stay those of the value it is started with.
 *  - children "pin[0]" to "pin[31]": the nets of the pins, see nrf51_pins.h
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_SOC_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_SOC_H

#include "hw/arm/armv7m.h"
#include "hw/clock.h"
#include "hw/benchwire/boards/nrf51/nrf51_adc.h"
#include "hw/benchwire/boards/nrf51/nrf51_ccm_aar.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock.h"
#include "hw/benchwire/boards/nrf51/nrf51_ecb.h"
#include "hw/benchwire/boards/nrf51/nrf51_gpio.h"
#include "hw/benchwire/boards/nrf51/nrf51_gpiote.h"
#include "hw/benchwire/boards/nrf51/nrf51_lpcomp.h"
#include "hw/benchwire/boards/nrf51/nrf51_nvmc.h"
#include "hw/benchwire/boards/nrf51/nrf51_ppi.h"
#include "hw/benchwire/boards/nrf51/nrf51_qdec.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio.h"
#include "hw/benchwire/boards/nrf51/nrf51_reset.h"
#include "hw/benchwire/boards/nrf51/nrf51_rng.h"
#include "hw/benchwire/boards/nrf51/nrf51_rtc.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_twi.h"
#include "hw/benchwire/boards/nrf51/nrf51_swi.h"
#include "hw/benchwire/boards/nrf51/nrf51_temp.h"
#include "hw/benchwire/boards/nrf51/nrf51_timer.h"
#include "hw/benchwire/boards/nrf51/nrf51_uart.h"
#include "hw/benchwire/boards/nrf51/nrf51_wdt.h"

/* The name of QEMU's own, so that -global nrf51-soc.sram-size=32768 works */
#define TYPE_NRF51_SOC "nrf51-soc"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Soc, NRF51_SOC)

#define NRF51_RTCS   2
#define NRF51_TIMERS 3
#define NRF51_TWIS   2
#define NRF51_SWIS   6

struct Nrf51Soc {
    SysBusDevice parent_obj;

    ARMv7MState armv7m;
    Nrf51Clock clock;
    Nrf51SpiTwi spi_twi[NRF51_TWIS];
    Nrf51PPI ppi;
    Nrf51UART uart;
    Nrf51Radio radio;
    Nrf51Temp temp;
    Nrf51RNG rng;
    Nrf51ECB ecb;
    Nrf51CcmAar ccm_aar;
    Nrf51WDT wdt;
    Nrf51NVMC nvmc;
    Nrf51Gpio gpio;
    Nrf51Gpiote gpiote;
    Nrf51Adc adc;
    Nrf51Qdec qdec;
    Nrf51Lpcomp lpcomp;
    Nrf51Swi swi[NRF51_SWIS];
    Nrf51Rtc rtc[NRF51_RTCS];
    Nrf51Timer timer[NRF51_TIMERS];

    MemoryRegion container; /* what the core sees */
    MemoryRegion sram;
    MemoryRegion revision;
    MemoryRegion dma_container; /* what peripherals see: the data RAM, */
    MemoryRegion dma_sram;      /* at the address the core sees it */
    AddressSpace dma;
    MemoryRegion *board_memory;
    Clock *sysclk;
    Nrf51I2CLines i2c;
    Nrf51SpiLines spi;
    ResettableContainer *core; /* the chip in two halves */
    ResettableContainer *peripherals;
    Nrf51DetectListener detect; /* ends System OFF */

    uint32_t sram_size;
};

/* Whether the vector table in flash is erased: nothing to run. */
bool nrf51_soc_is_blank(Nrf51Soc *s);

#define NRF51_REVISION_SIZE 0x1000 /* bytes, at 0xF0000000 */

/* The words that name the revision of the chip, see nrf51_revision.c */
void nrf51_revision_init(MemoryRegion *region, Object *owner);

#endif
