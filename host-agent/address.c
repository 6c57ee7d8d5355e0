/*
 * Addresses to listen on; see address.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOPBACK_NET 127 /* 127.0.0.0/8, RFC 1122 3.2.1.3 */

/* Copy the host of "HOST:PORT", "[HOST]:PORT" or without a port.  Returns what
 * follows it, or NULL. */
static const char *split_host(const char *text, char *host, size_t size)
{
    bool bracket = text[0] == '[';
    const char *begin = text + (bracket ? 1 : 0);
    size_t len = strcspn(begin, bracket ? "]" : ":");

    if (len == 0 || len >= size || (bracket && begin[len] != ']')) {
        return NULL;
    }
    memcpy(host, begin, len);
    host[len] = '\0';
    return begin + len + (bracket ? 1 : 0);
}

/* "fe80::1%eth0": the address alone is parsed. */
static bool parse_v6(const char *host, struct in6_addr *out)
{
    char plain[BW_ADDRESS_MAX_HOST + 1];
    size_t len = strcspn(host, "%");

    memcpy(plain, host, len);
    plain[len] = '\0';
    return inet_pton(AF_INET6, plain, out) == 1 &&
           (!host[len] || host[len + 1]);
}

const char *bw_address_parse(const char *text,
                             char host[BW_ADDRESS_MAX_HOST + 1], uint16_t *port)
{
    char name[BW_ADDRESS_MAX_HOST + 1];
    const char *rest = split_host(text, name, sizeof(name));
    bool bracket = text[0] == '[';
    struct in6_addr v6;
    struct in_addr v4;
    long number = BW_ADDRESS_PORT;
    char *end;

    if (rest && strcmp(name, "localhost") == 0) {
        strcpy(name, "127.0.0.1");
    }
    if (!rest || (rest[0] && rest[0] != ':') || strchr(rest + !!*rest, ':') ||
        !(bracket ? parse_v6(name, &v6) : inet_pton(AF_INET, name, &v4) == 1)) {
        return "that is not an address and a port; write for instance "
               "127.0.0.1:7420, [::1]:7420, or [::]:7420 for all addresses of "
               "this machine";
    }
    if (rest[0]) {
        number = strtol(rest + 1, &end, 10); /* out of range: LONG_MAX */
        if (!strchr("0123456789", rest[1]) || end == rest + 1 || *end ||
            number > UINT16_MAX) {
            return "the port is not a number up to 65535; 7420 is the usual "
                   "one";
        }
    }
    strcpy(host, name);
    *port = (uint16_t)number;
    return NULL;
}

/* The number of "eth0", 0 if there is none.  if_nametoindex(3) would need an
 * ioctl(2), which the sandbox does not let through. */
static uint32_t interface_number(const char *name)
{
    char path[128];
    unsigned number;
    FILE *file;

    if (name[0] == '.' || strchr(name, '/')) {
        return 0;
    }
    snprintf(path, sizeof(path), "/sys/class/net/%s/ifindex", name);
    file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    if (fscanf(file, "%u", &number) != 1) {
        number = 0;
    }
    fclose(file);
    return number;
}

socklen_t bw_address_fill(struct sockaddr_storage *out, const char *host,
                          uint16_t port)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    const char *scope = strchr(host, '%');

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof(*v4);
    }
    if (!parse_v6(host, &v6->sin6_addr)) {
        return 0;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    v6->sin6_scope_id = scope ? interface_number(scope + 1) : 0;
    return scope && !v6->sin6_scope_id ? 0 : sizeof(*v6);
}

bool bw_sockaddr_is_loopback(const struct sockaddr_storage *a)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

    if (a->ss_family == AF_INET) {
        return ntohl(v4->sin_addr.s_addr) >> 24 == LOOPBACK_NET;
    }
    return a->ss_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
            (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) &&
             v6->sin6_addr.s6_addr[12] == LOOPBACK_NET));
}

bool bw_address_is_loopback(const char *host)
{
    struct sockaddr_storage a;

    return bw_address_fill(&a, host, 0) && bw_sockaddr_is_loopback(&a);
}
