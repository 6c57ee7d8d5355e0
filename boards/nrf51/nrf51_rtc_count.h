/*
 * nRF51 RTC: what COUNTER is at an edge of LFCLK, and what happens there
 *
 * Used by boards/nrf51/nrf51_rtc.c, whose header has the rules; it keeps the
 * registers and the clock of the host side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_NRF51_NRF51_RTC_COUNT_H
#define BENCHWIRE_BOARDS_NRF51_NRF51_RTC_COUNT_H

#include "hw/benchwire/boards/nrf51/nrf51_rtc.h"

#define NRF51_RTC_HZ    32768 /* LFCLK */
#define NRF51_RTC_MASK  0xffffff /* COUNTER */
#define NRF51_RTC_NEVER INT64_MAX
#define NRF51_RTC_NONE  (-1)

/* Bits of INTEN and EVTEN */
enum {
    NRF51_RTC_BIT_TICK = 0,
    NRF51_RTC_BIT_OVRFLW = 1,
    NRF51_RTC_BIT_COMPARE = 16, /* three or four */
};

/* Indices into the tables of nrf51_rtc.c */
enum { EV_TICK, EV_OVRFLW, EV_COMPARE };
enum { TASK_START, TASK_STOP, TASK_CLEAR, TASK_TRIGOVRFLW };
enum {
    REG_EVTEN,
    REG_EVTENSET,
    REG_EVTENCLR,
    REG_COUNTER,
    REG_PRESCALER,
    REG_CC,
};

/* The last edge not after @ns, and the first ns at which that is @edge */
int64_t nrf51_rtc_edge_at(int64_t ns);
int64_t nrf51_rtc_edge_ns(int64_t edge);

/* Where what is written now takes effect */
int64_t nrf51_rtc_effect_edge(Nrf51Rtc *s);

bool nrf51_rtc_is_counting(Nrf51Rtc *s);
uint32_t nrf51_rtc_counter_at(Nrf51Rtc *s, int64_t edge);

/* The first edge after @after at which COUNTER steps onto @value */
int64_t nrf51_rtc_edge_of_value(Nrf51Rtc *s, uint32_t value, int64_t after);

/* CC of channel @i as it is compared at @edge */
uint32_t nrf51_rtc_cc_at(Nrf51Rtc *s, unsigned i, int64_t edge);

/* From @edge on COUNTER counts from @value. */
void nrf51_rtc_set_origin(Nrf51Rtc *s, int64_t edge, uint32_t value);

/* Nothing that firmware has seen before can tell it the time now. */
void nrf51_rtc_forget_past(Nrf51Rtc *s);

/* The next edge at which something is to be done, or NRF51_RTC_NEVER */
int64_t nrf51_rtc_next_edge(Nrf51Rtc *s);

/* Do what is to be done at @edge. */
void nrf51_rtc_expire(Nrf51Rtc *s, int64_t edge);

/* Let everything happen that is due at present. */
void nrf51_rtc_settle(Nrf51Rtc *s);

/* COMPARE of channel @i happens, as if at @edge. */
void nrf51_rtc_emit_compare(Nrf51Rtc *s, unsigned i, int64_t edge);

/* A task is triggered; it waits for its edge. */
void nrf51_rtc_queue_task(Nrf51Rtc *s, unsigned task);

#endif
