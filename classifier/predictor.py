"""Judge content with a trained model and a policy pack; the one door into this room."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from classifier import artifact
from classifier.entities import Role
from classifier.exceptions import ArtifactMismatch
from classifier.exemptions import is_clear_offer, penalty
from classifier.features import Context, Reading, Viewer
from classifier.findings import FindingMaker
from classifier.labels import Family, Label, Outcome, Severity
from classifier.notes import page_notes
from classifier.page import FEATURES, page_probability
from classifier.passages import split
from classifier.policy import PolicyPack, load_policy
from classifier.scorer import Scored, Scorer
from classifier.types import Content, Finding, Verdict

_SHORT_PAGE = 8


class Predictor:
    """A loaded model with its policy pack; judging is a pure function of content and date."""

    def __init__(self, model: artifact.Model, pack: PolicyPack) -> None:
        self.model = model
        self.pack = pack
        self._viewer = Viewer(pack)
        self._scorer = Scorer(model)
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
        families = {family: self._family_probability(family, scored) for family in Family}
        made = self._findings.make(scored, families, content, as_of)
        findings = tuple(sorted(made, key=lambda f: (f.start, f.label)))
        families = {family: _settled(p, family, findings, self.model) for family, p in families.items()}
        if self._has_clear_offer(scored):
            report = self.model.pages[Family.ILLICIT_SALE].report
            families[Family.ILLICIT_SALE] = max(families[Family.ILLICIT_SALE], report)
        flagged = tuple(f for f in Family if families[f] >= self.model.pages[f].report)
        return Verdict(
            outcome=self._outcome(families, flagged, content.not_seen),
            families=families,
            flagged=flagged,
            severity=max(
                (f.severity for f in findings if f.family in flagged), key=lambda s: s.rank, default=Severity.NONE
            ),
            substances=_substances(findings),
            findings=findings,
            notes=page_notes(content, [s.view for s in scored], findings, self.pack, as_of),
            degraded=tuple(content.not_seen),
            model_digest=self.model.digest,
            policy_digest=self.pack.digest,
            as_of=as_of,
        )

    def _score(self, content: Content, as_of: date) -> tuple[Scored, ...]:
        passages = split(content)
        readings = [self._viewer.read(passage.text) for passage in passages]
        roles = self._page_roles(content, readings)
        scored = []
        for passage, reading in zip(passages, readings, strict=True):
            view = self._viewer.place(reading, Context(passage.lead_in, roles))
            penalties = {family: penalty(family, passage.region, view, as_of, self.pack) for family in Family}
            scored.append(Scored(passage, view, self._scorer.logits(view), penalties))
        return tuple(scored)

    def _page_roles(self, content: Content, readings: Sequence[Reading]) -> frozenset[Role]:
        """Roles a page is about: named in title or address, twice in the text, or at all on a short page."""
        named = Counter(m.term.role for reading in readings for m in reading.mentions)
        headline = self._viewer.read(f"{content.title} {content.url}".replace("-", " ")).mentions
        needed = 1 if len(readings) <= _SHORT_PAGE else 2
        return frozenset(m.term.role for m in headline) | frozenset(r for r, n in named.items() if n >= needed)

    def _family_probability(self, family: Family, scored: Sequence[Scored]) -> float:
        head = self._scorer.heads.index(family)
        calibration = self.model.calibrations[family]
        logits = []
        for one in scored:
            logit = calibration.slope * float(one.logits[head]) + calibration.offset
            logits.append(logit - one.penalties[family])
        return page_probability(self.model.pages[family], logits)

    def _has_clear_offer(self, scored: Sequence[Scored]) -> bool:
        """One clear offer that its passage reports by itself is enough, however long the page around it is."""
        family = Family.ILLICIT_SALE
        report = self.model.calibrations[family].report
        return any(
            family in one.speaks_of and is_clear_offer(one.view) and self._findings.probability(one, family) >= report
            for one in scored
        )

    def _outcome(self, families: dict[Family, float], flagged: Sequence[Family], not_seen: Sequence[str]) -> Outcome:
        if flagged:
            return Outcome.VIOLATION
        if not_seen or any(families[f] >= self.model.pages[f].review for f in Family):
            return Outcome.UNCLEAR
        return Outcome.CLEAR


def _fits(model: artifact.Model, pack: PolicyPack) -> bool:
    """Whether the model was made with this pack, and has the heads and page features of this code."""
    heads = tuple(str(head) for head in (*Family, *Label))
    features = {family: len(page.weights) for family, page in model.pages.items()}
    return (model.provenance.get("policy"), model.heads, features) == (
        pack.digest,
        heads,
        dict.fromkeys(map(str, Family), len(FEATURES)),
    )


def _settled(probability: float, family: Family, findings: Sequence[Finding], model: artifact.Model) -> float:
    """A family without a finding of medium severity or above stays below the report threshold."""
    if any(f.family is family and f.severity.rank >= Severity.MEDIUM.rank for f in findings):
        return probability
    return min(probability, model.pages[family].report * 0.99)


def _substances(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.substance for f in findings if f.substance))
