// Does what a reader of the report does, once all is drawn, and notes on the root element what is to be seen.
const seen = (name, value) => {
  document.documentElement.dataset[name] = JSON.stringify(value);
};
const pause = () => new Promise((done) => setTimeout(done, 500));
const pick = (id, value) => {
  const select = document.getElementById(id);
  select.value = value;
  select.dispatchEvent(new Event("change"));
};

const read = async () => {
  const plot = document.getElementById("timeline-plot");
  pick("timeline-sequence", document.documentElement.dataset.sequence);
  pick("timeline-order", "id");
  await pause();
  seen("counts", document.getElementById("timeline-counts").textContent);
  const marks = plot.data.filter((trace) => trace.type === "scatter");
  seen("marks", marks.map((trace) => trace.x.length));
  seen("bars", plot.querySelectorAll(".bars path").length);

  const shown = () => plot.layout.xaxis.range.map((frame) => Math.round(10 * frame) / 10);
  const ranges = [shown()];
  for (const button of document.querySelectorAll("#timeline-zoom button")) {
    button.click();
    await pause();
    ranges.push(shown());
  }
  seen("ranges", ranges);

  const at = marks.find((trace) => trace.marker.symbol === "x").customdata[0];
  plot.emit("plotly_click", { points: [{ customdata: at }] });
  await pause();
  seen("detail", document.getElementById("timeline-detail").innerText);
  const events = [...document.querySelectorAll("#timeline-events tbody tr")];
  seen("events", events.map((row) => [...row.children].map((cell) => cell.textContent)));

  const heads = [...document.querySelectorAll("#scores th")];
  const place = heads.findIndex((head) => head.innerText.startsWith("IDSW"));
  const column = () => [...document.querySelectorAll("#scores tbody tr")].map((row) => Number(row.children[place].dataset.value));
  heads[place].querySelector("button").click();
  seen("falling", column());
  heads[place].querySelector("button").click();
  seen("rising", column());

  const before = document.documentElement.dataset.theme;
  document.getElementById("theme").click();
  await pause();
  seen("themes", [before, document.documentElement.dataset.theme]);
  const isDrawn = (place) => place.querySelector(".main-svg") !== null && place.getBoundingClientRect().height > 100;
  seen("drawn", [...document.querySelectorAll(".plot")].map(isDrawn));
  seen("done", true);
};

const waiting = setInterval(() => {
  if (!document.documentElement.dataset.plots) return;
  clearInterval(waiting);
  read();
}, 100);
