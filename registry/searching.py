"""Finding targets by any part of what they are called, on either database, in a register of a million.

PostgreSQL has an index over the two- and three-letter pieces of the search text (a function of our own: the pieces do
not depend on the server's locale, and no extension is needed). A word that hits few rows is looked up there once and they are named by id; one that
hits many is simply read along the order of the page, where thirty hits come quickly. source: requirements B1 (CAP-08)
"""

import re
from typing import Any

from django.db import connections, models
from django.db.models import Q

COMMON = 10_000  # hits from which a word is read along the page's order instead of being looked up
_FEW = 200
_CODE = re.compile(r"[0-9A-Za-z]{4,22}\Z")


@models.TextField.register_lookup
class Holds(models.Lookup):
    """`search__holds="化工"`: contains the word; on PostgreSQL by the index of pieces."""

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} LIKE %s ESCAPE '\\'", (*params, f"%{_escaped(self.rhs)}%")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        like, like_params = self.as_sql(compiler, connection)
        return (
            f"(registry_pieces({left}) @> registry_pieces(%s) AND {like})",
            [*params, self.rhs, *like_params],
        )


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def has_pieces(word: str) -> bool:
    """Whether the word has a piece to look up: two letters with a Chinese one among them, or three."""
    return len(word) > 2 or (len(word) == 2 and not word.isascii())


def search_for(targets: Any, words: str) -> Any:
    """Every word must be found in the search text, as start of a credit code, or as start of a permit number."""
    for word in words.lower().split():
        targets = targets.filter(_found(targets, word))
    return targets


def _found(targets: models.QuerySet, word: str) -> Q:
    if connections[targets.db].vendor != "postgresql" or not has_pieces(word):
        return Q(search__contains=word) | _by_code(targets, word)
    hits = targets.model._base_manager.using(targets.db).filter(search__holds=word).order_by()
    ids = list(hits.values_list("pk", flat=True)[: COMMON + 1])
    if len(ids) > COMMON:
        return Q(search__contains=word)
    return Q(pk__in=ids) | _by_code(targets, word)


def _by_code(targets: models.QuerySet, word: str) -> Q:
    """Credit code or permit number begins with the word. A few are named by id, so that their index is used."""
    if not _CODE.match(word):
        return Q()
    entity = targets.model._meta.get_field("entity").related_model
    permit = targets.model._meta.get_field("permits").related_model
    owners = entity._base_manager.filter(uscc__startswith=word.upper()).values_list("pk", flat=True)
    holders = permit._base_manager.filter(number__startswith=word.upper()).values_list("target", flat=True)
    found = Q()
    for name, ids in (("entity__in", owners), ("pk__in", holders)):
        few = list(ids[: _FEW + 1])
        if few:
            found |= Q(**{name: few if len(few) <= _FEW else ids})
    return found
