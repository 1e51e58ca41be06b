"""Failures of MC1 rules. Every message is a Chinese sentence: the fact, the field, the remedy."""

from __future__ import annotations

from foundation.errors import RuleBroken


class Mc1Error(RuleBroken):
    """A rule of MC1 is broken; `message` can be shown to the user as it is."""

    code = "mc1"


class HashUnavailable(Mc1Error):
    """The hash of the version is missing on this machine (§2: "unsupported", never "failed")."""


class NotCanonical(Mc1Error):
    """The value has no canonical JSON form (§2)."""


class FormatBroken(Mc1Error):
    """A value breaks the format of §3–§5 and the JSON Schema (step V01)."""

    def __init__(self, why: str, path: tuple[str | int, ...] = ()) -> None:
        place = "/".join(str(part) for part in path)
        super().__init__(f"{place}：{why}" if place else why)
        self.why = why
        self.path = path

    def under(self, key: str | int) -> FormatBroken:
        """The same failure seen from the container that holds the value at `key`."""
        return type(self)(self.why, (key, *self.path))


class ListBroken(Mc1Error):
    """A frozen list contradicts itself or the manifest (§3, §4)."""


class QuotaBroken(Mc1Error):
    """A stratum's numbers contradict §4."""


class EntropyBroken(Mc1Error):
    """A slip, lock, open, retry or reveal contradicts §6."""


class OrderBroken(Mc1Error):
    """An event stands where §5 does not allow it."""


class CauseRejected(Mc1Error):
    """A replacement cause does not hold at the moment it is judged (§10)."""


class CertificateInvalid(Mc1Error):
    """A certificate does not prove that the visit lacks a team (§8)."""


class Unreadable(Mc1Error):
    """The file is not UTF-8 JSON, or names an object key twice (§14: exit 2)."""
