/*
 * The chardev linux-i2c: its options, its life, and a passthrough device on
 * it.  Its adapter is the built-in bench of host-agent/local.h, which has a
 * thermometer at 0x48 and an EEPROM at 0x50.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "outside.h"
#include "passthrough_bench.h"

#define CHARDEV "-chardev linux-i2c,id=part-adapter,device=sim"

static void boot(struct bench *b, const char *chardev, const char *device)
{
    bench_init(b);
    bench_boot(b, chardev, device);
    wait_link(b, "ready");
}

/* --- on the bus --- */

static void test_eeprom_round_trip(void)
{
    static const uint8_t tx[] = { 0x08, 1, 2, 3, 4, 5, 6, 7, 8 };
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    uint8_t rx[8] = { 0 };
    struct bench b;

    /* hostaddr is the chardev's address, not the guest's 0x51 */
    boot(&b, CHARDEV ",address=0x50", "chardev=part-adapter,address=0x51");
    g_assert_cmpuint(
        guest_bus_transfer(b.qts, GUEST_ADDR7, tx, sizeof(tx), NULL, 0), ==,
        GUEST_ACK);
    /* it does not acknowledge while it writes the page */
    while (read_regs(&b, 0x08, rx, 8) != GUEST_ACK) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpmem(rx, 8, tx + 1, 8);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_without_address_it_is_the_whole_bus(void)
{
    uint8_t rx[2];
    struct bench b;

    boot(&b, CHARDEV,
         "chardev=part-adapter,address=0x51,hostaddr=0x48,read-ahead=2");
    g_assert_cmpuint(read_regs(&b, 0x03, rx, 2), ==, GUEST_ACK);
    /* THIGH at power-on: 80 degrees, TMP102 data sheet table 8 */
    g_assert_cmpmem(rx, 2, "\x50\x00", 2);
    bench_finish(&b);
}

/* Of the same link, so it knows the chardev as well. */
static void test_smbus_passthrough_takes_it_too(void)
{
    QTestState *qts =
        qtest_init("-M microbit " CHARDEV ",address=0x48 -device "
                   "smbus-passthrough,id=part,chardev=part-adapter,"
                   "address=0x51");
    struct bench b = { .qts = qts };

    wait_link(&b, "ready");
    qtest_quit(qts);
}

/* --- it comes back --- */

/* A connection of QEMU's that has no name at its other end: cut it. */
static bool cut_if_nameless(int fd, void *opaque)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);

    if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0 ||
        peer.ss_family != AF_UNIX || len != sizeof(sa_family_t)) {
        return false;
    }
    g_assert_cmpint(shutdown(fd, SHUT_RDWR), ==, 0);
    return true;
}

/* The socket pair is QEMU's only one.  Returns false where not allowed. */
static bool cut_socket_pair(struct bench *b)
{
    return outside_find(b->qts, cut_if_nameless, NULL);
}

static void test_lost_session_comes_back(void)
{
    uint8_t rx[2];
    struct bench b;

    boot(&b, CHARDEV ",address=0x48", "chardev=part-adapter,address=0x51");
    if (!cut_socket_pair(&b)) {
        g_test_skip("this kernel does not let us reach QEMU's sockets");
        bench_finish(&b);
        return;
    }
    wait_count(&b, "reconnects", 1);
    wait_link(&b, "ready");
    g_assert_cmpuint(read_regs(&b, 0x03, rx, 2), ==, GUEST_ACK);
    assert_logged(&b, "the agent closed the connection", 1);
    assert_logged(&b, "linux-i2c:sim,address=0x48", 2); /* lost, up again */
    bench_finish(&b);
}

/* --- the monitor --- */

/* The file name that query-chardev tells of it, or NULL if there is none. */
static char *file_name(QTestState *qts, const char *id)
{
    QDict *r = qtest_qmp(qts, "{ 'execute': 'query-chardev' }");
    const QListEntry *e = qlist_first(qdict_get_qlist(r, "return"));
    char *name = NULL;

    for (; e; e = qlist_next(e)) {
        QDict *chardev = qobject_to(QDict, qlist_entry_obj(e));

        if (g_str_equal(qdict_get_str(chardev, "label"), id)) {
            name = g_strdup(qdict_get_str(chardev, "filename"));
        }
    }
    qobject_unref(r);
    return name;
}

static void test_monitor_sees_adapter_and_address(void)
{
    g_autofree char *name = NULL;
    g_autofree char *error = NULL;
    struct bench b;

    boot(&b, CHARDEV ",address=0x50", "chardev=part-adapter,address=0x51");
    name = file_name(b.qts, "part-adapter");
    g_assert_cmpstr(name, ==, "linux-i2c:sim,address=0x50");
    /* a socket's property, and this one has none to connect to */
    error = outside_error(b.qts,
                          "{ 'execute': 'qom-get', 'arguments': { 'path': "
                          "'/chardevs/part-adapter', 'property': 'addr' } }");
    g_assert_null(error);
    bench_finish(&b);
}

static void test_chardev_of_a_device_stays(void)
{
    g_autofree char *error = NULL;
    struct bench b;

    boot(&b, CHARDEV ",address=0x50", "chardev=part-adapter,address=0x51");
    error = outside_error(b.qts, "{ 'execute': 'chardev-remove', "
                                 "'arguments': { 'id': 'part-adapter' } }");
    g_assert_cmpstr(error, ==, "Chardev 'part-adapter' is busy");
    g_assert_true(link_is(&b, "ready"));
    bench_finish(&b);
}

static char *add(QTestState *qts, const char *device, int addr)
{
    return outside_error(
        qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'late', "
        "'backend': { 'type': 'linux-i2c', 'data': "
        "{ 'device': %s, 'address': %d } } } }",
        device, addr);
}

static void test_chardev_is_added_and_removed(void)
{
    QTestState *qts = qtest_init("-M microbit");

    for (int i = 0; i < 3; i++) {
        g_autofree char *error = add(qts, "sim", 0x48);
        g_autofree char *name = file_name(qts, "late");

        g_assert_cmpstr(error, ==, NULL);
        g_assert_cmpstr(name, ==, "disconnected:linux-i2c:sim,address=0x48");
        g_assert_null(outside_error(qts, "{ 'execute': 'chardev-remove', "
                                         "'arguments': { 'id': 'late' } }"));
        g_assert_null(file_name(qts, "late"));
    }
    qtest_quit(qts);
}

static void test_monitor_refuses_what_cannot_be(void)
{
    QTestState *qts = qtest_init("-M microbit");
    g_autofree char *range = add(qts, "sim", 0x80);
    g_autofree char *zero = add(qts, "sim", 0);
    g_autofree char *all = add(qts, "sim", 0xffff);
    g_autofree char *empty = add(qts, "", 0x48);
    g_autofree char *absent = add(qts, "/dev/i2c-none", 0x48);

    g_assert_nonnull(strstr(range, "address 0x80 is not one"));
    g_assert_nonnull(strstr(zero, "address 0x0 is not one"));
    g_assert_nonnull(strstr(all, "address 0xffff is not one"));
    g_assert_nonnull(strstr(empty, "give device=/dev/i2c-N"));
    g_assert_nonnull(strstr(absent, "cannot open /dev/i2c-none"));
    g_assert_null(file_name(qts, "late"));
    qtest_quit(qts);
}

/* --- mistakes --- */

static const struct outside_mistake mistakes[] = {
    { "linux-i2c,id=a", "give device=/dev/i2c-N" },
    { "linux-i2c,id=a,device=/dev/null",
      "cannot open /dev/null: Inappropriate ioctl for device" },
    { "linux-i2c,id=a,device=sim,address=0x80", "address 0x80 is not one" },
    { "linux-i2c,id=a,device=sim,address=0xffff", "address 0xffff is not" },
    { "linux-i2c,id=a,device=sim,address=0", "give 0x01 to 0x7f" },
    { "linux-i2c,id=a,device=sim,address=0x48 "
      "-device " DEVICE ",chardev=a,address=0x48,hostaddr=0x50",
      "the chardev serves address 0x48 only" },
    { "linux-i2c,id=a,device=sim,address=0x48 "
      "-device " DEVICE ",chardev=a,address=0x48,export=i2c",
      "leave it out" },
    { "linux-i2c,id=a,device=sim,address=0x48 "
      "-device " DEVICE ",chardev=a,address=0x48 "
      "-device " DEVICE ",chardev=a,address=0x49",
      "already in use" },
    { "linux-i2c,id=a,device=sim "
      "-device " DEVICE ",chardev=a,device=sim,address=0x48",
      "exclude each other" },
};

static void test_mistakes_are_explained(void)
{
    outside_refuses_each("-M microbit -chardev ", mistakes,
                         G_N_ELEMENTS(mistakes));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/linux-i2c/" #name, test_##name)
    ADD(eeprom_round_trip);
    ADD(without_address_it_is_the_whole_bus);
    ADD(smbus_passthrough_takes_it_too);
    ADD(lost_session_comes_back);
    ADD(monitor_sees_adapter_and_address);
    ADD(chardev_of_a_device_stays);
    ADD(chardev_is_added_and_removed);
    ADD(monitor_refuses_what_cannot_be);
    ADD(mistakes_are_explained);
#undef ADD
    return g_test_run();
}
