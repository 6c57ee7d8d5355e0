/*
 * lib/radio_packet.c: packets of the nRF51's radio, to the air and back.
 *
 * Vectors: CRC-24/BLE, CRC-16/MCRF4XX and CRC-16/IBM-3740 of the string
 * "123456789" (0xc25a56, 0x6f91, 0x29b1 in the catalogue of parametrised CRC
 * algorithms; the first two are reflected, so that they go out least
 * significant bit first, which is the register's most significant one); the
 * whitening of advertising channel 37 as sniffers of Bluetooth LE list it; and
 * whole packets that a reference model, written from the manual and
 * independently of the code, has made.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/radio_packet.h"

static const uint8_t digits[] = "123456789";
#define DIGITS 9

static struct bw_radio_air air;
static struct bw_radio_layout at;
static struct bw_radio_received got;

/* Nothing but the payload: no S0, LENGTH, S1; the shortest address */
static const struct bw_radio_format bare = {
    .maxlen = 255,
    .statlen = DIGITS,
    .crc_skips_address = true,
};

/* As the micro:bit's runtime sets the registers */
static const struct bw_radio_format microbit = {
    .lflen = 8,
    .maxlen = 32,
    .balen = 4,
    .whiten = true,
    .white_iv = 0x18,
    .crc_len = 2,
    .crc_poly = 0x11021,
    .crc_init = 0xffff,
};
static const struct bw_radio_address microbit_group_0 = { 0x75626974, 0 };
static const uint8_t microbit_ram[] = { 10,  1,   0,   1,   'h', 'e',
                                        'l', 'l', 'o', '!', '!' };
static const uint8_t microbit_air[] = {
    0xaa, 0x74, 0x69, 0x62, 0x75, 0x00, 0x92, 0x09, 0x24, 0xca,
    0x53, 0x99, 0x1d, 0xcf, 0x9b, 0x74, 0x49, 0x89, 0x28,
};

/* An advertising packet on channel 37: Core Specification, Vol 6 Part B, 2.3;
 * the access address 0x8E89BED6 as base and prefix */
static const struct bw_radio_format ble = {
    .s0len = 1,
    .lflen = 6,
    .s1len = 2,
    .maxlen = 37,
    .balen = 3,
    .whiten = true,
    .white_iv = 37,
    .crc_len = 3,
    .crc_skips_address = true,
    .crc_poly = 0x65b,
    .crc_init = 0x555555,
};
static const struct bw_radio_address ble_address = { 0x89bed600, 0x8e };
static const uint8_t ble_ram[] = { 0x42, 9,    0,    0x06, 0x05, 0x04,
                                   0x03, 0x02, 0xc1, 0x02, 0x01, 0x06 };
static const uint8_t ble_air[] = {
    0xaa, 0xd6, 0xbe, 0x89, 0x8e, 0xcf, 0xdb, 0x51, 0xa4, 0x39,
    0xa4, 0x64, 0x71, 0x77, 0x30, 0x17, 0x88, 0xec, 0xb7,
};

static void assemble(const struct bw_radio_format *f, const uint8_t *ram)
{
    static const struct bw_radio_address any = { 0, 0 };

    bw_radio_assemble(f, &any, ram, &air, &at);
}

/* The CRC of "123456789" as its bytes go out */
static void expect_crc(struct bw_radio_format f, const uint8_t *bytes)
{
    assemble(&f, digits);
    assert_int_equal(at.payload_end, 8 * (2 + DIGITS));
    assert_memory_equal(air.bytes + 2 + DIGITS, bytes, f.crc_len);
    assert_int_equal(air.bits, 8 * (2 + DIGITS + f.crc_len));
}

static void crcs_are_those_of_the_catalogue(void **state)
{
    struct bw_radio_format f = bare;

    (void)state;
    f.crc_len = 3;
    f.crc_poly = 0x00065b;
    f.crc_init = 0x555555;
    expect_crc(f, (const uint8_t[]){ 0x56, 0x5a, 0xc2 });
    f.crc_len = 2;
    f.crc_poly = 0x11021;
    f.crc_init = 0xffff;
    expect_crc(f, (const uint8_t[]){ 0x91, 0x6f });
    f.crc_poly = 0x1020; /* x^16 is implied, x^0 is always there */
    expect_crc(f, (const uint8_t[]){ 0x91, 0x6f });
}

/* With ENDIAN big: 0x29b1, most significant bit first, each byte mirrored */
static void crc_of_big_endian_bytes(void **state)
{
    struct bw_radio_format f = bare;

    (void)state;
    f.big_endian = true;
    f.crc_len = 2;
    f.crc_poly = 0x11021;
    f.crc_init = 0xffff;
    expect_crc(f, (const uint8_t[]){ 0x94, 0x8d });
}

static void crc_can_cover_the_address(void **state)
{
    struct bw_radio_format f = bare;
    struct bw_radio_address one = { 0, '1' };

    (void)state;
    f.statlen = DIGITS - 1;
    f.crc_len = 2;
    f.crc_poly = 0x11021;
    f.crc_init = 0xffff;
    f.crc_skips_address = false;
    bw_radio_assemble(&f, &one, digits + 1, &air, &at);
    assert_memory_equal(air.bytes + 1 + DIGITS,
                        ((const uint8_t[]){ 0x91, 0x6f }), 2);
}

static void whitening_of_channel_37(void **state)
{
    static const uint8_t zeros[16];
    static const uint8_t sequence[] = { 0x8d, 0xd2, 0x57, 0xa1, 0x3d, 0xa7,
                                        0x66, 0xb0, 0x75, 0x31, 0x11, 0x48,
                                        0x96, 0x77, 0xf8, 0xe3 };
    struct bw_radio_format f = bare;

    (void)state;
    f.statlen = sizeof(zeros);
    f.whiten = true;
    f.white_iv = 37;
    assemble(&f, zeros);
    assert_memory_equal(air.bytes + 2, sequence, sizeof(sequence));
    f.white_iv = 37 | 0x40; /* bit 6 is hardwired */
    assemble(&f, zeros);
    assert_memory_equal(air.bytes + 2, sequence, sizeof(sequence));
}

/* Both ways; @layout in bits */
static void expect_packet(const struct bw_radio_format *f,
                          const struct bw_radio_address *address,
                          const uint8_t *ram, size_t ram_len,
                          const uint8_t *bytes, struct bw_radio_layout layout)
{
    struct bw_radio_address addresses[BW_RADIO_ADDRESSES] = { { 0, 0 } };
    uint16_t end;

    bw_radio_assemble(f, address, ram, &air, &at);
    assert_memory_equal(&at, &layout, sizeof(at));
    assert_int_equal(air.bits, layout.end);
    assert_memory_equal(air.bytes, bytes, (layout.end + 7u) / 8);
    addresses[3] = *address;
    assert_int_equal(bw_radio_find(f, addresses, 1u << 3, &air, &end), 3);
    assert_int_equal(end, layout.address_end);
    bw_radio_disassemble(f, &air, end, &got);
    assert_true(got.crc_ok);
    assert_int_equal(got.ram_len, ram_len);
    assert_memory_equal(got.ram, ram, ram_len);
    assert_memory_equal(&got.at, &layout, sizeof(at));
}

static void a_microbit_packet(void **state)
{
    (void)state;
    expect_packet(&microbit, &microbit_group_0, microbit_ram,
                  sizeof(microbit_ram), microbit_air,
                  (struct bw_radio_layout){ 48, 56, 136, 152 });
    assert_int_equal(got.crc, 0x6281);
}

static void a_bluetooth_advertisement(void **state)
{
    (void)state;
    expect_packet(&ble, &ble_address, ble_ram, sizeof(ble_ram), ble_air,
                  (struct bw_radio_layout){ 40, 56, 128, 152 });
    assert_int_equal(got.crc, 0x035e03);
    assert_int_equal(got.header_len, 3);
}

/* Fields that are no whole bytes, most significant bit first */
static void an_enhanced_shockburst_packet(void **state)
{
    static const struct bw_radio_format f = {
        .lflen = 6,
        .s1len = 3,
        .maxlen = 32,
        .balen = 4,
        .big_endian = true,
        .crc_len = 2,
        .crc_poly = 0x11021,
        .crc_init = 0xffff,
    };
    static const struct bw_radio_address address = { 0xe7e7e7e7, 0xe7 };
    static const uint8_t ram[] = { 4, 5, 0xde, 0xad, 0xbe, 0xef };
    static const uint8_t bytes[] = { 0x55, 0xe7, 0xe7, 0xe7, 0xe7, 0xe7, 0x48,
                                     0xf7, 0x6a, 0xfb, 0xee, 0x65, 0x9f, 0x00 };

    (void)state;
    expect_packet(&f, &address, ram, sizeof(ram), bytes,
                  (struct bw_radio_layout){ 48, 57, 89, 105 });
}

/* The base loses its least significant bytes. */
static void a_short_address_and_a_static_length(void **state)
{
    static const struct bw_radio_format f = {
        .statlen = 3,
        .maxlen = 8,
        .balen = 2,
        .big_endian = true,
        .crc_len = 1,
        .crc_skips_address = true,
        .crc_poly = 0x107,
        .crc_init = 0xff,
    };
    static const struct bw_radio_address address = { 0x12345678, 0x9a };
    static const uint8_t ram[] = { 1, 2, 3 };
    static const uint8_t bytes[] = { 0xaa, 0x34, 0x12, 0x9a,
                                     0x80, 0x40, 0xc0, 0xc6 };

    (void)state;
    expect_packet(&f, &address, ram, sizeof(ram), bytes,
                  (struct bw_radio_layout){ 32, 32, 56, 64 });
}

static void every_bit_after_the_address_counts_for_the_crc(void **state)
{
    (void)state;
    bw_radio_assemble(&microbit, &microbit_group_0, microbit_ram, &air, &at);
    for (unsigned bit = at.address_end; bit < at.end; bit++) {
        air.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        bw_radio_disassemble(&microbit, &air, at.address_end, &got);
        assert_false(got.crc_ok);
        air.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    bw_radio_disassemble(&microbit, &air, at.address_end, &got);
    assert_true(got.crc_ok);
}

static void another_whitening_is_a_crc_error(void **state)
{
    struct bw_radio_format f = microbit;

    (void)state;
    bw_radio_assemble(&microbit, &microbit_group_0, microbit_ram, &air, &at);
    f.white_iv = 0x19;
    bw_radio_disassemble(&f, &air, at.address_end, &got);
    assert_false(got.crc_ok);
    assert_memory_not_equal(got.ram, microbit_ram, 1);
}

static void another_address_is_not_found(void **state)
{
    struct bw_radio_address addresses[BW_RADIO_ADDRESSES] = {
        microbit_group_0, { 0x75626974, 1 }, { 0x75626975, 0 }
    };
    uint16_t end = 7;

    (void)state;
    bw_radio_assemble(&microbit, &microbit_group_0, microbit_ram, &air, &at);
    assert_int_equal(bw_radio_find(&microbit, addresses, 0xfe, &air, &end), -1);
    assert_int_equal(end, 7);
    assert_int_equal(bw_radio_find(&microbit, addresses, 0, &air, &end), -1);
    assert_int_equal(bw_radio_find(&microbit, addresses, 0xff, &air, &end), 0);
}

/* LENGTH says 20, MAXLEN 32 and 5: what the second sends is whole for itself,
 * but not for the first. */
static void a_length_above_maxlen_is_cut(void **state)
{
    uint8_t ram[21] = { 20 };
    struct bw_radio_format f = microbit;

    (void)state;
    f.maxlen = 5;
    assert_int_equal(bw_radio_payload_len(&f, ram), 5);
    bw_radio_assemble(&f, &microbit_group_0, ram, &air, &at);
    assert_int_equal(at.payload_end, 56 + 5 * 8);
    bw_radio_disassemble(&f, &air, at.address_end, &got);
    assert_true(got.crc_ok);
    assert_int_equal(got.ram_len, 6);
    bw_radio_disassemble(&microbit, &air, at.address_end, &got);
    assert_false(got.crc_ok);
    assert_int_equal(got.ram_len, 21);
}

static void a_packet_that_ends_early_is_noise_from_there(void **state)
{
    (void)state;
    bw_radio_assemble(&microbit, &microbit_group_0, microbit_ram, &air, &at);
    for (uint16_t bits = 48; bits < at.end; bits++) {
        air.bits = bits;
        bw_radio_disassemble(&microbit, &air, at.address_end, &got);
        assert_true(got.ram_len <= 33);
        assert_true(!got.crc_ok || bits > at.end - 8);
    }
}

static void without_a_crc_all_is_right(void **state)
{
    struct bw_radio_format f = microbit;

    (void)state;
    f.crc_len = 0;
    bw_radio_assemble(&f, &microbit_group_0, microbit_ram, &air, &at);
    assert_int_equal(at.end, at.payload_end);
    air.bytes[9] ^= 1;
    bw_radio_disassemble(&f, &air, at.address_end, &got);
    assert_true(got.crc_ok);
    assert_int_equal(got.crc, 0);
}

/* Registers have room for more than the fields may hold. */
static void the_largest_of_everything_stays_in_bounds(void **state)
{
    static uint8_t ram[BW_RADIO_MAX_RAM];
    struct bw_radio_format f;

    (void)state;
    memset(&f, 0xff, sizeof(f));
    f.big_endian = f.whiten = true;
    f.crc_skips_address = false;
    f.crc_len = 3;
    memset(ram, 0xff, sizeof(ram));
    bw_radio_assemble(&f, &microbit_group_0, ram, &air, &at);
    assert_int_equal(at.end, 8 * BW_RADIO_MAX_AIR);
    bw_radio_disassemble(&f, &air, at.address_end, &got);
    assert_true(got.crc_ok);
    assert_int_equal(got.ram_len, BW_RADIO_MAX_RAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crcs_are_those_of_the_catalogue),
        cmocka_unit_test(crc_of_big_endian_bytes),
        cmocka_unit_test(crc_can_cover_the_address),
        cmocka_unit_test(whitening_of_channel_37),
        cmocka_unit_test(a_microbit_packet),
        cmocka_unit_test(a_bluetooth_advertisement),
        cmocka_unit_test(an_enhanced_shockburst_packet),
        cmocka_unit_test(a_short_address_and_a_static_length),
        cmocka_unit_test(every_bit_after_the_address_counts_for_the_crc),
        cmocka_unit_test(another_whitening_is_a_crc_error),
        cmocka_unit_test(another_address_is_not_found),
        cmocka_unit_test(a_length_above_maxlen_is_cut),
        cmocka_unit_test(a_packet_that_ends_early_is_noise_from_there),
        cmocka_unit_test(without_a_crc_all_is_right),
        cmocka_unit_test(the_largest_of_everything_stays_in_bounds),
    };

    return cmocka_run_group_tests_name("radio_packet", tests, NULL, NULL);
}
