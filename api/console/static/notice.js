// One sentence at the foot of the page, with one button where there is something to do.
const place = document.querySelector("[data-notice]");

export function say(sentence, button = "", does = () => {}) {
  place.textContent = sentence;
  if (button) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = button;
    element.addEventListener("click", () => {
      place.hidden = true;
      does();
    });
    place.append(element);
  }
  place.hidden = false;
}

export function saidEnough() {
  place.hidden = true;
}

// The thin line on top, shown only where waiting is noticed.
const line = document.querySelector(".loading");
const PATIENCE_MS = 150;
let timer = 0;

export function startWaiting() {
  clearTimeout(timer);
  timer = setTimeout(() => (line.hidden = false), PATIENCE_MS);
}

export function stopWaiting() {
  clearTimeout(timer);
  line.hidden = true;
}
