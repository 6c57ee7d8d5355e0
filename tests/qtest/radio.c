/*
 * RADIO and its air seen from a qtest, see radio.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
#include "qobject/qdict.h"
#include "radio.h"

const uint8_t sample_ram[SAMPLE_RAM_LEN] = { 10,  1,   0,   1,   'h', 'e',
                                             'l', 'l', 'o', '!', '!' };

/* The packet is checked against the manual in tests/unit/test_radio_packet.c. */
const struct bw_air_frame sample_frame = {
    .kind = BW_AIR_PACKET,
    .mode = 0,
    .power_dbm = -4,
    .frequency_mhz = 2407,
    .sequence = 1,
    .station = 0x1234,
    .packet = { .bits = 152,
                .bytes = { 0xaa, 0x74, 0x69, 0x62, 0x75, 0x00, 0x92, 0x09, 0x24,
                           0xca, 0x53, 0x99, 0x1d, 0xcf, 0x9b, 0x74, 0x49, 0x89,
                           0x28 } },
};

void radio_configure(struct block b)
{
    block_write(b, FREQUENCY, 7);
    block_write(b, TXPOWER, 0xfc); /* -4 dBm */
    block_write(b, MODE, 0);
    block_write(b, PCNF0, 8);
    block_write(b, PCNF1, 0x02040020);
    block_write(b, BASE0, 0x75626974);
    block_write(b, PREFIX0, 0);
    block_write(b, TXADDRESS, 0);
    block_write(b, RXADDRESSES, 1);
    block_write(b, CRCCNF, 2);
    block_write(b, CRCPOLY, 0x11021);
    block_write(b, CRCINIT, 0xffff);
    block_write(b, DATAWHITEIV, 0x18);
    block_write(b, PACKETPTR, PACKET);
    qtest_memwrite(b.qts, PACKET, sample_ram, sizeof(sample_ram));
}

static void start(struct block b, uint32_t task, int64_t ramp_ns)
{
    block_task(b, task);
    block_expect_in(b, READY, ramp_ns);
    block_task(b, START);
}

void radio_start_tx(struct block b)
{
    start(b, TXEN, TX_RAMP_NS);
    radio_expect_state(b, STATE_TX);
}

void radio_start_rx(struct block b)
{
    start(b, RXEN, RX_RAMP_NS);
    radio_expect_state(b, STATE_RX);
}

void radio_expect_state(struct block b, uint32_t state)
{
    g_assert_cmpuint(block_read(b, STATE), ==, state);
}

char *radio_air_args(int fd)
{
    return g_strdup_printf("-M air=air0 -netdev dgram,id=air0,local.type=fd,"
                           "local.str=%d",
                           fd);
}

struct block radio_with_air(int *peer, const char *args)
{
    struct timeval limit = { .tv_sec = 5 };
    g_autofree char *air = NULL;
    g_autofree char *all = NULL;
    struct block b;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), ==, 0);
    g_assert_cmpint(
        setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), ==,
        0);
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    air = radio_air_args(fds[1]);
    all = g_strdup_printf("%s %s", air, args);
    b = block_start(RADIO_ID, all);
    close(fds[1]);
    *peer = fds[0];
    radio_configure(b);
    return b;
}

int64_t radio_property(struct block b, const char *name)
{
    QDict *reply = qtest_qmp(b.qts,
                             "{'execute': 'qom-get', 'arguments': {'path': "
                             "'" RADIO_PATH "', 'property': %s}}",
                             name);
    int64_t value;

    g_assert_true(qdict_haskey(reply, "return"));
    value = qdict_get_int(reply, "return");
    qobject_unref(reply);
    return value;
}

void radio_set_property(struct block b, const char *name, int64_t value)
{
    qtest_qmp_assert_success(b.qts,
                             "{'execute': 'qom-set', 'arguments': {'path': "
                             "'" RADIO_PATH "', 'property': %s, 'value': "
                             "%" PRId64 "}}",
                             name, value);
}

static int64_t frames(struct block b)
{
    return radio_property(b, "air-heard") + radio_property(b, "air-refused");
}

void radio_wait_for_frames(struct block b, int64_t count)
{
    for (int i = 0; i < 5000; i++) {
        if (frames(b) >= count) {
            break;
        }
        g_usleep(1000); /* between two looks */
    }
    g_assert_cmpint(frames(b), ==, count);
}

void radio_say(struct block b, int peer, const struct bw_air_frame *frame)
{
    uint8_t buf[BW_AIR_MAX_FRAME];
    int64_t before = frames(b);
    ssize_t len = bw_air_encode(frame, buf, sizeof(buf));

    g_assert_cmpint(len, >, 0);
    g_assert_cmpint(send(peer, buf, len, 0), ==, len);
    radio_wait_for_frames(b, before + 1);
}

struct bw_air_frame radio_hear(int peer)
{
    uint8_t buf[BW_AIR_MAX_FRAME + 1];
    struct bw_air_frame frame;
    ssize_t len = recv(peer, buf, sizeof(buf), 0);

    g_assert_cmpint(len, >, 0);
    g_assert_cmpint(bw_air_decode(buf, len, &frame), ==, BW_OK);
    return frame;
}

void radio_expect_silence(int peer)
{
    uint8_t byte;

    g_assert_cmpint(recv(peer, &byte, 1, MSG_DONTWAIT), ==, -1);
}

struct block radio_start_receiver(int *peer)
{
    struct block b = radio_with_air(peer, "");

    qtest_memset(b.qts, PACKET - 16, RADIO_UNTOUCHED, 512);
    radio_start_rx(b);
    return b;
}

void radio_expect_ram(struct block b, uint32_t address, const uint8_t *bytes,
                      size_t len)
{
    g_autofree uint8_t *got = g_malloc(len);

    qtest_memread(b.qts, address, got, len);
    g_assert_cmpmem(got, len, bytes, len);
}

void radio_expect_sample(struct block b, size_t len)
{
    radio_expect_ram(b, PACKET, sample_ram, len);
    g_assert_cmphex(qtest_readb(b.qts, PACKET - 1), ==, RADIO_UNTOUCHED);
    g_assert_cmphex(qtest_readb(b.qts, PACKET + len), ==, RADIO_UNTOUCHED);
}
