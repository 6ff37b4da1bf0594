"""Every place a conversation can be in, by the name its state is kept under."""

from cases import afterwards
from handlers.arrival import Arrival
from handlers.aside import Edited, Forwarded, Stray
from handlers.bycode import ByCode, News
from handlers.case import CaseSpot
from handlers.form import Form
from handlers.home import Away, Hide, Home, Language
from handlers.letters import LetterList, Letters
from handlers.mine import Mine, Shelf
from handlers.receipt import ReceiptSpot
from handlers.sending import Post
from handlers.silence import Silence
from handlers.talk import Spot
from handlers.turning import Many
from handlers.waiting import CutOff, Resume
from handlers.ways import Add, Confirm


def spots(post: Post, shelf: Shelf, letters: Letters) -> dict[str, Spot]:
    """`post` sends forms off, `shelf` finds what was sent, `letters` what was written back."""
    return {
        "arrival": Arrival(),
        "home": Home(shelf),
        "away": Away(shelf),
        "language": Language(),
        "hide": Hide(),
        "form": Form(post),
        "resume": Resume(),
        "cutoff": CutOff(),
        "receipt": ReceiptSpot(),
        "mine": Mine(),
        "case": CaseSpot(letters),
        "letters": LetterList(letters),
        "code": ByCode(shelf, letters),
        "news": News(),
        "add": Add(post),
        "withdraw": Confirm(post, afterwards.WITHDRAWAL),
        "erase": Confirm(post, afterwards.ERASURE),
        "silence": Silence(),
        "many": Many(),
        "stray": Stray(post),
        "forwarded": Forwarded(),
        "edited": Edited(),
    }
