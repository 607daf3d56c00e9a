# SPDX-License-Identifier: MIT
"""QEMU boots need QEMU and the demo's two programs; without them the tests fail rather than skip."""

import shutil

import pytest

import machine


# The files side by side end together when those that take longest begin first.
LONGEST = ("test_trouble.py", "test_demo_command.py", "test_machines.py", "test_shell.py", "test_nvme_cli.py")


def pytest_collection_modifyitems(items):
    order = {name: index for index, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def programs():
    for program in [one.kernel for one in machine.MACHINES.values()] + [machine.SIM]:
        assert program.exists(), f"{program} is missing: make {program.relative_to(machine.TREE)}"
    for one in machine.MACHINES.values():
        assert shutil.which(one.qemu), f"no QEMU: {one.qemu}"


@pytest.fixture
def image(tmp_path):
    """A drive of 8 MiB with random content."""
    return machine.make_image(tmp_path / "disk.img")


@pytest.fixture
def shell(tmp_path):
    """Starts the kernel's shell: shell(drives) -> Shell. It is killed if the test leaves it running."""
    running = []

    def start(drives, words="", **options):
        line = machine.command(drives, f"shell seed={machine.SEED} {words}".strip(), **options)
        running.append(machine.Shell(line))
        return running[-1]

    yield start
    for one in running:
        one.kill()
