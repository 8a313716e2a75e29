"""Random changes of the code, and whether a test sees each: `python -m benchmarks.mutants --mutants 300 --seed 1`.

Every mutant is one small change (an operator, a comparison, a constant, a `not`, arguments, a statement). It is
compiled in a process forked from one that has imported the libraries, in a copy of the tree, where the quick tests
that run the changed lines (known from one run with coverage) run until one fails. Files are never changed. Printed:
the diff of each survivor as soon as it is known, and the share killed, also of a run that is interrupted. A survivor
that is the same program goes into `equivalent_mutants.toml`, with why.
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
MADE = (".git", ".venv*", ".*_cache", ".hypothesis", ".coverage*", "__pycache__")
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
    lines: tuple[tuple[int, int], ...]
    """Where it is in the file: its own lines, those of its statement, of its function (first and last)."""

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


def around(tree: ast.AST, child: ast.AST) -> tuple[tuple[int, int], ...]:
    """The lines of a node, and of the statements it stands in, the innermost first."""
    first = getattr(child, "lineno", 0) or 0
    last = getattr(child, "end_lineno", 0) or first
    holding = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= first and last <= (node.end_lineno or 0)
    ]
    return ((first, last), *sorted(holding, key=lambda lines: lines[1] - lines[0]))


def mutants_of(file: Path, count: int, drawn: random.Random) -> Iterator[Mutant]:
    """`count` mutants of a file, drawn from all there are."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    before = ast.unparse(tree)
    original = copy.deepcopy(tree)
    every = [(at, made) for at in list(places(tree)) for made in changes(at[-1])]
    for (parent, name, place, child), made in drawn.sample(every, min(count, len(every))):
        held = getattr(parent, name)
        if place is None:
            setattr(parent, name, made)
        else:
            held[place] = made
        yield Mutant(file.relative_to(ROOT).as_posix(), before, ast.unparse(tree), around(original, child))
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


def quick_tests() -> list[str]:
    """The files of quick tests: the room for them, else all but those of pages, kernels and batches."""
    unit = ROOT / "tests" / "unit"
    if unit.is_dir():
        return [unit.relative_to(ROOT).as_posix()]
    files = sorted((ROOT / "tests").glob("test_*.py"))
    quick = [file for file in files if not any(word in file.read_text(encoding="utf-8") for word in NO_UNIT)]
    return [file.relative_to(ROOT).as_posix() for file in quick]


def tests_by_line(tests: list[str], home: Path, log: Path) -> dict[str, dict[int, list[str]]]:
    """For every file the tests that run each of its lines: one run of them all, with coverage."""
    coverage_options = ["--cov=porfse_analysis", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    process = os.fork()
    if process == 0:
        run_pytest([*coverage_options, *tests], log)
    _, status = os.waitpid(process, 0)
    if status:
        raise SystemExit(f"the tests do not pass as the code is:\n{log.read_text(errors='replace')[-3000:]}")
    from coverage import CoverageData

    data = CoverageData(str(home / ".coverage"))
    data.read()
    found = {}
    for file in data.measured_files():
        lines = data.contexts_by_lineno(file)
        found[Path(file).relative_to(home).as_posix()] = {
            line: sorted({name.rpartition("|")[0] for name in names if name}) for line, names in lines.items()
        }
    return found


def tests_of(mutant: Mutant, by_line: dict[str, dict[int, list[str]]]) -> list[str]:
    """The tests that run the mutant's lines, or else the smallest piece of code around it that any test runs."""
    lines = by_line.get(mutant.file, {})
    for first, last in (*mutant.lines, (0, sys.maxsize)):
        tests = {test for line, names in lines.items() if first <= line <= last for test in names}
        if tests:
            own = f"test_{Path(mutant.file).stem}.py"
            return sorted(tests, key=lambda test: (own not in test, test))
    return []


def collected(tests: list[str], log: Path) -> None:
    """See that every test is found by its name: one that is not would end a run as if it had failed."""
    process = os.fork()
    if process == 0:
        run_pytest(["--collect-only", *tests], log)
    _, status = os.waitpid(process, 0)
    if status:
        raise SystemExit(f"tests are not found by their names:\n{log.read_text(errors='replace')[-3000:]}")


def run_pytest(options: list[str], log: Path) -> None:
    """In a forked process: the tests; ends it with their exit code."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    status = 3
    try:
        import pytest

        status = int(
            pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-m", "not slow and not browser", *options])
        )
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_tests(mutant: Mutant, tests: list[str], log: Path) -> None:
    """In a forked process: the tests on the mutant until one fails."""
    given = importlib.machinery.SourceFileLoader.get_code
    changed = str(Path(mutant.file).resolve())

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> object:
        if loader.path == changed:
            return compile(mutant.after, changed, "exec", dont_inherit=True)
        return given(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    run_pytest(["-x", "-p", "no:cov", *tests], log)


def run_all(
    mutants: list[tuple[Mutant, list[str]]], jobs: int, limit: float, logs: Path
) -> Iterator[tuple[Mutant, int]]:
    """Each mutant with the exit code of its tests as it ends; -1 when they took longer than the limit."""
    waiting = list(mutants)
    running: dict[int, tuple[Mutant, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant, tests = waiting.pop()
                sys.stdout.flush()
                process = os.fork()
                if process == 0:
                    os.setpgid(0, 0)
                    run_tests(mutant, tests, logs / f"{os.getpid()}.log")
                running[process] = (mutant, time.monotonic())
            for process, (mutant, began) in list(running.items()):
                ended, status = os.waitpid(process, os.WNOHANG)
                late = not ended and time.monotonic() - began > limit
                if late:
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                if ended or late:
                    del running[process]
                    yield mutant, -1 if late else os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
    finally:
        for process in running:  # interrupted: nothing goes on by itself
            os.kill(process, signal.SIGKILL)


def prepare(home: Path) -> None:
    """A copy of the tree to run in, with the libraries imported and the package not."""
    shutil.copytree(ROOT, home, ignore=shutil.ignore_patterns(*MADE))
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


def said(ended: list[tuple[Mutant, int]]) -> None:
    """Print the survivors among those that have ended."""
    for mutant, code in ended:
        if code == 0:
            print(f"\nsurvived: {mutant.file}", *mutant.diff(), sep="\n", flush=True)


def stop(*_: object) -> None:
    """A signal to end is an interruption like any other."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the mutants and say which survived."""
    parser = argparse.ArgumentParser(description="Change the code at random and count the changes no test sees.")
    parser.add_argument("folders", nargs="*", default=list(FOLDERS), help="folders or files of porfse_analysis")
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", help="files of tests, folders or names (default: the quick tests)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for the tests of one mutant")
    asked = parser.parse_args()
    known = equivalent()
    mutants = sample(asked.folders, asked.mutants, asked.seed)
    mutants = [m for m in mutants if (m.file, m.changed("-"), m.changed("+")) not in known]
    began = time.monotonic()
    signal.signal(signal.SIGTERM, stop)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve() / "tree"
        prepare(home)
        by_line = tests_by_line(asked.tests or quick_tests(), home, home / "all.log")
        print(f"{asked.mutants} mutants, seed {asked.seed}; the tests without any: {time.monotonic() - began:.0f} s")
        with_tests = [(mutant, tests_of(mutant, by_line)) for mutant in mutants]
        collected(sorted({test for _, tests in with_tests for test in tests}), home / "collected.log")
        # in no order of files: what is known when it is interrupted is a sample too
        random.Random(asked.seed).shuffle(with_tests)
        results = [(mutant, 0) for mutant, tests in with_tests if not tests]
        said(results)
        try:
            for ended in run_all([pair for pair in with_tests if pair[1]], asked.jobs, asked.limit, home):
                results.append(ended)
                said([ended])
        except KeyboardInterrupt:
            print(f"\ninterrupted: {len(mutants) - len(results)} of {len(mutants)} not run")
        os.chdir(ROOT)
    killed = sum(code != 0 for _, code in results)
    late = sum(code == -1 for _, code in results)
    share = f"{killed / len(results):.1%}" if results else "none"
    seconds = time.monotonic() - began
    print(f"\n{killed} of {len(results)} killed ({share}), {late} of them by the time limit, in {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
