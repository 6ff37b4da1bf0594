"""The words of the bot in Ukrainian, Russian and English, by key. Knows nothing of the rest.

Dates are worded by `locales.dates`, telephone numbers come from `locales.contacts`; both are
imported by name so that a process which only speaks starts at once.
"""

from locales.resolving import DEFAULT, LOCALES, resolve
from locales.wording import has, html, say, strict

__all__ = ["DEFAULT", "LOCALES", "has", "html", "resolve", "say", "strict"]
