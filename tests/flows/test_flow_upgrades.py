"""A draft in flight when its flow gets a new version."""

from dataclasses import replace
from datetime import date

from tiny import NEW, OLD, PETS, Person

from flows import engine, path
from flows.engine import CHECK


def begun():
    person = Person(OLD).says("Олена").taps("pick big")
    return person.opens("only").says("Ірпінь").taps("pick green")


def renewed(person, flow=NEW):
    draft, changed = engine.renew(flow, person.draft, person.world)
    return Person(flow, draft), changed


def test_a_version_is_one_more_than_the_upgrades():
    assert (OLD.version, NEW.version) == (1, 2)


def test_answers_move_to_where_the_upgrade_puts_them():
    person, changed = renewed(begun())
    assert changed
    assert person.draft.version == 2
    assert (person.value("name"), person.value("place")) == ("Олена", "Ірпінь")


def test_an_answer_that_no_longer_fits_is_asked_again_then_the_check_comes():
    person, _ = renewed(begun())
    assert person.at == "colour"
    assert "colour" not in [row.stop.address for row in path.review(NEW, person.draft)]
    assert person.taps("pick blue").at == CHECK


def test_a_required_answer_that_no_longer_fits_is_asked_first():
    old = Person(OLD).says("Олена").taps("pick middle").opens("only").says("Ірпінь")
    person, _ = renewed(old.taps("pick green"))
    assert person.at == "size"
    assert person.taps("pick small").at == "colour"
    assert person.taps("pick red").at == CHECK


def test_a_question_that_is_gone_leaves_its_answer_in_the_draft_and_the_person_elsewhere():
    old = begun()
    assert old.at == "gone"
    person, _ = renewed(old.says("слова"))
    assert person.value("gone") == "слова"
    assert person.at == "colour"
    assert "gone" not in [row.stop.address for row in path.review(NEW, person.draft)]


def test_the_open_question_becomes_the_first_that_is_missing():
    person, _ = renewed(Person(OLD).says("Олена"))
    assert person.at == "size"


def test_the_same_version_leaves_the_person_where_they_are():
    old = begun()
    person, changed = renewed(old, OLD)
    assert not changed
    assert person.draft == old.draft


def test_a_lost_place_of_the_same_version_becomes_the_next_open_one():
    lost = Person(PETS).taps("pick kin")
    lost.draft = replace(lost.draft, at="pets/gone/kind")
    person, changed = renewed(lost, PETS)
    assert not changed
    assert person.at == "pets/i1/kind"


def test_a_picker_taken_up_weeks_later_offers_the_days_since():
    person = Person(PETS, today=date(2026, 12, 1)).taps("pick other", "pick cat")
    person.opens("walk").taps("enter").says("парк")
    assert "pick 2027" not in person.offered
    person.today = date(2027, 1, 5)
    person.draft, _ = engine.renew(PETS, person.draft, person.world)
    assert "pick 2027" in person.offered
