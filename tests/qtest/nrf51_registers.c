/*
 * Every register of the nRF51, as a table
 *
 * Source: Nordic's nrf51.svd (offsets, access, fields, reset values), checked
 * against the nRF51 Series Reference Manual v3.0.  A mask is the sum of the
 * register's fields; a register without fields has 32 bits.  Where the model
 * departs from that file, a comment says why.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf51_registers.h"

#define ALL 0xffffffff

/* clang-format off */

static const struct nrf51_reg power_regs[] = {
    { "RESETREAS",      0x400, 1, W1C,     0,   0x0007000f },
    { "RAMSTATUS",      0x428, 1, RO,      3,   0 }, /* both blocks are on */
    { "SYSTEMOFF",      0x500, 1, TRIGGER, 0,   1 },
    { "POFCON",         0x510, 1, RW,      0,   0x7 },
    { "GPREGRET",       0x51c, 1, RW,      0,   0xff },
    { "RAMON",          0x524, 1, RW,      3,   0x00030003 },
    { "RESET",          0x544, 1, RW,      0,   1 },
    { "RAMONB",         0x554, 1, RW,      3,   0x00030003 },
    { "DCDCEN",         0x578, 1, RW,      0,   1 },
    { "DCDCFORCE",      0xa08, 1, RW,      0,   3 },
};

static const struct nrf51_reg clock_regs[] = {
    { "HFCLKRUN",       0x408, 1, RO,      0,   0 },
    /* the RC oscillator runs as soon as there is power */
    { "HFCLKSTAT",      0x40c, 1, RO,      0x00010000, 0 },
    { "LFCLKRUN",       0x414, 1, RO,      0,   0 },
    { "LFCLKSTAT",      0x418, 1, RO,      0,   0 },
    { "LFCLKSRCCOPY",   0x41c, 1, RO,      0,   0 },
    { "LFCLKSRC",       0x518, 1, RW,      0,   3 },
    { "CTIV",           0x538, 1, RW,      0,   0x7f },
    /* all 32 bits read 1 after reset; only the low byte is written */
    { "XTALFREQ",       0x550, 1, RW,      ALL, 0xff },
};

static const struct nrf51_reg mpu_regs[] = {
    /* fields for 0 to 19, 30 and 31; the S110 writes others too */
    { "PERR0",          0x528, 1, RW,      0,   ALL },
    { "RLENR0",         0x52c, 1, RW,      0,   ALL },
    { "PROTENSET0",     0x600, 1, W1S,     0,   ALL },
    { "PROTENSET1",     0x604, 1, W1S,     0,   ALL },
    { "DISABLEINDEBUG", 0x608, 1, RW,      1,   1 },
    { "PROTBLOCKSIZE",  0x60c, 1, RW,      0,   3 },
};

static const struct nrf51_reg radio_regs[] = {
    { "CRCSTATUS",      0x400, 1, RO,      0,   0 },
    { "RXMATCH",        0x408, 1, RO,      0,   0 },
    { "RXCRC",          0x40c, 1, RO,      0,   0 },
    { "DAI",            0x410, 1, RO,      0,   0 },
    { "PACKETPTR",      0x504, 1, RW,      0,   ALL },
    { "FREQUENCY",      0x508, 1, RW,      2,   0x7f },
    { "TXPOWER",        0x50c, 1, RW,      0,   0xff },
    { "MODE",           0x510, 1, RW,      0,   3 },
    { "PCNF0",          0x514, 1, RW,      0,   0x000f010f },
    { "PCNF1",          0x518, 1, RW,      0,   0x0307ffff },
    { "BASE0",          0x51c, 1, RW,      0,   ALL },
    { "BASE1",          0x520, 1, RW,      0,   ALL },
    { "PREFIX0",        0x524, 1, RW,      0,   ALL },
    { "PREFIX1",        0x528, 1, RW,      0,   ALL },
    { "TXADDRESS",      0x52c, 1, RW,      0,   7 },
    { "RXADDRESSES",    0x530, 1, RW,      0,   0xff },
    { "CRCCNF",         0x534, 1, RW,      0,   0x103 },
    { "CRCPOLY",        0x538, 1, RW,      0,   0x00ffffff },
    { "CRCINIT",        0x53c, 1, RW,      0,   0x00ffffff },
    { "TEST",           0x540, 1, RW,      0,   3 },
    { "TIFS",           0x544, 1, RW,      0,   0xff },
    { "RSSISAMPLE",     0x548, 1, RO,      0,   0 },
    { "STATE",          0x550, 1, RO,      0,   0 },
    /* bit 6 is hardwired, as the later chips' files say */
    { "DATAWHITEIV",    0x554, 1, FIXED,   0x40, 0x7f },
    { "BCC",            0x560, 1, RW,      0,   ALL },
    { "DAB",            0x600, 8, RW,      0,   ALL },
    { "DAP",            0x620, 8, RW,      0,   0xffff },
    { "DACNF",          0x640, 1, RW,      0,   0xffff },
    { "OVERRIDE",       0x724, 4, RW,      0,   ALL },
    { "OVERRIDE4",      0x734, 1, RW,      0,   0x8fffffff },
};

static const struct nrf51_reg uart_regs[] = {
    { "ERRORSRC",       0x480, 1, W1C,     0,   0xf },
    { "PSELRTS",        0x508, 1, RW,      ALL, ALL },
    { "PSELTXD",        0x50c, 1, RW,      ALL, ALL },
    { "PSELCTS",        0x510, 1, RW,      ALL, ALL },
    { "PSELRXD",        0x514, 1, RW,      ALL, ALL },
    { "RXD",            0x518, 1, RO,      0,   0 },
    { "TXD",            0x51c, 1, WO,      0,   0xff },
    /* the file gives none; 250000 baud as in the later chips' files */
    { "BAUDRATE",       0x524, 1, RW,      0x04000000, ALL },
    { "CONFIG",         0x56c, 1, RW,      0,   0xf },
    { "ENABLE",         0x500, 1, RW,      0,   7 },
};

static const struct nrf51_reg spi_regs[] = {
    { "PSELSCK",        0x508, 1, RW,      ALL, ALL },
    { "PSELMOSI",       0x50c, 1, RW,      ALL, ALL },
    { "PSELMISO",       0x510, 1, RW,      ALL, ALL },
    { "RXD",            0x518, 1, RO,      0,   0 },
    { "FREQUENCY",      0x524, 1, RW,      0x04000000, ALL },
    { "CONFIG",         0x554, 1, RW,      0,   7 },
    { "TXD",            0x51c, 1, RW,      0,   0xff },
    { "ENABLE",         0x500, 1, RW,      0,   7 },
};

static const struct nrf51_reg twi_regs[] = {
    { "ERRORSRC",       0x4c4, 1, W1C,     0,   7 },
    { "PSELSCL",        0x508, 1, RW,      ALL, ALL },
    { "PSELSDA",        0x50c, 1, RW,      ALL, ALL },
    { "RXD",            0x518, 1, RO,      0,   0 },
    { "TXD",            0x51c, 1, RW,      0,   0xff },
    { "FREQUENCY",      0x524, 1, RW,      0x04000000, ALL },
    { "ADDRESS",        0x588, 1, RW,      0,   0x7f },
    { "ENABLE",         0x500, 1, RW,      0,   7 },
};

static const struct nrf51_reg spis_regs[] = {
    { "SEMSTAT",        0x400, 1, RO,      1,   0 },
    { "STATUS",         0x440, 1, W1C,     0,   3 },
    { "PSELSCK",        0x508, 1, RW,      ALL, ALL },
    { "PSELMISO",       0x50c, 1, RW,      ALL, ALL },
    { "PSELMOSI",       0x510, 1, RW,      ALL, ALL },
    { "PSELCSN",        0x514, 1, RW,      ALL, ALL },
    { "RXDPTR",         0x534, 1, RW,      0,   ALL },
    { "MAXRX",          0x538, 1, RW,      0,   0xff },
    { "AMOUNTRX",       0x53c, 1, RO,      0,   0 },
    { "TXDPTR",         0x544, 1, RW,      0,   ALL },
    { "MAXTX",          0x548, 1, RW,      0,   0xff },
    { "AMOUNTTX",       0x54c, 1, RO,      0,   0 },
    { "CONFIG",         0x554, 1, RW,      0,   7 },
    { "DEF",            0x55c, 1, RW,      0,   0xff },
    { "ORC",            0x5c0, 1, RW,      0,   0xff },
    { "ENABLE",         0x500, 1, RW,      0,   7 },
};

static const struct nrf51_reg gpiote_regs[] = {
    { "CONFIG",         0x510, 4, RW,      0,   0x00131f03 },
};

static const struct nrf51_reg adc_regs[] = {
    { "BUSY",           0x400, 1, RO,      0,   0 },
    { "CONFIG",         0x504, 1, RW,      0x18, 0x0003ff7f },
    { "RESULT",         0x508, 1, RO,      0,   0 },
    { "ENABLE",         0x500, 1, RW,      0,   3 },
};

static const struct nrf51_reg timer_regs[] = {
    { "MODE",           0x504, 1, RW,      0,   1 },
    { "BITMODE",        0x508, 1, RW,      0,   3 },
    { "PRESCALER",      0x510, 1, RW,      4,   0xf },
    { "CC",             0x540, 4, RW,      0,   ALL },
};

/* The file has one description for all three; these two count 16 bits. */
static const struct nrf51_reg timer16_regs[] = {
    { "MODE",           0x504, 1, RW,      0,   1 },
    { "BITMODE",        0x508, 1, RW,      0,   3 },
    { "PRESCALER",      0x510, 1, RW,      4,   0xf },
    { "CC",             0x540, 4, RW,      0,   0xffff },
};

static const struct nrf51_reg rtc0_regs[] = {
    { "EVTEN",          0x340, 1, RW,      0,   0x00070003 },
    { "EVTENSET",       0x344, 1, SET,     0,   0x00070003 },
    { "EVTENCLR",       0x348, 1, CLR,     0,   0x00070003 },
    { "COUNTER",        0x504, 1, RO,      0,   0 },
    { "PRESCALER",      0x508, 1, RW,      0,   0xfff },
    /* the file names a fourth channel; this instance has three */
    { "CC",             0x540, 3, RW,      0,   0x00ffffff },
};

static const struct nrf51_reg rtc1_regs[] = {
    { "EVTEN",          0x340, 1, RW,      0,   0x000f0003 },
    { "EVTENSET",       0x344, 1, SET,     0,   0x000f0003 },
    { "EVTENCLR",       0x348, 1, CLR,     0,   0x000f0003 },
    { "COUNTER",        0x504, 1, RO,      0,   0 },
    { "PRESCALER",      0x508, 1, RW,      0,   0xfff },
    { "CC",             0x540, 4, RW,      0,   0x00ffffff },
};

static const struct nrf51_reg temp_regs[] = {
    { "TEMP",           0x508, 1, RO,      0,   0 },
};

static const struct nrf51_reg rng_regs[] = {
    { "CONFIG",         0x504, 1, RW,      0,   1 },
    { "VALUE",          0x508, 1, RO,      0,   0 },
};

static const struct nrf51_reg ecb_regs[] = {
    { "ECBDATAPTR",     0x504, 1, RW,      0,   ALL },
};

/* CCM and AAR keep their settings in the same registers. */
static const struct nrf51_reg aar_regs[] = {
    { "STATUS",         0x400, 1, RO,      0,   0 },
    { "NIRK",           0x504, 1, RW,      1,   0x1f },
    { "IRKPTR",         0x508, 1, RW,      0,   ALL },
    { "ADDRPTR",        0x510, 1, RW,      0,   ALL },
    { "SCRATCHPTR",     0x514, 1, RW,      0,   ALL },
    { "ENABLE",         0x500, 1, RW,      0,   3 },
};

static const struct nrf51_reg ccm_regs[] = {
    { "MICSTATUS",      0x400, 1, RO,      0,   0 },
    { "MODE",           0x504, 1, RW,      1,   0x1f }, /* 1; NIRK's, above */
    { "CNFPTR",         0x508, 1, RW,      0,   ALL },
    { "INPTR",          0x50c, 1, RW,      0,   ALL },
    { "OUTPTR",         0x510, 1, RW,      0,   ALL },
    { "SCRATCHPTR",     0x514, 1, RW,      0,   ALL },
    { "ENABLE",         0x500, 1, RW,      0,   3 },
};

static const struct nrf51_reg wdt_regs[] = {
    { "RUNSTATUS",      0x400, 1, RO,      0,   0 },
    { "REQSTATUS",      0x404, 1, RO,      1,   0 },
    { "CRV",            0x504, 1, RW,      ALL, ALL },
    { "RREN",           0x508, 1, RW,      1,   0xff },
    { "CONFIG",         0x50c, 1, RW,      1,   9 },
    { "RR",             0x600, 8, WO,      0,   ALL },
};

static const struct nrf51_reg qdec_regs[] = {
    { "LEDPOL",         0x504, 1, RW,      0,   1 },
    { "SAMPLEPER",      0x508, 1, RW,      0,   7 },
    { "SAMPLE",         0x50c, 1, RO,      0,   0 },
    { "REPORTPER",      0x510, 1, RW,      0,   7 },
    { "ACC",            0x514, 1, RO,      0,   0 },
    { "ACCREAD",        0x518, 1, RO,      0,   0 },
    { "PSELLED",        0x51c, 1, RW,      ALL, ALL },
    { "PSELA",          0x520, 1, RW,      ALL, ALL },
    { "PSELB",          0x524, 1, RW,      ALL, ALL },
    { "DBFEN",          0x528, 1, RW,      0,   1 },
    { "LEDPRE",         0x540, 1, RW,      0x10, 0x1ff },
    { "ACCDBL",         0x544, 1, RO,      0,   0 },
    { "ACCDBLREAD",     0x548, 1, RO,      0,   0 },
    { "ENABLE",         0x500, 1, RW,      0,   1 },
};

static const struct nrf51_reg lpcomp_regs[] = {
    { "RESULT",         0x400, 1, RO,      0,   0 },
    { "PSEL",           0x504, 1, RW,      0,   7 },
    { "REFSEL",         0x508, 1, RW,      0,   7 },
    { "EXTREFSEL",      0x50c, 1, RW,      0,   1 },
    { "ANADETECT",      0x520, 1, RW,      0,   3 },
    { "ENABLE",         0x500, 1, RW,      0,   3 },
};

static const struct nrf51_reg swi_regs[] = {
    { "UNUSED",         0x000, 1, RO,      0,   0 },
};

/* Nothing is erased while CONFIG says "read only"; these read 0. */
static const struct nrf51_reg nvmc_regs[] = {
    { "READY",          0x400, 1, RO,      1,   0 },
    { "ERASEPAGE",      0x508, 1, WO,      0,   ALL },
    { "ERASEALL",       0x50c, 1, WO,      0,   1 },
    { "ERASEPCR0",      0x510, 1, WO,      0,   ALL },
    { "ERASEUICR",      0x514, 1, WO,      0,   1 },
    { "CONFIG",         0x504, 1, RW,      0,   3 },
};

/* Channels 16 to 19 do not exist. */
static const struct nrf51_reg ppi_regs[] = {
    { "CHEN",           0x500, 1, RW,      0,   0xfff0ffff },
    { "CHENSET",        0x504, 1, SET,     0,   0xfff0ffff },
    { "CHENCLR",        0x508, 1, CLR,     0,   0xfff0ffff },
    { "CH.EEP and TEP", 0x510, 32, RW,     0,   ALL },
    { "CHG",            0x800, 4, RW,      0,   0xfff0ffff },
};

/* What the factory writes; that of the chip on a micro:bit */
static const struct nrf51_reg ficr_regs[] = {
    { "CODEPAGESIZE",   0x010, 1, RO,      0x400, 0 },
    { "CODESIZE",       0x014, 1, RO,      0x100, 0 },
    { "CLENR0",         0x028, 1, RO,      ALL, 0 },
    { "PPFC",           0x02c, 1, RO,      ALL, 0 },
    { "NUMRAMBLOCK",    0x034, 1, RO,      2,   0 },
    { "SIZERAMBLOCKS",  0x038, 1, RO,      0x2000, 0 },
    { "SIZERAMBLOCK",   0x038, 2, RO,      0x2000, 0 },
    { "CONFIGID",       0x05c, 1, UNKNOWN, 0,   0 },
    { "DEVICEID",       0x060, 2, UNKNOWN, 0,   0 },
    { "ER",             0x080, 4, UNKNOWN, 0,   0 },
    { "IR",             0x090, 4, UNKNOWN, 0,   0 },
    { "DEVICEADDRTYPE", 0x0a0, 1, RO,      ALL, 0 },
    { "DEVICEADDR",     0x0a4, 2, UNKNOWN, 0,   0 },
    { "OVERRIDEEN",     0x0ac, 1, RO,      ALL, 0 },
    { "NRF_1MBIT",      0x0b0, 5, RO,      ALL, 0 },
    { "BLE_1MBIT",      0x0ec, 5, RO,      ALL, 0 },
};

/* Flash: erased, and not writable unless NVMC says so */
static const struct nrf51_reg uicr_regs[] = {
    { "CLENR0",         0x000, 1, RO,      ALL, 0 },
    { "RBPCONF",        0x004, 1, RO,      ALL, 0 },
    { "XTALFREQ",       0x008, 1, RO,      ALL, 0 },
    { "FWID",           0x010, 1, RO,      ALL, 0 },
    { "BOOTLOADERADDR", 0x014, 1, RO,      ALL, 0 },
    { "NRFFW",          0x014, 15, RO,     ALL, 0 },
    { "NRFHW",          0x050, 12, RO,     ALL, 0 },
    { "CUSTOMER",       0x080, 32, RO,     ALL, 0 },
};

static const struct nrf51_reg gpio_regs[] = {
    { "OUT",            0x504, 1, RW,      0,   ALL },
    { "OUTSET",         0x508, 1, SET,     0,   ALL },
    { "OUTCLR",         0x50c, 1, CLR,     0,   ALL },
    /* all inputs are disconnected after reset */
    { "IN",             0x510, 1, RO,      0,   0 },
    { "DIR",            0x514, 1, RW,      0,   ALL },
    { "DIRSET",         0x518, 1, SET,     0,   ALL },
    { "DIRCLR",         0x51c, 1, CLR,     0,   ALL },
    { "PIN_CNF",        0x700, 32, RW,     2,   0x0003070f },
};

/* clang-format on */

#define TASKS(...)            \
    .tasks = { __VA_ARGS__ }, \
    .num_tasks = sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t)
#define EVENTS(...)            \
    .events = { __VA_ARGS__ }, \
    .num_events = sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t)
#define REGS(table) .regs = table, .num_regs = G_N_ELEMENTS(table)

/* The tables of those that exist more than once */
/* SHORTS and INTEN are those of all functions at the address. */
#define SPI(number, address, all_shorts, all_inten)                           \
    {                                                                         \
        .name = number, .base = address, EVENTS(0x108), .shorts = all_shorts, \
        .inten = all_inten, .enable = 1, .power = true, REGS(spi_regs),       \
    }
#define TWI(number, address, all_shorts, all_inten)                           \
    {                                                                         \
        .name = number, .base = address,                                      \
        TASKS(0x000, 0x008, 0x014, 0x01c, 0x020),                             \
        EVENTS(0x104, 0x108, 0x11c, 0x124, 0x138, 0x148),                     \
        .shorts = all_shorts, .inten = all_inten, .enable = 5, .power = true, \
        REGS(twi_regs),                                                       \
    }
#define TIMER(number, address, table)                                          \
    {                                                                          \
        .name = number, .base = address,                                       \
        TASKS(0x000, 0x004, 0x008, 0x00c, 0x010, 0x040, 0x044, 0x048, 0x04c),  \
        EVENTS(0x140, 0x144, 0x148, 0x14c), .shorts = 0xf0f, .inten = 0xf0000, \
        .power = true, REGS(table),                                            \
    }

const struct nrf51_block nrf51_blocks[] = {
    {
        .name = "POWER",
        .base = 0x40000000,
        TASKS(0x078, 0x07c),
        EVENTS(0x108),
        .inten = 0x1f, /* with those of CLOCK */
        REGS(power_regs),
    },
    {
        .name = "CLOCK",
        .base = 0x40000000,
        TASKS(0x000, 0x004, 0x008, 0x00c, 0x010, 0x014, 0x018),
        EVENTS(0x100, 0x104, 0x10c, 0x110),
        .inten = 0x1f,
        REGS(clock_regs),
    },
    { .name = "MPU", .base = 0x40000000, REGS(mpu_regs) },
    {
        .name = "RADIO",
        .base = 0x40001000,
        TASKS(0x000, 0x004, 0x008, 0x00c, 0x010, 0x014, 0x018, 0x01c, 0x020),
        EVENTS(0x100, 0x104, 0x108, 0x10c, 0x110, 0x114, 0x118, 0x11c, 0x128),
        .shorts = 0x17f,
        .inten = 0x4ff,
        .power = true,
        REGS(radio_regs),
    },
    {
        .name = "UART0",
        .base = 0x40002000,
        TASKS(0x000, 0x004, 0x008, 0x00c, 0x01c),
        EVENTS(0x100, 0x104, 0x108, 0x11c, 0x124, 0x144),
        .shorts = 0x18,
        .inten = 0x20287,
        .power = true,
        REGS(uart_regs),
    },
    SPI("SPI0", 0x40003000, 3, 0x44286),
    TWI("TWI0", 0x40003000, 3, 0x44286),
    SPI("SPI1", 0x40004000, 7, 0x44696), /* with those of SPIS1 */
    TWI("TWI1", 0x40004000, 7, 0x44696),
    {
        .name = "SPIS1",
        .base = 0x40004000,
        TASKS(0x024, 0x028),
        EVENTS(0x104, 0x110, 0x128),
        .shorts = 7,
        .inten = 0x44696, /* with those of TWI1 */
        .enable = 2,
        .power = true,
        REGS(spis_regs),
    },
    {
        .name = "GPIOTE",
        .base = 0x40006000,
        TASKS(0x000, 0x004, 0x008, 0x00c),
        EVENTS(0x100, 0x104, 0x108, 0x10c, 0x17c),
        .inten = 0x8000000f,
        .power = true,
        REGS(gpiote_regs),
    },
    {
        .name = "ADC",
        .base = 0x40007000,
        TASKS(0x000, 0x004),
        EVENTS(0x100),
        .inten = 1,
        .power = true,
        REGS(adc_regs),
    },
    TIMER("TIMER0", 0x40008000, timer_regs),
    TIMER("TIMER1", 0x40009000, timer16_regs),
    TIMER("TIMER2", 0x4000a000, timer16_regs),
    {
        .name = "RTC0",
        .base = 0x4000b000,
        TASKS(0x000, 0x004, 0x008, 0x00c),
        EVENTS(0x100, 0x104, 0x140, 0x144, 0x148),
        .inten = 0x00070003,
        .power = true,
        REGS(rtc0_regs),
    },
    {
        .name = "TEMP",
        .base = 0x4000c000,
        TASKS(0x000, 0x004),
        EVENTS(0x100),
        .inten = 1,
        .power = true,
        REGS(temp_regs),
    },
    {
        .name = "RNG",
        .base = 0x4000d000,
        TASKS(0x000, 0x004),
        EVENTS(0x100),
        .shorts = 1,
        .inten = 1,
        .power = true,
        REGS(rng_regs),
    },
    {
        .name = "ECB",
        .base = 0x4000e000,
        TASKS(0x000, 0x004),
        EVENTS(0x100, 0x104),
        .inten = 3,
        .power = true,
        REGS(ecb_regs),
    },
    {
        .name = "AAR",
        .base = 0x4000f000,
        TASKS(0x000, 0x008),
        EVENTS(0x100, 0x104, 0x108),
        .shorts = 1,
        /* CCM's */ .inten = 7,
        .enable = 3,
        .power = true,
        REGS(aar_regs),
    },
    {
        .name = "CCM",
        .base = 0x4000f000,
        TASKS(0x000, 0x004, 0x008),
        EVENTS(0x100, 0x104, 0x108),
        .shorts = 1,
        .inten = 7,
        .enable = 2,
        .power = true,
        REGS(ccm_regs),
    },
    {
        .name = "WDT",
        .base = 0x40010000,
        TASKS(0x000),
        EVENTS(0x100),
        .inten = 1,
        .power = true,
        REGS(wdt_regs),
    },
    {
        .name = "RTC1",
        .base = 0x40011000,
        TASKS(0x000, 0x004, 0x008, 0x00c),
        EVENTS(0x100, 0x104, 0x140, 0x144, 0x148, 0x14c),
        .inten = 0x000f0003,
        .power = true,
        REGS(rtc1_regs),
    },
    {
        .name = "QDEC",
        .base = 0x40012000,
        TASKS(0x000, 0x004, 0x008),
        EVENTS(0x100, 0x104, 0x108),
        .shorts = 3,
        .inten = 7,
        .power = true,
        REGS(qdec_regs),
    },
    {
        .name = "LPCOMP",
        .base = 0x40013000,
        TASKS(0x000, 0x004, 0x008),
        EVENTS(0x100, 0x104, 0x108, 0x10c),
        .shorts = 0x1f,
        .inten = 0xf,
        .power = true,
        REGS(lpcomp_regs),
    },
    { .name = "SWI0", .base = 0x40014000, REGS(swi_regs) },
    { .name = "SWI5", .base = 0x40019000, REGS(swi_regs) },
    { .name = "NVMC", .base = 0x4001e000, REGS(nvmc_regs) },
    {
        .name = "PPI",
        .base = 0x4001f000,
        TASKS(0x000, 0x004, 0x008, 0x00c, 0x010, 0x014, 0x018, 0x01c),
        REGS(ppi_regs),
    },
    { .name = "FICR", .base = 0x10000000, REGS(ficr_regs) },
    { .name = "UICR", .base = 0x10001000, REGS(uicr_regs) },
    { .name = "GPIO", .base = 0x50000000, REGS(gpio_regs) },
};

const size_t nrf51_num_blocks = G_N_ELEMENTS(nrf51_blocks);
