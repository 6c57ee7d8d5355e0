/*
 * SMBus through host-agent/backend_i2c_dev.c, against a kernel that the test
 * plays: a part whose memory is one block, behind I2C_SMBUS and I2C_RDWR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <string.h>

#include "host-agent/backend_i2c_dev.h"
#include "lib/smbus.h"

#define FAKE_FD  1234
#define FAKE_DEV "/dev/i2c-77"

/* i2c-piix4 and i2c-i801 without PEC, and i2c-stub, have about these */
#define CHIPSET                                                              \
    (I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE | I2C_FUNC_SMBUS_BYTE_DATA | \
     I2C_FUNC_SMBUS_WORD_DATA | I2C_FUNC_SMBUS_BLOCK_DATA |                  \
     I2C_FUNC_SMBUS_I2C_BLOCK)

static struct kernel {
    int open_errno; /* 0: success */
    unsigned long funcs;
    int smbus_errno;
    unsigned opens, closes, slaves, smbuses, rdwrs, pecs;
    unsigned long pec; /* what it was told last */
    struct i2c_smbus_ioctl_data last;
    union i2c_smbus_data given; /* what came with it */
    union i2c_smbus_data answer;
    struct i2c_msg msgs[BW_I2C_MAX_MSGS];
    uint8_t rdwr_out[300]; /* of the first message */
    uint8_t rdwr_in[300];
    unsigned nmsgs;
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
    if (kernel.open_errno) {
        errno = kernel.open_errno;
        return -1;
    }
    kernel.opens++;
    return FAKE_FD;
}

int __wrap_close(int fd)
{
    if (fd != FAKE_FD) {
        return __real_close(fd);
    }
    kernel.closes++;
    return 0;
}

static int fake_smbus(const struct i2c_smbus_ioctl_data *args)
{
    kernel.smbuses++;
    kernel.last = *args;
    kernel.given = *args->data;
    errno = kernel.smbus_errno;
    if (kernel.smbus_errno) {
        return -1;
    }
    if (args->read_write == I2C_SMBUS_READ ||
        args->size == I2C_SMBUS_PROC_CALL ||
        args->size == I2C_SMBUS_BLOCK_PROC_CALL) {
        *args->data = kernel.answer;
    }
    return 0;
}

static int fake_rdwr(const struct i2c_rdwr_ioctl_data *data)
{
    kernel.rdwrs++;
    kernel.nmsgs = data->nmsgs;
    memcpy(kernel.msgs, data->msgs, data->nmsgs * sizeof(kernel.msgs[0]));
    for (unsigned i = 0; i < data->nmsgs; i++) {
        struct i2c_msg *m = &data->msgs[i];

        if (m->flags & I2C_M_RD) {
            memcpy(m->buf, kernel.rdwr_in, m->len);
        } else {
            memcpy(kernel.rdwr_out, m->buf, m->len);
        }
    }
    return (int)data->nmsgs;
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
        return 0;
    case I2C_TIMEOUT:
        return 0;
    case I2C_SLAVE:
        kernel.slaves++;
        return 0;
    case I2C_PEC:
        kernel.pecs++;
        kernel.pec = arg;
        return 0;
    case I2C_SMBUS:
        return fake_smbus((const struct i2c_smbus_ioctl_data *)arg);
    case I2C_RDWR:
        assert_true(kernel.funcs & I2C_FUNC_I2C);
        return fake_rdwr((const struct i2c_rdwr_ioctl_data *)arg);
    default:
        fail_msg("unexpected ioctl 0x%lx", request);
        return -1;
    }
}

static struct bw_i2c_adapter *open_with(unsigned long funcs)
{
    char error[256] = "";
    struct bw_i2c_adapter *a;

    memset(&kernel, 0, sizeof(kernel));
    kernel.funcs = funcs;
    a = bw_i2c_dev_open(FAKE_DEV, error, sizeof(error));
    assert_string_equal(error, "");
    assert_non_null(a);
    return a;
}

static enum bw_status run(struct bw_i2c_adapter *a, const char *text,
                          struct bw_i2c_xfer *x)
{
    static uint8_t data[512];
    struct bw_wire_i2c_failure where;

    memset(data, 0, sizeof(data));
    assert_int_equal(bw_i2c_xfer_parse(x, text, data, sizeof(data), NULL),
                     BW_OK);
    return a->ops->xfer(a, x, &where);
}

static enum bw_status smbus(struct bw_i2c_adapter *a, struct bw_smbus_xfer *x)
{
    x->addr = 0x0b;
    assert_int_equal(bw_smbus_check(x), BW_OK);
    return a->ops->smbus(a, x);
}

static void a_chipsets_functions_become_the_wires(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET | I2C_FUNC_SMBUS_PEC);

    (void)state;
    assert_int_equal(
        a->funcs,
        BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_SMBUS_QUICK |
            BW_I2C_FUNC_SMBUS_BYTE | BW_I2C_FUNC_SMBUS_BYTE_DATA |
            BW_I2C_FUNC_SMBUS_WORD_DATA | BW_I2C_FUNC_SMBUS_BLOCK_WRITE |
            BW_I2C_FUNC_SMBUS_BLOCK_READ | BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE |
            BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ | BW_I2C_FUNC_SMBUS_PEC);
    assert_int_equal(a->max_len, 33); /* a command and a block */
    a->ops->close(a);
    /* one direction of two is not the form */
    a = open_with(I2C_FUNC_SMBUS_READ_BYTE | I2C_FUNC_SMBUS_QUICK);
    assert_int_equal(a->funcs, BW_I2C_FUNC_ZERO_LEN | BW_I2C_FUNC_SMBUS_QUICK);
    a->ops->close(a);
}

static void plain_messages_do_what_has_known_lengths(void **state)
{
    struct bw_i2c_adapter *a = open_with(I2C_FUNC_I2C);

    (void)state;
    assert_int_equal(
        a->funcs,
        BW_I2C_FUNC_RDWR | BW_I2C_FUNC_SMBUS_BYTE |
            BW_I2C_FUNC_SMBUS_BYTE_DATA | BW_I2C_FUNC_SMBUS_WORD_DATA |
            BW_I2C_FUNC_SMBUS_PROC_CALL | BW_I2C_FUNC_SMBUS_BLOCK_WRITE |
            BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE |
            BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ | BW_I2C_FUNC_SMBUS_PEC);
    a->ops->close(a);
}

static void a_protocol_is_one_ioctl(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET);
    struct bw_smbus_xfer x = { .form = BW_SMBUS_WORD_DATA,
                               .flags = BW_SMBUS_READ,
                               .command = 0x09 };

    (void)state;
    kernel.answer.word = 0x1234;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(x.in_len, 2);
    assert_int_equal(x.in[0], 0x34);
    assert_int_equal(x.in[1], 0x12);
    assert_int_equal(kernel.last.size, I2C_SMBUS_WORD_DATA);
    assert_int_equal(kernel.last.read_write, I2C_SMBUS_READ);
    assert_int_equal(kernel.last.command, 0x09);
    assert_int_equal(kernel.slaves, 1);
    assert_int_equal(kernel.smbuses, 1);
    a->ops->close(a);
}

static void data_goes_where_the_kernel_has_it(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET | I2C_FUNC_SMBUS_PROC_CALL |
                                         I2C_FUNC_SMBUS_BLOCK_PROC_CALL);
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BYTE_DATA,
                               .out_len = 1,
                               .out = { 0x77 } };

    (void)state;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.given.byte, 0x77);
    x = (struct bw_smbus_xfer){ .form = BW_SMBUS_PROC_CALL,
                                .out_len = 2,
                                .out = { 0x34, 0x12 } };
    kernel.answer.word = 0x5678;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.given.word, 0x1234);
    assert_int_equal(x.in[0] | x.in[1] << 8, 0x5678);
    x = (struct bw_smbus_xfer){ .form = BW_SMBUS_BLOCK_PROC_CALL,
                                .out_len = 2,
                                .out = { 8, 9 } };
    kernel.answer.block[0] = 3;
    kernel.answer.block[3] = 0xcc;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.given.block[0], 2);
    assert_int_equal(kernel.given.block[2], 9);
    assert_int_equal(x.in_len, 3);
    assert_int_equal(x.in[2], 0xcc);
    x = (struct bw_smbus_xfer){ .form = BW_SMBUS_I2C_BLOCK,
                                .flags = BW_SMBUS_READ,
                                .in_len = 5 };
    kernel.answer.block[0] = 5;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.given.block[0], 5);
    kernel.answer.block[0] = 4; /* fewer than asked for */
    assert_int_equal(smbus(a, &x), BW_BUS_ERROR);
    a->ops->close(a);
}

static void a_count_that_no_block_has_is_a_bus_error(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET);
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BLOCK, .flags = BW_SMBUS_READ };

    (void)state;
    kernel.answer.block[0] = 32;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(x.in_len, 32);
    kernel.answer.block[0] = 33;
    assert_int_equal(smbus(a, &x), BW_BUS_ERROR);
    kernel.answer.block[0] = 0;
    assert_int_equal(smbus(a, &x), BW_BUS_ERROR);
    a->ops->close(a);
}

static void pec_is_asked_for_each_time(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET | I2C_FUNC_SMBUS_PEC);
    struct bw_smbus_xfer plain = { .form = BW_SMBUS_BYTE };
    struct bw_smbus_xfer pec = { .form = BW_SMBUS_BYTE, .flags = BW_SMBUS_PEC };

    (void)state;
    assert_int_equal(smbus(a, &plain), BW_OK);
    assert_int_equal(kernel.pecs, 0);
    assert_int_equal(smbus(a, &pec), BW_OK);
    assert_int_equal(smbus(a, &pec), BW_OK);
    assert_int_equal(kernel.pecs, 2);
    assert_int_equal(kernel.pec, 1);
    assert_int_equal(smbus(a, &plain), BW_OK); /* it went with the file */
    assert_int_equal(kernel.pecs, 2);
    kernel.smbus_errno = EBADMSG;
    assert_int_equal(smbus(a, &pec), BW_PEC);
    a->ops->close(a);
}

static void a_block_over_32_bytes_is_refused_by_a_chipset(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET);
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BLOCK, .out_len = 33 };

    (void)state;
    assert_int_equal(smbus(a, &x), BW_UNSUPPORTED);
    x.form = BW_SMBUS_I2C_BLOCK;
    assert_int_equal(smbus(a, &x), BW_UNSUPPORTED);
    x = (struct bw_smbus_xfer){ .form = BW_SMBUS_I2C_BLOCK,
                                .flags = BW_SMBUS_READ,
                                .in_len = 33 };
    assert_int_equal(smbus(a, &x), BW_UNSUPPORTED);
    assert_int_equal(kernel.smbuses, 0);
    a->ops->close(a);
}

static void longer_blocks_are_messages_where_there_are_some(void **state)
{
    struct bw_i2c_adapter *a = open_with(I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL);
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BLOCK,
                               .flags = BW_SMBUS_PEC,
                               .command = 5,
                               .out_len = 200 };
    uint8_t sent[203] = { 0x16, 5, 200 };

    (void)state;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.smbuses, 0);
    assert_int_equal(kernel.rdwrs, 1);
    assert_int_equal(kernel.nmsgs, 1);
    assert_int_equal(kernel.msgs[0].len, 203);
    assert_memory_equal(kernel.rdwr_out, sent + 1, 202);
    assert_int_equal(kernel.rdwr_out[202], bw_smbus_pec(0, sent, 203));
    x.out_len = 32; /* the kernel's again */
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.smbuses, 1);
    a->ops->close(a);
}

/* The kernel would leave the code out without a word. */
static void an_i2c_block_with_pec_is_messages(void **state)
{
    struct bw_i2c_adapter *a = open_with(I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL);
    const uint8_t wire[] = { 0x16, 0x00, 0x17, 'a', 'b' };
    struct bw_smbus_xfer x = { .form = BW_SMBUS_I2C_BLOCK,
                               .flags = BW_SMBUS_READ | BW_SMBUS_PEC,
                               .in_len = 2 };

    (void)state;
    memcpy(kernel.rdwr_in, "ab", 2);
    kernel.rdwr_in[2] = bw_smbus_pec(0, wire, sizeof(wire));
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.smbuses, 0);
    assert_memory_equal(x.in, "ab", 2);
    kernel.rdwr_in[2] ^= 1;
    assert_int_equal(smbus(a, &x), BW_PEC);
    a->ops->close(a);
}

static void a_transfer_on_a_chipset_is_the_protocol_it_is(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET);
    struct bw_i2c_xfer x;

    (void)state;
    kernel.answer.word = 0x1234;
    assert_int_equal(run(a, "w1@0x48 7 r2", &x), BW_OK);
    assert_int_equal(kernel.last.size, I2C_SMBUS_WORD_DATA);
    assert_int_equal(kernel.last.command, 7);
    assert_int_equal(x.msgs[1].data[0], 0x34);
    assert_int_equal(x.msgs[1].data[1], 0x12);
    kernel.answer.block[0] = 6;
    kernel.answer.block[6] = 0xee;
    assert_int_equal(run(a, "w1@0x48 7 r6", &x), BW_OK);
    assert_int_equal(kernel.last.size, I2C_SMBUS_I2C_BLOCK_DATA);
    assert_int_equal(x.msgs[1].data[5], 0xee);
    assert_int_equal(run(a, "w4@0x48 7 1 2 3", &x), BW_OK);
    assert_int_equal(kernel.last.size, I2C_SMBUS_I2C_BLOCK_DATA);
    assert_int_equal(kernel.last.read_write, I2C_SMBUS_WRITE);
    assert_int_equal(kernel.given.block[0], 3);
    assert_int_equal(kernel.given.block[3], 3);
    assert_int_equal(run(a, "w0@0x48", &x), BW_OK);
    assert_int_equal(kernel.last.size, I2C_SMBUS_QUICK);
    a->ops->close(a);
}

static void a_transfer_that_is_none_does_not_touch_the_bus(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET);
    struct bw_i2c_xfer x;

    (void)state;
    assert_int_equal(run(a, "r2@0x48", &x), BW_UNSUPPORTED);
    assert_int_equal(run(a, "w2@0x48 1 2 r1", &x), BW_UNSUPPORTED);
    assert_int_equal(run(a, "w3@0x48 1 2 3 r2", &x), BW_UNSUPPORTED);
    assert_int_equal(kernel.smbuses + kernel.slaves, 0);
    a->ops->close(a);
}

static void an_unplugged_adapter_is_gone_until_it_is_back(void **state)
{
    struct bw_i2c_adapter *a = open_with(CHIPSET);
    struct bw_smbus_xfer x = { .form = BW_SMBUS_BYTE };

    (void)state;
    kernel.open_errno = ENOENT;
    assert_int_equal(smbus(a, &x), BW_GONE);
    kernel.open_errno = 0;
    assert_int_equal(smbus(a, &x), BW_OK);
    assert_int_equal(kernel.opens, kernel.closes);
    a->ops->close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chipsets_functions_become_the_wires),
        cmocka_unit_test(plain_messages_do_what_has_known_lengths),
        cmocka_unit_test(a_protocol_is_one_ioctl),
        cmocka_unit_test(data_goes_where_the_kernel_has_it),
        cmocka_unit_test(a_count_that_no_block_has_is_a_bus_error),
        cmocka_unit_test(pec_is_asked_for_each_time),
        cmocka_unit_test(a_block_over_32_bytes_is_refused_by_a_chipset),
        cmocka_unit_test(longer_blocks_are_messages_where_there_are_some),
        cmocka_unit_test(an_i2c_block_with_pec_is_messages),
        cmocka_unit_test(a_transfer_on_a_chipset_is_the_protocol_it_is),
        cmocka_unit_test(a_transfer_that_is_none_does_not_touch_the_bus),
        cmocka_unit_test(an_unplugged_adapter_is_gone_until_it_is_back),
    };

    return cmocka_run_group_tests_name("i2c_dev_smbus", tests, NULL, NULL);
}
