// A note is never lost: it is kept for this tab, leaving with one unsent asks first, and offline nothing is sent.
import { say } from "./notice.js";

export function guardNote(form) {
  const note = form.elements.note;
  const key = `note:${form.action}`;
  const done = new URLSearchParams(location.search).get("done");
  if (done) sessionStorage.removeItem(`note:${location.origin}/cases/${done}/reviews`);
  note.value ||= sessionStorage.getItem(key) ?? "";
  let sending = false;

  note.addEventListener("input", () => {
    if (note.value) sessionStorage.setItem(key, note.value);
    else sessionStorage.removeItem(key);
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) {
      sending = true;
      return;
    }
    event.preventDefault();
    say("You are offline. Nothing was sent and nothing you typed is lost.", "Try again", () => form.requestSubmit());
  });
  window.addEventListener("pageshow", () => (sending = false));
  window.addEventListener("beforeunload", (event) => {
    if (note.value.trim() && !sending) event.preventDefault();
  });
}
