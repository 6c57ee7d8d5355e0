/*
 * host-agent/handlers_admin.c and what a lease costs: LEASE, WHO, KICK, RELOAD,
 * the policy, silence.
 *
 * docs/protocol.md, "LEASE" and "Administration".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session_rig.h"

#include <stdio.h>

#include "host-agent/policy.h"
#include "host-agent/service_step.h"
#include "lib/wire_admin.h"

#define CAPS (BW_CAP_I2C | BW_CAP_VALUES | BW_CAP_LEASE | BW_CAP_ADMIN)

/* A host with the sessions 1 and 2, that writes down what it is told. */
struct fake_host {
    struct bw_session_host host;
    char changes[256]; /* "software/export" each */
    enum bw_status kick_status;
    enum bw_status reload_status;
    uint32_t kicked;
};

static struct fake_host fake;

static void fake_changed(struct bw_session_host *h, struct bw_session *s)
{
    struct fake_host *f = (struct fake_host *)h;
    size_t len = strlen(f->changes);

    snprintf(f->changes + len, sizeof(f->changes) - len, "%s/%s ", s->software,
             s->export ? s->export->name : "");
}

static bool fake_who(struct bw_session_host *h, size_t *at,
                     struct bw_wire_who *out)
{
    (void)h;
    memset(out, 0, sizeof(*out));
    out->session = (uint32_t)++ * at;
    strcpy(out->peer, "unix");
    return *at <= 2;
}

static enum bw_status fake_kick(struct bw_session_host *h,
                                struct bw_session *by, uint32_t session,
                                char why[BW_WIRE_MAX_TEXT + 1])
{
    struct fake_host *f = (struct fake_host *)h;

    (void)by;
    f->kicked = session;
    strcpy(why, "because");
    return f->kick_status;
}

static enum bw_status fake_reload(struct bw_session_host *h,
                                  char text[BW_WIRE_MAX_TEXT + 1])
{
    struct fake_host *f = (struct fake_host *)h;

    strcpy(text, "all is new");
    return f->reload_status;
}

/* The session is anna's, and one of several. */
static void be_anna(struct rig *r)
{
    static const struct bw_session_host_ops ops = {
        .changed = fake_changed,
        .who = fake_who,
        .kick = fake_kick,
        .reload = fake_reload,
    };

    fake.host.ops = &ops;
    r->session.host = &fake.host;
    r->session.silence_ms = 1000;
    strcpy(r->session.identity, "anna");
}

static void be_alone(struct rig *r)
{
    r->session.silence_ms = 1000;
    strcpy(r->session.identity, "anna");
}

static struct rig *rig_as(void (*prepare)(struct rig *r), uint32_t caps)
{
    struct rig *r = rig_new();

    memset(&fake, 0, sizeof(fake));
    r->prepare = prepare;
    put_hello_as(r, caps, BW_WIRE_MAX_BODY);
    return r;
}

/* anna may open what begins with "fake"; owned by the bench. */
static void give_policy(struct rig *r, bool admin)
{
    struct bw_policy *p = calloc(1, sizeof(*p));
    struct bw_policy_identity *anna;

    assert_non_null(p);
    bw_policy_init(p);
    anna = &p->identities[p->count++];
    strcpy(anna->name, "anna");
    strcpy(anna->exports[0], "fake*");
    anna->export_count = 1;
    anna->admin = admin;
    r->bench.policy = p;
}

static void put_kick(struct rig *r, uint32_t session)
{
    size_t at = begin(r, BW_MSG_KICK);

    bw_wire_put_kick(&r->script, session);
    end(r, at);
}

static void lease_tells_silence_and_identity(void **state)
{
    struct rig *r = rig_as(be_anna, CAPS);
    struct bw_wire_lease m;
    struct bw_reader body;

    (void)state;
    put_empty(r, BW_MSG_LEASE);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_LEASE, 2, BW_OK, &body);
    assert_int_equal(bw_wire_get_lease(&body, &m), BW_OK);
    assert_int_equal(m.silence_ms, 1000);
    assert_string_equal(m.identity, "anna");
    rig_free(r);
}

static void the_host_is_told_of_hello_open_and_end(void **state)
{
    struct rig *r = rig_as(be_anna, CAPS);

    (void)state;
    put_open(r, "fake");
    rig_run(r);
    assert_string_equal(fake.changes, "test/ test/fake test/ ");
    assert_int_equal(atomic_load(&r->session.requests), 2);
    rig_free(r);
}

static void who_lists_the_sessions(void **state)
{
    struct rig *r = rig_as(be_anna, CAPS);
    struct bw_wire_who m;
    struct bw_reader body;

    (void)state;
    put_empty(r, BW_MSG_WHO);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_WHO, 2, BW_OK, &body);
    for (uint32_t number = 1; number <= 2; number++) {
        assert_int_equal(bw_wire_get_who(&body, &m), BW_OK);
        assert_int_equal(m.session, number);
        assert_string_equal(m.peer, "unix");
    }
    assert_int_equal(bw_reader_left(&body), 0);
    rig_free(r);
}

static void kick_and_reload_answer_as_the_host_says(void **state)
{
    static const enum bw_status outcomes[] = { BW_OK, BW_NOT_FOUND, BW_TIMEOUT,
                                               BW_INVALID };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        struct rig *r = rig_as(be_anna, CAPS);
        char text[BW_WIRE_MAX_TEXT + 1];
        struct bw_reader body;

        fake.kick_status = outcomes[i];
        fake.reload_status = outcomes[i];
        put_kick(r, 77);
        put_empty(r, BW_MSG_RELOAD);
        rig_run(r);
        expect(r, BW_MSG_HELLO, 1, BW_OK);
        expect(r, BW_MSG_KICK, 2, outcomes[i]);
        assert_int_equal(fake.kicked, 77);
        expect_body(r, BW_MSG_RELOAD, 3, outcomes[i], &body);
        assert_int_equal(bw_wire_get_text(&body, text), BW_OK);
        assert_string_equal(text, "all is new");
        expect_end(r);
        rig_free(r);
    }
}

/* WHO, KICK and RELOAD, each with @status; then the session lives. */
static void check_refused(struct rig *r, enum bw_status status)
{
    put_empty(r, BW_MSG_WHO);
    put_kick(r, 77);
    put_empty(r, BW_MSG_RELOAD);
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_WHO, 2, status);
    expect(r, BW_MSG_KICK, 3, status);
    expect(r, BW_MSG_RELOAD, 4, status);
    expect(r, BW_MSG_PING, 5, BW_OK);
    assert_int_equal(fake.kicked, 0);
    expect_end(r);
    rig_free(r);
}

static void only_an_administrator_may(void **state)
{
    struct rig *r = rig_as(be_anna, CAPS);

    (void)state;
    give_policy(r, false);
    check_refused(r, BW_DENIED);
    r = rig_as(be_anna, CAPS);
    give_policy(r, true);
    put_empty(r, BW_MSG_WHO);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_WHO, 2, BW_OK);
    rig_free(r);
}

static void a_session_alone_has_nothing_to_administer(void **state)
{
    (void)state;
    check_refused(rig_as(be_alone, CAPS), BW_UNSUPPORTED);
}

static void a_client_without_the_capability_has_nothing_of_it(void **state)
{
    (void)state;
    check_refused(rig_as(be_anna, CAPS & ~BW_CAP_ADMIN), BW_UNSUPPORTED);
}

static void a_client_sees_and_opens_what_the_policy_names(void **state)
{
    struct rig *r = rig_as(be_anna, CAPS);
    struct bw_wire_export m;
    struct bw_reader body;

    (void)state;
    give_policy(r, false);
    put_empty(r, BW_MSG_LIST);
    put_open(r, "thermometer");
    put_open(r, "nonsense");
    put_open(r, "fakenonsense");
    put_open(r, "fake");
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect_body(r, BW_MSG_LIST, 2, BW_OK, &body);
    assert_int_equal(bw_wire_get_export(&body, &m), BW_OK);
    assert_string_equal(m.name, "fake");
    assert_int_equal(bw_wire_get_export(&body, &m), BW_OK);
    assert_string_equal(m.name, "fakebus");
    assert_int_equal(bw_reader_left(&body), 0);
    expect(r, BW_MSG_OPEN, 3, BW_DENIED);
    expect(r, BW_MSG_OPEN, 4, BW_DENIED); /* there or not, it cannot tell */
    expect(r, BW_MSG_OPEN, 5, BW_NOT_FOUND);
    expect(r, BW_MSG_OPEN, 6, BW_OK);
    expect_end(r);
    rig_free(r);
}

static void silence_has_an_end_with_an_export_and_the_capability(void **state)
{
    static const struct {
        uint32_t caps;
        const char *export;
        bool ends;
    } cases[] = {
        { CAPS, "fake", true },
        { CAPS, "desk", true },
        { CAPS, NULL, false },
        { CAPS & ~BW_CAP_LEASE, "fake", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct rig *r = rig_as(be_anna, cases[i].caps);

        if (cases[i].export) {
            put_open(r, cases[i].export);
        }
        r->io.silent_at_end = true;
        rig_run(r);
        /* without a limit it blocks in recv(2), where virtual_io ends it */
        assert_int_equal(r->io.waits, cases[i].ends ? 1 : 0);
        if (cases[i].ends) {
            assert_in_range(r->io.timeout_ms, 900, 1000);
            assert_int_equal(r->session.conn.frame_ms, 1000);
        } else {
            assert_int_equal(r->session.conn.frame_ms, BW_CONN_FRAME_MS);
        }
        assert_null(r->session.export);
        rig_free(r);
    }
}

static void a_session_that_was_ended_answers_nothing_more(void **state)
{
    struct rig *r = rig_as(be_anna, CAPS);

    (void)state;
    r->fake.end = &r->session.ended;
    put_open(r, "fake");
    put_xfer(r, "w1@0x20 0");
    put_empty(r, BW_MSG_PING);
    rig_run(r);
    expect(r, BW_MSG_HELLO, 1, BW_OK);
    expect(r, BW_MSG_OPEN, 2, BW_OK);
    expect(r, BW_MSG_I2C_XFER, 3, BW_OK);
    expect_end(r);
    assert_int_equal(bw_lease_holders(&r->bench.exports[3]->lease), 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lease_tells_silence_and_identity),
        cmocka_unit_test(the_host_is_told_of_hello_open_and_end),
        cmocka_unit_test(who_lists_the_sessions),
        cmocka_unit_test(kick_and_reload_answer_as_the_host_says),
        cmocka_unit_test(only_an_administrator_may),
        cmocka_unit_test(a_session_alone_has_nothing_to_administer),
        cmocka_unit_test(a_client_without_the_capability_has_nothing_of_it),
        cmocka_unit_test(a_client_sees_and_opens_what_the_policy_names),
        cmocka_unit_test(silence_has_an_end_with_an_export_and_the_capability),
        cmocka_unit_test(a_session_that_was_ended_answers_nothing_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
