"""A picture made anew from a family's file: smaller, upright, and nothing in it but the picture.

Runs in the child alone (desk.viewing.child). Where a picture was taken, with what and when stays
in the original.
"""

import io
import warnings
from typing import Final

from PIL import (
    Image,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

SIDE: Final = 1200
"""Pixels of the longer side."""
MOST_PIXELS: Final = 50_000_000

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
#: what Pillow would import at a file's first bytes, or for its EXIF; by then nothing can be
_NEEDED: Final = (
    JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip
_QUALITY: Final = 82
#: what can be made small before anything else
_PLAIN: Final = ("L", "RGB", "RGBA", "CMYK")


def redrawn(original: bytes) -> bytes:
    """A JPEG. Raises whatever Pillow does for what is no picture, or too much of one."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error")
    with Image.open(io.BytesIO(original), formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        picture.draft("RGB", (SIDE, SIDE))
        drawn: Image.Image = picture if picture.mode in _PLAIN else picture.convert("RGBA")
        drawn.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(drawn)
        out = io.BytesIO()
        # A fresh picture: what else the file carried is not copied along.
        _on_white(upright).save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    fresh = Image.new("RGB", picture.size, "white")
    if picture.mode == "RGBA":
        fresh.paste(picture, mask=picture.getchannel("A"))
    else:
        fresh.paste(picture.convert("RGB"))
    return fresh
