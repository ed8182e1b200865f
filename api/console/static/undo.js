// Takes back choices one by one, together with what followed from them.
export function startUndo(form) {
  const past = [];
  const checked = (name) => form.querySelector(`input[name="${name}"]:checked`);

  // A click or the keyboard changes a radio before anybody hears of it; so what was chosen is kept aside.
  const known = new Map();
  for (const input of form.querySelectorAll("input[type=radio]")) known.set(input.name, checked(input.name));
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") remember(event.target, false);
  }, { capture: true });

  function remember(input, follows) {
    past.push({ name: input.name, before: known.get(input.name) ?? null, follows });
    known.set(input.name, input);
  }

  return {
    set(input, { follows = false } = {}) {
      if (!input || input.checked) return;
      input.checked = true;
      remember(input, follows);
    },
    // Gives the name of what was taken back, empty when there is nothing.
    back() {
      const last = past.pop();
      if (!last) return "";
      for (const input of form.querySelectorAll(`input[name="${last.name}"]`)) input.checked = input === last.before;
      known.set(last.name, last.before);
      if (last.name === "decision") delete form.querySelector("[data-outcome]").dataset.chosen;
      return last.follows ? this.back() : last.name;
    },
  };
}
