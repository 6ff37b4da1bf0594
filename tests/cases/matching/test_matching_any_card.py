"""Whatever a card holds, it can be compared: nothing raises, and sides do not matter."""

from hypothesis import given
from hypothesis import strategies as st

from cases.matching import compare, find, read

LETTERS = st.text("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэёъ’'- aeiouhkstvz", max_size=14)
FAMILIAR = st.sampled_from([
    "Роман", "Богдан", "Саша", "Олександра", "Коваленко", "Kovalenko", "Нечай-Левицька", "Даня",
    "Іванович", "Ивановна", "Т.", "Воронцова София 08.03.2017", "ФЕ 123987", "Лев", "Богданова",
])  # fmt: skip
WORDS = st.one_of(FAMILIAR, LETTERS, st.text(max_size=20))
DAYS = st.one_of(st.dates().map(lambda day: day.isoformat()), WORDS)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.fixed_dictionaries({}, optional={
    "family": WORDS, "given": WORDS, "patronymic": WORDS, "text": WORDS,
})  # fmt: skip
BORN = st.fixed_dictionaries({}, optional={
    "edtf": WORDS, "from": DAYS, "to": DAYS, "precision": st.sampled_from(["day", "year", "x"]),
})  # fmt: skip
PLACE = st.fixed_dictionaries({}, optional={
    "country": WORDS, "oblast": WORDS, "region": WORDS, "name": WORDS, "text": WORDS,
    "code": st.from_regex(r"UA\d{17}", fullmatch=True), "codes": st.lists(WORDS, max_size=2),
})  # fmt: skip
CARDS = st.fixed_dictionaries({}, optional={
    "item": JSON,
    "name": st.one_of(NAMES, JSON),
    "born": st.one_of(BORN, JSON),
    "places": st.one_of(
        st.fixed_dictionaries({}, optional=dict.fromkeys(
            ("home", "last_place", "current_place"), st.one_of(PLACE, JSON)
        )),
        JSON,
    ),
    "phones": st.one_of(st.lists(st.from_regex(r"\+?\d{5,14}", fullmatch=True), max_size=2), JSON),
    "alternate_names": st.one_of(WORDS, JSON),
    "new_identity": st.one_of(WORDS, JSON),
    "id_numbers": st.one_of(WORDS, JSON),
    "sex": st.one_of(st.sampled_from(["female", "male", "other"]), JSON),
})  # fmt: skip


@given(CARDS, CARDS)
def test_any_two_cards_compare_alike_from_both_sides(one, other):
    left, right = read("A", one), read("B", other)
    there, back = compare(left, right), compare(right, left)
    assert (there.score, there.level) == (back.score, back.level)
    assert [(each.key, each.reason, each.verdict) for each in there.fields] == [
        (each.key, each.reason, each.verdict) for each in back.fields
    ]
    assert sorted((each.left, each.right) for each in there.fields) == sorted(
        (each.right, each.left) for each in back.fields
    )


@given(CARDS)
def test_a_card_never_differs_from_itself(content):
    card = read("A", content)
    assert [each.key for each in compare(card, card).fields if each.verdict == "mismatch"] == []


@given(CARDS, st.sets(st.sampled_from(["name", "born", "places", "phones", "id_numbers", "sex"])))
def test_a_card_never_differs_from_itself_with_parts_left_out(content, left_out):
    told = {key: part for key, part in content.items() if key not in left_out}
    seen = compare(read("A", content), read("B", told))
    blank = {"name": {"family", "given", "patronymic"}, "places": {"home", "last_place"}}
    differs = {each.key for each in seen.fields if each.verdict == "mismatch"}
    assert not differs & {key for part in left_out for key in blank.get(part, {part})} - {"sex"}


@given(st.lists(CARDS, max_size=6))
def test_any_cards_can_be_searched(contents):
    cards = [read(str(number), content) for number, content in enumerate(contents)]
    for found in find(cards):
        assert found.comparison == compare(found.one, found.other)
        assert found.comparison.level in {"likely", "possible"}
