/*
 * The frame of a test firmware, see firmware.h: vector table, reset, faults,
 * console.
 *
 * It has a vector table of its own because firmware-samples/startup.c ends in
 * every exception it does not know.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <string.h>

#include "tests/firmware/firmware.h"
#include "firmware-samples/uart.h"

#define KEPT_MAGIC 0x6b657074u

extern uint32_t stack_top[], data_start[], data_end[], data_image[];
extern uint32_t bss_start[], bss_end[];

void reset_handler(void);
void hard_fault_handler(void);
void irq_handler(void);
void other_handler(void);
void hard_fault(uint32_t *frame);

void (*volatile hard_fault_hook)(void);
void (*volatile irq_hook)(unsigned irq);
volatile uint32_t irq_count;

static volatile bool expected; /* a fault */
static jmp_buf before_fault;

typedef void handler(void);

/* clang-format off */
__attribute__((section(".vectors"), used))
static const struct {
    uint32_t *initial_sp;
    handler *core[15];
    handler *irq[32];
} vectors = {
    .initial_sp = stack_top,
    .core = {
        [0] = reset_handler,
        [1] = other_handler,
        [2] = hard_fault_handler,
        [3 ... 14] = other_handler,
    },
    .irq = { [0 ... 31] = irq_handler },
};
/* clang-format on */

void print(const char *text)
{
    uart_write(text, strlen(text));
}

void print_number(uint32_t n, unsigned base)
{
    static const char digits[] = "0123456789abcdef";
    char text[12];
    unsigned i = sizeof(text) - 1;

    text[i] = '\0';
    do {
        text[--i] = digits[n % base];
        n /= base;
    } while (n);
    print(&text[i]);
}

void check(bool good, const char *name)
{
    KEPT->points++;
    print(good ? "ok " : "not ok ");
    print_number(KEPT->points, 10);
    print(" - ");
    print(name);
    print("\r\n");
}

void note(const char *text)
{
    print("# ");
    print(text);
    print("\r\n");
}

void check_equal(uint32_t got, uint32_t wanted, const char *name)
{
    if (got != wanted) {
        print("#   got:    0x");
        print_number(got, 16);
        print("\r\n#   wanted: 0x");
        print_number(wanted, 16);
        print("\r\n");
    }
    check(got == wanted, name);
}

void reset_into(uint32_t phase, void (*how)(void), const char *name)
{
    KEPT->phase = phase;
    how();
    check(false, name);
}

void done(void)
{
    print("1..");
    print_number(KEPT->points, 10);
    print("\r\n");
    KEPT->magic = 0;
    for (;;) {
        __asm__ volatile("wfi");
    }
}

bool faults(void (*code)(void))
{
    bool fault = true;

    expected = true;
    if (setjmp(before_fault) == 0) {
        code();
        fault = false;
    }
    expected = false;
    return fault;
}

/* Where a fault that is expected returns to */
static void after_fault(void)
{
    longjmp(before_fault, 1);
}

void hard_fault(uint32_t *frame)
{
    if (hard_fault_hook) {
        hard_fault_hook();
    }
    if (!expected) {
        check(false, "no unexpected fault");
        done();
    }
    frame[6] = (uint32_t)after_fault & ~1u; /* PC */
    frame[7] = 1u << 24;                    /* xPSR: Thumb */
}

/* Only the main stack is in use. */
__attribute__((naked)) void hard_fault_handler(void)
{
    __asm__ volatile("mov r0, sp\n\t"
                     "ldr r1, =hard_fault\n\t"
                     "bx  r1\n\t"
                     ".ltorg");
}

void other_handler(void)
{
    check(false, "no unexpected exception");
    done();
}

void irq_handler(void)
{
    uint32_t number;

    __asm__ volatile("mrs %0, ipsr" : "=r"(number));
    irq_count++;
    if (irq_hook) {
        irq_hook((number & 0x3f) - 16);
    }
}

void reset_handler(void)
{
    memcpy(data_start, data_image, (char *)data_end - (char *)data_start);
    memset(bss_start, 0, (char *)bss_end - (char *)bss_start);
    if (KEPT->magic != KEPT_MAGIC) {
        memset((void *)KEPT, 0, sizeof(*KEPT));
        KEPT->magic = KEPT_MAGIC;
    }
    uart_init();
    test_main();
    done();
}
