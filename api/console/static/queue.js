// The queue: j and k move the mark, the preview follows it, Enter or a second click opens the case.
import { bind } from "./keys.js";
import { saidEnough, say, startWaiting, stopWaiting } from "./notice.js";

const wide = matchMedia("(min-width: 1100px)");

export function startQueue(list) {
  const rows = [...list.querySelectorAll("[data-case]")];
  const preview = document.querySelector("[data-preview]");
  let at = 0;
  let loading = null;
  let shown = rows[0].dataset.case;

  function mark(index) {
    rows[at].classList.remove("marked");
    at = Math.max(0, Math.min(rows.length - 1, index));
    rows[at].classList.add("marked");
    rows[at].scrollIntoView({ block: "nearest" });
    show(rows[at].dataset.case);
  }

  async function show(id) {
    if (!preview || !wide.matches || id === shown) return;
    loading?.abort();
    loading = new AbortController();
    startWaiting();
    try {
      const answer = await fetch(`/cases/${id}/preview?${list.dataset.query}`, { signal: loading.signal });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      preview.replaceChildren(...page.body.childNodes);
      preview.scrollTop = 0;
      shown = id;
      saidEnough();
    } catch (problem) {
      if (problem.name !== "AbortError") say("The preview could not be loaded.", "Try again", () => show(id));
    } finally {
      stopWaiting();
    }
  }

  function step(by) {
    // The first step after arriving takes up the row that is marked already.
    mark(rows.includes(document.activeElement) || by < 0 ? at + by : at);
    rows[at].focus({ preventScroll: true });
  }

  rows.forEach((row, index) => {
    row.addEventListener("focus", () => index !== at && mark(index));
    row.addEventListener("pointerdown", () => (row.dataset.was = row.classList.contains("marked")));
    row.addEventListener("click", (event) => {
      const plain = !(event.ctrlKey || event.metaKey || event.shiftKey) && event.detail > 0;
      if (plain && wide.matches && row.dataset.was !== "true") {
        event.preventDefault();
        mark(index);
      }
    });
  });
  bind({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => (document.activeElement === document.body ? rows[at].click() : false),
    z: () => document.querySelector("[data-undo]")?.click(),
  });
}
