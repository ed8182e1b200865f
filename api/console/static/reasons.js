// The list of reasons shows those of the chosen outcome; digits pick from it.
export function startReasons(form) {
  const select = form.elements.reason;
  const groups = [...select.querySelectorAll("optgroup")];

  function narrow() {
    const decision = form.querySelector("input[name=decision]:checked")?.value;
    for (const group of groups) group.hidden = group.disabled = Boolean(decision) && group.dataset.decision !== decision;
    if (select.selectedOptions[0]?.parentElement.disabled) select.value = "";
  }

  function pick(number) {
    const decision = form.querySelector("input[name=decision]:checked")?.value;
    const option = groups.find((group) => group.dataset.decision === decision)?.children[number - 1];
    if (!option) return false;
    select.value = option.value;
    return true;
  }

  return { narrow, pick };
}
