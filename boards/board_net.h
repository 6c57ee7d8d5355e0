/*
 * A net of lib/net.h as a QEMU object: listeners, conflict reports and
 * properties for QMP.
 *
 * The nRF51 SoC has one for each pin, /machine/nrf51/pin[n]; the board gives
 * those on its edge connector a second path, /machine/edge/P0 and so on.
 * Users: boards/nrf51/nrf51_gpio.c (pads), boards/microbit (buttons, LEDs,
 * pull-ups, interrupt lines of the sensors), passthrough.
 *
 * Properties: "level" (bool), "millivolts" (int), "conflict" (bool), read
 * only; "feed-millivolts" and "feed-ohms": a bench supply at the pin, open
 * while feed-ohms is 0, which it is until feed-millivolts is set (then 100).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_BOARD_NET_H
#define BENCHWIRE_BOARDS_BOARD_NET_H

#include "qemu/queue.h"
#include "qom/object.h"
#include "hw/benchwire/lib/net.h"

#define TYPE_BOARD_NET "bw-net"
OBJECT_DECLARE_SIMPLE_TYPE(BoardNet, BOARD_NET)

/**
 * struct BoardNetListener - wants to know when voltage or level change
 * @changed: called after each change, with the state settled; it may drive
 *           this net and others.  nrf_time() is the time of the change.
 */
typedef struct BoardNetListener {
    void (*changed)(void *opaque, BoardNet *net);
    void *opaque;
    QLIST_ENTRY(BoardNetListener) link;
} BoardNetListener;

struct BoardNet {
    Object parent_obj;

    struct bw_net net;
    char *name; /* as printed on the board, for reports */
    struct bw_net_source feed;
    int32_t feed_mv;
    uint32_t feed_ohms;
    QLIST_HEAD(, BoardNetListener) listeners;
    unsigned depth; /* changes being told right now */
};

/* Name and supply; before that "?" and 3000 mV. */
void board_net_setup(BoardNet *net, const char *name, int32_t vdd_mv);

void board_net_add(BoardNet *net, struct bw_net_source *source,
                   const char *name);
void board_net_remove(BoardNet *net, struct bw_net_source *source);
void board_net_drive(BoardNet *net, struct bw_net_source *source, int32_t mv,
                     uint32_t ohms);

void board_net_listen(BoardNet *net, BoardNetListener *listener);
void board_net_unlisten(BoardNet *net, BoardNetListener *listener);

static inline bool board_net_level(const BoardNet *net)
{
    return net->net.level;
}

static inline int32_t board_net_mv(const BoardNet *net)
{
    return net->net.mv;
}

#endif
