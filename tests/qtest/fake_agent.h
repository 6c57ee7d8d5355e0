/*
 * An agent inside the test process, which can lie.
 *
 * A thread listens on a unix socket or a loopback TCP port and speaks the
 * protocol of docs/protocol.md through lib/wire.h: one connection at a time,
 * one I2C export, one part behind it: 256 registers; the first written byte
 * sets the register pointer, which moves on with every further byte written
 * or read.  The PEC of an SMBus protocol is left out: it is the agent's
 * business.  What it does in place of the honest reply can be set per type of
 * message while it runs.  Used by the qtests of passthrough/.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_FAKE_AGENT_H
#define BENCHWIRE_TESTS_QTEST_FAKE_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_ADDR7    0x50
#define FAKE_EXPORT   "part"
#define FAKE_ANY_TYPE 0

struct fake_agent;
struct fake_gpio;
struct fake_scsi;
struct fake_usb;

enum fake_act {
    FAKE_HONEST,
    FAKE_DELAY,      /* the right reply, after @arg milliseconds */
    FAKE_HOLD,       /* the right reply, once the test lets go of it */
    FAKE_TRICKLE,    /* the right reply, byte by byte */
    FAKE_STATUS,     /* a failure with status @arg */
    FAKE_SILENCE,    /* no reply */
    FAKE_CLOSE,      /* closes the connection in place of the reply */
    FAKE_CLOSE_MID,  /* ... after half of it */
    FAKE_WRONG_ID,   /* the reply's id is one more */
    FAKE_WRONG_TYPE, /* it is the reply to a PING */
    FAKE_REQUEST,    /* it is not marked as a reply */
    FAKE_TOO_SHORT,  /* its body lacks a byte, or is one byte if it has none */
    FAKE_TOO_LONG,   /* its body has a byte more */
    FAKE_HUGE,       /* its header announces 2^32 - 1 bytes */
    FAKE_UNFINISHED, /* its header announces more than comes */
    FAKE_TWICE,      /* comes twice */
    FAKE_GARBAGE,    /* @arg random bytes in its place */
    FAKE_MUTATED,    /* @arg of its bytes are changed at random */
    FAKE_ACTS
};

/**
 * fake_agent_start: listen
 * @path: of the unix socket; NULL: a free TCP port of 127.0.0.1
 */
struct fake_agent *fake_agent_start(const char *path);

/* Close everything, as a killed agent does.  NULL is fine. */
void fake_agent_stop(struct fake_agent *f);

/* The TCP port it listens on. */
unsigned fake_agent_port(const struct fake_agent *f);

/* Seed the random numbers of FAKE_GARBAGE and FAKE_MUTATED. */
void fake_agent_seed(struct fake_agent *f, uint32_t seed);

/**
 * fake_agent_will: do @act for the next @times requests of @type
 * @type: enum bw_wire_type, or FAKE_ANY_TYPE
 *
 * One rule at a time; FAKE_HONEST ends it.
 */
void fake_agent_will(struct fake_agent *f, unsigned type, enum fake_act act,
                     uint32_t arg, unsigned times);

/* The same, but @honest replies of @type come first. */
void fake_agent_will_after(struct fake_agent *f, unsigned honest, unsigned type,
                           enum fake_act act, uint32_t arg, unsigned times);

/* Let go of one reply that FAKE_HOLD holds, or of the next that it will. */
void fake_agent_let_go(struct fake_agent *f);

/* What OPEN grants from now on: address (or 0xffff) and message length. */
void fake_agent_grant(struct fake_agent *f, uint16_t addr, uint32_t max_len);

/* ... and what its adapter can do, enum bw_i2c_func. Without RDWR a transfer
 * that is no SMBus protocol is refused. */
void fake_agent_grant_funcs(struct fake_agent *f, uint32_t funcs);

/* The part's address on the agent's bus; BW_I2C_TEN_BIT or 0. */
void fake_agent_move(struct fake_agent *f, uint16_t addr, uint16_t flags);

/* The part's profile for sessions from now on; NULL, as at first: none. */
void fake_agent_grant_profile(struct fake_agent *f, const char *text);

/* A register of the part. */
void fake_agent_poke(struct fake_agent *f, uint8_t reg, uint8_t value);
uint8_t fake_agent_peek(struct fake_agent *f, uint8_t reg);

/* Steps that write this register are refused from now on; -1: none. */
void fake_agent_refuse(struct fake_agent *f, int reg);

/* No transaction of I2C_STEP is open. */
bool fake_agent_is_idle(struct fake_agent *f);

/* Announce LEASE from now on, and end sessions that are silent for so long;
 * 0: none. */
void fake_agent_lease(struct fake_agent *f, uint32_t silence_ms);

/* PINGs answered so far. */
unsigned fake_agent_pings(struct fake_agent *f);

/* Its lines; see fake_gpio.h. */
struct fake_gpio *fake_agent_gpio(struct fake_agent *f);

/* Send a notice now; its id is @skip_ids too high. */
void fake_agent_notice(struct fake_agent *f, unsigned type, int32_t skip_ids,
                       const uint8_t *body, size_t len);

/* Close the connection there is, if there is one; a new one is accepted. */
void fake_agent_drop(struct fake_agent *f);

/* Connections accepted so far. */
unsigned fake_agent_connections(struct fake_agent *f);

/**
 * fake_agent_transfers: the transfers asked for since the last call
 *
 * Returns: lines in i2ctransfer notation, each preceded by the id of the
 * request and a blank; to be freed with g_free().  An SMBus protocol is a line
 * such as "7 block write@0x50 0x10 pec 0x01 0x02", a list of steps one such as
 * "7 S w@0x50, w1 0x10, P".
 */
char *fake_agent_transfers(struct fake_agent *f);

#endif
