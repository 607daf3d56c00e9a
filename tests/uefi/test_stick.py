# SPDX-License-Identifier: MIT
"""The stick: lwnvme.efi looks at drives of a PC, and writes only what it was asked for twice."""

import ctypes
import hashlib
import shutil
import subprocess

import pytest

from firmware import (PROGRAM, PROMPT, SHELL, STICK, TREE, drive, hashes, make_esp, make_image, pattern, sha256, stick,
                      type_file)


def test_look(boot, tmp_path, image):
    """From the stick: takes the drive, reads all of it right, gives it back, and does so again; nothing is written but a
    report, to the stick."""
    digest = sha256(image)
    own_stick = tmp_path / "stick.img"
    shutil.copyfile(STICK, own_stick)
    machine = boot(stick(own_stick, keep=True) + drive(image))
    listed = machine.wait(PROMPT)
    assert "NVMe controllers: 1\n  drive 0: PCI 0000:00:" in listed
    assert "1b36:0010, no driver has it\n" in listed  # the firmware starts drivers for what it boots from
    assert "started from it" not in listed
    machine.type("0", "drive 0> ")
    text = machine.type("t", "drive 0> ")
    assert "taken over from nobody" in text
    assert "serial d0\n" in text
    assert "health: no warning" in text
    assert hashes(text) == {1: digest}
    assert text.count("random reads of 4096 bytes") == 2
    assert "demo: passed\ndrive 0: given back to the firmware\n" in text
    text = machine.type("h", "drive 0> ")
    assert hashes(text) == {1: digest}
    assert "no driver has it" in machine.type("b", PROMPT)
    for _ in range(2):  # the second takes the place of the first
        assert "saved as lwnvme.txt" in machine.type("r", PROMPT)
    machine.power_off()
    report = type_file(own_stick, "lwnvme.txt")
    assert report.count(f"namespace 1 sha256 {digest}") == 2
    assert report.endswith("lwnvme.efi> r\n")
    assert sha256(image) == digest
    assert machine.events("pci_nvme_ub_") == []
    assert len(machine.events("pci_nvme_mmio_shutdown_set")) >= 2


def test_writes_what_was_asked_for_twice(boot, image):
    """The shell refuses; the shell that may write asks; both questions answered with yes, it writes just that."""
    before = image.read_bytes()
    machine = boot(stick() + drive(image))
    machine.wait(PROMPT)
    machine.type("0", "drive 0> ")
    machine.type("s", SHELL)
    for command in ("write 100 8 --yes", "trim 0 8 --yes", "zero 0 8 --yes", "format 1 --yes", "feature-set 6 0 --yes"):
        assert "this shell may only look" in machine.type(command, SHELL)
    assert "this shell may only look" not in machine.type("read 100", SHELL)
    machine.type("shutdown", "drive 0> ")
    machine.type("w", "Type yes to go on: ")
    assert "nothing was done" in machine.type("no", "drive 0> ")
    machine.type("w", "Type yes to go on: ")
    machine.type("yes", SHELL)
    machine.type("write 100 8", "type yes to go on: ")
    assert "nothing was changed" in machine.type("y", SHELL)
    assert image.read_bytes() == before
    machine.type("write 100 8", "type yes to go on: ")
    assert "write: done" in machine.type("yes", SHELL)
    machine.type("flush", SHELL)
    assert "given back" in machine.type("shutdown", "drive 0> ")
    machine.type("b", PROMPT)
    machine.power_off()
    after = image.read_bytes()
    assert after[:100 * 512] == before[:100 * 512]
    assert after[108 * 512:] == before[108 * 512:]
    assert after[100 * 512:108 * 512] == pattern(100, 8, 512, 20260101)


def test_boot_drive(boot, tmp_path, image):
    """Started from an NVMe drive: that one is taken over while the firmware has it enabled, and is not written to; the
    other one is as ever."""
    boot_disk = make_esp(tmp_path / "boot.img", {"EFI/BOOT/BOOTX64.EFI": PROGRAM})
    digests = sha256(boot_disk), sha256(image)
    machine = boot(drive(boot_disk, "d0", "bootindex=0") + drive(image, "d1"))
    listed = machine.wait(PROMPT)
    lines = [line for line in listed.splitlines() if line.startswith("  drive ")]
    assert len(lines) == 2
    assert [("started from it" in line) for line in lines] == [True, False]
    machine.type("0", "drive 0> ")
    assert ["driven by NVM Express Driver" in line for line in lines] == [True, False]
    text = machine.type("h", "drive 0> ")
    assert "taken over from NVM Express Driver" in text
    assert "its file systems are away until it is given back" in text
    assert ", left enabled by firmware" in text
    assert hashes(text) == {1: digests[0]}
    # Once more: the firmware's driver has used it meanwhile.
    text = machine.type("h", "drive 0> ")
    assert "taken over from NVM Express Driver" in text
    assert hashes(text) == {1: digests[0]}
    # And now that its file systems are others than at the start, it is still known for what it is.
    assert machine.type("b", PROMPT).count("started from it") == 1
    machine.type("0", "drive 0> ")
    assert "so it is only looked at" in machine.type("w", "drive 0> ")
    machine.type("b", PROMPT)
    assert "no report: this program was started from an NVMe drive" in machine.type("r", PROMPT)
    machine.type("1", "drive 1> ")
    text = machine.type("h", "drive 1> ")
    assert "file systems are away" not in text
    assert hashes(text) == {1: digests[1]}
    machine.type("b", PROMPT)
    machine.power_off()
    assert (sha256(boot_disk), sha256(image)) == digests
    assert machine.events("pci_nvme_ub_") == []


def test_command_line(boot, tmp_path, image):
    """From the firmware's shell, by words: the second of two drives, with two namespaces of different blocks; and the first,
    of which a region is written after a question."""
    script = tmp_path / "startup.nsh"
    script.write_text("FS0:\r\nlwnvme.efi device=7\r\nlwnvme.efi device=1 write=1 region=0,64\r\n"
                      "lwnvme.efi device=0 read=1 write=1 region=1000,64\r\n"
                      "lwnvme.efi device=1 read=4 poweroff\r\n")
    shell_stick = make_esp(tmp_path / "stick.img", {"startup.nsh": script, "lwnvme.efi": PROGRAM})
    images = [make_image(tmp_path / f"{n}.img", seed=n) for n in (2, 3)]
    subsystem = ["-device", "nvme,id=c1,serial=c1"]
    for number, each in enumerate(images, 1):
        size = 512 if number == 1 else 4096
        subsystem += ["-drive", f"if=none,id=n{number},format=raw,file={each}", "-device",
                      f"nvme-ns,drive=n{number},bus=c1,nsid={number},"
                      f"logical_block_size={size},physical_block_size={size}"]
    digests = [sha256(each) for each in images]
    before = image.read_bytes()
    machine = boot(stick(shell_stick) + drive(image) + subsystem)
    assert "there is no drive 7" not in machine.wait("there is no drive 7")
    machine.wait("Type yes to go on: ")
    assert "nothing was done" in machine.type("no", "lwnvme.efi: FAILED")
    machine.wait("Type yes to go on: ")
    text = machine.type("yes", "lwnvme.efi: passed")
    assert "holds: pattern lba=1000 count=16 " in text
    text = machine.end()
    assert "reading namespace 1: the first 8192 blocks" in text
    assert "reading namespace 2: the first 1024 blocks" in text
    head = [sha256_of_head(each, 4) for each in images]
    assert hashes(text) == {1: head[0], 2: head[1]}
    assert "lwnvme.efi: passed" in text
    assert [sha256(each) for each in images] == digests
    after = image.read_bytes()
    first, last = 1000 * 512, 1064 * 512
    assert after[:first] == before[:first] and after[last:] == before[last:]
    assert after[first:first + 16 * 512] == pattern(1000, 16, 512, 20260101)
    assert after[last - 16 * 512:last] == pattern(1048, 16, 512, 20260101)


def sha256_of_head(path, mib):
    return hashlib.sha256(path.read_bytes()[:mib << 20]).hexdigest()


def test_hidden(boot):
    """No NVMe controller, but a RAID controller: says that drives may be hidden behind it."""
    machine = boot(stick() + ["-device", "megasas"])
    listed = machine.wait(PROMPT)
    assert "NVMe controllers: 0\n" in listed
    assert "drives may be hidden behind PCI" in listed
    assert "a RAID controller" in listed
    assert "no NVMe controller found (PCI class 01:08:02), see above" in listed
    assert "there is no drive 0" in machine.type("0", PROMPT)
    machine.power_off()


@pytest.fixture(scope="module")
def hidden_reason(tmp_path_factory):
    library = tmp_path_factory.mktemp("hidden") / "hidden.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, TREE / "ports/uefi/hidden.c"], check=True)
    function = ctypes.CDLL(str(library)).hidden_reason
    function.argtypes = [ctypes.c_uint16, ctypes.c_uint16, ctypes.c_uint32]
    function.restype = ctypes.c_char_p
    return lambda *arguments: (function(*arguments) or b"").decode()


@pytest.mark.parametrize("vendor, device, class_code, words", [
    (0x8086, 0x9a0b, 0x010400, "Intel VMD"),
    (0x8086, 0x467f, 0x010400, "Intel VMD"),
    (0x8086, 0x201d, 0x010400, "Intel VMD"),
    (0x8086, 0x2822, 0x010400, "Intel RST"),
    (0x1022, 0xb000, 0x010802, "AMD RAID"),
    (0x1000, 0x005d, 0x010400, "a RAID controller"),
    (0x144d, 0xa80a, 0x010802, ""),
    (0x8086, 0xa282, 0x010601, ""),
    (0x8086, 0x9a0c, 0x060400, ""),
], ids=lambda value: f"{value:04x}" if isinstance(value, int) else value.replace(" ", "-") or "nothing")
def test_what_hides_drives(hidden_reason, vendor, device, class_code, words):
    """By PCI identifiers and class; QEMU has none of Intel's or AMD's."""
    reason = hidden_reason(vendor, device, class_code)
    assert reason.startswith(words) if words else reason == ""
