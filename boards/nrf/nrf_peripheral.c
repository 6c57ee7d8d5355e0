/*
 * What all Nordic peripherals have in common
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Peripheral interface"
 * (tasks, events, shortcuts, interrupts); Nordic's nrf51.svd for POWER at
 * 0xFFC, which the manual does not describe: drivers write 0 and then 1 to
 * reset a peripheral whole.
 *
 * Where the sources are silent:
 *  - an event register is cleared by writing 0; any other value is dropped;
 *  - while POWER is 0 the other registers read 0 and drop writes;
 *  - a read narrower than a word gives its part of the word, a write narrower
 *    than a word is dropped;
 *  - registers keep their value regardless of ENABLE.
 *
 * Not modelled: the cycle that a task or PPI takes; both are instant.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "hw/irq.h"
#include "hw/registerfields.h"
#include "hw/resettable.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(SHORTS,   0x200)
REG32(INTEN,    0x300)
REG32(INTENSET, 0x304)
REG32(INTENCLR, 0x308)
REG32(POWER,    0xFFC)
    FIELD(POWER, ON, 0, 1)
/* clang-format on */

#define EVENTS_START 0x100
#define EVENTS_END   0x1fc

/*
 * A guest can wire events and tasks into a ring; real ones take time.  What
 * goes round so often runs no more tasks until all of it has come back, also
 * not on the other ways there are: they would be MAX_DEPTH-th powers.
 */
#define MAX_DEPTH 16

static const NrfPeripheralInfo *info_of(NrfPeripheral *p)
{
    return NRF_PERIPHERAL_GET_CLASS(p)->info;
}

static const char *path_of(NrfPeripheral *p)
{
    return DEVICE(p)->canonical_path;
}

static void update_irq(NrfPeripheral *p)
{
    const NrfPeripheralInfo *info = info_of(p);
    bool level = false;
    unsigned i;

    for (i = 0; i < info->num_events; i++) {
        int bit = info->events[i].inten;

        level |= bit >= 0 && (p->events & BIT(i)) && (p->inten & BIT(bit));
    }
    qemu_set_irq(p->irq, level);
}

static uint32_t inten_mask(const NrfPeripheralInfo *info)
{
    uint32_t mask = 0;
    unsigned i;

    for (i = 0; i < info->num_events; i++) {
        if (info->events[i].inten >= 0) {
            mask |= BIT(info->events[i].inten);
        }
    }
    return mask;
}

static uint32_t shorts_mask(const NrfPeripheralInfo *info)
{
    uint32_t mask = 0;
    unsigned i;

    for (i = 0; i < info->num_shorts; i++) {
        mask |= BIT(info->shorts[i].bit);
    }
    return mask;
}

/* Lookups by offset; each returns an index, or -1 */

static int find_task(const NrfPeripheralInfo *info, uint16_t offset)
{
    unsigned i;

    for (i = 0; i < info->num_tasks; i++) {
        if (info->tasks[i].offset == offset) {
            return i;
        }
    }
    return -1;
}

static int find_event(const NrfPeripheralInfo *info, uint16_t offset)
{
    unsigned i;

    for (i = 0; i < info->num_events; i++) {
        if (info->events[i].offset == offset) {
            return i;
        }
    }
    return -1;
}

static int find_register(const NrfPeripheralInfo *info, uint16_t offset)
{
    unsigned i;

    for (i = 0; i < info->num_registers; i++) {
        if (info->registers[i].offset == offset) {
            return i;
        }
    }
    return -1;
}

/* The registers that the base itself serves; NULL if @offset is none. */
static const char *common_name(const NrfPeripheralInfo *info, uint16_t offset)
{
    switch (offset) {
    case A_SHORTS:
        return info->num_shorts ? "SHORTS" : NULL;
    case A_INTEN:
        return info->has_inten ? "INTEN" : NULL;
    case A_INTENSET:
        return inten_mask(info) ? "INTENSET" : NULL;
    case A_INTENCLR:
        return inten_mask(info) ? "INTENCLR" : NULL;
    case A_POWER:
        return "POWER";
    default:
        return NULL;
    }
}

static const char *name_at(const NrfPeripheralInfo *info, uint16_t offset)
{
    const char *name = common_name(info, offset);
    int i;

    if (name) {
        return name;
    }
    i = find_task(info, offset);
    if (i >= 0) {
        return info->tasks[i].name;
    }
    i = find_event(info, offset);
    if (i >= 0) {
        return info->events[i].name;
    }
    i = find_register(info, offset);
    return i >= 0 ? info->registers[i].name : "?";
}

static void log_no_register(NrfPeripheral *p, const char *verb,
                            uint16_t offset)
{
    const char *absent = info_of(p)->absent;

    if (absent) {
        qemu_log_mask(LOG_UNIMP, "%s: %s of 0x%03x (%s is not modelled)\n",
                      path_of(p), verb, offset, absent);
    } else {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: %s of 0x%03x: no such register\n",
                      path_of(p), verb, offset);
    }
}

/* Tasks and events */

static void run_task(NrfPeripheral *p, unsigned index)
{
    const NrfTask *task = &info_of(p)->tasks[index];

    trace_bw_nrf_task(path_of(p), task->name);
    task->run(p, task->arg);
}

bool nrf_trigger_task(NrfPeripheral *p, uint16_t offset)
{
    int index = find_task(info_of(p), offset);

    if (index < 0) {
        return false;
    }
    if (p->power) {
        run_task(p, index);
    }
    return true;
}

static void run_shorts(NrfPeripheral *p, unsigned event)
{
    const NrfPeripheralInfo *info = info_of(p);
    unsigned i;

    for (i = 0; i < info->num_shorts; i++) {
        const NrfShort *s = &info->shorts[i];

        if (s->event == event && (p->shorts & BIT(s->bit))) {
            run_task(p, s->task);
        }
    }
}

static void deliver(NrfPeripheral *p, unsigned event, bool to_ppi)
{
    const NrfEvent *e = &info_of(p)->events[event];

    trace_bw_nrf_event(path_of(p), e->name);
    p->events |= BIT(event);
    if (p->depth == MAX_DEPTH) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: %s triggers itself; its tasks are not run\n",
                      path_of(p), e->name);
        p->ringing = true;
    }
    if (!p->ringing) {
        p->depth++;
        run_shorts(p, event);
        if (to_ppi && p->event_out) {
            p->event_out(p->event_opaque, p, e->offset);
        }
        p->depth--;
    }
    if (p->depth == 0) {
        p->ringing = false;
    }
    update_irq(p);
}

void nrf_event(NrfPeripheral *p, unsigned event)
{
    deliver(p, event, true);
}

void nrf_event_local(NrfPeripheral *p, unsigned event)
{
    deliver(p, event, false);
}

/* Time of events; all of this runs with the BQL held */

#define NO_EVENT (-1)
static int64_t event_ns = NO_EVENT;

int64_t nrf_time(void)
{
    return event_ns == NO_EVENT ? qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)
                                : event_ns;
}

int64_t nrf_time_begin(int64_t ns)
{
    int64_t outer = event_ns;

    event_ns = ns;
    return outer;
}

void nrf_time_end(int64_t outer)
{
    event_ns = outer;
}

void nrf_connect_events(NrfPeripheral *p, hwaddr base, NrfEventFunc *event_out,
                        void *opaque)
{
    p->base = base;
    p->event_out = event_out;
    p->event_opaque = opaque;
}

/* Registers */

static void reset_registers(NrfPeripheral *p)
{
    NrfPeripheralClass *c = NRF_PERIPHERAL_GET_CLASS(p);
    unsigned i;

    if (c->silence) {
        c->silence(p);
    }
    p->events = 0;
    p->shorts = 0;
    p->inten = 0;
    for (i = 0; i < c->info->num_registers; i++) {
        p->reg[i] = c->info->registers[i].reset;
    }
    update_irq(p);
}

static void write_power(NrfPeripheral *p, uint32_t value)
{
    NrfPeripheralClass *c = NRF_PERIPHERAL_GET_CLASS(p);

    if (c->power_locked && c->power_locked(p)) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%08x written to POWER, which is locked\n",
                      path_of(p), value);
        return;
    }
    value &= R_POWER_ON_MASK;
    if (p->power && !value) {
        reset_registers(p);
    }
    p->power = value;
}

static uint32_t read_common(NrfPeripheral *p, uint16_t offset)
{
    switch (offset) {
    case A_SHORTS:
        return p->shorts;
    case A_POWER:
        return p->power;
    default: /* INTEN, INTENSET, INTENCLR */
        return p->inten;
    }
}

static void write_common(NrfPeripheral *p, uint16_t offset, uint32_t value)
{
    NrfPeripheralClass *c = NRF_PERIPHERAL_GET_CLASS(p);
    const NrfPeripheralInfo *info = c->info;
    uint32_t inten = p->inten;

    switch (offset) {
    case A_SHORTS:
        p->shorts = value & shorts_mask(info);
        break;
    case A_INTEN:
        p->inten = value & inten_mask(info);
        break;
    case A_INTENSET:
        p->inten |= value & inten_mask(info);
        break;
    case A_INTENCLR:
        p->inten &= ~value;
        break;
    case A_POWER:
        write_power(p, value);
        break;
    }
    if (p->inten != inten && c->inten_changed) {
        c->inten_changed(p);
    }
    update_irq(p);
}

static uint32_t read_event(NrfPeripheral *p, uint16_t offset)
{
    NrfPeripheralClass *c = NRF_PERIPHERAL_GET_CLASS(p);
    int event = find_event(c->info, offset);

    if (event < 0) {
        log_no_register(p, "read", offset);
        return 0;
    }
    if (c->poll) {
        c->poll(p);
    }
    return (p->events & BIT(event)) != 0;
}

static void write_event(NrfPeripheral *p, uint16_t offset, uint32_t value)
{
    int event = find_event(info_of(p), offset);

    if (event < 0) {
        log_no_register(p, "write", offset);
    } else if (value != 0) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%08x written to event %s; only 0 has an effect\n",
                      path_of(p), value, name_at(info_of(p), offset));
    } else {
        p->events &= ~BIT(event);
        update_irq(p);
    }
}

static uint32_t read_register(NrfPeripheral *p, uint16_t offset)
{
    NrfPeripheralClass *c = NRF_PERIPHERAL_GET_CLASS(p);
    int reg = find_register(c->info, offset);

    if (reg < 0) {
        if (find_task(c->info, offset) < 0) {
            log_no_register(p, "read", offset);
        }
        return 0;
    }
    if (c->info->registers[reg].access == NRF_WO) {
        return 0;
    }
    return c->read ? c->read(p, reg) : p->reg[reg];
}

static void write_register(NrfPeripheral *p, uint16_t offset, uint32_t value)
{
    NrfPeripheralClass *c = NRF_PERIPHERAL_GET_CLASS(p);
    int reg = find_register(c->info, offset);

    if (reg < 0) {
        log_no_register(p, "write", offset);
        return;
    }
    if (c->info->registers[reg].access == NRF_RO) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%08x written to %s, which is read only\n",
                      path_of(p), value, c->info->registers[reg].name);
        return;
    }
    value &= c->info->registers[reg].mask;
    if (c->write) {
        c->write(p, reg, value);
    } else {
        p->reg[reg] = value;
    }
}

static uint32_t read_word(NrfPeripheral *p, uint16_t offset)
{
    if (!p->power && offset != A_POWER) {
        return 0;
    }
    if (common_name(info_of(p), offset)) {
        return read_common(p, offset);
    }
    if (offset >= EVENTS_START && offset <= EVENTS_END) {
        return read_event(p, offset);
    }
    return read_register(p, offset);
}

static void write_word(NrfPeripheral *p, uint16_t offset, uint32_t value)
{
    int task = find_task(info_of(p), offset);

    if (!p->power && offset != A_POWER) {
        return;
    }
    if (task >= 0) {
        if (value & 1) {
            run_task(p, task);
        }
    } else if (common_name(info_of(p), offset)) {
        write_common(p, offset, value);
    } else if (offset >= EVENTS_START && offset <= EVENTS_END) {
        write_event(p, offset, value);
    } else {
        write_register(p, offset, value);
    }
}

static uint64_t nrf_peripheral_read(void *opaque, hwaddr addr, unsigned size)
{
    NrfPeripheral *p = opaque;
    uint16_t offset = addr & ~3;
    uint32_t value = read_word(p, offset);

    trace_bw_nrf_read(path_of(p), offset, name_at(info_of(p), offset), value);
    return extract64(value, (addr & 3) * 8, size * 8);
}

static void nrf_peripheral_write(void *opaque, hwaddr addr, uint64_t value,
                                 unsigned size)
{
    NrfPeripheral *p = opaque;

    trace_bw_nrf_write(path_of(p), addr, name_at(info_of(p), addr & ~3),
                       value);
    if (size != 4) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: write of %u bytes to 0x%03x dropped\n",
                      path_of(p), size, (unsigned)addr);
        return;
    }
    write_word(p, addr, value);
}

static const MemoryRegionOps nrf_peripheral_ops = {
    .read = nrf_peripheral_read,
    .write = nrf_peripheral_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

static void nrf_peripheral_reset_hold(Object *obj, ResetType type)
{
    NrfPeripheral *p = NRF_PERIPHERAL(obj);

    reset_registers(p);
    p->power = R_POWER_ON_MASK;
}

static void nrf_peripheral_init(Object *obj)
{
    NrfPeripheral *p = NRF_PERIPHERAL(obj);
    const NrfPeripheralInfo *info = info_of(p);

    assert(info->num_events <= NRF_MAX_EVENTS);
    assert(info->num_registers <= NRF_MAX_REGISTERS);
    memory_region_init_io(&p->iomem, obj, &nrf_peripheral_ops, p,
                          object_get_typename(obj), NRF_PERIPHERAL_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(obj), &p->iomem);
    sysbus_init_irq(SYS_BUS_DEVICE(obj), &p->irq);
}

const VMStateDescription vmstate_nrf_peripheral = {
    .name = TYPE_NRF_PERIPHERAL,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(power, NrfPeripheral),
        VMSTATE_UINT32(events, NrfPeripheral),
        VMSTATE_UINT32(shorts, NrfPeripheral),
        VMSTATE_UINT32(inten, NrfPeripheral),
        VMSTATE_UINT32_ARRAY(reg, NrfPeripheral, NRF_MAX_REGISTERS),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf_peripheral_class_init(ObjectClass *klass, void *data)
{
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    rc->phases.hold = nrf_peripheral_reset_hold;
}

static const TypeInfo nrf_peripheral_types[] = {
    {
        .name = TYPE_NRF_PERIPHERAL,
        .parent = TYPE_SYS_BUS_DEVICE,
        .abstract = true,
        .instance_size = sizeof(NrfPeripheral),
        .instance_init = nrf_peripheral_init,
        .class_size = sizeof(NrfPeripheralClass),
        .class_init = nrf_peripheral_class_init,
    },
};
DEFINE_TYPES(nrf_peripheral_types)
