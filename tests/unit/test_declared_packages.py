"""What is imported is declared, what is declared is imported; the core alone answers kindly."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import porfse_analysis
from porfse_analysis.errors import EXTRAS

PACKAGE = Path(porfse_analysis.__file__).resolve().parent
ROOT = PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# a part of the package -> the extras it may import from, beside the core; the others have the core alone
MAY_IMPORT = {
    "loaders": {"records", "reports"},
    "display": {"reports", "explore"},
    "reports": {"reports", "cluster"},
    "explore": {"reports", "explore"},
    "cli": {"reports"},
}
# parts that the core itself imports: what they need of an extra is imported where it is used
CORE_PARTS = ("loaders", "display")

NOT_IMPORTED = {
    "jupyterlab": "`porfse explore` starts it as a process",
}
"""Declared without an import in the package, and why."""


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements):
    """The packages of a list of requirements, the project's own extras left out."""
    found = {plain(re.match(r"[A-Za-z0-9._-]+", text)[0]) for text in requirements}
    return found - {"porfse-analysis"}


CORE = names(PROJECT["dependencies"])
BY_EXTRA = {extra: names(listed) for extra, listed in PROJECT["optional-dependencies"].items() if extra != "dev"}


@cache
def homes():
    """A library -> the packages that bring it, of all that are installed."""
    return importlib.metadata.packages_distributions()


def package_of(library):
    return plain(homes().get(library, [library])[0])


def imports(path):
    """Every library a module imports, and whether it does so when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {inner for node in ast.walk(tree) if is_guard(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        found = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found = [node.module]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found = [node.args[0].value] if isinstance(node.args[0], ast.Constant) else []
        for name in found:
            library = name.partition(".")[0]
            if library != "porfse_analysis" and library not in sys.stdlib_module_names:
                yield library, node not in guarded


def is_guard(node):
    """A function's body and a block for the type checker are not run by an import."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
        isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    )


@cache
def used():
    """(file, part, library, at import)."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        for library, at_once in imports(path):
            found.append((str(relative), relative.parts[0].removesuffix(".py"), library, at_once))
    return found


def test_what_is_imported_is_declared_for_the_part_that_imports_it():
    assert len({library for _, _, library, _ in used()}) > 15
    wrong = []
    for file, part, library, at_once in used():
        package = package_of(library)
        if package in CORE:
            continue
        allowed = MAY_IMPORT.get(part, set())
        extras = {extra for extra, listed in BY_EXTRA.items() if package in listed}
        if not extras & allowed:
            said = f"declared in {', '.join(sorted(extras))}" if extras else "not declared in pyproject.toml"
            wrong.append(f"{file} imports {library} ({package}): {said}; it may import the core and {sorted(allowed)}")
        elif at_once and part in CORE_PARTS:
            wrong.append(f"{file} imports {library} at once: the core would need it; import it where it is used")
    assert not wrong, "\n" + "\n".join(wrong)


def test_what_is_declared_is_imported():
    imported = {package_of(library) for _, _, library, _ in used()}
    declared = CORE.union(*BY_EXTRA.values())
    unused = declared - imported
    assert unused == set(NOT_IMPORTED), (
        f"neither imported nor given a reason, or imported by now: {unused ^ set(NOT_IMPORTED)}"
    )


def test_every_library_of_an_extra_names_its_extra():
    """`EXTRAS`, which messages are made from, says what pyproject.toml says."""
    imported = {library for _, _, library, _ in used() if package_of(library) not in CORE} | {"jupyterlab"}
    assert set(EXTRAS) == imported
    for library, extra in EXTRAS.items():
        assert package_of(library) in BY_EXTRA[extra], f"{library} is not in the extra {extra}"


def test_the_extra_all_has_every_other():
    (text,) = PROJECT["optional-dependencies"]["all"]
    assert set(re.search(r"\[(.*)\]", text)[1].split(",")) == set(BY_EXTRA) - {"all"}


def test_the_lock_has_what_is_declared():
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for package in CORE.union(*BY_EXTRA.values()):
        found = re.search(rf"(?m)^{re.escape(package)}(\[[^\]]*\])?==.*\n(?:    --hash.*\n)+((?:    # .*\n)+)", locked)
        assert found, f"{package} is not in requirements.lock: run `make lock`"
        assert "porfse_analysis (pyproject.toml)" in found[2] or "porfse-analysis (pyproject.toml)" in found[2], package


# -- the core alone ---------------------------------------------------------------------------------------------------


def closure(packages):
    """The packages and everything they need without extras."""
    installed = {plain(distribution.name) for distribution in importlib.metadata.distributions()}
    seen, waiting = set(), list(packages)
    while waiting:
        package = plain(waiting.pop())
        if package in seen:
            continue
        seen.add(package)
        needed = importlib.metadata.requires(package) if package in installed else []
        waiting += names(text for text in needed or [] if "extra ==" not in text)
    return seen


@cache
def blocked_libraries():
    """What an environment with the core alone does not have."""
    core = closure(CORE)
    return sorted(
        library
        for library, packages in homes().items()
        if library != "porfse_analysis" and not {plain(package) for package in packages} & core
    )


BLOCK = """
import importlib.abc, sys
BLOCKED = set({blocked!r})
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
"""


def in_the_core(code):
    code = BLOCK.format(blocked=blocked_libraries()) + code
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)


def test_what_is_blocked_is_what_extras_bring():
    blocked = set(blocked_libraries())
    assert {"typer", "IPython", "papermill", "jinja2", "nbformat", "openpyxl", "requests", "pytest"} <= blocked
    assert not {"pandas", "numpy", "babel", "matplotlib", "dateutil"} & blocked


@pytest.mark.long
def test_the_core_computes():
    run = in_the_core(
        "import porfse_analysis as pf\n"
        "data = pf.load_programme()\n"
        "report = pf.open_report(data, cutoff='2018-12-31', lang='en')\n"
        "for frame in (report.results, report.findings, report.verdicts, report.deadlines):\n"
        "    assert len(frame)\n"
        "pf.all_changes(data, cutoff='2018-12-31', compare_to='2017-12-31')\n"
        "for name in pf.__all__:\n"
        "    getattr(pf, name)\n"
        "print(len(report.results))"
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 100


@pytest.mark.parametrize(
    ("code", "library", "extra"),
    [
        ("import porfse_analysis as pf; pf.show(1)", "IPython", "reports"),
        (
            "import porfse_analysis as pf, pandas; pf.record(pandas.DataFrame({'cutoff': pandas.to_datetime([])}))",
            "IPython",
            "reports",
        ),
    ],
)
def test_a_function_that_needs_an_extra_names_it(code, library, extra):
    run = in_the_core(
        f"import porfse_analysis as pf\ntry:\n    exec({code!r})\nexcept pf.PorfseError as error:\n    print(error)\n"
    )
    assert run.stdout == f'{library} is not installed: pip install "porfse_analysis[{extra}]"\n', run.stderr


@pytest.mark.parametrize(
    "code",
    [
        # as the command `porfse` and as a module
        "from porfse_analysis.cli import main; main()",
        "import runpy; sys.argv = ['porfse', 'report']; runpy.run_module('porfse_analysis.cli', run_name='__main__')",
    ],
)
def test_the_command_line_names_its_extra(code):
    run = in_the_core(code)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == 'typer is not installed: pip install "porfse_analysis[reports]"\n'


@pytest.mark.long
@pytest.mark.parametrize(
    ("blocked", "arguments", "extra"),
    [
        ("joblib", ["report", "--cutoff", "2018-12-31"], "reports"),
        ("openpyxl", ["import", "workbook", "BOOK", "--to", "there"], "records"),
        ("xlsxwriter", ["new", "there"], "reports"),
        ("requests", ["import", "cohesion-data", "--cci", "2014IT05SFOP007", "--download", "--to", "there"], "records"),
    ],
)
def test_a_command_whose_library_is_missing_names_the_extra(tmp_path, blocked, arguments, extra):
    if "BOOK" in arguments:
        from porfse_analysis.loaders.template import new_folder

        book = next(Path(new_folder(tmp_path / "empty")).glob("*.xlsx"))
        arguments = [str(book) if argument == "BOOK" else argument for argument in arguments]
    code = (
        f"import os\nBLOCKED.clear(); BLOCKED.add({blocked!r})\nos.chdir({str(tmp_path)!r})\n"
        f"sys.argv = ['porfse', *{arguments!r}]\nfrom porfse_analysis.cli import main\nmain()"
    )
    run = in_the_core(code)
    assert f'{blocked} is not installed: pip install "porfse_analysis[{extra}]"' in run.stderr, run.stderr[-2000:]
    assert "Traceback" not in run.stderr
    assert run.returncode == 2
