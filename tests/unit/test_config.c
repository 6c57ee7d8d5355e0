/*
 * host-agent/config.c and config_*.c: what a bench file may say, and the line
 * and cause of what it may not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/backend_sim.h"
#include "host-agent/bench_setup.h"
#include "host-agent/config.h"

#define PART   "[part t]\nmodel=tmp102\nadapter=sim:desk\naddress=0x48\n"
#define EXPORT "[export t]\ntype=i2c\nadapter=sim:desk\naddress=0x48\n"

#define USB "[export u]\ntype=usb\ndevice=0403:6001\n"

#define FAULT PART EXPORT "[fault x]\nadapter=sim:desk\n"

static struct bw_config config;

static bool read_text(const char *text, char error[BW_CONFIG_MAX_ERROR])
{
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    bool ok;

    assert_non_null(file);
    error[0] = '\0';
    ok = bw_config_read(&config, file, "f", error);
    fclose(file);
    return ok;
}

static void must_read(const char *text)
{
    char error[BW_CONFIG_MAX_ERROR];

    if (!read_text(text, error)) {
        fail_msg("refused: %s", error);
    }
}

static void a_whole_bench_is_read(void **state)
{
    (void)state;
    must_read("; a comment\n# another\n"
              "[listen]\nunix = /tmp/s ; why not\ntcp = 127.0.0.1:7420\n"
              "[part t]\ntemperature = -12.5\nmodel = tmp102\n"
              "  adapter = sim:desk\n\taddress = 73\n" /* 0x49, indented */
              "[export one]\ntype=i2c\nadapter=sim:desk\naddress=0x49\n"
              "text = M\xc3\xbcller's part\n"
              "[export all]\ntype=i2c\nadapter=/dev/i2c-1\naddress=any\n"
              "[export desk]\ntype=bench\nadapter=sim:desk\n");
    assert_string_equal(config.listen.unix_path, "/tmp/s");
    assert_string_equal(config.listen.tcp.host, "127.0.0.1");
    assert_int_equal(config.listen.tcp.port, 7420);
    assert_int_equal(config.part_count, 1);
    assert_int_equal(config.parts[0].addr, 0x49);
    assert_int_equal(config.parts[0].preset_count, 1);
    assert_int_equal(config.parts[0].presets[0].micro, -12500000);
    assert_int_equal(config.export_count, 3);
    assert_int_equal(config.exports[0].addr, 0x49);
    assert_string_equal(config.exports[0].text, "M\xc3\xbcller's part");
    assert_int_equal(config.exports[1].addr, BW_ADDR_ANY);
    assert_int_equal(config.exports[2].kind, BW_EXPORT_BENCH);
}

static void listeners_have_their_defaults(void **state)
{
    const struct bw_config_listen *l = &config.listen;

    (void)state;
    must_read(PART EXPORT);
    assert_int_equal(l->line, 0);
    assert_int_equal(l->tls.line, 0);
    assert_int_equal(l->silence_ms, 10000);
    assert_true(l->sandbox);
    assert_int_equal(l->sessions, 64);
    assert_string_equal(l->credentials, "/etc/benchwire/tls");
    assert_string_equal(l->metrics_path, "");
}

static void listeners_are_as_written(void **state)
{
    const struct bw_config_listen *l = &config.listen;

    (void)state;
    must_read("[listen]\ntcp=0.0.0.0:0\ninsecure=yes\ntls=[fe80::1%eth0]\n"
              "credentials=/x\nsilence=2min\nmetrics=/m\nsandbox=no\n"
              "sessions=3\n" PART EXPORT);
    assert_string_equal(l->tcp.host, "0.0.0.0");
    assert_int_equal(l->tcp.port, 0);
    assert_string_equal(l->tls.host, "fe80::1%eth0");
    assert_int_equal(l->tls.port, 7420);
    assert_string_equal(l->credentials, "/x");
    assert_int_equal(l->silence_ms, 120000);
    assert_string_equal(l->metrics_path, "/m");
    assert_false(l->sandbox);
    assert_int_equal(l->sessions, 3);
    must_read("[listen]\nsilence=never\ntcp=127.1.2.3\n" PART EXPORT);
    assert_int_equal(l->silence_ms, 0);
}

static void identities_are_as_written(void **state)
{
    const struct bw_policy *p = &config.policy;

    (void)state;
    must_read(PART EXPORT "[identity ci@lab.example]\nexports = t, led-*\n"
                          "exports = b?\nuser = root\n"
                          "[identity loopback]\nadmin = yes\n");
    assert_true(bw_policy_may_open(p, "ci@lab.example", "t"));
    assert_true(bw_policy_may_open(p, "ci@lab.example", "led-2"));
    assert_true(bw_policy_may_open(p, "ci@lab.example", "b1"));
    assert_false(bw_policy_may_open(p, "ci@lab.example", "b12"));
    assert_false(bw_policy_is_admin(p, "ci@lab.example"));
    assert_string_equal(bw_policy_name_user(p, 0), "ci@lab.example");
    assert_string_equal(bw_policy_name_user(p, 12345), "local");
    assert_true(bw_policy_may_open(p, "local", "t"));
    /* a section takes the place of what is built in */
    assert_true(bw_policy_is_admin(p, "loopback"));
    assert_false(bw_policy_may_open(p, "loopback", "t"));
}

static void files_of_other_systems_are_read(void **state)
{
    (void)state;
    must_read("\xef\xbb\xbf[export x]\r\ntype = i2c\r\n"
              "adapter = /dev/i2c-1\r\naddress = any\r\n");
    assert_string_equal(config.exports[0].adapter, "/dev/i2c-1");
}

static void a_part_with_one_address_need_not_name_it(void **state)
{
    (void)state;
    must_read("[part c]\nmodel=ds3231\nadapter=sim:desk\n"
              "[export c]\ntype=i2c\nadapter=sim:desk\naddress=any\n");
    assert_int_equal(config.parts[0].addr, 0x68);
}

static void a_part_may_have_an_address_of_ten_bits(void **state)
{
    static struct bw_bench bench;
    char error[256];

    (void)state;
    must_read("[part a]\nmodel=tmp102\nadapter=sim:desk\naddress=0x150\n"
              "[part b]\nmodel=ds3231\nadapter=sim:desk\naddress=0x68\n"
              "[part c]\nmodel=24c02\nadapter=sim:desk\naddress=0x68\n"
              "ten-bit=yes\n"
              "[export d]\ntype=i2c\nadapter=sim:desk\naddress=any\n");
    assert_true(config.parts[0].ten_bit);
    assert_int_equal(config.parts[0].addr, 0x150);
    assert_false(config.parts[1].ten_bit);
    assert_true(config.parts[2].ten_bit);
    bw_bench_init(&bench);
    assert_true(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_true(bench.buses[0]->adapter->funcs & BW_I2C_FUNC_TEN_BIT);
    bw_bench_finish(&bench);
}

static void adapters_that_drive_lines_have_a_section(void **state)
{
    static struct bw_bench bench;
    char error[256];

    (void)state;
    must_read("[adapter wires:desk]\nspeed = 400000\n"
              "[adapter gpio:pins]\nchip=gpiochip0\nscl=3\nsda=GPIO2\n"
              "[part t]\nmodel=tmp102\nadapter=wires:desk\naddress=0x48\n"
              "[export t]\ntype=i2c\nadapter=wires:desk\naddress=0x48\n"
              "[export v]\ntype=bench\nadapter=wires:desk\n"
              "[export p]\ntype=i2c\nadapter=gpio:pins\naddress=any\n");
    assert_int_equal(config.adapters[0].scl_hz, 400000);
    assert_string_equal(config.adapters[1].sda, "GPIO2");
    config.export_count = 2; /* no chip here */
    bw_bench_init(&bench);
    assert_true(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_true(bench.buses[0]->adapter->funcs & BW_I2C_FUNC_LINES);
    assert_non_null(bench.buses[0]->sim);
    bw_bench_finish(&bench);
}

/* With libgpiod the chip is missing, without it the library. */
static void lines_that_cannot_be_had_fail_the_setup(void **state)
{
    static struct bw_bench bench;
    char error[256] = "";

    (void)state;
    must_read("[adapter gpio:p]\nchip=gpiochip-none\nscl=3\nsda=2\n"
              "[export p]\ntype=i2c\nadapter=gpio:p\naddress=any\n");
    bw_bench_init(&bench);
    assert_false(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_non_null(strstr(error, "gpiochip-none"));
}

static void the_bench_is_built_as_written(void **state)
{
    static struct bw_bench bench;
    struct bw_wire_value v;
    struct bw_bus *bus;
    char error[256];

    (void)state;
    must_read(PART "temperature=30.25\n" EXPORT
                   "[export desk]\ntype=bench\nadapter=sim:desk\n");
    bw_bench_init(&bench);
    assert_true(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_int_equal(bench.bus_count, 1);
    assert_int_equal(bench.export_count, 2);
    bus = bw_bench_find_bus(&bench, "sim:desk");
    bw_sim_value_at(bus->sim, bw_sim_value_find(bus->sim, "t.temperature"), &v);
    assert_int_equal(v.micro, 30250000);
    bw_bench_finish(&bench);
}

static void faults_and_sharing_are_as_written(void **state)
{
    static struct bw_bench bench;
    struct bw_wire_fault faults[BW_FAULT_SET_MAX];
    char text[BW_FAULT_TEXT_SIZE];
    struct bw_bus *bus;
    char error[256];

    (void)state;
    must_read(PART EXPORT "shared = yes\n"
                          "[export other]\ntype=i2c\nadapter=sim:desk\n"
                          "address=0x49\n"
                          "[fault a]\nadapter=sim:desk\nkind=stretch\n"
                          "address=0x48\ndirection=read\nbyte=3\n"
                          "time=1.5ms\nskip=2\ncount=4\nchance=12.5%\n"
                          "seed=9\n"
                          "[fault b]\nkind=flip\nmask=0x81\n"
                          "address=0x150t\nadapter=sim:desk\n"
                          "[fault c]\nkind=vanish\ntime=2s\n"
                          "adapter=sim:desk\n");
    bw_bench_init(&bench);
    assert_true(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_true(bench.exports[0]->shared);
    assert_false(bench.exports[1]->shared);
    bus = bw_bench_find_bus(&bench, "sim:desk");
    assert_int_equal(bw_fault_set_list(bus->faults, faults), 3);
    bw_fault_text_print(&faults[0], text);
    assert_string_equal(text, "stretch address=0x48 direction=read byte=3 "
                              "time=1.5ms skip=2 count=4 chance=12.5% seed=9");
    assert_int_equal(faults[0].time_us, 1500);
    assert_int_equal(faults[0].chance_ppm, 125000);
    bw_fault_text_print(&faults[1], text);
    assert_string_equal(text, "flip address=0x150t mask=0x81 count=0");
    bw_fault_text_print(&faults[2], text);
    assert_string_equal(text, "vanish time=2s count=1");
    bw_bench_finish(&bench);
}

static void without_faults_or_bench_there_is_no_filter(void **state)
{
    static struct bw_bench bench;
    char error[256];

    (void)state;
    must_read(PART EXPORT);
    bw_bench_init(&bench);
    assert_true(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_null(bench.buses[0]->faults);
    bw_bench_finish(&bench);
}

static void an_adapter_that_is_missing_fails_the_setup(void **state)
{
    static struct bw_bench bench;
    char error[256] = "";

    (void)state;
    must_read("[export x]\ntype=i2c\nadapter=/dev/i2c-none\naddress=any\n");
    bw_bench_init(&bench);
    assert_false(bw_bench_setup(&bench, &config, error, sizeof(error)));
    assert_non_null(strstr(error, "/dev/i2c-none"));
    assert_int_equal(bench.export_count, 0);
}

/* Texts that must be refused, in which line, and a part of the reason. */
static const struct refusal {
    const char *text;
    int line;
    const char *why;
} refusals[] = {
    { "[nonsense]\nx=1\n", 1,
      "section [nonsense] is unknown; write [listen], [part NAME]" },
    { "[]\n", 1, "section [] is unknown" },
    { "[part\n", 1, "no ]" },
    { "# only a comment\n\n", 2, "nothing is exported" },
    { "x = 1\n", 1, "before the first section" },
    { PART EXPORT "blah\n", 9, "neither a [section] nor KEY = VALUE" },
    { "[listen]\nport = 1\n", 2, "key \"port\" is unknown in [listen]" },
    { "[listen x]\n", 1, "[listen] has no name" },
    { "[listen]\n[listen]\n", 2, "already in line 1" },
    { "[listen]\nunix=/a\nunix=/b\n", 3, "given twice" },
    { "[listen]\nunix=\n", 2, "empty" },
    { "[listen]\ntcp=0.0.0.0:7420\n" PART EXPORT, 2, "add insecure = yes" },
    { "[listen]\ntcp=192.168.1.5\n" PART EXPORT, 2, "add insecure = yes" },
    { "[listen]\ntcp=[::]:7420\ninsecure=no\n" PART EXPORT, 2,
      "add insecure = yes" },
    { "[listen]\ntcp=127.0.0.1.example.org:7420\n", 2, "not an address" },
    { "[listen]\ntls=pi.local:7420\n", 2, "not an address" },
    { "[listen]\ntcp=7420\n", 2, "not an address" },
    { "[listen]\ntcp=::1:7420\n", 2, "not an address" },
    { "[listen]\ntcp=[::1\n", 2, "not an address" },
    { "[listen]\ntcp=[::1]7420\n", 2, "not an address" },
    { "[listen]\ntcp=[127.0.0.1]:7420\n", 2, "not an address" },
    { "[listen]\ntcp=[fe80::1%]:7420\n", 2, "not an address" },
    { "[listen]\ntls=127.0.0.1:1:2\n", 2, "not an address" },
    { "[listen]\ntls=127.0.0.1\ntls=[::1]\n", 3, "given twice" },
    { "[listen]\ntls=[::]:1\ntcp=[::]:1\ninsecure=yes\n" PART EXPORT, 3,
      "the same address" },
    { "[listen]\ninsecure=1\n", 2, "neither yes nor no" },
    { "[listen]\nunix=/a\nmetrics=/a\n" PART EXPORT, 1, "the same path" },
    { "[listen]\ncredentials=/a\n" PART EXPORT, 1, "have no use" },
    { "[listen]\ncredentials=tls\n", 2, "not a whole path" },
    { "[listen]\nsilence=10\n", 2, "with its unit" },
    { "[listen]\nsilence=99ms\n", 2, "with its unit" },
    { "[listen]\nsilence=61min\n", 2, "with its unit" },
    { "[listen]\nsilence=-1s\n", 2, "with its unit" },
    { "[listen]\nsilence=99999999999999999999s\n", 2, "with its unit" },
    { "[listen]\nsilence=never\nsilence=1s\n", 3, "given twice" },
    { "[listen]\nsandbox=on\n", 2, "neither yes nor no" },
    { "[listen]\nsessions=0\n", 2, "write 1 to 64" },
    { "[listen]\nsessions=65\n", 2, "write 1 to 64" },
    { "[listen]\nsessions=1\nsessions=1\n", 3, "given twice" },
    { "[identity]\n", 1, "[identity] has no name" },
    { "[identity a b]\n", 1, "not allowed" },
    { "[identity a]\n[identity a]\n", 2, "already in line 1" },
    { "[identity local]\n[identity local]\n", 2, "already in line 1" },
    { "[identity a]\nexports=\n", 2, "exports is empty" },
    { "[identity a]\nexports= , \n", 2, "exports is empty" },
    { "[identity a]\nadmin=maybe\n", 2, "neither yes nor no" },
    { "[identity a]\nadmin=no\nadmin=no\n", 3, "given twice" },
    { "[identity a]\nuser=no such user\n", 2, "there is no user" },
    { "[identity a]\nuser=root\nuser=root\n", 3, "given twice" },
    { "[identity local]\nuser=root\n", 2, "is not one user" },
    { "[identity a]\npassword=x\n", 2, "unknown in [identity]" },
    { PART EXPORT "[identity a]\nexports=t\nexports=t x*, led\n", 11,
      "may open \"led\", which is no export" },
    { PART EXPORT "[identity a]\nuser=root\n[identity b]\nuser=0\n", 11,
      "the same user" },
    { "[listen]\ntcp=localhost:70000\n", 2, "the port" },
    { "[listen]\ntcp=localhost:+80\n", 2, "the port" },
    { "[listen]\ntcp=localhost: 80\n", 2, "the port" },
    { "[listen]\ntcp=localhost:\n", 2, "the port" },
    { "[listen]\ntcp=localhost:99999999999999999999\n", 2, "the port" },
    { "[listen]\ntcp=localhost:x\n", 2, "the port" },
    { "[part]\n", 1, "[part] has no name" },
    { "[part a b]\n", 1, "not allowed" },
    { "[part a.b]\n", 1, "not allowed" },
    { PART PART EXPORT, 5, "already in line 1" },
    { "[part t]\nmodel=tmp103\n", 2,
      "the models are 24c02, ds3231, fifo, lsm303agr-acc, lsm303agr-mag, "
      "mag3110, mma8653, nunchuk, smart-battery, ssd1306, stretcher, "
      "tmp102, torture" },
    { "[part t]\nadapter=/dev/i2c-1\n", 2, "a part is simulated" },
    { "[part t]\nadapter=sim:\n", 2, "a part is simulated" },
    { "[part t]\naddress=0x400\n", 2, "not a number from 0x00 to 0x7f" },
    { "[adapter sim:desk]\n", 1, "has nothing to set" },
    { "[adapter]\n", 1, "has nothing to set" },
    { "[adapter wires:a]\nspeed=999\n", 2, "write 1000 to 1000000" },
    { "[adapter wires:a]\nspeed=4 MHz\n", 2, "write 1000 to 1000000" },
    { "[adapter wires:a]\nspeed=1000\nspeed=1000\n", 3, "given twice" },
    { "[adapter wires:a]\n[adapter wires:a]\n", 2, "already in line 1" },
    { "[adapter wires:a]\nscl=3\n" PART EXPORT, 1, "remove chip, scl and sda" },
    { "[adapter gpio:a]\nchip=c\nscl=3\n" PART EXPORT, 1,
      "does not say where" },
    { "[adapter gpio:a]\nchip=c\nscl=3\nsda=3\n" PART EXPORT, 1,
      "both line 3" },
    { "[adapter wires:a]\n" PART EXPORT, 1, "no export names" },
    { "[export p]\ntype=i2c\nadapter=gpio:a\naddress=any\n", 1,
      "there is no [adapter gpio:a]" },
    { "[part t]\nten-bit=no\n", 2, "write yes" },
    { "[part t]\naddress=0x\n", 2, "not a number" },
    { "[part t]\naddress=-1\n", 2, "not a number" },
    { "[part t]\nadapter=sim:desk\n" EXPORT, 1, "has no model" },
    { "[part t]\nmodel=tmp102\n" EXPORT, 1, "has no adapter" },
    { "[part t]\nmodel=tmp102\nadapter=sim:desk\n" EXPORT, 1,
      "has no address; add one a tmp102 can have: 0x48, 0x49" },
    { "[part t]\nmodel=tmp102\nadapter=sim:desk\naddress=0x50\n" EXPORT, 1,
      "cannot have address 0x50; use one of 0x48" },
    { PART "colour=3\n" EXPORT, 5, "key \"colour\" is unknown for a tmp102" },
    { PART "temperature=hot\n" EXPORT, 5, "write a number from -55 to 150" },
    { PART "temperature=151\n" EXPORT, 5, "write a number from -55 to 150" },
    { PART "temperature=1\ntemperature=1\n" EXPORT, 6, "given twice" },
    { PART "alert=1\n" EXPORT, 5, "an output" },
    { PART "[part u]\nmodel=tmp102\nadapter=sim:desk\naddress=0x48\n" EXPORT, 5,
      "both at 0x48" },
    { PART "[export x]\ntype=i2c\nadapter=/dev/i2c-1\naddress=any\n", 1,
      "which no export names" },
    { PART EXPORT EXPORT, 9, "already in line 5" },
    { "[export x]\ntype=firewire\n", 2, "type \"firewire\" is unknown" },
    { "[export x]\ntype=usb\n", 1, "does not say which device" },
    { "[export x]\ntype=usb\ndevice=403:6001\n", 3, "hexadecimal digits" },
    { USB "device=0403:6001\n", 4, "given twice" },
    { USB "port=1.4\n", 4, "no USB port" },
    { USB "port=1-\n", 4, "no USB port" },
    { USB "port=1-0\n", 4, "no USB port" },
    { USB "port=1-1.2.3.4.5.6.7.8\n", 4, "no USB port" },
    { USB "port=1-1\nport=1-2\n", 5, "given twice" },
    { USB "filter=1,2\n", 4, "no list of rules" },
    { USB "address=any\n", 1, "has no address" },
    { USB "shared=yes\n", 1, "one user at a time" },
    { USB "adapter=/dev/i2c-1\n", 1, "/dev/i2c-1 has no USB" },
    { USB "adapter=sim-usb:a\n", 1, "add a [usb NAME]" },
    { USB "adapter=sim-usb:a\nfilter=-1,-1,-1,-1,1\n", 1,
      "filter is for real devices" },
    { PART EXPORT "port=1-1\n", 5, "of type = usb" },
    { "[listen]\nusb=x\n" PART EXPORT, 1, "names no export of type usb" },
    { "[usb d]\nadapter=sim:a\n", 2, "simulated and adapter" },
    { "[usb d]\nmodel=toaster\n", 2, "model \"toaster\" is unknown" },
    { "[usb d]\nport=one\n", 2, "no USB port" },
    { "[usb d]\nplugged=1\n", 2, "neither yes nor no" },
    { "[usb d]\n[usb d]\n", 2, "already in line 1" },
    { "[usb d]\nadapter=sim-usb:a\n" PART EXPORT, 1, "has no model" },
    { "[export x]\ntype=i2c\ntype=i2c\n", 3, "given twice" },
    { "[export x]\nadapter=desk\n", 2, "adapter \"desk\" is unknown" },
    { "[export x]\naddress=all\n", 2, "nor \"any\"" },
    { "[export x]\ntext=\x1b[31m\n", 2, "not UTF-8 text" },
    { "[export x]\nadapter=sim:desk\naddress=any\n", 1, "has no type" },
    { "[export x]\ntype=i2c\naddress=any\n", 1, "has no adapter" },
    { "[export x]\ntype=i2c\nadapter=sim:a\naddress=any\n", 1,
      "no part is on sim:a" },
    { "[export x]\ntype=i2c\nadapter=/dev/i2c-1\n", 1, "has no address" },
    { EXPORT "shared=maybe\n", 5, "neither yes nor no" },
    { EXPORT "shared=no\nshared=yes\n", 6, "given twice" },
    { PART "[export x]\ntype=bench\nadapter=sim:desk\nshared=yes\n", 5,
      "shared always" },
    { "[fault]\n", 1, "[fault] has no name" },
    { "[fault x]\n[fault x]\n", 2, "already in line 1" },
    { PART EXPORT "[fault x]\nkind=nack-addr\n", 9, "has no adapter" },
    { PART EXPORT "[fault x]\nkind=nack-addr\nadapter=sim:other\n", 9,
      "which no export names" },
    { PART EXPORT "[fault x]\nadapter=sim:desk\n", 9, "the kind is missing" },
    { FAULT "kind=nack\n", 11, "one of nack-addr" },
    { FAULT "size=1\n", 11, "unknown for a fault" },
    { FAULT "skip=1\nskip=1\n", 12, "given twice" },
    { FAULT "address=0x80\n", 11, "from 0x00 to 0x7f" },
    { FAULT "address=0x400t\n", 11, "from 0x00 to 0x7f" },
    { FAULT "direction=up\n", 11, "read, write or both" },
    { FAULT "byte=-1\n", 11, "the number of a byte" },
    { FAULT "byte=65535\n", 11, "the number of a byte" },
    { FAULT "time=25\n", 11, "with its unit" },
    { FAULT "time=61s\n", 11, "with its unit" },
    { FAULT "time=99999999999999999999s\n", 11, "with its unit" },
    { FAULT "time=-1s\n", 11, "with its unit" },
    { FAULT "chance=0%\n", 11, "percentage" },
    { FAULT "chance=101%\n", 11, "percentage" },
    { FAULT "chance=0.5\n", 11, "percentage" },
    { FAULT "count=many\n", 11, "whole number" },
    { FAULT "seed=4294967296\n", 11, "whole number" },
    { FAULT "mask=0\n", 11, "bits that change" },
    { FAULT "kind=flip\n", 9, "needs a mask" },
    { FAULT "kind=nack-addr\nmask=1\n", 9, "only flip" },
    { FAULT "kind=stretch\n", 9, "needs a time" },
    { FAULT "kind=nack-addr\ntime=1s\n", 9, "has no time" },
    { FAULT "kind=nack-addr\nbyte=1\n", 9, "has no byte" },
    { FAULT "kind=nack-data\ndirection=read\n", 9, "use write" },
    { PART "[export x]\ntype=bench\nadapter=sim:desk\naddress=0x48\n", 5,
      "has no address; remove it" },
};

static void what_is_wrong_is_refused_with_its_line_and_cause(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        const struct refusal *r = &refusals[i];
        char error[BW_CONFIG_MAX_ERROR];
        char where[32];

        snprintf(where, sizeof(where), "f:%d: ", r->line);
        if (read_text(r->text, error)) {
            fail_msg("not refused: %s", r->text);
        }
        if (strncmp(error, where, strlen(where)) != 0 ||
            !strstr(error, r->why)) {
            fail_msg("\"%s\" is not \"%s...%s\"", error, where, r->why);
        }
    }
}

static void the_first_error_wins(void **state)
{
    char error[BW_CONFIG_MAX_ERROR];

    (void)state;
    assert_false(read_text("[listen]\nblah\nport=1\n", error));
    assert_non_null(strstr(error, "f:2: "));
    assert_false(read_text("[listen]\nport=1\nblah\n", error));
    assert_non_null(strstr(error, "f:2: "));
}

static void keys_that_are_offered_can_be_preset(void **state)
{
    char error[BW_CONFIG_MAX_ERROR];

    (void)state;
    assert_false(read_text(PART "warmth=30\n" EXPORT, error));
    assert_non_null(strstr(error, "address, temperature"));
    assert_null(strstr(error, "alert")); /* an output */
}

static void a_long_line_is_refused_and_not_cut(void **state)
{
    char text[600] = "[export x]\ntext=";
    char error[BW_CONFIG_MAX_ERROR];

    (void)state;
    memset(text + strlen(text), 'a', 400);
    assert_false(read_text(text, error));
    assert_non_null(strstr(error, "f:2: the line is longer"));
}

static void too_many_of_anything_is_refused(void **state)
{
    static char text[65536];
    char error[BW_CONFIG_MAX_ERROR];
    size_t len = 0;

    (void)state;
    for (int i = 0; i <= BW_BENCH_MAX_EXPORTS; i++) {
        len += (size_t)sprintf(text + len, "[export e%d]\n", i);
    }
    assert_false(read_text(text, error));
    assert_non_null(strstr(error, "more than 64 exports"));
    len = 0;
    for (int i = 0; i <= BW_CONFIG_MAX_PARTS; i++) {
        len += (size_t)sprintf(text + len, "[part p%d]\n", i);
    }
    assert_false(read_text(text, error));
    assert_non_null(strstr(error, "more than 32 parts"));
}

static void a_missing_file_names_the_option(void **state)
{
    char error[BW_CONFIG_MAX_ERROR];

    (void)state;
    assert_false(bw_config_load(&config, "/nonexistent/bench.conf", error));
    assert_non_null(strstr(error, "--config FILE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_bench_is_read),
        cmocka_unit_test(listeners_have_their_defaults),
        cmocka_unit_test(listeners_are_as_written),
        cmocka_unit_test(identities_are_as_written),
        cmocka_unit_test(files_of_other_systems_are_read),
        cmocka_unit_test(a_part_with_one_address_need_not_name_it),
        cmocka_unit_test(a_part_may_have_an_address_of_ten_bits),
        cmocka_unit_test(adapters_that_drive_lines_have_a_section),
        cmocka_unit_test(lines_that_cannot_be_had_fail_the_setup),
        cmocka_unit_test(the_bench_is_built_as_written),
        cmocka_unit_test(faults_and_sharing_are_as_written),
        cmocka_unit_test(without_faults_or_bench_there_is_no_filter),
        cmocka_unit_test(an_adapter_that_is_missing_fails_the_setup),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_line_and_cause),
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(keys_that_are_offered_can_be_preset),
        cmocka_unit_test(a_long_line_is_refused_and_not_cut),
        cmocka_unit_test(too_many_of_anything_is_refused),
        cmocka_unit_test(a_missing_file_names_the_option),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
