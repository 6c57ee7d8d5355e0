/*
 * A tape-passthrough and the fake agent's drive behind it; see tape_link.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tape_link.h"

#define TAPE_ID 1

void tape_link_boot(struct tape_link *l, enum guest_scsi_kind kind,
                    const char *more)
{
    l->b.qts = qtest_initf(
        "%s -chardev socket,id=agent,path=%s,reconnect-ms=50 "
        "-device tape-passthrough,id=part,bus=hba.0,scsi-id=%d,chardev=agent,"
        "export=" FAKE_EXPORT "%s "
        "-trace 'bw_link_*' -trace 'bw_tape_passthrough_*' -D %s 2>%s",
        kind == GUEST_SCSI_LSI ? GUEST_SCSI_LSI_ARGS : GUEST_SCSI_VIRTIO_ARGS,
        l->b.socket, TAPE_ID, more, l->b.trace, l->b.log);
    l->t.qts = l->b.qts;
    l->t.scsi = guest_scsi_new(l->b.qts, kind);
}

void tape_link_start(struct tape_link *l, enum guest_scsi_kind kind,
                     const char *more)
{
    bench_init(&l->b);
    l->b.agent = fake_agent_start(l->b.socket);
    tape_link_boot(l, kind, more);
    wait_link(&l->b, "ready");
    guest_scsi_settle(l->t.scsi, TAPE_ID);
    g_free(fake_scsi_log(l->b.agent));
}

void tape_link_finish(struct tape_link *l)
{
    guest_scsi_free(l->t.scsi);
    bench_finish(&l->b);
}

static QDict *get(struct tape_link *l, const char *name)
{
    QDict *r = qtest_qmp(l->b.qts,
                         "{ 'execute': 'qom-get', 'arguments': "
                         "{ 'path': '" TAPE_PART "', 'property': %s } }",
                         name);

    g_assert_true(qdict_haskey(r, "return"));
    return r;
}

bool tape_link_is_lost(struct tape_link *l)
{
    QDict *r = get(l, "position-unknown");
    bool is = qdict_get_bool(r, "return");

    qobject_unref(r);
    return is;
}

int64_t tape_link_int(struct tape_link *l, const char *name)
{
    QDict *r = get(l, name);
    int64_t n = qdict_get_int(r, "return");

    qobject_unref(r);
    return n;
}

void tape_link_expect(struct tape_link *l, const char *log)
{
    g_autofree char *got = fake_scsi_log(l->b.agent);

    g_assert_cmpstr(got, ==, log);
}

void tape_link_hold(struct tape_link *l, const struct scsi_command *command,
                    struct guest_scsi_pending *pending)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    unsigned before = fake_scsi_commands(l->b.agent);

    fake_agent_will(l->b.agent, BW_MSG_SCSI_CMD, FAKE_HOLD, 0, 1);
    guest_scsi_submit(l->t.scsi, command, pending);
    while (fake_scsi_commands(l->b.agent) == before) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

void tape_link_cut(struct tape_link *l)
{
    uint64_t n = get_count(&l->b, "reconnects");

    fake_agent_drop(l->b.agent);
    wait_count(&l->b, "reconnects", n + 1);
}
