/*
 * The bench file: [line NAME], a line of a GPIO export; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <stdlib.h>
#include <string.h>

#include "host-agent/fault_text.h"

/* A word that is looked up, and its number. */
struct word {
    const char *text;
    uint8_t value;
};

static const struct word directions[] = {
    { "in", BW_CONFIG_LINE_IN },
    { "out", BW_CONFIG_LINE_OUT },
    { "any", BW_CONFIG_LINE_IN | BW_CONFIG_LINE_OUT },
    { NULL, 0 },
};

static const struct word drives[] = {
    { "any", BW_CONFIG_LINE_ANY },
    { "push-pull", BW_GPIO_PUSH_PULL },
    { "open-drain", BW_GPIO_OPEN_DRAIN },
    { "open-source", BW_GPIO_OPEN_SOURCE },
    { NULL, 0 },
};

static const struct word biases[] = {
    { "any", BW_CONFIG_LINE_ANY },
    { "as-is", BW_GPIO_BIAS_AS_IS },
    { "disabled", BW_GPIO_BIAS_DISABLED },
    { "pull-up", BW_GPIO_BIAS_PULL_UP },
    { "pull-down", BW_GPIO_BIAS_PULL_DOWN },
    { NULL, 0 },
};

static const struct word safe_states[] = {
    { "input", BW_CONFIG_SAFE_INPUT },
    { "low", BW_CONFIG_SAFE_LOW },
    { "high", BW_CONFIG_SAFE_HIGH },
    { "pull-up", BW_CONFIG_SAFE_PULL_UP },
    { "pull-down", BW_CONFIG_SAFE_PULL_DOWN },
    { NULL, 0 },
};

static const struct word knobs[] = {
    { "open", BW_CONFIG_LINE_ANY },
    { "low", 0 },
    { "high", 1 },
    { NULL, 0 },
};

/* The one of the section that is being read. */
static struct bw_config_line *last(struct bw_config_parser *p)
{
    return &p->c->lines[p->c->line_count - 1];
}

/* One of @words, given once: @given has a bit for each key. */
static bool set_word(struct bw_config_parser *p, const char *key, unsigned bit,
                     const struct word *words, uint8_t *out, const char *value)
{
    char all[128] = "";
    const struct word *w;

    if (last(p)->given & bit) {
        return bw_config_fail_twice(p, key);
    }
    last(p)->given |= bit;
    for (w = words; w->text; w++) {
        if (strcmp(w->text, value) == 0) {
            *out = w->value;
            return true;
        }
        strncat(all, all[0] ? ", " : "", sizeof(all) - strlen(all) - 1);
        strncat(all, w->text, sizeof(all) - strlen(all) - 1);
    }
    return bw_config_fail(p, "%s = %s is not possible; write one of %s", key,
                          value, all);
}

static bool set_line_export(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "export", last(p)->export,
                              sizeof(last(p)->export), value);
}

static bool set_line_line(struct bw_config_parser *p, const char *value)
{
    return bw_config_set_text(p, "line", last(p)->chip_line,
                              sizeof(last(p)->chip_line), value);
}

static bool set_line_direction(struct bw_config_parser *p, const char *value)
{
    return set_word(p, "direction", BW_CONFIG_GIVEN_DIRECTION, directions,
                    &last(p)->directions, value);
}

static bool set_line_drive(struct bw_config_parser *p, const char *value)
{
    return set_word(p, "drive", BW_CONFIG_GIVEN_DRIVE, drives, &last(p)->drive,
                    value);
}

static bool set_line_bias(struct bw_config_parser *p, const char *value)
{
    return set_word(p, "bias", BW_CONFIG_GIVEN_BIAS, biases, &last(p)->bias,
                    value);
}

static bool set_line_safe(struct bw_config_parser *p, const char *value)
{
    return set_word(p, "safe", BW_CONFIG_GIVEN_SAFE, safe_states,
                    &last(p)->safe, value);
}

static bool set_line_bench(struct bw_config_parser *p, const char *value)
{
    return set_word(p, "bench", BW_CONFIG_GIVEN_BENCH, knobs, &last(p)->knob,
                    value);
}

static bool set_line_debounce(struct bw_config_parser *p, const char *value)
{
    struct bw_config_line *l = last(p);

    if (l->given & BW_CONFIG_GIVEN_DEBOUNCE) {
        return bw_config_fail_twice(p, "debounce");
    }
    l->given |= BW_CONFIG_GIVEN_DEBOUNCE;
    if (!bw_fault_text_time(value, &l->debounce_us) ||
        l->debounce_us > BW_GPIO_MAX_DEBOUNCE_US) {
        return bw_config_fail(p,
                              "debounce = %s is not possible; write a time up "
                              "to 1s, such as 5ms or 500us",
                              value);
    }
    return true;
}

static bool begin_line(struct bw_config_parser *p, const char *name)
{
    struct bw_config *c = p->c;

    if (!bw_config_check_name(p, name, ".")) {
        return false;
    }
    if (c->line_count == BW_CONFIG_MAX_LINES) {
        return bw_config_fail(p, "more than %d lines; remove some",
                              BW_CONFIG_MAX_LINES);
    }
    c->line_count++;
    last(p)->line = p->line;
    last(p)->directions = BW_CONFIG_LINE_IN;
    last(p)->drive = BW_CONFIG_LINE_ANY;
    last(p)->bias = BW_CONFIG_LINE_ANY;
    last(p)->knob = BW_CONFIG_LINE_ANY;
    memcpy(last(p)->name, name, strlen(name) + 1);
    return true;
}

/* Rules across keys and sections */

static const struct bw_config_export *export_of(const struct bw_config *c,
                                                const struct bw_config_line *l)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].name, l->export) == 0) {
            return &c->exports[i];
        }
    }
    return NULL;
}

static bool check_place(const struct bw_config_export *x,
                        const struct bw_config_line *l,
                        struct bw_config_error *e)
{
    bool sim = bw_config_is_sim(x->adapter);

    if (!sim && !l->chip_line[0]) {
        return bw_config_fail_at(e, l->line,
                                 "line \"%s\" does not say which it is of %s; "
                                 "add line = its number or name, as "
                                 "gpioinfo(1) shows it",
                                 l->name, x->adapter);
    }
    if (sim && l->chip_line[0]) {
        return bw_config_fail_at(e, l->line,
                                 "line \"%s\" is simulated and has no number; "
                                 "remove line = %s",
                                 l->name, l->chip_line);
    }
    if (!sim && (l->given & BW_CONFIG_GIVEN_BENCH)) {
        return bw_config_fail_at(
            e, l->line,
            "line \"%s\" is a real one, whose other end is "
            "on the bench; remove bench",
            l->name);
    }
    return true;
}

static bool check_safe(const struct bw_config_line *l,
                       struct bw_config_error *e)
{
    bool driven =
        l->safe == BW_CONFIG_SAFE_LOW || l->safe == BW_CONFIG_SAFE_HIGH;

    if (driven && !(l->directions & BW_CONFIG_LINE_OUT)) {
        return bw_config_fail_at(e, l->line,
                                 "line \"%s\" is only an input and cannot be "
                                 "driven to be safe; write direction = out or "
                                 "any, or safe = input",
                                 l->name);
    }
    if (l->safe >= BW_CONFIG_SAFE_PULL_UP && l->bias != BW_CONFIG_LINE_ANY) {
        return bw_config_fail_at(e, l->line,
                                 "line \"%s\" has a bias always; write "
                                 "safe = input, or remove bias",
                                 l->name);
    }
    if (!(l->directions & BW_CONFIG_LINE_OUT) &&
        l->drive != BW_CONFIG_LINE_ANY) {
        return bw_config_fail_at(e, l->line,
                                 "line \"%s\" is only an input, which has no "
                                 "drive; write direction = out or any, or "
                                 "remove drive",
                                 l->name);
    }
    return true;
}

/* No other one of the export has its name, no other one of the chip its
 * place, as far as the file tells. */
static bool check_others(const struct bw_config *c,
                         const struct bw_config_export *x,
                         const struct bw_config_line *l,
                         struct bw_config_error *e)
{
    const struct bw_config_line *o;
    unsigned count = 1;

    for (o = c->lines; o < l; o++) {
        const struct bw_config_export *ox = export_of(c, o);

        if (ox == x && strcmp(o->name, l->name) == 0) {
            return bw_config_fail_at(e, l->line,
                                     "export \"%s\" has a line \"%s\" already, "
                                     "in line %d; rename one",
                                     x->name, l->name, o->line);
        }
        if (l->chip_line[0] && strcmp(o->chip_line, l->chip_line) == 0 &&
            strcmp(ox->adapter, x->adapter) == 0) {
            return bw_config_fail_at(e, l->line,
                                     "lines \"%s\" and \"%s\" are both line %s "
                                     "of %s; change one",
                                     o->name, l->name, l->chip_line,
                                     x->adapter);
        }
        count += bw_config_is_sim(x->adapter)
                     ? strcmp(ox->adapter, x->adapter) == 0
                     : ox == x;
    }
    if (count > BW_GPIO_MAX_LINES) {
        return bw_config_fail_at(e, l->line,
                                 "export \"%s\" or its simulated adapter has "
                                 "more than %d lines; move some to another one",
                                 x->name, BW_GPIO_MAX_LINES);
    }
    return true;
}

static bool check_line(const struct bw_config *c,
                       const struct bw_config_line *l,
                       struct bw_config_error *e)
{
    const struct bw_config_export *x = export_of(c, l);

    if (!x || x->kind != BW_EXPORT_GPIO) {
        return bw_config_fail_at(e, l->line,
                                 "line \"%s\" is of no GPIO export; add "
                                 "export = the name of one with type = gpio",
                                 l->name);
    }
    return check_place(x, l, e) && check_safe(l, e) && check_others(c, x, l, e);
}

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    size_t i;

    for (i = 0; i < c->line_count; i++) {
        if (!check_line(c, &c->lines[i], e)) {
            return false;
        }
    }
    return true;
}

static bool same_line(const struct bw_config_line *a,
                      const struct bw_config_line *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->export, b->export) == 0 &&
           strcmp(a->chip_line, b->chip_line) == 0 &&
           a->directions == b->directions && a->drive == b->drive &&
           a->bias == b->bias && a->safe == b->safe && a->knob == b->knob &&
           a->debounce_us == b->debounce_us;
}

/* Is it of the export @name, or else of an export on the adapter @name? */
static bool is_of(const struct bw_config *c, const struct bw_config_line *line,
                  bool by_export, const char *name)
{
    const struct bw_config_export *x;

    if (by_export) {
        return strcmp(line->export, name) == 0;
    }
    x = bw_config_find_export(c, line->export);
    return x && strcmp(x->adapter, name) == 0;
}

/* The next of these lines, from *@at on, or NULL. */
static const struct bw_config_line *
next(const struct bw_config *c, bool by_export, const char *name, size_t *at)
{
    while (*at < c->line_count) {
        const struct bw_config_line *line = &c->lines[(*at)++];

        if (is_of(c, line, by_export, name)) {
            return line;
        }
    }
    return NULL;
}

static bool same_lines(const struct bw_config *a, const struct bw_config *b,
                       bool by_export, const char *name)
{
    size_t i = 0, j = 0;
    const struct bw_config_line *one, *other;

    do {
        one = next(a, by_export, name, &i);
        other = next(b, by_export, name, &j);
    } while (one && other && same_line(one, other));
    return !one && !other;
}

static bool same_export(const struct bw_config *a, const struct bw_config *b,
                        const char *name)
{
    return same_lines(a, b, true, name);
}

/* A simulated adapter has its lines for good; a chip is not ours. */
static bool same_adapter(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter)
{
    return !bw_config_is_sim(adapter) || same_lines(a, b, false, adapter);
}

static const struct bw_config_key line_keys[] = {
    { "export", set_line_export },
    { "line", set_line_line },
    { "direction", set_line_direction },
    { "drive", set_line_drive },
    { "bias", set_line_bias },
    { "debounce", set_line_debounce },
    { "safe", set_line_safe },
    { "bench", set_line_bench },
    { NULL, NULL },
};

const struct bw_config_section bw_config_section_line = {
    .name = "line",
    .keys = line_keys,
    .begin = begin_line,
    .other = NULL,
    .check = check,
    .same_adapter = same_adapter,
    .same_export = same_export,
};
