/*
 * A whole agent for tests: a bench file in a folder of its own, the agent that
 * serves it in a thread, clients, and a real adapter that is a fake.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_AGENT_RIG_H
#define BENCHWIRE_TESTS_UNIT_AGENT_RIG_H

#include "unit_test.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-agent/agent.h"
#include "host-agent/client.h"

/* Two simulated buses, each with a thermometer */
#define PARTS                                                               \
    "[part t]\nmodel=tmp102\nadapter=sim:d\naddress=0x48\ntemperature=25\n" \
    "[part u]\nmodel=tmp102\nadapter=sim:e\naddress=0x48\n"
#define EXPORT_A "[export a]\ntype=i2c\nadapter=sim:d\naddress=0x48\n"
#define EXPORT_B "[export b]\ntype=i2c\nadapter=sim:e\naddress=0x48\n"
#define REAL     "[export r]\ntype=i2c\nadapter=/dev/i2c-7\naddress=any\n"

struct agent_rig {
    struct bw_agent agent;
    pthread_t thread;
    char folder[64];
    char file[96];
    char unix_path[96];
    char address[112];
    char text[BW_WIRE_MAX_TEXT + 1]; /* what the last RELOAD said */
};

static struct agent_rig rig;

/* The fake adapter: there is one, and nobody can have it twice. */
static struct {
    struct bw_i2c_adapter adapter;
    atomic_bool open;
    atomic_bool hangs; /* within a transfer */
    atomic_bool in_transfer;
    unsigned opened; /* so often */
    unsigned broken; /* so many further openings fail */
    bool met;        /* somebody wanted it while it was open */
} real;

static enum bw_status real_xfer(struct bw_i2c_adapter *a, struct bw_i2c_xfer *x,
                                struct bw_wire_i2c_failure *where)
{
    const struct timespec ms = { 0, 1000000 };

    (void)a;
    (void)x;
    (void)where;
    atomic_store(&real.in_transfer, true);
    while (atomic_load(&real.hangs)) {
        nanosleep(&ms, NULL); /* as a kernel's driver may */
    }
    atomic_store(&real.in_transfer, false);
    return BW_OK;
}

static void real_close(struct bw_i2c_adapter *a)
{
    (void)a;
    atomic_store(&real.open, false);
}

struct bw_i2c_adapter *__wrap_bw_i2c_dev_open(const char *path, char *error,
                                              size_t error_size);
struct bw_i2c_adapter *__wrap_bw_gpio_open(const char *chip, const char *scl,
                                           const char *sda, uint32_t scl_hz,
                                           char *error, size_t error_size);

struct bw_i2c_adapter *__wrap_bw_i2c_dev_open(const char *path, char *error,
                                              size_t error_size)
{
    static const struct bw_i2c_adapter_ops ops = { .xfer = real_xfer,
                                                   .close = real_close };

    if (atomic_load(&real.open)) {
        real.met = true;
        snprintf(error, error_size, "%s is busy", path);
        return NULL;
    }
    if (real.broken > 0) {
        real.broken--;
        snprintf(error, error_size, "%s is broken", path);
        return NULL;
    }
    real.adapter.ops = &ops;
    real.adapter.funcs = BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN;
    real.adapter.max_len = 512;
    real.adapter.timeout_ms = 100;
    real.opened++;
    atomic_store(&real.open, true);
    return &real.adapter;
}

struct bw_i2c_adapter *__wrap_bw_gpio_open(const char *chip, const char *scl,
                                           const char *sda, uint32_t scl_hz,
                                           char *error, size_t error_size)
{
    (void)scl;
    (void)sda;
    (void)scl_hz;
    return __wrap_bw_i2c_dev_open(chip, error, error_size);
}

/* The bench file */

__attribute__((format(printf, 1, 2))) static void write_file(const char *format,
                                                             ...)
{
    FILE *file = fopen(rig.file, "we");
    va_list args;

    assert_non_null(file);
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    assert_int_equal(fclose(file), 0);
}

static void *serve(void *opaque)
{
    (void)opaque;
    return bw_server_run(&rig.agent.server) ? &rig : NULL;
}

static void start(void)
{
    struct bw_config *config = malloc(sizeof(*config));
    char error[BW_CONFIG_MAX_ERROR];

    assert_non_null(config);
    if (!bw_config_load(config, rig.file, error) ||
        bw_agent_start(&rig.agent, rig.file, rig.unix_path, config, error,
                       sizeof(error)) < 0) {
        fail_msg("%s", error);
    }
    assert_int_equal(pthread_create(&rig.thread, NULL, serve, NULL), 0);
}

static int setup(void **state)
{
    (void)state;
    memset(&rig, 0, sizeof(rig));
    memset(&real, 0, sizeof(real));
    snprintf(rig.folder, sizeof(rig.folder), "/tmp/bw-agent-XXXXXX");
    assert_non_null(mkdtemp(rig.folder));
    snprintf(rig.file, sizeof(rig.file), "%s/bench.conf", rig.folder);
    snprintf(rig.unix_path, sizeof(rig.unix_path), "%s/s", rig.folder);
    snprintf(rig.address, sizeof(rig.address), "unix:%s", rig.unix_path);
    write_file(PARTS EXPORT_A EXPORT_B);
    return 0;
}

static int teardown(void **state)
{
    void *all_ended;

    (void)state;
    bw_server_stop(&rig.agent.server);
    assert_int_equal(pthread_join(rig.thread, &all_ended), 0);
    assert_non_null(all_ended);
    bw_agent_finish(&rig.agent);
    assert_false(atomic_load(&real.open));
    assert_false(real.met);
    unlink(rig.file);
    assert_int_equal(rmdir(rig.folder), 0);
    return 0;
}

/* Clients */

static inline void connect_to(struct bw_client *c, const char *address)
{
    if (bw_client_connect(c, address) != BW_OK) {
        fail_msg("%s", c->error);
    }
}

static inline void open_export(struct bw_client *c, const char *name)
{
    connect_to(c, rig.address);
    if (bw_client_open(c, BW_EXPORT_ANY, name) != BW_OK) {
        fail_msg("%s", c->error);
    }
}

static inline enum bw_status try_open(const char *name)
{
    struct bw_client c;
    enum bw_status status;

    connect_to(&c, rig.address);
    status = bw_client_open(&c, BW_EXPORT_ANY, name);
    if (status == BW_OK) {
        bw_client_close(&c);
        return BW_OK;
    }
    bw_client_close(&c);
    return status;
}

/* A transfer of the opened export: is the session still there? */
static inline enum bw_status use(struct bw_client *c)
{
    uint8_t byte = 0;
    struct bw_i2c_msg msg = { .addr = 0x48, .len = 1, .data = &byte };
    struct bw_i2c_xfer x = { .nmsgs = 1 };

    x.msgs[0] = msg;
    return bw_client_i2c(c, &x);
}

/* RELOAD; what it says is in @rig.text. */
static inline enum bw_status reload(void)
{
    struct bw_client c;
    struct bw_reader body;
    enum bw_status status;

    connect_to(&c, rig.address);
    bw_client_begin(&c, BW_MSG_RELOAD);
    status = bw_client_call(&c, 2 * BW_SERVER_RELOAD_MS, &body);
    if (status == BW_OK) {
        assert_int_equal(bw_wire_get_text(&body, rig.text), BW_OK);
    } else {
        snprintf(rig.text, sizeof(rig.text), "%.255s", c.error);
    }
    bw_client_close(&c);
    return status;
}

static inline void must_reload(const char *what)
{
    if (reload() != BW_OK || !strstr(rig.text, what)) {
        fail_msg("\"%s\" is not \"...%s\"", rig.text, what);
    }
}

static inline void must_not_reload(const char *why)
{
    if (reload() == BW_OK || !strstr(rig.text, why)) {
        fail_msg("\"%s\" is not \"...%s...\"", rig.text, why);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
