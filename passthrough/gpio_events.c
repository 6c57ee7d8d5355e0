/*
 * What the agent tells of its lines: state, edges, conflicts.
 *
 * docs/protocol.md, "GPIO", is the rule.  Edges become levels of the guest's
 * net on the virtual clock, by lib/gpio_replay.c.
 *
 * Edges are the truth of a line that is an input.  The level in the reply that
 * made it one is the first; an edge to that level, the next in number, is the
 * one that the reply has seen already.  Where edges have been lost between two
 * of the same direction, the one that must have been there is put back.
 *
 * A line that the agent has let go of, and one whose chip cannot tell of
 * edges, is asked for its level now and then while the machine runs.  When
 * the rival has gone to the guest's level, the line is driven again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "hw/core/cpu.h"
#include "system/qtest.h"
#include "system/runstate.h"
#include "gpio_export.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/lib/wire_gpio.h"
#include "hw/benchwire/trace.h"

#define POLL_NS        (10 * SCALE_MS)
#define SERVED_NS      (100 * SCALE_US) /* of a host's processor */
#define LOOK_AGAIN_NS  (50 * SCALE_US)
#define WARN_PERIOD_MS 10000

static bool is_input(const BwGpioLine *line)
{
    return line->wanted && line->want.direction == BW_GPIO_IN;
}

/* --- the replay --- */

static void apply(BwGpioExport *e, const struct bw_replay_level *now)
{
    BwGpioLine *line = e->by_number[now->line];
    int64_t outer;

    if (!line || !is_input(line)) {
        return;
    }
    trace_bw_gpio_level(line->label, now->level, now->due_ns);
    line->level = now->level;
    line->known = true;
    line->unsettled = false;
    outer = nrf_time_begin(now->due_ns);
    line->changed(line->opaque);
    nrf_time_end(outer);
}

/* How long the guest's processor has run, on the host's */
static int64_t guest_ran_ns(void)
{
    struct timespec t;
    clockid_t clock;

    if (pthread_getcpuclockid(first_cpu->thread->thread, &clock) ||
        clock_gettime(clock, &t) < 0) {
        return 0;
    }
    return t.tv_sec * NANOSECONDS_PER_SECOND + t.tv_nsec;
}

/*
 * Whether the guest has had the time to see the last edge.  Its clock goes on
 * while a busy host does not let its processor run, which a chip's does not
 * know: an interrupt that is microseconds away there would find two edges as
 * one here.
 */
static bool is_served(const BwGpioExport *e)
{
    if (qtest_enabled() || /* no processor runs */
        (first_cpu->halted && !cpu_has_work(first_cpu))) {
        return true;
    }
    return guest_ran_ns() - e->ran_ns >= SERVED_NS;
}

/*
 * What a level does in the guest may end in here again.  A machine that is
 * stopped sees nothing; its clock stands still, so the timer waits with it.
 */
static void replay(void *opaque)
{
    BwGpioExport *e = opaque;
    struct bw_replay_level now;
    int64_t due_ns, now_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (e->replaying) {
        return;
    }
    e->replaying = true;
    while (runstate_is_running() && is_served(e) &&
           bw_replay_take(e->replay, now_ns, &now)) {
        apply(e, &now);
        e->ran_ns = guest_ran_ns();
        now_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
    e->replaying = false;
    if (bw_replay_due(e->replay, &due_ns)) {
        timer_mod(e->replay_timer, is_served(e) ? due_ns :
                                   MAX(due_ns, now_ns + LOOK_AGAIN_NS));
    }
}

static void add_level(BwGpioExport *e, BwGpioLine *line, bool level)
{
    bw_replay_level(e->replay, line->number, level,
                    qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
}

static void add_edge(BwGpioExport *e, BwGpioLine *line, bool level,
                     uint64_t time_ns)
{
    if (!bw_replay_edge(e->replay, line->number, level, time_ns,
                        qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL))) {
        line->lost++;
    }
}

/* --- conflicts --- */

static void report_conflict(BwGpioLine *line)
{
    int64_t now_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);

    if (line->warned_ms && now_ms - line->warned_ms < WARN_PERIOD_MS) {
        return;
    }
    line->warned_ms = now_ms;
    warn_report("%s: something on the bench drives line '%s' against the "
                "guest; the agent has let go of it", line->owner, line->label);
}

/* @level: of the line; a rival's, if it is not the one that is wanted */
static void set_conflict(BwGpioLine *line, bool conflict, bool level)
{
    if (line->conflict == conflict && (!conflict || line->level == level)) {
        return;
    }
    if (conflict && !line->conflict) {
        line->conflicts++;
        report_conflict(line);
    }
    line->conflict = conflict;
    line->level = level;
    line->known = true;
    trace_bw_gpio_conflict(line->label, conflict, line->want.value);
    line->changed(line->opaque);
}

/* --- state --- */

static void take_line_state(BwGpioExport *e, BwGpioLine *line,
                            const struct bw_gpio_state *state, bool by_config)
{
    uint64_t bit = 1ull << line->number;
    bool level = state->levels & bit;

    if (is_input(line)) {
        if (line->conflict) {
            line->conflict = false;
            trace_bw_gpio_conflict(line->label, false, level);
        }
        if (by_config || !line->want.edges) {
            add_level(e, line, level);
        }
        return;
    }
    set_conflict(line, state->conflicts & bit, level);
}

void bw_gpio_take_state(BwGpioExport *e, const struct bw_gpio_state *state,
                        uint64_t by_config)
{
    BwGpioLine *line;

    QLIST_FOREACH(line, &e->lines, next) {
        if (line->found && line->wanted && !line->in_flight) {
            take_line_state(e, line, state, by_config >> line->number & 1);
        }
    }
    replay(e);
    bw_gpio_poll(e);
}

/* --- edges --- */

static void take_event(BwGpioExport *e, const struct bw_gpio_event *event)
{
    BwGpioLine *line = e->by_number[event->line];
    bool level = event->edge == BW_GPIO_RISING;
    bool gap;

    if (!line) {
        return;
    }
    gap = line->seq && event->seq > line->seq + 1;
    line->lost += gap ? event->seq - line->seq - 1 : 0;
    line->seq = event->seq;
    line->edges_in++;
    if (!is_input(line)) {
        return;
    }
    if (level == bw_replay_newest(e->replay, line->number)) {
        if (!gap) {
            return;
        }
        add_edge(e, line, !level, event->time_ns);
    }
    add_edge(e, line, level, event->time_ns);
}

static void report_loss(BwGpioExport *e, uint64_t lost)
{
    int64_t now_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);

    trace_bw_gpio_lost(e->name, lost);
    if (!e->loss_warned_ms || now_ms - e->loss_warned_ms >= WARN_PERIOD_MS) {
        e->loss_warned_ms = now_ms;
        warn_report("%s: %" PRIu64 " edges were lost before the guest could "
                    "see them, they came too fast (export '%s'); edges-lost "
                    "counts on", e->link.config.name, lost, e->name);
    }
}

void bw_gpio_take_events(BwGpioExport *e, const uint8_t *body, size_t len)
{
    struct bw_wire_gpio_events m;
    uint64_t dropped = e->replay->dropped;
    struct bw_reader r;
    BwGpioLine *line;

    bw_reader_init(&r, body, len);
    if (bw_wire_get_gpio_events(&r, &m) != BW_OK) {
        bw_link_reject(&e->link, "GPIO_EVENTS that do not fit");
        return;
    }
    trace_bw_gpio_events(m.count, m.lost);
    for (unsigned i = 0; i < m.count; i++) {
        take_event(e, &m.events[i]);
    }
    QLIST_FOREACH(line, &e->lines, next) {
        if (m.lost && line->found && is_input(line) && !line->in_flight) {
            add_level(e, line, m.state.levels >> line->number & 1);
        }
    }
    dropped = e->replay->dropped - dropped;
    if (m.lost || dropped) {
        report_loss(e, m.lost + dropped);
    }
    bw_gpio_take_state(e, &m.state, 0);
}

/* --- asking --- */

static bool needs_poll(const BwGpioLine *line)
{
    return line->found && line->wanted &&
           (line->conflict || (is_input(line) && !line->want.edges));
}

/* Has the rival of a line given in?  Not oftener than it is asked for. */
static void try_again(BwGpioExport *e, const struct bw_gpio_state *state)
{
    BwGpioLine *line;

    QLIST_FOREACH(line, &e->lines, next) {
        if (line->found && line->conflict && !line->in_flight &&
            (state->levels >> line->number & 1) == line->want.value) {
            bw_gpio_line_again(line);
        }
    }
}

static void poll_reply(void *opaque, uint32_t id, unsigned status,
                       const uint8_t *body, size_t len)
{
    BwGpioExport *e = opaque;
    struct bw_gpio_state state;
    struct bw_reader r;

    e->polling = false;
    if (status != BW_OK) {
        return;
    }
    bw_reader_init(&r, body, len);
    if (bw_wire_get_gpio_state(&r, &state) != BW_OK) {
        bw_link_reject(&e->link, "a GPIO state that does not fit");
        return;
    }
    bw_gpio_take_state(e, &state, 0);
    try_again(e, &state);
}

static void poll_now(void *opaque)
{
    BwGpioExport *e = opaque;
    struct bw_writer *w;

    if (!e->polling && bw_link_begin(&e->link, BW_MSG_GPIO_GET, &w)) {
        e->polling = bw_link_commit(&e->link, poll_reply, e);
    }
    bw_gpio_poll(e);
}

void bw_gpio_poll(BwGpioExport *e)
{
    BwGpioLine *line;

    if (timer_pending(e->poll_timer)) {
        return;
    }
    QLIST_FOREACH(line, &e->lines, next) {
        if (needs_poll(line)) {
            timer_mod(e->poll_timer,
                      qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + POLL_NS);
            return;
        }
    }
}

/* --- life --- */

void bw_gpio_events_down(BwGpioExport *e)
{
    int64_t now_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    struct bw_replay_level now;

    /* what was told is still true, but there is no time left to wait for it */
    while (bw_replay_take(e->replay, INT64_MAX, &now)) {
        now.due_ns = MIN(now.due_ns, now_ns);
        apply(e, &now);
    }
    timer_del(e->replay_timer);
    timer_del(e->poll_timer);
    e->polling = false;
    memset(e->replay, 0, sizeof(*e->replay));
}

void bw_gpio_events_init(BwGpioExport *e)
{
    e->replay = g_new0(struct bw_gpio_replay, 1);
    e->replay_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, replay, e);
    e->poll_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, poll_now, e);
}

void bw_gpio_events_finish(BwGpioExport *e)
{
    timer_free(e->replay_timer);
    timer_free(e->poll_timer);
    g_free(e->replay);
}
