/*
 * Clients by the dozen; see crowd.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host-agent/clock.h"
#include "lib/cursor.h"
#include "lib/i2c_xfer.h"
#include "lib/wire.h"

#define NS_PER_US 1000

static unsigned points, failed;

void crowd_point(bool ok, const char *name, const char *format, ...)
{
    va_list args;

    points++;
    if (!ok) {
        failed++;
        printf("# ");
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\n");
    }
    printf("%sok %u - %s\n", ok ? "" : "not ", points, name);
    fflush(stdout);
}

unsigned crowd_failed(void)
{
    return failed;
}

int crowd_connect(const char *address)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    const char *path = address + strlen("unix:");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || strncmp(address, "unix:", 5) != 0 ||
        strlen(path) >= sizeof(addr.sun_path)) {
        return -1;
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int crowd_connect_from(const char *from, uint16_t port)
{
    struct sockaddr_in own = { .sin_family = AF_INET };
    struct sockaddr_in agent = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 &&
        (inet_pton(AF_INET, from, &own.sin_addr) != 1 ||
         bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0 ||
         connect(fd, (struct sockaddr *)&agent, sizeof(agent)) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

size_t crowd_hello(uint8_t *out, size_t size)
{
    const struct bw_wire_hello hello = {
        .major = BW_WIRE_MAJOR,
        .minor = BW_WIRE_MINOR,
        .caps = BW_CAP_I2C,
        .max_body = BW_WIRE_MAX_BODY,
        .software = "crowd",
    };
    struct bw_writer w;

    bw_writer_init(&w, out, size);
    bw_wire_begin(&w, BW_MSG_HELLO, 0, 1);
    bw_wire_put_hello(&w, &hello);
    bw_wire_end(&w, 0);
    return w.pos;
}

size_t crowd_ping(uint8_t *out, size_t size, size_t len)
{
    struct bw_writer w;

    bw_writer_init(&w, out, size);
    bw_wire_begin(&w, BW_MSG_PING, 0, 2);
    while (len-- > 0) {
        bw_write_bytes(&w, (const uint8_t *)"x", 1);
    }
    bw_wire_end(&w, 0);
    return w.pos;
}

bool crowd_send(int fd, const uint8_t *bytes, size_t len)
{
    ssize_t n = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

    return n >= 0 || errno == EAGAIN;
}

int crowd_greeted(const char *address)
{
    int fd = crowd_connect(address);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    uint8_t bytes[256];
    size_t len = crowd_hello(bytes, sizeof(bytes));

    if (fd >= 0 && crowd_send(fd, bytes, len) && poll(&p, 1, 5000) == 1 &&
        recv(fd, bytes, sizeof(bytes), 0) > 0) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

bool crowd_is_closed(int fd)
{
    uint8_t bytes[4096];
    ssize_t n;

    do {
        n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    } while (n > 0);
    return n == 0 || errno != EAGAIN;
}

bool crowd_is_cut_off(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLRDHUP };

    return poll(&p, 1, 0) > 0;
}

/* At once to be shared: bw_client_open() would have it alone if it can. */
static enum bw_status open_shared(struct bw_client *c, const char *export)
{
    struct bw_wire_open m = { .kind = BW_EXPORT_I2C, .flags = BW_OPEN_SHARED };
    struct bw_reader body;

    snprintf(m.name, sizeof(m.name), "%s", export);
    bw_wire_put_open(bw_client_begin(c, BW_MSG_OPEN), &m);
    return bw_client_call(c, BW_CLIENT_WAIT_MS, &body);
}

struct bw_client *crowd_client(const char *address, const char *export)
{
    struct bw_client *c = malloc(sizeof(*c));

    if (!c) {
        return NULL;
    }
    if (bw_client_connect(c, address) != BW_OK ||
        open_shared(c, export) != BW_OK) {
        bw_client_close(c);
        free(c);
        return NULL;
    }
    return c;
}

void crowd_client_free(struct bw_client *c)
{
    if (c) {
        bw_client_close(c);
        free(c);
    }
}

int64_t crowd_read(struct bw_client *c, uint8_t addr, uint16_t raw)
{
    uint8_t pointer = 0;
    uint8_t data[2] = { 0 };
    struct bw_i2c_xfer x = {
        .nmsgs = 2,
        .msgs = { { .addr = addr, .len = 1, .data = &pointer },
                  { .addr = addr,
                    .flags = BW_I2C_READ,
                    .len = 2,
                    .data = data } },
    };
    uint64_t start = bw_clock_ns();

    if (bw_client_i2c(c, &x) != BW_OK ||
        (unsigned)(data[0] << 8 | data[1]) != raw) {
        return -1;
    }
    return (int64_t)((bw_clock_ns() - start) / NS_PER_US);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

int64_t crowd_percentile(int64_t *us, size_t n, unsigned part)
{
    qsort(us, n, sizeof(*us), by_size);
    return us[(n - 1) * part / 100];
}
