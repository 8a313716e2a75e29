"""Sites for tests: the pages above reports after some runs, as a batch keeps and writes them."""

from porfse_analysis.reports import site
from porfse_analysis.reports.state import read_state, write_state


def write_site(out, programme, outcomes):
    """Write the site of a folder, with what was kept there of earlier runs and how these ended."""
    state = read_state(out)
    state.cci = programme.cci
    for outcome in outcomes:
        state.end(outcome.run.key, outcome.reason, outcome.seconds)
    out.mkdir(parents=True, exist_ok=True)
    write_state(out, state)
    return site.write_site(out, programme, state.listed())
