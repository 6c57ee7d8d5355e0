# Benchwire: build, run and test. "make help" lists what there is.
#
# SPDX-License-Identifier: GPL-2.0-or-later

SHELL := /bin/bash
BUILD := build
ifeq ($(origin CC),default)
CC := gcc
endif
Q := $(if $(V),,@)
# how many compilers run at once
JOBS ?= $(shell nproc)
export V JOBS QEMU_TARBALL NO_SETUP

# --- flags -----------------------------------------------------------------

WARN_CFLAGS := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes \
	-Wvla -Wshadow -Wundef -Wwrite-strings -Wformat-security
BASE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -g -pthread -iquote . $(WARN_CFLAGS)
HOST_CFLAGS := $(BASE_CFLAGS) -O2 -fstack-protector-strong \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $(CFLAGS)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN_CFLAGS := $(BASE_CFLAGS) -O1 -fno-omit-frame-pointer $(SANITIZE)
AGENT_LIBS := -linih

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PRECIOUS: %.o
.SUFFIXES:

# Two makes in one tree wait for each other. Programs that are started after
# the build (make run) do not hold the lock.
LOCKED := scripts/locked
SUBMAKE = $(Q)$(LOCKED) $(MAKE) --no-print-directory -j$(JOBS)

# --- what a newcomer tries -------------------------------------------------

.PHONY: help run demo check
help: ## this list
	@echo 'make TARGET [V=1]'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' Makefile | expand -t 20

run: ## set up, build all, and run the thermometer against a simulated bench
	$(Q)scripts/setup host qemu firmware
	$(SUBMAKE) build-run
	$(Q)scripts/run.sh

demo: ## the same without a terminal: some seconds, fails on a wrong value
	$(Q)scripts/setup host qemu firmware
	$(SUBMAKE) build-run
	$(Q)scripts/demo.sh

check: ## set up, build all, and run every test
	$(Q)scripts/setup host qemu firmware test
	$(SUBMAKE) build-run build-check
	$(Q)tests/run-tests $(CHECKS)

# --- parts of the build ----------------------------------------------------

.PHONY: qemu agent firmware build-run build-check asan
qemu: $(BUILD)/setup/qemu ## build/qemu/qemu-system-arm (QEMU_TARBALL=FILE to choose one)
	$(Q)$(LOCKED) qemu/build

agent: $(BUILD)/setup/host ## build/host/benchwired and build/host/benchwire
firmware: $(BUILD)/setup/firmware ## the firmware samples
asan: $(BUILD)/setup/host ## the agent with address and undefined-behaviour checks

build-run: agent firmware qemu

$(BUILD)/setup/%: scripts/packages
	$(Q)scripts/setup $*

# --- objects and archives --------------------------------------------------

AGENT_MAINS := $(wildcard host-agent/*_main.c)
SRC_bw := $(wildcard lib/*.c)
SRC_bwparts := $(wildcard peripherals/parts/*.c)
SRC_bwagent := $(filter-out $(AGENT_MAINS),$(wildcard host-agent/*.c))
ARCHIVES := libbwagent.a libbwparts.a libbw.a

define flavour
# $(1): folder under build, $(2): flags
$(BUILD)/$(1)/%.o: %.c | $(BUILD)/setup/host
	$$(Q)mkdir -p $$(@D)
	@echo "  CC      $$@"
	$$(Q)$$(CC) $$($(2)) $$(CFLAGS_$$(*F)) -MMD -MP -c -o $$@ $$<

$(foreach a,bw bwparts bwagent,$(BUILD)/$(1)/lib$(a).a: $(SRC_$(a):%.c=$(BUILD)/$(1)/%.o)
)
$(BUILD)/$(1)/lib%.a:
	$$(Q)mkdir -p $$(@D)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)

# a program NAME is host-agent/NAME_main.c and the archives
$(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/$(1)/%): $(BUILD)/$(1)/%: \
		$(BUILD)/$(1)/host-agent/%_main.o $(ARCHIVES:%=$(BUILD)/$(1)/%)
	@echo "  LINK    $$@"
	$$(Q)$$(CC) $$($(2)) -o $$@ $$^ $$(AGENT_LIBS)
endef
$(eval $(call flavour,host,HOST_CFLAGS))
$(eval $(call flavour,asan,ASAN_CFLAGS))

agent: $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/host/%)
asan: $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/asan/%)

# --- unit tests: tests/unit/test_*.c, each with the archives and cmocka ----
# UNIT_LDFLAGS_test_x: further linker flags, such as -Wl,--wrap=ioctl

UNIT_TESTS += $(patsubst %.c,$(BUILD)/asan/%,$(wildcard tests/unit/test_*.c))

$(BUILD)/asan/tests/unit/%: $(BUILD)/asan/tests/unit/%.o \
		$(ARCHIVES:%=$(BUILD)/asan/%) | $(BUILD)/setup/test
	@echo "  LINK    $@"
	$(Q)$(CC) $(ASAN_CFLAGS) -o $@ $< $(filter %.a,$^) $(AGENT_LIBS) \
		-lcmocka $(UNIT_LDFLAGS_$*)

# --- the parts' own fragments ----------------------------------------------

include $(sort $(wildcard */*.mk */*/*.mk))
-include $(shell find $(BUILD)/host $(BUILD)/asan -name '*.d' 2>/dev/null)

# --- tests -----------------------------------------------------------------
# T=NAME runs one of them.

QTESTS += $(patsubst tests/qtest/%.c,%,$(wildcard tests/qtest/*-test.c))
E2E_TESTS += $(wildcard tests/e2e/*.sh)
pick = $(if $(T),$(filter $(T) %/$(T) %/$(T).sh,$(1)),$(1))

CHECKS = $(UNIT_TESTS) tests/borders.sh $(FUZZ_REPLAYS) \
	$(QTESTS:%=$(BUILD)/qemu/hw/benchwire/tests/%) $(E2E_TESTS)

.PHONY: check-unit check-qtest check-e2e check-fuzz check-borders build-qtest
check-unit: $(BUILD)/setup/test ## unit tests, under ASan and UBSan
	$(SUBMAKE) $(call pick,$(UNIT_TESTS))
	$(Q)tests/run-tests $(call pick,$(UNIT_TESTS))

check-borders: $(BUILD)/setup/test ## who may include what
	$(Q)tests/run-tests tests/borders.sh

check-fuzz: $(BUILD)/setup/test ## the fuzzers' corpora, under ASan and UBSan
	$(SUBMAKE) $(FUZZ_REPLAY_PROGRAMS)
	$(Q)tests/run-tests $(call pick,$(FUZZ_REPLAYS))

check-qtest: $(BUILD)/setup/test ## registers and devices inside QEMU
	$(SUBMAKE) build-qtest
	$(Q)tests/run-tests \
		$(addprefix $(BUILD)/qemu/hw/benchwire/tests/,$(call pick,$(QTESTS)))

check-e2e: $(BUILD)/setup/test ## firmware, QEMU and agent together
	$(SUBMAKE) build-run
	$(Q)tests/run-tests $(call pick,$(E2E_TESTS))

build-qtest: $(BUILD)/setup/qemu
	$(Q)$(LOCKED) qemu/build qemu-system-arm \
		$(addprefix hw/benchwire/tests/,$(call pick,$(QTESTS)))

build-check: $(UNIT_TESTS) $(FUZZ_REPLAY_PROGRAMS) build-qtest
# one ninja at a time
build-qtest: qemu

.PHONY: clean distclean
clean: ## remove build/
	$(Q)rm -rf $(BUILD)

distclean: clean ## remove build/ and this project's cache folder
	$(Q)rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/benchwire"
