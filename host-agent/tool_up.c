/*
 * "benchwire up": an emulated machine with a whole bench attached to it.
 *
 * Asks the agent (a private one for a bench file) what there is, LIST and
 * DESCRIBE; lets up_plan.c decide what goes where; says so, with what is
 * missing and the cure; and runs QEMU, whose exit status is its own.
 * See benchwire(1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "host-agent/client_tls.h"
#include "host-agent/up_plan.h"
#include "host-agent/up_run.h"
#include "lib/text.h"
#include "lib/wire_gpio.h"

/* Where the agent is that a printed command line starts. */
#define PRINT_SOCKET "benchwire-up.sock"

static const char up_help[] =
    "Usage: benchwire [-c ADDRESS] up [OPTION]... [BENCH] [-- ARGUMENT...]\n"
    "Run an emulated machine with everything of a bench attached to it.\n"
    "\n"
    "BENCH is an agent (unix:PATH, tcp:HOST:PORT, tls:HOST:PORT) or a bench\n"
    "file, for which an agent is started that ends with the machine. Default:\n"
    "the agent that -c or $BENCHWIRE names. ARGUMENTs are for QEMU.\n"
    "\n"
    "  -m, --machine NAME      microbit (default), virt or raspi2b\n"
    "  -f, --firmware FILE     the board's program; a kernel for the others\n"
    "      --map EXPORT=PLACE  an I2C part's address on the machine's bus, or\n"
    "                          the pin of an export that is one line\n"
    "      --pin LINE=PIN      as in --pin lines.led=P1; LINE alone if there is\n"
    "                          one GPIO export only\n"
    "      --only EXPORT       attach this, and what else --only names\n"
    "      --without EXPORT    attach all but this\n"
    "      --print             print the command line and exit\n"
    "      --readconfig FILE   write a file for QEMU's -readconfig and exit; -\n"
    "                          is the standard output\n"
    "      --qemu PATH         take this QEMU\n"
    "  -h, --help              print this\n"
    "\n"
    "Exit status: QEMU's own, and before it was started 64 wrong words, 66 no\n"
    "firmware, 69 no agent or nothing to attach, 72 no suitable QEMU, 78 a\n"
    "bench file that no agent takes. See benchwire(1).\n";

struct up {
    struct bw_tool *t;
    struct bw_up plan;
    const char *bench;     /* as the user wrote it */
    const char *qemu_wish; /* NULL: look for one */
    const char *config;    /* of --readconfig */
    bool print;
    char qemu[BW_UP_MAX_PATH];
    bool has_qemu;
    bool is_file;
    struct bw_up_agent agent;
    char identity[BW_WIRE_MAX_NAME + 1];
    int more_count; /* arguments for QEMU */
    char **more;
};

static bool only_writes(const struct up *u)
{
    return u->print || u->config;
}

/* --- words --- */

/* Print "benchwire: ...", return the exit code. */
#define REFUSE(code, ...) (bw_tool_fail(__VA_ARGS__), (code))

static int add_name(const char **names, size_t *count, const char *name)
{
    if (*count == BW_UP_MAX_WISHES) {
        return REFUSE(EX_USAGE,
                      "up: more than %d of --only, --without, --map "
                      "or --pin; write a bench file with less in it",
                      BW_UP_MAX_WISHES);
    }
    names[(*count)++] = name;
    return 0;
}

static int add_wish(struct up *u, const char *text)
{
    if (u->plan.wish_count == BW_UP_MAX_WISHES) {
        return REFUSE(EX_USAGE, "up: more than %d of --map and --pin",
                      BW_UP_MAX_WISHES);
    }
    u->plan.wishes[u->plan.wish_count++].text = text;
    return 0;
}

static int set_machine(struct up *u, const char *name)
{
    u->plan.machine = bw_up_machine_find(name);
    if (!u->plan.machine) {
        return REFUSE(EX_USAGE,
                      "up: there is no machine \"%s\" that a bench can be "
                      "attached to; take %s",
                      name, bw_up_machine_names());
    }
    return 0;
}

enum {
    OPT_MAP = 256,
    OPT_ONLY,
    OPT_WITHOUT,
    OPT_PRINT,
    OPT_CONFIG,
    OPT_QEMU
};

static int take_option(struct up *u, int c, char *word)
{
    switch (c) {
    case 'm':
        return set_machine(u, optarg);
    case 'f':
        u->plan.firmware = optarg;
        return 0;
    case OPT_MAP:
        return add_wish(u, optarg);
    case OPT_ONLY:
        return add_name(u->plan.only, &u->plan.only_count, optarg);
    case OPT_WITHOUT:
        return add_name(u->plan.without, &u->plan.without_count, optarg);
    case OPT_PRINT:
        u->print = true;
        return 0;
    case OPT_CONFIG:
        u->config = optarg;
        return 0;
    case OPT_QEMU:
        u->qemu_wish = optarg;
        return 0;
    default:
        return REFUSE(EX_USAGE,
                      "up: there is no option \"%s\", or it lacks its "
                      "argument; see benchwire up --help",
                      word);
    }
}

/* Returns -1 to go on, or an exit code. */
static int parse_words(struct up *u, int argc, char **argv)
{
    static const struct option longs[] = {
        { "machine", required_argument, NULL, 'm' },
        { "firmware", required_argument, NULL, 'f' },
        { "map", required_argument, NULL, OPT_MAP },
        { "pin", required_argument, NULL, OPT_MAP },
        { "only", required_argument, NULL, OPT_ONLY },
        { "without", required_argument, NULL, OPT_WITHOUT },
        { "print", no_argument, NULL, OPT_PRINT },
        { "readconfig", required_argument, NULL, OPT_CONFIG },
        { "qemu", required_argument, NULL, OPT_QEMU },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int c, code = 0, words = argc;

    while (words > 1 && strcmp(argv[words - 1], "--") != 0) {
        words--;
    }
    words = words > 1 ? words - 1 : argc; /* without "--" and what follows */
    u->more = argv + (words < argc ? words + 1 : argc);
    u->more_count = argc - (int)(u->more - argv);
    optind = 0; /* glibc: begin anew */
    while (code == 0 &&
           (c = getopt_long(words, argv, "m:f:h", longs, NULL)) != -1) {
        if (c == 'h') {
            fputs(up_help, stdout);
            return EXIT_SUCCESS;
        }
        code = take_option(u, c, argv[optind - 1]);
    }
    if (code) {
        return code;
    }
    if (words - optind > 1) {
        return REFUSE(EX_USAGE,
                      "up: one bench at a time, not \"%s\" too; arguments for "
                      "QEMU come after --",
                      argv[optind + 1]);
    }
    u->bench = optind < words ? argv[optind] : u->t->address;
    return -1;
}

/* --- what is needed before anything is asked --- */

static bool is_address(const char *text)
{
    return strncmp(text, "unix:", 5) == 0 || strncmp(text, "tcp:", 4) == 0 ||
           strncmp(text, "tls:", 4) == 0;
}

static int check_firmware(const struct up *u)
{
    const char *file = u->plan.firmware;
    struct stat st;

    if (!file && u->more_count == 0 && !only_writes(u)) {
        return REFUSE(EX_NOINPUT,
                      "the machine has nothing to run; give --firmware FILE, "
                      "such as build/firmware/thermometer.hex for a microbit "
                      "or a Linux kernel for virt");
    }
    if (!file) {
        return 0;
    }
    if (stat(file, &st) < 0 || access(file, R_OK) < 0) {
        return REFUSE(EX_NOINPUT,
                      "cannot read the firmware %s: %s; name a file that is "
                      "there (\"make firmware\" builds the samples)",
                      file, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return REFUSE(EX_NOINPUT,
                      "the firmware %s is no file; name a .hex, .elf or .bin, "
                      "or a kernel for virt",
                      file);
    }
    return 0;
}

static int check_qemu(struct up *u)
{
    const char *machine = bw_up_machine_name(u->plan.machine);

    u->has_qemu = bw_up_find_qemu(u->qemu_wish, u->qemu);
    if (!u->has_qemu && u->qemu_wish) {
        return REFUSE(EX_OSFILE,
                      "there is no program %s to be QEMU; correct --qemu or "
                      "leave it out",
                      u->qemu_wish);
    }
    if (!u->has_qemu && only_writes(u)) {
        snprintf(u->qemu, sizeof(u->qemu), "benchwire-qemu");
        return 0;
    }
    if (!u->has_qemu) {
        return REFUSE(EX_OSFILE,
                      "QEMU is not there: no benchwire-qemu in PATH; install "
                      "the package benchwire-qemu, type make qemu in the "
                      "source tree, or name it with --qemu PATH");
    }
    if (bw_up_qemu_has(u->qemu, "-machine", machine) != 1) {
        return REFUSE(EX_OSFILE,
                      "%s has no machine \"%s\"; take Benchwire's QEMU "
                      "(package benchwire-qemu, or make qemu)",
                      u->qemu, machine);
    }
    return 0;
}

/* The devices that the plan needs. */
static int check_devices(const struct up *u)
{
    const struct bw_up *p = &u->plan;
    size_t i;

    for (i = 0; u->has_qemu && i < p->export_count; i++) {
        const struct bw_up_export *x = &p->exports[i];
        const char *device = bw_up_device(x->is.kind);
        bool usb = x->is.kind == BW_EXPORT_USB;

        if (!x->attached) {
            continue;
        }
        if (bw_up_qemu_has(u->qemu, "-device", device) != 1 ||
            (usb &&
             bw_up_qemu_has(u->qemu, "-chardev", "benchwire-usb") != 1)) {
            return REFUSE(EX_OSFILE,
                          "%s has no %s, which \"%s\" needs; take this "
                          "release of Benchwire's QEMU (package "
                          "benchwire-qemu, or make qemu)",
                          u->qemu, usb ? "chardev benchwire-usb" : device,
                          x->is.name);
        }
    }
    return 0;
}

/* --- the agent --- */

static int reach_agent(struct up *u)
{
    struct bw_client *c = &u->t->client;
    struct stat st;

    u->is_file = !is_address(u->bench);
    if (u->is_file && stat(u->bench, &st) < 0) {
        return REFUSE(EX_NOINPUT,
                      "there is no bench file %s; name one, or an agent as "
                      "unix:PATH, tcp:HOST:PORT or tls:HOST:PORT",
                      u->bench);
    }
    if (u->is_file && !bw_up_agent_start(&u->agent, u->bench)) {
        return REFUSE(EX_CONFIG, "%s", u->agent.error);
    }
    u->t->address = u->is_file ? u->agent.address : u->bench;
    if (bw_client_connect(c, u->t->address) != BW_OK) {
        return REFUSE(EX_UNAVAILABLE, "%s", c->error);
    }
    return 0;
}

static bool take_export(const struct bw_wire_export *e, void *opaque)
{
    struct bw_up *p = opaque;

    if (p->export_count < BW_BENCH_MAX_EXPORTS) {
        p->exports[p->export_count++].is = *e;
    }
    return true;
}

static int ask_exports(struct up *u)
{
    struct bw_client *c = &u->t->client;
    size_t i;

    if (bw_tool_each_export(u->t, take_export, &u->plan)) {
        return EX_UNAVAILABLE;
    }
    for (i = 0; i < u->plan.export_count; i++) {
        struct bw_up_export *x = &u->plan.exports[i];

        if (!(c->caps & BW_CAP_DESCRIBE)) {
            memcpy(x->now.what, x->is.text, sizeof(x->now.what));
        } else if (bw_client_describe(c, x->is.name, &x->now) != BW_OK) {
            if (c->fd < 0) {
                return REFUSE(EX_UNAVAILABLE, "%s", c->error);
            }
            snprintf(x->now.cure, sizeof(x->now.cure), "%.*s",
                     (int)bw_text_cut(c->error, BW_WIRE_MAX_TEXT), c->error);
        }
    }
    return 0;
}

/* Is each line that was named one of the export's?  Without the lines, because
 * somebody has them, nobody can tell. */
static int check_lines(struct up *u, size_t number)
{
    struct bw_client *c = &u->t->client;
    const struct bw_up_export *x = &u->plan.exports[number];
    static struct bw_wire_gpio_line lines[BW_GPIO_MAX_LINES];
    char names[BW_UP_MAX_NOTE] = "";
    size_t count = 0, at = 0, i, k;
    struct bw_reader body;

    if (bw_client_connect(c, u->t->address) != BW_OK ||
        bw_client_open(c, BW_EXPORT_GPIO, x->is.name) != BW_OK) {
        bw_client_close(c);
        return 0;
    }
    bw_client_begin(c, BW_MSG_GPIO_LINES);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) == BW_OK) {
        while (count < BW_GPIO_MAX_LINES && bw_reader_left(&body) > 0 &&
               bw_wire_get_gpio_line(&body, &lines[count]) == BW_OK) {
            at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
                                   count ? ", " : "", lines[count].name);
            at = at < sizeof(names) ? at : sizeof(names) - 1;
            count++;
        }
    }
    bw_client_close(c);
    for (i = 0; count && i < u->plan.wish_count; i++) {
        const struct bw_up_wish *w = &u->plan.wishes[i];

        if (w->export != number) {
            continue;
        }
        for (k = 0; k < count && strcmp(lines[k].name, w->line) != 0; k++) {
            continue;
        }
        if (k == count && (w->line[0] || count > 1)) {
            return REFUSE(EX_USAGE,
                          "\"%s\": export \"%s\" has no line \"%s\"; it has "
                          "%s",
                          w->text, x->is.name, w->line, names);
        }
    }
    return 0;
}

static int check_all_lines(struct up *u)
{
    int code = 0;
    size_t i;

    for (i = 0; code == 0 && i < u->plan.export_count; i++) {
        if (u->plan.exports[i].attached &&
            u->plan.exports[i].is.kind == BW_EXPORT_GPIO) {
            code = check_lines(u, i);
        }
    }
    return code;
}

/* --- what is said --- */

static void print_export(FILE *f, const struct bw_up_export *x)
{
    fprintf(f, "  %-14s %-6s %-9s %-26s %s\n", x->is.name,
            bw_up_kind_name(x->is.kind), bw_describe_state_name(x->now.state),
            x->place[0] && !x->note[0] ? x->place : "-", x->now.what);
    if (x->note[0]) {
        fprintf(f, "      not attached: %s\n", x->note);
    }
    if (x->now.cure[0]) {
        fprintf(f, "      %s: %s\n", bw_describe_state_name(x->now.state),
                x->now.cure);
    }
}

static void print_table(const struct up *u, FILE *f)
{
    size_t i;

    fprintf(f, "%s with the bench %s:\n", bw_up_machine_name(u->plan.machine),
            u->bench);
    fprintf(f, "  %-14s %-6s %-9s %-26s %s\n", "EXPORT", "TYPE", "STATE",
            "IN THE MACHINE", "WHAT IT IS");
    for (i = 0; i < u->plan.export_count; i++) {
        print_export(f, &u->plan.exports[i]);
    }
    if (u->is_file && !only_writes(u) && bw_up_attached(&u->plan) > 0) {
        fprintf(f, "In another terminal: %s -c %s list\n",
                program_invocation_name, u->agent.address);
    }
    fflush(f);
}

/* --- what is done --- */

/* The command line of the agent for a bench file. */
static void put_agent(const struct up *u, FILE *f)
{
    char path[BW_UP_MAX_PATH];

    bw_up_put_word(f, bw_up_find_agent(path) ? path : "benchwired");
    fputs(" -c ", f);
    bw_up_put_word(f, u->bench);
    fputs(" -u " PRINT_SOCKET, f);
}

static int print_command(const struct up *u, char *const words[])
{
    size_t i;

    if (u->is_file) {
        fputs("(", stdout);
        put_agent(u, stdout);
        fputs(" & trap \"kill $!\" EXIT; ", stdout);
    }
    for (i = 0; words[i]; i++) {
        fputs(i ? " " : "", stdout);
        bw_up_put_word(stdout, words[i]);
    }
    fputs(u->is_file ? ")\n" : "\n", stdout);
    return EXIT_SUCCESS;
}

static void put_header(const struct up *u, FILE *f)
{
    const char *const *console = bw_up_console(&u->plan);
    size_t i;

    fputs("# ", f);
    bw_up_put_word(f, u->qemu);
    for (i = 0; console[i]; i++) {
        fprintf(f, " %s", console[i]);
    }
    fputs(" -readconfig FILE\n", f);
    if (u->is_file) {
        fputs("# with this agent: ", f);
        put_agent(u, f);
        fputs("\n", f);
    }
}

static int write_config(const struct up *u, const struct bw_up_options *o)
{
    bool std = strcmp(u->config, "-") == 0, ok;
    FILE *f = std ? stdout : fopen(u->config, "we");

    if (!f) {
        return REFUSE(EX_CANTCREAT,
                      "cannot write %s: %s; name a file in a folder that is "
                      "there, or - for the terminal",
                      u->config, strerror(errno));
    }
    put_header(u, f);
    ok = bw_up_put_config(f, o);
    if (!std && fclose(f)) {
        return REFUSE(EX_IOERR, "cannot write %s: %s", u->config,
                      strerror(errno));
    }
    if (!ok) {
        return REFUSE(EX_USAGE,
                      "a file for -readconfig cannot have a quotation mark, "
                      "and the name of a file or an export has one; rename it "
                      "or take --print");
    }
    return EXIT_SUCCESS;
}

static int run_qemu(char *const words[])
{
    int code = bw_up_run(words);

    if (code < 0) {
        return REFUSE(EX_OSFILE, "cannot run %s: %s", words[0],
                      strerror(errno));
    }
    return code;
}

/* QEMU, its options, the console, what the user has added. */
static int gather_words(const struct up *u, const struct bw_up_options *o,
                        char *words[BW_UP_MAX_WORDS])
{
    const char *const *console = bw_up_console(&u->plan);
    int count = bw_up_words(o, words + 1, BW_UP_MAX_WORDS - 1);
    int i;

    words[0] = (char *)u->qemu;
    if (count < 0 || count + u->more_count + 16 > BW_UP_MAX_WORDS) {
        return -1;
    }
    count++;
    for (i = 0; console[i]; i++) {
        words[count++] = (char *)console[i];
    }
    for (i = 0; i < u->more_count; i++) {
        words[count++] = u->more[i];
    }
    words[count] = NULL;
    return 0;
}

static int do_it(struct up *u)
{
    static struct bw_up_options options;
    static char *words[BW_UP_MAX_WORDS];

    if (u->is_file && only_writes(u)) {
        u->plan.address = "unix:" PRINT_SOCKET;
    }
    bw_up_build(&u->plan, &options);
    if (options.failed || gather_words(u, &options, words) < 0) {
        return REFUSE(EX_USAGE, "the command line would be too long, or a name "
                                "has a line end; attach less with --only");
    }
    if (u->config) {
        return write_config(u, &options);
    }
    return u->print ? print_command(u, words) : run_qemu(words);
}

/* What TLS needs of QEMU. */
static int find_key(struct up *u)
{
    char error[BW_CLIENT_MAX_ERROR];

    if (strncmp(u->plan.address, "tls:", 4) != 0) {
        return 0;
    }
    if (!bw_client_tls_own(&u->plan.tls_dir, u->identity, error,
                           sizeof(error))) {
        return REFUSE(EX_UNAVAILABLE, "%s", error);
    }
    u->plan.tls_identity = u->identity[0] ? u->identity : NULL;
    return 0;
}

static int plan_and_do(struct up *u)
{
    char why[2 * BW_UP_MAX_NOTE];
    int code;

    bw_client_close(&u->t->client);
    u->plan.address = u->t->address;
    if (!bw_up_plan(&u->plan, why, sizeof(why))) {
        return REFUSE(EX_USAGE, "up: %s", why);
    }
    code = check_all_lines(u);
    if (code == 0) {
        code = check_devices(u);
    }
    if (code == 0) {
        code = find_key(u);
    }
    if (code) {
        return code;
    }
    print_table(u, only_writes(u) ? stderr : stdout);
    if (bw_up_attached(&u->plan) == 0) {
        return REFUSE(EX_UNAVAILABLE,
                      "nothing of the bench %s can be attached to machine "
                      "\"%s\"; the table above says why",
                      u->bench, bw_up_machine_name(u->plan.machine));
    }
    return do_it(u);
}

int bw_tool_up(struct bw_tool *t, int argc, char **argv)
{
    static struct up u;
    int code;

    u.t = t;
    set_machine(&u, "microbit");
    code = parse_words(&u, argc, argv);
    if (code >= 0) {
        return code;
    }
    code = check_firmware(&u);
    if (code == 0) {
        code = check_qemu(&u);
    }
    if (code == 0) {
        code = reach_agent(&u);
    }
    if (code == 0) {
        code = ask_exports(&u);
    }
    if (code == 0) {
        code = plan_and_do(&u);
    }
    bw_client_close(&t->client);
    bw_up_agent_stop(&u.agent);
    return code;
}
