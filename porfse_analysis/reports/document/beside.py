"""The documents that lie beside a page under its name: what the page shows, to send, to print, to file."""

from __future__ import annotations

from porfse_analysis.display.glossary import explained
from porfse_analysis.display.typesetting import writable
from porfse_analysis.display.words import wording
from porfse_analysis.reports.document.parts import Document
from porfse_analysis.reports.document.pdf import pdf
from porfse_analysis.reports.document.reading import read
from porfse_analysis.reports.document.word import word
from porfse_analysis.reports.downloads import Download

__all__ = ["documents"]


def documents(
    body: str, title: str, subtitle: str, *, name: str, lang: str, author: str, made: str, paper: bool, editable: bool
) -> list[Download]:
    """A page as documents: its `body` as it was before any link to what lies beside it.

    `title` and `subtitle` are those of the body; `author` signs it, `made` says when and with what it was made. The
    terms it uses are explained at its end. `paper`: as PDF; `editable`: for Word.
    """
    signed = wording.text("page.author", lang, author=author) if author else ""
    parts = read(body + explained(body, lang))
    document = Document(
        lang, writable(title), writable(subtitle), writable(author), writable(signed), writable(made), parts
    )
    files = [Download(f"{name}.pdf", wording.text("document.whole", lang), pdf(document))] if paper else []
    if editable:
        files.append(Download(f"{name}.docx", wording.text("document.editable", lang), word(document)))
    return files
