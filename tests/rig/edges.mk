# edges, which makes and records GPIO edges inside the rig: edges.c.
#
# SPDX-License-Identifier: GPL-2.0-or-later

RIG_EDGES := edges edges_trace edges_echo

CFLAGS_edges_echo = $(call gpiod,cflags)
$(BUILD)/host/tests/rig/edges_echo.o: $(wildcard $(BUILD)/gpiod/cflags)

$(BUILD)/host/tests/rig/edges: $(RIG_EDGES:%=$(BUILD)/host/tests/rig/%.o)
	@echo "  LINK    $@"
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ $(call gpiod,libs)

rig: $(BUILD)/host/tests/rig/edges
