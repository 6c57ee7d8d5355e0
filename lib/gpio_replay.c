/*
 * Edges of a real line, replayed for a guest; see gpio_replay.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gpio_replay.h"

static void note_level(struct bw_gpio_replay *r, unsigned line, bool level)
{
    uint64_t bit = UINT64_C(1) << line;

    r->levels = level ? r->levels | bit : r->levels & ~bit;
}

static bool add(struct bw_gpio_replay *r, unsigned line, bool level,
                int64_t due_ns)
{
    uint64_t bit = UINT64_C(1) << line;

    note_level(r, line, level);
    if (r->count == BW_REPLAY_ROOM) {
        r->short_of |= bit;
        r->dropped++;
        return false;
    }
    r->ring[(r->head + r->count) % BW_REPLAY_ROOM] =
        (struct bw_replay_level){ due_ns, line, level };
    r->count++;
    r->short_of &= ~bit;
    r->newest_due_ns = due_ns;
    return true;
}

/* Agents may lie about times: nothing here overflows. */
static int64_t gap_since(const struct bw_gpio_replay *r, uint64_t time_ns)
{
    uint64_t gap = time_ns - r->newest_ns;

    return time_ns < r->newest_ns ? 0
           : gap > BW_REPLAY_PAUSE_NS * UINT64_C(1000)
               ? BW_REPLAY_PAUSE_NS * INT64_C(1000)
               : (int64_t)gap;
}

static int64_t due_of(const struct bw_gpio_replay *r, uint64_t time_ns,
                      int64_t now_ns)
{
    int64_t gap_ns = gap_since(r, time_ns);
    int64_t due_ns = r->newest_due_ns + gap_ns;

    if (!r->begun || (r->count == 0 && gap_ns >= BW_REPLAY_PAUSE_NS)) {
        return now_ns;
    }
    if (due_ns - now_ns > BW_REPLAY_LAG_NS) {
        gap_ns /= 2;
        due_ns = r->newest_due_ns +
                 (gap_ns > BW_REPLAY_PAUSE_NS ? BW_REPLAY_PAUSE_NS : gap_ns);
    }
    return due_ns < now_ns ? now_ns : due_ns;
}

bool bw_replay_edge(struct bw_gpio_replay *r, unsigned line, bool level,
                    uint64_t time_ns, int64_t now_ns)
{
    int64_t due_ns = due_of(r, time_ns, now_ns);

    r->begun = true;
    r->newest_ns = time_ns;
    return add(r, line, level, due_ns);
}

bool bw_replay_level(struct bw_gpio_replay *r, unsigned line, bool level,
                     int64_t now_ns)
{
    bool late = r->count > 0 && r->newest_due_ns > now_ns;

    return add(r, line, level, late ? r->newest_due_ns : now_ns);
}

bool bw_replay_newest(const struct bw_gpio_replay *r, unsigned line)
{
    return r->levels >> line & 1;
}

static unsigned lowest(uint64_t mask)
{
    unsigned n = 0;

    while (!(mask >> n & 1)) {
        n++;
    }
    return n;
}

/* When the one that is due at @due_ns may follow the last one */
static int64_t apart(const struct bw_gpio_replay *r, int64_t due_ns)
{
    int64_t gap_ns = due_ns - r->taken_due_ns;

    if (gap_ns > BW_REPLAY_APART_NS) {
        gap_ns = BW_REPLAY_APART_NS;
    }
    if (!r->taken || r->taken_ns > INT64_MAX - BW_REPLAY_APART_NS ||
        r->taken_ns + gap_ns < due_ns) {
        return due_ns;
    }
    return r->taken_ns + gap_ns;
}

bool bw_replay_due(const struct bw_gpio_replay *r, int64_t *due_ns)
{
    if (r->count == 0 && !r->short_of) {
        return false;
    }
    *due_ns = apart(r, r->count ? r->ring[r->head].due_ns : r->newest_due_ns);
    return true;
}

bool bw_replay_take(struct bw_gpio_replay *r, int64_t now_ns,
                    struct bw_replay_level *out)
{
    int64_t due_ns;
    unsigned line;

    if (!bw_replay_due(r, &due_ns) || due_ns > now_ns) {
        return false;
    }
    if (r->count == 0) {
        line = lowest(r->short_of);
        *out =
            (struct bw_replay_level){ due_ns, line, bw_replay_newest(r, line) };
        r->short_of &= r->short_of - 1;
        return true;
    }
    *out = r->ring[r->head];
    r->taken = true;
    r->taken_ns = now_ns;
    r->taken_due_ns = out->due_ns;
    r->head = (r->head + 1) % BW_REPLAY_ROOM;
    r->count--;
    return true;
}
