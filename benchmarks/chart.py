"""A run as a chart in SVG: a panel for each step, a bar for each contender, on a scale of powers of ten."""

from __future__ import annotations

import math
from statistics import median
from xml.sax.saxutils import escape

from benchmarks.lineup import OURS
from benchmarks.run import MEASURES, Measure, Run

__all__ = ["chart"]

#: The measures that are shown, in this order, if they were taken.
_SHOWN = ("from_file", "from_json", "to_json", "to_file", "new_task", "with_env_var", "import", "memory")
_TITLES = {"memory": "memory of a loaded spec"}

_COLUMNS = 2
_WIDTH, _GAP, _MARGIN = 420, 40, 20
_LABEL, _FIGURE = 130, 64  # room for the names before the bars, and for the figures behind them
_TITLE, _BAR, _ROW = 34, 14, 21

_CAPTION = "Medians for one file or one call. Shorter is better; each panel has a logarithmic scale of its own."
_STYLE = """\
text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #57606a }
.title { font-size: 14px; font-weight: 600; fill: #1f2328 }
.ours { font-weight: 600; fill: #1f2328 }
rect { fill: #afb8c1 } rect.ours { fill: #0969da } line { stroke: #d8dee4 }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1 } .title, text.ours { fill: #f0f6fc }
rect { fill: #565e68 } rect.ours { fill: #4493f8 } line { stroke: #30363d }
}"""


def chart(run: Run) -> str:
    """The text of an SVG file, which is readable on a light and on a dark page."""
    by_name = {measure.name: measure for measure in MEASURES}
    panels = [_panel(run, by_name[name]) for name in _SHOWN if run.values.get(name)]
    rows = [panels[first : first + _COLUMNS] for first in range(0, len(panels), _COLUMNS)]
    parts = [f'<text x="{_MARGIN}" y="{_MARGIN + 4}">{_CAPTION}</text>']
    top = _MARGIN + _GAP
    for row in rows:
        for column, (_, lines) in enumerate(row):
            left = _MARGIN + column * (_WIDTH + _GAP)
            parts += [f'<g transform="translate({left} {top})">', *lines, "</g>"]
        top += max(height for height, _ in row) + _GAP // 2
    width = 2 * _MARGIN + _COLUMNS * _WIDTH + (_COLUMNS - 1) * _GAP
    size = f'viewBox="0 0 {width} {top}" width="{width}" height="{top}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "<title>What each step takes, by contender</title>"
    return "\n".join([head, title, f"<style>{_STYLE}</style>", *parts, "</svg>"]) + "\n"


def _panel(run: Run, measure: Measure) -> tuple[int, list[str]]:
    """The height of a panel, and what is drawn in it."""
    taken = {
        contender: median(run.values[measure.name][contender.name]) / measure.scale
        for contender in run.contenders
        if contender.name in run.values[measure.name]
    }
    # The scale begins a little below the least value, so that its bar can be seen.
    low = math.log10(min(taken.values())) - 0.35
    high = max(math.log10(max(taken.values())), low + 1)

    def place(value: float) -> float:
        return _LABEL + (math.log10(value) - low) / (high - low) * (_WIDTH - _LABEL - _FIGURE)

    bottom = _TITLE + _ROW * len(taken)
    title = _TITLES.get(measure.name, run.title(measure).replace("`", ""))
    lines = [f'<text class="title" y="14">{escape(title)}, {escape(measure.unit)}</text>']
    for tick in _ticks(low, high):
        x = place(tick)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TITLE - 8}" y2="{bottom}"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 12}" text-anchor="middle">{_number(tick)}</text>')
    for index, (contender, value) in enumerate(sorted(taken.items(), key=lambda item: item[1])):
        ours = ' class="ours"' if contender.name == OURS else ""
        y = _TITLE + index * _ROW
        lines += [
            f'<text{ours} x="{_LABEL - 8}" y="{y + 11}" text-anchor="end">{escape(contender.title)}</text>',
            f'<rect{ours} x="{_LABEL}" y="{y}" width="{place(value) - _LABEL:.1f}" height="{_BAR}" rx="2"/>',
            f'<text{ours} x="{place(value) + 6:.1f}" y="{y + 11}">{_number(value)}</text>',
        ]
    return bottom + 16, lines


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two powers of ten."""
    steps = (1, 2, 5) if high - low < 1.3 else (1, 3) if high - low < 2.2 else (1,)
    ticks = [step * 10.0**power for power in range(math.floor(low), math.ceil(high)) for step in steps]
    return [tick for tick in ticks if low <= math.log10(tick) <= high]


def _number(value: float) -> str:
    if value >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"
