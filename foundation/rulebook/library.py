"""The shipped rulebooks under the name the other packages use."""

from .registry import available, get

__all__ = ["available", "get"]
