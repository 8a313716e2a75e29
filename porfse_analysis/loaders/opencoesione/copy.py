"""The copy of the records that an import leaves in the folder: what was kept, as OpenCoesione's own files.

One zip archive of Parquet tables under the names of OpenCoesione's columns, amounts as decimals and days as dates: it
is read as the source was, so that a further date can be made without the source. It holds nothing that was not kept.
Where DuckDB is not installed the tables are CSV.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd

from porfse_analysis.languages import IN_TABLES, text
from porfse_analysis.loaders.opencoesione import scan
from porfse_analysis.loaders.opencoesione.layout import SET_ASIDE, layouts
from porfse_analysis.loaders.opencoesione.reading import Progress, Records
from porfse_analysis.loaders.opencoesione.source import quoted

__all__ = ["COPY", "LIST", "copy_of", "list_of"]

COPY, LIST = "records.zip", "set_aside.csv"
_MADE = (1980, 1, 1, 0, 0, 0)  # the same records give the same bytes


def copy_of(records: Records, progress: Progress | None = None) -> bytes:
    """The archive, as bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, texts in records.texts.items():
            if texts.empty:  # a file of which nothing is kept: there is nothing to go on with
                continue
            labels = {field.name: field.labels[0] for field in layouts()[kind].fields}
            if progress is not None:
                progress(COPY, len(texts))
            if scan.can_be():
                archive.writestr(_member(f"{kind}.parquet", packed=False), _parquet(kind, texts, records.values[kind]))
            else:
                archive.writestr(_member(f"{kind}.csv"), _csv(texts.rename(columns=labels), ";"))
        archive.writestr(_member(f"{SET_ASIDE}.csv"), _csv(records.aside, ","))
    return packed.getvalue()


def _member(name: str, *, packed: bool = True) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _MADE)
    member.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return member


def _parquet(kind: str, texts: pd.DataFrame, values: pd.DataFrame) -> bytes:
    columns, frame = [], texts.copy()
    for field in layouts()[kind].fields:
        if field.name in texts:
            name = quoted(field.name)
            if field.kind in scan.TYPED:
                frame[field.name] = values[field.name]
                name = f"CAST({name} AS {scan.TYPED[field.kind]})"
            columns.append(f"{name} AS {quoted(field.labels[0])}")
    with scan.connection() as link, tempfile.TemporaryDirectory(prefix="porfse-") as folder:
        path = Path(folder) / "table.parquet"
        link.execute("SET threads = 1")  # the same records give the same bytes
        link.register("frame", frame)
        link.execute(
            f"COPY (SELECT {', '.join(columns)} FROM frame) TO '{str(path).replace(chr(39), chr(39) * 2)}' "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        return path.read_bytes()


def _csv(frame: pd.DataFrame, separator: str) -> bytes:
    return frame.to_csv(sep=separator, index=False, lineterminator="\n").encode()


def list_of(records: Records) -> bytes:
    """What was set aside, with the reasons in words, as CSV."""
    table = records.aside.copy()
    place = list(table.columns).index("reason") + 1
    for lang in reversed(IN_TABLES):
        said = table["reason"].map(lambda reason, lang=lang: text(f"set_aside.{reason}", lang))
        table.insert(place, f"reason_{lang}", said)
    for name in table.columns:
        if name.endswith("_eur"):
            table[name] = [f"{value:.2f}" if pd.notna(value) else "" for value in table[name]]
    return _csv(table, ",")
