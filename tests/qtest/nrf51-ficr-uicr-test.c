/*
 * FICR and UICR of the nRF51, and how images and flash=FILE reach flash and
 * UICR
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qobject/qdict.h"
#include "tests/qtest/libqtest.h"

#define FICR        0x10000000
#define UICR        0x10001000
#define PAGE        0x400
#define BOOTLOADER  (UICR + 0x014)
#define CUSTOMER    (UICR + 0x080)
#define MPY_UICR    (UICR + 0x0c0)
#define NVMC_READY  0x4001e400
#define NVMC_CONFIG 0x4001e504
#define WEN         1
#define WRITE_NS    46000
#define ERASED      0xffffffff
#define RAM         0x20000000

/* FICR */

static void ficr_says_what_the_chip_is(void)
{
    static const struct {
        uint16_t offset;
        uint32_t value;
    } table[] = {
        { 0x000, ERASED },     { 0x010, 0x400 },  { 0x014, 0x100 },
        { 0x028, ERASED },     { 0x02c, ERASED }, { 0x034, 2 },
        { 0x038, 0x2000 },     { 0x03c, 0x2000 }, { 0x040, ERASED },
        { 0x05c, 0xffff0072 }, { 0x0a0, ERASED }, { 0x0ac, ERASED },
        { 0x0fc, ERASED },     { 0x3fc, ERASED },
    };
    QTestState *qts = qtest_init("-M microbit");

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_assert_cmphex(qtest_readl(qts, FICR + table[i].offset), ==,
                        table[i].value);
    }
    g_assert_cmphex(qtest_readb(qts, FICR + 0x011), ==, 0x04);
    g_assert_cmphex(qtest_readw(qts, FICR + 0x05e), ==, 0xffff);
    qtest_quit(qts);
}

static void ficr_follows_the_size_of_the_memories(void)
{
    QTestState *qts = qtest_init("-M microbit -global nrf51-soc.sram-size=32768"
                                 " -global nrf51-soc.flash-size=131072");

    g_assert_cmphex(qtest_readl(qts, FICR + 0x014), ==, 0x80);
    g_assert_cmphex(qtest_readl(qts, FICR + 0x034), ==, 4);
    g_assert_cmphex(qtest_readl(qts, FICR + 0x044), ==, 0x2000);
    qtest_quit(qts);
}

static void nobody_writes_to_ficr(void)
{
    QTestState *qts = qtest_init("-M microbit");

    for (unsigned mode = 0; mode < 4; mode++) {
        qtest_writel(qts, NVMC_CONFIG, mode);
        qtest_writel(qts, FICR + 0x010, 0);
        qtest_writeb(qts, FICR + 0x3fc, 0);
    }
    g_assert_cmphex(qtest_readl(qts, FICR + 0x010), ==, 0x400);
    g_assert_cmphex(qtest_readl(qts, FICR + 0x3fc), ==, ERASED);
    qtest_quit(qts);
}

struct identity {
    uint64_t id;
    uint32_t keys[8]; /* ER, IR */
    uint64_t address;
};

static struct identity identity_of(const char *args)
{
    QTestState *qts = qtest_init(args);
    struct identity who = {
        .id = qtest_readq(qts, FICR + 0x060),
        .address = qtest_readl(qts, FICR + 0x0a4) |
                   (uint64_t)qtest_readl(qts, FICR + 0x0a8) << 32,
    };

    for (unsigned i = 0; i < 8; i++) {
        who.keys[i] = qtest_readl(qts, FICR + 0x080 + 4 * i);
    }
    qtest_quit(qts);
    return who;
}

static void a_board_is_the_same_at_every_start(void)
{
    struct identity a = identity_of("-M microbit");
    struct identity b = identity_of("-M microbit");

    g_assert_cmpmem(&a, sizeof(a), &b, sizeof(b));
    g_assert_cmphex(a.id, !=, 0);
    g_assert_cmphex(a.id, !=, UINT64_MAX);
    g_assert_cmphex(a.address >> 48, ==, 0xffff);
    for (unsigned i = 0; i < 7; i++) {
        g_assert_cmphex(a.keys[i], !=, a.keys[i + 1]);
    }
}

static void boards_can_differ(void)
{
    struct identity a = identity_of("-M microbit,device-id=0x0123456789abcdef");
    struct identity b = identity_of("-M microbit,device-id=2");
    struct identity c = identity_of("-M microbit -uuid "
                                    "00112233-4455-6677-8899-aabbccddeeff");
    struct identity d = identity_of("-M microbit -uuid "
                                    "00112233-4455-6677-8899-aabbccddeefe");

    g_assert_cmphex(a.id, ==, 0x0123456789abcdef);
    g_assert_cmphex(b.id, ==, 2);
    g_assert_cmphex(a.address, !=, b.address);
    g_assert_cmphex(a.keys[0], !=, b.keys[0]);
    g_assert_cmphex(a.keys[4], !=, b.keys[4]);
    g_assert_cmphex(c.id, !=, d.id);
    g_assert_cmphex(c.address, !=, d.address);
}

static void a_board_that_runs_keeps_its_identity(void)
{
    QTestState *qts = qtest_init("-M microbit,device-id=2");
    QDict *reply =
        qtest_qmp(qts, "{ 'execute': 'qom-set', 'arguments': {"
                       " 'path': '/machine', 'property': 'device-id',"
                       " 'value': 5 } }");

    qmp_expect_error_and_unref(reply, "GenericError");
    reply = qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments': {"
                           " 'path': '/machine', 'property': 'device-id' } }");
    g_assert_cmpint(qdict_get_int(reply, "return"), ==, 2);
    qobject_unref(reply);
    qtest_quit(qts);
}

/* UICR */

static void uicr_is_written_with_wen_and_kept_over_a_reset(void)
{
    QTestState *qts = qtest_init("-M microbit");

    for (uint32_t address = UICR; address < UICR + PAGE; address += 4) {
        g_assert_cmphex(qtest_readl(qts, address), ==, ERASED);
    }
    qtest_writel(qts, CUSTOMER, 0x11);
    g_assert_cmphex(qtest_readl(qts, CUSTOMER), ==, ERASED);
    qtest_writel(qts, NVMC_CONFIG, WEN);
    qtest_writel(qts, CUSTOMER, 0xffff00ff);
    g_assert_cmphex(qtest_readl(qts, NVMC_READY), ==, 0);
    qtest_clock_step(qts, WRITE_NS);
    g_assert_cmphex(qtest_readl(qts, NVMC_READY), ==, 1);
    qtest_writel(qts, CUSTOMER, 0x0fffffff);
    qtest_writel(qts, UICR + PAGE - 4, 0x22);
    qtest_writeb(qts, UICR + PAGE - 8, 0x22);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, CUSTOMER), ==, 0x0fff00ff);
    g_assert_cmphex(qtest_readl(qts, UICR + PAGE - 4), ==, 0x22);
    g_assert_cmphex(qtest_readl(qts, UICR + PAGE - 8), ==, ERASED);
    qtest_quit(qts);
}

/* Images */

static char *put_file(const void *bytes, size_t len)
{
    char *path = NULL;
    int fd = g_file_open_tmp("bw-image-XXXXXX", &path, NULL);

    g_assert_cmpint(write(fd, bytes, len), ==, len);
    close(fd);
    return path;
}

static void drop_file(char *path)
{
    unlink(path);
    g_free(path);
}

/* A vector table, MicroPython's UICR, a word of RAM, and a start address */
static const char hex_text[] = ":020000040000FA\n"
                               ":0800000000400020090000008F\n"
                               ":020000041000EA\n"
                               ":0410C0007CB0EE17FB\n"
                               ":020000042000DA\n"
                               ":0400000078563412E8\n"
                               ":0400000500000009EE\n"
                               ":00000001FF\n";

static void check_hex_is_in(QTestState *qts)
{
    g_assert_cmphex(qtest_readl(qts, 0), ==, 0x20004000);
    g_assert_cmphex(qtest_readl(qts, 4), ==, 0x00000009);
    g_assert_cmphex(qtest_readl(qts, 8), ==, ERASED);
    g_assert_cmphex(qtest_readl(qts, MPY_UICR), ==, 0x17eeb07c);
    g_assert_cmphex(qtest_readl(qts, BOOTLOADER), ==, ERASED);
    g_assert_cmphex(qtest_readl(qts, RAM), ==, 0); /* RAM is left out */
}

static void every_option_loads_flash_and_uicr(void)
{
    static const char *const options[] = {
        "-M microbit -kernel %s",
        "-M microbit -bios %s",
        "-M microbit -device loader,file=%s",
        "-M microbit,flash-image=%s",
    };
    char *path = put_file(hex_text, strlen(hex_text));

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autofree char *args = g_strdup_printf(options[i], path);
        QTestState *qts = qtest_init(args);

        check_hex_is_in(qts);
        qtest_quit(qts);
    }
    drop_file(path);
}

static void what_firmware_writes_survives_a_reset(void)
{
    char *path = put_file(hex_text, strlen(hex_text));
    QTestState *qts = qtest_initf("-M microbit -device loader,file=%s", path);

    qtest_writel(qts, NVMC_CONFIG, WEN);
    qtest_writel(qts, 4, 1); /* also over the image itself */
    qtest_writel(qts, 0x3e000, 0x600dbeef);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, 0), ==, 0x20004000);
    g_assert_cmphex(qtest_readl(qts, 4), ==, 1);
    g_assert_cmphex(qtest_readl(qts, 0x3e000), ==, 0x600dbeef);
    qtest_quit(qts);
    drop_file(path);
}

static QDict *set_image(QTestState *qts, const char *path)
{
    return qtest_qmp(qts,
                     "{'execute': 'qom-set', 'arguments': {'path': '/machine',"
                     " 'property': 'flash-image', 'value': %s}}",
                     path);
}

/* Also when it has that program already: then it is as new. */
static void a_running_board_is_flashed_over_qmp(void)
{
    char *path = put_file(hex_text, strlen(hex_text));
    QTestState *qts = qtest_init("-M microbit");

    for (int i = 0; i < 2; i++) {
        QDict *reply;

        qtest_writel(qts, NVMC_CONFIG, WEN);
        qtest_writel(qts, 0x3e000, 0);
        qtest_writel(qts, BOOTLOADER, 0x3c000);
        reply = set_image(qts, path);
        g_assert_true(qdict_haskey(reply, "return"));
        qobject_unref(reply);
        qtest_qmp_eventwait(qts, "RESET");
        check_hex_is_in(qts); /* UICR and what was in flash are erased */
        g_assert_cmphex(qtest_readl(qts, 0x3e000), ==, ERASED);
        g_assert_cmphex(qtest_readl(qts, NVMC_CONFIG), ==, 0);
    }
    qtest_quit(qts);
    drop_file(path);
}

static void a_damaged_image_changes_nothing(void)
{
    g_autofree char *damaged = g_strdup(hex_text);
    char *good = put_file(hex_text, strlen(hex_text)), *path;
    QTestState *qts = qtest_initf("-M microbit -kernel %s", good);
    QDict *reply;
    const char *text;

    strstr(damaged, "7CB0")[0] = '8';
    path = put_file(damaged, strlen(damaged));
    qtest_writel(qts, NVMC_CONFIG, WEN);
    reply = set_image(qts, path);
    g_assert_true(qdict_haskey(reply, "error"));
    text = qdict_get_str(qdict_get_qdict(reply, "error"), "desc");
    g_assert_nonnull(strstr(text, path));
    g_assert_nonnull(strstr(text, "line 4: the checksum is wrong"));
    qobject_unref(reply);
    check_hex_is_in(qts);
    g_assert_cmphex(qtest_readl(qts, NVMC_CONFIG), ==, WEN); /* no reset */
    qtest_quit(qts);
    drop_file(path);
    drop_file(good);
}

/* flash=FILE */

static char *file_name(void)
{
    char *path = put_file("", 0);

    unlink(path);
    return path;
}

static void a_flash_file_keeps_flash_and_uicr(void)
{
    char *path = file_name();
    QTestState *qts = qtest_initf("-M microbit,flash=%s", path);
    g_autofree char *bytes = NULL;
    gsize len;

    g_assert_cmphex(qtest_readl(qts, 0), ==, ERASED);
    qtest_writel(qts, NVMC_CONFIG, WEN);
    qtest_writel(qts, 0x3fffc, 0x12345678);
    qtest_writel(qts, CUSTOMER, 0x87654321);
    g_assert_true(g_file_get_contents(path, &bytes, &len, NULL));
    g_assert_cmpuint(len, ==, 0x40000 + 2 * PAGE);
    g_assert_cmphex(ldl_le_p(bytes + 0x3fffc), ==, 0x12345678);
    g_assert_cmphex((uint32_t)ldl_le_p(bytes + 0x40080), ==, 0x87654321);
    qtest_quit(qts);

    qts = qtest_initf("-M microbit,flash=%s", path);
    g_assert_cmphex(qtest_readl(qts, 0x3fffc), ==, 0x12345678);
    g_assert_cmphex(qtest_readl(qts, CUSTOMER), ==, 0x87654321);
    g_assert_cmphex(qtest_readl(qts, CUSTOMER + 4), ==, ERASED);
    qtest_writel(qts, NVMC_CONFIG, 2);
    qtest_writel(qts, 0x4001e508, 0x3fc00);
    qtest_quit(qts);

    qts = qtest_initf("-M microbit,flash=%s", path);
    g_assert_cmphex(qtest_readl(qts, 0x3fffc), ==, ERASED);
    g_assert_cmphex(qtest_readl(qts, CUSTOMER), ==, 0x87654321);
    qtest_quit(qts);
    drop_file(path);
}

/* The image that flash holds already is not programmed again. */
static void an_image_spares_what_was_written_beside_it(void)
{
    char *path = file_name(), *hex = put_file(hex_text, strlen(hex_text));
    QTestState *qts;

    for (int i = 0; i < 2; i++) {
        qts = qtest_initf("-M microbit,flash=%s -kernel %s", path, hex);
        check_hex_is_in(qts);
        g_assert_cmphex(qtest_readl(qts, 0x3e000), ==, i ? 0x33 : ERASED);
        qtest_writel(qts, NVMC_CONFIG, WEN);
        qtest_writel(qts, 0x3e000, 0x33);
        if (i) {
            qtest_writel(qts, 4, 0);
        }
        qtest_quit(qts);
    }
    qts = qtest_initf("-M microbit,flash=%s -kernel %s", path, hex);
    check_hex_is_in(qts); /* another one is, on an erased chip */
    g_assert_cmphex(qtest_readl(qts, 0x3e000), ==, ERASED);
    qtest_quit(qts);
    drop_file(hex);
    drop_file(path);
}

#define TEST(name) qtest_add_func("/nrf51-ficr-uicr/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(ficr_says_what_the_chip_is);
    TEST(ficr_follows_the_size_of_the_memories);
    TEST(nobody_writes_to_ficr);
    TEST(a_board_is_the_same_at_every_start);
    TEST(boards_can_differ);
    TEST(a_board_that_runs_keeps_its_identity);
    TEST(uicr_is_written_with_wen_and_kept_over_a_reset);
    TEST(every_option_loads_flash_and_uicr);
    TEST(what_firmware_writes_survives_a_reset);
    TEST(a_running_board_is_flashed_over_qmp);
    TEST(a_damaged_image_changes_nothing);
    TEST(a_flash_file_keeps_flash_and_uicr);
    TEST(an_image_spares_what_was_written_beside_it);
    return g_test_run();
}
