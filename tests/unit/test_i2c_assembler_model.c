/*
 * lib/i2c_assembler.c against a simulated bus: random guests from fixed seeds.
 *
 * tests/asm_model.h says what is compared.  A failure prints the seed; the
 * same bytes can be given to the fuzzer's replay.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>

static unsigned seed;

#define MODEL_MUST(condition)                                        \
    do {                                                             \
        if (!(condition)) {                                          \
            fail_msg("seed %u: %s does not hold", seed, #condition); \
        }                                                            \
    } while (0)

#include "tests/asm_model.h"

#define SEEDS   3000
#define CHOICES 400

static struct model model;

/* xorshift32 (Marsaglia 2003), never 0 */
static uint32_t next_random(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

static void make_choices(uint8_t *bytes, size_t size)
{
    uint32_t x = seed * 2654435761u + 1;

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(next_random(&x) >> 11);
    }
}

static void a_guest_sees_what_the_part_would_have_answered(void **state)
{
    struct bw_asm_stats sum = { 0 };

    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        const struct bw_asm_stats *s = bw_i2c_assembler_stats(&model.a);
        uint8_t choices[CHOICES];

        make_choices(choices, sizeof(choices));
        model_run(&model, choices, sizeof(choices));
        sum.transfers += s->transfers;
        sum.probes += s->probes;
        sum.over_read += s->over_read;
        sum.under_read += s->under_read;
        sum.failures += s->failures;
    }
    /* Every path was taken often, or the comparison says little. */
    assert_true(sum.transfers > 20000);
    assert_true(sum.probes > 5000);
    assert_true(sum.over_read > 5000);
    assert_true(sum.under_read > 2000);
    assert_true(sum.failures > 2000);
}

static void events_in_any_order_break_nothing(void **state)
{
    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        uint8_t choices[CHOICES];

        make_choices(choices, sizeof(choices));
        model_chaos(&model, choices, sizeof(choices));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guest_sees_what_the_part_would_have_answered),
        cmocka_unit_test(events_in_any_order_break_nothing),
    };

    return cmocka_run_group_tests_name("i2c_assembler_model", tests, NULL,
                                       NULL);
}
