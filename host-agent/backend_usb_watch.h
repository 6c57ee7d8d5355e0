/*
 * What a conversation about a USB device waits for beside its client: libusb's
 * descriptors, devices that come and go, the loss of the one that is in use,
 * and a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_USB_WATCH_H
#define BENCHWIRE_HOST_AGENT_BACKEND_USB_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct bw_usb_watch {
    int epoll_fd;  /* readable when one of them has something */
    int notify_fd; /* inotify, -1: not to be had */
    int timer_fd;
};

/* Returns 0, or -1 and errno. */
int bw_usb_watch_init(struct bw_usb_watch *w);
void bw_usb_watch_finish(struct bw_usb_watch *w);

/* Wait for @fd too: @events as of poll(2), loss and errors always. */
void bw_usb_watch_add(struct bw_usb_watch *w, int fd, short events);
void bw_usb_watch_remove(struct bw_usb_watch *w, int fd);

/* The time after which bw_usb_watch_is_due() says so; 0: never. */
void bw_usb_watch_set(struct bw_usb_watch *w, uint32_t ms);
bool bw_usb_watch_is_due(struct bw_usb_watch *w);

/* Has a device come or gone, or changed its rights, since the last call? */
bool bw_usb_watch_changed(struct bw_usb_watch *w);

#endif
