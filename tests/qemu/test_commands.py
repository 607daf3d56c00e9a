# SPDX-License-Identifier: MIT
"""Copy, data placement and shadow doorbells on QEMU's controller, looked at in the image file; and what it does not have is
refused by name."""

import re

import pytest

import machine
from machine import MIB, PASSED, QEMU, SEED, backend, drive, make_image, pattern

BLOCK = 512


def namespaces(images, controller="", options=""):
    """One controller; QEMU's copy limits are those of a namespace device of its own."""
    line = ["-device", f"nvme,id=n0,serial=TEST{controller}"]
    for i, image in enumerate(images, 1):
        line += backend(image, f"d{i}") + ["-device", f"nvme-ns,drive=d{i},bus=n0,nsid={i}{options}"]
    return line


def blocks(content, lba, count):
    return content[lba * BLOCK:(lba + count) * BLOCK]


@pytest.mark.parametrize("ranges,each,most", [(128, 128, 128), (1, 1, 1), (4, 7, 20), (3, 64, 64), (256, 100, 1000)])
def test_copy(image, shell, ranges, each, most):
    """Cut to each of the limits: single blocks, many ranges, many commands (fault 77)."""
    before = image.read_bytes()
    session = shell(namespaces([image], options=f",msrc={ranges - 1},mssrl={each},mcl={most}"))
    assert f"copy: {ranges} ranges of {each} blocks, {most} in all" in session.run("limits")
    sources = [(0, 1), (900, 300), (33, 129), (7, 2), (1999, 64)]
    if each == 1:
        sources = [(0, 1), (900, 30), (33, 12)]
    words = " ".join(f"{lba} {count}" for lba, count in sources)
    total = sum(count for _, count in sources)
    text = session.run(f"copy 5000 {words} --yes")
    assert "copy: done" in text
    assert f"{total} blocks in {sum(-(-count // each) for _, count in sources)} ranges" in text
    session.end()
    after = image.read_bytes()
    assert blocks(after, 5000, total) == b"".join(blocks(before, lba, count) for lba, count in sources)
    assert after[:5000 * BLOCK] == before[:5000 * BLOCK]
    assert after[(5000 + total) * BLOCK:] == before[(5000 + total) * BLOCK:]


def test_copy_refused(image, shell):
    """By name, before anything is sent; and the embedded namespace of `-device nvme,drive=` says that a copy takes no block."""
    before = image.read_bytes()
    session = shell(namespaces([image]))
    assert "not all inside the namespace" in session.run("copy 5000 16380 5 --yes")
    assert "not all inside the namespace" in session.run("copy 16380 0 5 --yes")
    assert "copy failed" in session.run("copy 5000 0 0 --yes")
    for words, why in (("0 1 4 1o", "is not a number"), ("0 1 4o 1", "is not a number"), ("0 1 4", "how many blocks"),
                       ("0 1 " * 8, "too long")):
        text = session.run(f"copy 5000 {words} --yes")
        assert why in text and "copy: done" not in text and "ranges" not in text
    assert "too long" in session.run(f"copy 5000 0 1{' ' * 160}4 1")
    assert "usage: copy" in session.run("copy 5000 --yes")
    assert "copy failed" in session.run("copy 5000 0 1 format=4 --yes")
    session.end()
    assert image.read_bytes() == before


def test_no_block_is_not_block_0(image, shell):
    before = image.read_bytes()
    session = shell(namespaces([image]))
    for command in ("scatter", "placement-write 1", "pi write", "zone-append 1", "zone-write 1", "zone 1 reset"):
        assert f"usage: {command.split()[0]} " in session.run(f"{command} --yes"), command
    for command in ("trim", "zero", "verify", "uncorrectable"):  # 1, in 32 bits
        assert "is too large" in session.run(f"{command} 0 4294967297 --yes"), command
    session.end()
    assert image.read_bytes() == before


def test_copy_between_namespaces(tmp_path, image, shell):
    """Format 2 names the source. It is for hosts that have said so."""
    qemu = machine.qemu_with("nvme", "dbcs")  # new enough
    other = make_image(tmp_path / "other.img", 2 * MIB, 2)
    before, source = image.read_bytes(), other.read_bytes()
    session = shell(namespaces([image, other]), qemu=qemu)
    assert "copy failed" in session.run("copy 100 7 200 format=0 from=2 --yes")
    assert "copy failed" in session.run("copy 100 7 200 format=2 from=2 enable=0 --yes")
    assert "copy: done" in session.run("copy 100 7 200 format=2 from=2 --yes")
    session.end()
    after = image.read_bytes()
    assert blocks(after, 100, 200) == blocks(source, 7, 200)
    assert after[:100 * BLOCK] == before[:100 * BLOCK] and after[300 * BLOCK:] == before[300 * BLOCK:]
    assert other.read_bytes() == source


def test_atomic_limits(image, shell):
    qemu = machine.qemu_with("nvme", "atomic.awun")
    session = shell(namespaces([image], controller=",atomic.awun=31,atomic.awupf=7"), qemu=qemu)
    text = session.run("limits")
    assert "atomic: 32 blocks" in text and "atomic when power fails: 8 blocks" in text
    session.end()


def test_what_qemu_does_not_have(image, shell):
    """No fused pairs, no Write Uncorrectable; without a subsystem that has it no placement (faults 76, 78)."""
    before = image.read_bytes()
    session = shell(drive(image))
    assert "fused" in session.run("compare-write 10 2 --yes")
    assert "Write Uncorrectable" in session.run("uncorrectable 10 2 --yes")
    assert "placement failed" in session.run("placement")
    assert "placement-next failed" in session.run("placement-next 0 --yes")
    session.end()
    assert image.read_bytes() == before


def handles(session):
    found = re.findall(r"placement (\d+): reclaim unit handle (\d+), (\d+) blocks left", session.run("placement"))
    return {int(one[0]): (int(one[1]), int(one[2])) for one in found}


def test_placement(image, shell):
    """Writes count where their handle says, and nowhere else; a new reclaim unit is whole."""
    qemu = machine.qemu_with("nvme-subsys", "fdp")
    unit = 1024 * 1024 // BLOCK
    before = image.read_bytes()
    session = shell(["-device", "nvme-subsys,id=s0,nqn=bed,fdp=on,fdp.runs=1M,fdp.nruh=4",
                     "-device", "nvme,id=n0,serial=TEST,subsys=s0", *backend(image, "d1"),
                     "-device", "nvme-ns,drive=d1,bus=n0,nsid=1,fdp.ruhs=0;2;3"], qemu=qemu)
    assert handles(session) == {0: (0, unit), 1: (2, unit), 2: (3, unit)}
    assert "placement-write: done" in session.run("placement-write 1 64 10 --yes")
    assert handles(session) == {0: (0, unit), 1: (2, unit - 10), 2: (3, unit)}
    assert "placement-write: done" in session.run("placement-write 2 200 100 --yes")
    assert "write: done" in session.run("write 400 3 --yes")  # the first handle is the default
    assert handles(session) == {0: (0, unit - 3), 1: (2, unit - 10), 2: (3, unit - 100)}
    assert "placement-next: done" in session.run("placement-next 1 2 --yes")
    assert handles(session) == {0: (0, unit - 3), 1: (2, unit), 2: (3, unit)}
    assert "placement-write: done" in session.run("placement-write 9 500 5 --yes")  # none such: the first one
    assert handles(session) == {0: (0, unit - 8), 1: (2, unit), 2: (3, unit)}
    assert "failed" in session.run("placement-next 3 --yes")
    assert "usage: placement-next" in session.run("placement-next --yes")
    session.end()
    after = image.read_bytes()
    assert blocks(after, 64, 10) == pattern(64, 10, BLOCK)
    assert blocks(after, 200, 100) == pattern(200, 100, BLOCK)
    assert blocks(after, 400, 3) == pattern(400, 3, BLOCK)
    assert blocks(after, 500, 5) == pattern(500, 5, BLOCK)
    assert blocks(after, 74, 126) == blocks(before, 74, 126) and after[505 * BLOCK:] == before[505 * BLOCK:]


def spared(text):
    found = re.search(r"(\d+) doorbells spared", text)
    assert found and "shadow: done" in text, text
    return int(found[1])


def rings(trace):
    """Doorbells of submission queues other than the admin queue that came to QEMU."""
    found = re.findall(r"mmio_doorbell_sq.* sqid (\d+)", trace.read_text())
    return sum(int(qid) != 0 for qid in found)


@pytest.mark.parametrize("entries", [128, 8])
def test_shadow_doorbells(tmp_path, image, shell, entries):
    """Across a reset, a shutdown and a close: the data are right, and of commands given one by one QEMU's own trace has fewer
    doorbells than there were commands (fault 141)."""
    trace = tmp_path / "trace"
    digest = machine.sha256(image)
    session = shell([*drive(image), "-trace", "enable=pci_nvme_mmio_doorbell_sq"], words=f"entries={entries}", trace=trace)
    saved = came = 0
    for command in ("list", "reset", "resume", "reopen"):
        assert "failed" not in session.run(command)
        first = spared(session.run("shadow"))
        assert digest in session.run("hash")
        before = rings(trace)
        saved += spared(session.run("shadow 64")) - first
        came += rings(trace) - before
        assert "write: done" in session.run("write 100 50 --yes")
        assert "flush: done" in session.run("flush")
        digest = machine.sha256(image)
    assert session.end()[1] == PASSED
    if entries > 64:  # else QEMU is done before the next one comes
        assert saved > 0 and 0 < came < 4 * 64
    assert image.read_bytes()[100 * BLOCK:150 * BLOCK] == pattern(100, 50, BLOCK)


def test_no_shadow_doorbells(image, shell):
    qemu = machine.qemu_with("nvme", "dbcs")
    session = shell(drive(image, options="dbcs=off"), qemu=qemu)
    assert "shadow failed" in session.run("shadow")
    assert "write: done" in session.run("write 100 50 --yes")
    session.end()
    assert image.read_bytes()[100 * BLOCK:150 * BLOCK] == pattern(100, 50, BLOCK)
