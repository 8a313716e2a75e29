"""An executed notebook as one page: no code, no script, nothing from another host."""

from __future__ import annotations

import html
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

from porfse_analysis.display import wording
from porfse_analysis.display.html import RESULTS_MIME

__all__ = ["load_exporter", "page", "render_page"]

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_page(executed: Path, lang: str, name: str, home: str = "") -> str:
    """The page of an executed notebook, in the language its texts are in; `name` is its title when it gives none.

    `home` is the address of the index of all pages, relative to this one; none for a page that stands alone.
    """
    exporter = load_exporter()
    import nbformat

    notebook = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        # recorded results and what libraries grumble on stderr stay in the notebook
        if cell.cell_type == "code":
            cell.outputs = [
                output
                for output in cell.outputs
                if output.get("name") != "stderr" and RESULTS_MIME not in output.get("data", ())
            ]
    body, _ = exporter.from_notebook_node(notebook)
    headings = _Headings()
    headings.feed(body)
    return page(
        lang=lang,
        title=headings.title or name,
        body=body,
        sections=headings.sections,
        home=home,
    )


def page(**values: Any) -> str:
    """Our page around a body that is HTML already; every other value is escaped."""
    from jinja2 import Environment, StrictUndefined

    folder = files("porfse_analysis.reports")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(folder.joinpath("page.html.j2").read_text(encoding="utf-8"))
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    defaults = {"sections": [], "home": "", "navigation": ""}
    return template.render(
        {**defaults, **values, "style": style, "policy": _POLICY, "text": lambda key: wording.text(key, values["lang"])}
    )


@cache
def load_exporter() -> Any:
    """Nbconvert's exporter, with its template; importing it takes a while."""
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    config = Config()
    # notes for whoever works in the notebook
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"remove-cell", "parameters", "injected-parameters"}
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    return HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_output_stdin=True,
    )


class _Headings(HTMLParser):
    """The title and the sections of a page, for its head and its table of contents."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.sections: list[tuple[str, str]] = []
        self._open: str | None = None
        self._anchor = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2"):
            self._open, self._anchor, self._text = tag, dict(attrs).get("id") or "", []

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open:
            return
        text = "".join(self._text).strip().rstrip("¶")
        if tag == "h1":
            self.title = self.title or text
        elif self._anchor:
            self.sections.append((html.unescape(self._anchor), text))
        self._open = None
