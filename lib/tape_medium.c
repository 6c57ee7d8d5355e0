/*
 * A tape cartridge and its files; see tape_medium.h.
 *
 * What the files beside a tape cannot break: the tape itself.  A .meta file
 * that is damaged, or cannot be read, is told and left alone; the cartridge is
 * then a plain one, with a second partition if there is a file for it.
 *
 * A cartridge's counters (loads, bytes) make no .meta file, so that a plain
 * tape stays one file.  Volume change references go to the disk with the data
 * that changed them: LTFS believes its notes in MAM as long as they agree.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_medium.h"

#include <string.h>

#include "tape_meta.h"

/* LTFS notes there where its index is; not so on a blank tape. */
#define VOLUME_COHERENCY 0x080c

static const enum bw_tape_file data_file[BW_TAPE_PARTITIONS] = {
    BW_TAPE_FILE_DATA_0,
    BW_TAPE_FILE_DATA_1,
};
static const enum bw_tape_file index_file[BW_TAPE_PARTITIONS] = {
    BW_TAPE_FILE_INDEX_0,
    BW_TAPE_FILE_INDEX_1,
};

/* What is wrong in one sentence; the first of several counts. */
static void tell(struct bw_tape_verdict *verdict, const char *text)
{
    size_t length = strlen(text);

    if (verdict->text[0] != '\0') {
        return;
    }
    if (length >= sizeof(verdict->text)) {
        length = sizeof(verdict->text) - 1;
    }
    memcpy(verdict->text, text, length);
    verdict->text[length] = '\0';
}

static enum bw_tape_result open_file(struct bw_tape_medium *medium,
                                     enum bw_tape_file file, bool create,
                                     const struct bw_tape_io **io)
{
    return medium->files->open(medium->files->opaque, file, create, io);
}

/* --- .meta --------------------------------------------------------------- */

static void remember_changes(struct bw_tape_medium *m)
{
    memcpy(m->saved_changes, m->cartridge.changes, sizeof(m->saved_changes));
}

static void load_meta(struct bw_tape_medium *m)
{
    struct bw_meta_state state = { .turn = 0 };

    m->meta_state = open_file(m, BW_TAPE_FILE_META, false, &m->meta);
    m->keeps_meta = m->meta_state != BW_TAPE_UNSUPPORTED;
    if (m->meta_state != BW_TAPE_OK) {
        m->meta = NULL;
        return;
    }
    m->meta_state = bw_meta_load(m->meta, &m->cartridge, &state);
    if (m->meta_state == BW_TAPE_IO || m->meta_state == BW_TAPE_NO_MEMORY) {
        m->keeps_meta = false; /* a newer slot may be in it */
    }
    m->meta_turn = state.turn;
    m->meta_check = state.check;
    remember_changes(m);
}

static void tell_of_meta(const struct bw_tape_medium *m,
                         struct bw_tape_verdict *verdict)
{
    switch (m->meta_state) {
    case BW_TAPE_OK:
    case BW_TAPE_NOT_FOUND:
    case BW_TAPE_UNSUPPORTED:
        break;
    case BW_TAPE_FOREIGN:
        tell(verdict, "the .meta file beside the tape is damaged, so its "
                      "capacity, density and attributes are not known: bring "
                      "back a copy of it, or set them anew");
        break;
    default:
        tell(verdict, "the .meta file beside the tape cannot be read, so its "
                      "capacity, density and attributes are not known: see "
                      "that it may be read");
        break;
    }
}

/* There is something to keep, and leave to keep it. */
static bool wants_meta(const struct bw_tape_medium *m)
{
    return m->keeps_meta && !m->options.read_only &&
           (m->meta_turn > 0 ||
            (m->meta_changed && !bw_cartridge_plain(&m->cartridge)));
}

static enum bw_tape_result store_meta(struct bw_tape_medium *m, bool always)
{
    struct bw_meta_state state = { .turn = m->meta_turn,
                                   .check = m->meta_check };
    enum bw_tape_result result = BW_TAPE_OK;

    if (!wants_meta(m)) {
        return BW_TAPE_OK;
    }
    if (!m->meta) {
        result = open_file(m, BW_TAPE_FILE_META, true, &m->meta);
        if (result != BW_TAPE_OK) {
            m->meta = NULL;
            m->keeps_meta =
                result != BW_TAPE_UNSUPPORTED && result != BW_TAPE_READ_ONLY;
            return result;
        }
    }
    result = bw_meta_store(m->meta, &m->cartridge, always, &state);
    if (result == BW_TAPE_OK) {
        m->meta_turn = state.turn;
        m->meta_check = state.check;
        m->meta_state = BW_TAPE_OK;
        m->meta_changed = false;
        remember_changes(m);
    }
    return result;
}

/* --- partitions ---------------------------------------------------------- */

uint64_t bw_medium_capacity(const struct bw_tape_medium *medium,
                            unsigned partition)
{
    const struct bw_tape_cartridge *c = &medium->cartridge;
    uint64_t total = c->capacity ? c->capacity : medium->options.capacity;
    uint64_t other;

    if (partition >= c->partitions) {
        return 0;
    }
    if (c->share[partition] > 0 || c->partitions == 1) {
        return c->share[partition] > 0 ? c->share[partition] : total;
    }
    other = c->share[1 - partition];
    if (other == 0) {
        return total / 2;
    }
    return total > other ? total - other : total;
}

static void set_limits(struct bw_tape_medium *m)
{
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        uint64_t capacity = bw_medium_capacity(m, i);
        uint64_t warning = m->options.warning;

        if (m->partition[i]) {
            bw_tape_set_limits(m->partition[i], capacity,
                               warning < capacity ? warning : capacity);
        }
    }
}

/* Its positions, if they were kept. */
static void load_index(struct bw_tape_medium *m, unsigned partition)
{
    if (open_file(m, index_file[partition], false, &m->index[partition]) ==
        BW_TAPE_OK) {
        (void)bw_tape_load_index(m->partition[partition], m->index[partition]);
    } else {
        m->index[partition] = NULL;
    }
}

static enum bw_tape_result open_partition(struct bw_tape_medium *m,
                                          unsigned partition, bool create,
                                          struct bw_tape_verdict *verdict)
{
    struct bw_tape_options options = m->options;
    const struct bw_tape_io *io = NULL;
    enum bw_tape_result result =
        open_file(m, data_file[partition], create, &io);

    if (result != BW_TAPE_OK) {
        return result;
    }
    options.read_only = m->read_only;
    m->partition[partition] = bw_tape_open(io, &options, verdict);
    if (!m->partition[partition]) {
        return BW_TAPE_NO_MEMORY;
    }
    if (verdict->result == BW_TAPE_FOREIGN || verdict->result == BW_TAPE_IO) {
        bw_tape_close(m->partition[partition]);
        m->partition[partition] = NULL;
        return verdict->result;
    }
    load_index(m, partition);
    return BW_TAPE_OK;
}

/* As the .meta file says, or if that is lost: if there is a file. */
static enum bw_tape_result open_second(struct bw_tape_medium *m,
                                       struct bw_tape_verdict *verdict)
{
    bool guess = m->meta_state != BW_TAPE_OK &&
                 m->meta_state != BW_TAPE_NOT_FOUND &&
                 m->meta_state != BW_TAPE_UNSUPPORTED;
    struct bw_tape_verdict second = { .result = BW_TAPE_OK };
    enum bw_tape_result result;

    if (m->cartridge.partitions < 2 && !guess) {
        return BW_TAPE_OK;
    }
    result = open_partition(m, 1, false, &second);
    if (result == BW_TAPE_NOT_FOUND && !guess) {
        tell(verdict, "the file of the second partition is missing: that "
                      "partition is blank until the file is brought back");
        result = m->read_only ? BW_TAPE_NOT_FOUND
                              : open_partition(m, 1, true, &second);
    }
    m->cartridge.partitions = m->partition[1] ? 2 : 1;
    if (result == BW_TAPE_OK || m->partition[1]) {
        tell(verdict, second.text);
        return BW_TAPE_OK;
    }
    if (result == BW_TAPE_NOT_FOUND || result == BW_TAPE_UNSUPPORTED) {
        return BW_TAPE_OK;
    }
    *verdict = second;
    tell(verdict, "the file of the second partition cannot be opened: see "
                  "that it may be read, or take it away");
    return result;
}

enum bw_tape_result bw_medium_open(struct bw_tape_medium *medium,
                                   const struct bw_tape_files *files,
                                   const struct bw_tape_options *options,
                                   struct bw_tape_verdict *verdict)
{
    struct bw_tape_medium *m = medium;
    enum bw_tape_result result;

    memset(m, 0, sizeof(*m));
    memset(verdict, 0, sizeof(*verdict));
    m->files = files;
    m->options = *options;
    bw_cartridge_init(&m->cartridge);
    load_meta(m);
    m->read_only = options->read_only || m->cartridge.write_protect;
    result = open_partition(m, 0, false, verdict);
    tell_of_meta(m, verdict);
    if (result == BW_TAPE_OK) {
        result = open_second(m, verdict);
    }
    if (result != BW_TAPE_OK) {
        verdict->result = result;
        tell(verdict, bw_tape_result_text(result));
        bw_medium_close(m);
        return result;
    }
    set_limits(m);
    return BW_TAPE_OK;
}

void bw_medium_close(struct bw_tape_medium *medium)
{
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        if (medium->partition[i]) {
            bw_tape_close(medium->partition[i]);
        }
        medium->partition[i] = NULL;
        medium->index[i] = NULL;
    }
    medium->meta = NULL;
}

/* --- keeping it ---------------------------------------------------------- */

static enum bw_tape_result commit_data(struct bw_tape_medium *m)
{
    enum bw_tape_result first = BW_TAPE_OK;

    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        enum bw_tape_result result =
            m->partition[i] ? bw_tape_commit(m->partition[i]) : BW_TAPE_OK;

        first = first == BW_TAPE_OK ? result : first;
    }
    return first;
}

enum bw_tape_result bw_medium_commit(struct bw_tape_medium *medium)
{
    struct bw_tape_medium *m = medium;
    enum bw_tape_result result = commit_data(m);

    if (result == BW_TAPE_OK &&
        (m->meta_changed || memcmp(m->saved_changes, m->cartridge.changes,
                                   sizeof(m->saved_changes)) != 0)) {
        result = store_meta(m, m->meta_changed);
    }
    return result;
}

/* Short tapes are scanned in no time; the index of one that was long goes. */
static void save_index(struct bw_tape_medium *m, unsigned partition)
{
    const struct bw_tape_io **io = &m->index[partition];
    enum bw_tape_file file = index_file[partition];

    if (bw_tape_index(m->partition[partition])->count < BW_INDEX_WORTH_SAVING) {
        if (*io) {
            *io = NULL;
            bw_tape_drop_index(m->partition[partition]);
            (void)m->files->remove(m->files->opaque, file);
        }
        return;
    }
    if (!*io && open_file(m, file, true, io) != BW_TAPE_OK) {
        *io = NULL;
        return;
    }
    (void)bw_tape_save_index(m->partition[partition], *io);
}

enum bw_tape_result bw_medium_save(struct bw_tape_medium *medium)
{
    struct bw_tape_medium *m = medium;
    enum bw_tape_result result = bw_medium_commit(m);

    if (result == BW_TAPE_OK) {
        result = store_meta(m, false);
    }
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS && !m->options.read_only; i++) {
        if (result == BW_TAPE_OK && m->partition[i]) {
            save_index(m, i);
        }
    }
    return result;
}

/* --- formatting ---------------------------------------------------------- */

static enum bw_tape_result blank(struct bw_tape_store *store)
{
    enum bw_tape_result result = bw_tape_rewind(store);

    return result == BW_TAPE_OK ? bw_tape_erase(store) : result;
}

/* The second partition's file, blank. */
static enum bw_tape_result make_second(struct bw_tape_medium *m)
{
    struct bw_tape_verdict verdict = { .result = BW_TAPE_OK };
    enum bw_tape_result result = BW_TAPE_OK;

    if (!m->keeps_meta) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (!m->partition[1]) {
        /* what is there belongs to no cartridge */
        (void)m->files->remove(m->files->opaque, BW_TAPE_FILE_DATA_1);
        result = open_partition(m, 1, true, &verdict);
    }
    return result == BW_TAPE_OK ? blank(m->partition[1]) : result;
}

static void drop_second(struct bw_tape_medium *m)
{
    if (!m->partition[1]) {
        return;
    }
    bw_tape_close(m->partition[1]);
    m->partition[1] = NULL;
    m->index[1] = NULL;
    (void)m->files->remove(m->files->opaque, BW_TAPE_FILE_INDEX_1);
    (void)m->files->remove(m->files->opaque, BW_TAPE_FILE_DATA_1);
}

static void describe(struct bw_tape_medium *m, unsigned count,
                     const uint64_t *share)
{
    const struct bw_tape_attribute coherency = { .id = VOLUME_COHERENCY };
    struct bw_tape_cartridge *c = &m->cartridge;

    c->partitions = (uint8_t)count;
    for (unsigned i = 0; i < BW_TAPE_PARTITIONS; i++) {
        c->share[i] = share && i < count ? share[i] : 0;
        c->changes[i]++;
    }
    (void)bw_cartridge_set(c, &coherency);
    bw_cartridge_forget(c, 1);
    m->meta_changed = true;
}

enum bw_tape_result bw_medium_format(struct bw_tape_medium *medium,
                                     unsigned count, const uint64_t *share)
{
    struct bw_tape_medium *m = medium;
    enum bw_tape_result result = BW_TAPE_OK;

    if (m->read_only) {
        return BW_TAPE_READ_ONLY;
    }
    if (count < 1 || count > BW_TAPE_PARTITIONS) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (count == 2) {
        result = make_second(m);
    }
    if (result == BW_TAPE_OK) {
        result = blank(m->partition[0]);
    }
    if (result != BW_TAPE_OK) {
        if (m->cartridge.partitions < 2) {
            drop_second(m);
        }
        return result;
    }
    describe(m, count, share);
    result = bw_medium_commit(m);
    if (count == 1 && result == BW_TAPE_OK) {
        drop_second(m); /* when the .meta file no longer names it */
    }
    set_limits(m);
    return result;
}
