"""The proof that the bundled tables are what was published: rebuilt row by row from the published tables.

    python data/build.py [FOLDER] [--write]

FOLDER holds the inputs, as `data/` and `seed/` (default: the first folder `shared` beside the project or above it).
Nothing of the package reads or reckons here, so that it does not prove itself: the inputs are read with the standard
library alone. Ends with 0 when all is equal, 1 when something differs, 2 when inputs are missing. `--write` writes the
tables that follow wholly from the inputs (`DERIVED`) again. What each table is made from stands in README.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMME = Path(__file__).resolve().parent / "por-fse-lombardia-2014-2020"
CCI = "2014IT05SFOP007"

INPUTS = {
    "data/ec/ec_finance_implementation.csv.gz": "37028ab4c2abe24785b1341a47536831255abcf9eaa0b245467efbeb8ed41975",
    "data/ec/ec_finance_planned.csv.gz": "319a488990c0dbb41f864454febf7ae15d9a68eff5778db6a1add4067fc5713d",
    "data/ec/ec_indicators.csv.gz": "976876f9f241f1ace5ef594d9918d1c80fa4de1cdd9fd9a5fdb7c193ee0c203f",
    "data/population_lombardia.csv": "74c44a84b13d11471a010b927a4548480073fa8ad6ec8c19f38312bb24fe7c84",
    "seed/por-fse-lombardia-30-settembre-2018.txt": "a38bea88eb35e8122d5ce0c616c9d9a2c6d17931cd7b34a070ffcd7b5841d170",
}
FINANCE, PLANNED, INDICATORS, POPULATION, SHEET_TEXT = INPUTS

ALL_ACHIEVEMENTS = True
"""The selection of achievements: all 880 rows of the source, or those `is_kept` chooses."""

PARTICIPANTS = ("CO01", "CO03", "CO05")

PERCENTAGES = (("I", "8ii", "CR06"), ("I", "8v", "CR06"), ("II", "9i", "CR05"))
"""Targets the portal labels "Number" and that are percentages: 35, 20.2 and 80, beside counts of thousands."""

DERIVED = ("achievements", "targets", "population")
"""Tables that follow wholly from the inputs; of finance, the rows of the sheet do not."""

KEYS = {
    "finance": ("axis", "cutoff", "stage", "fund", "region_category", "source"),
    "achievements": (
        *("axis", "fund", "investment_priority", "region_category", "indicator_type", "indicator_code"),
        *("cutoff", "source"),
    ),
    "targets": (
        *("axis", "fund", "investment_priority", "region_category", "indicator_type", "indicator_code"),
        *("plan_version", "source"),
    ),
    "population": ("area", "year"),
}

SHEET = "sheet-2018-09-30"
# slide, words of the sheet, the figure in them, table, its row (columns that name it), column
SHEET_FIGURES = (
    (1, "358.000.000,00 €", "358.000.000,00", "finance", ("I", "allocation"), "amount_eur"),
    (1, "227.100.000,00 €", "227.100.000,00", "finance", ("II", "allocation"), "amount_eur"),
    (1, "332.500.000,00 €", "332.500.000,00", "finance", ("III", "allocation"), "amount_eur"),
    (1, "20.000.000,00 €", "20.000.000,00", "finance", ("IV", "allocation"), "amount_eur"),
    (1, "Asse Assistenza Tecnica, pari a 32 Mln €", "32", "finance", ("V", "allocation"), "amount_eur"),
    (1, "970.47 Mln €", "970.47", "finance", ("ALL", "allocation"), "amount_eur"),
    (2, "RISORSE ATTIVATE 614 MLN €", "614", "finance", ("ALL", "activated"), "amount_eur"),
    (2, "PAGAMENTI 281 MLN €", "281", "finance", ("ALL", "paid"), "amount_eur"),
    (2, "IMPEGNI 356 MLN €", "356", "finance", ("ALL", "committed"), "amount_eur"),
    (2, "SPESA CERTIFICATA 144 MLN €", "144", "finance", ("ALL", "certified"), "amount_eur"),
    (4, "216 Mln € PER L’OCCUPAZIONE", "216", "finance", ("I", "activated"), "amount_eur"),
    (4, "162 Mln € PER L’INCLUSIONE SOCIALE ATTIVA", "162", "finance", ("II", "activated"), "amount_eur"),
    (4, "220 Mln € PER LA FILIERA PROFESSIONALIZZANTE", "220", "finance", ("III", "activated"), "amount_eur"),
    (4, "15 Mln € PER IL RAFFORZAMENTO", "15", "finance", ("IV", "activated"), "amount_eur"),
    (1, "Asse Assistenza Tecnica, pari a 32 Mln €", "32", "claims", ("allocation-technical-assistance",), "value"),
    (1, "970.47 Mln €", "970.47", "claims", ("allocation-total",), "value"),
    (2, "RISORSE ATTIVATE 614 MLN €", "614", "claims", ("activated-614",), "value"),
    (2, "PAGAMENTI 281 MLN €", "281", "claims", ("paid-281",), "value"),
    (2, "IMPEGNI 356 MLN €", "356", "claims", ("committed-356",), "value"),
    (2, "SPESA CERTIFICATA 144 MLN €", "144", "claims", ("certified-144",), "value"),
    (3, "certificate spese alla CE per più di 144 Meuro", "144", "claims", ("certified-more-than-144",), "value"),
    (3, "per 5 indicatori di realizzazione su 6", "5", "claims", ("output-milestones",), "value"),
    (3, "per 5 indicatori di realizzazione su 6", "6", "claims", ("output-milestones",), "out_of"),
    (3, "2018 di 2 indicatori finanziari su 4", "2", "claims", ("financial-milestones",), "value"),
    (3, "2018 di 2 indicatori finanziari su 4", "4", "claims", ("financial-milestones",), "out_of"),
    (3, "più di 187.000 persone", "187.000", "claims", ("people-reached",), "value"),
    (3, "di cui il 47% donne", "47", "claims", ("women-share",), "value"),
    (1, "358.000.000,00 €", "358.000.000,00", "claims", ("allocation-axis-i",), "value"),
    (1, "227.100.000,00 €", "227.100.000,00", "claims", ("allocation-axis-ii",), "value"),
    (1, "332.500.000,00 €", "332.500.000,00", "claims", ("allocation-axis-iii",), "value"),
    (1, "20.000.000,00 €", "20.000.000,00", "claims", ("allocation-axis-iv",), "value"),
    (4, "216 Mln € PER L’OCCUPAZIONE", "216", "claims", ("activated-216",), "value"),
    (4, "162 Mln € PER L’INCLUSIONE SOCIALE ATTIVA", "162", "claims", ("activated-162",), "value"),
    (4, "220 Mln € PER LA FILIERA PROFESSIONALIZZANTE", "220", "claims", ("activated-220",), "value"),
    (4, "15 Mln € PER IL RAFFORZAMENTO", "15", "claims", ("activated-15",), "value"),
    (3, "Più di 100.000 destinatari", "100.000", "claims", ("reached-dote-unica-lavoro",), "value"),
    (3, "Più di 14.000 famiglie fragili", "14.000", "claims", ("reached-nidi-gratis",), "value"),
    (3, "Circa 2000 persone sottoposte", "2000", "claims", ("reached-provvedimenti-giudiziari",), "value"),
    (3, "Più di 400 persone anziane e 700 persone disabili", "400", "claims", ("reached-autonomia-anziani",), "value"),
    (3, "Più di 400 persone anziane e 700 persone disabili", "700", "claims", ("reached-autonomia-disabili",), "value"),
    (3, "Circa 30.000 partecipanti", "30.000", "claims", ("reached-iefp",), "value"),
    (3, "Circa 3000 operatori di polizia locale e 64 CPI", "3000", "claims", ("reached-polizia-locale",), "value"),
    (3, "e 64 CPI coinvolti", "64", "claims", ("reached-centri-per-impiego",), "value"),
    (3, "Più di 100.000 destinatari", "100.000", "measures", ("dote-unica-lavoro",), "value"),
    (3, "Più di 14.000 famiglie fragili", "14.000", "measures", ("nidi-gratis",), "value"),
    (3, "Circa 2000 persone sottoposte", "2000", "measures", ("provvedimenti-giudiziari",), "value"),
    (3, "Più di 400 persone anziane e 700 persone disabili", "400", "measures", ("autonomia-anziani",), "value"),
    (3, "Più di 400 persone anziane e 700 persone disabili", "700", "measures", ("autonomia-disabili",), "value"),
    (3, "Circa 30.000 partecipanti", "30.000", "measures", ("iefp",), "value"),
    (3, "Circa 3000 operatori di polizia locale e 64 CPI", "3000", "measures", ("polizia-locale",), "value"),
    (3, "e 64 CPI coinvolti", "64", "measures", ("centri-per-impiego",), "value"),
)
SHEET_ROWS = {"finance": ("axis", "stage"), "claims": ("claim",), "measures": ("measure",)}

Row = dict[str, str]


# --- reading ---


def default_folder() -> Path:
    """The first folder `shared` with data beside the project or above it, else where one would be."""
    places = [parent / "shared" for parent in ROOT.parents]
    return next((place for place in places if (place / "data").is_dir()), places[0])


def missing_inputs(folder: Path) -> list[str]:
    """The inputs that the folder lacks."""
    return [name for name in INPUTS if not (folder / name).is_file()]


def wrong_inputs(folder: Path) -> list[str]:
    """A line per input that is another file than the one the tables were made from."""
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in INPUTS}
    return [
        f"{name}: SHA-256 {found[name]}, the tables were made from {INPUTS[name]}"
        for name in INPUTS
        if found[name] != INPUTS[name]
    ]


def own_rows(path: Path) -> list[Row]:
    """The rows of the programme in a table of the Commission, `VOID` as empty; other lines are not taken apart."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        lines = [next(stream), *(line for line in stream if CCI in line)]
    rows = [row for row in csv.DictReader(lines) if row["cci"] == CCI]
    return [{name: "" if cell == "VOID" else cell for name, cell in row.items()} for row in rows]


def bundled(name: str) -> list[Row]:
    """A table of the bundled programme, its cells as they are written."""
    with (PROGRAMME / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def header(name: str) -> list[str]:
    """The columns of a table of the bundled programme."""
    with (PROGRAMME / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


# --- the rows, out of what was published ---


def version(text: str) -> str:
    """The portal writes plan versions as 4 in one table and 4.0 in another."""
    return text.removesuffix(".0")


def number(text: str) -> str:
    """The digits a number needs."""
    return f"{Decimal(text).normalize():f}" if text else ""


AXES = ("I", "II", "III", "IV", "V")
_STAGES = {"allocation": "total_amount", "selected": "total_eligible_cost", "declared": "total_eligible_expenditure"}


def finance(rows: list[Row]) -> list[Row]:
    """Three rows per axis and position; the position of the last year is of the day its figures are of."""
    last = max(row["year"] for row in rows)
    built = []
    for row in sorted(rows, key=lambda row: (row["year"], AXES.index(row["priority"]))):
        day = row["reference_date"][:10]
        for stage, column in _STAGES.items():
            built.append(
                {
                    "axis": row["priority"],
                    "cutoff": day if row["year"] == last else f"{row['year']}-12-31",
                    "stage": stage,
                    "fund": row["fund"],
                    "region_category": row["category_of_region"],
                    "source": "ec-99js-gm52",
                    "amount_eur": f"{Decimal(row[column]):.2f}",
                    "eu_amount_eur": f"{Decimal(row['eu_amount']):.2f}" if stage == "allocation" else "",
                    "data_date": day,
                    "qualifier": "exact",
                    "precision": "0.01",
                    "plan_version": version(row["ver"]),
                }
            )
    return built


def _indicator(row: Row) -> Row:
    return {
        "axis": row["priority_code"],
        "fund": row["fund"],
        "investment_priority": row["investment_priority"],
        "region_category": row["category_of_region"],
        "indicator_type": row["indicator_type_code"],
        "indicator_code": row["ind_code"],
    }


def _order(row: Row) -> tuple[object, ...]:
    return AXES.index(row["axis"]), *list(row.values())[2:6]


def is_kept(row: Row, aimed: set[tuple[str, ...]]) -> bool:
    """Whether the bundled achievements hold a row: its indicator has a target, or counts participants."""
    key = tuple(_indicator(row).values())
    return ALL_ACHIEVEMENTS or key in aimed or row["ind_code"] in PARTICIPANTS


def achievements(rows: list[Row]) -> list[Row]:
    """The values of the chosen indicators at each year's end; a year in which none was reported has no rows."""
    aimed = {tuple(_indicator(row).values()) for row in rows if row["target_value"]}
    reported = {row["year"] for row in rows if row["implemented_value"]}
    built = [
        _indicator(row)
        | {
            "cutoff": f"{row['year']}-12-31",
            "source": "ec-2q3n-nr7n",
            "value": number(row["implemented_value"]),
            "women": "",
            "men": "",
            "qualifier": "exact",
            "unit": row["measurement_unit"],
            "data_date": f"{row['year']}-12-31",
            "reported_in": row["ir_ver"],
        }
        for row in rows
        if row["year"] in reported and is_kept(row, aimed)
    ]
    return sorted(built, key=lambda row: (row["cutoff"], *_order(row)))


def targets(rows: list[Row]) -> list[Row]:
    """One row per indicator and plan version that sets a target, valid from the first year of that version."""
    built: dict[tuple[str, ...], Row] = {}
    milestone, target = header("targets")[9:11]
    for row in sorted(rows, key=lambda row: row["year"]):
        if not row["target_value"]:
            continue
        key = _indicator(row)
        percentage = (key["axis"], key["investment_priority"], key["indicator_code"]) in PERCENTAGES
        made = key | {
            "plan_version": version(row["ver"]),
            "source": "ec-2q3n-nr7n",
            "valid_from": f"{row['year']}-12-31",
            milestone: "",
            target: number(row["target_value"]),
            "unit": "%" if percentage else row["measurement_unit"],
            "kind": {"O": "output", "R": "result"}[key["indicator_type"][0]],
            "in_performance_framework": "",
        }
        first = built.setdefault((*key.values(), made["plan_version"]), made)
        if first[target] != made[target]:
            raise SystemExit(f"{INDICATORS}: two targets of {key} in plan version {made['plan_version']}")
    return sorted(built.values(), key=lambda row: (row["valid_from"], *_order(row)))


def population(path: Path) -> list[Row]:
    """Residents of the region on 1 January."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            {"area": "ITC4", "year": row["year"], "residents": row["population"], "source": "eurostat-demo-r-d2jan"}
            for row in csv.DictReader(stream)
        ]


def built_tables(folder: Path) -> dict[str, list[Row]]:
    """The rows of each table that were published as tables."""
    indicators = own_rows(folder / INDICATORS)
    return {
        "finance": finance(own_rows(folder / FINANCE)),
        "achievements": achievements(indicators),
        "targets": targets(indicators),
        "population": population(folder / POPULATION),
    }


# --- comparing ---


def differences(name: str, built: list[Row], kept: list[Row]) -> list[str]:
    """What differs between the rows made and the rows of the file, a line each."""
    key = KEYS[name]
    made, found = ({tuple(row[column] for column in key): row for row in rows} for rows in (built, kept))
    said = []
    if len(found) != len(kept):
        said.append(f"{name}.csv: {len(kept) - len(found)} rows have the key of another row")
    for where in made.keys() | found.keys():
        row = f"{name}.csv, {', '.join(cell for cell in where if cell)}"
        if where not in found:
            said.append(f"{row}: published, not in the file")
        elif where not in made:
            said.append(f"{row}: in the file, not published")
        else:
            said += [
                f"{row}: {column} is {found[where][column]!r}, published {cell!r}"
                for column, cell in made[where].items()
                if found[where][column] != cell
            ]
    if not said and list(made) != list(found):
        said.append(f"{name}.csv: the rows stand in another order than they are made in")
    return sorted(said)


def plan_differences(planned: list[Row]) -> list[str]:
    """The plan of the third table (e4v6-qrrq) against the allocations of the newest plan version in finance.csv."""
    newest = [row for row in bundled("finance") if row["stage"] == "allocation" and row["source"] == "ec-99js-gm52"][
        -5:
    ]
    kept = {
        row["axis"]: (row["plan_version"], Decimal(row["amount_eur"]), Decimal(row["eu_amount_eur"])) for row in newest
    }
    published = {
        row["priority"]: (version(row["ver"]), Decimal(row["total_amount"]), Decimal(row["eu_amount"]))
        for row in planned
    }
    return [
        f"finance.csv, axis {axis}: the last plan is {kept.get(axis)}, the planned table has {published.get(axis)}"
        for axis in sorted(kept.keys() | published.keys())
        if kept.get(axis) != published.get(axis)
    ]


def figure(quote: str, text: str) -> tuple[Decimal, Decimal]:
    """The value and the unit of its last digit, of a figure in the sheet: 614 MLN is 614,000,000 to a million."""
    digits = text
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", text):
        digits = text.replace(".", "")
    value = Decimal(digits.replace(",", "."))
    last = Decimal(1).scaleb(int(value.as_tuple().exponent))
    after = quote.partition(text)[2].strip().casefold()
    unit = Decimal("0.01") if after.startswith("%") else Decimal(10**6 if after.startswith(("mln", "meuro")) else 1)
    return value * unit, last * unit


def sheet_differences(text: str) -> list[str]:
    """The figures that were typed from the sheet, each against its words; and rows of it that name no words."""
    words = " ".join(text.split())
    tables = {name: [row for row in bundled(name) if row["source"] == SHEET] for name in SHEET_ROWS}
    found = {name: {tuple(row[c] for c in SHEET_ROWS[name]): row for row in rows} for name, rows in tables.items()}
    said, named = [], set()
    for slide, quote, digits, name, where, column in SHEET_FIGURES:
        place = f"{name}.csv, {', '.join(where)} (slide {slide})"
        row = found[name].get(where)
        named.add((name, where))
        if quote not in words:
            said.append(f"{place}: the sheet does not say {quote!r}")
        if row is None:
            said.append(f"{place}: not in the file, the sheet says {quote!r}")
            continue
        value, precision = figure(quote, digits)
        if not row[column] or Decimal(row[column]) != value:
            said.append(f"{place}: {column} is {row[column]!r}, the sheet says {quote!r}")
        if column != "out_of" and (not row["precision"] or Decimal(row["precision"]) != precision):
            said.append(f"{place}: precision is {row['precision']!r}, the sheet says {quote!r}")
    for name, rows in found.items():
        amount = "amount_eur" if name == "finance" else "value"
        said += [
            f"{name}.csv, {', '.join(where)}: {row[amount]} names no words of the sheet"
            for where, row in rows.items()
            if row[amount] and (name, where) not in named
        ]
    for row in bundled("axes"):
        for column in ("title_it", "strand_it"):
            if row["source"] == SHEET and _spoken(row[column]) not in _spoken(words):
                said.append(f"axes.csv, {row['axis']}: the sheet does not say {column} {row[column]!r}")
    return said


def _spoken(text: str) -> str:
    """Small letters, and the accent as the sheet's capitals have it: QUALITA' in one place, CAPACITÀ in another."""
    return text.replace("’", "'").casefold().replace("à", "a'")


def compare(folder: Path) -> list[str]:
    """Everything in which the bundled tables differ from what was published, a line each."""
    said = wrong_inputs(folder)
    for name, rows in built_tables(folder).items():
        kept = [row for row in bundled(name) if row["source"] != SHEET]
        said += differences(name, rows, kept)
    said += plan_differences(own_rows(folder / PLANNED))
    return said + sheet_differences((folder / SHEET_TEXT).read_text(encoding="utf-8"))


# --- writing and saying ---


def as_csv(name: str, rows: Iterable[Row]) -> str:
    """A table as it is written."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, header(name), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write(folder: Path) -> None:
    """Write the tables that follow wholly from the inputs."""
    made = built_tables(folder)
    for name in DERIVED:
        (PROGRAMME / f"{name}.csv").write_text(as_csv(name, made[name]), encoding="utf-8", newline="")
        print(f"written: {name}.csv, {len(made[name])} rows")


def main(arguments: list[str] | None = None) -> int:
    """Compare, or write and compare; 0 equal, 1 different, 2 inputs are missing."""
    parser = argparse.ArgumentParser(description="Compare the bundled tables with what was published.")
    parser.add_argument("folder", nargs="?", type=Path, default=default_folder(), help="holds data/ and seed/")
    parser.add_argument("--write", action="store_true", help=f"write {', '.join(DERIVED)} from the inputs first")
    asked = parser.parse_args(arguments)
    missing = missing_inputs(asked.folder)
    if missing:
        print(f"{asked.folder} lacks the published inputs: {', '.join(missing)}. See data/README.md", file=sys.stderr)
        return 2
    if asked.write:
        if wrong := wrong_inputs(asked.folder):
            print(
                "\n".join([*wrong, "nothing written: put the new hash into INPUTS when it is meant"]), file=sys.stderr
            )
            return 1
        write(asked.folder)
    said = compare(asked.folder)
    print("\n".join(said) or "equal: every row that was published as a table, every figure typed from the sheet")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
