/*
 * A guest's SCSI driver, driven by qtest; see guest_scsi.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "guest_scsi_priv.h"

/* of -M virt: RAM, and the default size of it */
#define RAM_BASE  0x40000000u
#define RAM_SIZE  0x08000000u
#define PAGE_SIZE 4096u

#define REQUEST_SENSE_CDB   0x03
#define CHECK_CONDITION     0x02
#define UNIT_ATTENTION_KEY  0x06
#define SETTLE_ATTEMPTS_MAX 16

struct guest_scsi *guest_scsi_new(QTestState *qts, enum guest_scsi_kind kind)
{
    struct guest_scsi *scsi = g_new0(struct guest_scsi, 1);

    scsi->qts = qts;
    scsi->kind = kind;
    /* the lowest part is the boot loader's and the device tree's */
    alloc_init(&scsi->alloc, 0, RAM_BASE + RAM_SIZE / 4, RAM_BASE + RAM_SIZE,
               PAGE_SIZE);
    qpci_init_generic(&scsi->pci, qts, &scsi->alloc, false);
    if (kind == GUEST_SCSI_LSI) {
        scsi->lsi = guest_lsi_new(scsi);
    } else {
        scsi->virtio = guest_virtio_scsi_new(scsi);
    }
    return scsi;
}

void guest_scsi_free(struct guest_scsi *scsi)
{
    if (scsi->kind == GUEST_SCSI_LSI) {
        guest_lsi_free(scsi);
    } else {
        guest_virtio_scsi_free(scsi);
    }
    alloc_destroy(&scsi->alloc);
    g_free(scsi);
}

/* An adapter without autosense: ask. */
static void request_sense(struct guest_scsi *scsi, uint8_t id,
                          struct scsi_answer *answer)
{
    const uint8_t cdb[6] = { REQUEST_SENSE_CDB, 0, 0, 0,
                             sizeof(answer->sense) };
    const struct scsi_command command = {
        .id = id,
        .cdb = cdb,
        .cdb_len = sizeof(cdb),
        .in = answer->sense,
        .in_len = sizeof(answer->sense),
    };
    struct scsi_answer sense = guest_lsi_run(scsi, &command);

    g_assert_cmphex(sense.status, ==, 0);
    answer->sense_len = sizeof(answer->sense) - sense.residual;
}

struct scsi_answer guest_scsi_run(struct guest_scsi *scsi,
                                  const struct scsi_command *command)
{
    struct scsi_answer answer;

    if (scsi->kind == GUEST_SCSI_VIRTIO) {
        return guest_virtio_scsi_run(scsi, command);
    }
    answer = guest_lsi_run(scsi, command);
    if (answer.status == CHECK_CONDITION) {
        request_sense(scsi, command->id, &answer);
    }
    return answer;
}

void guest_scsi_settle(struct guest_scsi *scsi, uint8_t id)
{
    const uint8_t cdb[6] = { 0 };
    const struct scsi_command command = { .id = id,
                                          .cdb = cdb,
                                          .cdb_len = sizeof(cdb) };
    struct scsi_answer answer;
    unsigned left = SETTLE_ATTEMPTS_MAX;

    do {
        g_assert_cmpuint(left--, >, 0);
        answer = guest_scsi_run(scsi, &command);
    } while (answer.status == CHECK_CONDITION &&
             (answer.sense[2] & 0x0f) == UNIT_ATTENTION_KEY);
}
