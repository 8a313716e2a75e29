"""`datapackage.json`: what a programme folder declares about its tables, checked before any table is read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from porfse_analysis import schema
from porfse_analysis.codes import CCI_REMEDY, cci_problem
from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.resources import programme_folder
from porfse_analysis.verdicts.rules import RULES, rules_of

__all__ = [
    "DESCRIPTOR",
    "PLACEHOLDER_CCI",
    "PUBLISHED_FRACTIONS",
    "author_of",
    "authors",
    "declared_fields",
    "declared_tables",
    "read_descriptor",
]

DESCRIPTOR = "datapackage.json"

PLACEHOLDER_CCI = "2014XX05SFOP000"
"""The code in an empty folder that is to be filled in."""

PUBLISHED_FRACTIONS = "published_fractions"
"""Field of the descriptor: true where the source itself publishes counts of people that are not whole."""


_LONGEST_AUTHOR = 200


def read_descriptor(folder: Path) -> dict[str, Any]:
    """The descriptor of a programme folder; `DataError` when it is none, or declares what cannot be read."""
    path = folder / DESCRIPTOR
    if not folder.is_dir():
        raise DataError(folder, [Fault("is not a folder", str(folder), remedy="Name the folder of a programme")])
    if not path.is_file():
        remedy = "A programme folder declares its tables in it; `porfse new` makes an example"
        raise DataError(path, [Fault("is missing", DESCRIPTOR, remedy=remedy)])
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = Fault(f"is not UTF-8 text ({error.reason})", DESCRIPTOR, remedy="Save it as UTF-8")
        raise DataError(path, [fault]) from error
    except RecursionError as error:
        fault = Fault("is nested too deeply to be read", DESCRIPTOR, remedy="`porfse new` makes an example")
        raise DataError(path, [fault]) from error
    except json.JSONDecodeError as error:
        fault = Fault(f"is not JSON: {error.msg}", DESCRIPTOR, error.lineno, remedy="Correct it there")
        raise DataError(path, [fault]) from error
    faults = []
    if not isinstance(descriptor, dict):
        raise DataError(path, [Fault("is not a JSON object", DESCRIPTOR, remedy="Start it with { and end it with }")])
    if not str(descriptor.get("cci") or "").strip():
        remedy = 'Add the code of the programme, as "cci": "2014IT05SFOP007"'
        faults.append(Fault('has no "cci"', DESCRIPTOR, remedy=remedy))
    elif problem := cci_problem(descriptor["cci"]):
        value = json.dumps(descriptor["cci"], ensure_ascii=False)[:80]
        faults.append(Fault(problem, DESCRIPTOR, column="cci", value=value, remedy=CCI_REMEDY))
    titles = descriptor.get("titles") or {}
    if not isinstance(titles, dict) or not all(isinstance(title, str) for title in titles.values()):
        faults.append(
            Fault('"titles" is not an object of texts', DESCRIPTOR, remedy='Write it as {"it": "...", "en": "..."}')
        )
    if not isinstance(descriptor.get(PUBLISHED_FRACTIONS, False), bool):
        faults.append(Fault("is neither true nor false", DESCRIPTOR, column=PUBLISHED_FRACTIONS, remedy="Write true"))
    if not _is_author(descriptor.get("author") or ""):
        faults.append(
            Fault(
                "is not a text of one line",
                DESCRIPTOR,
                column="author",
                value=json.dumps(descriptor["author"], ensure_ascii=False)[:80],
                remedy='Write who signs the pages, as "author": "Evaluation office"',
            )
        )
    faults += _rule_faults(str(descriptor.get("cci") or "").strip(), descriptor.get("rules") or {})
    if not isinstance(descriptor.get("resources"), list):
        faults.append(Fault('has no list "resources"', DESCRIPTOR, remedy="Declare each table there"))
    else:
        for resource in descriptor["resources"]:
            if isinstance(resource, dict) and _name(resource) in schema.TABLES:
                faults += _malformed(resource)
    if faults:
        raise DataError(path, faults)
    return descriptor


def _is_author(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST_AUTHOR


def author_of(descriptor: Mapping[str, Any]) -> str:
    """Who signs the pages of a programme: what its descriptor says, one text of one line; "" where it says none."""
    value = descriptor.get("author") or ""
    return " ".join(value.split()) if _is_author(value) else ""


def authors(folders: Iterable[str | Path | None]) -> str:
    """Who signs a page about the programmes of these folders (`resources.programme_folder`), each once.

    A folder that cannot be read signs nothing: whoever reads its tables says what is wrong with it.
    """
    found = []
    for folder in folders:
        with contextlib.suppress(DataError):
            found.append(author_of(read_descriptor(programme_folder(folder))))
    return "; ".join(name for name in dict.fromkeys(found) if name)


def _rule_faults(cci: str, rules: Any) -> Iterator[Fault]:
    """What in the rules a programme sets otherwise is no rule of its period, or no value of the rule."""
    if not isinstance(rules, dict):
        remedy = 'Write it as {"serious_counts": "achievement_set"}'
        yield Fault("is not an object", DESCRIPTOR, column="rules", value=json.dumps(rules), remedy=remedy)
        return
    known = rules_of(cci)
    if rules and known is None:
        remedy = f"Take it away: there are rules for {', '.join(RULES)}"
        yield Fault(f"sets rules, and the period of {cci} has none", DESCRIPTOR, column="rules", remedy=remedy)
        return
    for name, value in rules.items():
        try:
            known and known.replace(**{name: value})
        except ParameterError as error:
            text = json.dumps(value, ensure_ascii=False)
            yield Fault(f"is no value here. {error}", DESCRIPTOR, column=f"rules.{name}", value=text)


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource.get("name"))


def _malformed(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """What in the declaration of a table cannot be read as how it is written; null or "" declares nothing."""
    table = schema.TABLES[_name(resource)]

    def fault(key: str, value: object, problem: str, remedy: str) -> Fault:
        text = json.dumps(value, ensure_ascii=False)
        return Fault(f"{problem} (table {table.name})", DESCRIPTOR, column=key, value=text, remedy=remedy)

    encoding = resource.get("encoding") or "utf-8"
    if not isinstance(encoding, str):
        yield fault("encoding", encoding, "is not the name of an encoding", 'Write "utf-8"')
    dialect = resource.get("dialect") or {}
    if not isinstance(dialect, dict):
        yield fault("dialect", dialect, "is not an object", 'Write it here, as {"delimiter": ","}')
    elif not _one_sign(dialect.get("delimiter") or ","):
        yield fault("delimiter", dialect["delimiter"], "is not one sign", 'Write ",", ";", "|" or "\\t"')
    for key, known in (("quoteChar", '"'), ("doubleQuote", True), ("header", True), ("skipInitialSpace", False)):
        if isinstance(dialect, dict) and dialect.get(key, known) != known:
            yield fault(key, dialect[key], "is a dialect that is not read", f"Write the table with {key} {known!r}")
    missing = (
        (resource.get("schema") or {}).get("missingValues", [""]) if declared_fields(resource) is not None else [""]
    )
    if missing != [""]:
        yield fault("missingValues", missing, "are not read", "Leave a cell without a figure empty")
    fields = declared_fields(resource)
    if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
        remedy = 'Write it here, as {"fields": [{"name": "...", ...}, ...]}'
        yield fault("schema", resource["schema"], "is not an object with a list of fields", remedy)
        return
    for item in fields:
        name = item.get("name")
        if not isinstance(name, str) or (
            name not in table.names and name not in schema.FORMER_NAMES.get(table.name, {})
        ):
            yield fault("fields", name, "is not a column", f"Columns: {', '.join(table.names)}")
        decimal, group = (item.get(key) or sign for key, sign in (("decimalChar", "."), ("groupChar", "")))
        if not _one_sign(decimal):
            yield fault("decimalChar", decimal, f"is not one sign, in {name}", 'Write "," or "."')
        elif group and (not _one_sign(group) or group == decimal):
            yield fault("groupChar", group, f"is not one sign other than decimalChar, in {name}", 'Write "." or ","')
        for key, words in (("trueValues", schema.TRUE), ("falseValues", schema.FALSE)):
            given = item.get(key) or []
            if not isinstance(given, list) or not set(map(str, given)) <= set(words):
                yield fault(key, item[key], f"are not read, in {name}", f"Use {' or '.join(words)}")
        if not isinstance(item.get("format") or "", str):
            yield fault("format", item["format"], f"is not a text, in {name}", 'Write it as "%d/%m/%Y"')


def _one_sign(value: object) -> bool:
    """Whether it can separate: one character that is no part of a number, a word or a quoted cell."""
    return isinstance(value, str) and len(value) == 1 and not value.isalnum() and value not in '+-"\r\n'


def declared_fields(resource: Mapping[str, Any]) -> Any:
    """The fields declared for a table; None when the schema is no object."""
    declared = resource.get("schema") or {}
    return (declared.get("fields") or []) if isinstance(declared, dict) else None


def declared_tables(folder: Path, descriptor: Mapping[str, Any], faults: list[Fault]) -> dict[str, dict[str, Any]]:
    """The declared tables by name; what is wrong with the declarations goes to `faults`."""
    declared: dict[str, dict[str, Any]] = {}
    for resource in descriptor["resources"]:
        name = _name(resource) if isinstance(resource, dict) else str(resource)
        if name not in schema.TABLES:
            close = get_close_matches(name, schema.TABLES, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            faults.append(
                Fault(
                    "is not a table of a programme",
                    DESCRIPTOR,
                    column="resources",
                    value=name,
                    remedy=f"{hint}Tables: {', '.join(schema.TABLES)}",
                )
            )
            continue
        path = resource.get("path")
        # a path of the descriptor may only lead to a file of the folder itself
        if not isinstance(path, str) or Path(path).name != path or path in ("", ".", "..") or not path.isprintable():
            faults.append(
                Fault(
                    f"is not a file name (table {name})",
                    DESCRIPTOR,
                    column="path",
                    value=str(path)[:80],
                    remedy="Keep the tables beside datapackage.json and give their names alone",
                )
            )
            continue
        if name in declared:
            faults.append(Fault(f"declares table {name} twice", DESCRIPTOR, remedy="Keep one"))
            continue
        declared[name] = resource
    listed = {resource["path"] for resource in declared.values()}
    for name in schema.TABLES:
        if f"{name}.csv" not in listed and (folder / f"{name}.csv").exists():
            faults.append(
                Fault(
                    "lies in the folder but datapackage.json does not declare it",
                    f"{name}.csv",
                    remedy="Declare it among the resources, or take it away",
                )
            )
    return declared
