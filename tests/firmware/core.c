/*
 * The Cortex-M0 as the nRF51 has it, seen by a program that runs on it.
 *
 * Sources: ARMv6-M Architecture Reference Manual (WFE, WFI, event register,
 * SCR, Lockup); nRF51 Series Reference Manual v3.0, chapters "CPU" and "Power
 * management (POWER)".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"

#define TIMER2_IRQ         10
#define TIMER2_TASKS_START REG(0x4000A000u, 0x000)
#define TIMER2_TASKS_STOP  REG(0x4000A000u, 0x004)
#define TIMER2_TASKS_CLEAR REG(0x4000A000u, 0x00C)
#define TIMER2_COMPARE0    REG(0x4000A000u, 0x140)
#define TIMER2_SHORTS      REG(0x4000A000u, 0x200)
#define TIMER2_INTENSET    REG(0x4000A000u, 0x304)
#define TIMER2_PRESCALER   REG(0x4000A000u, 0x510)
#define TIMER2_CC0         REG(0x4000A000u, 0x540)
#define COMPARE0_STOP      (1u << 8)

#define SOON_US    5000
#define LATER_US   20000
#define AT_ONCE_US 2000 /* an instruction, on a host that is busy */

enum {
    POWER_ON,
    MASKED_WFE,
    LOCKUP_UNDEFINED,
    LOCKUP_SVC,
    LOCKUP_STACK,
    LOCKUP_ADDRESS,
    SOFT_RESET,
    DETECT_AT_ONCE,
    BUTTON,
    ALL_DONE,
};

static inline void wfe(void)
{
    __asm__ volatile("wfe" ::: "memory");
}

static inline void wfi(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static inline void sev(void)
{
    __asm__ volatile("sev" ::: "memory");
}

static inline void mask(bool on)
{
    if (on) {
        __asm__ volatile("cpsid i" ::: "memory");
    } else {
        __asm__ volatile("cpsie i" ::: "memory");
    }
}

/* Time: TIMER0 in us; TIMER1 and TIMER2 interrupt once, @us from now */

static uint32_t now_us(void)
{
    TIMER0_TASKS_CAPTURE0 = 1;
    return TIMER0_CC0;
}

static void timer1_in(uint32_t us)
{
    REG(0x40009000u, 0x004) = 1;
    REG(0x40009000u, 0x00C) = 1;
    TIMER1_EVENTS_COMPARE0 = 0;
    NVIC_ICPR = 1u << IRQ_TIMER1;
    TIMER1_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER1_SHORTS = COMPARE0_STOP;
    TIMER1_INTENSET = TIMER_INTEN_COMPARE0;
    TIMER1_CC0 = us;
    TIMER1_TASKS_START = 1;
}

static void timer2_in(uint32_t us)
{
    TIMER2_TASKS_STOP = 1;
    TIMER2_TASKS_CLEAR = 1;
    TIMER2_COMPARE0 = 0;
    NVIC_ICPR = 1u << TIMER2_IRQ;
    TIMER2_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER2_SHORTS = COMPARE0_STOP;
    TIMER2_INTENSET = TIMER_INTEN_COMPARE0;
    TIMER2_CC0 = us;
    TIMER2_TASKS_START = 1;
}

static void clear_interrupt(unsigned irq)
{
    if (irq == IRQ_TIMER1) {
        TIMER1_EVENTS_COMPARE0 = 0;
        (void)TIMER1_EVENTS_COMPARE0;
    } else if (irq == TIMER2_IRQ) {
        TIMER2_COMPARE0 = 0;
        (void)TIMER2_COMPARE0;
    }
}

static void clear_event_register(void)
{
    sev();
    wfe();
}

static uint32_t time_of(void (*instruction)(void))
{
    uint32_t begin = now_us();

    instruction();
    return now_us() - begin;
}

static void do_wfe(void)
{
    wfe();
}

static void do_wfi(void)
{
    wfi();
}

/* Registers */

static void test_registers(void)
{
    check_equal(SCB_CPUID, 0x410CC200, "CPUID names a Cortex-M0");
    SYST_RVR = 0x1234;
    SYST_CSR = 7;
    check(SYST_RVR == 0 && SYST_CSR == 0, "there is no SysTick");
    SCB_ICSR = ICSR_PENDSTSET;
    check_equal(SCB_ICSR & ICSR_PENDSTSET, 0, "and it cannot be made pending");
    SCB_VTOR = 0x1000;
    check_equal(SCB_VTOR, 0, "there is no VTOR");
    NVIC_IPR0 = 0xffffffff;
    check_equal(NVIC_IPR0, 0xc0c0c0c0, "interrupts have two priority bits");
    NVIC_IPR0 = 0;
    SCB_SHPR2 = SCB_SHPR3 = 0xffffffff;
    check_equal(SCB_SHPR2, 0xc0000000, "and so has SVCall");
    check_equal(SCB_SHPR3, 0x00c00000, "and PendSV, but SysTick has none");
    SCB_SHPR2 = SCB_SHPR3 = 0;
    check_equal(SCB_CCR, 0x208, "CCR is constant");
    SCB_SCR = 0xffffffff;
    check_equal(SCB_SCR, 0x16, "SCR keeps its three bits");
    SCB_SCR = 0;
    NVIC_ISER = 0xffffffff;
    check_equal(NVIC_ISER, 0xffffffff, "32 interrupts can be enabled");
    NVIC_ICER = 0xffffffff;
}

/* Faults */

static void load_unaligned(void)
{
    uint32_t word = 0x20000001u;

    __asm__ volatile("ldr %0, [%0]" : "+l"(word) : : "memory");
}

static void load_from_nowhere(void)
{
    (void)*(volatile uint32_t *)0x60000000u;
}

static void store_to_nowhere(void)
{
    *(volatile uint32_t *)0x60000000u = 0;
}

static void execute_undefined(void)
{
    __asm__ volatile("udf #0");
}

static void jump(uint32_t to)
{
    __asm__ volatile("bx %0" : : "r"(to));
}

static void jump_to_nowhere(void)
{
    jump(0x60000001);
}

static void jump_to_a_peripheral(void)
{
    jump(0x40000001);
}

static void jump_to_arm_code(void)
{
    jump(0x100);
}

static void call_masked(void)
{
    __asm__ volatile("cpsid i\n\tsvc #0");
}

static void test_faults(void)
{
    check(faults(load_unaligned), "an unaligned load is a HardFault");
    check(faults(load_from_nowhere), "a load from nowhere is one");
    check(faults(store_to_nowhere), "a store to nowhere is one");
    check(faults(execute_undefined), "an undefined instruction is one");
    check(faults(jump_to_nowhere), "execution of nothing is one");
    check(faults(jump_to_a_peripheral), "execution of a peripheral is one");
    REG(0xE000E000u, 0xD94) = 5; /* MPU_CTRL */
    check_equal(REG(0xE000E000u, 0xD94), 0, "there is no MPU");
    check(faults(jump_to_arm_code), "ARM state is one");
    check(faults(call_masked), "SVC with PRIMASK set is one");
    mask(false);
}

/* Sleep */

static void test_event_register(void)
{
    sev();
    check(time_of(do_wfe) < AT_ONCE_US, "WFE after SEV does not sleep");
    SCB_SCR = SCR_SEVONPEND;
    timer1_in(LATER_US);
    check(time_of(do_wfe) >= LATER_US - AT_ONCE_US,
          "the next WFE sleeps until SEVONPEND wakes it");
    check_equal(irq_count, 0, "though the interrupt is disabled");
    timer2_in(LATER_US);
    check(time_of(do_wfe) >= LATER_US - AT_ONCE_US,
          "an interrupt that was pending before wakes nothing");
    mask(true);
    NVIC_ISER = 1u << TIMER2_IRQ; /* pending: taken were it not masked */
    timer1_in(SOON_US);
    check(time_of(do_wfe) >= SOON_US - AT_ONCE_US,
          "WFE with SEVONPEND sleeps over a masked interrupt");
    NVIC_ICER = 0xffffffff;
    NVIC_ISPR = 1u << 20;
    check(time_of(do_wfe) < AT_ONCE_US, "ISPR makes an event too");
    NVIC_ICPR = 0xffffffff;
    mask(false);
    SCB_SCR = 0;
}

static void test_interrupts(void)
{
    irq_hook = clear_interrupt;
    NVIC_ISER = 1u << IRQ_TIMER1;
    irq_count = 0;
    clear_event_register();
    timer1_in(SOON_US);
    check(time_of(do_wfe) >= SOON_US - AT_ONCE_US,
          "WFE sleeps until an interrupt");
    check_equal(irq_count, 1, "which is taken");
    check(time_of(do_wfe) < AT_ONCE_US, "and leaves the event register set");
    timer1_in(SOON_US);
    check(time_of(do_wfi) >= SOON_US - AT_ONCE_US,
          "WFI sleeps until an interrupt");
    check_equal(irq_count, 2, "which is taken");
    mask(true);
    timer1_in(SOON_US);
    check(time_of(do_wfi) >= SOON_US - AT_ONCE_US,
          "WFI with PRIMASK set sleeps until an interrupt is pending");
    check_equal(irq_count, 2, "which is not taken");
    mask(false);
    check_equal(irq_count, 3, "until PRIMASK allows it");
    NVIC_ICER = 1u << IRQ_TIMER1;
    NVIC_ISER = 1u << TIMER2_IRQ;
    timer1_in(SOON_US);
    timer2_in(LATER_US);
    check(time_of(do_wfi) >= LATER_US - AT_ONCE_US,
          "a disabled interrupt does not end WFI");
    NVIC_ICPR = 0xffffffff;
}

static void count_to_two(unsigned irq)
{
    clear_interrupt(irq);
    if (irq_count == 2) {
        SCB_SCR = 0;
    } else {
        timer1_in(SOON_US);
    }
}

static void test_sleep_on_exit(void)
{
    clear_interrupt(IRQ_TIMER1);
    NVIC_ICPR = 0xffffffff;
    irq_hook = count_to_two;
    irq_count = 0;
    NVIC_ISER = 1u << IRQ_TIMER1;
    SCB_SCR = SCR_SLEEPONEXIT;
    timer1_in(SOON_US);
    wfi();
    check_equal(irq_count, 2,
                "SLEEPONEXIT sleeps until a handler has cleared it");
    irq_hook = clear_interrupt;
}

/* Resets */

static void wait_for_reset(void)
{
    /* a second is longer than any of them takes */
    for (uint32_t begin = now_us(); now_us() - begin < 1000000;) {
    }
}

static void sleep_until_the_dog(void)
{
    SCB_SCR = 0;
    mask(true);
    clear_event_register();
    NVIC_ISER = 1u << IRQ_TIMER1;
    timer1_in(SOON_US);
    WDT_CRV = 3276; /* 100 ms */
    WDT_TASKS_START = 1;
    wfe();
}

static void call_in_handler(void)
{
    __asm__ volatile("svc #0");
}

static void lose_the_stack(void)
{
    __asm__ volatile("ldr r0, =0x10\n\t"
                     "mov sp, r0\n\t"
                     "ldr r0, =0x60000000\n\t"
                     "mov sp, r0\n\t"
                     "push {r0}\n\t"
                     ".ltorg");
}

static void fault(void)
{
    execute_undefined();
    wait_for_reset();
}

static void lock_up_in(void (*hook)(void), uint32_t next, const char *name)
{
    hard_fault_hook = hook;
    reset_into(next, fault, name);
}

static void soft_reset(void)
{
    POWER_GPREGRET = 0x1a5;
    SCB_AIRCR = AIRCR_SYSRESETREQ;
    wait_for_reset();
}

#define BUTTON_A      17
#define CNF_PULL_UP   0xCu
#define CNF_PULL_DOWN 0x4u
#define SENSE_LOW     (3u << 16)

static void off_with_detect(void)
{
    GPIO_PIN_CNF(1) = CNF_PULL_DOWN | SENSE_LOW;
    POWER_RAMON = 0x30003; /* keep all of RAM */
    POWER_SYSTEMOFF = 1;
    wait_for_reset();
}

/* Whoever runs this presses A when the line is there. */
static void off_until_button_a(void)
{
    GPIO_PIN_CNF(1) = 2;
    GPIO_PIN_CNF(BUTTON_A) = CNF_PULL_UP | SENSE_LOW;
    note("off until A is pressed");
    mask(true);
    NVIC_ISER = 1u << 20; /* an interrupt does not wake it */
    NVIC_ISPR = 1u << 20;
    POWER_SYSTEMOFF = 1;
    for (;;) {
        KEPT->note[0]++; /* the core must not go on */
    }
}

static void expect_reset(uint32_t reason, const char *name)
{
    check_equal(POWER_RESETREAS, reason, name);
    POWER_RESETREAS = reason;
}

static void test_core(void)
{
    check_equal(POWER_RESETREAS, 0, "power-on leaves no reset reason");
    test_registers();
    test_faults();
    test_event_register();
    test_interrupts();
    test_sleep_on_exit();
}

void test_main(void)
{
    TIMER0_BITMODE = TIMER_BITMODE_32;
    TIMER0_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER0_TASKS_START = 1;

    switch (KEPT->phase) {
    case POWER_ON:
        test_core();
        reset_into(MASKED_WFE, sleep_until_the_dog,
                   "WFE sleeps over a masked interrupt");
        break;
    case MASKED_WFE:
        expect_reset(RESETREAS_DOG, "WFE sleeps over a masked interrupt");
        lock_up_in(execute_undefined, LOCKUP_UNDEFINED,
                   "a fault in HardFault resets the chip");
        break;
    case LOCKUP_UNDEFINED:
        expect_reset(RESETREAS_LOCKUP, "a fault in HardFault resets the chip");
        lock_up_in(call_in_handler, LOCKUP_SVC,
                   "SVC in HardFault resets the chip");
        break;
    case LOCKUP_SVC:
        expect_reset(RESETREAS_LOCKUP, "SVC in HardFault resets the chip");
        lock_up_in(lose_the_stack, LOCKUP_STACK,
                   "a bad stack in HardFault resets the chip");
        break;
    case LOCKUP_STACK:
        expect_reset(RESETREAS_LOCKUP,
                     "a bad stack in HardFault resets the chip");
        lock_up_in(jump_to_nowhere, LOCKUP_ADDRESS,
                   "a jump to nowhere in HardFault resets the chip");
        break;
    case LOCKUP_ADDRESS:
        expect_reset(RESETREAS_LOCKUP,
                     "a jump to nowhere in HardFault resets the chip");
        reset_into(SOFT_RESET, soft_reset, "SYSRESETREQ resets the chip");
        break;
    case SOFT_RESET:
        expect_reset(RESETREAS_SREQ, "SYSRESETREQ resets the chip");
        check_equal(POWER_GPREGRET, 0xa5, "GPREGRET keeps 8 bits");
        reset_into(DETECT_AT_ONCE, off_with_detect,
                   "System OFF ends at once if DETECT is high");
        break;
    case DETECT_AT_ONCE:
        expect_reset(RESETREAS_OFF,
                     "System OFF ends at once if DETECT is high");
        check_equal(GPIO_PIN_CNF(1), CNF_PULL_DOWN | SENSE_LOW,
                    "and pins stay as they were");
        KEPT->note[0] = 0;
        reset_into(BUTTON, off_until_button_a, "a pin ends System OFF");
        break;
    case BUTTON:
        expect_reset(RESETREAS_OFF, "a pin ends System OFF");
        check(KEPT->note[0] < 100, "and the core did not run meanwhile");
        KEPT->phase = ALL_DONE;
        break;
    default:
        check(false, "the phases are known");
        break;
    }
}
