/*
 * QEMU's usb-redir with a peer that says anything at any time, and a guest that
 * uses the device all the while: some thousand packets from fixed seeds, most
 * of them nearly right.  QEMU is there afterwards, and the next device works.
 *
 * BW_FUZZ_STEPS in the environment is another number of steps for each seed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "usb_redir_bench.h"

#define STEPS 2000
#define IDS   8

struct fuzz {
    struct redir_bench b;
    GRand *rand;
    uint64_t id[IDS]; /* that QEMU has used lately */
    bool port_enabled;
};

static const uint8_t endpoints[] = { BULK_IN, BULK_OUT, INT_IN, INT_OUT,
                                     ISO_IN,  ISO_OUT,  0x00,   0x80 };

static unsigned choose(struct fuzz *f, unsigned n)
{
    return g_rand_int_range(f->rand, 0, n);
}

static uint8_t choose_endpoint(struct fuzz *f)
{
    return choose(f, 20) ? endpoints[choose(f, G_N_ELEMENTS(endpoints))]
                         : choose(f, 256);
}

static uint32_t choose_len(struct fuzz *f)
{
    static const uint32_t lens[] = { 0,  1,  2,   7,   18,   63,
                                     64, 65, 100, 512, 1024, 4097 };

    return choose(f, 50) ? lens[choose(f, G_N_ELEMENTS(lens))]
                         : choose(f, 100000);
}

static uint64_t choose_id(struct fuzz *f)
{
    return choose(f, 10) ? f->id[choose(f, IDS)] : g_rand_int(f->rand);
}

/* --- the peer --- */

static const struct form {
    uint32_t type;
    uint8_t size;     /* of the header */
    uint8_t endpoint; /* where it is; the status is a byte somewhere */
    uint8_t len;      /* where it is; 0: has none */
    uint8_t status;
} forms[] = {
    { usb_redir_configuration_status, 2, 1, 0, 0 },
    { usb_redir_alt_setting_status, 3, 1, 0, 0 },
    { usb_redir_iso_stream_status, 2, 1, 0, 0 },
    { usb_redir_interrupt_receiving_status, 2, 1, 0, 0 },
    { usb_redir_bulk_receiving_status, 6, 4, 0, 5 },
    { usb_redir_bulk_streams_status, 9, 0, 0, 8 },
    { usb_redir_control_packet, 10, 0, 8, 3 },
    { usb_redir_control_packet, 10, 0, 8, 3 },
    { usb_redir_bulk_packet, 10, 0, 2, 1 },
    { usb_redir_bulk_packet, 10, 0, 2, 1 },
    { usb_redir_bulk_packet, 10, 0, 2, 1 },
    { usb_redir_iso_packet, 4, 0, 2, 1 },
    { usb_redir_interrupt_packet, 4, 0, 2, 1 },
    { usb_redir_buffered_bulk_packet, 10, 8, 4, 9 },
    { usb_redir_buffered_bulk_packet, 10, 8, 4, 9 },
};

/* Nearly right: an endpoint, a status, and as many bytes as it says. */
static void say_form(struct fuzz *f)
{
    const struct form *form = &forms[choose(f, G_N_ELEMENTS(forms))];
    uint8_t header[10], endpoint = choose_endpoint(f);
    uint32_t len = choose_len(f);
    size_t size = form->size;

    for (unsigned i = 0; i < sizeof(header); i++) {
        header[i] = choose(f, 20) ? 0 : choose(f, 256);
    }
    header[form->endpoint] = endpoint;
    header[form->status] = choose(f, 4) ? 0 : choose(f, 8);
    if (form->len) {
        stw_le_p(header + form->len, len);
        len = endpoint & 0x80 ? len & 0xffff : 0;
    } else {
        len = 0;
    }
    if (form->type == usb_redir_bulk_packet &&
        !(f->b.peer->caps & USB_PEER_CAP(32bits_bulk_length))) {
        size -= 2;
    }
    usb_peer_send(f->b.peer, form->type, choose_id(f), header, size,
                  choose(f, 100) ? len : choose_len(f));
}

static void say_endpoints(struct fuzz *f)
{
    static const uint8_t types[] = { 0, 1, 2, 2, 3, 255 };
    static const uint16_t sizes[] = { 0, 1, 2, 3, 7, 64, 512, 1024, 0xffff };
    struct usb_redir_ep_info_header good = f->b.peer->ep;

    for (unsigned n = choose(f, 4); n; n--) {
        uint8_t address = choose_endpoint(f);

        usb_peer_endpoint(f->b.peer, address,
                          types[choose(f, G_N_ELEMENTS(types))],
                          sizes[choose(f, G_N_ELEMENTS(sizes))]);
        f->b.peer->ep.interval[choose(f, 32)] = choose(f, 256);
        f->b.peer->ep.interface[choose(f, 32)] = choose(f, 3);
        f->b.peer->ep.max_streams[choose(f, 32)] = g_rand_int(f->rand);
    }
    usb_peer_tell_endpoints(f->b.peer);
    if (choose(f, 3)) {
        f->b.peer->ep = good;
    }
}

static void say_interfaces(struct fuzz *f)
{
    struct usb_redir_interface_info_header *info = &f->b.peer->info;

    info->interface_count = 1 + choose(f, 3);
    info->interface[0] = choose(f, 3) ? 0 : choose(f, 3);
    usb_peer_tell_interfaces(f->b.peer);
}

static void plug(struct fuzz *f)
{
    bool ftdi = choose(f, 2);

    f->b.peer->device.vendor_id = ftdi ? 0x0403 : 0x1209;
    f->b.peer->device.product_id = ftdi ? 0x6001 : 0x0001;
    f->b.peer->device.speed = choose(f, 4) ? 2 : choose(f, 6);
    f->b.peer->info.interface[0] = 0;
    memset(f->b.peer->ep.type, usb_redir_type_invalid, 32);
    memset(f->b.peer->ep.interface, 0, 32);
    f->b.peer->ep.type[0] = f->b.peer->ep.type[16] = 0;
    usb_peer_endpoint(f->b.peer, BULK_IN, usb_redir_type_bulk, PACKET);
    usb_peer_endpoint(f->b.peer, BULK_OUT, usb_redir_type_bulk, PACKET);
    if (choose(f, 4)) {
        redir_all_endpoints(&f->b);
    }
    usb_peer_plug(f->b.peer);
}

static void connect_again(struct fuzz *f)
{
    uint32_t caps = choose(f, 3) ? USB_PEER_CAPS : choose(f, 256);

    usb_peer_connect(f->b.peer, f->b.socket, caps);
    plug(f);
}

static void say(struct fuzz *f)
{
    static const char filter[] = "3,-1,-1,-1,0|-1,-1,-1,-1,1";
    uint8_t noise[64];

    switch (choose(f, 40)) {
    case 0 ... 3:
        say_endpoints(f);
        break;
    case 4:
        say_interfaces(f);
        break;
    case 5:
        usb_peer_send(f->b.peer, usb_redir_device_disconnect, 0, "", 0, 0);
        plug(f);
        break;
    case 6:
        usb_peer_send(f->b.peer, usb_redir_filter_filter, 0, filter,
                      sizeof(filter), 0);
        break;
    case 7:
        plug(f);
        break;
    case 8:
        for (unsigned i = 0; i < sizeof(noise); i++) {
            noise[i] = choose(f, 3) ? 0 : choose(f, 256);
        }
        usb_peer_write(f->b.peer, noise, choose(f, sizeof(noise)));
        break;
    default:
        say_form(f);
    }
    if (usb_peer_is_closed(f->b.peer) || !choose(f, 200)) {
        connect_again(f);
    }
}

/* --- the guests --- */

static void choose_request(struct fuzz *f, uint8_t request[8])
{
    static const uint8_t requests[][8] = {
        { 0x80, 6, 0, 1, 0, 0, 18, 0 }, /* GET_DESCRIPTOR */
        { 0x80, 6, 0, 2, 0, 0, 64, 0 },
        { 0x00, 9, 1 },                 /* SET_CONFIGURATION */
        { 0x80, 8, 0, 0, 0, 0, 1, 0 },  /* GET_CONFIGURATION */
        { 0x01, 11, 1 },                /* SET_INTERFACE */
        { 0x81, 10, 0, 0, 0, 0, 1, 0 }, /* GET_INTERFACE */
        { 0x40, 1, 0, 0, 0, 0, 8, 0 },  /* of the vendor */
    };

    memcpy(request, requests[choose(f, G_N_ELEMENTS(requests))], 8);
}

static void xhci_act(struct fuzz *f)
{
    static const struct {
        uint8_t address;
        enum guest_xhci_type type;
    } use[] = {
        { BULK_IN, XHCI_BULK_IN }, { BULK_OUT, XHCI_BULK_OUT },
        { INT_IN, XHCI_INT_IN },   { INT_OUT, XHCI_INT_OUT },
        { ISO_IN, XHCI_ISO_IN },   { ISO_OUT, XHCI_ISO_OUT },
    };
    struct guest_xhci *x = &f->b.xhci;
    unsigned i = choose(f, G_N_ELEMENTS(use));
    uint8_t request[8];
    uint64_t trb = 0;

    if (!guest_xhci_is_plugged(x)) {
        guest_xhci_forget(x);
        return;
    }
    if (x->slot && choose(f, 8) == 0) {
        guest_xhci_stop(x, use[i].address);
        return;
    }
    if (x->slot && choose(f, 5) == 0) {
        choose_request(f, request);
        trb = guest_xhci_control(x, request);
    } else if (x->slot) {
        trb = guest_xhci_start(x, use[i].address, use[i].type,
                               choose_len(f) & 0xffff);
    }
    if (!trb) {
        guest_xhci_forget(x);
        guest_xhci_address(x);
        for (i = 0; i < G_N_ELEMENTS(use); i++) {
            guest_xhci_endpoint(x, use[i].address, use[i].type, PACKET);
        }
    }
    f->id[choose(f, IDS)] = trb;
}

static void dwc2_act(struct fuzz *f)
{
    static const uint32_t lens[] = { 0, 1, 64, 192, 512, 4096, 65536 };
    unsigned channel = choose(f, DWC2_CHANNELS);
    QTestState *qts = f->b.qts;
    uint8_t request[8];

    if (!guest_dwc2_is_plugged(qts)) {
        f->port_enabled = false;
        return;
    }
    if (!f->port_enabled) {
        guest_dwc2_enable_port(qts);
        f->port_enabled = true;
    }
    switch (choose(f, 8)) {
    case 0:
        guest_dwc2_halt(qts, channel);
        break;
    case 1:
        choose_request(f, request);
        guest_dwc2_setup(qts, channel, 0, request);
        break;
    case 2:
        guest_dwc2_status(qts, channel);
        break;
    default:
        guest_dwc2_start(qts, channel, choose_endpoint(f) & 0x8f,
                         DWC2_ISO + choose(f, 3),
                         lens[choose(f, G_N_ELEMENTS(lens))]);
    }
}

/* --- both --- */

static void run(const char *machine, void (*act)(struct fuzz *f), uint32_t seed)
{
    const char *steps = g_getenv("BW_FUZZ_STEPS");
    struct fuzz f = { .rand = g_rand_new_with_seed(seed) };

    redir_boot(&f.b, machine);
    if (act == xhci_act) {
        guest_xhci_init(&f.b.xhci, f.b.qts);
    }
    connect_again(&f);
    for (int i = steps ? atoi(steps) : STEPS; i > 0; i--) {
        unsigned at = choose(&f, IDS);

        act(&f);
        f.id[at] = usb_peer_drain(f.b.peer, f.id[at]);
        say(&f);
        if (choose(&f, 4) == 0) {
            qtest_clock_step(f.b.qts, (1 + choose(&f, 30)) * 1000 * 1000);
        }
    }
    redir_assert_works(&f.b);
    redir_finish(&f.b);
    g_rand_free(f.rand);
}

static void test_anything_goes_with_xhci(void)
{
    for (uint32_t seed = 1; seed <= 3; seed++) {
        g_test_message("seed %u", seed);
        run(GUEST_XHCI_ARGS, xhci_act, seed);
    }
}

static void test_anything_goes_with_dwc2(void)
{
    for (uint32_t seed = 1; seed <= 3; seed++) {
        g_test_message("seed %u", seed);
        run(GUEST_DWC2_ARGS, dwc2_act, seed);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/usb-redir-fuzz/anything_goes_with_xhci",
                   test_anything_goes_with_xhci);
    qtest_add_func("/usb-redir-fuzz/anything_goes_with_dwc2",
                   test_anything_goes_with_dwc2);
    return g_test_run();
}
