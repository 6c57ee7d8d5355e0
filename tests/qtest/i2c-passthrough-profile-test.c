/*
 * i2c-passthrough: strict=on, and what a part's profile changes (docs/
 * profiles.md), as far as the device is concerned: lib/ has tests of its own
 * for what follows from a text.
 *
 * The guest's driver (guest_bus.c) tells its controller the length of a read
 * of one byte and of no other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "passthrough_bench.h"
#include "lib/wire.h"

#define REFUSAL "strict=on refuses the read r@0x50 after 0x10"
/* The pattern of assert_read_works() is six registers from 0x10 on. */
#define SIX "profile 1\npart six\nplain 0x00-0xff\nread 0x10 6\n"
#define SPLIT \
    "profile 1\npart split\nahead 3\nplain 0x00-0x11\nplain 0x13-0xff\n"
#define BAD "profile 1\npart bad\nplain 0x00-\n"

static void start_with(struct bench *b, const char *profile, const char *more)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    fake_agent_grant_profile(b->agent, profile);
    bench_boot_unix(b, more);
    wait_link(b, "ready");
}

/* "3 w0@0x50\n" and what has been asked for since. */
static void assert_asked(struct bench *b, const char *transfers)
{
    g_autofree char *all = fake_agent_transfers(b->agent);
    GString *out = g_string_new("");

    for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
        g_string_append_printf(out, "%s|", strchr(line, ' ') + 1);
    }
    g_assert_cmpstr(out->str, ==, transfers);
    g_string_free(out, true);
}

/* --- strict=on --- */

static void test_strict_refuses_a_guess(void)
{
    uint8_t rx[6] = { 0 };
    struct bench b;

    start_good_bench(&b, ",strict=on");
    g_assert_cmpuint(get_count(&b, "refused"), ==, 0);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    g_assert_cmpuint(get_count(&b, "refused"), ==, 1);
    assert_logged(&b, REFUSAL, 1);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 6), ==, GUEST_ANACK);
    g_assert_cmpuint(get_count(&b, "refused"), ==, 2);
    assert_logged(&b, REFUSAL, 1); /* said once */
    assert_asked(&b, "w0@0x50|");
    bench_finish(&b);
}

static void test_strict_lets_pass_what_is_known(void)
{
    uint8_t rx[1] = { 0 };
    struct bench b;

    start_good_bench(&b, ",strict=on");
    fake_agent_poke(b.agent, 0x10, 0x66);
    g_assert_cmpuint(read_regs(&b, 0x10, rx, 1), ==, GUEST_ACK);
    g_assert_cmphex(rx[0], ==, 0x66);
    g_assert_cmpuint(write_reg(&b, 0x20, 0x5a), ==, GUEST_ACK);
    g_assert_cmphex(fake_agent_peek(b.agent, 0x20), ==, 0x5a);
    g_assert_cmpuint(get_count(&b, "refused"), ==, 0);
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_strict_takes_a_profile(void)
{
    struct bench b;

    start_with(&b, SIX, ",strict=on");
    assert_read_works(&b);
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r6|");
    g_assert_cmpuint(get_count(&b, "refused"), ==, 0);
    bench_finish(&b);
}

/* --- profile= --- */

static void test_profile_of_a_file(void)
{
    g_autofree char *file = NULL, *more = NULL;
    struct bench b;

    bench_init(&b);
    file = g_build_filename(b.dir, "six.profile", NULL);
    g_assert_true(g_file_set_contents(file, SIX, -1, NULL));
    more = g_strdup_printf(",profile=%s", file);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant_profile(b.agent, SPLIT); /* the user's goes first */
    bench_boot_unix(&b, more);
    g_unlink(file);
    wait_link(&b, "ready");
    assert_read_works(&b);
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r6|");
    g_assert_cmpuint(count_in(b.trace, "PROFILE_GET"), ==, 0);
    bench_finish(&b);
}

static void test_profile_none_asks_nobody(void)
{
    struct bench b;

    start_with(&b, SIX, ",profile=none,read-ahead=9");
    assert_read_works(&b);
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r9|");
    g_assert_cmpuint(count_in(b.trace, "PROFILE_GET"), ==, 0);
    bench_finish(&b);
}

/* --- PROFILE_GET --- */

static void test_profile_of_the_agent(void)
{
    struct bench b;

    start_with(&b, SPLIT, "");
    assert_read_works(&b);
    /* 0x12 minds, and is nothing that may be read twice */
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r2|r1@0x50|r3@0x50|");
    g_assert_cmpuint(get_count(&b, "over-read"), ==, 0);
    g_assert_cmpuint(count_in(b.trace, "bw_i2c_passthrough_profile"), ==, 1);
    bench_finish(&b);
}

static void test_profile_is_asked_for_in_each_session(void)
{
    struct bench b;

    start_with(&b, SPLIT, "");
    assert_read_works(&b);
    fake_agent_grant_profile(b.agent, SIX);
    fake_agent_drop(b.agent);
    wait_count(&b, "reconnects", 1);
    wait_link(&b, "ready");
    g_free(fake_agent_transfers(b.agent));
    assert_read_works(&b);
    assert_read_works(&b);
    assert_asked(&b, "w1@0x50 0x10 r6|w1@0x50 0x10 r6|");
    bench_finish(&b);
}

static void test_start_waits_for_the_profile(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant_profile(b.agent, SIX);
    fake_agent_will(b.agent, BW_MSG_PROFILE_GET, FAKE_DELAY, 300, 1);
    bench_boot_unix(&b, ",timeout-ms=5000");
    assert_read_works(&b);
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r6|");
    bench_finish(&b);
}

static void test_profile_that_is_none(void)
{
    struct bench b;

    start_with(&b, BAD, ",read-ahead=9");
    assert_read_works(&b);
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r9|");
    assert_logged(&b, "line 3 of the agent's profile", 1);
    bench_finish(&b);
}

static void test_profile_that_is_refused(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant_profile(b.agent, SIX);
    fake_agent_will(b.agent, BW_MSG_PROFILE_GET, FAKE_STATUS, BW_NOT_FOUND, 1);
    bench_boot_unix(&b, ",read-ahead=9");
    wait_link(&b, "ready");
    assert_read_works(&b);
    assert_asked(&b, "w0@0x50|w1@0x50 0x10 r9|");
    assert_warnings(&b, 0);
    bench_finish(&b);
}

/* A profile of no text is no reply: the link is dropped and made again. */
static void test_profile_that_lies(void)
{
    struct bench b;

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_agent_grant_profile(b.agent, "\001");
    bench_boot_unix(&b, "");
    wait_traced(&b, "PROFILE_GET", 2); /* asked and answered */
    fake_agent_grant_profile(b.agent, SIX);
    wait_traced(&b, "bw_i2c_passthrough_profile ", 1);
    assert_read_works(&b);
    g_assert_cmpuint(fake_agent_connections(b.agent), >=, 2);
    g_assert_cmpuint(count_in(b.log, "a reply to PROFILE_GET that is no text"),
                     >=, 1);
    bench_finish(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/" DEVICE "/profile/" #name, test_##name)
    ADD(strict_refuses_a_guess);
    ADD(strict_lets_pass_what_is_known);
    ADD(strict_takes_a_profile);
    ADD(profile_of_a_file);
    ADD(profile_none_asks_nobody);
    ADD(profile_of_the_agent);
    ADD(profile_is_asked_for_in_each_session);
    ADD(start_waits_for_the_profile);
    ADD(profile_that_is_none);
    ADD(profile_that_is_refused);
    ADD(profile_that_lies);
    return g_test_run();
}
