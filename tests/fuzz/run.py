#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs fuzz targets with libFuzzer and says how they did; keeps their corpora.

    tests/fuzz/run.py [--seconds N] [--jobs N] TARGET...    fuzzes; build/reliability/fuzz.json
    tests/fuzz/run.py --minimise TARGET...                  build/fuzz/corpus/TARGET into tests/fuzz/corpus/TARGET.hex

A target begins with its corpus, tests/fuzz/corpus/TARGET.hex, a line for each input; what is found goes to
build/fuzz/corpus/TARGET, and inputs that crash, hang or leak to build/fuzz/artifacts. The exit status is 0 only if there
are none. Executions per second are those of processor time, so that what else the machine does hardly counts.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

KINDS = {"crash": "crashes", "timeout": "hangs", "slow-unit": None, "leak": "leaks", "oom": "hangs"}
LENGTH_MAX = {"completion": 128, "calls": 128, "describe": 1024, "partition": 1024}
LENGTH_DEFAULT = 256
# Of a minimised corpus; the shortest inputs stay. What takes long is kept shorter: make test replays all in seconds.
CORPUS_BYTES_MAX = {"calls": 4096, "describe": 4096, "partition": 12 * 1024}
CORPUS_BYTES_DEFAULT = 24 * 1024
TIMEOUT_S = 10
ARTIFACTS = "build/fuzz/artifacts"
# What the harness frees is not kept for long, or most time would go into fresh memory.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1:detect_leaks=1", UBSAN_OPTIONS="print_stacktrace=1")


def corpus_file(target):
    return f"tests/fuzz/corpus/{target}.hex"


def corpus_directory(target):
    return f"build/fuzz/corpus/{target}"


def read_corpus(target):
    """Returns comments at the head, inputs with a comment (with it), and the other inputs."""
    head, told, plain, comment = [], [], [], []
    if not os.path.exists(corpus_file(target)):
        return head, told, plain
    for line in open(corpus_file(target), encoding="ascii"):
        line = line.rstrip("\n")
        if line.startswith("#"):
            comment.append(line)
        elif not line:
            head, comment = head + comment, []
        elif comment:
            told.append((comment, bytes.fromhex(line)))
            comment = []
        else:
            plain.append(bytes.fromhex(line))
    return head, told, plain


def unpack(target):
    os.makedirs(corpus_directory(target), exist_ok=True)
    _, told, plain = read_corpus(target)
    for data in [data for _, data in told] + plain:
        with open(os.path.join(corpus_directory(target), hashlib.sha1(data).hexdigest()), "wb") as file:
            file.write(data)


def options(target):
    return [f"-max_len={LENGTH_MAX.get(target, LENGTH_DEFAULT)}", f"-timeout={TIMEOUT_S}", "-rss_limit_mb=1024", "-len_control=10",
            f"-artifact_prefix={ARTIFACTS}/{target}-", "-print_final_stats=1"]


def artifacts(target):
    return {name for name in os.listdir(ARTIFACTS) if name.startswith(target + "-")}


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run_jobs(target, seconds, jobs):
    """Runs so many processes on one corpus. Returns their outputs, exit statuses and processor seconds."""
    running = []
    for job in range(jobs):
        log = open(f"build/fuzz/{target}-{job}.log", "w+", encoding="ascii", errors="replace")
        # The plain schedule: the entropic one takes longer than a life of the controller.
        command = [f"build/fuzz/fuzz_{target}", *options(target), "-entropic=0", "-reload=10",
                   f"-max_total_time={seconds}", corpus_directory(target)]
        running.append((subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=ENVIRONMENT), log))
    ends = []
    for process, log in running:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        ends.append((log.read(), process.returncode, usage.ru_utime + usage.ru_stime))
        log.close()
    return ends


def fuzz(target, seconds, jobs):
    unpack(target)
    before = artifacts(target)
    start = time.monotonic()
    ends = run_jobs(target, seconds, jobs)
    new = artifacts(target) - before
    result = {"seconds": round(time.monotonic() - start), "jobs": jobs}
    result["executions"] = sum(last_number(r"stat::number_of_executed_units: (\d+)", text) for text, _, _ in ends)
    cpu = sum(seconds for _, _, seconds in ends)
    result["executions_per_second_a_core"] = round(result["executions"] / cpu) if cpu else 0
    result["coverage_edges"] = max(last_number(r"cov: (\d+)", text) for text, _, _ in ends)
    result["coverage_features"] = max(last_number(r"ft: (\d+)", text) for text, _, _ in ends)
    result["corpus_inputs"] = max(last_number(r"corp: (\d+)/", text) for text, _, _ in ends)
    result.update(crashes=0, hangs=0, leaks=0)
    for name in new:
        kind = KINDS.get(name[len(target) + 1:].rsplit("-", 1)[0], "crashes")
        if kind:
            result[kind] += 1
    result["failed"] = any(status != 0 for _, status, _ in ends)
    bad = result["crashes"] + result["hangs"] + result["leaks"]
    print(f"{'ok  ' if not result['failed'] and not bad else 'FAIL'} fuzz/{target:<12} {result['executions']:>12} executions, "
          f"{result['executions_per_second_a_core']:>6}/s a core, {result['coverage_features']:>6} features, "
          f"corpus {result['corpus_inputs']:>5}, {bad} crashes, hangs and leaks", flush=True)
    for name in sorted(new):
        print(f"     | {ARTIFACTS}/{name}")
    if result["failed"] and not new:
        print("\n".join("     | " + line for line in ends[0][0].splitlines()[-20:]))
    return result


def minimise(target):
    """The fewest inputs that do what all of them do, the shortest first."""
    unpack(target)
    small = corpus_directory(target) + ".small"
    shutil.rmtree(small, ignore_errors=True)
    os.makedirs(small)
    subprocess.run([f"build/fuzz/fuzz_{target}", *options(target), "-merge=1", small, corpus_directory(target)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    head, told, _ = read_corpus(target)
    known = {data for _, data in told}
    found = [open(os.path.join(small, name), "rb").read() for name in os.listdir(small)]
    kept, total = [], 0
    for data in sorted(set(found) - known, key=lambda data: (len(data), data)):
        total += len(data)
        if data and total <= CORPUS_BYTES_MAX.get(target, CORPUS_BYTES_DEFAULT):
            kept.append(data)
    head = head or ["# SPDX-License-Identifier: MIT", f"# Inputs of fuzz_{target}: see ../README.md."]
    with open(corpus_file(target), "w", encoding="ascii") as file:
        file.write("\n".join(head) + "\n\n")
        for comment, data in told:
            file.write("\n".join(comment) + "\n" + data.hex() + "\n")
        file.write("".join(data.hex() + "\n" for data in kept))
    print(f"{corpus_file(target)}: {len(told) + len(kept)} of {len(set(found) | known)} inputs")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minimise", action="store_true")
    parser.add_argument("targets", nargs="+")
    arguments = parser.parse_args()
    os.makedirs(ARTIFACTS, exist_ok=True)
    os.makedirs("build/reliability", exist_ok=True)
    os.makedirs("tests/fuzz/corpus", exist_ok=True)
    if arguments.minimise:
        for target in arguments.targets:
            minimise(target)
        return 0
    path = "build/reliability/fuzz.json"
    results = json.load(open(path, encoding="ascii")) if os.path.exists(path) else {}
    for target in arguments.targets:
        results[target] = fuzz(target, arguments.seconds, arguments.jobs)
        with open(path, "w", encoding="ascii") as file:
            json.dump(results, file, indent=4, sort_keys=True)
            file.write("\n")
    return 1 if any(results[target][bad] for target in arguments.targets for bad in ("failed", "crashes", "hangs", "leaks")) else 0


if __name__ == "__main__":
    sys.exit(main())
