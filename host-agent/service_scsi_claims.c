/*
 * What a session has reserved, registered or locked, and how it is given back
 * when it ends; for service_scsi.c only.
 *
 * Sources: SPC-2 (RESERVE and RELEASE), SPC-4 5.12 and 6.14 (persistent
 * reservations), SPC-4 6.16 (PREVENT ALLOW MEDIUM REMOVAL).
 *
 * Choices: a command whose outcome is not known counts as done, as giving back
 * what one does not have does no harm.  A registered key is taken back by
 * REGISTER AND IGNORE EXISTING KEY with key 0, which ends this agent's own
 * reservation and no other host's, where CLEAR would end all of them.  A unit
 * attention in between is passed over up to three times.
 *
 * Not modelled: reservations that name elements or extents; modes and the key of
 * a tape's encryption, which stay as the session has set them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/service_scsi_priv.h"

#include <string.h>

#include "host-agent/log.h"

#define TRIES      4u
#define RELEASE_MS 60000u

#define PR_OUT                 0x5f
#define PR_REGISTER            0x00
#define PR_CLEAR               0x03
#define PR_REGISTER_AND_IGNORE 0x06
#define PR_LIST_LEN            24u
#define PR_SERVICE_KEY         8u /* SERVICE ACTION RESERVATION KEY in the list */

static bool may_have_worked(const struct bw_scsi_task *t)
{
    return !(t->result.flags & BW_SCSI_RESULT_REFUSED) &&
           (t->result.status == BW_SCSI_GOOD ||
            (t->result.flags & BW_SCSI_RESULT_NO_STATUS));
}

static bool has_key(const struct bw_scsi_task *t)
{
    static const uint8_t none[8];

    return t->cmd.len >= PR_SERVICE_KEY + 8 &&
           memcmp(t->data + PR_SERVICE_KEY, none, 8) != 0;
}

static void note_persistent(struct bw_scsi_claims *c,
                            const struct bw_scsi_task *t)
{
    switch (t->cmd.cdb[1] & 0x1f) {
    case PR_REGISTER:
    case PR_REGISTER_AND_IGNORE:
        c->registered = has_key(t);
        break;
    case PR_CLEAR:
        c->registered = false;
        break;
    default:
        break;
    }
}

void bw_scsi_claims_note(struct bw_scsi_claims *c, const struct bw_scsi_task *t)
{
    if (!may_have_worked(t)) {
        return;
    }
    switch (t->cmd.cdb[0]) {
    case 0x16:
        c->reserved_6 = true;
        break;
    case 0x17:
        c->reserved_6 = false;
        break;
    case 0x56:
        c->reserved_10 = true;
        break;
    case 0x57:
        c->reserved_10 = false;
        break;
    case 0x1e:
        c->locked = t->cmd.cdb[4] & 0x03;
        break;
    case PR_OUT:
        note_persistent(c, t);
        break;
    default:
        break;
    }
}

static bool is_attention(const struct bw_wire_scsi_result *r)
{
    struct bw_sense sense;

    return r->status == BW_SCSI_CHECK &&
           bw_sense_parse(r->sense, r->sense_len, &sense) &&
           sense.key == BW_SENSE_ATTENTION;
}

static void send(struct bw_scsi_unit *u, const uint8_t *cdb, uint8_t cdb_len,
                 uint8_t *data, uint32_t len)
{
    struct bw_scsi_task t;
    unsigned i;

    for (i = 0; i < TRIES; i++) {
        memset(&t, 0, sizeof(t));
        t.cmd.direction = len ? BW_SCSI_DATA_OUT : BW_SCSI_NO_DATA;
        t.cmd.cdb_len = cdb_len;
        t.cmd.len = len;
        memcpy(t.cmd.cdb, cdb, cdb_len);
        t.data = data;
        t.timeout_ms = RELEASE_MS;
        u->ops->execute(u, &t);
        if (!is_attention(&t.result)) {
            break;
        }
    }
    bw_log(t.result.status == BW_SCSI_GOOD ? BW_LOG_DEBUG : BW_LOG_INFO,
           "%s at the end of a session: status 0x%02x%s",
           bw_scsi_command_name(BW_SCSI_TYPE_ANY, cdb[0]), t.result.status,
           t.result.flags & BW_SCSI_RESULT_NO_STATUS ? ", not known" : "");
}

/* A key outlives it. */
void bw_scsi_claims_reset(struct bw_scsi_claims *c)
{
    *c = (struct bw_scsi_claims){ .registered = c->registered };
}

void bw_scsi_claims_release(struct bw_scsi_claims *c, struct bw_scsi_unit *u)
{
    static const uint8_t release_6[6] = { 0x17 };
    static const uint8_t release_10[10] = { 0x57 };
    static const uint8_t allow[6] = { 0x1e };
    static const uint8_t unregister[10] = {
        PR_OUT, PR_REGISTER_AND_IGNORE, [8] = PR_LIST_LEN
    };
    uint8_t list[PR_LIST_LEN] = { 0 };

    if (c->locked) {
        send(u, allow, sizeof(allow), NULL, 0);
    }
    if (c->reserved_6) {
        send(u, release_6, sizeof(release_6), NULL, 0);
    }
    if (c->reserved_10) {
        send(u, release_10, sizeof(release_10), NULL, 0);
    }
    if (c->registered) {
        send(u, unregister, sizeof(unregister), list, sizeof(list));
    }
    *c = (struct bw_scsi_claims){ 0 };
}
