/*
 * A USB disk: commands and data of usb_disk.c over two bulk endpoints.
 *
 * Source: USB Mass Storage Class, Bulk-Only Transport 1.0: 3 (requests), 5
 * (wrappers), 6.6 (errors), 6.7 (the thirteen cases of data that host and
 * device expect).
 *
 * Choices where that leaves some: with less data for the host than it wants,
 * what there is is followed by a stall, and not by zeros; data from the host
 * that the device does not want is taken and dropped; a wrapper that is none
 * stalls both endpoints until Bulk-Only Mass Storage Reset.  High speed.
 *
 * Not modelled: logical units other than 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_device.h"

#include <string.h>

#include "usb_disk.h"

#define IN_EP       0x81
#define OUT_EP      0x02
#define BULK_PACKET 512

#define CBW_LEN     31
#define CSW_LEN     13
#define CBW_IN      0x80 /* bmCBWFlags */
#define CBW_MAX_CDB 16

enum request { /* 3 */
    GET_MAX_LUN = 0xfe,
    BULK_ONLY_RESET = 0xff
};

enum phase {
    PHASE_COMMAND, /* a CBW is to come */
    PHASE_DATA_IN,
    PHASE_DATA_OUT,
    PHASE_STATUS, /* a CSW is to go */
    PHASE_STUCK   /* until a reset */
};

enum csw_status { /* table 5.3 */
    CSW_PASSED = 0,
    CSW_FAILED = 1,
    CSW_PHASE_ERROR = 2
};

struct storage {
    struct bw_usb_disk disk;
    bool powered; /* has been reset before */
    enum phase phase;
    bool disagree; /* host and device, of the data: cases 2, 3, 7, 8, 10, 13 */
    uint8_t tag[4];
    uint32_t wanted; /* bytes that the host will move */
    uint32_t moved;  /* of these */
    uint32_t used;   /* those that were the command's data */
};

static const uint8_t device_descriptor[] = {
    18,   BW_USB_DEVICE_DESCRIPTOR,
    0x00, 0x02, /* USB 2.0 */
    0,    0,    /* class: of the interface */
    0,    BW_USB_CONTROL_PACKET,
    0x09, 0x12, /* 1209:0002 */
    0x02, 0x00, /* */
    0x00, 0x01, /* release 1.00 */
    1,    2,
    3,    1,
};

#define CONFIG_LEN 32

/* clang-format off */
static const uint8_t config_descriptor[] = {
    9, BW_USB_CONFIG_DESCRIPTOR, BW_USB_U16(CONFIG_LEN), 1, 1, 0, 0x80, 100,
    9, BW_USB_INTERFACE_DESCRIPTOR, 0, 0, 2, 0x08, 0x06, 0x50, 0,
        7, BW_USB_ENDPOINT_DESCRIPTOR, IN_EP, BW_USB_BULK,
        BW_USB_U16(BULK_PACKET), 0,
        7, BW_USB_ENDPOINT_DESCRIPTOR, OUT_EP, BW_USB_BULK,
        BW_USB_U16(BULK_PACKET), 0,
};
/* clang-format on */

_Static_assert(sizeof(config_descriptor) == CONFIG_LEN, "its own length");

static void reset(struct bw_usb_device *d)
{
    struct storage *s = d->state;

    if (!s->powered) {
        s->disk.store = d->identity.store;
        s->disk.device = d;
        s->disk.present = true;
        s->disk.protect = d->identity.store->read_only;
        s->powered = true;
    }
    bw_usb_disk_reset(&s->disk);
    s->phase = PHASE_COMMAND;
}

static int control(struct bw_usb_device *d, const struct bw_usb_setup *s,
                   uint8_t *data)
{
    struct storage *storage = d->state;
    uint8_t to_interface = BW_USB_CLASS | BW_USB_INTERFACE;

    if (s->type == (BW_USB_IN | to_interface) && s->request == GET_MAX_LUN &&
        s->length >= 1) {
        data[0] = 0;
        return 1;
    }
    if (s->type == to_interface && s->request == BULK_ONLY_RESET &&
        s->length == 0) {
        bw_usb_disk_reset(&storage->disk);
        storage->phase = PHASE_COMMAND;
        return 0;
    }
    return BW_USB_STALL;
}

/* The phase that a command's data is moved in; what host and device do not
 * agree upon ends in a phase error. */
static void begin_data(struct storage *s, bool to_host)
{
    enum bw_usb_disk_way way = s->disk.way;

    s->disagree =
        way != BW_USB_DISK_NO_DATA &&
        (s->disk.left > s->wanted || (way == BW_USB_DISK_DATA_IN) != to_host);
    if (s->disagree && (!to_host || way == BW_USB_DISK_DATA_OUT)) {
        s->disk.left = 0; /* not a byte of it */
    }
    if (s->wanted == 0) {
        s->phase = PHASE_STATUS;
    } else {
        s->phase = to_host ? PHASE_DATA_IN : PHASE_DATA_OUT;
    }
}

/* 6.2: valid and meaningful. */
static bool is_cbw(const uint8_t *w, size_t len)
{
    return len == CBW_LEN && memcmp(w, "USBC", 4) == 0 && w[13] == 0 &&
           w[14] >= 1 && w[14] <= CBW_MAX_CDB;
}

static int take_command(struct storage *s, const uint8_t *w, size_t len)
{
    uint8_t cdb[CBW_MAX_CDB] = { 0 };

    if (!is_cbw(w, len)) {
        s->phase = PHASE_STUCK;
        return BW_USB_STALL;
    }
    memcpy(s->tag, w + 4, sizeof(s->tag));
    s->wanted = (uint32_t)w[8] | (uint32_t)w[9] << 8 | (uint32_t)w[10] << 16 |
                (uint32_t)w[11] << 24;
    s->moved = 0;
    s->used = 0;
    memcpy(cdb, w + 15, w[14]);
    bw_usb_disk_begin(&s->disk, cdb);
    begin_data(s, w[12] & CBW_IN);
    return (int)len;
}

static size_t smaller(uint64_t a, uint64_t b)
{
    return (size_t)(a < b ? a : b);
}

static int take_data(struct storage *s, const uint8_t *data, size_t len)
{
    size_t n = smaller(len, s->wanted - s->moved);
    size_t use = smaller(n, s->disk.left);

    if (use > 0 && bw_usb_disk_write(&s->disk, data, use)) {
        s->used += (uint32_t)use;
    }
    s->moved += (uint32_t)n;
    if (s->moved == s->wanted) {
        s->phase = PHASE_STATUS;
    }
    return (int)len;
}

static int out(struct bw_usb_device *d, uint8_t endpoint, const uint8_t *data,
               size_t len, uint64_t now_ns)
{
    struct storage *s = d->state;

    (void)endpoint;
    (void)now_ns;
    switch (s->phase) {
    case PHASE_COMMAND:
        return take_command(s, data, len);
    case PHASE_DATA_OUT:
        return take_data(s, data, len);
    case PHASE_STUCK:
        return BW_USB_STALL;
    default:
        return BW_USB_NAK;
    }
}

static int give_data(struct storage *s, uint8_t *data, size_t len)
{
    size_t n = smaller(smaller(len, s->wanted - s->moved), s->disk.left);

    if (n == 0 || !bw_usb_disk_read(&s->disk, data, n)) {
        s->phase = PHASE_STATUS;
        return BW_USB_STALL;
    }
    s->moved += (uint32_t)n;
    s->used += (uint32_t)n;
    if (s->moved == s->wanted) {
        s->phase = PHASE_STATUS;
    }
    return (int)n;
}

static int give_status(struct storage *s, uint8_t *data, size_t len)
{
    uint32_t residue = s->wanted - s->used;
    uint8_t status = s->disagree      ? CSW_PHASE_ERROR
                     : s->disk.failed ? CSW_FAILED
                                      : CSW_PASSED;

    if (len < CSW_LEN) {
        return BW_USB_STALL;
    }
    memcpy(data, "USBS", 4);
    memcpy(data + 4, s->tag, sizeof(s->tag));
    data[8] = (uint8_t)residue;
    data[9] = (uint8_t)(residue >> 8);
    data[10] = (uint8_t)(residue >> 16);
    data[11] = (uint8_t)(residue >> 24);
    data[12] = status;
    s->phase = PHASE_COMMAND;
    return CSW_LEN;
}

static int in(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
              size_t len, uint64_t now_ns)
{
    struct storage *s = d->state;

    (void)endpoint;
    (void)now_ns;
    switch (s->phase) {
    case PHASE_DATA_IN:
        return give_data(s, data, len);
    case PHASE_STATUS:
        return give_status(s, data, len);
    case PHASE_STUCK:
        return BW_USB_STALL;
    default:
        return BW_USB_NAK;
    }
}

/* On the bench */

enum value {
    VALUE_MEDIUM,
    VALUE_PROTECT,
    VALUE_READ,
    VALUE_WRITTEN
};

#define MICRO(n)  ((int64_t)(n)*1000000)
#define MAX_BYTES (INT64_MAX / 1000000)

static const struct bw_part_value values[] = {
    [VALUE_MEDIUM] = { .name = "medium",
                       .text = "1: there is one, 0: it is taken out",
                       .unit = "",
                       .micro_max = MICRO(1),
                       .micro_step = MICRO(1) },
    [VALUE_PROTECT] = { .name = "write-protect",
                        .text = "1: the host cannot write",
                        .unit = "",
                        .micro_max = MICRO(1),
                        .micro_step = MICRO(1) },
    [VALUE_READ] = { .name = "read-bytes",
                     .text = "of the medium, since power on",
                     .unit = "",
                     .micro_max = MICRO(MAX_BYTES),
                     .micro_step = MICRO(1),
                     .read_only = true },
    [VALUE_WRITTEN] = { .name = "written-bytes",
                        .text = "to the medium, since power on",
                        .unit = "",
                        .micro_max = MICRO(MAX_BYTES),
                        .micro_step = MICRO(1),
                        .read_only = true },
};

static int64_t bytes(uint64_t n)
{
    return MICRO(n < MAX_BYTES ? n : MAX_BYTES);
}

static int64_t get(struct bw_usb_device *d, size_t index)
{
    const struct storage *s = d->state;

    switch (index) {
    case VALUE_MEDIUM:
        return MICRO(s->disk.present);
    case VALUE_PROTECT:
        return MICRO(s->disk.protect);
    case VALUE_READ:
        return bytes(s->disk.read_bytes);
    case VALUE_WRITTEN:
        return bytes(s->disk.written_bytes);
    default:
        return 0;
    }
}

static bool set(struct bw_usb_device *d, size_t index, int64_t micro,
                uint64_t now_ns)
{
    struct storage *s = d->state;

    (void)now_ns;
    if (micro != 0 && micro != MICRO(1)) {
        return false;
    }
    switch (index) {
    case VALUE_MEDIUM:
        bw_usb_disk_load(&s->disk, micro != 0);
        return true;
    case VALUE_PROTECT:
        if (micro == 0 && s->disk.store->read_only) {
            return false; /* its file cannot be written */
        }
        s->disk.protect = micro != 0;
        return true;
    default:
        return false;
    }
}

const struct bw_usb_model bw_usb_storage = {
    .name = "storage",
    .text = "mass storage (bulk-only), a disk with blocks of 512 bytes",
    .wants_store = true,
    .speed = BW_USB_HIGH,
    .state_size = sizeof(struct storage),
    .device = device_descriptor,
    .config = config_descriptor,
    .config_len = sizeof(config_descriptor),
    .manufacturer = "Benchwire",
    .product = "Simulated disk",
    .serial = "B00000000001", /* 12 hexadecimal digits, 4.1.1 */
    .values = values,
    .value_count = sizeof(values) / sizeof(values[0]),
    .reset = reset,
    .control = control,
    .in = in,
    .out = out,
    .get = get,
    .set = set,
};
