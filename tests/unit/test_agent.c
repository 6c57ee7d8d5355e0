/*
 * host-agent/agent.c and bench_change.c: the bench file read again while
 * sessions are under way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "agent_rig.h"

#include <sched.h>

#include "host-agent/clock.h"

#define LONG_MS 10000

static void what_did_not_change_goes_on(void **state)
{
    struct bw_client a, b;

    (void)state;
    start();
    open_export(&a, "a");
    open_export(&b, "b");
    write_file("# moved down\n\n" PARTS EXPORT_A EXPORT_B "text=other\n"
               "[export c]\ntype=bench\nadapter=sim:d2\n"
               "[part v]\nmodel=ds3231\nadapter=sim:d2\n");
    must_reload("1 as before, 1 changed, 1 new, 0 removed");
    assert_int_equal(use(&a), BW_OK);
    assert_int_equal(use(&b), BW_LINK_DOWN);
    assert_int_equal(try_open("b"), BW_OK);
    assert_int_equal(try_open("c"), BW_OK);
    assert_int_equal(try_open("a"), BW_BUSY); /* it is the same lease */
    bw_client_close(&a);
    assert_int_equal(try_open("a"), BW_OK);
}

static void what_is_removed_ends_its_sessions(void **state)
{
    struct bw_client a, b;

    (void)state;
    start();
    open_export(&a, "a");
    open_export(&b, "b");
    write_file("[part t]\nmodel=tmp102\nadapter=sim:d\naddress=0x48\n"
               "temperature=25\n" EXPORT_A);
    must_reload("1 as before, 0 changed, 0 new, 1 removed");
    assert_int_equal(use(&a), BW_OK);
    assert_int_equal(use(&b), BW_LINK_DOWN);
    assert_int_equal(try_open("b"), BW_NOT_FOUND);
    bw_client_close(&a);
}

/* Each changes export a; and back. */
static void all_that_an_export_is_made_of_counts(void **state)
{
    static const char *const others[] = {
        PARTS EXPORT_A "shared=yes\n" EXPORT_B,
        PARTS "[export a]\ntype=i2c\nadapter=sim:d\naddress=any\n" EXPORT_B,
        PARTS "[export a]\ntype=i2c\nadapter=sim:e\naddress=0x48\n" EXPORT_B
              "[export x]\ntype=i2c\nadapter=sim:d\naddress=any\n",
        PARTS EXPORT_A "profile=none\n" EXPORT_B,
        PARTS EXPORT_A EXPORT_B
        "[part w]\nmodel=ds3231\nadapter=sim:d\naddress=0x68\n",
        PARTS EXPORT_A EXPORT_B "[fault f]\nadapter=sim:d\nkind=nack-addr\n"
                                "address=0x10\n",
        PARTS EXPORT_A EXPORT_B "[export k]\ntype=bench\nadapter=sim:d\n",
        "[part t]\nmodel=tmp102\nadapter=sim:d\naddress=0x48\n"
        "temperature=26\n"
        "[part u]\nmodel=tmp102\nadapter=sim:e\naddress=0x48\n" EXPORT_A
            EXPORT_B,
    };

    (void)state;
    start();
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct bw_client a, b;

        open_export(&a, "a");
        open_export(&b, "b");
        write_file("%s", others[i]);
        must_reload("1 changed");
        assert_int_equal(use(&a), BW_LINK_DOWN);
        assert_int_equal(use(&b), BW_OK);
        bw_client_close(&b);
        write_file(PARTS EXPORT_A EXPORT_B);
        must_reload("1 as before, 1 changed");
    }
}

/* The lines of another adapter do not matter. */
static void a_line_that_changes_changes_its_export(void **state)
{
    static const char lines[] = "[export g]\ntype=gpio\nadapter=sim:g\n"
                                "[line one]\nexport=g\ndirection=out\nsafe=%s\n"
                                "[export h]\ntype=gpio\nadapter=sim:h\n"
                                "[line one]\nexport=h\ndirection=in\n";

    (void)state;
    write_file(lines, "low");
    start();
    write_file(lines, "high");
    must_reload("1 as before, 1 changed");
    must_reload("2 as before, 0 changed");
}

static void a_bad_file_changes_nothing(void **state)
{
    struct bw_client a, b;

    (void)state;
    start();
    open_export(&a, "a");
    open_export(&b, "b");
    write_file(PARTS EXPORT_A "junk\n");
    must_not_reload("bench.conf:14: this is neither");
    write_file("%s", "");
    must_not_reload("nothing is exported");
    unlink(rig.file);
    must_not_reload("No such file");
    write_file(PARTS EXPORT_A "profile=no-such\n" EXPORT_B);
    must_not_reload("no profile \"no-such\"");
    real.broken = 1;
    write_file(PARTS EXPORT_A "text=new\n" EXPORT_B REAL);
    must_not_reload("/dev/i2c-7 is broken");
    assert_int_equal(use(&a), BW_OK);
    assert_int_equal(use(&b), BW_OK);
    bw_client_close(&a);
    bw_client_close(&b);
}

/* An export that another one stands beside: the bus is the same object. */
static void an_adapter_is_kept_for_who_comes_to_it(void **state)
{
    struct bw_client r;

    (void)state;
    write_file(REAL);
    start();
    open_export(&r, "r");
    write_file(REAL "[export r2]\ntype=i2c\nadapter=/dev/i2c-7\naddress=1\n");
    must_reload("1 as before, 0 changed, 1 new");
    assert_int_equal(real.opened, 1);
    assert_int_equal(use(&r), BW_OK);
    assert_int_equal(try_open("r2"), BW_BUSY); /* its parts are r's */
    write_file(REAL "shared=yes\n");
    must_reload("1 changed, 0 new, 1 removed");
    assert_int_equal(use(&r), BW_LINK_DOWN);
    assert_int_equal(real.opened, 1);
    assert_int_equal(try_open("r"), BW_OK);
}

static void a_real_adapter_is_closed_before_it_is_opened_anew(void **state)
{
    struct bw_client a, r;

    (void)state;
    write_file(PARTS EXPORT_A REAL EXPORT_B);
    start();
    open_export(&a, "a");
    open_export(&r, "r");
    write_file(PARTS EXPORT_A REAL EXPORT_B
               "[fault f]\nadapter=/dev/i2c-7\nkind=nack-addr\n");
    must_reload("2 as before, 1 changed");
    assert_int_equal(real.opened, 2);
    assert_int_equal(use(&r), BW_LINK_DOWN);
    assert_int_equal(use(&a), BW_OK);
    bw_client_close(&a);
    open_export(&r, "r");
    assert_int_equal(use(&r), BW_NACK_ADDR);
    bw_client_close(&r);
}

static void lines_are_let_go_for_who_may_want_them(void **state)
{
    struct bw_client p;

    (void)state;
    write_file("[adapter gpio:p]\nchip=c\nscl=1\nsda=2\n"
               "[export p]\ntype=i2c\nadapter=gpio:p\naddress=any\n");
    start();
    open_export(&p, "p");
    write_file("[adapter gpio:q]\nchip=c\nscl=2\nsda=3\n"
               "[export q]\ntype=i2c\nadapter=gpio:q\naddress=any\n");
    must_reload("0 as before, 0 changed, 1 new, 1 removed");
    assert_int_equal(use(&p), BW_LINK_DOWN);
    assert_int_equal(real.opened, 2);
}

static void what_cannot_be_opened_anew_comes_back_as_it_was(void **state)
{
    struct bw_client a, r;

    (void)state;
    write_file(PARTS EXPORT_A REAL EXPORT_B);
    start();
    open_export(&a, "a");
    open_export(&r, "r");
    write_file(PARTS EXPORT_A "text=new\n" REAL
                              "[fault f]\nadapter=/dev/i2c-7\nkind=nack-addr\n"
                              "[export b2]\ntype=i2c\nadapter=sim:e\n"
                              "address=any\n");
    real.broken = 1;
    must_not_reload("/dev/i2c-7 is broken");
    assert_int_equal(use(&a), BW_OK);
    assert_int_equal(use(&r), BW_LINK_DOWN);
    bw_client_close(&a);
    open_export(&r, "r");
    assert_int_equal(use(&r), BW_OK);
    bw_client_close(&r);
    must_reload("0 as before, 2 changed, 1 new, 1 removed");
    /* and if it does not even come back, the rest is served, and it again
     * when it can be had */
    write_file(PARTS EXPORT_A REAL EXPORT_B);
    real.broken = 2;
    must_not_reload("/dev/i2c-7 is broken");
    must_reload("new");
    assert_int_equal(try_open("r"), BW_OK);
}

static void *hang(void *opaque)
{
    return use(opaque) == BW_OK ? opaque : NULL;
}

static void an_adapter_that_hangs_is_not_waited_for(void **state)
{
    struct bw_client r;
    pthread_t thread;
    uint64_t begin_ns;

    (void)state;
    write_file(REAL);
    start();
    open_export(&r, "r");
    atomic_store(&real.hangs, true);
    assert_int_equal(pthread_create(&thread, NULL, hang, &r), 0);
    while (!atomic_load(&real.in_transfer)) {
        sched_yield();
    }
    write_file(REAL "[fault f]\nadapter=/dev/i2c-7\nkind=nack-addr\n");
    begin_ns = bw_clock_ns();
    must_not_reload("its adapter hangs");
    assert_true(bw_clock_ns() - begin_ns < 1000000ull * LONG_MS);
    atomic_store(&real.hangs, false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bw_client_close(&r);
    assert_int_equal(try_open("r"), BW_OK);
    must_reload("1 changed");
}

static void who_may_no_more_is_ended(void **state)
{
    struct bw_client a, b;

    (void)state;
    start();
    open_export(&a, "a");
    open_export(&b, "b");
    write_file(PARTS EXPORT_A EXPORT_B
               "[identity local]\nexports=a\nadmin=yes\n");
    must_reload("2 as before");
    assert_int_equal(use(&a), BW_OK);
    assert_int_equal(use(&b), BW_LINK_DOWN);
    bw_client_close(&a);
    assert_true(try_open("b") != BW_OK);
    write_file(PARTS EXPORT_A EXPORT_B
               "[identity me]\nuser=%u\nexports=b\n[identity local]\n",
               (unsigned)getuid());
    must_reload("2 as before");
    assert_int_equal(try_open("b"), BW_OK);
    assert_true(try_open("a") != BW_OK);
    must_not_reload("admin");
}

/* All at once */

static atomic_bool enough;

static void *work(void *opaque)
{
    struct bw_client c;
    uintptr_t done = 0;

    (void)opaque;
    open_export(&c, "a");
    while (!atomic_load(&enough)) {
        if (use(&c) != BW_OK) {
            return NULL;
        }
        done++;
    }
    bw_client_close(&c);
    return (void *)(done + 1);
}

/* Opens what comes and goes; anything may be said, but nothing breaks. */
static void *roam(void *opaque)
{
    (void)opaque;
    while (!atomic_load(&enough)) {
        struct bw_client c;

        if (bw_client_connect(&c, rig.address) == BW_OK) {
            if (bw_client_open(&c, BW_EXPORT_ANY, "b") == BW_OK) {
                use(&c);
            }
            bw_client_close(&c);
        }
    }
    return NULL;
}

static void reloads_disturb_nobody_who_is_busy(void **state)
{
    pthread_t worker, roamers[3];
    void *done;

    (void)state;
    start();
    atomic_store(&enough, false);
    assert_int_equal(pthread_create(&worker, NULL, work, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(roamers); i++) {
        assert_int_equal(pthread_create(&roamers[i], NULL, roam, NULL), 0);
    }
    for (unsigned i = 0; i < 60; i++) {
        write_file(PARTS EXPORT_A "%s", i % 3 == 0   ? EXPORT_B "text=x\n"
                                        : i % 3 == 1 ? EXPORT_B
                                                     : EXPORT_B "address=1\n");
        if (i % 3 == 2) {
            must_not_reload("given twice");
        } else {
            must_reload("1 as before, 1 changed");
        }
    }
    atomic_store(&enough, true);
    for (size_t i = 0; i < ARRAY_LEN(roamers); i++) {
        pthread_join(roamers[i], NULL);
    }
    pthread_join(worker, &done);
    assert_true((uintptr_t)done > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_did_not_change_goes_on),
        TEST(what_is_removed_ends_its_sessions),
        TEST(all_that_an_export_is_made_of_counts),
        TEST(a_line_that_changes_changes_its_export),
        TEST(a_bad_file_changes_nothing),
        TEST(an_adapter_is_kept_for_who_comes_to_it),
        TEST(a_real_adapter_is_closed_before_it_is_opened_anew),
        TEST(lines_are_let_go_for_who_may_want_them),
        TEST(what_cannot_be_opened_anew_comes_back_as_it_was),
        TEST(an_adapter_that_hangs_is_not_waited_for),
        TEST(who_may_no_more_is_ended),
        TEST(reloads_disturb_nobody_who_is_busy),
    };

    return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
