# The Pi rig: the agent for arm64, and what it runs on.  docs/rig.md
#
# SPDX-License-Identifier: GPL-2.0-or-later

PI_CC := aarch64-linux-gnu-gcc
PI_PACKAGES := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/benchwire/rig/arm64
# no libgpiod there: nothing in the rig asks for lines
PI_CFLAGS = $(filter-out -DBW_HAVE_GPIOD,$(HOST_CFLAGS)) -I $(PI_PACKAGES)/usr/include \
	-L $(PI_PACKAGES)/usr/lib/aarch64-linux-gnu
$(eval $(call flavour,arm64,PI_CC,PI_CFLAGS))

$(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/arm64/%): AGENT_LIBS := -linih
.SECONDARY: $(AGENT_MAINS:%.c=$(BUILD)/arm64/%.o)

.PHONY: rig-pi agent-arm64 check-rig-pi
agent-arm64: $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/arm64/%)

rig-pi: $(BUILD)/setup/host $(BUILD)/setup/pi
	$(Q)tests/rig/pi/fetch >/dev/null
	$(SUBMAKE) agent-arm64
	$(Q)tests/rig/pi/build

check-rig-pi: rig-pi
	$(SUBMAKE) build-run $(BUILD)/micropython.hex
	$(Q)tests/run-tests tests/rig/pi/bcm2835.sh
	$(Q)cat $(BUILD)/rig-pi/boot
