"""What `dodomu doctor` says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `said` has neither secrets nor personal data."""

    subject: str
    good: bool
    said: str
