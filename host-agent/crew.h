/*
 * Threads that stay: what must be done in a thread is done in one of them.
 *
 * For libraries that keep something for every thread they were ever called in,
 * as GnuTLS keeps the state of a random generator (224 bytes): with a thread
 * for each session that would never end to grow.  tls_gate.c has its handshakes
 * done here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CREW_H
#define BENCHWIRE_HOST_AGENT_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define BW_CREW_MAX 64 /* threads; as many as there can be sessions */

struct bw_crew_job;

struct bw_crew {
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_cond_t done;
    struct bw_crew_job *first; /* not yet begun */
    struct bw_crew_job *last;
    pthread_t threads[BW_CREW_MAX];
    size_t count; /* of threads */
    size_t idle;  /* of these */
    size_t waiting;
    bool ending;
};

void bw_crew_init(struct bw_crew *c);

/* No job may be under way. */
void bw_crew_finish(struct bw_crew *c);

/**
 * bw_crew_run: have @run(@arg) done, and wait until it is
 *
 * Threads are made as needed, with the caller's mask of signals.  @run must
 * have an end of its own; without any thread it is done in the caller's.
 */
void bw_crew_run(struct bw_crew *c, void (*run)(void *arg), void *arg);

#endif
