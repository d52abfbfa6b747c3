"""What the benchmarks need of this tree: its packages and its release builds."""

import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


def install(*groups):
    """Packages of groups that scripts/packages names, as far as they are not there."""
    subprocess.run([ROOT / "scripts/install-packages", *groups], check=True)


def release_build(product):
    """A program of this tree, built as those that people run."""
    built = subprocess.run(
        [ROOT / "scripts/build-release", product], stdout=subprocess.PIPE, text=True, check=True)
    return pathlib.Path(built.stdout.strip())
