"""Files: photos and papers. Declared only: what arrives is taken by whoever speaks to Telegram."""

from dataclasses import dataclass

from flows.answers import Invalid, Json, Label, Outcome, Page, Sub, Word
from flows.kinds.kind import Now


@dataclass(frozen=True)
class Files:
    """Value: a list with one entry per file, in a shape the caller chooses."""

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        return Page()

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        raise Invalid("file_expected")

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        raise Invalid("choose")

    def told(self, value: Json) -> tuple[Label, ...]:
        count = len(value) if isinstance(value, list) else 0
        return (Word("kind.files.count", {"count": count}),)

    def fits(self, value: Json) -> bool:
        return isinstance(value, list)
