#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bench/run.py PROGRAM: runs bench/io_cost under callgrind, prints the table, writes build/bench/io_cost.json.
bench/run.py PROGRAM profile: instructions per read at queue depth 32, function by function.

bench/README.md tells what is counted and how.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

DEPTHS = (1, 32, 128)
LIMIT_S = 300


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


def main(program):
    cost = costs(counts(program))
    report = {"read_4k": {}}
    print("instructions per 4 KiB read, warm   submit  complete     total     floor     ratio")
    for depth in DEPTHS:
        key = f"qd{depth}"
        submit, complete = cost[f"library.{key}.submit"], cost[f"library.{key}.complete"]
        floor = cost[f"floor.{key}.submit"] + cost[f"floor.{key}.complete"]
        report["read_4k"][key] = {"submit": round(submit, 1), "complete": round(complete, 1),
                                  "total": round(submit + complete, 1), "floor": round(floor, 1)}
        name = f"queue depth {depth}" + (", batches" if depth > 1 else "")
        print(f"  {name:<32} {submit:8.1f}  {complete:8.1f}  {submit + complete:8.1f}  {floor:8.1f}  "
              f"{(submit + complete) / floor:8.2f}")
    report["empty_poll"] = {"idle": round(cost["poll.idle"], 1), "in_flight": round(cost["poll.in_flight"], 1)}
    report["blocking_read_4k"] = {"total": round(cost["blocking"], 1)}
    print(f"  poll that finds nothing: {cost['poll.idle']:.1f} with nothing in flight, "
          f"{cost['poll.in_flight']:.1f} with a command in flight")
    print(f"  blocking read, one empty poll included: {cost['blocking']:.1f}")
    path = os.path.join(os.path.dirname(program), "io_cost.json")
    with open(path, "w", encoding="utf-8") as output:
        json.dump(report, output, indent=2)
        output.write("\n")
    print(f"written to {path}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[2] == "profile":
        profile(sys.argv[1])
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.exit(__doc__)
