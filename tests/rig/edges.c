/*
 * Make edges on the lines of gpio-sim, take those that come back, and tell
 * whether one was lost or came out of turn.
 *
 * usage: edges mirror OPTION...   make edges on inputs, await each on its output
 *        edges record OPTION...   only await them
 *        edges drive OPTION...    only make them
 *        edges echo OPTION...     answer them with libgpiod, until ended
 *        edges clock PORT         tell CLOCK_MONOTONIC to who asks by TCP
 *
 *   -c FOLDER   the chip's lines, /sys/devices/platform/gpio-sim.N/gpiochipM
 *   -i A,B,C,D  offsets of the inputs; -o A,B,C,D of the outputs
 *   -n COUNT    edges (default 1000); -p US  from one to the next, at least
 *               (default 0)
 *   -w COUNT    at most so many on their way (default 1; 0 for any number)
 *   -t SECONDS  give up when none has come for so long (default 10)
 *   -f FILE     a line for each edge: its number, when it was made, when its
 *               answer was set; of echo when it was read; CLOCK_MONOTONIC in ns
 *
 * The edges follow the walk of edge_walk.h, so a line that is not the next one
 * tells of one that was lost or came too early.  The result is one line:
 * edges made, of them back, wrong ones, the first wrong one, the rate, and
 * microseconds there and back; exit status 0 if all came back in order.
 *
 * The kernel is the witness: edges.h, edges_trace.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/rig/edges.h"

#define MAX_OFFSET 64

struct run {
    struct edges_chip chip;
    unsigned count;
    unsigned period_us;
    unsigned window;
    unsigned silence_s;
    FILE *times;
    FILE *trace;
    uint64_t *made_ns; /* of each edge */
    uint64_t *back_ns;
    pthread_mutex_t lock; /* of the following */
    pthread_cond_t came;
    unsigned back;
    unsigned wrong;
    unsigned first_wrong;
    int levels[MAX_OFFSET]; /* of the outputs */
};

_Noreturn void edges_die(const char *what)
{
    fprintf(stderr, "edges: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

FILE *edges_open(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);

    if (!file) {
        edges_die(path);
    }
    return file;
}

uint64_t edges_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){ (time_t)(ns / 1000000000u),
                              (long)(ns % 1000000000u) };
}

int edges_level(const struct edges_chip *chip, unsigned offset)
{
    char path[160];
    FILE *file;
    int level;

    snprintf(path, sizeof(path), "%s/sim_gpio%u/value", chip->folder, offset);
    file = edges_open(path, "r");
    level = fgetc(file) == '1';
    fclose(file);
    return level;
}

/* --- the edges that come back ----------------------------------------------- */

static void take(struct run *r, uint32_t *walk, unsigned offset,
                 uint64_t time_ns)
{
    unsigned expected = r->chip.outputs[edge_walk_next(walk)];

    pthread_mutex_lock(&r->lock);
    if (r->back < r->count) {
        r->back_ns[r->back] = time_ns;
    }
    r->back++;
    if (offset != expected && r->wrong++ == 0) {
        r->first_wrong = r->back;
    }
    pthread_cond_signal(&r->came);
    pthread_mutex_unlock(&r->lock);
}

static bool is_output(const struct run *r, unsigned offset)
{
    for (unsigned i = 0; i < EDGES_LINES; i++) {
        if (r->chip.outputs[i] == offset) {
            return true;
        }
    }
    return false;
}

/* A level that is set where it is already makes no edge. */
static void *record(void *opaque)
{
    struct run *r = opaque;
    uint32_t walk = EDGE_WALK_START;
    unsigned offset;
    uint64_t time_ns;
    int level;

    while (edges_trace_next(r->trace, &r->chip, &offset, &level, &time_ns)) {
        if (is_output(r, offset) && r->levels[offset] != level) {
            r->levels[offset] = level;
            take(r, &walk, offset, time_ns);
        }
    }
    return NULL;
}

/* Wait until @back edges have come; false after silence_s without any. */
static bool await(struct run *r, unsigned back)
{
    unsigned before;
    struct timespec until;
    int error = 0;

    pthread_mutex_lock(&r->lock);
    while (r->back < back && error != ETIMEDOUT) {
        before = r->back;
        until = timespec_of(edges_now_ns() + r->silence_s * 1000000000ull);
        error = 0;
        while (r->back == before && error != ETIMEDOUT) {
            error = pthread_cond_timedwait(&r->came, &r->lock, &until);
        }
    }
    pthread_mutex_unlock(&r->lock);
    return error != ETIMEDOUT;
}

/* --- the edges that are made -------------------------------------------------- */

struct pulls {
    int fds[EDGES_LINES];
    int levels[EDGES_LINES];
};

static void open_pulls(const struct run *r, struct pulls *p)
{
    char path[160];

    for (unsigned i = 0; i < EDGES_LINES; i++) {
        snprintf(path, sizeof(path), "%s/sim_gpio%u/pull", r->chip.folder,
                 r->chip.inputs[i]);
        p->fds[i] = open(path, O_WRONLY | O_CLOEXEC);
        if (p->fds[i] < 0) {
            edges_die(path);
        }
        p->levels[i] = edges_level(&r->chip, r->chip.inputs[i]);
    }
}

static void pull(struct pulls *p, unsigned line)
{
    const char *text;

    p->levels[line] = !p->levels[line];
    text = p->levels[line] ? "pull-up" : "pull-down";
    if (pwrite(p->fds[line], text, strlen(text), 0) < 0) {
        edges_die(text);
    }
}

/* Wait for room in the window, once it is full until half of it is free: the
 * edges then come in bursts, which a busy machine has fewer of.  Returns false
 * if answers do not come. */
static bool await_room(struct run *r, unsigned n, unsigned *room)
{
    if (r->window == 0 || n < *room) {
        return true;
    }
    if (!await(r, n - r->window / 2)) {
        return false;
    }
    *room = n - r->window / 2 + r->window;
    return true;
}

/* Returns: how many were made; fewer if their answers do not come. */
static unsigned drive(struct run *r, bool answered)
{
    unsigned room = r->window;
    uint64_t next_ns = edges_now_ns();
    uint32_t walk = EDGE_WALK_START;
    struct timespec next;
    struct pulls pulls;
    unsigned n;

    open_pulls(r, &pulls);
    for (n = 0; n < r->count; n++) {
        if (answered && !await_room(r, n, &room)) {
            break;
        }
        if (r->period_us) {
            next = timespec_of(next_ns + r->period_us * 1000u);
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
            next_ns = edges_now_ns();
        }
        r->made_ns[n] = edges_now_ns();
        pull(&pulls, edge_walk_next(&walk));
    }
    return n;
}

/* --- results ------------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void print_latency(struct run *r, unsigned n)
{
    uint64_t *ns = calloc(n, sizeof(*ns));

    if (!ns) {
        edges_die("memory");
    }
    for (unsigned i = 0; i < n; i++) {
        ns[i] =
            r->back_ns[i] > r->made_ns[i] ? r->back_ns[i] - r->made_ns[i] : 0;
    }
    qsort(ns, n, sizeof(*ns), by_value);
    printf(" p50 %.0f p99 %.0f most %.0f", (double)ns[n / 2] / 1e3,
           (double)ns[n * 99ull / 100] / 1e3, (double)ns[n - 1] / 1e3);
    free(ns);
}

static void print_times(const struct run *r, unsigned n)
{
    for (unsigned i = 0; i < n && r->times; i++) {
        fprintf(r->times, "%u %llu %llu\n", i + 1,
                (unsigned long long)r->made_ns[i],
                (unsigned long long)r->back_ns[i]);
    }
}

static int result(struct run *r, unsigned made)
{
    unsigned long lost = edges_trace_lost();
    unsigned n = r->back < made ? r->back : made;
    uint64_t first = r->made_ns[0] ? r->made_ns[0] : r->back_ns[0];
    double rate = 0;

    pthread_mutex_lock(&r->lock);
    if (n > 1 && r->back_ns[n - 1] > first) {
        rate = (n - 1) * 1e9 / (double)(r->back_ns[n - 1] - first);
    }
    printf("edges %u back %u wrong %u first %u rate %.0f", made, r->back,
           r->wrong, r->first_wrong, rate);
    if (n > 0 && r->made_ns[0]) {
        print_latency(r, n);
    }
    if (lost) {
        printf(" untraced %lu", lost);
    }
    puts("");
    print_times(r, n);
    return made == r->count && r->back == made && r->wrong == 0 && lost == 0
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}

/* --- what is asked for -------------------------------------------------------- */

static void start_recording(struct run *r)
{
    pthread_condattr_t attr;
    pthread_t thread;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->came, &attr);
    pthread_mutex_init(&r->lock, NULL);
    r->trace = edges_trace_open(&r->chip);
    for (unsigned i = 0; i < EDGES_LINES; i++) {
        r->levels[r->chip.outputs[i]] =
            edges_level(&r->chip, r->chip.outputs[i]);
    }
    puts("edges: recording");
    fflush(stdout);
    if (pthread_create(&thread, NULL, record, r) != 0) {
        edges_die("a thread");
    }
    pthread_detach(thread);
}

static int mirror(struct run *r)
{
    unsigned made;

    start_recording(r);
    made = drive(r, true);
    await(r, made);
    return result(r, made);
}

static int record_only(struct run *r)
{
    start_recording(r);
    await(r, r->count);
    return result(r, r->count);
}

static int drive_only(struct run *r)
{
    uint64_t start_ns = edges_now_ns();
    unsigned made = drive(r, false);

    printf("edges %u rate %.0f\n", made,
           made * 1e9 / (double)(edges_now_ns() - start_ns));
    return EXIT_SUCCESS;
}

/* A line with the time for each byte that comes. */
static void serve_time(int fd)
{
    char text[32];

    while (recv(fd, text, 1, 0) == 1) {
        snprintf(text, sizeof(text), "%llu\n",
                 (unsigned long long)edges_now_ns());
        if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    close(fd);
}

static int tell_time(const char *port)
{
    struct sockaddr_in addr = { .sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(port)),
                                .sin_addr.s_addr = htonl(INADDR_ANY) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    int client;

    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(fd, 1) < 0) {
        edges_die(port);
    }
    puts("edges: clock");
    fflush(stdout);
    while ((client = accept(fd, NULL, NULL)) >= 0) {
        serve_time(client);
    }
    edges_die("waiting for a question");
}

/* The number of the chip's first line is in its older interface alone. */
static void find_chip(struct edges_chip *chip, const char *folder)
{
    const char *name = strrchr(folder, '/');
    char pattern[160];
    glob_t found;
    FILE *file;

    chip->folder = folder;
    snprintf(chip->device, sizeof(chip->device), "/dev%s", name ? name : "");
    snprintf(pattern, sizeof(pattern), "%s/../gpio/gpiochip*/base", folder);
    if (glob(pattern, 0, NULL, &found) != 0) {
        edges_die(pattern);
    }
    file = edges_open(found.gl_pathv[0], "r");
    if (fscanf(file, "%u", &chip->base) != 1) {
        edges_die(found.gl_pathv[0]);
    }
    fclose(file);
    globfree(&found);
}

static void usage(void)
{
    fputs("usage: edges mirror|record|drive|echo -c FOLDER -i A,B,C,D -o "
          "A,B,C,D [-n COUNT] [-p US] [-w COUNT] [-t SECONDS] [-f FILE]\n"
          "       edges clock PORT\n",
          stderr);
    exit(2);
}

static void parse_lines(unsigned *lines, const char *text)
{
    if (sscanf(text, "%2u,%2u,%2u,%2u", &lines[0], &lines[1], &lines[2],
               &lines[3]) != 4 ||
        lines[0] >= MAX_OFFSET || lines[1] >= MAX_OFFSET ||
        lines[2] >= MAX_OFFSET || lines[3] >= MAX_OFFSET) {
        usage();
    }
}

static unsigned number(const char *text, unsigned most)
{
    unsigned long n = strtoul(text, NULL, 10);

    if (n > most) {
        usage();
    }
    return (unsigned)n;
}

static void parse_options(struct run *r, int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "c:i:o:n:p:w:t:f:")) != -1) {
        switch (option) {
        case 'c':
            find_chip(&r->chip, optarg);
            break;
        case 'i':
            parse_lines(r->chip.inputs, optarg);
            break;
        case 'o':
            parse_lines(r->chip.outputs, optarg);
            break;
        case 'n':
            r->count = number(optarg, EDGES_MAX);
            break;
        case 'p':
            r->period_us = number(optarg, 1000000);
            break;
        case 'w':
            r->window = number(optarg, EDGES_MAX);
            break;
        case 't':
            r->silence_s = number(optarg, 600);
            break;
        case 'f':
            r->times = edges_open(optarg, "w");
            setlinebuf(r->times);
            break;
        default:
            usage();
        }
    }
}

int main(int argc, char **argv)
{
    static struct run r = { .count = 1000, .window = 1, .silence_s = 10 };
    const char *what = argc > 2 ? argv[1] : "";

    if (strcmp(what, "clock") == 0) {
        return tell_time(argv[2]);
    }
    parse_options(&r, argc - 1, argv + 1);
    r.made_ns = calloc(r.count + 1, sizeof(*r.made_ns));
    r.back_ns = calloc(r.count + 1, sizeof(*r.back_ns));
    if (!r.chip.folder || !r.made_ns || !r.back_ns) {
        usage();
    }
    if (strcmp(what, "mirror") == 0) {
        return mirror(&r);
    } else if (strcmp(what, "record") == 0) {
        return record_only(&r);
    } else if (strcmp(what, "drive") == 0) {
        return drive_only(&r);
    } else if (strcmp(what, "echo") == 0) {
        return edges_echo(&r.chip, r.times);
    }
    usage();
}
