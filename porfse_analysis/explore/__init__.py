"""Exploring a programme: the view with its choices (`view`), and JupyterLab started on it (`jupyterlab`)."""

from porfse_analysis.explore.view import explore

__all__ = ["explore"]
