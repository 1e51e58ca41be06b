"""Pages of long lists: counting stops where nobody reads on."""

from functools import cached_property

from django.core.paginator import Paginator

CAP = 10_000


class CappedPaginator(Paginator):
    """`count` is at most CAP; `more` says that there are more. Counting a million rows costs more than showing thirty."""

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: CAP + 1].count()  # type: ignore[union-attr]

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return min(self._counted, CAP)

    @property
    def more(self) -> bool:
        return self._counted > CAP
