"""The ketamine policy pack: its references, dates, patterns and examples, and what a broken pack says."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from classifier.cues import Cue
from classifier.exceptions import PolicyInvalid
from classifier.labels import Label
from classifier.normalize import normalize
from classifier.policy import load_policy
from classifier.slips import Keywords

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "classifier" / "policies" / "ketamine"
PACK = load_policy("ketamine")
LAWS = {*(f"US-{n:02}" for n in range(1, 22)), *(f"EU-{n:02}" for n in range(1, 5))}
LAWS |= {"UK-01", "UK-02", "CA-01", "CA-02", "AU-01"}
PLATFORMS = {f"PL-{name}" for name in ("GOOGLE", "META", "TIKTOK", "MS", "REDDIT", "X", "EBAY", "ETSY", "SHOPIFY")}
OTHERS = {"PAY-VISA", "PAY-MC", "CERT"}

# Topic | phrases it must find | phrases it must pass; the phrases of a cell are separated by semicolons.
PHRASES = """
E-SI | suicidal thoughts ease; I wanted to end my life; idées suicidaires; мысли о суициде | kill weeds; end the call
E-PPD | postpartum depression; for nursing mothers; depresión posparto; Schwangerschaft | post office; new motor
E-TRD | treatment-resistant depression; therapieresistente Depression; depresja lekooporna | heatproof glass; depression
E-BIP | bipolar depression; a manic episode; биполярное расстройство | a polar bear; solar panels
E-PTSD | PTSD in veterans; healing from trauma; stress post-traumatique; ПТСР | the trauma ward; posted on Monday
E-OCD | help with OCD; intrusive thoughts; Zwangsgedanken; обсессивное расстройство | October; a compulsory form
E-ANX | social anxiety; panic attacks; Angststörungen; тревога и стресс | press the panic button; an angular shape
E-MIG | migraine relief; cluster headaches; jaqueca y migraña; мигрень | birds migrate; headache and nausea
E-FIB | living with fibromyalgia; fibromialgia; фибромиалгия | carbon fibre; fibrous roots
E-PAIN | chronic pain; CRPS in the arm; douleurs chroniques; przewlekły ból | freshly painted; a trip to Spain
E-ED | anorexia and bulimia; binge eating; Essstörungen; zaburzenia odżywiania | eating lunch; a disorder of sleep
E-ADHD | ADHD in adults; attention deficit; TDAH en adultos | pay attention; add hot water
E-AUT | autistic children; autism; autismo; аутизм | autumn leaves; automatic renewal
E-SUD | alcohol addiction; quit drinking; Alkoholsucht; uzależnienie od alkoholu | avoid alcohol; drinking water
E-WELL | for burnout; unlock creativity; sharper focus; longevidad | our focus is your care; a long evening
E-MDD | for depression; depressed mood; depresión; депрессия | respiratory depression; press the button
E-MICRO | microdosing daily; a micro-dose; microdosis; микродозинг | a microphone; dosing schedule
E-HOME | at-home treatment; on your sofa; zu Hause; en casa; в клинике или дома | go home with a driver; a homely room
E-ESK | Spravato nasal spray; esketamina; Esketamin-Spray; эскетамин | ketamine; the clinic's ketamine
E-ADD | non-addictive; you will not get hooked; nicht süchtig machend; не вызывает привыкания | added fee; a wall hook
E-BLAD | bladder damage; urinary symptoms; la vejiga; pęcherz | a ladder; an urn
E-LIV | liver injury; hepatic enzymes; das schadet der Leber; печень | we deliver; foie gras
E-CV | blood pressure; a heart attack; Blutdruck; давление | a pressure washer; at the heart of town
E-SAFE | completely safe; no side effects; keine Nebenwirkungen; безопасно | save the date; the far side of the lake
E-ONLY | the only treatment; when all else fails; la única opción; letzte Hoffnung | only on Mondays; we hope so
E-SUP | better than SSRIs; replaces antidepressants; besser als Tabletten; mejor que la TEC | good news; place an order
E-FAST | within hours; rapid relief; en pocas horas; innerhalb weniger Stunden; быстро | breakfast; for two hours
E-LAST | long-lasting relief; permanent; dauerhaft; навсегда | my last name; a lasting smell
E-RATE | 70% of patients; success rate; four out of five; taux de réussite | 20% off; 99% pure; a corporate office
E-INFL | anti-inflammatory; reduces inflammation; Entzündungshemmend; воспаление | inflatable boats; the inflation rate
E-NEURO | rewires the brain; new neural pathways; neuroplasticidad; нейропластичность | reset your password; a wire
"""

# Runs in a process of its own, whose CPU time the system limits: a pattern that backtracks without bound is killed.
SWEEP = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
import json, sys
from classifier.policy import load_policy
pack = load_policy()
patterns = [cue.pattern for cue in pack.cues.cues] + [topic.regex for topic in pack.topics.values()]
for text in json.load(sys.stdin):
    for pattern in patterns:
        sum(1 for _ in pattern.finditer(text))
print(len(patterns))
"""


def _folded(text: str) -> str:
    return normalize(text, Keywords(())).text


def _table() -> list[tuple[str, list[str], list[str]]]:
    rows = [line.split(" | ") for line in PHRASES.strip().splitlines()]
    return [(topic, found.split("; "), passed.split("; ")) for topic, found, passed in rows]


def _runs(text: str, length: int = 9) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_the_pack_knows_every_label_and_rule() -> None:
    assert (PACK.id, PACK.version, len(PACK.digest)) == ("ketamine", "2026-11-21", 64)
    assert set(PACK.labels) == set(Label)
    assert set(PACK.rules) == LAWS | PLATFORMS | OTHERS


@pytest.mark.parametrize("label", list(Label))
def test_every_label_names_rules_that_exist_each_once(label: Label) -> None:
    rules = PACK.labels[label].rules
    assert rules
    assert set(rules) <= set(PACK.rules)
    assert max(Counter(rules).values()) == 1


def test_every_rule_stands_in_a_known_jurisdiction_with_a_citation() -> None:
    for rule in PACK.rules.values():
        assert rule.jurisdiction in PACK.jurisdictions, rule.id
        assert rule.citation, rule.id
        assert rule.url == "" or rule.url.startswith("https://"), rule.id


@pytest.mark.parametrize(
    ("file", "table"),
    [("policy.toml", "rule"), ("policy.toml", "label"), ("evidence.toml", "topic"), ("cues.toml", "cue")],
)
def test_no_id_is_given_twice(file: str, table: str) -> None:
    ids = [row["id"] for row in tomllib.loads((FOLDER / file).read_text("utf-8"))[table]]
    assert [one for one, times in Counter(ids).items() if times > 1] == []


@pytest.mark.parametrize(
    ("rule", "day", "holds"),
    [
        ("US-06", date(2026, 12, 31), True),
        ("US-06", date(2027, 1, 1), False),
        ("UK-01", date(2014, 6, 9), False),
        ("UK-01", date(2014, 6, 10), True),
        ("US-19", date(2024, 10, 20), False),
        ("US-19", date(2024, 10, 21), True),
        ("US-02", date(2040, 1, 1), True),
    ],
)
def test_a_dated_rule_holds_from_its_first_to_its_last_day(rule: str, day: date, holds: bool) -> None:
    assert PACK.rules[rule].holds(day) is holds


def test_a_label_stops_naming_a_rule_that_has_lapsed() -> None:
    def named(day: date) -> list[str]:
        return [rule.id for rule in PACK.rules_for(Label.NO_PRESCRIPTION, day)]

    assert named(date(2026, 12, 31)) == ["US-02", "US-07", "US-06", "US-03", "EU-01"]
    assert named(date(2027, 1, 1)) == ["US-02", "US-07", "US-03", "EU-01"]


def test_facts_to_look_up_again_belong_to_rules() -> None:
    assert {fact.id for fact in PACK.dated_facts} == {"US-06", "US-14", "CA-02"}


def test_esketamine_is_approved_from_the_day_of_each_approval() -> None:
    approved = {(use.substance, use.topic, use.since) for use in PACK.approved_uses}
    assert approved == {
        ("esketamine", "E-TRD", date(2019, 3, 5)),
        ("esketamine", "E-SI", date(2020, 8, 3)),
        ("esketamine", "E-TRD", date(2025, 1, 17)),
    }


def test_the_table_of_phrases_covers_every_topic() -> None:
    assert sorted(topic for topic, _, _ in _table()) == sorted(PACK.topics)


@pytest.mark.parametrize(("topic", "found", "passed"), _table(), ids=[row[0] for row in _table()])
def test_a_topic_finds_its_phrases_and_passes_the_others(topic: str, found: list[str], passed: list[str]) -> None:
    regex = PACK.topics[topic].regex
    assert min(len(found), len(passed)) >= 2
    assert [phrase for phrase in found if not regex.search(_folded(phrase))] == []
    assert [phrase for phrase in passed if regex.search(_folded(phrase))] == []


def test_topics_without_a_trial_in_people_say_so() -> None:
    untried = {name for name, topic in PACK.topics.items() if not topic.human_trial}
    assert untried == {"E-WELL", "E-ED", "E-ADHD", "E-MICRO"}


def test_suicidality_addiction_and_pregnancy_force_a_high_severity() -> None:
    forced = {name: str(topic.severity) for name, topic in PACK.topics.items() if topic.severity}
    assert forced == {"E-SI": "high", "E-PPD": "high", "E-SUD": "high"}


@pytest.mark.parametrize("cue", PACK.cues.cues, ids=lambda cue: cue.id)
def test_a_cue_finds_its_examples_and_passes_its_counters(cue: Cue) -> None:
    assert [text for text in cue.examples if not cue.pattern.search(_folded(text))] == []
    assert [text for text in cue.counter if cue.pattern.search(_folded(text))] == []


def test_patterns_stand_hostile_text_without_unbounded_backtracking() -> None:
    dull = ["a ", "1", "%", "a", "1 ", "1.", "no ", "our ", "in a ", "depressive", "post-", "<a href ", "take 1 "]
    telling = [cue.examples[0] for cue in PACK.cues.cues] + [found[0] for _, found, _ in _table()]
    texts = [seed * (20_000 // len(seed)) for seed in dull]
    texts += [f"{_folded(seed)} " * (4_000 // len(seed)) for seed in telling]
    run = subprocess.run(
        [sys.executable, "-c", SWEEP], input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, str(len(PACK.cues.cues) + len(PACK.topics))), run.stderr


@pytest.mark.parametrize("label", list(Label))
def test_every_label_has_examples_to_flag_and_to_pass(label: Label) -> None:
    flagged = [example for example in PACK.examples if label in example.labels]
    passed = [example for example in PACK.examples if example.note.startswith(f"{label}:") and not example.labels]
    assert len(flagged) >= 6
    assert len(passed) >= 6


def test_every_decision_rule_has_an_example() -> None:
    numbers = {match.group(1) for example in PACK.examples if (match := re.match(r"rule (\d+): ", example.note))}
    assert numbers == {str(number) for number in range(1, 17)}


def test_every_example_stands_once_and_its_note_says_what_it_is_for() -> None:
    assert len(PACK.examples) >= 170
    assert max(Counter(example.text for example in PACK.examples).values()) == 1
    known = {str(label) for label in Label} | {f"rule {number}" for number in range(1, 17)}
    assert [example.text for example in PACK.examples if example.note.split(": ")[0] not in known] == []


def test_examples_share_no_long_run_of_words_with_the_training_passages() -> None:
    files = sorted((ROOT / "labeled_data" / "passages").glob("*.jsonl"))
    passages = [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]
    trained = set().union(*map(_runs, passages))
    assert trained
    assert [example.text for example in PACK.examples if _runs(example.text) & trained] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policy.toml", 'rules = ["US-05"', 'rules = ["US-99"', "unknown rule US-99"),
        ("policy.toml", 'id = "consumer_dosing"', 'id = "superiority"', "consumer_dosing"),
        ("policy.toml", 'topic = "E-SI"', 'topic = "E-NONE"', "unknown topic E-NONE"),
        ("policy.toml", 'certainty = "seen"', 'certainty = "sure"', "certainty"),
        ("policy.toml", 'id = "ketamine"', "id = ", "cannot be used"),
        ("evidence.toml", "pattern = '", "pattern = '(", "pattern"),
        ("cues.toml", "pattern = '", "pattern = '(", "pattern"),
        ("examples.jsonl", '"sale_offer"', '"sale_offers"', "labels"),
    ],
)
def test_a_broken_pack_names_the_file_and_the_fault(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyInvalid, match=re.escape(said)) as caught:
        load_policy(str(folder))
    assert str(caught.value).startswith(f"broken/{file}")


def test_an_unknown_pack_is_named() -> None:
    with pytest.raises(PolicyInvalid, match="'nonesuch'"):
        load_policy("nonesuch")
