"""The proof that the bundled series of 2007-2013 is what OpenCoesione published.

    python data/certified.py [FOLDER]

FOLDER holds the workbook as `data/certification-2007-2013/` (default: the first folder `shared` beside the project or
above it). It is read with the standard library alone. Ends with 0 when every amount of `finance.csv` is that of the
workbook, and none is missing; 1 when something differs, 2 when the workbook is missing.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
FINANCE = Path(__file__).resolve().parent / "por-fse-lombardia-2007-2013" / "finance.csv"
CCI = "2007IT052PO006"
WORKBOOK = "data/certification-2007-2013/dotazioni_certificazioni_20131231.xlsx"
SHA_256 = "65c11ce99c9cc89af7b120192628a2bc92eb0e867e623757154fc3fedf841716"

# the allocation after a national cut, "POST PAC", is another figure
_HEADS = {
    "allocation": re.compile(r"DOTAZIONE TOTALE PROGRAMMA (\d{8})"),
    "eu": re.compile(r"DOTAZIONE UE PROGRAMMA (\d{8})"),
    "certified": re.compile(r"SPESA CERTIFICATA TOTALE (\d{8})"),
}
_NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def published(path: Path) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Programme -> date -> allocation, its EU part (`eu`) and what was certified, in euro to the cent."""
    with zipfile.ZipFile(path) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(part.text or "" for part in item.iterfind(".//m:t", _NAMESPACE)) for item in shared]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = [_cells(row, texts) for row in sheet.iterfind(".//m:row", _NAMESPACE)]
    heads = rows[0]
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for row in rows[1:]:
        if not row.get("A", "").startswith("2007"):  # the total has no code
            continue
        for column, head in heads.items():
            for name, pattern in _HEADS.items():
                date = pattern.fullmatch(head.strip())
                if date:
                    day = f"{date[1][:4]}-{date[1][4:6]}-{date[1][6:]}"
                    amount = round(Decimal(row[column]), 2)
                    found.setdefault(row["A"].strip(), {}).setdefault(day, {})[name] = amount
    return found


def _cells(row: ElementTree.Element, texts: list[str]) -> dict[str, str]:
    """The cells of a row by the letters of their column."""
    cells = {}
    for cell in row.iterfind("m:c", _NAMESPACE):
        value = cell.find("m:v", _NAMESPACE)
        if value is not None and value.text:
            text = texts[int(value.text)] if cell.get("t") == "s" else value.text
            cells[re.sub(r"\d", "", cell.get("r", ""))] = text
    return cells


def kept() -> dict[str, dict[str, Decimal]]:
    """Date -> the amounts of the bundled table."""
    found: dict[str, dict[str, Decimal]] = {}
    with FINANCE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            amounts = found.setdefault(row["cutoff"], {})
            amounts[row["stage"]] = Decimal(row["amount_eur"])
            if row["eu_amount_eur"]:
                amounts["eu"] = Decimal(row["eu_amount_eur"])
    return found


def default_folder() -> Path:
    """The first folder `shared` with data beside the project or above it, else where one would be."""
    places = [parent / "shared" for parent in ROOT.parents]
    return next((place for place in places if (place / "data").is_dir()), places[0])


def main(arguments: list[str]) -> int:
    """Compares the bundled table with the workbook."""
    path = (Path(arguments[0]) if arguments else default_folder()) / WORKBOOK
    if not path.is_file():
        print(f"{path} is missing", file=sys.stderr)
        return 2
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA_256:
        print(f"{path} is another file than the one the table was made from", file=sys.stderr)
        return 1
    theirs, ours = published(path)[CCI], kept()
    wrong = sorted(day for day in theirs.keys() | ours.keys() if theirs.get(day) != ours.get(day))
    for day in wrong:
        print(f"{day}: published {theirs.get(day)}, in the file {ours.get(day)}")
    print(f"{len(theirs)} dates, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
