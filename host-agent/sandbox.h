/*
 * The sandbox: what the agent may ask of the kernel, and nothing else.
 *
 * benchwired_main.c enters it before anything of the bench is opened, so a
 * backend that needs something else is found out at once.  A session that is taken over by
 * its client can start no program, create no file, trace no process, make no
 * memory executable and gain no right.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SANDBOX_H
#define BENCHWIRE_HOST_AGENT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* The sanitizers of a test build trace and write files of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BW_SANDBOX_DEFAULT false
#else
#define BW_SANDBOX_DEFAULT true
#endif

/**
 * bw_sandbox_enter: for this process, for ever
 *
 * Call it while there is one thread.
 *
 * Returns: 0, or -1 with @error, one sentence with the cure.
 */
int bw_sandbox_enter(char *error, size_t error_size);

#endif
