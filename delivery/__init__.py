"""Telegram, mail and webhook out: claims what waits, paces it, sends it, records the outcome."""

import logging
import os

# python-telegram-bot warns at each flood wait unless one opts into the type its next major version
# gives it; it reads this at every use, so it must be set before the first.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# At DEBUG it logs every text it sends.
logging.getLogger("telegram").setLevel(logging.INFO)
