/*
 * The commands of the benchwire tool; benchwire_main.c calls them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_TOOL_H
#define BENCHWIRE_HOST_AGENT_TOOL_H

#include "host-agent/bench.h"
#include "host-agent/client.h"

#define BW_TOOL_EXIT_READ 2 /* "i2c get": the part did not answer, as i2cget */
#define BW_TOOL_EXIT_OFF  2 /* "flash": no board runs at the socket */

struct bw_tool {
    const char *address; /* of the agent */
    struct bw_client client;
};

/**
 * struct bw_tool_command - one command
 * @run: @argc words from the command's own name on
 *
 * Returns (@run): the exit code; an error has been printed.
 */
struct bw_tool_command {
    const char *name;
    int (*run)(struct bw_tool *t, int argc, char **argv);
};

/* Print "benchwire: ..." as one line on standard error.  Returns 1. */
int bw_tool_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What bw_tool_fail() printed last, without "benchwire: " */
const char *bw_tool_error(void);

/* Look @argv[0] up in @commands (NULL name at the end) and run it; @group is
 * "" or "i2c ", for the error. */
int bw_tool_run(struct bw_tool *t, const struct bw_tool_command *commands,
                const char *group, int argc, char **argv);

/* The agent's list of exports, entry by entry; @visit returns false to stop.
 * Returns: 0, or an exit code after printing an error. */
int bw_tool_each_export(struct bw_tool *t,
                        bool (*visit)(const struct bw_wire_export *e,
                                      void *opaque),
                        void *opaque);

/* A whole number in any base of C within limits, or -1. */
long bw_tool_number(const char *text, long min, long max);

/* Connect and open an I2C export.  Returns: 0, or 1 after an error. */
int bw_tool_open_i2c(struct bw_tool *t, const char *name);

/* The bench exports of an agent. */
struct bw_tool_benches {
    char names[BW_BENCH_MAX_EXPORTS][BW_WIRE_MAX_NAME + 1];
    size_t count;
};

/* Ask for them, at least one; open one.  The connection is closed after the
 * first, and left open by the second.  Return: 0, or an exit code after
 * printing an error. */
int bw_tool_find_benches(struct bw_tool *t, struct bw_tool_benches *b);
int bw_tool_open_bench(struct bw_tool *t, const char *name);

int bw_tool_list(struct bw_tool *t, int argc, char **argv);
int bw_tool_i2c(struct bw_tool *t, int argc, char **argv);
int bw_tool_gpio(struct bw_tool *t, int argc, char **argv);
int bw_tool_smbus(struct bw_tool *t, int argc, char **argv);
int bw_tool_get(struct bw_tool *t, int argc, char **argv);
int bw_tool_set(struct bw_tool *t, int argc, char **argv);
int bw_tool_fault(struct bw_tool *t, int argc, char **argv);
int bw_tool_discover(struct bw_tool *t, int argc, char **argv);
int bw_tool_stats(struct bw_tool *t, int argc, char **argv);
int bw_tool_who(struct bw_tool *t, int argc, char **argv);
int bw_tool_kick(struct bw_tool *t, int argc, char **argv);
int bw_tool_reload(struct bw_tool *t, int argc, char **argv);
int bw_tool_pair(struct bw_tool *t, int argc, char **argv);
int bw_tool_unpair(struct bw_tool *t, int argc, char **argv);
int bw_tool_flash(struct bw_tool *t, int argc, char **argv);
int bw_tool_drop(struct bw_tool *t, int argc, char **argv);
int bw_tool_up(struct bw_tool *t, int argc, char **argv);
int bw_tool_tape(struct bw_tool *t, int argc, char **argv);

/* The board that "-b" after the command's name, or the environment, names, or
 * else the usual one; the option is taken out of the words. */
const char *bw_tool_board(int *argc, char ***argv);

/* Program the file @path.  Returns: 0, or an exit code after printing an
 * error. */
int bw_tool_flash_board(const char *board, const char *path);

#endif
