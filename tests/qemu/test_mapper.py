# SPDX-License-Identifier: MIT
"""Scattered buffers and metadata on QEMU's controller, compared with what lies in the image file afterwards."""

import re

import pytest

from machine import ARCH, MIB, QEMU_NEWER, backend, drive, make_image, pattern

SAID = re.compile(r"(\d+) pieces, (\d+) commands, (\d+) of them through bounce memory; (\d+) bytes differ")


def scatter(session, words):
    """The numbers that the command printed: pieces, commands, bounces."""
    text = session.run(f"scatter {words} --yes")
    found = SAID.search(text)
    assert found and "scatter: done" in text, text
    assert found[4] == "0", text
    return tuple(int(number) for number in found.groups()[:3])


def metadata_of(lba, count, metadata_bytes):
    return bytes((0x80 + block * 3 + at) & 0xff for block in range(lba, lba + count) for at in range(metadata_bytes))


@pytest.mark.parametrize("words, bounced", [("", False), ("sgl=1", False), ("grain=1", False),
                                            ("sgl=2 bounce=65536", True), ("grain=1 sgl=2 bounce=1", True)])
def test_scattered(image, shell, words, bounced):
    """By SGL, at bytes too, and through bounce memory."""
    before = image.read_bytes()
    session = shell(drive(image))
    pieces, commands, bounces = scatter(session, f"40 100 {words}")
    session.end()
    after = image.read_bytes()
    assert after[40 * 512:140 * 512] == pattern(40, 100, 512)
    assert after[:40 * 512] == before[:40 * 512] and after[140 * 512:] == before[140 * 512:]
    assert pieces > 50
    assert (bounces != 0) == bounced
    if not bounced:
        assert commands < pieces  # fewer than PRP entries would take


@pytest.mark.parametrize("words", ["sgl=2", "grain=1 sgl=2"])
def test_what_cannot_be_expressed_is_refused(image, shell, words):
    """Neither SGL nor bounce memory: by name, and the image is as it was."""
    before = image.read_bytes()
    session = shell(drive(image))
    text = session.run(f"scatter 40 100 {words} --yes")
    assert "dword" in text or "pieces" in text
    assert "scatter: done" not in text
    session.end()
    assert image.read_bytes() == before


@pytest.mark.parametrize("sgl", ["sgl=0", "sgl=2 bounce=131072"])
@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("metadata_bytes", [8, 16, 64])
@pytest.mark.parametrize("qemu", ["", "newer"])
def test_metadata(tmp_path, shell, metadata_bytes, extended, sgl, qemu):
    """Apart and interleaved. QEMU keeps all data first and the metadata behind them, in either form. QEMU 7.2 loses what a
    command has of metadata beyond the sector of the image in which they begin: a few blocks there."""
    if qemu and (ARCH != "x86_64" or not QEMU_NEWER.exists()):
        pytest.skip("no newer QEMU")
    size = 4 * MIB
    image = make_image(tmp_path / "metadata.img", size, 5)
    other = make_image(tmp_path / "other.img", 2 * MIB, 6)
    mset = ",mset=1" if extended else ""
    line = ["-device", "nvme,id=c0,serial=META,mdts=3"]
    line += backend(image, "f1") + ["-device", f"nvme-ns,drive=f1,bus=c0,nsid=1,ms={metadata_bytes}{mset}"]
    line += backend(other, "f2") + ["-device", "nvme-ns,drive=f2,bus=c0,nsid=2"]
    session = shell(line, qemu=str(QEMU_NEWER) if qemu else None)
    count = 200 if qemu else 512 // metadata_bytes // 8
    lba = 24 if qemu else 64
    scatter(session, f"{lba} {count} nsid=1 {sgl}")
    session.end()
    after = image.read_bytes()
    blocks = size // (512 + metadata_bytes)
    place = blocks * 512 + lba * metadata_bytes
    assert after[lba * 512:(lba + count) * 512] == pattern(lba, count, 512)
    assert after[place:place + count * metadata_bytes] == metadata_of(lba, count, metadata_bytes)
