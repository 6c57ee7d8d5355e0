/*
 * GPIO_* of a session: handlers_gpio.c and service_gpio.c on simulated lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "host-agent/backend_sim_lines.h"
#include "host-agent/service_gpio.h"
#include "lib/wire_gpio.h"

#define MICRO 1000000
#define ALL_FUNCS                                                          \
    (BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_BIAS |              \
     BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE | BW_GPIO_FUNC_PUSH_PULL | \
     BW_GPIO_FUNC_OPEN_DRAIN | BW_GPIO_FUNC_OPEN_SOURCE)

enum {
    LED,
    BUTTON,
    FREE,
    LINES
};

static const struct bw_gpio_setting drive_low = { .direction = BW_GPIO_OUT },
                                    drive_high = { .direction = BW_GPIO_OUT,
                                                   .value = 1 },
                                    edges = { .edges = BW_GPIO_RISING |
                                                       BW_GPIO_FALLING };

/*
 * Export "lines": led, an output whose safe state is high; button, an input
 * with a pull-up; free, which may be anything and is floating.
 */
static struct rig *gpio_rig(void)
{
    static const struct bw_gpio_owner owners[LINES] = {
        [LED] = { .name = "led",
                  .funcs = BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_PUSH_PULL,
                  .bias = BW_GPIO_BIAS_DISABLED,
                  .safe = { .direction = BW_GPIO_OUT, .value = 1 } },
        [BUTTON] = { .name = "button",
                     .funcs = BW_GPIO_FUNC_IN | BW_GPIO_FUNC_EDGES |
                              BW_GPIO_FUNC_DEBOUNCE,
                     .bias = BW_GPIO_BIAS_PULL_UP,
                     .safe = { .bias = BW_GPIO_BIAS_PULL_UP } },
        [FREE] = { .name = "free",
                   .funcs = ALL_FUNCS,
                   .bias = BW_GPIO_BIAS_DISABLED,
                   .safe = { .bias = BW_GPIO_BIAS_DISABLED } },
    };
    static const char *const names[LINES] = { "lines.led", "lines.button",
                                              "lines.free" };
    struct bw_gpio_setting safe[LINES];
    unsigned numbers[LINES];
    struct rig *r = rig_new();
    struct bw_bus *bus = bw_bench_find_bus(&r->bench, "sim:desk");
    struct bw_export *e;

    bus->chip = bw_sim_chip_new();
    assert_non_null(bus->chip);
    for (unsigned i = 0; i < LINES; i++) {
        numbers[i] =
            (unsigned)bw_sim_chip_add(bus->chip, names[i], BW_SIM_LINE_OPEN);
        safe[i] = owners[i].safe;
    }
    e = bw_bench_add_export(&r->bench, "lines", BW_EXPORT_GPIO, bus,
                            BW_ADDR_ANY, "");
    assert_true(bw_service_gpio_attach(
        e, bw_sim_chip_open(bus->chip, numbers, LINES, safe), owners));
    return r;
}

static struct bw_sim_chip *chip_of(struct rig *r)
{
    return bw_bench_find_bus(&r->bench, "sim:desk")->chip;
}

static void knob(struct rig *r, const char *name, int level)
{
    size_t at = bw_sim_chip_value_find(chip_of(r), name);

    assert_int_equal(
        bw_sim_chip_value_set(chip_of(r), at, (int64_t)level * MICRO), BW_OK);
}

static int level_of(struct rig *r, const char *name)
{
    struct bw_wire_value v;

    bw_sim_chip_value_at(chip_of(r), bw_sim_chip_value_find(chip_of(r), name),
                         &v);
    return (int)(v.micro / MICRO);
}

/* HELLO and OPEN: requests 1 and 2. */
static void put_start(struct rig *r)
{
    put_hello_as(r, BW_CAP_GPIO | BW_CAP_VALUES, BW_WIRE_MIN_BODY);
    put_open_as(r, "lines", BW_EXPORT_GPIO, 0);
}

static void expect_start(struct rig *r)
{
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
}

static void put_config(struct rig *r, unsigned line,
                       struct bw_gpio_setting setting)
{
    struct bw_wire_gpio_config m = { .count = 1 };
    size_t at = begin(r, BW_MSG_GPIO_CONFIG);

    m.lines[0].line = (uint16_t)line;
    m.lines[0].setting = setting;
    bw_wire_put_gpio_config(&r->script, &m);
    end(r, at);
}

static void put_set(struct rig *r, uint64_t mask, uint64_t values)
{
    const struct bw_wire_gpio_set m = { .count = 1,
                                        .sets = { { mask, values } } };
    size_t at = begin(r, BW_MSG_GPIO_SET);

    bw_wire_put_gpio_set(&r->script, &m);
    end(r, at);
}

static void expect_state(struct rig *r, unsigned type, uint32_t id,
                         uint64_t levels, uint64_t outputs, uint64_t conflicts)
{
    struct bw_gpio_state state;
    struct bw_reader body;

    expect_body(r, type, id, BW_OK, &body);
    assert_int_equal(bw_wire_get_gpio_state(&body, &state), BW_OK);
    assert_int_equal(state.levels, levels);
    assert_int_equal(state.outputs, outputs);
    assert_int_equal(state.conflicts, conflicts);
}

static void expect_failure(struct rig *r, unsigned type, uint32_t id,
                           enum bw_status status, const char *words)
{
    char text[BW_WIRE_MAX_TEXT + 1];
    struct bw_reader body;

    expect_body(r, type, id, status, &body);
    assert_int_equal(bw_wire_get_text(&body, text), BW_OK);
    if (!strstr(text, words)) {
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    }
}

static void expect_events(struct rig *r, uint32_t number,
                          struct bw_wire_gpio_events *m)
{
    const uint8_t *header = bw_read_bytes(&r->replies, BW_WIRE_HEADER_LEN);
    struct bw_wire_header h;
    struct bw_reader body;

    assert_non_null(header);
    assert_int_equal(bw_wire_get_header(header, &h), BW_OK);
    assert_int_equal(h.type, BW_WIRE_NOTICE | BW_MSG_GPIO_EVENTS);
    assert_int_equal(h.id, number);
    bw_reader_init(&body, bw_read_bytes(&r->replies, h.len), h.len);
    assert_int_equal(bw_wire_get_gpio_events(&body, m), BW_OK);
}

static void lines_are_listed_with_what_is_allowed(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_wire_gpio_line line[LINES];
    struct bw_reader body;

    (void)state;
    put_start(r);
    put_empty(r, BW_MSG_GPIO_LINES);
    rig_run(r);
    expect_start(r);
    expect_body(r, BW_MSG_GPIO_LINES, 3, BW_OK, &body);
    for (unsigned i = 0; i < LINES; i++) {
        assert_int_equal(bw_wire_get_gpio_line(&body, &line[i]), BW_OK);
    }
    assert_int_equal(bw_reader_left(&body), 0);
    assert_string_equal(line[LED].name, "led");
    assert_int_equal(line[LED].funcs, BW_GPIO_FUNC_OUT |
                                          BW_GPIO_FUNC_PUSH_PULL |
                                          BW_GPIO_FUNC_SIMULATED);
    assert_int_equal(line[LED].level, 1);
    assert_int_equal(line[LED].now.direction, BW_GPIO_OUT);
    assert_int_equal(line[BUTTON].now.bias, BW_GPIO_BIAS_PULL_UP);
    assert_int_equal(line[BUTTON].level, 1);
    assert_int_equal(line[FREE].funcs, ALL_FUNCS | BW_GPIO_FUNC_SIMULATED);
    expect_end(r);
    rig_free(r);
}

static void outputs_are_driven_and_safe_again_afterwards(void **state)
{
    struct rig *r = gpio_rig();

    (void)state;
    assert_int_equal(level_of(r, "lines.led.level"), 1);
    put_start(r);
    put_config(r, LED, drive_low);
    put_config(r, FREE, drive_high);
    put_set(r, 1 << LED | 1 << FREE, 1 << LED);
    put_set(r, 1 << FREE, 1 << FREE);
    put_empty(r, BW_MSG_GPIO_GET);
    rig_run(r);
    expect_start(r);
    expect_state(r, BW_MSG_GPIO_CONFIG, 3, 1 << BUTTON, 1 << LED, 0);
    expect_state(r, BW_MSG_GPIO_CONFIG, 4, 1 << BUTTON | 1 << FREE,
                 1 << LED | 1 << FREE, 0);
    expect_state(r, BW_MSG_GPIO_SET, 5, 1 << LED | 1 << BUTTON,
                 1 << LED | 1 << FREE, 0);
    expect_state(r, BW_MSG_GPIO_SET, 6, 7, 1 << LED | 1 << FREE, 0);
    expect_state(r, BW_MSG_GPIO_GET, 7, 7, 1 << LED | 1 << FREE, 0);
    expect_end(r);
    assert_int_equal(level_of(r, "lines.led.level"), 1);
    assert_int_equal(level_of(r, "lines.free.level"), 0);
    rig_free(r);
}

static void what_the_owner_does_not_allow_is_denied(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_gpio_setting drain = drive_high;

    (void)state;
    drain.drive = BW_GPIO_OPEN_DRAIN;
    put_start(r);
    put_config(r, BUTTON, drive_low);
    put_config(r, LED, edges);
    put_config(r, LED, drain);
    put_config(r, LINES, edges);
    put_set(r, 1 << BUTTON, 0);
    put_set(r, 1 << LINES, 0);
    put_empty(r, BW_MSG_GPIO_GET);
    rig_run(r);
    expect_start(r);
    expect_failure(r, BW_MSG_GPIO_CONFIG, 3, BW_DENIED, "button as output");
    expect_failure(r, BW_MSG_GPIO_CONFIG, 4, BW_DENIED, "led as input");
    expect_failure(r, BW_MSG_GPIO_CONFIG, 5, BW_DENIED, "open-drain");
    expect_failure(r, BW_MSG_GPIO_CONFIG, 6, BW_INVALID, "no line 3");
    expect_failure(r, BW_MSG_GPIO_SET, 7, BW_INVALID, "button is no output");
    expect_failure(r, BW_MSG_GPIO_SET, 8, BW_INVALID, "no line 3");
    expect_state(r, BW_MSG_GPIO_GET, 9, 1 << LED | 1 << BUTTON, 1 << LED, 0);
    rig_free(r);
}

/* One line that may not, and none is changed. */
static void a_config_is_done_whole_or_not_at_all(void **state)
{
    struct bw_wire_gpio_config m = { .count = 2 };
    struct rig *r = gpio_rig();
    size_t at;

    (void)state;
    put_start(r);
    at = begin(r, BW_MSG_GPIO_CONFIG);
    m.lines[0].line = FREE;
    m.lines[0].setting = drive_high;
    m.lines[1].line = BUTTON;
    m.lines[1].setting = drive_low;
    bw_wire_put_gpio_config(&r->script, &m);
    end(r, at);
    put_empty(r, BW_MSG_GPIO_GET);
    rig_run(r);
    expect_start(r);
    expect(r, BW_MSG_GPIO_CONFIG, 3, BW_DENIED);
    expect_state(r, BW_MSG_GPIO_GET, 4, 1 << LED | 1 << BUTTON, 1 << LED, 0);
    rig_free(r);
}

/* A client that wants the button without its pull gets it with. */
static void the_owners_bias_holds(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_gpio_setting down = { .bias = BW_GPIO_BIAS_PULL_DOWN };

    (void)state;
    put_start(r);
    put_config(r, BUTTON, down);
    put_config(r, FREE, (struct bw_gpio_setting){ .bias = 2 });
    put_config(r, FREE, (struct bw_gpio_setting){ 0 });
    rig_run(r);
    expect_start(r);
    expect_state(r, BW_MSG_GPIO_CONFIG, 3, 1 << LED | 1 << BUTTON, 1 << LED, 0);
    expect_state(r, BW_MSG_GPIO_CONFIG, 4, 7, 1 << LED, 0);
    expect_state(r, BW_MSG_GPIO_CONFIG, 5, 1 << LED | 1 << BUTTON, 1 << LED, 0);
    rig_free(r);
}

static void a_line_in_conflict_is_let_go_until_it_is_configured(void **state)
{
    struct rig *r = gpio_rig();

    (void)state;
    knob(r, "lines.free", 1);
    put_start(r);
    put_config(r, FREE, drive_high); /* nobody is against it */
    put_set(r, 1 << FREE, 0);
    put_set(r, 1 << FREE | 1 << LED, 0);
    put_config(r, FREE, drive_high);
    rig_run(r);
    expect_start(r);
    expect_state(r, BW_MSG_GPIO_CONFIG, 3, 7, 1 << LED | 1 << FREE, 0);
    expect_state(r, BW_MSG_GPIO_SET, 4, 7, 1 << LED, 1 << FREE);
    expect_state(r, BW_MSG_GPIO_SET, 5, 1 << BUTTON | 1 << FREE, 1 << LED,
                 1 << FREE);
    expect_state(r, BW_MSG_GPIO_CONFIG, 6, 1 << BUTTON | 1 << FREE,
                 1 << LED | 1 << FREE, 0);
    expect_end(r);
    assert_int_equal(level_of(r, "lines.free.level"), 1);
    rig_free(r);
}

/* The bench acts between two requests: as from another session's thread. */
struct act {
    struct bw_io_ops ops;
    struct rig *rig;
    unsigned at_wait;
    void (*run)(struct rig *r);
};

static struct act act;

static int act_wait(struct bw_io *io, bool to_send, int also_fd, int timeout_ms)
{
    struct virtual_io *v = (struct virtual_io *)io;

    if (also_fd >= 0 && act.run) {
        act.run(act.rig);
        act.run = NULL;
        v->also = 1;
    }
    return virtual_wait(io, to_send, also_fd, timeout_ms);
}

/* Run the script; @run when the first notice could be sent. */
static void rig_run_with(struct rig *r, void (*run)(struct rig *r))
{
    act = (struct act){ .ops = *r->io.io.ops, .rig = r, .run = run };
    act.ops.wait = act_wait;
    r->io.io.ops = &act.ops;
    r->io.silent_at_end = true;
    rig_run(r);
}

static void press_twice(struct rig *r)
{
    knob(r, "lines.button", 0);
    knob(r, "lines.button", -1);
}

static void edges_come_as_a_notice(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_wire_gpio_events m;

    (void)state;
    put_start(r);
    put_config(r, BUTTON, edges);
    rig_run_with(r, press_twice);
    expect_start(r);
    expect(r, BW_MSG_GPIO_CONFIG, 3, BW_OK);
    expect_events(r, 1, &m);
    assert_int_equal(m.count, 2);
    assert_int_equal(m.lost, 0);
    assert_int_equal(m.events[0].line, BUTTON);
    assert_int_equal(m.events[0].edge, BW_GPIO_FALLING);
    assert_int_equal(m.events[0].seq, 1);
    assert_int_equal(m.events[1].edge, BW_GPIO_RISING);
    assert_int_equal(m.events[1].seq, 2);
    assert_int_equal(m.state.levels, 1 << LED | 1 << BUTTON);
    expect_end(r);
    rig_free(r);
}

static void storm(struct rig *r)
{
    for (unsigned i = 0; i < (BW_SIM_LINES_QUEUE + 6) / 2; i++) {
        press_twice(r);
    }
}

/* 1030 edges, room for 1024, 256 of them in a notice. */
static void edges_that_are_lost_are_counted(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_wire_gpio_events m;

    (void)state;
    put_start(r);
    put_config(r, BUTTON, edges);
    rig_run_with(r, storm);
    expect_start(r);
    expect(r, BW_MSG_GPIO_CONFIG, 3, BW_OK);
    expect_events(r, 1, &m);
    assert_int_equal(m.count, BW_GPIO_MAX_EVENTS);
    assert_int_equal(m.lost, 6);
    assert_int_equal(m.events[0].seq, 7);
    assert_int_equal(m.events[255].seq, 262);
    rig_free(r);
}

static void oppose(struct rig *r)
{
    knob(r, "lines.free", 0);
}

static void a_conflict_that_comes_later_is_told(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_wire_gpio_events m;

    (void)state;
    put_start(r);
    put_config(r, FREE, drive_high);
    rig_run_with(r, oppose);
    expect_start(r);
    expect(r, BW_MSG_GPIO_CONFIG, 3, BW_OK);
    expect_events(r, 1, &m);
    assert_int_equal(m.count, 0);
    assert_int_equal(m.state.conflicts, 1 << FREE);
    assert_int_equal(m.state.outputs, 1 << LED);
    assert_int_equal(m.state.levels, 1 << LED | 1 << BUTTON);
    expect_end(r);
    rig_free(r);
}

/* Numbers go on within a session and begin anew in the next. */
static void edges_are_numbered_by_the_session(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_wire_gpio_events m;

    (void)state;
    put_start(r);
    put_config(r, BUTTON, edges);
    rig_run_with(r, press_twice);
    r->script.pos = 0;
    r->id = 0;
    virtual_io_init(&r->io, r->in, 0, r->out, sizeof(r->out));
    put_start(r);
    put_config(r, BUTTON, edges);
    rig_run_with(r, press_twice);
    expect_start(r);
    expect(r, BW_MSG_GPIO_CONFIG, 3, BW_OK);
    expect_events(r, 1, &m);
    assert_int_equal(m.events[0].seq, 1);
    assert_int_equal(m.lost, 0);
    rig_free(r);
}

static void lines_have_one_user_at_a_time(void **state)
{
    struct rig *r = gpio_rig();

    (void)state;
    put_hello_as(r, BW_CAP_GPIO, BW_WIRE_MAX_BODY);
    put_open_as(r, "lines", BW_EXPORT_GPIO, BW_OPEN_SHARED);
    put_open_as(r, "lines", BW_EXPORT_I2C, 0);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_failure(r, BW_MSG_OPEN, 2, BW_DENIED, "one user at a time");
    expect_failure(r, BW_MSG_OPEN, 3, BW_UNSUPPORTED, "type gpio");
    rig_free(r);
}

static void a_client_without_the_capability_sees_none(void **state)
{
    struct rig *r = gpio_rig();
    struct bw_wire_export entry;
    struct bw_reader body;

    (void)state;
    put_hello(r);
    put_empty(r, BW_MSG_LIST);
    put_open(r, "lines");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_LIST, 2, BW_OK, &body);
    while (bw_reader_left(&body) > 0) {
        assert_int_equal(bw_wire_get_export(&body, &entry), BW_OK);
        assert_string_not_equal(entry.name, "lines");
    }
    expect(r, BW_MSG_OPEN, 3, BW_UNSUPPORTED);
    rig_free(r);
}

/* Each in a session of its own, as it ends it. */
static void other_messages_are_out_of_order(void **state)
{
    static const uint16_t types[] = { BW_MSG_I2C_XFER, BW_MSG_VALUE_LIST,
                                      BW_MSG_OPEN, BW_MSG_I2C_STEP };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct rig *r = gpio_rig();

        put_start(r);
        put_empty(r, types[i]);
        rig_run(r);
        expect_start(r);
        if (types[i] == BW_MSG_I2C_XFER) {
            expect_failure_at(r, 3, BW_ORDER, 0xffff, 0xffff);
        } else {
            expect(r, types[i], 3, BW_ORDER);
        }
        expect_end(r);
        rig_free(r);
    }
}

static void bodies_are_checked(void **state)
{
    struct rig *r = gpio_rig();
    size_t at;

    (void)state;
    put_start(r);
    at = begin(r, BW_MSG_GPIO_SET);
    bw_write_le16(&r->script, BW_GPIO_MAX_SETS + 1);
    end(r, at);
    at = begin(r, BW_MSG_GPIO_CONFIG);
    bw_write_le16(&r->script, 0);
    end(r, at);
    at = begin(r, BW_MSG_GPIO_GET);
    bw_write_u8(&r->script, 0);
    end(r, at);
    rig_run(r);
    expect_start(r);
    expect(r, BW_MSG_GPIO_SET, 3, BW_TOO_LONG);
    expect(r, BW_MSG_GPIO_CONFIG, 4, BW_INVALID);
    expect(r, BW_MSG_GPIO_GET, 5, BW_MALFORMED);
    expect_end(r);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_listed_with_what_is_allowed),
        cmocka_unit_test(outputs_are_driven_and_safe_again_afterwards),
        cmocka_unit_test(what_the_owner_does_not_allow_is_denied),
        cmocka_unit_test(a_config_is_done_whole_or_not_at_all),
        cmocka_unit_test(the_owners_bias_holds),
        cmocka_unit_test(a_line_in_conflict_is_let_go_until_it_is_configured),
        cmocka_unit_test(edges_come_as_a_notice),
        cmocka_unit_test(edges_that_are_lost_are_counted),
        cmocka_unit_test(a_conflict_that_comes_later_is_told),
        cmocka_unit_test(edges_are_numbered_by_the_session),
        cmocka_unit_test(lines_have_one_user_at_a_time),
        cmocka_unit_test(a_client_without_the_capability_sees_none),
        cmocka_unit_test(other_messages_are_out_of_order),
        cmocka_unit_test(bodies_are_checked),
    };

    return cmocka_run_group_tests_name("session_gpio", tests, NULL, NULL);
}
