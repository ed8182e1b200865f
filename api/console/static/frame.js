// What every page has: keys to go places, the keys window, menus that close, preferences without a reload.
import { bind, startKeys } from "./keys.js";
import { say, startWaiting, stopWaiting } from "./notice.js";

export function startFrame() {
  startKeys();
  const search = document.getElementById("search");
  if (!search) return;
  bind({
    "g q": () => go("/"),
    "g r": () => go("/runs"),
    "g o": () => go("/overview"),
    "/": () => search.select(),
    "?": showKeys,
  });
  document.querySelector("[data-opens=keys]").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showKeys();
  });
  document.addEventListener("click", closeMenus);
  document.querySelector("form[data-instant]").addEventListener("submit", keepPreference);
  window.addEventListener("beforeunload", startWaiting);
  window.addEventListener("pageshow", stopWaiting);
}

export function go(path) {
  location.assign(path);
}

function showKeys() {
  document.getElementById("keys").showModal();
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.chip[open], details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

async function keepPreference(event) {
  event.preventDefault();
  const form = event.target;
  const { name, value } = event.submitter;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
    if (!answer.ok) throw new Error(answer.status);
  } catch {
    return say("Your choice could not be kept; it holds until you leave this page.");
  } finally {
    if (name === "theme") document.documentElement.dataset.theme = value;
    else document.body.dataset.keys = value;
    for (const button of form.querySelectorAll(`button[name=${name}]`)) button.setAttribute("aria-pressed", button === event.submitter);
  }
}
