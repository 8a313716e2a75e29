"""The site of the documentation, once for each language: `make docs`.

The pages in English are those of docs/, the Italian ones those of docs/it/, which is built with this file too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import porfse_analysis  # noqa: E402

project = "porfse_analysis"
author = "porfse_analysis maintainers"
copyright = "porfse_analysis maintainers, Apache-2.0"
version = release = porfse_analysis.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "terminal", "made"]
source_suffix = {".md": "myst-nb"}
# `-t it` builds docs/it
language = "it" if tags.has("it") else "en"  # type: ignore[name-defined]  # noqa: F821
exclude_patterns = ["it/**"]
highlight_language = "text"
default_role = "code"
# quotes alone: a dash belongs to the option it begins
smartquotes_action = "q"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# from a page in one language to one that is there in the other alone: the links are checked in what was built
myst_url_schemes = {"http": None, "https": None, "mailto": None, "site": "../{{path}}#{{fragment}}"}

nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE.parent / "build" / "docs-cache" / language)
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_ipywidgets_js: dict[str, Any] = {}
# a frame as text: what pandas writes as HTML has headers without words
nb_mime_priority_overrides = [("html", "image/png", 0), ("html", "text/plain", 1)]
nb_merge_streams = True

autodoc_typehints = "none"
autodoc_default_options = {"members": True, "member-order": "bysource"}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_js_files = ["scrolled.js"]
templates_path = [str(HERE / "templates")]
html_title = f"porfse_analysis {version}"
html_copy_source = False
# else the search asks for each page it has found, which pages that are files may not
html_show_search_summary = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options: dict[str, Any] = {
    "navbar_start": ["name"],
    "navbar_center": [],
    "navbar_end": ["other-language", "theme-switcher"],
    "navbar_persistent": ["search-button-field"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "article_header_start": [],
}
html_context = {"default_mode": "auto"}
html_sidebars = {"**": ["all-pages"]}


def other_language(app: Any, pagename: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """The same page in the other language, or its first page."""
    italian = app.config.language == "it"
    folder = HERE if italian else HERE / "it"
    name = pagename if (folder / f"{pagename}.md").is_file() else "index"
    up = "../" * pagename.count("/")
    context["other_language"] = {
        "lang": "en" if italian else "it",
        "name": "English" if italian else "Italiano",
        "address": f"{up}../{name}.html" if italian else f"{up}it/{name}.html",
    }


def setup(app: Any) -> None:
    """As Sphinx calls it."""
    app.connect("html-page-context", other_language)
