// Turns the sections of a case, which stand one below the other without this, into tabs.
export function startTabs(nav) {
  const tabs = [...nav.querySelectorAll("a")];
  const panels = tabs.map((tab) => document.getElementById(tab.hash.slice(1)));
  nav.setAttribute("role", "tablist");
  nav.parentElement.classList.add("tabbed");
  tabs.forEach((tab, index) => {
    tab.id = `tab-${panels[index].id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panels[index].id);
    panels[index].setAttribute("role", "tabpanel");
    panels[index].setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      choose(index);
    });
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      choose((index + by + tabs.length) % tabs.length).focus();
    });
  });

  function choose(index) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", i === index);
      tab.tabIndex = i === index ? 0 : -1;
      panels[i].hidden = i !== index;
    });
    return tabs[index];
  }

  function follow() {
    const asked = panels.findIndex((panel) => `#${panel.id}` === location.hash);
    if (asked < 0) return;
    choose(asked);
    panels[asked].scrollIntoView();
  }

  choose(0);
  follow();
  window.addEventListener("hashchange", follow);
  return () => choose(0);
}
