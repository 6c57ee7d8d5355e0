/*
 * nRF51 AES-CCM (CCM) and accelerated address resolver (AAR)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapters "AES CCM mode
 * encryption (CCM)" and "Accelerated address resolver (AAR)"; Nordic's
 * nrf51.svd for the registers; Bluetooth Core Specification 4.0, volume 6
 * part B (packet encryption) and volume 3 part H (hash of an address); IETF
 * RFC 3610.
 *
 * ENABLE decides which of the two the registers and tasks belong to: 2 CCM,
 * 3 AAR; otherwise tasks do nothing.
 *
 * CCM: KSGEN takes the configuration at CNFPTR (key, packet counter,
 * direction, IV), CRYPT then encrypts or decrypts one packet from INPTR to
 * OUTPTR: three bytes (header, length, unused) and the payload, with 4 bytes
 * of MIC in the encrypted form.  A packet without payload is copied as it is.
 *
 * AAR: the 6 bytes at ADDRPTR + 3, where an advertising packet has them, are
 * compared with the hashes made of the NIRK keys at IRKPTR.
 *
 * Where the sources are silent:
 *  - KSGEN takes 50 us; encryption 1 us for each byte; decryption follows a
 *    packet on the air, so it ends 48 us and 8 us for each byte of payload
 *    after CRYPT; AAR takes 1 us and 6 us for each key it looks at;
 *  - RAM is read at KSGEN (configuration), CRYPT (header, for the time) and
 *    at the end (all else), where also the output is written;
 *  - CRYPT without a key stream, lengths that BLE 4.0 does not have, and
 *    addresses outside of the data RAM raise ERROR (AAR: NOTRESOLVED);
 *  - tasks while a step is under way do nothing, except STOP, which ends it
 *    without an event;
 *  - the key stream stays inside: SCRATCHPTR is kept and not used.
 *
 * Partial: ECB gives way to both, but can also start while they work.
 *
 * Not modelled: that a faster radio (2 Mbit/s) makes packets come faster.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "crypto/aes.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_ccm_aar.h"

/* clang-format off */
REG32(KSGEN,      0x000)            /* AAR: START */
REG32(CRYPT,      0x004)
REG32(STOP,       0x008)            /* both */
REG32(ENDKSGEN,   0x100)            /* AAR: END */
REG32(ENDCRYPT,   0x104)            /* AAR: RESOLVED */
REG32(ERROR,      0x108)            /* AAR: NOTRESOLVED */
REG32(STATUS,     0x400)            /* MIC right; AAR: which key */
REG32(ENABLE,     0x500)
    FIELD(ENABLE, FUNCTION, 0, 2)
REG32(MODE,       0x504)            /* AAR: NIRK, the number of keys */
    FIELD(MODE, DECRYPT, 0, 1)
    FIELD(MODE, NIRK, 0, 5)
REG32(CNFPTR,     0x508)            /* AAR: IRKPTR */
REG32(INPTR,      0x50C)
REG32(OUTPTR,     0x510)            /* AAR: ADDRPTR */
REG32(SCRATCHPTR, 0x514)
/* clang-format on */

#define FUNCTION_CCM 2
#define FUNCTION_AAR 3

#define KSGEN_NS        (50 * SCALE_US)
#define ENCRYPT_BYTE_NS (1 * SCALE_US)
#define AIR_BYTE_NS     (8 * SCALE_US)
#define AIR_EXTRA_BYTES 6 /* header 2, CRC 3, and one to spare */
#define RESOLVE_NS      (1 * SCALE_US)
#define RESOLVE_KEY_NS  (6 * SCALE_US)
#define KEY_BITS        128

/* The configuration of CCM in RAM */
#define CNF_COUNTER   16 /* 39 bits in 5 bytes */
#define CNF_DIRECTION 24
#define CNF_IV        25
#define IV_SIZE       8

/* A packet in RAM */
#define PACKET_LENGTH  1
#define PACKET_PAYLOAD 3
#define MAX_PAYLOAD    27
#define MIC_SIZE       4
#define PACKET_SIZE    (PACKET_PAYLOAD + MAX_PAYLOAD + MIC_SIZE)
#define HEADER_BITS    0xe3 /* of the header that the MIC covers */

/* An address in RAM, after three bytes of packet */
#define ADDRESS_OFFSET 3
#define HASH_SIZE      3
#define ADDRESS_SIZE   6

enum { IDLE, GENERATING, CRYPTING, RESOLVING };
enum { TASK_KSGEN, TASK_CRYPT, TASK_STOP };
enum { EV_ENDKSGEN, EV_ENDCRYPT, EV_ERROR };
enum { EV_END, EV_RESOLVED, EV_NOTRESOLVED };
enum {
    REG_STATUS,
    REG_ENABLE,
    REG_MODE,
    REG_CNFPTR,
    REG_INPTR,
    REG_OUTPTR,
    REG_SCRATCHPTR,
};

static uint32_t *reg_of(Nrf51CcmAar *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

/* RAM; false, and logged, if it is not all there */

static bool in_ram(Nrf51CcmAar *s, uint64_t addr, unsigned len)
{
    if (address_space_access_valid(s->ram, addr, len, true,
                                   MEMTXATTRS_UNSPECIFIED)) {
        return true;
    }
    qemu_log_mask(LOG_GUEST_ERROR,
                  "%s: %u bytes at 0x%08" PRIx64 " are not in RAM\n",
                  DEVICE(s)->canonical_path, len, addr);
    return false;
}

static bool get(Nrf51CcmAar *s, uint64_t addr, uint8_t *data, unsigned len)
{
    return in_ram(s, addr, len) &&
           address_space_read(s->ram, addr, MEMTXATTRS_UNSPECIFIED, data,
                              len) == MEMTX_OK;
}

static bool put(Nrf51CcmAar *s, uint64_t addr, const uint8_t *data,
                unsigned len)
{
    return in_ram(s, addr, len) &&
           address_space_write(s->ram, addr, MEMTXATTRS_UNSPECIFIED, data,
                               len) == MEMTX_OK;
}

static void begin(Nrf51CcmAar *s, uint8_t state, int64_t ns)
{
    nrf51_ecb_yield(s->ecb);
    s->state = state;
    timer_mod(&s->step, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + ns);
}

/* CCM */

/* @block: @flags, the nonce of 13 bytes, @last in 2 bytes */
static void make_block(const uint8_t *config, uint8_t *block, uint8_t flags,
                       uint8_t last)
{
    block[0] = flags;
    memcpy(block + 1, config + CNF_COUNTER, 5);
    block[5] = (block[5] & 0x7f) | (config[CNF_DIRECTION] & 1) << 7;
    memcpy(block + 6, config + CNF_IV, IV_SIZE);
    block[14] = 0;
    block[15] = last;
}

static void mix(uint8_t *to, const uint8_t *from, unsigned len)
{
    unsigned i;

    for (i = 0; i < len; i++) {
        to[i] ^= from[i];
    }
}

/* The MIC of @len bytes of clear text, encrypted as it is sent */
static void make_mic(const uint8_t *config, const AES_KEY *key,
                     uint8_t header, const uint8_t *clear, unsigned len,
                     uint8_t *mic)
{
    uint8_t sum[NRF51_AES_BLOCK], block[NRF51_AES_BLOCK];
    const uint8_t about[] = { 0, 1, header & HEADER_BITS };
    unsigned i;

    make_block(config, block, 0x49, len);
    AES_encrypt(block, sum, key);
    mix(sum, about, sizeof(about));
    AES_encrypt(sum, sum, key);
    for (i = 0; i < len; i += sizeof(sum)) {
        mix(sum, clear + i, MIN(len - i, sizeof(sum)));
        AES_encrypt(sum, sum, key);
    }
    make_block(config, block, 0x01, 0);
    AES_encrypt(block, block, key);
    mix(sum, block, MIC_SIZE);
    memcpy(mic, sum, MIC_SIZE);
}

static void apply_stream(const uint8_t *config, const AES_KEY *key,
                         uint8_t *payload, unsigned len)
{
    uint8_t block[NRF51_AES_BLOCK];
    unsigned i;

    for (i = 0; i < len; i += sizeof(block)) {
        make_block(config, block, 0x01, 1 + i / sizeof(block));
        AES_encrypt(block, block, key);
        mix(payload + i, block, MIN(len - i, sizeof(block)));
    }
}

/* In place; the length was checked. */
static void encrypt_packet(const uint8_t *config, uint8_t *packet)
{
    uint8_t *payload = packet + PACKET_PAYLOAD;
    unsigned len = packet[PACKET_LENGTH];
    AES_KEY key;

    AES_set_encrypt_key(config, KEY_BITS, &key);
    make_mic(config, &key, packet[0], payload, len, payload + len);
    apply_stream(config, &key, payload, len);
    packet[PACKET_LENGTH] += MIC_SIZE;
}

/* Returns: whether the MIC was right. */
static bool decrypt_packet(const uint8_t *config, uint8_t *packet)
{
    uint8_t *payload = packet + PACKET_PAYLOAD;
    unsigned len = packet[PACKET_LENGTH] - MIC_SIZE;
    uint8_t mic[MIC_SIZE];
    AES_KEY key;

    AES_set_encrypt_key(config, KEY_BITS, &key);
    apply_stream(config, &key, payload, len);
    make_mic(config, &key, packet[0], payload, len, mic);
    packet[PACKET_LENGTH] = len;
    return memcmp(mic, payload + len, MIC_SIZE) == 0;
}

static bool decrypts(Nrf51CcmAar *s)
{
    return FIELD_EX32(reg_of(s)[REG_MODE], MODE, DECRYPT);
}

static bool length_is_valid(Nrf51CcmAar *s, unsigned len)
{
    if (decrypts(s)) {
        return len == 0 ||
               (len > MIC_SIZE && len <= MAX_PAYLOAD + MIC_SIZE);
    }
    return len <= MAX_PAYLOAD;
}

/* The packet is there: encrypt or decrypt it; false if that is impossible. */
static bool process_packet(Nrf51CcmAar *s)
{
    uint8_t packet[PACKET_SIZE];
    uint64_t in = reg_of(s)[REG_INPTR];
    bool mic_right = true;
    unsigned len;

    if (!get(s, in, packet, PACKET_PAYLOAD)) {
        return false;
    }
    len = packet[PACKET_LENGTH];
    if (!length_is_valid(s, len) ||
        (len && !get(s, in + PACKET_PAYLOAD, packet + PACKET_PAYLOAD, len))) {
        return false;
    }
    if (len && decrypts(s)) {
        mic_right = decrypt_packet(s->config, packet);
    } else if (len) {
        encrypt_packet(s->config, packet);
    }
    reg_of(s)[REG_STATUS] = decrypts(s) && mic_right;
    return put(s, reg_of(s)[REG_OUTPTR], packet,
               PACKET_PAYLOAD + packet[PACKET_LENGTH]);
}

static int64_t crypt_time_ns(Nrf51CcmAar *s, unsigned len)
{
    if (decrypts(s)) {
        return (AIR_EXTRA_BYTES + len) * (int64_t)AIR_BYTE_NS;
    }
    return (PACKET_PAYLOAD + len) * (int64_t)ENCRYPT_BYTE_NS;
}

static void task_crypt(NrfPeripheral *p, unsigned unused)
{
    Nrf51CcmAar *s = NRF51_CCM_AAR(p);
    uint8_t header[PACKET_PAYLOAD];

    if (p->reg[REG_ENABLE] != FUNCTION_CCM || s->state != IDLE) {
        return;
    }
    if (!s->has_stream ||
        !get(s, p->reg[REG_INPTR], header, sizeof(header))) {
        nrf_event(p, EV_ERROR);
        return;
    }
    s->has_stream = false;
    begin(s, CRYPTING, crypt_time_ns(s, header[PACKET_LENGTH]));
}

/* AAR */

static bool key_fits(const uint8_t *irk, const uint8_t *address)
{
    uint8_t block[NRF51_AES_BLOCK] = { 0 };
    AES_KEY key;
    unsigned i;

    /* the least significant byte is the first in the address, the last here */
    for (i = 0; i < HASH_SIZE; i++) {
        block[NRF51_AES_BLOCK - 1 - i] = address[HASH_SIZE + i];
    }
    AES_set_encrypt_key(irk, KEY_BITS, &key);
    AES_encrypt(block, block, &key);
    for (i = 0; i < HASH_SIZE; i++) {
        if (block[NRF51_AES_BLOCK - 1 - i] != address[i]) {
            return false;
        }
    }
    return true;
}

/* Returns: the number of the key that fits; NIRK if none does. */
static unsigned resolve(Nrf51CcmAar *s)
{
    const uint32_t *reg = reg_of(s);
    unsigned count = FIELD_EX32(reg[REG_MODE], MODE, NIRK);
    uint8_t address[ADDRESS_SIZE], irk[NRF51_AES_BLOCK];
    unsigned i;

    if (!get(s, (uint64_t)reg[REG_OUTPTR] + ADDRESS_OFFSET, address,
             sizeof(address))) {
        return count;
    }
    for (i = 0; i < count; i++) {
        uint64_t addr = (uint64_t)reg[REG_CNFPTR] + i * sizeof(irk);

        if (!get(s, addr, irk, sizeof(irk))) {
            return count;
        }
        if (key_fits(irk, address)) {
            return i;
        }
    }
    return count;
}

static void resolved(Nrf51CcmAar *s)
{
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    unsigned key = resolve(s);
    bool found = key < FIELD_EX32(p->reg[REG_MODE], MODE, NIRK);

    if (found) {
        p->reg[REG_STATUS] = key & 0xf;
    }
    nrf_event(p, EV_END);
    nrf_event(p, found ? EV_RESOLVED : EV_NOTRESOLVED);
}

/* Both */

static void step_over(void *opaque)
{
    Nrf51CcmAar *s = opaque;
    NrfPeripheral *p = NRF_PERIPHERAL(s);
    uint8_t state = s->state;

    s->state = IDLE;
    switch (state) {
    case GENERATING:
        s->has_stream = true;
        nrf_event(p, EV_ENDKSGEN);
        break;
    case CRYPTING:
        nrf_event(p, process_packet(s) ? EV_ENDCRYPT : EV_ERROR);
        break;
    case RESOLVING:
        resolved(s);
        break;
    }
}

static void task_ksgen_or_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51CcmAar *s = NRF51_CCM_AAR(p);

    if (s->state != IDLE) {
        return;
    }
    if (p->reg[REG_ENABLE] == FUNCTION_AAR) {
        unsigned key = resolve(s);
        unsigned count = FIELD_EX32(p->reg[REG_MODE], MODE, NIRK);

        begin(s, RESOLVING,
              RESOLVE_NS + MIN(key + 1, count) * (int64_t)RESOLVE_KEY_NS);
    } else if (p->reg[REG_ENABLE] == FUNCTION_CCM) {
        s->has_stream = false;
        if (get(s, p->reg[REG_CNFPTR], s->config, sizeof(s->config))) {
            begin(s, GENERATING, KSGEN_NS);
        } else {
            nrf_event(p, EV_ERROR);
        }
    }
}

static void silence(NrfPeripheral *p)
{
    Nrf51CcmAar *s = NRF51_CCM_AAR(p);

    timer_del(&s->step);
    s->state = IDLE;
    s->has_stream = false;
}

static void task_stop(NrfPeripheral *p, unsigned unused)
{
    silence(p);
}

static void nrf51_ccm_aar_write(NrfPeripheral *p, unsigned reg,
                                uint32_t value)
{
    if (reg == REG_ENABLE && value != p->reg[REG_ENABLE]) {
        silence(p);
    }
    p->reg[reg] = value;
}

void nrf51_ccm_aar_connect(Nrf51CcmAar *s, AddressSpace *ram, Nrf51ECB *ecb)
{
    s->ram = ram;
    s->ecb = ecb;
}

static const NrfTask ccm_aar_tasks[] = {
    [TASK_KSGEN] = { A_KSGEN, "KSGEN/START", task_ksgen_or_start },
    [TASK_CRYPT] = { A_CRYPT, "CRYPT",       task_crypt },
    [TASK_STOP]  = { A_STOP,  "STOP",        task_stop },
};

static const NrfEvent ccm_aar_events[] = {
    [EV_ENDKSGEN] = { A_ENDKSGEN, "ENDKSGEN/END",      0 },
    [EV_ENDCRYPT] = { A_ENDCRYPT, "ENDCRYPT/RESOLVED", 1 },
    [EV_ERROR]    = { A_ERROR,    "ERROR/NOTRESOLVED", 2 },
};

static const NrfShort ccm_aar_shorts[] = {
    { 0, EV_ENDKSGEN, TASK_CRYPT },
};

static const NrfRegister ccm_aar_registers[] = {
    [REG_STATUS] = { A_STATUS, "MICSTATUS/STATUS", 0, 0, NRF_RO },
    [REG_ENABLE] = { A_ENABLE, "ENABLE", 0, R_ENABLE_FUNCTION_MASK },
    [REG_MODE] = { A_MODE, "MODE/NIRK", 1, R_MODE_NIRK_MASK },
    [REG_CNFPTR] = { A_CNFPTR, "CNFPTR/IRKPTR", 0, UINT32_MAX },
    [REG_INPTR] = { A_INPTR, "INPTR", 0, UINT32_MAX },
    [REG_OUTPTR] = { A_OUTPTR, "OUTPTR/ADDRPTR", 0, UINT32_MAX },
    [REG_SCRATCHPTR] = { A_SCRATCHPTR, "SCRATCHPTR", 0, UINT32_MAX },
};

static const NrfPeripheralInfo ccm_aar_info = {
    .tasks = ccm_aar_tasks,
    .num_tasks = ARRAY_SIZE(ccm_aar_tasks),
    .events = ccm_aar_events,
    .num_events = ARRAY_SIZE(ccm_aar_events),
    .shorts = ccm_aar_shorts,
    .num_shorts = ARRAY_SIZE(ccm_aar_shorts),
    .registers = ccm_aar_registers,
    .num_registers = ARRAY_SIZE(ccm_aar_registers),
};

static void nrf51_ccm_aar_init(Object *obj)
{
    Nrf51CcmAar *s = NRF51_CCM_AAR(obj);

    timer_init_ns(&s->step, QEMU_CLOCK_VIRTUAL, step_over, s);
}

static void nrf51_ccm_aar_finalize(Object *obj)
{
    timer_del(&NRF51_CCM_AAR(obj)->step);
}

static void nrf51_ccm_aar_realize(DeviceState *dev, Error **errp)
{
    Nrf51CcmAar *s = NRF51_CCM_AAR(dev);

    assert(s->ram && s->ecb); /* the SoC connects it first */
}

static const VMStateDescription vmstate_nrf51_ccm_aar = {
    .name = TYPE_NRF51_CCM_AAR,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_NRF_PERIPHERAL(parent_obj, Nrf51CcmAar),
        VMSTATE_TIMER(step, Nrf51CcmAar),
        VMSTATE_UINT8(state, Nrf51CcmAar),
        VMSTATE_BOOL(has_stream, Nrf51CcmAar),
        VMSTATE_UINT8_ARRAY(config, Nrf51CcmAar, NRF51_CCM_CONFIG),
        VMSTATE_END_OF_LIST()
    }
};

static void nrf51_ccm_aar_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    NrfPeripheralClass *pc = NRF_PERIPHERAL_CLASS(klass);

    dc->desc = "nRF51 CCM and AAR";
    dc->realize = nrf51_ccm_aar_realize;
    dc->vmsd = &vmstate_nrf51_ccm_aar;
    pc->info = &ccm_aar_info;
    pc->write = nrf51_ccm_aar_write;
    pc->silence = silence;
}

static const TypeInfo nrf51_ccm_aar_types[] = {
    {
        .name = TYPE_NRF51_CCM_AAR,
        .parent = TYPE_NRF_PERIPHERAL,
        .instance_size = sizeof(Nrf51CcmAar),
        .instance_init = nrf51_ccm_aar_init,
        .instance_finalize = nrf51_ccm_aar_finalize,
        .class_init = nrf51_ccm_aar_class_init,
    },
};
DEFINE_TYPES(nrf51_ccm_aar_types)
