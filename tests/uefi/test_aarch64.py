# SPDX-License-Identifier: MIT
"""The same on aarch64, with QEMU's virt machine and its firmware."""

from firmware import (BUILD_AARCH64, CHECKS, PROMPT, block_checks, check_written, drive, hashes, make_esp, make_image, make_rom,
                      sha256, stick)

MEMORY = "512M"


def test_stick_on_aarch64(boot, image):
    """The same stick boots it, and reads a drive right."""
    digest = sha256(image)
    machine = boot(stick() + drive(image), arch="aarch64", memory=MEMORY)
    assert "NVMe controllers: 1\n" in machine.wait(PROMPT)
    machine.type("0", "drive 0> ")
    text = machine.type("h", "drive 0> ")
    assert hashes(text) == {1: digest}
    assert "demo: passed\ndrive 0: given back to the firmware\n" in text
    machine.type("b", PROMPT)
    machine.power_off()
    assert sha256(image) == digest
    assert machine.events("pci_nvme_ub_") == []


def test_option_rom_on_aarch64(boot, tmp_path):
    """Block I/O and Block I/O 2 by the driver in the option ROM; leaving boot services the controller is off."""
    image = make_image(tmp_path / "disk.img")
    before = image.read_bytes()
    rom = make_rom(tmp_path / "lwnvme.rom", BUILD_AARCH64 / "lwnvme-driver.efi")
    block = make_esp(tmp_path / "stick.img", {"EFI/BOOT/BOOTAA64.EFI": BUILD_AARCH64 / "block.efi"})
    machine = boot(stick(block) + drive(image, options=f"romfile={rom}"), arch="aarch64", memory=MEMORY)
    assert block_checks(machine.end()) == CHECKS
    check_written(image, before, 1, 512)
    assert machine.events("pci_nvme_ub_") == []
    assert all("qsize=127" in line for line in machine.events("pci_nvme_create_sq"))
    assert machine.order()[-2:] == ["mmio_shutdown_set", "mmio_stopped"]
