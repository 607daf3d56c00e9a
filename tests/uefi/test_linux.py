# SPDX-License-Identifier: MIT
"""Debian's kernel boots from a drive that firmware and GRUB use through the option ROM, and then uses the drive itself."""

import re
import subprocess

import pytest

from firmware import DRIVER_DEBUG, TREE, drive, guests, make_esp, make_rom, sha256, type_file

GUEST = TREE / "build/guest-uefi"
LINUX_MEMORY = "512M"

GRUB = """
set timeout=0
echo "grub: starting"
search --no-floppy --file --set=root /vmlinuz
linux /vmlinuz console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable
initrd /rootfs.cpio
boot
"""

SCRIPT = """
for module in $(cat /modules/load); do insmod /modules/$module.ko; done
echo "disk $(sha256sum </dev/nvme0n1 | cut -c 1-64)"
mkdir -p /mnt
mount -t vfat -o ro /dev/nvme0n1p1 /mnt && echo "kernel $(sha256sum </mnt/vmlinuz | cut -c 1-64)"
umount /mnt
mount -t vfat /dev/nvme0n1p1 /mnt && echo "from Linux" >/mnt/written.txt && sync && umount /mnt && echo "written"
[ -d /sys/firmware/efi ] && echo "efi yes"
dmesg | grep -iE 'nvme.*(timeout|reset|abort|I/O error)' | sed 's/^/complaint /'
"""


@pytest.fixture(scope="module")
def guest():
    """A kernel and an initial file system, fetched when they are not there."""
    why = guests.missing("guest-uefi")
    if why:
        pytest.skip(why)
    return GUEST


def make_grub(tmp_path):
    """GRUB as one file that finds the kernel by itself."""
    config = tmp_path / "grub.cfg"
    config.write_text(GRUB)
    grub = tmp_path / "grub.efi"
    subprocess.run(["grub-mkstandalone", "-O", "x86_64-efi", "-o", grub, "--install-modules",
                    "part_gpt fat normal linux echo search search_fs_file test boot",
                    "--modules", "part_gpt fat normal linux echo search search_fs_file test boot", "--locales=", "--themes=",
                    "--fonts=", f"boot/grub/grub.cfg={config}"], check=True, capture_output=True, timeout=120)
    return grub


def test_debian_through_the_option_rom(boot, tmp_path, guest):
    """Firmware, GRUB, the kernel and its initial file system come through this driver; leaving boot services it leaves
    the controller off, and Linux's driver takes it from there: reads all of it, mounts it, writes a file."""
    script = tmp_path / "script"
    script.write_text(SCRIPT)
    archive = guests.loaded("make-initramfs").Archive()
    archive.file("script", script)
    archive.write(tmp_path / "script.cpio")
    initrd = tmp_path / "rootfs.cpio"
    initrd.write_bytes((guest / "rootfs.cpio").read_bytes() + (tmp_path / "script.cpio").read_bytes())
    kernel = guest / "vmlinuz"
    disk = make_esp(tmp_path / "boot.img", {"EFI/BOOT/BOOTX64.EFI": make_grub(tmp_path), "vmlinuz": kernel,
                                            "rootfs.cpio": initrd}, mib=96)
    digest = sha256(disk)
    rom = make_rom(tmp_path / "lwnvme.rom", DRIVER_DEBUG)
    console = tmp_path / "debug"
    machine = boot(drive(disk, options=f"romfile={rom},bootindex=0"), memory=LINUX_MEMORY,
                   more=["-debugcon", f"file:{console}", "-global", "isa-debugcon.iobase=0x402"])
    machine.wait("grub: starting")
    text = machine.end()
    assert f"disk {digest}" in text
    assert f"kernel {sha256(kernel)}" in text
    assert "\nwritten\n" in text and "efi yes" in text
    assert "complaint" not in text
    said = re.search(r"lwnvme-driver: leaving boot services after (\d+) reads of (\d+) bytes, (\d+) writes; shut down\n",
                     console.read_text(errors="replace"))
    assert int(said[2]) > kernel.stat().st_size + initrd.stat().st_size
    assert int(said[3]) == 0
    # Ours, then Linux's queues; between them an orderly shutdown and a controller that is off.
    order = machine.order()
    assert order[:5] == ["mmio_start_success", "create_sq", "mmio_shutdown_set", "mmio_stopped", "mmio_start_success"]
    assert "create_sq" in order[5:]
    assert machine.events("pci_nvme_ub_") == []
    assert type_file(disk, "written.txt") == "from Linux\n"
