/*
 * The nets of -M microbit over QMP, and the GPIO registers in front of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_NET_H
#define BENCHWIRE_TESTS_QTEST_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/qtest/libqtest.h"

#define GPIO_BASE   0x50000000
#define GPIO_OUT    (GPIO_BASE + 0x504)
#define GPIO_OUTSET (GPIO_BASE + 0x508)
#define GPIO_OUTCLR (GPIO_BASE + 0x50c)
#define GPIO_IN     (GPIO_BASE + 0x510)
#define GPIO_DIR    (GPIO_BASE + 0x514)
#define GPIO_DIRSET (GPIO_BASE + 0x518)
#define GPIO_DIRCLR (GPIO_BASE + 0x51c)
#define GPIO_CNF(n) (GPIO_BASE + 0x700 + 4 * (n))

/* PIN_CNF */
#define CNF_OUTPUT       0x1
#define CNF_DISCONNECTED 0x2
#define CNF_PULL_DOWN    0x4
#define CNF_PULL_UP      0xc
#define CNF_DRIVE(n)     ((n) << 8)
#define CNF_S0D1         CNF_DRIVE(6)
#define CNF_SENSE_HIGH   0x20000
#define CNF_SENSE_LOW    0x30000

#define VDD_MV 3000

/* P0.@pin of the SoC */
bool net_level(QTestState *qts, unsigned pin);
int net_mv(QTestState *qts, unsigned pin);
bool net_conflict(QTestState *qts, unsigned pin);

/* A supply of 100 ohm at the pin; net_unfeed() takes it away. */
void net_feed(QTestState *qts, unsigned pin, int mv);
void net_unfeed(QTestState *qts, unsigned pin);

/* A property of any object */
int64_t qom_int(QTestState *qts, const char *path, const char *property);
bool qom_bool(QTestState *qts, const char *path, const char *property);
void qom_set_int(QTestState *qts, const char *path, const char *property,
                 int64_t value);

void gpio_cnf(QTestState *qts, unsigned pin, uint32_t value);

/* The pin's bit of IN */
bool gpio_in(QTestState *qts, unsigned pin);

#endif
