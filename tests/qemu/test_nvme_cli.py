# SPDX-License-Identifier: MIT
"""What the shell's --json says, against what nvme-cli says of the same drive in a Linux guest.

The guest is made by `tools/setup guest` from Debian's packages. Where it cannot be made the tests are skipped, and say why.
Every field that nvme-cli prints must be there under the same name with the same value; what the shell prints beyond that is
its own affair.
"""

import json
import re
import subprocess

import pytest

import machine
from machine import MIB, TREE, guests, make_image

pytestmark = machine.only_x86_64
GUEST = TREE / "build/guest"
GUEST_TIMEOUT_S = 120

# Counters that go on with each command that a driver sends, and what depends on the time of day.
VOLATILE = {"data_units_read", "data_units_written", "host_read_commands", "host_write_commands", "controller_busy_time",
            "power_on_hours", "unsafe_shutdowns", "temperature"}

# name: the guest's command, the shell's command
LOOKS = {
    "id-ctrl": ("nvme id-ctrl /dev/nvme0 -o json", "id-ctrl --json"),
    "id-ns": ("nvme id-ns /dev/nvme0 -n 1 -o json", "id-ns 1 --json"),
    "list-ns": ("nvme list-ns /dev/nvme0 -o json", "list-ns --json"),
    "smart": ("nvme smart-log /dev/nvme0 -o json", "smart --json"),
    "fw-log": ("nvme fw-log /dev/nvme0 -o json", "fw-log --json"),
    "errors": ("nvme error-log /dev/nvme0 -e 1 -o json", "errors 1 --json"),
}

# Feature identifier: how the shell names it. One of each kind that QEMU has: plain, with a selector in dword 11, with data.
FEATURES = (0x01, 0x02, 0x04, 0x06, 0x07, 0x0b, 0x0e)


@pytest.fixture(scope="module")
def guest():
    why = guests.missing("guest", again=True)
    if why:
        pytest.skip(why)
    return GUEST


def run_guest(guest, tmp_path, drives, commands, qemu):
    """Runs commands in the guest; returns what each printed."""
    script = "".join(f"echo '== {name} =='; {command} 2>&1; echo\n" for name, command in commands.items())
    (tmp_path / "script").write_text(script + "echo '== end =='\n")
    archive = guests.loaded("make-initramfs").Archive()
    archive.file("script", tmp_path / "script")
    archive.write(tmp_path / "script.cpio")
    whole = tmp_path / "initrd.cpio"
    whole.write_bytes((guest / "rootfs.cpio").read_bytes() + (tmp_path / "script.cpio").read_bytes())
    line = [qemu, "-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "512M", "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-serial", "stdio", "-kernel", str(guest / "vmlinuz"), "-initrd", str(whole), "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable"]
    done = subprocess.run(line + [str(word) for word in drives], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=GUEST_TIMEOUT_S)
    output = done.stdout.replace("\r", "")
    parts = re.split(r"^== (\S+) ==\n", output, flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2]))
    assert "end" in found, f"the guest did not reach the end of its script:\n{output[-2000:]}"
    return found


def plain(value):
    """Numbers are numbers, also those that are printed as text; padding of device text does not count."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        text = value.strip()
        return int(text, 0) if re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)", text) else text
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


def differences(theirs, ours, where=""):
    """What nvme-cli says and the shell does not, as lines."""
    if isinstance(theirs, dict):
        if not isinstance(ours, dict):
            return [f"{where}: {theirs!r} against {ours!r}"]
        lines = []
        for key, value in theirs.items():
            if key in VOLATILE:
                continue
            if key not in ours:
                lines.append(f"{where}.{key}: missing, nvme-cli has {value!r}")
            else:
                lines += differences(value, ours[key], f"{where}.{key}")
        return lines
    if isinstance(theirs, list):
        if not isinstance(ours, list) or len(theirs) > len(ours):
            return [f"{where}: {theirs!r} against {ours!r}"]
        return [line for index, value in enumerate(theirs) for line in differences(value, ours[index], f"{where}[{index}]")]
    return [] if plain(theirs) == plain(ours) else [f"{where}: {theirs!r} against {ours!r}"]


def as_ours(name, theirs):
    """Where this nvme-cli prints a structure in a form of its own, the same in the names that the shell uses."""
    if name == "id-ctrl":
        for state in theirs["psds"]:
            flags = state.pop("flags")
            state["max_power_scale"], state["non-operational_state"] = flags & 1, flags >> 1 & 1
    if name == "fw-log":  # {"nvme0": {"Active Firmware Slot (afi)": 1, "Firmware Rev Slot 1": "2314... (1.0.....)"}}
        (log,) = theirs.values()
        return {key: re.search(r"\((.*)\)", value)[1].rstrip(".") if key.startswith("Firmware Rev") else value
                for key, value in log.items()}
    return theirs


def json_of(text):
    """The JSON value in what a command printed."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    assert start >= 0, f"no JSON in {text!r}"
    return json.JSONDecoder().raw_decode(text[start:])[0]


@pytest.fixture(scope="module")
def both(guest, tmp_path_factory):
    """What both say of a drive with the same settings."""
    tmp_path = tmp_path_factory.mktemp("nvme-cli")
    image = make_image(tmp_path / "disk.img", 8 * MIB)
    qemu = machine.QEMU
    drives = machine.drive(image, device="nvme,serial=COMPARE,mdts=5,max_ioqpairs=8")
    commands = {name: theirs for name, (theirs, _) in LOOKS.items()}
    commands |= {f"feature-{fid:02x}": f"nvme get-feature /dev/nvme0 -f {fid:#x}" for fid in FEATURES}
    theirs = run_guest(guest, tmp_path, drives, commands, qemu)
    shell = machine.Shell(machine.command(drives, f"shell seed={machine.SEED}", qemu=qemu))
    ours = {name: shell.run(command) for name, (_, command) in LOOKS.items()}
    ours |= {f"feature-{fid:02x}": shell.run(f"features {fid:#x} --json") for fid in FEATURES}
    shell.end()
    return theirs, ours


@pytest.mark.parametrize("name", LOOKS)
def test_json_as_nvme_cli(both, name):
    theirs, ours = both
    wrong = differences(as_ours(name, json_of(theirs[name])), json_of(ours[name]), name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("fid", FEATURES)
def test_feature_as_nvme_cli(both, fid):
    """nvme-cli prints the dword: "get-feature:0x07 (Number of Queues), Current value:0x003f003f"."""
    theirs, ours = both
    name = f"feature-{fid:02x}"
    value = re.search(r"value:\s*(0x[0-9a-f]+|\d+)", theirs[name])
    assert value, theirs[name]
    wanted = int(value[1], 16)
    if fid in (0x07,):  # how many queues were granted depends on what each driver asked for
        assert json_of(ours[name])["value"] != 0
        return
    if fid == 0x0b:     # which events a driver has enabled is its own affair
        assert "value" in json_of(ours[name])
        return
    assert json_of(ours[name])["value"] == wanted
