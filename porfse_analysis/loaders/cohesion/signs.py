"""What a file is that is no table of the portal, from its first bytes or the sign between its labels."""

from __future__ import annotations

import codecs

from porfse_analysis.loaders.cohesion.registry import recognise

__all__ = ["told_by_its_bytes", "told_by_its_separator"]

_CSV = "Give the table as CSV or JSON, as the portal exports it"
_SIGNS = (
    (b"PK\x03\x04", "is a workbook or a zip archive", "Unpack it, or export the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "is a workbook (.xls)", _CSV),
    (b"PAR1\x15", "is a Parquet file", _CSV),
    (b"ARROW1", "is an Arrow file", _CSV),
    # what saveRDS and save of R write, unpacked or packed otherwise than with gzip
    (b"X\n\x00\x00", "is an R file (.Rds)", _CSV),
    (b"A\n2\n", "is an R file (.Rds)", _CSV),
    (b"A\n3\n", "is an R file (.Rds)", _CSV),
    *((sign, "is an R file (.RData)", _CSV) for sign in (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n")),
    (b"\xfd7zXZ\x00", "is packed with xz, as an .Rds of R may be", f"Unpack it. {_CSV}"),
    (b"BZh91AY&SY", "is packed with bzip2, as an .Rds of R may be", f"Unpack it. {_CSV}"),
)


def told_by_its_bytes(head: bytes) -> tuple[str, str] | None:
    """What a file is that is no text in UTF-8, and what to give instead; None when its bytes do not tell."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    for sign, problem, remedy in _SIGNS:
        if start.startswith(sign):
            return problem, remedy
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start[:1000]:
        return "is not UTF-8 text", "Use the file as the portal gives it, not saved anew elsewhere"
    return None


def told_by_its_separator(header: str) -> tuple[str, str] | None:
    """What a file is whose labels stand in one cell, and what to give instead; None when it has one label."""
    for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if sign in header:
            kind = recognise(header.split(sign))
            if kind is not None and kind.instead:
                return f"is the header of {kind.called}, which is not read", kind.instead
            remedy = "Use the file as the portal gives it, not saved anew by a spreadsheet"
            return f"is separated by {word}, not by commas", remedy
    return None
