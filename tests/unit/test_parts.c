/*
 * Every part model, without knowing which: the tables are sound, values hold
 * their range and resolution, the bus side is harmless out of turn.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "part_bus.h"

#define FOR_EACH_MODEL(m)                                            \
    for (const struct bw_part_model *const *p_ = bw_part_models, *m; \
         (m = *p_) != NULL; p_++)

static void models_are_found_by_name(void **state)
{
    size_t n = 0;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        assert_ptr_equal(bw_part_find(m->name), m);
        assert_true(strlen(m->text) > 0);
        n++;
    }
    assert_int_equal(n, 13);
    assert_null(bw_part_find("no such part"));
    assert_null(bw_part_find(""));
}

static void addresses_are_legal_and_ascend(void **state)
{
    (void)state;
    FOR_EACH_MODEL(m)
    {
        assert_true(m->addr_count > 0);
        for (size_t i = 0; i < m->addr_count; i++) {
            /* 0x00-0x07 and 0x78-0x7f are reserved by the I2C standard */
            assert_in_range(m->addrs[i], 0x08, 0x77);
            assert_true(i == 0 || m->addrs[i - 1] < m->addrs[i]);
            assert_true(bw_part_has_addr(m, m->addrs[i]));
        }
        assert_false(bw_part_has_addr(m, 0x00));
        assert_false(bw_part_has_addr(m, 0x100u + m->addrs[0]));
    }
}

static void value_tables_are_sound(void **state)
{
    (void)state;
    FOR_EACH_MODEL(m)
    {
        for (size_t i = 0; i < m->value_count; i++) {
            const struct bw_part_value *v = &m->values[i];

            assert_true(strlen(v->name) > 0 && strlen(v->text) > 0);
            assert_non_null(v->unit);
            assert_true(v->micro_min < v->micro_max);
            assert_true(v->micro_step > 0);
            assert_int_equal(bw_part_find_value(m, v->name), i);
        }
        assert_int_equal(bw_part_find_value(m, "nothing"), m->value_count);
    }
}

static void values_start_inside_their_range(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        for (size_t i = 0; i < m->value_count; i++) {
            int64_t micro = m->get(b.state, i, b.now_ns);

            assert_true(micro >= m->values[i].micro_min);
            assert_true(micro <= m->values[i].micro_max);
        }
    }
}

static void check_round_trip(struct part_bus *b, size_t i, int64_t micro)
{
    int64_t got;

    assert_true(b->model->set(b->state, i, micro, b->now_ns));
    got = b->model->get(b->state, i, b->now_ns);
    assert_true(got - micro < b->model->values[i].micro_step);
    assert_true(micro - got < b->model->values[i].micro_step);
}

static void values_come_back_within_one_step(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        for (size_t i = 0; i < m->value_count; i++) {
            const struct bw_part_value *v = &m->values[i];
            int64_t span = v->micro_max - v->micro_min;

            part_bus_init(&b, m, m->addrs[0]);
            for (int k = 0; k <= 97 && !v->read_only; k++) {
                check_round_trip(&b, i, v->micro_min + span / 97 * k);
                b.now_ns += S;
            }
            if (!v->read_only) {
                check_round_trip(&b, i, v->micro_max);
                check_round_trip(&b, i, v->micro_min);
            }
        }
    }
}

static void values_out_of_range_are_refused(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        for (size_t i = 0; i < m->value_count; i++) {
            const struct bw_part_value *v = &m->values[i];
            int64_t before = m->get(b.state, i, b.now_ns);

            assert_false(m->set(b.state, i, v->micro_min - 1, b.now_ns));
            assert_false(m->set(b.state, i, v->micro_max + 1, b.now_ns));
            assert_false(m->set(b.state, i, INT64_MIN, b.now_ns));
            assert_false(m->set(b.state, i, INT64_MAX, b.now_ns));
            assert_int_equal(m->get(b.state, i, b.now_ns), before);
        }
        assert_false(m->set(b.state, m->value_count, 0, b.now_ns));
    }
}

static void read_only_values_cannot_be_set(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        for (size_t i = 0; i < m->value_count; i++) {
            if (m->values[i].read_only) {
                int64_t micro = m->get(b.state, i, b.now_ns);

                assert_false(m->set(b.state, i, micro, b.now_ns));
            }
        }
    }
}

static void only_the_wired_address_answers(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        for (size_t i = 0; i < m->addr_count; i++) {
            part_bus_init(&b, m, m->addrs[i]);
            /* 0x00 to 0x07 and 0x0c are nobody's or everybody's */
            for (uint8_t a = 0x08; a < 0x80; a++) {
                bool own = a == m->addrs[i];

                assert_true(bus_start(&b, a, false) == own);
                bus_stop(&b);
                assert_true(bus_start(&b, a, true) == own);
                bus_stop(&b);
            }
        }
    }
}

static void bytes_out_of_turn_do_nothing(void **state)
{
    struct part_bus b;
    int64_t before[PART_BUS_STATE_SIZE / sizeof(int64_t)];

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        bus_stop(&b);
        memcpy(before, b.state, m->state_size);
        assert_false(bus_send(&b, 0x5a));
        assert_int_equal(bus_recv(&b), 0xff);
        bus_stop(&b);
        assert_false(bus_start(&b, 0x77, false));
        assert_false(bus_send(&b, 0x5a));
        assert_int_equal(bus_recv(&b), 0xff);
        bus_stop(&b);
        assert_memory_equal(b.state, before, m->state_size);
    }
}

static void a_read_does_not_take_written_bytes(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        assert_true(bus_start(&b, m->addrs[0], true));
        assert_false(bus_send(&b, 0x00));
        assert_true(bus_start(&b, m->addrs[0], false));
        assert_int_equal(bus_recv(&b), 0xff);
        bus_stop(&b);
    }
}

static void pins_are_values_as_well(void **state)
{
    struct part_bus b;

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        assert_true(m->pin_count <= BW_PART_MAX_PINS);
        for (size_t i = 0; i < m->pin_count; i++) {
            size_t v = value_index(&b, m->pins[i]);

            assert_true(m->values[v].read_only);
            assert_int_equal(m->values[v].micro_max, 1000000);
        }
    }
}

/* Its pins as one number, and that their values agree. */
static unsigned drives(struct part_bus *b, uint64_t now_ns)
{
    unsigned all = 0;

    for (size_t i = 0; i < b->model->pin_count; i++) {
        enum bw_part_drive drive = b->model->drive(b->state, i, now_ns);
        size_t v = value_index(b, b->model->pins[i]);
        int64_t micro = b->model->get(b->state, v, now_ns);

        assert_int_equal(micro, drive == BW_PART_LOW ? 0 : 1000000);
        all = all * 4 + drive;
    }
    return all;
}

/* Nothing moves up to the nanosecond before next_change_ns(). */
static void check_quiet(struct part_bus *b)
{
    uint64_t next = b->model->next_change_ns(b->state, b->now_ns);
    unsigned before = drives(b, b->now_ns);

    assert_true(next > b->now_ns);
    if (next == BW_PART_NEVER) {
        next = b->now_ns + 100 * S;
    }
    b->now_ns += (next - b->now_ns - 1) / 2;
    assert_int_equal(drives(b, b->now_ns), before);
    b->now_ns = next - 1;
    assert_int_equal(drives(b, b->now_ns), before);
}

static void pins_do_not_change_before_they_said(void **state)
{
    struct part_bus b;
    uint32_t x = 54321;
    uint8_t bytes[3];

    (void)state;
    FOR_EACH_MODEL(m)
    {
        for (int i = 0; i < 1000 && m->pin_count > 0; i++) {
            if (i % 50 == 0) { /* some do not come back from some bytes */
                part_bus_init(&b, m, m->addrs[0]);
            }
            x = x * 1103515245u + 12345u;
            bytes[0] = (uint8_t)(x >> 24) & 0x7f;
            bytes[1] = (uint8_t)(x >> 16);
            bytes[2] = (uint8_t)(x >> 8);
            if (bus_start(&b, b.addr7, x & 0x80)) {
                for (int k = 0; k < 3; k++) {
                    x & 0x80 ? (void)bus_recv(&b)
                             : (void)bus_send(&b, bytes[k]);
                }
            }
            bus_stop(&b);
            check_quiet(&b);
            b.now_ns += (x & 0x700) == 0 ? 3 * S : 2; /* and the change */
        }
    }
}

/* Any bytes at any time: the sanitizers watch the state's borders. */
static void random_traffic_stays_inside_the_state(void **state)
{
    struct part_bus b;
    uint32_t x = 12345; /* linear congruential, ANSI C's constants */

    (void)state;
    FOR_EACH_MODEL(m)
    {
        part_bus_init(&b, m, m->addrs[0]);
        memset((char *)b.state + m->state_size, 0xa5,
               sizeof(b.state) - m->state_size);
        for (int i = 0; i < 200000; i++) {
            x = x * 1103515245u + 12345u;
            b.now_ns += (uint64_t)(x >> 8) * (x & 0x100 ? 1000 : 1);
            switch (x >> 29) {
            case 0:
                bus_start(&b, m->addrs[0], true);
                break;
            case 1:
                bus_start(&b, m->addrs[0], false);
                break;
            case 2:
            case 3:
                bus_recv(&b);
                break;
            case 4:
                bus_stop(&b);
                break;
            default:
                bus_send(&b, (uint8_t)(x >> 16));
                break;
            }
        }
        for (size_t i = m->state_size; i < sizeof(b.state); i++) {
            assert_int_equal(((unsigned char *)b.state)[i], 0xa5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_found_by_name),
        cmocka_unit_test(addresses_are_legal_and_ascend),
        cmocka_unit_test(value_tables_are_sound),
        cmocka_unit_test(values_start_inside_their_range),
        cmocka_unit_test(values_come_back_within_one_step),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(read_only_values_cannot_be_set),
        cmocka_unit_test(only_the_wired_address_answers),
        cmocka_unit_test(bytes_out_of_turn_do_nothing),
        cmocka_unit_test(a_read_does_not_take_written_bytes),
        cmocka_unit_test(pins_are_values_as_well),
        cmocka_unit_test(pins_do_not_change_before_they_said),
        cmocka_unit_test(random_traffic_stays_inside_the_state),
    };

    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
