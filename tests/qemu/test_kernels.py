# SPDX-License-Identifier: MIT
"""examples/interrupts and ports/uacpi in small kernels of their own (tests/qemu/kernels): interrupts, and waits that halt."""

import hashlib
import re
import subprocess

import pytest

import machine
from machine import FAILED, MIB, PASSED, Result, drive

pytestmark = machine.only_x86_64
KERNELS = {name: machine.TREE / f"build/demo/{name}.elf" for name in ("interrupts", "uacpi")}
NO_MESSAGES_LEFT = "msix_qsize=1,max_ioqpairs=1"
BIG_BLOCKS = "logical_block_size=4096,physical_block_size=4096"


@pytest.fixture(scope="module", autouse=True)
def kernels():
    for kernel in KERNELS.values():
        assert kernel.exists(), f"{kernel} is missing: make {kernel.relative_to(machine.TREE)}"


@pytest.fixture
def image(tmp_path):
    return machine.make_image(tmp_path / "disk.img", 2 * MIB)


def start(tmp_path, kernel, drives):
    trace = tmp_path / "trace"
    trace.write_text("")
    line = machine.command(drives, trace=trace, kernel=KERNELS[kernel])
    done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=machine.BOOT_TIMEOUT_S)
    return Result(done.returncode, done.stdout.replace("\r", ""), trace.read_text(errors="replace").splitlines())


def slow_drive(image, ms, options=""):
    """Each command takes so long, or a little longer, before it begins."""
    more = f",{options}" if options else ""
    return ["-object", f"throttle-group,id=tg,x-iops-total={1000 // ms}", "-blockdev",
            f"driver=throttle,node-name=t0,throttle-group=tg,file.driver=raw,file.file.driver=file,file.file.filename={image}",
            "-device", f"nvme,drive=t0,serial=SLOW{more}"]


def numbers(result, head, names):
    """What the kernel counted, by the head of its line: [[of the first name], ...]."""
    line = re.search(rf"^{head}: (interrupts .*)$", result.output, re.M).group(1)
    return [[int(number) for number in re.findall(r"-?\d+", re.search(rf"{name}((?: -?\d+)+)", line).group(1))] for name in names]


def read_right(result, image, head, block_bytes=512):
    """What the kernel hashed is what the image has there."""
    assert result.status == PASSED, result.output
    assert result.complaints() == []
    count, first, digest = re.search(rf"^{head}: (\d+) bytes from block (\d+), sha256 (\w+)$", result.output, re.M).groups()
    begin = int(first) * block_bytes
    assert digest == hashlib.sha256(image.read_bytes()[begin:begin + int(count)]).hexdigest()


@pytest.mark.parametrize("options, block_bytes", [("", 512), (BIG_BLOCKS + ",mdts=2", 4096)])
def test_interrupts(tmp_path, image, options, block_bytes):
    """Scattered pages, caches that are not coherent, MSI-X by msix.c: right both times, with interrupts and cache maintenance."""
    result = start(tmp_path, "interrupts", drive(image, options=options))
    for head in ("round 0", "round 1"):
        read_right(result, image, head, block_bytes)
        (_, queue), strays, cleaned, flushed, invalidated = numbers(
            result, head, ("interrupts", "strays", "cleaned", "flushed", "invalidated"))
        assert queue > 0 and strays == [0]
        assert min(cleaned + flushed + invalidated) > 10
    assert result.shutdowns() == 2


def test_interrupts_end_the_waits(tmp_path, image):
    """A slow drive: the thread sleeps, and it is the interrupt that wakes it, long before the deadline of 30 s."""
    result = start(tmp_path, "interrupts", slow_drive(image, 50, "mdts=3"))
    read_right(result, image, "round 1")
    (_, queue), (halts,), (woken,), (late,) = numbers(result, "round 1", ("interrupts", "halts", "woken", "late"))
    assert queue >= 5 and halts >= 5 and woken >= 5
    assert late <= woken // 4  # what an interrupt did not end, which the library makes good


def test_interrupts_without_messages(tmp_path, image):
    """A table of one entry, where the port wants two: it gives the first one back, and polls."""
    result = start(tmp_path, "interrupts", drive(image, options=NO_MESSAGES_LEFT))
    for head in ("round 0", "round 1"):
        read_right(result, image, head)
        (admin, queue), halts = numbers(result, head, ("interrupts", "halts"))
        # The drive keeps a message back while its entry is masked, and sends it when the entry is taken once more.
        assert admin <= (head == "round 1") and queue == 0 and halts == [0]


def test_uacpi(tmp_path, image):
    """On a kernel's functions for uACPI: right, by polling and asleep, and all that was taken is given back."""
    result = start(tmp_path, "uacpi", slow_drive(image, 50, "mdts=3"))
    for head in ("polled", "asleep"):
        read_right(result, image, head)
    interrupts, halts, held = numbers(result, "polled", ("interrupts", "halts", "held"))
    assert interrupts == [0, 0] and halts == [0] and held == [0]
    (_, queue), (halts,), (woken,), (late,), held = numbers(result, "asleep", ("interrupts", "halts", "woken", "late", "held"))
    assert queue >= 4 and halts >= 4 and woken >= 4 and late <= woken // 4 and held == [0]
    assert result.shutdowns() == 2


@pytest.mark.parametrize("kernel", KERNELS)
def test_unreadable(tmp_path, image, kernel):
    """A media error reaches the caller, and the drive is closed in order: the kernels look that nothing is left."""
    node = ('{"driver":"blkdebug","node-name":"e0","image":{"driver":"file","filename":"%s"},'
            '"inject-error":[{"event":"none","iotype":"read","errno":5,"sector":100}]}' % image)
    result = start(tmp_path, kernel, ["-blockdev", node, "-device", "nvme,drive=e0,serial=EIO"])
    assert result.status == FAILED
    assert "0x281" in result.output
    assert result.shutdowns() == 1


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_drive(tmp_path, kernel):
    result = start(tmp_path, kernel, [])
    assert (result.status, result.output.rstrip().endswith("kernel: FAILED: there is no drive")) == (FAILED, True)
