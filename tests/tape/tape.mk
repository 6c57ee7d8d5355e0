# The tape guest: Debian for armhf on our own qemu-system-arm.  docs/rig.md
#
# SPDX-License-Identifier: GPL-2.0-or-later

TAPE_TESTS += $(wildcard tests/tape/*.sh)

# guest-files: Debian's alone; tape-guest-files: and what the tests need in it,
# for the guest's processor
.PHONY: guest-files tape-guest-files tape-guest check-tape
guest-files: $(BUILD)/setup/guest
	$(Q)tests/tape/build

tape-guest-files: $(BUILD)/setup/guest $(BUILD)/tape/tape-model agent-armhf
	$(Q)tests/tape/build tests

# The program that drives a tape in the guest
$(BUILD)/tape/tape-model: $(wildcard tests/tape/model/*.[ch]) | $(BUILD)/setup/tape
	$(Q)mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)arm-linux-gnueabihf-gcc $(BASE_CFLAGS) -O2 -static -o $@ \
		$(filter %.c,$^)

tape-guest: $(BUILD)/setup/qemu ## a shell in a Debian with tape drives, TAPES=FOLDER has the cartridges
	$(SUBMAKE) qemu guest-files
	$(Q)tests/tape/with-guest -i $(TAPES)

# The same Debian with a bench attached by "benchwire up"
.PHONY: linux
linux: $(BUILD)/setup/qemu $(BUILD)/setup/guest ## a Debian on QEMU's virt with a bench attached, BENCH=FILE or the agent's address
	$(Q)scripts/linux.sh check
	$(SUBMAKE) qemu agent guest-files
	$(Q)scripts/linux.sh

check-tape: $(BUILD)/setup/test $(BUILD)/setup/qemu $(BUILD)/setup/tape ## the tape drive with Linux and its tools; docs/rig.md
	$(SUBMAKE) qemu agent tape-guest-files
	$(Q)tests/tape/with-guest tests/run-tests $(call pick,$(TAPE_TESTS))

build-check: tape-guest-files
