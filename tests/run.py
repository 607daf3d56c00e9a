#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs test programs and prints one line for each, the output of those that fail, and the totals.

    tests/run.py [--wrap COMMAND] [--group NAME PROGRAM...]... [--checks NAME=COMMAND...] [--pytest DIRECTORY...]

A program is a cmocka one: its own totals count. A program that dies, hangs or says nothing counts as one failure.
A check is a command: it passes with exit status 0, and its last line is shown. The last line printed is
"N passed, N failed, N skipped"; the exit status is 0 only if nothing failed and something ran.

Programs and checks run side by side, as many as there are processors (JOBS in the environment: another number); what is
printed stands in the order of the arguments. What pytest runs has clocks in it and runs alone, after what stands before it,
its files side by side where pytest-xdist is installed.
"""
import concurrent.futures
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import time
import xml.etree.ElementTree

PROGRAM_LIMIT_S = int(os.environ.get("LIMIT_S") or 300)
WRAPPED_LIMIT_S = 900  # of an emulated program
PYTEST_LIMIT_S = 1500
OUTPUT_LINES = 200  # shown of what fails
totals = {"passed": 0, "failed": 0, "skipped": 0}


def count(passed, failed, skipped):
    totals["passed"] += passed
    totals["failed"] += failed
    totals["skipped"] += skipped


def line(good, name, words, seconds):
    print(f"{'ok  ' if good else 'FAIL'} {name:<52} {words:<34} {seconds:6.1f} s", flush=True)


def words_of(passed, failed, skipped):
    parts = [f"{passed} passed"]
    if failed:
        parts.append(f"{failed} failed")
    if skipped:
        parts.append(f"{skipped} skipped")
    return ", ".join(parts)


def run(command, limit_s, **options):
    """Returns exit status, output and seconds; status None after limit_s."""
    start = time.monotonic()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=limit_s, **options)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as expired:
        status, output = None, expired.stdout or b""
    except OSError as error:
        status, output = 127, str(error).encode()
    return status, output.decode(errors="replace"), time.monotonic() - start


def cmocka_totals(output):
    """Sums the closing lines of each group of tests in a program."""
    sums = []
    for word in ("PASSED", "FAILED", "SKIPPED"):
        sums.append(sum(int(n) for n in re.findall(r"\[ +%s +\] (\d+) test" % word, output)))
    return sums


def jobs():
    """How many programs run at once."""
    return int(os.environ.get("JOBS") or len(os.sched_getaffinity(0)))


def run_program(wrap, group, program):
    """Runs a program; returns what tells of it."""
    name = group + "/" + re.sub(r".*?tests/(unit/|sim/|examples/|qtest/|layout/|fuzz/)?", "", program)
    limit_s = WRAPPED_LIMIT_S if wrap else PROGRAM_LIMIT_S
    environment = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
                       ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1")
    status, output, seconds = run(wrap + [program], limit_s, env=environment)
    passed, failed, skipped = cmocka_totals(output)
    reason = ""
    if status is None:
        reason = f"no end after {limit_s} s"
    elif status < 0:
        reason = f"killed by signal {-status}"
    elif status != 0 and not failed:
        reason = f"exit status {status}"
    elif status == 0 and passed + skipped == 0:
        reason = "no tests ran"
    if reason and not failed:
        failed = 1

    def tell():
        count(passed, failed, skipped)
        line(not failed, name, words_of(passed, failed, skipped) + (f" ({reason})" if reason else ""), seconds)
        if failed:
            # A test that fails does not tidy up: what is not freed then is no news.
            failed_itself = cmocka_totals(output)[1]
            show(re.split(r"^=+\n==\d+==ERROR: LeakSanitizer", output, 1, re.M)[0] if failed_itself else output)
    return tell


def show(output):
    print("".join("     | " + text + "\n" for text in output.splitlines()[-OUTPUT_LINES:]), end="", flush=True)


def run_check(text):
    """Runs a check; returns what tells of it."""
    name, command = text.split("=", 1)
    status, output, seconds = run(shlex.split(command), PROGRAM_LIMIT_S)
    skipped = status == 77
    last = (output.strip().splitlines() or [""])[-1]

    def tell():
        count(int(status == 0), int(status not in (0, 77)), int(skipped))
        line(status in (0, 77), "checks/" + name, ("skipped: " if skipped else "") + last[:80], seconds)
        if status not in (0, 77):
            show(output)
    return tell


def pytest_cases(report):
    """Yields name, outcome, message and seconds of each case of a JUnit report."""
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        outcome, message = "passed", ""
        for tag in ("failure", "error", "skipped"):
            found = case.find(tag)
            if found is not None:
                outcome = "skipped" if tag == "skipped" else "failed"
                message = (found.get("message") or "") if outcome == "skipped" else (found.text or "")
        yield case.get("name"), outcome, message, float(case.get("time") or 0)


def run_pytest(directory):
    report = os.path.join("build", "pytest-" + directory.replace("/", "-") + ".xml")
    os.makedirs("build", exist_ok=True)
    if os.path.exists(report):
        os.remove(report)
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=" + report, directory]
    if jobs() > 1 and importlib.util.find_spec("xdist"):
        command += ["-n", str(jobs()), "--dist", "loadfile"]
    status, output, seconds = run(command, PYTEST_LIMIT_S)
    if not os.path.exists(report):
        count(0, 1, 0)
        line(False, directory, "no report" if status is not None else "no end in time", seconds)
        show(output)
        return
    cases = 0
    for name, outcome, message, took in pytest_cases(report):
        cases += 1
        count(int(outcome == "passed"), int(outcome == "failed"), int(outcome == "skipped"))
        line(outcome != "failed", f"{directory}/{name}".replace("tests/", "", 1),
             outcome + (f": {message}" if outcome == "skipped" else ""), took)
        if outcome == "failed":
            show(message)
    if cases == 0:
        count(0, 1, 0)
        line(False, directory, "no tests ran", seconds)


def main(arguments):
    wrap, group, mode = [], "", None
    pool = concurrent.futures.ThreadPoolExecutor(jobs())
    running = []

    def tell_all():
        for each in running:
            each.result()()
        running.clear()

    while arguments:
        argument = arguments.pop(0)
        if argument == "--wrap":
            wrap = shlex.split(arguments.pop(0))
        elif argument == "--group":
            group, mode = arguments.pop(0), "programs"
        elif argument in ("--checks", "--pytest"):
            mode = argument
        elif mode == "programs":
            running.append(pool.submit(run_program, wrap, group, argument))
        elif mode == "--checks":
            running.append(pool.submit(run_check, argument))
        elif mode == "--pytest":
            tell_all()
            run_pytest(argument)
        else:
            sys.exit(f"tests/run.py: what is {argument}?")
    tell_all()
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 0 if totals["failed"] == 0 and totals["passed"] + totals["skipped"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
