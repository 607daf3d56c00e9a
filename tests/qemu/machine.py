# SPDX-License-Identifier: MIT
"""Boots the demo kernel in QEMU on drives of a test's making, and says what it printed."""

import functools
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

TREE = Path(__file__).resolve().parents[2]
sys.path.append(str(TREE / "tests"))
import guests  # noqa: E402, F401 (for the tests)

SIM = TREE / "build/demo/lwnvme-demo-sim"
DEMO = TREE / "tools/demo"
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"
QEMU_NEWER = TREE / "build/qemu10/qemu-system-x86_64"

# QEMU's exit status, on every machine: on x86 twice the kernel's value (ports/x86_64/machine.h) plus one.
PASSED = 33
FAILED = 35
TRAPPED = 37

SEED = 4711
MIB = 1024 * 1024
BOOT_TIMEOUT_S = 60

# What QEMU's own device model reports: undefined behaviour and errors of the driver, enabling, shutdown.
EVENTS = ("pci_nvme_ub_*", "pci_nvme_err_*", "pci_nvme_mmio_shutdown_*", "pci_nvme_mmio_start_success")


@dataclass(frozen=True)
class Machine:
    """A machine that the demo kernel runs on."""
    qemu: str
    kernel: Path
    model: str     # -M
    options: tuple  # with those by which the kernel gives its exit status

    def command(self, qemu=None, model=None, kernel=None):
        return [qemu or self.qemu, "-M", model or self.model, *self.options, "-kernel", str(kernel or self.kernel)]


def aarch64(name):
    return Machine("qemu-system-aarch64", TREE / f"build/demo/{name}/kernel.elf", "virt",
                   ("-cpu", "cortex-a57", "-semihosting-config", "enable=on,target=native"))


def riscv64(name, *options):
    return Machine("qemu-system-riscv64", TREE / f"build/demo/{name}/kernel.elf", "virt,aia=aplic-imsic", options)


# By what ARCH may be.
MACHINES = {
    "x86_64": Machine(QEMU, TREE / "build/demo/kernel.elf", "q35",
                      ("-cpu", "max", "-device", "isa-debug-exit,iobase=0xf4,iosize=4")),
    "i686": Machine("qemu-system-i386", TREE / "build/demo/i686/kernel.elf", "q35",
                    ("-cpu", "max", "-device", "isa-debug-exit,iobase=0xf4,iosize=4")),
    "aarch64": aarch64("aarch64"),
    "aarch64_be": aarch64("aarch64_be"),
    "riscv64": riscv64("riscv64"),
    "riscv64_m": riscv64("riscv64_m", "-bios", "none"),  # without firmware
}


# On which machine the tests run that do not name one. Some are for the first alone.
ARCH = os.environ.get("ARCH") or "x86_64"
only_x86_64 = pytest.mark.skipif(ARCH != "x86_64", reason="for x86-64 alone")
if ARCH not in MACHINES:
    pytest.exit(f"ARCH={ARCH} is not known; there are {' '.join(MACHINES)}", returncode=2)


@functools.cache
def device_tree(arch, qemu=None, model=None):
    """What the loader of a machine is told of it, as QEMU makes it."""
    with tempfile.TemporaryDirectory() as directory:
        dumped = Path(directory) / "machine.dtb"
        line = command([], arch=arch, qemu=qemu, model=f"{model or MACHINES[arch].model},dumpdtb={dumped}")
        subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=30)
        return dumped.read_bytes()


def riscv64_with(property):
    """A QEMU whose riscv64 machine has a property in its device tree; the test is skipped where there is none."""
    for qemu in ("qemu-system-riscv64", str(QEMU_NEWER.with_name("qemu-system-riscv64"))):
        if shutil.which(qemu) and property in device_tree("riscv64", qemu):
            return qemu
    pytest.skip(f"no QEMU here whose riscv64 machine has {property.decode()}")


@functools.cache
def device_help(qemu, device):
    return subprocess.run([qemu, "-device", f"{device},help"], capture_output=True, text=True, timeout=30).stdout


def qemu_with(device, name):
    """A QEMU whose `device` has the property `name`; the test is skipped where there is none."""
    for qemu in (QEMU, str(QEMU_NEWER)) if ARCH == "x86_64" else (MACHINES[ARCH].qemu,):
        try:
            if f"\n  {name}=" in device_help(qemu, device):
                return qemu
        except OSError:
            continue
    pytest.skip(f"no QEMU here whose {device} device has the property {name}")


@dataclass
class Result:
    status: int
    output: str
    events: list  # of QEMU's device model, what EVENTS names

    def complaints(self):
        """What QEMU's device model held against the driver. The demo's own Compare Failure is none."""
        wrong = [line for line in self.events if "pci_nvme_ub_" in line or "pci_nvme_err_" in line]
        on_purpose = [line for line in wrong if "err_req_status" in line and "status 0x285 opc 0x5" in line
                      or "err_req_status" in line and "status 0x4285 opc 0x5" in line]
        return [line for line in wrong if line not in on_purpose] + on_purpose[1:]

    def shutdowns(self):
        """Orderly shutdowns that the device saw."""
        return sum("pci_nvme_mmio_shutdown_set" in line for line in self.events)

    def hashes(self):
        """{nsid: sha256} as the kernel printed them."""
        found = re.findall(r"^  namespace (\d+) sha256 ([0-9a-f]{64})$", self.output, re.M)
        return {int(nsid): digest for nsid, digest in found}

    def holds(self):
        """[(what, first block, count)] of the region, as the kernel printed them."""
        found = re.findall(r"^holds: (\w+) lba=(\d+) count=(\d+) block_bytes=\d+ seed=\d+$", self.output, re.M)
        return [(what, int(lba), int(count)) for what, lba, count in found]

    def why(self):
        """The reason in the kernel's last line."""
        return self.output.rstrip().rpartition("demo: FAILED: ")[2]


def command(drives, words="", qemu=None, memory="256M", trace=None, arch=ARCH, model=None, kernel=None):
    line = MACHINES[arch].command(qemu, model, kernel) + [
        "-accel", "tcg", "-m", memory, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial",
        "stdio", "-append", words]
    if trace is not None:
        for event in EVENTS:
            line += ["-trace", f"enable={event}"]
        line += ["-D", str(trace)]
    return line + [str(word) for word in drives]


def boot(tmp_path, drives, words="", timeout=BOOT_TIMEOUT_S, **options):
    """Runs the demo until the machine ends."""
    trace = tmp_path / "trace"
    trace.write_text("")
    done = subprocess.run(command(drives, words, trace=trace, **options), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=timeout)
    return Result(done.returncode, done.stdout.replace("\r", ""), trace.read_text(errors="replace").splitlines())


class Shell:
    """The kernel's shell on a serial line. One command at a time."""

    PROMPT = "lwnvme> "

    def __init__(self, line, timeout=BOOT_TIMEOUT_S):
        self.child = pexpect.spawn(line[0], line[1:], encoding="utf-8", codec_errors="replace", timeout=timeout,
                                   echo=False, dimensions=(50, 300))
        self.child.expect_exact(self.PROMPT)
        self.greeting = self.child.before.replace("\r", "")

    def run(self, text, prompt=PROMPT):
        """Types a line; returns what came until the next prompt, without the echo."""
        self.child.send(text + "\r")
        self.child.expect_exact("\n")
        self.child.expect_exact(prompt)
        return self.child.before.replace("\r", "")

    def end(self):
        """Shuts down; returns what was printed and QEMU's exit status."""
        self.child.send("shutdown\r")
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.before.replace("\r", ""), self.child.exitstatus

    def kill(self):
        self.child.close(force=True)


def make_image(path, size_bytes=8 * MIB, seed=1):
    path.write_bytes(random.Random(seed).randbytes(size_bytes))
    return path


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def drive(path, name="d0", device="nvme,serial=TEST", options=""):
    """-drive and -device of one image."""
    more = f",{options}" if options else ""
    return ["-drive", f"if=none,id={name},format=raw,discard=unmap,file={path}", "-device", f"{device},drive={name}{more}"]


def backend(path, name, options=""):
    """An image without a device."""
    more = f",{options}" if options else ""
    return ["-drive", f"if=none,id={name},format=raw,discard=unmap,file={path}{more}"]


def pattern(lba, count, block_bytes, seed=SEED):
    """Blocks of the pattern, as examples/kernel/pattern.h defines it."""
    return "".join("lwnvme seed=%010d lba=%020d byte=%05d.....\n" % (seed, lba + block, at)
                   for block in range(count) for at in range(0, block_bytes, 64)).encode()


def check_region(result, before, path, lba, count, block_bytes):
    """After a demo that wrote: the region holds what the kernel says, and nothing else was changed."""
    after = Path(path).read_bytes()
    assert len(after) == len(before)
    assert after[:lba * block_bytes] == before[:lba * block_bytes]
    assert after[(lba + count) * block_bytes:] == before[(lba + count) * block_bytes:]
    expected_next = lba
    for what, first, blocks in result.holds():
        assert first == expected_next
        expected_next = first + blocks
        there = after[first * block_bytes:expected_next * block_bytes]
        wanted = pattern(first, blocks, block_bytes)
        if what == "pattern":
            assert there == wanted
        elif what == "zeros":
            assert there == bytes(len(there))
        else:
            assert what == "trimmed"
            for at in range(0, len(there), block_bytes):
                block = there[at:at + block_bytes]
                assert block in (bytes(block_bytes), b"\xff" * block_bytes, wanted[at:at + block_bytes])
    assert expected_next == lba + count
