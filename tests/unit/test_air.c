/*
 * docs/air.md against lib/air.c: its golden frames byte for byte, both ways,
 * and every rule for hostile input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define GOLDEN_DOCUMENT "docs/air.md"
#include "golden.h"
#include "lib/air.h"

/* The packet of "packet", and what the frames' fields say; see the document */
static const struct bw_air_frame sample = {
    .kind = BW_AIR_PACKET,
    .mode = 0,
    .power_dbm = -4,
    .frequency_mhz = 2407,
    .sequence = 258,
    .station = 0x1122334455667788,
    .start_ns = 123456789,
    .host_ns = 1000000000000000000,
    .packet = { .bits = 152,
                .bytes = { 0xaa, 0x74, 0x69, 0x62, 0x75, 0x00, 0x92, 0x09, 0x24,
                           0xca, 0x53, 0x99, 0x1d, 0xcf, 0x9b, 0x74, 0x49, 0x89,
                           0x28 } },
};

static struct golden golden;
static uint8_t buf[BW_AIR_MAX_FRAME + 1];
static struct bw_air_frame decoded;

static int setup(void **state)
{
    (void)state;
    golden_load(&golden);
    memset(&decoded, 0x5a, sizeof(decoded));
    return 0;
}

static const struct golden_frame *golden_named(const char *name)
{
    for (size_t i = 0; i < golden.count; i++) {
        if (strcmp(golden.frames[i].name, name) == 0) {
            return &golden.frames[i];
        }
    }
    fail_msg("%s has no frame %s", GOLDEN_DOCUMENT, name);
    return NULL;
}

static struct bw_air_frame sample_cut(void)
{
    struct bw_air_frame cut = sample;

    cut.kind = BW_AIR_CUT;
    memset(&cut.packet, 0, sizeof(cut.packet));
    cut.packet.bits = 60;
    return cut;
}

static void expect_golden(const char *name, const struct bw_air_frame *frame)
{
    const struct golden_frame *g = golden_named(name);

    assert_int_equal(bw_air_encode(frame, buf, sizeof(buf)), g->len);
    assert_memory_equal(buf, g->bytes, g->len);
    assert_int_equal(bw_air_decode(g->bytes, g->len, &decoded), BW_OK);
    assert_memory_equal(&decoded, frame, sizeof(decoded));
}

static void golden_frames_are_what_the_code_makes(void **state)
{
    struct bw_air_frame cut = sample_cut();

    (void)state;
    assert_int_equal(golden.count, 2);
    expect_golden("packet", &sample);
    expect_golden("cut", &cut);
}

static void every_golden_frame_is_a_seed_of_the_fuzzer(void **state)
{
    (void)state;
    for (size_t i = 0; i < golden.count; i++) {
        const struct golden_frame *g = &golden.frames[i];
        char path[80];
        FILE *file;

        snprintf(path, sizeof(path), "tests/fuzz/corpus/air/%s", g->name);
        file = fopen(path, "rb");
        if (!file) {
            fail_msg("%s is missing; run tests/fuzz/make-seeds", path);
        }
        assert_int_equal(fread(buf, 1, sizeof(buf), file), g->len);
        assert_memory_equal(buf, g->bytes, g->len);
        fclose(file);
    }
}

/* The sample with one byte changed must be refused, and touch nothing. */
static void refused_with(size_t offset, uint8_t value, enum bw_status status)
{
    struct bw_air_frame before = decoded;
    size_t len = bw_air_encode(&sample, buf, sizeof(buf));

    assert_true(offset < len);
    buf[offset] = value;
    assert_int_equal(bw_air_decode(buf, len, &decoded), status);
    assert_memory_equal(&decoded, &before, sizeof(before));
}

static void fields_out_of_range_are_refused(void **state)
{
    (void)state;
    refused_with(0, 'b', BW_MALFORMED);
    refused_with(3, 0, BW_MALFORMED);
    refused_with(4, 0, BW_VERSION);
    refused_with(4, 2, BW_VERSION);
    refused_with(5, 0, BW_UNSUPPORTED);
    refused_with(5, 3, BW_UNSUPPORTED);
    refused_with(6, 4, BW_INVALID);
    refused_with(7, 21, BW_INVALID);
    refused_with(7, (uint8_t)-61, BW_INVALID);
    refused_with(9, 8, BW_INVALID);      /* 0x0867 = 2151 MHz */
    refused_with(9, 10, BW_INVALID);     /* 0x0a67 = 2663 MHz */
    refused_with(11, 0xff, BW_INVALID);  /* 65432 bits */
    refused_with(10, 144, BW_MALFORMED); /* a byte too many */
    refused_with(10, 153, BW_MALFORMED); /* a byte too few */
    refused_with(10, 145, BW_INVALID);   /* 0x28 has bits after its first */
    refused_with(5, BW_AIR_CUT, BW_MALFORMED); /* a cut with a packet */
}

static void a_frame_without_a_sender_is_refused(void **state)
{
    struct bw_air_frame frame = sample;
    size_t len = bw_air_encode(&sample, buf, sizeof(buf));

    (void)state;
    memset(buf + 16, 0, 8);
    assert_int_equal(bw_air_decode(buf, len, &decoded), BW_INVALID);
    frame.station = 0;
    assert_int_equal(bw_air_encode(&frame, buf, sizeof(buf)), 0);
}

static void every_other_length_is_refused(void **state)
{
    size_t len = bw_air_encode(&sample, buf, sizeof(buf));

    (void)state;
    for (size_t i = 0; i <= sizeof(buf); i++) {
        assert_int_equal(bw_air_decode(buf, i, &decoded),
                         i == len ? BW_OK : BW_MALFORMED);
    }
}

static void the_longest_packet_fits(void **state)
{
    struct bw_air_frame frame = sample;

    (void)state;
    frame.packet.bits = 8 * BW_RADIO_MAX_AIR;
    memset(frame.packet.bytes, 0xff, BW_RADIO_MAX_AIR);
    assert_int_equal(bw_air_encode(&frame, buf, sizeof(buf)), BW_AIR_MAX_FRAME);
    assert_int_equal(bw_air_decode(buf, BW_AIR_MAX_FRAME, &decoded), BW_OK);
    assert_memory_equal(&decoded, &frame, sizeof(frame));
    frame.packet.bits++;
    assert_int_equal(bw_air_encode(&frame, buf, sizeof(buf)), 0);
    frame.packet.bits = 0;
    assert_int_equal(bw_air_encode(&frame, buf, sizeof(buf)), 0);
}

static void an_encoder_without_room_writes_nothing(void **state)
{
    (void)state;
    assert_int_equal(bw_air_encode(&sample, buf, 58), 0);
    assert_int_equal(bw_air_encode(&sample, buf, 59), 59);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(golden_frames_are_what_the_code_makes, setup),
        cmocka_unit_test_setup(every_golden_frame_is_a_seed_of_the_fuzzer,
                               setup),
        cmocka_unit_test_setup(fields_out_of_range_are_refused, setup),
        cmocka_unit_test_setup(a_frame_without_a_sender_is_refused, setup),
        cmocka_unit_test_setup(every_other_length_is_refused, setup),
        cmocka_unit_test_setup(the_longest_packet_fits, setup),
        cmocka_unit_test_setup(an_encoder_without_room_writes_nothing, setup),
    };

    return cmocka_run_group_tests_name("air", tests, NULL, NULL);
}
