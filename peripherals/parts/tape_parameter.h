/*
 * What the files of the drive's parameter side share: INQUIRY, MODE, LOG,
 * MAM, reservations and the rest that says and sets.  See tape_drive_priv.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PARTS_TAPE_PARAMETER_H
#define BENCHWIRE_PARTS_TAPE_PARAMETER_H

#include "tape_bytes.h"
#include "tape_drive_priv.h"

/* tape_inquiry.c, tape_vpd.c */
void bw_tape_op_inquiry(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_request_sense(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_report_luns(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_block_limits(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_vpd(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_mode_sense.c, tape_mode_select.c */
void bw_tape_op_mode_sense(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_mode_select(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_log.c */
void bw_tape_op_log_sense(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_log_select(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_density.c */
void bw_tape_op_density(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_mam.c */
void bw_tape_op_read_attribute(struct bw_tape_drive *,
                               struct bw_tape_command *);
void bw_tape_op_write_attribute(struct bw_tape_drive *,
                                struct bw_tape_command *);
void bw_tape_op_media_serial(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_reserve.c */
void bw_tape_op_reserve(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_release(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_pr_in(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_pr_out(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_service.c */
void bw_tape_op_prevent(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_send_diagnostic(struct bw_tape_drive *,
                                struct bw_tape_command *);
void bw_tape_op_receive_diagnostic(struct bw_tape_drive *,
                                   struct bw_tape_command *);
void bw_tape_op_read_buffer(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_write_buffer(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_report_timestamp(struct bw_tape_drive *,
                                 struct bw_tape_command *);
void bw_tape_op_set_timestamp(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_security_in(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_security_out(struct bw_tape_drive *, struct bw_tape_command *);

/* tape_opcodes.c */
void bw_tape_op_opcodes(struct bw_tape_drive *, struct bw_tape_command *);
void bw_tape_op_task_functions(struct bw_tape_drive *,
                               struct bw_tape_command *);

/* --- mode pages: tape_mode_page.c ----------------------------------------- */

#define BW_TAPE_MODE_PAGE_MAX 32u

/*
 * A page as it is kept in bw_tape_drive_state.mode.  Bits of @change are kept
 * as the host wrote them; those of @ignore may be written and are not kept;
 * a change of any other is refused.
 */
struct bw_tape_mode_page {
    uint8_t code;
    uint8_t subpage;
    uint8_t length; /* with its header */
    uint8_t offset; /* in state.mode */
    const uint8_t *defaults;
    const uint8_t *change;
    const uint8_t *ignore;
};

/* In ascending order; code 00h ends it. */
extern const struct bw_tape_mode_page bw_tape_mode_pages[];

/* True if this drive has the page. */
bool bw_tape_mode_has(const struct bw_tape_drive *drive,
                      const struct bw_tape_mode_page *page);
/* Its values of now, or its default ones. */
void bw_tape_mode_current(const struct bw_tape_drive *drive,
                          const struct bw_tape_mode_page *page, uint8_t *out);
void bw_tape_mode_default(const struct bw_tape_drive *drive,
                          const struct bw_tape_mode_page *page, uint8_t *out);

/* Take @bytes as the page, if they may be.  Returns: 0, or the byte that may
 * not; @state is the drive's, or a copy of it. */
unsigned bw_tape_mode_write(const struct bw_tape_drive *drive,
                            struct bw_tape_drive_state *state,
                            const struct bw_tape_mode_page *page,
                            const uint8_t *bytes);
/* Software write protection, page 10h. */
bool bw_tape_mode_protects(const struct bw_tape_drive *drive);

/* --- what is in the drive -------------------------------------------------- */

/* NULL: no cartridge, or it is not threaded. */
struct bw_tape_cartridge *bw_tape_loaded(const struct bw_tape_drive *drive);
/* The density that the tape has, or would be written with. */
const struct bw_tape_density *
bw_tape_density_now(const struct bw_tape_drive *drive);
/* Bytes of a partition; the density's where the tape has no end. */
void bw_tape_space_of(struct bw_tape_drive *drive, unsigned partition,
                      uint64_t *total, uint64_t *used, uint64_t *warning);
const char *bw_tape_vendor(const struct bw_tape_drive *drive);
const char *bw_tape_product(const struct bw_tape_drive *drive);
const char *bw_tape_revision(const struct bw_tape_drive *drive);
const char *bw_tape_serial(const struct bw_tape_drive *drive);

/* state.counters */
enum bw_tape_counter {
    BW_TAPE_WRITTEN, /* bytes since power-on or LOG SELECT */
    BW_TAPE_READ,
    BW_TAPE_WRITE_ERRORS, /* that could not be corrected */
    BW_TAPE_READ_ERRORS,
    /* since the cartridge came in */
    BW_TAPE_MOUNT_WRITTEN,
    BW_TAPE_MOUNT_READ,
    BW_TAPE_MOUNT_WRITE_ERRORS,
    BW_TAPE_MOUNT_READ_ERRORS,
    BW_TAPE_MOUNT_CHANGED,     /* partitions written, one bit each */
    BW_TAPE_LAST_WRITE_ERRORS, /* of the mount before */
    BW_TAPE_LAST_READ_ERRORS,
};

#endif
