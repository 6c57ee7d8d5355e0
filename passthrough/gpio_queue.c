/*
 * What the devices want of the lines of a GPIO export: a queue of settings,
 * and the requests that carry them; see gpio_export.h.
 *
 * docs/protocol.md, GPIO_CONFIG and GPIO_SET, is the rule.  A change of level
 * of an output is a GPIO_SET, many in a row are one; everything else is a
 * GPIO_CONFIG of one line, so that one which the agent refuses takes no other
 * with it.  A GPIO_SET that fails may be one line's fault: all of it are
 * configured as a whole then, and so is a line whose GPIO_CONFIG has failed, at
 * its next change.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "gpio_export.h"
#include "hw/benchwire/lib/wire_gpio.h"
#include "hw/benchwire/trace.h"

/* --- the queue --- */

BwGpioWish *bw_gpio_wish_at(BwGpioExport *e, unsigned n)
{
    return &e->queue[(e->head + n) % BW_GPIO_ROOM];
}

static void report_overflow(BwGpioExport *e, BwGpioLine *line)
{
    if (!e->overflow_reported) {
        e->overflow_reported = true;
        warn_report("%s: the guest changes line '%s' faster than the agent "
                    "takes it, edges are dropped and counted (edges-dropped); "
                    "the line gets its latest level", line->owner,
                    line->label);
    }
}

/* How many settings the next request takes: one, or a list of levels. */
static unsigned next_request(BwGpioExport *e)
{
    unsigned most = MIN(BW_GPIO_MAX_SETS, (e->link.peer_max_body - 2) / 16);
    unsigned n = 0;

    if (e->sent == e->waiting) {
        return 0;
    }
    while (e->sent + n < e->waiting && n < most &&
           bw_gpio_wish_at(e, e->sent + n)->level_only) {
        n++;
    }
    return MAX(n, 1);
}

static void put_config(BwGpioExport *e, struct bw_writer *w)
{
    BwGpioWish *wish = bw_gpio_wish_at(e, e->sent);
    struct bw_wire_gpio_config m = { .count = 1 };

    m.lines[0].line = wish->line;
    m.lines[0].setting = wish->setting;
    trace_bw_gpio_config(e->link.next_id, wish->line, wish->setting.direction,
                         wish->setting.drive, wish->setting.bias,
                         wish->setting.value);
    bw_wire_put_gpio_config(w, &m);
}

static void put_sets(BwGpioExport *e, unsigned n, struct bw_writer *w)
{
    struct bw_wire_gpio_set m;

    m.count = n;
    for (unsigned i = 0; i < n; i++) {
        BwGpioWish *wish = bw_gpio_wish_at(e, e->sent + i);

        m.sets[i].mask = 1ull << wish->line;
        m.sets[i].values = (uint64_t)wish->setting.value << wish->line;
    }
    trace_bw_gpio_set(e->link.next_id, n, e->waiting - e->sent - n);
    bw_wire_put_gpio_set(w, &m);
}

static void wish_done(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len);

static void pump(BwGpioExport *e)
{
    unsigned n;

    while (e->window_count < BW_GPIO_WINDOW && (n = next_request(e))) {
        bool sets = bw_gpio_wish_at(e, e->sent)->level_only;
        struct bw_writer *w;

        if (!bw_link_begin(&e->link,
                           sets ? BW_MSG_GPIO_SET : BW_MSG_GPIO_CONFIG, &w)) {
            return;
        }
        if (sets) {
            put_sets(e, n, w);
        } else {
            put_config(e, w);
        }
        if (!bw_link_commit(&e->link, wish_done, e)) {
            return;
        }
        e->window[(e->window_head + e->window_count) % BW_GPIO_WINDOW] = n;
        e->window_count++;
        e->sent += n;
    }
}

/* Returns: false if there is no room. */
static bool push(BwGpioLine *line, bool level_only)
{
    BwGpioExport *e = line->export;

    if (e->waiting == BW_GPIO_ROOM) {
        line->behind = true;
        return false;
    }
    *bw_gpio_wish_at(e, e->waiting) = (BwGpioWish) {
        .line = line->number,
        .level_only = level_only,
        .setting = line->want,
    };
    e->waiting++;
    line->in_flight++;
    line->behind = false;
    return true;
}

void bw_gpio_line_again(BwGpioLine *line)
{
    if (push(line, false)) {
        pump(line->export);
    }
}

static void catch_up(BwGpioExport *e)
{
    BwGpioLine *line;

    QLIST_FOREACH(line, &e->lines, next) {
        if (line->behind && line->found) {
            push(line, false);
        }
    }
}

static void report_refusal(BwGpioExport *e, BwGpioLine *line, unsigned status,
                           const uint8_t *body, size_t len)
{
    char text[BW_WIRE_MAX_TEXT + 1] = "";
    struct bw_reader r;

    bw_reader_init(&r, body, len);
    if (!len || bw_wire_get_text(&r, text) != BW_OK || !bw_reader_done(&r)) {
        pstrcpy(text, sizeof(text), bw_status_text(status));
    }
    if (!line->refused) {
        line->refused = true;
        warn_report("%s: the agent refuses what the guest does with line "
                    "'%s': %s (export '%s'); the agent's bench file says what "
                    "the line may be", line->owner, line->label, text, e->name);
    }
}

/* Takes the settings of the oldest request out of the queue. */
static uint64_t retire(BwGpioExport *e, unsigned status, const uint8_t *body,
                       size_t len)
{
    unsigned n = e->window[e->window_head];
    uint64_t configured = 0;

    e->window_head = (e->window_head + 1) % BW_GPIO_WINDOW;
    e->window_count--;
    for (; n; n--) {
        BwGpioWish *wish = bw_gpio_wish_at(e, 0);
        BwGpioLine *line = e->by_number[wish->line];

        e->head = (e->head + 1) % BW_GPIO_ROOM;
        e->waiting--;
        e->sent--;
        if (!line) {
            continue;
        }
        line->in_flight--;
        if (status != BW_OK) {
            report_refusal(e, line, status, body, len);
            line->behind |= wish->level_only;
        } else if (!wish->level_only) {
            configured |= 1ull << wish->line;
            line->refused = false;
        }
    }
    return configured;
}

static void wish_done(void *opaque, uint32_t id, unsigned status,
                      const uint8_t *body, size_t len)
{
    BwGpioExport *e = opaque;
    uint64_t configured = retire(e, status, body, len);
    struct bw_gpio_state state;
    struct bw_reader r;

    if (status == BW_OK) {
        bw_reader_init(&r, body, len);
        if (bw_wire_get_gpio_state(&r, &state) != BW_OK) {
            bw_link_reject(&e->link, "a GPIO state that does not fit");
            return;
        }
        bw_gpio_take_state(e, &state, configured);
    }
    catch_up(e);
    pump(e);
    if (e->waiting == 0) {
        e->overflow_reported = false;
    }
}

/* --- what a device wants --- */

static bool same(const struct bw_gpio_setting *a,
                 const struct bw_gpio_setting *b)
{
    return a->direction == b->direction && a->drive == b->drive &&
           a->bias == b->bias && a->edges == b->edges &&
           a->value == b->value && a->debounce_us == b->debounce_us;
}

static void turn(BwGpioLine *line, const struct bw_gpio_setting *to)
{
    bool was_out = line->wanted && line->want.direction == BW_GPIO_OUT;

    if (was_out && to->direction == BW_GPIO_IN && !line->conflict) {
        line->level = line->want.value;
        line->unsettled = true;
    } else if (to->direction == BW_GPIO_OUT) {
        line->unsettled = false;
    }
}

void bw_gpio_line_use(BwGpioLine *line, const struct bw_gpio_setting *setting)
{
    BwGpioExport *e = line->export;
    bool edge = line->wanted && line->want.direction == BW_GPIO_OUT &&
                setting->direction == BW_GPIO_OUT;

    if (line->wanted && same(&line->want, setting)) {
        return;
    }
    turn(line, setting);
    line->want = *setting;
    line->wanted = true;
    line->edges_out += edge;
    if (!line->found) {
        line->dropped += edge;
        return;
    }
    if (!push(line, edge && !line->conflict && !line->refused)) {
        line->dropped += edge;
        report_overflow(e, line);
        return;
    }
    pump(e);
}
