/*
 * The SMBus side of the torture part: forms whose length command and count
 * say, and the packet error code behind them.
 *
 * Source: SMBus 3.2, section 6.5 (protocols), 6.4 (PEC).  A byte where the PEC
 * would be is taken for one: if it is wrong, it is not acknowledged, and the
 * write does nothing (6.4.1.2 leaves a slave the choice).  A byte behind the
 * PEC is not acknowledged either.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/torture_smbus.h"

#include <string.h>

enum torture_command {
    COMMAND_BYTE = 0xc0,
    COMMAND_WORD = 0xc1,
    COMMAND_BLOCK = 0xc2,
    COMMAND_CALL = 0xc3,
    COMMAND_BLOCK_CALL = 0xc4
};

void bw_torture_smbus_begin(struct bw_torture_smbus *s)
{
    s->in_len = 0;
    s->bad = false;
}

/* How many bytes belong to the write, as far as one can tell by now. */
static unsigned expected(const struct bw_torture_smbus *s, uint8_t command)
{
    switch (command) {
    case COMMAND_BYTE:
        return 1;
    case COMMAND_WORD:
    case COMMAND_CALL:
        return 2;
    case COMMAND_BLOCK:
    case COMMAND_BLOCK_CALL:
        return s->in_len > 0 ? 1u + s->in[0] : 1;
    default:
        return 0; /* the command is all there is */
    }
}

bool bw_torture_smbus_write(struct bw_torture_smbus *s, uint8_t command,
                            uint8_t byte)
{
    unsigned len = expected(s, command);

    if (s->bad || s->in_len > len) {
        return false;
    }
    if (s->in_len == len) { /* the PEC; it is not kept */
        s->bad = byte != s->pec;
        s->pec_errors += s->bad;
        s->in_len++;
        return !s->bad;
    }
    s->in[s->in_len++] = byte;
    return true;
}

/* Out goes the complement of a word, or the bytes of a block in reverse. */
static void call(struct bw_torture_smbus *s)
{
    s->word[0] = (uint8_t)~s->in[0];
    s->word[1] = (uint8_t)~s->in[1];
}

static void block_call(struct bw_torture_smbus *s)
{
    unsigned count = s->in[0];

    s->block[0] = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        s->block[1 + i] = s->in[count - i];
    }
}

void bw_torture_smbus_end(struct bw_torture_smbus *s, uint8_t command)
{
    unsigned len = expected(s, command);

    if (s->bad || s->in_len < len || s->in_len == 0) {
        return;
    }
    switch (command) {
    case COMMAND_BYTE:
        s->byte = s->in[0];
        break;
    case COMMAND_WORD:
        memcpy(s->word, s->in, sizeof(s->word));
        break;
    case COMMAND_BLOCK:
        memcpy(s->block, s->in, len);
        break;
    case COMMAND_CALL:
        call(s);
        break;
    case COMMAND_BLOCK_CALL:
        block_call(s);
        break;
    default:
        break;
    }
    s->in_len = 0;
}

void bw_torture_smbus_answer(struct bw_torture_smbus *s, uint8_t command)
{
    s->out_pos = 0;
    switch (command) {
    case COMMAND_BYTE:
        s->out[0] = s->byte;
        s->out_len = 1;
        break;
    case COMMAND_WORD:
    case COMMAND_CALL:
        memcpy(s->out, s->word, sizeof(s->word));
        s->out_len = sizeof(s->word);
        break;
    case COMMAND_BLOCK:
    case COMMAND_BLOCK_CALL:
        memcpy(s->out, s->block, sizeof(s->block));
        s->out_len = (uint16_t)(1 + s->block[0]);
        break;
    default:
        s->out[0] = command; /* receive byte: what send byte sent */
        s->out_len = 1;
        break;
    }
}

uint8_t bw_torture_smbus_read(struct bw_torture_smbus *s)
{
    if (s->out_pos < s->out_len) {
        return s->out[s->out_pos++];
    }
    if (s->out_pos == s->out_len) {
        s->out_pos++;
        return s->pec;
    }
    return 0xff;
}
