/*
 * Threads that stay; see crew.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/crew.h"

#include <string.h>

struct bw_crew_job {
    void (*run)(void *arg);
    void *arg;
    struct bw_crew_job *next;
    bool done;
};

void bw_crew_init(struct bw_crew *c)
{
    memset(c, 0, sizeof(*c));
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->work, NULL);
    pthread_cond_init(&c->done, NULL);
}

/* With the lock held; there is one. */
static struct bw_crew_job *take_job(struct bw_crew *c)
{
    struct bw_crew_job *job = c->first;

    c->first = job->next;
    if (!c->first) {
        c->last = NULL;
    }
    c->waiting--;
    return job;
}

static void *work(void *opaque)
{
    struct bw_crew *c = opaque;
    struct bw_crew_job *job;

    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->first && !c->ending) {
            c->idle++;
            pthread_cond_wait(&c->work, &c->lock);
            c->idle--;
        }
        if (!c->first) {
            break;
        }
        job = take_job(c);
        pthread_mutex_unlock(&c->lock);
        job->run(job->arg);
        pthread_mutex_lock(&c->lock);
        job->done = true;
        pthread_cond_broadcast(&c->done);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* With the lock held.  Returns whether somebody will take what waits. */
static bool has_hands(struct bw_crew *c)
{
    if (c->waiting > c->idle && c->count < BW_CREW_MAX &&
        pthread_create(&c->threads[c->count], NULL, work, c) == 0) {
        c->count++;
    }
    return c->count > 0;
}

static void put_job(struct bw_crew *c, struct bw_crew_job *job)
{
    if (c->last) {
        c->last->next = job;
    } else {
        c->first = job;
    }
    c->last = job;
    c->waiting++;
}

void bw_crew_run(struct bw_crew *c, void (*run)(void *arg), void *arg)
{
    struct bw_crew_job job = { .run = run, .arg = arg };

    pthread_mutex_lock(&c->lock);
    put_job(c, &job);
    if (!has_hands(c)) {
        take_job(c); /* the only one, for there is nobody to leave one behind */
        pthread_mutex_unlock(&c->lock);
        run(arg);
        return;
    }
    pthread_cond_signal(&c->work);
    while (!job.done) {
        pthread_cond_wait(&c->done, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
}

void bw_crew_finish(struct bw_crew *c)
{
    size_t i;

    pthread_mutex_lock(&c->lock);
    c->ending = true;
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    for (i = 0; i < c->count; i++) {
        pthread_join(c->threads[i], NULL);
    }
    pthread_cond_destroy(&c->done);
    pthread_cond_destroy(&c->work);
    pthread_mutex_destroy(&c->lock);
}
