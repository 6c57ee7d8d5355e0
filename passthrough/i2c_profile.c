/*
 * The profile of i2c-passthrough's part: the user's, or the agent's.
 *
 * docs/profiles.md says which is used.  The property profile= is read when the
 * device is made; otherwise the agent is asked each time the link comes up
 * (docs/protocol.md, PROFILE_GET), before anything else, and a START waits
 * for the answer.  The assembler does what it says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "i2c_passthrough.h"
#include "hw/benchwire/host-agent/profile_file.h"
#include "hw/benchwire/lib/wire_profile.h"
#include "hw/benchwire/trace.h"

#define MAX_ERROR 512

bool bw_i2c_profile_load(I2CPassthrough *s, Error **errp)
{
    g_autofree struct bw_profile_file *f = NULL;
    char error[MAX_ERROR];

    if (!s->profile_name || !strcmp(s->profile_name, "none")) {
        return true;
    }
    f = g_new(struct bw_profile_file, 1);
    if (!bw_profile_file_load(f, s->profile_name, error, sizeof(error))) {
        error_setg(errp, "i2c-passthrough: %s", error);
        return false;
    }
    s->profile = f->profile;
    s->has_profile = true;
    return true;
}

/* The assembler begins anew: no transaction may be under way. */
static void use_profile(I2CPassthrough *s, const struct bw_part_profile *p)
{
    s->profile = *p;
    s->has_profile = true;
    trace_bw_i2c_passthrough_profile(s->link.config.name, p->name);
    bw_i2c_transfer_init(s, s->max_len);
}

void bw_i2c_profile_renew(I2CPassthrough *s)
{
    g_autofree struct bw_part_profile *p = g_steal_pointer(&s->next_profile);

    if (p) {
        use_profile(s, p);
    }
}

/* The agent may have changed its mind. */
static void take_text(I2CPassthrough *s, const char *text, size_t len)
{
    struct bw_part_profile profile;
    const char *what;
    unsigned line;

    if (s->profile_text && strlen(s->profile_text) == len &&
        !memcmp(s->profile_text, text, len)) {
        return;
    }
    if (bw_part_profile_parse(&profile, text, len, &line, &what) != BW_OK) {
        warn_report("%s: line %u of the agent's profile: %s; it is not used, "
                    "lengths of reads are learned", s->link.config.name, line,
                    what);
        return;
    }
    g_free(s->profile_text);
    s->profile_text = g_strndup(text, len);
    g_free(s->next_profile);
    s->next_profile = g_memdup2(&profile, sizeof(profile));
    if (!s->open && !s->id) {
        bw_i2c_profile_renew(s);
    }
}

static void profile_done(void *opaque, uint32_t id, unsigned status,
                         const uint8_t *body, size_t len)
{
    I2CPassthrough *s = opaque;
    struct bw_wire_profile m;
    struct bw_reader r;

    if (status == BW_OK) {
        bw_reader_init(&r, body, len);
        if (bw_wire_get_profile(&r, &m) != BW_OK) {
            bw_link_reject(&s->link, "a reply to PROFILE_GET that is no text");
            return;
        }
        take_text(s, (const char *)m.text, m.len);
    }
    bw_i2c_transfer_settle(s);
}

bool bw_i2c_profile_ask(I2CPassthrough *s)
{
    struct bw_writer *w;

    if (s->profile_name || s->any) {
        return false;
    }
    if (!s->agent_profile || !(s->link.peer_caps & BW_CAP_PROFILE)) {
        if (s->has_profile) { /* it had one in an earlier session */
            bw_i2c_profile_free(s);
            bw_i2c_transfer_init(s, s->max_len);
            s->untold = s->open;
        }
        return false;
    }
    return bw_link_begin(&s->link, BW_MSG_PROFILE_GET, &w) &&
           bw_link_commit(&s->link, profile_done, s);
}

void bw_i2c_profile_free(I2CPassthrough *s)
{
    g_free(s->profile_text);
    s->profile_text = NULL;
    g_free(s->next_profile);
    s->next_profile = NULL;
    s->has_profile = false;
}
