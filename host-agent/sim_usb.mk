# The simulated USB devices, where scripts/usbredir has found usbredirparser.
#
# SPDX-License-Identifier: GPL-2.0-or-later

SIM_USB_FILES := $(patsubst %.c,%,$(wildcard host-agent/backend_sim_usb*.c \
	tests/unit/test_sim_usb*.c tests/fuzz/fuzz_sim_usb*.c))
$(foreach f,$(notdir $(SIM_USB_FILES)),\
	$(eval CFLAGS_$(f) = $$(call usbredir,cflags)))
$(foreach f,host asan tsan fuzz cov,\
	$(SIM_USB_FILES:%=$(BUILD)/$(f)/%.o)): \
	$(wildcard $(BUILD)/usbredir/cflags)
