# SPDX-License-Identifier: MIT
"""The port on 32-bit processors: what shares words between threads compiles, and asks for no library of atomic operations."""

import re
import shutil
import subprocess

import pytest

from fake import TREE

COMPILERS = {"i486": ["i686-linux-gnu-gcc", "-march=i486"], "armv6": ["arm-linux-gnueabihf-gcc", "-march=armv6+fp", "-marm"]}
SOURCES = sorted(one for one in (TREE / "ports/linux_vfio").glob("*.c") if "__atomic_" in one.read_text())
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-O2", "-Wall", "-Wextra", "-Wno-format-truncation", "-Werror", "-Iinclude", "-Isim",
         "-Iports/linux_vfio", "-Iexamples/kernel"]


@pytest.mark.parametrize("machine", COMPILERS)
def test_no_atomic_library(tmp_path, machine):
    compiler = COMPILERS[machine]
    if not shutil.which(compiler[0]):
        pytest.skip(f"no {compiler[0]}")
    assert TREE / "ports/linux_vfio/dma.c" in SOURCES
    for source in SOURCES:
        out = tmp_path / (source.stem + ".o")
        subprocess.run([*compiler, *FLAGS, "-c", str(source), "-o", str(out)], cwd=TREE, check=True, timeout=60)
        undefined = subprocess.run(["nm", "-u", str(out)], capture_output=True, text=True, check=True, timeout=60).stdout
        assert re.findall(r"\b__(?:atomic|sync)_\w+", undefined) == [], source.name
