"""The spellings of "I don't know" that people type instead of pressing its button."""

_SPELLINGS = frozenset({
    "не знаю", "незнаю", "я не знаю", "не знаю точно", "точно не знаю", "не знаємо",
    "не пам'ятаю", "не памятаю", "не пам'ятаємо", "не знаєм", "хз", "невідомо", "не відомо",
    "забула", "забув", "не помню", "не помним", "не знаем", "неизвестно", "не известно",
    "забыла", "забыл", "unknown", "not known", "don't know", "dont know", "do not know",
    "i don't know", "i dont know", "i do not know", "idk", "n/a", "don't remember",
    "i don't remember", "не скажу точно",
})  # fmt: skip
_MARKS = frozenset("?-–—_.… ")
_LONGEST = 40


def is_unknown(line: str, *more: str) -> bool:
    """Whether the whole of `line` says "I don't know", or is one of `more` (lower case)."""
    if len(line) > _LONGEST:
        return False
    if line and set(line) <= _MARKS and line.strip(" ._…"):
        return len(line.replace(" ", "")) == 1 or "?" in line
    said = line.casefold().strip(" .!?…,").replace("’", "'").replace("ʼ", "'").replace("`", "'")
    return said in _SPELLINGS or said in more
