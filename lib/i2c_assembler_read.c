/*
 * The assembler's reads: how much is fetched, when, and from where.
 *
 * The rules are in i2c_assembler.h, lengths that were learned in
 * i2c_lengths.c, what a profile allows in part_profile.c.
 *
 * With a profile two places are followed: where the guest believes the part's
 * pointer to be, and where it is after more was fetched than the guest took.
 * As long as they are the same the part's own pointer serves; otherwise what
 * is fetched next is preceded by a write of the pointer.  Where neither is
 * known (after a write of data, which moves the pointer in ways of its own)
 * they are the same, and one byte is fetched at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_assembler_internal.h"

/* The longest read that one transfer may have. */
static uint16_t longest_read(const struct bw_i2c_assembler *a)
{
    return a->config.max_len < BW_ASM_MAX_READ ? a->config.max_len
                                               : BW_ASM_MAX_READ;
}

static uint16_t cap_read(const struct bw_i2c_assembler *a, uint32_t len)
{
    return len < longest_read(a) ? (uint16_t)len : longest_read(a);
}

/* --- the pointer --- */

void bw_asm_lose_pointer(struct bw_i2c_assembler *a)
{
    a->part_pos.known = false;
}

/* ... nor does the guest know. */
static void forget_pointer(struct bw_i2c_assembler *a)
{
    if (a->config.profile) {
        a->guest_pos = bw_part_profile_point(a->config.profile, NULL, 0);
    }
    bw_asm_lose_pointer(a);
}

/* The last write message that has bytes: *@bytes, and how many. */
static size_t last_write(const struct bw_i2c_assembler *a,
                         const uint8_t **bytes)
{
    size_t end = a->tx_len;
    unsigned i = a->nwrites;

    while (i > 0 && a->writes[i - 1].len == 0) {
        i--;
    }
    if (i == 0) {
        return 0;
    }
    *bytes = a->tx + end - a->writes[i - 1].len;
    return a->writes[i - 1].len;
}

/* Is the message under way for the part that the profile is about? */
static bool is_known_part(const struct bw_i2c_assembler *a)
{
    return a->config.profile && a->addr == a->config.hostaddr &&
           a->flags == a->config.flags;
}

void bw_asm_note_writes(struct bw_i2c_assembler *a)
{
    const uint8_t *bytes;
    size_t len = last_write(a, &bytes);

    if (!is_known_part(a)) {
        forget_pointer(a); /* a general call may be a reset */
    } else if (len > 0) {
        a->guest_pos = bw_part_profile_point(a->config.profile, bytes, len);
        a->part_pos = a->guest_pos;
    }
}

/* Has the last write message more than a pointer: is it an SMBus call? */
static bool writes_data(const struct bw_i2c_assembler *a)
{
    const uint8_t *bytes;

    return last_write(a, &bytes) > a->config.profile->pointer_len;
}

/* --- messages --- */

static void add_read(struct bw_i2c_assembler *a, uint16_t len)
{
    a->ask_len = len;
    bw_asm_add_msg(a, BW_I2C_READ, a->rx, len);
}

/* Where the next transfer reads from; its first @skip bytes the guest has. */
static void note_place(struct bw_i2c_assembler *a, uint16_t skip)
{
    a->fetch_pos = a->guest_pos;
    if (skip > 0) {
        a->fetch_pos.offset = 0;
    }
    a->skip = skip;
}

/* A write that puts the part's pointer to where the next read begins. */
static void add_pointer(struct bw_i2c_assembler *a)
{
    size_t len = bw_part_profile_pointer(a->config.profile, &a->fetch_pos,
                                         a->pointer_tx);

    if (len > 0) {
        bw_asm_add_msg(a, 0, a->pointer_tx, (uint16_t)len);
    }
}

/* --- the first transfer of a read --- */

static void begin_read(struct bw_i2c_assembler *a, uint32_t want)
{
    a->want = want;
    a->taken = 0;
    a->predicted = 0;
    a->fell_short = false;
    a->limited = false;
    a->skip = 0;
    a->rx_len = 0;
    a->rx_pos = 0;
    bw_asm_begin_xfer(a);
}

static void set_key(struct bw_i2c_assembler *a)
{
    if (a->tx_len > 0) {
        bw_read_key_set(&a->key, a->addr, a->flags, a->tx, a->tx_len);
    } else if (a->last.addr == a->addr && a->last.flags == a->flags) {
        a->key = a->last;
    } else {
        bw_read_key_set(&a->key, a->addr, a->flags, NULL, 0);
    }
}

/* As far as a profile allows.  In strict mode nothing is expected. */
static uint32_t run_of(struct bw_i2c_assembler *a, uint32_t expected)
{
    return bw_part_profile_run(a->config.profile, &a->guest_pos,
                               a->config.strict ? 0 : expected, &a->limited);
}

static enum bw_asm_verdict refuse_read(struct bw_i2c_assembler *a)
{
    a->stats.refused++;
    a->phase = PHASE_REFUSED;
    a->report = (struct bw_asm_report){
        .kind = BW_ASM_REPORT_REFUSED,
        .key = a->key,
    };
    return BW_ASM_NACK_ADDR;
}

/*
 * Within a register that nobody minds being read it is begun again; any other
 * is fetched as a whole before.
 */
static uint16_t offset_to_repeat(const struct bw_i2c_assembler *a)
{
    const struct bw_part_profile *p = a->config.profile;
    uint16_t width = bw_part_profile_alike(p);
    uint16_t offset = 0;

    if (bw_part_profile_may_repeat(p, &a->guest_pos)) {
        offset = a->guest_pos.offset;
    } else if (!a->guest_pos.known && width > 0) {
        offset = (uint16_t)(a->taken % width);
    }
    return offset < longest_read(a) ? offset : 0;
}

/* A read whose place in the part is known, or was left to the part. */
static enum bw_asm_verdict start_profiled(struct bw_i2c_assembler *a)
{
    uint32_t len = a->want;
    uint16_t skip = 0;

    if (len == 0) {
        len = bw_part_profile_read_len(a->config.profile, &a->guest_pos);
        a->want = len;
    }
    a->predicted = len;
    if (len == 0) {
        len = run_of(a, bw_lengths_find(&a->learned, &a->key));
        a->predicted = a->limited ? 0 : len;
    }
    if (a->nwrites > 0) {
        note_place(a, 0);
        bw_asm_add_writes(a);
    } else if (a->guest_pos.known &&
               !bw_part_pos_same(&a->guest_pos, &a->part_pos)) {
        skip = offset_to_repeat(a);
        note_place(a, skip);
        add_pointer(a);
    } else {
        note_place(a, 0);
    }
    add_read(a, cap_read(a, skip + len));
    return bw_asm_hand_out(a, WAIT_START_READ);
}

static enum bw_asm_verdict start_guessed(struct bw_i2c_assembler *a)
{
    uint32_t len = a->want;

    if (len == 0 && a->config.strict) {
        return refuse_read(a);
    }
    if (len == 0) {
        len = bw_lengths_find(&a->learned, &a->key);
    }
    if (len == 0) {
        len = a->config.read_ahead;
    }
    a->predicted = len;
    bw_asm_add_writes(a);
    add_read(a, cap_read(a, len));
    return bw_asm_hand_out(a, WAIT_START_READ);
}

enum bw_asm_verdict bw_asm_start_read(struct bw_i2c_assembler *a,
                                      uint32_t len_hint)
{
    begin_read(a, len_hint);
    set_key(a);
    if (!is_known_part(a)) {
        a->profiled = false;
        return start_guessed(a);
    }
    bw_asm_note_writes(a);
    bw_part_profile_restart(a->config.profile, &a->guest_pos);
    bw_part_profile_restart(a->config.profile, &a->part_pos);
    a->read_pos = a->guest_pos;
    a->profiled = a->tx_len == 0 || (a->guest_pos.known && !writes_data(a));
    return a->profiled ? start_profiled(a) : start_guessed(a);
}

/* --- more of it --- */

static enum bw_asm_verdict fetch_guessed(struct bw_i2c_assembler *a,
                                         bool announced)
{
    uint32_t ahead = a->config.strict ? 1 : a->config.read_ahead;

    if (!announced && a->tx_len > 0 && a->taken == a->rx_len &&
        a->rx_len < longest_read(a)) {
        uint32_t longer = (uint32_t)a->rx_len + ahead;

        if (!a->config.strict && longer < 2u * a->rx_len) {
            longer = 2u * a->rx_len;
        }
        bw_asm_add_writes(a);
        add_read(a, cap_read(a, longer));
        return bw_asm_hand_out(a, WAIT_RECV_LONGER);
    }
    a->skip = 0;
    add_read(a, cap_read(a, announced ? a->want - a->taken : ahead));
    return bw_asm_hand_out(a, WAIT_RECV_FURTHER);
}

static enum bw_asm_verdict fetch_profiled(struct bw_i2c_assembler *a,
                                          bool announced)
{
    uint32_t learned = bw_lengths_find(&a->learned, &a->key);
    uint16_t skip = offset_to_repeat(a);
    uint32_t len;

    if (announced) {
        len = a->want - a->taken;
    } else {
        len = run_of(a, learned > a->taken ? learned - a->taken : 0);
    }
    note_place(a, skip);
    if (a->guest_pos.known &&
        (skip > 0 || !bw_part_pos_same(&a->guest_pos, &a->part_pos))) {
        add_pointer(a);
    }
    add_read(a, cap_read(a, skip + len));
    return bw_asm_hand_out(a, WAIT_RECV_FURTHER);
}

enum bw_asm_verdict bw_asm_fetch_more(struct bw_i2c_assembler *a)
{
    bool announced = a->taken < a->want; /* the length is known, but long */

    if (!announced && !a->fell_short && !a->limited) {
        a->fell_short = true;
        a->stats.under_read++;
    }
    bw_asm_begin_xfer(a);
    return a->profiled ? fetch_profiled(a, announced)
                       : fetch_guessed(a, announced);
}

/* --- bytes --- */

enum bw_asm_verdict bw_asm_take_byte(struct bw_i2c_assembler *a, uint8_t *byte)
{
    *byte = a->rx[a->rx_pos++];
    if (a->taken < UINT32_MAX) {
        a->taken++;
    }
    if (a->profiled) {
        bw_part_profile_advance(a->config.profile, &a->guest_pos, 1);
    }
    return BW_ASM_ACK;
}

enum bw_asm_verdict bw_asm_complete_read(struct bw_i2c_assembler *a,
                                         enum bw_asm_waiting waited,
                                         uint8_t *byte)
{
    a->rx_len = a->ask_len;
    a->phase = PHASE_READING;
    if (waited != WAIT_RECV_LONGER) {
        a->rx_pos = a->skip;
    }
    if (a->profiled) {
        a->part_pos = a->fetch_pos;
        bw_part_profile_advance(a->config.profile, &a->part_pos, a->rx_len);
    } else {
        forget_pointer(a);
    }
    return waited == WAIT_START_READ ? BW_ASM_ACK : bw_asm_take_byte(a, byte);
}

/* --- its end --- */

void bw_asm_drop_rest(struct bw_i2c_assembler *a)
{
    a->stats.over_read += (uint64_t)(a->rx_len - a->rx_pos);
    a->rx_pos = a->rx_len;
}

/*
 * Where an over-read would be noticed, a read that was short once is taken to
 * be short for ever.
 */
static void learn(struct bw_i2c_assembler *a)
{
    uint16_t old = bw_lengths_find(&a->learned, &a->key);
    uint16_t len = cap_read(a, a->taken);

    if (a->profiled && old > 0 && old < len &&
        bw_part_profile_notices(a->config.profile, &a->read_pos, len)) {
        return;
    }
    bw_lengths_learn(&a->learned, &a->key, len);
}

void bw_asm_end_read(struct bw_i2c_assembler *a)
{
    bw_asm_drop_rest(a);
    if (a->predicted > 0 && a->predicted != a->taken) {
        a->stats.mispredicted++;
        a->report = (struct bw_asm_report){
            .kind = BW_ASM_REPORT_MISPREDICTED,
            .key = a->key,
            .predicted = a->predicted,
            .taken = a->taken,
        };
    }
    if (a->taken > a->want) {
        learn(a);
    }
}
