/*
 * A USB sound card: a microphone that hears a tone, and a speaker that tells
 * how much it was given.
 *
 * Source: USB Audio 1.0: 4.3 to 4.6 (descriptors); Audio Data Formats 1.0,
 * 2.2.5 (type I); Terminal Types 1.0.
 *
 * The isochronous one among the models: one channel of 16 bits at 48 kHz each
 * way, a packet of 48 samples each millisecond, in alternate setting 1 of each
 * streaming interface; full speed.
 *
 * Choices: the tone is a sine of half the full level, by Bhaskara's formula
 * (within 0.2 %), and goes on where it was whenever the stream starts anew;
 * what the speaker gets is counted and not kept.
 *
 * Not modelled: other rates, volume and mute, feedback of the speaker's clock,
 * which is the host's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usb_device.h"

#define TONE_EP    0x81
#define SPEAKER_EP 0x02
#define RATE       48000u
#define SAMPLES    (RATE / 1000) /* of a packet */
#define PACKET     (2 * SAMPLES) /* bytes */
#define LEVEL      16384
#define START_HZ   440

struct audio {
    bool powered; /* has been reset before */
    uint32_t hz;
    uint32_t phase; /* 2^32 is a turn */
    uint64_t played;
    uint32_t peak;
};

static const uint8_t device_descriptor[] = {
    18,   BW_USB_DEVICE_DESCRIPTOR,
    0x00, 0x02, /* USB 2.0 */
    0,    0,    /* class: of the interfaces */
    0,    BW_USB_CONTROL_PACKET,
    0x09, 0x12, /* 1209:0004 */
    0x04, 0x00, /* */
    0x00, 0x01, /* release 1.00 */
    1,    2,
    3,    1,
};

#define CONTROL_LEN 52 /* of the audio control interface's own */
#define CONFIG_LEN  174

/* clang-format off */
#define U24(number) ((number) & 0xff), ((number) >> 8 & 0xff), ((number) >> 16)

/* A streaming interface: setting 0 is silent, 1 has the endpoint. */
#define STREAM(number, terminal, endpoint, kind) \
    9, BW_USB_INTERFACE_DESCRIPTOR, number, 0, 0, 1, 2, 0, 0, \
    9, BW_USB_INTERFACE_DESCRIPTOR, number, 1, 1, 1, 2, 0, 0, \
        7, 0x24, 1, terminal, 1, 0x01, 0x00, /* PCM */ \
        11, 0x24, 2, 1, 1, 2, 16, 1, U24(RATE), \
        9, BW_USB_ENDPOINT_DESCRIPTOR, endpoint, BW_USB_ISO | (kind), \
        BW_USB_U16(PACKET), 1, 0, 0, \
        7, 0x25, 1, 0, 0, 0, 0

static const uint8_t config_descriptor[] = {
    9, BW_USB_CONFIG_DESCRIPTOR, BW_USB_U16(CONFIG_LEN), 3, 1, 0, 0x80, 50,
    9, BW_USB_INTERFACE_DESCRIPTOR, 0, 0, 0, 1, 1, 0, 0,
        10, 0x24, 1, 0x00, 0x01, BW_USB_U16(CONTROL_LEN), 2, 1, 2,
        12, 0x24, 2, 1, BW_USB_U16(0x0201), 0, 1, 0, 0, 0, 0, /* microphone */
        9, 0x24, 3, 2, BW_USB_U16(0x0101), 0, 1, 0,           /* to USB */
        12, 0x24, 2, 3, BW_USB_U16(0x0101), 0, 1, 0, 0, 0, 0, /* from USB */
        9, 0x24, 3, 4, BW_USB_U16(0x0301), 0, 3, 0,           /* speaker */
    STREAM(1, 2, TONE_EP, 0x04 /* asynchronous */),
    STREAM(2, 3, SPEAKER_EP, 0x08 /* adaptive */),
};
/* clang-format on */

_Static_assert(sizeof(config_descriptor) == CONFIG_LEN, "its own length");

static void reset(struct bw_usb_device *d)
{
    struct audio *a = d->state;

    if (!a->powered) {
        a->hz = START_HZ;
        a->powered = true;
    }
}

static int control(struct bw_usb_device *d, const struct bw_usb_setup *s,
                   uint8_t *data)
{
    (void)d;
    (void)s;
    (void)data;
    return BW_USB_STALL; /* no terminal has a control */
}

/* Half a turn of a sine: @t of 32768. */
static int32_t half_sine(uint32_t t)
{
    uint32_t u = t * (32768 - t) >> 15; /* t (1 - t), of 32768 */

    return (int32_t)(LEVEL * 16 * (uint64_t)u / (5 * 32768 - 4 * u));
}

static int16_t next_sample(struct audio *a)
{
    int32_t v = half_sine(a->phase >> 16 & 0x7fff);
    int16_t sample = (int16_t)(a->phase >> 31 ? -v : v);

    a->phase += (uint32_t)(((uint64_t)a->hz << 32) / RATE);
    return sample;
}

static int in(struct bw_usb_device *d, uint8_t endpoint, uint8_t *data,
              size_t len, uint64_t now_ns)
{
    size_t i;

    (void)endpoint;
    (void)now_ns;
    for (i = 0; i + 1 < len && i < PACKET; i += 2) {
        uint16_t sample = (uint16_t)next_sample(d->state);

        data[i] = (uint8_t)sample;
        data[i + 1] = (uint8_t)(sample >> 8);
    }
    return (int)i;
}

static int out(struct bw_usb_device *d, uint8_t endpoint, const uint8_t *data,
               size_t len, uint64_t now_ns)
{
    struct audio *a = d->state;
    size_t i;

    (void)endpoint;
    (void)now_ns;
    a->peak = 0;
    for (i = 0; i + 1 < len; i += 2) {
        int16_t sample = (int16_t)(data[i] | data[i + 1] << 8);
        uint32_t size = (uint32_t)(sample < 0 ? -(int32_t)sample : sample);

        a->peak = size > a->peak ? size : a->peak;
    }
    a->played += len;
    return (int)len;
}

/* On the bench */

enum value {
    VALUE_FREQUENCY,
    VALUE_PLAYED,
    VALUE_PEAK
};

#define MICRO(n)  ((int64_t)(n)*1000000)
#define MAX_BYTES (INT64_MAX / 1000000)
#define MIN_HZ    20
#define MAX_HZ    20000

static const struct bw_part_value values[] = {
    [VALUE_FREQUENCY] = { .name = "frequency",
                          .text = "of the tone",
                          .unit = "Hz",
                          .micro_min = MICRO(MIN_HZ),
                          .micro_max = MICRO(MAX_HZ),
                          .micro_step = MICRO(1) },
    [VALUE_PLAYED] = { .name = "played-bytes",
                       .text = "given to the speaker since power on",
                       .unit = "",
                       .micro_max = MICRO(MAX_BYTES),
                       .micro_step = MICRO(1),
                       .read_only = true },
    [VALUE_PEAK] = { .name = "played-peak",
                     .text = "largest sample of the last millisecond",
                     .unit = "",
                     .micro_max = MICRO(32768),
                     .micro_step = MICRO(1),
                     .read_only = true },
};

static int64_t get(struct bw_usb_device *d, size_t index)
{
    const struct audio *a = d->state;

    switch (index) {
    case VALUE_FREQUENCY:
        return MICRO(a->hz);
    case VALUE_PLAYED:
        return MICRO(a->played < MAX_BYTES ? a->played : MAX_BYTES);
    case VALUE_PEAK:
        return MICRO(a->peak);
    default:
        return 0;
    }
}

static bool set(struct bw_usb_device *d, size_t index, int64_t micro,
                uint64_t now_ns)
{
    struct audio *a = d->state;

    (void)now_ns;
    if (index != VALUE_FREQUENCY || micro < MICRO(MIN_HZ) ||
        micro > MICRO(MAX_HZ)) {
        return false;
    }
    a->hz = (uint32_t)(micro / MICRO(1));
    return true;
}

const struct bw_usb_model bw_usb_audio = {
    .name = "audio",
    .text = "sound card: a microphone with a tone, and a speaker",
    .speed = BW_USB_FULL,
    .state_size = sizeof(struct audio),
    .device = device_descriptor,
    .config = config_descriptor,
    .config_len = sizeof(config_descriptor),
    .manufacturer = "Benchwire",
    .product = "Tone and speaker",
    .serial = "BW0004",
    .values = values,
    .value_count = sizeof(values) / sizeof(values[0]),
    .reset = reset,
    .control = control,
    .in = in,
    .out = out,
    .get = get,
    .set = set,
};
