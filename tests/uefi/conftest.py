# SPDX-License-Identifier: MIT
"""UEFI boots need QEMU, OVMF and what `make test-uefi` builds; without them the tests fail rather than skip."""

import shutil

import pytest

import firmware


@pytest.fixture(scope="session", autouse=True)
def programs():
    for program in (firmware.PROGRAM, firmware.DRIVER, firmware.DRIVER_DEBUG, firmware.BLOCK, firmware.STICK,
                    firmware.BUILD_AARCH64 / "lwnvme-driver.efi", firmware.BUILD_AARCH64 / "block.efi"):
        assert program.exists(), f"{program} is missing: make test-uefi makes it"
    for qemu, _, code, _ in firmware.MACHINES.values():
        assert code.exists(), f"no firmware: {code}"
        assert shutil.which(qemu), f"no QEMU: {qemu}"


@pytest.fixture
def image(tmp_path):
    """A drive of 8 MiB with random content."""
    return firmware.make_image(tmp_path / "disk.img")


@pytest.fixture
def boot(tmp_path):
    """Starts a PC with UEFI: boot(devices) -> firmware.Machine. It is killed if the test leaves it running."""
    running = []

    def start(devices, **options):
        running.append(firmware.Machine(tmp_path, devices, **options))
        return running[-1]

    yield start
    for one in running:
        one.kill()
