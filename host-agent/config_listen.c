/*
 * The bench file: [listen]; see config.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <stdlib.h>
#include <string.h>

#include "host-agent/address.h"

static struct bw_config_listen *listen_of(struct bw_config_parser *p)
{
    return &p->c->listen;
}

static bool set_unix(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);

    return bw_config_set_text(p, "unix", l->unix_path, sizeof(l->unix_path),
                              value);
}

static bool set_address(struct bw_config_parser *p, const char *key,
                        struct bw_config_address *a, const char *value)
{
    const char *why;

    if (a->line) {
        return bw_config_fail_twice(p, key);
    }
    why = bw_address_parse(value, a->host, &a->port);
    if (why) {
        return bw_config_fail(p, "%s = %s: %s", key, value, why);
    }
    a->line = p->line;
    return true;
}

static bool set_tcp(struct bw_config_parser *p, const char *value)
{
    return set_address(p, "tcp", &listen_of(p)->tcp, value);
}

static bool set_tls(struct bw_config_parser *p, const char *value)
{
    return set_address(p, "tls", &listen_of(p)->tls, value);
}

static bool set_insecure(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);

    return bw_config_set_flag(p, "insecure", &l->insecure, &l->has_insecure,
                              value);
}

static bool set_credentials(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);

    if (value[0] != '/') {
        return bw_config_fail(p,
                              "credentials = %s is not a whole path; write one "
                              "that begins with /",
                              value);
    }
    return bw_config_set_text(p, "credentials", l->credentials,
                              sizeof(l->credentials), value);
}

static bool set_silence(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);
    unsigned long number;
    unsigned ms = 0;
    char *unit;

    if (l->has_silence) {
        return bw_config_fail_twice(p, "silence");
    }
    l->has_silence = true;
    if (strcmp(value, "never") == 0) {
        l->silence_ms = 0;
        return true;
    }
    number = strtoul(value, &unit, 10);
    if (strcmp(unit, "ms") == 0) {
        ms = 1;
    } else if (strcmp(unit, "s") == 0) {
        ms = 1000;
    } else if (strcmp(unit, "min") == 0) {
        ms = 60000;
    }
    if (!ms || !strchr("0123456789", value[0]) ||
        number > BW_CONFIG_MAX_SILENCE_MS / ms ||
        number * ms < BW_CONFIG_MIN_SILENCE_MS) {
        return bw_config_fail(p,
                              "silence = %s is not possible; write a time with "
                              "its unit, from 100ms to 60min, such as 10s, or "
                              "never",
                              value);
    }
    l->silence_ms = (uint32_t)number * ms;
    return true;
}

static bool set_metrics(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);

    return bw_config_set_text(p, "metrics", l->metrics_path,
                              sizeof(l->metrics_path), value);
}

static bool set_sandbox(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);

    return bw_config_set_flag(p, "sandbox", &l->sandbox, &l->has_sandbox,
                              value);
}

static bool set_sessions(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);
    long number = bw_config_parse_number(value, BW_CONFIG_MAX_SESSIONS);

    if (l->sessions) {
        return bw_config_fail_twice(p, "sessions");
    }
    if (number < 1) {
        return bw_config_fail(p, "sessions = %s is not possible; write 1 to %d",
                              value, BW_CONFIG_MAX_SESSIONS);
    }
    l->sessions = (unsigned)number;
    return true;
}

static bool set_usb(struct bw_config_parser *p, const char *value)
{
    struct bw_config_listen *l = listen_of(p);

    return bw_config_set_text(p, "usb", l->usb, sizeof(l->usb), value);
}

static bool begin(struct bw_config_parser *p, const char *name)
{
    struct bw_config_listen *l = listen_of(p);

    if (name[0]) {
        return bw_config_fail(p, "[listen] has no name; write [listen]");
    }
    if (l->line) {
        return bw_config_fail(
            p, "[listen] is already in line %d; put the keys there", l->line);
    }
    l->line = p->line;
    return true;
}

static void complete(struct bw_config_listen *l)
{
    if (!l->has_silence) {
        l->silence_ms = BW_CONFIG_SILENCE_MS;
    }
    if (!l->has_sandbox) {
        l->sandbox = true;
    }
    if (!l->sessions) {
        l->sessions = BW_CONFIG_MAX_SESSIONS;
    }
    if (!l->credentials[0]) {
        strcpy(l->credentials, BW_CONFIG_CREDENTIALS);
    }
}

static bool check_usb(const struct bw_config *c, struct bw_config_error *e)
{
    const struct bw_config_listen *l = &c->listen;
    const struct bw_config_export *x;

    if (!l->usb[0]) {
        return true;
    }
    x = bw_config_find_export(c, l->usb);
    if (!x || x->kind != BW_EXPORT_USB) {
        return bw_config_fail_at(e, l->line,
                                 "usb = %s names no export of type usb; write "
                                 "the name of one",
                                 l->usb);
    }
    return true;
}

static bool check(struct bw_config *c, struct bw_config_error *e)
{
    struct bw_config_listen *l = &c->listen;
    const struct bw_config_address *tcp = &l->tcp, *tls = &l->tls;

    if (tcp->line && !l->insecure && !bw_address_is_loopback(tcp->host)) {
        return bw_config_fail_at(
            e, tcp->line,
            "tcp = %s would let others in without encryption and without a "
            "name; use tls = instead, or if that is meant add insecure = yes",
            tcp->host);
    }
    if (tcp->line && tls->line && tcp->port == tls->port && tcp->port &&
        strcmp(tcp->host, tls->host) == 0) {
        return bw_config_fail_at(
            e, tls->line > tcp->line ? tls->line : tcp->line,
            "tcp and tls are the same address; give one another port");
    }
    if (l->metrics_path[0] && strcmp(l->metrics_path, l->unix_path) == 0) {
        return bw_config_fail_at(
            e, l->line, "unix and metrics are the same path; change one");
    }
    if (!check_usb(c, e)) {
        return false;
    }
    if (l->credentials[0] && !tls->line) {
        return bw_config_fail_at(e, l->line,
                                 "credentials without tls have no use; add "
                                 "tls = HOST:PORT or remove them");
    }
    complete(l);
    return true;
}

static const struct bw_config_key keys[] = {
    { "unix", set_unix },
    { "tcp", set_tcp },
    { "insecure", set_insecure },
    { "tls", set_tls },
    { "silence", set_silence },
    { "credentials", set_credentials },
    { "metrics", set_metrics },
    { "sandbox", set_sandbox },
    { "sessions", set_sessions },
    { "usb", set_usb },
    { NULL, NULL },
};

const struct bw_config_section bw_config_section_listen = {
    .name = "listen",
    .keys = keys,
    .begin = begin,
    .check = check,
};
