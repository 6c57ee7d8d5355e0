/*
 * Other programs for "benchwire up": find QEMU, ask it what it has, a private
 * agent, and a run.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_UP_RUN_H
#define BENCHWIRE_HOST_AGENT_UP_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BW_UP_MAX_PATH 4096

/**
 * bw_up_find_qemu: Benchwire's QEMU
 * @wish: what the user said, or NULL: benchwire-qemu in PATH, or else that of
 *        the source tree that this program is in
 * @path: BW_UP_MAX_PATH bytes
 *
 * Returns: whether there is one that can be run.
 */
bool bw_up_find_qemu(const char *wish, char *path);

/* The agent of this program's own release, or else one in PATH. */
bool bw_up_find_agent(char *path);

/**
 * bw_up_qemu_has: ask QEMU for its list of devices, chardevs or machines
 * @option: "-device", "-chardev" or "-machine"
 * @name: what has to be in the list
 *
 * Returns: 1; 0: it is not; -1: no list came within 20 s.
 */
int bw_up_qemu_has(const char *qemu, const char *option, const char *name);

/* An agent for one bench file, in a folder of its own. */
struct bw_up_agent {
    pid_t pid;     /* 0: none */
    char dir[128]; /* "": none */
    char address[160];
    char error[512]; /* one sentence after a failure */
};

/* Start it and wait until it serves, 10 s at most.  Returns whether it does. */
bool bw_up_agent_start(struct bw_up_agent *a, const char *bench_file);

/* End it and remove its folder.  Harmless without one. */
void bw_up_agent_stop(struct bw_up_agent *a);

/**
 * bw_up_run: run a program on this terminal, passing signals on to it
 *
 * Returns: its exit status, 128 and the signal's number if one ended it, or -1
 * and errno if it could not be started.
 */
int bw_up_run(char *const words[]);

#endif
