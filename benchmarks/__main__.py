"""Run every benchmark of this folder, or those named on the command line."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

TABLES = Path(__file__).parents[2] / "shared" / "data" / "ec"

_OF_THEIR_OWN = ("batch", "large_programme", "cohesion_2021", "opencoesione_reading")
"""Benchmarks that would read the command line, which is not theirs here."""


def main(names: list[str]) -> None:
    files = Path(__file__).parent.glob("*.py")
    known = sorted(path.stem for path in files if not path.stem.startswith("_") and path.stem != "mutants")
    for name in names or known:
        if name not in known:
            sys.exit(f"{name}: no such benchmark; there are {', '.join(known)}")
        print(f"\n== {name}", flush=True)
        if name == "cohesion_reading" and not TABLES.is_dir():
            # the Commission's tables are not bundled
            print(f"not run: no tables of the Commission in {TABLES.name}/; python benchmarks/{name}.py FOLDER")
            continue
        given = [[str(TABLES)]] if name == "cohesion_reading" else [[]] if name in _OF_THEIR_OWN else []
        import_module(f"benchmarks.{name}").main(*given)


if __name__ == "__main__":
    main(sys.argv[1:])
