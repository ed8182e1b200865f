"""Judge content with a trained model and a policy pack; the one door into this room."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from classifier import artifact
from classifier.artifact import PageModel
from classifier.exceptions import ArtifactMismatch
from classifier.exemptions import is_clear_offer, is_unreadable, penalties
from classifier.features import View, Viewer
from classifier.findings import FindingMaker
from classifier.heads import Calibrated
from classifier.labels import Family, Label, Outcome, Severity
from classifier.notes import headline_notes, page_notes
from classifier.page import FEATURES, Form, page_models, page_probability, page_reasons
from classifier.policy import PolicyPack, load_policy
from classifier.reading import read_page
from classifier.scorer import Scored, Scorer
from classifier.types import Content, Finding, Verdict

UNKNOWN_LANGUAGE = "unknown_language"


class Predictor:
    """A loaded model with its policy pack; judging is a pure function of content and date."""

    def __init__(self, model: artifact.Model, pack: PolicyPack) -> None:
        self.model = model
        self.pack = pack
        self._viewer = Viewer(pack)
        self._scorer = Scorer(model)
        self._calibrated = Calibrated(model.heads, model.calibrations)
        self._findings = FindingMaker(model, pack, self._scorer)

    @classmethod
    def load(cls, folder: Path, policy: str = "ketamine") -> "Predictor":
        """The model saved in `folder` with the named pack; raises ArtifactMismatch or PolicyInvalid."""
        model, pack = artifact.load(folder), load_policy(policy)
        if not _fits(model, pack):
            raise ArtifactMismatch(f"The model in {folder} was made for another version. Run `rxwarden train`.")
        return cls(model, pack)

    def judge(self, content: Content, as_of: date) -> Verdict:
        """The verdict of the content as of a day."""
        scored = self._score(content, as_of)
        evidence = {family: self._evidence(family, scored) for family in Family}
        views = [one.view for one in scored]
        not_seen = _not_seen(content, views)
        models = page_models(self.model, len(scored))
        reasons = {f: page_reasons(models[f], logits, views) for f, logits in evidence.items()}
        families = {family: page_probability(parts) for family, parts in reasons.items()}
        if self._has_clear_offer(scored):
            sale = Family.ILLICIT_SALE
            families[sale] = max(families[sale], models[sale].report)
        found = self._findings.make(scored, _reported(families, models), content, as_of)
        made = sorted(found, key=lambda f: (f.start, f.label))
        families = {family: _settled(p, family, made, models[family].report) for family, p in families.items()}
        flagged = _reported(families, models)
        findings = tuple(f for f in made if f.end > f.start)
        outside = tuple(f for f in made if f.end == f.start)
        return Verdict(
            outcome=_outcome(families, flagged, not_seen, models),
            families=families,
            flagged=flagged,
            severity=max(
                (f.severity for f in made if f.family in flagged), key=lambda s: s.rank, default=Severity.NONE
            ),
            substances=_substances(made),
            findings=findings,
            notes=(
                *headline_notes(outside),
                *page_notes(content, views, findings, self.pack, as_of),
            ),
            degraded=not_seen,
            model_digest=self.model.digest,
            policy_digest=self.pack.digest,
            as_of=as_of,
            page_reasons=reasons,
        )

    def _score(self, content: Content, as_of: date) -> tuple[Scored, ...]:
        page = read_page(content, self._viewer)
        logits = self._scorer.score([seen.view for seen in page])
        return tuple(
            [
                Scored(seen.passage, seen.view, row, penalties(seen.passage.region, seen.view, as_of, self.pack))
                for seen, row in zip(page, self._calibrated(logits).tolist(), strict=True)
            ]
        )

    def _evidence(self, family: Family, scored: Sequence[Scored]) -> list[float]:
        """The calibrated logits of the passages, lowered where an exemption holds."""
        head = self._scorer.heads.index(family)
        return [one.logits[head] - one.penalties[family] for one in scored]

    def _has_clear_offer(self, scored: Sequence[Scored]) -> bool:
        """One clear offer that its passage reports by itself is enough, however long the page around it is."""
        family = Family.ILLICIT_SALE
        report = self.model.calibrations[family].report
        return any(
            is_clear_offer(one.view) and one.speaks_of(family) and self._findings.probability(one, family) >= report
            for one in scored
        )


def _reported(families: Mapping[Family, float], models: Mapping[Family, PageModel]) -> tuple[Family, ...]:
    """The families over their report threshold."""
    return tuple(family for family in Family if families[family] >= models[family].report)


def _outcome(
    families: Mapping[Family, float],
    flagged: Sequence[Family],
    not_seen: Sequence[str],
    models: Mapping[Family, PageModel],
) -> Outcome:
    if flagged:
        return Outcome.VIOLATION
    if not_seen or any(families[family] >= models[family].review for family in Family):
        return Outcome.UNCLEAR
    return Outcome.CLEAR


def _fits(model: artifact.Model, pack: PolicyPack) -> bool:
    """Whether the model was made with this pack, and has the heads and page features of this code."""
    heads = tuple(str(head) for head in (*Family, *Label))
    features = {(form, family): len(page.weights) for form, of in model.pages.items() for family, page in of.items()}
    return (model.provenance.get("policy"), model.heads, features) == (
        pack.digest,
        heads,
        {(str(form), str(family)): len(FEATURES) for form in Form for family in Family},
    )


def _settled(probability: float, family: Family, findings: Sequence[Finding], report: float) -> float:
    """A family without a finding of medium severity or above stays below the report threshold."""
    if any(f.family is family and f.severity.rank >= Severity.MEDIUM.rank for f in findings):
        return probability
    return min(probability, report * 0.99)


def _not_seen(content: Content, views: Sequence[View]) -> tuple[str, ...]:
    """What was not seen of the content, and that it could not be read where no example is written in its script."""
    found = tuple(content.not_seen)
    return found if UNKNOWN_LANGUAGE in found or not any(map(is_unreadable, views)) else (*found, UNKNOWN_LANGUAGE)


def _substances(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.substance for f in findings if f.substance))
