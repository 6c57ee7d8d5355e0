/*
 * How long instructions take, measured with TIMER0 at 16 MHz: each is repeated
 * 1024 times.
 *
 * ARM, Cortex-M0 Technical Reference Manual (DDI 0432C), table 3-1, with the
 * fast multiplier and no wait states.  Meant for -icount shift=6: a cycle is
 * 64 ns there, 1.024 of the timer's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"

#define ROUNDS           16
#define REPETITIONS      (64 * ROUNDS)
#define PRESCALER_16_MHZ 0

static uint32_t scratch;

/* r3: @address */
#define SNIPPET_AT(name, address, text)                                 \
    static void name(void)                                              \
    {                                                                   \
        __asm__ volatile(".syntax unified\nmov r3, %0\n.rept 64\n" text \
                         "\n.endr\n.syntax divided"                     \
                         :                                              \
                         : "l"(address)                                 \
                         : "r0", "r2", "r3", "lr", "cc", "memory");     \
    }

#define SNIPPET(name, text) SNIPPET_AT(name, &scratch, text)

SNIPPET(nothing, "")
SNIPPET(nop, "nop")
SNIPPET(add, "adds r0, r0, #1")
SNIPPET(multiply, "muls r0, r0, r2")
SNIPPET(load, "ldr r0, [sp]")
SNIPPET(load_byte, "mov r0, sp\nldrb r0, [r0, #1]")
SNIPPET(store, "str r0, [r3]")
SNIPPET(load_many, "mov r0, sp\nldmia r0!, {r2, r3}")
SNIPPET(push_pop, "push {r0, r2, r3, lr}\npop {r0, r2, r3}\npop {r2}")
SNIPPET(branch, "b 1f\n1:")
SNIPPET(branch_taken, "cmp r0, r0\nbeq 1f\n1:")
SNIPPET(branch_not_taken, "cmp r0, r0\nbne 1f\n1:")
SNIPPET(branch_link, "bl 1f\n1:")
SNIPPET(branch_register, "mov r0, pc\nadds r0, #3\nbx r0")
SNIPPET(move_to_pc, "mov r0, pc\nadds r0, #2\nmov pc, r0")
SNIPPET(special_register, "mrs r0, primask")
SNIPPET(barrier, "dmb")

/* OUTSET <- 0 changes nothing; then IN */
SNIPPET_AT(peripheral, 0x50000508u,
           "movs r0, #0\nstr r0, [r3]\nldr r0, [r3, #8]")

static const struct {
    const char *name;
    void (*code)(void);
    unsigned cycles;
} snippets[] = {
    { "NOP takes 1 cycle", nop, 1 },
    { "ADDS takes 1 cycle", add, 1 },
    { "MULS takes 1 cycle", multiply, 1 },
    { "LDR takes 2 cycles", load, 2 },
    { "MOV and LDRB take 1 + 2 cycles", load_byte, 3 },
    { "STR takes 2 cycles", store, 2 },
    { "MOV and LDM of two take 1 + 3 cycles", load_many, 4 },
    { "PUSH of four, POP of three and one take 5 + 4 + 2", push_pop, 11 },
    { "B takes 3 cycles", branch, 3 },
    { "CMP and BEQ, taken, take 1 + 3 cycles", branch_taken, 4 },
    { "CMP and BNE, not taken, take 1 + 1 cycles", branch_not_taken, 2 },
    { "BL takes 4 cycles", branch_link, 4 },
    { "MOV, ADDS, BX take 1 + 1 + 3 cycles", branch_register, 5 },
    { "MOV, ADDS, MOV to PC take 1 + 1 + 3 cycles", move_to_pc, 5 },
    { "MRS takes 4 cycles", special_register, 4 },
    { "DMB takes 4 cycles", barrier, 4 },
    { "MOVS, STR and LDR of a register take 1 + 2 + 2", peripheral, 5 },
};

static uint32_t now(void)
{
    TIMER0_TASKS_CAPTURE0 = 1;
    return TIMER0_CC0;
}

/* Ticks of 16 MHz */
static uint32_t measure(void (*volatile code)(void))
{
    uint32_t start = now();

    for (unsigned i = 0; i < ROUNDS; i++) {
        code();
    }
    return now() - start;
}

void test_main(void)
{
    TIMER0_BITMODE = TIMER_BITMODE_32;
    TIMER0_PRESCALER = PRESCALER_16_MHZ;
    TIMER0_TASKS_START = 1;
    measure(nothing);
    for (unsigned i = 0; i < sizeof(snippets) / sizeof(snippets[0]); i++) {
        uint32_t ticks = measure(snippets[i].code) - measure(nothing);
        uint32_t milli = ticks * 125 / 128 * 1000 / REPETITIONS;

        /* tenths of a cycle */
        check_equal((milli + 50) / 100, 10 * snippets[i].cycles,
                    snippets[i].name);
    }
    done();
}
