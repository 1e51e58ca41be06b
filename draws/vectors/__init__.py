"""Checking the three implementations of MC1 against a folder of vectors (protocol §15)."""

from .run import Tally, check_vectors

__all__ = ["Tally", "check_vectors"]
