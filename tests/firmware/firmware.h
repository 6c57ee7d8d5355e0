/*
 * For test firmware: TAP lines on the console, memory and state that a reset
 * keeps, and exceptions that a test can expect.
 *
 * A program defines test_main(); harness.c does the rest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_FIRMWARE_H
#define BENCHWIRE_TESTS_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-samples/nrf51.h"

/* POWER */
#define POWER_RESETREAS  REG(0x40000000u, 0x400) /* write 1 to clear */
#define POWER_SYSTEMOFF  REG(0x40000000u, 0x500)
#define POWER_GPREGRET   REG(0x40000000u, 0x51C)
#define POWER_RAMON      REG(0x40000000u, 0x524)
#define RESETREAS_PIN    (1u << 0)
#define RESETREAS_DOG    (1u << 1)
#define RESETREAS_SREQ   (1u << 2)
#define RESETREAS_LOCKUP (1u << 3)
#define RESETREAS_OFF    (1u << 16)

/* WDT */
#define WDT_TASKS_START REG(0x40010000u, 0x000)
#define WDT_CRV         REG(0x40010000u, 0x504) /* cycles of 32768 Hz */

/* System control space of the Cortex-M0 */
#define SYST_CSR          REG(0xE000E000u, 0x010)
#define SYST_RVR          REG(0xE000E000u, 0x014)
#define NVIC_ICER         REG(0xE000E000u, 0x180)
#define NVIC_ISPR         REG(0xE000E000u, 0x200)
#define NVIC_ICPR         REG(0xE000E000u, 0x280)
#define NVIC_IPR0         REG(0xE000E000u, 0x400)
#define SCB_CPUID         REG(0xE000E000u, 0xD00)
#define SCB_ICSR          REG(0xE000E000u, 0xD04)
#define SCB_VTOR          REG(0xE000E000u, 0xD08)
#define SCB_AIRCR         REG(0xE000E000u, 0xD0C)
#define SCB_SCR           REG(0xE000E000u, 0xD10)
#define SCB_CCR           REG(0xE000E000u, 0xD14)
#define SCB_SHPR2         REG(0xE000E000u, 0xD1C)
#define SCB_SHPR3         REG(0xE000E000u, 0xD20)
#define ICSR_PENDSTSET    (1u << 26)
#define AIRCR_SYSRESETREQ 0x05FA0004u
#define SCR_SLEEPONEXIT   (1u << 1)
#define SCR_SEVONPEND     (1u << 4)

/**
 * struct kept - at the end of RAM; survives all resets that do not switch the
 * power off
 * @phase: of the program; 0 after power-on
 * @points: TAP lines printed so far
 * @note: the program's own
 */
struct kept {
    uint32_t magic;
    uint32_t phase;
    uint32_t points;
    uint32_t note[4];
};

#define KEPT ((volatile struct kept *)0x20003000u)

/* A TAP line: "ok" or "not ok" by @good. */
void check(bool good, const char *name);

/* The same for two numbers; what was got is printed if they differ. */
void check_equal(uint32_t got, uint32_t wanted, const char *name);

/* Pieces of a line, which begins with "# " and ends with "\r\n" */
void print(const char *text);
void print_number(uint32_t n, unsigned base);

/* A line that is no test point. */
void note(const char *text);

/* Go on in @phase after the reset that @how makes; it must not return. */
void reset_into(uint32_t phase, void (*how)(void), const char *name);

/* The end: prints the plan, and sleeps. */
void done(void);

void test_main(void);

/* Whether @code takes a HardFault; returns either way. */
bool faults(void (*code)(void));

/* What the next HardFault executes instead, or NULL; it must not return. */
extern void (*volatile hard_fault_hook)(void);

/* Of interrupt 0 to 31; counted in irq_count, then the hook runs. */
extern void (*volatile irq_hook)(unsigned irq);
extern volatile uint32_t irq_count;

#endif
