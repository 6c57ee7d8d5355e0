/*
 * How programs come into the flash of a micro:bit: -kernel, -bios, -device
 * loader, and the machine's property "flash-image" while it runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_BOARDS_MICROBIT_MICROBIT_FIRMWARE_H
#define BENCHWIRE_BOARDS_MICROBIT_MICROBIT_FIRMWARE_H

#include "hw/boards.h"
#include "hw/benchwire/boards/nrf51/nrf51_nvmc.h"

/**
 * struct MicrobitFirmware
 * @pending: what the next reset programs, or NULL
 * @replace: it does so also if flash holds all of that already
 * @flash_image, @flash_file, @device_id: machine properties "flash-image",
 *    "flash" and "device-id"
 */
typedef struct MicrobitFirmware {
    Nrf51NVMC *nvmc;
    struct bw_image *pending;
    bool replace;
    char *flash_image;
    char *flash_file;
    uint64_t device_id;
} MicrobitFirmware;

/* Add the machine's properties; from its instance_init. */
void microbit_firmware_add_properties(MicrobitFirmware *fw, Object *machine);

/* Before the SoC is realized: hand it what the properties say. */
bool microbit_firmware_configure(MicrobitFirmware *fw, Object *soc,
                                 Error **errp);

/* After it: take in the files of -kernel and -bios. */
bool microbit_firmware_load_machine(MicrobitFirmware *fw, Nrf51NVMC *nvmc,
                                    MachineState *machine, Error **errp);

/**
 * microbit_firmware_load: take in a file, which the next reset programs
 * @raw: its bytes belong at @address; otherwise see bw_image_load(), and a
 *       binary belongs at @address
 */
bool microbit_firmware_load(MicrobitFirmware *fw, const char *path,
                            hwaddr address, bool raw, Error **errp);

/* At the beginning of every reset; the core does not run. */
void microbit_firmware_commit(MicrobitFirmware *fw);

void microbit_firmware_finalize(MicrobitFirmware *fw);

#endif
