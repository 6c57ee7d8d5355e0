/*
 * host-agent/handlers_describe.c: what is behind an export, without touching
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include "host-agent/session_host.h"
#include "lib/wire_admin.h"
#include "lib/wire_describe.h"

#define CAPS (BW_CAP_I2C | BW_CAP_VALUES | BW_CAP_DESCRIBE)

static void put_describe(struct rig *r, const char *name)
{
    size_t at = begin(r, BW_MSG_DESCRIBE);

    bw_wire_put_value_name(&r->script, name);
    end(r, at);
}

static void expect_description(struct rig *r, uint32_t id, unsigned state,
                               const char *what, const char *cure)
{
    struct bw_wire_description m;
    struct bw_reader body;

    expect_body(r, BW_MSG_DESCRIBE, id, BW_OK, &body);
    assert_int_equal(bw_wire_get_description(&body, &m), BW_OK);
    assert_string_equal(bw_describe_state_name(m.state),
                        bw_describe_state_name(state));
    assert_string_equal(m.what, what);
    assert_string_equal(m.cure, cure);
}

static void exports_say_what_they_are(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    bw_bench_add_export(&r->bench, "empty", BW_EXPORT_I2C,
                        bw_bench_find_bus(&r->bench, "sim:desk"), 0x20, "");
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_describe(r, "thermometer");
    put_describe(r, "bus");
    put_describe(r, "desk");
    put_describe(r, "empty");
    put_describe(r, "fake");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_description(r, 2, BW_DESCRIBE_PRESENT,
                       "tmp102 \"thermometer\" at 0x48 of sim:desk", "");
    expect_description(r, 3, BW_DESCRIBE_PRESENT, "sim:desk, all addresses",
                       "");
    expect_description(r, 4, BW_DESCRIBE_PRESENT,
                       "values and faults of sim:desk", "");
    expect_description(r, 5, BW_DESCRIBE_ABSENT, "sim:desk, address 0x20",
                       "give the bench file a [part] at this address");
    expect_description(r, 6, BW_DESCRIBE_UNKNOWN, "fake, address 0x20", "");
    expect_end(r);
    assert_int_equal(r->fake.count, 0); /* nobody asked the part */
    rig_free(r);
}

static void what_is_not_there_is_refused_and_the_session_lives(void **state)
{
    struct rig *r = rig_new();
    char name[BW_WIRE_MAX_TEXT + 1] = "";

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_describe(r, "nothing");
    put_describe(r, name);
    put_describe(r, "desk");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_DESCRIBE, 2, BW_NOT_FOUND);
    expect(r, BW_MSG_DESCRIBE, 3, BW_NOT_FOUND);
    expect(r, BW_MSG_DESCRIBE, 4, BW_OK);
    expect_end(r);
    rig_free(r);
}

static void a_name_that_does_not_parse_ends_the_session(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_empty(r, BW_MSG_DESCRIBE);
    put_describe(r, "desk");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_DESCRIBE, 2, BW_MALFORMED);
    expect_end(r);
    rig_free(r);
}

/* What a session has itself is not held by another one. */
static void ones_own_export_is_present(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_open(r, "bus");
    put_describe(r, "bus");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect_description(r, 3, BW_DESCRIBE_PRESENT, "sim:desk, all addresses",
                       "");
    rig_free(r);
}

static bool one_who(struct bw_session_host *h, size_t *at,
                    struct bw_wire_who *out)
{
    (void)h;
    memset(out, 0, sizeof(*out));
    out->session = 7;
    strcpy(out->export, "thermometer");
    strcpy(out->identity, "anna");
    strcpy(out->software, "qemu 10.0");
    return (*at)++ == 0;
}

static void ignore_change(struct bw_session_host *h, struct bw_session *s)
{
    (void)h;
    (void)s;
}

static void add_host(struct rig *r)
{
    static const struct bw_session_host_ops ops = { .changed = ignore_change,
                                                    .who = one_who };
    static struct bw_session_host host = { .ops = &ops };

    r->session.host = &host;
}

static void take(struct rig *r, const char *name, bool shared)
{
    struct bw_export *e = bw_bench_find_export(&r->bench, name);

    e->shared = shared;
    assert_int_equal(bw_lease_take(&e->lease, shared, 0), BW_OK);
}

static void give_back(struct rig *r, const char *name)
{
    bw_lease_drop(&bw_bench_find_export(&r->bench, name)->lease);
}

static void what_another_session_has_is_said_with_its_holder(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    r->prepare = add_host;
    take(r, "thermometer", false);
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_describe(r, "thermometer");
    put_describe(r, "bus");
    put_describe(r, "desk");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_description(r, 2, BW_DESCRIBE_UNUSABLE,
                       "tmp102 \"thermometer\" at 0x48 of sim:desk",
                       "session 7 of \"anna\" (qemu 10.0) has it; end that, "
                       "or run \"benchwire kick 7\"");
    expect_description(r, 3, BW_DESCRIBE_UNUSABLE, "sim:desk, all addresses",
                       "another session has it, or a part of it; \"benchwire "
                       "who\" tells which, \"benchwire kick\" ends it");
    expect_description(r, 4, BW_DESCRIBE_PRESENT,
                       "values and faults of sim:desk", "");
    give_back(r, "thermometer");
    rig_free(r);
}

static void what_is_shared_can_be_had_beside_others(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    take(r, "thermometer", true);
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_describe(r, "thermometer");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_description(r, 2, BW_DESCRIBE_PRESENT,
                       "tmp102 \"thermometer\" at 0x48 of sim:desk", "");
    give_back(r, "thermometer");
    rig_free(r);
}

static void hook_says_absent(struct bw_export *e,
                             struct bw_wire_description *out)
{
    (void)e;
    out->state = BW_DESCRIBE_ABSENT;
    strcpy(out->what, "0403:6001 at port 1-1.4");
    strcpy(out->cure, "plug it in");
}

static void an_export_may_speak_for_itself(void **state)
{
    struct rig *r = rig_new();

    (void)state;
    bw_bench_find_export(&r->bench, "fake")->describe = hook_says_absent;
    put_hello_as(r, CAPS, BW_WIRE_MAX_BODY);
    put_describe(r, "fake");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_description(r, 2, BW_DESCRIBE_ABSENT, "0403:6001 at port 1-1.4",
                       "plug it in");
    rig_free(r);
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(bw_describe_state_name(BW_DESCRIBE_UNUSABLE),
                        "unusable");
    assert_string_equal(bw_describe_state_name(BW_DESCRIBE_UNUSABLE + 1),
                        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exports_say_what_they_are),
        cmocka_unit_test(what_is_not_there_is_refused_and_the_session_lives),
        cmocka_unit_test(a_name_that_does_not_parse_ends_the_session),
        cmocka_unit_test(ones_own_export_is_present),
        cmocka_unit_test(what_another_session_has_is_said_with_its_holder),
        cmocka_unit_test(what_is_shared_can_be_had_beside_others),
        cmocka_unit_test(an_export_may_speak_for_itself),
        cmocka_unit_test(states_have_names),
    };

    return cmocka_run_group_tests_name("session_describe", tests, NULL, NULL);
}
