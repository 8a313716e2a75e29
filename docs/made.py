"""The directive `made`: pages and tables that are made of the code, so that they say what it does.

```{made} indicators
```
"""

from __future__ import annotations

import html
import importlib
import inspect
import re
import tomllib
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import layers
import typer
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import porfse_analysis as pf
from porfse_analysis.cli import app as command_line
from porfse_analysis.display.glossary import all_terms
from porfse_analysis.display.words.rules import word_rules
from porfse_analysis.display.words.wording import catalogue
from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.loaders.cohesion.forms import FIRST, SECOND
from porfse_analysis.loaders.cohesion.registry import FORMS, kinds_of

ROOT = Path(__file__).resolve().parents[1]

GROUPS: dict[str, tuple[str, ...]] = {
    "programme": ("load_programme", "Programme", "open_report", "Report"),
    "indicators": (
        *("all_indicators", "financial_progress", "certification_rate", "eu_payment_rate"),
        *("target_achievement_ratio", "certification_target_ratio", "participants", "women_and_men", "residents"),
        *("per_capita_spend", "cost_per_result", "INDICATORS"),
    ),
    "changes": (
        *("all_changes", "financial_changes", "target_ratio_changes", "participant_changes"),
        *("allocation_changes", "target_changes", "beside_predecessor"),
    ),
    "verdicts": (
        *("check", "check_claims", "performance_framework", "framework_indicators", "framework_distances"),
        *("closure_balance", "financial_correction"),
        *("decommitment", "payment_applications", "decommitment_claims", "RULES", "rules_table"),
    ),
    "showing": ("wide", "label", "plot", "figure", "show", "record"),
    "errors": ("PorfseError", "DataError", "ParameterError", "ReportError"),
}
"""The public names in the order in which they are met; one that stands in no group stops the build."""

SAID_OF = {
    "INDICATORS": "The declarations of the indicators by name: formula, unit, titles, definition, source.",
    "RULES": "The rules of each programming period as they are by default; `rules_table` shows them.",
}


# -- of the words of the pages ---------------------------------------------------------------------------------------


def glossary(lang: str) -> str:
    """Every term of the pages, as their own glossary has it."""
    # the search takes the tags out: without a line end a term is one word with the first of its meaning
    listed = re.sub("(</d[td]>)", r"\1\n", all_terms(lang).html)
    return f"```{{raw}} html\n<div class='pf-terms'>{listed}</div>\n```"


def row(*cells: object) -> str:
    return "| " + " | ".join(re.sub(r"\s+", " ", str(cell)).replace("|", "\\|") for cell in cells) + " |"


def table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    return "\n".join([row(*head), row(*["---"] * len(head)), *(row(*cells) for cells in rows)])


HEADS = {
    "indicators": {
        "en": ("name", "formula", "unit", "meaning"),
        "it": ("nome", "formula", "unità", "significato"),
    },
    "portal": {
        "en": ("table", "columns it has to have", "columns that are read where they are there"),
        "it": ("tabella", "colonne che deve avere", "colonne che si leggono se ci sono"),
    },
    "rules": {
        "en": ("name", "rule", "value", "status", "source"),
        "it": ("nome", "regola", "valore", "stato", "fonte"),
    },
}


def indicators(lang: str) -> str:
    """Every declared indicator."""
    return table(
        HEADS["indicators"][lang],
        ((f"`{one.id}`", one.formula, f"`{one.unit}`", one.definition[lang]) for one in INDICATORS.values()),
    )


def rules(lang: str) -> str:
    """The rules of every period, each with its value, whether it is confirmed, and its source."""
    parts = []
    for period in pf.RULES:
        found = pf.rules_table(period)
        words = word_rules(found, lang)
        rows = zip(found["name"], words["rule"], words["value"], words["status"], words["source"], strict=True)
        parts.append(f"### {period}\n\n" + table(HEADS["rules"][lang], ((f"`{name}`", *more) for name, *more in rows)))
    return "\n\n".join(parts)


def portal(period: str, lang: str) -> str:
    """The columns of each of the Commission's tables of a period, as the interface calls them."""

    def named(columns: list[tuple[str, ...]]) -> str:
        return ", ".join(f" {OR[lang]} ".join(f"`{label}`" for label in labels) for labels in columns)

    rows = []
    for kind in kinds_of(period):
        needed = [field.aliases for field in FORMS[kind.name].fields if field.needed]
        # what tells the table from others, where no column does that has to be there anyway
        told = [tuple(sorted(mark)) for mark in kind.marks if not any(mark & {*labels} for labels in needed)]
        others = [field.aliases for field in FORMS[kind.name].fields if not field.needed]
        rows.append((f"`{kind.identifier}`", named(needed + told), named(others)))
    return table(HEADS["portal"][lang], iter(rows))


OR = {"en": "or", "it": "o"}

_OF_DEADLINES = ("decommitment_note", "decommitment", "decommitment_need")

LISTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "indicators.result.NOTES": ("Notes of results (column `note`)", ("note",)),
    "indicators.result.BOUNDS": ("Notes that are bounds", ("note",)),
    "verdicts.framework_ratios.NOTES": ("Notes of the performance framework", ("framework_note", "framework_why")),
    "verdicts.performance_framework.STATUSES": ("Statuses of the performance framework", ("framework_status",)),
    "verdicts.distances.DISTANCES": ("Distances to a threshold", ()),
    "verdicts.deadline.NOTES": ("Notes of the decommitment deadlines", _OF_DEADLINES),
    "verdicts.deadline.STATUSES": ("Statuses of the decommitment deadlines", ("decommitment_status",)),
    "verdicts.deadline.NEEDS": ("What a deadline needs (column `needs`)", ("decommitment_need",)),
    "verdicts.closure.CLOSURE_STATUSES": ("Statuses of the final balance", ()),
    "verdicts.closure.CLOSURE_NOTES": ("Notes of the final balance", ("closure_note", *_OF_DEADLINES)),
    "verdicts.correction.CORRECTION_STATUSES": ("Statuses of the financial correction", ()),
    "verdicts.correction.CORRECTION_NOTES": (
        "Notes of the financial correction",
        ("correction_note", "framework_note"),
    ),
    "indicators.compared.STATUSES": ("Statuses of a change between two dates", ("change_status",)),
    "indicators.plan_changes.PLAN_STATUSES": ("Statuses of a change of the plan", ("plan_status",)),
    "verdicts.claims.VERDICTS": ("Verdicts on the claims of a document", ("verdict",)),
    "verdicts.claims.REASONS": ("Reasons of a verdict on a claim", ("claim_reason",)),
    "verdicts.claims.NEEDS": ("What would settle a claim (column `needs`)", ("claim_need",)),
    "verdicts.finding.SEVERITIES": ("Severities of findings", ("severity",)),
    "verdicts.checks.CHECKS": ("Findings of the checks (`check`, or `check` and `reason`)", ("finding",)),
}
"""The lists of codes, by where each is in the package: what it is of, and the groups of the catalogues with its
words."""


def codes(_lang: str) -> str:
    """Every code that stands in a frame, with its words in both languages or what the list says of it."""
    parts = []
    for place, (title, groups) in LISTED.items():
        rows = ((f"`{code}`", *words) for code, words in worded(place, groups).items())
        meant, _ = said_of(place)
        parts.append(
            f"({anchor(place)})=\n## {title}\n\n`porfse_analysis.{place}`. {meant}\n\n"
            + table(("code", "English", "Italiano"), rows)
        )
    return "\n\n".join(parts)


def worded(place: str, groups: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """The codes of a list and of its group, each with its words; one that no page has a word for, with its comment."""
    comments = {code: said for one in (*LISTED, place) for code, said in said_of(one)[1].items() if code in held(place)}
    listed = [str(getattr(code, "code", code)) for code in held(place)]
    # the words of a whole group: the notes of the final balance are of a deadline too, and lack some of them
    also = [code for group in groups[:1] for code in catalogue("en")[group] if place != "indicators.result.BOUNDS"]
    found: dict[str, tuple[str, str]] = {}
    for code in dict.fromkeys([*listed, *also]):
        group = next((group for group in groups if code in catalogue("en")[group]), None)
        if group:
            found[code] = (first(catalogue("en")[group][code]), first(catalogue("it")[group][code]))
        elif not any(one.startswith(f"{code}_") for one in also):
            # of a check that says why, each reason has its words
            found[code] = (comments.get(code, ""), "")
    return found


def held(place: str) -> Any:
    module, name = place.rsplit(".", 1)
    return getattr(importlib.import_module(f"porfse_analysis.{module}"), name)


def said_of(place: str) -> tuple[str, dict[str, str]]:
    """What stands below a list in the code, and beside each of its codes."""
    module, name = place.rsplit(".", 1)
    source = inspect.getsource(importlib.import_module(f"porfse_analysis.{module}"))
    lines = source.split(f"\n{name} = (", 1)[1].splitlines()
    length = next(number for number, line in enumerate(lines) if line.rstrip().endswith(")"))
    beside = re.findall(r'"(\w+)",  # (.*)', "\n".join(lines[: length + 1]))
    below = re.match(r'"""(.*?)"""', "\n".join(lines[length + 1 :]), re.DOTALL)
    return (inspect.cleandoc(below[1]) if below else "", dict(beside))


def anchor(place: str) -> str:
    return "codes-" + re.sub(r"[._]", "-", place.lower())


def lists_of(function: Any) -> list[str]:
    """The lists of codes that the documentation of a function names, by the names they have in its module."""
    module = inspect.getmodule(function)
    layer = str(getattr(module, "__name__", "")).split(".")[1:2]
    places = []
    for name in dict.fromkeys(re.findall(r"`(?:result\.)?([A-Z_]+)`", inspect.getdoc(function) or "")):
        named = [place for place in LISTED if place.endswith(f".{name}")]
        own = [place for place in named if held(place) is getattr(module, name, None)]
        places += own or [place for place in named if len(named) == 1 or place.split(".")[:1] == layer]
    return places


def first(said: Any) -> str:
    """The words of a code; of one with a singular and a plural, the plural. Places to fill in stand as code."""
    words = said.get("other", next(iter(said.values()))) if isinstance(said, dict) else said
    return re.sub(r"(\{\w+\})", r"`\1`", str(words))


# -- of the code -----------------------------------------------------------------------------------------------------


def functions(group: str) -> str:
    """The public names of a group, each with its documentation."""
    left = set(pf.__all__) - {name for names in GROUPS.values() for name in names}
    if left:
        raise ValueError(f"docs/made.py: give {', '.join(sorted(left))} a group")
    return "\n\n".join(documented(name) for name in GROUPS[group])


def documented(name: str) -> str:
    value = getattr(pf, name)
    if name in SAID_OF:
        return f"## `pf.{name}`\n\n{SAID_OF[name]}\n\n" + ", ".join(f"`{key}`" for key in value)
    if inspect.ismodule(value):
        return "\n\n".join(directive("autofunction", f"plot.{inner}") for inner in value.__all__)
    said = directive("autoclass" if inspect.isclass(value) else "autofunction", name)
    lists = ", ".join(f"[{LISTED[place][0]}](#{anchor(place)})" for place in lists_of(value))
    return f"{said}\n\nCodes: {lists}." if lists else said


def directive(kind: str, name: str) -> str:
    return f"## `pf.{name}`\n\n```{{eval-rst}}\n.. {kind}:: porfse_analysis.{name}\n```"


def commands(_lang: str) -> str:
    """Every command with its arguments, options and example."""
    return "\n\n".join(of_command("porfse", typer.main.get_command(command_line)))


def of_command(name: str, command: Any) -> Iterator[str]:
    inner = getattr(command, "commands", {})
    if not inner or name == "porfse":
        yield f"## `{name}`"
        yield re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(command.help or ""))
        rows = [(written_as(one), one.help or "", default_of(one)) for one in command.params if one.name != "help"]
        if rows:
            yield table(("argument or option", "meaning", "default"), iter(rows))
        if command.epilog:
            yield f"```sh\n{command.epilog.removeprefix('Example: ')}\n```"
    for key, found in sorted(inner.items()):
        yield from of_command(f"{name} {key}", found)


def written_as(one: Any) -> str:
    if one.param_type_name == "argument":
        name = re.sub(r"[\[\].]", "", one.metavar or one.name).upper()
        return f"`{name}`" + (", repeatable" if one.nargs == -1 else "")
    names = ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts])
    choices = [choice.value for choice in type(one.default)] if isinstance(one.default, Enum) else []
    value = "" if getattr(one, "is_flag", False) else f" `{'|'.join(choices) or one.metavar or one.name.upper()}`"
    return names + value + (", repeatable" if getattr(one, "multiple", False) else "")


def default_of(one: Any) -> str:
    if one.required:
        return "required"
    value = getattr(one.default, "value", one.default)
    return f"`{value}`" if value not in (None, "", (), False) else ""


def frames(_lang: str) -> str:
    """The columns of the frames, out of the list of public names."""
    listed = (ROOT / "docs" / "public-names.txt").read_text(encoding="utf-8")
    section = listed.split("[frames]\n", 1)[1].split("\n[", 1)[0]
    blocks = re.findall(r"^(\S+)\n((?:    .*\n)+)", section + "\n", flags=re.MULTILINE)
    shape = dict(blocks)["pf.certification_rate"]
    parts = []
    for name, columns in blocks:
        names = [line.strip().split(": ")[0] for line in columns.splitlines()]
        same = columns == shape and name != "pf.certification_rate"
        if name == "pf.wide":
            each = "one for each cutoff or, where all rows are of one, for each indicator, with its value"
            parts.append((f"`{name}`", each))
            continue
        more = [column for column in names if f"    {column}:" not in shape]
        begins = columns.startswith(shape) and more
        said = "the result columns" if same else ", ".join(f"`{column}`" for column in (more if begins else names))
        parts.append((f"`{name}`", f"the result columns, then {said}" if begins else said))
    return table(("frame", "columns"), iter(parts))


def architecture(_lang: str) -> str:
    """The layers as the imports have them: a drawing, and for each part what it imports."""
    counted: dict[str, int] = {}
    uses: dict[str, set[str]] = {}
    for path in layers.modules():
        part = layers.part_of(path)
        counted[part] = counted.get(part, 0) + 1
        uses.setdefault(part, set()).update(set(layers.imported(path)) - {part})
    order = [part for parts in layers.LAYERS for part in parts]
    rows = (
        (f"`{part}`", counted[part], ", ".join(f"`{one}`" for one in order if one in uses[part]) or "nothing")
        for part in reversed(order)
    )
    drawn = f"```{{raw}} html\n{drawing(counted)}\n```"
    return drawn + "\n\n" + table(("part", "modules", "imports"), rows)


def drawing(counted: dict[str, int]) -> str:
    """The layers one above the other, what uses above what is used."""
    height, width, gap = 30, 760, 14
    shapes = []
    for place, parts in enumerate(reversed(layers.LAYERS)):
        top = place * (height + gap) + 1
        said = " · ".join(f"{part} ({counted[part]})" for part in parts)
        size = 14 if len(said) < 90 else 10
        shapes.append(f'<rect x="1" y="{top}" width="{width}" height="{height}" rx="4"/>')
        shapes.append(
            f'<text x="{width / 2}" y="{top + 20}" text-anchor="middle" font-size="{size}">{html.escape(said)}</text>'
        )
        if place + 1 < len(layers.LAYERS):
            middle = top + height
            shapes.append(f'<path d="M{width / 2} {middle} v{gap} m-4 -5 l4 5 l4 -5"/>')
    tall = len(layers.LAYERS) * (height + gap)
    return (
        f'<svg class="pf-layers" role="img" aria-label="The layers of the package, each with its number of modules; '
        f'a layer imports those below it." viewBox="0 0 {width + 2} {tall}" width="{width + 2}" height="{tall}">'
        + "".join(shapes)
        + "</svg>"
    )


def packages(_lang: str) -> str:
    """What is installed by the core and by each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {"(core)": project["dependencies"], **project["optional-dependencies"]}
    return table(
        ("extra", "packages"), ((f"`{extra}`", ", ".join(f"`{one}`" for one in extras[extra])) for extra in extras)
    )


# -- of the files at the root ----------------------------------------------------------------------------------------


def root_file(name: str) -> str:
    """A page that stands at the root of the project, its links as they are from here."""
    said = (ROOT / name).read_text(encoding="utf-8").split("\n", 1)[1]
    return said.replace("](docs/", "](").replace("](CHANGELOG.md)", "](changelog.md)")


MADE: dict[str, Callable[[str], str]] = {
    "glossary": glossary,
    "indicators": indicators,
    "rules": rules,
    "codes": codes,
    "commands": commands,
    "frames": frames,
    "architecture": architecture,
    "packages": packages,
    "contributing": lambda _: root_file("CONTRIBUTING.md"),
    "changelog": lambda _: root_file("CHANGELOG.md"),
    **{f"portal-{period}": (lambda lang, period=period: portal(period, lang)) for period in (FIRST, SECOND)},
    **{f"functions-{group}": (lambda _, group=group: functions(group)) for group in GROUPS},
}


class Made(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        said = MADE[self.arguments[0]](self.config.language)
        return self.parse_text_to_nodes(said, allow_section_headings=True)


def setup(app: Any) -> dict[str, bool]:
    app.add_directive("made", Made)
    return {"parallel_read_safe": False}
