/*
 * host-agent/backend_sg.c with a kernel that does what the test says: its own
 * open(2), ioctl(2), stat(2); and backend_sg_place.c on a made-up /sys.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host-agent/backend_sg.h"
#include "host-agent/backend_sg_place.h"

#define SG_FD 1000
#define ST_FD 1001

static struct {
    int sg_errno;    /* of opening the sg node */
    int other_errno; /* of opening the other one */
    int sg_flags;    /* that it was opened with */
    unsigned open;   /* descriptors there are */
    int ioctl_errno; /* of SG_IO and SG_SCSI_RESET */
    int reset_how;
    sg_io_hdr_t seen;
    sg_io_hdr_t answer; /* status, host_status, driver_status, resid, sense */
    uint8_t sense[18];
} kernel;

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_fcntl(int fd, int cmd, ...);

int __wrap_open(const char *path, int flags, ...)
{
    int err;

    if (strncmp(path, "/dev/", 5) != 0 || strcmp(path, "/dev/null") == 0) {
        return __real_open(path, flags, 0600);
    }
    err = strcmp(path, "/dev/nst0") == 0 ? kernel.other_errno : kernel.sg_errno;
    if (err) {
        errno = err;
        return -1;
    }
    kernel.open++;
    if (strcmp(path, "/dev/nst0") == 0) {
        return ST_FD;
    }
    kernel.sg_flags = flags;
    return SG_FD;
}

int __wrap_close(int fd)
{
    if (fd == SG_FD || fd == ST_FD) {
        kernel.open--;
        return 0;
    }
    return __real_close(fd);
}

int __wrap_fcntl(int fd, int cmd, ...)
{
    (void)fd;
    (void)cmd;
    return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    void *arg;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    assert_int_equal(fd, SG_FD);
    if (request == SG_SET_RESERVED_SIZE) {
        return 0;
    }
    if (kernel.ioctl_errno) {
        errno = kernel.ioctl_errno;
        return -1;
    }
    if (request == SG_SCSI_RESET) {
        kernel.reset_how = *(int *)arg;
        return 0;
    }
    assert_int_equal(request, SG_IO);
    sg_io_hdr_t *h = arg;

    kernel.seen = *h;
    h->status = kernel.answer.status;
    h->host_status = kernel.answer.host_status;
    h->driver_status = kernel.answer.driver_status;
    h->resid = kernel.answer.resid;
    h->sb_len_wr = kernel.answer.sb_len_wr;
    memcpy(h->sbp, kernel.sense, sizeof(kernel.sense));
    return 0;
}

int __wrap_bw_sg_find(const char *path, const char *sys,
                      struct bw_sg_place *out);
int __real_bw_sg_find(const char *path, const char *sys,
                      struct bw_sg_place *out);

static bool found = true;

int __wrap_bw_sg_find(const char *path, const char *sys,
                      struct bw_sg_place *out)
{
    static const struct bw_sg_place place = {
        .sg = "/dev/sg0",
        .other = "/dev/nst0",
        .type = BW_SCSI_TYPE_TAPE,
        .name = "HPE Ultrium 5-SCSI",
    };

    if (strcmp(sys, "/sys") != 0) {
        return __real_bw_sg_find(path, sys, out);
    }
    memset(out, 0, sizeof(*out));
    if (!found) {
        errno = ENOENT;
        return -1;
    }
    *out = place;
    return 0;
}

static struct bw_scsi_unit *unit;
static char why[BW_WIRE_MAX_TEXT + 1];

static int setup(void **state)
{
    char error[256];

    (void)state;
    memset(&kernel, 0, sizeof(kernel));
    found = true;
    unit = bw_sg_new("/dev/sg0", error, sizeof(error));
    return unit ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    unit->ops->free(unit);
    return kernel.open == 0 ? 0 : -1; /* nothing is left open */
}

static void take(void)
{
    assert_int_equal(unit->ops->take(unit, why), BW_OK);
}

static struct bw_scsi_task read_of(uint32_t len, uint8_t *data)
{
    struct bw_scsi_task t = {
        .cmd = { .direction = BW_SCSI_DATA_IN,
                 .cdb_len = 6,
                 .len = len,
                 .cdb = { 0x08 } },
        .data = data,
        .timeout_ms = 2400000,
    };

    unit->ops->execute(unit, &t);
    return t;
}

static void it_is_opened_for_nobody_else(void **state)
{
    (void)state;
    take();
    assert_int_equal(kernel.open, 2);
    assert_true(kernel.sg_flags & O_EXCL);
    assert_true(kernel.sg_flags & O_NONBLOCK); /* it does not wait for that */
    unit->ops->give_back(unit);
    assert_int_equal(kernel.open, 0);
}

static void a_drive_that_others_have_is_refused(void **state)
{
    (void)state;
    kernel.sg_errno = EBUSY;
    assert_int_equal(unit->ops->take(unit, why), BW_BUSY);
    assert_non_null(strstr(why, "/dev/sg0 is in use by"));
    kernel.sg_errno = 0;
    kernel.other_errno = EBUSY; /* st has it */
    assert_int_equal(unit->ops->take(unit, why), BW_BUSY);
    assert_non_null(strstr(why, "/dev/nst0 is in use by"));
    assert_int_equal(kernel.open, 0);
    kernel.other_errno = EACCES; /* it cannot be kept away */
    take();
    assert_int_equal(kernel.open, 1);
    unit->ops->give_back(unit);
}

static void what_is_missing_is_said_with_its_cure(void **state)
{
    (void)state;
    kernel.sg_errno = EACCES;
    assert_int_equal(unit->ops->take(unit, why), BW_DENIED);
    assert_non_null(strstr(why, "add it to the group"));
    kernel.sg_errno = EPERM; /* of a service */
    assert_int_equal(unit->ops->take(unit, why), BW_DENIED);
    assert_non_null(strstr(why, "DeviceAllow="));
    kernel.sg_errno = ENXIO;
    assert_int_equal(unit->ops->take(unit, why), BW_GONE);
    found = false;
    assert_int_equal(unit->ops->take(unit, why), BW_GONE);
    assert_non_null(strstr(why, "switch the device on"));
}

static void the_answer_is_passed_on_as_it_is(void **state)
{
    uint8_t data[64];
    struct bw_scsi_task t;

    (void)state;
    take();
    kernel.answer.status = 0x02;
    kernel.answer.driver_status = 0x08; /* there is sense */
    kernel.answer.resid = 60;
    kernel.answer.sb_len_wr = 18;
    kernel.sense[0] = 0xf0;
    kernel.sense[2] = 0x20;
    t = read_of(64, data);
    assert_int_equal(t.result.status, 0x02);
    assert_int_equal(t.result.flags, 0);
    assert_int_equal(t.result.moved, 4);
    assert_int_equal(t.result.sense_len, 18);
    assert_memory_equal(t.result.sense, kernel.sense, 18);
    assert_int_equal(kernel.seen.timeout, 2400000);
    assert_int_equal(kernel.seen.dxfer_direction, SG_DXFER_FROM_DEV);
    assert_int_equal(kernel.seen.dxfer_len, 64);
    assert_int_equal(kernel.seen.mx_sb_len, 252);
    kernel.answer.resid = 65; /* more than was asked for */
    t = read_of(64, data);
    assert_int_equal(t.result.moved, 0);
    kernel.answer.resid = -1; /* the device had more */
    t = read_of(64, data);
    assert_int_equal(t.result.moved, 64);
    unit->ops->give_back(unit);
}

static void a_lost_command_has_no_status(void **state)
{
    uint8_t data[64];
    struct bw_scsi_task t;

    (void)state;
    take();
    kernel.answer.host_status = 0x03; /* DID_TIME_OUT */
    t = read_of(64, data);
    assert_int_equal(t.result.flags, BW_SCSI_RESULT_NO_STATUS);
    assert_int_equal(t.result.host, 3);
    kernel.answer.host_status = 0;
    kernel.answer.driver_status = 0x06; /* DRIVER_TIMEOUT */
    t = read_of(64, data);
    assert_int_equal(t.result.flags, BW_SCSI_RESULT_NO_STATUS);
    kernel.ioctl_errno = ENODEV; /* unplugged */
    t = read_of(64, data);
    assert_int_equal(t.result.flags, BW_SCSI_RESULT_NO_STATUS);
    assert_int_equal(t.result.moved, 0);
    unit->ops->give_back(unit);
}

/* What Linux makes of the device's own answer, as of RESERVATION CONFLICT. */
static void an_answer_that_the_kernel_has_a_name_for_is_one(void **state)
{
    uint8_t data[64];
    struct bw_scsi_task t;

    (void)state;
    take();
    kernel.answer.status = 0x18;
    kernel.answer.host_status = 0x11; /* DID_NEXUS_FAILURE */
    t = read_of(64, data);
    assert_int_equal(t.result.flags, 0);
    assert_int_equal(t.result.status, 0x18);
    kernel.answer.status = 0x02;
    kernel.answer.host_status = 0x13; /* DID_MEDIUM_ERROR */
    assert_int_equal(read_of(64, data).result.flags, 0);
    kernel.answer.status = 0;
    assert_int_equal(read_of(64, data).result.flags, BW_SCSI_RESULT_NO_STATUS);
    kernel.answer.status = 0x02;
    kernel.answer.host_status = 0x0e; /* DID_TRANSPORT_DISRUPTED */
    assert_int_equal(read_of(64, data).result.flags, BW_SCSI_RESULT_NO_STATUS);
    unit->ops->give_back(unit);
}

static void a_record_too_long_for_the_adapter_is_an_error(void **state)
{
    uint8_t data[64];
    struct bw_scsi_task t;

    (void)state;
    take();
    kernel.ioctl_errno = EINVAL;
    t = read_of(64, data);
    assert_int_equal(t.result.flags, BW_SCSI_RESULT_REFUSED);
    assert_int_equal(t.result.status, 0x02);
    assert_int_equal(t.result.sense[2], 0x05); /* ILLEGAL REQUEST */
    assert_int_equal(t.result.sense[12], 0x24);
    kernel.ioctl_errno = EBUSY;
    t = read_of(64, data);
    assert_int_equal(t.result.status, 0x08);
    unit->ops->give_back(unit);
}

static void a_reset_does_not_spread(void **state)
{
    (void)state;
    take();
    assert_int_equal(unit->ops->reset(unit, why), BW_OK);
    assert_int_equal(kernel.reset_how, SG_SCSI_RESET_DEVICE | 0x100);
    kernel.ioctl_errno = EACCES;
    assert_int_equal(unit->ops->reset(unit, why), BW_DENIED);
    assert_non_null(strstr(why, "released instead"));
    kernel.ioctl_errno = EINVAL;
    assert_int_equal(unit->ops->reset(unit, why), BW_UNSUPPORTED);
    unit->ops->give_back(unit);
}

/* --- /sys --- */

static void put(const char *root, const char *path, const char *text)
{
    char command[512];

    snprintf(command, sizeof(command),
             "mkdir -p \"$(dirname %s/%s)\" && printf '%s' > %s/%s", root, path,
             text, root, path);
    assert_int_equal(system(command), 0);
}

static void a_device_is_found_by_any_of_its_nodes(void **state)
{
    char root[64] = "/tmp/bw-sg-XXXXXX", command[128];
    struct bw_sg_place p;
    char dir[64];
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(root));
    assert_int_equal(stat("/dev/null", &st), 0); /* any character device */
    snprintf(dir, sizeof(dir), "dev/char/%u:%u/device/", major(st.st_rdev),
             minor(st.st_rdev));
    errno = 0;
    assert_int_equal(bw_sg_find("/dev/null", root, &p), -1);
    assert_int_equal(errno, ENOTTY);
    for (int i = 0; i < 2; i++) {
        static const char *const files[][2] = {
            { "scsi_generic/sg3/dev", "21:3" },
            { "scsi_tape/nst1/dev", "" },
        };
        char path[160];

        snprintf(path, sizeof(path), "%s%s", dir, files[i][0]);
        put(root, path, files[i][1]);
    }
    for (int i = 0; i < 5; i++) {
        static const char *const files[][2] = {
            { "scsi_tape/st1/dev", "" }, { "scsi_tape/st1a/dev", "" },
            { "vendor", "HPE     \\n" }, { "model", "Ultrium 5-SCSI  \\n" },
            { "type", "1\\n" },
        };
        char path[160];

        snprintf(path, sizeof(path), "%s%s", dir, files[i][0]);
        put(root, path, files[i][1]);
    }
    assert_int_equal(bw_sg_find("/dev/null", root, &p), 0);
    assert_string_equal(p.sg, "/dev/sg3");
    assert_string_equal(p.name, "HPE Ultrium 5-SCSI");
    assert_int_equal(p.type, BW_SCSI_TYPE_TAPE);
    assert_false(p.is_block);
    assert_string_equal(p.other, "/dev/nst1");
    assert_int_equal(bw_sg_find(root, root, &p), -1); /* a folder */
    assert_int_equal(bw_sg_find("/dev/no-such", root, &p), -1);
    assert_int_equal(errno, ENOENT);
    snprintf(command, sizeof(command), "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

static void another_disk_is_not_taken_for_it(void **state)
{
    static const struct bw_sg_place p = { .sg = "/dev/sg0",
                                          .other = "/dev/sda",
                                          .is_block = true };
    char root[64] = "/tmp/bw-sg-XXXXXX", path[96], user[64];

    (void)state;
    assert_non_null(mkdtemp(root));
    put(root, "812/comm", "fsck\n");
    put(root, "812/fd/other", "");
    snprintf(path, sizeof(path), "%s/812/fd/3", root);
    assert_int_equal(symlink("/dev/sdab1", path), 0);
    assert_false(bw_sg_find_user(&p, root, user, sizeof(user)));
    unlink(path);
    assert_int_equal(symlink("/dev/sda1", path), 0); /* a part of it */
    assert_true(bw_sg_find_user(&p, root, user, sizeof(user)));
    snprintf(path, sizeof(path), "rm -r %s", root);
    assert_int_equal(system(path), 0);
}

static void who_has_it_is_found(void **state)
{
    static const struct bw_sg_place p = { .sg = "/dev/sg0",
                                          .other = "/dev/nst1" };
    char root[64] = "/tmp/bw-sg-XXXXXX", path[96], user[64];

    (void)state;
    assert_non_null(mkdtemp(root));
    put(root, "812/comm", "tar\\n");
    put(root, "812/fd/other", "");
    assert_false(bw_sg_find_user(&p, root, user, sizeof(user)));
    snprintf(path, sizeof(path), "%s/812/fd/3", root);
    assert_int_equal(symlink("/dev/st10", path), 0); /* another drive */
    assert_false(bw_sg_find_user(&p, root, user, sizeof(user)));
    unlink(path);
    assert_int_equal(symlink("/dev/nst1a", path), 0); /* the same, as mode a */
    assert_true(bw_sg_find_user(&p, root, user, sizeof(user)));
    assert_string_equal(user, "process 812 (tar)");
    unlink(path);
    assert_int_equal(symlink("/dev/sg0", path), 0);
    assert_true(bw_sg_find_user(&p, root, user, sizeof(user)));
    snprintf(path, sizeof(path), "rm -r %s", root);
    assert_int_equal(system(path), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_opened_for_nobody_else),
        TEST(a_drive_that_others_have_is_refused),
        TEST(what_is_missing_is_said_with_its_cure),
        TEST(the_answer_is_passed_on_as_it_is),
        TEST(a_lost_command_has_no_status),
        TEST(an_answer_that_the_kernel_has_a_name_for_is_one),
        TEST(a_record_too_long_for_the_adapter_is_an_error),
        TEST(a_reset_does_not_spread),
        cmocka_unit_test(a_device_is_found_by_any_of_its_nodes),
        cmocka_unit_test(another_disk_is_not_taken_for_it),
        cmocka_unit_test(who_has_it_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
