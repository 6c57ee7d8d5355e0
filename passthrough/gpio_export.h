/*
 * A GPIO export of an agent: one link, shared by all devices on its lines.
 *
 * A gpio-passthrough device (gpio_passthrough.c) has one struct BwGpioLine
 * here and says what the line shall be; levels come back through its
 * @changed.  The way of an edge of the guest's:
 *
 *   net -> gpio_passthrough.c -> gpio_queue.c -> GPIO_SET -> link.c
 *
 * and of one on the bench:
 *
 *   link.c -> GPIO_EVENTS -> gpio_events.c -> lib/gpio_replay.c: the guest's
 *   clock -> gpio_passthrough.c -> net
 *
 * What is asked for is asked for in order.  Up to BW_GPIO_WINDOW requests are
 * under way; what comes meanwhile is gathered, so that the rate of edges does
 * not depend on the round trip.  The queue is bounded: edges that do not fit
 * are counted, and the line gets its latest setting as soon as there is room.
 *
 * Everything here runs with the BQL held.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_GPIO_EXPORT_H
#define BENCHWIRE_PASSTHROUGH_GPIO_EXPORT_H

#include "qemu/queue.h"
#include "hw/benchwire/lib/gpio.h"
#include "hw/benchwire/lib/gpio_replay.h"
#include "link.h"

#define BW_GPIO_WINDOW 4     /* requests under way */
#define BW_GPIO_ROOM   16384 /* settings that wait */

typedef struct BwGpioExport BwGpioExport;

/**
 * struct BwGpioLine - a device's end of a line
 * @name: in the export; NULL: its only line
 * @owner: name of the device, for reports
 * @changed: something below has changed, at nrf_time()
 * @opaque: for @changed
 *
 * Read by the device:
 * @found: the agent has this line, @funcs is valid
 * @funcs: enum bw_gpio_func of the line
 * @label: its name at the agent
 * @known: @level has been told at least once
 * @level: of the line; of an output what it is driven to
 * @unsettled: an input now, whose level is not told yet; @level is what it was
 *             driven to
 * @conflict: the agent let go of it, something else drives the other level
 */
typedef struct BwGpioLine {
    const char *name;
    const char *owner;
    void (*changed)(void *opaque);
    void *opaque;

    bool found;
    uint32_t funcs;
    char label[BW_WIRE_MAX_NAME + 1];
    bool known;
    bool level;
    bool unsettled;
    bool conflict;
    uint64_t edges_in;
    uint64_t edges_out;
    uint64_t lost;      /* edges of the bench that the guest has not seen */
    uint64_t dropped;   /* edges of the guest that the bench has not seen */
    uint64_t conflicts; /* so often it was let go */

    /* private to gpio_export.c, gpio_queue.c and gpio_events.c */
    BwGpioExport *export;
    unsigned number;
    struct bw_gpio_setting want;
    bool wanted;        /* @want is set */
    unsigned in_flight; /* settings in the queue */
    bool behind;        /* @want did not fit into it */
    bool refused;       /* as far as logged */
    int64_t warned_ms;  /* of a conflict */
    uint32_t seq;       /* of the last edge; 0: none yet */
    QLIST_ENTRY(BwGpioLine) next;
} BwGpioLine;

/* One setting in the queue: of a line, or its level only. */
typedef struct BwGpioWish {
    uint8_t line;
    bool level_only;
    struct bw_gpio_setting setting;
} BwGpioWish;

struct BwGpioExport {
    QLIST_ENTRY(BwGpioExport) next;
    QLIST_HEAD(, BwGpioLine) lines;
    char *chardev; /* NULL: one of its own */
    char *name;
    CharBackend chr;
    BwLink link;
    BwGpioLine *by_number[BW_GPIO_MAX_LINES];
    unsigned count; /* lines that the agent has; 0: not told yet */

    BwGpioWish *queue; /* ring of BW_GPIO_ROOM */
    unsigned head;     /* the oldest without a reply */
    unsigned sent;     /* of them have been sent */
    unsigned waiting;  /* in the queue, with those */
    unsigned window[BW_GPIO_WINDOW]; /* how many each request had, a ring */
    unsigned window_head;
    unsigned window_count;
    bool overflow_reported;

    struct bw_gpio_replay *replay;
    QEMUTimer *replay_timer; /* QEMU_CLOCK_VIRTUAL */
    QEMUTimer *poll_timer;   /* the same */
    bool polling;            /* a GPIO_GET is under way */
    bool replaying;
    int64_t ran_ns; /* of the guest's processor, at the last edge */
    int64_t loss_warned_ms;
};

/**
 * bw_gpio_export_get: the export of that name behind a chardev
 * @line: its name, owner, changed and opaque are set; it is added
 *
 * The first one connects, with @timeout_ms; the others share the link.
 */
bool bw_gpio_export_get(const char *chardev, const char *name,
                        uint32_t timeout_ms, BwGpioLine *line, Error **errp);

/* The same for line @number of a GPIO chip of this machine; never shared. */
bool bw_gpio_export_get_local(const char *chip, const char *number,
                              uint32_t timeout_ms, BwGpioLine *line,
                              Error **errp);

/* Takes the line away; the last one ends the connection. */
void bw_gpio_export_put(BwGpioLine *line);

/**
 * bw_gpio_line_use: from now on the line is to be so
 *
 * Remembered while the link is down.  @line->found is true, or the setting is
 * taken later: @changed comes when the line has been found.
 */
void bw_gpio_line_use(BwGpioLine *line, const struct bw_gpio_setting *setting);

/* Private to gpio_export.c, gpio_queue.c and gpio_events.c */

/* The setting number @n of those that have no reply yet. */
BwGpioWish *bw_gpio_wish_at(BwGpioExport *e, unsigned n);

/* A request has told of the state; @by_config: lines it has just set up. */
void bw_gpio_take_state(BwGpioExport *e, const struct bw_gpio_state *state,
                        uint64_t by_config);

/* GPIO_EVENTS has come. */
void bw_gpio_take_events(BwGpioExport *e, const uint8_t *body, size_t len);

/* Ask for levels now and then while an edge cannot tell of them. */
void bw_gpio_poll(BwGpioExport *e);

void bw_gpio_events_init(BwGpioExport *e);
void bw_gpio_events_finish(BwGpioExport *e);
void bw_gpio_events_down(BwGpioExport *e);

/* Send @line->want again, as a whole. */
void bw_gpio_line_again(BwGpioLine *line);

#endif
