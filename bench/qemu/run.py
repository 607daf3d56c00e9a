#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench/qemu/run.py: 4 KiB random reads from QEMU's NVMe drive, by lwnvme on bare metal and by Linux, counted.

Environment: QEMU (default qemu-system-x86_64); LINUX=0 leaves Linux out, and so does SETUP=: where build/guest-fio is not
there.
Prints a table, writes build/bench/qemu.json. Exit status 1 when a limit is not kept. bench/README.md tells what is
counted and how.
"""
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BUILD = TREE / "build/bench/qemu"
GUEST = TREE / "build/guest-fio"
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"

DEPTHS = (1, 32, 128)
MODES = ("polled", "interrupt")
READS = 20000          # of lwnvme, a section
READS_TIMED = 60000    # without counting
LINUX_READS = (10000, 30000)  # what is counted is the difference
PASSED = 33            # QEMU's exit status when the kernel is content
BOOTS = 8              # of Linux, at most, until each section has come to its end
STALL_S = 25           # a machine that prints nothing for so long is taken for hung, ...
BOOT_S = 300           # ... Linux when it is started first, and ...
BOOTS_STALL = 3        # ... later for so many times what that took, if it is more

MACHINE = ["-M", "q35", "-accel", "tcg", "-cpu", "max", "-smp", "1", "-nodefaults", "-no-user-config", "-no-reboot",
           "-display", "none", "-serial", "stdio"]
BLOCKS = "driver=null-co,node-name=d0,size=8589934592,read-zeroes=on"
DRIVE = ["-blockdev", BLOCKS, "-device", "nvme,drive=d0,serial=BENCH"]
SLOW_DRIVE = ["-blockdev", BLOCKS + ",latency-ns=50000000"] + DRIVE[2:]  # of the host's time
LINUX_WORDS = ("console=ttyS0 quiet panic=-1 nokaslr nvme.poll_queues=1 mitigations=off tsc=reliable clocksource=tsc")

# At most, in interrupt mode at depth 32: instructions of the library, and of the whole guest.
LIMITS = {"library": 130, "guest": 300}


def symbols(path):
    text = subprocess.run(["nm", str(path)], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    return {name: int(address, 16) for address, _, name in re.findall(r"^([0-9a-f]+) (\S) (\S+)$", text, re.M)}


def plugin(begin, end, mark, out, single=0):
    return ["-plugin", f"{BUILD}/count.so,begin={begin:#x},end={end:#x},mark={mark:#x},out={out},single={single}"]


def run(line, stall_s):
    """Exit status (None: it said nothing for so long, and was ended), and what it printed."""
    output = b""
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors) as machine:
            while True:
                ready, _, _ = select.select([machine.stdout], [], [], stall_s)
                part = os.read(machine.stdout.fileno(), 65536) if ready else b""
                output += part
                if not part:
                    break
            if not ready:
                machine.kill()
        errors.seek(0)
        said = (output + errors.read()).decode(errors="replace").replace("\r", "")
    return machine.returncode if ready else None, said


def differences(path):
    """From each mark to the next: instructions, those in the range, register writes of the range."""
    rows = [[int(word) for word in line.split()] for line in path.read_text().splitlines()]
    return [[now - before for now, before in zip(after, row)] for row, after in zip(rows, rows[1:])]


def sections(output):
    return [dict(re.findall(r"(\w+)=(\S+)", line)) for line in re.findall(r"^section (.*)$", output, re.M)]


def kernel(words, extra, drive=None):
    line = [QEMU] + MACHINE + ["-m", "256M", "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel",
                               str(BUILD / "kernel.elf"), "-append", words] + (drive or DRIVE) + extra
    status, output = run(line, BOOT_S)
    if status != PASSED:
        sys.exit(f"bench-qemu: the kernel ended with {status}:\n{output}")
    return sections(output)


def counted_kernel(words, drive=None):
    """The kernel's sections, and the plugin's sums of each: instructions of the guest and of the library, stores to registers."""
    where = symbols(BUILD / "kernel.elf")
    counts = BUILD / "kernel.counts"
    counted = kernel(words, ["-icount", "shift=0,sleep=off"] + plugin(
        where["library_begin"], where["library_end"], where["bench_mark"], counts, 1), drive)
    return counted, differences(counts)[::2]


def empty_poll(words):
    """Instructions of a poll that finds nothing while a command is in flight: of the guest, of the library."""
    rows = {}
    for section, row in zip(*counted_kernel("empty=1" + words, SLOW_DRIVE)):
        if section["reads"] == section["empty"]:
            rows.setdefault(int(section["reads"]), []).append(row)
    if len(rows) != 2:
        sys.exit("bench-qemu: a drive that takes 50 ms answers before it can be polled in vain: this machine has too much to do")
    (few, fewer), (many, more) = sorted(rows.items())
    means = [[sum(row[which] for row in some) / len(some) for which in (0, 1)] for some in (fewer, more)]
    return [(high - low) / (many - few) for low, high in zip(*means)]


def ours(shadow):
    """Of lwnvme: {mode: {depth: figures}}; None: there are no shadow doorbells."""
    words = " shadow=1" if shadow else ""
    counted, sums = counted_kernel(f"reads={READS}{words}")
    if shadow and any(section["shadow"] == "0" for section in counted):
        return None
    empty_guest, empty_library = empty_poll(words)
    timed = kernel(f"reads={READS_TIMED}{words}", [])
    result = {mode: {} for mode in MODES}
    for section, clock, (guest, library, stores) in zip(counted, timed, sums):
        # The guest's own clock counts instructions, too: two ways to the same figure.
        if abs(guest - int(section["ticks"])) > 0.01 * guest:
            sys.exit(f"bench-qemu: {guest} instructions by the plugin, {section['ticks']} by the clock: nothing here can be believed")
        empty = int(section["empty"]) / READS
        result[section["mode"]][section["depth"]] = {
            "driver": round(library / READS, 1), "guest": round(guest / READS, 1),
            "driver_work": round(library / READS - empty * empty_library, 1),
            "guest_work": round(guest / READS - empty * empty_guest, 1),
            "empty_polls": round(empty, 2), "register_writes": round(stores / READS, 4),
            "interrupts": round(int(section["interrupts"]) / READS, 4),
            "iops": round(READS_TIMED * 1e6 / max(1, int(clock["us"])))}
    return result, {"driver": round(empty_library, 1), "guest": round(empty_guest, 1)}


def fio(mode, depth, what):
    return (f"fio --name=x --filename=/dev/nvme0n1 --rw=randread --bs=4k --direct=1 --ioengine=io_uring --thread "
            f"--hipri={int(mode == 'polled')} --fixedbufs=1 --registerfiles=1 --iodepth={depth} --norandommap "
            f"--gtod_reduce=1 --minimal --terse-version=3 {what}")


def guest(script, extra, stall_s):
    """Runs a script in the Linux guest; what it printed. It need not have come to its end."""
    loader = SourceFileLoader("make_initramfs", str(TREE / "tools/make-initramfs"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    archive = module.Archive()
    (BUILD / "script").write_text(script)
    archive.file("script", BUILD / "script")
    archive.file("mark", BUILD / "mark")
    archive.write(BUILD / "script.cpio")
    whole = BUILD / "initrd.cpio"
    whole.write_bytes((GUEST / "rootfs.cpio").read_bytes() + (BUILD / "script.cpio").read_bytes())
    line = [QEMU] + MACHINE + ["-m", "1G", "-kernel", str(GUEST / "vmlinuz"), "-initrd", str(whole), "-append", LINUX_WORDS]
    _, output = run(line + DRIVE + extra, stall_s)
    whole.unlink()
    return output


def in_guests(pairs, one):
    """{pair: figure} by as many boots as it takes: with the shadow doorbells of QEMU 7.2 fio waits for ever now and then, for a
    read that the drive has not seen. `one` takes the pairs still to do and returns the figures of those that it got."""
    found = {}
    for _ in range(BOOTS):
        left = [pair for pair in pairs if pair not in found]
        if not left:
            return found
        found.update(one(left))
    missing = [pair for pair in pairs if pair not in found]
    if missing:
        sys.exit(f"bench-qemu: the Linux guest does not come to an end with {missing}")
    return found


# Each symbol of the driver with the address of the one behind it.
SYMBOLS = r"""awk '$2 ~ /[tT]/ && NF == 3 { if (was) print "symbol", was, $1, name; was = ""; if ($3 ~ /nvme/) { was = $1; name = $3 } }' /proc/kallsyms
"""


def driver_range(output):
    """The stretch of the kernel's text in which the driver's functions lie: gaps of up to a page are its own
    functions with other names."""
    found = sorted((int(begin, 16), int(end, 16)) for begin, end in re.findall(r"^symbol (\w+) (\w+) \S+$", output, re.M))
    stretches = []
    for begin, end in found:
        if stretches and begin - stretches[-1][1] <= 4096:
            stretches[-1][1] = max(end, stretches[-1][1])
        else:
            stretches.append([begin, end])
    if not stretches:
        sys.exit("bench-qemu: this Linux has no NVMe driver")
    return max(stretches, key=lambda stretch: stretch[1] - stretch[0])


def linux():
    """Of Linux: {mode: {depth: figures}}, and its release."""
    pairs = [(mode, depth) for depth in DEPTHS for mode in MODES]
    begun = time.monotonic()
    about = guest("uname -r | sed 's/^/release /'\n" + SYMBOLS, [], BOOT_S)
    stall_s = max(STALL_S, BOOTS_STALL * (time.monotonic() - begun))
    release = re.search(r"^release (\S+)$", about, re.M)
    if release is None:
        sys.exit(f"bench-qemu: the Linux guest does not come up:\n{about}")
    begin, end = driver_range(about)
    counts = BUILD / "linux.counts"
    mark = symbols(BUILD / "mark")["_start"]

    def timed(left):
        output = guest("".join(
            f"echo 'iops {mode} {depth}'; {fio(mode, depth, '--time_based --ramp_time=1 --runtime=2')} 2>&1 | cut -d';' -f8\n"
            for mode, depth in left), [], stall_s)
        return {(mode, int(depth)): float(value) for mode, depth, value in
                re.findall(r"^iops (\w+) (\d+)\n([\d.]+)$", output, re.M)}

    def counted(left):
        guest("/mark\n" + "".join(f"{fio(mode, depth, f'--number_ios={reads}')} >/dev/null 2>&1; /mark; echo\n"
                                   for mode, depth in left for reads in LINUX_READS), plugin(begin, end, mark, counts), stall_s)
        sums = differences(counts)
        return dict(zip(left, zip(sums[::2], sums[1::2])))

    iops = in_guests(pairs, timed)
    sums = in_guests(pairs, counted)
    result = {mode: {} for mode in MODES}
    for mode, depth in pairs:
        driver, all_, stores = [(sums[mode, depth][1][which] - sums[mode, depth][0][which]) / (LINUX_READS[1] - LINUX_READS[0])
                                for which in (1, 0, 2)]
        result[mode][str(depth)] = {"driver": round(driver, 1), "guest": round(all_, 1), "register_writes": round(stores, 4),
                                    "iops": round(iops[mode, depth])}
    return result, release[1]


def have_linux():
    if os.environ.get("LINUX") == "0":
        return False
    if (GUEST / "rootfs.cpio").exists():
        return True
    if os.environ.get("SETUP") == ":":
        return False
    done = subprocess.run([TREE / "tools/setup", "guest-fio"], cwd=TREE)
    return done.returncode == 0


def table(report):
    print("4 KiB random reads, per read:                    instructions   without empty polls   register")
    print("                                                driver    guest    driver    guest     writes     IOPS")
    for name, modes in report["figures"].items():
        for mode in MODES:
            for depth in map(str, DEPTHS):
                row = modes[mode][depth]
                work = (f"{row['driver_work']:9.1f}{row['guest_work']:9.1f}" if "driver_work" in row else f"{'':18}")
                print(f"  {name:<25}{mode:<10}depth {depth:>3}{row['driver']:9.1f}{row['guest']:9.1f} {work} "
                      f"{row['register_writes']:9.3f} {row['iops']:9d}")


def ratios(report):
    """Linux over lwnvme, by mode and depth, for what is in both."""
    figures = report["figures"]
    report["ratio"] = {}
    for name in figures:
        if name == "linux" or "linux" not in figures:
            continue
        report["ratio"][name] = {
            mode: {depth: {what: round(figures["linux"][mode][depth][what] / figures[name][mode][depth][what], 2)
                           for what in ("driver", "guest")} for depth in map(str, DEPTHS)} for mode in MODES}
    for name, modes in report["ratio"].items():
        for mode in MODES:
            text = ", ".join(f"{depth}: {row['driver']:.1f} and {row['guest']:.1f}" for depth, row in modes[mode].items())
            print(f"  Linux / {name}, {mode}, driver and guest: depth {text}")


def judge(report):
    wrong = []
    for name, modes in report["figures"].items():
        row = modes["interrupt"]["32"]
        if name != "linux":
            wrong += [f"{name}: {row[key]} instructions of the {what} at depth 32, at most {LIMITS[what]} are allowed"
                      for key, what in (("driver", "library"), ("guest", "guest")) if row[key] > LIMITS[what]]
    # How long somebody polls in vain is the host's doing: what is judged is what interrupts.
    wrong += [f"{name}, by interrupt, depth {depth}: not ahead of Linux" for name, modes in report["ratio"].items()
              for depth, row in modes["interrupt"].items() if min(row.values()) <= 1]
    for line in wrong:
        print(f"bench-qemu: {line}")
    return not wrong


def main():
    version = subprocess.run([QEMU, "--version"], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    report = {"qemu": re.search(r"version (\S+)", version)[1], "reads": READS, "figures": {}}
    report["figures"]["lwnvme"], report["empty_poll"] = ours(False)
    shadow = ours(True)
    if shadow is not None:
        report["figures"]["lwnvme, shadow doorbells"] = shadow[0]
    if have_linux():
        report["figures"]["linux"], report["linux_release"] = linux()
    print(f"QEMU {report['qemu']}, Linux {report.get('linux_release', 'left out')}")
    table(report)
    print(f"  a poll of lwnvme's that finds nothing: {report['empty_poll']['driver']} instructions in the driver, "
          f"{report['empty_poll']['guest']} with the loop around it")
    ratios(report)
    path = TREE / "build/bench/qemu.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {path.relative_to(TREE)}")
    return 0 if judge(report) else 1


if __name__ == "__main__":
    sys.exit(main())
