/*
 * The lsi53c895a half of guest_scsi.h: a SCRIPTS program of one command.
 *
 * Source: LSI53C895A PCI to Ultra2 SCSI Controller Technical Manual 2.2,
 * chapters 4 (registers) and 5 (SCRIPTS).  No tagged queuing.  A transfer that
 * is shorter than expected stops the program with a phase mismatch; the driver
 * counts what is missing, and goes on with whatever phase there is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "guest_scsi_priv.h"
#include "qemu/bswap.h"

/* registers */
#define DSTAT  0x0c
#define ISTAT0 0x14
#define DBC    0x24 /* bytes 0 to 2: what a block move has left */
#define DSP    0x2c
#define DSPS   0x30
#define SIST0  0x42
#define SIST1  0x43
#define RBC    0xc8 /* bytes 0 to 2: the same, at a phase mismatch */
#define UA     0xcc /* and where it would go on */

#define ISTAT0_DIP 0x01
#define ISTAT0_SIP 0x02
#define DSTAT_SIR  0x04
#define DSTAT_DFE  0x80
#define SIST0_MA   0x80 /* phase mismatch */

/* phases, as they are coded in instructions */
#define DATA_OUT 0u
#define DATA_IN  1u
#define COMMAND  2u
#define STATUS   3u
#define MSG_OUT  6u
#define MSG_IN   7u

/* instructions */
#define SELECT_ATN(id)     (0x41000000u | (uint32_t)(id) << 16)
#define MOVE(phase, bytes) (0x08000000u | (phase) << 24 | (uint32_t)(bytes))
#define JUMP               0x80080000u
#define JUMP_WHEN(phase)   (0x800b0000u | (phase) << 24) /* waits for a phase */
#define JUMP_IF(phase)     (0x800a0000u | (phase) << 24)
#define WAIT_DISCONNECT    0x48000000u
#define WAIT_RESELECT      0x50000000u
#define CLEAR_ACK          0x60000040u
#define INTERRUPT          0x98080000u

/* why the program interrupts */
#define DONE      1u
#define MOVED     2u /* all of the data */
#define BAD_PHASE 3u
#define MISMATCH  4u /* not the program, but the chip */

#define STOPS_MAX 3 /* data short of what was expected, all of them, the end */

#define STEP_NS  100000 /* of the virtual clock, between looks at it */
#define CODE_MAX 64     /* words */
#define IDENTIFY 0xc0

/* What the program and its driver share, in the guest's memory. */
struct shared {
    uint32_t code[CODE_MAX];
    uint8_t cdb[16];
    uint8_t identify;
    uint8_t status;
    uint8_t message[2];
    uint8_t spare; /* data that nobody wants */
};

struct guest_lsi {
    QPCIDevice *pci;
    QPCIBar bar;
    uint64_t shared;
    uint32_t code[CODE_MAX];
    unsigned words;
};

struct guest_lsi *guest_lsi_new(struct guest_scsi *scsi)
{
    struct guest_lsi *lsi = g_new0(struct guest_lsi, 1);

    lsi->pci = qpci_device_find(&scsi->pci.bus, QPCI_DEVFN(GUEST_SCSI_SLOT, 0));
    g_assert_nonnull(lsi->pci);
    qpci_device_enable(lsi->pci);
    lsi->bar = qpci_iomap(lsi->pci, 1, NULL);
    lsi->shared = guest_alloc(&scsi->alloc, sizeof(struct shared));
    return lsi;
}

void guest_lsi_free(struct guest_scsi *scsi)
{
    guest_free(&scsi->alloc, scsi->lsi->shared);
    g_free(scsi->lsi->pci);
    g_free(scsi->lsi);
}

/* --- the program --- */

static uint32_t at(const struct guest_lsi *lsi, size_t offset)
{
    return lsi->shared + offset;
}

static uint32_t label(const struct guest_lsi *lsi, unsigned word)
{
    return at(lsi, offsetof(struct shared, code) + 4 * word);
}

static void emit(struct guest_lsi *lsi, uint32_t instruction, uint32_t operand)
{
    g_assert_cmpuint(lsi->words + 2, <=, CODE_MAX);
    lsi->code[lsi->words++] = cpu_to_le32(instruction);
    lsi->code[lsi->words++] = cpu_to_le32(operand);
}

/* Let the jump at @jump, or the next one free, end here. */
static void here(struct guest_lsi *lsi, unsigned jump)
{
    lsi->code[jump + 1] = cpu_to_le32(label(lsi, lsi->words));
}

static void emit_status(struct guest_lsi *lsi)
{
    emit(lsi, MOVE(STATUS, 1), at(lsi, offsetof(struct shared, status)));
    emit(lsi, MOVE(MSG_IN, 1), at(lsi, offsetof(struct shared, message)));
    emit(lsi, CLEAR_ACK, 0);
    emit(lsi, WAIT_DISCONNECT, 0);
    emit(lsi, INTERRUPT, DONE);
}

/* SAVE DATA POINTERS and DISCONNECT; later an IDENTIFY. */
static void emit_disconnect(struct guest_lsi *lsi, unsigned dispatch)
{
    uint32_t message = at(lsi, offsetof(struct shared, message));
    unsigned wait;

    emit(lsi, MOVE(MSG_IN, 2), message);
    emit(lsi, CLEAR_ACK, 0);
    emit(lsi, WAIT_DISCONNECT, 0);
    wait = lsi->words;
    emit(lsi, WAIT_RESELECT, label(lsi, wait));
    emit(lsi, MOVE(MSG_IN, 1), message);
    emit(lsi, CLEAR_ACK, 0);
    emit(lsi, JUMP, label(lsi, dispatch));
}

/* A command without data may be asked for some all the same: take a byte. */
static void emit_data(struct guest_lsi *lsi, uint32_t phase, size_t len,
                      uint64_t data)
{
    if (len > 0) {
        emit(lsi, MOVE(phase, len), data);
    } else {
        emit(lsi, MOVE(phase, 1), at(lsi, offsetof(struct shared, spare)));
    }
    emit(lsi, INTERRUPT, MOVED);
}

/* Returns: the word to go on from after a phase mismatch. */
static unsigned write_program(struct guest_lsi *lsi,
                              const struct scsi_command *command, uint64_t data)
{
    unsigned dispatch, in, out, status, message;

    lsi->words = 0;
    emit(lsi, SELECT_ATN(command->id), 0);
    emit(lsi, MOVE(MSG_OUT, 1), at(lsi, offsetof(struct shared, identify)));
    emit(lsi, MOVE(COMMAND, command->cdb_len),
         at(lsi, offsetof(struct shared, cdb)));
    dispatch = lsi->words;
    in = lsi->words;
    emit(lsi, JUMP_WHEN(DATA_IN), 0);
    out = lsi->words;
    emit(lsi, JUMP_IF(DATA_OUT), 0);
    status = lsi->words;
    emit(lsi, JUMP_IF(STATUS), 0);
    message = lsi->words;
    emit(lsi, JUMP_IF(MSG_IN), 0);
    emit(lsi, INTERRUPT, BAD_PHASE);
    here(lsi, in);
    emit_data(lsi, DATA_IN, command->in_len, data);
    here(lsi, out);
    emit_data(lsi, DATA_OUT, command->out_len, data);
    here(lsi, status);
    emit_status(lsi);
    here(lsi, message);
    emit_disconnect(lsi, dispatch);
    return dispatch;
}

/* --- running it --- */

/*
 * What is left of a block move of @len bytes at @data.  Linux's driver goes by
 * RBC and UA, others by DBC.
 */
static uint32_t read_left(struct guest_lsi *lsi, uint64_t data, size_t len)
{
    uint32_t left = qpci_io_readl(lsi->pci, lsi->bar, DBC) & 0xffffff;

    g_assert_cmpuint(qpci_io_readl(lsi->pci, lsi->bar, RBC) & 0xffffff, ==,
                     left);
    g_assert_cmphex(qpci_io_readl(lsi->pci, lsi->bar, UA), ==,
                    (uint32_t)data + len - left);
    return left;
}

/* Wait until the program stops.  Returns: ISTAT0 */
static uint8_t wait_for_stop(struct guest_scsi *scsi)
{
    struct guest_lsi *lsi = scsi->lsi;
    gint64 end = g_get_monotonic_time() + GUEST_SCSI_DEADLINE_US;
    uint8_t istat;

    for (;;) {
        istat = qpci_io_readb(lsi->pci, lsi->bar, ISTAT0);
        if (istat & (ISTAT0_DIP | ISTAT0_SIP)) {
            return istat;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        qtest_clock_step(scsi->qts, STEP_NS);
    }
}

/* Returns: why the program has stopped. */
static uint32_t why_stopped(struct guest_scsi *scsi)
{
    struct guest_lsi *lsi = scsi->lsi;

    if (wait_for_stop(scsi) & ISTAT0_DIP) {
        g_assert_cmphex(qpci_io_readb(lsi->pci, lsi->bar, DSTAT), ==,
                        DSTAT_DFE | DSTAT_SIR);
        return qpci_io_readl(lsi->pci, lsi->bar, DSPS);
    }
    g_assert_cmphex(qpci_io_readb(lsi->pci, lsi->bar, SIST0), ==, SIST0_MA);
    g_assert_cmphex(qpci_io_readb(lsi->pci, lsi->bar, SIST1), ==, 0);
    return MISMATCH;
}

/* Returns: bytes of data that were not moved. */
static uint32_t run_program(struct guest_scsi *scsi, unsigned dispatch,
                            uint64_t data, size_t len)
{
    struct guest_lsi *lsi = scsi->lsi;
    uint32_t left = len;
    unsigned from = 0;
    unsigned stops;

    for (stops = 0; stops < STOPS_MAX; stops++) {
        qpci_io_writel(lsi->pci, lsi->bar, DSP, label(lsi, from));
        from = dispatch;
        switch (why_stopped(scsi)) {
        case DONE:
            return left;
        case MOVED:
            left = 0;
            break;
        case MISMATCH:
            left = len > 0 ? read_left(lsi, data, len) : 0;
            break;
        default:
            g_assert_not_reached();
        }
    }
    g_assert_not_reached();
}

struct scsi_answer guest_lsi_run(struct guest_scsi *scsi,
                                 const struct scsi_command *command)
{
    struct guest_lsi *lsi = scsi->lsi;
    size_t len = MAX(command->in_len, command->out_len);
    uint64_t data = len > 0 ? guest_alloc(&scsi->alloc, len) : 0;
    struct shared shared = { .identify = IDENTIFY, .status = 0xff };
    struct scsi_answer answer = { 0 };
    unsigned dispatch;

    g_assert(command->in_len == 0 || command->out_len == 0);
    g_assert_cmpuint(command->cdb_len, <=, sizeof(shared.cdb));
    memcpy(shared.cdb, command->cdb, command->cdb_len);
    dispatch = write_program(lsi, command, data);
    memcpy(shared.code, lsi->code, sizeof(shared.code));
    qtest_memwrite(scsi->qts, lsi->shared, &shared, sizeof(shared));
    if (len > 0) {
        qtest_memwrite(scsi->qts, data,
                       command->out_len > 0 ? command->out : command->in, len);
    }
    answer.residual = run_program(scsi, dispatch, data, len);
    answer.status =
        qtest_readb(scsi->qts, at(lsi, offsetof(struct shared, status)));
    if (command->in_len > 0) {
        qtest_memread(scsi->qts, data, command->in, len);
    }
    if (len > 0) {
        guest_free(&scsi->alloc, data);
    }
    return answer;
}
