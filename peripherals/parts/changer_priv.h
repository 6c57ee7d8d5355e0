/*
 * What the files of the medium changer share.  See changer.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_CHANGER_PRIV_H
#define BENCHWIRE_PARTS_CHANGER_PRIV_H

#include "changer.h"
#include "tape_drive_priv.h"

/* SMC-3, table 9: element type codes */
enum bw_element_kind {
    BW_ELEMENT_NONE = 0, /* in READ ELEMENT STATUS: all of them */
    BW_ELEMENT_TRANSPORT = 1,
    BW_ELEMENT_SLOT = 2,
    BW_ELEMENT_DRIVE = 4
};

struct bw_element {
    enum bw_element_kind kind;
    unsigned index;
};

/* The kinds there are, in the order of their addresses. */
#define BW_ELEMENT_KINDS 3u
extern const enum bw_element_kind bw_element_kinds[BW_ELEMENT_KINDS];

unsigned bw_element_count(const struct bw_changer *changer,
                          enum bw_element_kind kind);
unsigned bw_element_first(enum bw_element_kind kind);
/* BW_ELEMENT_NONE: there is none of that address. */
struct bw_element bw_element_at(const struct bw_changer *changer,
                                unsigned address);
/* A cartridge, BW_CHANGER_EMPTY or BW_CHANGER_FOREIGN. */
int bw_element_content(const struct bw_changer *changer,
                       struct bw_element element);

void bw_changer_inquiry(struct bw_changer *changer,
                        struct bw_tape_command *command);
void bw_changer_mode_sense(struct bw_changer *changer,
                           struct bw_tape_command *command);
void bw_changer_element_status(struct bw_changer *changer,
                               struct bw_tape_command *command);
void bw_changer_move(struct bw_changer *changer,
                     struct bw_tape_command *command);
void bw_changer_exchange(struct bw_changer *changer,
                         struct bw_tape_command *command);
void bw_changer_position(struct bw_changer *changer,
                         struct bw_tape_command *command);

#endif
