"""Build the release into dist/ and check it: `make release`. Nothing is sent anywhere.

Versions and dates agree; sdist and wheel are built, the wheel out of the sdist; their descriptions and contents are
right; the wheel alone, in empty environments with and without extras, makes a report. Last the hashes are written.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

DATE = "2018-09-30"
NEEDED = ("datapackage.json", "programme_report.ipynb", "it.toml", "page.html.j2", "py.typed", "__init__.pyi")
REPORT_OF_THE_CORE = """
import porfse_analysis as pf
report = pf.open_report(pf.load_programme(), cutoff="2018-09-30", lang="it")
assert len(report.results) > 100 and len(report.verdicts) >= 28, report
rate = pf.certification_rate(report.programme, cutoff="2018-09-30", by="programme").iloc[0]
assert (rate["numerator"], rate["denominator"]) == (144e6, 970.47e6), rate
print(pf.__version__)
"""
"""What the core alone gives: every figure of a report; its page needs the extra `reports`."""


def run(*command: object, **options: object) -> str:
    """What a command prints; the end of all when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return str(done.stdout)


def disagreements(version: str, citation: str, changelog: str) -> Iterator[str]:
    """Where version and date are not the same in all places."""
    first = re.search(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?", changelog, re.MULTILINE)
    cited = dict(re.findall(r"^(version|date-released): \"?([^\"\n]+)", citation, re.MULTILINE))
    if first is None or first[1] != version:
        yield f"CHANGELOG.md begins with {first[1] if first else 'nothing'}, not with {version}"
    elif first[2] is None:
        yield f"CHANGELOG.md gives {version} no date"
    elif cited.get("date-released") != first[2]:
        yield f"CITATION.cff is of {cited.get('date-released')}, CHANGELOG.md of {first[2]}"
    if cited.get("version") != version:
        yield f"CITATION.cff has version {cited.get('version')}, pyproject.toml {version}"


def build() -> tuple[Path, Path]:
    """Sdist, and the wheel out of it, with the day of the last commit, so that a second build gives the same bytes."""
    shutil.rmtree(DIST, ignore_errors=True)
    day = run("git", "-C", ROOT, "log", "-1", "--format=%ct").strip()
    run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, ROOT),
        env={**os.environ, "SOURCE_DATE_EPOCH": day},
    )
    (sdist,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return sdist, wheel


def faults_of_contents(sdist: set[str], wheel: set[str], tracked: set[str]) -> Iterator[str]:
    """What lacks, and what should not be there; names of the sdist without its first folder."""
    package = {name for name in tracked if name.startswith("porfse_analysis/")}
    brought = {name for name in tracked if name.startswith(("data/", "notebooks/"))}
    in_wheel = package | {f"porfse_analysis/{name}" for name in brought if not name.endswith(".py")}
    for name in sorted(in_wheel - wheel):
        yield f"the wheel lacks {name}"
    for name in sorted(wheel - in_wheel):
        if ".dist-info/" not in name:
            yield f"the wheel has {name}"
    for name in sorted((package | brought | {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml"}) - sdist):
        yield f"the sdist lacks {name}"
    for name in sorted(sdist):
        if name.startswith(("tests/", "docs/", "build/", "reports/", ".venv")):
            yield f"the sdist has {name}"
    for end in NEEDED:
        if not any(name.endswith(f"/{end}") for name in wheel):
            yield f"the wheel has no {end}"


def constraints(folder: Path) -> Path:
    """The versions that were tested, without their hashes: the wheel of the package has none yet."""
    lines = re.findall(r"^[a-z0-9].*==[^\\\n]*", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    path = folder / "constraints.txt"
    path.write_text("\n".join(re.sub(r"\[[^\]]*\]", "", line).strip() for line in lines) + "\n", encoding="utf-8")
    return path


def install(wheel: Path, extra: str, folder: Path) -> Path:
    """An empty environment with the wheel and what it needs; the folder of its commands."""
    home = folder / (extra or "core")
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    wanted = f"{wheel}[{extra}]" if extra else str(wheel)
    run(
        *(scripts / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
        *("--constraint", constraints(folder), wanted),
    )
    return scripts


def try_out(wheel: Path, extra: str, folder: Path) -> None:
    """One report, by the wheel alone."""
    scripts = install(wheel, extra, folder)
    said = run(scripts / "python", "-P", "-c", REPORT_OF_THE_CORE, cwd=folder).strip()
    if said != VERSION:
        sys.exit(f"the wheel says that it is {said}")
    if not extra:
        asked = subprocess.run([scripts / "porfse", "report"], capture_output=True, text=True, cwd=folder)
        if asked.returncode != 2 or "porfse_analysis[reports]" not in asked.stderr:
            sys.exit(f"without extras `porfse` says:\n{asked.stderr}")
        return
    out = folder / f"reports-{extra}"
    run(
        scripts / "porfse",
        "report",
        "--cutoff",
        "2018-09-30",
        "--notebook",
        "programme_report",
        "--out",
        out,
        cwd=folder,
    )
    page = (out / DATE / "programme_report.html").read_text(encoding="utf-8")
    if "POR FSE 2014-2020 di Regione Lombardia" not in page or "14,8" not in page:
        sys.exit(f"{out}: the report is not what it should be")
    if extra == "all":
        run(scripts / "porfse", "export", "workbook", "--to", folder / "p.xlsx", cwd=folder)
        run(scripts / "porfse", "import", "workbook", folder / "p.xlsx", "--to", folder / "p", cwd=folder)


def main() -> None:
    """All of it, to the first fault."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("CITATION.cff", "CHANGELOG.md")]
    found = list(disagreements(VERSION, *texts))
    if found:
        sys.exit("\n".join(found))
    sdist, wheel = build()
    print(run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel).strip())
    with tarfile.open(sdist) as packed:
        in_sdist = {name.partition("/")[2] for name in packed.getnames()}
    tracked = set(run("git", "-C", ROOT, "ls-files").splitlines())
    found = list(faults_of_contents(in_sdist, set(ZipFile(wheel).namelist()), tracked))
    if found:
        sys.exit("\n".join(found))
    print(f"contents: {len(in_sdist)} files in the sdist, {len(ZipFile(wheel).namelist())} in the wheel")
    with tempfile.TemporaryDirectory() as folder:
        for extra in ("", "reports", "all"):
            try_out(wheel, extra, Path(folder))
            print(f"installed {'with ' + extra if extra else 'without extras'}: one report made", flush=True)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in (sdist, wheel)]
    (DIST / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    print("\n".join(sums))


if __name__ == "__main__":
    main()
