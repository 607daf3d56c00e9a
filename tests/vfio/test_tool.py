# SPDX-License-Identifier: MIT
"""The lwnvme command on a machine made of files: what it lists, what it refuses and with which words, how it binds."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pexpect
import pytest

from fake import TIMEOUT_S, TOOL, TREE, Machine

A, B = "0000:00:04.0", "0000:65:00.1"


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


# ---- list


def test_list_of_nothing(machine):
    done = machine.run("list")
    assert done.returncode == 0 and done.stdout == ""
    assert "no NVMe controller" in done.stderr and "RAID or VMD" in done.stderr


def test_list(machine):
    machine.drive(B, 1, group=None)
    machine.drive(A, 0)
    machine.function("0000:00:05.0", driver="e1000e", kind=0x020000)
    lines = machine.run("list").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].split() == [A, "1b36:0010", "nvme", "IOMMU", "group", "7", "nvme0", "A", "Drive,", "serial", "S0"]
    assert lines[1].startswith(B) and "no IOMMU" in lines[1]


def test_list_json(machine):
    machine.drive(A, 0)
    machine.function(B, driver=None)
    machine.mount("30 22 259:1 / /data rw - ext4 /dev/nvme0n1p1 rw")
    first, second = json.loads(machine.run("list", "--json").stdout)["controllers"]
    assert first == {"address": A, "vendor_id": 0x1b36, "device_id": 0x10, "driver": "nvme", "iommu_group": 7,
                     "controller": "nvme0", "model": "A Drive", "serial": "S0", "firmware_rev": "1.0",
                     "in_use": "nvme0n1p1 is mounted on /data: umount it first"}
    assert (second["address"], second["driver"], second["in_use"]) == (B, "", "")


def test_list_says_who_uses_it(machine):
    machine.drive(A, 0)
    machine.mount("30 22 259:2 / /srv rw - xfs /dev/nvme0n1p2 rw")
    assert "in use: nvme0n1p2 is mounted on /srv" in machine.run("list").stdout


# ---- what needs a drive


def test_no_controller(machine):
    line = machine.refuses("smart")
    assert "no NVMe controller (PCI class 01:08:02)" in line and "RAID or VMD" in line


def test_none_is_bound(machine):
    machine.drive(A)
    assert machine.refuses("smart") == ("no NVMe controller is bound to vfio-pci: see lwnvme list, "
                                        "then lwnvme bind ADDRESS")


def test_several_are_bound(machine):
    machine.function(A, driver="vfio-pci", group=7)
    machine.function(B, driver="vfio-pci", group=8)
    assert "choose one with --device" in machine.refuses("smart")


@pytest.mark.parametrize("address", ["4", "0000:00:04", "0000:00:04.8", "0000-00:04.0", "../../etc/passwd", "0000:00:0g.0",
                                     "000:00:04.0", "123456789:00:04.0", "10000.00:04.0", "10000:00:04.0x", ":00:04.0", "10000:"])
def test_no_address(machine, address):
    assert "is not a PCI address such as 0000:04:00.0" in machine.refuses("-d", address, "smart")


@pytest.mark.parametrize("address", ["10000:01:00.0", "e0000000:01:00.1"])
def test_long_domains(machine, address):
    """Of drives behind VMD, and the longest."""
    machine.drive(address, 0)
    machine.function("e000:01:00.0", driver="vfio-pci", group=8)
    assert [line.split()[0] for line in machine.run("list").stdout.splitlines()] == ["e000:01:00.0", address]
    for word in address, address.upper(), address.rjust(len("00000000:01:00.0"), "0"):
        assert machine.refuses("-d", word, "smart").startswith(f"{address} has the driver nvme, not vfio-pci: ")


def test_no_such_function(machine):
    assert machine.refuses("-d", "04:00.0", "smart") == "there is no PCI function 0000:04:00.0; see lwnvme list"


def test_not_nvme(machine):
    machine.function(A, driver="e1000e", kind=0x020000)
    assert "is not an NVMe controller (its PCI class is 020000)" in machine.refuses("-d", A, "smart")


def test_no_iommu(machine):
    machine.function(A, driver="vfio-pci", group=None)
    line = machine.refuses("-d", A, "smart")
    assert "is behind no IOMMU" in line and "VT-d" in line and "intel_iommu=on" in line


def test_no_iommu_mode(machine):
    """Without an IOMMU the kernel can be told to make a group all the same, which keeps nothing from memory: it does not count."""
    machine.function(A, driver="vfio-pci")
    (machine.sys / "kernel/iommu_groups/7/name").write_text("vfio-noiommu\n")
    assert "no IOMMU" in machine.run("list").stdout
    assert f"{A} is behind no IOMMU: " in machine.refuses("-d", A, "smart")


def test_not_bound(machine):
    machine.drive(A)
    assert machine.refuses("-d", A, "smart") == f"{A} has the driver nvme, not vfio-pci: lwnvme bind {A}"


def test_no_driver(machine):
    machine.function(A, driver=None)
    assert machine.refuses("-d", A, "smart") == f"{A} has no driver, not vfio-pci: lwnvme bind {A}"


def test_group_with_others(machine):
    machine.function(A, driver="vfio-pci")
    machine.function("0000:00:04.1", driver="e1000e", kind=0x020000)
    line = machine.refuses("-d", A, "smart")
    assert line.startswith("IOMMU group 7 also holds 0000:00:04.1, which has the driver e1000e")


@pytest.mark.parametrize("driver, kind", [("pcieport", 0x060400), (None, 0x020000), ("vfio-pci", 0x020000),
                                          ("pci-stub", 0x020000)])
def test_group_with_harmless_others(machine, driver, kind):
    machine.function(A, driver="vfio-pci")
    machine.function("0000:00:04.1", driver=driver, kind=kind)
    assert "modprobe vfio-pci" in machine.refuses("-d", A, "smart")  # it went on, to the device node


def test_no_vfio(machine):
    machine.function(A, driver="vfio-pci")
    line = machine.refuses("-d", A, "smart")
    assert line.startswith("there is no ") and line.endswith("vfio/vfio: modprobe vfio-pci")


def test_no_group_node(machine):
    machine.function(A, driver="vfio-pci")
    machine.vfio()
    assert "vfio/7: modprobe vfio-pci" in machine.refuses("-d", A, "smart")


def test_no_type_1(machine):
    machine.function(A, driver="vfio-pci")
    machine.vfio(7)
    assert machine.refuses("-d", A, "smart") == "the kernel has no type 1 IOMMU for VFIO: modprobe vfio_iommu_type1"


def test_device_from_environment(machine, monkeypatch):
    machine.function(A, driver="vfio-pci", group=7)
    machine.function(B, driver="vfio-pci", group=8)
    done = subprocess.run([TOOL, "--sysfs", machine.sys, "--procfs", machine.proc, "--devfs", machine.dev, "smart"],
                          env={"LWNVME_DEVICE": "0000:ff:00.0"}, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 2 and "there is no PCI function 0000:ff:00.0" in done.stderr


@pytest.fixture
def nobody():
    """A directory that everybody can enter, with a copy of the program; and what runs it without privileges."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        os.chmod(place, 0o755)
        shutil.copy(TOOL, place)
        yield Path(place), ({"user": 65534} if os.geteuid() == 0 else {})


def test_no_permission(nobody):
    place, options = nobody
    machine = Machine(place / "machine")
    machine.function(A, driver="vfio-pci")
    machine.vfio(7)
    os.chmod(machine.dev / "vfio/vfio", 0o666)
    os.chmod(machine.dev / "vfio/7", 0)
    line = machine.refuses("-d", A, "smart", program=place / "lwnvme", **options)
    assert line.startswith("not allowed to open ") and line.endswith("vfio/7: run this as root, or chown it to you")


def test_no_permission_to_bind(nobody):
    place, options = nobody
    machine = Machine(place / "machine")
    directory = machine.drive(A)
    machine.driver("vfio-pci")
    os.chmod(directory / "driver_override", 0o444)
    line = machine.refuses("bind", A, program=place / "lwnvme", **options)
    assert line == f"cannot write driver_override of {A}: Permission denied; run this as root"


# ---- bind


def mounted(machine, _directory):
    machine.mount("30 22 259:0 / /data rw - ext4 /dev/root rw")


def partition_mounted(machine, _directory):
    machine.mount("30 22 259:2 / /a\\040b rw - ext4 /dev/mapper/x rw")


def mounted_without_number(machine, _directory):
    machine.mount("30 22 0:41 /sub /data rw - btrfs /dev/nvme0n1p1 rw,subvol=/sub")


def with_optional_fields(machine, _directory):
    machine.mount("30 22 0:41 / /data rw shared:5 master:2 - btrfs /dev/nvme0n1p1 rw")


def swapped(machine, _directory):
    machine.swaps.append("/dev/nvme0n1p2 partition 1048572 0 -2")
    machine.tables()


def held(machine, directory):
    (directory / "nvme/nvme0/nvme0n1/nvme0n1p1/holders/dm-3").mkdir()


def disk_held(machine, directory):
    (directory / "nvme/nvme0/nvme0n1/holders/md127").mkdir()


def multipath(machine, directory):
    """The namespace hangs below the subsystem, and only that knows the controller."""
    subsystem = machine.subsystem(directory / "nvme/nvme0")
    machine.block(subsystem, "nvme5n1", "259:77")
    machine.mount("30 22 259:77 / /data rw - ext4 /dev/nvme5n1 rw")


def other_path(machine, directory):
    """No common device: the same namespace is another block device below the other controller of the subsystem."""
    other = machine.drive("0000:00:06.0", 3, group=8)
    machine.subsystem(directory / "nvme/nvme0", other / "nvme/nvme3")
    (other / "nvme/nvme3/nvme3n1/wwid").write_text("eui.0000000000000000\n")
    machine.mount("30 22 259:26 / /data rw - ext4 /dev/nvme3n1p2 rw")


def opened(machine, _directory):
    machine.opened(4321, "fio", machine.dev / "nvme0n1p2")


def opened_controller(machine, _directory):
    machine.opened(4322, "smartd", machine.dev / "nvme0")


def loop(machine, file):
    place = machine.sys / "devices/virtual/block/loop0"
    (place / "loop").mkdir(parents=True)
    (place / "loop/backing_file").write_text(f"{file}\n")
    (machine.sys / "class/block/loop0").symlink_to(place)


def looped(machine, _directory):
    """The program that made it has ended, and it claims nothing."""
    loop(machine, "/dev/nvme0n1p2")


def exported(machine, _directory):
    machine.target("namespaces/1", machine.dev / "by-id", True)
    (machine.dev / "by-id").symlink_to("nvme0n1")


def passed_through(machine, _directory):
    machine.target("passthru", "/dev/nvme0", True)


def no_table(machine, _directory):
    (machine.proc / "self/mountinfo").unlink()


def no_blocks(machine, _directory):
    shutil.rmtree(machine.sys / "class/block")


def no_node(machine, _directory):
    """As in a container: the mounts that one sees there are not the host's, and nothing can be opened."""
    (machine.dev / "nvme0n1p1").unlink()


USES = {mounted: "nvme0n1 is mounted on /data: umount it first",
        partition_mounted: "nvme0n1p2 is mounted on /a\\040b: umount it first",
        mounted_without_number: "nvme0n1p1 is mounted on /data: umount it first",
        with_optional_fields: "nvme0n1p1 is mounted on /data: umount it first",
        swapped: "nvme0n1p2 is swap: swapoff it first",
        held: "nvme0n1p1 is part of dm-3: take that apart first",
        disk_held: "nvme0n1 is part of md127: take that apart first",
        multipath: "nvme5n1 is mounted on /data: umount it first",
        other_path: "nvme3n1p2 is mounted on /data: umount it first",
        opened: "nvme0n1p2 is open in fio (process 4321): end that first, or bind --force",
        opened_controller: "nvme0 is open in smartd (process 4322): end that first, or bind --force",
        looped: "nvme0n1p2 is behind loop0: losetup -d /dev/loop0 first",
        exported: "nvme0n1 is exported by nvmet (nqn.2026-01.test:a): disable that first",
        passed_through: "nvme0 is exported by nvmet (nqn.2026-01.test:a): disable that first",
        no_table: "cannot tell whether nvme0n1",
        no_node: "cannot tell whether nvme0n1p1 is in use: ",
        no_blocks: f"cannot tell whether {A} is in use"}


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_bind_refuses_a_drive_in_use(machine, use):
    directory = machine.drive(A)
    machine.driver("vfio-pci")
    use(machine, directory)
    assert machine.refuses("bind", A).startswith(USES[use])
    assert (directory / "driver_override").read_text() == "(null)\n"
    assert (machine.driver("nvme") / "unbind").read_text() == ""


def test_bind_does_not_mind_other_drives(machine):
    machine.drive(A, 0)
    loop(machine, "/images/disk.img")
    machine.target("namespaces/1", "/dev/nvme0n1", False)
    machine.target("namespaces/2", "/dev/nvme1n1", True)
    machine.drive("0000:00:04.1", 1, group=8)
    machine.mount("30 22 259:8 / /data rw - ext4 /dev/nvme1n1 rw")
    machine.swaps.append("/dev/nvme1n1p2 partition 1048572 0 -2")
    machine.tables()
    assert "vfio-pci is not loaded: modprobe vfio-pci" in machine.refuses("bind", A)


def test_bind_does_not_mind_what_is_not_shared(machine):
    """Another namespace of the same subsystem, and a namespace of that name in another one."""
    directory = machine.drive(A)
    private = machine.drive("0000:00:06.0", 3, group=8)
    machine.subsystem(directory / "nvme/nvme0", private / "nvme/nvme3")
    stranger = machine.drive("0000:00:07.0", 4, group=9)
    (stranger / "nvme/nvme4/nvme4n1/wwid").write_text("eui.0000000000000000\n")
    machine.mount("30 22 259:24 / /data rw - ext4 /dev/nvme3n1 rw")
    machine.mount("31 22 259:32 / /more rw - ext4 /dev/nvme4n1 rw")
    machine.opened(4321, "fio", machine.dev / "nvme3n1")
    assert "vfio-pci is not loaded" in machine.refuses("bind", A)


def test_bind_refuses_what_another_driver_has(machine):
    """One that lends the function to programs: these need no file open to use it."""
    directory = machine.function(A, driver="uio_pci_generic")
    assert machine.refuses("bind", A) == (
        f"cannot tell who uses {A}: the driver uio_pci_generic has it. Unbind it, or bind --force")
    assert "in use: cannot tell who uses" in machine.run("list").stdout
    assert (directory / "driver_override").read_text() == "(null)\n"
    assert "vfio-pci is not loaded" in machine.refuses("bind", "--force", A)


@pytest.mark.parametrize("driver", ["", "pci-stub"])
def test_bind_takes_what_nobody_has(machine, driver):
    machine.function(A, driver=driver)
    assert "vfio-pci is not loaded" in machine.refuses("bind", A)


@pytest.mark.parametrize("use, goes", [(opened, True), (opened_controller, True), (mounted, False), (held, False),
                                       (looped, False), (exported, False)])
def test_force_is_for_what_is_open(machine, use, goes):
    use(machine, machine.drive(A))
    assert ("vfio-pci is not loaded" in machine.refuses("bind", "--force", A)) == goes


def test_bind_does_not_mind_paths_without_a_node(machine):
    """One path of several to a namespace is a block device that nobody can open; the one that they lead to counts."""
    directory = machine.drive(A)
    path = machine.block(directory / "nvme/nvme0", "nvme0c0n1", "")
    (path / "dev").unlink()
    (machine.dev / "nvme0c0n1").unlink()
    assert "vfio-pci is not loaded" in machine.refuses("bind", A)


def test_bind_without_iommu(machine):
    machine.drive(A, group=None)
    machine.driver("vfio-pci")
    assert "is behind no IOMMU" in machine.refuses("bind", A)


def held_open(machine):
    """The device nodes that some process has open."""
    names = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):  # somebody else's, or it has ended
            target = Path(os.readlink(link))
            names |= {target.name} if target.parent == machine.dev else set()
    return names


def kernel(machine, address, unbind, then, seen, claimed=None):
    """Plays the kernel: takes what is written to driver/unbind, changes the driver, then listens at drivers_probe."""
    def play():
        with open(unbind) as pipe:
            claimed.update(held_open(machine))
            seen.append(("unbind", pipe.read(), (machine.sys / "bus/pci/devices" / address / "driver_override").read_text()))
        link = machine.sys / "bus/pci/devices" / address / "driver"
        link.unlink()
        if then:
            link.symlink_to(machine.driver(then))
        while sum(len(text) for _, text, *_ in seen[1:]) < len(address) * (1 if then else 2):
            with open(machine.sys / "bus/pci/drivers_probe") as pipe:
                seen.append(("probe", pipe.read()))
    claimed = set() if claimed is None else claimed
    for path in (unbind, machine.sys / "bus/pci/drivers_probe"):
        path.unlink()
        os.mkfifo(path)
    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    return thread


def test_bind(machine):
    directory = machine.drive(A)
    machine.driver("vfio-pci")
    seen, claimed = [], set()
    thread = kernel(machine, A, machine.driver("nvme") / "unbind", "vfio-pci", seen, claimed)
    done = machine.run("bind", "00:04.0")
    thread.join(TIMEOUT_S)
    assert done.returncode == 0 and done.stdout == f"{A}: the driver vfio-pci has it\n", done.stderr
    assert seen == [("unbind", A, "vfio-pci"), ("probe", A)]
    assert claimed == {"nvme0n1"}  # until it is handed over: nothing can be mounted in between
    assert (directory / "driver_override").read_text() == "vfio-pci"


def test_bind_that_fails_is_put_back(machine):
    directory = machine.drive(A)
    machine.driver("vfio-pci")
    seen = []
    thread = kernel(machine, A, machine.driver("nvme") / "unbind", None, seen)
    assert f"vfio-pci did not take {A}" in machine.refuses("bind", A)
    thread.join(TIMEOUT_S)
    assert seen[0] == ("unbind", A, "vfio-pci")
    assert "".join(text for _, text in seen[1:]) == A + A  # two writes, which a pipe may join
    assert (directory / "driver_override").read_text() == "\n"


def test_bind_what_is_bound(machine):
    machine.function(A, driver="vfio-pci")
    assert machine.run("bind", A).stdout == f"{A}: the driver vfio-pci has it\n"


def test_unbind(machine):
    directory = machine.function(A, driver="vfio-pci")
    seen = []
    thread = kernel(machine, A, machine.driver("vfio-pci") / "unbind", "nvme", seen)
    done = machine.run("unbind", A)
    thread.join(TIMEOUT_S)
    assert done.returncode == 0 and done.stdout == f"{A}: the driver nvme has it\n", done.stderr
    assert (directory / "driver_override").read_text() == "\n"


def test_unbind_what_is_not_bound(machine):
    machine.drive(A)
    assert machine.refuses("unbind", A) == f"{A} is not bound to vfio-pci: the driver nvme has it"


# ---- usage


USAGE = {("frobnicate",): '"frobnicate" is no command',
         ("--frobnicate", "list"): "--frobnicate is no option",
         ("smart", "--device"): "--device needs a value",
         ("smart", "--irq", "apic"): '--irq is msix, msi, intx or poll, not "apic"',
         ("smart", "-n", "x"): '"x" is not a namespace identifier',
         ("smart", "-n", "0"): '"0" is not a namespace identifier',
         ("bind",): "which controller? lwnvme bind ADDRESS",
         ("write", "0", "8"): "write changes what is on the drive: add --yes",
         ("format", "1"): "format changes what is on the drive: add --yes",
         ("demo", "irq=poll", "write=1", "region=0,8"): "demo write=1 changes what is on the drive: add --yes",
         ("demo", "irq=poll write=1 region=0,8"): "demo irq=poll write=1 region=0,8 changes what is on the drive: add --yes",
         ("demo", "fatal=1"): "demo fatal=1 changes what is on the drive: add --yes",
         ("complete", "x"): "complete commands, devices or bound"}


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_usage(machine, words):
    machine.function(A, driver="vfio-pci")
    assert machine.refuses(*words).startswith(USAGE[words])


def test_write_from_a_file_does_not_ask(machine):
    """On a terminal, where the shell's commands are let through because they ask."""
    machine.function(A, driver="vfio-pci")
    ours, terminal = os.openpty()
    try:
        for words, line in {("write", "0", "1"): "there is no ", ("write", "-f", "x", "0"): "write changes "}.items():
            done = subprocess.run([TOOL, *words], stdin=terminal, capture_output=True, text=True, timeout=TIMEOUT_S,
                                  env={"LWNVME_SYSFS": str(machine.sys), "LWNVME_DEVFS": str(machine.dev)})
            assert done.returncode == 2 and done.stderr.startswith("lwnvme: " + line), done.stderr
    finally:
        os.close(ours)
        os.close(terminal)


def test_help(machine):
    done = machine.run("--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: lwnvme") and done.stderr == ""
    assert "smart" in machine.run("help").stdout
    assert machine.run("help", "smart").stdout.startswith("smart [NSID] [--json]")
    assert machine.run("--version").stdout.startswith("lwnvme ")
    assert machine.run().returncode == 2


# ---- completion


@pytest.mark.parametrize("words", [["read"] * 20, ["read" + " " * 200 + "5"]])
def test_a_command_that_is_too_long_is_not_cut(machine, words):
    """Of a copy, say, the rest would mean something else."""
    done = machine.run("help", *words)
    assert done.returncode != 0 and "too long" in done.stdout + done.stderr
    assert "blocks in hexadecimal" not in done.stdout


def complete(machine, *words):
    """What bash offers for the last of the words, which it has cut at colons."""
    words = [part for word in words for part in re.findall(r":|[^:]+", word) or [""]]
    script = ('. "$0"; COMP_WORDBREAKS=" :"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; _lwnvme; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    environment = {"PATH": f"{TOOL.parent}:{os.environ['PATH']}", "LWNVME_SYSFS": str(machine.sys)}
    done = subprocess.run(["bash", "-c", script, TREE / "ports/linux_vfio/lwnvme.bash", *words], capture_output=True, text=True,
                          env=environment, timeout=TIMEOUT_S)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


def test_completion(machine):
    machine.drive(A)
    machine.function(B, driver="vfio-pci", group=8)
    assert complete(machine, "lwnvme", "sma") == ["smart"]
    assert set(complete(machine, "lwnvme", "")) >= {"list", "bind", "unbind", "shell", "smart", "read", "write", "bench"}
    assert complete(machine, "lwnvme", "--j") == ["--json"]
    assert complete(machine, "lwnvme", "-d", "") == [B]
    assert complete(machine, "lwnvme", "--device", "0000:6") == ["65:00.1"]
    assert complete(machine, "lwnvme", "--device", "0000:65:00.") == ["00.1"]
    assert complete(machine, "lwnvme", "--device", "0000:") == ["65:00.1"]
    assert complete(machine, "lwnvme", "bind", A, "") == [A]
    assert complete(machine, "lwnvme", "bind", "") == [A]
    assert complete(machine, "lwnvme", "unbind", "") == [B]
    assert complete(machine, "lwnvme", "--irq", "m") == ["msix", "msi"]
    assert complete(machine, "lwnvme", "-d", B, "ben") == ["bench"]
    assert complete(machine, "lwnvme", "help", "sma") == ["smart"]
    assert complete(machine, "lwnvme", "smart", "") == []


def test_completion_typed(machine):
    """In a shell that somebody types into, colons and all."""
    machine.function(B, driver="vfio-pci", group=8)
    environment = {"PATH": f"{TOOL.parent}:{os.environ['PATH']}", "LWNVME_SYSFS": str(machine.sys), "TERM": "dumb",
                   "PS1": "$ "}
    child = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], env=environment, encoding="utf-8", timeout=TIMEOUT_S,
                          dimensions=(50, 200))
    child.sendline("bind 'set enable-bracketed-paste off'; . " + str(TREE / "ports/linux_vfio/lwnvme.bash") + "; echo rea''dy")
    child.expect("ready\r\n")
    child.send("lwnvme -d 0000:6\t")
    child.expect_exact("lwnvme -d 0000:65:00.1 ")
    child.send("ben\t")
    child.expect_exact("bench ")
    child.close(force=True)
