# SPDX-License-Identifier: MIT
"""The demo on the machines beside x86-64: the same kernel, the same drives, the same promises. What is the same everywhere runs
on each; what only one machine has stands at the end."""

import hashlib
import json
import re
import struct
import subprocess

import pytest

import machine
from machine import (FAILED, MACHINES, MIB, PASSED, SEED, TRAPPED, boot, check_region, drive, make_image, riscv64_with,
                     sha256)

OTHERS = [name for name in MACHINES if name != "x86_64"]
# One of each pair of machines that share nearly all of their code, for what that code does.
WHOLE = [name for name in OTHERS if name not in ("i686", "riscv64_m")]
TREES = [name for name in OTHERS if name != "i686"]  # with a device tree
ARM = [name for name in OTHERS if name.startswith("aarch64")]
RISCV = [name for name in OTHERS if name.startswith("riscv64")]
BIG_BLOCKS = "logical_block_size=4096,physical_block_size=4096"


def read_write(tmp_path, image, words="", options="", block_bytes=512, more=(), **options_of_boot):
    """The whole demo with a region; checked from outside."""
    before = image.read_bytes()
    digest = sha256(image)
    lba, count = 101, 400
    result = boot(tmp_path, drive(image, options=options) + list(more),
                  f"write=1 region={lba},{count} seed={SEED} {words}".strip(), **options_of_boot)
    assert result.status == PASSED, result.output
    assert result.output.rstrip().splitlines()[-1].startswith(("demo: passed", "drive 0, caches"))
    assert result.complaints() == []
    assert result.shutdowns() == 1
    assert result.hashes() == {1: digest}
    check_region(result, before, image, lba, count, block_bytes)
    return result


def interrupts(result):
    return int(re.search(r"^interrupts taken: (\d+)$", result.output, re.M).group(1))


def maintained(result):
    """How often caches were cleaned, flushed and invalidated."""
    found = re.search(r"^drive 0, caches.*: cleaned (\d+), flushed (\d+), invalidated (\d+) times$", result.output, re.M)
    return tuple(int(number) for number in found.groups()) if found else None


def version(arch):
    """Of a machine's QEMU, whose drive says it, too."""
    return subprocess.run([MACHINES[arch].qemu, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout


def lasting(output):
    """What the demo printed, without the firmware's words and what depends on time and on where the drive's registers are."""
    output = output[output.index("lwnvme "):]
    return "\n".join(line for line in output.splitlines() if not re.search(r"\d ms|registers at|  read \d+ of", line))


@pytest.fixture
def image(tmp_path):
    """A drive of 2 MiB with random content."""
    return machine.make_image(tmp_path / "disk.img", 2 * MIB)


@pytest.mark.parametrize("arch", OTHERS)
@pytest.mark.parametrize("words, options, block_bytes", [
    ("", "mdts=1", 512),
    ("irq=msix", BIG_BLOCKS, 4096),
    ("irq=intx entries=2", "addr=5", 512),
    ("irq=msix", "msix_qsize=1,max_ioqpairs=1", 512),
])
def test_demo(tmp_path, image, arch, words, options, block_bytes):
    """Read, written, compared, zeroed, trimmed: polled, by messages, by the pin, with one vector for all."""
    if block_bytes == 4096:
        image = make_image(tmp_path / "disk4.img", 4 * MIB)
    result = read_write(tmp_path, image, words, options, block_bytes, arch=arch)
    if "irq" in words:
        assert interrupts(result) > 0
    else:
        assert "interrupts taken" not in result.output


@pytest.mark.parametrize("arch", WHOLE + ["i686"])
def test_says_the_same_as_x86(tmp_path, image, arch):
    """Every structure, log and feature that the demo decodes reads alike on a machine of another width or byte order."""
    other = "x86_64" if version(arch) == version("x86_64") else "aarch64"
    here = boot(tmp_path, drive(image, options="addr=1"), arch=arch)
    there = boot(tmp_path, drive(image, options="addr=1"), arch=other)
    assert here.status == there.status == PASSED, here.output
    assert len(lasting(there.output)) > 5000
    assert lasting(here.output) == lasting(there.output)


@pytest.mark.parametrize("arch", TREES)
def test_shadow(tmp_path, image, arch):
    """Devices see another copy of memory, and only dma_sync moves data between the copies: everything that the library
    hands to the device or takes from it is synchronised, in both directions, or the demo could not pass."""
    result = read_write(tmp_path, image, "shadow=1 irq=msix", arch=arch)
    assert "caches and shadow" in result.output
    assert min(maintained(result)) > 0


@pytest.mark.parametrize("arch", TREES)
def test_not_coherent(tmp_path, image, arch):
    """On a machine whose caches devices do not see, each transfer has its cache maintenance; on a coherent one there is none."""
    qemu = riscv64_with(b"riscv,cbom-block-size") if arch in RISCV else None
    result = read_write(tmp_path, image, "coherent=0", arch=arch, qemu=qemu)
    cleaned, flushed, invalidated = maintained(result)
    # A command has at least its ring entry cleaned, its completion invalidated, and a buffer flushed that it reads into.
    assert cleaned > 20 and flushed > 20 and invalidated > cleaned
    for words in ("", "coherent=1"):  # which it is without the word, too
        result = boot(tmp_path, drive(image), words, arch=arch)
        assert result.status == PASSED and maintained(result) is None, result.output


@pytest.mark.parametrize("arch", WHOLE)
def test_two_drives(tmp_path, image, arch):
    """Both are listed, the second one is read, and the first one is left alone."""
    other = make_image(tmp_path / "other.img", MIB, 2)
    line = drive(image, "a", "nvme,serial=FIRST") + drive(other, "b", "nvme,serial=SECOND")
    result = boot(tmp_path, line, "device=1 irq=msix", arch=arch)
    assert result.status == PASSED, result.output
    assert result.output.count("\ndrive ") == 2
    assert result.hashes() == {1: sha256(other)}


@pytest.mark.parametrize("arch", OTHERS)
def test_two_drives_on_one_line(tmp_path, image, arch):
    """Slots 4 and 8 share a line; the neighbour's answers, which nobody takes, do not disturb (fault 94)."""
    other = make_image(tmp_path / "other.img", MIB, 2)
    line = drive(image, "a", options="addr=4") + drive(other, "b", "nvme,serial=OTHER", "addr=8")
    result = boot(tmp_path, line, "irq=intx neighbour=1", arch=arch)
    assert result.status == PASSED, result.output
    assert result.complaints() == []
    assert result.shutdowns() == 2
    assert "neighbour 1: 8 reads answered" in result.output


@pytest.mark.parametrize("arch", WHOLE)
def test_behind_a_bridge(tmp_path, image, arch):
    """The port numbers the bus behind a root port and opens a window for the drive; messages and the pin come through."""
    line = ["-device", "pcie-root-port,id=rp1,chassis=1,slot=1"] + drive(image, options="bus=rp1")
    for words in ("irq=msix", "irq=intx"):
        result = boot(tmp_path, line, words, arch=arch)
        assert result.status == PASSED, result.output
        assert re.search(r"drive 0: PCI 01:00\.0", result.output)
        assert result.hashes() == {1: sha256(image)}
        assert interrupts(result) > 0


@pytest.mark.parametrize("arch", WHOLE)
def test_large_memory_buffer(tmp_path, image, arch):
    """A BAR of 1 GiB, for which there is room above 4 GiB only: the submission queue lies in it."""
    result = read_write(tmp_path, image, "cmb=1", "cmb_size_mb=1024", arch=arch)
    assert "controller memory buffer: BAR 2, offset 0, 1048576 KiB" in result.output


def test_memory_above_4_gib(tmp_path, image):
    """Queues and buffers at addresses that need more than 32 bits."""
    read_write(tmp_path, image, arch="aarch64_be", memory="8G")


@pytest.mark.parametrize("arch", WHOLE)
def test_unreadable_block(tmp_path, image, arch):
    """A media error names the block and the status; all other blocks are read (fault 61)."""
    node = {"driver": "blkdebug", "node-name": "e0",
            "image": {"driver": "raw", "file": {"driver": "file", "filename": str(image)}},
            "inject-error": [{"event": "none", "iotype": "read", "errno": 5, "sector": 64}]}
    result = boot(tmp_path, ["-blockdev", json.dumps(node), "-device", "nvme,drive=e0,serial=EIO"], arch=arch)
    assert result.status == FAILED
    assert re.findall(r"^  block (\d+): .*\(0x([0-9a-f]+)\)$", result.output, re.M) == [("64", "281")]
    assert "read and hashed 2 MiB" in result.output
    assert "shut down in" in result.output


@pytest.mark.parametrize("arch", OTHERS)
def test_deadline_ends_a_wait(tmp_path, image, arch):
    """Commands that do not come back, nor anything else: the timer ends the wait, and their deadline gives them back
    (fault 104)."""
    line = ["-object", "throttle-group,id=tg,x-bps-total=512", "-blockdev",
            f"driver=throttle,node-name=t0,throttle-group=tg,file.driver=raw,file.file.driver=file,file.file.filename={image}",
            "-device", "nvme,drive=t0,serial=SLOW"]
    result = boot(tmp_path, line, "irq=msix timeout=300", arch=arch)
    assert result.status == FAILED
    assert "deadline passed" in result.output
    assert int(re.search(r"read and hashed .* in (\d+) ms", result.output).group(1)) >= 300
    assert result.output.rstrip().splitlines()[-1].startswith("demo: FAILED: ")


@pytest.mark.parametrize("arch", WHOLE)
def test_shell(image, shell, arch):
    """Typed commands reach the kernel, and what they write is in the image."""
    digest = sha256(image)
    session = shell(drive(image), arch=arch)
    assert digest in session.run("hash")
    assert "write: done" in session.run("write 100 50 --yes")
    assert "compare: done" in session.run("compare 100 50")
    assert "reset: done" in session.run("reset")
    assert json.loads(session.run("smart --json"))["temperature"] > 0
    output, status = session.end()
    assert status == PASSED, output
    assert image.read_bytes()[100 * 512:150 * 512] == machine.pattern(100, 50, 512)


def place_in_file(elf, address):
    """Where in an ELF file the byte is that will be at the address."""
    order = "<" if elf[5] == 1 else ">"
    wide = elf[4] == 2
    first, = struct.unpack(order + ("Q" if wide else "I"), elf[32:40] if wide else elf[28:32])
    size, count = struct.unpack(order + "HH", elf[54:58] if wide else elf[42:46])
    for at in range(first, first + size * count, size):
        if wide:
            kind, _, offset, begin, _, length = struct.unpack(order + "IIQQQQ", elf[at:at + 40])
        else:
            kind, offset, begin, _, length = struct.unpack(order + "5I", elf[at:at + 20])
        if kind == 1 and begin <= address < begin + length:
            return offset + address - begin
    raise ValueError(f"nothing of the file is at {address:#x}")


@pytest.mark.parametrize("arch", OTHERS)
def test_exception(tmp_path, image, arch):
    """An instruction that is none, put where the program begins, is reported, and ends the machine with a status."""
    symbols = subprocess.run(["nm", MACHINES[arch].kernel], capture_output=True, text=True, check=True, timeout=30).stdout
    where = re.search(r"^([0-9a-f]+) T kernel_main$", symbols, re.M).group(1)
    elf = bytearray(MACHINES[arch].kernel.read_bytes())
    at = place_in_file(elf, int(where, 16))
    elf[at:at + 4] = b"\x0f\x0b\x0f\x0b" if arch == "i686" else bytes(4)
    broken = tmp_path / "broken.elf"
    broken.write_bytes(elf)
    result = boot(tmp_path, drive(image), arch=arch, kernel=broken)
    assert result.status == TRAPPED, result.output
    assert "exception: " in result.output
    assert where in result.output


@pytest.mark.parametrize("arch", WHOLE)
def test_what_is_not_there(tmp_path, image, arch):
    """No drive, no message-signalled interrupts of the old kind: each by its name."""
    result = boot(tmp_path, [], arch=arch)
    assert (result.status, "no NVMe controller found" in result.output) == (FAILED, True)
    result = boot(tmp_path, drive(image), "irq=msi", arch=arch)
    assert (result.status, "no MSI" in result.why()) == (FAILED, True)


@pytest.mark.parametrize("arch", ARM)
def test_from_the_hypervisors_level(tmp_path, image, arch):
    """The loader starts the kernel at EL2: it goes down to EL1."""
    read_write(tmp_path, image, "irq=msix", arch=arch, model="virt,virtualization=on")


def test_everything_below_4_gib(tmp_path, image):
    """Configuration space is elsewhere on a machine without room above: the device tree says where."""
    read_write(tmp_path, image, "irq=msix", arch="aarch64", model="virt,highmem=off")


def shares_are_right(result, image, processors, lba=0, count=None):
    """Each processor had a part of the blocks, all of them together, and says what is there. Returns interrupts by processor."""
    assert result.status == PASSED, result.output
    assert result.complaints() == []
    content = image.read_bytes()
    found = re.findall(r"^  processor \d: blocks (\d+) to (\d+), interrupts (\d+), sha256 (\w+)$", result.output, re.M)
    assert len(found) == processors
    expected = lba
    for first, last, _, digest in found:
        assert int(first) == expected
        expected = int(last) + 1
        assert digest == hashlib.sha256(content[int(first) * 512:expected * 512]).hexdigest()
    assert expected == lba + (count if count is not None else len(content) // 512)
    return [int(taken) for _, _, taken, _ in found]


@pytest.mark.parametrize("arch, words", [(arch, "irq=msix entries=2") for arch in TREES] + [
    ("aarch64_be", "irq=msix shadow=1"), ("riscv64", "irq=msix shadow=1"), ("aarch64", "irq=poll shared=1"),
    ("riscv64", "irq=poll shared=1")] + [(arch, "irq=msix shared=1 entries=2") for arch in TREES])
def test_several_processors(tmp_path, image, arch, words):
    """Firmware (PSCI, SBI) starts them, or a message where there is none. A queue and a vector each, or one queue under the lock:
    all write, read and compare at the same time."""
    before = image.read_bytes()
    result = boot(tmp_path, drive(image) + ["-smp", "4"], f"cpus=4 write=1 region=101,2000 seed={SEED} {words}", arch=arch)
    taken = shares_are_right(result, image, 4, 101, 2000)
    assert [count > 0 for count in taken] == ["msix" in words and (processor == 0 or "shared=1" not in words) for processor in range(4)]
    assert result.shutdowns() == 1
    after = image.read_bytes()
    assert after[101 * 512:2101 * 512] == machine.pattern(101, 2000, 512)
    assert after[:101 * 512] == before[:101 * 512] and after[2101 * 512:] == before[2101 * 512:]


@pytest.mark.parametrize("arch", TREES)
def test_fewer_processors_than_wanted(tmp_path, image, arch):
    """There are not so many, or the machine has no interrupts by which they could be woken: refused by name."""
    result = boot(tmp_path, drive(image) + ["-smp", "2"], "cpus=3 irq=msix", arch=arch)
    assert (result.status, result.why()) == (FAILED, "there are not so many processors")


@pytest.mark.parametrize("arch", RISCV)
def test_several_harts_and_wires(tmp_path, image, arch):
    """A PLIC has no messages, and harts wake each other all the same."""
    result = boot(tmp_path, drive(image) + ["-smp", "3"], "cpus=3 irq=poll", arch=arch, model="virt")
    assert shares_are_right(result, image, 3) == [0, 0, 0]


@pytest.mark.parametrize("arch, model", [
    ("aarch64", "virt,gic-version=3"), ("aarch64_be", "virt,gic-version=3"),
    ("aarch64", "virt,gic-version=3,virtualization=on"), ("aarch64", "virt,gic-version=4,virtualization=on")])
def test_gic_version_3(tmp_path, image, arch, model):
    """Messages by the translation service, to the processor that they are for; lines; waits that an interrupt ends."""
    if "virtualization" not in model:
        assert interrupts(read_write(tmp_path, image, "irq=msix entries=2", arch=arch, model=model)) > 0
    result = boot(tmp_path, drive(image) + ["-smp", "4"], "cpus=4 irq=msix", arch=arch, model=model)
    assert min(shares_are_right(result, image, 4)) > 0


def test_gic_version_3_two_drives(tmp_path, image):
    """One of them behind a bridge: each device has translations of its own."""
    other = make_image(tmp_path / "other.img", MIB, 2)
    line = ["-device", "pcie-root-port,id=rp1,chassis=1,slot=1"] + drive(image, "a", options="bus=rp1") + \
        drive(other, "b", "nvme,serial=OTHER")
    for words, path in (("device=0 neighbour=1", other), ("device=1", image)):
        result = boot(tmp_path, line, f"irq=msix {words}", arch="aarch64", model="virt,gic-version=3")
        assert result.status == PASSED, result.output
        assert result.hashes() == {1: sha256(path)}
        assert interrupts(result) > 0
        assert ("neighbour 1: 8 reads answered" in result.output) == ("neighbour" in words)


def test_gic_version_3_lines(tmp_path, image):
    """The pins through the distributor, and without a translation service no messages."""
    result = read_write(tmp_path, image, "irq=intx entries=2", arch="aarch64", model="virt,gic-version=3,its=off")
    assert interrupts(result) > 0
    result = boot(tmp_path, drive(image), "irq=msix", arch="aarch64", model="virt,gic-version=3,its=off")
    assert result.status == FAILED
    assert result.why() in ("the device has no MSI-X capability", "the machine takes no messages, or no more")


def without_property(tree, name):
    """A flattened device tree in which each property of that name is replaced by nothing, without room at its end: QEMU
    takes twice the size of what it is given."""
    nothing, begin, prop, end = struct.pack(">I", 4), 1, 3, 9
    tokens, strings = struct.unpack(">II", tree[8:16])
    out, at, found = bytearray(tree), tokens, 0
    while True:
        kind = struct.unpack(">I", tree[at:at + 4])[0]
        if kind == end:
            used = max(tokens + struct.unpack(">I", tree[36:40])[0], strings + struct.unpack(">I", tree[32:36])[0])
            out[4:8] = struct.pack(">I", used)
            return bytes(out[:used]), found
        size = 4
        if kind == begin:
            size += (tree.index(b"\0", at + 4) - at - 4 + 4) & ~3
        elif kind == prop:
            length, offset = struct.unpack(">II", tree[at + 4:at + 12])
            size += 8 + ((length + 3) & ~3)
            where = strings + offset
            if tree[where:tree.index(b"\0", where)] == name:
                out[at:at + size] = nothing * (size // 4)
                found += 1
        at += size


@pytest.mark.parametrize("arch", ARM)
def test_device_tree_says_not_coherent(tmp_path, image, arch):
    """It is the tree that decides: without its `dma-coherent` caches are maintained, and no word asks for it."""
    dumped = tmp_path / "virt.dtb"
    tree, found = without_property(machine.device_tree(arch), b"dma-coherent")
    assert found > 0
    dumped.write_bytes(tree)
    result = read_write(tmp_path, image, arch=arch, more=["-dtb", str(dumped)])
    assert min(maintained(result)) > 0


@pytest.mark.parametrize("arch", RISCV)
def test_wires_alone(tmp_path, image, arch, model="virt"):
    """A machine with a PLIC and no IMSIC: the pin works, also when two drives share its line; messages are refused by name."""
    result = read_write(tmp_path, image, "irq=intx entries=2", arch=arch, model=model)
    assert interrupts(result) > 0
    other = make_image(tmp_path / "other.img", MIB, 2)
    line = drive(image, "a", options="addr=4") + drive(other, "b", "nvme,serial=OTHER", "addr=8")
    result = boot(tmp_path, line, "irq=intx neighbour=1", arch=arch, model=model)
    assert result.status == PASSED, result.output
    assert "neighbour 1: 8 reads answered" in result.output
    result = boot(tmp_path, drive(image), "irq=msix", arch=arch, model=model)
    assert (result.status, result.why()) == (FAILED, "the machine takes no messages, or no more")


@pytest.mark.parametrize("arch", RISCV)
def test_wires_of_an_aplic(tmp_path, image, arch):
    """Without an IMSIC it interrupts the hart itself: the same as with a PLIC."""
    test_wires_alone(tmp_path, image, arch, "virt,aia=aplic")


@pytest.mark.parametrize("arch", ARM)
def test_a_controller_that_the_port_does_not_know(tmp_path, image, arch):
    """Polling works, interrupts and further processors are refused by name."""
    dumped = tmp_path / "virt.dtb"
    dumped.write_bytes(without_property(machine.device_tree(arch), b"")[0].replace(b"arm,cortex-a15-gic", b"arm,cortex-a15-xyz"))
    more = ["-dtb", str(dumped), "-smp", "2"]
    read_write(tmp_path, image, arch=arch, more=more)
    for words, why in (("irq=msix", "the machine's interrupt controller is not known"),
                       ("cpus=2", "there are not so many processors")):
        result = boot(tmp_path, drive(image) + more, words, arch=arch)
        assert (result.status, result.why()) == (FAILED, why)


@pytest.mark.parametrize("arch, model, words", [
    ("riscv64", "virt,aia=aplic-imsic", "irq=msix"), ("riscv64", "virt,aia=aplic-imsic", "irq=intx"),
    ("riscv64", "virt", "irq=intx"), ("riscv64", "virt,aia=aplic", "irq=intx"),
    ("riscv64_m", "virt,aia=aplic-imsic", "irq=msix"), ("riscv64_m", "virt", "irq=intx"),
    ("aarch64", "virt", "irq=msix"), ("aarch64", "virt,gic-version=3", "irq=msix"),
    ("aarch64", "virt,gic-version=3", "irq=intx")])
def test_waits_end_by_the_interrupt(tmp_path, arch, model, words):
    """64 reads that end some 20 ms apart: the waits are ended by their interrupts. Without, each would last until its end, a
    second, and 16 reads would be found then."""
    slow = make_image(tmp_path / "slow.img", MIB)
    line = ["-object", "throttle-group,id=tg,x-iops-total=50", "-blockdev",
            f"driver=throttle,node-name=t0,throttle-group=tg,file.driver=raw,file.file.driver=file,file.file.filename={slow}",
            "-device", "nvme,drive=t0,serial=SLOW,mdts=2"]
    result = boot(tmp_path, line, words, arch=arch, model=model)
    assert result.status == PASSED, result.output
    assert result.hashes() == {1: sha256(slow)}
    assert interrupts(result) > 30


@pytest.mark.parametrize("arch", RISCV)
def test_several_harts(tmp_path, image, arch):
    """One of them works, whichever the firmware has chosen; messages and wires go to it."""
    for model, words in (("virt,aia=aplic-imsic", "irq=msix"), ("virt,aia=aplic", "irq=intx"), ("virt", "irq=intx")):
        result = boot(tmp_path, drive(image) + ["-smp", "3"], words, arch=arch, model=model)
        assert result.status == PASSED, result.output
        assert interrupts(result) > 0


@pytest.mark.parametrize("arch", RISCV)
def test_instructions_of_cache_maintenance(tmp_path, image, arch):
    """Each of the three that Zicbom has is executed on a machine that is not coherent, whole blocks and parts of them."""
    qemu = riscv64_with(b"riscv,cbom-block-size")
    base = 0x80200000 if arch == "riscv64" else 0x80000000
    result = read_write(tmp_path, image, "coherent=0 irq=msix", arch=arch, qemu=qemu,
                        more=["-d", "in_asm", "-dfilter", f"{base:#x}+0x100000"])
    # As machine code: opcode 0fh, function 2, no destination; above the register with the address stands which of them it is.
    executed = {int(found.group(1)) for found in
                (re.search(r":\s+00([0-9a-f])[0-9a-f][2a]00f\s", line) for line in result.events) if found}
    assert executed == {0, 1, 2}  # cbo.inval, cbo.clean, cbo.flush


def test_neither_coherent_nor_maintained(tmp_path, image):
    """Without instructions for it a machine that is not coherent cannot be driven: said before any drive is touched."""
    qemu, more = "qemu-system-riscv64", []
    if b"riscv,cbom-block-size" in machine.device_tree("riscv64", qemu):
        more = ["-cpu", "rv64,zicbom=off"]
    result = boot(tmp_path, drive(image) + more, "coherent=0", arch="riscv64", qemu=qemu)
    assert result.status == FAILED
    assert "boot: devices do not see the caches, and there are no instructions for that" in result.output


def test_older_pc(tmp_path, image):
    """The oldest processor and chip set that QEMU's drive fits; three processors, each with a queue and a vector."""
    for words in ("irq=intx", "irq=msix cpus=3"):
        result = boot(tmp_path, drive(image) + ["-cpu", "pentium3", "-smp", "3"], words, arch="i686", model="pc")
        assert result.status == PASSED, result.output
        assert result.complaints() == []
        assert interrupts(result) > 0


def test_more_memory_than_addresses(tmp_path, image):
    """6 GiB: what lies below 4 GiB is used. Registers that firmware has placed above are refused."""
    read_write(tmp_path, image, "irq=msix", arch="i686", memory="6G")
    result = boot(tmp_path, drive(image, options="cmb_size_mb=4096"), arch="i686")
    assert "registers at 0x1" in result.output
    assert result.status == FAILED
    assert result.why().startswith("the controller did not come up: ")
