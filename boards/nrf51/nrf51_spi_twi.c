/*
 * The functions that share one set of registers: TWI0 and SPI0, or TWI1, SPI1
 * and SPIS1
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Peripheral interface"
 * (peripherals with shared ID) and those of the functions; Nordic's nrf51.svd
 * for registers, bits and reset values.
 *
 * ENABLE says which of the functions has the pins and works.  Registers,
 * events, SHORTS and INTEN exist once: what is written while one function is
 * enabled, or none, is there for the next one, as drivers expect that write
 * PSEL and FREQUENCY before ENABLE.  A task of a function that is not enabled
 * does nothing.
 *
 * The way of a byte: nrf_peripheral.c -> here -> nrf51_twi.c, nrf51_spi.c or
 * nrf51_spis.c.
 *
 * Where the sources are silent: any other value of ENABLE disables all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_twi.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_twi_regs.h"

/* clang-format off */
REG32(STARTRX,   0x000)
REG32(STARTTX,   0x008)
REG32(STOP,      0x014)
REG32(SUSPEND,   0x01C)
REG32(RESUME,    0x020)
REG32(ACQUIRE,   0x024)               /* SPIS */
REG32(RELEASE,   0x028)               /* SPIS */
REG32(STOPPED,   0x104)               /* SPIS: END */
REG32(RXDREADY,  0x108)               /* SPI: READY */
REG32(ENDRX,     0x110)               /* SPIS */
REG32(TXDSENT,   0x11C)
REG32(ERROR,     0x124)
REG32(ACQUIRED,  0x128)               /* SPIS */
REG32(BB,        0x138)               /* byte boundary: before each data byte */
REG32(SUSPENDED, 0x148)
REG32(SEMSTAT,   0x400)               /* SPIS */
REG32(STATUS,    0x440)               /* SPIS; write 1 to clear */
    FIELD(STATUS, OVERREAD, 0, 1)
    FIELD(STATUS, OVERFLOW, 1, 1)
REG32(ERRORSRC,  0x4C4)               /* TWI; write 1 to clear */
    FIELD(ERRORSRC, OVERRUN, 0, 1)
    FIELD(ERRORSRC, ANACK, 1, 1)
    FIELD(ERRORSRC, DNACK, 2, 1)
REG32(ENABLE,    0x500)
    FIELD(ENABLE, ENABLE, 0, 3)
REG32(PSEL0,     0x508)               /* SCL, SCK */
REG32(PSEL1,     0x50C)               /* SDA; SPI: MOSI; SPIS: MISO */
REG32(PSEL2,     0x510)               /* SPI: MISO; SPIS: MOSI */
REG32(PSELCSN,   0x514)               /* SPIS */
REG32(RXD,       0x518)
REG32(TXD,       0x51C)
    FIELD(TXD, TXD, 0, 8)
REG32(FREQUENCY, 0x524)
REG32(RXDPTR,    0x534)               /* SPIS, as the next five */
REG32(MAXRX,     0x538)
    FIELD(MAXRX, MAXRX, 0, 8)
REG32(AMOUNTRX,  0x53C)
REG32(TXDPTR,    0x544)
REG32(MAXTX,     0x548)
    FIELD(MAXTX, MAXTX, 0, 8)
REG32(AMOUNTTX,  0x54C)
REG32(CONFIG,    0x554)               /* SPI, SPIS */
    FIELD(CONFIG, ORDER, 0, 1)
    FIELD(CONFIG, CPHA, 1, 1)
    FIELD(CONFIG, CPOL, 2, 1)
REG32(DEF,       0x55C)               /* SPIS: sent if ignored */
    FIELD(DEF, DEF, 0, 8)
REG32(ADDRESS,   0x588)               /* TWI */
    FIELD(ADDRESS, ADDRESS, 0, 7)
REG32(ORC,       0x5C0)               /* SPIS: sent after the end */
    FIELD(ORC, ORC, 0, 8)
/* clang-format on */

#define SEMSTAT_CPU     1 /* reset value */
#define STATUS_MASK     (R_STATUS_OVERREAD_MASK | R_STATUS_OVERFLOW_MASK)
#define ERRORSRC_MASK   (R_ERRORSRC_OVERRUN_MASK | R_ERRORSRC_ANACK_MASK | \
                         R_ERRORSRC_DNACK_MASK)
#define CONFIG_MASK     (R_CONFIG_ORDER_MASK | R_CONFIG_CPHA_MASK | \
                         R_CONFIG_CPOL_MASK)

static bool has_spis(Nrf51SpiTwi *s)
{
    return object_dynamic_cast(OBJECT(s), TYPE_NRF51_SPI_TWI_SPIS);
}

static void task_acquire(NrfPeripheral *p, unsigned unused)
{
    nrf51_spis_acquire(&NRF51_SPI_TWI(p)->spis);
}

static void task_release(NrfPeripheral *p, unsigned unused)
{
    nrf51_spis_release(&NRF51_SPI_TWI(p)->spis);
}

static void silence(NrfPeripheral *p)
{
    Nrf51SpiTwi *s = NRF51_SPI_TWI(p);

    nrf51_twi_silence(p);
    nrf51_spi_silence(&s->spi);
    nrf51_spis_silence(&s->spis);
}

static void nrf51_spi_twi_write(NrfPeripheral *p, unsigned reg,
                                uint32_t value)
{
    Nrf51SpiTwi *s = NRF51_SPI_TWI(p);

    if (reg == REG_STATUS) {
        p->reg[REG_STATUS] &= ~value;
        return;
    }
    nrf51_twi_write(p, reg, value); /* stores it */
    nrf51_spi_written(&s->spi, reg);
    if (has_spis(s)) {
        nrf51_spis_written(&s->spis, reg);
    }
}

static uint32_t nrf51_spi_twi_read(NrfPeripheral *p, unsigned reg)
{
    uint32_t value;

    if (reg != REG_RXD || p->reg[REG_ENABLE] != NRF51_SPI_ENABLED) {
        return nrf51_twi_read(p, reg);
    }
    value = p->reg[REG_RXD];
    nrf51_spi_rxd_read(&NRF51_SPI_TWI(p)->spi);
    return value;
}

static const NrfTask tasks[] = {
    [TASK_STARTRX] = { A_STARTRX, "STARTRX", nrf51_twi_task_start, true },
    [TASK_STARTTX] = { A_STARTTX, "STARTTX", nrf51_twi_task_start, false },
    [TASK_STOP]    = { A_STOP,    "STOP",    nrf51_twi_task_stop },
    [TASK_SUSPEND] = { A_SUSPEND, "SUSPEND", nrf51_twi_task_suspend },
    [TASK_RESUME]  = { A_RESUME,  "RESUME",  nrf51_twi_task_resume },
    [TASK_ACQUIRE] = { A_ACQUIRE, "ACQUIRE", task_acquire },
    [TASK_RELEASE] = { A_RELEASE, "RELEASE", task_release },
};

static const NrfEvent events_twi_spi[] = {
    [EV_STOPPED]   = { A_STOPPED,   "STOPPED",        1 },
    [EV_RXDREADY]  = { A_RXDREADY,  "RXDREADY/READY", 2 },
    [EV_TXDSENT]   = { A_TXDSENT,   "TXDSENT",        7 },
    [EV_ERROR]     = { A_ERROR,     "ERROR",          9 },
    [EV_BB]        = { A_BB,        "BB",             14 },
    [EV_SUSPENDED] = { A_SUSPENDED, "SUSPENDED",      18 },
};

static const NrfEvent events_with_spis[] = {
    [EV_STOPPED]   = { A_STOPPED,   "STOPPED/END",    1 },
    [EV_RXDREADY]  = { A_RXDREADY,  "RXDREADY/READY", 2 },
    [EV_TXDSENT]   = { A_TXDSENT,   "TXDSENT",        7 },
    [EV_ERROR]     = { A_ERROR,     "ERROR",          9 },
    [EV_BB]        = { A_BB,        "BB",             14 },
    [EV_SUSPENDED] = { A_SUSPENDED, "SUSPENDED",      18 },
    [EV_ENDRX]     = { A_ENDRX,     "ENDRX",          4 },
    [EV_ACQUIRED]  = { A_ACQUIRED,  "ACQUIRED",       10 },
};

#define NUM_SHORTS_TWI 2

static const NrfShort shorts[] = {
    { NRF51_TWI_BB_SUSPEND_BIT, EV_BB, TASK_SUSPEND },
    { NRF51_TWI_BB_STOP_BIT, EV_BB, TASK_STOP },
    { NRF51_SPIS_END_ACQUIRE_BIT, EV_END, TASK_ACQUIRE },
};

static const NrfRegister registers[] = {
    [REG_ERRORSRC]  = { A_ERRORSRC,  "ERRORSRC",  0, ERRORSRC_MASK },
    [REG_ENABLE]    = { A_ENABLE,    "ENABLE",    0, R_ENABLE_ENABLE_MASK },
    [REG_PSELSCK]   = { A_PSEL0,     "PSELSCL/SCK", UINT32_MAX, UINT32_MAX },
    [REG_PSELMOSI]  = { A_PSEL1,     "PSELSDA/MOSI", UINT32_MAX, UINT32_MAX },
    [REG_PSELMISO]  = { A_PSEL2,     "PSELMISO",  UINT32_MAX, UINT32_MAX },
    [REG_RXD]       = { A_RXD,       "RXD",       0, 0, NRF_RO },
    [REG_TXD]       = { A_TXD,       "TXD",       0, R_TXD_TXD_MASK },
    [REG_FREQUENCY] = { A_FREQUENCY, "FREQUENCY", NRF51_TWI_FREQUENCY_K250,
                        UINT32_MAX },
    [REG_CONFIG]    = { A_CONFIG,    "CONFIG",    0, CONFIG_MASK },
    [REG_ADDRESS]   = { A_ADDRESS,   "ADDRESS",   0, R_ADDRESS_ADDRESS_MASK },
    [REG_SEMSTAT]   = { A_SEMSTAT,   "SEMSTAT",   SEMSTAT_CPU, 0, NRF_RO },
    [REG_STATUS]    = { A_STATUS,    "STATUS",    0, STATUS_MASK },
    [REG_PSELCSN]   = { A_PSELCSN,   "PSELCSN",   UINT32_MAX, UINT32_MAX },
    [REG_RXDPTR]    = { A_RXDPTR,    "RXDPTR",    0, UINT32_MAX },
    [REG_MAXRX]     = { A_MAXRX,     "MAXRX",     0, R_MAXRX_MAXRX_MASK },
    [REG_AMOUNTRX]  = { A_AMOUNTRX,  "AMOUNTRX",  0, 0, NRF_RO },
    [REG_TXDPTR]    = { A_TXDPTR,    "TXDPTR",    0, UINT32_MAX },
    [REG_MAXTX]     = { A_MAXTX,     "MAXTX",     0, R_MAXTX_MAXTX_MASK },
    [REG_AMOUNTTX]  = { A_AMOUNTTX,  "AMOUNTTX",  0, 0, NRF_RO },
    [REG_DEF]       = { A_DEF,       "DEF",       0, R_DEF_DEF_MASK },
    [REG_ORC]       = { A_ORC,       "ORC",       0, R_ORC_ORC_MASK },
};

static const NrfPeripheralInfo info_twi_spi = {
    .tasks = tasks,
    .num_tasks = NUM_TASKS_TWI_SPI,
    .events = events_twi_spi,
    .num_events = ARRAY_SIZE(events_twi_spi),
    .shorts = shorts,
    .num_shorts = NUM_SHORTS_TWI,
    .registers = registers,
    .num_registers = NUM_REGISTERS_TWI_SPI,
    .has_inten = true,
};

static const NrfPeripheralInfo info_with_spis = {
    .tasks = tasks,
    .num_tasks = ARRAY_SIZE(tasks),
    .events = events_with_spis,
    .num_events = ARRAY_SIZE(events_with_spis),
    .shorts = shorts,
    .num_shorts = ARRAY_SIZE(shorts),
    .registers = registers,
    .num_registers = ARRAY_SIZE(registers),
    .has_inten = true,
};

void nrf51_spi_twi_connect(Nrf51SpiTwi *s, Nrf51Gpio *gpio,
                           Nrf51SpiLines *lines, AddressSpace *ram)
{
    s->gpio = gpio;
    s->lines = lines;
    s->ram = ram;
}

static void nrf51_spi_twi_init(Object *obj)
{
    Nrf51SpiTwi *s = NRF51_SPI_TWI(obj);

    nrf51_spi_init(&s->spi, NRF_PERIPHERAL(obj));
    nrf51_spis_init(&s->spis, NRF_PERIPHERAL(obj));
}

static void nrf51_spi_twi_realize(DeviceState *dev, Error **errp)
{
    Nrf51SpiTwi *s = NRF51_SPI_TWI(dev);

    if (!s->gpio) {
        error_setg(errp, "not connected to any pins");
        return;
    }
    nrf51_spi_realize(&s->spi, s->gpio, s->lines);
    nrf51_spis_realize(&s->spis, s->gpio, s->ram);
    nrf51_twi_realize(dev, errp);
}

static void nrf51_spi_twi_finalize(Object *obj)
{
    nrf51_spi_finalize(&NRF51_SPI_TWI(obj)->spi);
}

static const VMStateDescription vmstate_nrf51_spi_twi = {
    .name = TYPE_NRF51_SPI_TWI,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT(parent_obj, Nrf51SpiTwi, 1, vmstate_nrf51_twi,
                       Nrf51TWI),
        VMSTATE_STRUCT(spi, Nrf51SpiTwi, 1, vmstate_nrf51_spi, Nrf51Spi),
        VMSTATE_STRUCT(spis, Nrf51SpiTwi, 1, vmstate_nrf51_spis, Nrf51Spis),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_spi_twi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 SPI master and two-wire master";
    dc->realize = nrf51_spi_twi_realize;
    dc->vmsd = &vmstate_nrf51_spi_twi;
    pc->info = &info_twi_spi;
    pc->read = nrf51_spi_twi_read;
    pc->write = nrf51_spi_twi_write;
    pc->poll = nrf51_twi_poll;
    pc->silence = silence;
}

static void nrf51_spi_twi_spis_class_init(ObjectClass *klass, void *data)
{
    DEVICE_CLASS(klass)->desc = "nRF51 SPI master, slave, two-wire master";
    NRF_PERIPHERAL_CLASS(klass)->info = &info_with_spis;
}

static const TypeInfo nrf51_spi_twi_types[] = {
    {
        .name = TYPE_NRF51_SPI_TWI,
        .parent = TYPE_NRF51_TWI,
        .instance_size = sizeof(Nrf51SpiTwi),
        .instance_init = nrf51_spi_twi_init,
        .instance_finalize = nrf51_spi_twi_finalize,
        .class_init = nrf51_spi_twi_class_init,
    },
    {
        .name = TYPE_NRF51_SPI_TWI_SPIS,
        .parent = TYPE_NRF51_SPI_TWI,
        .class_init = nrf51_spi_twi_spis_class_init,
    },
};
DEFINE_TYPES(nrf51_spi_twi_types)
