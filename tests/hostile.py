"""A programme folder whose every text tries to be something else than text."""

import csv
import json
import shutil

from porfse_analysis.resources import bundled

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"
ADDRESS = "javascript:alert(1)"
BREAKOUT = '"><svg onload=alert(1)>'
FORMULA = '=HYPERLINK("http://x")'
COMMAND = "+cmd|' /C calc'!A1"
PATH = "../../x"
OVERRIDE = "abc\u202edef 2018"
MATHS = r"$\frac{1}{0}$ costs $5"
MARKS = "<!-- navigation --><!-- /navigation -->"
LONG = "x" * 10_000

FOLDER = f"programme {BREAKOUT.replace('/', '')}"
NOTEBOOK = "javascript:alert(1) <img src=x onerror=alert(1)> # 100%.ipynb"


def make_folder(parent):
    """The bundled programme with such texts, in a folder with such a name."""
    folder = parent / FOLDER
    shutil.copytree(bundled(), folder)
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["titles"] = {"it": f"{SCRIPT} {MARKS}", "en": f"{BREAKOUT} {LONG}"}
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    _edit(folder / "axes.csv", title_it=[MATHS, BREAKOUT, OVERRIDE, LONG, PATH], title_en=[MATHS, BREAKOUT, OVERRIDE])
    _edit(
        folder / "sources.csv",
        title_it=[IMAGE, OVERRIDE, LONG, SCRIPT],
        title_en=[IMAGE, OVERRIDE, LONG, SCRIPT],
        publisher=[BREAKOUT, COMMAND, FORMULA],
        address=[ADDRESS, f"{ADDRESS}//", PATH],
        licence=[COMMAND],
        page=[LONG],
    )
    _edit(folder / "measures.csv", title_it=[IMAGE, LONG, FORMULA, COMMAND, OVERRIDE], title_en=[SCRIPT])
    _edit(folder / "targets.csv", unit=[IMAGE] * 200, in_performance_framework=["yes"], milestone=["100"])
    _edit(folder / "achievements.csv", unit=[IMAGE] * 300)
    _edit(folder / "claims.csv", text_it=[SCRIPT, LONG, OVERRIDE, FORMULA], text_en=[BREAKOUT, MATHS])
    return folder


def _edit(path, **columns):
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        names, rows = reader.fieldnames, list(reader)
    for name, values in columns.items():
        assert name in names, f"{path.name} has no column {name}: {names}"
        for row, value in zip(rows, values, strict=False):
            row[name] = value
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
