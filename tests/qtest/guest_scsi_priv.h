/*
 * The drivers behind guest_scsi.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_GUEST_SCSI_PRIV_H
#define BENCHWIRE_TESTS_QTEST_GUEST_SCSI_PRIV_H

#include "guest_scsi.h"
#include "tests/qtest/libqos/generic-pcihost.h"
#include "tests/qtest/libqos/libqos-malloc.h"

#define GUEST_SCSI_DEADLINE_US (20 * G_USEC_PER_SEC)
#define GUEST_SCSI_SLOT        4

struct guest_lsi;
struct guest_virtio_scsi;

struct guest_scsi {
    QTestState *qts;
    enum guest_scsi_kind kind;
    QGuestAllocator alloc;
    QGenericPCIBus pci;
    struct guest_lsi *lsi;
    struct guest_virtio_scsi *virtio;
};

struct guest_virtio_scsi *guest_virtio_scsi_new(struct guest_scsi *scsi);
void guest_virtio_scsi_free(struct guest_scsi *scsi);
struct scsi_answer guest_virtio_scsi_run(struct guest_scsi *scsi,
                                         const struct scsi_command *command);

/* @answer without sense data */
struct guest_lsi *guest_lsi_new(struct guest_scsi *scsi);
void guest_lsi_free(struct guest_scsi *scsi);
struct scsi_answer guest_lsi_run(struct guest_scsi *scsi,
                                 const struct scsi_command *command);

#endif
