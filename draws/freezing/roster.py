"""Inspector rows and recusals: who may be drawn into a team, how often, and never with whom. source: MC1 §3"""

from draws.freezing.frame import Frame
from draws.models import ConflictOfInterest, SnapshotInspector, SnapshotTarget
from draws.rules import screen
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.rows import AVAILABLE, INSPECTOR, InspectorRow, recusal_row
from personnel.models import Absence, Inspector
from personnel.queries import statuses_on

MAX_CAPACITY = 999


class Roster:
    """Everybody in post; who has no valid certificate or is away on the day stays in the list with the reason."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        away = Absence.objects.filter(inspector__organisation=frame.draw.organisation, since__lte=frame.on)
        self.away = {
            absence.inspector_id: absence
            for absence in away.order_by("since")
            if absence.until is None or absence.until >= frame.on
        }
        self.statuses = statuses_on(frame.people, frame.on)

    def status(self, person: Inspector) -> str:
        """By the certificates, posts and absences of the day of the draw. source: NM-16.3, XY-2.8, WL-5.3"""
        if person.pk not in self.statuses:
            self.statuses |= statuses_on([person], self.frame.on)
        return self.statuses[person.pk]

    def available(self) -> int:
        return sum(self.status(person) == AVAILABLE for person in self.frame.people)

    def held(self) -> list[list[str]]:
        """Expertise of everybody who may be sent."""
        return [person.specialities for person in self.frame.people if self.status(person) == AVAILABLE]

    def rows(self, share: int) -> list[SnapshotInspector]:
        """Unsaved rows of everybody in post, in the frozen order, with screen codes."""
        made = self.rows_of(self.frame.people, share)
        codes = screen.codes_of((row.commitment, screen.INSPECTOR) for row in made)
        for row in made:
            row.code = codes[row.commitment]
        return made

    def rows_of(self, people: list[Inspector], share: int) -> list[SnapshotInspector]:
        """Rows without screen codes; also for people who are added in a round."""
        return sorted(
            (self._row(person, min(share, MAX_CAPACITY)) for person in people), key=lambda row: row.row
        )

    def _row(self, person: Inspector, capacity: int) -> SnapshotInspector:
        frame, status = self.frame, self.status(person)
        areas = {area.code: area.name for area in person.areas.all()}
        known = {frame.skills[word]: word for word in person.specialities if word in frame.skills}
        frame.legend["areas"] |= areas
        frame.legend["skills"] |= known
        frame.legend["bodies"][person.unit.code] = person.unit.name
        row = InspectorRow("", frozenset(areas), person.unit.code, frozenset(known), capacity, status)
        evidence = "" if status == AVAILABLE else self._evidence(person, status)
        one = frame.commit(INSPECTOR, person.uid, person.name, row.facts, evidence)
        return SnapshotInspector(
            draw=frame.draw, inspector=person, commitment=one.c, uid=person.uid, name=person.name, row=one.row,
            evidence=evidence,
        )  # fmt: skip

    def _evidence(self, person: Inspector, status: str) -> str:
        away = self.away.get(person.pk)
        return canon({
            "absence": away.pk if away else None, "certificate": person.certificate_no, "on": self.frame.on.isoformat(),
            "status": status, "uid": person.uid, "until": str(person.certificate_valid_until or ""),
        })  # fmt: skip


def recusal_rows(
    frame: Frame, targets: list[SnapshotTarget], inspectors: list[SnapshotInspector]
) -> list[str]:
    """Declared conflicts in force; one with an entity bars all its targets."""
    by_target: dict[int, list[str]] = {}
    by_entity: dict[int, list[str]] = {}
    for row in targets:
        by_target.setdefault(row.target_id, []).append(row.commitment)
        if row.target.entity_id:
            by_entity.setdefault(row.target.entity_id, []).append(row.commitment)
    people = {row.inspector_id: row.commitment for row in inspectors}
    found: set[str] = set()
    declared = ConflictOfInterest.objects.filter(organisation=frame.draw.organisation).in_force(frame.on)
    for conflict in declared.filter(inspector__in=list(people)):
        barred = by_target.get(conflict.target_id or 0, []) or by_entity.get(conflict.entity_id or 0, [])
        person = people[conflict.inspector_id or 0]
        found |= {recusal_row(t, person, conflict.relation) for t in barred}
    return sorted(found)
