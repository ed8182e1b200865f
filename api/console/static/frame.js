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
  const { target: form, submitter: button } = event;
  if (button.name === "theme") document.documentElement.dataset.theme = button.value;
  else document.body.dataset.keys = button.value;
  for (const one of form.querySelectorAll(`button[name=${button.name}]`)) one.setAttribute("aria-pressed", one === button);
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(answer.status);
  } catch {
    say("Your choice could not be kept; it holds until you leave this page.");
  }
}
