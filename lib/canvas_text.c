/*
 * Text in strokes: each character is a few lines on a grid of 4 by 6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lib/canvas.h"

#include <stddef.h>

#define GRID_HEIGHT 6
#define GAP         2 /* between two characters */
#define BLANK       2

/**
 * struct glyph - one character
 * @width: of its grid, 0 to 4
 * @strokes: points "xy", each joined to the one before; a blank lifts the pen
 */
struct glyph {
    char c;
    uint8_t width;
    const char *strokes;
};

/* clang-format off */
static const struct glyph glyphs[] = {
    { 'A', 4, "0602204246 0444" },
    { 'B', 4, "003041423303 3344453606 0006" },
    { 'C', 4, "4130100105163645" },
    { 'D', 4, "00304145360600" },
    { 'E', 4, "40000646 0333" },
    { 'F', 4, "400006 0333" },
    { 'G', 4, "41301001051636454323" },
    { 'H', 4, "0006 4046 0343" },
    { 'I', 0, "0006" },
    { 'J', 4, "4045361605" },
    { 'K', 4, "0006 4003 0346" },
    { 'L', 4, "000646" },
    { 'M', 4, "0600234046" },
    { 'N', 4, "06004640" },
    { 'O', 4, "100105163645413010" },
    { 'P', 4, "06003041423303" },
    { 'Q', 4, "100105163645413010 2446" },
    { 'R', 4, "06003041423303 2346" },
    { 'S', 4, "413010010213334445361605" },
    { 'T', 4, "0040 2026" },
    { 'U', 4, "000516364540" },
    { 'V', 4, "002640" },
    { 'W', 4, "0016233640" },
    { 'X', 4, "0046 4006" },
    { 'Y', 4, "002340 2326" },
    { 'Z', 4, "00400646" },
    { '0', 4, "100105163645413010" },
    { '1', 2, "012026" },
    { '2', 4, "01103041420646" },
    { '3', 4, "01103041423313 334445361605" },
    { '4', 4, "36300444" },
    { '5', 4, "400002324345361605" },
    { '6', 4, "413010010516364544331304" },
    { '7', 4, "004016" },
    { '8', 4, "100102133342413010 1304051636454433" },
    { '9', 4, "051636454130100102133342" },
    { '.', 0, "0606" },
    { ':', 0, "0303 0606" },
    { '-', 3, "0333" },
    { '+', 4, "0343 2125" },
    { '/', 3, "0630" },
    { '\'', 2, "1001122110" },
    { 'b', 3, "0006 031222333526160503" },
    { 'c', 3, "3322120305162635" },
    { 'i', 0, "0206 0000" },
    { 'm', 4, "0206 03122326 23324346" },
    { 'o', 3, "120305162635332212" },
    { 'r', 2, "0206 031222" },
    { 't', 2, "10151626 0222" },
};
/* clang-format on */

static const struct glyph blank = { ' ', BLANK, "" };

static const struct glyph *glyph_of(char c)
{
    for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
        if (glyphs[i].c == c) {
            return &glyphs[i];
        }
    }
    return &blank;
}

static void draw_glyph(struct bw_canvas *c, const struct glyph *glyph, int x,
                       int y, int height, int weight, struct bw_paint paint)
{
    int last[2] = { 0, 0 };
    int points = 0;

    for (const char *p = glyph->strokes; *p; points++) {
        int point[2];

        if (*p == ' ') {
            points = -1;
            p++;
            continue;
        }
        point[0] = x + (p[0] - '0') * height / GRID_HEIGHT;
        point[1] = y + (p[1] - '0') * height / GRID_HEIGHT;
        if (points > 0) {
            bw_canvas_line(c, last[0], last[1], point[0], point[1], weight,
                           paint);
        }
        last[0] = point[0];
        last[1] = point[1];
        p += 2;
    }
}

void bw_canvas_text(struct bw_canvas *c, int x, int y, int height, int weight,
                    const char *text, struct bw_paint paint)
{
    for (int column = 0; *text; text++) {
        const struct glyph *glyph = glyph_of(*text);

        draw_glyph(c, glyph, x + column * height / GRID_HEIGHT, y, height,
                   weight, paint);
        column += glyph->width + GAP;
    }
}

int bw_canvas_text_width(int height, const char *text)
{
    int columns = 0;

    for (; *text; text++) {
        columns += glyph_of(*text)->width + (text[1] ? GAP : 0);
    }
    return columns * height / GRID_HEIGHT;
}
