"""Which evidence topic a claim concerns."""

from classifier.features import View
from classifier.labels import Label
from classifier.policy import PolicyPack, Topic

CONDITIONS = (
    "E-SI",
    "E-PPD",
    "E-BIP",
    "E-PTSD",
    "E-OCD",
    "E-SUD",
    "E-MIG",
    "E-FIB",
    "E-ED",
    "E-ADHD",
    "E-AUT",
    "E-WELL",
    "E-TRD",
    "E-MDD",
    "E-ANX",
    "E-PAIN",
    "E-ESK",
)
"""Topics that are conditions treated, the more special ones first."""
# For each label the topics tried in order, and the one taken when no pattern is found.
_ORDER: dict[Label, tuple[list[str], str]] = {
    Label.CURE_OR_GUARANTEE: ([*CONDITIONS, "E-LAST"], "E-LAST"),
    Label.UNAPPROVED_INDICATION: ([*CONDITIONS], "E-MDD"),
    Label.FALSE_APPROVAL: (["E-HOME", "E-MICRO", *CONDITIONS], "E-ESK"),
    Label.SAFETY_MINIMIZATION: (["E-ADD", "E-BLAD", "E-LIV", "E-CV", "E-HOME", "E-SAFE"], "E-SAFE"),
    Label.SUPERIORITY: (["E-ONLY", "E-SUP"], "E-SUP"),
    Label.UNSUPERVISED_USE: (["E-MICRO", "E-HOME"], "E-HOME"),
    Label.UNQUALIFIED_EFFICACY: (["E-SI", "E-FAST", "E-RATE", "E-LAST", "E-NEURO", "E-INFL", *CONDITIONS], "E-RATE"),
    Label.CONSUMER_DOSING: (["E-MICRO", "E-HOME"], "E-HOME"),
}


def find_topic(label: Label, view: View, lead_in: str, pack: PolicyPack) -> Topic | None:
    """The topic of a claim by its words, then by its lead-in (normalised); None for sale labels."""
    if label not in _ORDER:
        return None
    order, otherwise = _ORDER[label]
    for text in (view.normalized.text, lead_in):
        for topic_id in order:
            topic = pack.topics[topic_id]
            if text and topic.regex.search(text):
                return topic
    return pack.topics[otherwise]
