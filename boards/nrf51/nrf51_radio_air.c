/*
 * nRF51 RADIO: the air between boards
 *
 * Source: docs/air.md for the frames; the rest is ours.  The air is a network
 * backend of QEMU's (-netdev socket, dgram, stream, hubport), which carries
 * one frame of lib/air.h for each packet, at the packet's start.
 *
 * A packet is heard from the time its frame arrives.  Boards do not share a
 * clock, and one that sleeps is slower than one that computes: an answer can
 * come before the asker's receiver is ready.  So a receiver that starts within
 * air-grace-us of a packet's start still hears it, from then on.
 *
 * Packets of one sender never overlap, also not if this board was late and
 * finds several frames at once: they keep the distance that they had when they
 * were sent, or BURST_NS of it.  Packets of two senders on one frequency at a
 * time spoil each other, however strong they are, unless the times of their
 * hosts say that they have not met: then they are received one by one.
 *
 * What comes in is checked and bounded: frames that break a rule, our own
 * (multicast brings them back), and those for which there is no room are
 * dropped, and all but our own are counted in air-refused.
 *
 * Not modelled: adjacent channels, capture of the stronger packet, fading,
 * antennas, the way's delay.  A path loss is the same to all other boards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "net/net.h"
#include "system/cpu-timers.h"
#include "hw/benchwire/boards/nrf51/nrf51_radio.h"
#include "hw/benchwire/trace.h"

#define BURST_NS       (5 * SCALE_MS)  /* between packets that stay together */
#define GRACE_MAX_US   100000
#define PATH_LOSS_MAX  150             /* dB */
#define LOSS_AT_1_M_DB 40.2 /* free space at 2.44 GHz: 20 lg(4 pi d / lambda) */
#define DISTANCE_MAX   100000000 /* mm */

/* Signals */

static Nrf51RadioSignal *find_signal(Nrf51Radio *s, uint64_t station,
                                     uint32_t sequence)
{
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        if (s->signal[i].station == station &&
            s->signal[i].sequence == sequence) {
            return &s->signal[i];
        }
    }
    return NULL;
}

static int64_t grace_end(Nrf51Radio *s, const Nrf51RadioSignal *signal)
{
    return signal->start + s->grace_us * (int64_t)SCALE_US;
}

static void drop_ended(Nrf51Radio *s, int64_t now)
{
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        int64_t kept_until = MAX(grace_end(s, &s->signal[i]),
                                 s->signal[i].start + BURST_NS);

        if (MAX(s->signal[i].end, kept_until) <= now) {
            s->signal[i].station = 0;
        }
    }
}

static Nrf51RadioSignal *free_signal(Nrf51Radio *s)
{
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        if (!s->signal[i].station) {
            return &s->signal[i];
        }
    }
    return NULL;
}

static void set_signal_alarm(Nrf51Radio *s)
{
    int64_t next = INT64_MAX;
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        if (s->signal[i].station && !s->signal[i].begun) {
            next = MIN(next, s->signal[i].start);
        }
    }
    nrf51_radio_set_alarm(s, ALARM_SIGNAL, next);
}

/* Whether another packet is on @signal's frequency when it begins */
static bool is_disturbed(Nrf51Radio *s, const Nrf51RadioSignal *signal)
{
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        const Nrf51RadioSignal *other = &s->signal[i];

        if (other != signal && other->station && other->begun &&
            other->frequency_mhz == signal->frequency_mhz &&
            other->end > signal->start) {
            return true;
        }
    }
    return false;
}

static void begin(Nrf51Radio *s, Nrf51RadioSignal *signal)
{
    signal->begun = true;
    signal->garbled = is_disturbed(s, signal);
    if (s->rx.active && signal->frequency_mhz == s->frequency_mhz) {
        nrf51_radio_garble(s);
    } else {
        signal->heard = nrf51_radio_hear(s, signal);
    }
}

void nrf51_radio_air_begin(Nrf51Radio *s, int64_t now)
{
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        Nrf51RadioSignal *signal = &s->signal[i];

        if (signal->station && !signal->begun && signal->start <= now) {
            begin(s, signal);
        }
    }
    set_signal_alarm(s);
}

void nrf51_radio_air_unhear(Nrf51Radio *s)
{
    Nrf51RadioSignal *signal =
        find_signal(s, s->rx.station, s->rx.sequence);

    if (s->rx.active && signal) {
        signal->heard = false;
    }
}

void nrf51_radio_air_listen(Nrf51Radio *s, int64_t now)
{
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS && !s->rx.active; i++) {
        Nrf51RadioSignal *signal = &s->signal[i];

        if (signal->station && signal->begun && !signal->heard &&
            now < grace_end(s, signal)) {
            signal->end += now - signal->start;
            signal->start = now;
            signal->heard = nrf51_radio_hear(s, signal);
        }
    }
}

int nrf51_radio_air_power(Nrf51Radio *s, int power_dbm)
{
    return power_dbm - (int)s->path_loss_db;
}

int nrf51_radio_air_level(Nrf51Radio *s, int64_t now)
{
    int level = NRF51_RADIO_NOISE;
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        const Nrf51RadioSignal *signal = &s->signal[i];

        if (signal->station && signal->begun && signal->end > now &&
            signal->frequency_mhz == s->frequency_mhz) {
            level = MAX(level, nrf51_radio_air_power(s, signal->power_dbm));
        }
    }
    return level;
}

/* From others */

/*
 * The present, for something that comes from outside.  With -icount the
 * virtual clock stands still while the core sleeps, and makes up for it when
 * that wakes; a packet would begin in the past.
 */
static int64_t time_outside(void)
{
    if (icount_enabled()) {
        icount_account_warp_timer();
    }
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* The last packet of a station that is here; NULL if there is none. */
static const Nrf51RadioSignal *last_of(Nrf51Radio *s, uint64_t station)
{
    const Nrf51RadioSignal *last = NULL;
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        const Nrf51RadioSignal *signal = &s->signal[i];

        if (signal->station == station &&
            (!last || signal->start > last->start)) {
            last = signal;
        }
    }
    return last;
}

/*
 * When a packet begins here: now, but not before it has the distance from
 * the sender's last one that it had there, if that was short.
 */
static int64_t local_start(Nrf51Radio *s, const struct bw_air_frame *frame,
                           int64_t now)
{
    const Nrf51RadioSignal *last = last_of(s, frame->station);
    uint64_t gap;

    if (!last) {
        return now;
    }
    gap = frame->start_ns - last->sent_ns;
    return MAX(now, MAX(last->end,
                        last->start + (int64_t)MIN(gap, (uint64_t)BURST_NS)));
}

/* Whether two packets were on the air at a time where they were sent */
static bool were_together(const Nrf51RadioSignal *a, const Nrf51RadioSignal *b)
{
    return b->host_ns - a->host_ns < (uint64_t)(a->end - a->start) ||
           a->host_ns - b->host_ns < (uint64_t)(b->end - b->start);
}

/* It begins after those that it did not meet. */
static void line_up(Nrf51Radio *s, Nrf51RadioSignal *signal)
{
    int64_t length = signal->end - signal->start;
    int i;

    for (i = 0; i < NRF51_RADIO_SIGNALS; i++) {
        const Nrf51RadioSignal *other = &s->signal[i];

        if (other != signal && other->station &&
            other->frequency_mhz == signal->frequency_mhz &&
            !were_together(other, signal)) {
            signal->start = MAX(signal->start, other->end);
        }
    }
    signal->end = signal->start + length;
}

static bool hear_packet(Nrf51Radio *s, const struct bw_air_frame *frame)
{
    int64_t now = time_outside();
    Nrf51RadioSignal *signal;
    int64_t start;

    drop_ended(s, now);
    start = local_start(s, frame, now);
    signal = free_signal(s);
    if (!signal) {
        return false;
    }
    *signal = (Nrf51RadioSignal){
        .station = frame->station,
        .sequence = frame->sequence,
        .sent_ns = frame->start_ns,
        .host_ns = frame->host_ns,
        .start = start,
        .end = start + frame->packet.bits * nrf51_radio_bit_ns(frame->mode),
        .frequency_mhz = frame->frequency_mhz,
        .mode = frame->mode,
        .power_dbm = frame->power_dbm,
        .packet = frame->packet,
    };
    line_up(s, signal);
    set_signal_alarm(s);
    nrf51_radio_catch_up(s, now);
    return true;
}

/* What has been cut is noise from there on. */
static bool hear_cut(Nrf51Radio *s, const struct bw_air_frame *frame)
{
    Nrf51RadioSignal *signal =
        find_signal(s, frame->station, frame->sequence);

    if (!signal || frame->packet.bits > signal->packet.bits) {
        return signal != NULL;
    }
    signal->packet.bits = frame->packet.bits;
    signal->end = signal->start +
                  frame->packet.bits * nrf51_radio_bit_ns(signal->mode);
    if (s->rx.active && s->rx.station == frame->station &&
        s->rx.sequence == frame->sequence) {
        nrf51_radio_garble(s);
    }
    return true;
}

static ssize_t air_receive(NetClientState *nc, const uint8_t *buf, size_t size)
{
    Nrf51Radio *s = qemu_get_nic_opaque(nc);
    struct bw_air_frame frame;
    enum bw_status status = bw_air_decode(buf, size, &frame);
    const char *path = DEVICE(s)->canonical_path;
    bool taken = false;

    if (status == BW_OK && frame.station == s->station) {
        return size;
    }
    if (status == BW_OK) {
        trace_bw_nrf51_radio_heard(path, frame.station, frame.sequence,
                                   frame.frequency_mhz, frame.mode,
                                   frame.packet.bits);
        taken = frame.kind == BW_AIR_PACKET ? hear_packet(s, &frame)
                                            : hear_cut(s, &frame);
    }
    if (taken) {
        s->heard++;
    } else {
        trace_bw_nrf51_radio_refused(path, size, bw_status_name(status));
        s->refused++;
    }
    return size; /* a radio never asks to wait */
}

/* To others */

static void send_frame(Nrf51Radio *s, const struct bw_air_frame *frame)
{
    uint8_t buf[BW_AIR_MAX_FRAME];
    size_t len;

    if (!s->nic) {
        return;
    }
    len = bw_air_encode(frame, buf, sizeof(buf));
    if (len) {
        qemu_send_packet(qemu_get_queue(s->nic), buf, len);
        s->sent++;
    }
}

static struct bw_air_frame new_frame(Nrf51Radio *s, enum bw_air_kind kind)
{
    return (struct bw_air_frame){
        .kind = kind,
        .mode = s->mode,
        .power_dbm = MIN(MAX(s->power_dbm, BW_AIR_MIN_DBM), BW_AIR_MAX_DBM),
        .frequency_mhz = s->frequency_mhz,
        .sequence = s->sequence,
        .station = s->station,
        .start_ns = s->sent_start,
        .host_ns = qemu_clock_get_ns(QEMU_CLOCK_HOST),
    };
}

void nrf51_radio_air_send(Nrf51Radio *s, const struct bw_radio_air *packet,
                          int64_t start)
{
    struct bw_air_frame frame;

    s->sequence++;
    s->sent_start = start;
    frame = new_frame(s, BW_AIR_PACKET);
    frame.packet = *packet;
    trace_bw_nrf51_radio_sent(DEVICE(s)->canonical_path, s->sequence,
                              s->frequency_mhz, s->mode, packet->bits);
    send_frame(s, &frame);
}

void nrf51_radio_air_cut(Nrf51Radio *s, uint16_t bits)
{
    struct bw_air_frame frame = new_frame(s, BW_AIR_CUT);

    frame.packet.bits = bits;
    send_frame(s, &frame);
}

static NetClientInfo air_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .receive = air_receive,
};

void nrf51_radio_air_init(Nrf51Radio *s)
{
    s->path_loss_db = 40;
    s->distance_mm = 1000;
    s->grace_us = 1000;
}

void nrf51_radio_air_open(Nrf51Radio *s)
{
    NetClientState *nc;

    if (!s->nic_conf.peers.ncs[0]) {
        return;
    }
    while (!s->station) {
        s->station = (uint64_t)g_random_int() << 32 | g_random_int();
    }
    s->nic = qemu_new_nic(&air_info, &s->nic_conf, TYPE_NRF51_RADIO, "radio",
                          &DEVICE(s)->mem_reentrancy_guard, s);
    nc = qemu_get_queue(s->nic);
    nc->do_not_pad = true;
    qemu_set_info_str(nc, "station 0x%016" PRIx64, s->station);
}

void nrf51_radio_air_close(Nrf51Radio *s)
{
    if (s->nic) {
        qemu_del_nic(s->nic);
        s->nic = NULL;
    }
}

/* Properties */

static void set_path_loss(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    Nrf51Radio *s = NRF51_RADIO(obj);
    uint32_t value;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (value > PATH_LOSS_MAX) {
        error_setg(errp, "%s must be 0 to %d dB", name, PATH_LOSS_MAX);
        return;
    }
    s->path_loss_db = value;
    s->distance_mm = MIN(1000 * pow(10, (value - LOSS_AT_1_M_DB) / 20),
                         DISTANCE_MAX);
}

static void set_distance(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    Nrf51Radio *s = NRF51_RADIO(obj);
    uint32_t value;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (value < 1 || value > DISTANCE_MAX) {
        error_setg(errp, "%s must be 1 to %d", name, DISTANCE_MAX);
        return;
    }
    s->distance_mm = value;
    s->path_loss_db = MAX(0, lround(LOSS_AT_1_M_DB + 20 *
                                    log10(value / 1000.0)));
}

static void set_grace(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    uint32_t value;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (value > GRACE_MAX_US) {
        error_setg(errp, "%s must be 0 to %d us", name, GRACE_MAX_US);
        return;
    }
    NRF51_RADIO(obj)->grace_us = value;
}

static void get_uint32(Object *obj, Visitor *v, const char *name,
                       void *opaque, Error **errp)
{
    uint32_t *field = (void *)((char *)obj + (uintptr_t)opaque);

    visit_type_uint32(v, name, field, errp);
}

static void add_property(ObjectClass *klass, const char *name, size_t offset,
                         ObjectPropertyAccessor *set, const char *description)
{
    object_class_property_add(klass, name, "uint32", get_uint32, set, NULL,
                              (void *)offset);
    object_class_property_set_description(klass, name, description);
}

void nrf51_radio_air_add_properties(ObjectClass *klass)
{
    add_property(klass, "path-loss-db", offsetof(Nrf51Radio, path_loss_db),
                 set_path_loss, "what the way to this antenna takes, dB");
    add_property(klass, "distance-mm", offsetof(Nrf51Radio, distance_mm),
                 set_distance, "the same as a distance in free space, mm");
    add_property(klass, "air-grace-us", offsetof(Nrf51Radio, grace_us),
                 set_grace, "how much too early a packet may be, us");
    add_property(klass, "air-sent", offsetof(Nrf51Radio, sent), NULL,
                 "frames sent");
    add_property(klass, "air-heard", offsetof(Nrf51Radio, heard), NULL,
                 "frames of others");
    add_property(klass, "air-refused", offsetof(Nrf51Radio, refused), NULL,
                 "frames dropped: malformed, or no room");
}

static bool packet_is_valid(void *opaque, int version_id)
{
    Nrf51RadioSignal *signal = opaque;

    return signal->packet.bits <= 8 * BW_RADIO_MAX_AIR &&
           signal->mode <= BW_AIR_MAX_MODE;
}

const VMStateDescription vmstate_nrf51_radio_signal = {
    .name = TYPE_NRF51_RADIO "-signal",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(station, Nrf51RadioSignal),
        VMSTATE_UINT32(sequence, Nrf51RadioSignal),
        VMSTATE_UINT64(sent_ns, Nrf51RadioSignal),
        VMSTATE_UINT64(host_ns, Nrf51RadioSignal),
        VMSTATE_INT64(start, Nrf51RadioSignal),
        VMSTATE_INT64(end, Nrf51RadioSignal),
        VMSTATE_UINT16(frequency_mhz, Nrf51RadioSignal),
        VMSTATE_UINT8(mode, Nrf51RadioSignal),
        VMSTATE_INT8(power_dbm, Nrf51RadioSignal),
        VMSTATE_BOOL(begun, Nrf51RadioSignal),
        VMSTATE_BOOL(garbled, Nrf51RadioSignal),
        VMSTATE_BOOL(heard, Nrf51RadioSignal),
        VMSTATE_UINT16(packet.bits, Nrf51RadioSignal),
        VMSTATE_VALIDATE("packet in bounds", packet_is_valid),
        VMSTATE_UINT8_ARRAY(packet.bytes, Nrf51RadioSignal, BW_RADIO_MAX_AIR),
        VMSTATE_END_OF_LIST()
    }
};
