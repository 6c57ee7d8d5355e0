#!/bin/bash
# The borders between the folders hold, and the checker sees a breach of each.
#
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/functions.sh"

# breach FILE TEXT: a tree that holds only this line must be refused
breach() {
    rm -rf "$TMP/tree"
    mkdir -p "$TMP/tree/$(dirname "$1")"
    printf '%s\n' "$2" >"$TMP/tree/$1"
    fails "refused: $1: $2" scripts/check-borders "$TMP/tree"
}

# fine FILE TEXT: the same, but must pass
fine() {
    rm -rf "$TMP/tree"
    mkdir -p "$TMP/tree/$(dirname "$1")"
    printf '%s\n' "$2" >"$TMP/tree/$1"
    ok "allowed: $1: ${2//$'\n'/ }" scripts/check-borders "$TMP/tree"
}

plan 24
ok "this tree keeps its borders" scripts/check-borders

breach lib/wire.c '#include <stdio.h>'
breach lib/wire.c '#include "qemu/osdep.h"'
breach lib/wire.h '#include "host-agent/session.h"'
breach lib/wire.c '    p = malloc(12);'
breach lib/wire.c 'static int calls;'
breach peripherals/parts/tmp102.c '#include <glib.h>'
breach peripherals/parts/tmp102.c '    now = time(NULL);'
breach peripherals/parts/tmp102.c '    printf("%d", x);'
breach boards/nrf51/nrf51_twi.c '    exit(1);'
breach passthrough/link.c '    fd = socket(AF_UNIX, SOCK_STREAM, 0);'
breach passthrough/link.c '    qemu_cond_wait(&s->cond, &s->lock);'
breach peripherals/i2c_part.c '    abort();'
breach host-agent/session.c '#include <linux/i2c-dev.h>'
breach host-agent/main.c '#include <gpiod.h>'
breach host-agent/session.c '#include <glib.h>'
breach host-agent/session.h '#include "qemu/osdep.h"'
breach host-agent/backend_i2c_dev.c '#include "backend_sim.h"'

fine lib/wire.c '#include <stdint.h>'
fine lib/wire.c '/* malloc(1) is not
   called */ static const int table[2];'
fine lib/wire.c 'static int decode(struct bw_reader *r);'
fine host-agent/backend_i2c_dev.c '#include <linux/i2c-dev.h>'
fine host-agent/backend_sim.c '#include "backend_sim.h"'
fine passthrough/link.c '    s = "exit(1)";'
