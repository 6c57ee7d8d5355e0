/*
 * The benchwire protocol: frames to structs and back, no input or output.
 *
 * docs/protocol.md is normative; the golden frames in it are checked byte for
 * byte by tests/unit/test_wire.c.  All integers are little-endian.  Used by
 * passthrough/link.c (client), host-agent/session.c (server) and
 * host-agent/client.c (the benchwire tool).
 *
 * Decoders check the length, then each field, then rules across fields, and
 * leave the output untouched on failure.  A message must have been read to
 * its last byte, except where "one entry" is said.  Strings are not
 * NUL-terminated on the wire; decoded strings are, and were checked by
 * bw_text_ok() (lib/text.h).  An encoder that meets a string or a transfer
 * over its limit fails the writer, which bw_wire_end() reports.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_H
#define BENCHWIRE_LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cursor.h"
#include "i2c_xfer.h"
#include "status.h"

#define BW_WIRE_HEADER_LEN  12
#define BW_WIRE_MAX_BODY    65536 /* bytes after the header */
#define BW_WIRE_MAX_FRAME   (BW_WIRE_HEADER_LEN + BW_WIRE_MAX_BODY)
#define BW_WIRE_MAGIC       0x52575742u /* "BWWR" as bytes */
#define BW_WIRE_MAJOR       1
#define BW_WIRE_MINOR       3
#define BW_WIRE_MAX_NAME    63        /* bytes in an export or part name */
#define BW_WIRE_MAX_TEXT    255       /* bytes in any other string */
#define BW_WIRE_MAX_PENDING 16        /* requests a client may have under way */
#define BW_WIRE_MIN_BODY    4096      /* the least that max_body may say */
#define BW_WIRE_MAX_TIME_MS 60000     /* of deadline_ms and timeout_ms */
#define BW_SCSI_MAX_LEN     0x1000000 /* bytes of data of a SCSI command */
#define BW_WIRE_REPLY       0x8000u   /* set in the type of every reply */
#define BW_WIRE_NOTICE      0xc000u   /* ... of what the agent sends unasked */

enum bw_wire_type {
    BW_MSG_HELLO = 0x0001,       /* first frame in both directions */
    BW_MSG_PING = 0x0002,        /* body is returned */
    BW_MSG_LIST = 0x0003,        /* the exports this client may open */
    BW_MSG_OPEN = 0x0004,        /* take the lease of one export */
    BW_MSG_LEASE = 0x0005,       /* what holds for this session */
    BW_MSG_DESCRIBE = 0x0006,    /* what is behind an export right now */
    BW_MSG_I2C_XFER = 0x0010,    /* one transfer on an opened I2C export */
    BW_MSG_I2C_STEP = 0x0011,    /* parts of a transaction, byte by byte */
    BW_MSG_SMBUS_XFER = 0x0012,  /* one SMBus protocol on an I2C export */
    BW_MSG_PROFILE_GET = 0x0013, /* what is known of the export's part */
    BW_MSG_COUNTERS = 0x0014,    /* what the client counted, for STATS */
    BW_MSG_VALUE_LIST = 0x0020,  /* values of a simulated bench */
    BW_MSG_VALUE_GET = 0x0021,
    BW_MSG_VALUE_SET = 0x0022,
    BW_MSG_FAULT_LIST = 0x0030, /* faults of a bench's adapter */
    BW_MSG_FAULT_ADD = 0x0031,
    BW_MSG_FAULT_CLEAR = 0x0032,
    BW_MSG_STATS = 0x0040,         /* what the agent counted, per export */
    BW_MSG_WHO = 0x0041,           /* the sessions there are */
    BW_MSG_KICK = 0x0042,          /* end one */
    BW_MSG_RELOAD = 0x0043,        /* read the bench file again */
    BW_MSG_GPIO_LINES = 0x0050,    /* the lines of a GPIO export */
    BW_MSG_GPIO_CONFIG = 0x0051,   /* direction, drive, bias, edges, debounce */
    BW_MSG_GPIO_SET = 0x0052,      /* drive levels, one after the other */
    BW_MSG_GPIO_GET = 0x0053,      /* levels now */
    BW_MSG_GPIO_EVENTS = 0x0054,   /* notice: edges */
    BW_MSG_SCSI_CMD = 0x0060,      /* one command; see wire_scsi.h */
    BW_MSG_SCSI_DATA_OUT = 0x0061, /* data for the command that follows */
    BW_MSG_SCSI_RESET = 0x0062,    /* reset the logical unit */
    BW_MSG_SCSI_DATA_IN = 0x0063,  /* notice: data of the command under way */
    BW_MSG_SCSI_BUSY = 0x0064,     /* notice: it is still under way */
    BW_MSG_USB_START = 0x0070      /* from the reply on: a usbredir stream */
};

/* Capability bits of HELLO: what the sender understands beyond PING. */
enum bw_wire_cap {
    BW_CAP_I2C = 1u << 0,      /* I2C exports and I2C_XFER */
    BW_CAP_VALUES = 1u << 1,   /* bench exports and VALUE_* */
    BW_CAP_STEP = 1u << 2,     /* I2C_STEP */
    BW_CAP_SMBUS = 1u << 3,    /* SMBUS_XFER */
    BW_CAP_PROFILE = 1u << 4,  /* PROFILE_GET */
    BW_CAP_FAULTS = 1u << 5,   /* FAULT_* on bench exports */
    BW_CAP_STATS = 1u << 6,    /* STATS and COUNTERS */
    BW_CAP_LEASE = 1u << 7,    /* LEASE; the client keeps within its silence */
    BW_CAP_GPIO = 1u << 8,     /* GPIO exports, GPIO_* */
    BW_CAP_ADMIN = 1u << 9,    /* WHO, KICK, RELOAD */
    BW_CAP_SCSI = 1u << 10,    /* SCSI exports, SCSI_* and their notices */
    BW_CAP_USB = 1u << 11,     /* USB exports, USB_START */
    BW_CAP_DESCRIBE = 1u << 12 /* DESCRIBE */
};

enum bw_export_kind {
    BW_EXPORT_ANY = 0,   /* OPEN only: the client does not care */
    BW_EXPORT_I2C = 1,   /* a bus, or one address on it */
    BW_EXPORT_BENCH = 2, /* the values of the simulated bench */
    BW_EXPORT_GPIO = 3,  /* a set of lines, lib/gpio.h */
    BW_EXPORT_SCSI = 4,  /* a logical unit: tape, changer, disk */
    BW_EXPORT_USB = 5    /* a USB device, or a port that may have one */
};

enum bw_open_flag {
    BW_OPEN_SHARED = 1u << 0 /* else exclusive */
};

/* OPEN reply and LIST entry: what the adapter behind an I2C export can do. */
enum bw_i2c_func {
    BW_I2C_FUNC_RDWR = 1u << 0,      /* joined messages, repeated START */
    BW_I2C_FUNC_TEN_BIT = 1u << 1,   /* 10-bit addresses */
    BW_I2C_FUNC_ZERO_LEN = 1u << 2,  /* a write of no bytes (SMBus quick) */
    BW_I2C_FUNC_SIMULATED = 1u << 3, /* no real part behind it */
    BW_I2C_FUNC_STEP = 1u << 4,      /* exact mode: I2C_STEP */
    BW_I2C_FUNC_PROFILE = 1u << 5,   /* PROFILE_GET has an answer */
    BW_I2C_FUNC_LINES = 1u << 6,     /* steps are the adapter's native form */
    /* SMBUS_XFER, form by form */
    BW_I2C_FUNC_SMBUS_QUICK = 1u << 8,
    BW_I2C_FUNC_SMBUS_BYTE = 1u << 9, /* send byte, receive byte */
    BW_I2C_FUNC_SMBUS_BYTE_DATA = 1u << 10,
    BW_I2C_FUNC_SMBUS_WORD_DATA = 1u << 11,
    BW_I2C_FUNC_SMBUS_PROC_CALL = 1u << 12,
    BW_I2C_FUNC_SMBUS_BLOCK_WRITE = 1u << 13,
    BW_I2C_FUNC_SMBUS_BLOCK_READ = 1u << 14,
    BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL = 1u << 15,
    BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE = 1u << 16,
    BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ = 1u << 17,
    BW_I2C_FUNC_SMBUS_PEC = 1u << 18 /* in hardware or by the driver */
};

/* The same fields of a SCSI or USB export. */
enum bw_device_func {
    BW_DEVICE_FUNC_PRESENT = 1u << 0,     /* it is there now */
    BW_DEVICE_FUNC_SIMULATED = 1u << 3,   /* no real device behind it */
    BW_DEVICE_FUNC_SCSI_TYPE = 0x1fu << 8 /* of INQUIRY, if it is present */
};

#define BW_ADDR_ANY 0xffffu /* export: the whole bus */

struct bw_wire_header {
    uint32_t len;    /* bytes of body that follow */
    uint16_t type;   /* enum bw_wire_type, BW_WIRE_REPLY set in replies */
    uint16_t status; /* enum bw_status; 0 in requests */
    uint32_t id;     /* chosen by the client, not 0, repeated in the reply */
};

struct bw_wire_hello {
    uint16_t major;
    uint16_t minor;
    uint32_t caps;     /* enum bw_wire_cap */
    uint32_t max_body; /* largest body the sender accepts, >= 4096 */
    char software[BW_WIRE_MAX_TEXT + 1]; /* for logs, never parsed */
};

struct bw_wire_open {
    uint16_t kind;  /* enum bw_export_kind */
    uint16_t flags; /* enum bw_open_flag */
    char name[BW_WIRE_MAX_NAME + 1];
};

struct bw_wire_opened {
    uint16_t kind;       /* the export's, never BW_EXPORT_ANY */
    uint16_t addr;       /* its only address, or BW_ADDR_ANY */
    uint32_t funcs;      /* enum bw_i2c_func */
    uint32_t max_len;    /* bytes the adapter takes in one message, of SCSI
                            in one command; this and timeout_ms are 0 for
                            other kinds */
    uint32_t timeout_ms; /* the longest the adapter may take for a transfer */
};

/* One entry of a LIST reply; entries follow each other to the body's end. */
struct bw_wire_export {
    uint16_t kind;
    uint16_t addr;
    uint32_t funcs;
    uint16_t holders; /* sessions that have it open */
    char name[BW_WIRE_MAX_NAME + 1];
    char text[BW_WIRE_MAX_TEXT + 1]; /* one line for people */
};

struct bw_wire_i2c_request {
    uint32_t deadline_ms; /* do not start later than this after receipt; 0:
                             only if the adapter is free at once */
    struct bw_i2c_xfer xfer;
};

/* Where an I2C transfer failed, 0xffff where the adapter cannot tell. */
struct bw_wire_i2c_failure {
    uint16_t msg;
    uint16_t byte;
};

/* One value of a simulated part; "name" is PART.VALUE. */
struct bw_wire_value {
    int64_t micro; /* the value times 10^6, in @unit */
    int64_t micro_min;
    int64_t micro_max;
    char name[BW_WIRE_MAX_TEXT + 1];
    char unit[BW_WIRE_MAX_NAME + 1]; /* "degC", "V", "" ... */
};

const char *bw_wire_type_name(unsigned type);

/**
 * bw_wire_get_header: decode and check a frame header
 * @buf: BW_WIRE_HEADER_LEN bytes
 *
 * Returns: BW_OK; BW_TOO_LONG for a body over BW_WIRE_MAX_BODY; BW_MALFORMED
 * for id 0 or a request whose status is not 0.
 */
enum bw_status bw_wire_get_header(const uint8_t *buf, struct bw_wire_header *h);

/**
 * bw_wire_begin, bw_wire_end: one frame into a writer
 *
 * bw_wire_begin() writes a header with length 0 and returns its position;
 * bw_wire_end() puts the length of what was written since into it.
 *
 * Returns (bw_wire_end): BW_OK, or BW_TOO_LONG if something did not fit; the
 * writer is then back at @begin and usable, so that a failure reply can take
 * the frame's place.
 */
size_t bw_wire_begin(struct bw_writer *w, unsigned type, unsigned status,
                     uint32_t id);
enum bw_status bw_wire_end(struct bw_writer *w, size_t begin);

/* Bodies.  Getters return BW_OK, BW_MALFORMED or, where said, another. */
void bw_wire_put_hello(struct bw_writer *w, const struct bw_wire_hello *m);
/* BW_VERSION if the major version is not BW_WIRE_MAJOR: what follows it is
 * then not looked at. */
enum bw_status bw_wire_get_hello(struct bw_reader *r, struct bw_wire_hello *m);
void bw_wire_put_open(struct bw_writer *w, const struct bw_wire_open *m);
/* BW_INVALID for a kind or flag that this version does not have. */
enum bw_status bw_wire_get_open(struct bw_reader *r, struct bw_wire_open *m);
void bw_wire_put_opened(struct bw_writer *w, const struct bw_wire_opened *m);
enum bw_status bw_wire_get_opened(struct bw_reader *r,
                                  struct bw_wire_opened *m);
void bw_wire_put_export(struct bw_writer *w, const struct bw_wire_export *m);
/* One entry; call until bw_reader_left() is 0. */
enum bw_status bw_wire_get_export(struct bw_reader *r,
                                  struct bw_wire_export *m);

void bw_wire_put_i2c_request(struct bw_writer *w,
                             const struct bw_wire_i2c_request *m);
/*
 * Write messages point into the reader's buffer, which must outlive @m and is
 * not written to; read messages have data NULL until
 * bw_i2c_xfer_assign_reads().  Returns also BW_TOO_LONG and BW_INVALID, as
 * bw_i2c_xfer_check() does, and BW_INVALID for a deadline over the limit.
 */
enum bw_status bw_wire_get_i2c_request(struct bw_reader *r,
                                       struct bw_wire_i2c_request *m);

/* Reply of a transfer that succeeded: the read bytes of @x, in order. */
void bw_wire_put_i2c_reply(struct bw_writer *w, const struct bw_i2c_xfer *x);
/* Copies into the read messages of @x, which have room; the total length must
 * be equal. */
enum bw_status bw_wire_get_i2c_reply(struct bw_reader *r,
                                     struct bw_i2c_xfer *x);
void bw_wire_put_i2c_failure(struct bw_writer *w,
                             const struct bw_wire_i2c_failure *m);
enum bw_status bw_wire_get_i2c_failure(struct bw_reader *r,
                                       struct bw_wire_i2c_failure *m);

/* VALUE_LIST reply (one entry; call until nothing is left), VALUE_GET reply:
 * a whole value. */
void bw_wire_put_value(struct bw_writer *w, const struct bw_wire_value *m);
enum bw_status bw_wire_get_value(struct bw_reader *r, struct bw_wire_value *m);
/* VALUE_GET request: a name.  VALUE_SET request: a name and micro. */
void bw_wire_put_value_name(struct bw_writer *w, const char *name);
enum bw_status bw_wire_get_value_name(struct bw_reader *r,
                                      char name[BW_WIRE_MAX_TEXT + 1]);
void bw_wire_put_value_set(struct bw_writer *w, const char *name,
                           int64_t micro);
enum bw_status bw_wire_get_value_set(struct bw_reader *r,
                                     char name[BW_WIRE_MAX_TEXT + 1],
                                     int64_t *micro);

/* Any reply with a failure status may carry one sentence as its body, but not
 * I2C_XFER's.  A text over the limit is cut; no body reads as "". */
void bw_wire_put_text(struct bw_writer *w, const char *text);
enum bw_status bw_wire_get_text(struct bw_reader *r,
                                char text[BW_WIRE_MAX_TEXT + 1]);

#endif
