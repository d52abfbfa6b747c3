"""All that can go wrong, by name: each with its kind, a line about it, and what it does."""

from wrong import banners, counts, deaths, encodings, fine, order  # They enter themselves.
from wrong.worker import WRONG

__all__ = ["WRONG", "banners", "counts", "deaths", "encodings", "fine", "order"]
