/*
 * The backend of a real bus: Linux /dev/i2c-N.
 *
 * Called by service_i2c.c.  A transfer is one ioctl(I2C_RDWR), so a register
 * read is one trip into the kernel and nobody gets in between.  Source: Linux,
 * Documentation/i2c/dev-interface.rst and functionality.rst.
 *
 * An address that a kernel driver has bound is refused (BW_BUSY), as i2c-tools
 * do without -f: I2C_SLAVE is asked before the first transfer to an address.
 * An adapter that was unplugged (BW_GONE) is opened anew by the next transfer.
 *
 * Not supported: adapters without I2C_FUNC_I2C (SMBus only); messages whose
 * length the part decides (I2C_M_RECV_LEN); ignoring a NACK and the other
 * protocol mangling flags.
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

#include "host-agent/errno_map.h"

/* What i2c-dev is told to wait for one try of a transfer.  The kernel's own
 * default is one second; adapters repeat a try on lost arbitration only.  A
 * bit-banged bus (i2c-gpio) takes it for each byte that SCL is held, so it is
 * the one kind of adapter that may stay longer. */
#define TIMEOUT_MS      1000
#define TIMEOUT_UNIT_MS 10 /* of ioctl(I2C_TIMEOUT) */
#define NO_ADDR         0xffffu

struct i2c_dev {
    struct bw_i2c_adapter adapter; /* first: the ops are given its address */
    int fd;                        /* -1 while the adapter is gone */
    uint16_t claimed;              /* 7-bit address last asked for, NO_ADDR */
    char path[];
};

static uint32_t wire_funcs(unsigned long kernel_funcs)
{
    uint32_t funcs = BW_I2C_FUNC_RDWR;

    if (kernel_funcs & I2C_FUNC_10BIT_ADDR) {
        funcs |= BW_I2C_FUNC_TEN_BIT;
    }
    if (kernel_funcs & I2C_FUNC_SMBUS_QUICK) {
        funcs |= BW_I2C_FUNC_ZERO_LEN;
    }
    return funcs;
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
    default:
        return "see the kernel's log";
    }
}

/* Open @d->path and see what it can do.  Returns 0, or -1 and errno. */
static int attach(struct i2c_dev *d, char *error, size_t error_size)
{
    unsigned long funcs = 0;
    int err;

    d->fd = open(d->path, O_RDWR | O_CLOEXEC);
    if (d->fd < 0) {
        err = errno;
        snprintf(error, error_size, "cannot open %s: %s; %s", d->path,
                 strerror(err), open_cure(err));
        goto err_return;
    }
    if (ioctl(d->fd, I2C_FUNCS, &funcs) < 0) {
        err = errno;
        snprintf(error, error_size,
                 "%s does not tell its functions: %s; is it an I2C adapter?",
                 d->path, strerror(err));
        goto err_close_fd;
    }
    if (!(funcs & I2C_FUNC_I2C)) {
        err = EOPNOTSUPP;
        snprintf(error, error_size,
                 "%s speaks SMBus only, not plain I2C, and this agent does "
                 "not support that; use another adapter",
                 d->path);
        goto err_close_fd;
    }
    if (ioctl(d->fd, I2C_TIMEOUT, (unsigned long)TIMEOUT_MS / TIMEOUT_UNIT_MS) <
        0) {
        err = errno;
        snprintf(error, error_size, "%s does not take a time-out: %s", d->path,
                 strerror(err));
        goto err_close_fd;
    }
    d->adapter.funcs = wire_funcs(funcs);
    d->claimed = NO_ADDR;
    return 0;

err_close_fd:
    close(d->fd);
    d->fd = -1;
err_return:
    errno = err;
    return -1;
}

static void detach(struct i2c_dev *d)
{
    if (d->fd >= 0) {
        close(d->fd);
    }
    d->fd = -1;
}

/* BW_OK, or BW_BUSY if a kernel driver uses the address. */
static enum bw_status claim(struct i2c_dev *d, const struct bw_i2c_msg *m)
{
    if ((m->flags & BW_I2C_TEN_BIT) || m->addr == d->claimed) {
        return BW_OK;
    }
    if (ioctl(d->fd, I2C_SLAVE, (unsigned long)m->addr) < 0) {
        return errno == EBUSY ? BW_BUSY : bw_status_from_errno(errno);
    }
    d->claimed = m->addr;
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

static enum bw_status run(struct i2c_dev *d, const struct bw_i2c_xfer *x)
{
    struct i2c_msg msgs[BW_I2C_MAX_MSGS];
    struct i2c_rdwr_ioctl_data data = { .msgs = msgs, .nmsgs = x->nmsgs };
    char ignored[256];
    int done;
    size_t i;

    if (d->fd < 0 && attach(d, ignored, sizeof(ignored)) < 0) {
        return bw_status_from_errno(errno);
    }
    for (i = 0; i < x->nmsgs; i++) {
        enum bw_status status = claim(d, &x->msgs[i]);

        if (status != BW_OK) {
            return status;
        }
        msgs[i] = kernel_msg(&x->msgs[i]);
    }
    done = ioctl(d->fd, I2C_RDWR, &data);
    if (done < 0) {
        return bw_status_from_errno(errno);
    }
    /* fewer: a driver that stopped half-way without a word */
    return done == x->nmsgs ? BW_OK : BW_IO;
}

static enum bw_status i2c_dev_xfer(struct bw_i2c_adapter *a,
                                   struct bw_i2c_xfer *x,
                                   struct bw_wire_i2c_failure *where)
{
    struct i2c_dev *d = (struct i2c_dev *)a;
    enum bw_status status = run(d, x);

    if (status == BW_OK) {
        return BW_OK;
    }
    bw_errno_locate(status, x, where);
    if (status == BW_GONE) {
        detach(d);
    }
    return status;
}

static void i2c_dev_close(struct bw_i2c_adapter *a)
{
    struct i2c_dev *d = (struct i2c_dev *)a;

    detach(d);
    free(d);
}

static const struct bw_i2c_adapter_ops i2c_dev_ops = {
    .xfer = i2c_dev_xfer,
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
    d->adapter.max_len = BW_I2C_MAX_LEN;
    d->adapter.timeout_ms = TIMEOUT_MS;
    if (attach(d, error, error_size) < 0) {
        err = errno;
        free(d);
        errno = err;
        return NULL;
    }
    return &d->adapter;
}
