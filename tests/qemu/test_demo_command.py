# SPDX-License-Identifier: MIT
"""tools/demo, the program behind `make demo`: what it says and returns when all is well, and when it is not."""

import os
import resource
import shutil
import stat
import subprocess
import time

import pytest

import machine
from machine import DEMO, MIB, QEMU, SIM, make_image, sha256

LAST_LINE = "lwnvme demo: passed"


def run(tmp_path, timeout=100, before=(), **environment):
    """Runs tools/demo with a directory of its own, by the words `before`; (exit status, lines)."""
    clean = {key: value for key, value in os.environ.items()
             if key not in ("ARCH", "CPUS", "DISK", "WRITE", "REGION", "DEVICE", "QEMU", "QEMU_MACHINE", "QEMU_NVME", "DEMO_ARGS",
                            "DEMO_TIMEOUT")}
    clean.update({"DEMO_DIR": str(tmp_path / "demo"), "QEMU": QEMU}, **environment)
    done = subprocess.run([*before, DEMO], env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=timeout)
    return done.returncode, done.stdout.splitlines()


def fails(result, reason):
    status, lines = result
    assert status != 0, lines
    assert lines[-1].startswith("lwnvme demo: FAILED: "), lines
    assert reason in lines[-1]
    assert LAST_LINE not in lines


def fake_qemu(tmp_path, script):
    path = tmp_path / "qemu"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("device", ["", "sim"])
def test_default_image(tmp_path, device):
    """The image made by the script: read, written, checked from outside."""
    status, lines = run(tmp_path, DEVICE=device)
    assert status == 0, lines
    assert lines[-1] == LAST_LINE
    assert "host: sha256sum gives the same hash" in lines
    assert "host: everything outside of the region is unchanged" in lines
    assert any(line.startswith("host: 8192 blocks from 106496 hold what they should, in 4 parts") for line in lines)


@pytest.mark.parametrize("arch", [name for name in machine.MACHINES if name != "x86_64"])
def test_other_machines(tmp_path, arch):
    """ARCH: the same image, the same checks; a small one where the kernel is nearly that of another machine."""
    region = "8192 blocks from 106496"
    own = {}
    if arch in ("i686", "riscv64_m"):
        region = "57 blocks from 101"
        own = {"DISK": str(make_image(tmp_path / "own.img", MIB)), "WRITE": "1", "REGION": "101,57"}
    status, lines = run(tmp_path, ARCH=arch, QEMU="", DEMO_ARGS="irq=msix", **own)
    assert status == 0, lines
    assert lines[-1] == LAST_LINE
    assert "host: sha256sum gives the same hash" in lines
    assert any(line.startswith(f"host: {region} hold what they should, in 4 parts") for line in lines)


def test_machine_list():
    """What make and tools/demo take for ARCH is what is tested here."""
    makefile = (machine.TREE / "examples/kernel/kernel.mk").read_text()
    assert next(line for line in makefile.splitlines() if line.startswith("KERNEL_ARCHS := ")).split()[2:] == list(machine.MACHINES)


def test_software_controller_is_quick_and_alone(tmp_path):
    """DEVICE=sim needs no QEMU and less than 5 seconds of a processor's time, however busy that is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status, lines = run(tmp_path, DEVICE="sim", QEMU="/nonexistent")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert status == 0, lines
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5


@pytest.mark.parametrize("device", ["", "sim"])
def test_own_image_is_untouched(tmp_path, device):
    """DISK without WRITE=1: read-only, the same bytes, the same times; even when the file may not be written."""
    disk = make_image(tmp_path / "a, b.img", 3 * MIB)
    disk.chmod(stat.S_IRUSR)
    before = (sha256(disk), os.stat(disk).st_mtime_ns, os.stat(disk).st_ctime_ns)
    status, lines = run(tmp_path, DISK=str(disk), DEVICE=device)
    assert status == 0, lines
    assert "host: the image is untouched" in lines
    assert (sha256(disk), os.stat(disk).st_mtime_ns, os.stat(disk).st_ctime_ns) == before


@pytest.mark.parametrize("device", ["", "sim"])
def test_own_image_written(tmp_path, device):
    """DISK with WRITE=1 and a REGION: only that is changed."""
    disk = make_image(tmp_path / "own.img", 3 * MIB)
    before = disk.read_bytes()
    status, lines = run(tmp_path, DISK=str(disk), WRITE="1", REGION="101,57", DEVICE=device)
    assert status == 0, lines
    after = disk.read_bytes()
    assert after[:101 * 512] == before[:101 * 512]
    assert after[158 * 512:] == before[158 * 512:]
    assert after[101 * 512:(101 + 14) * 512] == machine.pattern(101, 14, 512, seed=20260101)
    assert after[(101 + 14) * 512:(101 + 28) * 512] == bytes(14 * 512)


@pytest.mark.parametrize("properties", ["mdts=1", "logical_block_size=4096,physical_block_size=4096",
                                        "max_ioqpairs=1,msix_qsize=1"])
def test_device_properties(tmp_path, properties):
    """QEMU_NVME reaches the device; the region is in its blocks."""
    status, lines = run(tmp_path, QEMU_NVME=properties)
    assert status == 0, lines


@pytest.mark.parametrize("environment, reason", [
    ({"DISK": "{tmp}/missing.img"}, "does not exist"),
    ({"DISK": "{tmp}/empty.img"}, "is empty"),
    ({"DISK": "{tmp}/odd.img"}, "not a multiple of 512"),
    ({"DISK": "{tmp}"}, "not a regular file"),
    ({"DISK": "{tmp}/good.img", "WRITE": "1"}, "needs REGION"),
    ({"DISK": "{tmp}/good.img", "WRITE": "1", "REGION": "12"}, "is not LBA,COUNT"),
    ({"DISK": "{tmp}/good.img", "WRITE": "1", "REGION": "a,b"}, "is not LBA,COUNT"),
    ({"DISK": "{tmp}/good.img", "WRITE": "1", "REGION": "0,3"}, "at least 4 blocks"),
    ({"DISK": "{tmp}/good.img", "WRITE": "1", "REGION": "2040,9"}, "beyond the end"),
    ({"QEMU": "/nonexistent/qemu"}, "there is no QEMU: /nonexistent/qemu"),
    ({"QEMU": "/bin/false"}, "QEMU ended with status 1"),
    ({"QEMU": "/bin/true"}, "went off without a result"),
    ({"QEMU_NVME": "bogus=1"}, "Property 'nvme.bogus' not found"),
    ({"QEMU_NVME": "mdts=1,mdts"}, "QEMU ended with status 1"),
    ({"DEVICE": "floppy"}, "is not known"),
    ({"CPUS": "5"}, "CPUS=5 is not 2 to 4"),
    ({"CPUS": "2", "DEVICE": "sim"}, "CPUS is for the demo in QEMU"),
    ({"CPUS": "2", "DEMO_ARGS": "irq=intx"}, "the command line"),
    ({"QEMU_MACHINE": "pdp11"}, "QEMU ended with status 1"),
    ({"ARCH": "vax"}, "ARCH=vax is not known; there are x86_64 "),
    ({"DEMO_TIMEOUT": "soon"}, "is not a number of seconds"),
    ({"DEMO_ARGS": "device=4"}, "no drive to work on"),
    ({"DEMO_ARGS": "nonsense"}, "the command line"),
    ({"DEVICE": "sim", "DISK": "{tmp}/missing.img"}, "does not exist"),
    ({"DEVICE": "sim", "DISK": "{tmp}/empty.img"}, "is empty"),
    ({"DEVICE": "sim", "DEMO_ARGS": "device=4"}, "no drive to work on"),
])
def test_bad_input(tmp_path, environment, reason):
    """One clear last line and a non-zero exit; the caller's images stay as they are."""
    (tmp_path / "empty.img").touch()
    (tmp_path / "odd.img").write_bytes(bytes(1000))
    good = make_image(tmp_path / "good.img", MIB)
    before = (sha256(good), os.stat(good).st_mtime_ns)
    environment = {"DISK": str(good), **{key: value.format(tmp=tmp_path) for key, value in environment.items()}}
    result = run(tmp_path, **environment)
    fails(result, reason)
    assert (sha256(good), os.stat(good).st_mtime_ns) == before
    assert (tmp_path / "empty.img").stat().st_size == 0


@pytest.mark.parametrize("environment", [
    {}, {"DEMO_ARGS": "irq=poll", "WRITE": "0"}, {"ARCH": "aarch64", "QEMU": "", "QEMU_MACHINE": "virt,gic-version=3"}])
def test_several_processors(tmp_path, environment):
    """CPUS: what each says of its part is checked from outside, and so is what they have written."""
    status, lines = run(tmp_path, CPUS="3", **environment)
    assert (status, lines[-1]) == (0, LAST_LINE), lines
    assert "host: sha256sum gives the same hashes" in lines
    assert any(line.endswith("hold the pattern") for line in lines) == (environment.get("WRITE") != "0")


def test_wrong_machine_for_the_tests():
    """make test-qemu for a machine that there is not: said at once, with those that there are."""
    done = subprocess.run(["make", "-C", machine.TREE, "test-qemu", "ARCH=vax"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode != 0 and done.stdout.count("\n") <= 2
    assert f"ARCH=vax is not known; there are {' '.join(machine.MACHINES)}." in done.stderr


def test_unreadable_disk(tmp_path):
    """A DISK that may not be read. Root may read every file, as long as it has the capabilities for that."""
    disk = make_image(tmp_path / "secret.img", MIB)
    disk.chmod(0)
    without = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    fails(run(tmp_path, before=without, DISK=str(disk)), "cannot be read")


def test_install_refused(tmp_path):
    """A tool is missing and cannot be installed: what it is, and the end."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for path in ("/usr/bin", "/bin"):
        for tool in os.listdir(path):
            if tool not in ("mcopy", "apt-get", "sudo") and not (tools / tool).exists():
                (tools / tool).symlink_to(f"{path}/{tool}")
    status, lines = run(tmp_path, PATH=str(tools), QEMU=shutil.which(QEMU))
    fails((status, lines), "mcopy is missing and could not be installed")
    assert any("mtools" in line for line in lines[:-1])


def test_qemu_dies_in_the_middle(tmp_path):
    """QEMU is killed while the demo reads: the status is told, and a read-only image is untouched."""
    disk = make_image(tmp_path / "own.img", 2 * MIB)
    before = (sha256(disk), os.stat(disk).st_mtime_ns)
    qemu = fake_qemu(tmp_path, 'echo "lwnvme demo"; echo "  read 1 of 2 MiB"; kill -KILL $$\n')
    fails(run(tmp_path, DISK=str(disk), QEMU=qemu), "137")
    assert (sha256(disk), os.stat(disk).st_mtime_ns) == before


def test_qemu_hangs(tmp_path):
    """No end within DEMO_TIMEOUT: it is stopped, and nothing of it is left."""
    qemu = fake_qemu(tmp_path, "echo hello; exec sleep 600\n")
    start = time.monotonic()
    disk = make_image(tmp_path / "own.img", MIB)
    fails(run(tmp_path, DISK=str(disk), QEMU=qemu, DEMO_TIMEOUT="2"), "no end after 2 s")
    assert time.monotonic() - start < 20


# Between the demo and QEMU: what goes wrong behind the kernel's back must be noticed.
LIAR = """
"{qemu}" "$@" > "{log}"
status=$?
{deed}
exit $status
"""


FIRST = 1024 * 512  # the region of the next test: four parts of 64 blocks
PART = 64 * 512


@pytest.mark.parametrize("deed, reason", [
    ("sed 's/sha256 ./sha256 g/' '{log}'", "printed no hash"),
    ("sed 's/sha256 ......../sha256 00000000/' '{log}'", "the kernel's hash is"),
    (f"cat '{{log}}'; {{poke}} seek={FIRST + PART - 1}", "do not hold the pattern"),
    (f"cat '{{log}}'; {{poke}} seek={FIRST + PART}", "are not zeros"),
    (f"cat '{{log}}'; {{poke}} seek={FIRST + 2 * PART + 99}", "holds neither zeros nor ones"),
    (f"cat '{{log}}'; {{poke}} seek={FIRST + 4 * PART - 1}", "do not hold the pattern"),
    (f"cat '{{log}}'; {{poke}} seek={FIRST - 1}", "outside of the region"),
    (f"cat '{{log}}'; {{poke}} seek={FIRST + 4 * PART}", "outside of the region"),
    ("cat '{log}'; printf X >> '{image}'", "outside of the region"),
    ("grep -v zeros '{log}'", "has a gap"),
    ("grep -v 'holds:' '{log}'", "ends at block"),
    ("grep -v 'demo: passed' '{log}'", "did not say that it passed"),
    ("cat '{log}'; exit 35", "without a reason"),
    ("cat '{log}'; exit 37", "exception"),
])
def test_lies_are_noticed(tmp_path, deed, reason):
    """A wrong hash, a byte changed in or outside the region, an account with a gap: each fails by name."""
    disk = make_image(tmp_path / "own.img", MIB)
    log = tmp_path / "log"
    poke = f"printf X | dd of='{disk}' conv=notrunc bs=1 2>/dev/null"
    qemu = fake_qemu(tmp_path, LIAR.format(deed=deed.format(log=log, image=disk, poke=poke), log=log,
                                           qemu=shutil.which(QEMU)))
    fails(run(tmp_path, DISK=str(disk), WRITE="1", REGION="1024,256", QEMU=qemu), reason)


def test_read_only_image_changed(tmp_path):
    """A QEMU that writes to a read-only image is noticed, too."""
    disk = make_image(tmp_path / "own.img", MIB)
    deed = f"cat '{tmp_path}/log'; printf X | dd of='{disk}' bs=1 seek=5 conv=notrunc 2>/dev/null"
    qemu = fake_qemu(tmp_path, LIAR.format(deed=deed, log=tmp_path / "log", qemu=shutil.which(QEMU)))
    fails(run(tmp_path, QEMU=qemu, DISK=str(disk)), "was changed although it is read-only")


def test_programs_are_there():
    """The software controller's program explains itself when called without an image."""
    done = subprocess.run([SIM], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert "usage" in done.stderr
