/*
 * The virtio-scsi half of guest_scsi.h: Virtual I/O Device 1.2, 5.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "guest_scsi_priv.h"
#include "qemu/bswap.h"
#include "tests/qtest/libqos/virtio-pci.h"
#include "tests/qtest/libqos/virtio.h"
#include "standard-headers/linux/virtio_scsi.h"

#define FIRST_REQUEST_QUEUE 2 /* behind the control and the event queue */
#define QUEUES              (FIRST_REQUEST_QUEUE + 1)

struct guest_virtio_scsi {
    QVirtioPCIDevice *pci;
    QVirtQueue *queue[QUEUES];
};

struct guest_virtio_scsi *guest_virtio_scsi_new(struct guest_scsi *scsi)
{
    struct guest_virtio_scsi *v = g_new0(struct guest_virtio_scsi, 1);
    QPCIAddress address = { .devfn = QPCI_DEVFN(GUEST_SCSI_SLOT, 0) };
    QVirtioDevice *dev;
    uint64_t features;
    unsigned i;

    v->pci = virtio_pci_new(&scsi->pci.bus, &address);
    g_assert_nonnull(v->pci);
    dev = &v->pci->vdev;
    qvirtio_pci_device_enable(v->pci);
    qvirtio_start_device(dev);
    features = qvirtio_get_features(dev);
    features &= ~(QVIRTIO_F_BAD_FEATURE | (1ull << VIRTIO_RING_F_EVENT_IDX));
    qvirtio_set_features(dev, features);
    for (i = 0; i < QUEUES; i++) {
        v->queue[i] = qvirtqueue_setup(dev, &scsi->alloc, i);
    }
    qvirtio_set_driver_ok(dev);
    return v;
}

void guest_virtio_scsi_free(struct guest_scsi *scsi)
{
    struct guest_virtio_scsi *v = scsi->virtio;
    unsigned i;

    for (i = 0; i < QUEUES; i++) {
        qvirtqueue_cleanup(v->pci->vdev.bus, v->queue[i], &scsi->alloc);
    }
    qvirtio_pci_device_disable(v->pci);
    qvirtio_pci_destructor(&v->pci->obj);
    g_free(v->pci);
    g_free(v);
}

/* A part of a request: what the device reads and then what it writes. */
static uint64_t add_part(struct guest_scsi *scsi, const void *data, size_t len,
                         bool write, bool next, uint32_t *head)
{
    QVirtQueue *queue = scsi->virtio->queue[FIRST_REQUEST_QUEUE];
    uint64_t addr = guest_alloc(&scsi->alloc, len);
    uint32_t index;

    if (data) {
        qtest_memwrite(scsi->qts, addr, data, len);
    }
    index = qvirtqueue_add(scsi->qts, queue, addr, len, write, next);
    if (head) {
        *head = index;
    }
    return addr;
}

static struct scsi_answer read_answer(struct guest_scsi *scsi, uint64_t addr)
{
    struct virtio_scsi_cmd_resp resp;
    struct scsi_answer answer = { 0 };

    qtest_memread(scsi->qts, addr, &resp, sizeof(resp));
    g_assert_cmpuint(resp.response, ==, VIRTIO_SCSI_S_OK);
    answer.status = resp.status;
    answer.residual = le32_to_cpu(resp.resid);
    answer.sense_len = le32_to_cpu(resp.sense_len);
    g_assert_cmpuint(answer.sense_len, <=, sizeof(answer.sense));
    memcpy(answer.sense, resp.sense, answer.sense_len);
    return answer;
}

struct scsi_answer guest_virtio_scsi_run(struct guest_scsi *scsi,
                                         const struct scsi_command *command)
{
    QVirtQueue *queue = scsi->virtio->queue[FIRST_REQUEST_QUEUE];
    QVirtioDevice *dev = &scsi->virtio->pci->vdev;
    struct virtio_scsi_cmd_req req = { .lun = { 1, command->id } };
    struct virtio_scsi_cmd_resp none = { .response = 0xff };
    uint64_t req_addr, resp_addr, out_addr = 0, in_addr = 0;
    struct scsi_answer answer;
    uint32_t head;

    g_assert_cmpuint(command->cdb_len, <=, sizeof(req.cdb));
    memcpy(req.cdb, command->cdb, command->cdb_len);
    req_addr = add_part(scsi, &req, sizeof(req), false, true, &head);
    if (command->out_len > 0) {
        out_addr =
            add_part(scsi, command->out, command->out_len, false, true, NULL);
    }
    resp_addr =
        add_part(scsi, &none, sizeof(none), true, command->in_len > 0, NULL);
    if (command->in_len > 0) {
        in_addr =
            add_part(scsi, command->in, command->in_len, true, false, NULL);
    }
    qvirtqueue_kick(scsi->qts, dev, queue, head);
    qvirtio_wait_used_elem(scsi->qts, dev, queue, head, NULL,
                           GUEST_SCSI_DEADLINE_US);

    answer = read_answer(scsi, resp_addr);
    if (in_addr) {
        qtest_memread(scsi->qts, in_addr, command->in, command->in_len);
        guest_free(&scsi->alloc, in_addr);
    }
    if (out_addr) {
        guest_free(&scsi->alloc, out_addr);
    }
    guest_free(&scsi->alloc, resp_addr);
    guest_free(&scsi->alloc, req_addr);
    qvirtqueue_reset_pool(queue); /* one command at a time */
    return answer;
}
