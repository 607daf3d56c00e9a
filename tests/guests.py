# SPDX-License-Identifier: MIT
"""Linux guests, which tools/setup makes of Debian's packages under build/, and the programs of tools/ as modules."""

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
SETUP_TIMEOUT_S = 900


def loaded(name):
    """A program of tools/ as a module."""
    loader = SourceFileLoader(name.replace("-", "_"), str(TREE / "tools" / name))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def missing(name, again=False):
    """Why there is no guest of that name (guest, guest-vfio, guest-uefi); None: there is one. It is made when it is not there;
    `again`: it is also looked at whether it is still as it should be."""
    if (TREE / "build" / name / "rootfs.cpio").exists() and not (again and os.environ.get("SETUP") != ":"):
        return None
    if os.environ.get("SETUP") == ":":
        return f"build/{name} is not there, and SETUP=: fetches nothing"
    try:
        done = subprocess.run([TREE / "tools/setup", name], capture_output=True, text=True, cwd=TREE, timeout=SETUP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"tools/setup {name} took more than {SETUP_TIMEOUT_S} s"
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"tools/setup {name} failed"])[-1]
    return None
