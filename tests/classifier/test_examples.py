"""The policy pack's own examples, judged by the trained model: what must be flagged is, what must pass passes."""

from datetime import date

from classifier.labels import Family
from classifier.policy import Example, load_policy
from classifier.predictor import Predictor
from classifier.types import TextContent

TODAY = date(2026, 11, 21)
EXAMPLES = load_policy().examples
FLOOR = 0.90


def flagged(predictor: Predictor, example: Example) -> set[Family]:
    """The families for which the example is flagged when it stands alone under its heading."""
    return set(predictor.judge(TextContent(example.text, title=example.lead_in), TODAY).flagged)


def listed(wrong: list[tuple[Example, set[Family]]]) -> str:
    """The wrong ones, to read in a failure message."""
    return "\n".join(
        f"{sorted(families) or 'passed'}: {example.lead_in!r} / {example.text!r} ({example.note})"
        for example, families in wrong
    )


def test_what_must_be_flagged_is_flagged_in_a_family_of_its_labels(predictor: Predictor) -> None:
    asked = [example for example in EXAMPLES if example.labels]
    judged = [(example, flagged(predictor, example)) for example in asked]
    missed = [(example, families) for example, families in judged if not families & {x.family for x in example.labels}]
    assert len(missed) <= (1 - FLOOR) * len(asked), f"{len(missed)} of {len(asked)} missed:\n{listed(missed)}"


def test_what_must_pass_passes(predictor: Predictor) -> None:
    asked = [example for example in EXAMPLES if not example.labels]
    judged = [(example, flagged(predictor, example)) for example in asked]
    wrong = [(example, families) for example, families in judged if families]
    assert len(wrong) <= (1 - FLOOR) * len(asked), f"{len(wrong)} of {len(asked)} flagged:\n{listed(wrong)}"
