/*
 * The GPIO lines of the fake agent; see fake_gpio.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include <glib.h>

#include "fake_gpio.h"

#define ALL_FUNCS                                                          \
    (BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_BIAS |              \
     BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE | BW_GPIO_FUNC_PUSH_PULL | \
     BW_GPIO_FUNC_OPEN_DRAIN)
#define LOG_MAX 65536 /* bytes; a test that floods does not read it */

struct line {
    uint32_t funcs;
    struct bw_gpio_setting now;
    bool idle; /* level of the bench */
    int rival;
    bool conflict;
    uint32_t seq;
};

struct fake_gpio {
    GMutex lock;
    struct line lines[FAKE_LINES];
    uint32_t lost;
    unsigned sets;
    unsigned set_requests;
    GString *log;
};

struct fake_gpio *fake_gpio_new(void)
{
    struct fake_gpio *g = g_new0(struct fake_gpio, 1);

    g_mutex_init(&g->lock);
    g->log = g_string_new("");
    for (unsigned i = 0; i < FAKE_LINES; i++) {
        g->lines[i].funcs = ALL_FUNCS;
        g->lines[i].rival = -1;
    }
    return g;
}

void fake_gpio_free(struct fake_gpio *g)
{
    g_mutex_clear(&g->lock);
    g_string_free(g->log, true);
    g_free(g);
}

/* --- the bench --- */

static bool drives(const struct line *l)
{
    return l->now.direction == BW_GPIO_OUT && !l->conflict;
}

static bool level_of(const struct line *l)
{
    if (drives(l)) {
        return l->now.value;
    }
    if (l->rival >= 0) {
        return l->rival;
    }
    if (l->now.direction == BW_GPIO_IN && l->now.bias > BW_GPIO_BIAS_DISABLED) {
        return l->now.bias == BW_GPIO_BIAS_PULL_UP;
    }
    return l->idle;
}

/* Let go of what a rival drives the other way. */
static void find_conflict(struct line *l)
{
    if (drives(l) && l->rival >= 0 && l->rival != l->now.value) {
        l->conflict = true;
    }
}

static void get_state(const struct fake_gpio *g, struct bw_gpio_state *s)
{
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < FAKE_LINES; i++) {
        const struct line *l = &g->lines[i];

        s->levels |= (uint64_t)level_of(l) << i;
        s->outputs |= (uint64_t)drives(l) << i;
        s->conflicts |= (uint64_t)l->conflict << i;
    }
}

/* --- the requests --- */

static void G_GNUC_PRINTF(2, 3)
    note(struct fake_gpio *g, const char *format, ...)
{
    va_list args;

    if (g->log->len > LOG_MAX) {
        return;
    }
    if (g->log->len) {
        g_string_append_c(g->log, '|');
    }
    va_start(args, format);
    g_string_append_vprintf(g->log, format, args);
    va_end(args);
}

static void put_lines(const struct fake_gpio *g, struct bw_writer *w)
{
    for (unsigned i = 0; i < FAKE_LINES; i++) {
        struct bw_wire_gpio_line m = {
            .funcs = g->lines[i].funcs,
            .now = g->lines[i].now,
            .level = level_of(&g->lines[i]),
            .name = { 'a' + i },
        };

        bw_wire_put_gpio_line(w, &m);
    }
}

static enum bw_status configure(struct fake_gpio *g, struct bw_reader *r,
                                struct bw_writer *w)
{
    static const char *const biases[] = { "", " disabled", " pull-up",
                                          " pull-down" };
    struct bw_wire_gpio_config m;

    g_assert_cmpint(bw_wire_get_gpio_config(r, &m), ==, BW_OK);
    for (unsigned i = 0; i < m.count; i++) {
        const struct bw_gpio_setting *s = &m.lines[i].setting;
        struct line *l = &g->lines[m.lines[i].line];
        char name = 'a' + m.lines[i].line;

        g_assert_cmpuint(m.lines[i].line, <, FAKE_LINES);
        if (s->direction == BW_GPIO_OUT) {
            note(g, "%c out%s %u", name, s->drive ? " open-drain" : "",
                 s->value);
        } else {
            note(g, "%c in%s%s", name, biases[s->bias],
                 s->edges == 3 ? "" : " no-edges");
        }
        if (!(l->funcs & (s->direction == BW_GPIO_OUT ? BW_GPIO_FUNC_OUT
                                                      : BW_GPIO_FUNC_IN))) {
            bw_wire_put_text(w, "the fake owner does not want that");
            return BW_DENIED;
        }
        l->now = *s;
        l->conflict = false;
        find_conflict(l);
    }
    return BW_OK;
}

static void set_levels(struct fake_gpio *g, struct bw_reader *r)
{
    struct bw_wire_gpio_set m;

    g_assert_cmpint(bw_wire_get_gpio_set(r, &m), ==, BW_OK);
    g->set_requests++;
    for (unsigned i = 0; i < m.count; i++) {
        for (unsigned n = 0; n < FAKE_LINES; n++) {
            struct line *l = &g->lines[n];

            if (m.sets[i].mask >> n & 1) {
                g->sets++;
                l->now.value = m.sets[i].values >> n & 1;
                note(g, "%c=%u", 'a' + n, l->now.value);
                find_conflict(l);
            }
        }
    }
}

enum bw_status fake_gpio_reply(struct fake_gpio *g, unsigned type,
                               struct bw_reader *r, struct bw_writer *w)
{
    enum bw_status status = BW_OK;
    struct bw_gpio_state state;

    g_mutex_lock(&g->lock);
    if (type == BW_MSG_GPIO_LINES) {
        put_lines(g, w);
    } else {
        if (type == BW_MSG_GPIO_CONFIG) {
            status = configure(g, r, w);
        } else if (type == BW_MSG_GPIO_SET) {
            set_levels(g, r);
        }
        get_state(g, &state);
        if (status == BW_OK) {
            bw_wire_put_gpio_state(w, &state);
        }
    }
    g_mutex_unlock(&g->lock);
    return status;
}

/* --- for the tests --- */

static struct line *lock_line(struct fake_agent *f, unsigned line)
{
    struct fake_gpio *g = fake_agent_gpio(f);

    g_mutex_lock(&g->lock);
    return &g->lines[line];
}

static void unlock(struct fake_agent *f)
{
    g_mutex_unlock(&fake_agent_gpio(f)->lock);
}

void fake_gpio_allow(struct fake_agent *f, unsigned line, uint32_t funcs)
{
    lock_line(f, line)->funcs = funcs;
    unlock(f);
}

void fake_gpio_level(struct fake_agent *f, unsigned line, bool level)
{
    lock_line(f, line)->idle = level;
    unlock(f);
}

void fake_gpio_rival(struct fake_agent *f, unsigned line, int level)
{
    struct line *l = lock_line(f, line);

    l->rival = level;
    find_conflict(l);
    unlock(f);
}

bool fake_gpio_is_high(struct fake_agent *f, unsigned line)
{
    bool high = level_of(lock_line(f, line));

    unlock(f);
    return high;
}

void fake_gpio_edges(struct fake_agent *f, const struct fake_edge *edges,
                     unsigned n)
{
    static uint8_t body[BW_WIRE_MAX_BODY];
    struct fake_gpio *g = fake_agent_gpio(f);
    struct bw_wire_gpio_events m = { .count = n };
    struct bw_writer w;

    g_mutex_lock(&g->lock);
    for (unsigned i = 0; i < n; i++) {
        struct line *l = &g->lines[edges[i].line];

        l->idle = edges[i].level;
        m.events[i] = (struct bw_gpio_event){
            .time_ns = edges[i].time_us * 1000,
            .seq = ++l->seq,
            .line = edges[i].line,
            .edge = edges[i].level ? BW_GPIO_RISING : BW_GPIO_FALLING,
        };
    }
    m.lost = g->lost;
    g->lost = 0;
    get_state(g, &m.state);
    g_mutex_unlock(&g->lock);
    bw_writer_init(&w, body, sizeof(body));
    bw_wire_put_gpio_events(&w, &m);
    fake_agent_notice(f, BW_MSG_GPIO_EVENTS, 0, body, w.pos);
}

void fake_gpio_lose(struct fake_agent *f, unsigned line, unsigned n)
{
    lock_line(f, line)->seq += n;
    fake_agent_gpio(f)->lost += n;
    unlock(f);
}

static unsigned read_count(struct fake_agent *f, const unsigned *count)
{
    unsigned n;

    lock_line(f, 0);
    n = *count;
    unlock(f);
    return n;
}

unsigned fake_gpio_sets(struct fake_agent *f)
{
    return read_count(f, &fake_agent_gpio(f)->sets);
}

unsigned fake_gpio_set_requests(struct fake_agent *f)
{
    return read_count(f, &fake_agent_gpio(f)->set_requests);
}

char *fake_gpio_log(struct fake_agent *f)
{
    struct fake_gpio *g = fake_agent_gpio(f);
    char *text;

    g_mutex_lock(&g->lock);
    text = g_strdup(g->log->str);
    g_string_truncate(g->log, 0);
    g_mutex_unlock(&g->lock);
    return text;
}
