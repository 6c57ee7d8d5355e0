/*
 * Fuzz the simulated USB ports: any bytes as what a guest sends, to
 * usbredirparser and the device behind it.
 *
 * Input: byte 0 says which device (bits 0 and 1), that the hello is in the
 * input too (4), that the guest does not read at first (8), that the device is
 * pulled out and put in again half-way (16); the rest is what the guest sends
 * after its hello.  Whatever it is, the conversation goes on or ends; when it
 * ends another one finds the device.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef BW_HAVE_USBREDIR

#include <usbredirproto.h>

#include "host-agent/backend_sim_usb.h"

#define WITH_HELLO 4
#define STUCK      8
#define REPLUG     16
#define MICRO      1000000
#define TURNS      64 /* at the end, to let all come out */

struct guest {
    struct bw_usb_pipe pipe; /* first: the ops are given its address */
    const uint8_t *at;
    size_t left;
    bool stuck;
    uint64_t heard;
};

static struct bw_sim_usb *ports;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static int guest_read(struct bw_usb_pipe *p, uint8_t *buf, size_t len)
{
    struct guest *g = (struct guest *)p;
    size_t n = len < g->left ? len : g->left;

    if (n > 0) {
        memcpy(buf, g->at, n);
        g->at += n;
        g->left -= n;
    }
    return (int)n;
}

static int guest_write(struct bw_usb_pipe *p, const uint8_t *buf, size_t len)
{
    struct guest *g = (struct guest *)p;
    size_t i;

    for (i = 0; i < len && !g->stuck; i++) {
        g->heard += buf[i]; /* every byte is looked at */
    }
    return g->stuck ? 0 : (int)len;
}

static const struct bw_usb_pipe_ops pipe_ops = {
    .read = guest_read,
    .write = guest_write,
};

static void make_ports(void)
{
    static const char *const models[] = { "serial", "storage", "keyboard",
                                          "audio" };
    char error[256];
    size_t i;

    ports = bw_sim_usb_new();
    require(ports);
    for (i = 0; i < 4; i++) {
        struct bw_sim_usb_device d = { .plugged = true };

        memcpy(d.name, models[i], strlen(models[i]));
        memcpy(d.model, models[i], strlen(models[i]));
        memcpy(d.port, "1-1", 3);
        d.port[2] = (char)('1' + i);
        require(bw_sim_usb_add(ports, &d, error, sizeof(error)));
    }
}

/* The two hellos have no id of 64 bits yet. */
static size_t put_hello(uint8_t out[128])
{
    struct usb_redir_hello_header hello = { .version = "fuzz" };
    uint32_t header[3] = { usb_redir_hello, sizeof(hello) + 4, 0 };
    uint32_t caps = 0xff;

    memcpy(out, header, sizeof(header));
    memcpy(out + 12, &hello, sizeof(hello));
    memcpy(out + 12 + sizeof(hello), &caps, 4);
    return 12 + sizeof(hello) + 4;
}

static bool send(struct guest *g, struct bw_usb_port *port, const uint8_t *data,
                 size_t size)
{
    g->at = data;
    g->left = size;
    return port->ops->work(port);
}

static void turn_knob(unsigned device, int64_t micro)
{
    static const char *const names[] = { "serial.plugged", "storage.plugged",
                                         "keyboard.plugged", "audio.plugged" };

    bw_sim_usb_value_set(ports, bw_sim_usb_value_find(ports, names[device]),
                         micro);
}

static void talk(struct guest *g, struct bw_usb_port *port, uint8_t how,
                 const uint8_t *data, size_t size)
{
    uint8_t hello[128];
    size_t half = size / 2;
    unsigned i;
    bool lives = how & WITH_HELLO || send(g, port, hello, put_hello(hello));

    lives = lives && port->ops->work(port) && send(g, port, data, half);
    if (how & REPLUG) {
        turn_knob(how & 3, 0);
        lives = lives && port->ops->work(port);
        turn_knob(how & 3, MICRO);
    }
    lives = lives && send(g, port, data + half, size - half);
    g->stuck = false;
    for (i = 0; lives && i < TURNS && port->ops->pending(port); i++) {
        lives = port->ops->work(port);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_usb_select select = { .port = "1-1" };
    struct guest g = { .pipe.ops = &pipe_ops };
    struct bw_usb_port *port;
    struct bw_usb_what what;
    char error[256];

    if (size < 1) {
        return 0;
    }
    if (!ports) {
        make_ports();
    }
    select.port[2] = (char)('1' + (data[0] & 3));
    port = bw_sim_usb_open(ports, &select, error, sizeof(error));
    require(port);
    g.stuck = data[0] & STUCK;
    require(port->ops->begin(port, &g.pipe, error, sizeof(error)) == BW_OK);
    talk(&g, port, data[0], data + 1, size - 1);
    port->ops->end(port);
    port->ops->describe(port, &what);
    require(what.present);
    port->ops->close(port);
    return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return 0; /* there is no USB in this agent */
}

#endif
