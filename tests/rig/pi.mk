# The Pi rig: the agent for arm64, and what it runs on.  docs/rig.md
#
# SPDX-License-Identifier: GPL-2.0-or-later

.PHONY: rig-pi check-rig-pi
rig-pi: $(BUILD)/setup/host $(BUILD)/setup/pi
	$(Q)tests/rig/pi/fetch >/dev/null
	$(SUBMAKE) agent-arm64
	$(Q)tests/rig/pi/build

check-rig-pi: rig-pi
	$(SUBMAKE) build-run $(BUILD)/micropython.hex
	$(Q)tests/run-tests tests/rig/pi/bcm2835.sh
	$(Q)cat $(BUILD)/rig-pi/boot
