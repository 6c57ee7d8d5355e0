/*
 * The other devices on the guest's bus, as i2c-passthrough looks at them.
 *
 * Two devices that answer to one address: QEMU's bus hands every transaction
 * to one of them, and never says so.  Such a machine is refused, whichever of
 * them the command line names first: those that are there already when the
 * device is made, and, once the machine is whole, those that came after it.
 * The bus takes no device later than that.
 *
 * With address=any the device leaves to the others what they answer to, so it
 * is only a second one of its kind that is refused.  Two addresses of 10 bits
 * with the same upper two begin with the same byte, and the bus goes by that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-core.h"
#include "system/system.h"
#include "i2c_passthrough.h"

static bool answers(I2CSlave *slave, uint8_t addr7)
{
    I2CNodeList found = QLIST_HEAD_INITIALIZER(found);
    I2CNode *node, *next;
    bool it_does;

    I2C_SLAVE_GET_CLASS(slave)->match_and_add(slave, addr7, false, &found);
    it_does = !QLIST_EMPTY(&found);
    QLIST_FOREACH_SAFE(node, &found, next, next) {
        QLIST_REMOVE(node, next);
        g_free(node);
    }
    return it_does;
}

bool bw_i2c_neighbours_have(I2CSlave *slave, uint8_t addr7)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &qdev_get_parent_bus(DEVICE(slave))->children,
                   sibling) {
        if (kid->child != DEVICE(slave) && kid->child->realized &&
            answers(I2C_SLAVE(kid->child), addr7)) {
            return true;
        }
    }
    return false;
}

static bool clash(I2CPassthrough *s, DeviceState *other)
{
    bool other_any = object_dynamic_cast(OBJECT(other), TYPE_I2C_PASSTHROUGH) &&
                     I2C_PASSTHROUGH(other)->any;

    if (s->any || other_any) {
        return s->any && other_any;
    }
    return answers(I2C_SLAVE(other), I2C_SLAVE(s)->address);
}

static void explain(I2CPassthrough *s, DeviceState *other, Error **errp)
{
    uint8_t addr7 = I2C_SLAVE(s)->address;
    const char *type = object_get_typename(OBJECT(other));

    if (s->any) {
        error_setg(errp, "i2c-passthrough: two devices with address=any are on "
                   "one bus; give one of them the address= of a part");
    } else if (s->ten_bit) {
        error_setg(errp, "i2c-passthrough: the first byte of address 0x%03x, "
                   "0x%02x, is taken by another device of this bus, %s; give "
                   "one i2c-passthrough with address=any for both",
                   s->address, addr7, type);
    } else {
        error_setg(errp, "i2c-passthrough: address 0x%02x is taken by another "
                   "device of this bus, %s; give another address=, hostaddr= "
                   "is the one on the adapter's bus", addr7, type);
    }
}

static bool check(I2CPassthrough *s, Error **errp)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &qdev_get_parent_bus(DEVICE(s))->children, sibling) {
        if (kid->child != DEVICE(s) && kid->child->realized &&
            clash(s, kid->child)) {
            explain(s, kid->child, errp);
            return false;
        }
    }
    return true;
}

static void machine_is_whole(Notifier *notifier, void *unused)
{
    check(container_of(notifier, I2CPassthrough, machine_done), &error_fatal);
}

bool bw_i2c_neighbours_init(I2CPassthrough *s, Error **errp)
{
    if (!check(s, errp)) {
        return false;
    }
    if (!phase_check(PHASE_MACHINE_READY)) {
        s->machine_done.notify = machine_is_whole;
        qemu_add_machine_init_done_notifier(&s->machine_done);
    }
    return true;
}

void bw_i2c_neighbours_finish(I2CPassthrough *s)
{
    if (s->machine_done.notify) {
        qemu_remove_machine_init_done_notifier(&s->machine_done);
        s->machine_done.notify = NULL;
    }
}
