# SPDX-License-Identifier: MIT
"""Drives that fail, are slow, or may not be written."""

import hashlib
import json
import re
import socket
import time

import pexpect
import pytest

import machine
from machine import FAILED, MIB, PASSED, SEED, TRAPPED, boot, drive, make_image, sha256

BAD_READ = 64  # in sectors of 512 bytes, as are the next two
BAD_READ_LATER = 1300
BAD_WRITE = 72


def failing_drive(path, rules):
    """An image whose sectors fail by blkdebug."""
    node = {"driver": "blkdebug", "node-name": "e0",
            "image": {"driver": "raw", "file": {"driver": "file", "filename": str(path)}}, "inject-error": rules}
    return ["-blockdev", json.dumps(node), "-device", "nvme,drive=e0,serial=EIO"]


def rule(iotype, sector=None):
    one = {"event": "none", "iotype": iotype, "errno": 5}
    if sector is not None:
        one["sector"] = sector
    return one


def slow_drive(path, per_second):
    node = {"driver": "throttle", "node-name": "t0", "throttle-group": "tg",
            "file": {"driver": "raw", "file": {"driver": "file", "filename": str(path)}}}
    return ["-object", f"throttle-group,id=tg,x-iops-total={per_second}", "-blockdev", json.dumps(node), "-device",
            "nvme,drive=t0,serial=SLOW"]


def test_unreadable_blocks(tmp_path, image):
    """A media error names the block and the status; all other blocks are read (faults 61, 66)."""
    result = boot(tmp_path, failing_drive(image, [rule("read", BAD_READ), rule("read", BAD_READ_LATER)]))
    assert result.status == FAILED
    assert re.findall(r"^  block (\d+): .*\(0x([0-9a-f]+)\)$", result.output, re.M) == \
        [(str(BAD_READ), "281"), (str(BAD_READ_LATER), "281")]
    assert "unrecovered read error" in result.output
    assert "2 blocks could not be read, the first is 64" in result.output
    assert "read and hashed 8 MiB" in result.output
    assert "shut down in" in result.output


def test_unreadable_block_in_the_shell(image, shell):
    """The neighbours of a bad block are read, before and after (fault 61)."""
    session = shell(failing_drive(image, [rule("read", BAD_READ)]))
    content = image.read_bytes()
    for lba in (BAD_READ - 1, BAD_READ + 1):
        first = " ".join(f"{byte:02x}" for byte in content[lba * 512:lba * 512 + 16])
        assert first in session.run(f"read {lba}")
    assert "(0x281)" in session.run(f"read {BAD_READ}")
    assert "no Verify" in session.run("verify 0 10")  # as Identify says
    output, status = session.end()
    assert "shut down in" in output
    assert status == PASSED


def test_unwritable_block(image, shell):
    """A write fault reaches the caller whole; flush fails on its own (faults 61, 62)."""
    session = shell(failing_drive(image, [rule("write", BAD_WRITE), rule("flush")]))
    assert "(0x280)" in session.run(f"write {BAD_WRITE} --yes")
    assert "write: done" in session.run(f"write {BAD_WRITE + 1} --yes")
    assert "(0x280)" in session.run("flush")
    _, status = session.end()
    assert status == PASSED


def test_demo_with_write_fault(tmp_path, image):
    """The demo ends with the reason, and still shuts down."""
    result = boot(tmp_path, failing_drive(image, [rule("write", BAD_WRITE)]), f"write=1 region=0,1024 seed={SEED}")
    assert result.status == FAILED
    assert re.search(r"^  block \d+: .*\(0x280\)$", result.output, re.M)
    assert result.why().startswith("written: ")
    assert "shut down in" in result.output


def test_read_only_drive(tmp_path, image):
    """A write-protected namespace is read; a write is refused by name and nothing is changed (fault 81)."""
    digest = sha256(image)
    line = ["-drive", f"if=none,id=d0,format=raw,readonly=on,file={image}", "-device", "nvme,drive=d0,serial=RO"]
    result = boot(tmp_path, line)
    assert result.status == PASSED, result.output
    assert result.hashes() == {1: digest}
    result = boot(tmp_path, line, "write=1 region=0,64")
    assert result.status == FAILED
    assert "writ" in result.why()
    assert "shut down in" in result.output
    assert sha256(image) == digest


def test_slow_drive_in_time(tmp_path):
    """Slow, but within every deadline: no false alarm (fault 134)."""
    image = make_image(tmp_path / "slow.img", MIB)
    result = boot(tmp_path, slow_drive(image, 10))
    assert result.status == PASSED, result.output
    assert result.hashes() == {1: sha256(image)}


def test_slow_drive_too_late(tmp_path):
    """A command's deadline passes: every request comes back, once, by name, and the demo ends (faults 104, 108)."""
    image = make_image(tmp_path / "slow.img", 8 * MIB)
    result = boot(tmp_path, slow_drive(image, 4), "timeout=300")
    assert result.status == FAILED
    assert "deadline passed" in result.output or "given back" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith("demo: FAILED: ")


def test_silent_drive_and_several_processors(tmp_path):
    """No processor waits for an answer that does not come: all are back after 0.3 s for it and 2 s more, and their controller's
    owner brings it down. (QEMU itself waits for its commands before it resets a controller.)"""
    node = {"driver": "null-co", "node-name": "n0", "size": 8 * MIB, "latency-ns": 8 * 10**9}
    result = boot(tmp_path, ["-blockdev", json.dumps(node), "-device", "nvme,drive=n0,serial=SILENT", "-smp", "2"],
                  "cpus=2 irq=msix timeout=300")
    assert result.status == FAILED, result.output
    assert int(re.search(r"all done after (\d+) ms", result.output)[1]) < 7000, result.output
    assert "deadline passed" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith("demo: FAILED: ")


def test_recovers_by_reset(tmp_path, shell):
    """After a command that came too late a reset makes the drive usable again (faults 104, 112)."""
    image = make_image(tmp_path / "slow.img", 8 * MIB)
    session = shell(slow_drive(image, 10), "timeout=250")
    assert "hash failed" in session.run("hash")
    assert "read failed" in session.run("read 0")
    assert "reset: done" in session.run("reset")
    time.sleep(2)  # the throttle has a memory of its own
    first = " ".join(f"{byte:02x}" for byte in image.read_bytes()[:16])
    assert first in session.run("read 0")
    session.end()


def test_recovers_by_itself(tmp_path, shell):
    """Commands that are late are aborted, or the controller is reset, and reads issued again: the same hash, with nobody
    asking for it (faults 104, 105, 112)."""
    image = make_image(tmp_path / "slow.img", 2 * MIB)
    # Slow enough to be late, also beside a busy host, and quick enough for the tries that a read has: where the Abort takes, each
    # is one.
    session = shell(slow_drive(image, 10), "timeout=750")
    assert "recovery: done" in session.run("recovery on")
    first = " ".join(f"{byte:02x}" for byte in image.read_bytes()[:16])
    assert sha256(image) in session.run("hash")
    session.run("smart")  # polls the controller once more: the last read may have been late, and its answer not been counted yet
    output = session.run("recovery")
    late, answered, aborts, _, resets, failures, _, _ = [int(number) for number in re.findall(r"(\d+) ", output)][:8]
    assert late > 0 and failures == 0, output
    assert answered + aborts + resets > 0, output
    time.sleep(2)
    assert first in session.run("read 0")
    _, status = session.end()
    assert status == PASSED


def trouble(tmp_path, words, arch, more=()):
    """A slow drive behind a port: what the demo says of the reads that were in flight when it happened, and then the demo."""
    image = make_image(tmp_path / "slow.img", 2 * MIB)
    line = ["-device", "pcie-root-port,id=rp1,chassis=1,slot=1"] + slow_drive(image, 40)
    line[-1] += ",bus=rp1"
    result = boot(tmp_path, [*line, *more], words, arch=arch)
    assert result.status == PASSED, result.output
    assert "cpus=" in words or result.hashes() == {1: sha256(image)}
    answered, given_back = re.search(r"^  16 reads in flight: (\d+) answered, (\d+) given back$", result.output, re.M).groups()
    assert int(answered) + int(given_back) == 16
    return result, int(given_back)


@pytest.mark.parametrize("arch, irq", [(arch, "msix") for arch in machine.MACHINES] + [
    ("x86_64", "poll"), ("riscv64", "poll"), ("x86_64", "intx"), ("aarch64", "intx"), ("riscv64_m", "intx")])
def test_pulled_out(tmp_path, arch, irq):
    """The slot loses its power while the drive is read: it is known to be gone, each read comes back once, and what is put back
    is opened as any drive is, and interrupts as before (fault 124)."""
    result, given_back = trouble(tmp_path, f"remove=1 irq={irq}", arch)
    assert given_back > 0
    if irq != "poll":
        before = int(re.search(r"^  interrupts until then: (\d+)$", result.output, re.M).group(1))
        assert int(re.search(r"^interrupts taken: (\d+)$", result.output, re.M).group(1)) > before
    assert "the drive was pulled out: the controller is gone (-40)" in result.output
    assert result.output.count("ready after") == 2


@pytest.mark.parametrize("arch", machine.MACHINES)
def test_pulled_out_and_several_processors(tmp_path, arch):
    """What is put back has lost its table of messages: afterwards each processor has interrupts of its own again."""
    result, given_back = trouble(tmp_path, "remove=1 irq=msix cpus=4", arch, ["-smp", "4"])
    assert given_back > 0
    parts = re.findall(r"^  processor (\d): blocks (\d+) to (\d+), interrupts (\d+), sha256 (\w+)$", result.output, re.M)
    assert [int(number) for number, *_ in parts] == [0, 1, 2, 3]
    assert min(int(interrupts) for *_, interrupts, _ in parts[1:]) > 0
    before = int(re.search(r"^  interrupts until then: (\d+)$", result.output, re.M).group(1))
    assert int(parts[0][3]) > before
    content = (tmp_path / "slow.img").read_bytes()
    for index, (_, first, last, _, digest) in enumerate(parts):
        assert (int(first), int(last)) == (index * 1024, index * 1024 + 1023)
        assert digest == hashlib.sha256(content[int(first) * 512:(int(last) + 1) * 512]).hexdigest()


@pytest.mark.parametrize("arch, irq", [(arch, "msix") for arch in machine.MACHINES] + [("x86_64", "poll")])
def test_pulled_out_under_several_processors(tmp_path, arch, irq):
    """The slot loses its power while four processors read, each on its own queue: each hears of it by name, no read is lost or
    comes back twice, nothing waits for ever, and all four read what is put back (fault 124)."""
    image = make_image(tmp_path / "slow.img", 2 * MIB)
    line = ["-device", "pcie-root-port,id=rp1,chassis=1,slot=1"] + slow_drive(image, 100)
    line[-1] += ",bus=rp1"
    result = boot(tmp_path, [*line, "-smp", "4"], f"remove=2 cpus=4 irq={irq}", arch=arch)
    assert result.status == PASSED, result.output
    known = re.search(r"^the drive was pulled out under 4 processors: .*\(-40\), known after (\d+) ms$", result.output, re.M)
    assert int(known[1]) < 5000
    ends = re.findall(r"^  processor (\d): (\d+) reads answered, (\d+) given back: the controller is gone \(-40\)$",
                      result.output, re.M)
    assert [int(number) for number, *_ in ends] == [0, 1, 2, 3]
    assert all(int(given_back) > 0 for *_, given_back in ends)
    assert sum(int(answered) for _, answered, _ in ends) > 0
    assert result.output.count("ready after") == 2
    assert result.shutdowns() == 1
    content = image.read_bytes()
    parts = re.findall(r"^  processor (\d): blocks (\d+) to (\d+), interrupts \d+, sha256 (\w+)$", result.output, re.M)
    assert [int(number) for number, *_ in parts] == [0, 1, 2, 3]
    for _, first, last, digest in parts:
        assert digest == hashlib.sha256(content[int(first) * 512:(int(last) + 1) * 512]).hexdigest()


def test_pulled_out_under_one_processor(tmp_path, image):
    """What needs several processors says so."""
    result = boot(tmp_path, drive(image), "remove=2")
    assert (result.status, result.why()) == (FAILED, "the command line")


@pytest.mark.parametrize("arch", machine.MACHINES)
def test_fatal_status(tmp_path, arch):
    """The controller fails for good while it is read: the status is known, each read comes back once, and it can be opened again
    (fault 108)."""
    result, _ = trouble(tmp_path, "fatal=1", arch)
    assert "the controller failed: the controller reports a fatal status (CSTS.CFS) (-41)" in result.output
    assert result.output.count("ready after") == 2
    assert any("err_cfs" in event for event in result.events)


def test_no_fatal_status_for_those_who_only_look(tmp_path, image):
    """The controller would take commands from where nobody knows what is: a drive that is not to be changed is not tried so."""
    result = boot(tmp_path, drive(image), "fatal=1 readonly=1")
    assert result.status == FAILED and "fatal=1 and readonly=1 exclude each other" in result.output
    assert "ready after" not in result.output


def test_pulled_out_of_no_slot(tmp_path, image):
    """A drive on the root bus is in no slot."""
    result = boot(tmp_path, drive(image), "remove=1")
    assert (result.status, result.why()) == (FAILED, "the drive is behind no port")


def test_shutdown_of_a_failed_controller(tmp_path, shell):
    """A controller that has failed cannot be shut down in order: the status says so (fault 119)."""
    image = make_image(tmp_path / "slow.img", 8 * MIB)
    session = shell(slow_drive(image, 10), "timeout=250")
    assert "hash failed" in session.run("hash")
    output, status = session.end()
    assert "shutdown failed" in output
    assert status == FAILED


@machine.only_x86_64
def test_exception(tmp_path, image, shell):
    """An exception, here a non-maskable interrupt, is reported with its vector and ends the machine with a status."""
    path = tmp_path / "qmp"
    session = shell(drive(image) + ["-qmp", f"unix:{path},server=on,wait=off"])
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(str(path))
        monitor.sendall(b'{"execute": "qmp_capabilities"}{"execute": "inject-nmi"}')
        session.child.expect("exception: vector 0x0000000000000002")
        session.child.expect("rip 0x")
        session.child.expect(pexpect.EOF)
    session.child.close()
    assert session.child.exitstatus == TRAPPED
