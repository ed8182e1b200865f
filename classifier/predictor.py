"""Judge content with a trained model and a policy pack; the one door into this room."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from classifier import artifact
from classifier.entities import Role
from classifier.features import Context, Viewer
from classifier.findings import FindingMaker
from classifier.labels import Family, Outcome, Severity
from classifier.notes import page_notes
from classifier.page import page_probability
from classifier.passages import split
from classifier.policy import PolicyPack, load_policy
from classifier.scorer import Scored, Scorer
from classifier.types import Content, Finding, Passage, Verdict

_DRUG_ROLES = frozenset({Role.SUBJECT, Role.ANALOGUE, Role.DRUG})
# A family speaks of a passage only if what it is about is named there or nearby; else the passage is held back.
_ROLES_NEEDED = {Family.ILLICIT_SALE: _DRUG_ROLES, Family.UNSUPPORTED_CLAIM: frozenset({Role.SUBJECT})}
_UNNAMED_PENALTY = 2.5
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
        return cls(artifact.load(folder), load_policy(policy))

    def judge(self, content: Content, as_of: date) -> Verdict:
        """The verdict of the content as of a day."""
        scored = self._score(content)
        families = {family: self._family_probability(family, scored) for family in Family}
        findings = tuple(sorted(self._findings.make(scored, content, as_of), key=lambda f: (f.start, f.label)))
        families = {family: _settled(p, family, findings, self.model) for family, p in families.items()}
        flagged = tuple(f for f in Family if families[f] >= self.model.pages[f].report)
        findings = tuple(f for f in findings if f.family in flagged or f.severity is not Severity.NONE)
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

    def _score(self, content: Content) -> tuple[Scored, ...]:
        passages = split(content)
        roles = self._page_roles(content, passages)
        scored = []
        for passage in passages:
            view = self._viewer.view(passage.text, Context(passage.lead_in, roles))
            scored.append(Scored(passage, view, self._scorer.logits(view)))
        return tuple(scored)

    def _page_roles(self, content: Content, passages: Sequence[Passage]) -> frozenset[Role]:
        """Roles a page is about: named in title or address, twice in the text, or at all on a short page."""
        named = Counter(m.term.role for p in passages for m in self._viewer.mentions(p.text))
        headline = self._viewer.mentions(f"{content.title} {content.url}".replace("-", " "))
        needed = 1 if len(passages) <= _SHORT_PAGE else 2
        return frozenset(m.term.role for m in headline) | frozenset(r for r, n in named.items() if n >= needed)

    def _family_probability(self, family: Family, scored: Sequence[Scored]) -> float:
        head = self._scorer.heads.index(family)
        calibration = self.model.calibrations[family]
        logits = []
        for one in scored:
            logit = calibration.slope * float(one.logits[head]) + calibration.offset
            if not (one.view.roles_here | one.view.roles_around) & _ROLES_NEEDED[family]:
                logit -= _UNNAMED_PENALTY
            logits.append(logit)
        return page_probability(self.model.pages[family], logits)

    def _outcome(self, families: dict[Family, float], flagged: Sequence[Family], not_seen: Sequence[str]) -> Outcome:
        if flagged:
            return Outcome.VIOLATION
        if not_seen or any(families[f] >= self.model.pages[f].review for f in Family):
            return Outcome.UNCLEAR
        return Outcome.CLEAR


def _settled(probability: float, family: Family, findings: Sequence[Finding], model: artifact.Model) -> float:
    """A family without a finding of medium severity or above stays below the report threshold."""
    if any(f.family is family and f.severity.rank >= Severity.MEDIUM.rank for f in findings):
        return probability
    return min(probability, model.pages[family].report * 0.99)


def _substances(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.substance for f in findings if f.substance))
