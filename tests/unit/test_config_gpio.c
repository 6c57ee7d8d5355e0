/*
 * The bench file's GPIO exports and lines: config_line.c and bench_gpio.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/backend_sim_lines.h"
#include "host-agent/bench_gpio.h"
#include "host-agent/bench_setup.h"
#include "host-agent/config.h"

#define SIM  "[export x]\ntype=gpio\nadapter=sim:a\n"
#define REAL "[export x]\ntype=gpio\nadapter=/dev/gpiochip7\n"
#define A    "[line a]\nexport=x\n"

static struct bw_config config;

static bool read_text(const char *text, char error[BW_CONFIG_MAX_ERROR])
{
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    bool ok;

    assert_non_null(file);
    error[0] = '\0';
    ok = bw_config_read(&config, file, "f", error);
    fclose(file);
    return ok;
}

static struct bw_gpio_owner owner_of(const char *keys)
{
    char error[BW_CONFIG_MAX_ERROR];
    char text[512];

    snprintf(text, sizeof(text), "%s%s%s", SIM, A, keys);
    if (!read_text(text, error)) {
        fail_msg("%s: refused: %s", keys, error);
    }
    return bw_bench_gpio_owner(&config.lines[0]);
}

static void a_line_is_an_input_without_bias_if_nothing_is_said(void **state)
{
    struct bw_gpio_owner o = owner_of("");

    (void)state;
    assert_string_equal(o.name, "a");
    assert_int_equal(o.funcs, BW_GPIO_FUNC_IN | BW_GPIO_FUNC_EDGES |
                                  BW_GPIO_FUNC_DEBOUNCE | BW_GPIO_FUNC_BIAS);
    assert_int_equal(o.bias, BW_GPIO_BIAS_DISABLED);
    assert_int_equal(o.safe.direction, BW_GPIO_IN);
    assert_int_equal(o.safe.bias, BW_GPIO_BIAS_DISABLED);
    assert_int_equal(o.debounce_us, 0);
}

static void keys_say_what_is_allowed(void **state)
{
    struct bw_gpio_owner o = owner_of("direction=out\ndrive=open-drain\n");

    (void)state;
    assert_int_equal(o.funcs, BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_OPEN_DRAIN |
                                  BW_GPIO_FUNC_BIAS);
    o = owner_of("direction=any\nbias=pull-up\ndebounce=1.5ms\n");
    assert_true(o.funcs & BW_GPIO_FUNC_IN);
    assert_true(o.funcs & BW_GPIO_FUNC_PUSH_PULL);
    assert_true(o.funcs & BW_GPIO_FUNC_OPEN_SOURCE);
    assert_false(o.funcs & BW_GPIO_FUNC_BIAS);
    assert_int_equal(o.bias, BW_GPIO_BIAS_PULL_UP);
    assert_int_equal(o.debounce_us, 1500);
}

static void each_safe_state_is_a_setting(void **state)
{
    static const struct {
        const char *keys;
        struct bw_gpio_setting safe;
    } cases[] = {
        { "direction=out\nsafe=low\n",
          { .direction = BW_GPIO_OUT, .bias = BW_GPIO_BIAS_DISABLED } },
        { "direction=any\ndrive=open-drain\nsafe=high\n",
          { .direction = BW_GPIO_OUT,
            .drive = BW_GPIO_OPEN_DRAIN,
            .bias = BW_GPIO_BIAS_DISABLED,
            .value = 1 } },
        { "safe=pull-up\n", { .bias = BW_GPIO_BIAS_PULL_UP } },
        { "safe=pull-down\n", { .bias = BW_GPIO_BIAS_PULL_DOWN } },
        { "bias=pull-down\nsafe=input\n", { .bias = BW_GPIO_BIAS_PULL_DOWN } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bw_gpio_owner o = owner_of(cases[i].keys);

        assert_true(bw_gpio_setting_ok(&o.safe));
        assert_int_equal(o.safe.direction, cases[i].safe.direction);
        assert_int_equal(o.safe.drive, cases[i].safe.drive);
        assert_int_equal(o.safe.bias, cases[i].safe.bias);
        assert_int_equal(o.safe.value, cases[i].safe.value);
    }
}

static void lines_have_the_order_of_the_file(void **state)
{
    static struct bw_bench bench;
    struct bw_gpio_state levels;
    char error[512];

    (void)state;
    assert_true(read_text("[line b]\nexport=x\nbench=high\n" SIM
                          "[line other]\nexport=y\n" A
                          "[export y]\ntype=gpio\nadapter=sim:a\n"
                          "[export desk]\ntype=bench\nadapter=sim:a\n",
                          error));
    bw_bench_init(&bench);
    if (!bw_bench_setup(&bench, &config, error, sizeof(error))) {
        fail_msg("%s", error);
    }
    assert_int_equal(bench.export_count, 3);
    assert_int_equal(bw_service_gpio_get(bench.exports[0], &levels), BW_OK);
    assert_int_equal(levels.levels, 1); /* b is line 0 */
    assert_int_equal(bw_sim_chip_value_count(bench.buses[0]->chip), 6);
    bw_bench_finish(&bench);
}

/* With libgpiod the chip is missing, without it the library. */
static void a_chip_that_is_not_there_fails_the_setup(void **state)
{
    static struct bw_bench bench;
    char error[512];

    (void)state;
    assert_true(read_text(
        "[export x]\ntype=gpio\nadapter=/dev/gpiochip-none\n" A "line=3\n",
        error));
    bw_bench_init(&bench);
    assert_false(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_non_null(strstr(error, "gpiochip-none"));
    assert_int_equal(bench.export_count, 0);
    bw_bench_finish(&bench);
}

static void what_is_wrong_is_refused_with_its_line_and_cause(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *words;
    } cases[] = {
        { SIM, 1, "has no lines; add a [line NAME] with export = x" },
        { SIM "shared=yes\n" A, 1, "lines cannot be shared" },
        { SIM "address=any\n" A, 1, "no address" },
        { SIM "profile=tmp102\n" A, 1, "no profile" },
        { "[export x]\ntype=gpio\nadapter=gpio:a\n" A, 1, "is an I2C bus" },
        { SIM A "[line c]\n", 6, "line \"c\" is of no GPIO export" },
        { SIM A "[line c]\nexport=y\n", 6, "is of no GPIO export" },
        { SIM A A, 6, "has a line \"a\" already, in line 4" },
        { SIM A "line=3\n", 4, "is simulated and has no number" },
        { SIM A "direction=both\n", 6, "write one of in, out, any" },
        { SIM A "direction=in\ndirection=in\n", 7, "given twice" },
        { SIM A "drive=strong\n", 6,
          "write one of any, push-pull, open-drain, open-source" },
        { SIM A "bias=up\n", 6, "as-is, disabled, pull-up, pull-down" },
        { SIM A "safe=off\n", 6, "input, low, high, pull-up, pull-down" },
        { SIM A "bench=1\n", 6, "open, low, high" },
        { SIM A "debounce=5\n", 6, "write a time up to 1s" },
        { SIM A "debounce=2s\n", 6, "write a time up to 1s" },
        { SIM A "debounce=1ms\ndebounce=1ms\n", 7, "given twice" },
        { SIM A "safe=low\n", 4, "only an input and cannot be driven" },
        { SIM A "drive=push-pull\n", 4, "which has no drive" },
        { SIM A "bias=pull-up\nsafe=pull-down\n", 4, "has a bias always" },
        { SIM A "colour=red\n", 6, "key \"colour\" is unknown in [line]" },
        { REAL A, 4, "add line = its number or name" },
        { REAL A "line=3\nbench=low\n", 4, "is a real one" },
        { REAL A "line=3\n[line b]\nexport=x\nline=3\n", 7,
          "are both line 3 of /dev/gpiochip7" },
        { SIM "[line]\n", 4, "has no name" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char error[BW_CONFIG_MAX_ERROR];
        char place[16];

        assert_false(read_text(cases[i].text, error));
        snprintf(place, sizeof(place), "f:%d: ", cases[i].line);
        if (strncmp(error, place, strlen(place)) != 0 ||
            !strstr(error, cases[i].words)) {
            fail_msg("\"%s\": %s", cases[i].text, error);
        }
    }
}

static void an_export_has_64_lines_and_no_more(void **state)
{
    static char text[16384];
    char error[BW_CONFIG_MAX_ERROR];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", SIM);

    (void)state;
    for (int i = 0; i < BW_GPIO_MAX_LINES; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "[line l%d]\nexport=x\n", i);
    }
    assert_true(read_text(text, error));
    snprintf(text + len, sizeof(text) - len, "[line more]\nexport=x\n");
    assert_false(read_text(text, error));
    assert_non_null(strstr(error, "more than 64 lines"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_an_input_without_bias_if_nothing_is_said),
        cmocka_unit_test(keys_say_what_is_allowed),
        cmocka_unit_test(each_safe_state_is_a_setting),
        cmocka_unit_test(lines_have_the_order_of_the_file),
        cmocka_unit_test(a_chip_that_is_not_there_fails_the_setup),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_line_and_cause),
        cmocka_unit_test(an_export_has_64_lines_and_no_more),
    };

    return cmocka_run_group_tests_name("config_gpio", tests, NULL, NULL);
}
