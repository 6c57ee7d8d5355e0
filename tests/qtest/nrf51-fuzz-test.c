/*
 * Random accesses to everything a guest and a user can reach: no sequence of
 * them may end, stop or hang QEMU.
 *
 * Reads and writes of all sizes, aligned or not, of registers, memories and
 * holes; time; properties of the board and its parts; resets.  Half of the
 * accesses take an address and a value of the table nrf51_registers.c, or the
 * address of a task or event, so that blocks are wired to each other.
 *
 *   make check-qtest T=nrf51-fuzz-test       the fixed seeds
 *   SEED=7 COUNT=1000000 BW_TEST_TIMEOUT=3600 make check-qtest ...   one run
 *
 * ARGS holds further arguments of QEMU, such as -M microbit,revision=1.5.
 * A failure prints the seed and the last operations.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "qobject/qjson.h"
#include "qapi/error.h"
#include "nrf51_registers.h"
#include "tests/qtest/libqtest.h"

#define FIXED_SEEDS   4
#define FIXED_COUNT   5000
#define OP_LIMIT_S    20 /* for one operation, on the slowest host */
#define SHOWN         24 /* operations before a failure */
#define MAX_KNOBS     400
#define MAX_DEPTH     4
#define CODESIZE      0x10000014 /* of FICR */
#define CODESIZE_IS   0x100
#define RAM           0x20000000
#define RAM_SIZE      0x4000
#define NS_PER_SECOND 1000000000LL

/* A property that a user may set while the machine runs */
struct knob {
    char *path;
    char *name;
    char *type;
};

struct fuzz {
    QTestState *qts;
    GRand *rand;
    uint32_t seed;
    uint32_t done;
    char history[SHOWN][160];
    struct knob knobs[MAX_KNOBS];
    unsigned num_knobs;
};

static struct fuzz *running; /* for the report */

static G_GNUC_PRINTF(2, 3) void note(struct fuzz *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_vsnprintf(f->history[f->done % SHOWN], sizeof(f->history[0]), format,
                args);
    va_end(args);
    f->done++;
    alarm(OP_LIMIT_S);
}

static void report(void *opaque)
{
    const struct fuzz *f = opaque;
    uint32_t i = f->done > SHOWN ? f->done - SHOWN : 0;

    fprintf(stderr, "# SEED=%u, after %u operations, the last of them:\n",
            f->seed, f->done);
    for (; i < f->done; i++) {
        fprintf(stderr, "#   %s\n", f->history[i % SHOWN]);
    }
}

static void out_of_time(int signal)
{
    fprintf(stderr, "# no answer within %d s\n", OP_LIMIT_S);
    report(running);
    _exit(EXIT_FAILURE);
}

static uint32_t below(struct fuzz *f, uint32_t limit)
{
    return limit ? g_rand_int(f->rand) % limit : 0;
}

static const struct nrf51_block *any_block(struct fuzz *f)
{
    return &nrf51_blocks[below(f, nrf51_num_blocks)];
}

/* --- addresses and values -------------------------------------------------- */

static uint32_t task_address(struct fuzz *f)
{
    const struct nrf51_block *b = any_block(f);

    return b->num_tasks ? b->base + b->tasks[below(f, b->num_tasks)] : b->base;
}

static uint32_t event_address(struct fuzz *f)
{
    const struct nrf51_block *b = any_block(f);

    return b->num_events ? b->base + b->events[below(f, b->num_events)]
                         : b->base + 0x100;
}

static uint32_t register_address(struct fuzz *f)
{
    static const uint16_t common[] = { 0x200, 0x300, 0x304, 0x308, 0xffc };
    const struct nrf51_block *b = any_block(f);
    const struct nrf51_reg *r = &b->regs[below(f, b->num_regs)];

    if (below(f, 4) == 0) {
        return b->base + common[below(f, G_N_ELEMENTS(common))];
    }
    return b->base + r->offset + 4 * below(f, r->count);
}

static uint32_t hole_address(struct fuzz *f)
{
    static const struct {
        uint32_t base, size;
    } ranges[] = {
        { 0x40000000, 0x20000 }, { 0x50000000, 0x1000 },
        { 0x10000000, 0x400 },   { 0x10001000, 0x400 },
        { 0x00000000, 0x40000 }, { 0xf0000000, 0x1000 },
        { RAM, RAM_SIZE },       { 0x40006c00, 0x20 },
    };
    unsigned i = below(f, G_N_ELEMENTS(ranges));

    return ranges[i].base + below(f, ranges[i].size);
}

static uint32_t any_address(struct fuzz *f)
{
    uint32_t unaligned = below(f, 16) == 0 ? below(f, 4) : 0;

    switch (below(f, 8)) {
    case 0:
    case 1:
        return task_address(f) + unaligned;
    case 2:
        return event_address(f) + unaligned;
    case 3:
        return hole_address(f);
    default:
        return register_address(f) + unaligned;
    }
}

static uint32_t any_value(struct fuzz *f)
{
    switch (below(f, 10)) {
    case 0:
        return 0;
    case 1:
    case 2:
        return 1;
    case 3:
        return 1u << below(f, 32);
    case 4:
        return 0xffffffff;
    case 5:
        return RAM + below(f, RAM_SIZE + 64) - 32;
    case 6:
        return task_address(f);
    case 7:
        return event_address(f);
    case 8:
        return below(f, 32);
    default:
        return g_rand_int(f->rand);
    }
}

/* --- operations ------------------------------------------------------------ */

static void do_read(struct fuzz *f)
{
    uint32_t address = any_address(f);
    unsigned size = 1u << below(f, 4);

    note(f, "read%u 0x%08x", 8 * size, address);
    switch (size) {
    case 1:
        qtest_readb(f->qts, address);
        break;
    case 2:
        qtest_readw(f->qts, address);
        break;
    case 4:
        qtest_readl(f->qts, address);
        break;
    default:
        qtest_readq(f->qts, address);
        break;
    }
}

static void do_write(struct fuzz *f)
{
    uint32_t address = any_address(f), value = any_value(f);
    unsigned size = below(f, 8) == 0 ? 1u << below(f, 4) : 4;

    note(f, "write%u 0x%08x 0x%08x", 8 * size, address, value);
    switch (size) {
    case 1:
        qtest_writeb(f->qts, address, value);
        break;
    case 2:
        qtest_writew(f->qts, address, value);
        break;
    case 4:
        qtest_writel(f->qts, address, value);
        break;
    default:
        qtest_writeq(f->qts, address, value * 0x100000001ULL);
        break;
    }
}

/* Wire two blocks: PPI is what carries a fault of one to another. */
static void do_wire(struct fuzz *f)
{
    uint32_t channel = below(f, 16);
    uint32_t event = event_address(f), task = task_address(f);

    note(f, "PPI channel %u: 0x%08x to 0x%08x", channel, event, task);
    qtest_writel(f->qts, 0x4001f510 + 8 * channel, event);
    qtest_writel(f->qts, 0x4001f514 + 8 * channel, task);
    qtest_writel(f->qts, 0x4001f504, 1u << channel);
}

static void do_fill_ram(struct fuzz *f)
{
    uint8_t bytes[64];
    uint32_t address = RAM + below(f, RAM_SIZE - sizeof(bytes));

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = g_rand_int(f->rand) >> below(f, 24);
    }
    note(f, "64 bytes at 0x%08x", address);
    qtest_memwrite(f->qts, address, bytes, sizeof(bytes));
}

/* At most 16 ms: a timer can ask for an event every 62.5 ns of it. */
static void do_step(struct fuzz *f)
{
    int64_t ns = 1 + below(f, 1u << below(f, 25));

    note(f, "step %" PRId64 " ns", ns);
    qtest_clock_step(f->qts, ns);
}

/* Without fast timers: long enough for watchdog, RTC and calibration */
static void do_reset(struct fuzz *f)
{
    int64_t ns = below(f, 100) * NS_PER_SECOND + 1;

    note(f, "reset, step %" PRId64 " ns", ns);
    qtest_system_reset(f->qts);
    qtest_clock_step(f->qts, ns);
}

static char *any_json(struct fuzz *f, const char *type)
{
    if (strcmp(type, "bool") == 0) {
        return g_strdup(below(f, 2) ? "true" : "false");
    }
    if (strcmp(type, "string") == 0 || strcmp(type, "str") == 0) {
        return g_strdup_printf("\"%08x\"", g_rand_int(f->rand));
    }
    switch (below(f, 4)) {
    case 0:
        return g_strdup_printf("%u", below(f, 4));
    case 1:
        return g_strdup_printf("%d", (int)g_rand_int(f->rand));
    case 2:
        return g_strdup_printf("-%u", below(f, 1u << below(f, 20)));
    default:
        return g_strdup_printf("%u.5", below(f, 1u << below(f, 20)));
    }
}

static void do_set(struct fuzz *f)
{
    const struct knob *k = &f->knobs[below(f, f->num_knobs)];
    g_autofree char *value = NULL;

    if (f->num_knobs == 0) {
        return;
    }
    value = any_json(f, k->type);
    note(f, "set %s.%s %s", k->path, k->name, value);
    qobject_unref(qtest_qmp(f->qts,
                            "{'execute': 'qom-set', 'arguments': {"
                            "'path': %s, 'property': %s, 'value': %p}}",
                            k->path, k->name,
                            qobject_from_json(value, &error_abort)));
}

static void do_one(struct fuzz *f)
{
    uint32_t choice = below(f, 1000);

    if (choice < 550) {
        do_write(f);
    } else if (choice < 750) {
        do_read(f);
    } else if (choice < 800) {
        do_wire(f);
    } else if (choice < 830) {
        do_fill_ram(f);
    } else if (choice < 930) {
        do_step(f);
    } else if (choice < 999) {
        do_set(f);
    } else {
        do_reset(f);
    }
}

/* --- what can be set ------------------------------------------------------- */

static QList *list_properties(struct fuzz *f, const char *path)
{
    QDict *reply = qtest_qmp(f->qts,
                             "{'execute': 'qom-list', 'arguments': "
                             "{'path': %s}}",
                             path);
    QList *list = qdict_get_qlist(reply, "return");

    if (list) {
        qobject_ref(list);
    }
    qobject_unref(reply);
    return list;
}

/* QEMU's own objects are not what is tested, and some are not for users. */
static bool is_ours(const char *name, const char *type)
{
    static const char *const others[] = { "armv6m",     "peripheral",
                                          "unattached", "peripheral-anon",
                                          "realized",   "hotplugged" };

    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (strcmp(name, others[i]) == 0) {
            return false;
        }
    }
    return !g_str_has_prefix(type, "link<") &&
           !g_str_has_prefix(type, "child<memory-region") &&
           !g_str_has_prefix(type, "child<qemu:");
}

static void find_knobs(struct fuzz *f, const char *path, unsigned depth);

static void take_property(struct fuzz *f, const char *path, const QDict *p,
                          unsigned depth)
{
    const char *name = qdict_get_str(p, "name");
    const char *type = qdict_get_str(p, "type");

    if (!is_ours(name, type)) {
        return;
    }
    if (g_str_has_prefix(type, "child<")) {
        g_autofree char *child = g_strdup_printf("%s/%s", path, name);

        if (depth < MAX_DEPTH) {
            find_knobs(f, child, depth + 1);
        }
    } else if (depth > 0 && f->num_knobs < MAX_KNOBS) {
        f->knobs[f->num_knobs++] = (struct knob){
            g_strdup(path),
            g_strdup(name),
            g_strdup(type),
        };
    }
}

static void find_knobs(struct fuzz *f, const char *path, unsigned depth)
{
    QList *list = list_properties(f, path);
    QListEntry *entry;

    if (!list) {
        return;
    }
    QLIST_FOREACH_ENTRY(list, entry)
    {
        take_property(f, path, qobject_to(QDict, qlist_entry_obj(entry)),
                      depth);
    }
    qobject_unref(list);
}

static void forget_knobs(struct fuzz *f)
{
    while (f->num_knobs > 0) {
        struct knob *k = &f->knobs[--f->num_knobs];

        g_free(k->path);
        g_free(k->name);
        g_free(k->type);
    }
}

/* --- runs ------------------------------------------------------------------ */

static void run(uint32_t seed, uint32_t count)
{
    const char *args = g_getenv("ARGS");
    g_autofree struct fuzz *f = g_new0(struct fuzz, 1);

    f->seed = seed;
    f->rand = g_rand_new_with_seed(seed);
    f->qts = qtest_initf("-M microbit -no-shutdown %s", args ? args : "");
    running = f;
    signal(SIGALRM, out_of_time);
    qtest_add_abrt_handler(report, f);
    find_knobs(f, "/machine", 0);
    g_test_message("SEED=%u COUNT=%u, %u properties", seed, count,
                   f->num_knobs);
    while (f->done < count) {
        do_one(f);
    }
    note(f, "the end");
    g_assert_cmphex(qtest_readl(f->qts, CODESIZE), ==, CODESIZE_IS);
    alarm(0);
    qtest_remove_abrt_handler(f);
    forget_knobs(f);
    g_rand_free(f->rand);
    qtest_quit(f->qts);
}

static void random_accesses_do_no_harm(const void *seed)
{
    run(GPOINTER_TO_UINT(seed), FIXED_COUNT);
}

static void a_long_run_does_no_harm(void)
{
    const char *seed = g_getenv("SEED"), *count = g_getenv("COUNT");

    run(seed ? strtoul(seed, NULL, 0) : g_random_int(),
        count ? strtoul(count, NULL, 0) : FIXED_COUNT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (g_getenv("SEED") || g_getenv("COUNT")) {
        qtest_add_func("/nrf51-fuzz/a_long_run_does_no_harm",
                       a_long_run_does_no_harm);
        return g_test_run();
    }
    for (unsigned seed = 1; seed <= FIXED_SEEDS; seed++) {
        g_autofree char *name =
            g_strdup_printf("/nrf51-fuzz/random_accesses_do_no_harm/%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed),
                            random_accesses_do_no_harm);
    }
    return g_test_run();
}
