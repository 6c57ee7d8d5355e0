/*
 * Radio ping-pong between two boards.
 *
 * Every board sends a ping once a second and answers the pings of others at
 * once.  For each answer it prints the number, how long it took and how strong
 * it was; for a ping that nobody answered, that.  Run the same program on two
 * boards (make radio-demo).
 *
 * A packet is a kind, the sender's number, drawn by RNG, and a sequence
 * number; the answer repeats both.  The radio is set as the micro:bit's own
 * runtime sets it, but for the group.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "nrf51.h"
#include "radio.h"
#include "uart.h"

#define GROUP     42
#define CHANNEL   7 /* 2407 MHz */
#define PERIOD_US 1000000

enum {
    PING = 'P',
    PONG = 'O'
};

struct message {
    uint8_t kind;
    uint8_t sender;
    uint16_t sequence;
};

static struct message last_ping;
static uint32_t sent_us;
static bool waiting;

static uint8_t draw_number(void)
{
    RNG_TASKS_START = 1;
    while (!RNG_EVENTS_VALRDY) {
    }
    RNG_TASKS_STOP = 1;
    return (uint8_t)RNG_VALUE;
}

static void send(const struct message *m)
{
    radio_send(m, sizeof(*m));
}

static void ping(void)
{
    last_ping.sequence++;
    send(&last_ping);
    sent_us = clock_us();
    waiting = true;
}

static void take(const struct message *m, int dbm)
{
    struct message answer = *m;

    if (m->kind == PING) {
        answer.kind = PONG;
        send(&answer);
    } else if (waiting && m->sender == last_ping.sender &&
               m->sequence == last_ping.sequence) {
        waiting = false;
        printf("ping %u: answer after %lu us, %d dBm\n", m->sequence,
               (unsigned long)(clock_us() - sent_us), dbm);
    }
}

static void miss_answer(void)
{
    if (waiting) {
        printf("ping %u: no answer\n", last_ping.sequence);
    }
}

/* Answer and wait for answers until @when_us, asleep in between. */
static void listen_until_us(uint32_t when_us)
{
    struct message m;
    int dbm;

    while ((int32_t)(when_us - clock_us()) > 0) {
        clock_wait_until_us(when_us, radio_has_packet);
        if (radio_receive(&m, sizeof(m), &dbm)) {
            take(&m, dbm);
        }
    }
}

int main(void)
{
    uint32_t next_us;

    uart_init();
    clock_init();
    radio_init(CHANNEL, GROUP);
    last_ping.kind = PING;
    last_ping.sender = draw_number();
    printf("radio-ping: board %u\n", last_ping.sender);
    /* two boards that start together do not speak together */
    next_us = clock_us() + PERIOD_US / 256 * last_ping.sender;
    for (;;) {
        listen_until_us(next_us);
        miss_answer();
        next_us += PERIOD_US;
        ping();
    }
}
