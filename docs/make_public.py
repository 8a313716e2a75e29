"""Write docs/public-names.txt: what users of the package rely on, as it is now.

`python docs/make_public.py` after a change that is meant; the change goes into the section "Changed" of CHANGELOG.md
and into docs/from-0.1-to-0.2.md.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import typer

import porfse_analysis as pf
from porfse_analysis import schema
from porfse_analysis.cli import app
from porfse_analysis.resources import bundled

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "public-names.txt"

IMPORTABLE = {
    "porfse_analysis.loaders.cohesion_data": (
        *("read_finance", "read_planned", "read_indicators", "read_payments"),
        *("tables_from_cohesion_data", "programme_from_cohesion_data"),
    ),
    "porfse_analysis.loaders.opencoesione_data": ("payments_by_axis",),
    "porfse_analysis.resources": ("bundled",),
    "porfse_analysis.schema": ("TABLES",),
}
"""Outside `pf.*`, what stays importable where it is."""

AT = {"cutoff": "2018-12-31"}
BETWEEN = {"cutoff": "2020-12-31", "compare_to": "2018-12-31"}
YEAR = {"year": 2018, "cutoff": "2018-12-31"}

FRAMES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "all_changes": lambda p: pf.all_changes(p, **BETWEEN),
    "all_indicators": lambda p: pf.all_indicators(p, **AT),
    "allocation_changes": lambda p: pf.allocation_changes(p.finance, **BETWEEN),
    "beside_predecessor": lambda p: pf.beside_predecessor(p, **AT),
    "certification_rate": lambda p: pf.certification_rate(p.finance, **AT),
    "certification_target_ratio": lambda p: pf.certification_target_ratio(p, **AT),
    "check": lambda p: pf.check(p, **AT),
    "check_claims": lambda p: pf.check_claims(p, **AT),
    "closure_balance": lambda p: pf.closure_balance(p.finance, p.eu_payments, **AT),
    "cost_per_result": lambda p: pf.cost_per_result(p, **AT),
    "decommitment": lambda p: pf.decommitment(p.eu_commitments, p.finance, **YEAR),
    "decommitment_claims": lambda p: pf.decommitment_claims(p.eu_commitments, p.finance, **YEAR),
    "payment_applications": lambda p: pf.payment_applications(p.eu_commitments, p.finance, **YEAR),
    "eu_payment_rate": lambda p: pf.eu_payment_rate(p.eu_payments, **AT),
    "financial_changes": lambda p: pf.financial_changes(p.finance, **BETWEEN),
    "financial_correction": lambda p: pf.financial_correction(p.achievements, p.finance, p.targets, **AT),
    "financial_progress": lambda p: pf.financial_progress(p.finance, **AT),
    "framework_distances": lambda p: pf.framework_distances(p.achievements, p.finance, p.targets, **AT),
    "framework_indicators": lambda p: pf.framework_indicators(p.achievements, p.finance, p.targets, **AT),
    "label": lambda p: pf.label(pf.all_indicators(p, **AT), "en"),
    "participant_changes": lambda p: pf.participant_changes(p.achievements, **BETWEEN),
    "participants": lambda p: pf.participants(p.achievements, **AT),
    "per_capita_spend": lambda p: pf.per_capita_spend(p.finance, pf.participants(p.achievements, **AT), **AT),
    "performance_framework": lambda p: pf.performance_framework(p.achievements, p.finance, p.targets, **AT),
    "residents": lambda p: pf.residents(p.population, **AT),
    "rules_table": lambda p: pf.rules_table(),
    "target_achievement_ratio": lambda p: pf.target_achievement_ratio(p.achievements, p.targets, **AT),
    "target_changes": lambda p: pf.target_changes(p.targets, **BETWEEN),
    "target_ratio_changes": lambda p: pf.target_ratio_changes(p.achievements, p.targets, **BETWEEN),
    "women_and_men": lambda p: pf.women_and_men(p.achievements, **AT),
    "wide": lambda p: pf.wide(pf.all_indicators(p, names="declaration_rate", **AT)),
}
"""A call of every public function that gives a frame; a test sees that none is missing."""

CODES = (
    *("NOTES", "STATUSES", "PLAN_STATUSES", "VERDICTS", "REASONS", "NEEDS", "SEVERITIES", "CHECKS", "DISTANCES"),
    *("CLOSURE_NOTES", "CLOSURE_STATUSES", "CORRECTION_NOTES", "CORRECTION_STATUSES"),
)
"""Lists of codes, by the name they have in whichever module; codes of one name are one list here."""


def lines() -> Iterator[str]:
    """The lines of the file."""
    yield "What users of porfse_analysis rely on. Made by docs/make_public.py; a test compares it with the code."
    for title, section in SECTIONS.items():
        yield ""
        yield f"[{title}]"
        yield from section()


def public_names() -> Iterator[str]:
    """The names of `pf`, with signatures."""
    for name in sorted(pf.__all__):
        yield from described(f"pf.{name}", getattr(pf, name))


def importable() -> Iterator[str]:
    """Other names that stay where they are."""
    for module, names in IMPORTABLE.items():
        for name in names:
            yield from described(f"{module}.{name}", getattr(importlib.import_module(module), name))


def described(name: str, value: Any) -> Iterator[str]:
    """A name as it is called; of a class also its fields and methods, of a module its names."""
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__)
        known = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
        fields = [field.name for field in known if not field.name.startswith("_")]
        yield f"{name}: class ({bases})" + (f", fields {', '.join(fields)}" if fields else "")
        for member in sorted(vars(value)):
            if not member.startswith("_") and member not in fields:
                method = vars(value)[member]
                yield f"{name}.{member}{signature(method) if inspect.isfunction(method) else ''}"
    elif inspect.ismodule(value):
        for inner in sorted(value.__all__):
            yield from described(f"{name}.{inner}", getattr(value, inner))
    elif callable(value):
        yield f"{name}{signature(value)}"
    else:
        kind = "mapping" if hasattr(value, "keys") else type(value).__name__
        yield f"{name}: {kind} of"
        yield from (f"    {key}" for key in value)


class _Long:
    """Stands for a default too long to show."""

    def __repr__(self) -> str:
        return "..."


def signature(function: Callable[..., Any]) -> str:
    """The parameters, with those of one value each; what a default holds is shown while it is short."""
    shown = inspect.signature(function)
    parameters = [
        parameter.replace(
            annotation=parameter.empty,
            default=parameter.default if len(repr(parameter.default)) <= 40 else _Long(),
        )
        for parameter in shown.parameters.values()
    ]
    return str(shown.replace(parameters=parameters, return_annotation=shown.empty))


def tables() -> Iterator[str]:
    """The columns of every table of a programme."""
    for name in schema.TABLES:
        table = schema.TABLES[name]
        yield f"{name}, key {', '.join(table.key)}"
        yield from columns(schema.empty(name))


def frames() -> Iterator[str]:
    """The columns of every frame a public function gives, and of a report's."""
    programme = pf.load_programme(bundled())
    report = pf.open_report(programme, cutoff="2018-12-31", lang="en")
    for name, call in FRAMES.items():
        yield f"pf.{name}"
        yield from columns(call(programme))
    for name in ("results", "findings", "verdicts", "deadlines", "sources"):
        yield f"report.{name}"
        yield from columns(getattr(report, name))


def columns(frame: pd.DataFrame) -> Iterator[str]:
    """A column a line, with its type."""
    return (f"    {name}: {dtype}" for name, dtype in frame.dtypes.items())


def codes() -> Iterator[str]:
    """The codes that stand in frames: notes, statuses, verdicts, reasons, findings."""
    found: dict[str, set[str]] = {name: set() for name in CODES}
    for module in pkgutil.walk_packages(pf.__path__, "porfse_analysis."):
        if module.name.split(".")[1] in ("indicators", "verdicts", "checks", "claims"):
            held = vars(importlib.import_module(module.name))
            for name in CODES:
                found[name].update(str(getattr(code, "code", code)) for code in held.get(name, ()))
    for name in CODES:
        yield name.lower()
        yield from (f"    {code}" for code in sorted(found[name]))


def command_line() -> Iterator[str]:
    """Every command with its arguments and options."""
    return commands("porfse", typer.main.get_command(app))


def commands(name: str, command: Any) -> Iterator[str]:
    """A command a line, its parameters below, then its commands."""
    yield name
    for parameter in command.params:
        if parameter.name == "help":
            continue
        said = ["/".join([*parameter.opts, *parameter.secondary_opts])]
        said += ["argument"] if parameter.param_type_name == "argument" else []
        said += ["required"] if parameter.required else [f"default {default(parameter.default)}"]
        said += ["repeatable"] if getattr(parameter, "multiple", False) or parameter.nargs == -1 else []
        yield f"    {', '.join(said)}"
    for inner, found in sorted(getattr(command, "commands", {}).items()):
        yield from commands(f"{name} {inner}", found)


def default(value: Any) -> str:
    """A default as it is typed."""
    return "none" if value is None or value == () else str(getattr(value, "value", value)) or '""'


def notebook_names() -> Iterator[str]:
    """What the notebooks import and call: a user's copy of one goes on using it."""
    used: set[str] = set()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        used.update(names_used(ast.parse(code)))
        used.add(f"{path.name}: parameters {', '.join(parameters(cells))}")
    yield from sorted(used)


def parameters(cells: list[dict[str, Any]]) -> Iterator[str]:
    """The names that the cell of parameters sets."""
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", []):
            for node in ast.parse("".join(cell["source"])).body:
                if isinstance(node, ast.Assign | ast.AnnAssign):
                    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                    yield ast.unparse(target)


def names_used(tree: ast.AST) -> Iterator[str]:
    """The names of the package that a piece of code imports, and the attributes of modules that it uses."""
    homes: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("porfse_analysis"):
            homes.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.Import):
            homes.update({alias.asname or alias.name: alias.name for alias in node.names if "porfse" in alias.name})
    yield from homes.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in homes:
            yield f"{homes[node.value.id]}.{node.attr}"


SECTIONS: dict[str, Callable[[], Iterator[str]]] = {
    "public names": public_names,
    "importable": importable,
    "tables": tables,
    "frames": frames,
    "codes": codes,
    "command line": command_line,
    "notebooks": notebook_names,
}


def text() -> str:
    """The whole file."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8", newline="\n")
