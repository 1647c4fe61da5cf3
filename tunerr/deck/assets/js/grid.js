// The guide's grid: one stop for Tab, arrows between programmes, details below the grid, and the line of now.
// All cells are plain links, so nothing is lost where this doesn't run.

const WINDOW_S = 3 * 3600;

class Grid extends HTMLElement {
  connectedCallback() {
    this.table = this.querySelector("table");
    this.panel = this.querySelector(".guide-panel");
    this.addEventListener("keydown", this);
    this.addEventListener("focusin", this);
    this.addEventListener("click", this);
    document.addEventListener("htmx:afterSettle", this);
    this.timer = setInterval(() => this.tick(), 30_000);
    this.rove();
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("htmx:afterSettle", this);
  }

  handleEvent(event) {
    if (event.type === "keydown") this.key(event);
    else if (event.type === "click") this.open(event);
    else if (event.type === "focusin") this.focused(event.target);
    else this.rove();
  }

  links(row) {
    return [...row.querySelectorAll(":scope > * > a")];
  }

  get rows() {
    return [...this.table.tBodies[0].rows];
  }

  // One link of the table is reached by Tab: that on which one was last, at first what is on now.
  rove(chosen) {
    const all = this.table.querySelectorAll("tbody a");
    const stop = chosen ?? this.table.querySelector("tbody a[tabindex='0']")
      ?? this.table.querySelector("tbody td.now a") ?? all[0];
    for (const link of all) link.tabIndex = link === stop ? 0 : -1;
  }

  focused(target) {
    const link = target.closest("tbody a");
    if (!link) return;
    this.rove(link);
    const cell = link.parentElement;
    // Up and down keep the time from which they began.
    if (cell.localName === "td" && !this.vertical) this.column = this.middle(cell);
  }

  middle(cell) {
    const start = Number(this.dataset.start);
    return (Math.max(Number(cell.dataset.start), start) + Math.min(Number(cell.dataset.stop), start + WINDOW_S)) / 2;
  }

  // The cell of a row that is on at the time where one was; the channel itself when one came from a channel.
  at(row, fromChannel) {
    const links = this.links(row);
    if (fromChannel) return links[0];
    const found = links.find((link) => Number(link.parentElement.dataset.stop) > this.column);
    return found ?? links.at(-1);
  }

  key(event) {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape") { this.close(event); return; }
    const link = event.target.closest("tbody a");
    if (!link) return;
    const to = this.target(link, event);
    if (to === undefined) return;
    event.preventDefault();
    this.vertical = event.key === "ArrowUp" || event.key === "ArrowDown";
    to?.focus();
    this.vertical = false;
    to?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The link that a key leads to; null at an edge, undefined when the key means nothing here.
  target(link, event) {
    const row = link.closest("tr");
    const links = this.links(row);
    const place = links.indexOf(link);
    const rows = this.rows;
    const down = (to) => (to ? this.at(to, place === 0) : null);
    switch (event.key) {
      case "ArrowRight": return links[place + 1] ?? null;
      case "ArrowLeft": return links[place - 1] ?? null;
      case "ArrowDown": return down(rows[rows.indexOf(row) + 1]);
      case "ArrowUp": return down(rows[rows.indexOf(row) - 1]);
      case "Home": return event.ctrlKey ? this.links(rows[0])[0] : links[0];
      case "End": return event.ctrlKey ? this.links(rows.at(-1)).at(-1) : links.at(-1);
      case "PageDown": return this.turn("[data-after]");
      case "PageUp": return this.turn("[data-before]");
      default: return undefined;
    }
  }

  turn(way) {
    this.querySelector(way)?.click();
    return null;
  }

  async open(event) {
    const link = event.target.closest("a[data-programme]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.opened = link;
    const answer = await fetch(link.href).catch(() => null);
    const text = answer?.ok ? await answer.text() : "";
    const details = new DOMParser().parseFromString(text, "text/html").getElementById("programme");
    // The programme's own page says what is wrong.
    if (!details) { location.assign(link.href); return; }
    this.panel.replaceChildren(document.adoptNode(details));
    this.panel.hidden = false;
    this.panel.focus();
    this.panel.scrollIntoView({ block: "nearest" });
  }

  close(event) {
    if (this.panel.hidden) return;
    event.preventDefault();
    this.panel.hidden = true;
    this.opened?.focus();
  }

  tick() {
    const now = Math.floor(Date.now() / 60_000) * 60;
    const into = now - Number(this.dataset.start);
    const line = this.querySelector(".now-line");
    if (line) {
      line.hidden = into < 0 || into >= WINDOW_S;
      line.style.left = `calc(var(--names) + (100% - var(--names)) * ${into / WINDOW_S})`;
    }
    for (const cell of this.table.querySelectorAll("tbody td")) {
      const stop = Number(cell.dataset.stop);
      const on = Number(cell.dataset.start) <= now && now < stop;
      cell.classList.toggle("now", on);
      cell.classList.toggle("past", stop <= now);
      const left = cell.querySelector(".left");
      if (left) left.textContent = on ? this.dataset.now.replace("#", String(Math.max(Math.round((stop - now) / 60), 1))) : "";
    }
  }
}

customElements.define("t-grid", Grid);
