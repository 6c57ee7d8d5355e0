/*
 * What Linux makes of a tape: the st driver's results, file and block numbers
 * and flags for each call, derived from the tape's model.
 *
 * Source: drivers/scsi/st.c of Linux 6.1, its behaviour with direct I/O (the
 * caller's buffers are whole pages, so the driver holds no data back), without
 * partitions, with the defaults of Debian's build.  The driver's oddities are
 * modelled as they are: a wrong file number of st is not the drive's fault.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_TAPE_MODEL_DRIVER_H
#define BENCHWIRE_TESTS_TAPE_MODEL_DRIVER_H

#include <linux/mtio.h>

#include "tape.h"

enum driver_last {
    LAST_NEITHER,
    LAST_READ,
    LAST_WRITE
};

/* In the driver's order; early warning does not come about here. */
enum driver_eof {
    EOF_NONE,
    EOF_MARK_HIT, /* data was returned, the mark behind it was passed */
    EOF_MARK,
    EOF_BLANK_SOON, /* zero bytes were returned for it */
    EOF_BLANK
};

struct driver {
    struct tape *tape;
    enum driver_last last;
    enum driver_eof eof;
    int file, block;     /* -1: not known */
    uint32_t block_size; /* 0: variable */
};

/* What read() or write() returned: a count, or a negative errno. */
long driver_write(struct driver *driver, uint32_t bytes, uint32_t *first_id);
/* @first: the object number of the first that was read */
long driver_read(struct driver *driver, uint32_t bytes, uint32_t *first);

/* MTIOCTOP: 0 or a negative errno. */
int driver_operate(struct driver *driver, int operation, int count);

/* MTIOCGET: file, block, and those flags that are modelled (DRIVER_FLAGS). */
void driver_status(struct driver *driver, int *file, int *block, long *flags);
#define DRIVER_FLAGS                                                          \
    (GMT_EOF(0xffffffff) | GMT_BOT(0xffffffff) | GMT_EOT(0xffffffff) |        \
     GMT_EOD(0xffffffff) | GMT_WR_PROT(0xffffffff) | GMT_ONLINE(0xffffffff) | \
     GMT_DR_OPEN(0xffffffff))

/* MTIOCPOS. */
uint32_t driver_position(struct driver *driver);

/* close() of the device that does not rewind, and open(). */
void driver_reopen(struct driver *driver);

#endif
