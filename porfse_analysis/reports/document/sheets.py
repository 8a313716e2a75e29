"""The parts of a document on sheets of paper: upright, and across where a table is too wide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from porfse_analysis.reports.document.measures import Placed, placed
from porfse_analysis.reports.document.parts import Heading, Part, Table

__all__ = ["Laid", "Sheet", "sheets"]

Laid = Part | Placed
"""A part; a table is what it is on paper."""


@dataclass(frozen=True)
class Sheet:
    """Parts that stand on paper of one orientation."""

    across: bool
    parts: list[Laid]


def sheets(parts: Sequence[Part], lang: str) -> list[Sheet]:
    """The parts on sheets; a heading is where what it is of is."""
    laid = list(_laid(parts, lang))
    turned = [isinstance(part, Placed) and part.across for part in laid]
    for at in range(len(laid) - 1, 0, -1):
        if isinstance(laid[at - 1], Heading):
            turned[at - 1] = turned[at]
    found: list[Sheet] = []
    for across, part in zip(turned, laid, strict=True):
        if not found or found[-1].across != across:
            found.append(Sheet(across, []))
        found[-1].parts.append(part)
    return found


def _laid(parts: Sequence[Part], lang: str) -> Iterator[Laid]:
    for part in parts:
        if isinstance(part, Table):
            yield from placed(part, lang)
        else:
            yield part
