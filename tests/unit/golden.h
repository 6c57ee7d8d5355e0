/*
 * The golden frames and the tables of docs/protocol.md, as tests read them; of
 * another document, if GOLDEN_DOCUMENT names one.
 *
 * A frame is a block that begins with ```frame NAME.  Each of its lines is an
 * offset, the bytes there, and behind a semicolon words for people.  Tests run
 * in the project's top folder.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_GOLDEN_H
#define BENCHWIRE_TESTS_UNIT_GOLDEN_H

#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GOLDEN_DOCUMENT
#define GOLDEN_DOCUMENT "docs/protocol.md"
#endif
#define GOLDEN_MAX  128
#define GOLDEN_LINE 256

struct golden_frame {
    char name[40];
    uint8_t bytes[512];
    size_t len;
};

struct golden {
    struct golden_frame frames[GOLDEN_MAX];
    size_t count;
};

/* "0004  10 00  ; type": append its bytes; the offset must be right. */
static inline void golden_take_line(struct golden_frame *f, const char *line)
{
    char *pos;
    unsigned long offset = strtoul(line, &pos, 16);

    if (offset != f->len) {
        fail_msg("%s: \"%.40s\" is at offset 0x%zx", f->name, line, f->len);
    }
    for (;;) {
        char *end;
        unsigned long byte = strtoul(pos, &end, 16);

        if (end == pos) {
            break;
        }
        assert_true(byte <= 0xff && f->len < sizeof(f->bytes));
        f->bytes[f->len++] = (uint8_t)byte;
        pos = end;
    }
    pos += strspn(pos, " \n");
    assert_true(*pos == '\0' || *pos == ';');
}

static inline void golden_load(struct golden *g)
{
    static const char fence[] = "```frame ";
    FILE *file = fopen(GOLDEN_DOCUMENT, "r");
    struct golden_frame *open = NULL;
    char line[GOLDEN_LINE];

    g->count = 0;
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        if (open && strncmp(line, "```", 3) == 0) {
            open = NULL;
        } else if (open) {
            golden_take_line(open, line);
        } else if (strncmp(line, fence, strlen(fence)) == 0) {
            assert_true(g->count < GOLDEN_MAX);
            open = &g->frames[g->count++];
            open->len = 0;
            snprintf(open->name, sizeof(open->name), "%.*s",
                     (int)strcspn(line + strlen(fence), "\n"),
                     line + strlen(fence));
        }
    }
    fclose(file);
    assert_null(open);
}

/**
 * golden_row: find the table row of the document that begins with @cells
 *
 * Returns: whether "| @cells |" begins a row; blanks count.
 */
static inline bool golden_row(const char *cells)
{
    FILE *file = fopen(GOLDEN_DOCUMENT, "r");
    char line[GOLDEN_LINE];
    char start[GOLDEN_LINE];
    bool found = false;

    assert_non_null(file);
    snprintf(start, sizeof(start), "| %s |", cells);
    while (!found && fgets(line, sizeof(line), file)) {
        found = strncmp(line, start, strlen(start)) == 0;
    }
    fclose(file);
    return found;
}

#endif
