"""What the benchmarks need of this tree: its packages and its release builds."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


def install(*groups):
    """Packages of groups that scripts/packages names, as far as they are not there."""
    subprocess.run([ROOT / "scripts/install-packages", *groups], check=True)


def release_build(product):
    """A program of this tree, built with the flags of scripts/build-release: with others everything
    would be built anew each time."""
    options = ["-c", "release", "--static-swift-stdlib", "-Xswiftc", "-use-ld=lld"]
    subprocess.run(["swift", "build", *options, "--product", product], cwd=ROOT, stdout=sys.stderr,
                   check=True)
    return ROOT / ".build/release" / product
