"""What the files of OpenCoesione are told by and which of their columns are read: `layouts.toml`, in Python."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = [
    "COMMITMENTS",
    "INDICATORS",
    "PAYMENTS",
    "PLACES",
    "PROJECTS",
    "SET_ASIDE",
    "Field",
    "Layout",
    "layouts",
    "told",
    "words",
]

PROJECTS, PAYMENTS, COMMITMENTS = "progetti_esteso", "pagamenti", "impegni"
INDICATORS, PLACES = "indicatori", "localizzazioni"
SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Field:
    """One column: our name, what its cells are, the names it has had."""

    name: str
    kind: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """One kind of file; one that is of no use here has no fields."""

    name: str
    tells: tuple[tuple[str, ...], ...]
    never: tuple[str, ...]
    needed: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of ours called `name`."""
        return next(field for field in self.fields if field.name == name)

    def places(self, header: Sequence[str]) -> dict[str, list[int]]:
        """Where in a header each field stands; a field under two of its names stands in two places."""
        named = {label: field.name for field in self.fields for label in field.labels}
        found: dict[str, list[int]] = {}
        for place, label in enumerate(header):
            name = named.get(plain(label))
            if name is not None:
                found.setdefault(name, []).append(place)
        return found


def plain(label: str) -> str:
    """A label as it is compared: in capitals, DPS_ of the older files as OC_."""
    upper = label.strip().strip('"').upper()
    return f"OC_{upper[4:]}" if upper.startswith("DPS_") else upper


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("layouts.toml").read_text(encoding="utf-8"))


@cache
def layouts() -> dict[str, Layout]:
    """Every kind of file, in the order in which they are tried."""
    return {
        name: Layout(
            name,
            tuple(map(tuple, said["tells"])),
            tuple(said.get("never", ())),
            tuple(said.get("needed", ())),
            tuple(Field(column[0], column[1], tuple(column[2:])) for column in said.get("columns", ())),
        )
        for name, said in _read().items()
        if name != "words"
    }


@cache
def words(name: str) -> Any:
    """What OpenCoesione writes for something: a list of codes, or a code of ours by theirs."""
    return _read()["words"][name]


def told(header: Sequence[str]) -> Layout | None:
    """The kind of file a header is of; None where it is none of them."""
    labels = {plain(label) for label in header}
    return next(
        (
            layout
            for layout in layouts().values()
            if any(labels.issuperset(tells) for tells in layout.tells) and labels.isdisjoint(layout.never)
        ),
        None,
    )
