/*
 * The rules of strings that travel; see text.h.
 *
 * Source: RFC 3629, section 4 (syntax of UTF-8 byte sequences).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "text.h"

#define UTF8_MAX_CODE 0x10ffffu

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0u) == 0x80u;
}

/* Bytes of the sequence that @first begins; 0 if none begins with it. */
static size_t sequence_len(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return 2;
    }
    if ((first & 0xf0u) == 0xe0u) {
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        return 4;
    }
    return 0;
}

static bool code_ok(uint32_t code, size_t len)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };

    if (code < smallest[len] || code > UTF8_MAX_CODE) {
        return false; /* overlong, or no character */
    }
    if (code >= 0xd800 && code <= 0xdfff) {
        return false; /* surrogates */
    }
    return code >= 0x20 && (code < 0x7f || code > 0x9f);
}

bool bw_text_ok(const uint8_t *bytes, size_t len)
{
    /* Bits of the first byte that belong to the code, by sequence length. */
    static const uint8_t first_mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    size_t i = 0;

    while (i < len) {
        size_t n = sequence_len(bytes[i]);
        uint32_t code;

        if (n == 0 || n > len - i) {
            return false;
        }
        code = bytes[i] & first_mask[n];
        for (size_t k = 1; k < n; k++) {
            if (!is_continuation(bytes[i + k])) {
                return false;
            }
            code = code << 6 | (bytes[i + k] & 0x3fu);
        }
        if (!code_ok(code, n)) {
            return false;
        }
        i += n;
    }
    return true;
}

size_t bw_text_cut(const char *text, size_t max)
{
    size_t len = 0;

    while (len < max && text[len]) {
        len++;
    }
    if (len == max && text[len]) {
        while (len > 0 && is_continuation((uint8_t)text[len])) {
            len--;
        }
    }
    return len;
}
