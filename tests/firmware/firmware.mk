# Firmware of the end-to-end tests: build/firmware/tests/NAME.hex of
# tests/firmware/NAME.c and the harness. See firmware-samples/firmware.mk.
#
# SPDX-License-Identifier: GPL-2.0-or-later

FWT_DIR := $(BUILD)/firmware/tests
FWT_NAMES := $(patsubst tests/firmware/%.c,%,\
    $(filter-out %/harness.c,$(wildcard tests/firmware/*.c)))

firmware: $(FWT_NAMES:%=$(FWT_DIR)/%.hex)

.SECONDARY: $(FWT_NAMES:%=$(FWT_DIR)/%.o) $(FWT_NAMES:%=$(FWT_DIR)/%.elf) \
    $(FWT_DIR)/harness.o

$(FWT_DIR)/%.o: tests/firmware/%.c firmware-samples/firmware.mk \
    tests/firmware/firmware.mk | $(BUILD)/setup/firmware
	@mkdir -p $(@D)
	$(Q)$(FW_CC) $(FW_CFLAGS) -iquote . -MMD -MP -c $< -o $@

$(FWT_DIR)/%.elf: $(FWT_DIR)/%.o $(FWT_DIR)/harness.o $(FW_DIR)/drivers.a \
    firmware-samples/nrf51822.ld
	@echo "  LINK    $@"
	$(Q)$(FW_CC) $(FW_CFLAGS) $(FW_LDFLAGS) $(filter %.o %.a,$^) -o $@

$(FWT_DIR)/%.hex: $(FWT_DIR)/%.elf
	$(Q)$(FW_OBJCOPY) -O ihex $< $@

-include $(wildcard $(FWT_DIR)/*.d)
