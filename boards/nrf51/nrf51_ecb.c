/*
 * nRF51 AES electronic codebook encryption (ECB)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "AES Electronic
 * Codebook mode encryption (ECB)"; Nordic's nrf51.svd for the registers and
 * for what the tasks do while a block is under way; FIPS 197 for AES-128.
 *
 * ECBDATAPTR points to 48 bytes in RAM: key, clear text, cipher text, each 16
 * bytes, the most significant one first.  STARTECB reads the first two, and a
 * block time later the third is written and ENDECB comes.
 *
 * Where the sources are silent:
 *  - key and clear text are read at once at STARTECB;
 *  - a block takes 10 us;
 *  - STARTECB while a block is under way raises ERRORECB and leaves that
 *    block alone; STOPECB raises ERRORECB if there is a block to stop, and
 *    nothing is written then;
 *  - DMA reaches the data RAM only.  If the 48 bytes are not all there (on the
 *    chip, a hard fault or spoiled RAM), ERRORECB comes after the block time
 *    and nothing is written;
 *  - ECBDATAPTR may have any alignment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "crypto/aes.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_ecb.h"
#include "hw/benchwire/trace.h"

/* clang-format off */
REG32(STARTECB,   0x000)
REG32(STOPECB,    0x004)
REG32(ENDECB,     0x100)
REG32(ERRORECB,   0x104)
REG32(ECBDATAPTR, 0x504)
/* clang-format on */

#define BLOCK_NS (10 * SCALE_US)
#define KEY_BITS 128

/* The data in RAM: three blocks */
#define DATA_SIZE   (3 * NRF51_AES_BLOCK)
#define DATA_CLEAR  NRF51_AES_BLOCK
#define DATA_CIPHER (2 * NRF51_AES_BLOCK)

enum { EV_ENDECB, EV_ERRORECB };
enum { REG_ECBDATAPTR };

/* Encrypt the data at s->data; false if they are not in RAM. */
static bool encrypt(Nrf51ECB *s)
{
    uint8_t in[DATA_CIPHER]; /* key, clear text */
    AES_KEY key;

    if (!address_space_access_valid(s->ram, s->data, DATA_SIZE, true,
                                    MEMTXATTRS_UNSPECIFIED) ||
        address_space_read(s->ram, s->data, MEMTXATTRS_UNSPECIFIED, in,
                           sizeof(in)) != MEMTX_OK) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: the %u bytes at ECBDATAPTR 0x%08x are not in RAM\n",
                      DEVICE(s)->canonical_path, DATA_SIZE, s->data);
        return false;
    }
    AES_set_encrypt_key(in, KEY_BITS, &key);
    AES_encrypt(in + DATA_CLEAR, s->cipher, &key);
    return true;
}

static void block_done(void *opaque)
{
    Nrf51ECB *s = opaque;

    trace_bw_nrf51_ecb_block(DEVICE(s)->canonical_path, s->data,
                             s->failed ? "failed" : "done");
    if (!s->failed) {
        address_space_write(s->ram, (hwaddr)s->data + DATA_CIPHER,
                            MEMTXATTRS_UNSPECIFIED, s->cipher,
                            sizeof(s->cipher));
    }
    nrf_event(NRF_PERIPHERAL(s), s->failed ? EV_ERRORECB : EV_ENDECB);
}

void nrf51_ecb_yield(Nrf51ECB *s)
{
    if (timer_pending(&s->block)) {
        timer_del(&s->block);
        nrf_event(NRF_PERIPHERAL(s), EV_ERRORECB);
    }
}

static void task_startecb(NrfPeripheral *p, unsigned unused)
{
    Nrf51ECB *s = NRF51_ECB(p);

    if (timer_pending(&s->block)) {
        nrf_event(p, EV_ERRORECB);
        return;
    }
    s->data = p->reg[REG_ECBDATAPTR];
    s->failed = !encrypt(s);
    timer_mod(&s->block, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + BLOCK_NS);
}

static void task_stopecb(NrfPeripheral *p, unsigned unused)
{
    nrf51_ecb_yield(NRF51_ECB(p));
}

static void silence(NrfPeripheral *p)
{
    timer_del(&NRF51_ECB(p)->block);
}

void nrf51_ecb_connect(Nrf51ECB *s, AddressSpace *ram)
{
    s->ram = ram;
}

static const NrfTask ecb_tasks[] = {
    { A_STARTECB, "STARTECB", task_startecb },
    { A_STOPECB, "STOPECB", task_stopecb },
};

static const NrfEvent ecb_events[] = {
    [EV_ENDECB]   = { A_ENDECB,   "ENDECB",   0 },
    [EV_ERRORECB] = { A_ERRORECB, "ERRORECB", 1 },
};

static const NrfRegister ecb_registers[] = {
    [REG_ECBDATAPTR] = { A_ECBDATAPTR, "ECBDATAPTR", 0, UINT32_MAX },
};

static const NrfPeripheralInfo ecb_info = {
    .tasks = ecb_tasks,
    .num_tasks = ARRAY_SIZE(ecb_tasks),
    .events = ecb_events,
    .num_events = ARRAY_SIZE(ecb_events),
    .registers = ecb_registers,
    .num_registers = ARRAY_SIZE(ecb_registers),
};

static void nrf51_ecb_init(Object *obj)
{
    Nrf51ECB *s = NRF51_ECB(obj);

    timer_init_ns(&s->block, QEMU_CLOCK_VIRTUAL, block_done, s);
}

static void nrf51_ecb_finalize(Object *obj)
{
    timer_del(&NRF51_ECB(obj)->block);
}

static void nrf51_ecb_realize(DeviceState *dev, Error **errp)
{
    assert(NRF51_ECB(dev)->ram); /* the SoC connects it first */
}

static const VMStateDescription vmstate_nrf51_ecb = {
    .name = TYPE_NRF51_ECB,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51ECB),
        VMSTATE_TIMER(block, Nrf51ECB),
        VMSTATE_UINT32(data, Nrf51ECB),
        VMSTATE_BOOL(failed, Nrf51ECB),
        VMSTATE_UINT8_ARRAY(cipher, Nrf51ECB, NRF51_AES_BLOCK),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_ecb_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 AES ECB";
    dc->realize = nrf51_ecb_realize;
    dc->vmsd = &vmstate_nrf51_ecb;
    pc->info = &ecb_info;
    pc->silence = silence;
}

static const TypeInfo nrf51_ecb_types[] = {
    {
        .name = TYPE_NRF51_ECB,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51ECB),
        .instance_init = nrf51_ecb_init,
        .instance_finalize = nrf51_ecb_finalize,
        .class_init = nrf51_ecb_class_init,
    },
};
DEFINE_TYPES(nrf51_ecb_types)
