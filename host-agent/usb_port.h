/*
 * What the agent's USB service wants of a backend: one place that has a USB
 * device, or may have one.
 *
 * Backends: backend_usb.c (libusb and usbredirhost: a real device) and
 * backend_sim_usb.c (simulated devices on usbredirparser).  Between @begin
 * and @end a backend speaks the usbredir protocol with the guest, through the
 * pipe that service_usb.c gives it; all calls of one conversation come from
 * the session's thread.  @describe may come from any thread at any time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_USB_PORT_H
#define BENCHWIRE_HOST_AGENT_USB_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/status.h"

#define BW_USB_MAX_PORT   31
#define BW_USB_MAX_SERIAL 63
#define BW_USB_MAX_NAME   127

struct bw_usb_pipe;
struct bw_usb_port;

/**
 * struct bw_usb_pipe_ops - the guest's end, as usbredir's callbacks want it
 * @read: take up to @len bytes that the guest has sent, without waiting
 * @write: give up to @len bytes for the guest, without waiting
 *
 * Both return how many bytes moved, 0 if none can at the moment, or -1 if
 * the conversation is over.
 */
struct bw_usb_pipe_ops {
    int (*read)(struct bw_usb_pipe *p, uint8_t *buf, size_t len);
    int (*write)(struct bw_usb_pipe *p, const uint8_t *buf, size_t len);
};

struct bw_usb_pipe {
    const struct bw_usb_pipe_ops *ops;
};

/* What a port has; strings are "" where the device has none. */
struct bw_usb_what {
    bool present;
    uint16_t vendor;
    uint16_t product;
    char port[BW_USB_MAX_PORT + 1]; /* "1-1.4" as in sysfs */
    char serial[BW_USB_MAX_SERIAL + 1];
    char name[BW_USB_MAX_NAME + 1]; /* manufacturer and product */
    char why[224]; /* why it cannot be used, and the cure; "": it can, or is
                      just not there */
};

/**
 * struct bw_usb_port_ops - the backend's side
 * @describe: what is there now
 * @begin: a guest is there: speak to it from now on; the device may be absent
 *         and come, go and come again while the conversation lasts; @why
 *         receives one sentence for a failure
 * @work: something was received, can be sent again, or @event_fd is readable:
 *        do what can be done without waiting; false: the conversation is over
 * @pending: there is something to send that @work could not get rid of
 * @end: the guest is gone: the device is given back to the kernel's driver
 * @close: release everything, also @p itself; no conversation is under way
 */
struct bw_usb_port_ops {
    void (*describe)(struct bw_usb_port *p, struct bw_usb_what *out);
    enum bw_status (*begin)(struct bw_usb_port *p, struct bw_usb_pipe *pipe,
                            char *why, size_t size);
    bool (*work)(struct bw_usb_port *p);
    bool (*pending)(struct bw_usb_port *p);
    void (*end)(struct bw_usb_port *p);
    void (*close)(struct bw_usb_port *p);
};

struct bw_usb_port {
    const struct bw_usb_port_ops *ops;
    uint32_t funcs; /* enum bw_device_func, without PRESENT */
    int event_fd;   /* POLLIN: @work has something to do; valid from @begin to
                       @end (an epoll of libusb's, a timerfd) */
};

#endif
