"""What an entry of the audit chain is called: the deed, and whose it was."""

from cases.person import handle_of
from locales import has, say


def deed_of(locale: str, action: str) -> str:
    """In words; an action that is new here by its code."""
    key = f"audit.action.{action}"
    return say(locale, key) if has(key) else action


def doer_of(locale: str, actor: str, number: int | None) -> str:
    """«П-07» for a person, a word for a machine; whoever is neither, as the entry has it."""
    if number is not None:
        return handle_of(number)
    key = f"audit.actor.{actor}"
    return say(locale, key) if has(key) else actor
