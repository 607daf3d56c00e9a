# SPDX-License-Identifier: MIT
"""Zoned namespaces on QEMU's controller: what a report says after each action, where appends go, and what is in the image."""

import re

import machine
from machine import PASSED, SEED, backend

ZONE = 16  # blocks of 4 KiB
CAPACITY = 12
EMPTY, OPEN, CLOSED, FULL = 1, 3, 4, 14


def blocks(count):
    """What the shell appends and writes."""
    return bytes((i * 7 + SEED + (i >> 9)) & 0xff for i in range(count * 4096))


def zones(session):
    text = session.run("zones 2")
    found = re.findall(r"zone (\d+) state (\d+) capacity (\d+) pointer (\d+) attributes (\d+)", text)
    return {int(z[0]): tuple(map(int, z[1:])) for z in found}


def test_zones(image, tmp_path, shell):
    """Appends, actions, errors by name."""
    drive = tmp_path / "zoned.img"
    drive.write_bytes(bytes(8 * ZONE * 4096 * 16))
    options = ("logical_block_size=4096,physical_block_size=4096,zoned=on,zoned.zone_size=64K,zoned.zone_capacity=48K,"
               "zoned.max_open=4,zoned.max_active=6")
    devices = [*backend(image, "d0"), *backend(drive, "d1"), "-device", "nvme,serial=TEST,id=n0",
               "-device", "nvme-ns,drive=d0,bus=n0,nsid=1", "-device", f"nvme-ns,drive=d1,bus=n0,nsid=2,{options}"]
    session = shell(devices)
    assert "128 zones of 16 blocks, active 6, open 4" in session.run("zones 2")
    seen = zones(session)
    assert sorted(seen) == [i * ZONE for i in range(128)]  # several pieces
    assert all(zone[0] == EMPTY and zone[1] == CAPACITY and zone[2] == lba for lba, zone in seen.items())
    assert "at 32" in session.run("zone-append 2 32 3 --yes")
    assert "at 35" in session.run("zone-append 2 32 2 --yes")
    assert zones(session)[32] == (2, CAPACITY, 37, 0)
    assert "zone: done" in session.run("zone 2 close 32 --yes")
    assert zones(session)[32][0] == CLOSED
    assert "zone: done" in session.run("zone 2 open 48 --yes")
    assert zones(session)[48][0] == OPEN
    assert "zone: done" in session.run("zone 2 finish 48 --yes")
    assert zones(session)[48][0] == FULL
    assert "full" in session.run("zone-append 2 48 1 --yes")
    assert "zone: done" in session.run("zone 2 reset 48 --yes")
    assert zones(session)[48] == (EMPTY, CAPACITY, 48, 0)
    assert "at 64" in session.run("zone-write 2 64 4 --yes")
    assert "done" not in session.run("zone-write 2 64 4 --yes")  # not at the write pointer
    assert "not the first of a zone" in session.run("zone 2 reset 33 --yes")
    assert session.end()[1] == PASSED
    content = drive.read_bytes()
    assert content[32 * 4096:35 * 4096] == blocks(3)
    assert content[35 * 4096:37 * 4096] == blocks(2)
    assert content[64 * 4096:68 * 4096] == blocks(4)


def test_random_write_area(image, tmp_path, shell):
    """Written twice, then committed."""
    qemu = machine.qemu_with("nvme-ns", "zoned.numzrwa")
    drive = tmp_path / "zoned.img"
    drive.write_bytes(bytes(8 * ZONE * 4096))
    options = ("logical_block_size=4096,physical_block_size=4096,zoned=on,zoned.zone_size=64K,zoned.zone_capacity=48K,"
               "zoned.numzrwa=2,zoned.zrwas=16K,zoned.zrwafg=4K")
    devices = [*backend(image, "d0"), *backend(drive, "d1"), "-device", "nvme,serial=TEST,id=n0",
               "-device", "nvme-ns,drive=d0,bus=n0,nsid=1", "-device", f"nvme-ns,drive=d1,bus=n0,nsid=2,{options}"]
    session = shell(devices, qemu=qemu)
    assert "zrwa 4 blocks, flushed by 1" in session.run("zones 2")
    assert "zone: done" in session.run("zone 2 open-zrwa 80 --yes")
    for _ in range(2):
        assert "zone-write: done" in session.run("zone-write 2 80 2 --yes")
    assert zones(session)[80] == (OPEN, CAPACITY, 80, 8)
    assert "zone: done" in session.run("zone 2 flush 81 --yes")
    assert zones(session)[80] == (OPEN, CAPACITY, 82, 8)
    assert session.end()[1] == PASSED
    assert drive.read_bytes()[80 * 4096:82 * 4096] == blocks(2)
