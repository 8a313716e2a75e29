"""Random changes of the code, and whether a test sees each: `python -m benchmarks.mutants --mutants 300 --seed 1`.

Every mutant is one small change (an operator, a comparison, a constant, a `not`, arguments, a statement). It is
compiled in a process forked from one that has imported the libraries, in a copy of the tree, where the quick tests
that name the module or what it offers run until one fails. Files are never changed. Printed: the diff of each
survivor, and the share killed. A survivor that is the same program goes into `equivalent_mutants.toml`, with why.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import importlib
import importlib.machinery
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
FOLDERS = ("indicators", "verdicts", "checks.py", "claims.py")
COPIED = ("porfse_analysis", "tests", "data", "notebooks", "docs", "pyproject.toml", "README.md", "CHANGELOG.md")
# tests of pages, kernels and processes are no unit tests
NO_UNIT = ("papermill", "playwright", "batch_tools", "make_public")

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {}
for _one, _other in (
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div),
    (ast.BitAnd, ast.BitOr),
    (ast.Lt, ast.LtE),
    (ast.Gt, ast.GtE),
    (ast.Eq, ast.NotEq),
    (ast.In, ast.NotIn),
    (ast.Is, ast.IsNot),
    (ast.And, ast.Or),
):
    SWAPPED |= {_one: _other, _other: _one}
SWAPPED[ast.FloorDiv] = ast.Div


@dataclass(frozen=True)
class Mutant:
    """One change of one file, as two texts."""

    file: str
    before: str
    after: str

    def diff(self) -> list[str]:
        """The changed lines with those around them."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=1, lineterm="")
        return [line for line in lines if not line.startswith(("---", "+++"))]

    def changed(self, sign: str) -> str:
        """The lines taken out ("-") or put in ("+")."""
        return "\n".join(line[1:].strip() for line in self.diff() if line.startswith(sign))


# --- making mutants ---


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every other form of one node."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in SWAPPED:
        yield _with(node, op=SWAPPED[type(node.op)]())
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in SWAPPED:
                yield _with(node, ops=[*node.ops[:place], SWAPPED[type(operator)](), *node.ops[place + 1 :]])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield node.operand
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int | float):
            yield ast.Constant(node.value + 1)
        elif isinstance(node.value, str):
            yield ast.Constant(f"{node.value}?")
    if isinstance(node, ast.Call) and len(node.args) > 1:
        yield _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    if isinstance(node, ast.AugAssign | ast.Raise) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    ):
        yield ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that may change, with where it hangs; annotations, docstrings, messages and `__all__` stay."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "exc"):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr | ast.ImportFrom | ast.Import):
                continue
            if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__":
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            yield node, name, place, child
            yield from places(child)


def mutants_of(file: Path, count: int, drawn: random.Random) -> Iterator[Mutant]:
    """`count` mutants of a file, drawn from all there are."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    before = ast.unparse(tree)
    every = [(at, made) for at in list(places(tree)) for made in changes(at[-1])]
    for (parent, name, place, child), made in drawn.sample(every, min(count, len(every))):
        held = getattr(parent, name)
        if place is None:
            setattr(parent, name, made)
        else:
            held[place] = made
        yield Mutant(file.relative_to(ROOT).as_posix(), before, ast.unparse(tree))
        if place is None:
            setattr(parent, name, child)
        else:
            held[place] = child


def sample(folders: list[str], count: int, seed: int) -> list[Mutant]:
    """`count` mutants, the same for one seed and one state of the code."""
    files: list[Path] = []
    for folder in folders:
        at = ROOT / "porfse_analysis" / folder
        files += sorted(at.rglob("*.py")) if at.is_dir() else [at] if at.is_file() else []
    drawn = random.Random(seed)
    # by size: every node of the code is as likely as any other
    sized = [len(list(places(ast.parse(file.read_text(encoding="utf-8"))))) for file in files]
    chosen = drawn.choices(files, weights=sized, k=count)
    found = []
    for file in sorted(set(chosen)):
        found += mutants_of(file, chosen.count(file), drawn)
    return found


# --- running tests ---


def tests_of(file: str) -> list[str]:
    """The quick tests that name a module or what it offers, its own first."""
    module = Path(file).stem
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    unit = ROOT / "tests" / "unit"
    found, others = [], []
    for test in sorted((unit if unit.is_dir() else ROOT / "tests").rglob("test_*.py")):
        text = test.read_text(encoding="utf-8")
        words = set(text.replace("(", " ").replace(".", " ").replace(",", " ").split())
        if not any(word in text for word in NO_UNIT):
            named = (names | {module}) & words
            (found if named else others).append(test.relative_to(ROOT).as_posix())
    # a module that no test names is met by way of others: then all quick tests
    return sorted(found or others, key=lambda name: (Path(name).stem != f"test_{module}", name))


def run_tests(mutant: Mutant, tests: list[str], log: Path) -> None:
    """In a forked process: the tests on the mutant; ends it with 0 when all pass."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    given = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> object:
        if loader.path == str(Path(mutant.file).resolve()):
            return compile(mutant.after, loader.path, "exec", dont_inherit=True)
        return given(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    status = 3
    try:
        import pytest

        options = ["-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-m", "not slow and not browser"]
        status = int(pytest.main([*options, *tests]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_all(mutants: list[Mutant], jobs: int, limit: float, logs: Path) -> list[tuple[Mutant, int]]:
    """The exit code of the tests for each mutant; -1 when they took longer than the limit."""
    waiting = list(mutants)
    running: dict[int, tuple[Mutant, float]] = {}
    done: list[tuple[Mutant, int]] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                sys.stdout.flush()
                process = os.fork()
                if process == 0:
                    os.setpgid(0, 0)
                    run_tests(mutant, tests_of(mutant.file), logs / f"{os.getpid()}.{Path(mutant.file).stem}.log")
                running[process] = (mutant, time.monotonic())
            for process, (mutant, began) in list(running.items()):
                ended, status = os.waitpid(process, os.WNOHANG)
                late = not ended and time.monotonic() - began > limit
                if late:
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                if ended or late:
                    del running[process]
                    done.append((mutant, -1 if late else os.waitstatus_to_exitcode(status)))
                    if sys.stderr.isatty():
                        print(f"\r{len(done)} of {len(mutants)}", end="", file=sys.stderr)
            time.sleep(0.02)
    finally:
        for process in running:  # interrupted: nothing goes on by itself
            os.kill(process, signal.SIGKILL)
    return done


def prepare(home: Path) -> None:
    """A copy of the tree to run in, with the libraries imported and the package not."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy(source, home / name)
    os.chdir(home)
    sys.path[0] = str(home)
    os.environ["PYTHONPATH"] = str(home)
    sys.dont_write_bytecode = True
    for library in ("pandas", "babel.numbers", "matplotlib.figure", "pytest"):
        importlib.import_module(library)
    held = [name for name in sys.modules if name.partition(".")[0] == "porfse_analysis"]
    if held:
        raise SystemExit(f"imported before its time, so no mutant would be met: {', '.join(held)}")


# --- saying ---


def equivalent() -> set[tuple[str, str, str]]:
    """The mutants known to be the same program: file, line taken out, line put in."""
    if not EQUIVALENT.is_file():
        return set()
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    return {(entry["file"], entry["minus"], entry["plus"]) for entry in listed if entry["reason"]}


def main() -> int:
    """Run the mutants and say which survived."""
    parser = argparse.ArgumentParser(description="Change the code at random and count the changes no test sees.")
    parser.add_argument("folders", nargs="*", default=list(FOLDERS), help="folders or files of porfse_analysis")
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for the tests of one mutant")
    asked = parser.parse_args()
    known = equivalent()
    mutants = sample(asked.folders, asked.mutants, asked.seed)
    mutants = [m for m in mutants if (m.file, m.changed("-"), m.changed("+")) not in known]
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve() / "tree"
        home.mkdir()
        prepare(home)
        untouched = {m.file: Mutant(m.file, m.before, m.before) for m in mutants}
        failing = [m.file for m, code in run_all(list(untouched.values()), asked.jobs, asked.limit, home) if code]
        for file in failing:
            print(f"{file}: its tests do not pass as it is, or there are none: {' '.join(tests_of(file)) or 'none'}")
            for log in home.glob(f"*.{Path(file).stem}.log"):
                print(log.read_text(encoding="utf-8", errors="replace")[-800:])
        usable = [mutant for mutant in mutants if mutant.file not in failing]
        results = run_all(usable, asked.jobs, asked.limit, home)
        os.chdir(ROOT)
    survived = [mutant for mutant, code in results if code == 0]
    for mutant in sorted(survived, key=lambda mutant: mutant.file):
        print(f"\nsurvived: {mutant.file}", *mutant.diff(), sep="\n")
    killed = len(results) - len(survived)
    late = sum(code == -1 for _, code in results)
    share = f"{killed / len(results):.1%}" if results else "none"
    seconds = time.monotonic() - began
    print(f"\n{killed} of {len(results)} killed ({share}), {late} of them by the time limit, in {seconds:.0f} s")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
