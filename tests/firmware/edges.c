/*
 * Edges at the edge connector, counted and made: tests/rig/gpio-lines.sh.
 *
 * Inputs P0, P1, P2, P8 raise the GPIOTE interrupt at each edge; those that
 * come must follow the walk of tests/edge_walk.h.  GPIOTE's events also go by
 * PPI to a counter, which misses none however late the interrupt is served.
 * Outputs P13 to P16 answer: in the interrupt, each the edge of its input.
 *
 * Commands, a line each on the console; each has an answer:
 *   m 1, m 0      answer edges of the inputs with edges of the outputs, or not
 *   c             what was counted since the last c; the walk begins again
 *   t COUNT US    make COUNT edges on the outputs, in the order of the walk, US
 *                 microseconds from one to the next
 *
 * nRF51 Series Reference Manual v3.0, chapters GPIOTE, PPI, TIMER, UART.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"
#include "tests/edge_walk.h"
#include "firmware-samples/board.h"

#define UART_EVENTS_RXDRDY REG(0x40002000u, 0x108)
#define UART_INTENSET      REG(0x40002000u, 0x304)
#define UART_RXD           REG(0x40002000u, 0x518)
#define UART_INTEN_RXDRDY  (1u << 2)
#define TIMER0_TASKS_COUNT 0x40008008u
#define TIMER0_MODE        REG(0x40008000u, 0x504)
#define TIMER_MODE_COUNTER 1u
#define TIMER2_TASKS_STOP  REG(0x4000A000u, 0x004)
#define TIMER2_TASKS_CLEAR REG(0x4000A000u, 0x00C)
#define TIMER2_INTENSET    REG(0x4000A000u, 0x304)
#define IRQ_UART           2
#define IRQ_TIMER2         10

#define LINES    EDGE_WALK_LINES
#define LINE_MAX 32

/* edge connector, micro:bit schematic 1.5 */
static const uint8_t inputs[LINES] = { 3, 2, 1, 18 };     /* P0 P1 P2 P8 */
static const uint8_t outputs[LINES] = { 23, 22, 21, 16 }; /* P13 to P16 */

static volatile bool answering = true;
static uint32_t walk, out_walk, out_levels;
static volatile uint32_t edges, wrong, first_wrong, interrupts;
static uint32_t told; /* of the counter */
static unsigned expected;
static volatile uint32_t to_make;
static char line[LINE_MAX];
static volatile unsigned line_len;
static volatile bool line_ready;

static void toggle(unsigned n)
{
    uint32_t bit = 1u << outputs[n];

    out_levels ^= bit;
    if (out_levels & bit) {
        GPIO_OUTSET = bit;
    } else {
        GPIO_OUTCLR = bit;
    }
}

static bool take(unsigned n)
{
    if (!GPIOTE_EVENTS_IN(n)) {
        return false;
    }
    GPIOTE_EVENTS_IN(n) = 0;
    if (answering) {
        toggle(n);
    }
    edges++;
    return true;
}

/* An edge on a line whose turn it is not */
static bool take_any(void)
{
    for (unsigned n = 0; n < LINES; n++) {
        if (take(n)) {
            if (wrong++ == 0) {
                first_wrong = edges;
            }
            return true;
        }
    }
    return false;
}

/* Two that are pending at once are taken in the order of the walk: which came
 * first cannot be told. */
static void gpiote(void)
{
    interrupts++;
    while (take(expected) || take_any()) {
        expected = edge_walk_next(&walk);
    }
}

static void begin_walk(void)
{
    walk = EDGE_WALK_START;
    expected = edge_walk_next(&walk);
    edges = 0;
    wrong = 0;
    first_wrong = 0;
    interrupts = 0;
}

static void init_timers(void)
{
    TIMER0_MODE = TIMER_MODE_COUNTER;
    TIMER0_BITMODE = TIMER_BITMODE_32;
    TIMER0_TASKS_START = 1;
    TIMER2_BITMODE = TIMER_BITMODE_16;
    TIMER2_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER2_SHORTS = TIMER_SHORTS_CLEAR0;
    TIMER2_INTENSET = TIMER_INTEN_COMPARE0;
}

static void init_lines(void)
{
    for (unsigned i = 0; i < LINES; i++) {
        GPIO_DIRSET = 1u << outputs[i];
        GPIO_PIN_CNF(inputs[i]) = GPIO_PIN_CNF_INPUT;
        GPIOTE_CONFIG(i) = GPIOTE_CONFIG_EVENT | GPIOTE_CONFIG_PIN(inputs[i]) |
                           GPIOTE_CONFIG_TOGGLE;
        GPIOTE_EVENTS_IN(i) = 0;
        PPI_CH_EEP(i) = (uint32_t)&GPIOTE_EVENTS_IN(i);
        PPI_CH_TEP(i) = TIMER0_TASKS_COUNT;
        PPI_CHENSET = 1u << i;
        GPIOTE_INTENSET = 1u << i;
    }
}

/* With interrupts masked WFI wakes for a pending one all the same. */
static void sleep_until(bool (*happened)(void))
{
    __asm__ volatile("cpsid i" ::: "memory");
    while (!happened()) {
        __asm__ volatile("wfi\n\tcpsie i\n\tisb\n\tcpsid i" ::: "memory");
    }
    __asm__ volatile("cpsie i" ::: "memory");
}

static bool has_line(void)
{
    return line_ready;
}

static bool made_all(void)
{
    return to_make == 0;
}

static void print_pair(const char *name, uint32_t n)
{
    print(name);
    print_number(n, 10);
}

static void tell(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    TIMER0_TASKS_CAPTURE0 = 1;
    print_pair("edges ", edges);
    print_pair(" wrong ", wrong);
    print_pair(" first ", first_wrong);
    print_pair(" counter ", TIMER0_CC0 - told);
    told = TIMER0_CC0; /* those that come meanwhile are the next ones */
    print_pair(" interrupts ", interrupts);
    print("\r\n");
    begin_walk();
    __asm__ volatile("cpsie i" ::: "memory");
}

/* One edge at each interrupt of TIMER2 */
static void make_edge(void)
{
    TIMER2_EVENTS_COMPARE0 = 0;
    toggle(edge_walk_next(&out_walk));
    if (--to_make == 0) {
        TIMER2_TASKS_STOP = 1;
    }
}

/* @period_us up to 65535, for a timer of 16 bits */
static void make_edges(uint32_t count, uint32_t period_us)
{
    out_walk = EDGE_WALK_START;
    to_make = count;
    TIMER2_CC0 = period_us;
    TIMER2_TASKS_CLEAR = 1;
    TIMER2_TASKS_START = 1;
    sleep_until(made_all);
    print_pair("made ", count);
    print("\r\n");
}

static uint32_t number(const char **text)
{
    uint32_t n = 0;

    while (**text == ' ') {
        (*text)++;
    }
    while (**text >= '0' && **text <= '9') {
        n = n * 10 + (uint32_t)(*(*text)++ - '0');
    }
    return n;
}

static void obey(const char *command)
{
    const char *rest = command + 1;
    uint32_t count;

    switch (command[0]) {
    case 'm':
        answering = number(&rest) != 0;
        print(answering ? "answering\r\n" : "silent\r\n");
        break;
    case 'c':
        tell();
        break;
    case 't':
        count = number(&rest);
        make_edges(count, number(&rest));
        break;
    default:
        print("what?\r\n");
    }
}

static void take_char(void)
{
    char c = (char)UART_RXD;

    UART_EVENTS_RXDRDY = 0;
    if (c == '\n') {
        line_ready = true;
    } else if (line_len < LINE_MAX - 1 && !line_ready) {
        line[line_len++] = c;
    }
}

static void interrupt(unsigned irq)
{
    switch (irq) {
    case IRQ_GPIOTE:
        gpiote();
        break;
    case IRQ_TIMER2:
        make_edge();
        break;
    case IRQ_UART:
        take_char();
        break;
    }
}

static void init(void)
{
    init_timers();
    init_lines();
    begin_walk();
    irq_hook = interrupt;
    UART_INTENSET = UART_INTEN_RXDRDY;
    UART_TASKS_STARTRX = 1;
    NVIC_ISER = 1u << IRQ_GPIOTE | 1u << IRQ_TIMER2 | 1u << IRQ_UART;
}

void test_main(void)
{
    init();
    print("edges: ready\r\n");
    for (;;) {
        sleep_until(has_line);
        line[line_len] = '\0';
        line_len = 0;
        obey(line);
        line_ready = false;
    }
}
