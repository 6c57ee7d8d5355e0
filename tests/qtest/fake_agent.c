/*
 * An agent inside the test process, which can lie.
 *
 * Frames: docs/protocol.md.  The honest replies are what host-agent/session.c
 * would send; fake_agent_will() puts one of the acts in their place.  The part
 * is fake_part.c, the lines are fake_gpio.c, the USB device is fake_usb.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "fake_agent.h"
#include "fake_agent_priv.h"
#include "fake_gpio.h"
#include "fake_scsi.h"
#include "fake_usb.h"
#include "lib/wire.h"
#include "lib/wire_admin.h"
#include "lib/wire_step.h"

#define CONN_PATIENCE_MS 20000 /* no test takes longer than that */

/* One reply in the making. */
struct reply {
    struct bw_wire_header h;
    uint8_t body[BW_WIRE_MAX_BODY];
    const char *stream; /* what follows the frame in one piece */
};

/* --- honest replies --- */

static void reply_hello(struct fake_agent *f, struct bw_writer *w)
{
    struct bw_wire_hello m = {
        .major = BW_WIRE_MAJOR,
        .minor = BW_WIRE_MINOR,
        .caps = f->caps,
        .max_body = BW_WIRE_MAX_BODY,
        .software = "fake agent",
    };

    bw_wire_put_hello(w, &m);
}

static void reply_lease(struct fake_agent *f, struct bw_writer *w)
{
    struct bw_wire_lease m = { .silence_ms = f->silence_ms,
                               .identity = "tester" };

    bw_wire_put_lease(w, &m);
}

static enum bw_status reply_open(struct fake_agent *f, struct bw_reader *r,
                                 struct bw_writer *w)
{
    struct bw_wire_opened opened = {
        .kind = BW_EXPORT_I2C,
        .addr = f->grant_addr,
        .funcs = f->grant_funcs | (f->profile ? BW_I2C_FUNC_PROFILE : 0),
        .max_len = f->grant_max_len,
        .timeout_ms = 100,
    };
    struct bw_wire_open m;

    g_assert_cmpint(bw_wire_get_open(r, &m), ==, BW_OK);
    g_assert_true(bw_reader_done(r));
    if (m.kind == BW_EXPORT_GPIO || m.kind == BW_EXPORT_USB) {
        opened = (struct bw_wire_opened){ .kind = m.kind, .addr = BW_ADDR_ANY };
    } else if (m.kind == BW_EXPORT_SCSI) {
        fake_scsi_opened(f->scsi, &opened);
    }
    if (strcmp(m.name, FAKE_EXPORT) != 0) {
        bw_wire_put_text(w, "there is no such export here");
        return BW_NOT_FOUND;
    }
    f->opened = true;
    bw_wire_put_opened(w, &opened);
    return BW_OK;
}

/* A list that failed has ended its transaction. */
static void put_failure(struct fake_agent *f, unsigned type,
                        struct bw_writer *w)
{
    struct bw_wire_i2c_failure where = { .msg = 0, .byte = 0xffff };

    if (type == BW_MSG_I2C_XFER) {
        bw_wire_put_i2c_failure(w, &where);
    } else if (type == BW_MSG_I2C_STEP) {
        bw_wire_put_step_reply(w, NULL, 0, &(struct bw_i2c_progress){ 0 });
        f->phase = BW_STEP_IDLE;
    } else {
        bw_wire_put_text(w, "the fake agent does not want to");
    }
}

/* Fills @p with what an honest agent says, or the failure @status. */
static void make_reply(struct fake_agent *f, const struct bw_wire_header *h,
                       const uint8_t *body, enum bw_status status,
                       struct reply *p)
{
    struct bw_reader r;
    struct bw_writer w;

    bw_reader_init(&r, body, h->len);
    bw_writer_init(&w, p->body, sizeof(p->body));
    if (status != BW_OK) {
        put_failure(f, h->type, &w);
        fake_scsi_begin(f->scsi);
    } else if (h->type == BW_MSG_HELLO) {
        reply_hello(f, &w);
    } else if (h->type == BW_MSG_OPEN) {
        status = reply_open(f, &r, &w);
    } else if (h->type == BW_MSG_I2C_XFER || h->type == BW_MSG_I2C_STEP ||
               h->type == BW_MSG_SMBUS_XFER ||
               (h->type == BW_MSG_PROFILE_GET && f->profile)) {
        status = fake_part_reply(f, h->type, h->id, &r, &w);
    } else if (h->type == BW_MSG_LEASE) {
        reply_lease(f, &w);
    } else if (h->type == BW_MSG_PING) {
        f->pings++;
        bw_write_bytes(&w, body, h->len);
    } else if (h->type >= BW_MSG_GPIO_LINES && h->type <= BW_MSG_GPIO_GET) {
        status = fake_gpio_reply(f->gpio, h->type, &r, &w);
    } else if (h->type >= BW_MSG_SCSI_CMD && h->type <= BW_MSG_SCSI_RESET) {
        status = fake_scsi_reply(f->scsi, h->type, h->id, &r, &w);
    } else if (h->type != BW_MSG_USB_START) {
        status = BW_UNSUPPORTED;
        bw_wire_put_text(&w, "the fake agent does not know that");
    }
    g_assert_false(w.failed);
    p->h.len = w.pos;
    p->h.type = h->type | BW_WIRE_REPLY;
    p->h.status = status;
    p->h.id = h->id;
}

/* --- bytes --- */

/* Returns false once the connection is of no use. */
static bool send_bytes(struct fake_agent *f, const uint8_t *buf, size_t len)
{
    while (len > 0) {
        ssize_t n = send(f->conn, buf, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        buf += n;
        len -= n;
    }
    return true;
}

/* Waits for @fd, or with @fd -1 for the time; false: stop, or too late. */
static bool wait_readable(struct fake_agent *f, int fd, int timeout_ms)
{
    struct pollfd p[] = {
        { .fd = f->wake[0], .events = POLLIN },
        { .fd = fd, .events = POLLIN },
    };
    int n;

    do {
        n = poll(p, 2, timeout_ms);
    } while (n < 0 && errno == EINTR);
    if (p[0].revents) {
        return false;
    }
    return fd < 0 || n > 0;
}

/* Waits until the test lets go of a reply; false: stop. */
static bool wait_let_go(struct fake_agent *f)
{
    char byte;

    return wait_readable(f, f->let_go[0], -1) &&
           read(f->let_go[0], &byte, 1) == 1;
}

static bool recv_bytes(struct fake_agent *f, uint8_t *buf, size_t len)
{
    int patience_ms =
        f->opened && f->silence_ms ? (int)f->silence_ms : CONN_PATIENCE_MS;

    while (len > 0) {
        ssize_t n;

        if (!wait_readable(f, f->conn, patience_ms)) {
            return false;
        }
        n = recv(f->conn, buf, len, 0);
        if (n <= 0) {
            return false;
        }
        buf += n;
        len -= n;
    }
    return true;
}

static bool send_frame(struct fake_agent *f, const struct reply *p, bool slow,
                       size_t limit, unsigned mutations)
{
    uint8_t frame[BW_WIRE_MAX_FRAME + 256];
    struct bw_writer w;
    size_t i, len;

    bw_writer_init(&w, frame, sizeof(frame));
    bw_wire_begin(&w, p->h.type, p->h.status, p->h.id);
    bw_write_bytes(&w, p->body, p->h.len);
    g_assert_cmpint(bw_wire_end(&w, 0), ==, BW_OK);
    if (p->stream) {
        bw_write_bytes(&w, (const uint8_t *)p->stream, strlen(p->stream));
        g_assert_false(w.failed);
    }
    for (i = 0; i < mutations; i++) {
        frame[g_rand_int_range(f->rand, 0, w.pos)] ^=
            g_rand_int_range(f->rand, 1, 256);
    }
    len = MIN(w.pos, limit);
    if (!slow) {
        return send_bytes(f, frame, len);
    }
    for (i = 0; i < len; i++) {
        if (!send_bytes(f, frame + i, 1)) {
            return false;
        }
        g_thread_yield();
    }
    return true;
}

/* A frame whose header says @extra bytes more than come. */
static bool send_lying_length(struct fake_agent *f, struct reply *p,
                              uint32_t len)
{
    uint8_t header[BW_WIRE_HEADER_LEN];
    struct bw_writer w;

    bw_writer_init(&w, header, sizeof(header));
    bw_wire_begin(&w, p->h.type, p->h.status, p->h.id);
    w.pos = 0; /* the length is the first field of a header */
    bw_write_le32(&w, len);
    return send_bytes(f, header, sizeof(header)) &&
           send_bytes(f, p->body, p->h.len);
}

static bool send_garbage(struct fake_agent *f, unsigned len)
{
    unsigned i;

    for (i = 0; i < len; i++) {
        uint8_t byte = g_rand_int(f->rand);

        if (!send_bytes(f, &byte, 1)) {
            return false;
        }
    }
    return true;
}

/* Notices that come before the reply to a SCSI command. */
static bool send_scsi_data(struct fake_agent *f, const struct reply *p)
{
    static struct reply notice;
    const uint8_t *data;
    uint32_t at, len = 0;
    bool alive = true;

    if (p->h.type != (BW_MSG_SCSI_CMD | BW_WIRE_REPLY) ||
        p->h.status != BW_OK) {
        return true;
    }
    g_mutex_lock(&f->lock);
    data = fake_scsi_data(f->scsi, &len);
    for (at = 0; at < len && alive; at += BW_SCSI_MAX_CHUNK) {
        struct bw_wire_scsi_data m = {
            .id = p->h.id,
            .offset = at,
            .bytes = data + at,
            .len = MIN(len - at, BW_SCSI_MAX_CHUNK),
        };
        struct bw_writer w;

        bw_writer_init(&w, notice.body, sizeof(notice.body));
        bw_wire_put_scsi_data_in(&w, &m);
        notice.h = (struct bw_wire_header){
            .len = w.pos,
            .type = BW_MSG_SCSI_DATA_IN | BW_WIRE_NOTICE,
            .id = ++f->notices,
        };
        alive = send_frame(f, &notice, false, SIZE_MAX, 0);
    }
    g_mutex_unlock(&f->lock);
    return alive;
}

/* --- the acts --- */

static bool act_on_header(struct fake_agent *f, enum fake_act act,
                          struct reply *p)
{
    switch (act) {
    case FAKE_WRONG_ID:
        p->h.id++;
        break;
    case FAKE_WRONG_TYPE:
        p->h.type = BW_MSG_PING | BW_WIRE_REPLY;
        break;
    case FAKE_REQUEST:
        p->h.type &= ~BW_WIRE_REPLY;
        p->h.status = 0;
        break;
    case FAKE_TOO_SHORT:
        p->h.len = p->h.len ? p->h.len - 1 : 1;
        break;
    case FAKE_TOO_LONG:
        p->h.len++;
        break;
    default:
        break;
    }
    return send_frame(f, p, false, SIZE_MAX, 0);
}

/* Returns false if the connection ends here. */
static bool do_act(struct fake_agent *f, enum fake_act act, uint32_t arg,
                   struct reply *p)
{
    size_t whole = BW_WIRE_HEADER_LEN + p->h.len;

    if (act != FAKE_DELAY && act != FAKE_HOLD && act != FAKE_CLOSE &&
        !send_scsi_data(f, p)) {
        return false;
    }
    switch (act) {
    case FAKE_DELAY:
        return wait_readable(f, -1, arg) && send_scsi_data(f, p) &&
               send_frame(f, p, false, SIZE_MAX, 0);
    case FAKE_HOLD:
        return wait_let_go(f) && send_scsi_data(f, p) &&
               send_frame(f, p, false, SIZE_MAX, 0);
    case FAKE_TRICKLE:
        return send_frame(f, p, true, SIZE_MAX, 0);
    case FAKE_SILENCE:
        return true;
    case FAKE_CLOSE:
        return false;
    case FAKE_CLOSE_MID:
        send_frame(f, p, false, whole / 2, 0);
        return false;
    case FAKE_HUGE:
        return send_lying_length(f, p, UINT32_MAX);
    case FAKE_UNFINISHED:
        return send_lying_length(f, p, p->h.len + 1000);
    case FAKE_TWICE:
        return send_frame(f, p, false, SIZE_MAX, 0) &&
               send_frame(f, p, false, SIZE_MAX, 0);
    case FAKE_GARBAGE:
        return send_garbage(f, arg);
    case FAKE_MUTATED:
        return send_frame(f, p, false, SIZE_MAX, arg);
    default:
        return act_on_header(f, act, p);
    }
}

/* --- the thread --- */

static enum fake_act pick_act(struct fake_agent *f, unsigned type,
                              uint32_t *arg)
{
    if (!f->rule_times ||
        (f->rule_type != FAKE_ANY_TYPE && f->rule_type != type)) {
        return FAKE_HONEST;
    }
    if (f->rule_honest) {
        f->rule_honest--;
        return FAKE_HONEST;
    }
    f->rule_times--;
    *arg = f->rule_arg;
    return f->rule_act;
}

static bool serve_frame(struct fake_agent *f)
{
    static uint8_t body[BW_WIRE_MAX_BODY];
    static struct reply reply;
    uint8_t raw[BW_WIRE_HEADER_LEN];
    struct bw_wire_header h;
    enum fake_act act;
    uint32_t arg = 0;
    bool starts;

    if (!recv_bytes(f, raw, sizeof(raw))) {
        return false;
    }
    g_assert_cmpint(bw_wire_get_header(raw, &h), ==, BW_OK);
    g_assert_cmpint(h.type & BW_WIRE_REPLY, ==, 0);
    if (!recv_bytes(f, body, h.len)) {
        return false;
    }
    g_mutex_lock(&f->lock);
    act = pick_act(f, h.type, &arg);
    make_reply(f, &h, body, act == FAKE_STATUS ? arg : BW_OK, &reply);
    g_mutex_unlock(&f->lock);
    starts = h.type == BW_MSG_USB_START && reply.h.status == BW_OK;
    reply.stream = starts ? fake_usb_greeting(f->usb) : NULL;
    if (!do_act(f, act, arg, &reply)) {
        return false;
    }
    if (starts && (act <= FAKE_TRICKLE || act == FAKE_TWICE)) {
        fake_usb_run(f->usb, f->conn, f->wake[0]);
        return false;
    }
    return true;
}

static void set_conn(struct fake_agent *f, int conn)
{
    g_mutex_lock(&f->lock);
    f->conn = conn;
    f->connections += conn >= 0;
    f->opened = false;
    f->notices = 0;
    fake_scsi_begin(f->scsi);
    g_mutex_unlock(&f->lock);
}

static void *agent_thread(void *opaque)
{
    struct fake_agent *f = opaque;

    while (wait_readable(f, f->listen_fd, -1)) {
        bool alive;
        int conn = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);

        if (conn < 0) {
            continue;
        }
        set_conn(f, conn);
        f->phase = BW_STEP_IDLE;
        do {
            alive = serve_frame(f);
        } while (alive);
        set_conn(f, -1);
        close(conn);
    }
    return NULL;
}

/* --- for the tests --- */

static int listen_unix(const char *path)
{
    struct sockaddr_un sa = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(strlen(path), <, sizeof(sa.sun_path));
    strcpy(sa.sun_path, path);
    unlink(path);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), ==, 0);
    return fd;
}

static int listen_tcp(unsigned *port)
{
    struct sockaddr_in sa = { .sin_family = AF_INET };
    socklen_t len = sizeof(sa);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&sa, &len), ==, 0);
    *port = ntohs(sa.sin_port);
    return fd;
}

struct fake_agent *fake_agent_start(const char *path)
{
    struct fake_agent *f = g_new0(struct fake_agent, 1);

    g_mutex_init(&f->lock);
    f->conn = -1;
    f->log = g_string_new("");
    f->rand = g_rand_new_with_seed(1);
    f->refuse_reg = -1;
    f->addr = FAKE_ADDR7;
    f->grant_addr = FAKE_ADDR7;
    f->grant_max_len = BW_I2C_MAX_LEN;
    f->grant_funcs = BW_I2C_FUNC_RDWR | BW_I2C_FUNC_ZERO_LEN;
    f->caps =
        BW_CAP_I2C | BW_CAP_SMBUS | BW_CAP_STEP | BW_CAP_PROFILE | BW_CAP_GPIO;
    f->caps |= BW_CAP_SCSI | BW_CAP_USB;
    f->gpio = fake_gpio_new();
    f->scsi = fake_scsi_new();
    f->usb = fake_usb_new();
    f->path = g_strdup(path);
    f->listen_fd = path ? listen_unix(path) : listen_tcp(&f->port);
    g_assert_cmpint(listen(f->listen_fd, 8), ==, 0);
    g_assert_cmpint(pipe2(f->wake, O_CLOEXEC), ==, 0);
    g_assert_cmpint(pipe2(f->let_go, O_CLOEXEC), ==, 0);
    f->thread = g_thread_new("fake-agent", agent_thread, f);
    return f;
}

void fake_agent_stop(struct fake_agent *f)
{
    if (!f) {
        return;
    }
    close(f->wake[1]);
    g_thread_join(f->thread);
    close(f->wake[0]);
    close(f->let_go[0]);
    close(f->let_go[1]);
    close(f->listen_fd);
    if (f->path) {
        unlink(f->path);
    }
    g_free(f->path);
    g_free(f->profile);
    fake_gpio_free(f->gpio);
    fake_scsi_free(f->scsi);
    fake_usb_free(f->usb);
    g_string_free(f->log, true);
    g_rand_free(f->rand);
    g_mutex_clear(&f->lock);
    g_free(f);
}

unsigned fake_agent_port(const struct fake_agent *f)
{
    return f->port;
}

void fake_agent_seed(struct fake_agent *f, uint32_t seed)
{
    g_mutex_lock(&f->lock);
    g_rand_set_seed(f->rand, seed);
    g_mutex_unlock(&f->lock);
}

void fake_agent_will_after(struct fake_agent *f, unsigned honest, unsigned type,
                           enum fake_act act, uint32_t arg, unsigned times)
{
    g_mutex_lock(&f->lock);
    f->rule_honest = honest;
    f->rule_type = type;
    f->rule_act = act;
    f->rule_arg = arg;
    f->rule_times = act == FAKE_HONEST ? 0 : times;
    g_mutex_unlock(&f->lock);
}

void fake_agent_will(struct fake_agent *f, unsigned type, enum fake_act act,
                     uint32_t arg, unsigned times)
{
    fake_agent_will_after(f, 0, type, act, arg, times);
}

void fake_agent_let_go(struct fake_agent *f)
{
    g_assert_cmpint(write(f->let_go[1], "", 1), ==, 1);
}

/* Small frames: a send of one is not torn by the thread's. */
void fake_agent_notice(struct fake_agent *f, unsigned type, int32_t skip_ids,
                       const uint8_t *body, size_t len)
{
    static struct reply p;

    g_mutex_lock(&f->lock);
    g_assert_cmpint(f->conn, >=, 0);
    f->notices++;
    p.h = (struct bw_wire_header){ .len = len,
                                   .type = type | BW_WIRE_NOTICE,
                                   .id = f->notices + skip_ids };
    memcpy(p.body, body, len);
    send_frame(f, &p, false, SIZE_MAX, 0);
    g_mutex_unlock(&f->lock);
}

void fake_agent_drop(struct fake_agent *f)
{
    g_mutex_lock(&f->lock);
    if (f->conn >= 0) {
        shutdown(f->conn, SHUT_RDWR);
    }
    g_mutex_unlock(&f->lock);
}
