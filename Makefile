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
BASE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -g -pthread \
	-iquote . $(WARN_CFLAGS)
HOST_CFLAGS := $(BASE_CFLAGS) -O2 -fstack-protector-strong \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $(CFLAGS)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN_CFLAGS := $(BASE_CFLAGS) -O1 -fno-omit-frame-pointer $(SANITIZE)
# what scripts/gpiod has found, for the architecture of what is being made;
# looked up when a recipe runs, as setup may have been just before
gpiod = $(shell cat $(BUILD)/gpiod$(addprefix -,$(filter \
	$(CROSS_ARCHES),$(word 2,$(subst /, ,$@))))/$(1) 2>/dev/null)
# the same of scripts/usbredir
usbredir = $(shell cat $(BUILD)/usbredir$(addprefix -,$(filter \
	$(CROSS_ARCHES),$(word 2,$(subst /, ,$@))))/$(1) 2>/dev/null)
AGENT_LIBS = -Wl,--as-needed -linih -lseccomp -lgnutls $(call gpiod,libs) \
	$(call usbredir,libs)
FUZZ_CC := clang
FUZZ_CFLAGS := $(BASE_CFLAGS) -O1 $(SANITIZE) -fsanitize=fuzzer-no-link
TSAN_CFLAGS := $(BASE_CFLAGS) -O1 -fno-omit-frame-pointer -fsanitize=thread
COV_CFLAGS := $(BASE_CFLAGS) -O0 --coverage

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PRECIOUS: $(BUILD)/setup/%
.SUFFIXES:

# Two makes in one tree wait for each other: what builds runs under a lock.
# Programs that are started after the build (make run) do not hold it.
LOCKED := scripts/locked
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
SUBMAKE = +$(Q)$(LOCKED) $(MAKE) --no-print-directory $(if $(V),,-s) $(PARALLEL)

BUILD_GOALS := qemu agent firmware asan tsan micropython rig docs install
ifneq ($(and $(filter $(BUILD_GOALS),$(MAKECMDGOALS)),$(if $(BW_LOCKED),,1)),)

.PHONY: $(MAKECMDGOALS) locked
$(MAKECMDGOALS): locked
	@:
locked:
	$(SUBMAKE) $(MAKECMDGOALS)

else

# --- what a newcomer tries -------------------------------------------------

.PHONY: help run screenshot docs-i2c-path flash demo radio-demo check
help: ## this list
	@echo 'make TARGET [V=1]'
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)/  \1\t\2/p' Makefile scripts/deb.mk \
		tests/tape/tape.mk | expand -t 20

run: ## set up, build all, and run the thermometer against a simulated bench
	$(Q)scripts/setup host qemu firmware
	$(SUBMAKE) build-run
	$(Q)scripts/run.sh

flash: ## program the board that runs, or FLASH=FILE: make flash FW=file.hex
	$(Q)scripts/setup host
	$(SUBMAKE) agent
	$(Q)scripts/flash.sh

demo: ## the same without a terminal: some seconds, fails on a wrong value
	$(Q)scripts/setup host qemu firmware
	$(SUBMAKE) build-run
	$(Q)scripts/demo.sh

radio-demo: ## two boards that hear each other by radio; docs/air.md
	$(Q)scripts/setup host qemu firmware
	$(SUBMAKE) firmware qemu
	$(Q)scripts/radio-demo.sh

screenshot: ## take docs/images/panel.png anew
	$(Q)scripts/setup host qemu firmware test
	$(SUBMAKE) qemu $(BUILD)/micropython.hex
	$(Q)scripts/screenshot.sh

docs-i2c-path: ## write the table of docs/i2c-path.md anew
	$(Q)scripts/setup host qemu firmware test rig
	$(SUBMAKE) build-run rig
	$(Q)BW_WRITE_I2C_PATH=1 tests/rig/with-rig \
		tests/run-tests tests/e2e/i2c-path.sh tests/rig/i2c-path.sh

check: ## set up, build all, and run every test
	$(Q)scripts/setup host qemu firmware test rig guest tape docs deb debtest
	$(SUBMAKE) build-run build-check
	$(Q)rm -f $(BUILD)/counts; BW_COUNTS=$(BUILD)/counts \
		tests/rig/with-rig tests/tape/with-guest tests/run-tests $(CHECKS); \
		status=$$?; cat $(BUILD)/counts; exit $$status

# --- parts of the build ----------------------------------------------------

.PHONY: qemu agent firmware micropython rig build-run build-check asan tsan
qemu: $(BUILD)/setup/qemu ## build/qemu/qemu-system-arm (QEMU_TARBALL=FILE to choose one)
	$(Q)qemu/build

agent: $(BUILD)/setup/host ## build/host/benchwired and build/host/benchwire
firmware: $(BUILD)/setup/firmware ## the firmware samples
micropython: $(BUILD)/micropython.hex ## Debian's MicroPython: make run FW=build/micropython.hex
tsan: $(BUILD)/setup/host ## the agent with a check for data races
asan: $(BUILD)/setup/host ## the agent with address and undefined-behaviour checks

$(BUILD)/micropython.hex:
	$(Q)mkdir -p $(@D)
	$(Q)scripts/micropython $@

rig: $(BUILD)/setup/host $(BUILD)/setup/rig ## a virtual machine with a real kernel and the agent; docs/rig.md
	$(Q)tests/rig/build
rig: agent $(BUILD)/host/tests/rig/tiny-usb

build-run: agent firmware qemu

$(BUILD)/setup/%: scripts/packages
	$(Q)scripts/setup $*

# --- objects and archives --------------------------------------------------

AGENT_MAINS := $(wildcard host-agent/*_main.c)
SRC_bw := $(wildcard lib/*.c)
SRC_bwparts := $(wildcard peripherals/parts/*.c)
SRC_bwagent := $(filter-out $(AGENT_MAINS),$(wildcard host-agent/*.c))
ARCHIVES := libbwagent.a libbwparts.a libbw.a

# the list of an archive's sources: newer when one has come or gone
.PHONY: FORCE
$(BUILD)/sources/%: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(SRC_$*)' | cmp -s - $@ || echo '$(SRC_$*)' >$@

define flavour
# $(1): folder under build, $(2): compiler, $(3): flags
$(BUILD)/$(1)/%.o: %.c Makefile | $(BUILD)/setup/host
	$$(Q)mkdir -p $$(@D)
	@echo "  CC      $$@"
	$$(Q)$$($(2)) $$($(3)) $$(CFLAGS_$$(*F)) -MMD -MP -c -o $$@ $$<

$(foreach a,bw bwparts bwagent,$(BUILD)/$(1)/lib$(a).a: \
	$(SRC_$(a):%.c=$(BUILD)/$(1)/%.o) $(BUILD)/sources/$(a)
)
$(BUILD)/$(1)/lib%.a:
	$$(Q)mkdir -p $$(@D)
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)

# a program NAME is host-agent/NAME_main.c and the archives
$(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/$(1)/%): $(BUILD)/$(1)/%: \
		$(BUILD)/$(1)/host-agent/%_main.o $(ARCHIVES:%=$(BUILD)/$(1)/%)
	@echo "  LINK    $$@"
	$$(Q)$$($(2)) $$($(3)) -o $$@ $$^ $$(AGENT_LIBS)
endef
$(eval $(call flavour,host,CC,HOST_CFLAGS))
$(eval $(call flavour,asan,CC,ASAN_CFLAGS))
$(eval $(call flavour,tsan,CC,TSAN_CFLAGS))
$(eval $(call flavour,fuzz,FUZZ_CC,FUZZ_CFLAGS))
$(eval $(call flavour,cov,CC,COV_CFLAGS))

agent: $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/host/%)
asan: $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/asan/%)
tsan: $(AGENT_MAINS:host-agent/%_main.c=$(BUILD)/tsan/%)

# --- unit tests: tests/unit/test_*.c, each with the archives and cmocka ----
# UNIT_LDFLAGS_test_x: further linker flags, such as -Wl,--wrap=ioctl

UNIT_NAMES := $(patsubst %.c,%,$(wildcard tests/unit/test_*.c))
UNIT_TESTS += $(UNIT_NAMES:%=$(BUILD)/asan/%)

define unit_rule
$(BUILD)/$(1)/tests/unit/test_%: $(BUILD)/$(1)/tests/unit/test_%.o \
		$(ARCHIVES:%=$(BUILD)/$(1)/%) | $(BUILD)/setup/test
	@echo "  LINK    $$@"
	$$(Q)$$(CC) $$($(2)) -o $$@ $$< $$(filter %.a,$$^) $$(AGENT_LIBS) \
		-lcmocka $$(UNIT_LDFLAGS_test_$$*)
endef
$(eval $(call unit_rule,asan,ASAN_CFLAGS))
$(eval $(call unit_rule,tsan,TSAN_CFLAGS))
$(eval $(call unit_rule,cov,COV_CFLAGS))

# --- fuzzers: tests/fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput --------
# Seeds are tests/fuzz/corpus/NAME/*. "make check" replays them with gcc; only
# "make fuzz" needs clang.

FUZZ_TARGETS += $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_REPLAYS = $(FUZZ_TARGETS:%=$(BUILD)/asan/tests/fuzz/fuzz_%)

$(BUILD)/asan/tests/fuzz/fuzz_%: $(BUILD)/asan/tests/fuzz/fuzz_%.o \
		$(BUILD)/asan/tests/fuzz/replay.o $(ARCHIVES:%=$(BUILD)/asan/%)
	@echo "  LINK    $@"
	$(Q)$(CC) $(ASAN_CFLAGS) -o $@ $^ $(AGENT_LIBS)

$(BUILD)/fuzz/tests/fuzz/fuzz_%: $(BUILD)/fuzz/tests/fuzz/fuzz_%.o \
		$(ARCHIVES:%=$(BUILD)/fuzz/%)
	@echo "  LINK    $@"
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(AGENT_LIBS)

# objects of one program are no intermediate files
.SECONDARY: $(UNIT_NAMES:%=$(BUILD)/asan/%.o) $(UNIT_NAMES:%=$(BUILD)/cov/%.o) \
	$(UNIT_NAMES:%=$(BUILD)/tsan/%.o) \
	$(foreach f,asan fuzz,$(FUZZ_TARGETS:%=$(BUILD)/$(f)/tests/fuzz/fuzz_%.o)) \
	$(BUILD)/asan/tests/fuzz/replay.o \
	$(foreach f,host asan tsan,$(AGENT_MAINS:%.c=$(BUILD)/$(f)/%.o))

MAN_PAGES := $(patsubst docs/man/%.scd,%,$(wildcard docs/man/*.scd))

# --- the parts' own fragments ----------------------------------------------

include $(sort $(wildcard */*.mk */*/*.mk))
-include $(shell find $(wildcard $(BUILD)/host $(BUILD)/asan $(BUILD)/fuzz \
	$(BUILD)/cov $(BUILD)/tsan) $(BUILD)/none -name '*.d' 2>/dev/null)

# --- tests -----------------------------------------------------------------
# T=NAME runs one of them.

QTESTS += $(patsubst tests/qtest/%.c,%,$(wildcard tests/qtest/*-test.c))
E2E_TESTS += $(wildcard tests/e2e/*.sh)
RIG_TESTS += $(wildcard tests/rig/*.sh)
pick = $(if $(T),$(or $(filter $(T) %/$(T) %/$(T).sh,$(1)),$(error \
	there is no test "$(T)" here; T= takes one of $(basename \
	$(notdir $(1))))),$(1))

CHECKS = $(UNIT_TESTS) tests/borders.sh tests/build.sh tests/runner.sh \
	tests/troubleshooting.sh \
	$(FUZZ_REPLAYS) \
	$(QTESTS:%=$(BUILD)/qemu/hw/benchwire/tests/%) $(E2E_TESTS) $(DEB_TESTS) \
	$(RIG_TESTS) $(TAPE_TESTS)

.PHONY: check-tsan load-tests check-unit check-qtest check-e2e check-fuzz check-borders check-build \
	check-rig build-qtest
check-unit: $(BUILD)/setup/test ## unit tests, under ASan and UBSan
	$(SUBMAKE) $(call pick,$(UNIT_TESTS))
	$(Q)tests/run-tests $(call pick,$(UNIT_TESTS))

check-borders: $(BUILD)/setup/test ## who may include what
	$(Q)tests/run-tests tests/borders.sh

check-build: $(BUILD)/setup/test ## the build scripts and the test runner
	$(Q)tests/run-tests tests/build.sh tests/runner.sh \
		tests/troubleshooting.sh

check-fuzz: $(BUILD)/setup/test ## the fuzzers' corpora, under ASan and UBSan
	$(SUBMAKE) $(FUZZ_REPLAYS)
	$(Q)tests/run-tests $(if $(T),$(filter %_$(T),$(FUZZ_REPLAYS)),$(FUZZ_REPLAYS))

check-qtest: $(BUILD)/setup/test ## registers and devices inside QEMU
	$(SUBMAKE) build-qtest
	$(Q)tests/run-tests \
		$(addprefix $(BUILD)/qemu/hw/benchwire/tests/,$(call pick,$(QTESTS)))

check-e2e: $(BUILD)/setup/test ## firmware, QEMU and agent together
	$(SUBMAKE) build-run asan tsan load-tests $(BUILD)/micropython.hex
	$(Q)tests/run-tests $(call pick,$(E2E_TESTS))

# The agent's threads: the unit tests that have some, and the load
TSAN_UNITS = $(filter $(addprefix $(BUILD)/tsan/tests/unit/test_,agent% backend% \
	bench% crew% gpio% lease% local% metrics% policy% server% service% session% silence% tls%), \
	$(UNIT_NAMES:%=$(BUILD)/tsan/%))
check-tsan: $(BUILD)/setup/test ## the agent's threads, under ThreadSanitizer
	$(SUBMAKE) tsan load-tests $(TSAN_UNITS)
	$(Q)$$(setarch -R echo setarch -R 2>/dev/null) tests/run-tests \
		$(TSAN_UNITS) tests/e2e/load.sh tests/e2e/churn.sh

check-rig: ## the agent on a real kernel's adapters; docs/rig.md
	$(Q)scripts/setup host qemu firmware test rig guest tape
	$(SUBMAKE) build-run rig tape-guest-files $(BUILD)/micropython.hex
	$(Q)tests/rig/with-rig tests/run-tests $(call pick,$(RIG_TESTS))

check-rig-pi: $(BUILD)/setup/test ## the agent on a Raspberry Pi's I2C controller; docs/rig.md

build-qtest: $(BUILD)/setup/qemu
	$(Q)qemu/build qemu-system-arm \
		$(addprefix hw/benchwire/tests/,$(call pick,$(QTESTS)))

build-check: asan tsan load-tests $(BUILD)/micropython.hex $(UNIT_TESTS) $(FUZZ_REPLAYS) build-qtest rig
# one ninja at a time
build-qtest: qemu

# --- more tests ------------------------------------------------------------

.PHONY: fuzz soak bench coverage check-stock
TIME ?= 60
fuzz: $(BUILD)/setup/fuzz ## search for inputs that break: make fuzz T=wire TIME=60
	$(Q)test -n "$(filter $(T),$(FUZZ_TARGETS))" || \
		{ echo 'make fuzz T=NAME, where NAME is one of: $(FUZZ_TARGETS)'; exit 1; }
	$(SUBMAKE) $(BUILD)/fuzz/tests/fuzz/fuzz_$(T)
	$(Q)mkdir -p $(BUILD)/fuzz/corpus-$(T)
	$(BUILD)/fuzz/tests/fuzz/fuzz_$(T) -max_total_time=$(TIME) -timeout=10 \
		-print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$(T)- \
		$(BUILD)/fuzz/corpus-$(T) tests/fuzz/corpus/$(T)

soak: $(BUILD)/setup/test ## 100000 sessions on three builds of the agent (some minutes)
	$(SUBMAKE) agent asan tsan load-tests
	$(Q)BW_TEST_TIMEOUT=7200 BW_SOAK=$(or $(COUNT),100000) \
		BW_FLAVOURS="host asan tsan" V=1 tests/run-tests tests/e2e/soak.sh

check-stock: ## the tests of stock QEMU's defects, run with stock QEMU (by hand)
	$(Q)scripts/setup qemu test
	$(SUBMAKE) build-qtest T=nrf51-defects-test
	$(Q)tests/check-stock

bench: ## latency and speed, against the bare socket and stock QEMU
	$(Q)scripts/setup host qemu firmware test bench rig guest tape
	$(SUBMAKE) build-run build-bench rig tape-guest-files $(BUILD)/micropython.hex
	$(Q)tests/rig/with-rig tests/bench/run.sh

coverage: ## line coverage of the unit tests, build/coverage.html
	$(Q)scripts/setup host test coverage
	$(SUBMAKE) $(UNIT_NAMES:%=$(BUILD)/cov/%)
	$(Q)find $(BUILD)/cov -name '*.gcda' -delete
	$(Q)tests/run-tests $(UNIT_NAMES:%=$(BUILD)/cov/%)
	$(Q)gcovr -r . --filter lib/ --filter peripherals/parts/ \
		--filter host-agent/ --html-details $(BUILD)/coverage.html \
		--print-summary $(BUILD)/cov

# --- style -----------------------------------------------------------------

.PHONY: lint format hooks
lint: ## every checker of code, scripts and documents
	$(Q)scripts/setup host test lint
	$(Q)scripts/lint

format: ## lay out the pure C with clang-format
	$(Q)scripts/setup lint
	$(Q)clang-format -i $$(scripts/pure-files)

hooks: ## check each commit before it is made
	$(Q)scripts/setup lint test
	$(Q)install -m 755 scripts/pre-commit \
		"$$(git rev-parse --git-path hooks)/pre-commit"

# --- documents and installation --------------------------------------------

.PHONY: docs install install-agent install-qemu
docs: $(MAN_PAGES:%=$(BUILD)/man/%) ## the manual pages

$(BUILD)/man/%: docs/man/%.scd | $(BUILD)/setup/docs
	$(Q)mkdir -p $(@D)
	$(Q)scdoc <$< >$@

PREFIX ?= /usr/local
install: agent docs ## the agent and its tool, under PREFIX=/usr/local and DESTDIR=
	$(Q)$(MAKE) --no-print-directory install-agent FROM=$(BUILD)/host

.PHONY: clean distclean
clean: ## remove build/
	$(Q)rm -rf $(BUILD)

distclean: clean ## remove build/ and this project's cache folder
	$(Q)rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/benchwire"

endif
