# Firmware samples for the micro:bit V1 (nRF51822, Cortex-M0), built with
# Debian's gcc-arm-none-eabi and libnewlib-arm-none-eabi.
#
# SPDX-License-Identifier: GPL-2.0-or-later

FW_SAMPLES := hello i2c-scan thermometer regread-loop cpu-loop radio-ping pwm \
    display-scroll buttons adc sleep eeprom oled nunchuk clock-stretcher \
    smbus-battery i2c-torture button-led
FW_START := startup syscalls
FW_DRIVERS := uart clock twi smbus font display radio
FW_DIR := $(BUILD)/firmware

FW_CC := arm-none-eabi-gcc
FW_AR := arm-none-eabi-ar
FW_OBJCOPY := arm-none-eabi-objcopy
FW_CFLAGS := -mcpu=cortex-m0 -mthumb -std=gnu11 -Os -g \
    -ffunction-sections -fdata-sections \
    -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla \
    -Wshadow -Wundef -Wwrite-strings -Wformat-security
FW_LDFLAGS := -nostartfiles --specs=nano.specs -Wl,--gc-sections \
    -Tfirmware-samples/nrf51822.ld

FW_START_OBJS := $(FW_START:%=$(FW_DIR)/%.o)
FW_DRIVER_OBJS := $(FW_DRIVERS:%=$(FW_DIR)/%.o)

.PHONY: firmware
firmware: $(foreach s,$(FW_SAMPLES),$(FW_DIR)/$(s).hex $(FW_DIR)/$(s).bin)

# The objects are kept; make would take them for intermediate files.
.SECONDARY: $(FW_START_OBJS) $(FW_DRIVER_OBJS) \
    $(FW_SAMPLES:%=$(FW_DIR)/%.o) $(FW_SAMPLES:%=$(FW_DIR)/%.elf)

$(FW_DIR)/%.o: firmware-samples/%.c firmware-samples/firmware.mk \
    | $(BUILD)/setup/firmware
	@mkdir -p $(@D)
	$(Q)$(FW_CC) $(FW_CFLAGS) -MMD -MP -c $< -o $@

# An archive: a sample gets only the drivers, and interrupts, that it uses.
$(FW_DIR)/drivers.a: $(FW_DRIVER_OBJS)
	@echo "  AR      $@"
	$(Q)rm -f $@ && $(FW_AR) rcsD $@ $^

$(FW_DIR)/%.elf: $(FW_DIR)/%.o $(FW_START_OBJS) $(FW_DIR)/drivers.a \
    firmware-samples/nrf51822.ld
	@echo "  LINK    $@"
	$(Q)$(FW_CC) $(FW_CFLAGS) $(FW_LDFLAGS) $(filter %.o %.a,$^) -o $@

$(FW_DIR)/%.hex: $(FW_DIR)/%.elf
	$(Q)$(FW_OBJCOPY) -O ihex $< $@

$(FW_DIR)/%.bin: $(FW_DIR)/%.elf
	$(Q)$(FW_OBJCOPY) -O binary $< $@

-include $(wildcard $(FW_DIR)/*.d)
