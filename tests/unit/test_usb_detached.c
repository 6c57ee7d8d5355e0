/*
 * Which drivers USB devices have lost to the agent: written down, and given
 * back after a kill; with a tree in the form of sysfs, and ioctl(2) and the log
 * replaced.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sysfs_tree.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "host-agent/backend_usb_find.h"
#include "host-agent/log.h"
#include "host-agent/usb_detached.h"

int __wrap_ioctl(int fd, unsigned long request, ...);
__attribute__((format(printf, 2, 3))) void
__wrap_bw_log(enum bw_log_level level, const char *format, ...);

static char file[96];
static char connected[64]; /* "0 1 ": the interfaces, as they come */
static int drivers;        /* that want an interface */
static unsigned errors;    /* in the log */

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    const struct usbdevfs_ioctl *command;
    va_list args;
    size_t len = strlen(connected);

    (void)fd;
    va_start(args, request);
    command = va_arg(args, const struct usbdevfs_ioctl *);
    va_end(args);
    assert_true(request == USBDEVFS_IOCTL);
    assert_int_equal(command->ioctl_code, USBDEVFS_CONNECT);
    snprintf(connected + len, sizeof(connected) - len, "%d ", command->ifno);
    return drivers;
}

void __wrap_bw_log(enum bw_log_level level, const char *format, ...)
{
    (void)format;
    errors += level == BW_LOG_ERROR;
}

/* --- the devices --- */

static void take_driver(const char *interface)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s/driver", tree, interface);
    assert_int_equal(unlink(path), 0);
}

/* A device of two interfaces with drivers, and one that a program has. */
static int make_tree(void **state)
{
    (void)state;
    make_folder();
    snprintf(file, sizeof(file), "%s/detached", tree);
    put("1-1.4", "busnum", "1");
    put("1-1.4", "devnum", "7");
    put("001", "007", "");
    put_driver("1-1.4:1.0", "cdc_acm");
    put_driver("1-1.4:1.1", "cdc_acm");
    put_driver("1-1.4:1.2", "usbfs");
    connected[0] = '\0';
    drivers = 1;
    errors = 0;
    assert_int_equal(bw_usb_detached_open(file), 0);
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    bw_usb_detached_close();
    return remove_folder();
}

static const struct bw_usb_found device = {
    .what = { .port = "1-1.4" },
    .bus = 1,
    .device = 7,
};

static void expect_file(const char *wanted)
{
    char text[512];
    FILE *f = fopen(file, "re");
    size_t len;

    assert_non_null(f);
    len = fread(text, 1, sizeof(text) - 1, f);
    text[len] = '\0';
    fclose(f);
    assert_string_equal(text, wanted);
}

/* As a process that is killed, and the next one. */
static void be_killed(void)
{
    take_driver("1-1.4:1.0");
    take_driver("1-1.4:1.1");
    bw_usb_detached_close();
    assert_int_equal(bw_usb_detached_open(file), 0);
}

static void drivers_are_noted_while_the_device_is_used(void **state)
{
    /* in the order in which the folder has them */
    const size_t size =
        strlen("1-1.4:1.0 1 7 cdc_acm\n1-1.4:1.1 1 7 cdc_acm\n");
    struct stat st;

    (void)state;
    bw_usb_detached_note(tree, &device);
    bw_usb_detached_note(tree, &device); /* not twice */
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, size);
    bw_usb_detached_forget(&device);
    expect_file("");
}

static void after_a_kill_they_are_given_back(void **state)
{
    (void)state;
    bw_usb_detached_note(tree, &device);
    be_killed();
    bw_usb_detached_give_back(tree, tree);
    assert_true(strcmp(connected, "0 1 ") == 0 ||
                strcmp(connected, "1 0 ") == 0);
    expect_file("");
    bw_usb_detached_give_back(tree, tree);
    assert_int_equal(strlen(connected), 4); /* once */
    assert_int_equal(errors, 0);
}

static void a_driver_that_is_not_there_any_more_is_told_of(void **state)
{
    (void)state;
    bw_usb_detached_note(tree, &device);
    be_killed();
    drivers = 0;
    bw_usb_detached_give_back(tree, tree);
    assert_int_equal(errors, 2); /* one for each interface */
    expect_file("");
}

static void what_has_a_driver_again_is_left_alone(void **state)
{
    (void)state;
    bw_usb_detached_note(tree, &device);
    be_killed();
    put_driver("1-1.4:1.0", "usbfs");
    bw_usb_detached_give_back(tree, tree);
    assert_string_equal(connected, "1 ");
}

static void a_device_that_was_plugged_in_anew_is_another(void **state)
{
    (void)state;
    bw_usb_detached_note(tree, &device);
    be_killed();
    put("1-1.4", "devnum", "8");
    bw_usb_detached_give_back(tree, tree);
    assert_string_equal(connected, "");
    expect_file("");
}

static void another_agent_that_runs_is_not_robbed(void **state)
{
    (void)state;
    errno = 0;
    assert_int_equal(bw_usb_detached_open(file), -1);
    assert_int_equal(errno, EWOULDBLOCK);
}

static void lines_that_are_none_are_passed_over(void **state)
{
    static const char *const lines[] = {
        "1-1.4:1.0 1",         "../../x:1.0 1 7 cdc_acm",  "1-1.4 1 7 cdc_acm",
        "1-1.4:1 1 7 cdc_acm", "1-1.4:1.0/.. 1 7 cdc_acm", "1-1.4:1.0 1 7 ../x",
        "1-1.4:1.0 1 7 \033c",
    };
    size_t i;
    FILE *f;

    (void)state;
    f = fopen(file, "we");
    assert_non_null(f);
    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        fprintf(f, "%s\n", lines[i]);
    }
    fprintf(f, "1-1.4:1.1 1 7 cdc_acm\n%1000s", "x");
    fclose(f);
    be_killed();
    bw_usb_detached_give_back(tree, tree);
    assert_string_equal(connected, "1 ");
}

static void without_a_file_nothing_is_noted(void **state)
{
    (void)state;
    bw_usb_detached_close();
    bw_usb_detached_note(tree, &device);
    bw_usb_detached_forget(&device);
    assert_int_equal(bw_usb_detached_open("/nonexistent/x"), -1);
    expect_file("");
}

#define IN_TREE(test) \
    cmocka_unit_test_setup_teardown(test, make_tree, remove_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TREE(drivers_are_noted_while_the_device_is_used),
        IN_TREE(after_a_kill_they_are_given_back),
        IN_TREE(a_driver_that_is_not_there_any_more_is_told_of),
        IN_TREE(what_has_a_driver_again_is_left_alone),
        IN_TREE(a_device_that_was_plugged_in_anew_is_another),
        IN_TREE(another_agent_that_runs_is_not_robbed),
        IN_TREE(lines_that_are_none_are_passed_over),
        IN_TREE(without_a_file_nothing_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
