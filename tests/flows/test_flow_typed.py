"""What becomes of typed answers: asked back, kept meanwhile, joined, edited."""

import pytest
from tiny import PETS, SENT, TYPED, Person

from flows import engine, path
from flows.engine import CHECK, UNCONFIRMED, Nowhere


@pytest.fixture
def person():
    return Person(TYPED)


def put(person, address):
    person.draft = engine.go(person.flow, person.draft, address, "section", person.world)
    return person


def test_a_name_that_waits_for_its_yes_is_kept_unconfirmed(person):
    person.says("Ковальчук Софія")
    assert person.at == "name"
    assert person.draft.answers["name"].flags == (UNCONFIRMED,)
    assert person.value("name") == {"text": "Ковальчук Софія"}
    assert [row.stop.address for row in path.review(TYPED, person.draft)] == ["name"]


def test_a_yes_makes_the_answer_whole(person):
    person.says("Ковальчук Софія").taps("pick yes")
    assert person.value("name")["family"] == "Ковальчук"
    assert UNCONFIRMED not in person.draft.answers["name"].flags


def test_a_name_told_apart_keeps_everything_said_until_it_is_whole(person):
    person.says("Софія Ковальчук з Ірпеня").taps("pick apart").says("Ковальчук")
    kept = person.draft.answers["name"]
    assert kept.verbatim == "Софія Ковальчук з Ірпеня\nКовальчук"
    person.says("Софія").taps("pick none")
    assert person.taps("pick yes").value("name")["given"] == "Софія"


def test_again_takes_away_what_waited(person):
    put(person, "born").says("9 років")
    assert UNCONFIRMED in person.draft.answers["born"].flags
    assert person.taps("pick #again").state("born") is None
    assert person.at == "born"


def test_again_brings_back_what_was_answered_before(person):
    put(person, "born").says("27 3 2017")
    put(person, "born").says("9 років", "10 років")
    assert person.draft.answers["born"].verbatim == "10 років"
    assert person.taps("pick #again").value("born")["edtf"] == "2017-03-27"
    assert person.draft.held is None


def test_leaving_instead_of_yes_keeps_the_words_last_typed(person):
    put(person, "born").says("27 3 2017")
    put(person, "born").says("9 років").taps("back")
    assert person.at == "born"
    assert person.taps("skip").value("born") == {"text": "9 років"}


def test_a_place_typed_but_not_yet_picked_is_kept_with_what_is_known_of_it(person):
    put(person, "place").taps("pick UA-65").says("Іванівка")
    assert any(one.startswith("pick UA65") for one in person.offered)
    kept = person.draft.answers["place"]
    assert (kept.value["oblast"], kept.value["name"]) == ("UA-65", "Іванівка, Херсонська область")
    assert "unparsed" in kept.flags
    chosen = next(one for one in person.offered if one.startswith("pick UA65"))
    assert person.taps(chosen).value("place")["code"] == chosen.removeprefix("pick ")


def test_typing_i_do_not_know_is_an_answer(person):
    put(person, "born").says("не знаю")
    assert person.state("born") == "unknown"
    assert person.draft.answers["born"].verbatim == "не знаю"


def test_a_refused_answer_changes_nothing_but_the_count(person):
    put(person, "born").says("31.02.2020")
    assert (person.refused, person.draft.tries, person.state("born")) == ("date_days.2", 1, None)


def test_after_two_refusals_an_answer_may_be_kept_as_written(person):
    put(person, "born").says("тоді", "тоді", "тоді")
    assert person.taps("pick #keep").value("born") == {"text": "тоді"}
    assert person.draft.answers["born"].flags == ("unparsed",)


def test_a_long_text_is_joined_from_its_pieces_and_counts_meanwhile(person):
    first, second = "а" * 4000, "б" * 3000
    put(person, "story").says(first)
    assert person.at == "story"
    assert person.value("story") == first
    person.says(second)
    assert person.taps("pick #done").value("story") == f"{first}\n{second}"
    assert person.at == "ticks"


def test_ticks_are_stored_by_done_and_shown_again(person):
    put(person, "ticks").taps("pick a", "pick b")
    assert person.state("ticks") is None
    assert person.taps("pick #done").value("ticks") == ["a", "b"]
    put(person, "ticks")
    assert [one.ticked for one in person.shown.buttons()][:3] == [True, True, False]
    assert person.taps("pick none", "pick #done").value("ticks") == ["none"]


def test_not_to_know_is_refused_where_it_is_no_answer(person):
    put(person, "ticks").says("не знаю")
    assert (person.refused, person.state("ticks")) == ("choose", None)


def test_nothing_can_be_typed_on_a_screen_of_buttons(person):
    put(person, "#tasks")
    with pytest.raises(Nowhere):
        person.says("привіт")


def test_an_answer_is_replaced_from_anywhere_and_the_person_stays():
    person = Person(SENT).says("Олена")
    person.turn(engine.replaced(SENT, person.draft, "name", "Ольга", person.world))
    assert (person.at, person.value("name")) == (CHECK, "Ольга")


def test_a_replacement_that_does_not_fit_changes_nothing(person):
    person.says("Ковальчук Софія").taps("pick yes")
    put(person, "#tasks")
    before = person.draft
    person.turn(engine.replaced(TYPED, before, "name", "", person.world))
    assert (person.refused, person.draft) == ("empty", before)


def test_a_replacement_that_would_be_asked_back_is_kept_unconfirmed(person):
    person.says("Ковальчук Софія").taps("pick yes")
    person.turn(engine.replaced(TYPED, person.draft, "name", "Коваль Софія", person.world))
    assert person.at == CHECK
    assert person.draft.answers["name"].flags == (UNCONFIRMED,)


def test_a_replaced_place_is_stored_although_it_would_have_to_be_picked(person):
    put(person, "#tasks")
    person.turn(engine.replaced(TYPED, person.draft, "place", "Іванівка", person.world))
    assert person.value("place")["name"] == "Іванівка"


def test_a_replacement_that_takes_the_open_question_away_goes_back_from_it():
    person = Person(PETS).taps("pick kin").opens("you")
    assert person.at == "which_kin"
    person.turn(engine.replaced(PETS, person.draft, "who", "не знаю", person.world))
    assert person.at == "#tasks"


def test_an_answer_that_is_not_on_the_path_cannot_be_replaced(person):
    with pytest.raises(Nowhere):
        engine.replaced(TYPED, person.draft, "nothing", "так", person.world)


def test_what_was_answered_is_in_no_repr(person):
    person.says("Ковальчук Софія")
    assert "Ковальчук" not in repr(person.draft)
    put(person, "born").says("27 3 2017")
    put(person, "born").says("9 років")
    assert "2017" not in repr(person.draft)
