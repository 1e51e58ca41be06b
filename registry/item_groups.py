"""The items of each content category the rulebook names. source: CAP-05"""

from dataclasses import dataclass, field

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from registry import legal
from registry.models import InspectionItem


@dataclass
class ContentGroup:
    """One content category of the rulebook and the current items of it. source: QS-6.2, NM-9.2, QZ-2.2, WL-3.4"""

    content: str
    items: list[InspectionItem] = field(default_factory=list)
    named: bool = True

    @property
    def published(self) -> int:
        return sum(item.status == InspectionItem.Status.PUBLISHED for item in self.items)

    @property
    def open(self) -> int:
        return len(self.items) - self.published


def content_groups(organisation: Organisation, book: Rulebook | None) -> list[ContentGroup]:
    """In the order of the rulebook; then categories it does not name, then the items without any. One query."""
    found = {content: ContentGroup(content) for content in (book.item_rules.contents if book else ())}
    bare = ContentGroup("没有归类", named=False)
    for item in legal.current_items(organisation):
        for content in item.groups:
            found.setdefault(content, ContentGroup(content, named=False)).items.append(item)
        if not item.groups:
            bare.items.append(item)
    return [*found.values(), *([bare] if bare.items else [])]
