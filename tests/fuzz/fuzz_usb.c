/*
 * Fuzzer of what a USB client sends to a real device's backend, while no
 * device is there: usbredirhost takes it apart.
 *
 * The first byte of an input says how many bytes come at a time, 0 for all;
 * the second how many the client takes between two pieces, 0 for all.  Whatever
 * comes, the conversation goes on or is over, and the next one begins.
 *
 * An agent that was built without USB has nothing to be tried.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/backend_usb.h"
#include "host-agent/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct client {
    struct bw_usb_pipe pipe;
    const uint8_t *data;
    size_t left;  /* of @data */
    size_t ready; /* of these, sent */
    size_t room;  /* for the agent's bytes */
};

static int client_read(struct bw_usb_pipe *p, uint8_t *buf, size_t len)
{
    struct client *c = (struct client *)p;

    len = len > c->ready ? c->ready : len;
    memcpy(buf, c->data, len);
    c->data += len;
    c->left -= len;
    c->ready -= len;
    return (int)len;
}

static int client_write(struct bw_usb_pipe *p, const uint8_t *buf, size_t len)
{
    struct client *c = (struct client *)p;

    (void)buf;
    len = len > c->room ? c->room : len;
    c->room -= len;
    return (int)len;
}

static const struct bw_usb_pipe_ops client_ops = { .read = client_read,
                                                   .write = client_write };

/* A port in which nothing ever is. */
static struct bw_usb_port *open_port(void)
{
    const struct bw_usb_select select = { .port = "250-7" };
    static struct bw_usb_port *port;
    char error[256];

    if (!port) {
        bw_log_set_level(BW_LOG_OFF);
        port = bw_usb_open(&select, "", error, sizeof(error));
    }
    return port;
}

static void converse(struct bw_usb_port *port, struct client *c, size_t piece,
                     size_t room)
{
    bool lives = true;

    while (lives && c->left > 0) {
        size_t was = c->left;

        c->ready = piece && piece < c->left ? piece : c->left;
        c->room = room ? room : 65536;
        lives = port->ops->work(port);
        if (lives && c->left == was) {
            return; /* it takes no more while its own bytes wait */
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_usb_port *port = open_port();
    struct client c = { .pipe = { &client_ops } };
    char why[256];

    if (!port || size < 2) {
        return 0;
    }
    c.data = data + 2;
    c.left = size - 2;
    if (port->ops->begin(port, &c.pipe, why, sizeof(why)) != BW_OK) {
        abort();
    }
    converse(port, &c, data[0], data[1]);
    port->ops->end(port);
    return 0;
}
