/*
 * host-agent/tls.c: the bytes of a connection, and its end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tls_clients.h"

#include <fcntl.h>
#include <poll.h>

static void expect_echo(struct rig *r, size_t len)
{
    uint8_t *sent = malloc(len), *got = malloc(len);

    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < len; i++) {
        sent[i] = (uint8_t)(i * 7 + len);
    }
    for (size_t at = 0; at < len; at += 4096) {
        size_t n = len - at < 4096 ? len - at : 4096;

        rig_send(&r->client.io, sent + at, n);
        rig_recv(&r->agent.io, got + at, n);
    }
    assert_memory_equal(sent, got, len);
    memset(got, 0, len);
    for (size_t at = 0; at < len; at += 4096) {
        size_t n = len - at < 4096 ? len - at : 4096;

        rig_send(&r->agent.io, sent + at, n);
        rig_recv(&r->client.io, got + at, n);
    }
    assert_memory_equal(sent, got, len);
    free(sent);
    free(got);
}

static void bytes_arrive_in_both_directions(void **state)
{
    struct rig *r = key_rig("laptop");

    (void)state;
    rig_shake(r);
    expect_echo(r, 1);
    expect_echo(r, 65536 + 12);
    rig_free(r);
}

static void short_reads_and_signals_change_nothing(void **state)
{
    struct rig *r = key_rig("laptop");

    (void)state;
    r->is_odd = true;
    rig_shake(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    assert_int_equal(r->result[1], BW_TLS_UP);
    expect_echo(r, 20000);
    rig_free(r);
}

static void what_was_decrypted_is_not_waited_for(void **state)
{
    struct rig *r = key_rig("laptop");
    uint8_t byte;

    (void)state;
    rig_shake(r);
    rig_send(&r->client.io, (const uint8_t *)"two", 3);
    rig_recv(&r->agent.io, &byte, 1);
    assert_int_equal(r->agent.io.ops->wait(&r->agent.io, false, -1, 0),
                     BW_IO_SELF);
    rig_recv(&r->agent.io, &byte, 1);
    rig_recv(&r->agent.io, &byte, 1);
    assert_int_equal(r->agent.io.ops->wait(&r->agent.io, false, -1, 0), 0);
    rig_free(r);
}

static void the_other_descriptor_is_seen_with_bytes_pending(void **state)
{
    struct rig *r = key_rig("laptop");
    int pipe_fds[2];
    uint8_t byte;

    (void)state;
    assert_int_equal(pipe(pipe_fds), 0);
    rig_shake(r);
    rig_send(&r->client.io, (const uint8_t *)"two", 3);
    rig_recv(&r->agent.io, &byte, 1);
    assert_int_equal(r->agent.io.ops->wait(&r->agent.io, false, pipe_fds[0], 0),
                     BW_IO_SELF);
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    assert_int_equal(r->agent.io.ops->wait(&r->agent.io, false, pipe_fds[0], 0),
                     BW_IO_SELF | BW_IO_ALSO);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    rig_free(r);
}

static void new_keys_are_followed(void **state)
{
    struct rig *r = key_rig("laptop");

    (void)state;
    rig_shake(r);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(
            gnutls_session_key_update(r->client.session, GNUTLS_KU_PEER), 0);
        expect_echo(r, 100);
    }
    rig_free(r);
}

static void renegotiation_ends_the_connection(void **state)
{
    gnutls_psk_client_credentials_t key;
    const gnutls_datum_t hex = { (unsigned char *)KEY_A, sizeof(KEY_A) - 1 };
    struct rig *r = rig_new(rig_server(rig_path("agent")), NULL);
    gnutls_session_t session;
    uint8_t byte;

    (void)state;
    fcntl(r->fds[1], F_SETFL, O_NONBLOCK);
    rig_begin(r);
    gnutls_psk_allocate_client_credentials(&key);
    gnutls_psk_set_client_credentials(key, "laptop", &hex, GNUTLS_PSK_KEY_HEX);
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
    gnutls_priority_set_direct(
        session, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+ECDHE-PSK", NULL);
    gnutls_credentials_set(session, GNUTLS_CRD_PSK, key);
    gnutls_transport_set_int(session, r->fds[1]);
    while (gnutls_handshake(session) == GNUTLS_E_AGAIN) {
        assert_true(bw_io_wait_fd(r->fds[1], false, -1, RIG_MS) > 0);
    }
    rig_join(r);
    assert_int_equal(r->result[0], BW_TLS_UP);
    assert_int_equal(gnutls_protocol_get_version(session), GNUTLS_TLS1_2);
    assert_int_equal(gnutls_handshake(session), GNUTLS_E_AGAIN); /* again */
    assert_int_equal(r->agent.io.ops->recv(&r->agent.io, &byte, 1, true), -1);
    assert_int_equal(errno, EPROTO);
    gnutls_deinit(session);
    gnutls_psk_free_client_credentials(key);
    rig_free(r);
}

static void a_changed_record_ends_the_connection(void **state)
{
    struct rig *r = key_rig("laptop");
    uint8_t record[256], byte;
    ssize_t n;

    (void)state;
    rig_shake(r);
    rig_send(&r->agent.io, (const uint8_t *)"true", 4);
    n = recv(r->fds[1], record, sizeof(record), MSG_DONTWAIT);
    assert_true(n > 8);
    record[n - 1] ^= 1;
    assert_int_equal(write(r->fds[0], record, (size_t)n), n);
    assert_int_equal(r->client.io.ops->recv(&r->client.io, &byte, 1, false),
                     -1);
    assert_int_equal(errno, EPROTO);
    rig_free(r);
}

static void a_close_without_goodbye_is_an_end(void **state)
{
    struct rig *r = key_rig("laptop");
    uint8_t byte;

    (void)state;
    rig_shake(r);
    rig_hang_up(r, 1);
    assert_int_equal(r->agent.io.ops->recv(&r->agent.io, &byte, 1, true), 0);
    rig_free(r);
}

static void a_goodbye_is_an_end(void **state)
{
    struct rig *r = key_rig("laptop");
    uint8_t byte;

    (void)state;
    rig_shake(r);
    bw_tls_finish(&r->client);
    assert_int_equal(r->agent.io.ops->recv(&r->agent.io, &byte, 1, true), 0);
    rig_free(r);
}

static void a_peer_that_takes_nothing_fills_the_way(void **state)
{
    struct rig *r = key_rig("laptop");
    uint8_t bytes[4096] = { 0 };
    unsigned i;

    (void)state;
    rig_shake(r);
    for (i = 0; i < 4096; i++) {
        if (r->agent.io.ops->send(&r->agent.io, bytes, sizeof(bytes)) < 0) {
            break;
        }
    }
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(r->agent.io.ops->wait(&r->agent.io, true, -1, 0), 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_arrive_in_both_directions),
        cmocka_unit_test(short_reads_and_signals_change_nothing),
        cmocka_unit_test(what_was_decrypted_is_not_waited_for),
        cmocka_unit_test(the_other_descriptor_is_seen_with_bytes_pending),
        cmocka_unit_test(new_keys_are_followed),
        cmocka_unit_test(renegotiation_ends_the_connection),
        cmocka_unit_test(a_changed_record_ends_the_connection),
        cmocka_unit_test(a_close_without_goodbye_is_an_end),
        cmocka_unit_test(a_goodbye_is_an_end),
        cmocka_unit_test(a_peer_that_takes_nothing_fills_the_way),
    };

    return cmocka_run_group_tests_name("tls_bytes", tests, make_folders,
                                       remove_folders);
}
