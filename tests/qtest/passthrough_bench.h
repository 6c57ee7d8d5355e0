/*
 * What the tests of i2c-passthrough share: one QEMU with one device, its logs,
 * and the agent it calls.
 *
 * The agent is fake_agent.c, a thread of the test process; the guest is
 * guest_bus.c on -M microbit.  Every wait fails the test after 20 s.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_PASSTHROUGH_BENCH_H
#define BENCHWIRE_TESTS_QTEST_PASSTHROUGH_BENCH_H

#include "fake_agent.h"
#include "guest_bus.h"

#define GUEST_ADDR7 0x51 /* not FAKE_ADDR7: hostaddr= has to matter */
#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define DEVICE      "i2c-passthrough"

struct bench {
    char *dir;
    char *socket;
    char *log;   /* QEMU's standard error */
    char *trace; /* its trace points */
    struct fake_agent *agent;
    QTestState *qts;
};

/* A folder for the files; no agent, no QEMU yet. */
void bench_init(struct bench *b);

/* Start QEMU with @chardev options and a device of these properties. */
void bench_boot(struct bench *b, const char *chardev, const char *device);

/* The usual device, calling b->socket; @more are further properties. */
void bench_boot_unix(struct bench *b, const char *more);

/* All of the above, an honest agent, and the link is ready. */
void start_good_bench(struct bench *b, const char *more);

void bench_finish(struct bench *b);

/* The device's counter of that name: its value, or wait until it is @n. */
uint64_t get_count(struct bench *b, const char *name);
void wait_count(struct bench *b, const char *name, uint64_t n);

/* The device's link-state. */
bool link_is(struct bench *b, const char *state);
void wait_link(struct bench *b, const char *state);

/* How often @needle occurs in a file. */
unsigned count_in(const char *file, const char *needle);

/* Wait until @needle is in the trace so often. */
void wait_traced(struct bench *b, const char *needle, unsigned times);

/* @needle, or any warning of the device, is in the log so often. */
void assert_logged(struct bench *b, const char *needle, unsigned times);
void assert_warnings(struct bench *b, unsigned times);

/* The guest reads or writes registers of the part, as guest_bus.h says. */
unsigned read_regs(struct bench *b, uint8_t reg, uint8_t *rx, size_t len);
unsigned write_reg(struct bench *b, uint8_t reg, uint8_t value);

/* The guest reads six registers and finds what the agent's part has there. */
void assert_read_works(struct bench *b);

#endif
