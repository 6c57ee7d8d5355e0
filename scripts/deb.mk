# The agent for other machines, and Debian packages.  docs/packages.md
#
# Each architecture is a flavour of the agent, build/ARCH: what goes into a
# package, hardened as Debian does it.  Those that are not this machine's are
# cross-built with the libraries of scripts/sysroot.
#
# SPDX-License-Identifier: GPL-2.0-or-later

NATIVE_ARCH := $(or $(shell dpkg --print-architecture 2>/dev/null),none)
DEB_ARCHES ?= $(NATIVE_ARCH) $(if $(filter amd64,$(NATIVE_ARCH)),arm64 armhf)
CROSS_ARCHES := $(filter-out $(NATIVE_ARCH),amd64 arm64 armhf)
TRIPLET_amd64 := x86_64-linux-gnu
TRIPLET_arm64 := aarch64-linux-gnu
TRIPLET_armhf := arm-linux-gnueabihf

PACKAGE_CFLAGS = $(HOST_CFLAGS) -Wl,-z,relro -Wl,-z,now \
	-ffile-prefix-map=$(CURDIR)=.

define arch_flavour
CC_$(1) := $(if $(filter $(1),$(CROSS_ARCHES)),$(TRIPLET_$(1))-gcc,$(CC))
CFLAGS_of_$(1) = $$(PACKAGE_CFLAGS)$(if $(filter $(1),$(CROSS_ARCHES)),\
	--sysroot=$$(shell cat $(BUILD)/sysroot/$(1)))
$(call flavour,$(1),CC_$(1),CFLAGS_of_$(1))

.PHONY: agent-$(1)
agent-$(1): $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/$(1)/%)
.SECONDARY: $(AGENT_MAINS:%.c=$(BUILD)/$(1)/%.o)
$(if $(filter $(1),$(CROSS_ARCHES)),$(patsubst %.c,$(BUILD)/$(1)/%.o,\
	$(SRC_bw) $(SRC_bwparts) $(SRC_bwagent) $(AGENT_MAINS)): \
	$(BUILD)/sysroot/$(1))
endef
$(foreach a,$(sort $(NATIVE_ARCH) $(CROSS_ARCHES)),\
	$(eval $(call arch_flavour,$(a))))

# a file with the folder's name
$(CROSS_ARCHES:%=$(BUILD)/sysroot/%): $(BUILD)/sysroot/%: scripts/sysroot \
		scripts/gpiod scripts/usbredir scripts/packages
	$(Q)mkdir -p $(@D)
	$(Q)scripts/gpiod $*
	$(Q)scripts/usbredir $*
	$(Q)scripts/sysroot $* >$@

-include $(shell find $(wildcard $(CROSS_ARCHES:%=$(BUILD)/%) \
	$(BUILD)/$(NATIVE_ARCH)) $(BUILD)/none -name '*.d' 2>/dev/null)

# --- installation ----------------------------------------------------------
# FROM=build/ARCH: which programs.  Daemons are for the administrator.

into = $(DESTDIR)$(PREFIX)
MAN_QEMU := benchwire-qemu.1 benchwire-devices.7
MAN_AGENT = $(filter-out $(MAN_QEMU),$(MAN_PAGES))

# $(1): the pages
define install_man
	$(Q)for page in $(1); do \
		install -D -m 644 $(BUILD)/man/$$page \
			$(into)/share/man/man$${page##*.}/$$page || exit; \
	done
endef
# $(1): the programs whose words it completes
define install_completion
	$(Q)for name in $(1); do \
		install -D -m 644 host-agent/system/benchwire.bash \
			$(into)/share/bash-completion/completions/$$name || exit; \
	done
endef

.PHONY: install-agent install-qemu
install-agent:
	$(Q)install -D -m 755 -t $(into)/bin $(FROM)/benchwire
	$(Q)install -D -m 755 -t $(into)/sbin $(FROM)/benchwired
	$(Q)install -D -m 644 -t $(into)/share/benchwire/profiles \
		peripherals/profiles/*.profile
	$(Q)install -D -m 644 -t $(into)/share/benchwire \
		host-agent/system/avahi.service
	$(call install_man,$(MAN_AGENT))
	$(call install_completion,benchwire benchwired)

# QEMU looks for its data beside the folder it is in: lib/benchwire/bin and
# lib/benchwire/share/qemu.  The name in bin/ is not that of Debian's QEMU.
install-qemu:
	$(Q)install -D -m 755 -t $(into)/lib/benchwire/bin \
		$(BUILD)/qemu/qemu-system-arm
	$(Q)install -D -m 644 -t $(into)/share/benchwire/qemu/keymaps \
		$$(ls $(BUILD)/qemu-src/pc-bios/keymaps/* | grep -v meson)
	$(Q)install -d $(into)/lib/benchwire/share $(into)/bin
	$(Q)ln -sfn ../../../share/benchwire/qemu $(into)/lib/benchwire/share/qemu
	$(Q)ln -sfn ../lib/benchwire/bin/qemu-system-arm $(into)/bin/benchwire-qemu
	$(call install_man,$(MAN_QEMU))
	$(call install_completion,benchwire-qemu)

# --- packages --------------------------------------------------------------

DEB_PROGRAMS = $(foreach a,$(DEB_ARCHES),\
	$(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/$(a)/%))

# an edit of QEMU makes the packages anew, and nothing else of it
$(BUILD)/qemu/qemu-system-arm: qemu
	@:

$(BUILD)/deb/made: $(DEB_PROGRAMS) $(BUILD)/qemu/qemu-system-arm \
		$(MAN_PAGES:%=$(BUILD)/man/%) scripts/deb scripts/deb.mk \
		$(wildcard host-agent/system/* peripherals/profiles/*) \
		$(wildcard debian/[!f]*.* debian/c* debian/rules) \
		README.md docs/devices.md
	$(Q)scripts/deb $(DEB_ARCHES)
	$(Q)touch $@

DEB_TESTS += $(wildcard tests/deb/*.sh)
build-check: $(BUILD)/deb/made

.PHONY: deb check-deb
deb: ## Debian packages in build/deb: the agent for three architectures, and QEMU
	$(Q)scripts/setup host qemu docs deb
	$(SUBMAKE) $(BUILD)/deb/made
	$(Q)cd $(BUILD)/deb && ls -s --block-size=1K -- *.deb

check-deb: ## the packages: installed, upgraded, removed, run; docs/packages.md
	$(Q)scripts/setup host qemu docs deb debtest
	$(SUBMAKE) $(BUILD)/deb/made $(BUILD)/micropython.hex
	$(Q)tests/run-tests $(call pick,$(DEB_TESTS))
