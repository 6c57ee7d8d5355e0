/*
 * The nRF51822 registers that the samples use, and no others.
 *
 * Names and offsets follow the nRF51 Series Reference Manual v3.0; a
 * peripheral's number times 0x1000 is its address, and its interrupt.
 * Writing 1 to a TASKS register starts the task; an EVENTS register is set by
 * the hardware and cleared by writing 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_NRF51_H
#define BENCHWIRE_FIRMWARE_NRF51_H

#include <stdint.h>

#define REG(base, offset) (*(volatile uint32_t *)((base) + (offset)))

/* CLOCK, chapter CLOCK */
#define CLOCK_TASKS_HFCLKSTART    REG(0x40000000u, 0x000)
#define CLOCK_TASKS_LFCLKSTART    REG(0x40000000u, 0x008)
#define CLOCK_EVENTS_HFCLKSTARTED REG(0x40000000u, 0x100)
#define CLOCK_EVENTS_LFCLKSTARTED REG(0x40000000u, 0x104)
#define CLOCK_LFCLKSRC            REG(0x40000000u, 0x518)

#define CLOCK_LFCLKSRC_RC 0u

/* RADIO, chapter RADIO */
#define RADIO_TASKS_TXEN      REG(0x40001000u, 0x000)
#define RADIO_TASKS_RXEN      REG(0x40001000u, 0x004)
#define RADIO_TASKS_START     REG(0x40001000u, 0x008)
#define RADIO_TASKS_DISABLE   REG(0x40001000u, 0x010)
#define RADIO_EVENTS_END      REG(0x40001000u, 0x10C)
#define RADIO_EVENTS_DISABLED REG(0x40001000u, 0x110)
#define RADIO_SHORTS          REG(0x40001000u, 0x200)
#define RADIO_INTENSET        REG(0x40001000u, 0x304)
#define RADIO_INTENCLR        REG(0x40001000u, 0x308)
#define RADIO_CRCSTATUS       REG(0x40001000u, 0x400) /* 1 = good */
#define RADIO_PACKETPTR       REG(0x40001000u, 0x504)
#define RADIO_FREQUENCY       REG(0x40001000u, 0x508) /* MHz above 2400 */
#define RADIO_TXPOWER         REG(0x40001000u, 0x50C) /* dBm */
#define RADIO_MODE            REG(0x40001000u, 0x510)
#define RADIO_PCNF0           REG(0x40001000u, 0x514)
#define RADIO_PCNF1           REG(0x40001000u, 0x518)
#define RADIO_BASE0           REG(0x40001000u, 0x51C)
#define RADIO_PREFIX0         REG(0x40001000u, 0x524)
#define RADIO_TXADDRESS       REG(0x40001000u, 0x52C)
#define RADIO_RXADDRESSES     REG(0x40001000u, 0x530)
#define RADIO_CRCCNF          REG(0x40001000u, 0x534)
#define RADIO_CRCPOLY         REG(0x40001000u, 0x538)
#define RADIO_CRCINIT         REG(0x40001000u, 0x53C)
#define RADIO_RSSISAMPLE      REG(0x40001000u, 0x548) /* -dBm */
#define RADIO_DATAWHITEIV     REG(0x40001000u, 0x554)

#define RADIO_INTEN_END                (1u << 3)
#define RADIO_SHORTS_READY_START       (1u << 0)
#define RADIO_SHORTS_ADDRESS_RSSISTART (1u << 4)
#define RADIO_PCNF1_BALEN_4            (4u << 16)
#define RADIO_PCNF1_WHITEEN            (1u << 25)

/* ADC, chapter ADC */
#define ADC_TASKS_START REG(0x40007000u, 0x000)
#define ADC_TASKS_STOP  REG(0x40007000u, 0x004)
#define ADC_EVENTS_END  REG(0x40007000u, 0x100)
#define ADC_ENABLE      REG(0x40007000u, 0x500)
#define ADC_CONFIG      REG(0x40007000u, 0x504)
#define ADC_RESULT      REG(0x40007000u, 0x508)

#define ADC_ENABLE_ON           1u
#define ADC_CONFIG_10_BIT       2u
#define ADC_CONFIG_INPUT_THIRD  (2u << 2)
#define ADC_CONFIG_SUPPLY_THIRD (6u << 2)
#define ADC_CONFIG_REF_1_2_V    (0u << 5)
#define ADC_CONFIG_AIN(n)       (0x100u << (n))

/* RNG, chapter RNG */
#define RNG_TASKS_START   REG(0x4000D000u, 0x000)
#define RNG_TASKS_STOP    REG(0x4000D000u, 0x004)
#define RNG_EVENTS_VALRDY REG(0x4000D000u, 0x100)
#define RNG_VALUE         REG(0x4000D000u, 0x508)

/* UART0, chapter UART */
#define UART_TASKS_STARTRX REG(0x40002000u, 0x000)
#define UART_TASKS_STARTTX REG(0x40002000u, 0x008)
#define UART_EVENTS_TXDRDY REG(0x40002000u, 0x11C)
#define UART_ENABLE        REG(0x40002000u, 0x500) /* 4 = on */
#define UART_PSELTXD       REG(0x40002000u, 0x50C)
#define UART_PSELRXD       REG(0x40002000u, 0x514)
#define UART_TXD           REG(0x40002000u, 0x51C)
#define UART_BAUDRATE      REG(0x40002000u, 0x524)

#define UART_ENABLE_ON       4u
#define UART_BAUDRATE_115200 0x01D7E000u

/* TWI0, chapter TWI */
#define TWI_TASKS_STARTRX   REG(0x40003000u, 0x000)
#define TWI_TASKS_STARTTX   REG(0x40003000u, 0x008)
#define TWI_TASKS_STOP      REG(0x40003000u, 0x014)
#define TWI_TASKS_RESUME    REG(0x40003000u, 0x020)
#define TWI_EVENTS_STOPPED  REG(0x40003000u, 0x104)
#define TWI_EVENTS_RXDREADY REG(0x40003000u, 0x108)
#define TWI_EVENTS_TXDSENT  REG(0x40003000u, 0x11C)
#define TWI_EVENTS_ERROR    REG(0x40003000u, 0x124)
#define TWI_SHORTS          REG(0x40003000u, 0x200)
#define TWI_ERRORSRC        REG(0x40003000u, 0x4C4) /* write 1 to clear */
#define TWI_ENABLE          REG(0x40003000u, 0x500)
#define TWI_PSELSCL         REG(0x40003000u, 0x508)
#define TWI_PSELSDA         REG(0x40003000u, 0x50C)
#define TWI_RXD             REG(0x40003000u, 0x518)
#define TWI_TXD             REG(0x40003000u, 0x51C)
#define TWI_FREQUENCY       REG(0x40003000u, 0x524)
#define TWI_ADDRESS         REG(0x40003000u, 0x588)
#define TWI_POWER           REG(0x40003000u, 0xFFC) /* 0 then 1: reset */

#define TWI_SHORTS_BB_SUSPEND (1u << 0)
#define TWI_SHORTS_BB_STOP    (1u << 1)
#define TWI_ERRORSRC_OVERRUN  (1u << 0)
#define TWI_ERRORSRC_ANACK    (1u << 1)
#define TWI_ERRORSRC_DNACK    (1u << 2)
#define TWI_ERRORSRC_ALL      7u
#define TWI_ENABLE_ON         5u
#define TWI_FREQUENCY_K100    0x01980000u
#define TWI_FREQUENCY_K400    0x06680000u

/* TIMER0 and TIMER1, chapter TIMER; TIMER1 counts 16 bits */
#define TIMER0_TASKS_START     REG(0x40008000u, 0x000)
#define TIMER0_TASKS_CAPTURE0  REG(0x40008000u, 0x040)
#define TIMER0_EVENTS_COMPARE1 REG(0x40008000u, 0x144)
#define TIMER0_INTENSET        REG(0x40008000u, 0x304)
#define TIMER0_BITMODE         REG(0x40008000u, 0x508) /* 3 = 32 bit */
#define TIMER0_PRESCALER       REG(0x40008000u, 0x510) /* 16 MHz >> n */
#define TIMER0_CC0             REG(0x40008000u, 0x540)
#define TIMER0_CC1             REG(0x40008000u, 0x544)
#define TIMER1_TASKS_START     REG(0x40009000u, 0x000)
#define TIMER1_EVENTS_COMPARE0 REG(0x40009000u, 0x140)
#define TIMER1_EVENTS_COMPARE1 REG(0x40009000u, 0x144)
#define TIMER1_SHORTS          REG(0x40009000u, 0x200)
#define TIMER1_INTENSET        REG(0x40009000u, 0x304)
#define TIMER1_BITMODE         REG(0x40009000u, 0x508)
#define TIMER1_PRESCALER       REG(0x40009000u, 0x510)
#define TIMER1_CC0             REG(0x40009000u, 0x540)
#define TIMER1_CC1             REG(0x40009000u, 0x544)
#define TIMER2_TASKS_START     REG(0x4000A000u, 0x000)
#define TIMER2_EVENTS_COMPARE0 REG(0x4000A000u, 0x140)
#define TIMER2_EVENTS_COMPARE1 REG(0x4000A000u, 0x144)
#define TIMER2_SHORTS          REG(0x4000A000u, 0x200)
#define TIMER2_BITMODE         REG(0x4000A000u, 0x508)
#define TIMER2_PRESCALER       REG(0x4000A000u, 0x510)
#define TIMER2_CC0             REG(0x4000A000u, 0x540)
#define TIMER2_CC1             REG(0x4000A000u, 0x544)
#define TIMER_BITMODE_16       0u
#define TIMER_BITMODE_32       3u
#define TIMER_INTEN_COMPARE0   (1u << 16)
#define TIMER_INTEN_COMPARE1   (1u << 17)
#define TIMER_SHORTS_CLEAR0    (1u << 0)
#define TIMER_SHORTS_CLEAR1    (1u << 1)
#define TIMER_PRESCALER_1_MHZ  4u

/* RTC1, chapter RTC */
#define RTC1_TASKS_START     REG(0x40011000u, 0x000)
#define RTC1_EVENTS_COMPARE0 REG(0x40011000u, 0x140)
#define RTC1_INTENSET        REG(0x40011000u, 0x304)
#define RTC1_PRESCALER       REG(0x40011000u, 0x508) /* 32768 Hz / (n + 1) */
#define RTC1_CC0             REG(0x40011000u, 0x540)
#define RTC_INTEN_COMPARE0   (1u << 16)
#define RTC_COUNTER_MASK     0xFFFFFFu

/* GPIOTE, chapter GPIOTE; CONFIG holds mode, pin, edge and first level */
#define GPIOTE_TASKS_OUT0   REG(0x40006000u, 0x000)
#define GPIOTE_EVENTS_IN(n) REG(0x40006000u, 0x100 + 4 * (n))
#define GPIOTE_INTENSET     REG(0x40006000u, 0x304)
#define GPIOTE_CONFIG(n)    REG(0x40006000u, 0x510 + 4 * (n))
#define GPIOTE_CONFIG0      GPIOTE_CONFIG(0)

#define GPIOTE_CONFIG_EVENT   (1u << 0)
#define GPIOTE_CONFIG_TASK    (3u << 0)
#define GPIOTE_CONFIG_PIN(n)  ((n) << 8)
#define GPIOTE_CONFIG_FALLING (2u << 16)
#define GPIOTE_CONFIG_TOGGLE  (3u << 16)
#define GPIOTE_CONFIG_HIGH    (1u << 20)

/* PPI, chapter PPI: a channel holds an event's address and a task's */
#define PPI_CHENSET   REG(0x4001F000u, 0x504)
#define PPI_CH_EEP(n) REG(0x4001F000u, 0x510 + 8 * (n))
#define PPI_CH_TEP(n) REG(0x4001F000u, 0x514 + 8 * (n))

/* GPIO, chapter GPIO; one bit per pin */
#define GPIO_OUT        REG(0x50000000u, 0x504)
#define GPIO_OUTSET     REG(0x50000000u, 0x508)
#define GPIO_OUTCLR     REG(0x50000000u, 0x50C)
#define GPIO_IN         REG(0x50000000u, 0x510)
#define GPIO_DIRSET     REG(0x50000000u, 0x518)
#define GPIO_PIN_CNF(n) REG(0x50000000u, 0x700 + 4 * (n))

#define GPIO_PIN_CNF_INPUT      0u        /* connected, no pull */
#define GPIO_PIN_CNF_PULL_UP    (3u << 2) /* input with pull-up */
#define GPIO_PIN_CNF_OPEN_DRAIN (6u << 8) /* DRIVE S0D1, input connected */

/* Interrupt controller of the Cortex-M0, ARMv6-M Architecture Manual */
#define NVIC_ISER  REG(0xE000E000u, 0x100)
#define IRQ_RADIO  1
#define IRQ_GPIOTE 6
#define IRQ_TIMER0 8
#define IRQ_TIMER1 9
#define IRQ_RTC1   17

#endif
