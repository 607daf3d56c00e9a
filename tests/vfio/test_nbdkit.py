# SPDX-License-Identifier: MIT
"""The nbdkit plugin on the software controller: what it says of the namespace, and that what is written is there."""

import contextlib
import json
import os
import random
import signal
import socket
import struct
import subprocess
import time

import pytest

from fake import TREE, Machine

PLUGIN = TREE / "build/vfio/nbdkit-lwnvme-plugin.so"
MIB = 1024 * 1024
TIMEOUT_S = 60
SIZE = 16 * MIB
COMPARE, DSM, WRITE_ZEROES = 1, 4, 8  # ONCS


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "disk.img"
    path.write_bytes(random.Random(7).randbytes(SIZE))
    return path


def nbdkit(parameters, command, flags=(), environment=None):
    """Runs a shell command with $uri; nbdkit's own exit status is that of the command."""
    line = ["nbdkit", "-U", "-", *flags, str(PLUGIN), *parameters, "--run", command]
    return subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S,
                          env={**os.environ, **(environment or {})})


def passes(image, command, *parameters, flags=()):
    done = nbdkit([f"sim={image}", *parameters], command, flags)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "violation" not in done.stderr and "error" not in done.stderr, done.stderr
    return done.stdout


def info(image, *parameters, flags=()):
    return json.loads(passes(image, 'nbdinfo --json "$uri"', *parameters, flags=flags))["exports"][0]


def qemu_io(*commands):
    words = " ".join(f"-c '{command}'" for command in commands)
    return f'qemu-io -f raw {words} "$uri"'


# ---- what it says


def test_facts(image):
    facts = info(image)
    assert facts["export-size"] == SIZE
    assert (facts["block_size_minimum"], facts["block_size_preferred"]) == (512, 4096)
    assert not facts["is_read_only"] and not facts["is_rotational"]
    for name in ("can_flush", "can_fua", "can_trim", "can_zero", "can_fast_zero", "can_multi_conn"):
        assert facts[name], name
    assert not facts["can_cache"]


def test_facts_of_a_controller_without_optional_commands(image):
    facts = info(image, "sim-oncs=0")
    assert not facts["can_trim"] and not facts["can_fast_zero"]


@pytest.mark.parametrize("oncs, trim, zero", [(DSM, True, False), (WRITE_ZEROES, False, True)])
def test_facts_follow_oncs(image, oncs, trim, zero):
    facts = info(image, f"sim-oncs={oncs}")
    assert (facts["can_trim"], facts["can_fast_zero"]) == (trim, zero)


@pytest.mark.parametrize("parameters, flags", [(["readonly=yes"], []), ([], ["-r"])])
def test_read_only(image, parameters, flags):
    before = image.read_bytes()
    assert info(image, *parameters, flags=flags)["is_read_only"]
    done = nbdkit([f"sim={image}", *parameters], qemu_io("write -P 1 0 4k"), flags)
    assert done.returncode != 0
    assert image.read_bytes() == before


# ---- data


def test_write_read_and_flush(image):
    before = bytearray(image.read_bytes())
    passes(image, qemu_io("write -P 0x5a 0 4k", "write -f -P 0xa5 1M 512", "flush", "read -P 0x5a 0 4k", "read -P 0xa5 1M 512",
                          "write -P 0x11 2M 3M", "read -P 0x11 2M 3M", "write -P 0x22 16776704 512", "flush"))
    before[0:4096] = b"\x5a" * 4096
    before[MIB:MIB + 512] = b"\xa5" * 512
    before[2 * MIB:5 * MIB] = b"\x11" * (3 * MIB)
    before[SIZE - 512:] = b"\x22" * 512
    assert image.read_bytes() == bytes(before)


@pytest.mark.parametrize("parameters", [[], ["sim-oncs=0"]])
@pytest.mark.parametrize("unmap", ["", "-u"])
def test_zero(image, parameters, unmap):
    """By Write Zeroes, or by nbdkit with ordinary writes where there is none."""
    before = bytearray(image.read_bytes())
    passes(image, qemu_io(f"write -z {unmap} 1M 5M", f"write -z {unmap} 512 1024", "read -P 0 1M 5M", "flush"), *parameters)
    before[MIB:6 * MIB] = bytes(5 * MIB)
    before[512:1536] = bytes(1024)
    assert image.read_bytes() == bytes(before)


def test_trim(image):
    """What is left of trimmed blocks is the drive's affair; all others stay."""
    before = image.read_bytes()
    passes(image, qemu_io("discard 1M 2M", "flush"))
    after = image.read_bytes()
    assert after[:MIB] == before[:MIB] and after[3 * MIB:] == before[3 * MIB:]
    assert after[MIB:3 * MIB] != before[MIB:3 * MIB]


def test_copy_there_and_back(image, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(random.Random(8).randbytes(SIZE))
    passes(image, f'nbdcopy --connections=4 --requests=64 --request-size=65536 {source} "$uri"')
    assert image.read_bytes() == source.read_bytes()
    passes(image, f'nbdcopy --connections=4 --requests=32 "$uri" {tmp_path}/back')
    assert (tmp_path / "back").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("parameters", [[], ["entries=2"], ["irq=poll", "entries=1024"]])
def test_fio_with_verify(image, parameters):
    passes(image, "fio --name=x --ioengine=nbd --uri=\"$uri\" --rw=randrw --bsrange=512-128k --bs_unaligned=0 --blockalign=512 "
           "--size=8M --iodepth=16 --verify=crc32c --verify_fatal=1 --do_verify=1 --randseed=3 --verify_state_save=0",
           *parameters)


# ---- what goes wrong


def test_a_block_that_cannot_be_read(image):
    done = nbdkit([f"sim={image}", "sim-bad-block=64"], qemu_io("read 0 32k", "read 32k 4k", "read 64k 4k"))
    assert done.returncode != 0
    assert "read failed: Input/output error" in done.stdout + done.stderr
    assert done.stdout.count("bytes at offset") == 2  # the others went well
    assert "read at 32768: " in done.stderr  # nbdkit's own line has the status


class Client:
    """Speaks the protocol itself: what libraries refuse to send, and the error numbers as they come."""

    READ, WRITE, FLUSH, TRIM, ZERO = 0, 1, 3, 4, 6
    EPERM, EIO, EINVAL, ENOSPC = 1, 5, 22, 28

    def __init__(self, path):
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(TIMEOUT_S)
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert self.receive(16) == b"NBDMAGICIHAVEOPT"
        self.receive(2)
        self.socket.sendall(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", 1, 0))
        self.size, self.flags = struct.unpack(">QH", self.receive(10))

    def receive(self, length):
        data = b""
        while len(data) < length:
            data += self.socket.recv(length - len(data)) or pytest.fail("the server has hung up")
        return data

    def ask(self, kind, offset, length, data=b""):
        """Returns the error number, and what was read."""
        self.socket.sendall(struct.pack(">IHHQQI", 0x25609513, 0, kind, 77, offset, length) + data)
        magic, error, handle = struct.unpack(">IIQ", self.receive(16))
        assert (magic, handle) == (0x67446698, 77)
        return error, self.receive(length) if kind == self.READ and error == 0 else b""


@contextlib.contextmanager
def served(tmp_path, parameters, flags=()):
    path = tmp_path / "served"
    path.unlink(missing_ok=True)
    server = subprocess.Popen(["nbdkit", "-f", "-U", path, *flags, str(PLUGIN), *parameters], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    client = None
    try:
        client = Client(path)
        yield client, server
    finally:
        if client:
            client.socket.close()  # nbdkit waits for its clients
        server.terminate()
        server.said, _ = server.communicate(timeout=TIMEOUT_S)


def test_not_whole_blocks(image, tmp_path):
    """A client that ignores the block size is refused; a trim is a hint and keeps to the blocks that it covers."""
    before = image.read_bytes()
    with served(tmp_path, [f"sim={image}"]) as (client, server):
        assert client.ask(client.READ, 100, 512) == (client.EINVAL, b"")
        assert client.ask(client.WRITE, 0, 100, bytes(100))[0] == client.EINVAL
        assert client.ask(client.WRITE, 512, 700, bytes(700))[0] == client.EINVAL
        assert client.ask(client.TRIM, 100, 400)[0] == 0
        assert client.ask(client.READ, 0, 4096) == (0, before[:4096])
    assert server.said.count("is not of whole blocks of 512 bytes; --filter=blocksize helps") == 3
    assert image.read_bytes() == before


def test_not_whole_blocks_through_the_filter(image, tmp_path):
    before = image.read_bytes()
    with served(tmp_path, [f"sim={image}"], ["--filter=blocksize"]) as (client, server):
        assert client.ask(client.READ, 100, 1000) == (0, before[100:1100])
        assert client.ask(client.WRITE, 1000, 3, b"abc")[0] == 0
        assert client.ask(client.ZERO, 5000, 10)[0] == 0
    assert image.read_bytes() == before[:1000] + b"abc" + before[1003:5000] + bytes(10) + before[5010:]
    assert server.said == ""


def test_error_numbers(image, tmp_path):
    with served(tmp_path, [f"sim={image}", "sim-bad-block=8"]) as (client, _):
        assert client.size == SIZE
        assert client.ask(client.READ, 4096, 512)[0] == client.EIO
        assert client.ask(client.READ, 0, 8192)[0] == client.EIO
        assert client.ask(client.READ, SIZE, 512)[0] == client.EINVAL
        assert client.ask(client.WRITE, SIZE - 512, 1024, bytes(1024))[0] == client.ENOSPC
        assert client.ask(client.FLUSH, 0, 0)[0] == 0
    with served(tmp_path, [f"sim={image}", "readonly=yes"]) as (client, _):
        assert client.ask(client.WRITE, 0, 512, bytes(512))[0] == client.EPERM


def refuses(parameters, environment=None):
    done = nbdkit(parameters, "true", environment=environment)
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if line]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_parameters(image, tmp_path):
    assert "either device=ADDRESS or sim=FILE" in refuses([])
    assert "either device=ADDRESS or sim=FILE" in refuses([f"sim={image}", "device=0000:00:04.0"])
    assert "frob=1 is not a parameter" in refuses([f"sim={image}", "frob=1"])
    assert "irq=apic is not a parameter" in refuses([f"sim={image}", "irq=apic"])
    odd = tmp_path / "odd"
    odd.write_bytes(b"x" * 1000)
    assert "Invalid argument" in refuses([f"sim={odd}"])
    assert "namespace cannot be used" in refuses([f"sim={image}", "namespace=77"])


def test_device_that_is_not_bound(tmp_path):
    machine = Machine(tmp_path)
    machine.drive("0000:00:04.0")
    environment = {"LWNVME_SYSFS": str(machine.sys), "LWNVME_PROCFS": str(machine.proc), "LWNVME_DEVFS": str(machine.dev)}
    assert refuses(["device=0000:00:04.0"], environment).endswith("has the driver nvme, not vfio-pci: lwnvme bind 0000:00:04.0")
    assert "there is no PCI function 0000:00:05.0" in refuses(["0000:00:05.0"], environment)


# ---- as a server


def test_server_in_the_background(image, tmp_path):
    """After its fork; and it ends in good order when it is told to."""
    path, pid, log = tmp_path / "socket", tmp_path / "pid", tmp_path / "log"
    with open(log, "w") as output:
        subprocess.run(["nbdkit", "-U", path, "-P", pid, str(PLUGIN), f"sim={image}"], check=True, stdin=subprocess.DEVNULL,
                       stdout=output, stderr=output, timeout=TIMEOUT_S)
    deadline = time.monotonic() + TIMEOUT_S  # nbdkit writes the number when it serves, and has forked before that
    while not (pid.exists() and pid.read_text().endswith("\n")):
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    number = int(pid.read_text())
    try:
        uri = f"nbd+unix:///?socket={path}"
        subprocess.run(["qemu-io", "-f", "raw", "-c", "write -P 9 4k 4k", "-c", "read -P 9 4k 4k", uri], check=True,
                       stdout=subprocess.DEVNULL, timeout=TIMEOUT_S)
    finally:
        os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("nbdkit did not end")
    assert log.read_text() == ""
    assert image.read_bytes()[4096:8192] == b"\x09" * 4096
