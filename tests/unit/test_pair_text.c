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
    "[export all]\ntype = i2c\nadapter = sim:a\naddress = any\n"

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

static void the_command_uses_what_may_be_opened(void **state)
{
    char out[1024];

    (void)state;
    free(pair(PARTS, "t"));
    bw_pair_command(out, sizeof(out), &config, "laptop", "/d", "pi");
    assert_non_null(strstr(out, "dir=/d,endpoint=client,username=laptop "));
    assert_non_null(strstr(out, "host=pi,port=7420,reconnect-ms=1000,"));
    assert_non_null(strstr(out, "export=t,address=0x48"));
    free(pair(PARTS, "al*"));
    bw_pair_command(out, sizeof(out), &config, "laptop", "/d", "pi");
    assert_non_null(strstr(out, "export=all,address=any"));
    free(pair(PARTS, "knobs"));
    bw_pair_command(out, sizeof(out), &config, "laptop", "/d", "pi");
    assert_null(strstr(out, "-device"));
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
        cmocka_unit_test(the_command_uses_what_may_be_opened),
    };

    return cmocka_run_group_tests_name("pair text", tests, NULL, NULL);
}
