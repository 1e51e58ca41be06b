"""Synthetic registers: plausible, fictional, the same for the same seed."""

from config.synthetic.world import World, make_world

__all__ = ["World", "make_world"]
