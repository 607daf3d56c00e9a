# SPDX-License-Identifier: MIT
"""examples/boot: a boot loader with the library that is made for one reads the demo kernel from the drive and starts it."""

import struct
import subprocess

import pytest

import machine
from machine import FAILED, MIB, PASSED, SEED, Result, drive, sha256

pytestmark = machine.only_x86_64
KERNEL = machine.MACHINES["x86_64"].kernel
LOADER = machine.TREE / "build/demo/boot.elf"
LOADED = "boot: the kernel is loaded, and the drive handed over"
SEGMENTS_AT, SEGMENT_BYTES = 64, 56  # of the kernel's ELF file, which these tests assert


@pytest.fixture(scope="module", autouse=True)
def loader():
    assert LOADER.exists(), f"{LOADER} is missing: make {LOADER.relative_to(machine.TREE)}"


def kernel_image(path, block_bytes=512):
    """The kernel, from block 0 on, and blocks of something else behind it."""
    data = KERNEL.read_bytes()
    path.write_bytes(data + bytes(-len(data) % block_bytes) + b"behind the kernel".ljust(block_bytes, b".") * 4)
    return path


def start(tmp_path, drives, words=f"seed={SEED}", memory="256M"):
    trace = tmp_path / "trace"
    trace.write_text("")
    line = machine.command(drives, words, trace=trace, memory=memory)
    line[line.index(str(KERNEL))] = str(LOADER)
    done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=machine.BOOT_TIMEOUT_S)
    return Result(done.returncode, done.stdout.replace("\r", ""), trace.read_text(errors="replace").splitlines())


@pytest.mark.parametrize("options, block_bytes", [("", 512), ("logical_block_size=4096,physical_block_size=4096,mdts=1", 4096)])
def test_kernel_from_the_drive(tmp_path, options, block_bytes):
    """What it has loaded runs, and finds a drive in order: it hashes all of it, and nothing was written to it."""
    path = kernel_image(tmp_path / "disk.img", block_bytes)
    before = sha256(path)
    result = start(tmp_path, drive(path, options=options))
    assert result.status == PASSED, result.output
    assert LOADED in result.output
    assert "left enabled" not in result.output
    assert result.hashes() == {1: before}
    assert result.shutdowns() == 2  # the loader's and the kernel's
    assert result.complaints() == []
    assert sha256(path) == before


def change(path, at, layout, value):
    data = bytearray(path.read_bytes())
    struct.pack_into(layout, data, at, value)
    path.write_bytes(data)


def segment(index, offset):
    return SEGMENTS_AT + index * SEGMENT_BYTES + offset


@pytest.mark.parametrize("at, layout, value, why", [
    (0, "<I", 0x464c4580, "no kernel for x86-64 begins at block 0"),
    (18, "<H", 183, "no kernel for x86-64 begins at block 0"),
    (56, "<H", 17, "the kernel's segments are not on the drive"),
    (32, "<Q", 1 << 63, "the kernel's segments are not on the drive"),
    (segment(0, 8), "<Q", (1 << 64) - 8, "a segment of the kernel is not on the drive"),
    (segment(0, 32), "<Q", 1 << 40, "a segment of the kernel is not on the drive"),
    (segment(1, 40), "<Q", 64 * MIB, "a segment of the kernel is not where it may be"),
    (segment(1, 40), "<Q", (1 << 64) - 1, "a segment of the kernel is not where it may be"),
    (segment(1, 24), "<Q", 0x4000000, "a segment of the kernel is not where it may be"),
    (segment(1, 24), "<Q", 0x1000, "a segment of the kernel is not where it may be"),
    (segment(2, 8), "<Q", 1 << 60, "the notes of the kernel are not on the drive"),
    (segment(2, 32), "<Q", 12, "the kernel has no PVH entry point"),
    (0x1000, "<I", 0xffffffff, "the kernel has no PVH entry point"),
])
def test_damaged_kernel(tmp_path, at, layout, value, why):
    """Nothing of it is believed: the reason is told, and the drive left clean."""
    path = kernel_image(tmp_path / "disk.img")
    header = path.read_bytes()[:64]
    assert struct.unpack_from("<Q", header, 32)[0] == SEGMENTS_AT and struct.unpack_from("<HH", header, 54) == (SEGMENT_BYTES, 3)
    change(path, at, layout, value)
    result = start(tmp_path, drive(path))
    assert result.status == FAILED, result.output
    assert result.output.rstrip().endswith(f"boot: FAILED: {why}")
    assert result.shutdowns() == 1
    assert result.complaints() == []


def test_no_drive(tmp_path):
    result = start(tmp_path, [])
    assert result.status == FAILED
    assert result.output.rstrip().endswith("boot: FAILED: there is no NVMe drive")


def test_drive_of_one_block(tmp_path):
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(512))
    result = start(tmp_path, drive(path))
    assert result.status == FAILED
    assert result.output.rstrip().endswith("boot: FAILED: no kernel for x86-64 begins at block 0")


def test_media_error(tmp_path):
    """A read that fails ends it with the controller's words."""
    path = kernel_image(tmp_path / "disk.img")
    node = ('{"driver":"blkdebug","node-name":"e0","image":{"driver":"file","filename":"%s"},'
            '"inject-error":[{"event":"none","iotype":"read","errno":5,"sector":64}]}' % path)
    result = start(tmp_path, ["-blockdev", node, "-device", "nvme,drive=e0,serial=EIO"])
    assert result.status == FAILED
    assert "boot: FAILED: " in result.output and LOADED not in result.output
    assert "Unrecovered Read Error" in result.output or "unrecovered read" in result.output.lower()
