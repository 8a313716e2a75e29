"""What CONTRIBUTING.md names is there, and its lists are those of the code."""

import re
from pathlib import Path

from test_architecture import LAYERS

from porfse_analysis import languages

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_it_names_is_there():
    named = {name for name in re.findall(r"`([\w./-]+(?:/|\.\w+))`", TEXT) if "/" in name}
    assert len(named) > 12
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []
    linked = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert [name for name in linked if not (PROJECT / name).exists()] == []


def test_every_command_it_names_is_one():
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"`make ([a-z-]+)`", TEXT))
    assert named
    assert named <= targets


def test_the_floors_are_those_of_the_code():
    said = TEXT.split("Imports go one way", 1)[1].split("\n\n", 1)[0].split(":", 1)[1]
    floors = [part for parts in LAYERS for part in parts if part != "verdicts.rules"]
    assert re.findall(r"`([a-z_]+)`", said) == floors


def test_a_language_is_a_catalogue():
    folder = PROJECT / "porfse_analysis" / "display" / "words" / "catalogue"
    assert {path.stem for path in folder.glob("*.toml")} == set(languages.LANGUAGES)
