/*
 * What the files of the scsi-tape device share.
 *
 *   scsi_tape.c           the device: properties, life, reset
 *   scsi_tape_request.c   one queue, one command at a time
 *   scsi_tape_medium.c    the cartridge: opened, changed, ejected
 *   scsi_tape_file.c      its files, on QEMU's block layer
 *   scsi_tape_state.c     stop, migration, what can be asked by QMP
 *
 * All of the drive (peripherals/parts/tape_*.c) runs under the BQL, also for
 * controllers with I/O threads: these hand their requests over, and get the
 * answers back in their own context.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_SCSI_TAPE_H
#define BENCHWIRE_PERIPHERALS_SCSI_TAPE_H

#include "qemu/coroutine.h"
#include "qemu/notify.h"
#include "qemu/thread.h"
#include "hw/scsi/scsi.h"
#include "qom/object.h"
#include "system/runstate.h"
#include "hw/benchwire/peripherals/parts/tape_drive.h"
#include "hw/benchwire/peripherals/scsi_queue.h"

#define TYPE_SCSI_TAPE "scsi-tape"
OBJECT_DECLARE_SIMPLE_TYPE(SCSITapeState, SCSI_TAPE)

/* How far a request has come. */
typedef enum SCSITapePhase {
    SCSI_TAPE_NEW,     /* data-out has not come yet */
    SCSI_TAPE_FILLED,  /* it has */
    SCSI_TAPE_WAITING, /* in the queue */
    SCSI_TAPE_RUNNING,
    SCSI_TAPE_SENDING, /* data-in is on its way to the guest */
} SCSITapePhase;

typedef struct SCSITapeReq {
    SCSIRequest req;
    SCSITapePhase phase;
    uint8_t *data;
    size_t room; /* bytes of @data */
    struct bw_tape_command command;
    BwScsiPlace place;
} SCSITapeReq;

/* One file of the cartridge. */
typedef struct SCSITapeFile {
    struct bw_tape_io io;
    SCSITapeState *tape;
    BlockBackend *blk;
    uint64_t length; /* exact where @exact, else of the virtual disk */
    bool exact;      /* a plain file of the host, that grows as it is written */
    bool resizable;
} SCSITapeFile;

struct SCSITapeState {
    SCSIDevice qdev;
    VMChangeStateEntry *change; /* before the adapter's, when it stops */
    VMChangeStateEntry *change_last; /* behind all others' */

    /* properties */
    char *vendor;
    char *product;
    char *version;
    char *serial;
    char *profile;
    uint32_t block_size;
    uint64_t capacity;
    uint64_t capacity_mb;
    uint64_t early_warning;
    bool write_protect;
    bool gather;
    bool eject;

    struct bw_tape_drive drive;
    struct bw_tape_host host;

    struct bw_tape_files files;
    struct bw_tape_medium medium;
    SCSITapeFile file[BW_TAPE_FILE_COUNT];
    char *path;         /* of a local file, that others may lie beside */
    GSList *kept;       /* nodes of it that nothing may copy meanwhile */
    Error *kept_reason;
    Notifier shutdown;
    bool opened;        /* the medium is */
    bool read_only;     /* the image, or the user wants it so */
    bool tray_open;
    bool locked;        /* by the guest */
    bool eject_pending; /* the guest's UNLOAD, not carried out yet */
    bool restore;       /* came by migration, to be opened when the VM runs */
    bool powered;       /* the first reset is behind us */
    bool touched;       /* a command ran since the last commit of a stop */
    uint8_t deferred[BW_SENSE_FIXED_LENGTH]; /* for migration */

    BwScsiQueue queue;
    QemuMutex lock; /* of @spare */
    uint8_t *spare; /* a buffer for the next command */
    size_t spare_room;
    QEMUBH *bh;
    SCSITapeReq *current; /* runs, or waits to be delivered */
    bool current_done;
    bool pumping;
    unsigned held; /* nothing new is started */
    bool stop;     /* long scans end early */
};

/* --- scsi_tape_request.c --- */

void scsi_tape_request_init(SCSITapeState *s);
void scsi_tape_request_start(SCSITapeState *s);
/* Every request ends, and is freed here. */
void scsi_tape_request_stop(SCSITapeState *s);
void scsi_tape_request_finish(SCSITapeState *s);
int scsi_tape_parse_cdb(SCSIDevice *dev, SCSICommand *cmd, uint8_t *buf,
                        size_t buf_len, void *hba_private);
SCSIRequest *scsi_tape_new_request(SCSIDevice *dev, uint32_t tag, uint32_t lun,
                                   uint8_t *buf, void *hba_private);

/* Start nothing new, and wait for what runs; and the end of that. */
void scsi_tape_hold(SCSITapeState *s);
void scsi_tape_release(SCSITapeState *s);
/* Hold from a drained section, which waits itself. */
void scsi_tape_drained(SCSITapeState *s, bool begin);
/* Wait until the queue is empty. */
void scsi_tape_settle(SCSITapeState *s);
/* Call @fn in a coroutine and wait for its end.  Nothing else may run. */
void scsi_tape_run(SCSITapeState *s, void (*fn)(SCSITapeState *s, void *opaque),
                   void *opaque);
/* True: a scan of many records is to end. */
bool scsi_tape_stopped(SCSITapeState *s);

/* --- scsi_tape_file.c --- */

/* @blk becomes file->blk; coroutine. */
void coroutine_fn scsi_tape_file_init(SCSITapeFile *file, SCSITapeState *s,
                                      BlockBackend *blk, bool resizable);
/* The name of the host's file under @blk, if there is no format in between. */
char *coroutine_fn scsi_tape_file_path(BlockBackend *blk);
extern const struct bw_tape_files scsi_tape_files;

/* --- scsi_tape_medium.c --- */

void scsi_tape_medium_init(SCSITapeState *s);
bool scsi_tape_insert(SCSITapeState *s, Error **errp);
void scsi_tape_remove(SCSITapeState *s);
/* Close it as it is: nothing is written, the drive's state stays. */
void scsi_tape_forget(SCSITapeState *s);
/* The end of QEMU, which closes all images. */
void scsi_tape_shutdown(Notifier *notifier, void *opaque);
/* The tray, after a command that unloaded. */
void scsi_tape_eject_pending(SCSITapeState *s);
extern const BlockDevOps scsi_tape_block_ops;

/* --- scsi_tape_state.c --- */

void scsi_tape_vm_change(void *opaque, bool running, RunState state);
void scsi_tape_state_class_init(ObjectClass *klass);
extern const VMStateDescription vmstate_scsi_tape;

#endif
