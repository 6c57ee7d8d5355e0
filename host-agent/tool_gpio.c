/*
 * "benchwire gpio": look at the lines of a GPIO export and use them.
 *
 * The words and the output follow gpioinfo(1), gpioget(1), gpioset(1) and
 * gpiomon(1) of libgpiod 2; lines are named as in the bench file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"
#include "host-agent/fault_text.h"
#include "lib/wire_gpio.h"

#define NS_PER_S  1000000000u
#define NS_PER_US 1000u

/* An export that is open, and what its lines are. */
struct gpio {
    struct bw_tool *t;
    const char *name;
    struct bw_wire_gpio_line lines[BW_GPIO_MAX_LINES];
    unsigned count;
    unsigned long left; /* watch: events still to print, 0: no end */
    bool done;          /* watch: all of them are */
};

static int get_lines(struct gpio *g)
{
    struct bw_client *c = &g->t->client;
    struct bw_reader body;

    bw_client_begin(c, BW_MSG_GPIO_LINES);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot list the lines: %s", c->error);
    }
    for (g->count = 0; bw_reader_left(&body) > 0; g->count++) {
        if (g->count == BW_GPIO_MAX_LINES ||
            bw_wire_get_gpio_line(&body, &g->lines[g->count]) != BW_OK) {
            return bw_tool_fail("the agent's list of lines does not parse");
        }
    }
    return 0;
}

/* Connect, open the export, ask for its lines. */
static int open_gpio(struct gpio *g, struct bw_tool *t, const char *name)
{
    struct bw_client *c = &t->client;
    enum bw_status status;

    g->t = t;
    g->name = name;
    if (bw_client_connect(c, t->address) != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    status = bw_client_open(c, BW_EXPORT_GPIO, name);
    if (status != BW_OK) {
        bool other = status == BW_NOT_FOUND || status == BW_UNSUPPORTED;

        return bw_tool_fail(
            "cannot open \"%s\": %s%s", name, c->error,
            other ? "; name one that 'benchwire list' shows as gpio" : "");
    }
    return get_lines(g);
}

/* The number of a line, by its name of @len bytes; -1 after an error. */
static int find_line(const struct gpio *g, const char *name, size_t len)
{
    unsigned i;

    for (i = 0; i < g->count; i++) {
        if (strlen(g->lines[i].name) == len &&
            memcmp(g->lines[i].name, name, len) == 0) {
            return (int)i;
        }
    }
    bw_tool_fail("\"%s\" has no line \"%.*s\"; 'benchwire gpio info %s' lists "
                 "them",
                 g->name, (int)len, name, g->name);
    return -1;
}

/* gpio info */

static void print_word(const char *text, bool *first)
{
    printf("%s%s", *first ? "" : " ", text);
    *first = false;
}

static void print_allowed(uint32_t funcs)
{
    static const struct {
        uint32_t func;
        const char *name;
    } names[] = {
        { BW_GPIO_FUNC_IN, "in" },
        { BW_GPIO_FUNC_PUSH_PULL, "push-pull" },
        { BW_GPIO_FUNC_OPEN_DRAIN, "open-drain" },
        { BW_GPIO_FUNC_OPEN_SOURCE, "open-source" },
        { BW_GPIO_FUNC_BIAS, "bias" },
    };
    bool first = true;
    size_t i;

    fputs(" (may: ", stdout);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (funcs & names[i].func) {
            print_word(names[i].name, &first);
        }
    }
    fputs(")\n", stdout);
}

static void print_line(unsigned number, const struct bw_wire_gpio_line *l)
{
    char name[BW_WIRE_MAX_NAME + 3];

    snprintf(name, sizeof(name), "\"%s\"", l->name);
    printf("\tline %3u:\t%-16s\t", number, name);
    if (l->now.direction == BW_GPIO_OUT) {
        printf("output drive=%s", bw_gpio_drive_name(l->now.drive));
    } else {
        fputs("input", stdout);
    }
    printf(" bias=%s", bw_gpio_bias_name(l->now.bias));
    if (l->now.debounce_us) {
        printf(" debounce-period=%uus", (unsigned)l->now.debounce_us);
    }
    printf(" level=%u", l->level);
    print_allowed(l->funcs);
}

static int gpio_info(struct bw_tool *t, int argc, char **argv)
{
    static struct gpio g;
    unsigned i;

    if (argc != 2) {
        return bw_tool_fail("gpio info takes an EXPORT");
    }
    if (open_gpio(&g, t, argv[1])) {
        return 1;
    }
    printf("%s - %u lines:\n", g.name, g.count);
    for (i = 0; i < g.count; i++) {
        print_line(i, &g.lines[i]);
    }
    return 0;
}

/* gpio get */

static int gpio_get(struct bw_tool *t, int argc, char **argv)
{
    static struct gpio g;
    int i;

    if (argc < 2) {
        return bw_tool_fail("gpio get takes an EXPORT and LINEs, such as 'gpio "
                            "get lines button'");
    }
    if (open_gpio(&g, t, argv[1])) {
        return 1;
    }
    for (i = 2; i < argc; i++) {
        int line = find_line(&g, argv[i], strlen(argv[i]));

        if (line < 0) {
            return 1;
        }
        printf("%s=%u\n", argv[i], g.lines[line].level);
    }
    for (i = 0; argc == 2 && i < (int)g.count; i++) {
        printf("%s=%u\n", g.lines[i].name, g.lines[i].level);
    }
    return 0;
}

/* gpio set */

static uint8_t drive_for(uint32_t funcs)
{
    if (funcs & BW_GPIO_FUNC_PUSH_PULL) {
        return BW_GPIO_PUSH_PULL;
    }
    return funcs & BW_GPIO_FUNC_OPEN_DRAIN ? BW_GPIO_OPEN_DRAIN
                                           : BW_GPIO_OPEN_SOURCE;
}

/* "led=1": one line more of the configuration. */
static int add_output(const struct gpio *g, const char *word,
                      struct bw_wire_gpio_config *m)
{
    const char *equals = strchr(word, '=');
    unsigned i;
    int line;

    if (!equals || (strcmp(equals, "=0") != 0 && strcmp(equals, "=1") != 0)) {
        return bw_tool_fail("\"%s\" is not LINE=0 or LINE=1", word);
    }
    line = find_line(g, word, (size_t)(equals - word));
    if (line < 0) {
        return 1;
    }
    for (i = 0; i < m->count; i++) {
        if (m->lines[i].line == line) {
            return bw_tool_fail("line \"%s\" is given twice",
                                g->lines[line].name);
        }
    }
    m->lines[m->count].line = (uint16_t)line;
    m->lines[m->count++].setting = (struct bw_gpio_setting){
        .direction = BW_GPIO_OUT,
        .drive = drive_for(g->lines[line].funcs),
        .value = equals[1] == '1',
    };
    return 0;
}

/* GPIO_CONFIG; says so if lines are in conflict. */
static int configure(const struct gpio *g, const struct bw_wire_gpio_config *m)
{
    struct bw_client *c = &g->t->client;
    struct bw_gpio_state state;
    struct bw_reader body;
    unsigned i;

    bw_wire_put_gpio_config(bw_client_begin(c, BW_MSG_GPIO_CONFIG), m);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    if (bw_wire_get_gpio_state(&body, &state) != BW_OK) {
        return bw_tool_fail("the agent's answer does not parse");
    }
    for (i = 0; i < g->count; i++) {
        if (state.conflicts >> i & 1) {
            return bw_tool_fail("line \"%s\" was let go: something else drives "
                                "it the other way",
                                g->lines[i].name);
        }
    }
    return 0;
}

static void on_set_notice(struct bw_client *c, const struct bw_wire_header *h,
                          struct bw_reader *body)
{
    static struct bw_wire_gpio_events m;
    const struct gpio *g = c->notice_opaque;

    if (h->type != BW_MSG_GPIO_EVENTS ||
        bw_wire_get_gpio_events(body, &m) != BW_OK) {
        return;
    }
    for (unsigned i = 0; i < g->count; i++) {
        if (m.state.conflicts >> i & 1) {
            bw_tool_fail("line \"%s\" was let go: something else drives it the "
                         "other way",
                         g->lines[i].name);
        }
    }
}

/* Until the time is up or the user ends it; then the lines are safe again. */
static int hold(struct gpio *g, uint64_t until_ns)
{
    struct bw_client *c = &g->t->client;
    enum bw_status status;

    fflush(stdout);
    c->on_notice = on_set_notice;
    c->notice_opaque = g;
    do {
        status = bw_client_wait(c, until_ns, -1);
    } while (status == BW_OK);
    return status == BW_TIMEOUT ? 0 : bw_tool_fail("%s", c->error);
}

/* "25ms", or an error. */
static int parse_time(const char *text, uint32_t *us)
{
    return bw_fault_text_time(text, us)
               ? 0
               : bw_tool_fail("\"%s\" is no time; write 500us, 25ms or 1.5s, "
                              "up to 60s",
                              text);
}

static int gpio_set(struct bw_tool *t, int argc, char **argv)
{
    static struct gpio g;
    static struct bw_wire_gpio_config m;
    uint64_t until_ns = BW_CLOCK_NEVER;
    uint32_t us = 0;
    int c;

    optind = 0;
    while ((c = getopt(argc, argv, "f:")) != -1) {
        if (c != 'f') {
            return bw_tool_fail("gpio set has the option -f TIME only");
        }
        if (parse_time(optarg, &us)) {
            return 1;
        }
        until_ns = bw_clock_ns() + (uint64_t)us * NS_PER_US;
    }
    if (argc - optind < 2 || argc - optind > BW_GPIO_MAX_LINES + 1) {
        return bw_tool_fail("gpio set takes an EXPORT and LINE=0 or LINE=1, "
                            "such as 'gpio set lines led=1'");
    }
    if (open_gpio(&g, t, argv[optind++])) {
        return 1;
    }
    m.count = 0;
    for (; optind < argc; optind++) {
        if (add_output(&g, argv[optind], &m)) {
            return 1;
        }
    }
    return configure(&g, &m) ? 1 : hold(&g, until_ns);
}

/* gpio watch */

static void print_event(struct gpio *g, const struct bw_gpio_event *e)
{
    if (e->line >= g->count || g->done) {
        return;
    }
    printf("%" PRIu64 ".%09" PRIu64 "\t%s\t\"%s\"\n", e->time_ns / NS_PER_S,
           e->time_ns % NS_PER_S,
           e->edge == BW_GPIO_RISING ? "rising" : "falling",
           g->lines[e->line].name);
    if (g->left > 0 && --g->left == 0) {
        g->done = true;
    }
}

static void on_events(struct bw_client *c, const struct bw_wire_header *h,
                      struct bw_reader *body)
{
    static struct bw_wire_gpio_events m;
    struct gpio *g = c->notice_opaque;

    if (h->type != BW_MSG_GPIO_EVENTS ||
        bw_wire_get_gpio_events(body, &m) != BW_OK) {
        return;
    }
    if (m.lost) {
        bw_tool_fail("%u edges were lost before the next line",
                     (unsigned)m.lost);
    }
    for (unsigned i = 0; i < m.count; i++) {
        print_event(g, &m.events[i]);
    }
    fflush(stdout);
}

/* What the options of "gpio watch" ask for. */
struct watch {
    struct bw_gpio_setting setting;
    unsigned long count; /* 0: no end */
};

static int parse_watch_option(struct watch *w, int c)
{
    long count;

    switch (c) {
    case 'n':
        count = bw_tool_number(optarg, 1, 1000000000);
        w->count = (unsigned long)count;
        return count > 0 ? 0 : bw_tool_fail("\"%s\" is no count", optarg);
    case 'e':
        if (strcmp(optarg, "rising") == 0) {
            w->setting.edges = BW_GPIO_RISING;
        } else if (strcmp(optarg, "falling") == 0) {
            w->setting.edges = BW_GPIO_FALLING;
        } else if (strcmp(optarg, "both") != 0) {
            return bw_tool_fail("\"%s\" is none of rising, falling and both",
                                optarg);
        }
        return 0;
    case 'b':
        w->setting.bias = (uint8_t)bw_gpio_bias_find(optarg);
        return w->setting.bias < BW_GPIO_BIAS_COUNT
                   ? 0
                   : bw_tool_fail("\"%s\" is none of as-is, disabled, pull-up "
                                  "and pull-down",
                                  optarg);
    case 'p':
        if (parse_time(optarg, &w->setting.debounce_us)) {
            return 1;
        }
        return w->setting.debounce_us <= BW_GPIO_MAX_DEBOUNCE_US
                   ? 0
                   : bw_tool_fail("\"%s\" is too long; a debounce is up to 1s",
                                  optarg);
    default:
        return bw_tool_fail("gpio watch has the options -n COUNT, -e EDGES, -b "
                            "BIAS and -p TIME");
    }
}

/* All that may be inputs, or those that are named. */
static int choose_inputs(const struct gpio *g, int argc, char **argv,
                         const struct watch *w, struct bw_wire_gpio_config *m)
{
    int i;

    m->count = 0;
    for (i = 0; argc == 0 && i < (int)g->count; i++) {
        if (g->lines[i].funcs & BW_GPIO_FUNC_IN) {
            m->lines[m->count].line = (uint16_t)i;
            m->lines[m->count++].setting = w->setting;
        }
    }
    for (i = 0; i < argc && i < BW_GPIO_MAX_LINES; i++) {
        int line = find_line(g, argv[i], strlen(argv[i]));

        if (line < 0) {
            return 1;
        }
        m->lines[m->count].line = (uint16_t)line;
        m->lines[m->count++].setting = w->setting;
    }
    return m->count ? 0
                    : bw_tool_fail("\"%s\" has no line that may be an input",
                                   g->name);
}

static int gpio_watch(struct bw_tool *t, int argc, char **argv)
{
    static struct gpio g;
    static struct bw_wire_gpio_config m;
    struct watch w = { .setting.edges = BW_GPIO_RISING | BW_GPIO_FALLING };
    struct bw_client *client = &t->client;
    enum bw_status status = BW_OK;
    int c;

    optind = 0;
    while ((c = getopt(argc, argv, "n:e:b:p:")) != -1) {
        if (parse_watch_option(&w, c)) {
            return 1;
        }
    }
    if (optind >= argc) {
        return bw_tool_fail("gpio watch takes an EXPORT, and LINEs if not all "
                            "are meant");
    }
    if (open_gpio(&g, t, argv[optind]) ||
        choose_inputs(&g, argc - optind - 1, argv + optind + 1, &w, &m)) {
        return 1;
    }
    g.left = w.count;
    g.done = false;
    client->on_notice = on_events;
    client->notice_opaque = &g;
    if (configure(&g, &m)) {
        return 1;
    }
    while (status == BW_OK && !g.done) {
        status = bw_client_wait(client, BW_CLOCK_NEVER, -1);
    }
    return g.done ? 0 : bw_tool_fail("%s", client->error);
}

int bw_tool_gpio(struct bw_tool *t, int argc, char **argv)
{
    static const struct bw_tool_command commands[] = {
        { "info", gpio_info },   { "get", gpio_get }, { "set", gpio_set },
        { "watch", gpio_watch }, { NULL, NULL },
    };

    return bw_tool_run(t, commands, "gpio ", argc - 1, argv + 1);
}
