"""The directive `terminal`: the commands of a page are run when the site is made, and what they say is shown.

    ```{terminal}
    :code: 1
    :last: 5
    porfse check lazio
    ```

The commands of one page run one after the other in one folder, made for them. `:code:` is how the last command has to
end; `:first:` and `:last:` show so many lines of what is said, `:only:` those that have a pattern, `:silent:` none;
`[...]` stands for others. `:width:` so many letters of each. `:hidden:` commands lay ready what a page begins with
and are not shown. `{file} NAME` shows a file and puts it into that folder, `{offered} NAME...` gives files of it to
download. What was said is kept in build/docs-cache, by the commands, the package and its data.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import download_reference
from sphinx.util.docutils import SphinxDirective

from porfse_analysis.files import write_aside

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "docs-cache" / "terminal"
OFFERED = ROOT / "build" / "docs-cache" / "offered"
LEFT_OUT = "[...]"


@cache
def of_the_package() -> str:
    """What the answers depend on, beside the commands."""
    found = hashlib.sha256()
    for folder in ("porfse_analysis", "data", "notebooks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


class Session:
    """What a page has done so far: its files and commands, which are run only where one of them is new."""

    def __init__(self) -> None:
        self.steps: list[list[str]] = []
        self.folder: Path | None = None
        self.done = 0

    def key(self) -> str:
        return hashlib.sha256(json.dumps([of_the_package(), self.steps]).encode()).hexdigest()

    def add(self, kind: str, what: str, text: str = "") -> tuple[int, str]:
        """Exit code and text of a step, from what is kept or by running all that was not run yet."""
        self.steps.append([kind, what, text])
        if kind == "file":
            return 0, text
        kept = KEPT / f"{self.key()}.json"
        if not kept.is_file():
            answer = (0, "")
            while self.done < len(self.steps):
                answer = self.run(*self.steps[self.done])
                self.done += 1
            # whole at once: the site in the other language asks for the same steps at the same time
            write_aside(kept, json.dumps(answer))
        code, said = json.loads(kept.read_text(encoding="utf-8"))
        return code, said

    def run(self, kind: str, what: str, text: str) -> tuple[int, str]:
        if self.folder is None:
            KEPT.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(dir=KEPT.parent))
        if kind == "file":
            path = self.folder / what
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
            return 0, ""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        ran = subprocess.run(
            ["sh", "-c", what],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "COLUMNS": "100", "TQDM_DISABLE": "1", "ROOT": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return ran.returncode, ran.stdout.replace(f"{self.folder}{os.sep}", "").rstrip()

    def close(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def block(text: str, language: str = "text", look: str = "") -> nodes.literal_block:
    return nodes.literal_block(text, text, language=language, classes=[look] if look else [])


class Page(SphinxDirective):
    """Of a page with commands: the session they share."""

    has_content = True

    def session(self) -> Session:
        found: dict[str, Session] = self.env.temp_data.setdefault("terminal", {})
        return found.setdefault(self.env.docname, SESSIONS.setdefault(self.env.docname, Session()))


SESSIONS: dict[str, Session] = {}


class Terminal(Page):
    option_spec: ClassVar = {
        "code": directives.nonnegative_int,
        "first": directives.positive_int,
        "last": directives.positive_int,
        "silent": directives.flag,
        "only": directives.unchanged_required,
        "width": directives.positive_int,
        "hidden": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        commands = "\n".join(self.content)
        code, said = self.session().add("run", commands)
        if code != self.options.get("code", 0):
            raise self.error(f"{commands}\nended with {code}:\n{said}")
        if "hidden" in self.options:
            return []
        shown: list[nodes.Node] = [block(commands, look="pf-typed")]
        if said and "silent" not in self.options:
            shown.append(block(self.part(said), look="pf-said"))
        return shown

    def part(self, said: str) -> str:
        lines = said.splitlines()
        if "width" in self.options:
            lines = [line[: self.options["width"]].rstrip() for line in lines]
        if "only" in self.options:
            kept = itertools.groupby(lines, lambda line: bool(re.search(self.options["only"], line)))
            return "\n".join(line for shown, run in kept for line in (run if shown else [LEFT_OUT]))
        first, last = self.options.get("first", 0), self.options.get("last", 0)
        if not (first or last) or len(lines) <= first + last:
            return "\n".join(lines)
        return "\n".join([*lines[:first], LEFT_OUT, *(lines[-last:] if last else [])])


class File(Page):
    required_arguments = 1
    option_spec: ClassVar = {"language": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        self.session().add("file", self.arguments[0], text)
        name = nodes.paragraph("", "", nodes.literal("", self.arguments[0]))
        return [name, block(text, self.options.get("language", "text"))]


class Offered(Page):
    """Files of the folder, to download. They come by way of what was said: the folder is there only where it is new."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = False

    def run(self) -> list[nodes.Node]:
        links: list[nodes.Node] = []
        page = Path(self.env.doc2path(self.env.docname)).parent
        for name in self.arguments[0].split():
            read = f"""python -c "import base64; print(base64.b64encode(open('{name}', 'rb').read()).decode())\""""
            code, said = self.session().add("run", read)
            if code:
                raise self.error(f"{name}: {said}")
            path = OFFERED / self.config.language / self.env.docname / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(said))
            link = download_reference("", "", nodes.literal("", name), reftarget=os.path.relpath(path, page))
            links += [nodes.Text(", "), link] if links else [link]
        return [nodes.paragraph("", "", *links)]


def ended(*_: Any) -> None:
    for session in SESSIONS.values():
        session.close()
    SESSIONS.clear()


def setup(app: Any) -> dict[str, bool]:
    app.add_directive("terminal", Terminal)
    app.add_directive("file", File)
    app.add_directive("offered", Offered)
    app.connect("build-finished", ended)
    return {"parallel_read_safe": False}
