/*
 * host-agent/pair_text.c: what benchwire pair makes of the files there are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/pair_text.h"

#define PARTS                                                     \
    "[part t]\nmodel = tmp102\nadapter = sim:a\naddress = 0x48\n" \
    "[export knobs]\ntype = bench\nadapter = sim:a\n"             \
    "[export t]\ntype = i2c\nadapter = sim:a\naddress = 0x48\n"   \
    "[export all]\ntype = i2c\nadapter = sim:a\naddress = any\n"  \
    "[export pins]\ntype = gpio\nadapter = sim:b\n"               \
    "[line led]\nexport = pins\ndirection = out\n"                \
    "[line button]\nexport = pins\n"

static struct bw_config config;

static void read_bench(const char *text)
{
    FILE *f = fmemopen((void *)text, strlen(text), "r");
    char error[BW_CONFIG_MAX_ERROR] = "";

    assert_non_null(f);
    if (!bw_config_read(&config, f, "bench", error)) {
        fail_msg("%s", error);
    }
    fclose(f);
}

/* @bench with "laptop", which may open @pattern; it was read again. */
static char *pair(const char *bench, const char *pattern)
{
    char copy[64];
    char *const exports[] = { copy };
    char *text;

    snprintf(copy, sizeof(copy), "%s", pattern);
    read_bench(bench);
    text = bw_pair_add_identity(bench, &config, "laptop", exports, 1);
    assert_non_null(text);
    read_bench(text);
    return text;
}

static void a_bench_without_listeners_gets_both(void **state)
{
    char *text = pair("# what\n" PARTS, "*");

    (void)state;
    assert_string_equal(config.listen.unix_path,
                        "/run/benchwire/benchwire.sock");
    assert_string_equal(config.listen.tls.host, "0.0.0.0");
    assert_int_equal(config.listen.tls.port, 7420);
    assert_true(bw_policy_may_open(&config.policy, "laptop", "t"));
    assert_non_null(strstr(text, "# what\n"));
    free(text);
}

static void what_is_listened_on_stays(void **state)
{
    (void)state;
    free(pair("[listen]\nunix = /tmp/s\n" PARTS, "t"));
    assert_string_equal(config.listen.unix_path, "/tmp/s");
    assert_int_equal(config.listen.tls.port, 7420);
    free(pair(PARTS "[listen]\ntcp = 127.0.0.1:1\n", "t"));
    assert_string_equal(config.listen.unix_path, "");
    assert_int_equal(config.listen.tcp.port, 1);
    assert_int_equal(config.listen.tls.port, 7420);
    free(pair("[listen]\ntls = 127.0.0.1:99\n" PARTS, "t"));
    assert_string_equal(config.listen.tls.host, "127.0.0.1");
    assert_int_equal(config.listen.tls.port, 99);
    assert_string_equal(config.listen.unix_path, "");
}

static void only_what_is_named_may_be_opened(void **state)
{
    (void)state;
    free(pair(PARTS, "t"));
    assert_true(bw_policy_may_open(&config.policy, "laptop", "t"));
    assert_false(bw_policy_may_open(&config.policy, "laptop", "all"));
    assert_false(bw_policy_is_admin(&config.policy, "laptop"));
}

static void a_section_that_is_there_stays(void **state)
{
    char *text = pair("[listen]\ntls = 127.0.0.1:9\n" PARTS
                      "[identity laptop]\nexports = knobs\n",
                      "*");

    (void)state;
    assert_false(bw_policy_may_open(&config.policy, "laptop", "t"));
    assert_null(strstr(text, "by benchwire pair"));
    free(text);
}

static void a_last_line_without_end_is_no_harm(void **state)
{
    (void)state;
    free(pair("[listen]\ntls = 127.0.0.1:9\n" PARTS "# end", "t"));
    free(pair(PARTS "[listen]", "t"));
}

static void keys_come_and_go_by_their_whole_name(void **state)
{
    char *one = bw_pair_add_key("a:00\nlap:11", "laptop", "22");
    char *two = bw_pair_drop_key(one, "lap");
    char *three = bw_pair_drop_key(two, "laptop");
    char *first = bw_pair_add_key("", "a", "33");

    (void)state;
    assert_string_equal(one, "a:00\nlap:11\nlaptop:22\n");
    assert_string_equal(two, "a:00\nlaptop:22\n");
    assert_string_equal(three, "a:00\n");
    assert_string_equal(first, "a:33\n");
    free(one);
    free(two);
    free(three);
    free(first);
}

static void a_section_that_pair_wrote_goes(void **state)
{
    char *text = pair("[listen]\ntls = 127.0.0.1:9\n" PARTS, "t");
    char *gone = bw_pair_drop_identity(text, "laptop");
    char *none = bw_pair_drop_identity(text, "lap");
    char *longer, *between;

    (void)state;
    assert_string_equal(gone, "[listen]\ntls = 127.0.0.1:9\n" PARTS);
    assert_string_equal(none, text);
    free(gone);
    assert_true(asprintf(&longer, "%s\n[fault x]\nadapter = sim:a\n", text) >
                0);
    between = bw_pair_drop_identity(longer, "laptop");
    assert_string_equal(between, "[listen]\ntls = 127.0.0.1:9\n" PARTS
                                 "\n[fault x]\nadapter = sim:a\n");
    free(between);
    free(longer);
    free(none);
    free(text);
}

static void a_section_that_was_changed_stays(void **state)
{
    static const char *const more[] = {
        "admin = yes\n",        "\nadmin = yes\n",
        "# why\nadmin = yes\n", "# why\n\n# more\nuser = 7\n",
        "  admin = yes\n",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        char *text = pair(PARTS, "t");
        char *changed, *out;

        assert_true(asprintf(&changed, "%s%s", text, more[i]) > 0);
        out = bw_pair_drop_identity(changed, "laptop");
        assert_string_equal(out, changed);
        free(out);
        free(changed);
        free(text);
    }
}

/* The command line for who may open @pattern. */
static char *command(const char *pattern, const char *dir)
{
    char *line;

    free(pair(PARTS, pattern));
    line = bw_pair_command(&config, "laptop", dir, "pi");
    assert_non_null(line);
    return line;
}

static void assert_command(const char *pattern, const char *dir,
                           const char *part)
{
    char *line = command(pattern, dir);

    if (!strstr(line, part)) {
        fail_msg("no \"%s\" in: %s", part, line);
    }
    free(line);
}

static void the_command_uses_what_may_be_opened(void **state)
{
    char *none;

    (void)state;
    assert_command("t", "/d",
                   " tls-creds-psk,id=key,dir=/d,endpoint=client,"
                   "username=laptop ");
    assert_command("t", "/d", " -icount shift=6,align=on ");
    assert_command("t", "/d", "host=pi,port=7420,reconnect-ms=1000,");
    assert_command("t", "/d", "export=t,address=0x48");
    assert_command("al*", "/d", "export=all,address=any");
    assert_command("*", "/d", "export=t,address=0x48");
    assert_command("pins", "/d",
                   " -device gpio-passthrough,chardev=bench,export=pins,"
                   "line=led,pin=P0");
    none = command("knobs", "/d");
    assert_null(strstr(none, "-device"));
    free(none);
}

static void an_unusual_folder_is_quoted_for_shell_and_qemu(void **state)
{
    (void)state;
    assert_command("t", "/a,b", " tls-creds-psk,id=key,dir=/a,,b,endpoint=");
    assert_command("t", "/a b",
                   " 'tls-creds-psk,id=key,dir=/a b,endpoint=client"
                   ",username=laptop' ");
    assert_command("t", "/a'$b", "dir=/a'\\''$b,endpoint=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bench_without_listeners_gets_both),
        cmocka_unit_test(what_is_listened_on_stays),
        cmocka_unit_test(only_what_is_named_may_be_opened),
        cmocka_unit_test(a_section_that_is_there_stays),
        cmocka_unit_test(a_last_line_without_end_is_no_harm),
        cmocka_unit_test(keys_come_and_go_by_their_whole_name),
        cmocka_unit_test(a_section_that_pair_wrote_goes),
        cmocka_unit_test(a_section_that_was_changed_stays),
        cmocka_unit_test(the_command_uses_what_may_be_opened),
        cmocka_unit_test(an_unusual_folder_is_quoted_for_shell_and_qemu),
    };

    return cmocka_run_group_tests_name("pair text", tests, NULL, NULL);
}
