"""Pages of long lists: counting stops where nobody reads on, and joins are made for the rows shown only."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connections
from django.db.models import QuerySet

CAP = 10_000


class CappedPaginator(Paginator):
    """`count` is at most CAP; `more` says that there are more. Counting a million rows costs more than showing thirty.

    plain: the same kind of rows without the filters, with what the page needs joined on
    """

    def __init__(
        self, object_list: QuerySet, per_page: int, *, plain: QuerySet, narrowed: bool = True
    ) -> None:
        super().__init__(object_list, per_page)
        self.plain, self.narrowed = plain, narrowed

    @cached_property
    def counted(self) -> int:
        """At most CAP + 1."""
        rows: Any = self.object_list
        return rows.order_by()[: CAP + 1].count()

    @cached_property
    def ids(self) -> list[int]:
        """All rows in the order of the page, where there are not more than CAP.

        Found first, however the database likes, and sorted then: asked for in order at once it may walk the whole
        register along the order.
        """
        rows: Any = self.object_list
        if not self.counted:
            return []
        names = rows.query.order_by
        first = rows.order_by().values_list("pk", *(name.removeprefix("-") for name in names))[: CAP + 1]
        sql, params = first.query.get_compiler(rows.db).as_sql()
        quote = connections[rows.db].ops.quote_name
        by = ", ".join(f"found.{quote(n.removeprefix('-'))}{' DESC' * n.startswith('-')}" for n in names)
        with connections[rows.db].cursor() as cursor:
            cursor.execute(f"SELECT found.pk FROM ({sql}) AS found ORDER BY {by}", params)  # noqa: S608 our own columns
            return [row[0] for row in cursor]

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return min(self.counted, CAP)

    @property
    def more(self) -> bool:
        return self.counted > CAP

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        if self.more:  # an index walks them in the order of the page
            ordered: Any = self.object_list
            shown = list(ordered.values_list("pk", flat=True)[first : first + self.per_page])
        else:
            shown = self.ids[first : first + self.per_page]
        rows = {row.pk: row for row in self.plain.filter(pk__in=shown)}
        return Page([rows[pk] for pk in shown], number, self)
