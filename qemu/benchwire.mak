# The devices of our qemu-system-arm (configure --with-devices-arm=benchwire).
# QEMU's own microbit and nRF51 SoC stay out: ours carry the same names.
#
# SPDX-License-Identifier: GPL-2.0-or-later

CONFIG_BENCHWIRE_MICROBIT=y
CONFIG_BENCHWIRE_PARTS=y
CONFIG_BENCHWIRE_PASSTHROUGH=y
CONFIG_BENCHWIRE_TAPE=y
CONFIG_BENCHWIRE_TEST_DEVICES=y

# raspi2b: a controller that knows nothing of asynchronous slaves
CONFIG_RASPI=y
# used by its DMA controllers, and not selected there
CONFIG_OR_IRQ=y
# virt: a guest with PCI, for USB, SCSI and virtio
CONFIG_ARM_VIRT=y

# I2C parts of QEMU's own
CONFIG_I2C_ECHO=y
CONFIG_TMP105=y
CONFIG_AT24C=y
CONFIG_DS1338=y
# the multiplexer is an SMBus device, but does not say so
CONFIG_SMBUS=y
CONFIG_PCA954X=y
CONFIG_LED=y

# SPI parts of QEMU's own: flash memories
CONFIG_SSI_M25P80=y

CONFIG_GENERIC_LOADER=y
CONFIG_VIRTIO_PCI=y
CONFIG_VIRTIO_BLK=y
CONFIG_VIRTIO_NET=y
CONFIG_VIRTIO_SCSI=y
CONFIG_VIRTIO_SERIAL=y
CONFIG_VIRTIO_RNG=y
CONFIG_SCSI=y
CONFIG_USB_XHCI_PCI=y
CONFIG_USB_SERIAL=y

# SCSI host adapters beside virtio-scsi: what a tape drive is attached to
CONFIG_LSI_SCSI_PCI=y
CONFIG_ESP_PCI=y
CONFIG_MEGASAS_SCSI_PCI=y
CONFIG_MPTSAS_SCSI_PCI=y
CONFIG_VMW_PVSCSI_SCSI_PCI=y
CONFIG_USB_STORAGE_BOT=y
CONFIG_USB_STORAGE_UAS=y
