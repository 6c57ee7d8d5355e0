/*
 * host-agent/up_plan.c and up_options.c: from a bench to a command line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/up_options.h"
#include "host-agent/up_plan.h"

static struct bw_up up;
static char why[2 * BW_UP_MAX_NOTE];

static void begin(const char *machine)
{
    memset(&up, 0, sizeof(up));
    up.machine = bw_up_machine_find(machine);
    assert_non_null(up.machine);
    up.address = "unix:/run/a.sock";
}

static void have(const char *name, unsigned kind, uint16_t addr)
{
    struct bw_up_export *x = &up.exports[up.export_count++];

    x->is.kind = (uint16_t)kind;
    x->is.addr = addr;
    strcpy(x->is.name, name);
}

static void have_one_of_each(void)
{
    have("thermometer", BW_EXPORT_I2C, 0x48);
    have("bus", BW_EXPORT_I2C, BW_ADDR_ANY);
    have("desk", BW_EXPORT_BENCH, BW_ADDR_ANY);
    have("lines", BW_EXPORT_GPIO, BW_ADDR_ANY);
    have("tape", BW_EXPORT_SCSI, BW_ADDR_ANY);
    have("ftdi", BW_EXPORT_USB, BW_ADDR_ANY);
    have("later", BW_EXPORT_USB + 1, BW_ADDR_ANY);
}

static void wish(const char *text)
{
    up.wishes[up.wish_count++].text = text;
}

static void plan(void)
{
    if (!bw_up_plan(&up, why, sizeof(why))) {
        fail_msg("%s", why);
    }
}

static void refuses(const char *sentence)
{
    assert_false(bw_up_plan(&up, why, sizeof(why)));
    if (!strstr(why, sentence)) {
        fail_msg("%s", why);
    }
}

/* The whole command line, as a shell takes it. */
static void expect_line(const char *expected)
{
    struct bw_up_options o = { .count = 0 };
    char *words[BW_UP_MAX_WORDS];
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    int count, i;

    bw_up_build(&up, &o);
    count = bw_up_words(&o, words, BW_UP_MAX_WORDS);
    assert_true(count > 0);
    for (i = 0; i < count; i++) {
        fputs(i ? " " : "", f);
        bw_up_put_word(f, words[i]);
        free(words[i]);
    }
    fclose(f);
    assert_string_equal(text, expected);
    free(text);
    bw_up_finish(&o);
}

#define LINK(id) \
    "-chardev socket,id=" id "-link,path=/run/a.sock,reconnect-ms=1000 "
#define MICROBIT "-machine microbit -icount shift=6,align=on "

static void a_microbit_gets_parts_and_lines(void **state)
{
    (void)state;
    begin("microbit");
    have_one_of_each();
    wish("lines.led=P1");
    wish("button=P0");
    plan();
    assert_int_equal(bw_up_attached(&up), 2);
    assert_non_null(strstr(up.exports[1].note, "--only bus"));
    assert_string_equal(up.exports[2].note, "");
    assert_non_null(strstr(up.exports[4].note, "take --machine virt"));
    assert_non_null(strstr(up.exports[5].note, "has no USB host"));
    assert_non_null(strstr(up.exports[6].note, "does not know its type"));
    expect_line(MICROBIT LINK(
        "thermometer") "-device i2c-passthrough,id=thermometer,"
                       "chardev=thermometer-link,export=thermometer,address=0x48 " LINK(
                           "lines") "-device gpio-passthrough,id=lines-P1,chardev=lines-link,"
                                    "export=lines,line=led,pin=P1 "
                                    "-device gpio-passthrough,id=lines-P0,chardev=lines-link,"
                                    "export=lines,line=button,pin=P0");
}

static void virt_gets_usb_and_scsi_with_their_controllers(void **state)
{
    (void)state;
    begin("virt");
    up.firmware = "zImage";
    have_one_of_each();
    plan();
    assert_int_equal(bw_up_attached(&up), 2);
    assert_non_null(strstr(up.exports[0].note, "has no I2C bus"));
    expect_line(
        "-machine virt,kernel=zImage,highmem=off -m size=512M "
        "-device qemu-xhci,id=usb -device virtio-scsi-pci,id=scsi " LINK(
            "tape") "-device tape-passthrough,id=tape,chardev=tape-link,"
                    "export=tape " LINK(
                        "ftdi") "-chardev benchwire-usb,id=ftdi-usb,chardev=ftdi-link,"
                                "export=ftdi -device usb-redir,id=ftdi,chardev=ftdi-usb");
}

static void raspi2b_has_usb_of_its_own_and_parts_on_its_header(void **state)
{
    (void)state;
    begin("raspi2b");
    have("thermometer", BW_EXPORT_I2C, 0x48);
    have("ftdi", BW_EXPORT_USB, BW_ADDR_ANY);
    plan();
    expect_line("-machine raspi2b " LINK(
        "thermometer") "-device i2c-passthrough,id=thermometer,"
                       "chardev=thermometer-link,export=thermometer,address=0x48,"
                       "bus=i2c-bus.1 " LINK(
                           "ftdi") "-chardev benchwire-usb,id=ftdi-usb,chardev=ftdi-link,"
                                   "export=ftdi -device usb-redir,id=ftdi,chardev=ftdi-usb");
}

static void a_part_can_have_another_address(void **state)
{
    (void)state;
    begin("microbit");
    have("thermometer", BW_EXPORT_I2C, 0x48);
    wish("thermometer=0x49");
    plan();
    expect_line(MICROBIT LINK(
        "thermometer") "-device i2c-passthrough,id=thermometer,"
                       "chardev=thermometer-link,export=thermometer,address=0x49,"
                       "hostaddr=0x48");
}

static void two_parts_do_not_get_one_address(void **state)
{
    (void)state;
    begin("microbit");
    have("a", BW_EXPORT_I2C, 0x48);
    have("b", BW_EXPORT_I2C, 0x48);
    plan();
    assert_true(up.exports[0].attached);
    assert_false(up.exports[1].attached);
    assert_non_null(strstr(up.exports[1].note, "is taken by \"a\""));

    begin("microbit");
    have("a", BW_EXPORT_I2C, 0x48);
    have("b", BW_EXPORT_I2C, 0x48);
    wish("b=0x49");
    plan();
    assert_int_equal(bw_up_attached(&up), 2);
}

static void a_whole_bus_alone_is_attached(void **state)
{
    (void)state;
    begin("microbit");
    have("bus", BW_EXPORT_I2C, BW_ADDR_ANY);
    plan();
    expect_line(MICROBIT LINK(
        "bus") "-device i2c-passthrough,id=bus,chardev=bus-link,export=bus,"
               "address=any");

    begin("microbit");
    have("part", BW_EXPORT_I2C, 0x48);
    have("bus", BW_EXPORT_I2C, BW_ADDR_ANY);
    up.only[up.only_count++] = "bus";
    plan();
    assert_false(up.exports[0].attached);
    assert_true(up.exports[1].attached);
}

static void ten_bits_are_said(void **state)
{
    (void)state;
    begin("microbit");
    have("wide", BW_EXPORT_I2C, 0x150);
    plan();
    assert_string_equal(up.exports[0].place, "I2C address 0x150, 10 bits");
    expect_line(MICROBIT LINK(
        "wide") "-device i2c-passthrough,id=wide,chardev=wide-link,"
                "export=wide,address=0x150,ten-bit=on");
}

static void only_and_without_choose(void **state)
{
    (void)state;
    begin("virt");
    have_one_of_each();
    up.without[up.without_count++] = "tape";
    plan();
    assert_false(up.exports[4].attached);
    assert_true(up.exports[5].attached);
    begin("virt");
    have_one_of_each();
    up.only[up.only_count++] = "tape";
    plan();
    assert_true(up.exports[4].attached);
    assert_false(up.exports[5].attached);
}

/* What was asked for by name and cannot be had is an error, with the cure. */
static void what_is_named_must_be_had(void **state)
{
    static const struct {
        const char *machine, *only, *without, *wish, *sentence;
    } cases[] = {
        { "microbit", "nix", NULL, NULL, "--only nix: there is no such" },
        { "microbit", NULL, "nix", NULL, "--without nix: there is no such" },
        { "microbit", "tape", NULL, NULL, "\"tape\" cannot be attached: " },
        { "microbit", "ftdi", NULL, NULL, "take --machine virt" },
        { "microbit", "lines", NULL, NULL, "--pin lines.LINE=P0" },
        { "virt", "thermometer", NULL, NULL, "take --machine microbit" },
        { "virt", NULL, NULL, "lines.led=P0", "cannot be pins of" },
        { "microbit", NULL, NULL, "thermometer", "neither EXPORT=ADDRESS" },
        { "microbit", NULL, NULL, "thermometer=", "neither EXPORT=ADDRESS" },
        { "microbit", NULL, NULL, "=0x49", "neither EXPORT=ADDRESS" },
        { "microbit", NULL, NULL, "thermometer=0x80", "is no I2C address" },
        { "microbit", NULL, NULL, "thermometer=0", "is no I2C address" },
        { "microbit", NULL, NULL, "thermometer=-1", "is no I2C address" },
        { "microbit", NULL, NULL, "thermometer=48x", "is no I2C address" },
        { "microbit", NULL, NULL,
          "thermometer=0x0000000000000000000000000000048",
          "neither EXPORT=ADDRESS" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        begin(cases[i].machine);
        have_one_of_each();
        up.only[0] = cases[i].only;
        up.only_count = cases[i].only ? 1 : 0;
        up.without[0] = cases[i].without;
        up.without_count = cases[i].without ? 1 : 0;
        if (cases[i].wish) {
            wish(cases[i].wish);
        }
        refuses(cases[i].sentence);
    }
}

static void a_pin_is_one_line_and_a_bench_has_none(void **state)
{
    (void)state;
    begin("microbit");
    have("lines", BW_EXPORT_GPIO, BW_ADDR_ANY);
    wish("led=P1");
    wish("button=P1");
    refuses("\"led=P1\" and \"button=P1\" are one pin; choose another");
    begin("microbit");
    have("desk", BW_EXPORT_BENCH, BW_ADDR_ANY);
    wish("desk=0x50");
    refuses("\"desk=0x50\": type bench has no such place; leave it out");
}

static void a_line_alone_needs_one_gpio_export(void **state)
{
    (void)state;
    begin("microbit");
    have("one", BW_EXPORT_GPIO, BW_ADDR_ANY);
    have("two", BW_EXPORT_GPIO, BW_ADDR_ANY);
    wish("led=P0");
    refuses("there is no export or line \"led\"");
    begin("microbit");
    have("one", BW_EXPORT_GPIO, BW_ADDR_ANY);
    wish("a.b=P0"); /* lines may have dots */
    plan();
    assert_string_equal(up.wishes[0].line, "a.b");
    begin("microbit");
    have("one", BW_EXPORT_GPIO, BW_ADDR_ANY);
    wish("one=P0"); /* its only line */
    plan();
    assert_string_equal(up.wishes[0].line, "");
    expect_line(MICROBIT LINK(
        "one") "-device gpio-passthrough,id=one-P0,chardev=one-link,"
               "export=one,pin=P0");
}

static void commas_and_quotes_reach_qemu_as_they_are(void **state)
{
    (void)state;
    begin("microbit");
    up.firmware = "a,b's file.hex";
    up.address = "unix:/run/a,b.sock";
    have("9 parts,", BW_EXPORT_I2C, 0x48); /* no name for an id */
    plan();
    expect_line("-machine 'microbit,kernel=a,,b'\\''s file.hex' -icount "
                "shift=6,align=on -chardev socket,id=export0-link,"
                "path=/run/a,,b.sock,reconnect-ms=1000 "
                "-device 'i2c-passthrough,id=export0,chardev=export0-link,"
                "export=9 parts,,,address=0x48'");
}

static void tls_takes_a_key_or_a_certificate(void **state)
{
    (void)state;
    begin("microbit");
    up.address = "tls:[fe80::1]:7420";
    up.tls_dir = "/etc/keys";
    up.tls_identity = "anna";
    have("t", BW_EXPORT_I2C, 0x48);
    plan();
    expect_line(MICROBIT "-object tls-creds-psk,id=key,dir=/etc/keys,"
                         "endpoint=client,username=anna "
                         "-chardev socket,id=t-link,host=fe80::1,port=7420,"
                         "tls-creds=key,reconnect-ms=1000 "
                         "-device i2c-passthrough,id=t,chardev=t-link,"
                         "export=t,address=0x48");
    up.address = "tls:pi.local:7420";
    up.tls_identity = NULL;
    expect_line(MICROBIT "-object tls-creds-x509,id=key,dir=/etc/keys,"
                         "endpoint=client "
                         "-chardev socket,id=t-link,host=pi.local,port=7420,"
                         "tls-creds=key,reconnect-ms=1000 "
                         "-device i2c-passthrough,id=t,chardev=t-link,"
                         "export=t,address=0x48");
}

static void a_file_for_readconfig_says_the_same(void **state)
{
    struct bw_up_options o = { .count = 0 };
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    (void)state;
    begin("virt");
    up.firmware = "a,b";
    have("tape", BW_EXPORT_SCSI, BW_ADDR_ANY);
    plan();
    bw_up_build(&up, &o);
    assert_true(bw_up_put_config(f, &o));
    fclose(f);
    assert_string_equal(text, "\n[machine]\n"
                              "  type = \"virt\"\n"
                              "  kernel = \"a,b\"\n"
                              "  highmem = \"off\"\n"
                              "\n[memory]\n"
                              "  size = \"512M\"\n"
                              "\n[device \"scsi\"]\n"
                              "  driver = \"virtio-scsi-pci\"\n"
                              "\n[chardev \"tape-link\"]\n"
                              "  backend = \"socket\"\n"
                              "  path = \"/run/a.sock\"\n"
                              "  reconnect-ms = \"1000\"\n"
                              "\n[device \"tape\"]\n"
                              "  driver = \"tape-passthrough\"\n"
                              "  chardev = \"tape-link\"\n"
                              "  export = \"tape\"\n");
    free(text);
    bw_up_finish(&o);
}

static void what_no_form_can_say_is_refused(void **state)
{
    struct bw_up_options o = { .count = 0 };

    (void)state;
    bw_up_add(&o, "machine", "microbit");
    bw_up_set(&o, "kernel", "%s", "a\"b");
    assert_false(bw_up_put_config(stdout, &o));
    assert_false(o.failed);
    bw_up_set(&o, "kernel", "%s", "a\nb=c");
    assert_true(o.failed);
    bw_up_finish(&o);

    o.failed = false;
    for (int i = 0; i < BW_UP_MAX_OPTIONS; i++) {
        bw_up_add(&o, "device", "x");
    }
    assert_false(o.failed);
    bw_up_add(&o, "device", "x");
    assert_true(o.failed);
    bw_up_finish(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_microbit_gets_parts_and_lines),
        cmocka_unit_test(virt_gets_usb_and_scsi_with_their_controllers),
        cmocka_unit_test(raspi2b_has_usb_of_its_own_and_parts_on_its_header),
        cmocka_unit_test(a_part_can_have_another_address),
        cmocka_unit_test(two_parts_do_not_get_one_address),
        cmocka_unit_test(a_whole_bus_alone_is_attached),
        cmocka_unit_test(ten_bits_are_said),
        cmocka_unit_test(only_and_without_choose),
        cmocka_unit_test(what_is_named_must_be_had),
        cmocka_unit_test(a_pin_is_one_line_and_a_bench_has_none),
        cmocka_unit_test(a_line_alone_needs_one_gpio_export),
        cmocka_unit_test(commas_and_quotes_reach_qemu_as_they_are),
        cmocka_unit_test(tls_takes_a_key_or_a_certificate),
        cmocka_unit_test(a_file_for_readconfig_says_the_same),
        cmocka_unit_test(what_no_form_can_say_is_refused),
    };

    return cmocka_run_group_tests_name("up_plan", tests, NULL, NULL);
}
