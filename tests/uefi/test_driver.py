# SPDX-License-Identifier: MIT
"""The driver: firmware uses a drive through lwnvme-driver.efi, from the drive's option ROM or loaded by hand."""

import json
import re
import struct
import subprocess

import pytest

from firmware import (BLOCK, CHECKS, DRIVER, DRIVER_DEBUG, NAME, PROGRAM, PROMPT, TREE, block_checks, check_written, drive,
                      hashes, make_esp, make_image, make_rom, sha256, stick)

OURS = f"driven by {NAME} NVM Express driver"
STATISTICS = re.compile(r"that driver so far: (\d+) reads, (\d+) bytes; (\d+) writes; (\d+) disks")


def test_option_rom(boot, tmp_path):
    """Firmware starts the driver of the drive's ROM instead of its own, mounts the drive's FAT partition through it, and
    starts a program from there; which then takes the drive over from it and gives it back."""
    disk = make_esp(tmp_path / "boot.img", {"EFI/BOOT/BOOTX64.EFI": PROGRAM})
    digest = sha256(disk)
    rom = make_rom(tmp_path / "lwnvme.rom")
    machine = boot(drive(disk, options=f"romfile={rom},bootindex=0"))
    listed = machine.wait(PROMPT)
    assert OURS + "; this program was started from it" in listed
    reads, bytes_read, writes, disks = map(int, STATISTICS.search(listed).groups())
    assert reads > 5 and bytes_read > PROGRAM.stat().st_size  # the program itself came through it
    assert (writes, disks) == (0, 1)
    machine.type("0", "drive 0> ")
    text = machine.type("h", "drive 0> ")
    assert f"taken over from {NAME} NVM Express driver" in text
    assert hashes(text) == {1: digest}
    assert OURS in machine.type("b", PROMPT)
    machine.power_off()
    assert sha256(disk) == digest
    assert machine.events("pci_nvme_ub_") == []
    assert machine.order()[-1] == "mmio_shutdown_set"  # before the power went


def backend(image, name, bad):
    """An image as a blockdev; a bad one has a block that cannot be read: number 1000, of 512 bytes."""
    file = {"driver": "file", "filename": str(image)}
    if bad:
        file = {"driver": "blkdebug", "image": file,
                "inject-error": [{"event": "none", "iotype": "read", "errno": 5, "sector": 1000}]}
    return {"driver": "raw", "node-name": name, "file": file}


def test_block_io(boot, tmp_path):
    """Block I/O and Block I/O 2: each call, what must be refused, reads that end later, resets; of a drive with the ROM that
    has two namespaces of different blocks, and of one without it, which gets this driver by its version. What was
    written is on the drives, and nothing else was. Then boot services are left with reads under way: the controllers are
    off after that."""
    sizes = (512, 4096, 512)
    images = [make_image(tmp_path / f"{n}.img", seed=n) for n in range(len(sizes))]
    before = [each.read_bytes() for each in images]
    rom = make_rom(tmp_path / "lwnvme.rom", DRIVER_DEBUG)
    console = tmp_path / "debug"
    devices = stick(make_esp(tmp_path / "stick.img", {"EFI/BOOT/BOOTX64.EFI": BLOCK}))
    devices += ["-device", f"nvme,id=c0,serial=c0,romfile={rom}", "-device", "nvme,id=c1,serial=c1"]
    for number, (each, size) in enumerate(zip(images, sizes)):
        devices += ["-blockdev", json.dumps(backend(each, f"n{number}", bad=number == 2)), "-device",
                    f"nvme-ns,drive=n{number},bus=c{number // 2},nsid={number % 2 + 1},"
                    f"logical_block_size={size},physical_block_size={size}"]
    machine = boot(devices, more=["-debugcon", f"file:{console}", "-global", "isa-debugcon.iobase=0x402"])
    text = machine.end()
    assert block_checks(text) == CHECKS * len(sizes)
    assert text.count("block: bytes 512 last 16383 cached\n") == 2
    assert text.count("block: bytes 4096 last 2047 cached\n") == 1
    # EFI_DEVICE_ERROR for what cannot be read, where there is such a block.
    assert sorted(re.findall(r"block: the bad block: (\d+), later (\d+)\n", text)) == [("0", "0"), ("0", "0"), ("7", "7")]
    for number, (each, old, size) in enumerate(zip(images, before, sizes)):
        check_written(each, old, number % 2 + 1, size)
    assert machine.events("pci_nvme_ub_") == []
    # One queue pair of 128 entries: that is this driver, and each reset makes it again.
    queues = machine.events("pci_nvme_create_sq")
    assert len(queues) == 2 + 2 * len(sizes) and all("qsize=127" in line for line in queues)
    assert machine.order()[-4:] == ["mmio_shutdown_set", "mmio_stopped"] * 2
    left = re.findall(r"leaving boot services after \d+ reads of \d+ bytes, (\d+) writes; shut down\n", console.read_text())
    assert sorted(left) == ["3", "6"]


def test_loaded_by_hand(boot, tmp_path, image):
    """From the firmware's shell: load, and the drive has the driver with the higher version when it is connected."""
    script = tmp_path / "startup.nsh"
    script.write_text("FS0:\r\nload lwnvme-driver.efi\r\nconnect -r\r\nlwnvme.efi list\r\nlwnvme.efi read=1 poweroff\r\n")
    shell_stick = make_esp(tmp_path / "stick.img", {"startup.nsh": script, "lwnvme.efi": PROGRAM,
                                                    "lwnvme-driver.efi": DRIVER})
    digest = sha256(image)
    machine = boot(stick(shell_stick) + drive(image))
    text = machine.end()
    assert "0000:00:02.0, 1b36:0010, " + OURS in text
    assert f"taken over from {NAME} NVM Express driver" in text
    assert "lwnvme.efi: passed" in text
    assert sha256(image) == digest


def test_rom_form(tmp_path):
    """The ROM, field by field, and images that are no drivers."""
    rom = make_rom(tmp_path / "lwnvme.rom", vendor="144d", device="a80a").read_bytes()
    assert len(rom) % 512 == 0
    signature, units, efi, subsystem, machine, compression = struct.unpack_from("<HHIHHH", rom)
    image_at, pcir_at = struct.unpack_from("<HH", rom, 0x16)
    assert (signature, efi, subsystem, machine, compression) == (0xaa55, 0x0ef1, 11, 0x8664, 0)
    assert units * 512 == len(rom)
    assert rom[image_at:image_at + DRIVER.stat().st_size] == DRIVER.read_bytes()
    assert rom[pcir_at:pcir_at + 4] == b"PCIR" and pcir_at % 4 == 0
    vendor, device, _, length, revision = struct.unpack_from("<HHHHB", rom, pcir_at + 4)
    assert (vendor, device, length, revision) == (0x144d, 0xa80a, 0x1c, 3)
    assert rom[pcir_at + 13:pcir_at + 16] == bytes([0x02, 0x08, 0x01])
    assert struct.unpack_from("<H", rom, pcir_at + 16)[0] == units
    assert (rom[pcir_at + 20], rom[pcir_at + 21]) == (3, 0x80)


@pytest.mark.parametrize("content, words", [(b"", "not a PE image"), (b"MZ" + bytes(200), "not a PE image"),
                                            (None, "not a UEFI driver")],
                         ids=["empty", "short", "program"])
def test_rom_refuses(tmp_path, content, words):
    driver = tmp_path / "driver.efi"
    driver.write_bytes(PROGRAM.read_bytes() if content is None else content)
    done = subprocess.run([TREE / "tools/make-option-rom", "--vendor", "1b36", "--device", "10", driver, tmp_path / "rom"],
                          capture_output=True, text=True)
    assert done.returncode != 0 and words in done.stderr
