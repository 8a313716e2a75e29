"""The evaluator's own words: Markdown files in the folder `comments` of a programme, which its pages carry.

`comments/<date>.md` stands on every page of that reporting date, `comments/<date>/<section>.md` in that section. With
`.it` or `.en` before `.md` a comment is for the pages in that language, where it takes the place of the one for all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from porfse_analysis import resources
from porfse_analysis.errors import ParameterError
from porfse_analysis.files import STRAY
from porfse_analysis.languages import LANGUAGES
from porfse_analysis.reports.markdown import to_html
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.sections import comment_sections, sections_of

__all__ = ["FOLDER", "WHOLE_PAGE", "Comment", "as_html", "comment_of", "comments_on", "put_on", "read_comments"]

FOLDER = "comments"
"""The folder of the comments, in that of the programme."""

WHOLE_PAGE = ""
"""In the place of a section: the comment of a whole reporting date."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TITLE = re.compile(r'</h1>\s*(?:<p class="pf-subtitle">.*?</p>)?', re.DOTALL)


@dataclass(frozen=True)
class Comment:
    """A comment as it was written: its file, the date and the section it is of, its language ("": every one)."""

    file: str
    cutoff: str
    section: str
    lang: str
    text: str


def read_comments(folder: str | Path) -> list[Comment]:
    """The comments of a programme folder ("": the bundled one); an empty file is none.

    Raises `ParameterError` that names each file that cannot be a comment, and what is allowed.
    """
    home = resources.programme_folder(folder) / FOLDER
    if not home.exists():
        return []
    if not home.is_dir():
        raise ParameterError(f"{home}: is a file; comments lie in a folder of that name")
    found, wrong = [], []
    for path in _files(home):
        try:
            comment = _read(path, path.relative_to(home))
            if comment.text.strip():
                to_html(comment.text, comment.file, 1)  # what a page would refuse is said before any is made
                found.append(comment)
        except ParameterError as error:
            wrong.append(str(error))
    if wrong:
        raise ParameterError("\n".join(wrong))
    return found


def _files(home: Path) -> Iterator[Path]:
    """Every file below, but those that systems and editors leave, which begin with a point."""
    for path in sorted(home.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
        # a name that ends in ~ is the copy an editor keeps
        if not hidden and path.name not in STRAY and not path.name.endswith("~") and not path.is_dir():
            yield path


def _read(path: Path, place: Path) -> Comment:
    """A comment by where it lies below the folder of comments."""
    named = f"{FOLDER}/{place.as_posix()}"
    if path.suffix != ".md" or len(place.parts) > 2:
        raise ParameterError(
            f"{named}: is not the name of a comment: 2018-09-30.md, 2018-09-30/axes.md, "
            f"and with {' or '.join(f'.{lang}' for lang in LANGUAGES)} before .md for one language"
        )
    name, _, lang = place.stem.partition(".")
    if lang not in ("", *LANGUAGES) or place.stem.endswith("."):
        raise ParameterError(f"{named}: {lang!r} is not a language of the pages: {', '.join(LANGUAGES)}")
    cutoff, section = (name, WHOLE_PAGE) if len(place.parts) == 1 else (place.parts[0], name)
    if not _is_date(cutoff):
        raise ParameterError(f"{named}: {cutoff!r} is not a date written YYYY-MM-DD")
    known = comment_sections()
    if len(place.parts) == 2 and section not in known:
        close = get_close_matches(section, known, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise ParameterError(f"{named}: {section!r} is not a section; {hint}sections: {', '.join(known)}")
    try:
        return Comment(named, cutoff, section, lang, path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ParameterError(f"{named}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{named}: is not UTF-8 text; save it as UTF-8") from error


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def comment_of(comments: Sequence[Comment], cutoff: str, lang: str, section: str = WHOLE_PAGE) -> Comment | None:
    """The comment of a date, or of one of its sections, for the pages in a language."""
    mine = [known for known in comments if (known.cutoff, known.section) == (cutoff, section)]
    return next((known for wanted in (lang, "") for known in mine if known.lang == wanted), None)


def comments_on(run: Run, comments: Sequence[Comment]) -> list[Comment]:
    """The comments that stand on the page of a run: that of its date, and those of the sections it has."""
    places = (WHOLE_PAGE, *(name for name in sections_of(run.notebook) if name in comment_sections()))
    found = (comment_of(comments, run.cutoff, run.lang, place) for place in places)
    return [comment for comment in found if comment is not None]


def put_on(body: str, comments: Sequence[Comment], lang: str) -> str:
    """The body of a page with its comments: that of the date below the title, the others below their headings."""
    for comment in comments:
        if comment.section == WHOLE_PAGE:
            place = _TITLE.search(body)
            at = place.end() if place else 0
        else:
            place = re.search(f'<h2 id="{comment.section}"[^>]*>.*?</h2>', body, re.DOTALL)
            if place is None:  # a notebook of one's own need not show every section it names
                continue
            at = place.end()
        body = f"{body[:at]}\n{as_html(comment, lang)}\n{body[at:]}"
    return body


def as_html(comment: Comment, lang: str, cutoff: str = "") -> str:
    """A comment as a piece of a page, signed as the evaluator's, with the `cutoff` in words where one is given."""
    from porfse_analysis.display.html import written
    from porfse_analysis.display.words import wording

    # its headings go on below that of the page or section
    words = to_html(comment.text, comment.file, 2 if comment.section == WHOLE_PAGE else 3)
    signed = wording.text("comment.signed_at", lang, date=cutoff) if cutoff else wording.text("comment.signed", lang)
    return written("comment", words=words, signed=signed)
