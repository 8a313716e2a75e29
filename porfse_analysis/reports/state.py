"""What a folder of reports was made from, kept in it as `.porfse.json`: so that only what has changed is made again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from porfse_analysis.files import write_aside
from porfse_analysis.languages import LANGUAGES, rounded

__all__ = ["STATE_FILE", "State", "read_state", "write_state"]

STATE_FILE = ".porfse.json"

_VERSION = 2

# what a key may be: its parts become names of files
_KEY = re.compile(rf"(?:{'|'.join(LANGUAGES)})/\d{{4}}-\d{{2}}-\d{{2}}/[^/\\\0]+", re.ASCII)

Files = dict[str, list[Any]]


@dataclass
class State:
    """What is known of a folder of reports.

    `inputs` is the digest of the programme's files, `cci`, `titles`, `cutoffs` and `seen` what was read from them.
    `runs` maps the key of a run to what it was made from and the files it made (path -> size, time of change, digest);
    `site` is the same for the pages above the reports. `ended` maps the key of every run there was to how the last of
    it ended: `reason` (empty when all went well) and `seconds`.
    """

    inputs: str = ""
    cci: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    cutoffs: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, dict[str, str]] = field(default_factory=dict)
    above: Files = field(default_factory=dict)
    """The files above the folders of several programmes, where this is the folder over them."""
    members: dict[str, str] = field(default_factory=dict)
    """There, the folder of each -> that of its programme's tables (`resources.kept_folder`)."""

    def __post_init__(self) -> None:
        """A folder of an older version tells of its good runs alone, and a key anybody has written of none."""
        known = {key: {"reason": "", "seconds": ""} for key in self.runs} | self.ended
        self.ended = {key: ended for key, ended in known.items() if _KEY.fullmatch(key)}

    def end(self, key: str, reason: str, seconds: float) -> None:
        """Note how a run ended."""
        self.ended[key] = {"reason": reason, "seconds": str(rounded(seconds, 1))}

    def listed(self) -> list[dict[str, str]]:
        """The runs of the folder and how they ended, as `runs.csv` has them."""
        rows = []
        for key, ended in self.ended.items():
            lang, cutoff, notebook = key.split("/")
            status = "failed" if ended["reason"] else "ok"
            rows.append(
                {"programme": self.cci, "notebook": notebook, "cutoff": cutoff, "lang": lang, "status": status, **ended}
            )
        return sorted(rows, key=lambda row: (row["notebook"], row["cutoff"], row["lang"]))

    def why(self, key: str, made_from: Mapping[str, str], out: Path) -> str:
        """Why a run must be made: "new", the first thing it depends on that has changed, "files"; "" if it need not."""
        known = self.runs.get(key)
        if known is None:
            return "new"
        changed = [name for name, value in made_from.items() if known["from"].get(name) != value]
        return changed[0] if changed else ("" if unchanged(known["files"], out) else "files")

    def keep(self, key: str, made_from: Mapping[str, str], files: Iterable[Path], out: Path) -> None:
        """Note what a run was made from, and what it made."""
        self.runs[key] = {"from": dict(made_from), "files": described(files, out)}

    def distrust(self, keys: Iterable[str]) -> None:
        """Note that the programme was changed while these runs were made: what they are of is not known."""
        self.inputs, self.site = "", {}
        for key in keys:
            self.runs[key]["from"]["data"] = ""

    def rewritten(self, files: Iterable[Path], out: Path) -> None:
        """Note that files of runs were written again, on purpose."""
        names = {path.relative_to(out).as_posix() for path in files}
        for known in self.runs.values():
            mine = names & set(known["files"])
            known["files"] |= described((out / name for name in mine), out)


def described(files: Iterable[Path], out: Path) -> Files:
    """Path of each file below `out` -> its size, time of change and digest."""
    made: Files = {}
    for path in files:
        at = path.stat()
        made[path.relative_to(out).as_posix()] = [at.st_size, at.st_mtime_ns, _digest(path)]
    return made


def unchanged(files: Files, out: Path) -> bool:
    """Whether the files are there as they were; a copy of the folder has other times, and still is."""
    for name, (size, time, content) in files.items():
        path = out / name
        try:
            at = path.stat()
        except OSError:
            return False
        if at.st_size != size or (at.st_mtime_ns != time and _digest(path) != content):
            return False
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_state(out: Path) -> State:
    """The state of a folder of reports; an empty one when there is none, or none that can be read.

    One that was changed since it was written, or is of an older version, tells of which programme the folder is and
    how its runs ended; that anything in it is up to date nobody believes.
    """
    try:
        known = json.loads((out / STATE_FILE).read_text(encoding="utf-8"))
        sealed = known.pop("version") == _VERSION and known.pop("seal", "") == _seal(known)
        known.pop("seal", None)
        state = State(**known | {"members": dict(known["members"])})
        if not sealed:
            _doubt(state)
        return state
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return State()  # then everything is made again, which is always right


def _doubt(state: State) -> None:
    """Nothing in the state is known to be up to date. Raises as something that is no state does."""
    state.inputs, state.site, state.above, state.members = "", {}, {}, {}
    state.seen, state.cutoffs = {}, []
    if not isinstance(state.cci, str):
        raise TypeError(state.cci)
    runs = {key: run["files"] for key, run in state.runs.items() if _KEY.fullmatch(key)}
    state.runs = {key: {"from": {}, "files": _of_folder(files)} for key, files in runs.items()}
    state.ended = {key: {name: str(end[name]) for name in ("reason", "seconds")} for key, end in state.ended.items()}
    state.titles = {str(lang): str(title) for lang, title in state.titles.items()}


def _of_folder(files: Mapping[str, Any]) -> Files:
    """The files that lie in the folder: what a run no longer has is removed, and nothing else may be."""
    paths = {name: Path(name) for name in files}
    return {name: [0, 0, ""] for name, path in paths.items() if not path.is_absolute() and ".." not in path.parts}


def _seal(known: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(known, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def write_state(out: Path, state: State) -> None:
    """Keep the state in its folder."""
    known = asdict(state)
    # the names are sorted below, and members stay in the order they were asked for in
    known["members"] = list(state.members.items())
    text = json.dumps({"version": _VERSION, "seal": _seal(known), **known}, ensure_ascii=False, sort_keys=True)
    write_aside(out / STATE_FILE, text + "\n")
