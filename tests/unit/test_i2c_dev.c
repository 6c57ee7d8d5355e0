/*
 * host-agent/backend_i2c_dev.c and errno_map.c, against a kernel that the test
 * plays: open, close and ioctl are wrapped.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <string.h>

#include "host-agent/backend_i2c_dev.h"
#include "host-agent/errno_map.h"

#define FAKE_FD  1234
#define FAKE_DEV "/dev/i2c-77"
#define PLAIN_FUNCS \
    (BW_I2C_FUNC_RDWR | BW_I2C_FUNC_TEN_BIT | BW_I2C_FUNC_ZERO_LEN)
#define ALL_FUNCS (I2C_FUNC_I2C | I2C_FUNC_SMBUS_QUICK | I2C_FUNC_10BIT_ADDR)

/* What the played kernel says and what it was asked. */
static struct kernel {
    int open_errno; /* 0: success */
    int rdwr_errno;
    int slave_errno;
    int funcs_errno;
    unsigned long funcs;
    bool pulled_out; /* under the next transfer */
    int rdwr_count;  /* messages done; -1: all */
    unsigned opens, closes, rdwrs, slaves;
    unsigned long timeout; /* of I2C_TIMEOUT */
    unsigned long slave;
    unsigned nmsgs;
    struct i2c_msg msgs[BW_I2C_MAX_MSGS];
} kernel;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_open(const char *path, int flags, ...)
{
    if (strcmp(path, FAKE_DEV) != 0) {
        return __real_open(path, flags, 0600);
    }
    kernel.opens++;
    errno = kernel.open_errno;
    return kernel.open_errno ? -1 : FAKE_FD;
}

int __wrap_close(int fd)
{
    if (fd != FAKE_FD) {
        return __real_close(fd);
    }
    kernel.closes++;
    return 0;
}

static int fake_rdwr(struct i2c_rdwr_ioctl_data *data)
{
    kernel.rdwrs++;
    kernel.nmsgs = data->nmsgs;
    memcpy(kernel.msgs, data->msgs, data->nmsgs * sizeof(kernel.msgs[0]));
    for (unsigned i = 0; !kernel.rdwr_errno && i < data->nmsgs; i++) {
        if (data->msgs[i].flags & I2C_M_RD) {
            memset(data->msgs[i].buf, 0x5a, data->msgs[i].len);
        }
    }
    if (kernel.pulled_out) {
        kernel.open_errno = ENOENT;
    }
    errno = kernel.rdwr_errno;
    if (kernel.rdwr_errno) {
        return -1;
    }
    return kernel.rdwr_count < 0 ? (int)data->nmsgs : kernel.rdwr_count;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    unsigned long arg;
    va_list args;

    assert_int_equal(fd, FAKE_FD);
    va_start(args, request);
    arg = va_arg(args, unsigned long);
    va_end(args);
    switch (request) {
    case I2C_FUNCS:
        *(unsigned long *)arg = kernel.funcs;
        errno = kernel.funcs_errno;
        return kernel.funcs_errno ? -1 : 0;
    case I2C_TIMEOUT:
        kernel.timeout = arg;
        return 0;
    case I2C_SLAVE:
        kernel.slaves++;
        kernel.slave = arg;
        errno = kernel.slave_errno;
        return kernel.slave_errno ? -1 : 0;
    case I2C_RDWR:
        return fake_rdwr((struct i2c_rdwr_ioctl_data *)arg);
    default:
        fail_msg("unexpected ioctl 0x%lx", request);
        return -1;
    }
}

static int new_kernel(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof(kernel));
    kernel.funcs = ALL_FUNCS;
    kernel.rdwr_count = -1;
    return 0;
}

static struct bw_i2c_adapter *open_adapter(void)
{
    char error[256] = "";
    struct bw_i2c_adapter *a = bw_i2c_dev_open(FAKE_DEV, error, sizeof(error));

    assert_string_equal(error, "");
    assert_non_null(a);
    return a;
}

static void open_must_fail(const char *part_of_error)
{
    char error[256] = "";

    assert_null(bw_i2c_dev_open(FAKE_DEV, error, sizeof(error)));
    if (!strstr(error, part_of_error)) {
        fail_msg("\"%s\" is not in \"%s\"", part_of_error, error);
    }
    assert_int_equal(kernel.closes, kernel.open_errno ? 0 : 1);
}

static enum bw_status run(struct bw_i2c_adapter *a, const char *text,
                          struct bw_wire_i2c_failure *where)
{
    static uint8_t data[512];
    struct bw_i2c_xfer x;

    assert_int_equal(bw_i2c_xfer_parse(&x, text, data, sizeof(data), NULL),
                     BW_OK);
    return a->ops->xfer(a, &x, where);
}

static void the_kernels_functions_become_the_wires(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();

    (void)state;
    assert_int_equal(a->funcs & PLAIN_FUNCS, PLAIN_FUNCS);
    assert_int_equal(a->max_len, 8192);
    a->ops->close(a);
    assert_int_equal(kernel.closes, 1);

    kernel.funcs = I2C_FUNC_I2C;
    a = open_adapter();
    assert_int_equal(a->funcs & PLAIN_FUNCS, BW_I2C_FUNC_RDWR);
    a->ops->close(a);
}

static void the_kernel_gets_the_time_out_that_the_adapter_promises(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();

    (void)state;
    assert_int_equal(kernel.timeout * 10, a->timeout_ms); /* units of 10 ms */
    a->ops->close(a);
}

static void an_adapter_without_i2c_and_smbus_is_refused(void **state)
{
    (void)state;
    kernel.funcs = I2C_FUNC_SLAVE;
    open_must_fail("neither plain I2C nor");
}

static void a_file_that_is_no_adapter_is_refused(void **state)
{
    (void)state;
    kernel.funcs_errno = ENOTTY;
    open_must_fail("is it an I2C adapter?");
}

static void a_missing_adapter_names_the_module(void **state)
{
    (void)state;
    kernel.open_errno = ENOENT;
    open_must_fail("i2c-dev");
}

static void a_forbidden_adapter_names_the_group(void **state)
{
    (void)state;
    kernel.open_errno = EACCES;
    open_must_fail("group i2c");
}

static void a_register_read_is_one_ioctl(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    assert_int_equal(run(a, "w1@0x48 0x07 r2", &where), BW_OK);
    assert_int_equal(kernel.rdwrs, 1);
    assert_int_equal(kernel.nmsgs, 2);
    assert_int_equal(kernel.msgs[0].addr, 0x48);
    assert_int_equal(kernel.msgs[0].flags, 0);
    assert_int_equal(kernel.msgs[0].len, 1);
    assert_int_equal(kernel.msgs[0].buf[0], 0x07);
    assert_int_equal(kernel.msgs[1].flags, I2C_M_RD);
    assert_int_equal(kernel.msgs[1].len, 2);
    assert_int_equal(kernel.msgs[1].buf[1], 0x5a);
    a->ops->close(a);
}

static void ten_bit_addresses_are_flagged_and_not_claimed(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    assert_int_equal(run(a, "r1@0x150t", &where), BW_OK);
    assert_int_equal(kernel.msgs[0].addr, 0x150);
    assert_int_equal(kernel.msgs[0].flags, I2C_M_RD | I2C_M_TEN);
    assert_int_equal(kernel.slaves, 0);
    a->ops->close(a);
}

/* A driver may have come since the last one. */
static void each_transfer_asks_for_its_addresses(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    assert_int_equal(run(a, "w1@0x48 0 r2", &where), BW_OK);
    assert_int_equal(kernel.slaves, 1);
    assert_int_equal(kernel.slave, 0x48);
    assert_int_equal(run(a, "w1@0x48 0 r2@0x49", &where), BW_OK);
    assert_int_equal(kernel.slaves, 3);
    assert_int_equal(kernel.slave, 0x49);
    kernel.slave_errno = EBUSY;
    assert_int_equal(run(a, "r1@0x49", &where), BW_BUSY);
    a->ops->close(a);
}

static void an_address_with_a_kernel_driver_is_busy(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    kernel.slave_errno = EBUSY;
    assert_int_equal(run(a, "r1@0x48", &where), BW_BUSY);
    assert_int_equal(kernel.rdwrs, 0);
    a->ops->close(a);
}

static void a_driver_that_does_half_of_it_is_an_error(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    kernel.rdwr_count = 1;
    assert_int_equal(run(a, "w1@0x48 0 r2", &where), BW_IO);
    a->ops->close(a);
}

/* The kernel waits with taking an adapter away until nobody has it open. */
static void the_device_is_open_during_a_transfer_only(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    assert_int_equal(kernel.opens, 1);
    assert_int_equal(kernel.closes, 1);
    assert_int_equal(run(a, "r1@0x48", &where), BW_OK);
    kernel.rdwr_errno = ENXIO;
    assert_int_equal(run(a, "r1@0x48", &where), BW_NACK_ADDR);
    assert_int_equal(kernel.opens, 3);
    assert_int_equal(kernel.closes, 3);
    a->ops->close(a);
    assert_int_equal(kernel.closes, 3);
}

static void an_unplugged_adapter_is_gone_until_it_is_back(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    kernel.rdwr_errno = ENODEV;
    kernel.pulled_out = true;
    assert_int_equal(run(a, "r1@0x48", &where), BW_GONE);
    assert_int_equal(run(a, "r1@0x48", &where), BW_GONE); /* still away */
    kernel.open_errno = 0;
    kernel.rdwr_errno = 0;
    assert_int_equal(run(a, "r1@0x48", &where), BW_OK);
    assert_int_equal(kernel.rdwrs, 2);
    a->ops->close(a);
}

/* i2c-stub */
static void no_device_at_an_address_is_a_nack(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    kernel.rdwr_errno = ENODEV;
    assert_int_equal(run(a, "r1@0x48", &where), BW_NACK_ADDR);
    assert_int_equal(where.msg, 0);
    a->ops->close(a);
}

/* i2c-tiny-usb tells EIO, others a time-out. */
static void an_error_of_an_adapter_that_is_no_more_is_gone(void **state)
{
    static const int errors[] = { EIO, ETIMEDOUT };
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        kernel.open_errno = 0;
        kernel.pulled_out = true;
        kernel.rdwr_errno = errors[i];
        assert_int_equal(run(a, "r1@0x48", &where), BW_GONE);
    }
    a->ops->close(a);
}

/* Linux, Documentation/i2c/fault-codes.rst, and the drivers. */
static void each_error_number_has_its_status(void **state)
{
    static const struct {
        int err;
        enum bw_status status;
    } cases[] = {
        { ENXIO, BW_NACK_ADDR },
        { EREMOTEIO, BW_NACK_ADDR },
        { EAGAIN, BW_ARBITRATION },
        { ETIMEDOUT, BW_TIMEOUT },
        { EBUSY, BW_BUS_ERROR }, /* the bus; a driver: see above */
        { EPROTO, BW_BUS_ERROR },
        { EBADMSG, BW_PEC },
        { EOPNOTSUPP, BW_UNSUPPORTED },
        { EACCES, BW_DENIED },
        { EPERM, BW_DENIED },
        { EINVAL, BW_INVALID },
        { EIO, BW_IO },
        { ENOMEM, BW_IO }, /* not in the table */
    };
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        kernel.rdwr_errno = cases[i].err;
        assert_int_equal(run(a, "r1@0x48", &where), cases[i].status);
        assert_int_equal(bw_status_from_errno(cases[i].err), cases[i].status);
    }
    assert_int_equal(bw_status_from_errno(ENODEV), BW_GONE); /* see above */
    a->ops->close(a);
}

static void the_place_is_told_only_if_it_is_known(void **state)
{
    struct bw_i2c_adapter *a = open_adapter();
    struct bw_wire_i2c_failure where;

    (void)state;
    kernel.rdwr_errno = ENXIO;
    run(a, "r1@0x48", &where);
    assert_int_equal(where.msg, 0);
    assert_int_equal(where.byte, 0xffff);
    run(a, "w1@0x48 0 r1", &where);
    assert_int_equal(where.msg, 0xffff);
    /* A time-out without a message would claim that nothing was begun. */
    kernel.rdwr_errno = ETIMEDOUT;
    run(a, "w1@0x48 0 r1", &where);
    assert_int_equal(where.msg, 0);
    a->ops->close(a);
}

#define TEST(function) cmocka_unit_test_setup(function, new_kernel)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_kernels_functions_become_the_wires),
        TEST(the_kernel_gets_the_time_out_that_the_adapter_promises),
        TEST(an_adapter_without_i2c_and_smbus_is_refused),
        TEST(a_file_that_is_no_adapter_is_refused),
        TEST(a_missing_adapter_names_the_module),
        TEST(a_forbidden_adapter_names_the_group),
        TEST(a_register_read_is_one_ioctl),
        TEST(ten_bit_addresses_are_flagged_and_not_claimed),
        TEST(each_transfer_asks_for_its_addresses),
        TEST(an_address_with_a_kernel_driver_is_busy),
        TEST(a_driver_that_does_half_of_it_is_an_error),
        TEST(the_device_is_open_during_a_transfer_only),
        TEST(an_unplugged_adapter_is_gone_until_it_is_back),
        TEST(no_device_at_an_address_is_a_nack),
        TEST(an_error_of_an_adapter_that_is_no_more_is_gone),
        TEST(each_error_number_has_its_status),
        TEST(the_place_is_told_only_if_it_is_known),
    };

    return cmocka_run_group_tests_name("i2c_dev", tests, NULL, NULL);
}
