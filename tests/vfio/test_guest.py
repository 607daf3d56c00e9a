# SPDX-License-Identifier: MIT
"""The command and the nbdkit plugin on QEMU's drives behind an emulated IOMMU, in a Linux guest.

The guest is made by `tools/setup guest-vfio` from Debian's packages; where it cannot be made the tests are skipped, and say
why. It boots once for all tests on the drives below, and once more without an IOMMU.
"""

import json
import os
import random
import re
import time

import pytest

import guest
from guest import good, refused

MIB = 1024 * 1024
TIMEOUT_S = int(os.environ.get("GUEST_TIMEOUT_S") or 300)
SIZE = 64 * MIB

# Counters that go on with each command that a driver sends.
VOLATILE = {"data_units_read", "data_units_written", "host_read_commands", "host_write_commands", "controller_busy_time",
            "power_on_hours", "unsafe_shutdowns", "temperature"}

# The main drive, with a namespace of 4096-byte blocks beside the one of 512; and two functions of one device, which share an
# IOMMU group.
A, P, Q = "0000:00:04.0", "0000:00:05.0", "0000:00:05.1"

SCRIPT = f"""
A={A} P={P} Q={Q}
""" + r"""
kernel_hash() { sha256sum /dev/nvme0n1; }
as_nobody() { (ulimit -l $1; exec start-stop-daemon -S -c nobody:nogroup -x /bin/lwnvme -- $2); }

# ---- the kernel's driver has it
step list lwnvme list
step list-json lwnvme list --json
step cli-id-ctrl nvme id-ctrl /dev/nvme0 -o json
step cli-id-ns nvme id-ns /dev/nvme0 -n 1 -o json
step cli-smart nvme smart-log /dev/nvme0 -o json
step kernel-hash kernel_hash
step not-bound lwnvme -d $A smart

# ---- in use
/sbin/mke2fs -q -t ext4 /dev/nvme0n2 >/dev/null 2>&1
mkdir -p /mnt /tmp/none/self
mount -t ext4 /dev/nvme0n2 /mnt
step bind-mounted lwnvme bind $A
echo "22 1 8:1 / / rw - ext4 /dev/sda1 rw" >/tmp/none/self/mountinfo
step bind-claimed lwnvme --procfs /tmp/none bind $A
step list-mounted lwnvme list
umount /mnt
mkswap /dev/nvme0n2 >/dev/null 2>&1
swapon /dev/nvme0n2
step bind-swap lwnvme bind $A
swapoff /dev/nvme0n2
step still-there ls /dev/nvme0n1

# ---- bound
step bind lwnvme bind $A
step list-bound lwnvme list
step id-ctrl lwnvme id-ctrl --json
step id-ns lwnvme id-ns 1 --json
step smart lwnvme smart --json
step smart-text lwnvme smart
step hash lwnvme hash
step info lwnvme info
step info-intx lwnvme --irq intx info
step hash-intx lwnvme --irq intx hash 0 8192
step hash-poll lwnvme --irq poll hash 0 8192
step hash-msix lwnvme --irq msix hash 0 8192
step info-msi lwnvme --irq msi info
step hash-calls lwnvme --no-bar-mmap hash 0 8192
step info-calls lwnvme --no-bar-mmap info
echo 16 >/proc/sys/vm/nr_hugepages
step info-huge lwnvme info
step info-no-huge lwnvme --no-huge-pages info
echo 0 >/proc/sys/vm/nr_hugepages
step namespace lwnvme -n 2 read 1
step no-namespace lwnvme -n 77 read 1
step bad-command lwnvme read
step bad-number lwnvme read x
step out-of-range lwnvme read 131072
step write-refused lwnvme write 0 8
head -c 1048576 /dev/urandom >/tmp/data
step write-file lwnvme write --file /tmp/data 4096 --yes
step read-file lwnvme read --file /tmp/back 4096 2048
step same cmp /tmp/data /tmp/back
pipe() { lwnvme read -f - 4096 2048 | cmp - /tmp/data; }
step read-pipe pipe
step write-odd lwnvme write --file /bin/busybox 0 --yes
step trim lwnvme trim 0 8 --yes
step bench lwnvme bench 1 --json
shell() { printf 'id-ctrl\nwrite 0 1 --yes\ncompare 0 1\nshutdown\n' | lwnvme shell; }
step shell shell
step demo lwnvme demo irq=msix write=1 region=8192,1024 cpus=2 --yes
step demo-refused lwnvme demo write=1 region=8192,1024
lwnvme bench 30 >/dev/null 2>&1 &
sleep 2
kill -9 $!
wait $! 2>/dev/null
step after-kill lwnvme info

# ---- limits and rights
mkdir -p /etc
echo 'nobody:x:65534:65534::/:/bin/sh' >/etc/passwd
echo 'nogroup:x:65534:' >/etc/group
group=/dev/vfio/$(basename $(readlink /sys/bus/pci/devices/$A/iommu_group))
step nobody as_nobody 65536 info
chown 65534 $group
step nobody-lock as_nobody 64 info
step nobody-works as_nobody 65536 smart
limit=/sys/module/vfio_iommu_type1/parameters/dma_entry_limit
kept=$(cat $limit)
echo 0 >$limit
step no-mappings lwnvme info
echo 1 >$limit
step one-mapping lwnvme trim 0 8 --yes
echo $kept >$limit

# ---- two functions in one group
step group-bind lwnvme bind $P
step group lwnvme -d $P info
step several lwnvme info
step group-bind-other lwnvme bind $Q
step group-works lwnvme -d $P info
lwnvme unbind $P >/dev/null
lwnvme unbind $Q >/dev/null

# ---- a network block device, and file systems on it
mkdir -p /var/run
nbdkit -U /tmp/socket -P /tmp/pid --log=stderr /plugin.so device=$A >/tmp/nbdkit.log 2>&1
i=0; while [ ! -s /tmp/pid ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done
step nbdkit cat /tmp/pid
step in-use lwnvme -d $A smart
step unbind-in-use lwnvme unbind $A
step attach /sbin/nbd-client -unix /tmp/socket /dev/nbd0 -b 512 -C 2
step size cat /sys/block/nbd0/size
step fio fio --name=x --filename=/dev/nbd0 --rw=randrw --bsrange=512-64k --bs_unaligned=0 --blockalign=512 --direct=1 \
    --ioengine=io_uring --iodepth=16 --size=8M --offset=16M --verify=crc32c --verify_fatal=1 --do_verify=1 --randseed=5 \
    --verify_state_save=0 --fsync=64
step mkfs /sbin/mke2fs -q -t ext4 -F /dev/nbd0
step mount mount -t ext4 -o discard /dev/nbd0 /mnt
files() { mkdir /mnt/d && for i in 1 2 3 4 5 6 7 8; do head -c 300000 /dev/urandom >/mnt/d/$i; done; sync; rm /mnt/d/3; sync; }
step files files
(cd /mnt/d && sha256sum * >/mnt/sums)
step sums cat /mnt/sums
step umount umount /mnt
step fsck /sbin/e2fsck -f -n /dev/nbd0
step detach /sbin/nbd-client -d /dev/nbd0
kill $(cat /tmp/pid)
i=0; while [ -e /proc/$(cat /tmp/pid) ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
step nbdkit-log cat /tmp/nbdkit.log
nbdkit -f -U - /plugin.so device=$P --run true >/tmp/nbdkit.log 2>&1
step nbdkit-refused cat /tmp/nbdkit.log

# ---- given back
step unbind lwnvme unbind $A
# nvme2c2n1 is a path of nvme2n1
disk() { ls /sys/bus/pci/devices/$A/nvme/*/ | sed -n 's/^\(nvme[0-9]*\)\(c[0-9]*\)*\(n1\)$/\1\3/p'; }
i=0; while [ ! -e /dev/$(disk) ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
step kernel-fsck /sbin/e2fsck -f -n /dev/$(disk)
mount -t ext4 -o ro /dev/$(disk) /mnt
sums() { cd /mnt/d && sha256sum -c /mnt/sums; }
step kernel-sums sums
umount /mnt
step log dmesg
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The whole script's steps; `trace` has what QEMU's drive complained of."""
    why = guest.missing()
    if why:
        pytest.skip(why)
    tmp_path = tmp_path_factory.mktemp("guest")
    image = tmp_path / "disk.img"
    image.write_bytes(random.Random(3).randbytes(SIZE))
    for name in ("second", "p", "q"):
        (tmp_path / name).write_bytes(bytes(16 * MIB))

    def backend(name, path):
        return ["-drive", f"if=none,id={name},format=raw,discard=unmap,file={path}"]
    devices = [*backend("d0", image), *backend("d1", tmp_path / "second"), *backend("d2", tmp_path / "p"),
               *backend("d3", tmp_path / "q"),
               "-device", "nvme,id=n0,serial=VFIO1,addr=4.0", "-device", "nvme-ns,drive=d0,bus=n0,nsid=1",
               "-device", "nvme-ns,drive=d1,bus=n0,nsid=2,logical_block_size=4096,physical_block_size=4096",
               "-device", "nvme,serial=P,drive=d2,addr=5.0,multifunction=on", "-device", "nvme,serial=Q,drive=d3,addr=5.1"]
    start = time.monotonic()
    steps = guest.run(tmp_path, SCRIPT, devices, TIMEOUT_S,
                      trace=tmp_path / "trace")
    steps.trace = (tmp_path / "trace").read_text(errors="replace").splitlines()
    steps.image, steps.seconds = image, time.monotonic() - start
    (guest.TREE / "build/vfio/guest.log").write_text(steps.console)
    return steps


def json_of(text):
    return json.JSONDecoder().raw_decode(text[min(at for at in (text.find("{"), text.find("[")) if at >= 0):])[0]


def plain(value):
    """Numbers are numbers, also those that are printed as text; padding of device text does not count."""
    if isinstance(value, str):
        return int(value, 0) if re.fullmatch(r"0x[0-9a-fA-F]+|\d+", value.strip()) else value.strip()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


# ---- looking, before and after


def test_came_to_the_end(ran):
    assert "== end ==" in ran.console, ran.console[-2000:]


def test_list(ran):
    lines = ran["list"].splitlines()
    assert [line.split()[0] for line in lines] == [A, P, Q]
    assert "nvme0  QEMU NVMe Ctrl, serial VFIO1" in lines[0] and "in use" not in ran["list"]
    first = json_of(ran["list-json"])["controllers"][0]
    assert (first["address"], first["driver"], first["serial"], first["in_use"]) == (A, "nvme", "VFIO1", "")
    assert f"{A}  1b36:0010  vfio-pci" in ran["list-bound"]


def test_identify_as_the_kernel_saw_it(ran):
    theirs, ours = json_of(ran["cli-id-ctrl"]), json_of(ran["id-ctrl"])
    names = ("vid", "ssvid", "sn", "mn", "fr", "ver", "oacs", "oncs", "nn", "vwc", "mdts", "cntlid", "sqes", "cqes", "subnqn")
    assert {name: plain(theirs[name]) for name in names} == {name: plain(ours[name]) for name in names}
    theirs, ours = json_of(ran["cli-id-ns"]), json_of(ran["id-ns"])
    wrong = {name: (theirs[name], ours.get(name)) for name in theirs if plain(theirs[name]) != plain(ours.get(name))}
    assert not wrong


def test_smart_as_the_kernel_saw_it(ran):
    theirs, ours = plain(json_of(ran["cli-smart"])), plain(json_of(ran["smart"]))
    wrong = {name: (theirs[name], ours.get(name)) for name in theirs if name not in VOLATILE and theirs[name] != ours.get(name)}
    assert not wrong
    assert ours["host_read_commands"] >= theirs["host_read_commands"]
    assert "temperature" in ran["smart-text"]


def test_data_as_the_kernel_saw_them(ran):
    assert re.search(r"sha256 ([0-9a-f]{64})", ran["hash"])[1] == ran["kernel-hash"].split()[0]


# ---- interrupts, registers, memory


def test_every_way_to_wait_reads_the_same(ran):
    hashes = {re.search(r"sha256 ([0-9a-f]{64})", ran[f"hash-{kind}"])[1] for kind in ("intx", "poll", "msix", "calls")}
    assert len(hashes) == 1
    good(ran, "info-intx")


def test_interrupts_that_the_drive_lacks(ran):
    assert refused(ran, "info-msi") == f"{A} has no MSI"


def test_registers_by_system_calls(ran):
    assert "by system calls" in ran["info-calls"] and "by system calls" not in ran["info"]


def test_huge_pages(ran):
    assert "huge pages" not in ran["info"]
    assert "memory in huge pages" in ran["info-huge"]
    assert "huge pages" not in ran["info-no-huge"]
    good(ran, "info", "info-huge", "info-no-huge")


# ---- refusals


def test_not_bound(ran):
    assert refused(ran, "not-bound") == f"{A} has the driver nvme, not vfio-pci: lwnvme bind {A}"


def test_a_drive_in_use(ran):
    assert refused(ran, "bind-mounted") == "nvme0n2 is mounted on /mnt: umount it first"
    assert refused(ran, "bind-claimed") == "nvme0n2 is in use (mounted in another namespace, or part of another device)"
    assert refused(ran, "bind-swap") == "nvme0n2 is swap: swapoff it first"
    assert "in use: nvme0n2 is mounted on /mnt" in ran["list-mounted"]
    good(ran, "still-there", "bind")


def test_usage(ran):
    assert refused(ran, "no-namespace").startswith("the drive has no active namespace 77")
    assert refused(ran, "write-refused") == "write changes what is on the drive: add --yes"
    assert refused(ran, "demo-refused").startswith("demo write=1 changes what is on the drive")
    assert "is not a file of whole blocks" in refused(ran, "write-odd")
    for name in ("bad-command", "bad-number", "out-of-range"):
        assert ran.status[name] == 1, ran[name]


def test_rights_and_limits(ran):
    assert re.fullmatch(r"not allowed to open /dev/vfio/\d+: run this as root, or chown it to you", refused(ran, "nobody"))
    assert refused(ran, "nobody-lock") == ("not allowed to pin 8192 KiB more memory: raise the limit (ulimit -l, "
                                           "RLIMIT_MEMLOCK)")
    good(ran, "nobody-works")
    assert "dma_entry_limit" in refused(ran, "no-mappings")
    assert ran.status["one-mapping"] == 1 and "trim failed: " in ran["one-mapping"], ran["one-mapping"]
    assert "could not translate the buffer" in ran["one-mapping"] and "raise dma_entry_limit" in ran["one-mapping"]


def test_group(ran):
    assert f"also holds {Q}, which has the driver nvme" in ran["group-bind"]
    assert f"also holds {Q}, which has the driver nvme" in refused(ran, "group")
    assert "choose one with --device" in refused(ran, "several")
    good(ran, "group-bind", "group-bind-other", "group-works")


def test_used_by_another_program(ran):
    assert refused(ran, "in-use") == f"another program uses {A} through VFIO: end it first"
    assert refused(ran, "unbind-in-use") == f"another program uses {A} through VFIO: end it first"


# ---- commands


def test_commands(ran):
    good(ran, "namespace", "write-file", "read-file", "same", "read-pipe", "trim", "shell", "after-kill")
    assert "00001000 " in ran["namespace"]  # block 1 of 4096 bytes
    assert "compare: done" in ran["shell"] and "shutdown: done" in ran["shell"]


def test_bench(ran):
    results = json_of(ran["bench"])["random_reads"]
    assert [one["in_flight"] for one in results] == [1, 8, 32, 64]
    assert all(one["reads"] > 0 and one["bytes"] == 4096 for one in results)


def test_demo(ran):
    good(ran, "demo")
    assert "demo: passed" in ran["demo"]
    taken = re.search(r"interrupts taken: (\d+)", ran["demo"])
    assert taken and int(taken[1]) > 0


# ---- nbdkit


def test_nbdkit(ran):
    good(ran, "nbdkit", "attach", "detach")
    assert int(ran["size"]) == SIZE // 512
    assert ran["nbdkit-log"] == ""
    assert "has the driver nvme, not vfio-pci" in ran["nbdkit-refused"]


def test_fio(ran):
    good(ran, "fio")
    assert "err= 0" in ran["fio"]


def test_file_system(ran):
    good(ran, "mkfs", "mount", "files", "sums", "umount", "fsck")
    assert len(ran["sums"].splitlines()) == 7


def test_file_system_as_the_kernel_sees_it(ran):
    good(ran, "unbind", "kernel-fsck", "kernel-sums")
    assert ran["kernel-sums"].count(": OK") == 7


def test_what_the_drive_complained_of(ran):
    """QEMU's models of the drive and of the IOMMU: nothing but that bus mastering was taken away from under commands in
    flight, which is how the kernel stops the drive of a process that was killed."""
    lives = [life.splitlines() for life in "\n".join(ran.trace).split("pci_nvme_mmio_start_success")]
    complaints = [[line for line in life if "pci_nvme_" in line] for life in lives]
    complaints = [life for life in complaints if life]
    assert len(lives) > 20  # as often was a controller enabled
    assert len(complaints) <= 1, complaints
    for line in (line for life in complaints for line in life):
        assert "pci_nvme_err_addr_write" in line or "pci_nvme_err_addr_read" in line or "pci_nvme_err_cfs" in line, line
    faults = [line for line in ran["log"].splitlines() if re.search(r"DMAR:.*fault", line, re.I)]
    assert faults == []


# ---- without an IOMMU


def test_no_iommu(tmp_path):
    why = guest.missing()
    if why:
        pytest.skip(why)
    (tmp_path / "disk").write_bytes(bytes(MIB))
    devices = ["-drive", f"if=none,id=d0,format=raw,file={tmp_path / 'disk'}", "-device", "nvme,serial=S,drive=d0,addr=4.0"]
    steps = guest.run(tmp_path, f"step list lwnvme list\nstep bind lwnvme bind {A}\nstep smart lwnvme -d {A} smart", devices,
                      TIMEOUT_S, iommu=False)
    assert "no IOMMU" in steps["list"]
    for name in ("bind", "smart"):
        assert f"{A} is behind no IOMMU: enable it in the firmware" in refused(steps, name)
