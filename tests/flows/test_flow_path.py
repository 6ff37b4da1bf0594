"""Which questions are asked: conditions, groups, going back, changing, closing questions."""

from datetime import date

import pytest
from tiny import CONTACT, PETS, SENT, TYPED, Person

from flows import act, engine, path
from flows.answers import State
from flows.engine import CHECK, READY, TASKS, Nowhere
from flows.kinds.choice import Choice
from flows.kinds.text import Text
from flows.model import Flow, Given, Group, Is, Misdrawn, Section, Step


def asked(person):
    return [stop.address for stop in path.path(person.flow, person.draft)]


def reviewed(person):
    return [row.stop.address for row in path.review(person.flow, person.draft)]


@pytest.fixture
def pets():
    return Person(PETS)


def test_a_conversation_starts_with_its_essentials_then_may_be_checked(pets):
    assert pets.at == "who"
    assert pets.taps("pick kin").at == "pets/i1/kind"
    assert pets.taps("pick cat").at == CHECK
    assert "send" in pets.offered


def test_a_question_is_asked_only_when_its_condition_holds(pets):
    assert "which_kin" not in asked(pets)
    pets.taps("pick kin")
    assert "which_kin" in asked(pets)
    assert "how_other" not in asked(pets)


def test_a_condition_sees_only_answers_that_are_on_the_path_themselves(pets):
    pets.taps("pick kin").opens("you").taps("pick uncle", "pick yes")
    assert "of_age" in asked(pets)
    pets.opens("you").taps("back")
    pets.draft = engine.go(PETS, pets.draft, "who", "section", pets.world)
    pets.taps("pick other")
    assert pets.value("which_kin") == "uncle"
    assert not {"which_kin", "of_age"} & set(asked(pets))


def test_an_answer_off_the_path_is_kept_but_not_reviewed_and_comes_back_with_the_path(pets):
    pets.taps("pick kin", "pick cat").opens("you").taps("pick aunt")
    assert "which_kin" in reviewed(pets)
    pets.draft = engine.go(PETS, pets.draft, "who", "essentials", pets.world)
    pets.taps("pick other")
    assert "which_kin" not in reviewed(pets)
    pets.draft = engine.go(PETS, pets.draft, "who", "essentials", pets.world)
    pets.taps("pick kin")
    assert pets.value("which_kin") == "aunt"
    assert "which_kin" in reviewed(pets)


def test_an_unknown_answer_meets_no_condition(pets):
    pets.taps("unknown")
    assert pets.state("who") == "unknown"
    assert not {"which_kin", "how_other"} & set(asked(pets))


def test_inside_a_group_a_condition_sees_that_item_and_what_is_outside(pets):
    pets.taps("pick kin", "pick dog").opens("pet").says("Jack Russell").taps("pick yes")
    assert pets.at == "pets"
    pets.taps("add", "pick cat")
    assert "pets/i2/breed" not in asked(pets)
    assert {"pets/i1/breed", "pets/i2/kin_pet"} <= set(asked(pets))


def test_a_group_grows_to_its_limit_and_shrinks_to_its_least(pets):
    pets.taps("pick other", "pick cat").opens("pet")
    assert pets.at == "pets"
    assert "drop i1" not in pets.offered
    pets.taps("add", "pick dog", "back", "back").taps("add", "pick dog", "back", "back")
    assert pets.draft.items["pets"] == ("i1", "i2", "i3")
    assert "add" not in pets.offered
    pets.turn(act.act(PETS, pets.draft, "add", pets.world))
    assert pets.refused == "group_full"
    pets.taps("drop i1", "drop i3")
    assert pets.draft.items["pets"] == ("i2",)
    with pytest.raises(Nowhere):
        act.act(PETS, pets.draft, "drop i2", pets.world)


def test_a_dropped_item_is_asked_for_and_reviewed_no_more_but_what_was_said_is_kept(pets):
    pets.taps("pick other", "pick dog").opens("pet").says("Такса")
    pets.taps("add", "pick cat").taps("drop i1")
    assert pets.value("pets/i1/breed") == "Такса"
    assert not [one for one in (*asked(pets), *reviewed(pets)) if "i1" in one]
    assert path.essentials(PETS, pets.draft) == ("who", "pets/i2/kind")


def test_an_item_is_changed_by_its_id_and_the_list_comes_back(pets):
    pets.taps("pick other", "pick cat").opens("pet").taps("add", "pick cat")
    pets.taps("item i1", "change pets/i1/kind", "pick dog")
    assert (pets.value("pets/i1/kind"), pets.value("pets/i2/kind")) == ("dog", "cat")
    assert pets.at == "pets/i1/breed", "the new answer opens a question of this item"
    assert pets.taps("decline").at == "pets"


def test_the_new_answer_of_one_item_opens_no_question_of_another(pets):
    pets.taps("pick other", "pick dog").opens("pet").taps("decline", "add", "pick dog")
    assert pets.at == "pets/i2/breed"
    pets.draft = engine.go(PETS, pets.draft, "pets", "section", pets.world)
    pets.taps("item i1", "change pets/i1/kind", "pick cat")
    assert pets.at == "pets"


def test_several_items_are_changed_through_their_list(pets):
    pets.taps("pick other", "pick cat", "edit pet")
    assert "change pets/i1/kind" in pets.offered
    pets.opens("pet").taps("add", "pick cat", "done", "tasks", "check", "edit pet")
    assert [one for one in pets.offered if one.startswith("change ")] == ["change pets"]
    assert pets.taps("change pets").at == "pets"


def test_an_item_begun_by_mistake_has_to_be_finished_or_dropped_before_sending(pets):
    pets.taps("pick other", "pick cat").opens("pet").taps("add", "back", "done")
    assert pets.taps("tasks", "check").at == "pets/i2/kind"
    pets.draft = engine.go(PETS, pets.draft, "pets", "section", pets.world)
    assert pets.taps("drop i2", "done", "tasks", "check").at == CHECK


def test_back_undoes_next_and_ends_at_the_list_of_sections(pets):
    pets.taps("pick kin", "pick cat")
    assert pets.taps("back").at == "pets/i1/kind"
    assert pets.taps("back").at == "who"
    assert pets.taps("back").at == TASKS
    assert pets.taps("check").at == CHECK, "the answers are still there"


def test_back_passes_over_a_question_that_is_gone_meanwhile(pets):
    pets.taps("pick kin", "pick cat").opens("you")
    assert pets.at == "which_kin"
    pets.draft = engine.go(PETS, pets.draft, "who", "section", pets.world)
    pets.taps("pick other")
    assert pets.at == "how_other"
    assert pets.taps("back").at == "who"
    assert pets.taps("back").at == TASKS


def test_back_passes_over_the_answers_of_an_item_that_was_dropped(pets):
    pets.taps("pick other", "pick cat").opens("pet").taps("add", "pick cat").taps("item i2")
    assert pets.at == "#change/pet/pets/i2"
    pets.draft = engine.go(PETS, pets.draft, "pets", "section", pets.world)
    pets.taps("drop i2", "back")
    assert pets.at == "pets"


def test_passing_an_answered_question_keeps_its_answer(pets):
    pets.taps("pick kin", "pick cat", "back")
    assert "unknown" in pets.offered
    assert pets.taps("skip").at == CHECK
    assert pets.value("pets/i1/kind") == "cat"


def test_a_required_question_is_not_skipped(pets):
    assert "skip" not in pets.offered
    pets.turn(act.act(PETS, pets.draft, "skip", pets.world))
    assert (pets.refused, pets.at, pets.state("who")) == ("required", "who", None)


def test_a_skipped_question_differs_from_one_not_asked(pets):
    pets.taps("pick other").opens("you").taps("skip")
    assert pets.state("how_other") == "skipped"
    assert pets.state("name") is None


def test_only_a_sensitive_question_can_be_declined(pets):
    pets.taps("pick other", "pick dog").opens("pet")
    assert pets.at == "pets/i1/breed"
    assert pets.taps("decline").state("pets/i1/breed") == "declined"
    with pytest.raises(Nowhere):
        act.act(PETS, Person(PETS).draft, "decline", pets.world)


def test_an_announced_section_opens_with_its_warning_and_may_be_skipped_whole(pets):
    pets.taps("pick other", "pick cat").opens("walk")
    assert pets.at == "#intro/walk"
    assert pets.taps("pass").at == TASKS
    assert pets.state("where") is None, "not even marked as skipped"
    assert pets.opens("walk").taps("enter").at == "where"


def test_a_section_ends_by_offering_the_next_one(pets):
    pets.taps("pick other", "pick cat").opens("you").says("двоюрідний брат", "Петро")
    assert pets.at == "#done/you"
    assert {"open pet", "tasks", "back", "stop"} == set(pets.offered)


def test_a_change_returns_to_the_check_screen(pets):
    pets.taps("pick other", "pick cat").opens("you").says("сусід", "Петро")
    pets.taps("open pet", "done").taps("tasks", "check", "edit you", "change name")
    assert pets.says("Павло").at == CHECK
    assert pets.value("name") == "Павло"


def test_a_change_opens_the_questions_its_answer_brings_and_those_they_bring(pets):
    pets.taps("pick other", "pick cat").taps("edit you", "change who", "pick kin")
    assert pets.at == "which_kin"
    assert pets.taps("pick uncle").at == "of_age"
    assert pets.taps("pick yes").at == "pets/i1/kin_pet"
    assert pets.taps("pick no").at == CHECK


def changes_pref(person):
    return person.opens("only").taps("back", "check", "edit only", "change pref")


def test_a_change_opens_all_questions_its_answer_brings_and_no_others():
    person = Person(CONTACT).opens("only").taps("skip")
    changes_pref(person).taps("pick phone")
    assert person.at == "hours"
    assert person.says("вечір").at == "unsafe"
    assert person.says("так").at == CHECK
    assert person.state("note") is None


def test_a_change_does_not_ask_again_what_was_answered():
    person = Person(CONTACT).opens("only").taps("pick none").says("так")
    changes_pref(person).taps("pick phone")
    assert person.at == "hours"
    assert person.says("вечір").at == CHECK


def test_closing_questions_come_after_the_check_and_then_it_may_be_sent():
    person = Person(SENT).says("Олена")
    assert person.at == CHECK
    assert person.taps("send").at == "share"
    assert person.taps("pick #done").at == READY
    assert person.value("share")["parties"] == ["us"]


def test_what_to_withhold_is_asked_only_when_somebody_was_ticked():
    person = Person(SENT).says("Олена").taps("send", "pick them", "pick #done")
    assert person.at == "withhold"
    assert person.says("адресу").at == READY
    assert reviewed(person) == ["name", "share", "withhold"]
    person = Person(SENT, draft=person.draft)
    person.draft = engine.go(SENT, person.draft, CHECK, "section", person.world)
    assert person.taps("send", "pick them", "pick #done").at == READY
    assert reviewed(person) == ["name", "share"], "what was written is off the path, not sent"
    assert person.value("withhold") == "адресу"


def test_a_consent_is_given_by_its_button_alone():
    person = Person(SENT).says("Олена").taps("send").says("не знаю")
    assert (person.refused, person.at, person.state("share")) == ("choose", "share", None)


def test_a_group_that_starts_empty_may_stay_so_and_says_why():
    person = Person(SENT).says("Олена").opens("only")
    assert person.at == "stops"
    assert "done" not in person.offered
    assert person.taps("unknown-group").state("stops") == "unknown"
    person = Person(SENT).says("Олена").opens("only").taps("add").says("Київ")
    assert person.at == "stops"
    assert person.taps("done").state("stops") == "given"


def test_an_old_button_leads_nowhere(pets):
    for action in (
        "enter",
        "pass",
        "send",
        "done",
        "add",
        "item i1",
        "open nothing",
        "fly",
        "pick",
    ):
        with pytest.raises(Nowhere):
            act.act(PETS, pets.draft, action, pets.world)


def test_a_picker_drawn_before_midnight_means_the_same_after_it():
    person = Person(TYPED, today=date(2026, 12, 31))
    person.draft = engine.go(TYPED, person.draft, "born", "section", person.world)
    walk = Person(PETS, today=date(2026, 12, 31))
    walk.taps("pick other", "pick cat").opens("walk").taps("enter").says("парк")
    before = walk.offered
    assert "pick 2027" not in before
    walk.today = date(2027, 1, 1)
    assert walk.offered == before
    walk.taps("pick 2026")
    assert "pick 12" in walk.offered
    walk.taps("pick 12")
    assert "pick 31" in walk.offered
    assert walk.taps("pick 31").value("when")["edtf"] == "2026-12-31"


def test_an_age_tapped_after_midnight_is_the_age_on_the_day_it_was_drawn():
    person = Person(TYPED, today=date(2026, 3, 1))
    person.draft = engine.go(TYPED, person.draft, "born", "section", person.world)
    person.taps("pick age")
    person.today = date(2026, 3, 2)
    assert person.taps("pick 9").value("born")["to"] == "2017-03-01"


def test_a_condition_may_not_look_into_a_group_nor_ahead():
    inside = Group("items", (Step("kind", Choice("a", "b")),))
    for steps in (
        (inside, Step("late", Text(), when=Is("kind", "a"))),
        (Step("early", Text(), when=Given("late")), Step("late", Text())),
    ):
        with pytest.raises(Misdrawn):
            Flow("bad", (Section("only", steps),))


def test_every_state_of_an_answer_is_told_apart_in_the_draft():
    assert {state.value for state in State} == {"given", "unknown", "declined", "skipped"}
