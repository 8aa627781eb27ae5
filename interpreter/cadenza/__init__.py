"""Cadenza: marketing automation as text that can be checked, tested, replayed and trusted."""

__version__ = "0.2.0"
