# SPDX-License-Identifier: MIT
"""The shell on the serial line, typed by a program."""

import hashlib
import os
import re

import pexpect
import pytest

import machine
from machine import PASSED, SEED, drive, pattern, sha256

COMMANDS = ("help shutdown id-ctrl id-ns list-ns id log features smart errors fw-log telemetry persistent-events list use "
            "info read write flush trim zero compare verify hash bench reset resume reopen feature-set power apst hmb "
            "keep-alive timestamp events recovery suspend subsystem-reset rescan ns-create ns-delete ns-attach ns-detach fw-update "
            "format sanitize sanitize-log self-test security-recv security-send directives streams lockdown lba-status capacity virt "
            "boot boot-read boot-write pi zones zone zone-append zone-write scatter limits copy compare-write uncorrectable "
            "placement placement-write placement-next shadow").split()
DESTRUCTIVE = ("write trim zero feature-set subsystem-reset ns-create ns-delete ns-attach ns-detach fw-update format "
               "sanitize security-send streams lockdown capacity virt boot-write pi zone zone-append zone-write scatter "
               "copy compare-write uncorrectable placement-write placement-next").split()


def test_help_names_every_command(image, shell):
    """help lists all; help CMD tells more, also whether it asks first."""
    session = shell(drive(image))
    listed = re.findall(r"^  ([a-z-]+) ", session.run("help"), re.M)
    assert sorted(listed) == sorted(COMMANDS)
    for name in COMMANDS:
        text = session.run(f"help {name}")
        assert text.startswith(name)
        assert ("asks first" in text) == (name in DESTRUCTIVE)
    assert 'unknown command "nonsense"' in session.run("help nonsense")
    session.end()


def test_session(image, shell):
    """Looking, reading, writing, checking, shutting down."""
    content = image.read_bytes()
    session = shell(drive(image))
    assert "16384 blocks of 512 bytes" in session.run("list")
    assert "serial TEST" in session.run("info")
    assert "temperature" in session.run("smart")
    assert "error log" in session.run("errors")
    assert sha256(image) in session.run("hash")
    assert hashlib.sha256(content[512 * 5:512 * 12]).hexdigest() in session.run("hash 5 7")

    dump = session.run("read 3 2")
    shown = bytes.fromhex("".join(re.findall(r"^[0-9a-f]{8}  ((?:[0-9a-f]{2} ){16})", dump, re.M)))
    assert shown == content[512 * 3:512 * 5]

    assert "write: done" in session.run("write 100 50 --yes")
    assert "flush: done" in session.run("flush")
    assert "compare: done" in session.run("compare 100 50")
    assert "compare failure" in session.run("compare 99 2")
    assert "zero: done" in session.run("zero 110 10 --yes")
    assert "trim: done" in session.run("trim 130 10 --yes")
    assert "random reads" in session.run("bench")
    output, status = session.end()
    assert "shut down in" in output
    assert status == PASSED
    after = image.read_bytes()
    assert after[100 * 512:110 * 512] == pattern(100, 10, 512)
    assert after[110 * 512:120 * 512] == bytes(10 * 512)
    assert after[120 * 512:130 * 512] == pattern(120, 10, 512)
    assert after[140 * 512:150 * 512] == pattern(140, 10, 512)
    assert after[:100 * 512] == content[:100 * 512]
    assert after[150 * 512:] == content[150 * 512:]


def test_destructive_commands_ask(image, shell):
    """Anything but yes changes nothing."""
    digest = sha256(image)
    session = shell(drive(image))
    for command in ("write 0 8", "trim 0 8", "zero 0 8"):
        for answer in ("no", "", "y", "YES"):
            question = session.run(command, prompt="type yes to go on: ")
            assert "changes what is on the drive" in question
            assert "nothing was changed" in session.run(answer)
    session.run("write 8 1", prompt="type yes to go on: ")
    assert "write: done" in session.run("yes")
    session.end()
    assert sha256(image) != digest
    assert image.read_bytes()[8 * 512:9 * 512] == pattern(8, 1, 512)


def test_errors_by_name(tmp_path, shell):
    """Bad input is refused by name, nothing happens, and the next command works (fault 73)."""
    image = machine.make_image(tmp_path / "small.img", machine.MIB)  # 2048 blocks
    digest = sha256(image)
    session = shell(drive(image))
    for command, reason in (
            ("read 2048", "not all inside the namespace"),
            ("read 2047 2", "not all inside the namespace"),
            ("read 0xffffffffffffffff 2", "not all inside the namespace"),
            ("read 18446744073709551616", "is not a number"),
            ("read 0 0", "no blocks were asked for"),
            ("read x", "is not a number"),
            ("read", "usage: read LBA [COUNT]"),
            ("write 2044 8 --yes", "not all inside the namespace"),
            ("trim 2048 1 --yes", "not all inside the namespace"),
            ("zero 0 0 --yes", "no blocks were asked for"),
            ("write 0 0 --yes", "no blocks were asked for"),
            ("verify 2048", "failed"),
            ("compare 2048 1", "not all inside the namespace"),
            ("hash 0 0", "no blocks were asked for"),
            ("hash 2000 49", "not all inside the namespace"),
            ("hash 0xfffffffffffffff0 0xffffffffffffffff", "not all inside the namespace"),
            ("use 9", "there is no namespace 9"),
            ("erase", 'unknown command "erase"'),
            ("format 1 lbaf=60 --yes", "no such LBA format"),
            ("format 9 --yes", "failed"),
            ("ns-create --yes", "usage: ns-create BLOCKS"),
            ("ns-attach 0 --yes", "numbered from 1"),
            ("fw-update 0 512 --yes", "failed"),
            ("sanitize block --yes", "cannot sanitize in this way"),
            ("sanitize everything --yes", "sanitize knows"),
            ("self-test short", "no Device Self-test command"),
            ("hmb on", "does not ask for a host memory buffer"),
            ("telemetry", "no telemetry"),
            ("subsystem-reset --yes", "cannot reset the NVM subsystem"),
            ("power 31", "no such power state"),
            ("log 6", "no Device Self-test command"),
            ("security-recv", "no Security Send and Receive"),
            ("streams 1 --yes", "streams failed"),  # QEMU 10 has directives, but no streams
            ("lockdown 9 --yes", "no Lockdown command"),
            ("lba-status", "no Get LBA Status command"),
            ("capacity group 1 --yes", "no Capacity Management command"),
            ("virt 1 online --yes", "no Virtualization Management command"),
            ("boot", "no boot partitions"),
    ):
        assert reason in session.run(command), command
        assert digest in session.run("hash")
    session.end()
    assert sha256(image) == digest


def test_what_is_missing_is_not_0(image, shell):
    """A command that changes something and lacks an argument is refused with its line of help, and asks nothing. So are
    options that it does not have, arguments too many, and numbers that would be cut."""
    digest = sha256(image)
    session = shell(drive(image))
    for command in DESTRUCTIVE:
        line = session.run(f"help {command}").splitlines()[0]
        needs = line.split()[1].startswith(("[", "--")) is False
        if needs or command == "fw-update":
            assert f"usage: {line}" in session.run(command if needs else f"{command} --yes"), command
    for command in ("feature-set 7", "fw-update 8192", "boot-write 0 8", "copy 5000 0", "placement-write 1", "zone 1 reset",
                    "zone-append 1", "pi write", "security-send 0", "virt 1 queues", "capacity set 1", "lockdown feature=1",
                    "format lbaf=0", "sanitize keep=1", "format 1 0", "write 0 1 2", "format 1 lbfa=0", "trim 0 count=1"):
        assert f"usage: {command.split()[0]} " in session.run(command + " --yes"), command
    for command in ("feature-set 263 0", "lockdown 256", "boot-write 256 0 512", "capacity delete-group 65537",
                    "virt 65537 offline", "placement-write 65536 0", "placement-next 65536", "security-send 256 word",
                    "id 0x101", "log 0x102", "features 0x104"):
        assert "is too large" in session.run(command + " --yes"), command
    assert "usage: read LBA [COUNT]" in session.run("read")
    assert "done" in session.run("feature-set save=0 4 350 --yes")  # options may stand anywhere
    assert sha256(image) == digest
    session.end()


def test_whole_namespace_of_one_block(tmp_path, shell):
    """What goes over all blocks is told from what goes over one, also where that is the same number."""
    image = machine.make_image(tmp_path / "one.img", 4096)
    session = shell(drive(image, options="logical_block_size=4096,physical_block_size=4096"))
    assert "usage: write LBA [COUNT]" in session.run("write --yes")
    assert sha256(image) in session.run("hash")
    session.end()


def test_line_editing(image, shell):
    """Backspace, delete and Ctrl-U; an empty line and blanks are nothing."""
    session = shell(drive(image))
    assert "namespaces: 1" in session.run("lisst\b\bt")
    assert "namespaces: 1" in session.run("lix\x7fst")
    assert "namespaces: 1" in session.run("garbage\x15list")
    assert session.run("").strip() == ""
    assert session.run("    ").strip() == ""
    assert "namespaces: 1" in session.run("   list   ")
    assert "unknown command" in session.run("x" * 100)
    assert "the command is too long" in session.run("x" * 300)
    session.end()


@pytest.mark.parametrize("command", ["reset", "resume", "reopen"])
def test_up_again(image, shell, command):
    """After a controller reset, a shutdown and resume, and a close without shutdown the drive reads the same
    (faults 15, 112, 130)."""
    session = shell(drive(image))
    digest = sha256(image)
    for _ in range(3):
        assert digest in session.run("hash")
        assert "failed" not in session.run(command)
    assert digest in session.run("hash")
    output, status = session.end()
    assert "shut down in" in output
    assert status == PASSED


def test_choosing_a_namespace(tmp_path, image, shell):
    """use NSID directs the commands; one that cannot be used is refused with the reason."""
    second = machine.make_image(tmp_path / "second.img", machine.MIB, 2)
    third = machine.make_image(tmp_path / "third.img", machine.MIB, 3)
    line = ["-device", "nvme,id=c0,serial=MANY"]
    line += machine.backend(image, "f1") + ["-device", "nvme-ns,drive=f1,bus=c0,nsid=1"]
    line += machine.backend(second, "f2") + ["-device", "nvme-ns,drive=f2,bus=c0,nsid=2"]
    line += machine.backend(third, "f3") + ["-device", "nvme-ns,drive=f3,bus=c0,nsid=3,ms=8"]
    session = shell(line)
    assert sha256(image) in session.run("hash")
    assert "commands go to namespace 2" in session.run("use 2")
    assert sha256(second) in session.run("hash")
    assert "metadata" in session.run("use 3")
    assert sha256(second) in session.run("hash")
    session.end()


def test_shell_on_the_software_controller(image):
    """The same shell in a process; the end of input shuts the drive down."""
    child = pexpect.spawn(str(machine.SIM), ["--writable", str(image), "shell", f"seed={SEED}"], encoding="utf-8",
                          timeout=20, echo=False)
    child.expect_exact("lwnvme> ")
    child.send("write 10 2 --yes\r")
    child.expect_exact("write: done")
    child.send("hash\r")
    child.expect("sha256 ([0-9a-f]{64})")
    digest = child.match.group(1)
    child.send("shutdown\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert digest == sha256(image)
    assert image.read_bytes()[10 * 512:12 * 512] == pattern(10, 2, 512)


@pytest.mark.parametrize("device", ["", "sim"])
def test_make_shell(tmp_path, device):
    """tools/demo --shell, the program behind `make shell`, on a terminal."""
    environment = {**os.environ, "DEVICE": device, "DEMO_DIR": str(tmp_path), "DISK": "", "ARCH": machine.ARCH,
                   "QEMU": machine.MACHINES[machine.ARCH].qemu}
    child = pexpect.spawn(str(machine.DEMO), ["--shell"], encoding="utf-8", timeout=60, echo=False, env=environment)
    child.expect_exact("lwnvme> ")
    child.send("hash\r")
    child.expect("sha256 ([0-9a-f]{64})")
    assert child.match.group(1) == sha256(tmp_path / "disk.img")
    child.expect_exact("lwnvme> ")
    child.send("shutdown\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "demo: passed" in child.before
