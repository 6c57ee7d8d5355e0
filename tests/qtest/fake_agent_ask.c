/*
 * What the fake agent grants, and what tests may ask of it: fake_agent.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "fake_agent.h"
#include "fake_agent_priv.h"
#include "lib/wire.h"

void fake_agent_grant(struct fake_agent *f, uint16_t addr, uint32_t max_len)
{
    g_mutex_lock(&f->lock);
    f->grant_addr = addr;
    f->grant_max_len = max_len;
    g_mutex_unlock(&f->lock);
}

void fake_agent_grant_funcs(struct fake_agent *f, uint32_t funcs)
{
    g_mutex_lock(&f->lock);
    f->grant_funcs = funcs;
    g_mutex_unlock(&f->lock);
}

void fake_agent_move(struct fake_agent *f, uint16_t addr, uint16_t flags)
{
    g_mutex_lock(&f->lock);
    f->addr = addr;
    f->addr_flags = flags;
    g_mutex_unlock(&f->lock);
}

void fake_agent_grant_profile(struct fake_agent *f, const char *text)
{
    g_mutex_lock(&f->lock);
    g_free(f->profile);
    f->profile = g_strdup(text);
    g_mutex_unlock(&f->lock);
}

void fake_agent_poke(struct fake_agent *f, uint8_t reg, uint8_t value)
{
    g_mutex_lock(&f->lock);
    f->reg[reg] = value;
    g_mutex_unlock(&f->lock);
}

void fake_agent_refuse(struct fake_agent *f, int reg)
{
    g_mutex_lock(&f->lock);
    f->refuse_reg = reg;
    g_mutex_unlock(&f->lock);
}

bool fake_agent_is_idle(struct fake_agent *f)
{
    bool idle;

    g_mutex_lock(&f->lock);
    idle = f->phase == BW_STEP_IDLE;
    g_mutex_unlock(&f->lock);
    return idle;
}

uint8_t fake_agent_peek(struct fake_agent *f, uint8_t reg)
{
    uint8_t value;

    g_mutex_lock(&f->lock);
    value = f->reg[reg];
    g_mutex_unlock(&f->lock);
    return value;
}

void fake_agent_lease(struct fake_agent *f, uint32_t silence_ms)
{
    g_mutex_lock(&f->lock);
    f->caps |= BW_CAP_LEASE;
    f->silence_ms = silence_ms;
    g_mutex_unlock(&f->lock);
}

unsigned fake_agent_pings(struct fake_agent *f)
{
    unsigned n;

    g_mutex_lock(&f->lock);
    n = f->pings;
    g_mutex_unlock(&f->lock);
    return n;
}

struct fake_gpio *fake_agent_gpio(struct fake_agent *f)
{
    return f->gpio;
}

unsigned fake_agent_connections(struct fake_agent *f)
{
    unsigned n;

    g_mutex_lock(&f->lock);
    n = f->connections;
    g_mutex_unlock(&f->lock);
    return n;
}

char *fake_agent_transfers(struct fake_agent *f)
{
    char *text;

    g_mutex_lock(&f->lock);
    text = g_strdup(f->log->str);
    g_string_truncate(f->log, 0);
    g_mutex_unlock(&f->lock);
    return text;
}
