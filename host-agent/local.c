/*
 * The agent's session code inside another process; see local.h.
 *
 * Linked into QEMU too, for passthrough devices with device=.  It handles no
 * signals, writes nothing to standard error and never exits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/local.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host-agent/backend_gpio_lines.h"
#include "host-agent/backend_i2c_dev.h"
#include "host-agent/backend_sg.h"
#include "host-agent/backend_sim.h"
#include "host-agent/backend_sim_lines.h"
#include "host-agent/backend_sim_tape.h"
#include "host-agent/bench.h"
#include "host-agent/conn.h"
#include "host-agent/service_gpio.h"
#include "host-agent/service_scsi.h"
#include "host-agent/session.h"
#include "peripherals/parts/part.h"

#define SIM_TAPE "sim-tape:"

/* What is to be served. */
struct place {
    enum bw_export_kind kind;
    const char *name; /* of the adapter, the chip, the device */
    const char *line; /* of a chip */
    uint16_t addr;    /* on an adapter */
};

struct bw_local {
    int fd;
    pthread_t thread;
    struct bw_io_fd io;
    struct bw_bench bench;
    struct bw_session session;
};

/* The built-in bench of adapter "sim". */
static const struct {
    const char *name;
    const struct bw_part_model *model;
    uint8_t addr7;
} sim_parts[] = {
    { "thermometer", &bw_part_tmp102, 0x48 },
    { "eeprom", &bw_part_24c02, 0x50 },
    { "clock", &bw_part_ds3231, 0x68 },
};

static struct bw_sim *new_sim(char *error, size_t error_size)
{
    struct bw_sim *sim = bw_sim_new(NULL);
    size_t i;

    for (i = 0; sim && i < sizeof(sim_parts) / sizeof(sim_parts[0]); i++) {
        if (bw_sim_add(sim, sim_parts[i].name, sim_parts[i].model,
                       sim_parts[i].addr7) != BW_OK) {
            bw_sim_adapter(sim)->ops->close(bw_sim_adapter(sim));
            sim = NULL;
        }
    }
    if (!sim) {
        snprintf(error, error_size, "out of memory");
    }
    return sim;
}

static bool fill_bench(struct bw_bench *b, const char *name, uint16_t addr,
                       char *error, size_t error_size)
{
    struct bw_i2c_adapter *adapter = NULL;
    struct bw_sim *sim = NULL;
    struct bw_export *e = NULL;
    struct bw_bus *bus;

    if (strcmp(name, "sim") == 0) {
        sim = new_sim(error, error_size);
        adapter = sim ? bw_sim_adapter(sim) : NULL;
    } else {
        adapter = bw_i2c_dev_open(name, error, error_size);
    }
    if (!adapter) {
        return false;
    }
    bw_bench_init(b);
    bus = bw_bench_add_bus(b, name, adapter, sim);
    if (bus) {
        e = bw_bench_add_export(b, "i2c", BW_EXPORT_I2C, bus, addr, name);
    }
    if (!e || (sim && !bw_bench_add_export(b, "bench", BW_EXPORT_BENCH, bus,
                                           BW_ADDR_ANY, name))) {
        snprintf(error, error_size, "out of memory");
        bw_bench_finish(b);
        return false;
    }
    e->shared = true; /* there is one session only */
    return true;
}

/* A bus that is there for its chip only: nobody opens it as a bus. */
static struct bw_bus *add_sim_chip(struct bw_bench *b, char *error,
                                   size_t error_size)
{
    struct bw_sim *sim = new_sim(error, error_size);
    struct bw_bus *bus;

    bus = sim ? bw_bench_add_bus(b, "sim", bw_sim_adapter(sim), sim) : NULL;
    if (bus) {
        bus->chip = bw_sim_chip_new();
    }
    return bus && bus->chip ? bus : NULL;
}

static struct bw_gpio_lines *open_sim_line(struct bw_bus *bus, const char *line,
                                           const struct bw_gpio_setting *idle)
{
    int number = bw_sim_chip_add(bus->chip, line, BW_SIM_LINE_OPEN);
    unsigned n = (unsigned)number;

    return number < 0 ? NULL : bw_sim_chip_open(bus->chip, &n, 1, idle);
}

/* One line of a chip; the user of this machine may do with it what it can. */
static bool fill_gpio_bench(struct bw_bench *b, const char *chip,
                            const char *line, char *error, size_t error_size)
{
    struct bw_gpio_setting idle = { .direction = BW_GPIO_IN };
    struct bw_gpio_owner owner = { .name = "line", .safe = idle };
    bool sim = strcmp(chip, "sim") == 0;
    struct bw_gpio_lines *lines = NULL;
    struct bw_bus *bus = NULL;
    struct bw_export *e;

    bw_bench_init(b);
    snprintf(error, error_size, "out of memory");
    if (!sim) {
        lines = bw_gpio_lines_open(chip, &line, 1, &idle, error, error_size);
    } else if ((bus = add_sim_chip(b, error, error_size)) != NULL) {
        lines = open_sim_line(bus, line, &idle);
    }
    if (!lines) {
        goto err_finish;
    }
    owner.funcs = lines->funcs;
    e = bw_bench_add_export(b, BW_LOCAL_GPIO_EXPORT, BW_EXPORT_GPIO, bus,
                            BW_ADDR_ANY, chip);
    if (!e) {
        lines->ops->close(lines);
        goto err_finish;
    }
    if (!bw_service_gpio_attach(e, lines, &owner)) {
        goto err_finish;
    }
    return true;

err_finish:
    bw_bench_finish(b);
    return false;
}

static bool fill_scsi_bench(struct bw_bench *b, const char *device, char *error,
                            size_t error_size)
{
    static const struct bw_scsi_owner owner;
    size_t prefix = strlen(SIM_TAPE);
    struct bw_scsi_unit *unit;
    struct bw_export *e;

    unit = strncmp(device, SIM_TAPE, prefix) == 0
               ? bw_sim_tape_new(device + prefix, "", error, error_size)
               : bw_sg_new(device, error, error_size);
    if (!unit) {
        return false;
    }
    snprintf(error, error_size, "out of memory");
    bw_bench_init(b);
    e = bw_bench_add_export(b, BW_LOCAL_SCSI_EXPORT, BW_EXPORT_SCSI, NULL,
                            BW_ADDR_ANY, device);
    if (!e) {
        unit->ops->free(unit);
    }
    if (!e || !bw_service_scsi_attach(e, unit, &owner)) {
        bw_bench_finish(b);
        return false;
    }
    return true;
}

static bool fill(struct bw_bench *b, const struct place *p, char *error,
                 size_t error_size)
{
    switch (p->kind) {
    case BW_EXPORT_GPIO:
        return fill_gpio_bench(b, p->name, p->line, error, error_size);
    case BW_EXPORT_SCSI:
        return fill_scsi_bench(b, p->name, error, error_size);
    default:
        return fill_bench(b, p->name, p->addr, error, error_size);
    }
}

static void *serve(void *opaque)
{
    struct bw_local *l = opaque;

    bw_session_run(&l->session);
    shutdown(l->fd, SHUT_RDWR); /* the peer is to see that it is over */
    return NULL;
}

/* In a thread that leaves all signals to the others.  Returns 0 or an errno. */
static int start_thread(struct bw_local *l)
{
    sigset_t all, old;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&l->thread, NULL, serve, l);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return err;
}

static struct bw_local *start(const struct place *place, int fd, char *error,
                              size_t error_size)
{
    struct bw_local *l = malloc(sizeof(*l));
    int err;

    if (!l) {
        snprintf(error, error_size, "out of memory");
        goto err_close_fd;
    }
    if (!fill(&l->bench, place, error, error_size)) {
        goto err_free;
    }
    l->fd = fd;
    bw_io_fd_init(&l->io, fd);
    bw_session_init(&l->session, &l->io.io, &l->bench, NULL, 1);
    err = start_thread(l);
    if (err) {
        snprintf(error, error_size, "cannot start a thread: %s", strerror(err));
        goto err_finish_bench;
    }
    return l;

err_finish_bench:
    bw_bench_finish(&l->bench);
err_free:
    free(l);
err_close_fd:
    close(fd);
    return NULL;
}

struct bw_local *bw_local_start(const char *adapter, uint16_t addr, int fd,
                                char *error, size_t error_size)
{
    const struct place place = { .kind = BW_EXPORT_I2C,
                                 .name = adapter,
                                 .addr = addr };

    return start(&place, fd, error, error_size);
}

struct bw_local *bw_local_start_gpio(const char *chip, const char *line, int fd,
                                     char *error, size_t error_size)
{
    const struct place place = { .kind = BW_EXPORT_GPIO,
                                 .name = chip,
                                 .line = line };

    return start(&place, fd, error, error_size);
}

struct bw_local *bw_local_start_scsi(const char *device, int fd, char *error,
                                     size_t error_size)
{
    const struct place place = { .kind = BW_EXPORT_SCSI, .name = device };

    return start(&place, fd, error, error_size);
}

void bw_local_stop(struct bw_local *local)
{
    if (!local) {
        return;
    }
    shutdown(local->fd, SHUT_RDWR);
    pthread_join(local->thread, NULL);
    bw_service_scsi_settle(BW_SCSI_END_MS);
    bw_bench_finish(&local->bench);
    close(local->fd);
    free(local);
}
