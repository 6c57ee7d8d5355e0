/*
 * nRF51 RADIO: a packet on its way from the air into RAM
 *
 * Sources: as in nrf51_radio.c.  The whole packet is taken apart when it
 * begins; its bytes are written to RAM as far as they have come, which others
 * rely on who look at a packet before its end (AAR at BCMATCH).
 *
 * The sensitivity is that of the nRF51822 Product Specification v3.1, section
 * "Radio": a packet that is weaker is not received, one that is not comes
 * without an error.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio_regs.h"
#include "hw/benchwire/trace.h"

#define DEVICE_ADDRESS_LEN  6    /* bytes */
#define DEVICE_ADDRESS_BITS 48
#define S0_TXADD            BIT(6)
#define GARBLE              0xa5

/* dBm, by MODE */
static const int8_t sensitivity[] = { -90, -85, -96, -93 };

static const uint32_t *reg_of(Nrf51Radio *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static bool is_in_reach(Nrf51Radio *s, const Nrf51RadioSignal *signal)
{
    return signal->frequency_mhz == s->frequency_mhz &&
           signal->mode == s->mode &&
           nrf51_radio_air_power(s, signal->power_dbm) >= sensitivity[s->mode];
}

/* Whether the device address match unit is on */
static bool wants_device(Nrf51Radio *s)
{
    const struct bw_radio_layout *at = &s->rx.packet.at;

    return s->mode == RADIO_MODE_BLE && (reg_of(s)[REG_DACNF] & 0xff) &&
           at->payload_end - at->header_end >= DEVICE_ADDRESS_BITS;
}

static void set_alarms(Nrf51Radio *s)
{
    const struct bw_radio_layout *at = &s->rx.packet.at;
    int64_t bit_ns = nrf51_radio_bit_ns(s->mode);
    int64_t start = s->rx.start;

    nrf51_radio_set_alarm(s, ALARM_ADDRESS, start + at->address_end * bit_ns);
    nrf51_radio_set_alarm(s, ALARM_PAYLOAD, start + at->payload_end * bit_ns);
    nrf51_radio_set_alarm(s, ALARM_END, start + at->end * bit_ns);
    if (wants_device(s)) {
        nrf51_radio_set_alarm(s, ALARM_DEVICE,
                              start + (at->header_end + DEVICE_ADDRESS_BITS) *
                              bit_ns);
    }
}

bool nrf51_radio_hear(Nrf51Radio *s, const Nrf51RadioSignal *signal)
{
    struct bw_radio_address addresses[BW_RADIO_ADDRESSES];
    struct bw_radio_format format;
    uint16_t address_end;
    int match;

    if (s->state != RADIO_RX || s->rx.active || !is_in_reach(s, signal)) {
        return false;
    }
    format = nrf51_radio_format(s);
    nrf51_radio_addresses(s, addresses);
    match = bw_radio_find(&format, addresses, reg_of(s)[REG_RXADDRESSES],
                          &signal->packet, &address_end);
    if (match < 0) {
        return false;
    }
    s->rx = (Nrf51RadioReception){
        .active = true,
        .station = signal->station,
        .sequence = signal->sequence,
        .start = signal->start,
        .pointer = s->rx.pointer,
        .match = match,
    };
    bw_radio_disassemble(&format, &signal->packet, address_end,
                         &s->rx.packet);
    if (signal->garbled) {
        nrf51_radio_garble(s);
    }
    set_alarms(s);
    return true;
}

void nrf51_radio_garble(Nrf51Radio *s)
{
    unsigned i;

    nrf51_radio_store(s, nrf_time());
    for (i = s->rx.stored; i < s->rx.packet.ram_len; i++) {
        s->rx.packet.ram[i] ^= GARBLE;
    }
    s->rx.packet.crc_ok = false;
    s->rx.garbled = true;
}

/* Bytes that are complete at bit @bit of the packet */
static unsigned bytes_by(const struct bw_radio_received *p, int64_t bit)
{
    if (bit < p->at.header_end) {
        return 0;
    }
    return MIN(p->header_len + (bit - p->at.header_end) / 8, p->ram_len);
}

void nrf51_radio_store(Nrf51Radio *s, int64_t now)
{
    Nrf51RadioReception *rx = &s->rx;
    unsigned len;

    if (!rx->active) {
        return;
    }
    len = bytes_by(&rx->packet,
                   (now - rx->start) / nrf51_radio_bit_ns(s->mode));
    if (len > rx->stored &&
        address_space_write(s->ram, (hwaddr)rx->pointer + rx->stored,
                            MEMTXATTRS_UNSPECIFIED,
                            rx->packet.ram + rx->stored,
                            len - rx->stored) != MEMTX_OK) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: a packet received at 0x%08x is not all in RAM\n",
                      DEVICE(s)->canonical_path, rx->pointer);
    }
    rx->stored = MAX(rx->stored, len);
}

bool nrf51_radio_device_matches(Nrf51Radio *s, unsigned *index)
{
    const struct bw_radio_received *p = &s->rx.packet;
    const uint8_t *address = p->ram + p->header_len;
    uint32_t cnf = reg_of(s)[REG_DACNF];
    bool txadd = p->header_len && (p->ram[0] & S0_TXADD);
    unsigned i;

    QEMU_BUILD_BUG_ON(DEVICE_ADDRESS_LEN * 8 != DEVICE_ADDRESS_BITS);
    for (i = 0; i < RADIO_DEVICES; i++) {
        if ((cnf & BIT(i)) && !!(cnf & BIT(8 + i)) == txadd &&
            reg_of(s)[REG_DAB + i] == ldl_le_p(address) &&
            reg_of(s)[REG_DAP + i] == lduw_le_p(address + 4)) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool reception_is_valid(void *opaque, int version_id)
{
    Nrf51RadioReception *rx = opaque;

    return rx->packet.ram_len <= BW_RADIO_MAX_RAM &&
           rx->stored <= rx->packet.ram_len &&
           rx->packet.header_len <= BW_RADIO_MAX_HEADER &&
           rx->packet.header_len <= rx->packet.ram_len;
}

const VMStateDescription vmstate_nrf51_radio_reception = {
    .name = TYPE_NRF51_RADIO "-reception",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(active, Nrf51RadioReception),
        VMSTATE_BOOL(garbled, Nrf51RadioReception),
        VMSTATE_UINT64(station, Nrf51RadioReception),
        VMSTATE_UINT32(sequence, Nrf51RadioReception),
        VMSTATE_INT64(start, Nrf51RadioReception),
        VMSTATE_UINT16(stored, Nrf51RadioReception),
        VMSTATE_UINT32(pointer, Nrf51RadioReception),
        VMSTATE_UINT8(match, Nrf51RadioReception),
        VMSTATE_UINT16(packet.at.address_end, Nrf51RadioReception),
        VMSTATE_UINT16(packet.at.header_end, Nrf51RadioReception),
        VMSTATE_UINT16(packet.at.payload_end, Nrf51RadioReception),
        VMSTATE_UINT16(packet.at.end, Nrf51RadioReception),
        VMSTATE_UINT8_ARRAY(packet.ram, Nrf51RadioReception, BW_RADIO_MAX_RAM),
        VMSTATE_UINT16(packet.ram_len, Nrf51RadioReception),
        VMSTATE_UINT8(packet.header_len, Nrf51RadioReception),
        VMSTATE_UINT32(packet.crc, Nrf51RadioReception),
        VMSTATE_BOOL(packet.crc_ok, Nrf51RadioReception),
        VMSTATE_VALIDATE("packet in bounds", reception_is_valid),
        VMSTATE_END_OF_LIST()
    }
};
