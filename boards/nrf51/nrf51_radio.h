/*
 * nRF51 2.4 GHz radio (RADIO), and the air between boards
 *
 * QEMU interface:
 *  - sysbus MMIO region 0 (registers), sysbus IRQ 0
 *  - property "netdev": the network backend that is the air; without one
 *    nobody hears and nobody is heard
 *  - QOM properties "path-loss-db" or "distance-mm" (what reaches this
 *    antenna), "air-grace-us" (how early packets may be), "air-sent",
 *    "air-heard", "air-refused" (frames counted)
 *
 * Four files: nrf51_radio.c has the registers; nrf51_radio_state.c the states,
 * the tasks and their time; nrf51_radio_receive.c takes a packet apart into
 * RAM; nrf51_radio_air.c sends to and hears from other boards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_RADIO_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_RADIO_H

#include "exec/memory.h"
#include "net/net.h"
#include "qemu/timer.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/boards/nrf51/nrf51_clock.h"
#include "hw/benchwire/lib/air.h"

#define TYPE_NRF51_RADIO "bw-nrf51-radio"
OBJECT_DECLARE_SIMPLE_TYPE(Nrf51Radio, NRF51_RADIO)

#define NRF51_RADIO_SIGNALS 64 /* packets of others at a time */
#define NRF51_RADIO_MODES   4 /* of MODE */
#define NRF51_RADIO_NOISE   (-100) /* dBm where nobody sends */
#define NRF51_RADIO_NOT_COUNTING (-1)

/* Values of STATE */
typedef enum Nrf51RadioState {
    RADIO_DISABLED = 0,
    RADIO_RXRU = 1,
    RADIO_RXIDLE = 2,
    RADIO_RX = 3,
    RADIO_RXDISABLE = 4,
    RADIO_TXRU = 9,
    RADIO_TXIDLE = 10,
    RADIO_TX = 11,
    RADIO_TXDISABLE = 12,
} Nrf51RadioState;

/* What is to happen; of one instant in this order */
typedef enum Nrf51RadioAlarm {
    ALARM_ADDRESS,
    ALARM_DEVICE, /* the device address is complete */
    ALARM_BIT,    /* the bit counter has reached BCC */
    ALARM_PAYLOAD,
    ALARM_END,
    ALARM_RAMP, /* READY or DISABLED */
    ALARM_RSSI,
    ALARM_SIGNAL, /* another board begins to send */
    ALARM_COUNT,
} Nrf51RadioAlarm;

/* A packet that another board sends; times in ns of the virtual clock */
typedef struct Nrf51RadioSignal {
    uint64_t station; /* 0: this entry is free */
    uint32_t sequence;
    uint64_t sent_ns; /* its start by the sender's clock */
    uint64_t host_ns; /* when its frame was sent, by the host's */
    int64_t start;
    int64_t end;
    uint16_t frequency_mhz;
    uint8_t mode;
    int8_t power_dbm; /* at its own antenna */
    bool begun;
    bool garbled; /* another one was on the air when it began */
    bool heard;   /* it was for us, and we listened */
    struct bw_radio_air packet;
} Nrf51RadioSignal;

/* The packet that is being received */
typedef struct Nrf51RadioReception {
    bool active;
    bool garbled;
    uint64_t station;
    uint32_t sequence;
    int64_t start;   /* of its first bit */
    uint16_t stored; /* bytes that are in RAM already */
    uint32_t pointer;
    uint8_t match; /* logical address */
    struct bw_radio_received packet;
} Nrf51RadioReception;

struct Nrf51Radio {
    NrfPeripheral parent_obj;

    AddressSpace *ram;
    Nrf51Clock *clock;
    QEMUTimer timer;
    int64_t due[ALARM_COUNT]; /* ns, or INT64_MAX */
    bool busy;                /* alarms are being worked off */
    int64_t synced;           /* they are all done until then, ns */

    uint8_t state; /* Nrf51RadioState */
    /* taken when the radio was enabled */
    uint8_t mode;
    uint8_t white_iv;
    int8_t power_dbm;
    uint16_t frequency_mhz;

    int64_t last_end;      /* of the last packet, for TIFS; or 0 */
    int64_t count_from;    /* of the bit counter; or */
    bool after_address;    /* of the packet under way */
    uint32_t sequence;     /* of the last packet sent */
    int64_t sent_start;    /* of it */
    Nrf51RadioReception rx;

    /* the air */
    NICConf nic_conf;
    NICState *nic;
    uint64_t station;
    Nrf51RadioSignal signal[NRF51_RADIO_SIGNALS];
    uint32_t path_loss_db;
    uint32_t distance_mm;
    uint32_t grace_us;
    uint32_t sent;
    uint32_t heard;
    uint32_t refused;
};

/* Give it the data RAM and the clock; both outlive it. */
void nrf51_radio_connect(Nrf51Radio *s, AddressSpace *ram, Nrf51Clock *clock);

/* --- nrf51_radio_state.c --- */

/* Let @alarm happen at @ns, or not if that is INT64_MAX. */
void nrf51_radio_set_alarm(Nrf51Radio *s, Nrf51RadioAlarm alarm, int64_t ns);

/* Work off what is due, unless that is being done; then set the timer. */
void nrf51_radio_catch_up(Nrf51Radio *s, int64_t now);

/* How long a bit takes in @mode, ns */
int64_t nrf51_radio_bit_ns(uint8_t mode);

/* The packet format of the registers as they are now */
struct bw_radio_format nrf51_radio_format(Nrf51Radio *s);
void nrf51_radio_addresses(Nrf51Radio *s, struct bw_radio_address *addresses);

/**
 * nrf51_radio_settle: let everything happen that is due before a task or an
 * access
 *
 * Returns: the present, ns.
 */
int64_t nrf51_radio_settle(Nrf51Radio *s);

/* The timer has expired. */
void nrf51_radio_expired(void *opaque);

/* BCC has been written, or counting has started, at @now. */
void nrf51_radio_bcc_changed(Nrf51Radio *s, int64_t now);

/* The tasks */
void nrf51_radio_txen(NrfPeripheral *p, unsigned unused);
void nrf51_radio_rxen(NrfPeripheral *p, unsigned unused);
void nrf51_radio_start(NrfPeripheral *p, unsigned unused);
void nrf51_radio_stop(NrfPeripheral *p, unsigned unused);
void nrf51_radio_disable(NrfPeripheral *p, unsigned unused);
void nrf51_radio_rssistart(NrfPeripheral *p, unsigned unused);
void nrf51_radio_rssistop(NrfPeripheral *p, unsigned unused);
void nrf51_radio_bcstart(NrfPeripheral *p, unsigned unused);
void nrf51_radio_bcstop(NrfPeripheral *p, unsigned unused);

/* Off at once; what others send goes on. */
void nrf51_radio_silence(NrfPeripheral *p);

/* --- nrf51_radio_receive.c --- */

/**
 * nrf51_radio_hear: the packet @signal begins
 *
 * Returns: whether the radio listens to such, and so receives it.
 */
bool nrf51_radio_hear(Nrf51Radio *s, const Nrf51RadioSignal *signal);

/* Others talk at the same time: what is being received comes out wrong. */
void nrf51_radio_garble(Nrf51Radio *s);

/* Write to RAM what has been received by @now. */
void nrf51_radio_store(Nrf51Radio *s, int64_t now);

/* Whether the 48 bits after the header are an enabled device address. */
bool nrf51_radio_device_matches(Nrf51Radio *s, unsigned *index);

extern const VMStateDescription vmstate_nrf51_radio_reception;

/* --- nrf51_radio_air.c --- */

void nrf51_radio_air_init(Nrf51Radio *s);
void nrf51_radio_air_open(Nrf51Radio *s);
void nrf51_radio_air_close(Nrf51Radio *s);

/* A packet begins at @start; and one ends early, after @bits bits. */
void nrf51_radio_air_send(Nrf51Radio *s, const struct bw_radio_air *packet,
                          int64_t start);
void nrf51_radio_air_cut(Nrf51Radio *s, uint16_t bits);

/* ALARM_SIGNAL: some of the signals begin at @now. */
void nrf51_radio_air_begin(Nrf51Radio *s, int64_t now);

/* What is being received has not come to its address: it begins again. */
void nrf51_radio_air_unhear(Nrf51Radio *s);

/* The receiver starts at @now; what has begun just before is for it. */
void nrf51_radio_air_listen(Nrf51Radio *s, int64_t now);

/* The strength of what is on the radio's frequency at @now, dBm */
int nrf51_radio_air_level(Nrf51Radio *s, int64_t now);

/* Strength at this antenna of what is sent with @power_dbm */
int nrf51_radio_air_power(Nrf51Radio *s, int power_dbm);

void nrf51_radio_air_add_properties(ObjectClass *klass);

extern const VMStateDescription vmstate_nrf51_radio_signal;

#endif
