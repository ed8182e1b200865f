// The case: marks and cards light each other, keys decide, and what was typed is guarded.
import { go } from "./frame.js";
import { bind } from "./keys.js";
import { guardNote } from "./note.js";
import { startReasons } from "./reasons.js";
import { startTabs } from "./tabs.js";
import { startUndo } from "./undo.js";

const wide = matchMedia("(min-width: 1100px)");

export function startCase(form) {
  const showText = startTabs(document.querySelector("[data-tabs]"));
  const cards = [...form.querySelectorAll("[data-card]")];
  const outcome = form.querySelector("[data-outcome]");
  const steps = outcome ? [...cards, outcome] : cards;
  let at = 0;

  function light(numbers) {
    for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
    for (const number of numbers) {
      const marks = `[data-findings~="${number}"], [data-finding="${number}"], [data-card="${number}"]`;
      for (const element of document.querySelectorAll(marks)) element.classList.add("lit");
    }
  }

  function stand(index, { scrolls = true } = {}) {
    steps[at]?.classList.remove("current");
    at = Math.max(0, Math.min(steps.length - 1, index));
    const step = steps[at];
    if (!step) return;
    step.classList.add("current");
    const number = step.dataset.card;
    light(number ? [number] : []);
    if (!scrolls) return;
    step.scrollIntoView({ block: "nearest" });
    if (number && wide.matches) {
      showText();
      document.getElementById(`mark-${number}`)?.scrollIntoView({ block: "center" });
    }
  }

  const standOn = (number) => stand(cards.findIndex((card) => card.dataset.card === String(number)));
  lightOnHover(light, () => light(steps[at]?.dataset.card ? [steps[at].dataset.card] : []));
  followNumbers(standOn, showText);
  bind({ j: () => stand(at + 1), k: () => stand(at - 1) });
  stand(0, { scrolls: false });
  const asked = location.hash.match(/^#(?:mark|finding)-(\d+)$/);
  if (asked) standOn(asked[1]);
  if (outcome) startDeciding(form, outcome, { current: () => steps[at], stand, steps, cards, place: () => at });
}

function lightOnHover(light, rest) {
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.("[data-findings], [data-finding], [data-card]");
    if (!mark) return rest();
    light((mark.dataset.findings ?? mark.dataset.finding ?? mark.dataset.card).split(" "));
  });
}

function followNumbers(standOn, showText) {
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-finding], mark[data-findings]");
    const back = event.target.closest("[data-card] .number");
    if (mark) {
      event.preventDefault();
      standOn(mark.dataset.finding ?? mark.dataset.findings.split(" ")[0]);
    } else if (back) {
      event.preventDefault();
      showText();
      standOn(back.dataset.number);
      document.getElementById(`mark-${back.dataset.number}`)?.scrollIntoView({ block: "center" });
    }
  });
}

function startDeciding(form, outcome, walk) {
  const undo = startUndo(form);
  const reasons = startReasons(form);
  guardNote(form);

  // The case follows its findings until somebody chooses for it.
  function suggest() {
    const said = walk.cards.map((card) => card.querySelector("input:checked")?.value);
    if (outcome.dataset.chosen || !said.length || said.includes(undefined)) return;
    const value = ["confirm", "unsure", "overturn"].find((one) => said.includes(one));
    undo.set(outcome.querySelector(`[value="${value}"]`), { follows: true });
    reasons.narrow();
  }

  function choose(value) {
    const step = walk.current();
    undo.set(step.querySelector(`[data-choice] [value="${value}"]`));
    if (step === outcome) outcome.dataset.chosen = "yes";
    else {
      suggest();
      walk.stand(walk.place() + 1);
    }
    reasons.narrow();
  }

  function takeBack() {
    const name = undo.back();
    if (!name) return document.querySelector("[data-undo]")?.click();
    reasons.narrow();
    walk.stand(walk.steps.findIndex((step) => step.querySelector(`[name="${name}"]`)));
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "decision") outcome.dataset.chosen = "yes";
    else if (event.target.type === "radio") suggest();
    reasons.narrow();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  const digits = Object.fromEntries([..."123456789"].map((digit) => [digit, () => reasons.pick(Number(digit))]));
  bind({
    ...digits,
    c: () => choose("confirm"),
    o: () => choose("overturn"),
    u: () => choose("unsure"),
    e: () => {
      walk.stand(walk.steps.length - 1);
      choose("escalate");
    },
    z: takeBack,
    n: () => form.elements.note.focus(),
    s: () => go(form.querySelector("[data-skip]").href),
  });
  reasons.narrow();
}
