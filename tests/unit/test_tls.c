/*
 * host-agent/tls.c: handshakes that succeed, that fail and why.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tls_clients.h"

#include <fcntl.h>
#include <gnutls/crypto.h>
#include <poll.h>

/* --- who is let in --- */

static void the_right_key_is_let_in_under_its_name(void **state)
{
    struct rig *r = key_rig("laptop");

    (void)state;
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    assert_int_equal(r->result[1], BW_TLS_UP);
    assert_string_equal(r->agent.identity, "laptop");
    rig_free(r);
}

static void one_of_several_keys_is_chosen_by_its_name(void **state)
{
    struct rig *r = rig_new(rig_server(rig_path("agent")),
                            rig_client(rig_path("agent"), "build-1"));

    (void)state;
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    assert_string_equal(r->agent.identity, "build-1");
    rig_free(r);
}

static void the_right_certificate_is_let_in_under_its_name(void **state)
{
    struct rig *r;

    (void)state;
    client_folder("cert", &authority, &good_client);
    r = cert_rig("cert");
    rig_shake(r);
    assert_string_equal(r->agent.reason, "");
    assert_int_equal(r->result[0], BW_TLS_UP);
    assert_int_equal(r->result[1], BW_TLS_UP);
    assert_string_equal(r->agent.identity, "laptop");
    rig_free(r);
}

static void an_agent_with_both_takes_both(void **state)
{
    const char *dir = rig_path("certs");
    struct rig *r;

    (void)state;
    rig_write(rig_path("certs/keys.psk"), "laptop:" KEY_A "\n");
    client_folder("cert", &authority, &good_client);
    r = cert_rig("cert");
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    rig_free(r);
    r = rig_new(rig_server(dir), rig_client(rig_path("laptop"), NULL));
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    rig_free(r);
    unlink(rig_path("certs/keys.psk"));
}

/* --- who is not, and what both ends can say --- */

static void expect_failure(struct rig *r, const char *agent, const char *client)
{
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_FAILED);
    assert_int_equal(r->result[1], BW_TLS_FAILED);
    assert_non_null(strstr(r->agent.reason, agent));
    assert_non_null(strstr(r->client.reason, client));
    rig_free(r);
}

static void a_wrong_key_is_refused(void **state)
{
    (void)state;
    expect_failure(key_rig("wrong"), "key of \"laptop\" is not the one",
                   "the agent refuses the key");
}

static void an_unknown_name_is_refused_and_looks_the_same_outside(void **state)
{
    struct rig *wrong = key_rig("wrong");
    char seen[256];

    (void)state;
    rig_shake(wrong);
    snprintf(seen, sizeof(seen), "%s", wrong->client.reason);
    rig_free(wrong);
    expect_failure(key_rig("nobody"), "no key of \"nobody\"", seen);
}

static void a_key_is_no_use_where_certificates_are_wanted(void **state)
{
    (void)state;
    expect_failure(rig_new(rig_server(rig_path("certs")),
                           rig_client(rig_path("laptop"), NULL)),
                   "the client refuses the agent's key or certificate",
                   "the agent takes other credentials");
}

/* The agent knows, and the connection stands to say so. */
static void expect_refusal(const char *client, const char *why)
{
    struct rig *r = cert_rig(client);

    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_REFUSED);
    assert_int_equal(r->result[1], BW_TLS_UP);
    assert_string_equal(r->agent.identity, "");
    assert_non_null(strstr(r->agent.reason, why));
    rig_free(r);
}

static void an_expired_certificate_is_refused_with_its_date(void **state)
{
    const struct certs_request expired = { "laptop", NULL, NULL, -30, 20 };
    char why[64], date[16];
    time_t when = time(NULL) - 10 * CERTS_DAY;
    struct tm tm;

    (void)state;
    gmtime_r(&when, &tm);
    strftime(date, sizeof(date), "%Y-%m-%d", &tm);
    snprintf(why, sizeof(why), "of \"laptop\" expired on %s", date);
    client_folder("expired", &authority, &expired);
    expect_refusal("expired", why);
}

static void a_certificate_of_the_future_is_refused(void **state)
{
    const struct certs_request future = { "laptop", NULL, NULL, 10, 20 };

    (void)state;
    client_folder("future", &authority, &future);
    expect_refusal("future", "is not valid before");
}

static void a_revoked_certificate_is_refused(void **state)
{
    (void)state;
    expect_refusal("revoked", "of \"revoked\" has been revoked");
}

static void a_strangers_certificate_is_refused(void **state)
{
    (void)state;
    client_folder("strange", &stranger, &good_client);
    expect_refusal("strange", "an authority that is not in ca-cert.pem");
}

static void a_servers_certificate_is_no_clients(void **state)
{
    const struct certs_request server = { "laptop", NULL,
                                          GNUTLS_KP_TLS_WWW_SERVER, -1, 30 };

    (void)state;
    client_folder("purpose", &authority, &server);
    expect_refusal("purpose", "is not one for a TLS client");
}

static void a_certificate_cannot_take_a_built_in_name(void **state)
{
    static const char *const names[] = { "local", "loopback", "network", "a b",
                                         "" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct certs_request r = { names[i], NULL, NULL, -1, 30 };

        client_folder("name", &authority, &r);
        expect_refusal("name", "its CN, ");
    }
}

static void a_client_without_a_certificate_is_told_so(void **state)
{
    gnutls_certificate_credentials_t none;
    struct rig *r = rig_new(rig_server(rig_path("certs")), NULL);
    gnutls_session_t session;

    (void)state;
    rig_begin(r);
    gnutls_certificate_allocate_credentials(&none);
    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, none);
    gnutls_transport_set_int(session, r->fds[1]);
    assert_int_equal(gnutls_handshake(session), 0);
    rig_join(r);
    assert_int_equal(r->result[0], BW_TLS_REFUSED);
    assert_non_null(strstr(r->agent.reason, "shows no certificate"));
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(none);
    rig_free(r);
}

/* --- what a client refuses --- */

static void an_agent_with_another_name_is_refused(void **state)
{
    struct rig *r;

    (void)state;
    client_folder("cert", &authority, &good_client);
    r = cert_rig("cert");
    rig_begin(r);
    assert_int_equal(bw_tls_init(&r->client, rig_lower(r, 1), r->creds[1]), 0);
    assert_int_equal(bw_tls_handshake(&r->client, "other.test", r->deadline_ns),
                     BW_TLS_REFUSED);
    assert_non_null(strstr(r->client.reason, "made out to \"bench\""));
    rig_join(r);
    rig_free(r);
}

static void an_agent_of_a_strange_authority_is_refused(void **state)
{
    const struct certs_request server = { "bench", "agent.test", NULL, -1, 30 };
    const char *dir = rig_folder("fake");
    struct rig *r;

    (void)state;
    certs_write_authority(&authority, dir);
    certs_issue(&stranger, dir, "server", &server);
    client_folder("cert", &authority, &good_client);
    r = rig_new(rig_server(rig_path("fake")),
                rig_client(rig_path("cert"), NULL));
    rig_shake(r);
    assert_int_equal(r->result[1], BW_TLS_REFUSED);
    assert_non_null(strstr(r->client.reason, "an authority that is not"));
    rig_free(r);
}

/* --- peers that misbehave --- */

static void a_peer_that_stalls_is_given_up_at_the_deadline(void **state)
{
    struct rig *r = rig_new(rig_server(rig_path("agent")), NULL);
    uint64_t begun_ns = bw_clock_ns();

    (void)state;
    r->deadline_ns = bw_clock_after_ms(begun_ns, 100);
    rig_begin(r);
    assert_int_equal(write(r->fds[1], "\x16\x03\x01\x02", 4), 4);
    rig_join(r);
    assert_int_equal(r->result[0], BW_TLS_FAILED);
    assert_non_null(strstr(r->agent.reason, "did not end in time"));
    assert_true(bw_clock_ns() - begun_ns >= 100000000);
    assert_true(bw_clock_ns() - begun_ns < 2000000000);
    rig_free(r);
}

static void a_peer_that_drips_bytes_is_given_up_at_the_deadline(void **state)
{
    struct rig *r = rig_new(rig_server(rig_path("agent")), NULL);
    uint64_t end_ns = bw_clock_after_ms(bw_clock_ns(), 300);
    static const char start[] = "\x16\x03\x01\x20\x00\x01\x00\x1f\xfc\x03\x03";
    size_t at = 0;

    (void)state;
    r->deadline_ns = bw_clock_after_ms(bw_clock_ns(), 100);
    rig_begin(r);
    while (bw_clock_ns() < end_ns) {
        char byte = at < sizeof(start) - 1 ? start[at++] : 0;

        if (send(r->fds[1], &byte, 1, MSG_NOSIGNAL) < 0) {
            break;
        }
        poll(NULL, 0, 5); /* a byte each 5 ms */
    }
    rig_join(r);
    assert_int_equal(r->result[0], BW_TLS_FAILED);
    assert_non_null(strstr(r->agent.reason, "did not end in time"));
    rig_free(r);
}

static void a_peer_that_leaves_in_the_handshake_is_named(void **state)
{
    struct rig *r = rig_new(rig_server(rig_path("agent")), NULL);

    (void)state;
    rig_begin(r);
    assert_int_equal(write(r->fds[1], "\x16\x03\x01\x02", 4), 4);
    rig_hang_up(r, 1);
    rig_join(r);
    assert_int_equal(r->result[0], BW_TLS_FAILED);
    assert_non_null(strstr(r->agent.reason, "the client left"));
    rig_free(r);
}

static void bytes_that_are_no_tls_can_still_be_read_and_answered(void **state)
{
    static const uint8_t hello[] = { 0x26, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9 };
    struct rig *r;
    uint8_t got[sizeof(hello)];

    (void)state;
    for (unsigned odd = 0; odd < 2; odd++) {
        r = rig_new(rig_server(rig_path("agent")), NULL);
        r->is_odd = odd;
        rig_begin(r);
        assert_int_equal(write(r->fds[1], hello, sizeof(hello)), sizeof(hello));
        rig_join(r);
        assert_int_equal(r->result[0], BW_TLS_REFUSED);
        assert_non_null(strstr(r->agent.reason, "takes TLS only"));
        rig_recv(&r->agent.io, got, sizeof(got));
        assert_memory_equal(got, hello, sizeof(hello));
        rig_send(&r->agent.io, (const uint8_t *)"no", 2);
        assert_int_equal(read(r->fds[1], got, sizeof(got)), 2);
        rig_free(r);
    }
}

static void noise_after_a_record_that_looks_right_fails(void **state)
{
    struct rig *r;
    uint8_t noise[512];

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        gnutls_rnd(GNUTLS_RND_NONCE, noise, sizeof(noise));
        noise[0] = 0x16;
        noise[1] = 3;
        r = rig_new(rig_server(rig_path("agent")), NULL);
        rig_begin(r);
        assert_int_equal(write(r->fds[1], noise, sizeof(noise)), sizeof(noise));
        rig_hang_up(r, 1);
        rig_join(r);
        assert_int_equal(r->result[0], BW_TLS_FAILED);
        rig_free(r);
    }
}

static void old_versions_are_refused(void **state)
{
    gnutls_psk_client_credentials_t key;
    const gnutls_datum_t hex = { (unsigned char *)KEY_A, sizeof(KEY_A) - 1 };
    struct rig *r = rig_new(rig_server(rig_path("agent")), NULL);
    gnutls_session_t session;

    (void)state;
    rig_begin(r);
    gnutls_psk_allocate_client_credentials(&key);
    gnutls_psk_set_client_credentials(key, "laptop", &hex, GNUTLS_PSK_KEY_HEX);
    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_priority_set_direct(
        session, "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:+ECDHE-PSK", NULL);
    gnutls_credentials_set(session, GNUTLS_CRD_PSK, key);
    gnutls_transport_set_int(session, r->fds[1]);
    assert_true(gnutls_handshake(session) < 0);
    rig_join(r);
    assert_int_equal(r->result[0], BW_TLS_FAILED);
    assert_non_null(strstr(r->agent.reason, "neither TLS 1.2 nor 1.3"));
    gnutls_deinit(session);
    gnutls_psk_free_client_credentials(key);
    rig_free(r);
}

/* --- other credentials while a client is inside --- */

static void a_changed_key_is_an_objection(void **state)
{
    struct rig *r = key_rig("laptop");
    struct bw_tls_creds *same, *other;

    (void)state;
    rig_write(rig_path("wrong/keys.psk"), "laptop:" KEY_B "\n");
    same = rig_server(rig_path("agent"));
    other = rig_server(rig_path("wrong"));
    rig_shake(r);
    assert_null(bw_tls_objection(&r->agent, same));
    assert_non_null(bw_tls_objection(&r->agent, other));
    bw_tls_creds_unref(same);
    bw_tls_creds_unref(other);
    rig_free(r);
}

static void a_certificate_that_was_revoked_is_an_objection(void **state)
{
    const struct certs_request server = { "bench", "agent.test", NULL, -1, 30 };
    struct bw_tls_creds *same, *revoking;
    const char *dir = rig_folder("later");
    unsigned char serial;
    struct rig *r;

    (void)state;
    client_folder("cert", &authority, &good_client);
    serial = authority.serial;
    certs_write_authority(&authority, dir);
    certs_issue(&authority, dir, "server", &server);
    same = rig_server(rig_path("later"));
    certs_revoke(&authority, rig_path("later"), serial);
    revoking = rig_server(rig_path("later"));
    r = cert_rig("cert");
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    assert_null(bw_tls_objection(&r->agent, same));
    assert_non_null(bw_tls_objection(&r->agent, revoking));
    bw_tls_creds_unref(same);
    bw_tls_creds_unref(revoking);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_key_is_let_in_under_its_name),
        cmocka_unit_test(one_of_several_keys_is_chosen_by_its_name),
        cmocka_unit_test(the_right_certificate_is_let_in_under_its_name),
        cmocka_unit_test(an_agent_with_both_takes_both),
        cmocka_unit_test(a_wrong_key_is_refused),
        cmocka_unit_test(an_unknown_name_is_refused_and_looks_the_same_outside),
        cmocka_unit_test(a_key_is_no_use_where_certificates_are_wanted),
        cmocka_unit_test(an_expired_certificate_is_refused_with_its_date),
        cmocka_unit_test(a_certificate_of_the_future_is_refused),
        cmocka_unit_test(a_revoked_certificate_is_refused),
        cmocka_unit_test(a_strangers_certificate_is_refused),
        cmocka_unit_test(a_servers_certificate_is_no_clients),
        cmocka_unit_test(a_certificate_cannot_take_a_built_in_name),
        cmocka_unit_test(a_client_without_a_certificate_is_told_so),
        cmocka_unit_test(an_agent_with_another_name_is_refused),
        cmocka_unit_test(an_agent_of_a_strange_authority_is_refused),
        cmocka_unit_test(a_peer_that_stalls_is_given_up_at_the_deadline),
        cmocka_unit_test(a_peer_that_drips_bytes_is_given_up_at_the_deadline),
        cmocka_unit_test(a_peer_that_leaves_in_the_handshake_is_named),
        cmocka_unit_test(bytes_that_are_no_tls_can_still_be_read_and_answered),
        cmocka_unit_test(noise_after_a_record_that_looks_right_fails),
        cmocka_unit_test(old_versions_are_refused),
        cmocka_unit_test(a_changed_key_is_an_objection),
        cmocka_unit_test(a_certificate_that_was_revoked_is_an_objection),
    };

    return cmocka_run_group_tests_name("tls", tests, make_folders,
                                       remove_folders);
}
