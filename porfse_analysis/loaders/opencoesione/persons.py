"""No person leaves a file: what of the beneficiary may be kept, and tax codes of persons inside other codes.

A name or a tax code is kept for an organisation alone: a tax code of eleven digits and a legal form that names no
person. Sole traders have eleven digits too (their VAT number), and a partnership bears the names of its partners: only
the legal form tells, so without one nothing is kept. What is in doubt is dropped.
"""

from __future__ import annotations

import hmac
import re

import numpy as np
import pandas as pd

from porfse_analysis.loaders.opencoesione.layout import PROJECTS, layouts

__all__ = ["TAX_CODE", "holds_tax_code", "safe_value", "without_persons", "without_tax_codes"]

_SEPARATOR = ":::"
_ORGANISATION = re.compile(r"\d{11}", re.ASCII)
# legal forms as Istat codes them: 1.1 sole traders and professionals, 1.2 partnerships; 1.3 and on, 2: organisations
_FORM = re.compile(r"(?:1\.[3-9]|2\.\d)(?:\.\d+)*", re.ASCII)
_DIGIT = "[0-9LMNPQRSTUV]"  # letters stand for digits where two persons would have one code
_LENGTH = 16
TAX_CODE = rf"[A-Z]{{6}}{_DIGIT}{{2}}[A-EHLMPRST]{_DIGIT}{{2}}[A-Z]{_DIGIT}{{3}}[A-Z]"
"""What a tax code of a person looks like, in capitals or not."""
_TAX_CODE = re.compile(TAX_CODE, re.IGNORECASE)


def holds_tax_code(text: str) -> bool:
    """Whether the tax code of a person stands in a text."""
    return len(text) >= _LENGTH and any(re.search(r"\d", found) for found in _TAX_CODE.findall(text))


def safe_value(text: str) -> str | None:
    """A cell as a message may show it: where there are letters in it, it may name a person and is not shown."""
    return None if re.search(r"[^\W\d_]", text) else text[:40]


def without_persons(projects: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The texts of projects without names and tax codes of persons; how many beneficiaries were withheld.

    The tax code of a person inside any other text takes the text away.
    """
    projects = projects.copy()
    people = [field.name for field in layouts()[PROJECTS].fields if field.kind == "person"]
    withheld = 0
    if set(people) & set(projects.columns):
        parts = [projects.get(name, pd.Series("", index=projects.index)) for name in (*people, "legal_form")]
        codes, found = pd.factorize(pd.MultiIndex.from_arrays(parts))
        kept = [_organisations(*key) for key in found]
        changed = [bool(key[0] or key[1]) and safe != tuple(key[:2]) for key, safe in zip(found, kept, strict=True)]
        withheld = int(np.array(changed, dtype=bool)[codes].sum())
        for place, name in enumerate(people):
            if name in projects:
                safe_texts = np.array([safe[place] for safe in kept], dtype=object)[codes]
                projects[name] = pd.Series(safe_texts, index=projects.index, dtype="str")
    for name in projects.columns:
        texts = projects[name]
        if texts.dtype != "str" and texts.dtype != object:
            continue
        wrong = [text for text in texts.unique() if holds_tax_code(text)]
        if wrong:
            projects[name] = texts.replace(dict.fromkeys(wrong, ""))
    return projects, withheld


def without_tax_codes(codes: pd.Series, salt: bytes) -> pd.Series:
    """Codes of projects, those that hold the tax code of a person replaced by one that says nothing.

    The same code is replaced by the same in every file of one import, whose `salt` is kept nowhere.
    """
    wrong = [text for text in codes.unique() if holds_tax_code(text)]
    own = {text: f"withheld-{hmac.new(salt, text.encode(), 'sha256').hexdigest()[:12]}" for text in wrong}
    return codes.replace(own) if own else codes


def _organisations(codes: str, names: str, forms: str) -> tuple[str, str]:
    """Tax codes and names of the organisations among the beneficiaries of a project, the others left blank in place."""
    each = [[part.strip() for part in text.split(_SEPARATOR)] for text in (codes, names, forms)]
    if len({len(parts) for parts in each}) > 1:
        return "", ""  # lists without repeats do not go side by side: whose form is whose is not known
    safe = [
        (code, name) if _is_organisation(code, name, form) else ("", "") for code, name, form in zip(*each, strict=True)
    ]
    if not any(code for code, _ in safe):
        return "", ""
    return _SEPARATOR.join(code for code, _ in safe), _SEPARATOR.join(name for _, name in safe)


def _is_organisation(code: str, name: str, form: str) -> bool:
    return bool(_ORGANISATION.fullmatch(code) and _FORM.fullmatch(form)) and not holds_tax_code(name)
