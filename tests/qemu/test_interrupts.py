# SPDX-License-Identifier: MIT
"""The demo by interrupts: the port's APIC and 8259s, the drive's MSI-X and its pin, and waits that halt."""

import re
import subprocess

import pytest

import machine
from machine import FAILED, PASSED, SEED, SIM, boot, check_region, drive, make_image, qemu_with, sha256


def interrupts(result):
    return int(re.search(r"^interrupts taken: (\d+)$", result.output, re.M).group(1))


def read_write(tmp_path, image, words, options="", device="nvme,serial=TEST", **machine):
    before = image.read_bytes()
    result = boot(tmp_path, drive(image, device=device, options=options),
                  f"write=1 region=1024,1024 seed={SEED} {words}", **machine)
    assert result.status == PASSED, result.output
    assert result.complaints() == []
    assert result.shutdowns() == 1
    check_region(result, before, image, 1024, 1024, 512)
    return result


@pytest.mark.parametrize("kind", ["msix", "intx"])
def test_kinds(tmp_path, image, kind):
    """Everything that the demo does, each wait ended by an interrupt."""
    digest = sha256(image)
    result = read_write(tmp_path, image, f"irq={kind}")
    assert result.hashes() == {1: digest}
    assert interrupts(result) > 0


def test_polling_takes_none(tmp_path, image):
    """irq=poll is what it is without the word."""
    result = read_write(tmp_path, image, "irq=poll")
    assert "interrupts taken" not in result.output


def test_one_at_a_time(tmp_path, image):
    """A ring of two entries: each command has an interrupt of its own, or was seen before it came."""
    for kind in ("msix", "intx"):
        result = read_write(tmp_path, image, f"irq={kind} entries=2")
        assert interrupts(result) > 0


def test_one_vector(tmp_path, image):
    """A table of one entry: the queue shares it with the admin queue (fault 29)."""
    result = read_write(tmp_path, image, "irq=msix", "msix_qsize=1,max_ioqpairs=1")
    assert interrupts(result) > 0


def test_table_in_a_bar_of_its_own(tmp_path, image):
    """An MSI-X table that is not in the registers' BAR."""
    qemu = qemu_with("nvme", "msix-exclusive-bar")
    assert interrupts(read_write(tmp_path, image, "irq=msix", "msix-exclusive-bar=on", qemu=qemu)) > 0


def test_pin_on_the_other_line(tmp_path, image):
    """Neighbouring slots have lines of their own."""
    for slot in (4, 5, 6, 7):
        assert interrupts(read_write(tmp_path, image, "irq=intx", f"addr={slot}")) > 0


def test_two_drives_on_one_line(tmp_path, image):
    """Slots 4 and 8 share a line. The neighbour has answers that nobody takes: it interrupts once, is masked at the
    controller, and does not disturb (fault 94)."""
    other = make_image(tmp_path / "other.img", seed=2)
    before = image.read_bytes()
    drives = drive(image, options="addr=4") + \
        ["-drive", f"file={other},if=none,format=raw,id=neighbour", "-device", "nvme,drive=neighbour,serial=OTHER,addr=8"]
    result = boot(tmp_path, drives, f"write=1 region=1024,1024 seed={SEED} irq=intx neighbour=1")
    assert result.status == PASSED, result.output
    assert result.complaints() == []
    assert result.shutdowns() == 2
    check_region(result, before, image, 1024, 1024, 512)
    assert other.read_bytes() == make_image(tmp_path / "same.img", seed=2).read_bytes()
    assert interrupts(result) > 0
    answered, interrupted = re.search(r"^neighbour 1: (\d+) reads answered, .*: (\d+)$", result.output, re.M).groups()
    assert int(answered) == 8
    # Its bring-up, whose answers are polled for, may have interrupted; but nothing more than once a turn.
    assert int(interrupted) < 20


def test_two_drives_with_messages(tmp_path, image):
    """The same with MSI-X, where INTMS and INTMC must not be touched: QEMU says so if they are (fault 27)."""
    other = make_image(tmp_path / "other.img", seed=2)
    drives = drive(image) + ["-drive", f"file={other},if=none,format=raw,id=neighbour",
                             "-device", "nvme,drive=neighbour,serial=OTHER"]
    result = boot(tmp_path, drives, "irq=msix neighbour=1")
    assert result.status == PASSED, result.output
    assert result.complaints() == []
    assert "neighbour 1: 8 reads answered" in result.output


def test_slow_drive(tmp_path, image):
    """Halts of 20 ms, each ended by the interrupt and none by its deadline of 30 s."""
    line = ["-object", "throttle-group,id=tg,x-iops-total=50", "-blockdev",
            f"driver=throttle,node-name=t0,throttle-group=tg,file.driver=raw,file.file.driver=file,file.file.filename={image}",
            "-device", "nvme,drive=t0,serial=SLOW"]
    result = boot(tmp_path, line, "irq=msix")
    assert result.status == PASSED, result.output
    assert result.hashes() == {1: sha256(image)}


def test_deadline_ends_a_halt(tmp_path, image):
    """Commands that do not come back, nor anything else: the timer ends the halt, and their deadline gives them back
    (fault 104)."""
    line = ["-object", "throttle-group,id=tg,x-bps-total=512", "-blockdev",
            f"driver=throttle,node-name=t0,throttle-group=tg,file.driver=raw,file.file.driver=file,file.file.filename={image}",
            "-device", "nvme,drive=t0,serial=SLOW"]
    result = boot(tmp_path, line, "irq=msix timeout=300")
    assert result.status == FAILED
    assert "deadline passed" in result.output
    assert int(re.search(r"read and hashed .* in (\d+) ms", result.output).group(1)) >= 300


@machine.only_x86_64
def test_msi(tmp_path, image):
    """QEMU's drive has MSI-X and a pin, but no MSI: refused by name, before the controller is touched."""
    result = boot(tmp_path, drive(image), "irq=msi")
    if result.status == FAILED:
        assert result.why() == "the device has no MSI capability"
    else:
        assert result.status == PASSED and interrupts(result) > 0


def test_words(tmp_path, image):
    """What is no kind is not understood."""
    result = boot(tmp_path, drive(image), "irq=often")
    assert result.status == FAILED
    assert 'command line: "irq=often" is not understood' in result.output


def test_software_controller(tmp_path, image):
    """The same word on the software controller, which has MSI-X and no pin."""
    done = subprocess.run([SIM, image, "irq=msix"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"^interrupts taken: (\d+)$", done.stdout, re.M).group(1)) > 0
    done = subprocess.run([SIM, image, "irq=intx"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "MSI-X and nothing else" in done.stdout
