"""Pictures of the report as SVG elements, drawn from figures; colours come from the page's style sheet."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from classifier.evaluation.metrics import Bin
from classifier.evaluation.report import FalseAlarms

SIDE = 260
_EDGE = 34
_WIDTH = 480
_BAR = 22


def curve(points: Sequence[tuple[float, float]], marked: tuple[float, float] | None) -> Markup:
    """The precision-recall curve; `marked` is (recall, precision) at the report threshold."""
    if not points:
        return Markup('<p class="muted">No positives, no curve.</p>')
    line = " ".join(f"{_x(recall):.1f},{_y(precision):.1f}" for recall, precision in points)
    dot = Markup("")
    if marked is not None:
        dot = Markup(
            '<circle class="mark" cx="{:.1f}" cy="{:.1f}" r="5">'
            "<title>flagged: recall {:.2f}, precision {:.2f}</title></circle>"
        ).format(_x(marked[0]), _y(marked[1]), *marked)
    body = Markup('<polyline class="line" points="{}"/>{}').format(line, dot)
    return _square(body, "recall", "precision", "Precision-recall curve")


def diagram(bins: Sequence[Bin]) -> Markup:
    """The reliability diagram: what was said against what was true; a dot's size grows with the examples in it."""
    largest = max((b.count for b in bins), default=1)
    dots = Markup("").join(
        Markup(
            '<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}">'
            "<title>{} examples: said {:.2f}, true {:.2f}</title></circle>"
        ).format(_x(b.said), _y(b.true), 3 + 6 * (b.count / largest) ** 0.5, b.count, b.said, b.true)
        for b in bins
    )
    ideal = Markup('<line class="ideal" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        _x(0), _y(0), _x(1), _y(1)
    )
    return _square(ideal + dots, "probability said", "share true", "Reliability diagram")


def alarm_bars(alarms: Iterable[FalseAlarms]) -> Markup:
    """False alarms per 1,000 clean pages, a bar a kind."""
    shown = list(alarms)
    largest = max((a.per_thousand for a in shown), default=0) or 1
    rows = Markup("").join(
        Markup(
            '<text class="name" x="150" y="{y}">{kind}</text>'
            '<rect class="bar" x="158" y="{top}" width="{width:.1f}" height="12"/>'
            '<text class="value" x="{end:.1f}" y="{y}">{value:.0f} of 1,000 ({clean} clean)</text>'
        ).format(
            y=_BAR * i + 16,
            top=_BAR * i + 6,
            kind=a.kind.replace("_", " "),
            width=max(1.0, 130 * a.per_thousand / largest),
            end=164 + max(1.0, 130 * a.per_thousand / largest),
            value=a.per_thousand,
            clean=a.clean,
        )
        for i, a in enumerate(shown)
    )
    return Markup('<svg class="bars" role="img" aria-label="False alarms by kind" viewBox="0 0 {} {}">{}</svg>').format(
        _WIDTH, _BAR * len(shown) + 8, rows
    )


def _square(body: Markup, across: str, up: str, name: str) -> Markup:
    ticks = Markup("").join(
        Markup(
            '<line class="grid" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
            '<line class="grid" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
            '<text class="tick" x="{:.1f}" y="{:.1f}">{}</text><text class="tick side" x="{:.1f}" y="{:.1f}">{}</text>'
        ).format(
            _x(t),
            _y(0),
            _x(t),
            _y(1),
            _x(0),
            _y(t),
            _x(1),
            _y(t),
            _x(t),
            _y(0) + 14,
            f"{t:g}",
            _x(0) - 6,
            _y(t) + 4,
            f"{t:g}",
        )
        for t in (0, 0.25, 0.5, 0.75, 1)
    )
    titles = Markup(
        '<text class="axis" x="{:.1f}" y="{}">{}</text>'
        '<text class="axis" transform="translate(10 {:.1f}) rotate(-90)">{}</text>'
    ).format(_x(0.5), SIDE + 2 * _EDGE - 8, across, _y(0.5), up)
    size = SIDE + 2 * _EDGE
    return Markup('<svg class="plot" role="img" aria-label="{}" viewBox="0 0 {} {}">{}{}{}</svg>').format(
        name, size, size, ticks, titles, body
    )


def _x(share: float) -> float:
    return _EDGE + 8 + share * (SIDE - 8)


def _y(share: float) -> float:
    return _EDGE / 2 + (1 - share) * SIDE
