// The page around the plots: theme, sorting, and the start of everything.
"use strict";
const page = {
  setTheme(name) {
    document.documentElement.dataset.theme = name;
    document.querySelectorAll(".dot[data-tracker]").forEach((dot) => { dot.style.background = `var(--tracker-${dot.dataset.tracker % 8})`; });
    report.drawers.forEach((draw) => draw());
  },

  sort(button) {
    const head = button.closest("th"), table = head.closest("table"), body = table.tBodies[0];
    const place = [...head.parentElement.children].indexOf(head);
    const numeric = head.classList.contains("number");
    const before = head.getAttribute("aria-sort");
    const falls = before === null ? numeric : before === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const value = (row) => row.children[place].dataset.value;
    const compare = (a, b) => (numeric ? Number(value(a)) - Number(value(b)) : value(a).localeCompare(value(b), undefined, { numeric: true }));
    body.append(...[...body.rows].sort((a, b) => (falls ? -1 : 1) * compare(a, b)));
  },

  async start() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    page.setTheme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", () => page.setTheme(dark.matches ? "dark" : "light"));
    document.getElementById("theme").addEventListener("click", () => page.setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
    document.querySelectorAll(".sortable thead button").forEach((button) => button.addEventListener("click", () => page.sort(button)));
    document.querySelectorAll(".show-more").forEach((box) => box.addEventListener("change", () => box.closest("section").classList.toggle("all-columns", box.checked)));
    if (!("DecompressionStream" in window)) {
      const trouble = document.getElementById("trouble");
      trouble.textContent = "This browser is too old to draw the plots; the tables are complete.";
      trouble.hidden = false;
      return;
    }
    await report.unpack();
    for (const draw of [report.curves, report.bars, report.radar, timeline.start]) await draw();
    document.documentElement.dataset.plots = document.querySelectorAll(".plot .main-svg:first-of-type").length;
  },
};
page.start();
