"""Run every benchmark of this folder, or those named on the command line."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

TABLES = Path(__file__).parents[2] / "shared" / "data" / "ec"


def main(names: list[str]) -> None:
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    for name in names or known:
        if name not in known:
            sys.exit(f"{name}: no such benchmark; there are {', '.join(known)}")
        print(f"\n== {name}", flush=True)
        if name == "cohesion_reading":
            # the Commission's tables are not bundled
            if TABLES.is_dir():
                import_module(f"benchmarks.{name}").main([str(TABLES)])
            else:
                print(f"not run: no tables of the Commission in {TABLES.name}/; python benchmarks/{name}.py FOLDER")
            continue
        if name == "cohesion_2021":
            import_module(f"benchmarks.{name}").main([])
            continue
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
