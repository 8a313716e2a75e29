"""An executed notebook as one page: no code, no script, nothing from another host."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

import porfse_analysis
from porfse_analysis.display.glossary import explained
from porfse_analysis.display.html import heading, paragraphs
from porfse_analysis.display.typesetting import declared_moment
from porfse_analysis.display.words import wording
from porfse_analysis.reports.comments import Comment, put_on
from porfse_analysis.reports.document.beside import documents
from porfse_analysis.reports.downloads import Download, downloads
from porfse_analysis.reports.outputs import fit_for_page, with_anchors

__all__ = ["load_exporter", "page", "render"]

_TEMPLATE = "notebook.html.j2"

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(
    executed: Any,
    lang: str,
    name: str,
    home: str = "",
    comments: Sequence[Comment] = (),
    author: str = "",
    docx: bool = False,
) -> dict[str, bytes]:
    """The page of an executed notebook and the files beside it: names relative to its folder -> contents, page first.

    `executed` is the notebook (it is changed), or its file.
    The page is in the language its texts are in; `name` is its file's, and its title when it gives none.
    `home` is the address of the index of all pages, relative to this one; none for a page that stands alone.
    `comments` are those of the evaluator that stand on it, `author` is who signs it; with `docx` it is for Word too.
    """
    exporter = load_exporter()
    import nbformat

    notebook = executed
    if isinstance(executed, Path):
        notebook = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
    # the state of widgets would be a script
    notebook.metadata.pop("widgets", None)
    carried = list(fit_for_page(notebook.cells, lang))
    body, _ = exporter.from_notebook_node(notebook)
    body = put_on(with_anchors(body), comments, lang)
    headings = _Headings()
    headings.feed(body)
    title = headings.title or name
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    facts = [
        (wording.text("download.report", lang), title),
        (wording.text("download.position", lang), headings.subtitle),
        (wording.text("download.cutoff", lang), str(given.get("cutoff", ""))),
        (wording.text("download.language", lang), lang),
    ]
    beside = downloads(carried, lang, name, [(label, text) for label, text in facts if text])
    written = documents(
        body,
        title,
        headings.subtitle,
        name=name,
        lang=lang,
        author=author,
        made=wording.text(
            "document.made", lang, date=wording.long_date(_day_made(), lang), version=porfse_analysis.__version__
        ),
        # a sheet brings its page as it was drawn
        paper=not any(file.name.endswith(".pdf") for file in beside),
        editable=docx,
    )
    folder, sections = f"{name}_files", headings.sections
    if written or beside:
        at_top = [*written, *(file for file in beside if file.name.endswith(".pdf"))]
        body = _at_the_top(body, [_link(file, "" if file in written else folder, lang) for file in at_top])
        body += _offer(written, beside, folder, lang)
        sections = [*sections, ("downloads", wording.text("download.section", lang))]
    # what and of when first: a row of tabs shows the beginning
    about = headings.subtitle.partition(" · ")[0] or str(given.get("cutoff", ""))
    tab = f"{about} · {title}" if about else title
    text = page(lang=lang, title=tab, body=body, sections=sections, home=home, author=author)
    return {
        f"{name}.html": text.encode(),
        **{file.name: file.content for file in written},
        **{f"{folder}/{file.name}": file.content for file in beside},
    }


def _offer(written: list[Download], beside: list[Download], folder: str, lang: str) -> str:
    """The section with the links to the documents and to the files in the folder."""
    groups = [
        (wording.text("download.documents", lang), "", written),
        (wording.text("download.beside", lang, folder=folder), folder, beside),
    ]
    said = [
        f"{paragraphs([text]).html}<ul>{''.join(f'<li>{_link(file, at, lang)}</li>' for file in files)}</ul>"
        for text, at, files in groups
        if files
    ]
    return heading(wording.text("download.section", lang), "downloads").html + "".join(said)


def _link(file: Download, folder: str, lang: str) -> str:
    """A link to a file beside the page, or in a folder there, with its kind and size."""
    size = wording.number(max(1, len(file.content) / 1000), lang)
    kind = wording.text("download.kind", lang, kind=file.name.rsplit(".", 1)[1].upper(), size=size)
    address = "/".join(quote(part) for part in (folder, file.name) if part)
    link = f'<a href="{address}" download>{html.escape(file.label)}</a>'
    return f"{link} {html.escape(kind)}"


def _at_the_top(body: str, links: Sequence[str]) -> str:
    """The body with links below its title, where it has one: what can be handed on is what many come for."""
    title = re.search(r'</h1>\s*(?:<p class="pf-subtitle">.*?</p>)?', body, re.DOTALL)
    at = title.end() if title else 0
    said = "".join(f'<p class="pf-more">{link}</p>' for link in links)
    return f"{body[:at]}\n{said}{body[at:]}" if links else body


def page(**values: Any) -> str:
    """Our page around a body that is HTML already; every other value is escaped.

    The terms that the body uses are explained above its first section, but for `terms=False`.
    """
    from jinja2 import Environment, StrictUndefined

    folder = files("porfse_analysis.reports")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(folder.joinpath("page.html.j2").read_text(encoding="utf-8"))
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    lang = values["lang"]
    day = wording.date(_day_made(), lang)
    made = wording.text("page.made", lang, date=day, version=porfse_analysis.__version__)
    signed = wording.text("page.author", lang, author=values["author"]) if values.get("author") else ""
    body = _with_terms(values["body"], lang) if values.get("terms", True) else values["body"]
    defaults = {"sections": [], "home": "", "navigation": "", "made": made, "signed": signed}
    return template.render(
        {
            **defaults,
            **values,
            "body": body,
            "style": style,
            "policy": _POLICY,
            "text": lambda key: wording.text(key, lang),
        }
    )


def _with_terms(body: str, lang: str) -> str:
    """The body with the terms it uses explained before its first section; headings in a comment begin none."""
    first = re.search(r"<h2 id=", body)
    return f"{body[: first.start()]}{explained(body, lang)}\n{body[first.start() :]}" if first else body


def _day_made() -> pd.Timestamp:
    """Today, or the day that builds to be repeated declare."""
    declared = declared_moment()
    return (pd.Timestamp.now() if declared is None else pd.Timestamp(declared, unit="s")).normalize()


@cache
def load_exporter() -> Any:
    """Nbconvert's exporter, with our template; importing it takes a while.

    Nothing of Jupyter's folders is looked at, which may be missing, or hold what somebody has changed.
    """
    from jinja2 import FunctionLoader
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    folder = files("porfse_analysis.reports")

    config = Config()
    # notes for whoever works in the notebook
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"remove-cell", "parameters", "injected-parameters"}
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    return HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_file=_TEMPLATE,
        template_paths=[],
        extra_loaders=[FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_output_stdin=True,
        anchor_link_text="",  # a heading keeps its place to lead to, without a sign
    )


class _Headings(HTMLParser):
    """The title and the sections of a page, for its head and its table of contents."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.subtitle = ""
        self.sections: list[tuple[str, str]] = []
        self._open: str | None = None
        self._anchor = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2") or (tag == "p" and dict(attrs).get("class") == "pf-subtitle"):
            self._open, self._anchor, self._text = tag, dict(attrs).get("id") or "", []

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open:
            return
        text = "".join(self._text).strip()
        if tag == "h1" and not self.title:
            self.title = text
        elif tag == "p":
            self.subtitle = self.subtitle or text
        elif self._anchor:
            self.sections.append((html.unescape(self._anchor), text))
        self._open = None
