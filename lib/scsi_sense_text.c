/*
 * SCSI sense data in words, for logs and tools; see scsi_sense.h.
 *
 * Source: SPC-4, tables of sense keys and of additional sense codes (Annex D);
 * those that tape drives and their hosts meet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scsi_sense.h"

static const char *const key_text[16] = {
    "no sense",       "recovered error", "not ready",      "medium error",
    "hardware error", "illegal request", "unit attention", "data protect",
    "blank check",    "vendor specific", "copy aborted",   "aborted command",
    "sense key Ch",   "volume overflow", "miscompare",     "completed",
};

static const struct {
    bw_asc asc;
    const char *text;
} asc_text[] = {
    { 0x0000, "no additional information" },
    { 0x0001, "filemark detected" },
    { 0x0002, "end of partition or medium detected" },
    { 0x0004, "beginning of partition or medium detected" },
    { 0x0005, "end of data detected" },
    { 0x0006, "process terminated" },
    { 0x0007, "programmable early warning detected" },
    { 0x0016, "operation in progress" },
    { 0x0017, "cleaning requested" },
    { 0x0018, "erase operation in progress" },
    { 0x0019, "locate operation in progress" },
    { 0x001a, "rewind operation in progress" },
    { 0x0400, "not ready, cause not reportable" },
    { 0x0401, "becoming ready" },
    { 0x0402, "initializing command required" },
    { 0x0403, "manual intervention required" },
    { 0x0404, "format in progress" },
    { 0x0407, "operation in progress" },
    { 0x0412, "offline" },
    { 0x0800, "communication failure" },
    { 0x0900, "track following error" },
    { 0x0b00, "warning" },
    { 0x0c00, "write error" },
    { 0x0e00, "invalid information unit" },
    { 0x1100, "unrecovered read error" },
    { 0x1101, "read retries exhausted" },
    { 0x1108, "incomplete block read" },
    { 0x1109, "no gap found" },
    { 0x1400, "recorded entity not found" },
    { 0x1401, "record not found" },
    { 0x1402, "filemark or setmark not found" },
    { 0x1403, "end of data not found" },
    { 0x1404, "block sequence error" },
    { 0x1501, "mechanical positioning error" },
    { 0x1502, "positioning error detected by read of medium" },
    { 0x1a00, "parameter list length error" },
    { 0x1b00, "synchronous data transfer error" },
    { 0x1d00, "miscompare during verify operation" },
    { 0x2000, "invalid command operation code" },
    { 0x200c, "illegal command when not in append-only mode" },
    { 0x2400, "invalid field in CDB" },
    { 0x2500, "logical unit not supported" },
    { 0x2600, "invalid field in parameter list" },
    { 0x2601, "parameter not supported" },
    { 0x2602, "parameter value invalid" },
    { 0x2604, "invalid release of persistent reservation" },
    { 0x2700, "write protected" },
    { 0x2701, "hardware write protected" },
    { 0x2702, "logical unit software write protected" },
    { 0x2703, "associated write protect" },
    { 0x2704, "persistent write protect" },
    { 0x2705, "permanent write protect" },
    { 0x2800, "not ready to ready change, medium may have changed" },
    { 0x2801, "import or export element accessed" },
    { 0x2900, "power on, reset, or bus device reset occurred" },
    { 0x2901, "power on occurred" },
    { 0x2902, "SCSI bus reset occurred" },
    { 0x2903, "bus device reset function occurred" },
    { 0x2904, "device internal reset" },
    { 0x2a00, "parameters changed" },
    { 0x2a01, "mode parameters changed" },
    { 0x2a02, "log parameters changed" },
    { 0x2a03, "reservations preempted" },
    { 0x2a04, "reservations released" },
    { 0x2a05, "registrations preempted" },
    { 0x2a10, "timestamp changed" },
    { 0x2c00, "command sequence error" },
    { 0x2c0b, "not reserved" },
    { 0x2d00, "overwrite error on update in place" },
    { 0x3000, "incompatible medium installed" },
    { 0x3001, "cannot read medium, unknown format" },
    { 0x3002, "cannot read medium, incompatible format" },
    { 0x3003, "cleaning cartridge installed" },
    { 0x3005, "cannot write medium, incompatible format" },
    { 0x300c, "WORM medium, overwrite attempted" },
    { 0x300d, "WORM medium, integrity check" },
    { 0x3100, "medium format corrupted" },
    { 0x3101, "format command failed" },
    { 0x3300, "tape length error" },
    { 0x3700, "rounded parameter" },
    { 0x3900, "saving parameters not supported" },
    { 0x3a00, "medium not present" },
    { 0x3a01, "medium not present, tray closed" },
    { 0x3a02, "medium not present, tray open" },
    { 0x3a03, "medium not present, loadable" },
    { 0x3a04, "medium not present, medium auxiliary memory accessible" },
    { 0x3b00, "sequential positioning error" },
    { 0x3b01, "tape position error at beginning of medium" },
    { 0x3b02, "tape position error at end of medium" },
    { 0x3b08, "reposition error" },
    { 0x3b0c, "position past beginning of medium" },
    { 0x3b0d, "medium destination element full" },
    { 0x3b0e, "medium source element empty" },
    { 0x3d00, "invalid bits in identify message" },
    { 0x3e00, "logical unit has not self-configured yet" },
    { 0x3f00, "target operating conditions have changed" },
    { 0x3f01, "microcode has been changed" },
    { 0x3f03, "inquiry data has changed" },
    { 0x3f0e, "reported LUNs data has changed" },
    { 0x4300, "message error" },
    { 0x4400, "internal target failure" },
    { 0x4500, "select or reselect failure" },
    { 0x4700, "SCSI parity error" },
    { 0x4800, "initiator detected error message received" },
    { 0x4900, "invalid message error" },
    { 0x4b00, "data phase error" },
    { 0x4e00, "overlapped commands attempted" },
    { 0x5000, "write append error" },
    { 0x5001, "write append position error" },
    { 0x5100, "erase failure" },
    { 0x5200, "cartridge fault" },
    { 0x5300, "media load or eject failed" },
    { 0x5301, "unload tape failure" },
    { 0x5302, "medium removal prevented" },
    { 0x5500, "system resource failure" },
    { 0x5508, "maximum number of supplemental decryption keys exceeded" },
    { 0x5a00, "operator request or state change input" },
    { 0x5a01, "operator medium removal request" },
    { 0x5a02, "operator selected write protect" },
    { 0x5b00, "log exception" },
    { 0x5b01, "threshold condition met" },
    { 0x5d00, "failure prediction threshold exceeded" },
    { 0x7400, "security error" },
};

struct text {
    char *out;
    size_t room;
    size_t used; /* without the end */
};

static void put(struct text *t, const char *text)
{
    for (; *text && t->used + 1 < t->room; text++) {
        t->out[t->used++] = *text;
    }
}

static void put_number(struct text *t, uint32_t value)
{
    char digits[11];
    unsigned i = sizeof(digits) - 1;

    digits[i] = '\0';
    do {
        digits[--i] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    put(t, &digits[i]);
}

/* 3A/00 */
static void put_asc(struct text *t, bw_asc asc)
{
    static const char hex[] = "0123456789ABCDEF";
    const char text[] = { hex[asc >> 12],     hex[asc >> 8 & 15], '/',
                          hex[asc >> 4 & 15], hex[asc & 15],      '\0' };

    put(t, text);
}

static void put_reason(struct text *t, bw_asc asc)
{
    for (size_t i = 0; i < sizeof(asc_text) / sizeof(asc_text[0]); i++) {
        if (asc_text[i].asc == asc) {
            put(t, asc_text[i].text);
            return;
        }
    }
    put(t, "additional sense code ");
    put_asc(t, asc);
}

static void put_information(struct text *t, const struct bw_sense *s)
{
    put(t, ", information ");
    if (s->ili && s->information >> 31) {
        put(t, "-");
        put_number(t, -s->information);
    } else {
        put_number(t, s->information);
    }
}

static void put_field(struct text *t, const struct bw_sense *s)
{
    put(t, s->field_in_data ? ", parameter byte " : ", CDB byte ");
    put_number(t, s->field);
    if (s->field_bit >= 0) {
        put(t, " bit ");
        put_number(t, (uint32_t)s->field_bit);
    }
}

size_t bw_sense_text(const struct bw_sense *s, char *out, size_t room)
{
    struct text t = { .out = out, .room = room };

    if (room == 0) {
        return 0;
    }
    put(&t, s->deferred ? "deferred: " : "");
    put(&t, key_text[s->key & 15]);
    put(&t, ", ");
    put_reason(&t, s->asc);
    put(&t, s->filemark ? ", filemark" : "");
    put(&t, s->eom ? ", end of medium" : "");
    put(&t, s->ili ? ", incorrect length" : "");
    if (s->valid) {
        put_information(&t, s);
    }
    if (s->field_valid) {
        put_field(&t, s);
    }
    out[t.used] = '\0';
    return t.used;
}
