"""Growth curves as SVG: what grows along the bottom by powers of ten, what it costs upwards.

The height begins at nought, so that a flat line is one. Colours hold on light and on dark pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path
from statistics import median
from typing import Any, Final
from xml.sax.saxutils import escape

from benchmarks.goals import cpu_of

_WIDE, _HIGH = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 616, 56, 304
_LINES: Final = 5
_UNITS: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15)
_INSET: Final = 32
_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#6b7280}.t{font-size:16px;font-weight:600}"
    ".g{stroke:#9ca3af;stroke-opacity:.35}.c{fill:none;stroke:#2563eb;stroke-width:2.5}"
    ".d{fill:#2563eb}.w{stroke:#2563eb;stroke-width:1.5}.m{stroke:#d97706;stroke-dasharray:6 4}"
    ".k{fill:#d97706}"
)


@dataclass(frozen=True)
class Point:
    """`low` and `high`: from where to where the rounds went."""

    at: float
    seen: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """`bound`: a goal that is a height, drawn as a dashed line."""

    name: str
    title: str
    along: str
    up: str
    points: Sequence[Point]
    bound: float | None = None
    bound_words: str = ""


def draw(parts: Mapping[str, Any], folder: Path) -> list[Path]:
    """The curves of what was measured, each a file; where they are now."""
    drawn = []
    for curve in _curves(parts):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{curve.name}.svg"
        path.write_text(svg(curve), encoding="utf-8")
        drawn.append(path)
    return drawn


def _curves(parts: Mapping[str, Any]) -> Iterator[Curve]:
    if "memory" in parts:
        pss = parts["memory"]["pss"].items()
        points = [_point(int(at), [mib * 1.048576]) for at, mib in pss if int(at)]
        yield Curve(
            *("drafts", "Memory by open drafts", "open drafts", "MB"),
            *(points, 260.0, "goal: at most 260 MB"),
        )
    if "stored" in parts:
        rounds = parts["stored"]["rounds"].items()
        points = [_point(int(at), [cpu_of(one) for one in seen]) for at, seen in rounds]
        few = min(points, key=lambda one: one.at)
        yield Curve(
            *("cases", "CPU of one update by stored cases", "stored cases", "ms"),
            *(points, few.seen * 1.1, f"goal: at most 10 % above that of {few.at:,.0f}"),
        )
    if parts.get("broadcast"):
        points = [_point(one["recipients"], [one["cpu"]]) for one in parts["broadcast"]]
        title = "CPU of one message of a broadcast by recipients"
        yield Curve("recipients", title, "recipients", "ms", points)


def _point(at: float, seen: Sequence[float]) -> Point:
    return Point(at, median(seen), min(seen), max(seen))


def svg(curve: Curve) -> str:
    """One curve. Raises ValueError when it has no point above nought."""
    points = sorted((one for one in curve.points if one.at > 0), key=lambda one: one.at)
    if not points:
        raise ValueError(f"nothing to draw for {curve.name}")
    plot = _Plot.around(points, curve.bound)
    told = "; ".join(f"{one.at:,.0f}: {one.seen:.2f} {curve.up}" for one in points)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">',
            f"<title>{escape(curve.title)}</title>",
            f"<desc>{escape(told)}</desc>",
            f"<style>{_STYLE}</style>",
            f'<text class="t" x="{_LEFT}" y="26">{escape(curve.title)}</text>',
            f'<text x="{_LEFT}" y="46">{escape(curve.up)}</text>',
            f'<text x="{_RIGHT}" y="{_HIGH - 12}" text-anchor="end">{escape(curve.along)}</text>',
            *plot.grid(),
            *plot.bound(curve),
            *plot.line(points),
            "</svg>\n",
        ]
    )


@dataclass(frozen=True)
class _Plot:
    """Where things stand: powers of ten from `first` to `last`, heights up to `top`."""

    first: int
    last: int
    top: float

    @classmethod
    def around(cls, points: Sequence[Point], bound: float | None) -> "_Plot":
        first = floor(log10(points[0].at))
        last = max(ceil(log10(points[-1].at)), first + 1)
        most = max([one.high for one in points] + ([bound] if bound else []))
        step = 10 ** floor(log10(most / _LINES))
        unit = next(step * n for n in _UNITS if step * n * _LINES >= most * 1.05)
        return cls(first, last, unit * _LINES)

    def x(self, at: float) -> float:
        share = (log10(at) - self.first) / (self.last - self.first)
        return _LEFT + _INSET + (_RIGHT - _LEFT - 2 * _INSET) * share

    def y(self, height: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * height / self.top

    def grid(self) -> Iterator[str]:
        for n in range(_LINES + 1):
            height = self.top * n / _LINES
            y = self.y(height)
            yield f'<line class="g" x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}"/>'
            yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{height:g}</text>'
        for power in range(self.first, self.last + 1):
            x = self.x(10**power)
            yield f'<text x="{x:.1f}" y="{_BOTTOM + 22}" text-anchor="middle">{10**power:,}</text>'

    def bound(self, curve: Curve) -> Iterator[str]:
        if curve.bound is not None:
            y = self.y(curve.bound)
            yield f'<line class="m" x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}"/>'
            words = escape(curve.bound_words)
            yield f'<text class="k" x="{_RIGHT}" y="{y - 6:.1f}" text-anchor="end">{words}</text>'

    def line(self, points: Sequence[Point]) -> Iterator[str]:
        places = [(self.x(one.at), self.y(one.seen), one) for one in points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        yield f'<polyline class="c" points="{joined}"/>'
        for x, y, one in places:
            low, high = self.y(one.low), self.y(one.high)
            yield f'<line class="w" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}"/>'
            yield f'<circle class="d" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
            yield f'<text x="{x:.1f}" y="{y + 22:.1f}" text-anchor="middle">{one.seen:.4g}</text>'
