/*
 * What a tape may be after QEMU was killed, see tape_model.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "tape_model.h"

static GArray *objects_new(void)
{
    return g_array_new(false, false, sizeof(struct tape_object));
}

static struct tape_object *nth(const GArray *objects, guint i)
{
    return &g_array_index(objects, struct tape_object, i);
}

struct tape_model *tape_model_new(void)
{
    struct tape_model *m = g_new0(struct tape_model, 1);

    m->kept = objects_new();
    m->fresh = objects_new();
    return m;
}

void tape_model_free(struct tape_model *m)
{
    g_array_unref(m->kept);
    g_array_unref(m->fresh);
    g_free(m);
}

struct tape_model *tape_model_copy(const struct tape_model *m)
{
    struct tape_model *copy = tape_model_new();

    g_array_append_vals(copy->kept, m->kept->data, m->kept->len);
    g_array_append_vals(copy->fresh, m->fresh->data, m->fresh->len);
    copy->at = m->at;
    copy->position = m->position;
    return copy;
}

static guint model_count(const struct tape_model *m)
{
    return m->fresh->len ? m->at + m->fresh->len : m->kept->len;
}

static void model_commit(struct tape_model *m)
{
    if (m->fresh->len) {
        g_array_set_size(m->kept, m->at);
        g_array_append_vals(m->kept, m->fresh->data, m->fresh->len);
        g_array_set_size(m->fresh, 0);
    }
}

static void model_write(struct tape_model *m, const struct tape_op *op)
{
    bool marks = op->kind == OP_MARKS || op->kind == OP_MARKS_NOW;
    guint count = op->kind == OP_RECORD ? 1 : op->value;

    for (guint i = 0; i < count; i++) {
        struct tape_object o = {
            .length = marks                   ? 0
                      : op->kind == OP_BLOCKS ? TAPE_MODEL_BLOCK
                                              : op->value,
            .seed = op->seed + i,
        };

        if (!m->fresh->len) {
            m->at = m->position;
        }
        g_array_append_val(m->fresh, o);
        m->position++;
    }
}

void tape_model_apply(struct tape_model *m, const struct tape_op *op)
{
    if (op->kind <= OP_MARKS_NOW) {
        model_write(m, op);
    }
    if (op->kind < OP_MARKS || op->kind == OP_MARKS_NOW) {
        return;
    }
    model_commit(m);
    switch (op->kind) {
    case OP_LOCATE:
        m->position = op->value;
        break;
    case OP_END:
        m->position = m->kept->len;
        break;
    case OP_REWIND:
    case OP_RELOAD:
        m->position = 0;
        break;
    case OP_ERASE:
        g_array_set_size(m->kept, m->position);
        break;
    default:
        break;
    }
}

void tape_model_begin(struct tape_model *m, const struct tape_op *op)
{
    if (op->kind <= OP_MARKS_NOW) {
        model_write(m, op);
    } else if (op->kind == OP_ERASE) {
        tape_model_apply(m, op);
    }
}

/* --- what to do --- */

static uint32_t random_length(GRand *r)
{
    switch (g_rand_int_range(r, 0, 6)) {
    case 0:
        return g_rand_int_range(r, 1, 16);
    case 1:
        return g_rand_int_range(r, 65536, TAPE_MODEL_RECORD);
    default:
        return g_rand_int_range(r, 1, 12000);
    }
}

static struct tape_op random_op(GRand *r, const struct tape_model *m)
{
    static const enum tape_op_kind kinds[] = {
        OP_RECORD, OP_RECORD, OP_RECORD, OP_RECORD, OP_RECORD,    OP_RECORD,
        OP_BLOCKS, OP_BLOCKS, OP_MARKS,  OP_MARKS,  OP_MARKS_NOW, OP_LOCATE,
        OP_END,    OP_REWIND, OP_ERASE,  OP_RELOAD,
    };
    struct tape_op op = {
        .kind = kinds[g_rand_int_range(r, 0, ARRAY_SIZE(kinds))],
        .seed = g_rand_int(r),
    };

    switch (op.kind) {
    case OP_RECORD:
        op.value = random_length(r);
        break;
    case OP_BLOCKS:
        op.value = g_rand_int_range(r, 1, 200);
        break;
    case OP_MARKS:
    case OP_MARKS_NOW:
        op.value = g_rand_int_range(r, 0, 3);
        break;
    case OP_LOCATE:
        op.value = g_rand_int_range(r, 0, model_count(m) + 1);
        break;
    default:
        break;
    }
    return op;
}

unsigned tape_model_plan(GRand *r, const struct tape_model *start,
                         struct tape_op *ops)
{
    struct tape_model *m = tape_model_copy(start);
    unsigned count = g_rand_int_range(r, 4, TAPE_MODEL_OPS);

    for (unsigned i = 0; i < count; i++) {
        ops[i] = random_op(r, m);
        if (i == 0 && g_rand_int_range(r, 0, 4)) {
            ops[i] = (struct tape_op){ .kind = OP_END };
        }
        tape_model_apply(m, &ops[i]);
    }
    tape_model_free(m);
    return count;
}

void tape_model_fill(uint8_t *data, const struct tape_object *o)
{
    for (uint32_t i = 0; i < o->length; i++) {
        data[i] = o->seed + i * 7 + (i >> 8) * (o->seed | 1);
    }
}

/* --- the file --- */

/* Compare the record at @bytes with what it should be. */
static bool same_data(const uint8_t *bytes, const struct tape_object *o)
{
    g_autofree uint8_t *data = g_malloc(o->length + 1);

    tape_model_fill(data, o);
    return memcmp(bytes, data, o->length) == 0;
}

/* The objects of the file, by the format's description alone. */
struct file {
    GArray *lengths;
    GPtrArray *data;
    char *bytes;
};

static void file_read(struct file *f, const char *path)
{
    size_t size, at = 0;

    f->lengths = g_array_new(false, false, sizeof(uint32_t));
    f->data = g_ptr_array_new();
    g_assert_true(g_file_get_contents(path, &f->bytes, &size, NULL));
    while (at + 4 <= size) {
        uint32_t word = ldl_le_p(f->bytes + at);
        size_t padded = (size_t)word + (word & 1);

        if (word > TAPE_MODEL_RECORD || at + (word ? 8 + padded : 4) > size ||
            (word && ldl_le_p(f->bytes + at + 4 + padded) != word)) {
            break;
        }
        g_array_append_val(f->lengths, word);
        g_ptr_array_add(f->data, f->bytes + at + 4);
        at += word ? 8 + padded : 4;
    }
}

static void file_free(struct file *f)
{
    g_array_unref(f->lengths);
    g_ptr_array_unref(f->data);
    g_free(f->bytes);
}

static bool file_has(const struct file *f, guint i, const struct tape_object *o)
{
    return g_array_index(f->lengths, uint32_t, i) == o->length &&
           same_data(g_ptr_array_index(f->data, i), o);
}

/* Are objects @from to @to of the file those of @objects from 0 on? */
static bool file_holds(const struct file *f, guint from, guint to,
                       const GArray *objects)
{
    if (to < from || to - from > objects->len) {
        return false;
    }
    for (guint i = from; i < to; i++) {
        if (!file_has(f, i, nth(objects, i - from))) {
            return false;
        }
    }
    return true;
}

/* --- what may be there --- */

static bool may_be(struct tape_model *m, const struct file *f, guint count)
{
    bool old = count == m->kept->len && file_holds(f, 0, count, m->kept);
    bool some = m->fresh->len && count >= m->at &&
                file_holds(f, 0, m->at, m->kept) &&
                file_holds(f, m->at, count, m->fresh);

    if (!old && some) {
        g_array_set_size(m->kept, m->at);
        g_array_append_vals(m->kept, m->fresh->data, count - m->at);
    }
    if (old || some) {
        g_array_set_size(m->fresh, 0);
        m->position = 0;
    }
    return old || some;
}

bool tape_model_fits(struct tape_model *m, const char *path, guint count)
{
    struct file f;
    bool fits;

    file_read(&f, path);
    fits = count <= f.lengths->len && may_be(m, &f, count);
    file_free(&f);
    return fits;
}
