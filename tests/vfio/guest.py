# SPDX-License-Identifier: MIT
"""A Linux guest with an IOMMU, in which what make vfio builds runs on QEMU's drives. One boot runs one script."""

import os
import re
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
sys.path.append(str(TREE / "tests"))
import guests  # noqa: E402

GUEST = TREE / "build/guest-vfio"
TOOL = TREE / "build/vfio/lwnvme"
PLUGIN = TREE / "build/vfio/nbdkit-lwnvme-plugin.so"
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"

PROLOGUE = """
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp # busybox is in /bin
for module in $(cat /modules/load); do insmod /modules/$module.ko; done
step() {
    local name=$1
    shift
    echo "== $name =="
    "$@" </dev/null 2>&1
    echo "== status $name $? =="
}
"""


def missing():
    """Why there is no guest; None: there is one. It is made when it is not there."""
    return guests.missing("guest-vfio")


class Steps(dict):
    """What each step of the script printed, by name; status has the exit statuses, console all that came."""

    def __init__(self, console):
        super().__init__()
        self.console, self.status = console, {}
        for name, output, status in re.findall(r"^== (\S+) ==\n(.*?)^== status \1 (\d+) ==$", console, re.M | re.S):
            self[name] = output
            self.status[name] = int(status)

    def __missing__(self, name):
        raise AssertionError(f"the guest did not come to {name}:\n{self.console[-3000:]}")


def refused(ran, name):
    """The one line of a step that was refused."""
    assert ran.status[name] == 2, ran[name]
    assert ran[name].startswith("lwnvme: ") and ran[name].count("\n") == 1, ran[name]
    return ran[name][len("lwnvme: "):].strip()


def good(ran, *names):
    for name in names:
        assert ran[name] is not None and ran.status[name] == 0, (name, ran[name])


def run(tmp_path, script, devices, timeout, iommu=True, trace=None, append=""):
    """Boots, runs the script (shell functions and `step NAME COMMAND...`), and says what came of it."""
    (tmp_path / "script").write_text(PROLOGUE + script + "\necho '== end =='\n")
    archive = guests.loaded("make-initramfs").Archive()
    archive.file("script", tmp_path / "script")
    archive.file("bin/lwnvme", TOOL)
    if PLUGIN.exists():
        archive.file("plugin.so", PLUGIN)
    archive.write(tmp_path / "script.cpio")
    whole = tmp_path / "initrd.cpio"
    with open(whole, "wb") as output:
        output.write((GUEST / "rootfs.cpio").read_bytes() + (tmp_path / "script.cpio").read_bytes())
    line = [QEMU, "-M", "q35,kernel-irqchip=split", "-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", "768M", "-nodefaults",
            "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-kernel", str(GUEST / "vmlinuz"),
            "-initrd", str(whole), "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check " + ("intel_iommu=on " if iommu else "") + append]
    if iommu:
        line += ["-device", "intel-iommu,intremap=on"]
    if trace is not None:
        for events in ("pci_nvme_ub_*", "pci_nvme_err_*", "pci_nvme_mmio_start_success"):
            line += ["-trace", "enable=" + events]
        line += ["-D", str(trace)]
    try:
        done = subprocess.run(line + [str(word) for word in devices], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout)
        output = done.stdout
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"") + b"\n(no end in time)\n"
    whole.unlink()
    return Steps(output.decode(errors="replace").replace("\r", ""))
