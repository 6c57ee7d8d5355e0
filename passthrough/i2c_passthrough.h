/*
 * The i2c-passthrough device, for the files that it consists of.
 *
 *   i2c_passthrough.c      the device: properties, link, life
 *   i2c_passthrough_bus.c  phases on the guest's bus, and their answers
 *   i2c_address.c          which part a START means
 *   i2c_neighbours.c       the other devices of the guest's bus
 *   i2c_transfer.c         a way: whole transfers, by lib/i2c_assembler.c
 *   i2c_exact.c            a way: byte by byte, by I2C_STEP
 *   smbus_passthrough.c    a kind of its own, and its way: SMBus protocols
 *   i2c_profile.c          what is known of the part, for that way
 *   i2c_counters.c         what it counts, for the agent, the log and traces
 *
 * A way turns phases into requests over the link.  Which one a device goes is
 * decided each time the link is opened, by what the export can do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_I2C_PASSTHROUGH_H
#define BENCHWIRE_PASSTHROUGH_I2C_PASSTHROUGH_H

#include "hw/i2c/i2c.h"
#include "qapi/qapi-types-common.h"
#include "qemu/notify.h"
#include "qom/object.h"
#include "link.h"
#include "hw/benchwire/lib/i2c_assembler.h"
#include "hw/benchwire/lib/i2c_step.h"
#include "hw/benchwire/lib/wire_stats.h"

#define TYPE_I2C_PASSTHROUGH "i2c-passthrough"
OBJECT_DECLARE_TYPE(I2CPassthrough, I2CPassthroughClass, I2C_PASSTHROUGH)

/**
 * struct BwI2CWay - from phases to requests
 * @start: START or repeated START; @recv_len as I2C_PHASE_START_RECV has it
 * @send: a byte from the guest
 * @recv: the guest clocks a byte in
 * @stop: STOP
 * @withdraw: the phase under way, if any, is withdrawn and the guest's bus is
 *         free; no answer is due any more
 * @ready: the link takes requests
 * @down: it does not any more; a request under way has failed with @status
 *
 * @start to @stop each lead to one bw_i2c_passthrough_answer(), at once or
 * later.  @start, @send, @recv and @stop come only while no answer is due;
 * @send, @recv and @stop only after a @start, which may have been refused.
 */
typedef struct BwI2CWay {
    void (*start)(I2CPassthrough *s, bool is_read, uint32_t recv_len);
    void (*send)(I2CPassthrough *s, uint8_t byte);
    void (*recv)(I2CPassthrough *s);
    void (*stop)(I2CPassthrough *s);
    void (*withdraw)(I2CPassthrough *s);
    void (*ready)(I2CPassthrough *s);
    void (*down)(I2CPassthrough *s, enum bw_status status);
} BwI2CWay;

#define BW_I2C_EXACT_READ 256 /* bytes that one list reads at most */

/* i2c_exact.c */
typedef struct BwI2CExact {
    uint32_t id;     /* list under way, 0 if none */
    bool on_bus;     /* the agent's bus is between START and STOP */
    bool refused;    /* ... and the part did not acknowledge */
    uint8_t tx;      /* byte being written */
    uint16_t rx_len; /* bytes in @rx */
    uint16_t rx_pos; /* of these, taken by the guest */
    uint8_t nsteps;  /* of the newest list */
    struct bw_i2c_step steps[2];
    struct bw_asm_stats stats; /* @transfers counts lists */
    uint8_t rx[BW_I2C_EXACT_READ];
} BwI2CExact;

/**
 * struct I2CPassthroughClass - what a kind of device decides for itself
 * @caps: enum bw_wire_cap that the agent must have, beside BW_CAP_I2C
 * @choose_way: the way that suits what was opened, or NULL and @errp
 * @add_stats: what its own way has counted, to the counters; NULL: nothing
 */
struct I2CPassthroughClass {
    I2CSlaveClass parent_class;

    uint32_t caps;
    const BwI2CWay *(*choose_way)(I2CPassthrough *s,
                                  const struct bw_wire_opened *opened,
                                  Error **errp);
    void (*add_stats)(I2CPassthrough *s, struct bw_asm_stats *sum);
};

struct I2CPassthrough {
    I2CSlave parent_obj;

    /* properties */
    CharBackend chr;
    char *adapter;       /* device= */
    char *export;
    uint16_t hostaddr;   /* of the part, on the adapter's bus */
    uint16_t read_ahead; /* bytes */
    uint32_t timeout_ms;
    char *profile_name;  /* profile=, NULL: the agent's */
    bool strict;
    uint16_t address;    /* address=, of 7 or 10 bits */
    bool any;            /* address=any: the part is whichever is spoken to */
    bool ten_bit;
    bool general_call;
    bool shared;
    OnOffAuto exact_mode; /* exact= */

    /* what the read-only properties show; see refresh_counters() */
    uint64_t transfers;
    uint64_t probes;
    uint64_t over_read;
    uint64_t under_read;
    uint64_t mispredicted;
    uint64_t refused;
    uint64_t failures;
    uint64_t timeouts;
    uint64_t reconnects;

    BwLink link;
    uint32_t wait_ms;    /* a request may wait for the adapter */
    const BwI2CWay *way; /* never NULL once realized */

    /* i2c_passthrough_bus.c */
    bool busy;          /* the core waits for an answer to @phase */
    I2CPhase phase;
    uint32_t recv_len;  /* of a START for reading, 0 unknown */
    bool deferred;      /* @phase is a START that waits for the link */
    bool unsettled;     /* ... or until bw_i2c_passthrough_settle() */
    QEMUTimer *deferred_timer;
    bool open;          /* between a START that was taken and STOP */
    bool untold;        /* ... bytes were lost and the guest cannot know yet */

    /* i2c_address.c */
    uint16_t target;       /* the part of the transaction, on the adapter */
    uint16_t target_flags; /* BW_I2C_TEN_BIT or 0 */
    uint8_t guest_addr;    /* as the guest has sent it */
    uint16_t ten_guest;    /* the guest's 10 bits, with BW_I2C_TEN_BIT */
    bool half_addressed;   /* a byte of the address has still to come */

    /* i2c_neighbours.c */
    Notifier machine_done;

    /* i2c_transfer.c */
    uint16_t max_len;   /* the assembler's */
    uint16_t max_guess; /* bytes of a read whose length nobody knows */
    uint32_t id;        /* request under way, 0 if none */
    bool probing;       /* ... which is nobody's phase */
    struct bw_asm_stats past; /* of assemblers before this one */
    struct bw_i2c_assembler assembler;

    BwI2CExact exact;

    /* i2c_profile.c */
    bool agent_profile; /* the agent has one */
    bool has_profile;
    struct bw_part_profile profile;
    char *profile_text; /* the agent's, that it was made of */
    struct bw_part_profile *next_profile; /* ... from the next START on */

    /* i2c_counters.c */
    struct bw_asm_stats counted;  /* when the session began */
    struct bw_wire_counters sent; /* to the agent, in this session */
    QEMUTimer *counters_timer;
    VMChangeStateEntry *vm_state;
    GPtrArray *refusals; /* that were logged, as text */
};

/* --- i2c_passthrough_bus.c, for the ways --- */

/**
 * bw_i2c_passthrough_answer: the answer to the phase under way
 * @byte: with I2C_REPLY_ACK of I2C_PHASE_RECV; the guest sees 0xff otherwise
 *
 * A byte read that was not acknowledged (a controller cannot see that) makes
 * the STOP or repeated START after it fail.
 */
void bw_i2c_passthrough_answer(I2CPassthrough *s, I2CReply reply,
                               uint8_t byte);

/*
 * While a way's @ready is still busy with requests of its own it is unsettled:
 * a START waits until it says that it is settled.
 */
void bw_i2c_passthrough_unsettle(I2CPassthrough *s);
void bw_i2c_passthrough_settle(I2CPassthrough *s);

/* --- i2c_address.c --- */

typedef enum BwI2CAddress {
    BW_I2C_ADDRESS_KNOWN,  /* s->target has it */
    BW_I2C_ADDRESS_HALF,   /* bw_i2c_address_byte() is to come */
    BW_I2C_ADDRESS_NOBODY,
} BwI2CAddress;

/* I2CSlaveClass.set_address and .match_and_add */
bool bw_i2c_address_set(I2CSlave *slave, const char *text, Error **errp);
bool bw_i2c_address_match(I2CSlave *slave, uint8_t addr7, bool broadcast,
                          I2CNodeList *current_devs);
/* The 7 bits that begin an address of 10. */
uint8_t bw_i2c_address_first(uint16_t addr10);

/* START, then with BW_I2C_ADDRESS_HALF the next byte: who is meant? */
BwI2CAddress bw_i2c_address_start(I2CPassthrough *s, bool is_read);
BwI2CAddress bw_i2c_address_byte(I2CPassthrough *s, uint8_t byte);

/* --- i2c_neighbours.c --- */

/* Is there another device on @slave's bus that answers to @addr7? */
bool bw_i2c_neighbours_have(I2CSlave *slave, uint8_t addr7);

/* Refuses to share an address, now and when the machine is whole. */
bool bw_i2c_neighbours_init(I2CPassthrough *s, Error **errp);
void bw_i2c_neighbours_finish(I2CPassthrough *s);

/* --- i2c_passthrough_bus.c, for the device --- */

void bw_i2c_passthrough_bus_init(I2CPassthrough *s);
void bw_i2c_passthrough_bus_finish(I2CPassthrough *s);
void bw_i2c_passthrough_bus_class_init(I2CSlaveClass *sc);

/* The guest's bus is free, whatever was on it. */
void bw_i2c_passthrough_abort(I2CPassthrough *s);

/* The link came up, or went down. */
void bw_i2c_passthrough_ready(I2CPassthrough *s);
void bw_i2c_passthrough_down(I2CPassthrough *s, enum bw_status status);

/* --- i2c_transfer.c --- */

extern const BwI2CWay bw_i2c_transfer;

/* For messages of @max_len bytes; what was counted is kept. */
void bw_i2c_transfer_init(I2CPassthrough *s, uint16_t max_len);

/* Go on with what the link's being ready has begun. */
void bw_i2c_transfer_settle(I2CPassthrough *s);

/* What this way has counted since the device was made. */
struct bw_asm_stats bw_i2c_transfer_stats(I2CPassthrough *s);

/* --- i2c_exact.c --- */

extern const BwI2CWay bw_i2c_exact;

/* --- i2c_profile.c --- */

/* What profile= says, at realize. */
bool bw_i2c_profile_load(I2CPassthrough *s, Error **errp);

/*
 * Ask the agent, if it has one and may be asked.
 * Returns: true if it was; bw_i2c_transfer_settle() follows.
 */
bool bw_i2c_profile_ask(I2CPassthrough *s);

/* A transaction begins: what the agent has said in the one before counts. */
void bw_i2c_profile_renew(I2CPassthrough *s);

void bw_i2c_profile_free(I2CPassthrough *s);

/* --- i2c_counters.c --- */

void bw_i2c_counters_init(I2CPassthrough *s);
void bw_i2c_counters_finish(I2CPassthrough *s);

/* The device goes; the link still is there. */
void bw_i2c_counters_flush(I2CPassthrough *s);

/* A session begins. */
void bw_i2c_counters_session(I2CPassthrough *s);

/* What all the device's ways have counted since it was made. */
struct bw_asm_stats bw_i2c_counters_sum(I2CPassthrough *s);

/* A way may have counted or reported something. */
void bw_i2c_counters_note(I2CPassthrough *s);

#endif
