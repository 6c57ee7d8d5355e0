# tiny-usb, the I2C adapter of the rig's kernel: an archive with the device and
# the protocol, which the unit test has too, and the program.
#
# SPDX-License-Identifier: GPL-2.0-or-later

TINY_USB_PARTS := $(patsubst %.c,%,$(filter-out tests/rig/tiny_usb.c, \
	$(wildcard tests/rig/tiny_usb_*.c)))

# make rig has no setup/test before it
$(BUILD)/host/tests/rig/%.o: | $(BUILD)/setup/rig
$(BUILD)/setup/rig: | $(BUILD)/setup/host

define tiny_usb
# $(1): folder under build, $(2): compiler flags
$(BUILD)/$(1)/libbwtinyusb.a: $(TINY_USB_PARTS:%=$(BUILD)/$(1)/%.o)

$(BUILD)/$(1)/tests/rig/tiny-usb: $(BUILD)/$(1)/tests/rig/tiny_usb.o \
		$(BUILD)/$(1)/libbwtinyusb.a $(ARCHIVES:%=$(BUILD)/$(1)/%)
	@echo "  LINK    $$@"
	$$(Q)$$(CC) $$($(2)) -o $$@ $$^ $$(AGENT_LIBS) -lusbredirparser

# the linker wants the archives once more, behind the one that uses them
$(foreach t,test_tiny_usb test_tiny_usb_redir,
$(BUILD)/$(1)/tests/unit/$(t): $(BUILD)/$(1)/libbwtinyusb.a
$(BUILD)/$(1)/tests/unit/$(t): UNIT_LDFLAGS_$(t) = \
	$(ARCHIVES:%=$(BUILD)/$(1)/%) -lusbredirparser
)
endef
$(eval $(call tiny_usb,host,HOST_CFLAGS))
$(eval $(call tiny_usb,asan,ASAN_CFLAGS))
$(eval $(call tiny_usb,cov,COV_CFLAGS))
