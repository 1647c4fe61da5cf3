// <t-chart>: series over time, drawn by uPlot. Its child <script type="application/json">, or what `src` answers (or
// the field `chart` of that), is {"times": [unix seconds], "series": [{"label", "unit", "values": [number or null]}]}.
// What the server rendered beside it, a table or a sentence, stays for screen readers, and for all without a drawing.
import { library, make, sheet, stylesheet } from "./library.js";

const STYLE = sheet(`
  :host { display: block; min-width: 0; }
  :host([hidden]) { display: none; }
  .plot { height: 220px; }
  .plot:empty { display: none; }
  .words { display: block; }
  .drawn + .words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .u-legend { font: inherit; font-size: 12px; color: var(--ink-2); text-align: left; }
`);
const COLORS = ["--accent", "--ok", "--warn", "--bad", "--ink-3"];
const DAY_S = 86400;
const dark = matchMedia("(prefers-color-scheme: dark)");

class Chart extends HTMLElement {
  #plot = null;
  #drawing = null;
  #data = null;
  #watched = [];

  connectedCallback() {
    if (!this.shadowRoot) {
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [STYLE];
      this.#drawing = make("div", { className: "plot", ariaHidden: "true" });
      root.append(stylesheet("uPlot.min.css"), this.#drawing, make("div", { className: "words" }, make("slot")));
    }
    const sized = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    const renewed = new MutationObserver(() => this.#load());
    sized.observe(this.#drawing);
    renewed.observe(this, { childList: true, characterData: true, subtree: true, attributeFilter: ["src"] });
    const redraw = () => this.#draw();
    dark.addEventListener("change", redraw);
    const forget = () => dark.removeEventListener("change", redraw);
    this.#watched = [() => sized.disconnect(), () => renewed.disconnect(), forget];
    this.#load();
  }

  disconnectedCallback() {
    for (const end of this.#watched) end();
    this.#plot?.destroy();
    this.#plot = null;
  }

  async #load() {
    const child = this.querySelector(':scope > script[type="application/json"]');
    try {
      const found = child ? JSON.parse(child.textContent) : await (await fetch(this.getAttribute("src"))).json();
      this.#data = found.chart ?? found;
      await library("uPlot.iife.min.js", "uPlot");
      this.#draw();
    } catch {
      this.#clear(); // the words of the server are there
    }
  }

  #clear() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#drawing.classList.remove("drawn");
  }

  #draw() {
    this.#clear();
    if (!this.isConnected || !window.uPlot || !this.#data?.times?.length) return;
    const { times, series } = this.#data;
    this.#drawing.classList.add("drawn");
    const data = [times, ...series.map((one) => one.values)];
    this.#plot = new window.uPlot(this.#options(times, series), data, this.#drawing);
    this.#plot.setSize(this.#size());
  }

  #size() {
    const legend = this.#drawing.querySelector(".u-legend")?.offsetHeight ?? 0;
    return { width: this.#drawing.clientWidth, height: Math.max(80, this.#drawing.clientHeight - legend) };
  }

  #options(times, series) {
    const style = getComputedStyle(this);
    const token = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: token("--ink-3"), font: `11px ${style.fontFamily}`,
      grid: { stroke: token("--line"), width: 1 }, ticks: { stroke: token("--line"), width: 1 },
    };
    const { lang } = document.documentElement;
    const zoned = (format) => {
      const made = new Intl.DateTimeFormat(lang, { hourCycle: "h23", ...format });
      return (at) => made.format(at * 1000);
    };
    const day = zoned({ day: "numeric", month: "short" });
    const minute = zoned({ hour: "2-digit", minute: "2-digit" });
    const second = zoned({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const last = times.at(-1);
    const first = Math.min(times[0], last - DAY_S); // one sample alone has no axis of its own
    const long = last - first > 2 * DAY_S;
    const moment = long ? (at) => `${day(at)} ${minute(at)}` : second;
    const figures = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
    const figure = (value) => figures.format(value);
    const labels = (_, at, __, ___, step) => at.map(step >= DAY_S ? day : step < 60 ? second : minute);
    return {
      ...this.#size(),
      cursor: { drag: { x: false, y: false } },
      axes: [
        { ...axis, values: labels, space: 64 },
        { ...axis, values: (_, values) => values.map(figure), size: 56 },
      ],
      scales: {
        x: { range: [first, last] },
        y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.05] },
      },
      series: [
        { label: this.dataset.time ?? "", value: (_, at) => (at == null ? "–" : moment(at)) },
        ...series.map((one, index) => ({
          label: one.label, width: 1.5, stroke: token(COLORS[index % COLORS.length]), points: { show: times.length === 1 },
          value: (_, value) => (value == null ? "–" : `${figure(value)}${one.unit ? ` ${one.unit}` : ""}`),
        })),
      ],
    };
  }
}

customElements.define("t-chart", Chart);
