/*
 * The lock around the transfers of an adapter; see bench.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench.h"

#include <errno.h>
#include <time.h>

#include "host-agent/clock.h"

/* The place of @w in the queue, or with NULL the end of it. */
static struct bw_bus_waiter **find_waiter(struct bw_bus *bus,
                                          const struct bw_bus_waiter *w)
{
    struct bw_bus_waiter **at = &bus->first;

    while (*at != w) {
        at = &(*at)->next;
    }
    return at;
}

static _Thread_local const atomic_bool *give_up;

void bw_bus_give_up_by(const atomic_bool *flag)
{
    give_up = flag;
}

void bw_bus_wake(struct bw_bus *bus)
{
    pthread_mutex_lock(&bus->mutex);
    pthread_cond_broadcast(&bus->granted);
    pthread_mutex_unlock(&bus->mutex);
}

enum bw_status bw_bus_lock(struct bw_bus *bus, uint64_t deadline_ns)
{
    struct timespec until = bw_clock_timespec(deadline_ns);
    struct bw_bus_waiter self = { .granted = false };
    int err = 0;

    pthread_mutex_lock(&bus->mutex);
    if (!bus->in_use) {
        bus->in_use = true;
        self.granted = true;
    } else {
        *find_waiter(bus, NULL) = &self;
    }
    while (!self.granted && err != ETIMEDOUT &&
           !(give_up && atomic_load(give_up))) {
        err = pthread_cond_timedwait(&bus->granted, &bus->mutex, &until);
    }
    if (!self.granted) {
        *find_waiter(bus, &self) = self.next;
    }
    pthread_mutex_unlock(&bus->mutex);
    return self.granted ? BW_OK : BW_TIMEOUT;
}

void bw_bus_unlock(struct bw_bus *bus)
{
    pthread_mutex_lock(&bus->mutex);
    if (bus->first) {
        bus->first->granted = true; /* @in_use stays */
        bus->first = bus->first->next;
        pthread_cond_broadcast(&bus->granted);
    } else {
        bus->in_use = false;
    }
    pthread_mutex_unlock(&bus->mutex);
}
