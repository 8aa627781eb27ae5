"""What programs and timelines are generated from; `tests/support/programs.py` puts the parts together."""
