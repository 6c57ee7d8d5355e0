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

#define CONTROL_QUEUE       0
#define FIRST_REQUEST_QUEUE 2 /* behind the control and the event queue */
#define QUEUES              (FIRST_REQUEST_QUEUE + 1)

struct guest_virtio_scsi {
    QVirtioPCIDevice *pci;
    QVirtQueue *queue[QUEUES];
    uint64_t tags; /* given to commands */
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

void guest_scsi_submit(struct guest_scsi *scsi,
                       const struct scsi_command *command,
                       struct guest_scsi_pending *p)
{
    QVirtQueue *queue = scsi->virtio->queue[FIRST_REQUEST_QUEUE];
    QVirtioDevice *dev = &scsi->virtio->pci->vdev;
    struct virtio_scsi_cmd_req req = { .lun = { 1, command->id } };
    struct virtio_scsi_cmd_resp none = { .response = 0xff };

    *p = (struct guest_scsi_pending){ .command = command,
                                      .tag = ++scsi->virtio->tags };
    req.tag = cpu_to_le64(p->tag);
    g_assert_cmpuint(command->cdb_len, <=, sizeof(req.cdb));
    memcpy(req.cdb, command->cdb, command->cdb_len);
    p->req = add_part(scsi, &req, sizeof(req), false, true, &p->head);
    if (command->out_len > 0) {
        p->out =
            add_part(scsi, command->out, command->out_len, false, true, NULL);
    }
    p->resp =
        add_part(scsi, &none, sizeof(none), true, command->in_len > 0, NULL);
    if (command->in_len > 0) {
        p->in = add_part(scsi, command->in, command->in_len, true, false, NULL);
    }
    qvirtqueue_kick(scsi->qts, dev, queue, p->head);
}

/* A used buffer of queue @number.  Returns: its head */
static uint32_t wait_used(struct guest_scsi *scsi, unsigned number)
{
    gint64 deadline = g_get_monotonic_time() + GUEST_SCSI_DEADLINE_US;
    uint32_t head;

    /* not by the interrupt: one may stand for several that have ended */
    while (!qvirtqueue_get_buf(scsi->qts, scsi->virtio->queue[number], &head,
                               NULL)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
    return head;
}

static void free_pending(struct guest_scsi *scsi, struct guest_scsi_pending *p)
{
    if (p->in) {
        guest_free(&scsi->alloc, p->in);
    }
    if (p->out) {
        guest_free(&scsi->alloc, p->out);
    }
    guest_free(&scsi->alloc, p->resp);
    guest_free(&scsi->alloc, p->req);
}

struct scsi_answer guest_scsi_await(struct guest_scsi *scsi,
                                    struct guest_scsi_pending *p)
{
    struct scsi_answer answer;

    g_assert_cmphex(wait_used(scsi, FIRST_REQUEST_QUEUE), ==, p->head);
    answer = read_answer(scsi, p->resp);
    if (p->in) {
        qtest_memread(scsi->qts, p->in, p->command->in, p->command->in_len);
    }
    free_pending(scsi, p);
    return answer;
}

/* --- task management --- */

static uint8_t manage(struct guest_scsi *scsi, uint32_t subtype, uint8_t id,
                      uint64_t tag)
{
    QVirtQueue *queue = scsi->virtio->queue[CONTROL_QUEUE];
    struct virtio_scsi_ctrl_tmf_req req = {
        .type = cpu_to_le32(VIRTIO_SCSI_T_TMF),
        .subtype = cpu_to_le32(subtype),
        .lun = { 1, id },
        .tag = cpu_to_le64(tag),
    };
    uint64_t req_addr = guest_alloc(&scsi->alloc, sizeof(req));
    uint64_t resp_addr = guest_alloc(&scsi->alloc, 1);
    uint32_t head;
    uint8_t response;

    qtest_memwrite(scsi->qts, req_addr, &req, sizeof(req));
    qtest_writeb(scsi->qts, resp_addr, 0xff);
    head = qvirtqueue_add(scsi->qts, queue, req_addr, sizeof(req), false, true);
    qvirtqueue_add(scsi->qts, queue, resp_addr, 1, true, false);
    qvirtqueue_kick(scsi->qts, &scsi->virtio->pci->vdev, queue, head);
    g_assert_cmphex(wait_used(scsi, CONTROL_QUEUE), ==, head);
    response = qtest_readb(scsi->qts, resp_addr);
    guest_free(&scsi->alloc, resp_addr);
    guest_free(&scsi->alloc, req_addr);
    return response;
}

uint8_t guest_scsi_abort(struct guest_scsi *scsi, struct guest_scsi_pending *p)
{
    uint8_t response =
        manage(scsi, VIRTIO_SCSI_T_TMF_ABORT_TASK, p->command->id, p->tag);

    g_assert_cmphex(wait_used(scsi, FIRST_REQUEST_QUEUE), ==, p->head);
    free_pending(scsi, p);
    return response;
}

uint8_t guest_scsi_reset_unit(struct guest_scsi *scsi, uint8_t id)
{
    return manage(scsi, VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET, id, 0);
}

struct scsi_answer guest_virtio_scsi_run(struct guest_scsi *scsi,
                                         const struct scsi_command *command)
{
    struct guest_scsi_pending pending;
    struct scsi_answer answer;

    guest_scsi_submit(scsi, command, &pending);
    answer = guest_scsi_await(scsi, &pending);
    /* one command at a time */
    qvirtqueue_reset_pool(scsi->virtio->queue[FIRST_REQUEST_QUEUE]);
    return answer;
}
