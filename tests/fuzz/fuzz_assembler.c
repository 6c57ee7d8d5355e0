/*
 * Fuzzer of the I2C assembler: the input is what a guest does.
 *
 * An odd first byte runs a guest that keeps to the rules, and holds what it is
 * answered against a simulated bus; an even one sends events in any order and
 * lets transfers fail.  See tests/asm_model.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>

#define MODEL_MUST(condition) ((condition) ? (void)0 : abort())

#include "tests/asm_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct model model;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] & 1) {
        model_run(&model, data + 1, size - 1);
    } else {
        model_chaos(&model, data + 1, size - 1);
    }
    return 0;
}
