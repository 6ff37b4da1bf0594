import re
from test_languages import Foreign, ARRIVALS
from chat import Person
from walk import walk_all, MINIMUM
async def test_peek(door):
    person = Foreign(door, language="en")
    await Person.says(person, "/start")
    for move in ARRIVALS["en"]:
        await Person.taps(person, move.strip("[]"))
    await walk_all(person)
    for m, p in person.calls:
        t=str(p.get("text",""))
        labels=[b["text"] for r in (p.get("reply_markup") or {}).get("inline_keyboard",()) for b in r]
        if re.search("[а-яіїє]", t) : print("TEXT", t[:300].replace("\n"," / "))
        for l in labels:
            if re.search("[а-яіїє]", l): print("   BTN", l)
