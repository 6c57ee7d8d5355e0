/*
 * The SMBus packet error code and what a protocol may look like; see smbus.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "smbus.h"

#define POLYNOMIAL 0x07u /* x^8 + x^2 + x + 1 without the first term */
#define ADDR7_MAX  0x7fu

uint8_t bw_smbus_pec(uint8_t pec, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        pec ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            pec = (uint8_t)((pec << 1) ^ (pec & 0x80u ? POLYNOMIAL : 0));
        }
    }
    return pec;
}

/* Bytes that the master sends behind the command, by form; -1: 1 or more. */
static int out_len_of(const struct bw_smbus_xfer *x)
{
    bool is_read = x->flags & BW_SMBUS_READ;

    switch (x->form) {
    case BW_SMBUS_BYTE_DATA:
        return is_read ? 0 : 1;
    case BW_SMBUS_WORD_DATA:
        return is_read ? 0 : 2;
    case BW_SMBUS_PROC_CALL:
        return 2;
    case BW_SMBUS_BLOCK_PROC_CALL:
        return -1;
    case BW_SMBUS_BLOCK:
    case BW_SMBUS_I2C_BLOCK:
        return is_read ? 0 : -1;
    default:
        return 0;
    }
}

/* A call is a write and a read; READ says the direction of the other forms. */
static bool flags_fit(const struct bw_smbus_xfer *x)
{
    bool call =
        x->form == BW_SMBUS_PROC_CALL || x->form == BW_SMBUS_BLOCK_PROC_CALL;

    if (x->flags & ~(unsigned)(BW_SMBUS_READ | BW_SMBUS_PEC)) {
        return false;
    }
    if (x->form == BW_SMBUS_QUICK && (x->flags & BW_SMBUS_PEC)) {
        return false;
    }
    return !call || !(x->flags & BW_SMBUS_READ);
}

enum bw_status bw_smbus_check(const struct bw_smbus_xfer *x)
{
    int out_len = out_len_of(x);
    bool counts_reads =
        x->form == BW_SMBUS_I2C_BLOCK && (x->flags & BW_SMBUS_READ);

    if (x->addr > ADDR7_MAX || x->form > BW_SMBUS_I2C_BLOCK || !flags_fit(x)) {
        return BW_INVALID;
    }
    if (out_len < 0 ? x->out_len == 0 : x->out_len != out_len) {
        return BW_INVALID;
    }
    return counts_reads && x->in_len == 0 ? BW_INVALID : BW_OK;
}

bool bw_smbus_reads(const struct bw_smbus_xfer *x)
{
    return bw_smbus_in_len(x) != 0;
}

int bw_smbus_in_len(const struct bw_smbus_xfer *x)
{
    bool is_read = x->flags & BW_SMBUS_READ;

    switch (x->form) {
    case BW_SMBUS_BYTE:
    case BW_SMBUS_BYTE_DATA:
        return is_read ? 1 : 0;
    case BW_SMBUS_WORD_DATA:
        return is_read ? 2 : 0;
    case BW_SMBUS_PROC_CALL:
        return 2;
    case BW_SMBUS_BLOCK:
        return is_read ? -1 : 0;
    case BW_SMBUS_BLOCK_PROC_CALL:
        return -1;
    case BW_SMBUS_I2C_BLOCK:
        return is_read ? x->in_len : 0;
    default:
        return 0;
    }
}

const char *bw_smbus_name(unsigned form, bool is_read)
{
    static const char *const names[][2] = {
        [BW_SMBUS_QUICK] = { "quick write", "quick read" },
        [BW_SMBUS_BYTE] = { "send byte", "receive byte" },
        [BW_SMBUS_BYTE_DATA] = { "write byte", "read byte" },
        [BW_SMBUS_WORD_DATA] = { "write word", "read word" },
        [BW_SMBUS_PROC_CALL] = { "process call", "process call" },
        [BW_SMBUS_BLOCK] = { "block write", "block read" },
        [BW_SMBUS_BLOCK_PROC_CALL] = { "block process call",
                                       "block process call" },
        [BW_SMBUS_I2C_BLOCK] = { "I2C block write", "I2C block read" },
    };

    return form < sizeof(names) / sizeof(names[0]) ? names[form][is_read]
                                                   : "unknown";
}
