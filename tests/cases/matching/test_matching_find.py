"""Pairs are found among many cards, without comparing each with each."""

from itertools import product

import matching_cast as cast
from matching_pairs import card, written

from cases.matching import Card, Index, compare, find, find_for, forget, names, read, spelling


def _cards(*told: str) -> list[Card]:
    return [read(f"case {number}", card(one)) for number, one in enumerate(told)]


def _pairs(cards: list[Card]) -> list[tuple[str, str]]:
    return [(one.one.case, one.other.case) for one in find(cards)]


def test_a_pair_is_found_among_strangers():
    cards = _cards(*cast.CHILDREN, cast.mistyped(cast.CHILDREN[3]))
    assert _pairs(cards) == [("case 3", f"case {len(cast.CHILDREN)}")]


def test_strangers_are_not_suggested():
    assert _pairs(_cards(*cast.CHILDREN)) == []


def test_the_likeliest_pair_comes_first():
    child = cast.CHILDREN[3]
    cards = _cards(child, cast.less_known(child), child)
    assert _pairs(cards)[0] == ("case 0", "case 2")
    scores = [one.comparison.score for one in find(cards)]
    assert scores == sorted(scores, reverse=True)


def test_children_of_one_report_are_no_pair():
    told = card(cast.CHILDREN[0])
    twice = [read("one case", {**told, "item": item}) for item in ("a", "b")]
    assert find(twice) == []
    assert len(find([*twice, read("another", told)])) == 2


def test_one_card_is_looked_up_among_those_already_open():
    index = Index(_cards(*cast.CHILDREN))
    asked = read("new", card(cast.in_latin(cast.CHILDREN[5])))
    [found] = find_for(asked, index)
    assert (found.one, found.other.case) == (asked, "case 5")


def test_a_card_added_later_is_found_too():
    index = Index()
    index.add(read("late", card(cast.CHILDREN[5])))
    assert len(find_for(read("new", card(cast.elsewhere(cast.CHILDREN[5]))), index)) == 1


def test_a_card_is_not_suggested_for_itself():
    cards = _cards(*cast.CHILDREN)
    assert find_for(cards[5], Index(cards)) == []


def test_keys_miss_no_pair_that_comparing_each_with_each_would_find():
    """Of the pairs to tune by: what is suggested when compared is found by its keys as well."""
    missed = []
    for pair in written("pairs.tsv"):
        one, other = pair.cards()
        if compare(one, other).level != "none" and not find([one, other]):
            missed.append(pair.why)
    assert missed == []


def test_the_telephone_of_an_office_makes_no_pairs_of_strangers():
    names = map("".join, product("бвгд", repeat=5))
    cards = [
        read(
            f"case {n}",
            {"name": {"given": name}, "phones": ["+380501112233"]},
        )
        for n, name in zip(range(500), names, strict=False)
    ]
    assert Index(cards).pairs() == []


def test_remembered_names_can_be_forgotten():
    find(_cards(*cast.CHILDREN))
    remembering = (spelling.key, spelling.surname, names._given, names._family)
    assert all(each.cache_info().currsize for each in remembering)
    forget()
    assert not any(each.cache_info().currsize for each in remembering)
