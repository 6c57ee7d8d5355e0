/*
 * From reset to main(): vector table, memory set-up, faults.
 *
 * Vector table as in the ARMv6-M Architecture Reference Manual B1.5.3, with
 * the nRF51's 26 interrupts behind it.  A sample that uses an interrupt
 * defines the handler of that name; all others end in fault_handler().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

#include "uart.h"

extern uint32_t stack_top[], data_start[], data_end[], data_image[];
extern uint32_t bss_start[], bss_end[];

int main(void);
void reset_handler(void);
void fault_handler(void);
void radio_handler(void) __attribute__((weak, alias("fault_handler")));
void gpiote_handler(void) __attribute__((weak, alias("fault_handler")));
void timer0_handler(void) __attribute__((weak, alias("fault_handler")));
void timer1_handler(void) __attribute__((weak, alias("fault_handler")));
void rtc1_handler(void) __attribute__((weak, alias("fault_handler")));

typedef void handler(void);

/* clang-format off */
__attribute__((section(".vectors"), used))
static const struct {
    uint32_t *initial_sp;
    handler *core[15];
    handler *irq[26];
} vectors = {
    .initial_sp = stack_top,
    .core = {
        [0] = reset_handler,
        [1 ... 14] = fault_handler,
    },
    .irq = {
        [0] = fault_handler,
        [1] = radio_handler,
        [2 ... 5] = fault_handler,
        [6] = gpiote_handler,
        [7] = fault_handler,
        [8] = timer0_handler,
        [9] = timer1_handler,
        [10 ... 16] = fault_handler,
        [17] = rtc1_handler,
        [18 ... 25] = fault_handler,
    },
};
/* clang-format on */

void reset_handler(void)
{
    uint32_t *from = data_image;

    for (uint32_t *to = data_start; to < data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    main();
    for (;;) {
        __asm__ volatile("wfi");
    }
}

/* Say so on the console and stay: a silent reset would hide the fault. */
void fault_handler(void)
{
    static const char text[] = "\r\nfault: unexpected exception\r\n";

    uart_init();
    uart_write(text, sizeof(text) - 1);
    for (;;) {
        __asm__ volatile("wfi");
    }
}
