# SPDX-License-Identifier: MIT
"""A machine made of files: as much of /sys, /proc and /dev as the lwnvme command looks at."""

import os
import subprocess
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
TOOL = TREE / "build/vfio/lwnvme"
TIMEOUT_S = 20


class Machine:
    def __init__(self, root):
        self.sys, self.proc, self.dev = root / "sys", root / "proc", root / "dev"
        for directory in (self.sys / "bus/pci/devices", self.sys / "bus/pci/drivers", self.sys / "class/block",
                          self.proc / "self", self.dev):
            directory.mkdir(parents=True)
        (self.sys / "bus/pci/drivers_probe").write_text("")
        self.mounts, self.swaps = ["22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"], ["Filename Type Size Used Priority"]
        self.tables()

    def tables(self):
        (self.proc / "self/mountinfo").write_text("".join(line + "\n" for line in self.mounts))
        (self.proc / "swaps").write_text("".join(line + "\n" for line in self.swaps))

    def mount(self, line):
        self.mounts.append(line)
        self.tables()

    def driver(self, name):
        """A driver that is loaded."""
        directory = self.sys / "bus/pci/drivers" / name
        directory.mkdir(exist_ok=True)
        (directory / "unbind").write_text("")
        return directory

    def vfio(self, *groups):
        """Its device nodes, which are plain files here."""
        (self.dev / "vfio").mkdir(exist_ok=True)
        for name in ("vfio",) + groups:
            (self.dev / "vfio" / str(name)).write_text("")

    def function(self, address, driver="nvme", group=7, kind=0x010802):
        """A PCI function; returns its directory."""
        directory = self.sys / "devices/pci0000:00" / address
        directory.mkdir(parents=True)
        for name, text in {"class": f"{kind:#08x}", "vendor": "0x1b36", "device": "0x0010", "driver_override": "(null)"}.items():
            (directory / name).write_text(text + "\n")
        (self.sys / "bus/pci/devices" / address).symlink_to(directory)
        if driver:
            (directory / "driver").symlink_to(self.driver(driver))
        if group is not None:
            members = self.sys / f"kernel/iommu_groups/{group}/devices"
            members.mkdir(parents=True, exist_ok=True)
            (directory / "iommu_group").symlink_to(members.parent)
            (members / address).symlink_to(directory)
        return directory

    def block(self, directory, name, number):
        """A block device below a directory; returns its own."""
        place = directory / name
        (place / "holders").mkdir(parents=True)
        (place / "dev").write_text(number + "\n")
        (self.sys / "class/block" / name).symlink_to(place)
        (self.dev / name).write_text("")
        return place

    def drive(self, address, number=0, **options):
        """An NVMe function that the kernel's driver has, with one namespace and two partitions."""
        directory = self.function(address, **options)
        controller = directory / f"nvme/nvme{number}"
        controller.mkdir(parents=True)
        for name, text in {"model": "A Drive  ", "serial": f"S{number}", "firmware_rev": "1.0"}.items():
            (controller / name).write_text(text + "\n")
        disk = self.block(controller, f"nvme{number}n1", f"259:{number * 8}")
        for part in (1, 2):
            place = self.block(disk, f"nvme{number}n1p{part}", f"259:{number * 8 + part}")
            (place / "partition").write_text(f"{part}\n")
        (controller / "dev").write_text(f"241:{number}\n")
        (disk / "wwid").write_text(f"eui.{number:016x}\n")
        (self.dev / f"nvme{number}").write_text("")
        return directory

    def subsystem(self, *controllers):
        """Controllers, by their directories, that are of one subsystem."""
        place = self.sys / "devices/virtual/nvme-subsystem/nvme-subsys0"
        place.mkdir(parents=True, exist_ok=True)
        (self.sys / "class/nvme-subsystem").mkdir(exist_ok=True)
        link = self.sys / "class/nvme-subsystem/nvme-subsys0"
        if not link.exists():
            link.symlink_to(place)
        for controller in controllers:
            (place / controller.name).symlink_to(controller)
        return place

    def opened(self, process, name, node):
        """A program that has a file open."""
        (self.proc / str(process) / "fd").mkdir(parents=True)
        (self.proc / str(process) / "comm").write_text(name + "\n")
        (self.proc / str(process) / "fd/0").symlink_to("socket:[4711]")
        (self.proc / str(process) / "fd/7").symlink_to(node)

    def target(self, what, node, enabled):
        """The kernel's NVMe target has a device; `what` is namespaces/1 or passthru."""
        place = self.sys / "kernel/config/nvmet/subsystems/nqn.2026-01.test:a" / what
        place.mkdir(parents=True)
        (place / "device_path").write_text(f"{node}\n")
        (place / "enable").write_text("1\n" if enabled else "0\n")

    def run(self, *words, program=TOOL, **options):
        environment = {"PATH": os.environ["PATH"], "LWNVME_SYSFS": str(self.sys), "LWNVME_PROCFS": str(self.proc),
                       "LWNVME_DEVFS": str(self.dev)}
        return subprocess.run([str(program), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment,
                              timeout=TIMEOUT_S, **options)

    def refuses(self, *words, **options):
        """Runs what must be refused: status 2, nothing on standard output, one line on the other. Returns that."""
        done = self.run(*words, **options)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""
        assert done.stderr.startswith("lwnvme: ") and done.stderr.count("\n") == 1, done.stderr
        return done.stderr[len("lwnvme: "):].rstrip("\n")
