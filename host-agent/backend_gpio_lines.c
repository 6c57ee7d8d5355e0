/*
 * GPIO lines of this machine; see backend_gpio_lines.h.
 *
 * Source: libgpiod 2.x, gpiod.h; Linux, Documentation/userspace-api/gpio and
 * include/uapi/linux/gpio.h.
 *
 * All lines of an export are one request of the kernel: lines that are set
 * together change at once where the chip can, and edges of all of them come
 * from one queue, in their order.  The kernel keeps 1024 of them and loses the
 * oldest beyond that, which the numbers of the edges tell.  A configuration is
 * always that of all lines, with the levels that outputs have.
 *
 * The kernel takes at most ten different sets of attributes in one request:
 * more than that many different uses at a time, debounce times among them, are
 * refused as too long.
 *
 * What a line does after the agent has ended is the chip driver's matter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_gpio_lines.h"
#include "host-agent/backend_gpio_chip.h"

#ifdef BW_HAVE_GPIOD

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/errno_map.h"

#define KERNEL_QUEUE 1024 /* GPIO_V2_LINES_MAX * 16, the most it gives */
#define FUNCS                                                              \
    (BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_BIAS |              \
     BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE | BW_GPIO_FUNC_PUSH_PULL | \
     BW_GPIO_FUNC_OPEN_DRAIN | BW_GPIO_FUNC_OPEN_SOURCE)

struct real {
    struct bw_gpio_lines lines; /* first: the ops are given its address */
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *buffer;
    unsigned offset[BW_GPIO_MAX_LINES]; /* in the chip, of each line */
    struct bw_gpio_setting now[BW_GPIO_MAX_LINES];
};

static struct real *real_of(struct bw_gpio_lines *g)
{
    return (struct real *)g;
}

/* Configuration: our numbers to those of libgpiod */

static enum gpiod_line_drive drive_to(unsigned drive)
{
    switch (drive) {
    case BW_GPIO_OPEN_DRAIN:
        return GPIOD_LINE_DRIVE_OPEN_DRAIN;
    case BW_GPIO_OPEN_SOURCE:
        return GPIOD_LINE_DRIVE_OPEN_SOURCE;
    default:
        return GPIOD_LINE_DRIVE_PUSH_PULL;
    }
}

static enum gpiod_line_bias bias_to(unsigned bias)
{
    switch (bias) {
    case BW_GPIO_BIAS_DISABLED:
        return GPIOD_LINE_BIAS_DISABLED;
    case BW_GPIO_BIAS_PULL_UP:
        return GPIOD_LINE_BIAS_PULL_UP;
    case BW_GPIO_BIAS_PULL_DOWN:
        return GPIOD_LINE_BIAS_PULL_DOWN;
    default:
        return GPIOD_LINE_BIAS_AS_IS;
    }
}

static enum gpiod_line_edge edges_to(unsigned edges)
{
    switch (edges) {
    case BW_GPIO_RISING:
        return GPIOD_LINE_EDGE_RISING;
    case BW_GPIO_FALLING:
        return GPIOD_LINE_EDGE_FALLING;
    case BW_GPIO_RISING | BW_GPIO_FALLING:
        return GPIOD_LINE_EDGE_BOTH;
    default:
        return GPIOD_LINE_EDGE_NONE;
    }
}

static enum gpiod_line_value value_to(bool value)
{
    return value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
}

static void setting_to(struct gpiod_line_settings *out,
                       const struct bw_gpio_setting *s)
{
    gpiod_line_settings_reset(out);
    gpiod_line_settings_set_bias(out, bias_to(s->bias));
    if (s->direction == BW_GPIO_OUT) {
        gpiod_line_settings_set_direction(out, GPIOD_LINE_DIRECTION_OUTPUT);
        gpiod_line_settings_set_drive(out, drive_to(s->drive));
        gpiod_line_settings_set_output_value(out, value_to(s->value));
    } else {
        gpiod_line_settings_set_direction(out, GPIOD_LINE_DIRECTION_INPUT);
        gpiod_line_settings_set_edge_detection(out, edges_to(s->edges));
        gpiod_line_settings_set_debounce_period_us(out, s->debounce_us);
    }
}

/* Returns NULL and errno. */
static struct gpiod_line_config *new_config(const unsigned *offsets,
                                            unsigned count,
                                            const struct bw_gpio_setting *all)
{
    struct gpiod_line_settings *one = gpiod_line_settings_new();
    struct gpiod_line_config *config = gpiod_line_config_new();
    unsigned i;

    for (i = 0; one && config && i < count; i++) {
        setting_to(one, &all[i]);
        if (gpiod_line_config_add_line_settings(config, &offsets[i], 1, one)) {
            break;
        }
    }
    gpiod_line_settings_free(one);
    if (i < count) {
        gpiod_line_config_free(config);
        return NULL;
    }
    return config;
}

static enum bw_status status_of(int err)
{
    return err == E2BIG ? BW_TOO_LONG : bw_status_from_errno(err);
}

static enum bw_status real_configure(struct bw_gpio_lines *g, uint64_t which,
                                     const struct bw_gpio_setting *settings)
{
    struct real *r = real_of(g);
    struct bw_gpio_setting next[BW_GPIO_MAX_LINES];
    struct gpiod_line_config *config;
    enum bw_status status = BW_OK;
    unsigned i;

    memcpy(next, r->now, sizeof(next));
    for (i = 0; i < g->count; i++) {
        if (which >> i & 1) {
            next[i] = settings[i];
        }
    }
    config = new_config(r->offset, g->count, next);
    if (!config || gpiod_line_request_reconfigure_lines(r->request, config)) {
        status = status_of(errno);
    } else {
        memcpy(r->now, next, sizeof(next));
    }
    gpiod_line_config_free(config);
    return status;
}

/* Levels */

static enum bw_status real_set(struct bw_gpio_lines *g, uint64_t mask,
                               uint64_t values)
{
    struct real *r = real_of(g);
    enum gpiod_line_value value[BW_GPIO_MAX_LINES];
    unsigned offset[BW_GPIO_MAX_LINES];
    size_t n = 0;

    for (unsigned i = 0; i < g->count; i++) {
        if (mask >> i & 1) {
            offset[n] = r->offset[i];
            value[n++] = value_to(values >> i & 1);
        }
    }
    if (gpiod_line_request_set_values_subset(r->request, n, offset, value)) {
        return status_of(errno);
    }
    for (unsigned i = 0; i < g->count; i++) {
        if (mask >> i & 1) {
            r->now[i].value = values >> i & 1;
        }
    }
    return BW_OK;
}

static enum bw_status real_get(struct bw_gpio_lines *g, uint64_t *levels)
{
    struct real *r = real_of(g);
    enum gpiod_line_value value[BW_GPIO_MAX_LINES];

    if (gpiod_line_request_get_values_subset(r->request, g->count, r->offset,
                                             value)) {
        return status_of(errno);
    }
    *levels = 0;
    for (unsigned i = 0; i < g->count; i++) {
        *levels |= (uint64_t)(value[i] == GPIOD_LINE_VALUE_ACTIVE) << i;
    }
    return BW_OK;
}

/* Edges */

/* Returns false for a line that is none of ours. */
static bool event_from(const struct real *r, struct gpiod_edge_event *from,
                       struct bw_gpio_event *to)
{
    unsigned offset = gpiod_edge_event_get_line_offset(from);
    unsigned line = 0;

    while (line < r->lines.count && r->offset[line] != offset) {
        line++;
    }
    *to = (struct bw_gpio_event){
        .time_ns = gpiod_edge_event_get_timestamp_ns(from),
        .seq = (uint32_t)gpiod_edge_event_get_line_seqno(from),
        .line = (uint16_t)line,
        .edge = gpiod_edge_event_get_event_type(from) ==
                        GPIOD_EDGE_EVENT_RISING_EDGE
                    ? BW_GPIO_RISING
                    : BW_GPIO_FALLING,
    };
    return line < r->lines.count;
}

static size_t real_read(struct bw_gpio_lines *g, struct bw_gpio_event *events,
                        size_t max)
{
    struct real *r = real_of(g);
    size_t n = 0;
    int got;

    got = max ? gpiod_line_request_read_edge_events(r->request, r->buffer, max)
              : 0;
    for (int i = 0; i < got; i++) {
        struct gpiod_edge_event *from =
            gpiod_edge_event_buffer_get_event(r->buffer, (unsigned long)i);

        n += from && event_from(r, from, &events[n]);
    }
    return n;
}

/* Life */

static void real_close(struct bw_gpio_lines *g)
{
    struct real *r = real_of(g);

    gpiod_edge_event_buffer_free(r->buffer);
    if (r->request) {
        gpiod_line_request_release(r->request);
    }
    free(r);
}

static const struct bw_gpio_lines_ops real_ops = {
    .configure = real_configure,
    .set = real_set,
    .get = real_get,
    .read = real_read,
    .close = real_close,
};

/* Returns NULL and errno. */
static struct gpiod_line_request *request_lines(struct gpiod_chip *chip,
                                                const struct real *r)
{
    struct gpiod_request_config *who = gpiod_request_config_new();
    struct gpiod_line_config *lines =
        new_config(r->offset, r->lines.count, r->now);
    struct gpiod_line_request *request = NULL;

    if (who && lines) {
        gpiod_request_config_set_consumer(who, "benchwired");
        gpiod_request_config_set_event_buffer_size(who, KERNEL_QUEUE);
        request = gpiod_chip_request_lines(chip, who, lines);
    }
    gpiod_line_config_free(lines);
    gpiod_request_config_free(who);
    return request;
}

/* Reading events must not wait.  Returns false and errno. */
static bool have_lines(struct real *r, struct gpiod_chip *chip)
{
    int fd;

    r->buffer = gpiod_edge_event_buffer_new(BW_GPIO_MAX_EVENTS);
    if (!r->buffer) {
        return false;
    }
    r->request = request_lines(chip, r);
    if (!r->request) {
        return false;
    }
    fd = gpiod_line_request_get_fd(r->request);
    r->lines.event_fd = fd;
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0;
}

static const char *request_cure(int err)
{
    switch (err) {
    case EBUSY:
        return "gpioinfo(1) shows who uses them";
    case E2BIG:
        return "give more of them the same bias, drive and debounce, or split "
               "the export";
    case EINVAL:
        return "gpioinfo(1) shows the lines there are; name each once";
    default:
        return "look at the kernel's log";
    }
}

struct bw_gpio_lines *bw_gpio_lines_open(const char *chip,
                                         const char *const *names,
                                         unsigned count,
                                         const struct bw_gpio_setting *settings,
                                         char *error, size_t error_size)
{
    struct gpiod_chip *c = bw_gpio_chip_open(chip, error, error_size);
    struct real *r = c ? calloc(1, sizeof(*r)) : NULL;
    unsigned i;

    if (!r) {
        goto out_close_chip;
    }
    r->lines.ops = &real_ops;
    r->lines.count = count;
    r->lines.funcs = FUNCS;
    for (i = 0; i < count; i++) {
        r->now[i] = settings[i];
        if (!bw_gpio_chip_line(c, chip, names[i], &r->offset[i], error,
                               error_size)) {
            goto err_close;
        }
    }
    if (!have_lines(r, c)) {
        int err = errno;

        snprintf(error, error_size,
                 "%s: its %u lines from %s on cannot be had: %s; %s", chip,
                 count, names[0], strerror(err), request_cure(err));
        goto err_close;
    }

out_close_chip:
    if (c) {
        gpiod_chip_close(c);
    }
    return r ? &r->lines : NULL;

err_close:
    real_close(&r->lines);
    r = NULL;
    goto out_close_chip;
}

#else

struct bw_gpio_lines *bw_gpio_lines_open(const char *chip,
                                         const char *const *names,
                                         unsigned count,
                                         const struct bw_gpio_setting *settings,
                                         char *error, size_t error_size)
{
    (void)names;
    (void)count;
    (void)settings;
    bw_gpio_chip_open(chip, error, error_size);
    return NULL;
}

#endif
