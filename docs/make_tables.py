"""Write the tables of README.md and docs/programme-folder.md that are made from the package's declarations."""

from __future__ import annotations

from pathlib import Path

from porfse_analysis.indicators.declared import INDICATORS
from porfse_analysis.loaders.template import describe
from porfse_analysis.schema import TABLES

ROOT = Path(__file__).parents[1]


def indicator_table() -> str:
    lines = ["| name | formula | unit | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{indicator.id}` | {indicator.formula} | {indicator.unit} | {indicator.definition['en']} |"
        for indicator in INDICATORS.values()
    ]
    return "\n".join(lines)


def folder_page() -> str:
    parts = [
        "# A programme folder",
        "CSV tables (UTF-8) and a `datapackage.json` that says how each is written: delimiter, decimal and grouping "
        "sign, date format, encoding. A cell without a figure is left empty. Columns marked optional may be left out.",
    ]
    for table in TABLES.values():
        need = "needed" if table.required else "may be missing"
        parts.append(f"## {table.name}\n\nKey: {', '.join(table.key)}. This table {need}.")
        parts.append(describe(table))
    return "\n\n".join(parts) + "\n"


def readme() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    head, rest = text.split("held by a test -->\n", 1)
    tail = rest[rest.index("<!-- /indicators -->") :]
    return f"{head}held by a test -->\n\n{indicator_table()}\n\n{tail}"


if __name__ == "__main__":
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
    (ROOT / "docs" / "programme-folder.md").write_text(folder_page(), encoding="utf-8")
