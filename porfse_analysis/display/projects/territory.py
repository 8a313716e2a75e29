"""Where the projects are: by province, out of `localizzazioni` where there is one, else of the file of projects.

A project's amounts are not split between its places, which no file gives them by: the money of a project of several
provinces stands in one row of its own, and in a province's row only how many such projects have a place there.
"""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display.projects.rows import NONE, SEVERAL

__all__ = ["by_province", "places_of"]

_SEPARATOR = ":::"
_DIGITS = 3
_NO_PROVINCE = ("", "0", "000", "998998", "999999")  # what OpenCoesione writes for no province, or all of them


def places_of(projects: pd.DataFrame, places: pd.DataFrame | None) -> pd.DataFrame:
    """The provinces of each project, each once: project, code, name.

    `code` is region and province, three digits each, whether or not a file has lost its zeros. A project that
    `localizzazioni` does not place is where the file of projects has it.
    """
    listed = _of_projects(projects)
    if places is not None and len(places):
        region, province = places["region"].map(_padded), places["province"].map(_padded)
        names = places["province_name"] if "province_name" in places else pd.Series("", index=places.index)
        whole = province.where(province.str.len() > _DIGITS, region + province)
        found = pd.DataFrame({"project": places["project"], "code": whole, "name": names})
        found = found[~province.isin(_NO_PROVINCE) & found["project"].isin(projects["project"])]
        listed = pd.concat([found, listed[~listed["project"].isin(found["project"])]], ignore_index=True)
    return listed.drop_duplicates(["project", "code"], ignore_index=True)


def _padded(code: str) -> str:
    return code.zfill(_DIGITS) if code.isdecimal() else code


def _of_projects(projects: pd.DataFrame) -> pd.DataFrame:
    """The provinces beside each project; codes and names of one level go side by side."""
    rows = []
    named = {name: projects[name] if name in projects else pd.Series("", projects.index) for name in _BESIDE}
    for project, codes, names in zip(projects["project"], *named.values(), strict=True):
        both = codes.split(_SEPARATOR), names.split(_SEPARATOR)
        if len(both[0]) != len(both[1]):
            both = (both[0], both[0]) if codes else (both[1], both[1])
        # a province without a code is told by its name
        pairs = ((code or name, name) for code, name in zip(*both, strict=True))
        rows += [(project, code, name) for code, name in pairs if code not in _NO_PROVINCE]
    return pd.DataFrame(rows, columns=["project", "code", "name"], dtype="str")


_BESIDE = ("province", "province_name")


def by_province(projects: pd.DataFrame, places: pd.DataFrame | None) -> pd.DataFrame:
    """Projects and amounts by province: kind, code, projects, also, selected, paid, share (of the payments).

    `projects` and the amounts are of those of that province alone; those of several provinces and of none stand last,
    so that the rows add up to the programme. `also`: projects of several provinces that have a place in this one too; a
    project counts in each, and these are not to be added up.
    """
    listed = places_of(projects, places)
    alone = listed[~listed["project"].duplicated(keep=False)].set_index("project")["code"]
    several = listed[listed["project"].duplicated(keep=False)]
    own = projects["project"]
    kinds = own.map(alone).astype(object)
    kinds = kinds.mask(own.isin(several["project"]), SEVERAL).fillna(NONE)
    groups = projects.assign(kind=kinds).groupby("kind")
    rows = groups.agg(
        projects=("project", "size"),
        selected=("selected", lambda amounts: amounts.sum(min_count=1)),
        paid=("paid", lambda amounts: amounts.sum(min_count=1)),
    )
    also = several.groupby("code").size()
    rows = rows.reindex(rows.index.union(also.index))
    absent = rows["projects"].isna()
    rows.loc[absent, ["projects", "selected", "paid"]] = 0.0  # there are projects of several provinces alone
    rows = rows.assign(also=also.reindex(rows.index).fillna(0)).astype({"projects": "int64", "also": "int64"})
    names = listed[listed["name"] != ""].drop_duplicates("code").set_index("code")["name"]
    last = rows.index.isin([SEVERAL, NONE])
    rows = rows.assign(code=rows.index.where(~last, ""), last=last).reset_index(names="kind")
    rows["kind"] = [str(names.get(kind, kind)) for kind in rows["kind"]]
    rows.loc[rows["code"] == rows["kind"], "code"] = ""
    order = rows.sort_values(["last", "paid", "kind"], ascending=[True, False, True], kind="stable", ignore_index=True)
    whole = float(order["paid"].sum())
    columns = ["kind", "code", "projects", "also", "selected", "paid"]
    return order[columns].assign(share=order["paid"] / whole if whole else float("nan"))
