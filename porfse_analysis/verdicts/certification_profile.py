"""What the decommitment rule of a period asks to be certified, in shares of the EU support, of an even programme."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.commitments import at_closure, target_of
from porfse_analysis.verdicts.rules import Rules

__all__ = ["EVEN_GROWTH", "certification_profile"]

EVEN_GROWTH = 0.02
"""By how much the EU commitments of an even programme grow from year to year: how the amounts of a period are put into
current prices; to be confirmed for a single programme, whose own financial plan says."""


def certification_profile(rules: Rules, *, growth: float = EVEN_GROWTH) -> dict[pd.Timestamp, float]:
    """Day of each deadline -> share of the EU support that is to be covered by certified expenditure.

    Of a programme whose annual commitments grow by `growth`; what is settled at closure is left out. Formula: target of
    the deadline (`target_of`: commitments to be covered less pre-financing) / sum of the commitments.
    """
    rows = {
        "year": list(rules.commitment_years),
        "eu_commitment_eur": [round(1e6 * (1 + growth) ** place, 2) for place in range(len(rules.commitment_years))],
        "source": "",
    }
    plan = schema.conform("eu_commitments", pd.DataFrame(rows), programme="")
    # an even programme has no part that is set apart
    plan = plan.fillna({"performance_reserve_eur": 0.0, "flexibility_amount_eur": 0.0})
    support = sum((v.exact(value) for value in plan["eu_commitment_eur"]), Decimal(0))
    shares = {}
    for year in rules.deadlines:
        day = pd.Timestamp(year, 12, 31)
        amount = None if at_closure(year, rules) else target_of(Cells.of(plan), year, day, v.ZERO, rules, ()).amount
        if amount is not None:
            shares[day] = float(amount / support)
    return shares
