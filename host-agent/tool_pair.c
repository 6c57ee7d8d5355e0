/*
 * The commands "benchwire pair" and "unpair": a key for one more client.
 *
 * On the agent's machine, as who may write its files: pair makes a key, puts it
 * into the folder of credentials and a section into the bench file, makes a
 * folder for the client, asks the agent to read both again and prints the
 * command line of QEMU that uses it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <getopt.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/config.h"
#include "host-agent/file_swap.h"
#include "host-agent/pair_text.h"
#include "host-agent/server.h"
#include "host-agent/tls_creds.h"
#include "host-agent/tls_keys.h"
#include "host-agent/tool.h"

#define DEFAULT_FILE "/etc/benchwire/bench.conf"
#define KEY_LEN      32 /* bytes */

struct pairing {
    const char *file;
    const char *folder; /* the client's; NULL: ./benchwire-NAME */
    const char *host;   /* NULL: to be found out */
    const char *name;
    char *const *exports;
    size_t export_count;
    char keys_dir[PATH_MAX];
    char keys_path[PATH_MAX + 16];
    char found_host[NI_MAXHOST];
    char found_folder[PATH_MAX];
    char client_path[PATH_MAX + 16]; /* its file of keys */
    bool made_folder;
    char hex[2 * KEY_LEN + 1];
};

static struct bw_config config; /* big */

/* A name or an address, as QEMU's host= takes it. */
static bool is_host(const char *text)
{
    return text[0] && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789.-_:%")];
}

static const struct option pair_options[] = {
    { "config", required_argument, NULL, 'f' },
    { "folder", required_argument, NULL, 'd' },
    { "host", required_argument, NULL, 'H' },
    { NULL, 0, NULL, 0 },
};

static const struct option unpair_options[] = {
    { "config", required_argument, NULL, 'f' },
    { NULL, 0, NULL, 0 },
};

/* Returns 0, or an exit code after printing an error. */
static int parse_options(struct pairing *p, const struct option *longs,
                         int argc, char **argv)
{
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 'f':
            p->file = optarg;
            break;
        case 'd':
            p->folder = optarg;
            break;
        case 'H':
            p->host = optarg;
            break;
        default:
            return bw_tool_fail("%s has no option \"%s\", or it lacks its "
                                "argument; see benchwire --help",
                                argv[0], argv[optind - 1]);
        }
    }
    if (p->host && !is_host(p->host)) {
        return bw_tool_fail("\"%s\" is no host; write a name or an address, "
                            "without a port",
                            p->host);
    }
    return 0;
}

static int parse(struct pairing *p, const struct option *longs, int argc,
                 char **argv)
{
    const char *bad;
    int i;

    if (parse_options(p, longs, argc, argv)) {
        return 1;
    }
    if (optind == argc) {
        return bw_tool_fail("%s takes a NAME for the client; see benchwire "
                            "--help",
                            argv[0]);
    }
    p->name = argv[optind];
    p->exports = argv + optind + 1;
    p->export_count = (size_t)(argc - optind - 1);
    for (i = optind + 1; i < argc; i++) {
        if (!argv[i][0] || strpbrk(argv[i], " ,;#\"\n\r\t")) {
            return bw_tool_fail("\"%s\" is no name of an export, nor a "
                                "pattern of names",
                                argv[i]);
        }
    }
    bad = bw_tls_bad_identity(p->name);
    return bad ? bw_tool_fail("the name of a client %s", bad) : 0;
}

static int load(struct pairing *p)
{
    char error[BW_CONFIG_MAX_ERROR];

    if (!bw_config_load(&config, p->file, error)) {
        return bw_tool_fail("%s", error);
    }
    snprintf(p->keys_dir, sizeof(p->keys_dir), "%s",
             config.listen.credentials[0] ? config.listen.credentials
                                          : BW_TLS_DEFAULT_DIR);
    snprintf(p->keys_path, sizeof(p->keys_path), "%s/%s", p->keys_dir,
             BW_TLS_PSK_FILE);
    if (access(p->keys_dir, F_OK) < 0) {
        return bw_tool_fail("the folder of keys %s: %s; make it, or name "
                            "another with credentials = in the section "
                            "[listen] of %s",
                            p->keys_dir, strerror(errno), p->file);
    }
    return 0;
}

/* --- keys.psk --- */

static int fail_file(const char *what, const char *path)
{
    return bw_tool_fail("cannot %s %s: %s%s", what, path, strerror(errno),
                        errno == EACCES || errno == EPERM ? "; run this as root"
                                                          : "");
}

/* @text of the file @path must hold.  Returns 0, or an exit code. */
static int check_keys(const char *path, const char *text,
                      struct bw_tls_keys *keys)
{
    FILE *f = fmemopen((void *)text, strlen(text) + !text[0], "r");
    char error[BW_CONFIG_MAX_ERROR];
    bool good;

    if (!f) {
        return bw_tool_fail("out of memory");
    }
    keys->count = 0;
    good = !text[0] || bw_tls_keys_read(keys, f, path, error, sizeof(error));
    fclose(f);
    return good ? 0 : bw_tool_fail("%s", error);
}

static int swap_keys(const struct pairing *p, char *text)
{
    struct bw_tls_keys keys;
    int code;

    if (!text) {
        return bw_tool_fail("out of memory");
    }
    code = check_keys(p->keys_path, text, &keys);
    if (!code && bw_file_swap(p->keys_path, text, 0640) < 0) {
        code = fail_file("write", p->keys_path);
    }
    bw_tls_keys_wipe(&keys);
    explicit_bzero(text, strlen(text));
    free(text);
    return code;
}

static bool make_key(struct pairing *p)
{
    uint8_t key[KEY_LEN];
    size_t i;

    if (getrandom(key, sizeof(key), 0) != sizeof(key)) {
        return false;
    }
    for (i = 0; i < sizeof(key); i++) {
        snprintf(p->hex + 2 * i, 3, "%02x", key[i]);
    }
    explicit_bzero(key, sizeof(key));
    return true;
}

/* Returns the text of the file, to be wiped and freed; NULL after an error. */
static char *read_keys(const struct pairing *p, bool has_key, int *code)
{
    char *text = bw_file_text(p->keys_path);
    struct bw_tls_keys keys;

    if (!text) {
        *code = fail_file("read", p->keys_path);
        return NULL;
    }
    *code = check_keys(p->keys_path, text, &keys);
    if (!*code && !has_key && bw_tls_keys_find(&keys, p->name)) {
        *code = bw_tool_fail("\"%s\" has a key already; take another name, or "
                             "benchwire unpair %s first",
                             p->name, p->name);
    } else if (!*code && has_key && !bw_tls_keys_find(&keys, p->name)) {
        *code = bw_tool_fail("\"%s\" has no key in %s", p->name, p->keys_path);
    }
    bw_tls_keys_wipe(&keys);
    return text;
}

static void forget(char *text)
{
    if (text) {
        explicit_bzero(text, strlen(text));
        free(text);
    }
}

/* --- the bench file --- */

static int write_bench(const struct pairing *p, const char *text)
{
    char error[BW_CONFIG_MAX_ERROR];
    FILE *f = fmemopen((void *)text, strlen(text), "r");
    bool good;

    if (!f) {
        return bw_tool_fail("out of memory");
    }
    good = bw_config_read(&config, f, p->file, error);
    fclose(f);
    if (!good) {
        return bw_tool_fail("with this client it would not hold: %s", error);
    }
    return bw_file_swap(p->file, text, 0644) < 0 ? fail_file("write", p->file)
                                                 : 0;
}

static int add_identity(struct pairing *p)
{
    static char any[] = "*";
    char *const all[] = { any };
    bool known = bw_policy_find(&config.policy, p->name);
    bool some = p->export_count > 0;
    char *text, *changed;
    int code;

    if (known && some) {
        return bw_tool_fail("%s has an [identity %s] already; change what it "
                            "may open there, and leave it out here",
                            p->file, p->name);
    }
    if (known && config.listen.tls.line) {
        return 0;
    }
    text = bw_file_text(p->file);
    if (!text) {
        return fail_file("read", p->file);
    }
    changed =
        bw_pair_add_identity(text, &config, p->name, some ? p->exports : all,
                             some ? p->export_count : 1);
    code = changed ? write_bench(p, changed) : bw_tool_fail("out of memory");
    free(changed);
    free(text);
    return code;
}

/* --- the client's folder --- */

/* "sudo benchwire pair" is for the one who called it. */
static void give_away(const char *path)
{
    const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");

    if (uid && gid && geteuid() == 0 &&
        lchown(path, (uid_t)atol(uid), (gid_t)atol(gid)) < 0) {
        fprintf(stderr, "benchwire: cannot give %s away: %s\n", path,
                strerror(errno));
    }
}

/* A folder that is there already may be somebody's trap: who may write into it
 * may take the key, or have another file given away. */
static bool is_ours(const char *path)
{
    const char *uid = getenv("SUDO_UID");
    struct stat st;

    return stat(path, &st) == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
           (st.st_uid == geteuid() ||
            (uid && geteuid() == 0 && st.st_uid == (uid_t)atol(uid)));
}

/* A key of somebody else there would be lost. */
static int check_folder(const struct pairing *p)
{
    char agents[PATH_MAX];
    struct bw_tls_keys keys;
    char *text;
    int code;

    if (realpath(p->keys_dir, agents) && strcmp(agents, p->found_folder) == 0) {
        return bw_tool_fail("%s is the agent's own; name another one for the "
                            "client with --folder",
                            agents);
    }
    if (!is_ours(p->found_folder)) {
        return bw_tool_fail("others may write into %s; take another folder "
                            "with --folder",
                            p->found_folder);
    }
    text = bw_file_text(p->client_path);
    if (!text) {
        return fail_file("read", p->client_path);
    }
    code = check_keys(p->client_path, text, &keys);
    if (!code &&
        (keys.count > 1 || (keys.count && !bw_tls_keys_find(&keys, p->name)))) {
        code = bw_tool_fail("%s has the key of another client; name another "
                            "folder with --folder",
                            p->client_path);
    }
    bw_tls_keys_wipe(&keys);
    explicit_bzero(text, strlen(text));
    free(text);
    return code;
}

static int make_folder(struct pairing *p)
{
    char given[PATH_MAX];

    snprintf(given, sizeof(given), "%s%s", p->folder ? p->folder : "benchwire-",
             p->folder ? "" : p->name);
    p->made_folder = mkdir(given, 0700) == 0;
    if (!p->made_folder && errno != EEXIST) {
        return fail_file("make", given);
    }
    if (!realpath(given, p->found_folder)) {
        return fail_file("find", given);
    }
    snprintf(p->client_path, sizeof(p->client_path), "%s/%s", p->found_folder,
             BW_TLS_PSK_FILE);
    return check_folder(p);
}

static int fill_folder(struct pairing *p)
{
    char text[BW_WIRE_MAX_NAME + 2 * KEY_LEN + 3];
    int code = 0;

    snprintf(text, sizeof(text), "%s:%s\n", p->name, p->hex);
    if (bw_file_swap(p->client_path, text, 0600) < 0 ||
        chmod(p->client_path, 0600) < 0) {
        code = fail_file("write", p->client_path);
    }
    explicit_bzero(text, sizeof(text));
    if (p->made_folder) {
        give_away(p->found_folder);
    }
    give_away(p->client_path);
    return code;
}

/* What it says is of no use. */
static void drop_folder(const struct pairing *p, bool filled)
{
    if (filled) {
        unlink(p->client_path);
    }
    if (p->made_folder) {
        rmdir(p->found_folder);
    }
}

/* --- where the agent is --- */

static bool is_any(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* The first address of this machine that others can reach. */
static void find_host(struct pairing *p)
{
    const struct bw_config_address *tls = &config.listen.tls;
    struct ifaddrs *list = NULL, *a;

    snprintf(p->found_host, sizeof(p->found_host), "%s",
             p->host                           ? p->host
             : tls->line && !is_any(tls->host) ? tls->host
                                               : "127.0.0.1");
    if (p->host || (tls->line && !is_any(tls->host)) || getifaddrs(&list) < 0) {
        return;
    }
    for (a = list; a; a = a->ifa_next) {
        if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET &&
            (a->ifa_flags & IFF_UP) && !(a->ifa_flags & IFF_LOOPBACK) &&
            getnameinfo(a->ifa_addr, sizeof(struct sockaddr_in), p->found_host,
                        sizeof(p->found_host), NULL, 0, NI_NUMERICHOST) == 0) {
            break;
        }
    }
    freeifaddrs(list);
}

/* --- the agent --- */

/* An agent that does not run reads its files when it starts. */
static int ask_to_reload(struct bw_tool *t)
{
    struct bw_client *c = &t->client;
    char address[BW_CONFIG_MAX_PATH + 8];
    char text[BW_WIRE_MAX_TEXT + 1] = "";
    struct bw_reader body;

    snprintf(address, sizeof(address), "unix:%s", config.listen.unix_path);
    if (bw_client_connect(c, strcmp(t->address, BW_CLIENT_DEFAULT) == 0 &&
                                     config.listen.unix_path[0]
                                 ? address
                                 : t->address) != BW_OK) {
        fprintf(stderr,
                "benchwire: no agent was asked to read its files again (%s)\n",
                c->error);
        return 0;
    }
    bw_client_begin(c, BW_MSG_RELOAD);
    if (bw_client_call(c, BW_SERVER_RELOAD_MS + BW_CLIENT_WAIT_MS, &body) !=
        BW_OK) {
        return bw_tool_fail("the agent does not take it: %s", c->error);
    }
    bw_wire_get_text(&body, text);
    fprintf(stderr, "benchwire: the agent: %s\n", text);
    return 0;
}

/* The agent's files, the one that may be refused for its content first. */
static int write_files(struct pairing *p, const char *keys)
{
    int code = add_identity(p);

    return code ? code : swap_keys(p, bw_pair_add_key(keys, p->name, p->hex));
}

/* The client's folder before the agent's files: a key without one is lost. */
static int write_all(struct pairing *p)
{
    int code;
    char *keys = read_keys(p, false, &code);
    bool filled = false;

    if (!code && !make_key(p)) {
        code = fail_file("make", "a key");
    }
    if (!code) {
        code = make_folder(p);
        if (!code) {
            filled = true;
            code = fill_folder(p);
        }
        if (!code) {
            code = write_files(p, keys);
        }
        if (code) {
            drop_folder(p, filled);
        }
    }
    forget(keys);
    explicit_bzero(p->hex, sizeof(p->hex));
    return code;
}

static int pair(struct bw_tool *t, struct pairing *p)
{
    char *command;
    int code = write_all(p);

    if (code) {
        return code;
    }
    find_host(p);
    fprintf(stderr,
            "benchwire: \"%s\" has a key, in %s; copy that folder to where "
            "QEMU runs, as a secret\n",
            p->name, p->found_folder);
    code = ask_to_reload(t);
    command = bw_pair_command(&config, p->name, p->found_folder, p->found_host);
    if (!command) {
        return bw_tool_fail("out of memory");
    }
    puts(command);
    free(command);
    return code;
}

int bw_tool_pair(struct bw_tool *t, int argc, char **argv)
{
    static struct pairing p = { .file = DEFAULT_FILE };
    int code = parse(&p, pair_options, argc, argv);

    if (!code) {
        code = load(&p);
    }
    return code ? code : pair(t, &p);
}

/* The section that pair wrote; another one is its owner's. */
static int drop_identity(const struct pairing *p)
{
    char *text = bw_file_text(p->file), *changed;
    int code = 0;

    if (!text) {
        return fail_file("read", p->file);
    }
    changed = bw_pair_drop_identity(text, p->name);
    if (!changed) {
        code = bw_tool_fail("out of memory");
    } else if (strcmp(changed, text) != 0) {
        code = write_bench(p, changed);
    } else if (bw_policy_find(&config.policy, p->name)) {
        fprintf(stderr,
                "benchwire: [identity %s] stays in %s, it is not as pair made "
                "it\n",
                p->name, p->file);
    }
    free(changed);
    free(text);
    return code;
}

int bw_tool_unpair(struct bw_tool *t, int argc, char **argv)
{
    static struct pairing p = { .file = DEFAULT_FILE };
    int code = parse(&p, unpair_options, argc, argv);
    char *text = NULL;

    if (!code && p.export_count) {
        code = bw_tool_fail("unpair takes one NAME; see benchwire --help");
    }
    if (!code) {
        code = load(&p);
    }
    if (!code) {
        text = read_keys(&p, true, &code);
    }
    if (!code) {
        code = swap_keys(&p, bw_pair_drop_key(text, p.name));
    }
    forget(text);
    if (!code) {
        code = drop_identity(&p);
    }
    return code ? code : ask_to_reload(t);
}
