# SPDX-License-Identifier: MIT
"""A PC with UEFI firmware (OVMF) in QEMU, driven over its serial console."""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect

TREE = Path(__file__).resolve().parents[2]
sys.path.append(str(TREE / "tests"))
import guests  # noqa: E402, F401 (for the tests)

BUILD = TREE / "build/uefi/x86_64"
PROGRAM = BUILD / "lwnvme.efi"
DRIVER = BUILD / "lwnvme-driver.efi"
DRIVER_DEBUG = BUILD / "lwnvme-driver-debug.efi"  # says on QEMU's debug console what it has done
BLOCK = BUILD / "block.efi"
BUILD_AARCH64 = TREE / "build/uefi/aarch64"
STICK = TREE / "build/usb/lwnvme-usb.img"
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"


def firmware_of(machine):
    """Firmware and its variables, where one of the systems in tools/firmware.txt has them; else where the first would."""
    lines = [line.split() for line in (TREE / "tools/firmware.txt").read_text().splitlines() if line and line[0] != "#"]
    places = [[Path(path) for path in paths] for name, *paths in lines if name == machine]
    return next((paths for paths in places if all(path.exists() for path in paths)), places[0])


# QEMU, its machine, and the firmware with its variables.
MACHINES = {
    "x86_64": (QEMU, ["-M", "q35", "-cpu", "max"], *firmware_of("x86_64")),
    "aarch64": ("qemu-system-aarch64", ["-M", "virt", "-cpu", "cortex-a57"], *firmware_of("aarch64")),
}

MIB = 1024 * 1024
NAME = "lwnvme " + ".".join(re.findall(r"#define LWNVME_VERSION_[A-Z]+ (\d+)", (TREE / "include/lwnvme/lwnvme.h").read_text()))
WAIT_S = 150  # for anything: a PC boots in 5 s, and a machine that is busy with other things takes ten times that
PROMPT = "lwnvme.efi> "
SHELL = "lwnvme> "

# What QEMU's own device model reports: undefined behaviour of the driver, enabling, shutdown, queues.
EVENTS = ("pci_nvme_ub_*", "pci_nvme_mmio_shutdown_*", "pci_nvme_mmio_start_success", "pci_nvme_mmio_stopped",
          "pci_nvme_create_sq")


def make_image(path, size_bytes=8 * MIB, seed=1):
    path.write_bytes(random.Random(seed).randbytes(size_bytes))
    return path


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def make_esp(path, files, mib=64):
    """A disk with an EFI system partition that holds {path: file}."""
    words = [f"{where}={file}" for where, file in files.items()]
    subprocess.run([TREE / "tools/make-esp", "--mib", str(mib), path] + words, check=True)
    return path


def make_rom(path, driver=DRIVER, vendor="1b36", device="0010"):
    """The driver as an option ROM; the identifiers are those of QEMU's drive."""
    subprocess.run([TREE / "tools/make-option-rom", "--vendor", vendor, "--device", device, driver, path], check=True)
    return path


def stick(path=STICK, keep=False):
    """-drive and -device of a USB stick. What is written to it is forgotten, unless it is to be kept."""
    snapshot = "" if keep else "snapshot=on,"
    return ["-device", "qemu-xhci", "-drive", f"if=none,id=stick,format=raw,{snapshot}file={path}",
            "-device", "usb-storage,drive=stick,bootindex=0"]


def type_file(image, name):
    """The text of a file on an image that make_esp made."""
    done = subprocess.run(["mtype", "-i", f"{image}@@{MIB}", "::/" + name], check=True, capture_output=True)
    return done.stdout.decode().replace("\r", "")


def drive(path, name="d0", options=""):
    """-drive and -device of an NVMe drive."""
    more = f",{options}" if options else ""
    return ["-drive", f"if=none,id={name},format=raw,file={path}", "-device", f"nvme,drive={name},serial={name}{more}"]


def plain(text):
    """Without the terminal's escape sequences and carriage returns."""
    return re.sub(r"\x1b(\[[0-9;?=]*[A-Za-z]|[()][A-Za-z0-9])", "", text).replace("\r", "")


class Machine:
    def __init__(self, directory, devices, memory="256M", more=(), arch="x86_64"):
        qemu, machine, code, empty = MACHINES[arch]
        self.trace = directory / "trace"
        variables = directory / "variables.fd"
        shutil.copyfile(empty, variables)
        line = machine + ["-accel", "tcg", "-m", memory, "-nodefaults", "-no-user-config", "-no-reboot",
                "-display", "none", "-serial", "stdio",
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
                "-drive", f"if=pflash,format=raw,unit=1,file={variables}", "-D", self.trace]
        for event in EVENTS:
            line += ["-trace", f"enable={event}"]
        line = [str(word) for word in line + list(more) + devices]
        self.child = pexpect.spawn(qemu, line, encoding="utf-8", codec_errors="replace", timeout=WAIT_S, echo=False,
                                   dimensions=(50, 300))

    def wait(self, text):
        """Waits for a text; returns what came before it."""
        self.child.expect_exact(text)
        return plain(self.child.before)

    def type(self, text, until):
        """Types a line; returns what came until `until`, without the echo."""
        self.child.send(text + "\r")
        self.child.expect_exact("\n")
        return self.wait(until)

    def end(self):
        """Waits until the machine is off; returns what was printed until then."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        text = plain(self.child.before)
        assert self.child.exitstatus == 0, f"{self.child.exitstatus}, signal {self.child.signalstatus}: {text}"
        return text

    def power_off(self):
        """From the menu of lwnvme.efi."""
        self.child.send("p\r")
        return self.end()

    def order(self):
        """What happened to the controllers, in order, by QEMU's device model."""
        found = (re.match(r"pci_nvme_(create_sq|mmio_shutdown_set|mmio_stopped|mmio_start_success|ub_\w+)", line)
                 for line in self.trace.read_text(errors="replace").splitlines())
        return [one[1] for one in found if one]

    def events(self, name):
        """The lines of QEMU's device model that name such an event."""
        return [line for line in self.trace.read_text(errors="replace").splitlines() if name in line]

    def kill(self):
        self.child.close(force=True)


def hashes(text):
    """{nsid: sha256} as the program printed them."""
    return {int(nsid): digest for nsid, digest in re.findall(r"^  namespace (\d+) sha256 ([0-9a-f]{64})$", text, re.M)}


def written_blocks(nsid, block_bytes):
    """What tests/uefi/block.c writes: 24 blocks from block 64 on."""
    return bytes((at * 7 + at // 251 + nsid) & 255 for at in range(24 * block_bytes))


def check_written(image, before, nsid, block_bytes):
    """After tests/uefi/block.c: the image holds what that wrote, and nothing else was changed."""
    after = image.read_bytes()
    first, last = 64 * block_bytes, 88 * block_bytes
    assert after[:first] == before[:first] and after[last:] == before[last:]
    assert after[first:last] == written_blocks(nsid, block_bytes)


CHECKS = 35  # of tests/uefi/block.c, on each namespace


def block_checks(text):
    """How many checks of tests/uefi/block.c passed; none may have failed."""
    assert "block: FAILED" not in text
    passed, failed = map(int, re.search(r"block: (\d+) checks passed, (\d+) failed", text).groups())
    assert failed == 0
    return passed


def pattern(lba, count, block_bytes, seed):
    """Blocks of the pattern, as examples/kernel/pattern.h defines it."""
    return "".join("lwnvme seed=%010d lba=%020d byte=%05d.....\n" % (seed, lba + block, at)
                   for block in range(count) for at in range(0, block_bytes, 64)).encode()
