"""One programme of the Commission's open data, asked of the portal itself through its SODA
interface.

A download is either whole or not there: pages are counted against what the portal says it has,
before and after, everything is read and checked, and only then moved to where it is looked for next
time.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pandas as pd

from porfse_analysis.errors import DataError, Fault, ParameterError, extra_needed
from porfse_analysis.files import folder_aside
from porfse_analysis.loaders.cohesion.forms import STRUCTURAL_FUNDS
from porfse_analysis.loaders.cohesion.given import READERS_2014, tables_of_period
from porfse_analysis.loaders.cohesion.registry import FORMS, recognise
from porfse_analysis.loaders.cohesion.source import open_table
from porfse_analysis.loaders.cohesion.tables_2021 import read_2021
from porfse_analysis.periods import PERIODS

if TYPE_CHECKING:
    import requests

__all__ = [
    "BASE_URL",
    "TOKEN_VARIABLE",
    "Tables",
    "default_cache",
    "download_tables",
]

BASE_URL = "https://cohesiondata.ec.europa.eu/resource"
TOKEN_VARIABLE = "SODA_APP_TOKEN"
"""Environment variable of the application token: optional, the portal slows down callers without
one.
"""

_TIMEOUTS = (10.0, 60.0)  # seconds: to connect, to read
_MOST_SECONDS = 300.0
_MOST_BYTES = 256 * 2**20
_BLOCK = 2**16
_REDIRECTS = 3
_PAGE = 5000
_TRIES = 5
_LONGEST_WAIT = 120.0
_WHOLE_TRIES = 3
_STATE = "download.json"

Progress = Callable[[str, int, int], None]
"""Called with the table, the rows that have come and the rows there are."""


class Tables(NamedTuple):
    """What `download_tables` gives: kind of a table -> its file, of those that have rows of the programme.

    `last_cutoff` maps a fund to the nominal date of the last year of the programme's rows (2014-2020); `retrieved` is
    the day the portal answered.
    """

    files: dict[str, Path]
    last_cutoff: dict[str, date]
    retrieved: date


def download_tables(
    cci: str,
    *,
    base_url: str = BASE_URL,
    cache: str | Path | None = None,
    refresh: bool = False,
    token: str | None = None,
    progress: Progress | None = None,
    page_size: int = _PAGE,
    backoff: float = 1.0,
) -> Tables:
    """Ask the portal for the rows of programme `cci` in the tables of its period, unless they are in the
    cache already.

    `cache`: the folder downloads are kept in (default: that of the system); `refresh` asks anew.
    `token`: application token of the portal (default: the environment variable SODA_APP_TOKEN).
    `progress(table, rows, total)` is called after every page. `backoff`: seconds to wait after the
    first failure, doubled each time; what the portal asks for in Retry-After is honoured up to two
    minutes.

    Raises `ParameterError` when the portal has no such programme (the three nearest codes are
    named), `DataError` when it cannot be reached, refuses, or does not give the same whole table
    after several tries. The cache is then as it was before.
    """
    code = cci.strip().upper()
    if not re.fullmatch(r"\d{4}[A-Z0-9]{8,16}", code):
        raise ParameterError(f"{cci!r} is not the code of a programme (CCI): write it as 2014IT05SFOP007")
    kept = Path(cache if cache is not None else default_cache()).resolve() / code
    if not refresh and (held := _held(kept, code)) is not None:
        return held
    portal = _Portal(base_url.rstrip("/"), token, backoff)
    with folder_aside(kept) as aside, contextlib.closing(portal):
        _fetch_all(portal, code, aside, page_size, progress)
    held = _held(kept, code)
    assert held is not None  # just written
    return held


def default_cache() -> Path:
    """The folder downloads are kept in: PORFSE_CACHE, else the cache folder of the system."""
    named = os.environ.get("PORFSE_CACHE")
    if named:
        return Path(named) / "cohesion-data"
    with extra_needed():
        from platformdirs import user_cache_path

    return user_cache_path("porfse", appauthor=False, opinion=False) / "cohesion-data"


def _file(name: str) -> str:
    return f"{name}.json"


def _held(folder: Path, code: str) -> Tables | None:
    """A whole download in the cache; None when there is none."""
    asked = PERIODS[tables_of_period(code)].portal
    try:
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        last = {fund: date.fromisoformat(day) for fund, day in state["last_cutoff"].items()}
        retrieved = date.fromisoformat(state["retrieved"])
        files = {name: folder / _file(name) for name in asked if state["rows"][name]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if asked[0] not in files or not all(path.is_file() for path in files.values()):
        return None
    return Tables(files, last, retrieved)


def _fetch_all(portal: _Portal, code: str, folder: Path, page_size: int, progress: Progress | None) -> None:
    """Every table and what belongs to them, written to `folder`."""
    rows: dict[str, int] = {}
    asked = PERIODS[tables_of_period(code)].portal
    for name in asked:
        found = _fetch_table(portal, name, code, page_size, progress)
        if not found and name == asked[0]:
            raise ParameterError(_unknown(portal, code, name))
        rows[name] = len(found)
        if found:
            (folder / _file(name)).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    # what cannot be read is not worth keeping
    last: dict[str, date] = {}
    for name in filter(rows.get, asked):
        raw = open_table(folder / _file(name))
        if name in READERS_2014:
            frame = READERS_2014[name](raw, whole=True)
            last = _last_cutoff(portal, frame) if name == "finance" else last
        else:
            # the plan comes by transmission since the portal has some
            kind = recognise(raw.header)
            read_2021(raw, kind.name if kind is not None and kind.name in FORMS else name, whole=True, programme=code)
    state = {
        "programme": code,
        "address": portal.base_url,
        "retrieved": datetime.now(UTC).date().isoformat(),
        "rows": rows,
        "last_cutoff": {fund: day.isoformat() for fund, day in last.items()},
    }
    (folder / _STATE).write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")


def _fetch_table(
    portal: _Portal, name: str, code: str, page_size: int, progress: Progress | None
) -> list[dict[str, Any]]:
    """Every row of the programme in one table, as many as the portal counts before and after."""
    table = FORMS[name].identifier
    seen: list[str] = []
    for _ in range(_WHOLE_TRIES):
        total = _count(portal, table, code)
        rows: list[dict[str, Any]] = []
        while len(rows) < total:
            page = portal.ask(
                table,
                # in an order that does not change from page to page
                {
                    "cci": code,
                    "$order": ":id",
                    "$limit": str(page_size),
                    "$offset": str(len(rows)),
                },
            )
            if not page:
                break
            rows += page
            if progress is not None:
                progress(name, len(rows), total)
        after = _count(portal, table, code)
        if len(rows) == total == after:
            return rows
        seen.append(f"{len(rows)} of {total}, then {after}")
    raise portal.refused(
        table,
        f"the number of rows kept changing ({'; '.join(seen)})",
        "The portal is being updated: try again later",
    )


def _count(portal: _Portal, table: str, code: str) -> int:
    answer = portal.ask(table, {"cci": code, "$select": "count(*) as n"})
    try:
        return int(answer[0]["n"])
    except (IndexError, KeyError, ValueError, TypeError) as error:
        raise portal.refused(table, "gave no number of rows", "Try again later") from error


def _last_cutoff(portal: _Portal, finance: pd.DataFrame) -> dict[str, date]:
    """The commonest reference date of each fund in the last year of the programme, among all
    programmes.

    A date of another year is one of figures that stand still and says nothing of the year.
    """
    year = int(finance["year"].max())
    answer = portal.ask(
        FORMS["finance"].identifier,
        # a plain filter suits a column of numbers and one of texts; $where would need to know which it is
        {
            "year": str(year),
            "$select": "fund,reference_date,count(*) as n",
            "$group": "fund,reference_date",
            "$limit": "5000",
        },
    )
    best: dict[str, tuple[int, date]] = {}
    for row in answer:
        fund, day = row.get("fund"), str(row.get("reference_date") or "")[:10]
        if fund not in STRUCTURAL_FUNDS or not day.startswith(str(year)):
            continue
        try:
            found = int(row["n"]), date.fromisoformat(day)
        except (KeyError, ValueError, TypeError):
            continue
        best[fund] = max(best.get(fund, found), found)
    return {fund: found[1] for fund, found in sorted(best.items())}


def _unknown(portal: _Portal, code: str, name: str) -> str:
    """That the portal has no such programme, and which it has that are nearest."""
    text = f"The portal has no programme {code!r}."
    with contextlib.suppress(DataError):
        table = FORMS[name].identifier
        rows = portal.ask(table, {"$select": "cci", "$group": "cci", "$limit": "50000"})
        known = sorted({str(row["cci"]) for row in rows if row.get("cci")})
        near = get_close_matches(code, known, n=3, cutoff=0.0)
        if near:
            text += f" Nearest: {', '.join(near)}."
    return text


class _AgainError(Exception):
    """An answer that another try may better; `wait` is what the portal asked for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class _Portal:
    """The SODA interface at one address, asked politely."""

    base_url: str
    token: str | None
    backoff: float
    _session: requests.Session | None = None

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def refused(self, table: str, problem: str, remedy: str) -> DataError:
        return DataError(f"{self.base_url}/{table}.json", [Fault(problem, remedy=remedy)])

    def ask(self, table: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """The rows the portal answers a query with, after as many tries as it takes; `DataError`
        when none helps.
        """
        reasons: list[str] = []
        for attempt in range(_TRIES):
            try:
                return self._once(table, query)
            except _AgainError as failure:
                reasons.append(str(failure))
                if failure.wait is not None and failure.wait > _LONGEST_WAIT:
                    remedy = f"The portal asks to wait {failure.wait:.0f} seconds: try again then, or use a token"
                    raise self.refused(table, str(failure), remedy) from failure
                if attempt + 1 < _TRIES:
                    # a little at random, so that many callers do not come back together
                    pause = self.backoff * 2**attempt * (1 + random.random() / 4)
                    time.sleep(max(pause, failure.wait or 0.0))
        told = "; ".join(dict.fromkeys(reasons))
        raise self.refused(table, f"did not answer in {_TRIES} tries: {told}", "Try again later")

    def _once(self, table: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        with extra_needed():
            import requests

        if self._session is None:
            self._session = requests.Session()
            token = os.environ.get(TOKEN_VARIABLE, "") if self.token is None else self.token
            self._session.headers["Accept"] = "application/json"
            if token:
                self._session.headers["X-App-Token"] = token
        try:
            answer, content = self._whole(table, query)
        except requests.Timeout as error:
            raise _AgainError("no answer in time") from error
        except (
            requests.exceptions.InvalidURL,
            requests.exceptions.MissingSchema,
        ) as error:
            raise self.refused(table, "is not an address", f"Use the default: {BASE_URL}") from error
        except requests.RequestException as error:
            raise _AgainError(f"the connection failed ({type(error).__name__})") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise _AgainError(
                f"status {answer.status_code}",
                _retry_after(answer.headers.get("Retry-After")),
            )
        if not answer.ok:
            raise self.refused(
                table,
                f"answered {answer.status_code}: {_said(content.decode('utf-8', 'replace'))}",
                "Check the application token" if answer.status_code in (401, 403) else "Check the address",
            )
        try:
            rows = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise _AgainError("the answer was cut short or is no JSON") from error
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.refused(
                table,
                f"gave no list of rows: {_said(content.decode('utf-8', 'replace'))}",
                "Check the address",
            )
        return rows

    def _whole(self, table: str, query: Mapping[str, str]) -> tuple[requests.Response, bytes]:
        """An answer and all it holds, within `_MOST_BYTES` and `_MOST_SECONDS`; from the host that was asked alone."""
        assert self._session is not None
        address, given = f"{self.base_url}/{table}.json", dict(query)
        end = time.monotonic() + _MOST_SECONDS
        for _ in range(_REDIRECTS + 1):
            with self._session.get(
                address, params=given, timeout=_TIMEOUTS, stream=True, allow_redirects=False
            ) as answer:
                if not answer.is_redirect:
                    return answer, self._content(table, answer, end)
                leads = urljoin(answer.url, answer.headers["Location"])
                if urlsplit(leads)[:2] != urlsplit(self.base_url)[:2]:
                    host = urlsplit(leads).netloc
                    raise self.refused(
                        table, f"leads to another host, {host}", "Check the address; give the tables as files"
                    )
                address, given = leads, {}
        raise self.refused(table, "leads from one address to the next without end", "Try again later")

    def _content(self, table: str, answer: requests.Response, end: float) -> bytes:
        from urllib3.exceptions import HTTPError, TimeoutError

        def read() -> bytes:
            try:
                # what there is: an answer that comes drop by drop would fill no block for hours
                return bytes(answer.raw.read1(_BLOCK, decode_content=True))
            except TimeoutError as error:
                raise _AgainError("no answer in time") from error
            except (HTTPError, OSError) as error:
                raise _AgainError(f"the connection failed ({type(error).__name__})") from error

        parts, size = [], 0
        while part := read():
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                problem = f"answers with more than {_MOST_BYTES // 2**20} MB"
                raise self.refused(table, problem, "Check the address; give the tables as files")
            if time.monotonic() > end:
                raise _AgainError(f"no whole answer in {_MOST_SECONDS:.0f} seconds")
        return b"".join(parts)


def _retry_after(header: str | None) -> float | None:
    """The seconds a Retry-After header asks for: a number, or a date."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    with contextlib.suppress(InvalidHeader):
        # however long: what is too long is said, not cut
        return Retry(retry_after_max=sys.maxsize).parse_retry_after(header) if header else None
    return None


def _said(text: str) -> str:
    """What an answer says, in one short line."""
    with contextlib.suppress(ValueError, AttributeError):
        text = str(json.loads(text).get("message") or text)
    return " ".join(text.split())[:200] or "nothing"
