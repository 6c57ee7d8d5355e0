/*
 * host-agent/service_scsi.c: a session that does its part at the worst moment,
 * with pthread_cond_broadcast(3) replaced.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scsi_fake_unit.h"

#include <semaphore.h>
#include <stdatomic.h>

#define LONG_MS 60000

int __real_pthread_cond_broadcast(pthread_cond_t *cond);
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond);

static pthread_t session;
static atomic_bool armed;
static sem_t arrived, go_on;

/* Once it is armed, the worker stays here when it has ended its next job. */
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
    if (cond != &fake.changed && !pthread_equal(pthread_self(), session) &&
        atomic_exchange(&armed, false)) {
        sem_post(&arrived);
        sem_wait(&go_on);
    }
    return __real_pthread_cond_broadcast(cond);
}

static struct bw_scsi_user *open_unit(struct rig *r)
{
    struct bw_export *e = bw_bench_find_export(&r->bench, "tape");
    char why[BW_WIRE_MAX_TEXT + 1];
    struct bw_scsi_user *u;

    assert_non_null(e);
    assert_int_equal(bw_lease_take(&e->lease, false, 0), BW_OK);
    assert_int_equal(bw_service_scsi_open(e, 1, &u, why), BW_OK);
    return u;
}

static void start(struct bw_scsi_user *u, uint8_t opcode)
{
    const struct bw_wire_scsi_cmd cmd = { .cdb_len = 6, .cdb = { opcode } };

    assert_int_equal(bw_service_scsi_start(u, &cmd), BW_OK);
}

static void wait_running(void)
{
    pthread_mutex_lock(&fake.lock);
    while (!fake.running) {
        pthread_cond_wait(&fake.changed, &fake.lock);
    }
    pthread_mutex_unlock(&fake.lock);
}

/* The worker has not looked what is next when both have come: a command, and
 * the end of the session. */
static void a_command_before_the_end_is_carried_out(void **state)
{
    struct rig *r = fake_rig();
    struct bw_scsi_user *u;

    (void)state;
    session = pthread_self();
    sem_init(&arrived, 0, 0);
    sem_init(&go_on, 0, 0);
    u = open_unit(r);
    hold(true);
    start(u, 0x00);
    wait_running();
    atomic_store(&armed, true);
    hold(false);
    sem_wait(&arrived);
    assert_true(bw_service_scsi_wait(u, LONG_MS));
    start(u, 0x01);
    bw_service_scsi_close(u);
    sem_post(&go_on);
    bw_service_scsi_settle(LONG_MS);
    expect_opcodes("\0\x01", 2);
    assert_int_equal(fake.given_back, 1);
    sem_destroy(&arrived);
    sem_destroy(&go_on);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_before_the_end_is_carried_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
