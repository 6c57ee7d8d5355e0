/*
 * SSD1306, the controller of an OLED module of 128 x 64 dots, on I2C.
 *
 * Source: Solomon Systech, SSD1306 data sheet, rev 1.1 (April 2008): section
 * 8.1.5 (I2C), 8.7 (GDDRAM), 9 (command table), 10 (commands), and its
 * application note for the charge pump.
 *
 * The picture is what the glass of a usual module shows, its connector on top:
 * SEG127 on the left, COM63 on top.  So it is upright after A1h and C8h, which
 * the drivers of such modules send, and upside down after a reset.
 *
 * Choices where the data sheet is silent: RAM is 0 at power-on; addressing
 * mode 3 changes nothing; in page mode, too, the column wraps from the end to
 * the start that 21h has set; a command that a STOP or a repeated START cuts
 * short is forgotten; unknown commands are taken for commands of one byte.
 * Continuous scroll moves the picture and not the RAM (the data sheet says
 * that RAM must be written anew when scrolling ends): one column at each
 * interval of frames, at 107 frames a second, which is what the reset values
 * of D5h, D9h and A8h make.
 *
 * Not modelled: vertical scroll (the parameters of 29h, 2Ah, A3h are taken, the
 * picture moves sideways only), COM pins configurations other than 12h, time
 * and current of the charge pump, clock, precharge and VCOMH levels (all of
 * them are kept), SPI and parallel interfaces.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#include "peripherals/parts/sensor.h"

#define WIDTH  128
#define HEIGHT 64
#define PAGES  8

/* Control byte, section 8.1.5.2 */
#define CONTROL_CO 0x80 /* one byte follows, then a control byte again */
#define CONTROL_DC 0x40 /* data for the RAM */

#define STATUS_OFF 0x40 /* the only bit that is defined, figure 8-4 */

/* Commands, section 9; those with their number in their low bits first */
#define COMMAND_COLUMN_LOW  0x00
#define COMMAND_COLUMN_HIGH 0x10
#define COMMAND_START_LINE  0x40
#define COMMAND_PAGE        0xb0

enum ssd1306_command {
    COMMAND_ADDRESSING = 0x20,
    COMMAND_COLUMNS = 0x21,
    COMMAND_PAGES = 0x22,
    COMMAND_SCROLL_RIGHT = 0x26,
    COMMAND_SCROLL_LEFT = 0x27,
    COMMAND_SCROLL_UP_RIGHT = 0x29,
    COMMAND_SCROLL_UP_LEFT = 0x2a,
    COMMAND_SCROLL_OFF = 0x2e,
    COMMAND_SCROLL_ON = 0x2f,
    COMMAND_CONTRAST = 0x81,
    COMMAND_CHARGE_PUMP = 0x8d,
    COMMAND_SEG_NORMAL = 0xa0,
    COMMAND_SEG_REMAP = 0xa1,
    COMMAND_SCROLL_AREA = 0xa3,
    COMMAND_FROM_RAM = 0xa4,
    COMMAND_ALL_ON = 0xa5,
    COMMAND_NORMAL = 0xa6,
    COMMAND_INVERSE = 0xa7,
    COMMAND_MULTIPLEX = 0xa8,
    COMMAND_OFF = 0xae,
    COMMAND_ON = 0xaf,
    COMMAND_COM_NORMAL = 0xc0,
    COMMAND_COM_REMAP = 0xc8,
    COMMAND_OFFSET = 0xd3,
    COMMAND_CLOCK = 0xd5,
    COMMAND_PRECHARGE = 0xd9,
    COMMAND_COM_PINS = 0xda,
    COMMAND_VCOMH = 0xdb
};

#define MAX_PARAMETERS 6

enum ssd1306_mode {
    MODE_HORIZONTAL,
    MODE_VERTICAL,
    MODE_PAGE
};

#define RESET_CONTRAST  0x7f
#define RESET_CLOCK     0x80
#define RESET_PRECHARGE 0x22
#define RESET_COM_PINS  0x12
#define RESET_VCOMH     0x20

#define FRAME_NS 9339459ull /* D = 1, K = 54, 64 rows at 370 kHz */

#define MICRO 1000000

enum ssd1306_phase {
    PHASE_IDLE,
    PHASE_CONTROL, /* the next byte is a control byte */
    PHASE_ONE,     /* one byte, then a control byte */
    PHASE_REST,    /* bytes until STOP */
    PHASE_READ
};

struct ssd1306 {
    uint64_t scroll_from_ns;
    enum ssd1306_phase phase;
    uint8_t addr7;
    bool is_data;
    uint8_t command; /* that waits for parameters */
    uint8_t need;    /* how many in all */
    uint8_t have;
    uint8_t parameter[MAX_PARAMETERS];
    uint8_t mode; /* enum ssd1306_mode */
    uint8_t column, column_start, column_end;
    uint8_t page, page_start, page_end;
    uint8_t start_line;
    uint8_t contrast;
    uint8_t multiplex; /* rows - 1 */
    uint8_t offset;
    uint8_t clock, precharge, com_pins, vcomh, charge_pump;
    uint8_t scroll_area[2];
    uint8_t scroll_command;
    uint8_t scroll[MAX_PARAMETERS];
    bool seg_remap, com_remap, all_on, inverse, on, scrolling;
    uint8_t ram[PAGES][WIDTH];
};

static const uint8_t addrs[] = { 0x3c, 0x3d }; /* SA0 */

enum ssd1306_value {
    VALUE_ON,
    VALUE_CONTRAST,
    VALUE_LIT,
    VALUE_COUNT
};

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_ON] = {
        .name = "on",
        .unit = "",
        .text = "1 while the display is on",
        .micro_max = MICRO,
        .micro_step = MICRO,
        .read_only = true,
    },
    [VALUE_CONTRAST] = {
        .name = "contrast",
        .unit = "",
        .text = "how bright dots are that are lit, of 255",
        .micro_max = 255 * MICRO,
        .micro_step = MICRO,
        .read_only = true,
    },
    [VALUE_LIT] = {
        .name = "lit",
        .unit = "",
        .text = "how many of the 8192 dots are lit",
        .micro_max = (int64_t)WIDTH * HEIGHT * MICRO,
        .micro_step = MICRO,
        .read_only = true,
    },
};

static void ssd1306_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct ssd1306 *s = state;

    (void)now_ns;
    memset(s, 0, sizeof(*s));
    s->phase = PHASE_IDLE;
    s->addr7 = addr7;
    s->mode = MODE_PAGE;
    s->column_end = WIDTH - 1;
    s->page_end = PAGES - 1;
    s->contrast = RESET_CONTRAST;
    s->multiplex = HEIGHT - 1;
    s->clock = RESET_CLOCK;
    s->precharge = RESET_PRECHARGE;
    s->com_pins = RESET_COM_PINS;
    s->vcomh = RESET_VCOMH;
    s->scroll_area[1] = HEIGHT;
}

/* RAM, section 10.1.3 */

static void next_column(struct ssd1306 *s)
{
    s->column = s->column == s->column_end ? s->column_start
                                           : (uint8_t)((s->column + 1) % WIDTH);
}

static void next_page(struct ssd1306 *s)
{
    s->page = s->page == s->page_end ? s->page_start
                                     : (uint8_t)((s->page + 1) % PAGES);
}

static void take_data(struct ssd1306 *s, uint8_t byte)
{
    bool last_column = s->column == s->column_end;
    bool last_page = s->page == s->page_end;

    s->ram[s->page][s->column] = byte;
    if (s->mode == MODE_VERTICAL) {
        next_page(s);
        if (last_page) {
            next_column(s);
        }
    } else {
        next_column(s);
        if (last_column && s->mode == MODE_HORIZONTAL) {
            next_page(s);
        }
    }
}

/* Commands */

static uint8_t parameters_of(uint8_t command)
{
    switch (command) {
    case COMMAND_ADDRESSING:
    case COMMAND_CONTRAST:
    case COMMAND_CHARGE_PUMP:
    case COMMAND_MULTIPLEX:
    case COMMAND_OFFSET:
    case COMMAND_CLOCK:
    case COMMAND_PRECHARGE:
    case COMMAND_COM_PINS:
    case COMMAND_VCOMH:
        return 1;
    case COMMAND_COLUMNS:
    case COMMAND_PAGES:
    case COMMAND_SCROLL_AREA:
        return 2;
    case COMMAND_SCROLL_UP_RIGHT:
    case COMMAND_SCROLL_UP_LEFT:
        return 5;
    case COMMAND_SCROLL_RIGHT:
    case COMMAND_SCROLL_LEFT:
        return 6;
    default:
        return 0;
    }
}

/* A command with its parameters, of which there is one at least. */
static void run_long(struct ssd1306 *s, const uint8_t *p)
{
    switch (s->command) {
    case COMMAND_ADDRESSING:
        s->mode = (p[0] & 3) == 3 ? s->mode : p[0] & 3;
        break;
    case COMMAND_COLUMNS:
        s->column_start = p[0] % WIDTH;
        s->column_end = p[1] % WIDTH;
        s->column = s->column_start;
        break;
    case COMMAND_PAGES:
        s->page_start = p[0] % PAGES;
        s->page_end = p[1] % PAGES;
        s->page = s->page_start;
        break;
    case COMMAND_CONTRAST:
        s->contrast = p[0];
        break;
    case COMMAND_CHARGE_PUMP:
        s->charge_pump = p[0];
        break;
    case COMMAND_MULTIPLEX:
        /* 16 rows at least, section 10.1.11 */
        s->multiplex = (p[0] & 63) < 15 ? s->multiplex : p[0] & 63;
        break;
    case COMMAND_OFFSET:
        s->offset = p[0] % HEIGHT;
        break;
    case COMMAND_CLOCK:
        s->clock = p[0];
        break;
    case COMMAND_PRECHARGE:
        s->precharge = p[0];
        break;
    case COMMAND_COM_PINS:
        s->com_pins = p[0];
        break;
    case COMMAND_VCOMH:
        s->vcomh = p[0];
        break;
    case COMMAND_SCROLL_AREA:
        memcpy(s->scroll_area, p, sizeof(s->scroll_area));
        break;
    default: /* the scrolls */
        s->scroll_command = s->command;
        memcpy(s->scroll, p, sizeof(s->scroll));
        break;
    }
}

static void run_ranged(struct ssd1306 *s, uint8_t command)
{
    if (command < COMMAND_COLUMN_HIGH) {
        s->column = (s->column & 0x70) | (command & 0x0f);
    } else if (command < COMMAND_ADDRESSING) {
        s->column = (uint8_t)((s->column & 0x0f) | (command & 0x07) << 4);
    } else if (command >= COMMAND_START_LINE &&
               command < COMMAND_START_LINE + HEIGHT) {
        s->start_line = command % HEIGHT;
    } else if (command >= COMMAND_PAGE && command < COMMAND_PAGE + PAGES) {
        s->page = command % PAGES;
    }
}

static void run_short(struct ssd1306 *s, uint8_t command, uint64_t now_ns)
{
    switch (command) {
    case COMMAND_SCROLL_OFF:
    case COMMAND_SCROLL_ON:
        s->scrolling = command == COMMAND_SCROLL_ON;
        s->scroll_from_ns = now_ns;
        break;
    case COMMAND_SEG_NORMAL:
    case COMMAND_SEG_REMAP:
        s->seg_remap = command == COMMAND_SEG_REMAP;
        break;
    case COMMAND_FROM_RAM:
    case COMMAND_ALL_ON:
        s->all_on = command == COMMAND_ALL_ON;
        break;
    case COMMAND_NORMAL:
    case COMMAND_INVERSE:
        s->inverse = command == COMMAND_INVERSE;
        break;
    case COMMAND_OFF:
    case COMMAND_ON:
        s->on = command == COMMAND_ON;
        break;
    case COMMAND_COM_NORMAL:
    case COMMAND_COM_REMAP:
        s->com_remap = command == COMMAND_COM_REMAP;
        break;
    default:
        run_ranged(s, command);
        break;
    }
}

static void take_command(struct ssd1306 *s, uint8_t byte, uint64_t now_ns)
{
    if (s->need == 0) {
        s->command = byte;
        s->need = parameters_of(byte);
        s->have = 0;
        if (s->need == 0) {
            run_short(s, byte, now_ns);
        }
        return;
    }
    s->parameter[s->have++] = byte;
    if (s->have == s->need) {
        s->need = 0;
        run_long(s, s->parameter);
    }
}

/* The bus */

static bool ssd1306_start(void *state, uint8_t addr7, bool is_read,
                          uint64_t now_ns)
{
    struct ssd1306 *s = state;

    (void)now_ns;
    s->need = 0;
    s->phase = PHASE_IDLE;
    if (addr7 != s->addr7) {
        return false;
    }
    s->phase = is_read ? PHASE_READ : PHASE_CONTROL;
    return true;
}

static bool ssd1306_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct ssd1306 *s = state;

    switch (s->phase) {
    case PHASE_CONTROL:
        s->is_data = byte & CONTROL_DC;
        s->phase = byte & CONTROL_CO ? PHASE_ONE : PHASE_REST;
        return true;
    case PHASE_ONE:
        s->phase = PHASE_CONTROL;
        break;
    case PHASE_REST:
        break;
    default:
        return false;
    }
    if (s->is_data) {
        take_data(s, byte);
    } else {
        take_command(s, byte, now_ns);
    }
    return true;
}

static uint8_t ssd1306_read(void *state, uint64_t now_ns)
{
    struct ssd1306 *s = state;

    (void)now_ns;
    if (s->phase != PHASE_READ) {
        return 0xff;
    }
    return s->on ? 0 : STATUS_OFF;
}

static void ssd1306_stop(void *state, uint64_t now_ns)
{
    struct ssd1306 *s = state;

    (void)now_ns;
    s->need = 0;
    s->phase = PHASE_IDLE;
}

/* The picture */

/* By how many columns the page has moved to the right; section 10.2.1. */
static unsigned scrolled(const struct ssd1306 *s, unsigned page,
                         uint64_t now_ns)
{
    static const uint16_t frames[] = { 5, 64, 128, 256, 3, 4, 25, 2 };
    uint64_t steps;

    if (!s->scrolling || s->scroll_command == 0 || page < (s->scroll[1] & 7) ||
        page > (s->scroll[3] & 7)) {
        return 0;
    }
    steps = (now_ns - s->scroll_from_ns) / FRAME_NS / frames[s->scroll[2] & 7];
    steps %= WIDTH;
    if (s->scroll_command == COMMAND_SCROLL_LEFT ||
        s->scroll_command == COMMAND_SCROLL_UP_LEFT) {
        steps = WIDTH - steps;
    }
    return (unsigned)steps;
}

/* Of the RAM's line for this COM, tables 10-1 to 10-3; -1: none. */
static int line_of(const struct ssd1306 *s, unsigned com)
{
    unsigned rows = s->multiplex + 1u;
    unsigned scan = s->com_remap ? (rows + HEIGHT - 1 - com) % HEIGHT : com;
    unsigned row = (scan + s->offset) % HEIGHT;

    return row < rows ? (int)((row + s->start_line) % HEIGHT) : -1;
}

static uint8_t ssd1306_dot(void *state, unsigned x, unsigned y, uint64_t now_ns)
{
    struct ssd1306 *s = state;
    unsigned seg = WIDTH - 1 - x;
    unsigned column = s->seg_remap ? WIDTH - 1 - seg : seg;
    int line = line_of(s, HEIGHT - 1 - y);
    bool lit;

    if (!s->on || line < 0) {
        return 0;
    }
    column += WIDTH - scrolled(s, (unsigned)line / 8, now_ns);
    lit = s->ram[line / 8][column % WIDTH] >> line % 8 & 1;
    lit = s->all_on || lit != s->inverse;
    return lit ? (uint8_t)(s->contrast / 2 + 128) : 0;
}

static int64_t lit(struct ssd1306 *s, uint64_t now_ns)
{
    int64_t count = 0;

    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            count += ssd1306_dot(s, x, y, now_ns) > 0;
        }
    }
    return count;
}

static int64_t ssd1306_get(void *state, size_t index, uint64_t now_ns)
{
    struct ssd1306 *s = state;

    switch (index) {
    case VALUE_ON:
        return s->on ? MICRO : 0;
    case VALUE_CONTRAST:
        return s->contrast * MICRO;
    default:
        return lit(s, now_ns) * MICRO;
    }
}

static bool ssd1306_set(void *state, size_t index, int64_t micro,
                        uint64_t now_ns)
{
    (void)state;
    (void)index;
    (void)micro;
    (void)now_ns;
    return false; /* all of them are outputs */
}

static const struct bw_part_picture picture = {
    .width = WIDTH,
    .height = HEIGHT,
    .dot = ssd1306_dot,
};

const struct bw_part_model bw_part_ssd1306 = {
    .name = "ssd1306",
    .text = "Solomon SSD1306, an OLED of 128 x 64 dots",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct ssd1306),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = ssd1306_reset,
    .start = ssd1306_start,
    .write = ssd1306_write,
    .read = ssd1306_read,
    .stop = ssd1306_stop,
    .get = ssd1306_get,
    .set = ssd1306_set,
    .picture = &picture,
};
