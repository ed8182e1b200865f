"""What attacks cost: recall and false positives before and after texts are disguised."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from classifier.evaluation.attacks import ATTACKS, STRENGTHS, Attack, Group, disguise
from classifier.labels import Family
from classifier.predictor import Predictor
from classifier.types import TextContent

SEED = 0
Progress = Callable[[Attack, float], None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One attack at one strength against one family, as counts of texts.

    `texts` violate in this family and the attack changed `changed` of them; `caught_before` and `caught_after` were
    flagged for it. `clean` texts violate in nothing; `false_before` and `false_after` were flagged for it all the same.
    """

    attack: str
    group: Group
    strength: float
    family: Family
    texts: int
    changed: int
    caught_before: int
    caught_after: int
    clean: int
    false_before: int
    false_after: int

    @property
    def recall_before(self) -> float:
        """Share of the violating texts flagged undisguised; 0 without texts."""
        return self.caught_before / self.texts if self.texts else 0.0

    @property
    def recall_after(self) -> float:
        """Share of the violating texts flagged disguised; 0 without texts."""
        return self.caught_after / self.texts if self.texts else 0.0

    @property
    def loss(self) -> float:
        """Share of the recall that the attack takes, 0 to 1; an attack that helps takes nothing."""
        return max(0.0, 1 - self.caught_after / self.caught_before) if self.caught_before else 0.0

    @property
    def false_rise(self) -> int:
        """Clean texts that are flagged disguised, beyond those that were flagged before."""
        return self.false_after - self.false_before


@dataclass(frozen=True, slots=True)
class Summary:
    """One family over all cells: mean and worst relative loss of recall, the worst attack, most new false positives."""

    family: Family
    mean_loss: float
    worst_loss: float
    worst_attack: str
    largest_false_rise: int


def measure(
    predictor: Predictor,
    violating: Sequence[tuple[str, Family]],
    clean: Sequence[str],
    as_of: date,
    attacks: Sequence[Attack] = ATTACKS,
    strengths: Sequence[float] = STRENGTHS,
    progress: Progress = lambda _attack, _strength: None,
) -> tuple[Cell, ...]:
    """A cell for each attack, strength and family with violating texts; `progress` is told of each attack begun.

    A text is flagged as the model itself flags a page of that text alone.
    """

    def flagged(texts: Iterable[str]) -> list[tuple[Family, ...]]:
        return [predictor.judge(TextContent(text), as_of).flagged for text in texts]

    by_family = {family: [text for text, own in violating if own is family] for family in Family}
    by_family = {family: texts for family, texts in by_family.items() if texts}
    before = {family: _count(family, flagged(texts)) for family, texts in by_family.items()}
    clean_before = flagged(clean)
    cells = []
    for attack in attacks:
        for strength in strengths:
            progress(attack, strength)
            clean_after = flagged(disguise(text, attack, strength, SEED) for text in clean)
            for family, texts in by_family.items():
                disguised = [disguise(text, attack, strength, SEED) for text in texts]
                cells.append(
                    Cell(
                        attack=attack.name,
                        group=attack.group,
                        strength=strength,
                        family=family,
                        texts=len(texts),
                        changed=sum(a != b for a, b in zip(texts, disguised, strict=True)),
                        caught_before=before[family],
                        caught_after=_count(family, flagged(disguised)),
                        clean=len(clean),
                        false_before=_count(family, clean_before),
                        false_after=_count(family, clean_after),
                    )
                )
    return tuple(cells)


def summary(cells: Iterable[Cell]) -> tuple[Summary, ...]:
    """A line for each family that has cells."""
    cells = tuple(cells)
    return tuple(_summary(family, own) for family in Family if (own := [c for c in cells if c.family is family]))


def _summary(family: Family, cells: Sequence[Cell]) -> Summary:
    worst = max(cells, key=lambda cell: cell.loss)
    return Summary(
        family=family,
        mean_loss=sum(cell.loss for cell in cells) / len(cells),
        worst_loss=worst.loss,
        worst_attack=f"{worst.attack} at {worst.strength:.0%}",
        largest_false_rise=max(cell.false_rise for cell in cells),
    )


def _count(family: Family, flags: Iterable[tuple[Family, ...]]) -> int:
    return sum(family in flagged for flagged in flags)
