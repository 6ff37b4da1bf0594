"""Files: photos and papers. They arrive beside the question, in any number, until "Done"."""

from dataclasses import dataclass

from flows.answers import Invalid, Json, Label, NotKnown, Outcome, Page, Sub, Taken, Word
from flows.kinds.choice import DONE
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.kind import Now
from flows.kinds.unknown import is_unknown

SENT = "sent"


@dataclass(frozen=True)
class Files:
    """Value: "sent", the person has sent what there was. The files themselves, each with its
    manifest, are kept with the case by whoever speaks to the messenger.
    """

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        return Page(((DONE,),))

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        if is_unknown(clean_line(text)):
            return NotKnown(storable(text))
        raise Invalid("file_expected")

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        if key != DONE.key:
            raise Invalid("choose")
        return Taken(SENT)

    def told(self, value: Json) -> tuple[Label, ...]:
        return (Word("kind.files.sent"),) if value == SENT else ()

    def fits(self, value: Json) -> bool:
        return value == SENT
