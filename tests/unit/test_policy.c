/*
 * host-agent/policy.c: who may open which export.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>

#include "host-agent/policy.h"

static struct bw_policy policy;

static int setup(void **state)
{
    (void)state;
    bw_policy_init(&policy);
    return 0;
}

static struct bw_policy_identity *add(const char *name)
{
    struct bw_policy_identity *id = &policy.identities[policy.count++];

    snprintf(id->name, sizeof(id->name), "%s", name);
    return id;
}

static void add_pattern(struct bw_policy_identity *id, const char *pattern)
{
    snprintf(id->exports[id->export_count++], sizeof(id->exports[0]), "%s",
             pattern);
}

static void local_users_may_all_and_networks_nothing(void **state)
{
    (void)state;
    assert_true(bw_policy_may_open(&policy, "local", "x"));
    assert_true(bw_policy_is_admin(&policy, "local"));
    assert_true(bw_policy_may_open(&policy, "loopback", "x"));
    assert_false(bw_policy_is_admin(&policy, "loopback"));
    assert_non_null(bw_policy_find(&policy, "network"));
    assert_false(bw_policy_may_open(&policy, "network", "x"));
    assert_false(bw_policy_is_admin(&policy, "network"));
}

static void who_is_not_in_the_policy_may_nothing(void **state)
{
    (void)state;
    assert_null(bw_policy_find(&policy, "mallory"));
    assert_false(bw_policy_may_open(&policy, "mallory", "x"));
    assert_false(bw_policy_is_admin(&policy, "mallory"));
    assert_null(bw_policy_find(&policy, ""));
    assert_false(bw_policy_may_open(&policy, "", "x"));
    assert_null(bw_policy_find(&policy, "Local")); /* as written, no other */
}

static void patterns_say_what_may_be_opened(void **state)
{
    struct bw_policy_identity *ci = add("ci");

    (void)state;
    add_pattern(ci, "led-*");
    add_pattern(ci, "thermometer");
    add_pattern(ci, "bus[12]");
    assert_true(bw_policy_may_open(&policy, "ci", "led-red"));
    assert_true(bw_policy_may_open(&policy, "ci", "thermometer"));
    assert_false(bw_policy_may_open(&policy, "ci", "thermometer2"));
    assert_false(bw_policy_may_open(&policy, "ci", "my-led-red"));
    assert_true(bw_policy_may_open(&policy, "ci", "bus2"));
    assert_false(bw_policy_may_open(&policy, "ci", "bus3"));
    assert_false(bw_policy_is_admin(&policy, "ci"));
}

static void an_identity_without_patterns_may_nothing(void **state)
{
    (void)state;
    add("idle")->admin = true;
    assert_false(bw_policy_may_open(&policy, "idle", "x"));
    assert_true(bw_policy_is_admin(&policy, "idle"));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(local_users_may_all_and_networks_nothing),
        TEST(who_is_not_in_the_policy_may_nothing),
        TEST(patterns_say_what_may_be_opened),
        TEST(an_identity_without_patterns_may_nothing),
    };

    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
