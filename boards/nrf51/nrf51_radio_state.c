/*
 * nRF51 RADIO: its states, what tasks do in them, and the clock of a packet
 *
 * Sources and choices: see nrf51_radio.c.  Everything that takes time is an
 * alarm of nrf51_radio_catch_up(); each happens at its own time, in order,
 * even if the host is late.  A task or an access lets what is due happen
 * first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio_regs.h"
#include "hw/benchwire/trace.h"

#define BASE_MHZ       2400
#define TX_RAMP_NS     (132 * SCALE_US)
#define RX_RAMP_NS     (130 * SCALE_US)
#define RX_DISABLE_NS  0
#define RSSI_PERIOD_NS 8800
#define NEVER          INT64_MAX
#define MAX_BURST      1000 /* alarms worked off at a time */

/* By MODE */
static const int64_t bit_ns[NRF51_RADIO_MODES] = { 1000, 500, 4000, 1000 };
static const int64_t tx_disable_ns[NRF51_RADIO_MODES] = {
    4000, 3000, 10000, 4000,
};

static uint32_t *reg_of(Nrf51Radio *s)
{
    return NRF_PERIPHERAL(s)->reg;
}

static const char *path_of(Nrf51Radio *s)
{
    return DEVICE(s)->canonical_path;
}

int64_t nrf51_radio_bit_ns(uint8_t mode)
{
    return bit_ns[mode % NRF51_RADIO_MODES];
}

static void set_state(Nrf51Radio *s, Nrf51RadioState state)
{
    trace_bw_nrf51_radio_state(path_of(s), state);
    s->state = state;
}

/* Alarms */

static Nrf51RadioAlarm next_alarm(Nrf51Radio *s)
{
    Nrf51RadioAlarm next = 0;
    Nrf51RadioAlarm i;

    for (i = 1; i < ALARM_COUNT; i++) {
        if (s->due[i] < s->due[next]) {
            next = i;
        }
    }
    return next;
}

static void rearm(Nrf51Radio *s)
{
    int64_t due = s->due[next_alarm(s)];

    if (due == NEVER) {
        timer_del(&s->timer);
    } else {
        timer_mod(&s->timer, due);
    }
}

void nrf51_radio_set_alarm(Nrf51Radio *s, Nrf51RadioAlarm alarm, int64_t ns)
{
    s->due[alarm] = ns;
    if (!s->busy) {
        rearm(s);
    }
}

static void clear_alarms(Nrf51Radio *s, Nrf51RadioAlarm first,
                         Nrf51RadioAlarm last)
{
    Nrf51RadioAlarm i;

    for (i = first; i <= last; i++) {
        nrf51_radio_set_alarm(s, i, NEVER);
    }
}

int64_t nrf51_radio_settle(Nrf51Radio *s)
{
    int64_t now = nrf_time();

    if (s->busy) {
        return now;
    }
    nrf51_radio_catch_up(s, now);
    return MAX(now, s->synced);
}

/* The bit counter */

void nrf51_radio_bcc_changed(Nrf51Radio *s, int64_t now)
{
    int64_t due = s->count_from +
                  reg_of(s)[REG_BCC] * nrf51_radio_bit_ns(s->mode);

    if (s->count_from == NRF51_RADIO_NOT_COUNTING || due <= now) {
        due = NEVER;
    }
    nrf51_radio_set_alarm(s, ALARM_BIT, due);
}

static void stop_counting(Nrf51Radio *s)
{
    s->count_from = NRF51_RADIO_NOT_COUNTING;
    nrf51_radio_set_alarm(s, ALARM_BIT, NEVER);
}

/* Packets */

struct bw_radio_format nrf51_radio_format(Nrf51Radio *s)
{
    const uint32_t *reg = reg_of(s);

    return (struct bw_radio_format){
        .lflen = FIELD_EX32(reg[REG_PCNF0], PCNF0, LFLEN),
        .s0len = FIELD_EX32(reg[REG_PCNF0], PCNF0, S0LEN),
        .s1len = FIELD_EX32(reg[REG_PCNF0], PCNF0, S1LEN),
        .maxlen = FIELD_EX32(reg[REG_PCNF1], PCNF1, MAXLEN),
        .statlen = FIELD_EX32(reg[REG_PCNF1], PCNF1, STATLEN),
        .balen = FIELD_EX32(reg[REG_PCNF1], PCNF1, BALEN),
        .big_endian = FIELD_EX32(reg[REG_PCNF1], PCNF1, ENDIAN),
        .whiten = FIELD_EX32(reg[REG_PCNF1], PCNF1, WHITEEN),
        .white_iv = s->white_iv,
        .crc_len = FIELD_EX32(reg[REG_CRCCNF], CRCCNF, LEN),
        .crc_skips_address = FIELD_EX32(reg[REG_CRCCNF], CRCCNF, SKIPADDR),
        .crc_poly = reg[REG_CRCPOLY],
        .crc_init = reg[REG_CRCINIT],
    };
}

void nrf51_radio_addresses(Nrf51Radio *s, struct bw_radio_address *addresses)
{
    const uint32_t *reg = reg_of(s);
    unsigned i;

    for (i = 0; i < BW_RADIO_ADDRESSES; i++) {
        addresses[i].base = reg[i ? REG_BASE1 : REG_BASE0];
        addresses[i].prefix =
            extract32(reg[REG_PREFIX0 + i / 4], 8 * (i % 4), 8);
    }
}

static void read_ram(Nrf51Radio *s, uint32_t offset, uint8_t *buf, size_t len)
{
    uint32_t pointer = reg_of(s)[REG_PACKETPTR];

    if (address_space_read(s->ram, (hwaddr)pointer + offset,
                           MEMTXATTRS_UNSPECIFIED, buf, len) != MEMTX_OK) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: the packet at PACKETPTR 0x%08x is not all in RAM\n",
                      path_of(s), pointer);
        memset(buf, 0, len);
    }
}

static void start_sending(Nrf51Radio *s, int64_t now)
{
    struct bw_radio_address addresses[BW_RADIO_ADDRESSES];
    struct bw_radio_format format = nrf51_radio_format(s);
    unsigned header_len = bw_radio_header_len(&format);
    int64_t per_bit = nrf51_radio_bit_ns(s->mode);
    uint8_t ram[BW_RADIO_MAX_RAM];
    struct bw_radio_layout at;
    struct bw_radio_air air;

    read_ram(s, 0, ram, header_len);
    read_ram(s, header_len, ram + header_len,
             bw_radio_payload_len(&format, ram));
    nrf51_radio_addresses(s, addresses);
    bw_radio_assemble(&format, &addresses[reg_of(s)[REG_TXADDRESS]], ram, &air,
                      &at);
    set_state(s, RADIO_TX);
    nrf51_radio_set_alarm(s, ALARM_ADDRESS, now + at.address_end * per_bit);
    nrf51_radio_set_alarm(s, ALARM_PAYLOAD, now + at.payload_end * per_bit);
    nrf51_radio_set_alarm(s, ALARM_END, now + at.end * per_bit);
    nrf51_radio_air_send(s, &air, now);
}

static void start_listening(Nrf51Radio *s, int64_t now)
{
    set_state(s, RADIO_RX);
    s->rx.active = false;
    s->rx.pointer = reg_of(s)[REG_PACKETPTR];
    nrf51_radio_air_listen(s, now);
}

/* What is under way ends at @now. */
static void abort_packet(Nrf51Radio *s, int64_t now)
{
    if (s->state == RADIO_TX) {
        nrf51_radio_air_cut(s, (now - s->sent_start) /
                               nrf51_radio_bit_ns(s->mode));
    }
    nrf51_radio_store(s, now);
    s->rx.active = false;
    s->after_address = false;
    clear_alarms(s, ALARM_ADDRESS, ALARM_END);
    stop_counting(s);
}

/* What happens at an alarm */

static void address_done(Nrf51Radio *s, int64_t now)
{
    s->after_address = true;
    if (s->rx.active) {
        reg_of(s)[REG_RXMATCH] = s->rx.match;
    }
    nrf_event(NRF_PERIPHERAL(s), EV_ADDRESS);
}

static void device_done(Nrf51Radio *s, int64_t now)
{
    unsigned index;

    nrf51_radio_store(s, now);
    if (nrf51_radio_device_matches(s, &index)) {
        reg_of(s)[REG_DAI] = index;
        nrf_event(NRF_PERIPHERAL(s), EV_DEVMATCH);
    } else {
        nrf_event(NRF_PERIPHERAL(s), EV_DEVMISS);
    }
}

static void bit_counted(Nrf51Radio *s, int64_t now)
{
    nrf51_radio_store(s, now);
    nrf_event(NRF_PERIPHERAL(s), EV_BCMATCH);
}

static void payload_done(Nrf51Radio *s, int64_t now)
{
    nrf51_radio_store(s, now);
    nrf_event(NRF_PERIPHERAL(s), EV_PAYLOAD);
}

static void packet_done(Nrf51Radio *s, int64_t now)
{
    nrf51_radio_store(s, now);
    if (s->rx.active) {
        reg_of(s)[REG_CRCSTATUS] =
            FIELD_DP32(0, CRCSTATUS, OK, s->rx.packet.crc_ok);
        reg_of(s)[REG_RXCRC] = s->rx.packet.crc;
        s->rx.active = false;
        trace_bw_nrf51_radio_received(path_of(s), s->rx.sequence,
                                      s->rx.packet.ram_len,
                                      s->rx.packet.crc_ok);
    }
    set_state(s, s->state == RADIO_TX ? RADIO_TXIDLE : RADIO_RXIDLE);
    s->after_address = false;
    s->last_end = now;
    nrf_event(NRF_PERIPHERAL(s), EV_END);
}

static void ramp_done(Nrf51Radio *s, int64_t now)
{
    switch (s->state) {
    case RADIO_TXRU:
        set_state(s, RADIO_TXIDLE);
        nrf_event(NRF_PERIPHERAL(s), EV_READY);
        break;
    case RADIO_RXRU:
        set_state(s, RADIO_RXIDLE);
        nrf_event(NRF_PERIPHERAL(s), EV_READY);
        break;
    default:
        set_state(s, RADIO_DISABLED);
        nrf_event(NRF_PERIPHERAL(s), EV_DISABLED);
        break;
    }
}

static void rssi_done(Nrf51Radio *s, int64_t now)
{
    int level = nrf51_radio_air_level(s, now);

    reg_of(s)[REG_RSSISAMPLE] =
        MIN(MAX(-level, 0), R_RSSISAMPLE_SAMPLE_MASK);
    nrf_event(NRF_PERIPHERAL(s), EV_RSSIEND);
}

static void (*const at_alarm[])(Nrf51Radio *s, int64_t now) = {
    [ALARM_ADDRESS] = address_done,
    [ALARM_DEVICE]  = device_done,
    [ALARM_BIT]     = bit_counted,
    [ALARM_PAYLOAD] = payload_done,
    [ALARM_END]     = packet_done,
    [ALARM_RAMP]    = ramp_done,
    [ALARM_RSSI]    = rssi_done,
    [ALARM_SIGNAL]  = nrf51_radio_air_begin,
};

void nrf51_radio_catch_up(Nrf51Radio *s, int64_t now)
{
    unsigned left = MAX_BURST;

    if (s->busy) {
        return;
    }
    s->busy = true;
    while (left--) {
        Nrf51RadioAlarm alarm = next_alarm(s);
        int64_t due = s->due[alarm];
        int64_t outer;

        if (due > now) {
            break;
        }
        s->due[alarm] = NEVER;
        s->synced = MAX(s->synced, due);
        outer = nrf_time_begin(due);
        at_alarm[alarm](s, due);
        nrf_time_end(outer);
    }
    s->busy = false;
    rearm(s);
}

void nrf51_radio_expired(void *opaque)
{
    nrf51_radio_catch_up(opaque, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

/* Tasks */

static void refuse(Nrf51Radio *s, const char *task)
{
    qemu_log_mask(LOG_GUEST_ERROR, "%s: %s in state %u does nothing\n",
                  path_of(s), task, s->state);
}

static void warn_of_setup(Nrf51Radio *s)
{
    if (!nrf51_clock_crystal_runs(s->clock)) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: enabled without the 16 MHz crystal; real ones do "
                      "not understand each other then\n", path_of(s));
    }
    if (reg_of(s)[REG_TEST]) {
        qemu_log_mask(LOG_UNIMP, "%s: TEST is not modelled\n", path_of(s));
    }
}

/* When a ramp that begins at @now is over; TIFS can hold it back. */
static int64_t ramp_end(Nrf51Radio *s, int64_t now, int64_t ramp_ns,
                        unsigned enabling_short)
{
    uint32_t needed = BIT(SHORT_END_DISABLE) | BIT(enabling_short);
    int64_t end = now + ramp_ns;

    if (s->last_end &&
        (NRF_PERIPHERAL(s)->shorts & needed) == needed) {
        end = MAX(end, s->last_end + reg_of(s)[REG_TIFS] * (int64_t)SCALE_US);
    }
    s->last_end = 0;
    return end;
}

static bool enable(Nrf51Radio *s, const char *task, Nrf51RadioState state)
{
    const uint32_t *reg = reg_of(s);

    if (s->state != RADIO_DISABLED) {
        refuse(s, task);
        return false;
    }
    warn_of_setup(s);
    s->mode = reg[REG_MODE];
    s->frequency_mhz = BASE_MHZ + reg[REG_FREQUENCY];
    s->power_dbm = (int8_t)reg[REG_TXPOWER];
    s->white_iv = reg[REG_DATAWHITEIV];
    set_state(s, state);
    return true;
}

void nrf51_radio_txen(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    if (enable(s, "TXEN", RADIO_TXRU)) {
        nrf51_radio_set_alarm(s, ALARM_RAMP,
                              ramp_end(s, now, TX_RAMP_NS,
                                       SHORT_DISABLED_TXEN));
    }
}

void nrf51_radio_rxen(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    if (enable(s, "RXEN", RADIO_RXRU)) {
        nrf51_radio_set_alarm(s, ALARM_RAMP,
                              ramp_end(s, now, RX_RAMP_NS,
                                       SHORT_DISABLED_RXEN));
    }
}

void nrf51_radio_start(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    switch (s->state) {
    case RADIO_TXIDLE:
        start_sending(s, now);
        break;
    case RADIO_RX:
        if (!s->after_address) {
            nrf51_radio_air_unhear(s);
        }
        abort_packet(s, now);
        start_listening(s, now);
        break;
    case RADIO_RXIDLE:
        start_listening(s, now);
        break;
    default:
        refuse(s, "START");
        break;
    }
}

void nrf51_radio_stop(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    switch (s->state) {
    case RADIO_TX:
        abort_packet(s, now);
        set_state(s, RADIO_TXIDLE);
        break;
    case RADIO_RX:
        abort_packet(s, now);
        set_state(s, RADIO_RXIDLE);
        break;
    default:
        stop_counting(s);
        break;
    }
}

void nrf51_radio_disable(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);
    int64_t ramp_ns = RX_DISABLE_NS;

    switch (s->state) {
    case RADIO_TXDISABLE:
    case RADIO_RXDISABLE:
        return;
    case RADIO_TXRU:
    case RADIO_TXIDLE:
    case RADIO_TX:
        abort_packet(s, now);
        ramp_ns = tx_disable_ns[s->mode];
        set_state(s, RADIO_TXDISABLE);
        break;
    case RADIO_RXRU:
    case RADIO_RXIDLE:
    case RADIO_RX:
        abort_packet(s, now);
        set_state(s, RADIO_RXDISABLE);
        break;
    default: /* at once: only so does the base see a ring, and end it */
        nrf_event(p, EV_DISABLED);
        return;
    }
    nrf51_radio_set_alarm(s, ALARM_RAMP, now + ramp_ns);
}

void nrf51_radio_rssistart(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    if (s->state == RADIO_RX || s->state == RADIO_RXIDLE) {
        nrf51_radio_set_alarm(s, ALARM_RSSI, now + RSSI_PERIOD_NS);
    } else {
        refuse(s, "RSSISTART");
    }
}

void nrf51_radio_rssistop(NrfPeripheral *p, unsigned unused)
{
    nrf51_radio_settle(NRF51_RADIO(p));
    nrf51_radio_set_alarm(NRF51_RADIO(p), ALARM_RSSI, NEVER);
}

void nrf51_radio_bcstart(NrfPeripheral *p, unsigned unused)
{
    Nrf51Radio *s = NRF51_RADIO(p);
    int64_t now = nrf51_radio_settle(s);

    if (s->after_address) {
        s->count_from = now;
        nrf51_radio_bcc_changed(s, now);
    } else {
        refuse(s, "BCSTART");
    }
}

void nrf51_radio_bcstop(NrfPeripheral *p, unsigned unused)
{
    nrf51_radio_settle(NRF51_RADIO(p));
    stop_counting(NRF51_RADIO(p));
}

/* What others send goes on without us. */
void nrf51_radio_silence(NrfPeripheral *p)
{
    Nrf51Radio *s = NRF51_RADIO(p);

    abort_packet(s, nrf_time());
    clear_alarms(s, ALARM_RAMP, ALARM_RSSI);
    set_state(s, RADIO_DISABLED);
    s->last_end = 0;
}
