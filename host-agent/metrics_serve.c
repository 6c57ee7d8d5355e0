/*
 * Clients of the metrics socket; see metrics.h.
 *
 * Source: RFC 9112, section 2 (a request is lines up to an empty one).  What a
 * client asks for is not looked at: there is one thing to be had.  It has
 * BW_METRICS_WAIT_MS for everything, so one that is slow or silent costs a
 * thread for no longer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/metrics.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/server.h"

#define ASK_MS      200  /* one that is silent for so long does not ask */
#define MAX_REQUEST 8192 /* bytes; more are not read */

struct metrics_client {
    struct bw_server *server;
    int fd;
    uint64_t deadline_ns;
};

static bool wait_for(const struct metrics_client *c, short events,
                     uint64_t deadline_ns)
{
    struct pollfd p = { .fd = c->fd, .events = events };
    int ready;

    do {
        ready = poll(&p, 1, bw_clock_left_ms(deadline_ns));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/* Take its request, if it sends one.  Returns whether it speaks HTTP. */
static bool take_request(const struct metrics_client *c)
{
    uint64_t ask_ns = bw_clock_after_ms(bw_clock_ns(), ASK_MS);
    char text[MAX_REQUEST + 1];
    size_t len = 0;

    while (len < MAX_REQUEST &&
           wait_for(c, POLLIN, len > 0 ? c->deadline_ns : ask_ns)) {
        ssize_t n = recv(c->fd, text + len, MAX_REQUEST - len, MSG_DONTWAIT);

        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        text[len] = '\0';
        if (strstr(text, "\r\n\r\n") || strstr(text, "\n\n")) {
            break;
        }
    }
    return len >= 4 && memcmp(text, "GET ", 4) == 0;
}

static void send_all(const struct metrics_client *c, const char *text,
                     size_t len)
{
    while (len > 0 && wait_for(c, POLLOUT, c->deadline_ns)) {
        ssize_t n = send(c->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return;
        }
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static void serve(const struct metrics_client *c)
{
    bool http = take_request(c);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool good = out && bw_metrics_print(c->server, out);

    if (out && fclose(out) == 0 && good) {
        char head[256];

        snprintf(head, sizeof(head),
                 "HTTP/1.0 200 OK\r\nContent-Type: application/"
                 "openmetrics-text; version=1.0.0; charset=utf-8\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                 len);
        if (http) {
            send_all(c, head, strlen(head));
        }
        send_all(c, text, len);
    }
    free(text);
}

/* What bw_metrics_start() has begun. */
static void end(struct metrics_client *c)
{
    struct bw_server *s = c->server;

    close(c->fd);
    free(c);
    pthread_mutex_lock(&s->lock);
    s->metrics_clients--;
    pthread_cond_broadcast(&s->ended);
    pthread_mutex_unlock(&s->lock);
}

static void *metrics_thread(void *opaque)
{
    serve(opaque);
    end(opaque);
    return NULL;
}

static bool take_place(struct bw_server *s)
{
    bool free_place;

    pthread_mutex_lock(&s->lock);
    free_place = s->metrics_clients < BW_METRICS_MAX_CLIENTS;
    s->metrics_clients += free_place;
    pthread_mutex_unlock(&s->lock);
    return free_place;
}

void bw_metrics_start(struct bw_server *s, int fd)
{
    struct metrics_client *c;
    sigset_t all, old;
    pthread_t thread;
    int err;

    if (!take_place(s)) {
        close(fd);
        return;
    }
    c = malloc(sizeof(*c));
    if (!c) {
        close(fd);
        pthread_mutex_lock(&s->lock);
        s->metrics_clients--;
        pthread_mutex_unlock(&s->lock);
        return;
    }
    c->server = s;
    c->fd = fd;
    c->deadline_ns = bw_clock_after_ms(bw_clock_ns(), BW_METRICS_WAIT_MS);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&thread, NULL, metrics_thread, c);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (err) {
        bw_log(BW_LOG_ERROR, "no thread for a client of the metrics: %s",
               strerror(err));
        end(c);
    } else {
        pthread_detach(thread);
    }
}
