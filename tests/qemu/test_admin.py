# SPDX-License-Identifier: MIT
"""What can be asked of a controller, asked of QEMU's: namespaces attached and detached, formats, events that are injected from
outside, features, flexible data placement."""

import json
import re
import socket
import time

import pytest

import machine
from machine import MIB, PASSED, drive, make_image

FORMATS = (512, 4096)


class Monitor:
    """QEMU's machine protocol, as far as a test needs it: commands, one at a time."""

    def __init__(self, path):
        deadline = time.monotonic() + machine.BOOT_TIMEOUT_S
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                assert time.monotonic() < deadline, "QEMU's monitor cannot be reached"
                time.sleep(0.05)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.file.readline()
        self.run("qmp_capabilities")

    def run(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:  # events come in between
            answer = json.loads(self.file.readline())
            if "return" in answer or "error" in answer:
                assert "return" in answer, answer
                return answer["return"]

    def warn(self, bits):
        """The SMART critical warning of the controller c0."""
        self.run("qom-set", path="/machine/peripheral/c0", property="smart_critical_warning", value=bits)


@pytest.fixture
def subsystem(tmp_path):
    """A controller with namespace 1 attached and namespace 2 not; and a monitor."""
    first = make_image(tmp_path / "first.img", 8 * MIB)
    second = make_image(tmp_path / "second.img", 4 * MIB, seed=2)
    return ["-device", "nvme-subsys,id=s0,nqn=test", "-device", "nvme,id=c0,serial=TEST,subsys=s0",
            *machine.backend(first, "d0"), "-device", "nvme-ns,drive=d0,bus=c0,nsid=1",
            *machine.backend(second, "d1"), "-device", "nvme-ns,drive=d1,bus=c0,nsid=2,detached=on",
            "-qmp", f"unix:{tmp_path}/qmp,server=on,wait=off"]


def test_namespaces_attached_and_detached(subsystem, shell):
    """A detached namespace is allocated, not active; attached it can be read, detached it is gone for good."""
    session = shell(subsystem)
    assert "namespaces: 1" in session.run("list")
    assert re.findall(r'"nsid": (\d+)', session.run("list-ns --json")) == ["1"]
    assert re.findall(r'"nsid": (\d+)', session.run("list-ns all --json")) == ["1", "2"]
    output = session.run("ns-attach 2 --yes")
    assert "namespace 2: added" in output and "ns-attach: done" in output
    assert "8192 blocks of 512 bytes" in session.run("list")
    assert "already attached" in session.run("ns-attach 2 --yes")
    session.run("use 2")
    assert "hash: done" in session.run("hash")
    output = session.run("ns-detach 2 --yes")
    assert "namespace 2: removed" in output and "ns-detach: done" in output
    assert "commands go to namespace 1" in session.run("use 1")
    assert "there is no namespace 2" in session.run("use 2")
    # Detaching it once more is left to the software controller: QEMU 10.0.2 ends in an assertion of its own.
    assert session.end()[1] == PASSED


def test_event_of_attachment(subsystem, shell):
    """With event requests armed the controller itself says that its namespaces changed."""
    session = shell(subsystem)
    assert "armed" in session.run("events 0")
    output = session.run("ns-attach 2 --yes") + session.run("events 1")
    assert "attached namespace attribute changed" in output
    assert "namespace 2 has changed" in output
    assert "events off: done" in session.run("events off")
    assert session.end()[1] == PASSED


@pytest.mark.parametrize("bits, words", [(2, "temperature"), (1, "spare"), (8, "reliability")])
def test_health_events(subsystem, shell, tmp_path, bits, words):
    """Critical warnings that are set from outside: temperature, spare, and read-only, which QEMU reports as a loss of
    reliability (faults 81, 162)."""
    session = shell(subsystem)
    monitor = Monitor(tmp_path / "qmp")
    session.run("events 1")
    assert "critical_warning" in session.run("smart")
    monitor.warn(bits)
    output = session.run("events 1")
    assert words in output, output
    assert f"critical_warning : 0x{bits:02x}" in output
    assert json.loads(session.run("smart --json"))["critical_warning"] == bits
    assert session.end()[1] == PASSED


def test_shutdown_and_reset_with_events_armed(subsystem, shell):
    """Armed requests do not keep a shutdown, a reset or a resume from ending, and are armed again afterwards."""
    session = shell(subsystem)
    before = session.run("events 1")
    armed = int(re.search(r"(\d+) requests armed", before)[1])
    assert armed >= 1
    for command in ("reset", "resume", "suspend"):
        assert "done" in session.run(command)
        assert f"{armed} requests armed" in session.run("events 1"), command
    assert session.end()[1] == PASSED


@pytest.mark.parametrize("index, size", [(4, 4096), (0, 512)])
def test_format(tmp_path, shell, index, size):
    """The block size changes under the handle, and I/O goes on with the new one (fault 154)."""
    image = make_image(tmp_path / "disk.img", 8 * MIB)
    session = shell(drive(image))
    output = session.run(f"format 1 lbaf={index} --yes")
    assert "format: done" in output
    assert f"{8 * MIB // size} blocks of {size} bytes" in output
    assert "write: done" in session.run("write 3 5 --yes")
    assert "compare: done" in session.run("compare 3 5")
    assert "not all inside the namespace" in session.run(f"read {8 * MIB // size}")
    assert session.end()[1] == PASSED
    assert image.read_bytes()[3 * size:8 * size] == machine.pattern(3, 5, size)


def test_firmware_log_and_refused_update(image, shell):
    """QEMU shows its firmware and takes no other."""
    session = shell(drive(image))
    assert "slot 1 runs" in session.run("fw-log")
    assert "fw-update failed" in session.run("fw-update 0 4096 --yes")
    assert session.end()[1] == PASSED


def test_features(image, shell):
    """Read, set, read again; what is refused is refused by the controller's own status."""
    session = shell(drive(image))
    assert json.loads(session.run("features 4 --json"))["value"] == 343
    assert "feature-set: done" in session.run("feature-set 4 350 --yes")
    assert json.loads(session.run("features 4 --json"))["value"] == 350
    assert json.loads(session.run("features 4 sel=default --json"))["value"] == 343
    assert "belongs to the library" in session.run("feature-set 7 0 --yes")
    assert "timestamp: done" in session.run("timestamp 1764115200000")
    now = int(re.search(r"(\d+) ms since", session.run("timestamp"))[1])
    assert 1764115200000 <= now < 1764115200000 + 60000
    assert session.end()[1] == PASSED


def test_flexible_data_placement(tmp_path, shell):
    """Configurations, usage and statistics of an endurance group with FDP, on a QEMU that has it."""
    qemu = machine.qemu_with("nvme-subsys", "fdp")
    image = make_image(tmp_path / "disk.img", 8 * MIB)
    drives = ["-device", "nvme-subsys,id=s0,nqn=fdp,fdp=on,fdp.runs=1M,fdp.nruh=4", "-device", "nvme,id=c0,serial=FDP,subsys=s0",
              *machine.backend(image, "d0"), "-device", "nvme-ns,drive=d0,bus=c0,nsid=1,fdp.ruhs=0;1;2"]
    session = shell(drives, qemu=qemu)
    configurations = json.loads(session.run("log 0x20 lsi=1 bytes=256 --json"))
    assert "4" in json.dumps(configurations)
    assert "failed" not in session.run("log 0x21 lsi=1 bytes=64")
    assert "failed" not in session.run("log 0x22 lsi=1 bytes=64")
    assert session.end()[1] == PASSED
