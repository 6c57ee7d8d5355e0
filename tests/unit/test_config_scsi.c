/*
 * The bench file's SCSI exports: config_scsi.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#include "host-agent/config.h"

#define SCSI "[export x]\ntype=scsi\n"
#define REAL SCSI "device=/dev/sg0\n"
#define SIM  SCSI "device=sim-tape:/tmp/t.tap\n"

static struct bw_config config;

static bool read_text(const char *text, char error[BW_CONFIG_MAX_ERROR])
{
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    bool ok;

    assert_non_null(file);
    error[0] = '\0';
    ok = bw_config_read(&config, file, "f", error);
    fclose(file);
    return ok;
}

static const struct bw_config_export *must_read(const char *text)
{
    char error[BW_CONFIG_MAX_ERROR];

    if (!read_text(text, error)) {
        fail_msg("%s", error);
    }
    return &config.exports[0];
}

static void a_device_is_all_that_must_be_said(void **state)
{
    const struct bw_config_export *x = must_read(REAL);
    const uint8_t firmware[16] = { 0x3b }, write[16] = { 0x0a };

    (void)state;
    assert_int_equal(x->kind, BW_EXPORT_SCSI);
    assert_string_equal(x->adapter, "/dev/sg0");
    assert_int_equal(x->addr, BW_ADDR_ANY);
    assert_true(bw_scsi_rules_allow(&x->scsi.rules, 1, write));
    assert_false(bw_scsi_rules_allow(&x->scsi.rules, 1, firmware));
    assert_int_equal(x->scsi.time_ms[BW_SCSI_TIME_DATA], 0);
}

static void commands_and_times_are_taken(void **state)
{
    const struct bw_config_export *x =
        must_read(REAL "commands=default +0x3b\ndata-timeout=60\n"
                       "motion-timeout=20000\nerase-timeout=604800\n");
    const uint8_t firmware[16] = { 0x3b };

    (void)state;
    assert_true(bw_scsi_rules_allow(&x->scsi.rules, 1, firmware));
    assert_int_equal(x->scsi.time_ms[BW_SCSI_TIME_DATA], 60000);
    assert_int_equal(x->scsi.time_ms[BW_SCSI_TIME_MOTION], 20000000);
    assert_int_equal(x->scsi.time_ms[BW_SCSI_TIME_ERASE], 604800000);
}

static void a_simulated_drive_has_a_profile(void **state)
{
    (void)state;
    assert_string_equal(must_read(SIM "profile=lto8\n")->profile, "lto8");
}

static void wrong_ones_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        { SCSI, "f:1: export \"x\" has no device" },
        { SCSI "device=sg0\n", "f:3: device \"sg0\" is neither" },
        { SCSI "adapter=/dev/i2c-1\ndevice=/dev/sg0\n", "f:4: " },
        { REAL "device=/dev/sg1\n", "f:4: " },
        { REAL "commands=most\n", "f:4: commands: \"most\" is none" },
        { REAL "commands=all\ncommands=all\n", "f:5: " },
        { REAL "data-timeout=0\n", "f:4: data-timeout = 0 is not possible" },
        { REAL "erase-timeout=604801\n", "f:4: erase-timeout" },
        { REAL "motion-timeout=1\nmotion-timeout=1\n", "f:5: " },
        { REAL "shared=yes\n", "is never shared; remove shared" },
        { REAL "address=0x48\n", "remove address" },
        { REAL "profile=lto5\n", "says itself what it is" },
        { SIM "profile=lto99\n", "there is no tape drive \"lto99\"" },
        { REAL "[export y]\ntype=scsi\ndevice=/dev/sg0\n",
          "is export \"y\" already" },
        { "[export x]\ntype=i2c\nadapter=/dev/i2c-1\naddress=any\n"
          "commands=all\n",
          "are of type = scsi" },
    };
    char error[BW_CONFIG_MAX_ERROR];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (read_text(rows[i].text, error) || !strstr(error, rows[i].why)) {
            fail_msg("row %zu: \"%s\" is not \"...%s\"", i, error, rows[i].why);
        }
    }
}

static void a_change_of_any_key_is_seen(void **state)
{
    static const char *const others[] = {
        REAL "commands=all\n",
        REAL "data-timeout=60\n",
        REAL "text=t\n",
        SIM,
    };
    static struct bw_config one;

    (void)state;
    must_read(REAL);
    one = config;
    must_read(REAL);
    assert_true(bw_config_same_export(&one, &config, "x"));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        must_read(others[i]);
        assert_false(bw_config_same_export(&one, &config, "x"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_all_that_must_be_said),
        cmocka_unit_test(commands_and_times_are_taken),
        cmocka_unit_test(a_simulated_drive_has_a_profile),
        cmocka_unit_test(wrong_ones_are_refused_with_their_line),
        cmocka_unit_test(a_change_of_any_key_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
