/*
 * What all Nordic peripherals have in common: tasks, events, shorts,
 * interrupts, the power switch, and the wire to PPI.
 *
 * A peripheral is a type derived from TYPE_NRF_PERIPHERAL whose class points
 * to constant tables (struct NrfPeripheralInfo); its file then holds behaviour
 * only.  Users: boards/nrf51/nrf51_twi.c, nrf51_ppi.c, nrf51_clock.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF_NRF_PERIPHERAL_H
#define BENCHWIRE_BOARDS_NRF_NRF_PERIPHERAL_H

#include "hw/sysbus.h"
#include "qom/object.h"

#define TYPE_NRF_PERIPHERAL "bw-nrf-peripheral"
OBJECT_DECLARE_TYPE(NrfPeripheral, NrfPeripheralClass, NRF_PERIPHERAL)

#define NRF_PERIPHERAL_SIZE 0x1000 /* bytes of address space of each */
#define NRF_MAX_REGISTERS   64     /* entries of a register table */
#define NRF_MAX_EVENTS      32     /* entries of an event table */
#define NRF_NO_INTERRUPT    (-1)

/**
 * struct NrfTask - something software, a short or PPI can trigger
 * @offset: of its register, 0x000 to 0x0fc
 * @name: as the manual has it, without TASKS_
 * @run: does it; called with the peripheral powered
 * @arg: handed to @run, so that tasks of one array share it
 */
typedef struct NrfTask {
    uint16_t offset;
    const char *name;
    void (*run)(NrfPeripheral *p, unsigned arg);
    uint8_t arg;
} NrfTask;

/**
 * struct NrfEvent - something the peripheral reports
 * @offset: of its register, 0x100 to 0x1fc
 * @name: as the manual has it, without EVENTS_
 * @inten: its bit in INTEN, or NRF_NO_INTERRUPT
 */
typedef struct NrfEvent {
    uint16_t offset;
    const char *name;
    int8_t inten;
} NrfEvent;

/* A bit of SHORTS: when @event (index) happens, @task (index) runs. */
typedef struct NrfShort {
    uint8_t bit;
    uint8_t event;
    uint8_t task;
} NrfShort;

typedef enum NrfAccess {
    NRF_RW,
    NRF_RO, /* a write is logged and dropped */
    NRF_WO, /* reads as 0 */
} NrfAccess;

/**
 * struct NrfRegister - any other register
 * @reset: value after reset
 * @mask: the bits that exist for writing; the others are dropped
 */
typedef struct NrfRegister {
    uint16_t offset;
    const char *name;
    uint32_t reset;
    uint32_t mask;
    NrfAccess access;
} NrfRegister;

/**
 * struct NrfPeripheralInfo - the tables; indices into them are the
 * peripheral's own enums
 * @has_inten: INTEN can also be written as a whole, at 0x300
 * @absent: another function at the same address that is not modelled, so
 *          that registers not listed here are not the guest's mistake; or NULL
 */
typedef struct NrfPeripheralInfo {
    const NrfTask *tasks;
    unsigned num_tasks;
    const NrfEvent *events;
    unsigned num_events;
    const NrfShort *shorts;
    unsigned num_shorts;
    const NrfRegister *registers;
    unsigned num_registers;
    bool has_inten;
    const char *absent;
} NrfPeripheralInfo;

/**
 * struct NrfPeripheralClass
 * @info: the tables
 * @read: optional; the value of register number @reg as software sees it;
 *        otherwise it is NrfPeripheral.reg[@reg]
 * @write: optional; software writes @value, already masked, to register
 *         number @reg; otherwise it is stored in NrfPeripheral.reg[@reg]
 * @poll: optional; software is about to read an event register
 * @inten_changed: optional; software has just written INTEN
 * @silence: optional; drop everything that is under way, at once and without
 *           an event: reset, or the power switched off; the registers are
 *           reset by the caller afterwards
 * @power_locked: optional; whether POWER cannot be written now
 */
struct NrfPeripheralClass {
    SysBusDeviceClass parent_class;

    const NrfPeripheralInfo *info;
    uint32_t (*read)(NrfPeripheral *p, unsigned reg);
    void (*write)(NrfPeripheral *p, unsigned reg, uint32_t value);
    void (*poll)(NrfPeripheral *p);
    void (*inten_changed)(NrfPeripheral *p);
    void (*silence)(NrfPeripheral *p);
    bool (*power_locked)(NrfPeripheral *p);
};

/* Receives every event of a peripheral, by the offset of its register. */
typedef void NrfEventFunc(void *opaque, NrfPeripheral *p, uint16_t offset);

struct NrfPeripheral {
    SysBusDevice parent_obj;

    MemoryRegion iomem;
    qemu_irq irq;
    NrfEventFunc *event_out; /* the PPI's, or NULL */
    void *event_opaque;
    hwaddr base;    /* where PPI sees it */
    unsigned depth; /* events that are being delivered right now */
    bool ringing;   /* they trigger each other without end */

    uint32_t power; /* POWER register: 0 or 1 */
    uint32_t events; /* bit n: event number n of the table is set */
    uint32_t shorts;
    uint32_t inten;
    uint32_t reg[NRF_MAX_REGISTERS];
};

extern const VMStateDescription vmstate_nrf_peripheral;

#define VMSTATE_NRF_PERIPHERAL(_field, _state) \
    VMSTATE_STRUCT(_field, _state, 1, vmstate_nrf_peripheral, NrfPeripheral)

/**
 * nrf_event: event number @event happens: its register is set, its shorts
 * run, PPI sees it, the interrupt line follows
 *
 * Tasks may run inside of this call, so the peripheral's state must be whole.
 */
void nrf_event(NrfPeripheral *p, unsigned event);

/* The same, but hidden from PPI (RTC: not enabled in EVTEN). */
void nrf_event_local(NrfPeripheral *p, unsigned event);

/**
 * nrf_time: when the event under way happened, in ns of the virtual clock;
 * now, if none is under way
 *
 * A timer's event can be delivered late when the host is busy.  What it
 * triggers over shorts and PPI takes the event's own time from here.
 */
int64_t nrf_time(void);

/* From here to nrf_time_end() events happen at @ns.  Returns: for the end. */
int64_t nrf_time_begin(int64_t ns);
void nrf_time_end(int64_t outer);

/**
 * nrf_trigger_task: trigger the task whose register is at @offset
 *
 * Returns: false if there is no such task.
 */
bool nrf_trigger_task(NrfPeripheral *p, uint16_t offset);

/* Connect the event wire; @base is the address PPI knows the peripheral by. */
void nrf_connect_events(NrfPeripheral *p, hwaddr base, NrfEventFunc *event_out,
                        void *opaque);

#endif
