"""From /start to the receipt, as a person goes through it."""


async def test_the_shortest_report_goes_from_start_to_a_receipt(olena, arrive, door):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await olena.taps("Мати")
    await olena.says("Ковальчук Софія Андріївна")
    await olena.taps("Так")
    await olena.says("27 3 2017")
    await olena.taps("Херсонська")
    await olena.says("Генічеськ")
    await olena.taps("Не повернули з табору")
    assert "Перевірте перед надсиланням" in olena.last
    await olena.taps("Надіслати прокурорам")
    await olena.taps("Надіслати прокурорам")
    assert "Ваш код" in olena.last
    assert await door.database.fetchval("SELECT count(*) FROM cases") == 1
    assert await door.database.fetchval("SELECT count(*) FROM draft") == 0
