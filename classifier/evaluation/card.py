"""The model card: a report in words, for people who decide whether to rely on the model."""

from classifier.evaluation.metrics import Figures, Interval
from classifier.evaluation.report import Report
from classifier.evaluation.robustness import summary

_INTRODUCTION = """# Model card

A linear model over words, character grams and cues of one passage, and a logistic regression over the passages of a
page. It says how likely a page holds language of an illicit sale or an unsupported medical claim about ketamine;
people decide. It was trained on synthetic examples alone, written for this project (see `labeled_data/README.md`), and
is meant for English first; Spanish, French, German, Italian, Portuguese, Dutch, Polish and Russian examples are few.

It must not be used to act on a page without a reader, nor to judge whether a claim is true: it finds claims of kinds
that the policy pack wants supported.
"""


_HEAD = "| set | family | examples | positive | average precision | precision | recall | F1 | calibration error |"


def model_card(report: Report) -> str:
    """The card as Markdown."""
    lines = [_INTRODUCTION, f"Model `{report.model[:16]}`, made from:", ""]
    lines += [f"- {name}: `{value[:16]}`" for name, value in sorted(report.provenance.items())]
    lines += ["", "## Figures", "", "Each average precision and F1 with its 95 % bootstrap interval over groups.", ""]
    lines += [_HEAD, "|---|---|---|---|---|---|---|---|---|"]
    for result in report.sets:
        for family, one in result.families.items():
            if one.figures.count:
                lines.append(f"| {result.name} | {family} | {_cells(one.figures)} |")
    lines += ["", "## What a reviewer would see", ""]
    for result in report.sets:
        for family, one in result.families.items():
            said = [
                f"at {t.prevalence:.0%} violations {t.precision:.0%} of the flags are right"
                for t in one.traffic
                if t.precision is not None
            ]
            if said:
                lines.append(f"- {result.name}, {family}: {', '.join(said)}.")
    if report.attacks:
        lines += ["", "## Disguised text", ""]
        lines += [
            f"- {s.family}: mean loss of recall {s.mean_loss:.1%}, worst {s.worst_loss:.1%} ({s.worst_attack}); "
            f"false alarms rise by at most {s.largest_false_rise}."
            for s in summary(report.attacks)
        ]
    if report.speed is not None:
        lines += ["", "## Speed on one core", ""]
        lines.append(
            f"{report.speed.model_only:,.0f} passages a second (model alone), "
            f"{report.speed.raw_text:,.0f} from raw text to findings."
        )
    return "\n".join(lines) + "\n"


def _cells(figures: Figures) -> str:
    cells = (
        str(figures.count),
        str(figures.positives),
        _interval(figures.average_precision),
        _number(figures.precision),
        _number(figures.recall),
        _interval(figures.f1),
        _number(figures.calibration_error),
    )
    return " | ".join(cells)


def _interval(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
