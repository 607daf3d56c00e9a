# SPDX-License-Identifier: MIT
"""Protection information on QEMU's controller, which has guards of 16 and 64 bits: what the library makes it finds right, what
it makes lies in the image as the specification has it, and each of its errors is told by its name."""

import itertools
import re
import struct

import pytest

import machine
from machine import PASSED, backend, pattern

LBA, COUNT = 16, 8  # a page: QEMU takes what is in one with written blocks for written


def reflected(data, polynomial, ones):
    crc = ones
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (polynomial if crc & 1 else 0)
    return crc ^ ones


def guard_16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x8bb7 if crc & 0x8000 else 0)) & 0xffff
    return crc


def tuple_of(data, lba, pif, app, ref):
    """One block's protection information, computed here bit by bit."""
    if pif == 0:
        return struct.pack(">HHI", guard_16(data), app, ref)
    guard = reflected(data, 0x9a6c9329ac4bc9b5, 2 ** 64 - 1)
    return struct.pack(">QH", guard, app) + ref.to_bytes(6, "big")


class Space:
    def __init__(self, path, pi, mset, pil, ms, pif):
        self.pi, self.mset, self.pil, self.ms, self.pif = pi, mset, pil, ms, pif
        self.block = 4096 if pif else 512
        self.bytes = 16 if pif else 8
        self.path = path
        with path.open("wb") as file:
            file.truncate(4 << 20)  # holes: what was never written has no protection information to check
        blocks = (4 << 20) // (self.block + ms)
        self.metadata = blocks * self.block

    def drives(self):
        return backend(self.path, "d0") + [
            "-device", "nvme,serial=TEST,id=c0", "-device",
            f"nvme-ns,drive=d0,bus=c0,nsid=1,logical_block_size={self.block},physical_block_size={self.block},"
            f"ms={self.ms},pi={self.pi},pif={self.pif},mset={self.mset},pil={self.pil}"]

    def in_image(self, lba):
        """Data, and all of the metadata, of a block."""
        with self.path.open("rb") as file:
            file.seek(lba * self.block)
            data = file.read(self.block)
            file.seek(self.metadata + lba * self.ms)
            return data, file.read(self.ms)

    def check_image(self, lba, count, app=0, ref=None):
        wanted = pattern(lba, count, self.block)
        for i in range(count):
            data, metadata = self.in_image(lba + i)
            assert data == wanted[i * self.block:(i + 1) * self.block]
            at = 0 if self.pil else self.ms - self.bytes
            first = lba + i if ref is None else ref + i
            if self.pi == 3:
                first = lba if ref is None else ref
            assert metadata[at:at + self.bytes] == tuple_of(data + metadata[:at], lba + i, self.pif, app, first)


SHAPES = [(pi, mset, 0, 8, 0) for pi, mset in itertools.product((1, 2, 3), (0, 1))]
SHAPES += [(1, 1, 1, 16, 0), (2, 0, 0, 64, 0), (3, 1, 0, 64, 0)]
SHAPES += [(pi, mset, 0, 16, 2) for pi, mset in ((1, 0), (2, 1), (3, 0))] + [(1, 1, 1, 64, 2)]


@pytest.mark.parametrize("pi,mset,pil,ms,pif", SHAPES)
def test_library(tmp_path, shell, pi, mset, pil, ms, pif):
    """Guards and tags of the library: QEMU checks them on the way in, they lie in the image, and are read again."""
    space = Space(tmp_path / "pi.img", pi, mset, pil, ms, pif)
    session = shell(space.drives())
    assert "pi: done" in session.run(f"pi write {LBA} {COUNT} app=4660 --yes")
    assert "flush: done" in session.run("flush")
    space.check_image(LBA, COUNT, app=4660)
    shown = session.run(f"pi read {LBA} {COUNT} app=4660 --yes")
    assert "pi: done" in shown
    for i in range(COUNT):
        data, metadata = space.in_image(LBA + i)
        at = 0 if pil else ms - space.bytes
        assert f"{LBA + i} {metadata[at:at + space.bytes].hex()}" in shown
    assert "application tag" in session.run(f"pi read {LBA} {COUNT} app=4661 --yes")
    if pi != 1:
        assert "pi: done" in session.run(f"pi write 100 4 ref=77 --yes")
        assert "flush: done" in session.run("flush")
        space.check_image(100, 4, ref=77)
        assert "pi: done" in session.run("pi read 100 4 ref=77 --yes")
    output, status = session.end()
    assert status == PASSED


@pytest.mark.parametrize("pi,mset,pil,ms,pif", [shape for shape in SHAPES if shape[3] == (16 if shape[4] else 8)])
def test_controller(tmp_path, shell, pi, mset, pil, ms, pif):
    """The default: nobody thinks of protection information, and the controller makes and checks it."""
    space = Space(tmp_path / "pi.img", pi, mset, pil, ms, pif)
    session = shell(space.drives())
    assert "write: done" in session.run(f"write {LBA} {COUNT} --yes")
    assert "flush: done" in session.run("flush")
    space.check_image(LBA, COUNT)
    assert "hash: done" in session.run("hash 0 500")
    assert "zero: done" in session.run(f"zero {LBA} 2 --yes")
    assert "hash: done" in session.run(f"hash {LBA} {COUNT}")
    for what, status in (("guard", "282"), ("app", "283"), ("ref", "284")):
        lba = 40 + int(status) % 10
        assert "pi: done" in session.run(f"pi spoil {lba} 1 what={what} --yes")
        said = session.run(f"pi read {lba} --yes")
        if what == "ref" and pi == 3:
            assert "pi: done" in said
        else:
            assert re.search({"guard": "guard", "app": "application tag", "ref": "reference tag"}[what], said)
            assert f"block {lba}" in said
        if what == "guard":
            assert "guard" in session.run(f"read {lba}")
    said = session.run(f"pi wrong {LBA} --yes")
    if pi != 2:
        assert "invalid protection information" in said
    output, status = session.end()
    assert status == PASSED


@pytest.mark.parametrize("pi,mset,pil,ms,pif", [(1, 0, 0, 8, 0), (2, 1, 0, 8, 0), (3, 0, 0, 8, 0), (1, 1, 0, 16, 2)])
def test_demo(tmp_path, pi, mset, pil, ms, pif):
    """The demo's whole tour on such a drive; it knows nothing of protection information."""
    space = Space(tmp_path / "pi.img", pi, mset, pil, ms, pif)
    result = machine.boot(tmp_path, space.drives(), f"write=1 region=64,400 seed={machine.SEED}")
    assert result.status == PASSED, result.output
    assert result.shutdowns() == 1
    space.check_image(64, 100)
    space.check_image(364, 100)


@pytest.mark.parametrize("pi,mset,pil,ms,pif", [(1, 0, 0, 8, 0), (2, 1, 0, 8, 0), (3, 0, 0, 8, 0), (1, 0, 0, 16, 2)])
def test_copy(tmp_path, shell, pi, mset, pil, ms, pif):
    """Blocks arrive with guards and tags of where they are now, and can be read there."""
    space = Space(tmp_path / "pi.img", pi, mset, pil, ms, pif)
    wanted = 1 if pif else 0
    session = shell(space.drives(), qemu=machine.qemu_with("nvme", "dbcs"))  # new enough for all formats
    assert "write: done" in session.run(f"write {LBA} {COUNT} --yes")
    assert "copy failed" in session.run(f"copy 200 {LBA} {COUNT} format={1 - wanted} --yes")
    assert "copy: done" in session.run(f"copy 200 {LBA} {COUNT} format={wanted} --yes")
    assert "flush: done" in session.run("flush")
    assert "hash: done" in session.run(f"hash 200 {COUNT}")
    for i in range(COUNT):
        data, metadata = space.in_image(200 + i)
        assert data == pattern(LBA + i, 1, space.block)
        assert metadata == tuple_of(data, 200 + i, pif, 0, 200 if pi == 3 else 200 + i)
    assert session.end()[1] == PASSED
