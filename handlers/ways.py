"""What a family does with a report that is sent: add words, withdraw it, have it erased."""

from dataclasses import dataclass
from typing import ClassVar

from cases import afterwards
from cases.afterwards import Entry
from cases.grave import speaks_of_death
from flows.answers import Json, Word
from flows.kinds.cleaning import clean_text, storable
from flows.kinds.subs import record_in
from flows.report import STORY
from flows.view import Button, View
from handlers.known import Known
from handlers.mine import HOME, known_in
from handlers.sending import Post
from handlers.talk import Said, Talk


@dataclass(frozen=True)
class Add:
    """More words for a case. In its state: "case"."""

    post: Post

    def view(self, _talk: Talk) -> View:
        return View(Word("add.ask"), ((HOME,),))

    async def act(self, talk: Talk, _action: str) -> None:
        talk.enter("home")

    async def hear(self, talk: Talk, said: Said) -> bool:
        clean = clean_text(said.text)
        if not clean or len(clean) > STORY:
            key = "error.too_long" if clean else "error.empty"
            talk.say(key, **({"count": len(clean), "limit": STORY} if clean else {}))
            return True
        known = known_in(talk)
        add_words(self.post, talk, known, said.text)
        talk.say("stray.added", code=known.code)
        talk.enter("case", case=record_in(talk.spot, "case"))
        return True


def add_words(post: Post, talk: Talk, known: Known, text: str) -> None:
    """Seal words to a case that is sent already."""
    payload: dict[str, Json] = {
        "text": clean_text(text),
        "verbatim": storable(text),
        "at": talk.world.at,
        "locale": talk.locale,
        "channel": "telegram",
    }
    grave = speaks_of_death(text)
    entry = Entry(known.case, known.recipient, afterwards.ADDITION, payload, talk.now, grave=grave)
    post.add(talk, entry, known.code, urgent=grave)


@dataclass(frozen=True)
class Confirm:
    """Something that ends a report's way, done only after it was said what it means."""

    post: Post
    kind: str
    mark: ClassVar = {afterwards.WITHDRAWAL: "withdrawn", afterwards.ERASURE: "erasing"}

    def view(self, talk: Talk) -> View:
        rows = (
            (Button("yes", Word(f"{self.kind}.yes")),),
            (Button("no", Word("confirm.no")),),
        )
        return View(Word(f"{self.kind}.ask", {"code": known_in(talk).code}), rows)

    async def act(self, talk: Talk, action: str) -> None:
        case = record_in(talk.spot, "case")
        if action == "yes":
            known = known_in(talk)
            payload: dict[str, Json] = {"at": talk.world.at, "channel": "telegram"}
            entry = Entry(known.case, known.recipient, self.kind, payload, talk.now)
            self.post.add(talk, entry, known.code)
            talk.say(f"{self.kind}.done", code=known.code)
            case[self.mark[self.kind]] = True
        talk.enter("case", case=case)

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False
