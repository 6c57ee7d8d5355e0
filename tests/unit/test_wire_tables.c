/*
 * The tables of docs/protocol.md against the code: statuses, message types,
 * limits, faults, kinds and bits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "lib/wire.h"
#include "lib/wire_describe.h"
#include "lib/wire_fault.h"
#include "lib/wire_gpio.h"
#include "lib/wire_profile.h"
#include "lib/wire_scsi.h"
#include "lib/wire_smbus.h"
#include "lib/wire_stats.h"
#include "lib/wire_step.h"

static void assert_row(const char *name, unsigned long value, const char *form)
{
    char cells[128];

    snprintf(cells, sizeof(cells), form, name, value);
    if (!golden_row(cells)) {
        fail_msg("%s has no row \"| %s |\"", GOLDEN_DOCUMENT, cells);
    }
}

static void the_document_lists_every_status(void **state)
{
    (void)state;
    for (unsigned s = 0; s < BW_STATUS_COUNT; s++) {
        char cells[64];

        snprintf(cells, sizeof(cells), "%u | %s", s, bw_status_name(s));
        if (!golden_row(cells)) {
            fail_msg("%s does not list status %s", GOLDEN_DOCUMENT, cells);
        }
    }
    assert_false(golden_row("20 | unknown"));
}

static void the_document_lists_every_message_type(void **state)
{
    static const unsigned types[] = {
        BW_MSG_HELLO,      BW_MSG_PING,          BW_MSG_LIST,
        BW_MSG_OPEN,       BW_MSG_I2C_XFER,      BW_MSG_VALUE_LIST,
        BW_MSG_VALUE_GET,  BW_MSG_VALUE_SET,     BW_MSG_I2C_STEP,
        BW_MSG_SMBUS_XFER, BW_MSG_PROFILE_GET,   BW_MSG_COUNTERS,
        BW_MSG_FAULT_LIST, BW_MSG_FAULT_ADD,     BW_MSG_FAULT_CLEAR,
        BW_MSG_STATS,      BW_MSG_GPIO_LINES,    BW_MSG_GPIO_CONFIG,
        BW_MSG_GPIO_SET,   BW_MSG_GPIO_GET,      BW_MSG_GPIO_EVENTS,
        BW_MSG_DESCRIBE,   BW_MSG_LEASE,         BW_MSG_WHO,
        BW_MSG_KICK,       BW_MSG_RELOAD,        BW_MSG_SCSI_CMD,
        BW_MSG_SCSI_RESET, BW_MSG_SCSI_BUSY,     BW_MSG_SCSI_DATA_IN,
        BW_MSG_USB_START,  BW_MSG_SCSI_DATA_OUT,
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        assert_row(bw_wire_type_name(types[i]), types[i], "%s | 0x%04lx");
        assert_string_equal(bw_wire_type_name(types[i] | BW_WIRE_REPLY),
                            bw_wire_type_name(types[i]));
        assert_string_equal(bw_wire_type_name(types[i] | BW_WIRE_NOTICE),
                            bw_wire_type_name(types[i]));
    }
    assert_string_equal(bw_wire_type_name(0x3abc), "unknown");
}

static void the_document_states_the_limits_of_the_code(void **state)
{
    static const struct {
        const char *name;
        unsigned long value;
    } limits[] = {
        { "BW_WIRE_HEADER_LEN", BW_WIRE_HEADER_LEN },
        { "BW_WIRE_MAX_BODY", BW_WIRE_MAX_BODY },
        { "BW_WIRE_MIN_BODY", BW_WIRE_MIN_BODY },
        { "BW_WIRE_MAX_NAME", BW_WIRE_MAX_NAME },
        { "BW_WIRE_MAX_TEXT", BW_WIRE_MAX_TEXT },
        { "BW_WIRE_MAX_PENDING", BW_WIRE_MAX_PENDING },
        { "BW_WIRE_MAX_TIME_MS", BW_WIRE_MAX_TIME_MS },
        { "BW_STATS_MAX", BW_STATS_MAX },
        { "BW_FAULT_MAX_US", BW_FAULT_MAX_US },
        { "BW_WIRE_FAULT_LEN", BW_WIRE_FAULT_LEN },
        { "BW_I2C_MAX_MSGS", BW_I2C_MAX_MSGS },
        { "BW_I2C_MAX_STEPS", BW_I2C_MAX_STEPS },
        { "BW_I2C_MAX_LEN", BW_I2C_MAX_LEN },
        { "BW_I2C_MAX_BYTES", BW_I2C_MAX_BYTES },
        { "BW_WIRE_MAX_PROFILE", BW_WIRE_MAX_PROFILE },
        { "BW_GPIO_MAX_LINES", BW_GPIO_MAX_LINES },
        { "BW_GPIO_MAX_SETS", BW_GPIO_MAX_SETS },
        { "BW_GPIO_MAX_EVENTS", BW_GPIO_MAX_EVENTS },
        { "BW_GPIO_MAX_DEBOUNCE_US", BW_GPIO_MAX_DEBOUNCE_US },
        { "BW_SCSI_MAX_LEN", BW_SCSI_MAX_LEN },
        { "BW_SCSI_MAX_CHUNK", BW_SCSI_MAX_CHUNK },
        { "BW_SCSI_MAX_CDB", BW_SCSI_MAX_CDB },
        { "BW_SCSI_MAX_SENSE", BW_SCSI_MAX_SENSE },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        assert_row(limits[i].name, limits[i].value, "`%s` | %lu");
    }
}

static void the_document_numbers_the_faults_as_the_code_does(void **state)
{
    static const char *const names[] = {
        "NACK_ADDR",   "NACK_DATA", "STRETCH",   "HOLD_SDA",
        "ARBITRATION", "FLIP",      "VANISH",    "LINK_DELAY",
        "LINK_CUT",    "LINK_LOSE", "LINK_TEAR",
    };

    (void)state;
    assert_int_equal(ARRAY_LEN(names), BW_FAULT_KIND_END - 1);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char lower[16] = "";

        assert_row(names[i], i + 1, "%s | %lu");
        for (size_t k = 0; names[i][k]; k++) {
            lower[k] =
                names[i][k] == '_' ? '-' : (char)(names[i][k] - 'A' + 'a');
        }
        assert_string_equal(bw_fault_kind_name((unsigned)i + 1), lower);
        assert_int_equal(bw_fault_kind_find(lower), i + 1);
    }
    assert_int_equal(bw_fault_kind_find("unknown"), 0);
    assert_string_equal(bw_fault_kind_name(0), "unknown");
    assert_string_equal(bw_fault_kind_name(BW_FAULT_KIND_END), "unknown");
}

static void the_document_numbers_kinds_and_bits_as_the_code_does(void **state)
{
    static const struct {
        const char *name;
        unsigned value; /* a mask where it is a bit */
    } kinds[] = { { "QUICK", BW_SMBUS_QUICK },
                  { "BYTE", BW_SMBUS_BYTE },
                  { "BYTE_DATA", BW_SMBUS_BYTE_DATA },
                  { "WORD_DATA", BW_SMBUS_WORD_DATA },
                  { "PROC_CALL", BW_SMBUS_PROC_CALL },
                  { "BLOCK", BW_SMBUS_BLOCK },
                  { "BLOCK_PROC_CALL", BW_SMBUS_BLOCK_PROC_CALL },
                  { "I2C_BLOCK", BW_SMBUS_I2C_BLOCK },
                  { "START", BW_STEP_START },
                  { "WRITE", BW_STEP_WRITE },
                  { "READ", BW_STEP_READ },
                  { "STOP", BW_STEP_STOP },
                  { "UNKNOWN", BW_DESCRIBE_UNKNOWN },
                  { "PRESENT", BW_DESCRIBE_PRESENT },
                  { "ABSENT", BW_DESCRIBE_ABSENT },
                  { "UNUSABLE", BW_DESCRIBE_UNUSABLE },
                  { "ANY", BW_EXPORT_ANY },
                  { "I2C", BW_EXPORT_I2C },
                  { "BENCH", BW_EXPORT_BENCH },
                  { "GPIO", BW_EXPORT_GPIO } },
      bits[] = { { "I2C", BW_CAP_I2C },
                 { "VALUES", BW_CAP_VALUES },
                 { "RDWR", BW_I2C_FUNC_RDWR },
                 { "TEN_BIT", BW_I2C_FUNC_TEN_BIT },
                 { "ZERO_LEN", BW_I2C_FUNC_ZERO_LEN },
                 { "SIMULATED", BW_I2C_FUNC_SIMULATED },
                 { "STEP", BW_CAP_STEP },
                 { "SMBUS", BW_CAP_SMBUS },
                 { "PROFILE", BW_CAP_PROFILE },
                 { "FAULTS", BW_CAP_FAULTS },
                 { "STATS", BW_CAP_STATS },
                 { "STEP", BW_I2C_FUNC_STEP },
                 { "PROFILE", BW_I2C_FUNC_PROFILE },
                 { "LINES", BW_I2C_FUNC_LINES },
                 { "SMBUS_QUICK", BW_I2C_FUNC_SMBUS_QUICK },
                 { "SMBUS_BYTE", BW_I2C_FUNC_SMBUS_BYTE },
                 { "SMBUS_BYTE_DATA", BW_I2C_FUNC_SMBUS_BYTE_DATA },
                 { "SMBUS_WORD_DATA", BW_I2C_FUNC_SMBUS_WORD_DATA },
                 { "SMBUS_PROC_CALL", BW_I2C_FUNC_SMBUS_PROC_CALL },
                 { "SMBUS_BLOCK_WRITE", BW_I2C_FUNC_SMBUS_BLOCK_WRITE },
                 { "SMBUS_BLOCK_READ", BW_I2C_FUNC_SMBUS_BLOCK_READ },
                 { "SMBUS_BLOCK_PROC_CALL", BW_I2C_FUNC_SMBUS_BLOCK_PROC_CALL },
                 { "SMBUS_I2C_BLOCK_WRITE", BW_I2C_FUNC_SMBUS_I2C_BLOCK_WRITE },
                 { "SMBUS_I2C_BLOCK_READ", BW_I2C_FUNC_SMBUS_I2C_BLOCK_READ },
                 { "SMBUS_PEC", BW_I2C_FUNC_SMBUS_PEC },
                 { "LEASE", BW_CAP_LEASE },
                 { "GPIO", BW_CAP_GPIO },
                 { "ADMIN", BW_CAP_ADMIN },
                 { "DESCRIBE", BW_CAP_DESCRIBE },
                 { "IN", BW_GPIO_FUNC_IN },
                 { "OUT", BW_GPIO_FUNC_OUT },
                 { "SIMULATED", BW_GPIO_FUNC_SIMULATED },
                 { "BIAS", BW_GPIO_FUNC_BIAS },
                 { "EDGES", BW_GPIO_FUNC_EDGES },
                 { "DEBOUNCE", BW_GPIO_FUNC_DEBOUNCE },
                 { "PUSH_PULL", BW_GPIO_FUNC_PUSH_PULL },
                 { "OPEN_DRAIN", BW_GPIO_FUNC_OPEN_DRAIN },
                 { "OPEN_SOURCE", BW_GPIO_FUNC_OPEN_SOURCE } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        assert_row(kinds[i].name, kinds[i].value, "%s | %lu");
    }
    for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
        assert_row(bits[i].name, (unsigned long)__builtin_ctz(bits[i].value),
                   "%s | %lu");
    }
    assert_int_equal(BW_OPEN_SHARED, 1u << 0);
    assert_int_equal(BW_I2C_READ, 1u << 0);
    assert_int_equal(BW_I2C_TEN_BIT, 1u << 1);
    assert_int_equal(BW_SMBUS_READ, 1u << 0);
    assert_int_equal(BW_SMBUS_PEC, 1u << 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_lists_every_status),
        cmocka_unit_test(the_document_lists_every_message_type),
        cmocka_unit_test(the_document_states_the_limits_of_the_code),
        cmocka_unit_test(the_document_numbers_the_faults_as_the_code_does),
        cmocka_unit_test(the_document_numbers_kinds_and_bits_as_the_code_does),
    };

    return cmocka_run_group_tests_name("wire_tables", tests, NULL, NULL);
}
