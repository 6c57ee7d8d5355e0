/*
 * LSM303AGR accelerometer: the FIFO of 32 samples.
 *
 * Source: its data sheet, "FIFO", FIFO_CTRL_REG_A and FIFO_SRC_REG_A.
 * Called by lsm303agr_acc.c.
 *
 * Where the data sheet is silent: reading OUT_Z_H moves the FIFO on; the
 * watermark is reached when more than FTH samples wait; FSS shows 31 for a
 * full FIFO, with OVRN; stream-to-FIFO stops filling when the generator that
 * TR names raises IA, until bypass empties it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/lsm303agr_acc.h"

#include <string.h>

#define MODE_SHIFT  6
#define MODE_BYPASS 0
#define MODE_FIFO   1
#define MODE_STREAM 2
#define TRIGGER     0x20 /* TR: generator 2 */
#define FTH         0x1f
#define FSS_MAX     31

static unsigned mode_of(const struct lsm303agr_acc *s)
{
    return s->reg[ACC_FIFO_CTRL] >> MODE_SHIFT;
}

bool lsm303agr_fifo_in_use(const struct lsm303agr_acc *s)
{
    return (s->reg[ACC_CTRL5] & ACC_CTRL5_FIFO_EN) && mode_of(s) != MODE_BYPASS;
}

/* The oldest sample is what the data registers show. */
static void show_first(struct lsm303agr_acc *s)
{
    if (s->fifo.count > 0) {
        memcpy(s->axes.out, s->fifo.slot[s->fifo.first % ACC_FIFO_DEPTH],
               sizeof(s->axes.out));
    }
}

static void drop_first(struct lsm303agr_fifo *f)
{
    f->first = (f->first + 1) % ACC_FIFO_DEPTH;
    f->count--;
}

void lsm303agr_fifo_push(struct lsm303agr_acc *s)
{
    struct lsm303agr_fifo *f = &s->fifo;
    unsigned mode = mode_of(s);
    unsigned n = s->reg[ACC_FIFO_CTRL] & TRIGGER ? 1 : 0;

    if (!lsm303agr_fifo_in_use(s)) {
        return;
    }
    if (mode == MODE_FIFO || mode == MODE_STREAM) {
        f->triggered = false;
    } else if (s->gen[n].src & ACC_IA) {
        f->triggered = true;
    }
    if (f->count >= ACC_FIFO_DEPTH) {
        f->overrun = true;
        if (mode == MODE_FIFO || f->triggered) {
            show_first(s);
            return;
        }
        drop_first(f);
    }
    memcpy(f->slot[(f->first + f->count) % ACC_FIFO_DEPTH], s->axes.out,
           sizeof(s->axes.out));
    f->count++;
    show_first(s);
}

void lsm303agr_fifo_pop(struct lsm303agr_acc *s)
{
    if (s->fifo.count > 0) {
        drop_first(&s->fifo);
        s->fifo.overrun = false;
        show_first(s);
    }
}

void lsm303agr_fifo_mode(struct lsm303agr_acc *s, uint8_t before)
{
    if (mode_of(s) == MODE_BYPASS || before >> MODE_SHIFT == MODE_BYPASS) {
        memset(&s->fifo, 0, sizeof(s->fifo));
    }
}

uint8_t lsm303agr_fifo_src(const struct lsm303agr_acc *s)
{
    const struct lsm303agr_fifo *f = &s->fifo;
    uint8_t src = f->count > FSS_MAX ? FSS_MAX : f->count;

    if (f->count > (s->reg[ACC_FIFO_CTRL] & FTH)) {
        src |= ACC_FIFO_WTM;
    }
    if (f->overrun) {
        src |= ACC_FIFO_OVRN;
    }
    return f->count == 0 ? src | ACC_FIFO_EMPTY : src;
}
