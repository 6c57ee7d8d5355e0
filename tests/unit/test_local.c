/*
 * host-agent/local.c and client.c: the session in a thread of another program.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/client.h"
#include "host-agent/local.h"

static struct bw_client client; /* big: it holds the frame buffers */
static char error[256];

/* A session on the simulated bench, and @client at its other end. */
static struct bw_local *start_at(uint16_t addr)
{
    struct bw_local *local;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    local = bw_local_start("sim", addr, fds[0], error, sizeof(error));
    assert_non_null(local);
    assert_int_equal(bw_client_attach(&client, fds[1]), BW_OK);
    return local;
}

static struct bw_local *start(void)
{
    return start_at(BW_ADDR_ANY);
}

static enum bw_status transfer(const char *text, uint8_t *data, size_t size)
{
    struct bw_i2c_xfer x;

    assert_int_equal(bw_i2c_xfer_parse(&x, text, data, size, NULL), BW_OK);
    return bw_client_i2c(&client, &x);
}

static void the_three_parts_of_the_built_in_bench_answer(void **state)
{
    struct bw_local *local = start();
    uint8_t data[16];

    (void)state;
    assert_int_equal(bw_client_open(&client, BW_EXPORT_I2C, "i2c"), BW_OK);
    assert_int_equal(client.opened.addr, BW_ADDR_ANY);
    assert_int_equal(transfer("w1@0x48 0 r2", data, sizeof(data)), BW_OK);
    assert_int_equal(transfer("w1@0x50 0 r2", data, sizeof(data)), BW_OK);
    assert_int_equal(transfer("w1@0x68 0 r7", data, sizeof(data)), BW_OK);
    assert_int_equal(transfer("r1@0x49", data, sizeof(data)), BW_NACK_ADDR);
    assert_string_equal(client.error, bw_status_text(BW_NACK_ADDR));
    bw_client_close(&client);
    bw_local_stop(local);
}

static void one_address_is_the_only_one_served(void **state)
{
    struct bw_local *local = start_at(0x50);
    uint8_t data[16];

    (void)state;
    assert_int_equal(bw_client_open(&client, BW_EXPORT_I2C, "i2c"), BW_OK);
    assert_int_equal(client.opened.addr, 0x50);
    assert_int_equal(transfer("w1@0x50 0 r2", data, sizeof(data)), BW_OK);
    assert_int_equal(transfer("w1@0x48 0 r2", data, sizeof(data)), BW_DENIED);
    assert_int_equal(transfer("w1@0x50 0 r1@0x68", data, sizeof(data)),
                     BW_DENIED);
    bw_client_close(&client);
    bw_local_stop(local);
}

static void the_values_are_an_export_of_their_own(void **state)
{
    struct bw_local *local = start();
    struct bw_wire_value v;
    struct bw_reader body;

    (void)state;
    assert_int_equal(bw_client_open(&client, BW_EXPORT_BENCH, "bench"), BW_OK);
    bw_wire_put_value_name(bw_client_begin(&client, BW_MSG_VALUE_GET),
                           "thermometer.temperature");
    assert_int_equal(bw_client_call(&client, 1000, &body), BW_OK);
    assert_int_equal(bw_wire_get_value(&body, &v), BW_OK);
    assert_string_equal(v.unit, "degC");
    bw_client_close(&client);
    bw_local_stop(local);
}

static void stopping_ends_the_session_for_the_peer(void **state)
{
    struct bw_local *local = start();
    struct bw_reader body;

    (void)state;
    bw_local_stop(local);
    bw_client_begin(&client, BW_MSG_PING);
    assert_int_equal(bw_client_call(&client, 1000, &body), BW_LINK_DOWN);
    assert_int_equal(client.fd, -1);
    assert_true(strlen(client.error) > 0);
}

static void a_breach_ends_the_session_for_the_peer(void **state)
{
    struct bw_local *local = start();
    struct bw_reader body;

    (void)state;
    bw_client_begin(&client, BW_MSG_I2C_XFER); /* nothing is open */
    assert_int_equal(bw_client_call(&client, 1000, &body), BW_ORDER);
    bw_client_begin(&client, BW_MSG_PING);
    assert_int_equal(bw_client_call(&client, 1000, &body), BW_LINK_DOWN);
    bw_local_stop(local);
}

static void
an_adapter_that_is_missing_is_told_and_the_socket_closed(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_null(bw_local_start("/dev/i2c-none", BW_ADDR_ANY, fds[0], error,
                               sizeof(error)));
    assert_non_null(strstr(error, "cannot open /dev/i2c-none"));
    assert_int_equal(fcntl(fds[0], F_GETFD), -1);
    assert_int_equal(errno, EBADF);
    close(fds[1]);
}

static void a_peer_that_never_answers_is_given_up_in_time(void **state)
{
    struct bw_reader body;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    memset(&client, 0, sizeof(client));
    client.fd = fds[0];
    bw_io_fd_init(&client.io, fds[0]);
    bw_conn_init(&client.conn, &client.io.io);
    bw_client_begin(&client, BW_MSG_PING);
    assert_int_equal(bw_client_call(&client, 20, &body), BW_TIMEOUT);
    assert_int_equal(client.fd, -1);
    close(fds[1]);
}

static void stopping_nothing_is_fine(void **state)
{
    (void)state;
    bw_local_stop(NULL);
}

/* What goes over it: tests/qtest/gpio-passthrough-test.c, line_of_this_machine */
static void a_line_of_a_chip_is_served_and_given_back(void **state)
{
    struct bw_local *local;
    int fds[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        local = bw_local_start_gpio("sim", "17", fds[0], error, sizeof(error));
        assert_non_null(local);
        assert_int_equal(bw_client_attach(&client, fds[1]), BW_OK);
        bw_client_close(&client);
        bw_local_stop(local);
    }
}

static void a_chip_that_is_not_there_is_explained(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_null(bw_local_start_gpio("/dev/gpiochip77", "17", fds[0], error,
                                    sizeof(error)));
    assert_non_null(strstr(error, "gpiochip77"));
    close(fds[1]);
}

/* What goes over it: tests/qtest/tape-passthrough-test.c,
 * a_device_of_this_machine_needs_no_agent.  A device may come later. */
static void a_scsi_device_is_served_and_given_back(void **state)
{
    struct bw_local *local;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    local = bw_local_start_scsi("/dev/sg777", fds[0], error, sizeof(error));
    assert_non_null(local);
    assert_int_equal(bw_client_attach(&client, fds[1]), BW_OK);
    bw_client_close(&client);
    bw_local_stop(local);
}

static void a_tape_that_is_not_there_is_explained(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_null(bw_local_start_scsi("sim-tape:/nowhere/x.tap", fds[0], error,
                                    sizeof(error)));
    assert_non_null(strstr(error, "/nowhere/x.tap"));
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scsi_device_is_served_and_given_back),
        cmocka_unit_test(a_tape_that_is_not_there_is_explained),
        cmocka_unit_test(the_three_parts_of_the_built_in_bench_answer),
        cmocka_unit_test(one_address_is_the_only_one_served),
        cmocka_unit_test(the_values_are_an_export_of_their_own),
        cmocka_unit_test(stopping_ends_the_session_for_the_peer),
        cmocka_unit_test(a_breach_ends_the_session_for_the_peer),
        cmocka_unit_test(
            an_adapter_that_is_missing_is_told_and_the_socket_closed),
        cmocka_unit_test(a_peer_that_never_answers_is_given_up_in_time),
        cmocka_unit_test(stopping_nothing_is_fine),
        cmocka_unit_test(a_line_of_a_chip_is_served_and_given_back),
        cmocka_unit_test(a_chip_that_is_not_there_is_explained),
    };

    return cmocka_run_group_tests_name("local", tests, NULL, NULL);
}
