// Keys that are a single letter: only while no field has the focus, and only where they are turned on.
const FIELDS = "input:not([type=radio]), textarea, select, [contenteditable]";
const PREFIX_MS = 1500;
const bindings = new Map();
let prefix = "";
let prefixEnds = 0;

// Binds keys ("j", "Enter", "g q") to functions; one that returns false leaves the key to the browser.
export function bind(keys) {
  for (const [key, does] of Object.entries(keys)) bindings.set(key, does);
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") return leave(event);
    if (document.body.dataset.keys === "off" || event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    const key = event.timeStamp < prefixEnds ? `${prefix} ${event.key}` : event.key;
    prefixEnds = 0;
    if ([...bindings.keys()].some((bound) => bound.startsWith(`${key} `))) {
      prefix = key;
      prefixEnds = event.timeStamp + PREFIX_MS;
      event.preventDefault();
      return;
    }
    const does = bindings.get(key);
    if (does && does(event) !== false) event.preventDefault();
  });
}

function leave(event) {
  const open = document.querySelector("details.chip[open], details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (event.target.closest(FIELDS)) {
    event.target.blur();
  }
}
