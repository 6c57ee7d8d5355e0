/*
 * Fuzzer of the reader of SCSI sense data: whatever a drive sends, it is taken
 * or refused; what is taken says the same when it is sent on in either format.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lib/scsi_sense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds) {
        abort();
    }
}

static void same(const struct bw_sense *a, const struct bw_sense *b)
{
    must(a->key == b->key && a->asc == b->asc);
    must(a->filemark == b->filemark && a->eom == b->eom && a->ili == b->ili);
    must(a->deferred == b->deferred && a->valid == b->valid);
    must(a->information == b->information);
    must(a->field_valid == b->field_valid && a->field == b->field);
    must(a->field_in_data == b->field_in_data);
    must(a->field_bit == b->field_bit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bw_sense sense;
    struct bw_sense again;
    uint8_t bytes[BW_SENSE_DESCRIPTOR_MAX];
    char text[200];
    size_t n;

    if (!bw_sense_parse(data, size, &sense)) {
        return 0;
    }
    n = bw_sense_fixed(&sense, bytes, sizeof(bytes));
    must(n == BW_SENSE_FIXED_LENGTH && bw_sense_parse(bytes, n, &again));
    same(&sense, &again);
    n = bw_sense_descriptor(&sense, bytes, sizeof(bytes));
    must(n <= sizeof(bytes) && bw_sense_parse(bytes, n, &again));
    same(&sense, &again);
    n = bw_sense_text(&sense, text, sizeof(text));
    must(n > 0 && n == strlen(text) && n < sizeof(text) - 1);
    n = bw_sense_text(&sense, text, 1 + size % 20);
    must(n == strlen(text) && n <= size % 20);
    return 0;
}
