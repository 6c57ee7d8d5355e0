/*
 * lib/image.c and lib/elf32.c: what files want in flash and UICR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <string.h>

#include "lib/image.h"

#define FLASH (256 * 1024)
#define END   ":00000001FF\n"

static struct bw_image image, second;
static uint8_t flash[FLASH], uicr[BW_IMAGE_UICR_SIZE];
static struct bw_image_error error;

static bool load(struct bw_image *i, const void *file, size_t len)
{
    bw_image_init(i, FLASH);
    error.line = 0;
    error.what = "";
    return bw_image_load(i, file, len, &error);
}

static bool load_text(struct bw_image *i, const char *text)
{
    return load(i, text, strlen(text));
}

static void set_memories(uint8_t byte)
{
    memset(flash, byte, sizeof(flash));
    memset(uicr, byte, sizeof(uicr));
}

static void hex_reaches_flash_and_uicr(void **state)
{
    (void)state;
    assert_true(load_text(&image, ":0100000011EE\n"
                                  ":020000040003F7\n:01FFFF0022DF\n"
                                  ":020000041000EA\n:0110000033BC\n"
                                  ":0113FF0044A9\n" END));
    assert_int_equal(image.bytes, 4);
    set_memories(0x5a);
    bw_image_program(&image, flash, uicr);
    assert_int_equal(flash[0], 0x11);
    assert_int_equal(flash[1], 0xff);
    assert_int_equal(flash[FLASH - 1], 0x22);
    assert_int_equal(flash[FLASH - 2], 0xff);
    assert_int_equal(uicr[0], 0x33);
    assert_int_equal(uicr[1], 0xff);
    assert_int_equal(uicr[1023], 0x44);
}

static void data_for_ram_are_left_out_and_counted(void **state)
{
    (void)state;
    assert_true(load_text(&image, ":0100000011EE\n:020000042000DA\n"
                                  ":020000001122CB\n" END));
    assert_int_equal(image.bytes, 1);
    assert_int_equal(image.ram_bytes, 2);
    assert_int_equal(image.other_bytes, 0);
}

/* FICR, and what lies behind UICR */
static void other_addresses_are_counted_with_the_first(void **state)
{
    (void)state;
    assert_true(load_text(&image, ":0100000011EE\n:020000041000EA\n"
                                  ":0114000033B8\n:01006000445B\n" END));
    assert_int_equal(image.bytes, 1);
    assert_int_equal(image.other_bytes, 2);
    assert_int_equal(image.other_address, 0x10001400);
}

static void a_program_for_a_larger_chip_is_refused(void **state)
{
    (void)state;
    assert_false(load_text(&image, ":020000040003F7\n:02FFFF001122CD\n" END));
    assert_int_equal(error.line, 2);
    assert_non_null(strstr(error.what, "needs more flash"));
    assert_false(load_text(&image, ":020000040FFFEC\n:0100000011EE\n" END));
    assert_non_null(strstr(error.what, "needs more flash"));

    bw_image_init(&image, FLASH / 2);
    assert_false(bw_image_load(
        &image, (const uint8_t *)":020000040002F8\n:0100000011EE\n" END,
        strlen(":020000040002F8\n:0100000011EE\n" END), &error));
    assert_non_null(strstr(error.what, "needs more flash"));
}

static void one_byte_has_one_value(void **state)
{
    (void)state;
    assert_true(load_text(&image, ":0100000011EE\n:0100000011EE\n" END));
    assert_int_equal(image.bytes, 1);
    assert_false(load_text(&image, ":0100000011EE\n:0100000012ED\n" END));
    assert_int_equal(error.line, 2);
    assert_string_equal(error.what, "gives one byte two values");
}

static void a_file_without_a_byte_for_us_is_refused(void **state)
{
    (void)state;
    assert_false(load_text(&image, END));
    assert_string_equal(error.what,
                        "holds nothing for the flash of this board");
    assert_int_equal(error.line, 0);
    assert_false(load_text(&image, ":020000042000DA\n:0100000011EE\n" END));
    assert_false(load_text(&image, ":0400000A9903C0DEB8\n:0100000D11E1\n" END));
}

static void a_binary_starts_with_a_vector_table(void **state)
{
    uint8_t file[12] = { 0x00, 0x40, 0x00, 0x20, 0x09, 0, 0, 0, 1, 2, 3, 4 };

    (void)state;
    assert_true(load(&image, file, sizeof(file)));
    assert_int_equal(image.bytes, sizeof(file));
    set_memories(0);
    bw_image_program(&image, flash, uicr);
    assert_memory_equal(flash, file, sizeof(file));
    assert_int_equal(flash[12], 0xff);
    assert_true(load(&image, file, 8));
    assert_false(load(&image, file, 7));
    file[4] = 8; /* not for Thumb */
    assert_false(load(&image, file, sizeof(file)));
    file[4] = 9;
    file[6] = 4; /* beyond the flash */
    assert_false(load(&image, file, sizeof(file)));
    file[6] = 0;
    file[3] = 0x30; /* no RAM */
    assert_false(load(&image, file, sizeof(file)));
    /* Nordic's master boot record: stack pointer 0x7c0 */
    memcpy(file, (const uint8_t[]){ 0xc0, 7, 0, 0, 0xd1, 6, 0, 0 }, 8);
    assert_true(load(&image, file, sizeof(file)));
}

static void foreign_files_are_refused(void **state)
{
    static const char *const foreign[] = {
        "",
        "hello, this is a text\n",
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "PK\x03\x04\x14\0\0\0\x08",
        "S0030000FC\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_false(load(&image, foreign[i], strlen(foreign[i])));
        assert_non_null(strstr(error.what, "is neither Intel HEX"));
    }
}

static void raw_bytes_go_where_they_are_told(void **state)
{
    static const uint8_t file[4] = { 1, 2, 3, 4 };

    (void)state;
    bw_image_init(&image, FLASH);
    assert_true(bw_image_load_raw(&image, file, 4, FLASH - 4, &error));
    assert_true(bw_image_load_raw(&image, file, 4, BW_IMAGE_UICR_BASE, &error));
    assert_int_equal(image.bytes, 8);
    assert_false(bw_image_load_raw(&image, file, 4, FLASH - 3, &error));
    bw_image_init(&image, FLASH);
    assert_false(bw_image_load_raw(&image, file, 4, UINT32_MAX - 2, &error));
    assert_false(bw_image_load_raw(&image, file, 0, 0, &error));
}

static void images_add_up_unless_they_contradict(void **state)
{
    (void)state;
    assert_true(load_text(&image, ":020000001122CB\n" END));
    assert_true(load_text(&second, ":020001002233A8\n:020000041000EA\n"
                                   ":0110000033BC\n" END));
    assert_true(bw_image_add(&image, &second));
    assert_int_equal(image.bytes, 4);
    set_memories(0);
    bw_image_program(&image, flash, uicr);
    assert_memory_equal(flash, "\x11\x22\x33\xff", 4);
    assert_int_equal(uicr[0], 0x33);
    assert_true(load_text(&second, ":0100010023DB\n" END));
    assert_false(bw_image_add(&image, &second));
}

static void it_is_seen_whether_an_image_is_programmed(void **state)
{
    (void)state;
    assert_true(load_text(&image, ":020000001122CB\n:020000041000EA\n"
                                  ":0110000033BC\n" END));
    set_memories(0xff);
    assert_false(bw_image_is_in(&image, flash, uicr));
    bw_image_program(&image, flash, uicr);
    assert_true(bw_image_is_in(&image, flash, uicr));
    flash[2] = 0; /* not the image's */
    assert_true(bw_image_is_in(&image, flash, uicr));
    flash[1] = 0;
    assert_false(bw_image_is_in(&image, flash, uicr));
    flash[1] = 0x22;
    uicr[0] = 0;
    assert_false(bw_image_is_in(&image, flash, uicr));
}

/* ELF */

enum {
    ELF_SIZE = 52 + 3 * 32 + 8
};

static void put32(uint8_t *b, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        b[i] = (uint8_t)(v >> (8 * i));
    }
}

static void put_segment(uint8_t *s, uint32_t type, uint32_t offset,
                        uint32_t address, uint32_t size)
{
    put32(s, type);
    put32(s + 4, offset);
    put32(s + 8, 0x20000000); /* virtual: not looked at */
    put32(s + 12, address);
    put32(s + 16, size);
    put32(s + 20, size + 16);
}

/* Two segments with contents, and one (type 0x70000001) that is no load */
static void make_elf(uint8_t *file)
{
    memset(file, 0, ELF_SIZE);
    memcpy(file,
           "\x7f"
           "ELF\1\1\1",
           7);
    file[16] = 2;  /* linked */
    file[18] = 40; /* ARM */
    put32(file + 28, 52);
    file[42] = 32;
    file[44] = 3;
    put_segment(file + 52, 1, 148, 0x100, 4);
    put_segment(file + 84, 0x70000001, 148, 0x300, 4);
    put_segment(file + 116, 1, 152, 0x200, 4);
    memcpy(file + 148, "\1\2\3\4\5\6\7\x08", 8);
}

static void elf_segments_go_to_their_load_addresses(void **state)
{
    uint8_t file[ELF_SIZE];

    (void)state;
    make_elf(file);
    assert_true(load(&image, file, sizeof(file)));
    assert_int_equal(image.bytes, 8);
    set_memories(0);
    bw_image_program(&image, flash, uicr);
    assert_memory_equal(flash + 0x100, "\1\2\3\4\xff", 5);
    assert_memory_equal(flash + 0x200, "\5\6\7\x08\xff", 5);
    assert_int_equal(flash[0x300], 0xff);
}

static void elf_for_something_else_is_refused(void **state)
{
    static const struct {
        uint8_t offset, value;
    } wrong[] = { { 4, 2 }, { 5, 2 }, { 16, 1 }, { 18, 62 }, { 42, 31 } };
    uint8_t file[ELF_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        make_elf(file);
        file[wrong[i].offset] = wrong[i].value;
        assert_false(load(&image, file, sizeof(file)));
        assert_non_null(strstr(error.what, "ELF"));
    }
}

static void damaged_elf_is_refused(void **state)
{
    uint8_t file[ELF_SIZE];

    (void)state;
    make_elf(file);
    for (size_t len = 4; len < sizeof(file); len++) {
        assert_false(load(&image, file, len));
    }
    make_elf(file);
    put32(file + 28, 0xffffffff);
    assert_false(load(&image, file, sizeof(file)));
    make_elf(file);
    put_segment(file + 52, 1, 0xfffffffe, 0x100, 4);
    assert_false(load(&image, file, sizeof(file)));
    make_elf(file);
    put_segment(file + 52, 1, 148, 0xfffffffe, 4);
    assert_false(load(&image, file, sizeof(file)));
    make_elf(file);
    put_segment(file + 52, 1, 148, FLASH - 2, 4);
    assert_false(load(&image, file, sizeof(file)));
    assert_non_null(strstr(error.what, "needs more flash"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_reaches_flash_and_uicr),
        cmocka_unit_test(data_for_ram_are_left_out_and_counted),
        cmocka_unit_test(other_addresses_are_counted_with_the_first),
        cmocka_unit_test(a_program_for_a_larger_chip_is_refused),
        cmocka_unit_test(one_byte_has_one_value),
        cmocka_unit_test(a_file_without_a_byte_for_us_is_refused),
        cmocka_unit_test(a_binary_starts_with_a_vector_table),
        cmocka_unit_test(foreign_files_are_refused),
        cmocka_unit_test(raw_bytes_go_where_they_are_told),
        cmocka_unit_test(images_add_up_unless_they_contradict),
        cmocka_unit_test(it_is_seen_whether_an_image_is_programmed),
        cmocka_unit_test(elf_segments_go_to_their_load_addresses),
        cmocka_unit_test(elf_for_something_else_is_refused),
        cmocka_unit_test(damaged_elf_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
