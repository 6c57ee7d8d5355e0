# The agent's own tests and benchmark, beside the programs, which the top
# Makefile builds.
#
# SPDX-License-Identifier: GPL-2.0-or-later

.PHONY: build-bench
build-bench: $(BUILD)/host/tests/bench/pingpong \
		$(BUILD)/host/tests/bench/ownread

$(BUILD)/host/tests/bench/%: $(BUILD)/host/tests/bench/%.o \
		$(ARCHIVES:%=$(BUILD)/host/%)
	@echo "  LINK    $@"
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ $(AGENT_LIBS)

# libgpiod 2, if scripts/gpiod has found one
CFLAGS_backend_gpio = $(call gpiod,cflags)
$(foreach f,host asan fuzz cov,$(BUILD)/$(f)/host-agent/backend_gpio.o): \
	$(wildcard $(BUILD)/gpiod/cflags)

UNIT_LDFLAGS_test_i2c_dev := -Wl,--wrap=open,--wrap=close,--wrap=ioctl
UNIT_LDFLAGS_test_i2c_dev_smbus := $(UNIT_LDFLAGS_test_i2c_dev)
