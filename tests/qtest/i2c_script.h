/*
 * Drives devices/bw_test_ctl.c and devices/bw_test_slaves.c from a qtest; the
 * devices' headers explain scripts, results and logs.
 *
 * Devices are named by their -device id.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_I2C_SCRIPT_H
#define BENCHWIRE_TESTS_QTEST_I2C_SCRIPT_H

#include "tests/qtest/libqtest.h"

/* Any wait of a test ends after this time. */
#define I2C_SCRIPT_DEADLINE_US (20 * G_USEC_PER_SEC)

char *i2c_script_get_string(QTestState *qts, const char *id,
                            const char *property);
int64_t i2c_script_get_int(QTestState *qts, const char *id,
                           const char *property);
bool i2c_script_get_bool(QTestState *qts, const char *id, const char *property);
void i2c_script_set_string(QTestState *qts, const char *id,
                           const char *property, const char *value);
void i2c_script_set_int(QTestState *qts, const char *id, const char *property,
                        int64_t value);
void i2c_script_set_bool(QTestState *qts, const char *id, const char *property,
                         bool value);

/**
 * i2c_script_run: run a script on controller "ctl" and compare its result
 * @how: "request" or "sync"
 *
 * Waits until no phase is under way.
 */
void i2c_script_run(QTestState *qts, const char *how, const char *script,
                    const char *result);

/* Wait until controller "ctl" has no phase under way; check its result. */
void i2c_script_finish(QTestState *qts, const char *result);

/* Compare a slave's log, and empty it. */
void i2c_script_check_log(QTestState *qts, const char *id, const char *log);

#endif
