/*
 * nRF51 non-volatile memory controller (NVMC), code flash and UICR
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapters "Non-Volatile Memory
 * Controller (NVMC)" and "User Information Configuration Registers (UICR)";
 * nRF51822 Product Specification v3.1 for the times; Nordic's nrf51.svd for
 * the registers.
 *
 * Software reads and runs flash as memory.  A word that is written while
 * CONFIG is Wen clears bits; what is written otherwise is dropped.  Erasing
 * needs Een.  While flash is busy the core stands still, unless it runs from
 * RAM, where it can poll READY.
 *
 * Where the sources are silent:
 *  - a dropped access is logged and does not fault;
 *  - a write of less than a word is dropped also with Wen;
 *  - memory changes at the beginning of the busy time; an operation that is
 *    started in it (from RAM) is done, and makes it longer;
 *  - a core that does not run instruction by instruction (no -icount) may
 *    execute a few more before it stands still; they see READY 0;
 *  - the ERASE registers read 0;
 *  - ERASEALL is dropped while MPU protects any block of flash;
 *  - UICR.CLENR0 counts from the next reset on, and region 0 can be erased
 *    with ERASEPCR0 by any code.
 *
 * Not modelled: wear, disturbance by many writes without an erase, reading
 * (from RAM) while flash is busy, UICR.RBPCONF (read-back protection is
 * against debuggers), writes to region 0 by code of region 1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "qemu/uuid.h"
#include "hw/core/cpu.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/system.h"
#include "hw/benchwire/boards/nrf51/nrf51_nvmc.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(READY,     0x400)
REG32(CONFIG,    0x504)
    FIELD(CONFIG, WEN, 0, 2)
REG32(ERASEPAGE, 0x508)           /* ERASEPCR1 is another name of it */
REG32(ERASEALL,  0x50C)
    FIELD(ERASEALL, ERASE, 0, 1)
REG32(ERASEPCR0, 0x510)
REG32(ERASEUICR, 0x514)
    FIELD(ERASEUICR, ERASE, 0, 1)

REG32(UICR_CLENR0, 0x000)
/* clang-format on */

enum { WEN_REN, WEN_WEN, WEN_EEN };

#define PAGE_BYTES    1024
#define ERASED        0xff
#define NO_REGION     UINT32_MAX /* CLENR0 */
#define WRITE_NS      (46 * SCALE_US)
#define ERASE_NS      (22300 * SCALE_US) /* a page, all, or UICR */
#define DEFAULT_ID    0x62656e6368776972

enum {
    REG_READY,
    REG_CONFIG,
    REG_ERASEPAGE,
    REG_ERASEALL,
    REG_ERASEPCR0,
    REG_ERASEUICR,
};

static const char *path_of(Nrf51NVMC *s)
{
    return DEVICE(s)->canonical_path;
}

static unsigned mode(Nrf51NVMC *s)
{
    return FIELD_EX32(NRF_PERIPHERAL(s)->reg[REG_CONFIG], CONFIG, WEN);
}

/* Time */

static bool is_busy(Nrf51NVMC *s)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < s->busy_until;
}

static void set_stall(Nrf51NVMC *s, bool stall)
{
    s->stalled = stall;
    if (s->stall) {
        s->stall(s->stall_opaque, stall);
    }
}

static void operation_done(void *opaque)
{
    set_stall(opaque, false);
}

static bool core_runs_from_flash(Nrf51NVMC *s)
{
    return current_cpu &&
           current_cpu->cc->get_pc(current_cpu) < s->flash_size;
}

static void be_busy(Nrf51NVMC *s, int64_t ns)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    s->busy_until = MAX(s->busy_until, now) + ns;
    if (s->stalled || core_runs_from_flash(s)) {
        timer_mod(&s->done, s->busy_until);
        set_stall(s, true);
    }
}

/* The memories */

static void changed(Nrf51Flash *f, uint32_t offset, uint32_t len)
{
    memory_region_flush_rom_device(&f->mr, offset, len);
    nrf51_flash_store_sync_range(&f->nvmc->store, f->file_offset + offset,
                                 len);
}

static void erase(Nrf51Flash *f, uint32_t offset, uint32_t len)
{
    trace_bw_nrf51_nvmc_erase(path_of(f->nvmc), memory_region_name(&f->mr),
                              offset, len);
    memset(f->bytes + offset, ERASED, len);
    changed(f, offset, len);
}

static bool is_protected(Nrf51Flash *f, uint32_t offset)
{
    Nrf51NVMC *s = f->nvmc;

    return f == &s->flash && s->clock &&
           nrf51_mpu_flash_protected(s->clock, offset);
}

static void flash_write(void *opaque, hwaddr offset, uint64_t value,
                        unsigned size)
{
    Nrf51Flash *f = opaque;
    Nrf51NVMC *s = f->nvmc;
    const char *why = mode(s) != WEN_WEN ? "CONFIG is not Wen"
                      : size != 4 ? "less than a word"
                      : is_protected(f, offset) ? "MPU protects it"
                                                : NULL;

    if (why) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: write of 0x%" PRIx64 " to %s at 0x%" HWADDR_PRIx
                      " dropped: %s\n",
                      path_of(s), value, memory_region_name(&f->mr), offset,
                      why);
        return;
    }
    trace_bw_nrf51_nvmc_write(path_of(s), memory_region_name(&f->mr), offset,
                              value);
    stl_le_p(f->bytes + offset, ldl_le_p(f->bytes + offset) & value);
    changed(f, offset, size);
    be_busy(s, WRITE_NS);
}

/* Reads do not come here while the region is a memory, which it always is. */
static uint64_t flash_read(void *opaque, hwaddr offset, unsigned size)
{
    Nrf51Flash *f = opaque;

    return ldn_le_p(f->bytes + offset, size);
}

static const MemoryRegionOps flash_ops = {
    .read = flash_read,
    .write = flash_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

static uint64_t ficr_read(void *opaque, hwaddr offset, unsigned size)
{
    Nrf51NVMC *s = opaque;

    return extract64(s->ficr[offset / 4], offset % 4 * 8, size * 8);
}

static void ficr_write(void *opaque, hwaddr offset, uint64_t value,
                       unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR,
                  "%s: 0x%" PRIx64 " written to FICR at 0x%" HWADDR_PRIx
                  ", which is read only\n",
                  path_of(opaque), value, offset);
}

static const MemoryRegionOps ficr_ops = {
    .read = ficr_read,
    .write = ficr_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

/* Erasing by software */

static void refuse_erase(Nrf51NVMC *s, const char *what, uint32_t value,
                         const char *why)
{
    qemu_log_mask(LOG_GUEST_ERROR, "%s: 0x%08x written to %s dropped: %s\n",
                  path_of(s), value, what, why);
}

static bool any_block_protected(Nrf51NVMC *s)
{
    uint32_t at;

    for (at = 0; at < s->flash_size; at += PAGE_BYTES) {
        if (is_protected(&s->flash, at)) {
            return true;
        }
    }
    return false;
}

static void erase_page(Nrf51NVMC *s, const char *what, uint32_t address,
                       bool region0)
{
    uint32_t page = address - address % PAGE_BYTES;
    const char *why = mode(s) != WEN_EEN ? "CONFIG is not Een"
                      : address >= s->flash_size ? "no such page"
                      : (page < s->region0_size) != region0 ? "wrong region"
                      : is_protected(&s->flash, page) ? "MPU protects it"
                                                      : NULL;

    if (why) {
        refuse_erase(s, what, address, why);
        return;
    }
    erase(&s->flash, page, PAGE_BYTES);
    be_busy(s, ERASE_NS);
}

static void erase_all(Nrf51NVMC *s, uint32_t value)
{
    const char *why = mode(s) != WEN_EEN ? "CONFIG is not Een"
                      : any_block_protected(s) ? "MPU protects a block"
                                               : NULL;

    if (why) {
        refuse_erase(s, "ERASEALL", value, why);
        return;
    }
    erase(&s->flash, 0, s->flash.size);
    erase(&s->uicr, 0, s->uicr.size);
    be_busy(s, ERASE_NS);
}

static void erase_uicr(Nrf51NVMC *s, uint32_t value)
{
    if (mode(s) != WEN_EEN) {
        refuse_erase(s, "ERASEUICR", value, "CONFIG is not Een");
        return;
    }
    erase(&s->uicr, 0, s->uicr.size);
    be_busy(s, ERASE_NS);
}

/* Registers */

static uint32_t nrf51_nvmc_read(NrfPeripheral *p, unsigned reg)
{
    return reg == REG_READY ? !is_busy(NRF51_NVMC(p)) : p->reg[reg];
}

static void nrf51_nvmc_write(NrfPeripheral *p, unsigned reg, uint32_t value)
{
    Nrf51NVMC *s = NRF51_NVMC(p);

    switch (reg) {
    case REG_ERASEPAGE:
        erase_page(s, "ERASEPAGE", value, false);
        break;
    case REG_ERASEPCR0:
        erase_page(s, "ERASEPCR0", value, true);
        break;
    case REG_ERASEALL:
        if (value) {
            erase_all(s, value);
        }
        break;
    case REG_ERASEUICR:
        if (value) {
            erase_uicr(s, value);
        }
        break;
    default:
        p->reg[reg] = value;
        break;
    }
}

static const NrfRegister nvmc_registers[] = {
    [REG_READY] = { A_READY, "READY", 1, 0, NRF_RO },
    [REG_CONFIG] = { A_CONFIG, "CONFIG", WEN_REN, R_CONFIG_WEN_MASK },
    [REG_ERASEPAGE] = { A_ERASEPAGE, "ERASEPAGE", 0, UINT32_MAX, NRF_WO },
    [REG_ERASEALL] = { A_ERASEALL, "ERASEALL", 0, R_ERASEALL_ERASE_MASK,
                       NRF_WO },
    [REG_ERASEPCR0] = { A_ERASEPCR0, "ERASEPCR0", 0, UINT32_MAX, NRF_WO },
    [REG_ERASEUICR] = { A_ERASEUICR, "ERASEUICR", 0, R_ERASEUICR_ERASE_MASK,
                        NRF_WO },
};

static const NrfPeripheralInfo nvmc_info = {
    .registers = nvmc_registers,
    .num_registers = ARRAY_SIZE(nvmc_registers),
};

static void silence(NrfPeripheral *p)
{
    Nrf51NVMC *s = NRF51_NVMC(p);
    uint32_t clenr0 = s->uicr.bytes ? ldl_le_p(s->uicr.bytes + A_UICR_CLENR0)
                                    : NO_REGION;

    s->region0_size = clenr0 == NO_REGION ? 0 : clenr0;
    s->busy_until = 0;
    timer_del(&s->done);
    if (s->stalled) {
        set_stall(s, false);
    }
}

/* What others ask for */

void nrf51_nvmc_connect(Nrf51NVMC *s, Nrf51Clock *clock, Nrf51StallFunc *stall,
                        void *opaque)
{
    s->clock = clock;
    s->stall = stall;
    s->stall_opaque = opaque;
}

void nrf51_nvmc_program(Nrf51NVMC *s, const struct bw_image *image)
{
    bw_image_program(image, s->flash.bytes, s->uicr.bytes);
    memory_region_flush_rom_device(&s->flash.mr, 0, s->flash.size);
    memory_region_flush_rom_device(&s->uicr.mr, 0, s->uicr.size);
    nrf51_flash_store_sync(&s->store);
    trace_bw_nrf51_nvmc_program(path_of(s), image->bytes);
}

/* The device */

static bool add_memory(Nrf51NVMC *s, Nrf51Flash *f, const char *name,
                       uint32_t size, uint32_t file_offset, Error **errp)
{
    f->nvmc = s;
    f->size = size;
    f->file_offset = file_offset;
    if (!memory_region_init_rom_device(&f->mr, OBJECT(s), &flash_ops, f, name,
                                       size, errp)) {
        return false;
    }
    f->bytes = memory_region_get_ram_ptr(&f->mr);
    memset(f->bytes, ERASED, size);
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &f->mr);
    return true;
}

static uint64_t default_id(void)
{
    return qemu_uuid_set ? ldq_be_p(qemu_uuid.data) ^
                               ldq_be_p(qemu_uuid.data + 8)
                         : DEFAULT_ID;
}

static void nrf51_nvmc_realize(DeviceState *dev, Error **errp)
{
    Nrf51NVMC *s = NRF51_NVMC(dev);

    if (s->flash_size == 0 || s->flash_size > BW_IMAGE_FLASH_MAX ||
        s->flash_size % PAGE_BYTES) {
        error_setg(errp, "flash-size %" PRIu32 " is not a multiple of %d, up "
                   "to %d", s->flash_size, PAGE_BYTES, BW_IMAGE_FLASH_MAX);
        return;
    }
    nrf51_ficr_fill(s->ficr, s->flash_size, s->sram_size,
                    s->device_id ? s->device_id : default_id());
    memory_region_init_io(&s->ficr_mr, OBJECT(s), &ficr_ops, s, "nrf51.ficr",
                          sizeof(s->ficr));
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->ficr_mr);
    if (!add_memory(s, &s->uicr, "nrf51.uicr", BW_IMAGE_UICR_SIZE,
                    s->flash_size, errp) ||
        !add_memory(s, &s->flash, "nrf51.flash", s->flash_size, 0, errp)) {
        return;
    }
    if (s->path) {
        nrf51_flash_store_open(&s->store, s->path, s->flash.bytes,
                               s->flash_size, s->uicr.bytes, errp);
    }
}

static void nrf51_nvmc_unrealize(DeviceState *dev)
{
    nrf51_flash_store_close(&NRF51_NVMC(dev)->store);
}

static void nrf51_nvmc_init(Object *obj)
{
    Nrf51NVMC *s = NRF51_NVMC(obj);

    timer_init_ns(&s->done, QEMU_CLOCK_VIRTUAL, operation_done, s);
    s->store.file.fd = -1;
}

static void nrf51_nvmc_finalize(Object *obj)
{
    timer_del(&NRF51_NVMC(obj)->done);
}

static int post_load(void *opaque, int version_id)
{
    nrf51_flash_store_sync(&NRF51_NVMC(opaque)->store);
    return 0;
}

static const VMStateDescription vmstate_nrf51_nvmc = {
    .name = TYPE_NRF51_NVMC,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51NVMC),
        VMSTATE_INT64(busy_until, Nrf51NVMC),
        VMSTATE_TIMER(done, Nrf51NVMC),
        VMSTATE_BOOL(stalled, Nrf51NVMC),
        VMSTATE_UINT32(region0_size, Nrf51NVMC),
        VMSTATE_UINT32_ARRAY(ficr, Nrf51NVMC, NRF51_FICR_WORDS),
        VMSTATE_END_OF_LIST()
    }
};

static const Property nrf51_nvmc_properties[] = {
    DEFINE_PROP_UINT32("flash-size", Nrf51NVMC, flash_size,
                       BW_IMAGE_FLASH_MAX),
    DEFINE_PROP_UINT32("sram-size", Nrf51NVMC, sram_size, 16 * KiB),
    DEFINE_PROP_UINT64("device-id", Nrf51NVMC, device_id, 0),
    DEFINE_PROP_STRING("file", Nrf51NVMC, path),
};

static void nrf51_nvmc_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 NVMC, flash, UICR and FICR";
    dc->realize = nrf51_nvmc_realize;
    dc->unrealize = nrf51_nvmc_unrealize;
    dc->vmsd = &vmstate_nrf51_nvmc;
    device_class_set_props(dc, nrf51_nvmc_properties);
    pc->info = &nvmc_info;
    pc->read = nrf51_nvmc_read;
    pc->write = nrf51_nvmc_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_nvmc_types[] = {
    {
        .name = TYPE_NRF51_NVMC,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51NVMC),
        .instance_init = nrf51_nvmc_init,
        .instance_finalize = nrf51_nvmc_finalize,
        .class_init = nrf51_nvmc_class_init,
    },
};
DEFINE_TYPES(nrf51_nvmc_types)
