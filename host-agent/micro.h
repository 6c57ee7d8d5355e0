/*
 * Physical values as text: decimal numbers times 10^6 in an int64_t.
 *
 * Used for the bench file and by the benchwire tool; exact, without floating
 * point.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_MICRO_H
#define BENCHWIRE_HOST_AGENT_MICRO_H

#include <stdbool.h>
#include <stdint.h>

#define BW_MICRO_TEXT_SIZE 24 /* "-9223372036854.775808" and the NUL */

/* "21.5", "-0.0625", "+3".  Returns false, @micro untouched, for any other
 * text, more than six decimals or a number out of range. */
bool bw_micro_parse(const char *text, int64_t *micro);

/* The shortest such text. */
void bw_micro_print(int64_t micro, char out[BW_MICRO_TEXT_SIZE]);

#endif
