/*
 * The USB export of the fake agent; see fake_usb.h.
 *
 * The test's thread leaves its wishes under the lock and writes a byte into a
 * pipe; all of the parser is the agent's thread's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <usbredirparser.h>

#include "fake_agent_priv.h"
#include "fake_usb.h"

#define MAX_INS 64 /* of one endpoint; no guest has more under way */

struct in {
    uint64_t id;
    uint32_t len;
};

struct fake_usb {
    GMutex lock; /* of everything below it, but for the agent's thread's own */
    int wish[2]; /* pipe; a byte: look again */
    const char *greeting; /* NULL: usbredir */
    GString *out;         /* to be sent; raw only */
    GString *seen;
    bool plugged; /* the test's wish */
    bool high;
    uint16_t packet;
    bool in_gone;    /* the endpoint IN, as with another setting */
    GArray *answers; /* unsigned: their lengths */

    int conn; /* from here on: of the agent's thread */
    struct usbredirparser *parser;
    bool greeted; /* the guest's hello has come */
    bool told;    /* that the device is there */
    bool in_told; /* that its endpoint IN is gone */
    struct in in[MAX_INS];
    unsigned ins;
};

struct fake_usb *fake_usb_new(void)
{
    struct fake_usb *u = g_new0(struct fake_usb, 1);

    g_mutex_init(&u->lock);
    g_assert_cmpint(pipe2(u->wish, O_CLOEXEC | O_NONBLOCK), ==, 0);
    u->out = g_string_new("");
    u->seen = g_string_new("");
    u->answers = g_array_new(false, false, sizeof(unsigned));
    return u;
}

void fake_usb_free(struct fake_usb *u)
{
    close(u->wish[0]);
    close(u->wish[1]);
    g_string_free(u->out, true);
    g_string_free(u->seen, true);
    g_array_free(u->answers, true);
    g_mutex_clear(&u->lock);
    g_free(u);
}

static void G_GNUC_PRINTF(2, 3)
    note(struct fake_usb *u, const char *format, ...)
{
    va_list ap;

    g_mutex_lock(&u->lock);
    va_start(ap, format);
    g_string_append_vprintf(u->seen, format, ap);
    va_end(ap);
    g_string_append_c(u->seen, '\n');
    g_mutex_unlock(&u->lock);
}

/* --- the parser's callbacks --- */

static void on_log(void *priv, int level, const char *text)
{
    if (level <= usbredirparser_warning) {
        g_test_message("usbredir: %s", text);
    }
}

static int on_read(void *priv, uint8_t *data, int count)
{
    struct fake_usb *u = priv;
    ssize_t n = recv(u->conn, data, count, MSG_DONTWAIT);

    if (n < 0) {
        return errno == EAGAIN ? 0 : -1;
    }
    return n == 0 ? -1 : (int)n;
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct fake_usb *u = priv;
    ssize_t n = send(u->conn, data, count, MSG_NOSIGNAL);

    return n < 0 ? -1 : (int)n;
}

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    struct fake_usb *u = priv;

    u->greeted = true;
    note(u, "hello");
}

static void on_reset(void *priv)
{
    note(priv, "reset");
}

static void on_control(void *priv, uint64_t id,
                       struct usb_redir_control_packet_header *h, uint8_t *data,
                       int data_len)
{
    static uint8_t zeros[65536];
    struct fake_usb *u = priv;

    note(u, "control %u", h->length);
    h->status = usb_redir_success;
    usbredirparser_send_control_packet(u->parser, id, h, zeros,
                                       h->endpoint & 0x80 ? h->length : 0);
    usbredirparser_free_packet_data(u->parser, data);
}

static void on_bulk(void *priv, uint64_t id,
                    struct usb_redir_bulk_packet_header *h, uint8_t *data,
                    int data_len)
{
    struct fake_usb *u = priv;
    uint32_t len = h->length | (uint32_t)h->length_high << 16;

    if (h->endpoint & 0x80) {
        note(u, "in %u", len);
        g_assert_cmpuint(u->ins, <, MAX_INS);
        u->in[u->ins++] = (struct in){ .id = id, .len = len };
        return;
    }
    note(u, "out %u", len);
    h->status = usb_redir_success;
    usbredirparser_send_bulk_packet(u->parser, id, h, NULL, 0);
    usbredirparser_free_packet_data(u->parser, data);
}

static void end_in(struct fake_usb *u, unsigned i, int status, unsigned len)
{
    struct usb_redir_bulk_packet_header h = {
        .endpoint = FAKE_USB_IN,
        .status = status,
        .length = len,
    };
    g_autofree uint8_t *zeros = g_malloc0(len + 1);
    uint64_t id = u->in[i].id;

    u->ins--;
    memmove(&u->in[i], &u->in[i + 1], (u->ins - i) * sizeof(u->in[0]));
    usbredirparser_send_bulk_packet(u->parser, id, &h, zeros, len);
}

static void on_cancel(void *priv, uint64_t id)
{
    struct fake_usb *u = priv;

    note(u, "cancel");
    for (unsigned i = 0; i < u->ins; i++) {
        if (u->in[i].id == id) {
            end_in(u, i, usb_redir_cancelled, 0);
            return;
        }
    }
}

/* --- the device --- */

static void send_endpoints(struct fake_usb *u)
{
    struct usb_redir_interface_info_header info = {
        .interface_count = 1,
        .interface_class = { 0xff },
    };
    struct usb_redir_ep_info_header ep = { 0 };

    memset(ep.type, usb_redir_type_invalid, sizeof(ep.type));
    ep.type[0] = ep.type[16] = usb_redir_type_control;
    if (!u->in_gone) {
        ep.type[16 + (FAKE_USB_IN & 0xf)] = usb_redir_type_bulk;
        ep.max_packet_size[16 + (FAKE_USB_IN & 0xf)] = u->packet;
    }
    ep.type[FAKE_USB_OUT] = usb_redir_type_bulk;
    ep.max_packet_size[0] = ep.max_packet_size[16] = 64;
    ep.max_packet_size[FAKE_USB_OUT] = u->packet;
    usbredirparser_send_interface_info(u->parser, &info);
    usbredirparser_send_ep_info(u->parser, &ep);
}

static void tell_of_plug(struct fake_usb *u)
{
    struct usb_redir_device_connect_header h = {
        .speed = u->high ? usb_redir_speed_high : usb_redir_speed_full,
        .vendor_id = 0x1209, /* pid.codes, for tests */
        .product_id = 0x0001,
    };

    if (!u->greeted || u->told == u->plugged) {
        return;
    }
    u->told = u->plugged;
    if (u->plugged) {
        send_endpoints(u);
        usbredirparser_send_device_connect(u->parser, &h);
    } else {
        u->ins = 0;
        usbredirparser_send_device_disconnect(u->parser);
    }
}

static void tell_of_endpoint(struct fake_usb *u)
{
    if (u->told && u->in_told != u->in_gone) {
        u->in_told = u->in_gone;
        send_endpoints(u);
    }
}

static void answer(struct fake_usb *u)
{
    while (u->ins && u->answers->len) {
        unsigned len = g_array_index(u->answers, unsigned, 0);

        g_array_remove_index(u->answers, 0);
        end_in(u, 0, usb_redir_success, len);
    }
}

static void start_parser(struct fake_usb *u)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = { 0 };

    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    u->parser = usbredirparser_create();
    g_assert_nonnull(u->parser);
    u->parser->priv = u;
    u->parser->log_func = on_log;
    u->parser->read_func = on_read;
    u->parser->write_func = on_write;
    u->parser->hello_func = on_hello;
    u->parser->reset_func = on_reset;
    u->parser->control_packet_func = on_control;
    u->parser->bulk_packet_func = on_bulk;
    u->parser->cancel_data_packet_func = on_cancel;
    usbredirparser_init(u->parser, "fake agent", caps, USB_REDIR_CAPS_SIZE,
                        usbredirparser_fl_usb_host);
    u->greeted = false;
    u->told = false;
    u->in_told = false;
    u->ins = 0;
}

/* Returns false at the end of the connection. */
static bool work_usbredir(struct fake_usb *u)
{
    if (usbredirparser_do_read(u->parser) != 0) {
        return false;
    }
    g_mutex_lock(&u->lock);
    tell_of_plug(u);
    tell_of_endpoint(u);
    answer(u);
    g_mutex_unlock(&u->lock);
    while (usbredirparser_has_data_to_write(u->parser)) {
        if (usbredirparser_do_write(u->parser) != 0) {
            return false;
        }
    }
    return true;
}

static bool work_raw(struct fake_usb *u)
{
    char buf[4096];
    ssize_t n = recv(u->conn, buf, sizeof(buf), MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        return false;
    }
    g_mutex_lock(&u->lock);
    if (n > 0) {
        g_string_append_len(u->seen, buf, n);
    }
    /* Not more than the socket takes: its other end may have no room. */
    n = send(u->conn, u->out->str, u->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
        g_string_erase(u->out, 0, n);
    }
    g_mutex_unlock(&u->lock);
    return true;
}

static void take_wish(struct fake_usb *u)
{
    char bytes[64];

    while (read(u->wish[0], bytes, sizeof(bytes)) > 0) {
    }
}

static bool wait_for_work(struct fake_usb *u, int stop)
{
    struct pollfd p[] = {
        { .fd = stop, .events = POLLIN },
        { .fd = u->conn, .events = POLLIN },
        { .fd = u->wish[0], .events = POLLIN },
    };
    int n;

    g_mutex_lock(&u->lock);
    p[1].events |= u->greeting && u->out->len ? POLLOUT : 0;
    g_mutex_unlock(&u->lock);
    do {
        n = poll(p, 3, -1);
    } while (n < 0 && errno == EINTR);
    take_wish(u);
    return !p[0].revents;
}

void fake_usb_run(struct fake_usb *u, int conn, int stop)
{
    bool alive = true;

    u->conn = conn;
    if (!u->greeting) {
        start_parser(u);
        alive = work_usbredir(u);
    }
    while (alive && wait_for_work(u, stop)) {
        alive = u->greeting ? work_raw(u) : work_usbredir(u);
    }
    if (u->parser) {
        usbredirparser_destroy(u->parser);
        u->parser = NULL;
    }
}

const char *fake_usb_greeting(struct fake_usb *u)
{
    return u->greeting ? u->greeting : "";
}

/* --- for the tests --- */

static void wish(struct fake_usb *u)
{
    g_mutex_unlock(&u->lock);
    /* A full pipe is a wish, too. */
    if (write(u->wish[1], "", 1) < 0) {
        g_assert_cmpint(errno, ==, EAGAIN);
    }
}

static struct fake_usb *lock(struct fake_agent *f)
{
    g_mutex_lock(&f->usb->lock);
    return f->usb;
}

void fake_usb_be_raw(struct fake_agent *f, const char *greeting)
{
    struct fake_usb *u = lock(f);

    u->greeting = greeting;
    wish(u);
}

void fake_usb_send(struct fake_agent *f, const char *bytes)
{
    struct fake_usb *u = lock(f);

    g_string_append(u->out, bytes);
    wish(u);
}

void fake_usb_plug(struct fake_agent *f, bool high, uint16_t packet)
{
    struct fake_usb *u = lock(f);

    u->plugged = true;
    u->high = high;
    u->packet = packet;
    wish(u);
}

void fake_usb_unplug(struct fake_agent *f)
{
    struct fake_usb *u = lock(f);

    u->plugged = false;
    wish(u);
}

void fake_usb_set_in(struct fake_agent *f, bool there)
{
    struct fake_usb *u = lock(f);

    u->in_gone = !there;
    wish(u);
}

void fake_usb_answer(struct fake_agent *f, unsigned len)
{
    struct fake_usb *u = lock(f);

    g_array_append_val(u->answers, len);
    wish(u);
}

char *fake_usb_seen(struct fake_agent *f)
{
    struct fake_usb *u = lock(f);
    char *text = g_strdup(u->seen->str);

    wish(u);
    return text;
}
