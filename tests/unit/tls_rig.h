/*
 * Two ends of a TLS connection in a test: the agent's side in a thread, the
 * client's in the test itself, over a socketpair that may be made to misbehave.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TLS_RIG_H
#define BENCHWIRE_TESTS_UNIT_TLS_RIG_H

#include "unit_test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls_folder.h"
#include "host-agent/clock.h"
#include "host-agent/tls.h"
#include "host-agent/tls_creds.h"

#define RIG_MS 5000 /* longer than anything takes */

/* A socket that gives and takes few bytes at a time and is interrupted. */
struct odd_io {
    struct bw_io io;
    struct bw_io_fd fd;
    unsigned calls;
};

static ssize_t odd_recv(struct bw_io *io, uint8_t *buf, size_t len, bool block)
{
    struct odd_io *o = (struct odd_io *)io;

    o->calls++;
    if (o->calls % 5 == 0) {
        errno = EINTR;
        return -1;
    }
    if (o->calls % 3 == 0 && !block) {
        errno = EAGAIN;
        return -1;
    }
    len = len < 1 + o->calls % 4 ? len : 1 + o->calls % 4;
    return o->fd.io.ops->recv(&o->fd.io, buf, len, block);
}

static ssize_t odd_send(struct bw_io *io, const uint8_t *buf, size_t len)
{
    struct odd_io *o = (struct odd_io *)io;

    o->calls++;
    if (o->calls % 4 == 0) {
        errno = o->calls % 8 ? EAGAIN : EINTR;
        return -1;
    }
    len = len < 1 + o->calls % 97 ? len : 1 + o->calls % 97;
    return o->fd.io.ops->send(&o->fd.io, buf, len);
}

static int odd_wait(struct bw_io *io, bool to_send, int also_fd, int timeout_ms)
{
    struct odd_io *o = (struct odd_io *)io;

    return o->fd.io.ops->wait(&o->fd.io, to_send, also_fd, timeout_ms);
}

static const struct bw_io_ops odd_ops = {
    .recv = odd_recv,
    .send = odd_send,
    .wait = odd_wait,
};

/* The agent's end of a pair */
struct rig {
    int fds[2]; /* agent, client */
    struct odd_io odd[2];
    struct bw_tls agent, client;
    struct bw_tls_creds *creds[2];
    enum bw_tls_result result[2];
    uint64_t deadline_ns;
    pthread_t thread;
    bool is_odd;
};

static struct bw_tls_creds *rig_server(const char *dir)
{
    char note[256], error[256] = "";
    struct bw_tls_creds *c =
        bw_tls_creds_server(dir, note, sizeof(note), error, sizeof(error));

    assert_string_equal(error, "");
    assert_non_null(c);
    return c;
}

static struct bw_tls_creds *rig_client(const char *dir, const char *identity)
{
    char error[256] = "";
    struct bw_tls_creds *c =
        bw_tls_creds_client(dir, identity, error, sizeof(error));

    assert_string_equal(error, "");
    assert_non_null(c);
    return c;
}

/* Both references are taken over; @client NULL: the test plays the client */
static struct rig *rig_new(struct bw_tls_creds *server,
                           struct bw_tls_creds *client)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, r->fds), 0);
    r->creds[0] = server;
    r->creds[1] = client;
    r->deadline_ns = bw_clock_after_ms(bw_clock_ns(), RIG_MS);
    for (unsigned i = 0; i < 2; i++) {
        bw_io_fd_init(&r->odd[i].fd, r->fds[i]);
        r->odd[i].io.ops = &odd_ops;
    }
    return r;
}

static struct bw_io *rig_lower(struct rig *r, unsigned i)
{
    return r->is_odd ? &r->odd[i].io : &r->odd[i].fd.io;
}

static void *rig_agent(void *opaque)
{
    struct rig *r = opaque;

    r->result[0] = bw_tls_handshake(&r->agent, NULL, r->deadline_ns);
    return NULL;
}

static void rig_begin(struct rig *r)
{
    assert_int_equal(bw_tls_init(&r->agent, rig_lower(r, 0), r->creds[0]), 0);
    assert_int_equal(pthread_create(&r->thread, NULL, rig_agent, r), 0);
}

static void rig_join(struct rig *r)
{
    assert_int_equal(pthread_join(r->thread, NULL), 0);
}

static void rig_shake(struct rig *r)
{
    rig_begin(r);
    assert_int_equal(bw_tls_init(&r->client, rig_lower(r, 1), r->creds[1]), 0);
    r->result[1] = bw_tls_handshake(&r->client, "agent.test", r->deadline_ns);
    rig_join(r);
}

static void rig_free(struct rig *r)
{
    if (r->client.session) {
        bw_tls_finish(&r->client);
    }
    bw_tls_finish(&r->agent);
    for (unsigned i = 0; i < 2; i++) {
        bw_tls_creds_unref(r->creds[i]);
        if (r->fds[i] >= 0) {
            close(r->fds[i]);
        }
    }
    free(r);
}

static void rig_hang_up(struct rig *r, unsigned i)
{
    close(r->fds[i]);
    r->fds[i] = -1;
}

/* All of it arrives, whatever the way does to it. */
static void rig_send(struct bw_io *io, const uint8_t *bytes, size_t len)
{
    size_t sent = 0, tries = 0;

    while (sent < len) {
        ssize_t n = io->ops->send(io, bytes + sent, len - sent);

        assert_true(++tries < 100000); /* the way is full */
        assert_true(n > 0 || errno == EAGAIN || errno == EINTR);
        if (n > 0) {
            sent += (size_t)n;
        }
    }
}

static void rig_recv(struct bw_io *io, uint8_t *bytes, size_t len)
{
    size_t got = 0;

    while (got < len) {
        ssize_t n = io->ops->recv(io, bytes + got, len - got, false);

        assert_true(n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
        if (n > 0) {
            got += (size_t)n;
        } else if (errno == EAGAIN) {
            assert_true(io->ops->wait(io, false, -1, RIG_MS) > 0);
        }
    }
}

#endif
