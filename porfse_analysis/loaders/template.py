"""An empty programme folder to fill in, with a page that explains every column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from porfse_analysis import schema
from porfse_analysis.errors import ParameterError
from porfse_analysis.files import STRAY, folder_aside
from porfse_analysis.languages import IN_TABLES, in_every_language, text
from porfse_analysis.loaders.descriptor import DESCRIPTOR, PLACEHOLDER_CCI
from porfse_analysis.loaders.save import table_descriptor
from porfse_analysis.loaders.workbook.template import HELP, TEMPLATE, write_template

__all__ = ["EXAMPLES", "PAGE", "describe", "new_folder"]

PAGE = f"{HELP}.md"

_ESF = {"fund": "ESF", "region_category": "More developed", "source": "monitoring"}


def _written(name: str, key: str) -> dict[str, str]:
    """A text of the catalogues in the columns a table has for it."""
    return {f"{name}_{lang}": text(key, lang) for lang in IN_TABLES}


EXAMPLES: dict[str, list[dict[str, str]]] = {
    "axes": [
        {"axis": "I", **_written("title", "example.employment"), "technical_assistance": "no"},
        {
            "axis": "V",
            **_written("title", "example.technical_assistance"),
            "technical_assistance": "yes",
        },
    ],
    "finance": [
        _ESF
        | {
            "axis": "I",
            "cutoff": "2018-12-31",
            "stage": "allocation",
            "amount_eur": "50000000.00",
            "eu_amount_eur": "25000000.00",
            "plan_version": "1.0",
        },
        _ESF | {"axis": "I", "cutoff": "2018-12-31", "stage": "certified", "amount_eur": "10000000.00"},
        {
            "axis": "ALL",
            "cutoff": "2018-12-31",
            "stage": "paid",
            "source": "sheet",
            "amount_eur": "15000000.00",
            "qualifier": "more_than",
            "precision": "1000000",
        },
    ],
    "achievements": [
        _ESF
        | {
            "axis": "I",
            "investment_priority": "8i",
            "indicator_type": "OESF",
            "indicator_code": "CO01",
            "cutoff": "2018-12-31",
            "value": "3600",
            "women": "1700",
            "unit": "Number",
        },
    ],
    "targets": [
        {
            "axis": "I",
            "fund": "ESF",
            "region_category": "More developed",
            "indicator_type": "OESF",
            "indicator_code": "CO01",
            "plan_version": "1.0",
            "source": "programme",
            "valid_from": "2015-12-31",
            "milestone": "4000",
            "target": "12000",
            "unit": "Number",
            "kind": "output",
            "in_performance_framework": "yes",
        },
        {
            "axis": "I",
            "fund": "ESF",
            "region_category": "More developed",
            "indicator_code": "F1",
            "plan_version": "1.0",
            "source": "programme",
            "valid_from": "2015-12-31",
            "milestone": "10000000",
            "target": "50000000",
            "unit": "EUR",
            "kind": "financial",
            "in_performance_framework": "yes",
        },
    ],
    "measures": [
        {
            "measure": "voucher",
            "valid_from": "2018-12-31",
            "axis": "I",
            **_written("title", "example.voucher"),
            **_written("recipients", "example.recipients"),
            "value": "3600",
            "cutoff": "2018-12-31",
            "source": "sheet",
            "axis_source": "programme",
        },
    ],
    "eu_commitments": [
        {
            "year": "2014",
            "eu_commitment_eur": "10600000.00",
            "performance_reserve_eur": "600000.00",
            "prefinancing_received_eur": "800000.00",
            "source": "programme",
        },
        {
            "year": "2015",
            "eu_commitment_eur": "11660000.00",
            "performance_reserve_eur": "660000.00",
            "source": "programme",
        },
    ],
    "eu_payments": [
        {
            "year": "2018",
            "planned_eu_eur": "80000000.00",
            "net_prefinancing_eur": "2400000.00",
            "net_interim_eur": "9000000.00",
            "net_total_eur": "11400000.00",
            "source": "programme",
        },
    ],
    "certification_targets": [{"due": "2018-12-31", "share": "0.3", "precision": "0.001", "source": "programme"}],
    "population": [{"area": "ITC4", "year": "2018", "residents": "10036258", "source": "statistics"}],
    "claims": [
        {
            "claim": "paid-15",
            **_written("text", "example.paid"),
            "quantity": "paid",
            "axis": "ALL",
            "value": "15000000",
            "unit": "EUR",
            "qualifier": "more_than",
            "precision": "1000000",
            "cutoff": "2018-12-31",
            "source": "sheet",
        },
        {
            "claim": "milestones",
            **_written("text", "example.milestones"),
            "quantity": "output_milestones_achieved",
            "axis": "ALL",
            "value": "1",
            "unit": "indicator",
            "cutoff": "2018-12-31",
            "source": "sheet",
        },
    ],
    "sources": [
        {
            "source": "monitoring",
            **_written("title", "example.monitoring"),
            "publisher": text("example.publisher", IN_TABLES[0]),
        },
        {"source": "programme", **_written("title", "example.programme")},
        {"source": "sheet", **_written("title", "example.sheet"), "page": "2"},
        {"source": "statistics", **_written("title", "example.statistics")},
    ],
}
"""Rows that show how a table is filled in; the figures are invented. Together they make a folder that loads."""


def new_folder(folder: str | Path) -> Path:
    """Write an empty programme folder and return its path.

    It holds every table with its header alone, the descriptor, a page that explains each column with example rows, and
    the same tables as a workbook (`import_workbook` reads it). Written aside and moved into place.
    Raises `ParameterError` when `folder` is a file or holds something.
    """
    target = Path(folder).resolve()
    if target.exists() and not target.is_dir():
        raise ParameterError(f"{folder} is a file: name a folder")
    if target.exists() and {path.name for path in target.iterdir()} - STRAY:
        raise ParameterError(f"{folder} exists and is not empty: name another folder")
    with folder_aside(target) as aside:
        for table in schema.TABLES.values():
            _write(aside / f"{table.name}.csv", ",".join(table.names) + "\n")
        _write(aside / DESCRIPTOR, json.dumps(_descriptor(), ensure_ascii=False, indent=1) + "\n")
        _write(aside / PAGE, _page())
        write_template(aside / TEMPLATE)
    return target


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")


def _descriptor() -> dict[str, Any]:
    return {
        "name": "programme",
        "profile": "tabular-data-package",
        "cci": PLACEHOLDER_CCI,
        "title": "Programme",
        "titles": in_every_language("folder.title"),
        "resources": [table_descriptor(table) for table in schema.TABLES.values()],
    }


def describe(table: schema.Table) -> str:
    """The columns of a table as a Markdown table: kind, whether a cell may be empty, meaning."""
    rows = ["| column | kind | cell | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        cell = "required" if column.required else "optional column" if column.optional else "may be empty"
        if column.refers_to:
            cell += f", one of `{column.refers_to}`" + (f" or {schema.ALL}" if column.may_be_all else "")
        allowed = f" ({', '.join(column.allowed)})" if column.allowed else ""
        rows.append(f"| `{column.name}` | {column.kind} | {cell} | {column.meaning}{allowed} |")
    return "\n".join(rows)


def _page() -> str:
    names = {"descriptor": DESCRIPTOR, "cci": PLACEHOLDER_CCI, "template": TEMPLATE}
    parts = [
        f"# {HELP.replace('-', ' / ')}\n",
        *(f"{written}\n" for written in in_every_language("folder.intro", **names).values()),
        " ".join(in_every_language("folder.examples").values()) + "\n",
    ]
    for table in schema.TABLES.values():
        where = ". ".join(in_every_language(f"table_source.{table.name}").values())
        need = " / ".join(in_every_language("needed.table" if table.required else "needed.no_table").values())
        example = "\n".join(
            [",".join(table.names)]
            + [",".join(row.get(name, "") for name in table.names) for row in EXAMPLES[table.name]]
        )
        parts.append(
            f"## {table.name}.csv\n\n{need}. {where}.\n\nKey: {', '.join(table.key)}.\n\n{describe(table)}\n\n"
            f"```\n{example}\n```\n"
        )
    return "\n".join(parts)
