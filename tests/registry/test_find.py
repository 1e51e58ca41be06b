"""Finding: words, codes, initials; the same answer on either database."""

import pytest

from registry import searching
from registry.models import Entity, Permit, Target
from tests.factories import create_target
from tests.registry.factories import create_bureau, uscc

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return create_bureau()


@pytest.fixture
def firms(bureau):
    entity = Entity.objects.create(organisation=bureau, name="青禾鑫隆焦化有限公司", uscc=uscc(7))
    one = create_target(
        bureau, name="青禾鑫隆焦化有限公司", short_name="鑫隆焦化", former_names=["东湾第一焦化厂"], initials="qhxljhyxgs",
        entity=entity, uid="SYD-001",
    )  # fmt: skip
    two = create_target(bureau, name="石桥镇污水处理厂(二期)", initials="sqzwsclceq", uid="WS_100%")
    Permit.objects.create(target=one, number=f"{uscc(7)}001P", category="key")
    return one, two


@pytest.mark.parametrize("common", [10_000, 0], ids=["looked_up", "read_along"])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("鑫隆", [0]), ("焦", [0]), ("第一焦化", [0]), ("xljh", [0]), ("XLJH", [0]), ("ql", []), ("syd-001", [0]),
        (uscc(7), [0]), (uscc(7)[:12].lower(), [0]), (f"{uscc(7)}001p", [0]), ("鑫隆 syd", [0]), ("鑫隆 污水", []),
        ("厂(二", [1]), ("100%", [1]), ("ws_", [1]), ("w_1", []), ("焦%厂", []), ("化有", [0]), ("", [0, 1]),
    ],
)  # fmt: skip
def test_a_word_finds_what_contains_it(firms, words, found, common, monkeypatch):
    monkeypatch.setattr(searching, "COMMON", common)
    assert set(Target.objects.matching(words)) == {firms[n] for n in found}


def test_a_word_is_looked_up_only_when_it_has_a_piece():
    assert [searching.has_pieces(word) for word in ("化", "化工", "x1", "xlj", "a厂")] == [
        False,
        True,
        False,
        True,
        True,
    ]
