/*
 * Real USB devices, as far as that can be seen without one: which devices a
 * tree in the form of sysfs has, and a conversation while there is none.
 *
 * Devices that are there, come and go are for the rig: tests/rig/usb.sh.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sysfs_tree.h"

#include "host-agent/backend_usb.h"
#include "host-agent/backend_usb_find.h"

/* --- the devices --- */

static void put_device(const char *port, const char *device, const char *vendor,
                       const char *serial)
{
    put(port, "busnum", "1");
    put(port, "devnum", device);
    put(port, "bDeviceClass", "00");
    put(port, "idVendor", vendor);
    put(port, "idProduct", "6001");
    if (serial) {
        put(port, "serial", serial);
    }
}

/* Two equal ones, one without a serial number, a hub, a root hub. */
static int make_tree(void **state)
{
    (void)state;
    make_folder();
    put_device("1-1.10", "9", "0403", "B");
    put_device("1-1.4", "7", "0403", "A");
    put("1-1.4", "manufacturer", "FTDI ");
    put("1-1.4", "product", "FT232R\x1b[31m");
    put_device("1-2", "8", "1d6b", NULL);
    put("1-2", "manufacturer", "Maker");
    put("1-2", "product", "Thing");
    put_device("1-1", "2", "0403", "A");
    put("1-1", "bDeviceClass", "09");
    put_device("usb1", "1", "0403", "A");
    put_driver("1-1.4:1.0", "ftdi_sio");
    put_driver("1-1.4:1.1", "usbfs");
    put_driver("1-1.10:1.0", "cdc_acm");
    put_driver("1-1.10:1.1", "cdc_acm");
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    return remove_folder();
}

static void devices_are_found_in_the_order_of_their_ports(void **state)
{
    struct bw_usb_found found[8];

    (void)state;
    assert_int_equal(bw_usb_find(tree, NULL, found, 8), 3);
    assert_string_equal(found[0].what.port, "1-1.4");
    assert_string_equal(found[1].what.port, "1-1.10");
    assert_string_equal(found[2].what.port, "1-2");
    assert_int_equal(found[0].bus, 1);
    assert_int_equal(found[0].device, 7);
    assert_string_equal(found[0].what.serial, "A");
    assert_string_equal(found[2].what.serial, "");
    assert_string_equal(found[2].what.name, "Maker Thing");
}

static void what_is_no_text_is_left_out(void **state)
{
    struct bw_usb_found f;

    (void)state;
    bw_usb_find(tree, NULL, &f, 1);
    assert_string_equal(f.what.name, "FTDI");
}

static void equal_ones_are_told_apart(void **state)
{
    struct bw_usb_select s = { .has_id = true,
                               .vendor = 0x403,
                               .product = 0x6001 };
    struct bw_usb_found found[1];

    (void)state;
    assert_int_equal(bw_usb_find(tree, &s, found, 1), 2);
    strcpy(s.serial, "B");
    assert_int_equal(bw_usb_find(tree, &s, found, 1), 1);
    assert_string_equal(found[0].what.port, "1-1.10");
    s = (struct bw_usb_select){ .port = "1-1.4" };
    assert_int_equal(bw_usb_find(tree, &s, found, 1), 1);
    assert_string_equal(found[0].what.serial, "A");
    strcpy(s.serial, "B");
    assert_int_equal(bw_usb_find(tree, &s, found, 1), 0);
}

static void no_tree_has_no_devices(void **state)
{
    struct bw_usb_found f;

    (void)state;
    assert_int_equal(bw_usb_find("/nonexistent", NULL, &f, 1), 0);
}

static void drivers_are_those_of_the_device_only(void **state)
{
    char text[64], little[8];

    (void)state;
    bw_usb_drivers(tree, "1-1.10", text, sizeof(text));
    assert_string_equal(text, "cdc_acm");
    bw_usb_drivers(tree, "1-1.4", text, sizeof(text));
    assert_true(strcmp(text, "ftdi_sio, usbfs") == 0 ||
                strcmp(text, "usbfs, ftdi_sio") == 0);
    bw_usb_drivers(tree, "1-2", text, sizeof(text));
    assert_string_equal(text, "");
    bw_usb_drivers(tree, "1-1.4", little, sizeof(little));
    assert_in_range(strlen(little), 1, sizeof(little) - 1);
}

/* A disk with one partition, of the device in port 1-2. */
static void put_disk(const char *name, const char *number)
{
    char path[256], target[128], folder[64];

    snprintf(folder, sizeof(folder), "1-2:1.0/%s", name);
    put("1-2:1.0", "here", "");
    put(folder, "dev", number);
    snprintf(folder, sizeof(folder), "1-2:1.0/%s/holders", name);
    snprintf(path, sizeof(path), "%s/%s", tree, folder);
    mkdir(path, 0700);
    put("block", "other", "");
    snprintf(path, sizeof(path), "%s/block/%s", tree, name);
    snprintf(target, sizeof(target), "../1-2:1.0/%s", name);
    assert_int_equal(symlink(target, path), 0);
}

static bool is_used(const char *port, char name[16])
{
    char block[96];

    snprintf(block, sizeof(block), "%s/block", tree);
    name[0] = '\0';
    return bw_usb_disk_in_use(block, tree, port, name, 16);
}

static void a_disk_that_this_machine_uses_is_seen(void **state)
{
    char name[16];

    (void)state;
    assert_false(is_used("1-2", name)); /* there is no disk */
    put_disk("sda", "8:0");
    put_disk("sda1", "8:1");
    put("self", "mountinfo", "36 35 8:11 / /mnt rw - ext4 /dev/sda11 rw");
    put(".", "swaps", "Filename Type\n/dev/sda10     partition");
    assert_false(is_used("1-2", name));

    put("self", "mountinfo", "36 35 8:1 / /mnt rw - ext4 /dev/root rw");
    assert_true(is_used("1-2", name));
    assert_string_equal(name, "sda1");
    assert_false(is_used("1-1", name)); /* of another device */
    assert_false(is_used("1-2.1", name));

    put("self", "mountinfo", "36 35 0:40 / /mnt rw - btrfs /dev/sda rw");
    assert_true(is_used("1-2", name));
    assert_string_equal(name, "sda");

    put("self", "mountinfo", "");
    assert_false(is_used("1-2", name));
    put(".", "swaps", "Filename Type\n/dev/sda1\tpartition");
    assert_true(is_used("1-2", name));
    put(".", "swaps", "");
    put("1-2:1.0/sda/holders", "dm-0", "");
    assert_true(is_used("1-2", name));
    assert_string_equal(name, "sda");
}

static void the_list_is_for_a_bench_file(void **state)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    bw_usb_list(tree, out);
    fclose(out);
    assert_non_null(strstr(text, "\n1-1.10     0403:6001  B  "));
    assert_non_null(strstr(text, "\n1-2        1d6b:6001  -  "));
    assert_non_null(strstr(text, " cdc_acm "));
    assert_null(strstr(text, "usb1"));
    free(text);
}

/* --- a conversation, with no device --- */

struct memory_pipe {
    struct bw_usb_pipe pipe;
    const uint8_t *in;
    size_t in_len, in_pos;
    uint8_t out[4096];
    size_t out_len;
    size_t room; /* bytes that may still be written */
};

static int memory_read(struct bw_usb_pipe *p, uint8_t *buf, size_t len)
{
    struct memory_pipe *m = (struct memory_pipe *)p;
    size_t left = m->in_len - m->in_pos;

    len = len > left ? left : len;
    memcpy(buf, m->in + m->in_pos, len);
    m->in_pos += len;
    return (int)len;
}

static int memory_write(struct bw_usb_pipe *p, const uint8_t *buf, size_t len)
{
    struct memory_pipe *m = (struct memory_pipe *)p;

    len = len > m->room ? m->room : len;
    assert_true(m->out_len + len <= sizeof(m->out));
    memcpy(m->out + m->out_len, buf, len);
    m->out_len += len;
    m->room -= len;
    return (int)len;
}

static const struct bw_usb_pipe_ops memory_ops = { .read = memory_read,
                                                   .write = memory_write };

/* usb_redir_hello of a guest with capabilities 64bits_ids and device_
 * disconnect_ack: type 0, length 68, id 0, a text of 64 bytes, the bits */
static const uint8_t guest_hello[12 + 64 + 4] = { [4] = 68, [12] = 't',
                                                  'e',      's',
                                                  't',      [76] = 0x24 };

/* Needs a library; skips the test if there is none. */
static struct bw_usb_port *open_port(const char *filter)
{
    struct bw_usb_select select = { .port = "250-7" };
    char error[256];
    struct bw_usb_port *port =
        bw_usb_open(&select, filter, error, sizeof(error));

    if (!port) {
        assert_non_null(strstr(error, "built without USB"));
        skip();
    }
    return port;
}

static void begin(struct bw_usb_port *port, struct memory_pipe *m,
                  const uint8_t *in, size_t len)
{
    char why[256];

    memset(m, 0, sizeof(*m));
    m->pipe.ops = &memory_ops;
    m->in = in;
    m->in_len = len;
    m->room = sizeof(m->out);
    assert_int_equal(port->ops->begin(port, &m->pipe, why, sizeof(why)), BW_OK);
    assert_true(port->event_fd >= 0);
}

static void a_guest_is_greeted_and_may_wait(void **state)
{
    struct bw_usb_port *port = open_port("");
    struct memory_pipe m;

    (void)state;
    begin(port, &m, guest_hello, sizeof(guest_hello));
    assert_true(port->ops->work(port));
    assert_int_equal(m.out_len, sizeof(guest_hello));
    assert_int_equal(m.out[4], 68);
    assert_int_equal(memcmp(m.out + 12, "benchwired ", 11), 0);
    assert_false(port->ops->pending(port));
    assert_true(port->ops->work(port));
    port->ops->end(port);
    begin(port, &m, guest_hello, sizeof(guest_hello)); /* and once more */
    assert_true(port->ops->work(port));
    port->ops->end(port);
    port->ops->close(port);
}

static void what_cannot_be_written_waits(void **state)
{
    struct bw_usb_port *port = open_port("");
    struct memory_pipe m;

    (void)state;
    begin(port, &m, guest_hello, sizeof(guest_hello));
    m.out_len = 0;
    m.room = 7;
    assert_true(port->ops->work(port));
    assert_true(port->ops->pending(port));
    m.room = sizeof(m.out) - 7;
    assert_true(port->ops->work(port));
    assert_false(port->ops->pending(port));
    port->ops->end(port);
    port->ops->close(port);
}

static void what_is_not_usbredir_ends_it(void **state)
{
    static const uint8_t garbage[] = "GET / HTTP/1.1\r\nHost: pi\r\n\r\n";
    struct bw_usb_port *port = open_port("");
    struct memory_pipe m;

    (void)state;
    begin(port, &m, garbage, sizeof(garbage));
    assert_false(port->ops->work(port));
    port->ops->end(port);
    port->ops->close(port);
}

static void a_port_with_nothing_in_it_is_described(void **state)
{
    struct bw_usb_port *port = open_port("-1,-1,-1,-1,1");
    struct bw_usb_what what = { 0 };

    (void)state;
    port->ops->describe(port, &what);
    assert_false(what.present);
    assert_string_equal(what.why, "");
    port->ops->close(port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_found_in_the_order_of_their_ports),
        cmocka_unit_test(what_is_no_text_is_left_out),
        cmocka_unit_test(equal_ones_are_told_apart),
        cmocka_unit_test(no_tree_has_no_devices),
        cmocka_unit_test(drivers_are_those_of_the_device_only),
        cmocka_unit_test(a_disk_that_this_machine_uses_is_seen),
        cmocka_unit_test(the_list_is_for_a_bench_file),
        cmocka_unit_test(a_guest_is_greeted_and_may_wait),
        cmocka_unit_test(what_cannot_be_written_waits),
        cmocka_unit_test(what_is_not_usbredir_ends_it),
        cmocka_unit_test(a_port_with_nothing_in_it_is_described),
    };

    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
