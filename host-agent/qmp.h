/*
 * A conversation with QEMU over its machine protocol (QMP) on a unix socket:
 * just enough for the benchwire tool, which sets properties of a board.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_QMP_H
#define BENCHWIRE_HOST_AGENT_QMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_QMP_WAIT_MS  5000          /* usually */
#define BW_QMP_LINE_MAX (256u * 1024) /* bytes of one line from QEMU */

/**
 * struct bw_qmp - one connection; big, for a static variable
 * @wait_ms: how long a greeting or a reply is waited for; 0: BW_QMP_WAIT_MS
 * @fd: -1 while it is closed
 * @error: after a failure: why; "it" is the other end
 */
struct bw_qmp {
    uint32_t wait_ms;
    int fd;
    char line[BW_QMP_LINE_MAX + 1];
    size_t have; /* bytes in @line */
    size_t used; /* of these: the line that was read last */
    char error[512];
};

/* Connect and take up the conversation.  Returns: 0, or -1 with @error set. */
int bw_qmp_open(struct bw_qmp *q, const char *path);

/**
 * bw_qmp_command: send @json, one command, and wait for its reply
 * @event: the name of an event that the command causes; it is waited for too,
 *         whether it comes before the reply or after it; or NULL
 *
 * Returns: 0, or -1 with @error set: what QEMU says, or why it says nothing.
 */
int bw_qmp_command(struct bw_qmp *q, const char *json, const char *event);

void bw_qmp_close(struct bw_qmp *q);

/**
 * bw_qmp_quote: @text as a JSON string, with its quotation marks
 *
 * Returns: false if it does not fit in @size bytes.
 */
bool bw_qmp_quote(const char *text, char *out, size_t size);

/**
 * bw_qmp_member: the value of the member @key of the object @json
 *
 * Members of objects within it are not found.  @json need not be well-formed;
 * what is found then is of no use, but lies within it.
 *
 * Returns: where the value starts, or NULL.
 */
const char *bw_qmp_member(const char *json, const char *key);

/* Copy the JSON string at @value, cut to @size; "" if it is none.  Escapes of
 * characters beyond ASCII become '?'. */
void bw_qmp_unquote(const char *value, char *out, size_t size);

#endif
