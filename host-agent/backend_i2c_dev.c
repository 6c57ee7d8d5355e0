/*
 * The backend of a real bus: Linux /dev/i2c-N.
 *
 * Called by service_i2c.c.  A transfer is one ioctl(I2C_RDWR), so a register
 * read is one trip into the kernel and nobody gets in between.  Source: Linux,
 * Documentation/i2c/dev-interface.rst and functionality.rst.
 *
 * An address that a kernel driver has bound is refused (BW_BUSY), as i2c-tools
 * do without -f: each transfer asks I2C_SLAVE first.
 *
 * The device is open during a transfer only.  Linux takes an unplugged adapter
 * away once the last file on it is closed, and the USB hub's thread waits for
 * that: an agent that kept its file would stop all plugging on its machine
 * (seen with i2c-tiny-usb and 6.1).  So an adapter that is put back is there
 * for the next transfer; without it that is BW_GONE.
 *
 * An SMBus protocol is one ioctl(I2C_SMBUS), see backend_i2c_dev_smbus.c, or
 * plain messages where the kernel cannot do it and its lengths are known.  An
 * adapter without I2C_FUNC_I2C (PC chipsets, i2c-stub) has protocols only: a
 * transfer that is one of them (lib/smbus_map.h) is done as that, any other is
 * BW_UNSUPPORTED before the bus is touched.
 *
 * Not supported: messages whose length the part decides (I2C_M_RECV_LEN; SMBus
 * block reads are); ignoring a NACK and the other protocol mangling flags.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_i2c_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host-agent/backend_i2c_dev_smbus.h"
#include "host-agent/errno_map.h"
#include "lib/smbus_map.h"
#include "lib/wire_smbus.h"

/* What i2c-dev is told to wait for one try of a transfer.  The kernel's own
 * default is one second; adapters repeat a try on lost arbitration only.  A
 * bit-banged bus (i2c-gpio) takes it for each byte that SCL is held, so it is
 * the one kind of adapter that may stay longer. */
#define TIMEOUT_MS      1000
#define TIMEOUT_UNIT_MS 10 /* of ioctl(I2C_TIMEOUT) */
#define NO_ADDR         0xffffu

struct i2c_dev {
    struct bw_i2c_adapter adapter; /* first: the ops are given its address */
    int fd;                        /* during a transfer */
    uint16_t claimed;              /* 7-bit address last asked for, NO_ADDR */
    bool plain;                    /* takes I2C_RDWR */
    uint32_t kernel_smbus;         /* forms that I2C_SMBUS can do */
    char path[];
};

/* The forms that plain messages make; only the part knows the count of the
 * others. */
#define PLAIN_SMBUS_FUNCS                                                \
    (BW_I2C_FUNC_SMBUS_BYTE | BW_I2C_FUNC_SMBUS_BYTE_DATA |              \
     BW_I2C_FUNC_SMBUS_WORD_DATA | BW_I2C_FUNC_SMBUS_PROC_CALL |         \
     BW_I2C_FUNC_SMBUS_BLOCK_WRITE | BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE | \
     BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ | BW_I2C_FUNC_SMBUS_PEC)

static void take_funcs(struct i2c_dev *d, unsigned long kernel_funcs)
{
    uint32_t funcs = bw_i2c_dev_smbus_funcs(kernel_funcs);

    d->kernel_smbus = funcs;
    d->plain = kernel_funcs & I2C_FUNC_I2C;
    d->adapter.max_len = d->plain ? BW_I2C_MAX_LEN : 1 + BW_I2C_DEV_MAX_BLOCK;
    if (d->plain) {
        funcs |= BW_I2C_FUNC_RDWR | PLAIN_SMBUS_FUNCS;
    }
    if (d->plain && (kernel_funcs & I2C_FUNC_10BIT_ADDR)) {
        funcs |= BW_I2C_FUNC_TEN_BIT;
    }
    if (kernel_funcs & I2C_FUNC_SMBUS_QUICK) {
        funcs |= BW_I2C_FUNC_ZERO_LEN;
    }
    d->adapter.funcs = funcs;
}

static const char *open_cure(int err)
{
    switch (err) {
    case ENOENT:
        return "load the i2c-dev module, enable the bus, and see "
               "'i2cdetect -l' for the numbers there are";
    case EACCES:
    case EPERM:
        return "add the agent's user to the group i2c";
    case ENXIO:
    case ENODEV:
        return "plug the adapter in again";
    case ENOTTY:
    case EINVAL:
        return "is it an I2C adapter?";
    default:
        return "see the kernel's log";
    }
}

/* Returns 0, or -1 and errno. */
static int attach(struct i2c_dev *d)
{
    int err;

    d->claimed = NO_ADDR;
    d->fd = open(d->path, O_RDWR | O_CLOEXEC);
    if (d->fd < 0) {
        return -1;
    }
    if (ioctl(d->fd, I2C_TIMEOUT, (unsigned long)TIMEOUT_MS / TIMEOUT_UNIT_MS) <
        0) {
        err = errno;
        close(d->fd);
        errno = err;
        return -1;
    }
    return 0;
}

static void detach(struct i2c_dev *d)
{
    close(d->fd);
    d->fd = -1;
}

/* See what it can do, once: some adapters are asked over their cable.
 * Returns 0, or -1 and errno. */
static int ask_funcs(struct i2c_dev *d, char *error, size_t error_size)
{
    unsigned long funcs = 0;
    int err;

    if (ioctl(d->fd, I2C_FUNCS, &funcs) < 0) {
        err = errno;
        snprintf(error, error_size,
                 "%s does not tell its functions: %s; is it an I2C adapter?",
                 d->path, strerror(err));
        errno = err;
        return -1;
    }
    if (!(funcs & I2C_FUNC_I2C) && bw_i2c_dev_smbus_funcs(funcs) == 0) {
        snprintf(error, error_size,
                 "%s can do neither plain I2C nor any SMBus protocol; use "
                 "another adapter",
                 d->path);
        errno = EOPNOTSUPP;
        return -1;
    }
    take_funcs(d, funcs);
    return 0;
}

/* BW_OK, or BW_BUSY if a kernel driver uses the address. */
static enum bw_status claim(struct i2c_dev *d, uint16_t addr7)
{
    if (addr7 == d->claimed) {
        return BW_OK;
    }
    if (ioctl(d->fd, I2C_SLAVE, (unsigned long)addr7) < 0) {
        return errno == EBUSY ? BW_BUSY : bw_status_from_errno(errno);
    }
    d->claimed = addr7;
    return BW_OK;
}

static struct i2c_msg kernel_msg(const struct bw_i2c_msg *m)
{
    struct i2c_msg k = {
        .addr = m->addr,
        .len = m->len,
        .buf = m->data,
    };

    if (m->flags & BW_I2C_READ) {
        k.flags |= I2C_M_RD;
    }
    if (m->flags & BW_I2C_TEN_BIT) {
        k.flags |= I2C_M_TEN;
    }
    return k;
}

static enum bw_status begin(struct i2c_dev *d)
{
    return attach(d) < 0 ? bw_status_from_errno(errno) : BW_OK;
}

/* Whether the adapter is there says more than some errors: when it is pulled
 * out under a transfer, drivers tell EIO or a time-out, and i2c-stub tells
 * ENODEV of an address that nobody has. */
static enum bw_status end(struct i2c_dev *d, enum bw_status status)
{
    detach(d);
    if (status != BW_IO && status != BW_TIMEOUT && status != BW_GONE) {
        return status;
    }
    if (attach(d) < 0) {
        return bw_status_from_errno(errno) == BW_GONE ? BW_GONE : status;
    }
    detach(d);
    return status == BW_GONE ? BW_NACK_ADDR : status;
}

static enum bw_status run_plain(struct i2c_dev *d, const struct bw_i2c_xfer *x)
{
    struct i2c_msg msgs[BW_I2C_MAX_MSGS];
    struct i2c_rdwr_ioctl_data data = { .msgs = msgs, .nmsgs = x->nmsgs };
    int done;
    size_t i;

    for (i = 0; i < x->nmsgs; i++) {
        const struct bw_i2c_msg *m = &x->msgs[i];
        enum bw_status status =
            m->flags & BW_I2C_TEN_BIT ? BW_OK : claim(d, m->addr);

        if (status != BW_OK) {
            return status;
        }
        msgs[i] = kernel_msg(m);
    }
    done = ioctl(d->fd, I2C_RDWR, &data);
    if (done < 0) {
        return bw_status_from_errno(errno);
    }
    /* fewer: a driver that stopped half-way without a word */
    return done == x->nmsgs ? BW_OK : BW_IO;
}

static enum bw_status run_protocol(struct i2c_dev *d, struct bw_smbus_xfer *x)
{
    enum bw_status status = claim(d, x->addr);

    return status == BW_OK ? bw_i2c_dev_smbus(d->fd, x) : status;
}

/* A transfer on an adapter that has protocols only. */
static enum bw_status run_mapped(struct i2c_dev *d, struct bw_i2c_xfer *x)
{
    struct bw_smbus_xfer s;
    enum bw_status status =
        bw_smbus_from_i2c(x, d->kernel_smbus, BW_I2C_DEV_MAX_BLOCK, &s);

    if (status == BW_OK) {
        status = run_protocol(d, &s);
    }
    if (status == BW_OK) {
        bw_smbus_give_i2c(&s, x);
    }
    return status;
}

static enum bw_status i2c_dev_xfer(struct bw_i2c_adapter *a,
                                   struct bw_i2c_xfer *x,
                                   struct bw_wire_i2c_failure *where)
{
    struct i2c_dev *d = (struct i2c_dev *)a;
    enum bw_status status = begin(d);

    if (status == BW_OK) {
        status = end(d, d->plain ? run_plain(d, x) : run_mapped(d, x));
    }
    if (status != BW_OK) {
        bw_errno_locate(status, x, where);
    }
    return status;
}

/* A protocol that the kernel cannot do, as messages. */
static enum bw_status run_as_plain(struct i2c_dev *d, struct bw_smbus_xfer *x)
{
    struct bw_smbus_plain p;
    enum bw_status status = bw_smbus_to_plain(x, &p);

    if (status == BW_OK) {
        status = run_plain(d, &p.xfer);
    }
    return status == BW_OK ? bw_smbus_take_plain(x, &p) : status;
}

static enum bw_status i2c_dev_smbus(struct bw_i2c_adapter *a,
                                    struct bw_smbus_xfer *x)
{
    struct i2c_dev *d = (struct i2c_dev *)a;
    enum bw_status status = begin(d);

    if (status != BW_OK) {
        return status;
    }
    if (bw_i2c_dev_smbus_fits(d->kernel_smbus, x)) {
        status = run_protocol(d, x);
    } else {
        status = d->plain ? run_as_plain(d, x) : BW_UNSUPPORTED;
    }
    return end(d, status);
}

static void i2c_dev_close(struct bw_i2c_adapter *a)
{
    free(a); /* its first member is the adapter */
}

static const struct bw_i2c_adapter_ops i2c_dev_ops = {
    .xfer = i2c_dev_xfer,
    .smbus = i2c_dev_smbus,
    .close = i2c_dev_close,
};

struct bw_i2c_adapter *bw_i2c_dev_open(const char *path, char *error,
                                       size_t error_size)
{
    size_t size = strlen(path) + 1;
    struct i2c_dev *d = calloc(1, sizeof(*d) + size);
    int err;

    if (!d) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    memcpy(d->path, path, size);
    d->adapter.ops = &i2c_dev_ops;
    d->adapter.timeout_ms = TIMEOUT_MS;
    if (attach(d) < 0) {
        err = errno;
        snprintf(error, error_size, "cannot open %s: %s; %s", path,
                 strerror(err), open_cure(err));
        goto err_free;
    }
    if (ask_funcs(d, error, error_size) < 0) {
        err = errno;
        goto err_detach;
    }
    detach(d);
    return &d->adapter;

err_detach:
    detach(d);
err_free:
    free(d);
    errno = err;
    return NULL;
}
