"""`python -m porfse_analysis.reports.kernels.launcher -f FILE`: a kernel for a report, started in the ordinary way."""

from __future__ import annotations

import sys

from porfse_analysis.reports.kernels.isolated import draw_as_told, import_matplotlib, serve_kernel

if __name__ == "__main__":
    import_matplotlib()
    draw_as_told()
    serve_kernel(sys.argv[1:])
