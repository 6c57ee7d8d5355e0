/*
 * Which USB device an export means: by port, serial number, vendor and
 * product, or several of these together, all of which must match.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_USB_SELECT_H
#define BENCHWIRE_HOST_AGENT_USB_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/usb_port.h"

/* What is "" or not given is not looked at. */
struct bw_usb_select {
    char port[BW_USB_MAX_PORT + 1]; /* "1-1.4" */
    char serial[BW_USB_MAX_SERIAL + 1];
    bool has_id;
    uint16_t vendor;
    uint16_t product;
};

/* "0403:6001"; returns whether it is one. */
bool bw_usb_parse_id(const char *text, uint16_t *vendor, uint16_t *product);

/* "1-1.4": bus, then the ports of the hubs on the way. */
bool bw_usb_is_port(const char *text);

/* Is it a list of rules, as usbredir's filters are written: class, vendor,
 * product, version and 0 or 1, with commas between, and "|" between rules? */
bool bw_usb_is_filter(const char *text);

/* Is anything given at all? */
bool bw_usb_select_any(const struct bw_usb_select *s);

/* Do both mean the same? */
bool bw_usb_select_same(const struct bw_usb_select *a,
                        const struct bw_usb_select *b);

bool bw_usb_select_matches(const struct bw_usb_select *s,
                           const struct bw_usb_what *w);

/* "0403:6001 with serial A50285BI at port 1-1.4", for sentences. */
void bw_usb_select_print(const struct bw_usb_select *s, char *out, size_t size);

/* "0403:6001 FTDI FT232R, serial A50285BI, port 1-1.4" */
void bw_usb_what_print(const struct bw_usb_what *w, char *out, size_t size);

#endif
