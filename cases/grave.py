"""Words about a death, in the languages families write in. A person then calls; no rule decides.

There is no button for it and the bot never answers it: only that it was said becomes a mark. The
words may be about somebody else. That is for whoever calls to hear.
"""

import re
from typing import Final

_STEMS: Final = (
    *("загину", "загибел", "помер", "вбит", "вбил", "смерт", "мертв", "похова", "похорон"),
    *("погиб", "умер", "убит", "убил", "мёртв"),
    *("died", "dead", "death", "killed", "buried"),
    *("zginę", "zginą", "zmarł", "zabit", "śmier", "martw", "pochowa"),
    *("gestorben", "getötet", "umgekommen", "begraben", "beerdigt"),
)
_SAID: Final = re.compile(rf"\b(?:{'|'.join(_STEMS)}|tot\b|tod\b|starb\b)", re.IGNORECASE)


def speaks_of_death(text: str) -> bool:
    """Whether any word of it says that somebody has died."""
    return _SAID.search(text) is not None
