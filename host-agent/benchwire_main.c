/*
 * benchwire: look at an agent and use its exports from a terminal.
 *
 * See benchwire(1).  The commands are in tool_list.c, tool_i2c.c,
 * tool_smbus.c, tool_values.c, tool_fault.c, tool_gpio.c, tool_stats.c,
 * tool_admin.c, tool_pair.c, tool_discover.c, tool_flash.c, tool_drop.c,
 * tool_tape.c and tool_up.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/client_tls.h"
#include "host-agent/tls_creds.h"
#include "host-agent/tool.h"
#include "host-agent/version.h"

static const char usage_text[] =
    "Usage: benchwire [-c ADDRESS] COMMAND [ARGUMENT]...\n"
    "Look at a benchwired agent and use what it exports.\n"
    "\n"
    "  discover                           the agents on this network\n"
    "  list                               the exports and who holds them\n"
    "  get [NAME]                         values of simulated parts\n"
    "  set NAME VALUE                     change one, as in\n"
    "                                     set thermometer.temperature 25.5\n"
    "  i2c detect EXPORT [FIRST LAST]     which addresses answer\n"
    "  i2c get EXPORT ADDRESS [REGISTER [MODE [LENGTH]]]\n"
    "  i2c set EXPORT ADDRESS REGISTER [VALUE]... [MODE]\n"
    "  i2c transfer EXPORT DESC [DATA]... as in\n"
    "                                     i2c transfer thermometer w1@0x48 0 r2\n"
    "  smbus [-ap] PROTOCOL EXPORT ADDRESS [COMMAND [VALUE]...]\n"
    "                                     as in smbus -p block-read battery\n"
    "                                     0x0b 0x21; -p is with PEC\n"
    "  gpio info EXPORT                   the lines of a GPIO export\n"
    "  gpio get EXPORT [LINE]...          their levels\n"
    "  gpio set [-f TIME] EXPORT LINE=0|1...  drive them until interrupted, or\n"
    "                                     for a time\n"
    "  gpio watch [-n COUNT] [-e EDGES] [-b BIAS] [-p TIME] EXPORT [LINE]...\n"
    "                                     print edges as they come\n"
    "  fault list [BENCH]                 the faults that are set\n"
    "  fault add BENCH KIND [KEY=VALUE]... as in\n"
    "                                     fault add desk nack-data address=0x50\n"
    "                                     byte=2 chance=10%\n"
    "  fault clear BENCH [NUMBER]         remove one, or all\n"
    "  stats [EXPORT]                     transfers, failures, latency\n"
    "  who                                the sessions: who has what, since when\n"
    "  kick SESSION|EXPORT                end one, or all that have an export\n"
    "  pair [--config FILE] [--folder DIR] [--host HOST] NAME [EXPORT]...\n"
    "                                     make a key for a client, on the\n"
    "                                     agent's machine, and print QEMU's\n"
    "                                     command line that uses it\n"
    "  unpair [--config FILE] NAME        take it away again\n"
    "  reload                             make the agent read its bench file\n"
    "                                     again\n"
    "  flash [-b BOARD] FILE              program an emulated board; BOARD is\n"
    "                                     the QMP socket of its QEMU, or the\n"
    "                                     file that keeps its flash (default\n"
    "                                     $BENCHWIRE_BOARD, or else\n"
    "                                     build/run/qmp.sock)\n"
    "  drop [-b BOARD] FOLDER             program what is copied into FOLDER\n"
    "  up [OPTION]... [BENCH]             run a machine with the whole bench\n"
    "                                     attached; see benchwire up --help\n"
    "  tape COMMAND ...                   tapes of an emulated drive; see\n"
    "                                     benchwire tape --help\n"
    "\n"
    "  -c, --connect ADDRESS  the agent: unix:PATH, tcp:HOST:PORT or\n"
    "                         tls:HOST:PORT (default $BENCHWIRE, or else\n"
    "                         " BW_CLIENT_DEFAULT ")\n"
    "      --credentials DIR  for tls: the folder with keys.psk, or with\n"
    "                         ca-cert.pem, client-cert.pem and client-key.pem\n"
    "                         (default $BENCHWIRE_CREDENTIALS, or else\n"
    "                         " BW_TLS_DEFAULT_DIR ")\n"
    "      --identity NAME    whose key of keys.psk, if it has several\n"
    "  -h, --help             print this\n"
    "  -V, --version          print the version\n"
    "\n"
    "The i2c commands take the words and have the output and exit codes of\n"
    "i2cdetect, i2cget, i2cset and i2ctransfer.  See benchwire(1).\n";

/* What was printed must have arrived: a full disk is an error. */
static int finish_output(int code)
{
    if (fflush(stdout) || ferror(stdout)) {
        perror("benchwire: cannot write the output");
        return EXIT_FAILURE;
    }
    return code;
}

/* Returns -1 to go on, or the exit code. */
static int parse_options(struct bw_tool *t, int argc, char **argv)
{
    static const struct option longs[] = {
        { "connect", required_argument, NULL, 'c' },
        { "credentials", required_argument, NULL, 'C' },
        { "identity", required_argument, NULL, 'I' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    const char *credentials = NULL, *identity = NULL;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "+c:hV", longs, NULL)) != -1) {
        switch (c) {
        case 'c':
            t->address = optarg;
            break;
        case 'C':
            credentials = optarg;
            break;
        case 'I':
            identity = optarg;
            break;
        case 'h':
            fputs(usage_text, stdout);
            return finish_output(EXIT_SUCCESS);
        case 'V':
            puts("benchwire " BW_VERSION_TEXT);
            return finish_output(EXIT_SUCCESS);
        default:
            return bw_tool_fail("there is no option \"%s\", or it lacks its "
                                "argument; see benchwire --help",
                                argv[optind - 1]);
        }
    }
    bw_client_tls_set(credentials, identity);
    return -1;
}

/* "fault --help", "i2c get -h": asked for behind the command's one or two
 * words.  "tape" and "up" have help of their own. */
static bool wants_help(int argc, char **argv)
{
    int i;

    if (argc > 0 &&
        (strcmp(argv[0], "tape") == 0 || strcmp(argv[0], "up") == 0)) {
        return false;
    }
    for (i = 1; i < argc && i <= 2; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    /* clang-format off */
    static const struct bw_tool_command commands[] = {
        { "list", bw_tool_list },
        { "get", bw_tool_get },
        { "set", bw_tool_set },
        { "i2c", bw_tool_i2c },
        { "smbus", bw_tool_smbus },
        { "fault", bw_tool_fault },
        { "gpio", bw_tool_gpio },
        { "stats", bw_tool_stats },
        { "flash", bw_tool_flash },
        { "drop", bw_tool_drop },
        { "tape", bw_tool_tape },
        { "up", bw_tool_up },
        { "who", bw_tool_who },
        { "kick", bw_tool_kick },
        { "reload", bw_tool_reload },
        { "pair", bw_tool_pair },
        { "unpair", bw_tool_unpair },
        { "discover", bw_tool_discover },
        { NULL, NULL },
    };
    /* clang-format on */
    static struct bw_tool tool; /* big: it holds the frame buffers */
    const char *address = getenv("BENCHWIRE");
    int code;

    tool.address = address && address[0] ? address : BW_CLIENT_DEFAULT;
    tool.client.fd = -1;
    code = parse_options(&tool, argc, argv);
    if (code >= 0) {
        return code;
    }
    if (wants_help(argc - optind, argv + optind)) {
        fputs(usage_text, stdout);
        return finish_output(EXIT_SUCCESS);
    }
    code = bw_tool_run(&tool, commands, "", argc - optind, argv + optind);
    bw_client_close(&tool.client);
    return finish_output(code);
}
