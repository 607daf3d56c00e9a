#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench/run.py PROGRAM: runs bench/io_cost under callgrind and by itself, prints the table, writes build/bench/io_cost.json
and the chart build/bench/io_cost.svg.
bench/run.py PROGRAM profile: instructions per read at queue depth 32, function by function.

bench/README.md tells what is counted and how, and where the figures of others come from.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

DEPTHS = (1, 32, 128)
FURTHER_PAGES = 31  # of a read of 128 KiB
LIMIT_S = 300

# What is at most allowed, and what is aimed at.
LIMITS = {
    "read_4k_batch_32": (130, 100),
    "read_4k_depth_1": (190, 150),
    "blocking_read_4k": (220, 160),
    "empty_poll": (36, 24),
    "further_page": (8, 5),
    "time_ratio": (2.0, None),
}
NAMES = {
    "read_4k_batch_32": "4 KiB read, batches of 32",
    "read_4k_depth_1": "4 KiB read, queue depth 1",
    "blocking_read_4k": "blocking 4 KiB read, completion there",
    "empty_poll": "poll that finds nothing, one in flight",
    "further_page": "each further page of a 128 KiB read",
    "time_ratio": "time, times the floor (worst of 1, 32, 128)",
}


def counts(program):
    """Runs the program; returns for each section instructions, operations, and how often counting was on."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(program)) as place:
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--quiet",
                   "--callgrind-out-file=" + os.path.join(place, "out"), program]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=LIMIT_S,
                              universal_newlines=True)
        if done.returncode != 0:
            sys.exit(f"bench: {program} ended with exit status {done.returncode}")
        announced = re.findall(r"^section (\S+) (\d+) (\d+)$", done.stdout, re.M)
        dumped = {}
        for path in glob.glob(os.path.join(place, "out.*")):
            with open(path, encoding="utf-8") as dump:
                text = dump.read()
            name = re.search(r"^desc: Trigger: Client Request: (\S+)", text, re.M)
            if name:
                dumped[name[1]] = int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])
    return {name: (dumped[name], int(operations), int(times)) for name, operations, times in announced}


def costs(sections):
    """Instructions per operation of each section, without what the switching adds."""
    total, _, times = sections["switching"]
    switching = total / times
    result = {name: (total - switching * times) / operations
              for name, (total, operations, times) in sections.items()}
    if abs(result["nops"] - 1) > 0.001:
        sys.exit(f"bench: 100 instructions were counted as {100 * result['nops']:.2f}: nothing here can be believed")
    return result


def ticks(program):
    """Ticks of the time stamp counter for 128 reads in batches of each depth: of the library and of the floor, in the trial
    whose ratio is the median of all."""
    done = subprocess.run([program, "time"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=LIMIT_S, universal_newlines=True)
    trials = {}
    for depth, library, floor in re.findall(r"^time (\d+) (\d+) (\d+)$", done.stdout, re.M):
        trials.setdefault(int(depth), []).append((int(library), int(floor)))
    if not trials or any(floor == 0 for rows in trials.values() for _, floor in rows):
        sys.exit("bench: this machine's time stamp counter is too coarse for a time")
    return {depth: sorted(rows, key=lambda row: row[0] / row[1])[len(rows) // 2] for depth, rows in trials.items()}


def function_counts(program, reads):
    """Instructions of a whole run by function."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(program)) as place:
        path = os.path.join(place, "out")
        subprocess.run(["valgrind", "--tool=callgrind", "--quiet", "--callgrind-out-file=" + path, program, str(reads)],
                       stdin=subprocess.DEVNULL, check=True, timeout=LIMIT_S)
        text = subprocess.run(["callgrind_annotate", "--auto=no", "--threshold=100", path], check=True,
                              stdout=subprocess.PIPE, universal_newlines=True).stdout
    rows = re.findall(r"^ *([\d,]+) +\(.*?\) +\S*?([^/\s]+:\S+)", text, re.M)
    return {name: int(count.replace(",", "")) for count, name in rows}


def profile(program):
    short, long = function_counts(program, 2048), function_counts(program, 2048 + 8192)
    per_read = {name: (count - short.get(name, 0)) / 8192 for name, count in long.items()}
    print("instructions per 4 KiB read, queue depth 32, by function (the bench's own included)")
    for name, cost in sorted(per_read.items(), key=lambda pair: -pair[1]):
        if cost >= 0.1:
            print(f"  {cost:8.1f}  {name}")


def read_costs(cost, kind):
    """Per depth: submission, completion, sum, and the floor of this run."""
    result = {}
    for depth in DEPTHS:
        submit, complete = cost[f"{kind}.qd{depth}.submit"], cost[f"{kind}.qd{depth}.complete"]
        floor = cost[f"floor.qd{depth}.submit"] + cost[f"floor.qd{depth}.complete"]
        result[f"qd{depth}"] = {"submit": round(submit, 1), "complete": round(complete, 1),
                                "total": round(submit + complete, 1), "floor": round(floor, 1)}
    return result


def further_page(cost, kind):
    large = cost[f"{kind}.large.qd32.submit"] + cost[f"{kind}.large.qd32.complete"]
    small = cost[f"{kind}.qd32.submit"] + cost[f"{kind}.qd32.complete"]
    return round((large - small) / FURTHER_PAGES, 2)


def report_of(cost, times):
    reads = read_costs(cost, "direct")
    measured = {
        "read_4k_batch_32": reads["qd32"]["total"],
        "read_4k_depth_1": reads["qd1"]["total"],
        "blocking_read_4k": round(cost["direct.blocking"], 1),
        "empty_poll": round(cost["poll.in_flight"], 1),
        "further_page": further_page(cost, "direct"),
        "time_ratio": round(max(library / floor for library, floor in times.values()), 2),
    }
    floors = {"read_4k_batch_32": reads["qd32"]["floor"], "read_4k_depth_1": reads["qd1"]["floor"]}
    table = {}
    for key, (most, aim) in LIMITS.items():
        table[key] = {"measured": measured[key], "at_most": most, "holds": measured[key] <= most}
        if aim is not None:
            table[key]["aim"] = aim
        if key in floors:
            table[key]["floor"] = floors[key]
    return {
        "table": table,
        "read_4k": reads,
        "read_4k_dma_map": read_costs(cost, "mapped"),
        "empty_poll": {"idle": round(cost["poll.idle"], 1), "in_flight": round(cost["poll.in_flight"], 1)},
        "blocking_read_4k": {"direct_map": round(cost["direct.blocking"], 1),
                             "dma_map": round(cost["mapped.blocking"], 1)},
        "further_page": {"direct_map": further_page(cost, "direct"), "dma_map": further_page(cost, "mapped")},
        "ticks": {f"qd{depth}": {"library": library, "floor": floor, "ratio": round(library / floor, 2)}
                  for depth, (library, floor) in times.items()},
    }


def show(report):
    print("instructions, warm                              submit  complete     total     floor     ratio")
    for label, key in (("direct map", "read_4k"), ("dma_map", "read_4k_dma_map")):
        for depth in DEPTHS:
            row = report[key][f"qd{depth}"]
            name = f"4 KiB read, {label}, " + (f"batches of {depth}" if depth > 1 else "depth 1")
            print(f"  {name:<44} {row['submit']:7.1f}  {row['complete']:8.1f}  {row['total']:8.1f}  {row['floor']:8.1f}  "
                  f"{row['total'] / row['floor']:8.2f}")
    for depth in DEPTHS:
        row = report["ticks"][f"qd{depth}"]
        print(f"  time of 128 reads in batches of {depth}: {row['library']} ticks, floor {row['floor']}, ratio {row['ratio']}")
    print("\nwhat is promised                                      measured   at most      aim")
    for key, row in report["table"].items():
        aim = row.get("aim", "")
        print(f"  {NAMES[key]:<50} {row['measured']:9}  {row['at_most']:8} {aim:8}  {'holds' if row['holds'] else 'DOES NOT HOLD'}")


def main(program):
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import chart  # pylint: disable=import-outside-toplevel
    report = report_of(costs(counts(program)), ticks(program))
    show(report)
    out = os.path.dirname(program)
    with open(os.path.join(out, "io_cost.json"), "w", encoding="utf-8") as output:
        json.dump(report, output, indent=2)
        output.write("\n")
    with open(os.path.join(out, "io_cost.svg"), "w", encoding="utf-8") as output:
        output.write(chart.svg(report))
    print(f"written to {out}/io_cost.json and {out}/io_cost.svg")
    # Time depends on what else the machine does; instructions do not.
    broken = [NAMES[key] for key, row in report["table"].items() if not row["holds"] and key != "time_ratio"]
    if broken:
        sys.exit("bench: more instructions than promised: " + ", ".join(broken))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[2] == "profile":
        profile(sys.argv[1])
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.exit(__doc__)
