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
 * A net migrates with VMSTATE_BOARD_NET in its owner's state: feed, and the
 * level between the thresholds.  Other sources are restored by who has them.
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
 *           this net and others, add and take away listeners.  nrf_time() is
 *           the time of the change.
 * @every_source: also when a source has changed and the net has not, such as a
 *                pull to the level that the net has; for who joins nets
 *
 * A change of a net that is just being told is told in another round after
 * this one, so that each listener sees the latest state last.  A net that
 * changes itself without end is told BOARD_NET_ROUNDS times, then left as it
 * is, with a line in the log (-d guest_errors).
 *
 * While a snapshot or an incoming migration is loaded listeners are called
 * too, and must not make events of it: see board_net_is_loading().
 */
typedef struct BoardNetListener {
    void (*changed)(void *opaque, BoardNet *net);
    void *opaque;
    bool every_source;
    QLIST_ENTRY(BoardNetListener) link;
} BoardNetListener;

#define BOARD_NET_ROUNDS 16

struct BoardNet {
    Object parent_obj;

    struct bw_net net;
    char *name; /* as printed on the board, for reports */
    struct bw_net_source feed;
    int32_t feed_mv;
    uint32_t feed_ohms;
    QLIST_HEAD(, BoardNetListener) listeners;
    unsigned curious;       /* listeners with every_source */
    BoardNetListener *next; /* to be told, in the round under way */
    bool telling;
    bool changed_again; /* meanwhile */
    bool conflicting;   /* as last reported */
    int64_t warned_ms;  /* host time of the last warning */
    bool saved_level;   /* for migration */
};

/* Name and supply; before that "?" and 3000 mV.  Before anything is added. */
void board_net_setup(BoardNet *net, const char *name, int32_t vdd_mv);

/* Another name, for reports: that of the board. */
void board_net_rename(BoardNet *net, const char *name);

/*
 * By a name on the edge connector ("P0"), a pin of the SoC ("P0.16") or a QOM
 * path.  NULL: the board has none of that name.
 */
BoardNet *board_net_find(const char *name);

void board_net_add(BoardNet *net, struct bw_net_source *source,
                   const char *name);
void board_net_remove(BoardNet *net, struct bw_net_source *source);
void board_net_drive(BoardNet *net, struct bw_net_source *source, int32_t mv,
                     uint32_t ohms);

void board_net_listen(BoardNet *net, BoardNetListener *listener);
void board_net_unlisten(BoardNet *net, BoardNetListener *listener);

/* For the owner of the net, once its sources are loaded */
void board_net_loaded(BoardNet *net);

/* Whether a snapshot or an incoming migration is being loaded. */
bool board_net_is_loading(void);

static inline bool board_net_level(const BoardNet *net)
{
    return net->net.level;
}

static inline int32_t board_net_mv(const BoardNet *net)
{
    return net->net.mv;
}

static inline int32_t board_net_vdd_mv(const BoardNet *net)
{
    return net->net.vdd_mv;
}

extern const VMStateDescription vmstate_board_net;

#define VMSTATE_BOARD_NET_ARRAY(_field, _state, _num) \
    VMSTATE_STRUCT_ARRAY(_field, _state, _num, 1, vmstate_board_net, BoardNet)

#endif
