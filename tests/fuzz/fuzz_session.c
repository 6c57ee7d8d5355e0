/*
 * Fuzz the agent's session: any bytes, through a connection that does all that
 * a socket may do, onto a simulated bench.
 *
 * Input: byte 0 says which faults of the connection may happen (enum
 * virtual_fault), whether the bus has some too and whether notices come, byte 1
 * seeds the former; the rest is what the client sends.  Then the agent's side is checked:
 * what it sent are whole replies (unless the connection broke), each decodes as
 * its type says, their ids are those of the requests in order, and no lease
 * and no transaction is left.
 *
 * The bench's clock advances by a fixed step, so an input always does the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "../virtual_io.h"
#include "host-agent/backend_sim.h"
#include "host-agent/backend_sim_lines.h"
#include "host-agent/bench.h"
#include "host-agent/fault_set.h"
#include "host-agent/service_gpio.h"
#include "host-agent/service_scsi.h"
#include "host-agent/session.h"
#include "host-agent/session_reply.h"
#include "peripherals/parts/part.h"
#include "tests/wire_recode.h"

#define OUT_SIZE    (4u << 20)
#define CLOCK_STEP  1000000u /* ns */
#define HEADER_SIZE 2        /* of an input */
#define FAULTY      0x20     /* in its first byte: the bus has faults */
#define NOTICES     0x40     /* likewise: something is told unasked */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bw_bench bench;
static struct bw_session session;
static struct virtual_io io;
static uint8_t out[OUT_SIZE];
static uint64_t now_ns;

static uint64_t tick(void)
{
    now_ns += CLOCK_STEP;
    return now_ns;
}

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Faults that need no time; with one of the link a session ends early. */
static void add_faults(struct bw_bus *bus)
{
    static const struct bw_wire_fault faults[] = {
        { .kind = BW_FAULT_NACK_DATA, .byte = 1, .chance_ppm = 200000 },
        { .kind = BW_FAULT_FLIP,
          .byte = 0xffff,
          .mask = 1,
          .chance_ppm = 100000 },
        { .kind = BW_FAULT_VANISH, .byte = 2, .count = 1, .chance_ppm = 50000 },
        { .kind = BW_FAULT_ARBITRATION, .byte = 0xffff, .chance_ppm = 50000 },
        { .kind = BW_FAULT_LINK_CUT, .byte = 0xffff, .chance_ppm = 50000 },
    };
    size_t i;

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct bw_wire_fault fault = faults[i];
        uint32_t number;

        fault.addr = BW_FAULT_ANY;
        fault.seed = (uint32_t)i;
        require(!bw_fault_check(&fault));
        require(bw_fault_set_add(bus->faults, &fault, &number) == BW_OK);
    }
}

/* An output, an input, and one that may be both, against which something
 * drives. */
static void add_lines(struct bw_bus *bus)
{
    static const char *const names[] = { "lines.a", "lines.b", "lines.c" };
    static const struct bw_gpio_owner owners[] = {
        { .name = "a",
          .funcs = BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_PUSH_PULL,
          .safe = { .direction = BW_GPIO_OUT } },
        { .name = "b",
          .funcs = BW_GPIO_FUNC_IN | BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_BIAS },
        { .name = "c", .funcs = UINT32_MAX },
    };
    struct bw_gpio_setting safe[3];
    unsigned numbers[3];
    struct bw_gpio_lines *lines;
    struct bw_export *e;
    int i;

    bus->chip = bw_sim_chip_new();
    require(bus->chip);
    for (i = 0; i < 3; i++) {
        numbers[i] = (unsigned)bw_sim_chip_add(
            bus->chip, names[i], i == 2 ? BW_SIM_LINE_HIGH : BW_SIM_LINE_OPEN);
        safe[i] = owners[i].safe;
    }
    e = bw_bench_add_export(&bench, "lines", BW_EXPORT_GPIO, bus, BW_ADDR_ANY,
                            "");
    require(e);
    lines = bw_sim_chip_open(bus->chip, numbers, 3, safe);
    require(lines); /* it takes a descriptor */
    require(bw_service_gpio_attach(e, lines, owners));
}

/* A device that says and moves what the CDB has in bytes 3 to 5. */
static enum bw_status scsi_take(struct bw_scsi_unit *u,
                                char why[BW_WIRE_MAX_TEXT + 1])
{
    (void)u;
    (void)why;
    return BW_OK;
}

static void scsi_give_back(struct bw_scsi_unit *u)
{
    (void)u;
}

static void scsi_execute(struct bw_scsi_unit *u, struct bw_scsi_task *t)
{
    (void)u;
    if (t->cmd.direction == BW_SCSI_DATA_IN) {
        memset(t->data, t->cmd.cdb[3], t->cmd.len);
    }
    t->result.status = t->cmd.cdb[3];
    t->result.moved = (uint32_t)t->cmd.cdb[4] * 1024;
    t->result.sense_len = t->cmd.cdb[5] & 0x7f;
}

static enum bw_status scsi_reset(struct bw_scsi_unit *u,
                                 char why[BW_WIRE_MAX_TEXT + 1])
{
    (void)u;
    strcpy(why, "it does not");
    return BW_UNSUPPORTED;
}

static void scsi_about(struct bw_scsi_unit *u, bool in_full,
                       struct bw_scsi_about *about)
{
    (void)u;
    about->present = true;
    about->usable = in_full;
    about->type = BW_SCSI_TYPE_TAPE;
}

static void scsi_free(struct bw_scsi_unit *u)
{
    (void)u;
}

static void add_scsi(void)
{
    static const struct bw_scsi_unit_ops ops = {
        .take = scsi_take,
        .give_back = scsi_give_back,
        .execute = scsi_execute,
        .reset = scsi_reset,
        .about = scsi_about,
        .free = scsi_free,
    };
    static struct bw_scsi_unit unit = { .ops = &ops, .max_len = 1u << 20 };
    static const struct bw_scsi_owner owner;
    struct bw_export *e = bw_bench_add_export(&bench, "tape", BW_EXPORT_SCSI,
                                              NULL, BW_ADDR_ANY, "");

    require(e);
    require(bw_service_scsi_attach(e, &unit, &owner));
}

static void fill_bench(bool faulty)
{
    struct bw_sim *sim = bw_sim_new(tick);
    struct bw_bus *bus;

    require(sim);
    now_ns = 0;
    require(bw_sim_add(sim, "thermometer", &bw_part_tmp102, 0x48) == BW_OK);
    require(bw_sim_add(sim, "eeprom", &bw_part_24c02, 0x50) == BW_OK);
    require(bw_sim_add(sim, "clock", &bw_part_ds3231, 0x68) == BW_OK);
    bw_bench_init(&bench);
    bus = bw_bench_add_bus(&bench, "sim", bw_sim_adapter(sim), sim);
    require(bw_bench_add_faults(bus));
    if (faulty) {
        add_faults(bus);
    }
    bw_bench_add_export(&bench, "i2c", BW_EXPORT_I2C, bus, BW_ADDR_ANY, "bus");
    bw_bench_add_export(&bench, "one", BW_EXPORT_I2C, bus, 0x48, "");
    bw_bench_add_export(&bench, "bench", BW_EXPORT_BENCH, bus, BW_ADDR_ANY,
                        "values");
    add_lines(bus);
    add_scsi();
}

/* A host with as many sessions as the client's KICKs are answered with ok. */
static void host_changed(struct bw_session_host *h, struct bw_session *s)
{
    (void)h;
    (void)s;
}

static bool host_who(struct bw_session_host *h, size_t *at,
                     struct bw_wire_who *w)
{
    (void)h;
    memset(w, 0, sizeof(*w));
    w->session = (uint32_t)++ * at;
    return *at <= 3;
}

static enum bw_status host_kick(struct bw_session_host *h,
                                struct bw_session *by, uint32_t number,
                                char why[BW_WIRE_MAX_TEXT + 1])
{
    (void)h;
    (void)by;
    strcpy(why, "there is no such session");
    return number <= 3 ? BW_OK : BW_NOT_FOUND;
}

static enum bw_status host_reload(struct bw_session_host *h,
                                  char text[BW_WIRE_MAX_TEXT + 1])
{
    (void)h;
    strcpy(text, "nothing changed");
    return BW_OK;
}

static bool tell(struct bw_session *s)
{
    struct bw_writer w;

    bw_session_notice_begin(s, &w, BW_MSG_GPIO_EVENTS);
    return bw_session_notice_send(s, &w);
}

/* What the agent around the session would set. */
static void prepare_session(bool notices)
{
    static const struct bw_session_host_ops ops = {
        .changed = host_changed,
        .who = host_who,
        .kick = host_kick,
        .reload = host_reload,
    };
    static struct bw_session_host host = { .ops = &ops };

    session.host = &host;
    session.silence_ms = 1000;
    strcpy(session.identity, "anna");
    if (notices) {
        session.notice_fd = 99; /* nobody looks at it */
        session.notice = tell;
        io.also = 8;
    }
}

static struct recode begin_recode(const struct bw_reader *body)
{
    static uint8_t again[BW_WIRE_MAX_FRAME];
    struct recode c = { .r = *body };

    bw_writer_init(&c.w, again, sizeof(again));
    return c;
}

/* Replies decode as their type says, but for those whose request one would have
 * to know: these may have any bytes. */
static void check_reply(unsigned type, unsigned status,
                        const struct bw_reader *body)
{
    struct recode c = begin_recode(body);

    if (type == BW_MSG_I2C_STEP) {
        require(status == BW_OK || bw_reader_left(body) >= BW_STEP_REPLY_LEN);
    } else if (status != BW_OK) {
        recode_failure(&c, type, status);
        require(c.status == BW_OK);
    } else if (type != BW_MSG_I2C_XFER && type != BW_MSG_SMBUS_XFER) {
        recode_reply(&c, type);
        require(c.status == BW_OK);
    }
}

/* tell() sends none, the lines theirs. */
static void check_notice(unsigned type, const struct bw_reader *body)
{
    struct recode c = begin_recode(body);

    if (type != BW_MSG_GPIO_EVENTS || bw_reader_left(body) > 0) {
        recode_notice(&c, type);
        require(c.status == BW_OK);
    }
}

static struct bw_wire_header get_header(struct bw_reader *r)
{
    struct bw_wire_header h;

    h.len = bw_read_le32(r);
    h.type = bw_read_le16(r);
    h.status = bw_read_le16(r);
    h.id = bw_read_le32(r);
    return h;
}

/* Every reply belongs to the request at the same place. */
static void check_replies(const uint8_t *requests, size_t size)
{
    struct bw_reader r, q;
    uint32_t notices = 0;

    bw_reader_init(&r, out, io.out_len);
    bw_reader_init(&q, requests, size);
    while (bw_reader_left(&r) > 0) {
        struct bw_wire_header reply = get_header(&r);
        struct bw_wire_header request;
        struct bw_reader body;

        if ((reply.type & BW_WIRE_NOTICE) == BW_WIRE_NOTICE &&
            reply.status == 0) {
            require(reply.id == ++notices);
            bw_reader_init(&body, bw_read_bytes(&r, reply.len), reply.len);
            require(!r.failed);
            check_notice(reply.type & ~BW_WIRE_NOTICE, &body);
            continue;
        }
        request = get_header(&q);
        bw_reader_init(&body, bw_read_bytes(&r, reply.len), reply.len);
        require(!r.failed && !q.failed);
        require(reply.type == (request.type | BW_WIRE_REPLY));
        require(reply.id == request.id);
        require(reply.status < BW_STATUS_COUNT);
        check_reply(request.type & ~BW_WIRE_REPLY, reply.status, &body);
        if (bw_reader_left(&r) > 0) {
            require(bw_read_bytes(&q, request.len) || request.len == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t i;

    if (size < HEADER_SIZE) {
        return 0;
    }
    fill_bench(data[0] & FAULTY);
    virtual_io_init(&io, data + HEADER_SIZE, size - HEADER_SIZE, out,
                    sizeof(out));
    io.faults = data[0] & 0x1f;
    io.seed = data[1] + 1u;
    bw_session_init(&session, &io.io, &bench, NULL, 1);
    prepare_session(data[0] & NOTICES);
    bw_session_run(&session);
    bw_service_scsi_settle(60000);
    for (i = 0; i < bench.export_count; i++) {
        require(bw_lease_holders(&bench.exports[i]->lease) == 0);
    }
    for (i = 0; i < bench.bus_count; i++) {
        require(!bench.buses[i]->in_use);
    }
    if (!(io.faults & (VIRTUAL_RESET | VIRTUAL_TIMEOUT)) &&
        io.out_len + BW_WIRE_MAX_FRAME < sizeof(out)) {
        check_replies(data + HEADER_SIZE, size - HEADER_SIZE);
    }
    bw_bench_finish(&bench);
    return 0;
}
