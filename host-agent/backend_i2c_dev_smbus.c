/*
 * The SMBus side of /dev/i2c-N: ioctl(I2C_SMBUS).
 *
 * Where the adapter is a PC's chipset or i2c-stub, it is all there is; on an
 * adapter for plain messages the kernel makes messages of it.  Source: Linux,
 * Documentation/i2c/dev-interface.rst, functionality.rst, smbus-protocol.rst.
 *
 * The kernel keeps to SMBus 2: blocks of at most 32 bytes, in both directions;
 * a part that counts more is a bus error.  An I2C block never has a PEC there,
 * the flag is ignored; it is not offered here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_i2c_dev_smbus.h"

#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <string.h>
#include <sys/ioctl.h>

#include "host-agent/errno_map.h"
#include "lib/wire_smbus.h"

/* The kernel tells the two directions apart everywhere; a byte and a word
 * count as there only if both are. */
static const struct {
    unsigned long kernel; /* all of these bits */
    uint32_t func;
} func_map[] = {
    { I2C_FUNC_SMBUS_QUICK, BW_I2C_FUNC_SMBUS_QUICK },
    { I2C_FUNC_SMBUS_BYTE, BW_I2C_FUNC_SMBUS_BYTE },
    { I2C_FUNC_SMBUS_BYTE_DATA, BW_I2C_FUNC_SMBUS_BYTE_DATA },
    { I2C_FUNC_SMBUS_WORD_DATA, BW_I2C_FUNC_SMBUS_WORD_DATA },
    { I2C_FUNC_SMBUS_PROC_CALL, BW_I2C_FUNC_SMBUS_PROC_CALL },
    { I2C_FUNC_SMBUS_WRITE_BLOCK_DATA, BW_I2C_FUNC_SMBUS_BLOCK_WRITE },
    { I2C_FUNC_SMBUS_READ_BLOCK_DATA, BW_I2C_FUNC_SMBUS_BLOCK_READ },
    { I2C_FUNC_SMBUS_BLOCK_PROC_CALL, BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL },
    { I2C_FUNC_SMBUS_WRITE_I2C_BLOCK, BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE },
    { I2C_FUNC_SMBUS_READ_I2C_BLOCK, BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ },
    { I2C_FUNC_SMBUS_PEC, BW_I2C_FUNC_SMBUS_PEC },
};

uint32_t bw_i2c_dev_smbus_funcs(unsigned long kernel_funcs)
{
    uint32_t funcs = 0;

    for (size_t i = 0; i < sizeof(func_map) / sizeof(func_map[0]); i++) {
        if ((kernel_funcs & func_map[i].kernel) == func_map[i].kernel) {
            funcs |= func_map[i].func;
        }
    }
    return funcs;
}

bool bw_i2c_dev_smbus_fits(uint32_t kernel_has, const struct bw_smbus_xfer *x)
{
    if (x->form == BW_SMBUS_I2C_BLOCK &&
        ((x->flags & BW_SMBUS_PEC) || x->in_len > BW_I2C_DEV_MAX_BLOCK)) {
        return false;
    }
    return x->out_len <= BW_I2C_DEV_MAX_BLOCK &&
           (bw_wire_smbus_funcs(x) & ~kernel_has) == 0;
}

static uint32_t kernel_size(unsigned form)
{
    static const uint32_t sizes[] = {
        [BW_SMBUS_QUICK] = I2C_SMBUS_QUICK,
        [BW_SMBUS_BYTE] = I2C_SMBUS_BYTE,
        [BW_SMBUS_BYTE_DATA] = I2C_SMBUS_BYTE_DATA,
        [BW_SMBUS_WORD_DATA] = I2C_SMBUS_WORD_DATA,
        [BW_SMBUS_PROC_CALL] = I2C_SMBUS_PROC_CALL,
        [BW_SMBUS_BLOCK] = I2C_SMBUS_BLOCK_DATA,
        [BW_SMBUS_BLOCK_PROC_CALL] = I2C_SMBUS_BLOCK_PROC_CALL,
        [BW_SMBUS_I2C_BLOCK] = I2C_SMBUS_I2C_BLOCK_DATA,
    };

    return sizes[form];
}

/* @x's data as the kernel has it. */
static void put_data(const struct bw_smbus_xfer *x, union i2c_smbus_data *d)
{
    memset(d, 0, sizeof(*d));
    switch (x->form) {
    case BW_SMBUS_BYTE_DATA:
        d->byte = x->out[0];
        break;
    case BW_SMBUS_WORD_DATA:
    case BW_SMBUS_PROC_CALL:
        d->word = (uint16_t)(x->out[0] | x->out[1] << 8);
        break;
    case BW_SMBUS_BLOCK:
    case BW_SMBUS_BLOCK_PROC_CALL:
    case BW_SMBUS_I2C_BLOCK:
        d->block[0] = bw_smbus_in_len(x) > 0 ? x->in_len : x->out_len;
        memcpy(d->block + 1, x->out, x->out_len);
        break;
    default:
        break;
    }
}

/* Returns BW_BUS_ERROR for a count that a driver should not have let pass. */
static enum bw_status take_block(struct bw_smbus_xfer *x,
                                 const union i2c_smbus_data *d)
{
    int asked = bw_smbus_in_len(x);
    uint8_t len = d->block[0];

    if (len == 0 || len > BW_I2C_DEV_MAX_BLOCK || (asked > 0 && len != asked)) {
        return BW_BUS_ERROR;
    }
    memcpy(x->in, d->block + 1, len);
    x->in_len = len;
    return BW_OK;
}

static enum bw_status take_data(struct bw_smbus_xfer *x,
                                const union i2c_smbus_data *d)
{
    if (!bw_smbus_reads(x)) {
        return BW_OK;
    }
    switch (x->form) {
    case BW_SMBUS_BYTE:
    case BW_SMBUS_BYTE_DATA:
        x->in_len = 1;
        x->in[0] = d->byte;
        return BW_OK;
    case BW_SMBUS_WORD_DATA:
    case BW_SMBUS_PROC_CALL:
        x->in_len = 2;
        x->in[0] = (uint8_t)d->word;
        x->in[1] = (uint8_t)(d->word >> 8);
        return BW_OK;
    default:
        return take_block(x, d);
    }
}

enum bw_status bw_i2c_dev_smbus(int fd, struct bw_smbus_xfer *x)
{
    union i2c_smbus_data d;
    struct i2c_smbus_ioctl_data args = {
        .read_write =
            x->flags & BW_SMBUS_READ ? I2C_SMBUS_READ : I2C_SMBUS_WRITE,
        .command = x->command,
        .size = kernel_size(x->form),
        .data = &d,
    };

    if ((x->flags & BW_SMBUS_PEC) && ioctl(fd, I2C_PEC, 1ul) < 0) {
        return bw_status_from_errno(errno);
    }
    put_data(x, &d);
    if (ioctl(fd, I2C_SMBUS, &args) < 0) {
        return bw_status_from_errno(errno);
    }
    return take_data(x, &d);
}
