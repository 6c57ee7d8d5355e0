/*
 * The tape drive of the fake agent; see fake_scsi.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "fake_agent_priv.h"
#include "fake_scsi.h"
#include "lib/scsi_sense.h"
#include "peripherals/parts/tape_drive.h"

#define TYPE_TAPE 0x01
#define TYPE_NONE 0x1f

#define ASC_RESET 0x2900

struct memory_file {
    struct bw_tape_io io;
    bool exists;
    GByteArray *bytes;
};

struct fake_scsi {
    struct memory_file file[BW_TAPE_FILE_COUNT];
    struct bw_tape_files files;
    struct bw_tape_medium medium;
    bool open; /* @medium is */
    struct bw_tape_host host;
    struct bw_tape_drive drive;
    uint8_t type;
    uint32_t max_len;
    GByteArray *out; /* SCSI_DATA_OUT so far */
    uint8_t *data;   /* of the command */
    uint32_t moved;  /* bytes of it that come in */
    struct bw_wire_scsi_result answer;
    unsigned answers; /* so many are @answer */
    bool no_reset;
    unsigned commands;
    uint32_t last_id;
    GString *log;
};

/* --- files in memory --- */

static enum bw_tape_result file_size(void *opaque, uint64_t *bytes)
{
    *bytes = ((struct memory_file *)opaque)->bytes->len;
    return BW_TAPE_OK;
}

static enum bw_tape_result file_read(void *opaque, uint64_t offset,
                                     const struct bw_tape_piece *pieces,
                                     unsigned count)
{
    GByteArray *bytes = ((struct memory_file *)opaque)->bytes;

    for (unsigned i = 0; i < count; i++) {
        g_assert_cmpuint(offset + pieces[i].length, <=, bytes->len);
        memcpy(pieces[i].bytes, bytes->data + offset, pieces[i].length);
        offset += pieces[i].length;
    }
    return BW_TAPE_OK;
}

static enum bw_tape_result file_write(void *opaque, uint64_t offset,
                                      const struct bw_tape_piece *pieces,
                                      unsigned count)
{
    GByteArray *bytes = ((struct memory_file *)opaque)->bytes;

    for (unsigned i = 0; i < count; i++) {
        g_assert_cmpuint(offset, <=, bytes->len); /* no holes */
        if (offset + pieces[i].length > bytes->len) {
            g_byte_array_set_size(bytes, (guint)(offset + pieces[i].length));
        }
        memcpy(bytes->data + offset, pieces[i].bytes, pieces[i].length);
        offset += pieces[i].length;
    }
    return BW_TAPE_OK;
}

static enum bw_tape_result file_flush(void *opaque)
{
    return BW_TAPE_OK;
}

static enum bw_tape_result file_truncate(void *opaque, uint64_t bytes)
{
    g_byte_array_set_size(((struct memory_file *)opaque)->bytes, (guint)bytes);
    return BW_TAPE_OK;
}

static void *file_memory(void *opaque, void *memory, size_t bytes)
{
    return g_realloc(memory, bytes);
}

static enum bw_tape_result open_file(void *opaque, enum bw_tape_file which,
                                     bool create, const struct bw_tape_io **io)
{
    struct memory_file *file = &((struct fake_scsi *)opaque)->file[which];

    if (!file->exists && !create) {
        return BW_TAPE_NOT_FOUND;
    }
    file->exists = true;
    *io = &file->io;
    return BW_TAPE_OK;
}

static enum bw_tape_result remove_file(void *opaque, enum bw_tape_file which)
{
    struct memory_file *file = &((struct fake_scsi *)opaque)->file[which];

    file->exists = false;
    g_byte_array_set_size(file->bytes, 0);
    return BW_TAPE_OK;
}

/* --- the drive --- */

static uint64_t now_ms(void *opaque)
{
    return 1700000000000u;
}

static void lock_medium(void *opaque, bool locked)
{
}

static bool load_medium(void *opaque, bool in)
{
    return true;
}

static void power_on(struct fake_scsi *d, uint64_t capacity, uint64_t warning)
{
    struct bw_tape_config config = {
        .profile = bw_tape_profile("lto8"),
        .serial = "BW000001",
        .capacity = capacity,
        .early_warning = warning,
        .gather = true,
    };

    bw_tape_init(&d->drive, &config, &d->host);
}

static void insert(struct fake_scsi *d, const void *image, size_t bytes,
                   bool read_only)
{
    const struct bw_tape_config *config = &d->drive.config;
    struct bw_tape_options options = {
        .read_only = read_only,
        .gather = true,
        .capacity = config->capacity,
        .warning = config->early_warning,
    };
    struct bw_tape_verdict verdict;

    d->file[BW_TAPE_FILE_DATA_0].exists = true;
    if (bytes) {
        g_byte_array_append(d->file[BW_TAPE_FILE_DATA_0].bytes, image, bytes);
    }
    g_assert_cmpint(bw_medium_open(&d->medium, &d->files, &options, &verdict),
                    ==, BW_TAPE_OK);
    d->open = true;
    bw_tape_insert(&d->drive, &d->medium);
}

static void power_off(struct fake_scsi *d)
{
    bw_tape_remove(&d->drive);
    if (d->open) {
        bw_medium_close(&d->medium);
    }
    d->open = false;
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        d->file[i].exists = false;
        g_byte_array_set_size(d->file[i].bytes, 0);
    }
}

struct fake_scsi *fake_scsi_new(void)
{
    struct fake_scsi *d = g_new0(struct fake_scsi, 1);

    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        d->file[i].bytes = g_byte_array_new();
        d->file[i].io = (struct bw_tape_io){
            .opaque = &d->file[i],
            .size = file_size,
            .read = file_read,
            .write = file_write,
            .flush = file_flush,
            .truncate = file_truncate,
            .memory = file_memory,
        };
    }
    d->files = (struct bw_tape_files){ d, open_file, remove_file };
    d->host = (struct bw_tape_host){ d, now_ms, lock_medium, load_medium };
    d->type = TYPE_TAPE;
    d->max_len = BW_SCSI_MAX_LEN;
    d->out = g_byte_array_new();
    d->log = g_string_new("");
    power_on(d, 0, 0);
    insert(d, NULL, 0, false);
    return d;
}

void fake_scsi_free(struct fake_scsi *d)
{
    power_off(d);
    for (unsigned i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        g_byte_array_unref(d->file[i].bytes);
    }
    g_byte_array_unref(d->out);
    g_string_free(d->log, true);
    g_free(d->data);
    g_free(d);
}

/* --- replies --- */

void fake_scsi_begin(struct fake_scsi *d)
{
    g_byte_array_set_size(d->out, 0);
}

void fake_scsi_opened(const struct fake_scsi *d, struct bw_wire_opened *m)
{
    *m = (struct bw_wire_opened){
        .kind = BW_EXPORT_SCSI,
        .addr = BW_ADDR_ANY,
        .funcs = BW_DEVICE_FUNC_SIMULATED | (uint32_t)d->type << 8,
        .max_len = d->max_len,
    };
    if (d->type != TYPE_NONE) {
        m->funcs |= BW_DEVICE_FUNC_PRESENT;
    }
}

const uint8_t *fake_scsi_data(struct fake_scsi *d, uint32_t *len)
{
    *len = d->moved;
    return d->data;
}

static enum bw_status take_data_out(struct fake_scsi *d, struct bw_reader *r)
{
    struct bw_wire_scsi_data m;

    g_assert_cmpint(bw_wire_get_scsi_data_out(r, &m), ==, BW_OK);
    if (m.offset == 0) {
        g_byte_array_set_size(d->out, 0);
    }
    g_assert_cmpuint(m.offset, ==, d->out->len);
    g_byte_array_append(d->out, m.bytes, m.len);
    return BW_OK;
}

static void execute(struct fake_scsi *d, const struct bw_wire_scsi_cmd *m,
                    struct bw_wire_scsi_result *result)
{
    struct bw_tape_command c = { .cdb_length = m->cdb_len, .size = m->len };

    memcpy(c.cdb, m->cdb, sizeof(c.cdb));
    c.data = d->data;
    bw_tape_execute(&d->drive, &c);
    result->status = c.status;
    result->moved = m->direction == BW_SCSI_DATA_OUT ? m->len : c.done;
    if (c.status == BW_SCSI_CHECK) {
        result->sense_len =
            bw_sense_fixed(&c.sense, result->sense, sizeof(result->sense));
    }
}

static enum bw_status take_cmd(struct fake_scsi *d, uint32_t id,
                               struct bw_reader *r, struct bw_writer *w)
{
    struct bw_wire_scsi_result result = { 0 };
    struct bw_wire_scsi_cmd m;

    g_assert_cmpint(bw_wire_get_scsi_cmd(r, &m), ==, BW_OK);
    d->commands++;
    d->last_id = id;
    g_string_append_printf(d->log, "%02x ", m.cdb[0]);
    g_free(d->data);
    d->data = g_malloc0(m.len + 1);
    if (m.direction == BW_SCSI_DATA_OUT) {
        if (d->out->len != m.len) {
            bw_wire_put_text(w, "the data did not come");
            return BW_INVALID;
        }
        memcpy(d->data, d->out->data, m.len);
    }
    g_byte_array_set_size(d->out, 0);
    if (d->answers) {
        d->answers--;
        result = d->answer;
    } else {
        execute(d, &m, &result);
    }
    d->moved = m.direction == BW_SCSI_DATA_IN ? result.moved : 0;
    bw_wire_put_scsi_result(w, &result);
    return BW_OK;
}

static enum bw_status take_reset(struct fake_scsi *d, uint32_t id,
                                 struct bw_writer *w)
{
    d->last_id = id;
    g_string_append(d->log, "reset ");
    if (d->no_reset) {
        bw_wire_put_text(w, "the fake drive cannot be reset");
        return BW_UNSUPPORTED;
    }
    bw_tape_reset(&d->drive, ASC_RESET);
    return BW_OK;
}

enum bw_status fake_scsi_reply(struct fake_scsi *d, unsigned type, uint32_t id,
                               struct bw_reader *r, struct bw_writer *w)
{
    d->moved = 0;
    switch (type) {
    case BW_MSG_SCSI_DATA_OUT:
        return take_data_out(d, r);
    case BW_MSG_SCSI_CMD:
        return take_cmd(d, id, r, w);
    default:
        return take_reset(d, id, w);
    }
}

/* --- for the tests --- */

void fake_scsi_power_on(struct fake_agent *f, bool loaded, const void *image,
                        size_t bytes, bool read_only, uint64_t capacity,
                        uint64_t warning)
{
    struct fake_scsi *d = f->scsi;

    g_mutex_lock(&f->lock);
    power_off(d);
    power_on(d, capacity, warning);
    if (loaded) {
        insert(d, image, bytes, read_only);
    }
    g_mutex_unlock(&f->lock);
}

void fake_scsi_pretend(struct fake_agent *f, uint8_t type)
{
    g_mutex_lock(&f->lock);
    f->scsi->type = type;
    g_mutex_unlock(&f->lock);
}

void fake_scsi_limit(struct fake_agent *f, uint32_t max_len)
{
    g_mutex_lock(&f->lock);
    f->scsi->max_len = max_len;
    g_mutex_unlock(&f->lock);
}

void fake_scsi_answer(struct fake_agent *f,
                      const struct bw_wire_scsi_result *result, unsigned times)
{
    g_mutex_lock(&f->lock);
    f->scsi->answer = *result;
    f->scsi->answers = times;
    g_mutex_unlock(&f->lock);
}

void fake_scsi_no_reset(struct fake_agent *f)
{
    g_mutex_lock(&f->lock);
    f->scsi->no_reset = true;
    g_mutex_unlock(&f->lock);
}

unsigned fake_scsi_position(struct fake_agent *f)
{
    struct bw_tape_command c = { .cdb = { 0x34 }, .cdb_length = 10 };
    uint8_t data[20] = { 0 };

    c.data = data;
    c.size = sizeof(data);
    g_mutex_lock(&f->lock);
    bw_tape_execute(&f->scsi->drive, &c);
    g_mutex_unlock(&f->lock);
    g_assert_cmpint(c.status, ==, BW_SCSI_GOOD);
    return (unsigned)data[6] << 8 | data[7];
}

unsigned fake_scsi_commands(struct fake_agent *f)
{
    unsigned n;

    g_mutex_lock(&f->lock);
    n = f->scsi->commands;
    g_mutex_unlock(&f->lock);
    return n;
}

uint32_t fake_scsi_last_id(struct fake_agent *f)
{
    uint32_t id;

    g_mutex_lock(&f->lock);
    id = f->scsi->last_id;
    g_mutex_unlock(&f->lock);
    return id;
}

void fake_scsi_busy(struct fake_agent *f)
{
    struct bw_wire_scsi_busy m = { .id = fake_scsi_last_id(f),
                                   .elapsed_ms = 1000 };
    struct bw_writer w;
    uint8_t body[8];

    bw_writer_init(&w, body, sizeof(body));
    bw_wire_put_scsi_busy(&w, &m);
    fake_agent_notice(f, BW_MSG_SCSI_BUSY, 0, body, w.pos);
}

char *fake_scsi_log(struct fake_agent *f)
{
    char *text;

    g_mutex_lock(&f->lock);
    text = g_strdup(f->scsi->log->str);
    g_string_truncate(f->scsi->log, 0);
    g_mutex_unlock(&f->lock);
    return text;
}
