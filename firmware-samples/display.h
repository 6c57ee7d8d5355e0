/*
 * The 5x5 LED matrix: a text that scrolls by itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_FIRMWARE_DISPLAY_H
#define BENCHWIRE_FIRMWARE_DISPLAY_H

#define DISPLAY_MAX_TEXT 16 /* characters */

void display_init(void);

/**
 * display_scroll: let @text run through the matrix, over and over
 * @text: capitals, digits, '-', '.', '?', '!' and blanks; others show as
 *        blanks, and what is over DISPLAY_MAX_TEXT is cut off
 *
 * The same text again scrolls on where it is; a new one starts afresh.
 */
void display_scroll(const char *text);

/* Light each row for @percent of its time; 100, as at first, is all of it. */
void display_dim(unsigned percent);

#endif
