# tls-certs, which makes the certificates of tests/e2e/tls.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later

$(BUILD)/host/tests/e2e/%.o: | $(BUILD)/setup/test
$(BUILD)/host/tests/e2e/tls-certs: $(BUILD)/host/tests/e2e/tls_certs.o
	@echo "  LINK    $@"
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ -lgnutls

build-run: $(BUILD)/host/tests/e2e/tls-certs
.SECONDARY: $(BUILD)/host/tests/e2e/tls_certs.o
