"""Indicator functions: frames in, one tidy result frame out; no file, no global state, no rounding, nothing clipped."""
