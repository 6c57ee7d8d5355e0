/*
 * Inside of the simulated USB ports; see backend_sim_usb.h.
 *
 *   backend_sim_usb.c        the devices, their knobs, who has which
 *   backend_sim_usb_redir.c  the usbredir protocol: what is not data
 *   backend_sim_usb_data.c   transfers that wait
 *   backend_sim_usb_stream.c streams
 *
 * One lock for all devices of an adapter; everything here is called with it
 * held, and a conversation only by its session's thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SIM_USB_PRIV_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SIM_USB_PRIV_H

#include <pthread.h>
#include <usbredirparser.h>

#include "host-agent/backend_sim_usb.h"
#include "peripherals/parts/usb_device.h"

#define BW_SIM_USB_ENDPOINTS 32      /* as usbredir counts: number, +16 if IN */
#define BW_SIM_USB_SCRATCH   131072u /* the most that is moved at a time */

struct bw_sim_usb_port;

struct bw_sim_usb_slot {
    struct bw_sim_usb_device config;
    struct bw_usb_device device;
    struct bw_usb_store *store; /* NULL: the model wants none */
    bool plugged;
    unsigned plugs;               /* how often it has been plugged in */
    struct bw_sim_usb_port *user; /* who has it, or NULL */
};

struct bw_sim_usb {
    pthread_mutex_t lock; /* guards all that follows */
    struct bw_sim_usb_slot slots[BW_SIM_USB_MAX_DEVICES];
    size_t count;
    struct bw_sim_usb_port *ports; /* that speak with a guest */
};

/* A transfer that waits for the device. */
struct bw_sim_usb_packet {
    struct bw_sim_usb_packet *next;
    uint64_t id;
    uint8_t endpoint;
    bool interrupt; /* and not bulk */
    uint32_t stream_id;
    uint32_t len;
    uint32_t done;
    uint8_t *data; /* to the device: all of it; to the host: what there is */
};

enum bw_sim_usb_stream_kind {
    BW_SIM_USB_IDLE,
    BW_SIM_USB_ISO,
    BW_SIM_USB_INTERRUPT,
    BW_SIM_USB_BULK
};

/* Packets that the guest gets, or may send, without asking for each. */
struct bw_sim_usb_stream {
    enum bw_sim_usb_stream_kind kind;
    uint64_t id;          /* of the next packet */
    uint64_t next_ns;     /* when it is due */
    uint64_t interval_ns; /* between two */
    uint32_t size;        /* bytes of one, at most */
    unsigned batch;       /* so many at a time */
};

/**
 * struct bw_sim_usb_port - a place, and the conversation there
 * @slot: the device that the guest has, or NULL
 * @plugs: of @slot, when the guest got it
 * @greeted: the guest has said hello
 * @leaving: the guest has still to acknowledge that the device has gone
 * @wrong: the guest does not speak the protocol
 * @woken: @event_fd is to fire now; it is a timer
 * @ran_ns: when data was moved last
 */
struct bw_sim_usb_port {
    struct bw_usb_port port; /* first: the ops are given its address */
    struct bw_sim_usb *u;
    struct bw_usb_select select;
    struct bw_sim_usb_port *next;
    struct bw_usb_pipe *pipe;
    struct usbredirparser *parser;
    struct bw_sim_usb_slot *slot;
    unsigned plugs;
    bool greeted;
    bool leaving;
    bool wrong;
    bool woken;
    uint64_t ran_ns;
    struct bw_sim_usb_packet *first[BW_SIM_USB_ENDPOINTS];
    size_t waiting;       /* packets */
    size_t waiting_bytes; /* of data to the device */
    struct bw_sim_usb_stream streams[BW_SIM_USB_ENDPOINTS];
    uint8_t *scratch;
};

static inline unsigned bw_sim_usb_index(uint8_t endpoint)
{
    return (endpoint & 0x0fu) + (endpoint & BW_USB_IN ? 16 : 0);
}

static inline uint8_t bw_sim_usb_address(unsigned index)
{
    return (uint8_t)(index < 16 ? index : (index - 16) | BW_USB_IN);
}

/* Whatever may be wrong with @endpoint: NULL if the device has not got it. */
const struct bw_usb_endpoint *bw_sim_usb_endpoint(struct bw_sim_usb_port *p,
                                                  uint8_t endpoint,
                                                  struct bw_usb_endpoint *out);

/* backend_sim_usb_redir.c */
bool bw_sim_usb_redir_begin(struct bw_sim_usb_port *p);
void bw_sim_usb_redir_end(struct bw_sim_usb_port *p);
/* Tell the guest of a device, which the caller has given to @p; or that it has
 * gone. */
void bw_sim_usb_redir_attach(struct bw_sim_usb_port *p);
void bw_sim_usb_redir_detach(struct bw_sim_usb_port *p);

/* backend_sim_usb_data.c */
void bw_sim_usb_data_callbacks(struct usbredirparser *parser);
/* Move what can be moved. */
void bw_sim_usb_data_run(struct bw_sim_usb_port *p, uint64_t now_ns);
/* When to run again although nothing has happened, or BW_PART_NEVER.  @ran_ns:
 * when it was run; what was due then and not moved, nobody has asked for. */
uint64_t bw_sim_usb_data_next_ns(struct bw_sim_usb_port *p, uint64_t ran_ns);
/* End what waits and what streams, of one interface or (-1) of all; the guest
 * is told that its packets were cancelled. */
void bw_sim_usb_data_cancel(struct bw_sim_usb_port *p, int interface);
/* The same, and nobody is told. */
void bw_sim_usb_data_drop(struct bw_sim_usb_port *p);
/* Is so much waiting to be sent that nothing should be added? */
bool bw_sim_usb_data_full(struct bw_sim_usb_port *p);

/* backend_sim_usb_stream.c, for backend_sim_usb_data.c */
void bw_sim_usb_stream_callbacks(struct usbredirparser *parser);
/* Send what one endpoint has; returns whether that makes room in the device. */
bool bw_sim_usb_stream_run(struct bw_sim_usb_port *p, unsigned index,
                           uint64_t now_ns);
uint64_t bw_sim_usb_stream_next_ns(const struct bw_sim_usb_stream *s,
                                   uint64_t ran_ns);

#endif
