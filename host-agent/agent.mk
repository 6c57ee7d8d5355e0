# The agent's own tests and benchmark, beside the programs, which the top
# Makefile builds.
#
# SPDX-License-Identifier: GPL-2.0-or-later

.PHONY: build-bench
build-bench: $(BUILD)/host/tests/bench/pingpong \
		$(BUILD)/host/tests/bench/ownread \
		$(BUILD)/host/tests/bench/scsi \
		$(BUILD)/host/tests/bench/sessions \
		$(BUILD)/host/tests/bench/tape

# tests/load/NAME.c: clients that put load on an agent
LOAD_TESTS := $(addprefix $(BUILD)/host/tests/load/,load soak)
load-tests: $(LOAD_TESTS)
$(LOAD_TESTS): $(BUILD)/host/tests/load/%: $(BUILD)/host/tests/load/%.o \
		$(BUILD)/host/tests/load/crowd.o $(ARCHIVES:%=$(BUILD)/host/%)
	@echo "  LINK    $@"
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ $(AGENT_LIBS)

$(BUILD)/host/tests/bench/%: $(BUILD)/host/tests/bench/%.o \
		$(ARCHIVES:%=$(BUILD)/host/%)
	@echo "  LINK    $@"
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ $(AGENT_LIBS)

# libgpiod 2, if scripts/gpiod has found one
GPIOD_FILES := backend_gpio backend_gpio_chip backend_gpio_lines
CFLAGS_backend_gpio = $(call gpiod,cflags)
CFLAGS_backend_gpio_chip = $(call gpiod,cflags)
CFLAGS_backend_gpio_lines = $(call gpiod,cflags)
$(foreach f,host asan tsan fuzz cov,\
	$(GPIOD_FILES:%=$(BUILD)/$(f)/host-agent/%.o)): \
	$(wildcard $(BUILD)/gpiod/cflags)

# libusb and usbredir, if scripts/usbredir has found them; sim_usb.mk has the
# simulated devices
CFLAGS_backend_usb = $(call usbredir,cflags)
$(foreach f,host asan tsan fuzz cov,$(BUILD)/$(f)/host-agent/backend_usb.o): \
	$(wildcard $(BUILD)/usbredir/cflags)

UNIT_LDFLAGS_test_i2c_dev := -Wl,--wrap=open,--wrap=close,--wrap=ioctl \
	-Wl,--wrap=open64,--defsym=__wrap_open64=__wrap_open
UNIT_LDFLAGS_test_i2c_dev_smbus := $(UNIT_LDFLAGS_test_i2c_dev)
UNIT_LDFLAGS_test_sg := $(UNIT_LDFLAGS_test_i2c_dev) -Wl,--wrap=fcntl \
	-Wl,--wrap=bw_sg_find,--wrap=fcntl64,--defsym=__wrap_fcntl64=__wrap_fcntl
UNIT_LDFLAGS_test_service_scsi := -Wl,--wrap=pthread_cond_broadcast
UNIT_LDFLAGS_test_usb_detached := -Wl,--wrap=ioctl,--wrap=bw_log
UNIT_LDFLAGS_test_agent := -Wl,--wrap=bw_i2c_dev_open,--wrap=bw_gpio_open
UNIT_LDFLAGS_test_agent_listeners := $(UNIT_LDFLAGS_test_agent)
UNIT_LDFLAGS_test_agent_scsi := $(UNIT_LDFLAGS_test_agent)
