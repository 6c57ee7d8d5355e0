/*
 * Pins of the BBC micro:bit V1, numbers of port P0 (micro:bit schematic 1.5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_BOARD_H
#define BENCHWIRE_FIRMWARE_BOARD_H

#define PIN_SCL      0
#define PIN_SDA      30
#define PIN_UART_TX  24
#define PIN_UART_RX  25
#define PIN_P0       3 /* edge connector */
#define PIN_P0_AIN   4 /* its analog input */
#define PIN_P1       2
#define PIN_BUTTON_A 17 /* low while pressed, pull-up on the board */
#define PIN_BUTTON_B 26
#define PIN_COL1     4  /* nine columns, P0.4 to P0.12, low = lit */
#define PIN_ROW1     13 /* three rows, P0.13 to P0.15, high = lit */

#endif
