"""Charts as SVG: bars that can be read on a light page and on a dark one."""

from html import escape

WIDTH = 860
LEFT = 268  # Where the bars begin.
RIGHT = 120  # Room for their figures.
BAR = 18
GAP = 4
GROUP_GAP = 20
TOP = 96

STYLE = """
  text { font: 14px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
  .title { font-size: 18px; font-weight: 600 }
  .quiet { fill: #59636e; font-size: 12px }
  .series-0 { fill: #0f766e } .series-1 { fill: #94a3b8 } .series-2 { fill: #5eb5ac }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 }
    .series-0 { fill: #2dd4bf } .series-1 { fill: #64748b } .series-2 { fill: #1a8a7d }
  }
"""


def bars(title, note, series, groups):
    """One group of bars for each scenario, each scaled to its own greatest value.

    `series` are the names; `groups` are (label, detail, values, texts), a value of None being absent.
    """
    height = TOP + sum(_group_height(values) for _, _, values, _ in groups)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">',
             f"<style>{STYLE}</style>",
             f'<text class="title" x="0" y="22">{escape(title)}</text>',
             f'<text class="quiet" x="0" y="44">{escape(note)}</text>']
    x = 0
    for number, name in enumerate(series):
        parts.append(f'<rect class="series-{number}" x="{x}" y="62" width="12" height="12" rx="2"/>')
        parts.append(f'<text class="quiet" x="{x + 18}" y="72">{escape(name)}</text>')
        x += 40 + 7 * len(name)
    y = TOP
    for label, detail, values, texts in groups:
        parts.append(f'<text x="0" y="{y + 14}">{escape(label)}</text>')
        parts.append(f'<text class="quiet" x="0" y="{y + 31}">{escape(detail)}</text>')
        greatest = max(value for value in values if value is not None)
        row = y
        for number, (value, text) in enumerate(zip(values, texts)):
            if value is None:
                continue
            width = max(2, round((WIDTH - LEFT - RIGHT) * value / greatest)) if greatest else 2
            parts.append(f'<rect class="series-{number}" x="{LEFT}" y="{row}" width="{width}" '
                         f'height="{BAR}" rx="2"/>')
            parts.append(f'<text x="{LEFT + width + 8}" y="{row + 14}">{escape(text)}</text>')
            row += BAR + GAP
        y += _group_height(values)
    return "\n".join([*parts, "</svg>", ""])


def _group_height(values):
    rows = sum(value is not None for value in values)
    return max(2, rows) * (BAR + GAP) + GROUP_GAP
