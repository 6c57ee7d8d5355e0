/*
 * A guest's SCSI driver, driven by qtest: one command at a time, through a
 * virtio-scsi-pci or an lsi53c895a of -M virt.
 *
 * On the first, sense data come with the status; on the second they are asked
 * for (REQUEST SENSE), as its drivers do.  A wait of more than 20 s fails the
 * test.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_GUEST_SCSI_H
#define BENCHWIRE_TESTS_QTEST_GUEST_SCSI_H

#include <stddef.h>
#include <stdint.h>

#include "tests/qtest/libqtest.h"

enum guest_scsi_kind {
    GUEST_SCSI_VIRTIO,
    GUEST_SCSI_LSI
};

/* The machine and the adapter; devices go to bus "hba.0". */
#define GUEST_SCSI_VIRTIO_ARGS \
    "-M virt -nic none -device virtio-scsi-pci,id=hba,addr=4"
#define GUEST_SCSI_LSI_ARGS "-M virt -nic none -device lsi53c895a,id=hba,addr=4"

struct guest_scsi;

struct scsi_command {
    uint8_t id; /* SCSI id; its LUN is 0 */
    const uint8_t *cdb;
    size_t cdb_len;
    const void *out; /* data for the device, or... */
    size_t out_len;
    void *in; /* ... room for data from it */
    size_t in_len;
};

struct scsi_answer {
    uint8_t status;
    uint32_t residual; /* of out_len or in_len */
    uint8_t sense[96];
    size_t sense_len;
};

/* Start the adapter's driver; the machine has the arguments above. */
struct guest_scsi *guest_scsi_new(QTestState *qts, enum guest_scsi_kind kind);
void guest_scsi_free(struct guest_scsi *scsi);

/* Run one command to its end. */
struct scsi_answer guest_scsi_run(struct guest_scsi *scsi,
                                  const struct scsi_command *command);

/* A command that has been given to the adapter and has not ended yet. */
struct guest_scsi_pending {
    const struct scsi_command *command;
    uint32_t head;
    uint64_t tag;
    uint64_t req, resp, out, in;
};

/* Several at a time, on virtio-scsi only; they must end in their order. */
void guest_scsi_submit(struct guest_scsi *scsi,
                       const struct scsi_command *command,
                       struct guest_scsi_pending *pending);
struct scsi_answer guest_scsi_await(struct guest_scsi *scsi,
                                    struct guest_scsi_pending *pending);

/* Task management, on virtio-scsi: give a command up, which then has ended in
 * any way, or reset the device.  Returns: the adapter's response; 0: done. */
uint8_t guest_scsi_abort(struct guest_scsi *scsi,
                         struct guest_scsi_pending *pending);
uint8_t guest_scsi_reset_unit(struct guest_scsi *scsi, uint8_t id);

/* TEST UNIT READY of device @id until there is no unit attention. */
void guest_scsi_settle(struct guest_scsi *scsi, uint8_t id);

#endif
