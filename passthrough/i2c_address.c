/*
 * Which part of the adapter's bus a guest's START means.
 *
 * Usually the one part that the device stands for.  With address=any it is
 * whichever the guest speaks to and no other device of the guest's bus is;
 * with ten-bit=on, and with address=any, an address of 10 bits: the first byte
 * after START and 11110xx, W is its low half, and only then the part is known
 * (NXP UM10204 rev. 7, section 3.1.11).  A read begins with such a write and
 * goes on with repeated START and 11110xx, R.  With general-call=on address 0
 * is passed on, for writing.
 *
 * Choices: the first byte of a 10-bit address is always acknowledged, as the
 * parts behind it are not known; one that is not there refuses the second.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "i2c_passthrough.h"

#define TEN_BIT_FIRST 0x78 /* 11110xx, without the R/W bit */
#define TEN_BIT_LAST  0x7b

static bool is_ten_bit(const I2CPassthrough *s, uint8_t addr7)
{
    return (s->any || s->ten_bit) && addr7 >= TEN_BIT_FIRST &&
           addr7 <= TEN_BIT_LAST;
}

uint8_t bw_i2c_address_first(uint16_t addr10)
{
    return TEN_BIT_FIRST | addr10 >> 8;
}

bool bw_i2c_address_set(I2CSlave *slave, const char *text, Error **errp)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(slave);
    unsigned number = 0;

    s->any = !strcmp(text, "any");
    if (!s->any && (qemu_strtoui(text, NULL, 0, &number) || number > 0x3ff)) {
        error_setg(errp, "address \"%s\" is neither a number up to 0x3ff nor "
                   "\"any\" for a whole bus", text);
        return false;
    }
    s->address = number;
    slave->address = s->any ? 0xff : MIN(number, 0xff);
    return true;
}

bool bw_i2c_address_match(I2CSlave *slave, uint8_t addr7, bool broadcast,
                          I2CNodeList *current_devs)
{
    I2CPassthrough *s = I2C_PASSTHROUGH(slave);
    I2CNode *node;

    if (broadcast ? !s->general_call :
        s->any ? bw_i2c_neighbours_have(slave, addr7) :
                 addr7 != slave->address) {
        return false;
    }
    s->guest_addr = addr7;
    node = g_new(struct I2CNode, 1);
    node->elt = slave;
    QLIST_INSERT_HEAD(current_devs, node, next);
    return true;
}

static void set_target(I2CPassthrough *s, uint16_t addr, uint16_t flags)
{
    s->target = addr;
    s->target_flags = flags;
}

BwI2CAddress bw_i2c_address_start(I2CPassthrough *s, bool is_read)
{
    bool again = s->open && s->target_flags & BW_I2C_TEN_BIT;

    s->half_addressed = false;
    if (s->guest_addr == 0) {
        set_target(s, 0, 0);
        return is_read ? BW_I2C_ADDRESS_NOBODY : BW_I2C_ADDRESS_KNOWN;
    }
    if (!is_ten_bit(s, s->guest_addr)) {
        set_target(s, s->any ? s->guest_addr : s->hostaddr, 0);
        return BW_I2C_ADDRESS_KNOWN;
    }
    if (!is_read) {
        s->half_addressed = true;
        return BW_I2C_ADDRESS_HALF;
    }
    return again && s->ten_guest >> 8 == (s->guest_addr & 3) ?
           BW_I2C_ADDRESS_KNOWN : BW_I2C_ADDRESS_NOBODY;
}

BwI2CAddress bw_i2c_address_byte(I2CPassthrough *s, uint8_t byte)
{
    s->half_addressed = false;
    s->ten_guest = (s->guest_addr & 3) << 8 | byte;
    if (s->ten_bit && s->ten_guest != s->address) {
        return BW_I2C_ADDRESS_NOBODY;
    }
    set_target(s, s->ten_bit ? s->hostaddr : s->ten_guest, BW_I2C_TEN_BIT);
    return BW_I2C_ADDRESS_KNOWN;
}
