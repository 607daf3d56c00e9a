# SPDX-License-Identifier: MIT
"""What goes wrong with a drive, in a Linux guest: it is pulled under a read and under nbdkit, programs have it open, and a
namespace of it is mounted by another controller. One boot, without native multipath."""

import os
import re

import pytest

import guest
from guest import good, refused

MIB = 1024 * 1024
TIMEOUT_S = int(os.environ.get("GUEST_TIMEOUT_S") or 300)
SIZE = 64 * MIB

# Two controllers of a subsystem, and two slots with a slow drive each, so that commands are under way when it goes.
A, B = "0000:00:04.0", "0000:00:05.0"
PORTS = "0000:00:06.0", "0000:00:07.0"

SCRIPT = f"""
A={A} B={B} P={PORTS[0]} Q={PORTS[1]}
""" + r"""
byte() { dd if=/sys/bus/pci/devices/$1/config bs=1 skip=$2 count=1 2>/dev/null | od -An -tu1 | tr -d ' '; }
# Where a port's PCI Express capability begins.
express() {
    local at=$(byte $1 52) turns=0
    while [ $at != 0 ] && [ $turns -lt 48 ]; do
        [ $(byte $1 $at) = 16 ] && break
        at=$(byte $1 $((at + 1))) turns=$((turns + 1))
    done
    echo $at
}
# Slot control: without power what is in the slot is gone at once. With power it is back, as after a reset.
slot() { printf "$2" | dd of=/sys/bus/pci/devices/$1/config bs=1 seek=$(($(express $1) + 25)) conv=notrunc 2>/dev/null; }
pull() { slot $1 '\005'; }
push() { slot $1 '\001'; }
filled() { i=0; while [ ! -s $1 ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done; [ -s $1 ]; }
# The function behind a port.
behind() { ls /sys/bus/pci/devices/$1 | grep '^0000:..:..[.].$'; }
ended() { i=0; while [ -e /proc/$1 ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done; [ $i -lt 300 ]; }
kernels() { ls /sys/bus/pci/devices/$1/nvme/*/ | grep '^nvme[0-9]*n1$'; }

# ---- in use by the other controller of the subsystem, and by programs
step names kernels $A
step other kernels $B
/sbin/mke2fs -q -t ext4 /dev/$(kernels $B) >/dev/null 2>&1
mkdir -p /mnt
mount -t ext4 /dev/$(kernels $B) /mnt
step bind-shared lwnvme bind $A
umount /mnt
sleep 600 </dev/$(kernels $A) &
holder=$!
step bind-open lwnvme bind $A
step list-open lwnvme list
step bind-force lwnvme bind --force $A
step works lwnvme -d $A info
kill $holder
step unbind lwnvme unbind $A

# ---- pulled under a read
H=$(behind $P)
step bind-first lwnvme bind $H
lwnvme -d $H read --file /tmp/out 0 131072 >/tmp/read.log 2>&1 &
reader=$!
sleep 3
step reading ls -l /proc/$reader/exe
pull $P
step read-told filled /tmp/read.log
push $P # else the kernel waits for more than a minute when the program ends
step read-ended ended $reader
wait $reader
echo $? >/tmp/status
step read-status cat /tmp/status /tmp/read.log
step back lwnvme -d $H info

# ---- pulled under nbdkit
H=$(behind $Q)
step bind-second lwnvme bind $H
mkdir -p /var/run
nbdkit -U /tmp/socket -P /tmp/pid --log=stderr /plugin.so device=$H >/tmp/nbdkit.log 2>&1
i=0; while [ ! -s /tmp/pid ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done
step attach /sbin/nbd-client -unix /tmp/socket /dev/nbd0 -b 512
dd if=/dev/nbd0 of=/dev/null bs=65536 iflag=direct >/tmp/dd.log 2>&1 &
reader=$!
sleep 3
pull $Q
step dd-ended ended $reader
wait $reader
echo $? >/tmp/status
step dd-status cat /tmp/status /tmp/dd.log
step dd-again dd if=/dev/nbd0 of=/dev/null bs=65536 count=1 iflag=direct
/sbin/nbd-client -d /dev/nbd0 >/dev/null 2>&1
push $Q
kill $(cat /tmp/pid)
step nbdkit-ended ended $(cat /tmp/pid)
step nbdkit-log cat /tmp/nbdkit.log
step log dmesg
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    why = guest.missing()
    if why:
        pytest.skip(why)
    tmp_path = tmp_path_factory.mktemp("trouble")
    devices = ["-device", "nvme-subsys,id=s0,nqn=both"]
    for name, addr in (("c0", 4), ("c1", 5)):
        devices += ["-device", f"nvme,id={name},serial=BOTH,subsys=s0,addr={addr}.0"]
    (tmp_path / "shared").write_bytes(bytes(16 * MIB))
    devices += ["-drive", f"if=none,id=shared,format=raw,file={tmp_path / 'shared'}",
                "-device", "nvme-ns,drive=shared,bus=c1,nsid=1,shared=on"]
    for number, addr in enumerate((6, 7)):
        devices += ["-object", f"throttle-group,id=tg{number},x-iops-total=20",
                    "-blockdev", f"driver=null-co,node-name=z{number},size={SIZE},read-zeroes=on",
                    "-blockdev", f"driver=throttle,node-name=t{number},throttle-group=tg{number},file=z{number}",
                    "-device", f"pcie-root-port,id=rp{number},chassis={number + 1},slot={number + 1},addr={addr}.0",
                    "-device", f"nvme,id=hot{number},bus=rp{number},drive=t{number},serial=HOT{number}"]
    steps = guest.run(tmp_path, SCRIPT, devices, TIMEOUT_S, append="nvme_core.multipath=N")
    (guest.TREE / "build/vfio/guest-trouble.log").write_text(steps.console)
    return steps


def test_came_to_the_end(ran):
    assert "== end ==" in ran.console, ran.console[-2000:]
    assert "Call Trace" not in ran.console and "BUG:" not in ran["log"]


def test_mounted_by_another_controller(ran):
    own, other = ran["names"].strip(), ran["other"].strip()
    assert own != other  # there is no native multipath: one namespace, two block devices
    assert refused(ran, "bind-shared") == f"{other} is mounted on /mnt: umount it first"


def test_open_in_a_program(ran):
    name = ran["names"].strip()
    words = rf"{name} is open in sleep \(process \d+\): end that first, or bind --force"
    assert re.fullmatch(words, refused(ran, "bind-open"))
    assert re.search("in use: " + words, ran["list-open"])
    good(ran, "bind-force", "works", "unbind")


def test_pulled_under_a_read(ran):
    good(ran, "bind-first", "reading", "read-told", "read-ended", "read-status", "back")
    status, *lines = ran["read-status"].splitlines()
    assert status == "1", ran["read-status"]
    assert any(re.fullmatch(r"lwnvme: at block \d+: .*", line) for line in lines), lines
    assert "FLR; waiting" not in ran["read-told"], "the kernel was asked to reset what is not there"


def test_pulled_under_nbdkit(ran):
    good(ran, "bind-second", "attach", "dd-ended", "nbdkit-ended")
    assert not ran["dd-status"].startswith("0\n") and "rror" in ran["dd-status"], ran["dd-status"]
    assert ran.status["dd-again"] != 0
    assert "FLR; waiting" not in ran["dd-ended"], "the kernel was asked to reset what is not there"
