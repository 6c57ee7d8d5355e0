/*
 * nRF51822 system on chip
 *
 * Sources: nRF51822 Product Specification v3.1 (memory sizes, clock, instance
 * table); nRF51 Series Reference Manual v3.0, chapter "Memory".
 *
 * The Nordic base of boards/nrf carries POWER/CLOCK/MPU, UART0, SPI0/TWI0,
 * SPI1/SPIS1/TWI1, GPIO, GPIOTE, ADC, TIMER0-2, RTC0, RTC1, PPI, RADIO, TEMP,
 * RNG, ECB, CCM, AAR, WDT, QDEC, LPCOMP, SWI0-5 and NVMC (with flash, FICR and
 * UICR).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/arm/nrf51.h"
#include "hw/misc/unimp.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"
#include "target/arm/cpu.h"
#include "hw/benchwire/boards/nrf51/nrf51_soc.h"

#define SRAM_SIZE  (16 * KiB)
#define SRAM_MAX   (4 * NRF51_RAM_BLOCK_SIZE)
#define HCLK_HZ    16000000 /* fixed */
#define NUM_IRQ    32
#define MAX_VDD_MV 3600

/* Peripheral number n is at 0x40000000 + n * 0x1000 and has interrupt n. */
#define ID_CLOCK  0
#define ID_RADIO  1
#define ID_UART   2
#define ID_SPI    3 /* and 4: with TWI, and SPIS */
#define ID_GPIOTE 6
#define ID_ADC    7
#define ID_TIMER  8 /* to 10 */
#define ID_RTC0   11
#define ID_TEMP   12
#define ID_RNG    13
#define ID_ECB    14
#define ID_CCM    15
#define ID_WDT    16
#define ID_RTC1   17
#define ID_QDEC   18
#define ID_LPCOMP 19
#define ID_SWI    20 /* to 25 */
#define ID_NVMC   30
#define ID_PPI    31
#define ID_NO_IRQ (-1)

#define ERASED_WORD 0xffffffff

static hwaddr id_to_base(int id)
{
    return NRF51_IOMEM_BASE + (hwaddr)id * NRF51_PERIPHERAL_SIZE;
}

static void map(Nrf51Soc *s, SysBusDevice *dev, int region, hwaddr base)
{
    memory_region_add_subregion(&s->container, base,
                                sysbus_mmio_get_region(dev, region));
}

/* Realize a peripheral and give it address and interrupt number @irq. */
static bool add_peripheral(Nrf51Soc *s, void *dev, int id, int irq,
                           Error **errp)
{
    if (!sysbus_realize(SYS_BUS_DEVICE(dev), errp)) {
        return false;
    }
    map(s, SYS_BUS_DEVICE(dev), 0, id_to_base(id));
    if (irq != ID_NO_IRQ) {
        sysbus_connect_irq(SYS_BUS_DEVICE(dev), 0,
                           qdev_get_gpio_in(DEVICE(&s->armv7m), irq));
    }
    return true;
}

/* The same for one on the Nordic base, which also takes part in PPI. */
static bool add_nrf(Nrf51Soc *s, void *dev, int id, int irq, Error **errp)
{
    nrf51_ppi_connect(&s->ppi, NRF_PERIPHERAL(dev), id_to_base(id));
    return add_peripheral(s, dev, id, irq, errp);
}

static bool add_core(Nrf51Soc *s, Error **errp)
{
    if (clock_has_source(s->sysclk)) {
        error_setg(errp, "sysclk is fixed and must not be wired up");
        return false;
    }
    clock_set_hz(s->sysclk, HCLK_HZ);
    qdev_connect_clock_in(DEVICE(&s->armv7m), "cpuclk", s->sysclk);
    object_property_set_link(OBJECT(&s->armv7m), "memory",
                             OBJECT(&s->container), &error_abort);
    return sysbus_realize(SYS_BUS_DEVICE(&s->armv7m), errp);
}

/* Peripherals reach the data RAM and nothing else. */
static void add_dma(Nrf51Soc *s)
{
    memory_region_init(&s->dma_container, OBJECT(s), "nrf51.dma", UINT64_MAX);
    memory_region_init_alias(&s->dma_sram, OBJECT(s), "nrf51.dma-sram",
                             &s->sram, 0, s->sram_size);
    memory_region_add_subregion(&s->dma_container, NRF51_SRAM_BASE,
                                &s->dma_sram);
    address_space_init(&s->dma, &s->dma_container, "nrf51.dma");
}

/*
 * Interrupts do not wake the core from this.  One that is held, or about to be
 * reset, is not let go.
 */
static void stall_core(void *opaque, bool stall)
{
    Nrf51Soc *s = opaque;
    ARMCPU *cpu = s->armv7m.cpu;
    CPUState *cs = CPU(cpu);

    if (stall) {
        nrf51_soc_halt(s);
    } else if (!nrf51_power_held(&s->clock) &&
               !nrf51_power_noted(&s->clock)) {
        cpu_reset_interrupt(cs, CPU_INTERRUPT_HALT);
        cpu->power_state = PSCI_ON;
        cs->halted = 0;
        qemu_cpu_kick(cs);
    }
}

/* POWER switches RAM in blocks, of which it has as many as its registers. */
static bool add_sram(Nrf51Soc *s, Error **errp)
{
    if (s->sram_size == 0 || s->sram_size % NRF51_RAM_BLOCK_SIZE ||
        s->sram_size > SRAM_MAX) {
        error_setg(errp, "sram-size %" PRIu32 " is not a multiple of %d, up "
                   "to %d", s->sram_size, NRF51_RAM_BLOCK_SIZE, SRAM_MAX);
        return false;
    }
    if (!memory_region_init_ram(&s->sram, OBJECT(s), "nrf51.sram",
                                s->sram_size, errp)) {
        return false;
    }
    memory_region_add_subregion(&s->container, NRF51_SRAM_BASE, &s->sram);
    return true;
}

static bool add_memories(Nrf51Soc *s, Error **errp)
{
    SysBusDevice *nvmc = SYS_BUS_DEVICE(&s->nvmc);

    memory_region_add_subregion_overlap(&s->container, 0, s->board_memory,
                                        -1);
    if (!add_sram(s, errp)) {
        return false;
    }
    add_dma(s);

    nrf51_nvmc_connect(&s->nvmc, &s->clock, stall_core, s);
    if (!object_property_set_uint(OBJECT(nvmc), "sram-size", s->sram_size,
                                  errp) ||
        !add_nrf(s, nvmc, ID_NVMC, ID_NO_IRQ, errp)) {
        return false;
    }
    map(s, nvmc, NRF51_NVMC_FICR, NRF51_FICR_BASE);
    map(s, nvmc, NRF51_NVMC_UICR, NRF51_UICR_BASE);
    map(s, nvmc, NRF51_NVMC_FLASH, NRF51_FLASH_BASE);
    return true;
}

static bool add_timers(Nrf51Soc *s, Error **errp)
{
    static const uint8_t bits[NRF51_TIMERS] = { 32, 16, 16 };
    int i;

    for (i = 0; i < NRF51_TIMERS; i++) {
        if (!object_property_set_uint(OBJECT(&s->timer[i]), "bits", bits[i],
                                      errp) ||
            !add_nrf(s, &s->timer[i], ID_TIMER + i, ID_TIMER + i, errp)) {
            return false;
        }
    }
    return true;
}

static bool add_rtcs(Nrf51Soc *s, Error **errp)
{
    static const uint8_t id[NRF51_RTCS] = { ID_RTC0, ID_RTC1 };
    int i;

    for (i = 0; i < NRF51_RTCS; i++) {
        if (!object_property_set_link(OBJECT(&s->rtc[i]), "clock",
                                      OBJECT(&s->clock), errp) ||
            !add_nrf(s, &s->rtc[i], id[i], id[i], errp)) {
            return false;
        }
    }
    return true;
}

static bool add_gpio(Nrf51Soc *s, Error **errp)
{
    if (!sysbus_realize(SYS_BUS_DEVICE(&s->gpio), errp)) {
        return false;
    }
    map(s, SYS_BUS_DEVICE(&s->gpio), 0, NRF51_GPIO_BASE);
    nrf51_gpiote_connect(&s->gpiote, &s->gpio);
    return add_nrf(s, &s->gpiote, ID_GPIOTE, ID_GPIOTE, errp);
}

static bool add_uart(Nrf51Soc *s, Error **errp)
{
    nrf51_uart_connect(&s->uart, &s->gpio);
    return add_nrf(s, &s->uart, ID_UART, ID_UART, errp);
}

static bool twi_has_bus(void *opaque)
{
    Nrf51I2CLines *lines = opaque;

    return lines->owner != NULL;
}

/* The board's I2C wires; without pins no part is on them. */
static bool add_i2c_wires(Nrf51Soc *s, Error **errp)
{
    Nrf51I2CLines *lines = &s->i2c;

    lines->bus = i2c_init_bus(DEVICE(s), "i2c-bus");
    if (lines->scl < NRF51_PINS && lines->sda < NRF51_PINS) {
        i2c_wires_connect(&lines->by_hand, lines->bus,
                          nrf51_pin_net(&s->gpio, lines->scl),
                          nrf51_pin_net(&s->gpio, lines->sda), twi_has_bus,
                          lines);
    }
    return sysbus_realize(SYS_BUS_DEVICE(&lines->by_hand), errp);
}

static bool add_spi_twis(Nrf51Soc *s, Error **errp)
{
    int i;

    if (!add_i2c_wires(s, errp)) {
        return false;
    }
    nrf51_spi_lines_init(&s->spi, DEVICE(s), &s->gpio);
    for (i = 0; i < NRF51_TWIS; i++) {
        nrf51_twi_connect(NRF51_TWI(&s->spi_twi[i]), &s->i2c, &s->gpio);
        nrf51_spi_twi_connect(&s->spi_twi[i], &s->gpio, &s->spi, &s->dma);
        if (!add_nrf(s, &s->spi_twi[i], ID_SPI + i, ID_SPI + i, errp)) {
            return false;
        }
    }
    return true;
}

/* Blocks that look at voltages and levels of pins */
static bool add_pin_blocks(Nrf51Soc *s, Error **errp)
{
    nrf51_adc_connect(&s->adc, &s->gpio);
    nrf51_qdec_connect(&s->qdec, &s->gpio);
    nrf51_lpcomp_connect(&s->lpcomp, &s->gpio);
    return add_nrf(s, &s->adc, ID_ADC, ID_ADC, errp) &&
           add_nrf(s, &s->qdec, ID_QDEC, ID_QDEC, errp) &&
           add_nrf(s, &s->lpcomp, ID_LPCOMP, ID_LPCOMP, errp);
}

static bool add_swis(Nrf51Soc *s, Error **errp)
{
    int i;

    for (i = 0; i < NRF51_SWIS; i++) {
        if (!add_nrf(s, &s->swi[i], ID_SWI + i, ID_SWI + i, errp)) {
            return false;
        }
    }
    return true;
}

/* Blocks that answer to the core alone: no pins, no bus */
static bool add_small_blocks(Nrf51Soc *s, Error **errp)
{
    nrf51_radio_connect(&s->radio, &s->dma, &s->clock);
    nrf51_ecb_connect(&s->ecb, &s->dma);
    nrf51_ccm_aar_connect(&s->ccm_aar, &s->dma, &s->ecb);
    nrf51_wdt_connect(&s->wdt, &s->clock, CPU(s->armv7m.cpu));
    return add_nrf(s, &s->radio, ID_RADIO, ID_RADIO, errp) &&
           add_nrf(s, &s->temp, ID_TEMP, ID_TEMP, errp) &&
           add_nrf(s, &s->rng, ID_RNG, ID_RNG, errp) &&
           add_nrf(s, &s->ecb, ID_ECB, ID_ECB, errp) &&
           add_nrf(s, &s->ccm_aar, ID_CCM, ID_CCM, errp) &&
           add_nrf(s, &s->wdt, ID_WDT, ID_WDT, errp);
}

static void add_unmodelled(Nrf51Soc *s)
{
    nrf51_revision_init(&s->revision, OBJECT(s));
    memory_region_add_subregion(&s->container, NRF51_PRIVATE_BASE,
                                &s->revision);
    create_unimplemented_device("nrf51.io", NRF51_IOMEM_BASE,
                                NRF51_IOMEM_SIZE);
    create_unimplemented_device("nrf51.private", NRF51_PRIVATE_BASE,
                                NRF51_PRIVATE_SIZE);
}

static void nrf51_soc_realize(DeviceState *dev, Error **errp)
{
    Nrf51Soc *s = NRF51_SOC(dev);

    if (!s->board_memory) {
        error_setg(errp, "memory property was not set");
        return;
    }
    if (!add_core(s, errp)) {
        return;
    }
    nrf51_reset_connect(s);
    if (!add_memories(s, errp) ||
        !add_gpio(s, errp) ||
        !add_uart(s, errp) ||
        !add_timers(s, errp) ||
        !add_nrf(s, &s->ppi, ID_PPI, ID_NO_IRQ, errp) ||
        !add_nrf(s, &s->clock, ID_CLOCK, ID_CLOCK, errp) ||
        !add_rtcs(s, errp) || !add_small_blocks(s, errp) ||
        !add_spi_twis(s, errp) || !add_pin_blocks(s, errp) ||
        !add_swis(s, errp)) {
        return;
    }
    add_unmodelled(s);
    nrf51_reset_complete(s);
}

bool nrf51_soc_is_blank(Nrf51Soc *s)
{
    const uint8_t *vectors = s->nvmc.flash.bytes;

    return ldl_le_p(vectors) == ERASED_WORD &&
           ldl_le_p(vectors + 4) == ERASED_WORD;
}

static void nrf51_soc_init(Object *obj)
{
    Nrf51Soc *s = NRF51_SOC(obj);
    int i;

    memory_region_init(&s->container, obj, "nrf51-container", UINT64_MAX);

    object_initialize_child(obj, "armv6m", &s->armv7m, TYPE_ARMV7M);
    qdev_prop_set_string(DEVICE(&s->armv7m), "cpu-type",
                         ARM_CPU_TYPE_NAME("cortex-m0"));
    qdev_prop_set_uint32(DEVICE(&s->armv7m), "num-irq", NUM_IRQ);
    qdev_prop_set_bit(DEVICE(&s->armv7m), "has-systick", false);

    object_initialize_child(obj, "uart", &s->uart, TYPE_NRF51_UART);
    object_property_add_alias(obj, "serial0", OBJECT(&s->uart), "chardev");
    object_initialize_child(obj, "nvmc", &s->nvmc, TYPE_NRF51_NVMC);
    object_property_add_alias(obj, "flash-size", OBJECT(&s->nvmc),
                              "flash-size");
    object_property_add_alias(obj, "flash-file", OBJECT(&s->nvmc), "file");
    object_property_add_alias(obj, "device-id", OBJECT(&s->nvmc), "device-id");
    object_initialize_child(obj, "gpio", &s->gpio, TYPE_NRF51_GPIO);
    nrf51_gpio_add_nets(&s->gpio, obj);
    object_initialize_child(obj, "gpiote", &s->gpiote, TYPE_NRF51_GPIOTE);
    for (i = 0; i < NRF51_TIMERS; i++) {
        object_initialize_child(obj, "timer[*]", &s->timer[i],
                                TYPE_NRF51_TIMER);
    }
    object_initialize_child(obj, "clock", &s->clock, TYPE_NRF51_CLOCK);
    object_initialize_child(obj, "rtc[*]", &s->rtc[0], TYPE_NRF51_RTC_3CC);
    object_initialize_child(obj, "rtc[*]", &s->rtc[1], TYPE_NRF51_RTC);
    object_initialize_child(obj, "ppi", &s->ppi, TYPE_NRF51_PPI);
    object_initialize_child(obj, "radio", &s->radio, TYPE_NRF51_RADIO);
    object_property_add_alias(obj, "air", OBJECT(&s->radio), "netdev");
    object_initialize_child(obj, "temp", &s->temp, TYPE_NRF51_TEMP);
    object_initialize_child(obj, "rng", &s->rng, TYPE_NRF51_RNG);
    object_initialize_child(obj, "ecb", &s->ecb, TYPE_NRF51_ECB);
    object_initialize_child(obj, "ccm-aar", &s->ccm_aar, TYPE_NRF51_CCM_AAR);
    object_initialize_child(obj, "wdt", &s->wdt, TYPE_NRF51_WDT);
    object_initialize_child(obj, "i2c-wires", &s->i2c.by_hand,
                            TYPE_I2C_WIRES);
    object_initialize_child(obj, "spi-twi[*]", &s->spi_twi[0],
                            TYPE_NRF51_SPI_TWI);
    object_initialize_child(obj, "spi-twi[*]", &s->spi_twi[1],
                            TYPE_NRF51_SPI_TWI_SPIS);
    object_initialize_child(obj, "adc", &s->adc, TYPE_NRF51_ADC);
    object_initialize_child(obj, "qdec", &s->qdec, TYPE_NRF51_QDEC);
    object_initialize_child(obj, "lpcomp", &s->lpcomp, TYPE_NRF51_LPCOMP);
    for (i = 0; i < NRF51_SWIS; i++) {
        object_initialize_child(obj, "swi[*]", &s->swi[i], TYPE_NRF51_SWI);
    }
    s->sysclk = qdev_init_clock_in(DEVICE(s), "sysclk", NULL, NULL, 0);
}

static const Property nrf51_soc_properties[] = {
    DEFINE_PROP_LINK("memory", Nrf51Soc, board_memory, TYPE_MEMORY_REGION,
                     MemoryRegion *),
    DEFINE_PROP_UINT32("sram-size", Nrf51Soc, sram_size, SRAM_SIZE),
    DEFINE_PROP_UINT32("i2c-scl", Nrf51Soc, i2c.scl, UINT32_MAX),
    DEFINE_PROP_UINT32("i2c-sda", Nrf51Soc, i2c.sda, UINT32_MAX),
    DEFINE_PROP_UINT32("spi-sck", Nrf51Soc, spi.sck, NRF51_NO_PIN),
    DEFINE_PROP_UINT32("spi-mosi", Nrf51Soc, spi.mosi, NRF51_NO_PIN),
    DEFINE_PROP_UINT32("spi-miso", Nrf51Soc, spi.miso, NRF51_NO_PIN),
    DEFINE_PROP_UINT32("spi-cs0", Nrf51Soc, spi.cs[0], NRF51_NO_PIN),
    DEFINE_PROP_UINT32("spi-cs1", Nrf51Soc, spi.cs[1], NRF51_NO_PIN),
    DEFINE_PROP_UINT32("spi-cs2", Nrf51Soc, spi.cs[2], NRF51_NO_PIN),
    DEFINE_PROP_UINT32("spi-cs3", Nrf51Soc, spi.cs[3], NRF51_NO_PIN),
};

/* The supply: before realize also that of GPIO */

static void get_vdd(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    int32_t mv = nrf51_power_vdd_mv(&NRF51_SOC(obj)->clock);

    visit_type_int32(v, name, &mv, errp);
}

static void set_vdd(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    Nrf51Soc *s = NRF51_SOC(obj);
    int32_t mv;

    if (!visit_type_int32(v, name, &mv, errp)) {
        return;
    }
    if (mv < 0 || mv > MAX_VDD_MV) {
        error_setg(errp, "the supply is %d mV; the chip takes 0 to %d",
                   mv, MAX_VDD_MV);
        return;
    }
    if (!DEVICE(obj)->realized) {
        qdev_prop_set_uint32(DEVICE(&s->gpio), "vdd-mv", mv);
    }
    nrf51_power_set_vdd_mv(&s->clock, mv);
}

static void nrf51_soc_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "nRF51822 SoC";
    dc->realize = nrf51_soc_realize;
    device_class_set_props(dc, nrf51_soc_properties);
    object_class_property_add(klass, "vdd-millivolts", "int", get_vdd, set_vdd,
                              NULL, NULL);
}

static const TypeInfo nrf51_soc_types[] = {
    {
        .name = TYPE_NRF51_SOC,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(Nrf51Soc),
        .instance_init = nrf51_soc_init,
        .class_init = nrf51_soc_class_init,
    },
};
DEFINE_TYPES(nrf51_soc_types)
