/*
 * Resets of the nRF51, and its standing still, as one chip
 *
 * Source: nRF51 Series Reference Manual v3.0, chapter "Power management
 * (POWER)", reset behaviour: which reset reaches what.
 *
 * A reset that the chip makes for itself goes through QEMU's system reset, so
 * that -no-reboot, -action and the RESET event of QMP work, but reaches the
 * chip only: the parts on the board do not notice.  QEMU's own (system_reset)
 * resets the board as a whole, and firmware sees a reset by pin.
 *
 * A chip that is off or held in reset has a core that is switched off and
 * peripherals in reset state.  The core may execute a few instructions more,
 * those that had been translated together with the one that stopped it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/irq.h"
#include "system/runstate.h"
#include "target/arm/cpu.h"
#include "hw/benchwire/boards/nrf51/nrf51_soc.h"

/* What RAM holds after power has come back: neither zero nor what was there */
#define LOST_BYTE 0xa5

#define RAM_BASE 0x20000000

void nrf51_soc_halt(Nrf51Soc *s)
{
    ARMCPU *cpu = s->armv7m.cpu;

    cpu->power_state = PSCI_OFF;
    cpu_interrupt(CPU(cpu), CPU_INTERRUPT_HALT);
}

/* What POWER does */

static void reset_peripherals(Nrf51Soc *s)
{
    resettable_reset(OBJECT(s->peripherals), RESET_TYPE_COLD);
}

static void keep(Nrf51Soc *s, void *device)
{
    resettable_container_remove(s->peripherals, OBJECT(device));
}

static void keep_no_longer(Nrf51Soc *s, void *device)
{
    resettable_container_add(s->peripherals, OBJECT(device));
}

static void power_stop(void *opaque, unsigned why)
{
    Nrf51Soc *s = opaque;

    nrf51_soc_halt(s);
    if (why == NRF51_HELD_OFF) {
        keep(s, &s->gpio);
        keep(s, &s->lpcomp);
        reset_peripherals(s);
        keep_no_longer(s, &s->lpcomp);
        keep_no_longer(s, &s->gpio);
        if (nrf51_gpio_detect(&s->gpio)) {
            nrf51_power_wake(&s->clock, NRF51_RESET_OFF);
        }
    } else {
        reset_peripherals(s);
    }
}

static void power_reset(void *opaque)
{
    nrf51_soc_halt(opaque);
    qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
}

static void power_lose_ram(void *opaque, unsigned n)
{
    address_space_set(&((Nrf51Soc *)opaque)->dma,
                      RAM_BASE + n * NRF51_RAM_BLOCK_SIZE, LOST_BYTE,
                      NRF51_RAM_BLOCK_SIZE, MEMTXATTRS_UNSPECIFIED);
}

static const Nrf51PowerOps power_ops = {
    .stop = power_stop,
    .reset = power_reset,
    .lose_ram = power_lose_ram,
};

/* What resets or wakes the chip */

static void sysresetreq(void *opaque, int n, int level)
{
    if (level) {
        nrf51_power_reset(&NRF51_SOC(opaque)->clock, NRF51_RESET_SREQ);
    }
}

static void lockup(void *opaque, int n, int level)
{
    if (level) {
        nrf51_power_reset(&NRF51_SOC(opaque)->clock, NRF51_RESET_LOCKUP);
    }
}

static void detect_changed(void *opaque, bool detect)
{
    if (detect) {
        nrf51_power_wake(&NRF51_SOC(opaque)->clock, NRF51_RESET_OFF);
    }
}

static void anadetect(void *opaque, int n, int level)
{
    if (level) {
        nrf51_power_wake(&NRF51_SOC(opaque)->clock, NRF51_RESET_LPCOMP);
    }
}

/* Resets */

static bool only(uint32_t reasons, uint32_t of)
{
    return !(reasons & ~of);
}

bool nrf51_soc_reset(Nrf51Soc *s, ResetType type)
{
    uint32_t reasons = nrf51_power_noted(&s->clock);
    bool keep_wdt = only(reasons, NRF51_RESET_SREQ | NRF51_RESET_LOCKUP);
    bool keep_gpio = only(reasons, NRF51_RESET_OFF | NRF51_RESET_LPCOMP);

    if (type != RESET_TYPE_COLD || !reasons) {
        return false;
    }
    if (keep_wdt) {
        keep(s, &s->wdt);
    }
    if (keep_gpio) {
        keep(s, &s->gpio);
    }
    resettable_assert_reset(OBJECT(s->core), type);
    reset_peripherals(s);
    resettable_release_reset(OBJECT(s->core), type);
    if (keep_wdt) {
        keep_no_longer(s, &s->wdt);
    }
    if (keep_gpio) {
        keep_no_longer(s, &s->gpio);
    }
    return true;
}

void nrf51_soc_reset_done(Nrf51Soc *s)
{
    if (nrf51_power_held(&s->clock)) {
        nrf51_soc_halt(s);
    }
}

/* Which of them belongs to the core: all beneath armv7m */

static int add_core_part(Object *obj, void *opaque)
{
    if (object_dynamic_cast(obj, TYPE_DEVICE)) {
        resettable_container_add(opaque, obj);
    }
    return 0;
}

static int add_peripheral(Object *obj, void *opaque)
{
    Nrf51Soc *s = opaque;

    if (obj != OBJECT(&s->armv7m) && object_dynamic_cast(obj, TYPE_DEVICE)) {
        resettable_container_add(s->peripherals, obj);
    }
    return 0;
}

static ResettableContainer *new_container(Nrf51Soc *s, const char *name)
{
    Object *obj = object_new(TYPE_RESETTABLE_CONTAINER);

    object_property_add_child(OBJECT(s), name, obj);
    object_unref(obj);
    return RESETTABLE_CONTAINER(obj);
}

void nrf51_reset_connect(Nrf51Soc *s)
{
    DeviceState *soc = DEVICE(s);
    DeviceState *core = DEVICE(&s->armv7m);

    nrf51_power_connect(&s->clock, &power_ops, s, s->sram_size);
    qdev_init_gpio_in_named(soc, sysresetreq, "SYSRESETREQ", 1);
    qdev_init_gpio_in_named(soc, lockup, "LOCKUP", 1);
    qdev_connect_gpio_out_named(core, "SYSRESETREQ", 0,
                                qdev_get_gpio_in_named(soc, "SYSRESETREQ", 0));
    qdev_connect_gpio_out_named(core, "LOCKUP", 0,
                                qdev_get_gpio_in_named(soc, "LOCKUP", 0));
    qdev_init_gpio_in_named(soc, anadetect, "ANADETECT", 1);
    qdev_connect_gpio_out_named(DEVICE(&s->lpcomp), NRF51_LPCOMP_ANADETECT, 0,
                                qdev_get_gpio_in_named(soc, "ANADETECT", 0));
    s->detect.changed = detect_changed;
    s->detect.opaque = s;
    nrf51_gpio_listen_detect(&s->gpio, &s->detect);
}

void nrf51_reset_complete(Nrf51Soc *s)
{
    s->core = new_container(s, "reset-core");
    s->peripherals = new_container(s, "reset-peripherals");
    add_core_part(OBJECT(&s->armv7m), s->core);
    object_child_foreach_recursive(OBJECT(&s->armv7m), add_core_part, s->core);
    object_child_foreach(OBJECT(s), add_peripheral, s);
}
