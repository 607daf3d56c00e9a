# SPDX-License-Identifier: MIT
"""The demo on drives of many kinds: it reads every block of them right, and writes what it says."""

import re

import pytest

import machine
from machine import (FAILED, MIB, PASSED, SEED, backend, boot, check_region, drive, make_image, qemu_with, sha256)


def passes(result):
    assert result.status == PASSED, result.output
    assert result.output.rstrip().endswith("demo: passed")
    assert result.complaints() == []
    assert result.shutdowns() == 1


def read_write(tmp_path, image, options="", block_bytes=512, lba=1024, count=1024, words="", **machine):
    """The whole demo with a region; checked from outside."""
    before = image.read_bytes()
    digest = sha256(image)
    result = boot(tmp_path, drive(image, options=options), f"write=1 region={lba},{count} seed={SEED} {words}".strip(),
                  **machine)
    passes(result)
    assert result.hashes() == {1: digest}
    check_region(result, before, image, lba, count, block_bytes)
    return result


@pytest.mark.parametrize("block_bytes", [512, 1024, 4096])
def test_block_size(tmp_path, image, block_bytes):
    """Blocks of 512, 1024 and 4096 bytes."""
    result = read_write(tmp_path, image, f"logical_block_size={block_bytes},physical_block_size={block_bytes}",
                        block_bytes, lba=100, count=1000)
    assert f"{8 * MIB // block_bytes} blocks of {block_bytes} bytes" in result.output
    assert {what for what, _, _ in result.holds()} == {"pattern", "zeros", "trimmed"}


def test_region_at_odd_places(tmp_path, image):
    """A region that begins and ends inside everything: pages, transfers, chunks."""
    read_write(tmp_path, image, lba=777, count=1003)


def test_region_at_the_end(tmp_path, image):
    """The last blocks of the drive (fault 73, from the side that is allowed)."""
    read_write(tmp_path, image, lba=8 * MIB // 512 - 5, count=5)


def test_region_beyond_the_end(tmp_path, image):
    """One block too many is refused before anything is written (fault 73)."""
    digest = sha256(image)
    result = boot(tmp_path, drive(image), f"write=1 region={8 * MIB // 512 - 4},5")
    assert result.status == FAILED
    assert "not inside the namespace" in result.why()
    assert sha256(image) == digest


@pytest.mark.parametrize("mdts", [0, 1, 2, 7])
def test_mdts(tmp_path, image, mdts):
    """No limit, 8 KiB, 16 KiB and 512 KiB in one command: requests of 128 KiB are split at it (faults 34, 66, 74)."""
    result = read_write(tmp_path, image, f"mdts={mdts}")
    limit = "no limit" if mdts == 0 else f"{4 << mdts} KiB"
    assert f"(controller: {limit})" in result.output


@pytest.mark.parametrize("transfer_kib", [4, 1024])
def test_transfer_size(tmp_path, image, transfer_kib):
    """The library's own limit below and above that of the requests (fault 69: a page, and lists of pages)."""
    read_write(tmp_path, image, words=f"transfer={transfer_kib * 1024}")


@pytest.mark.parametrize("mqes", [1, 2, 3, 65535])
def test_mqes(tmp_path, image, mqes):
    """Queues of 2 entries (one command at a time) up to 65536, of which 1 does not fit 16 bits (faults 5, 6, 67)."""
    result = read_write(tmp_path, image, f"mqes={mqes}", qemu=qemu_with("nvme", "mqes"))
    assert f"largest queue {mqes + 1} entries" in result.output


def test_smallest_queue(tmp_path, image):
    """A ring of 2 entries by the host's choice: every other request waits for room (fault 67)."""
    read_write(tmp_path, image, words="entries=2")


def test_queue_too_large(tmp_path, image):
    """More entries than a queue may have: refused by name, and the controller let go of."""
    result = boot(tmp_path, drive(image), "entries=5000")
    assert result.status == FAILED
    assert "queue size is out of range" in result.why()


def test_one_queue_pair(tmp_path, image):
    """A controller that grants one I/O queue pair (fault 50)."""
    result = read_write(tmp_path, image, "max_ioqpairs=1")
    assert "I/O queue pairs granted 1," in result.output


def test_one_interrupt_vector(tmp_path, image):
    """One MSI-X vector for all queues, none of which is used (fault 29)."""
    read_write(tmp_path, image, "msix_qsize=1,max_ioqpairs=1")


def test_memory_above_4_gib(tmp_path, image):
    """Queues and buffers at addresses that need more than 32 bits."""
    read_write(tmp_path, image, memory="5G")


@machine.only_x86_64
def test_registers_above_4_gib(tmp_path, image):
    """A BAR that firmware had to place above 4 GiB, since another device takes the room below."""
    line = ["-device", "pci-testdev,membar=4G"] + drive(image)
    result = boot(tmp_path, line)
    passes(result)
    assert int(re.search(r"registers at 0x([0-9a-f]+),", result.output).group(1), 16) >= 1 << 32
    assert result.hashes() == {1: sha256(image)}


def test_controller_memory_buffer(tmp_path, image):
    """A controller that offers a buffer which is not used (fault 31)."""
    read_write(tmp_path, image, "cmb_size_mb=16")


@machine.only_x86_64
def test_left_enabled_by_firmware(tmp_path, image):
    """Firmware has used the drive and left it running, queues in unknown memory (fault 15)."""
    result = boot(tmp_path, drive(image))
    passes(result)
    assert "left enabled by firmware" in result.output
    assert result.hashes() == {1: sha256(image)}


def test_several_namespaces(tmp_path):
    """Namespaces of several sizes and block sizes, with gaps between their identifiers."""
    images = {nsid: make_image(tmp_path / f"{nsid}.img", size * MIB, nsid) for nsid, size in ((1, 1), (2, 3), (7, 2))}
    line = ["-device", "nvme,id=c0,serial=MANY"]
    for nsid, path in images.items():
        line += backend(path, f"f{nsid}")
        block = 4096 if nsid == 2 else 512
        line += ["-device", f"nvme-ns,drive=f{nsid},bus=c0,nsid={nsid},logical_block_size={block},"
                            f"physical_block_size={block}"]
    result = boot(tmp_path, line)
    passes(result)
    assert result.hashes() == {nsid: sha256(path) for nsid, path in images.items()}
    assert "namespace 2: 768 blocks of 4096 bytes" in result.output


def test_no_namespace(tmp_path):
    """A controller without a namespace comes up, says so, and shuts down (fault 41)."""
    result = boot(tmp_path, ["-device", "nvme,serial=EMPTY"])
    assert result.status == FAILED
    assert result.why() == "no namespace can be used"
    assert "namespaces: 0" in result.output
    assert "shut down in" in result.output


def test_detached_namespace(tmp_path, image):
    """A namespace that is not attached to this controller is not listed."""
    other = make_image(tmp_path / "other.img", MIB, 9)
    line = ["-device", "nvme-subsys,id=s0,nqn=bed", "-device", "nvme,id=c0,serial=SUB,subsys=s0"]
    line += backend(image, "f1") + ["-device", "nvme-ns,drive=f1,bus=c0,nsid=1"]
    line += backend(other, "f2") + ["-device", "nvme-ns,drive=f2,bus=c0,nsid=2,detached=on"]
    result = boot(tmp_path, line)
    passes(result)
    assert result.hashes() == {1: sha256(image)}


def two_namespaces(tmp_path, image, odd_options):
    """A namespace that cannot be used as 1, a sound one as 2."""
    odd = make_image(tmp_path / "odd.img", 2 * MIB, 5)
    line = ["-device", "nvme,id=c0,serial=ODD"]
    line += backend(odd, "f1") + ["-device", f"nvme-ns,drive=f1,bus=c0,nsid=1,{odd_options}"]
    line += backend(image, "f2") + ["-device", "nvme-ns,drive=f2,bus=c0,nsid=2"]
    return line


@pytest.mark.parametrize("options", ["ms=8", "ms=16", "ms=64", "ms=8,mset=1", "ms=64,mset=1"])
def test_metadata(tmp_path, image, options):
    """Metadata without protection information: listed with the reason, and the other namespace works (fault 56)."""
    before = image.read_bytes()
    digest = sha256(image)
    result = boot(tmp_path, two_namespaces(tmp_path, image, options), f"write=1 region=64,400 seed={SEED}")
    passes(result)
    assert re.search(r"namespace 1: not usable: .*metadata", result.output)
    assert result.hashes() == {2: digest}
    check_region(result, before, image, 64, 400, 512)


def test_zoned(tmp_path, image):
    """A namespace of another command set: not there for a host of the NVM command set (QEMU 10), or listed with the
    reason (QEMU 7.2); the other namespace works (fault 21)."""
    result = boot(tmp_path, two_namespaces(tmp_path, image, "zoned=on,zoned.zone_size=1M"))
    passes(result)
    reason = "namespace 1: not usable: the namespace uses a command set that this call does not take"
    assert reason in result.output or "namespaces: 1\n" in result.output
    assert result.hashes() == {2: sha256(image)}


def test_only_unusable(tmp_path):
    """Nothing to work on: the reason, an orderly end, no trap."""
    odd = make_image(tmp_path / "odd.img", 2 * MIB, 5)
    line = ["-device", "nvme,id=c0,serial=ODD"]
    line += backend(odd, "f1") + ["-device", "nvme-ns,drive=f1,bus=c0,nsid=1,ms=8"]
    result = boot(tmp_path, line)
    assert result.status == FAILED
    assert result.why() == "no namespace can be used"
    assert "shut down in" in result.output


def test_no_drive(tmp_path):
    """A machine without an NVMe controller."""
    result = boot(tmp_path, [])
    assert result.status == FAILED
    assert "no NVMe controller found" in result.output


def two_drives(tmp_path):
    first = make_image(tmp_path / "first.img", MIB, 1)
    second = make_image(tmp_path / "second.img", 2 * MIB, 2)
    line = drive(first, "a", "nvme,serial=FIRST") + drive(second, "b", "nvme,serial=SECOND")
    return line, first, second


@pytest.mark.parametrize("words, serial", [("", "FIRST"), ("device=0", "FIRST"), ("device=1", "SECOND")])
def test_several_drives(tmp_path, words, serial):
    """All are listed; the first one is taken unless the command line names another."""
    line, first, second = two_drives(tmp_path)
    result = boot(tmp_path, line, words)
    passes(result)
    assert result.output.count("\ndrive ") == 2
    assert f"serial {serial}\n" in result.output
    assert result.hashes() == {1: sha256(first if serial == "FIRST" else second)}


def test_drive_that_is_not_there(tmp_path, image):
    """device=N beyond what was found."""
    result = boot(tmp_path, drive(image), "device=3")
    assert result.status == FAILED
    assert "there is no drive 3" in result.output


def test_behind_a_bridge(tmp_path, image):
    """On a PCI Express port: another bus."""
    line = ["-device", "pcie-root-port,id=rp1,chassis=1,slot=1"] + drive(image, options="bus=rp1")
    result = boot(tmp_path, line)
    passes(result)
    assert re.search(r"drive 0: PCI 01:00\.0", result.output)
    assert result.hashes() == {1: sha256(image)}


def test_command_line_not_understood(tmp_path, image):
    """A typing error must not turn into a default."""
    result = boot(tmp_path, drive(image), "wriet=1")
    assert result.status == FAILED
    assert '"wriet=1" is not understood' in result.output


@pytest.mark.parametrize("words", ["", "irq=msix", "entries=3"])
def test_submission_queue_in_the_controllers_memory(tmp_path, image, words):
    """Commands are fetched from the controller memory buffer, which is enabled by CMBMSC, in a BAR of its own."""
    result = read_write(tmp_path, image, "cmb_size_mb=16", words=f"cmb=1 {words}".strip())
    assert "submission queue in the controller memory buffer: BAR 2, offset 0, 16384 KiB" in result.output


def test_no_controller_memory(tmp_path, image):
    """A drive without one is refused by name."""
    result = boot(tmp_path, drive(image), "cmb=1")
    assert result.status == FAILED
    assert "no memory buffer for submission queues" in result.output
