"""Every catalog key the kinds speak with, and its wording. The catalogs are made from these."""

from flows.kinds.words_en import WORDS_EN
from flows.kinds.words_uk import WORDS

__all__ = ["WORDS", "WORDS_EN"]
