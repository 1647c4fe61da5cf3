// <t-log src>: what server-sent events bring is added to the list inside of it. An event's data is
// {"at": ISO 8601, "level": "info", "event": "…", "fields": {…}}. Inside of it are <ol data-lines>, which may have lines
// already, an input with data-filter-text, and a button with data-pause.
const LINES = 1000;
const COLORS = { warning: "warn", error: "bad", critical: "bad" };

class LogTail extends HTMLElement {
  #source = null;
  #waiting = [];
  #paused = false;
  #parts = null;
  #seen = () => { if (document.hidden) this.#close(); else this.#open(); };
  #leaving = () => this.#close();

  connectedCallback() {
    const lines = this.querySelector("[data-lines]");
    const filter = this.querySelector("[data-filter-text]");
    const pause = this.querySelector("[data-pause]");
    this.#parts = { lines, filter, pause, label: pause.textContent };
    for (const one of this.querySelectorAll("[data-tools]")) one.hidden = false;
    filter.addEventListener("input", this.#filtered);
    pause.addEventListener("click", this.#pressed);
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("pagehide", this.#leaving);
    lines.scrollTop = lines.scrollHeight;
    this.#seen();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("pagehide", this.#leaving);
    this.#parts.filter.removeEventListener("input", this.#filtered);
    this.#parts.pause.removeEventListener("click", this.#pressed);
    this.#close();
  }

  #open() {
    if (this.#source) return;
    this.#source = new EventSource(this.getAttribute("src"));
    this.#source.addEventListener("message", ({ data }) => {
      this.#waiting.push(JSON.parse(data));
      this.#waiting.splice(0, this.#waiting.length - LINES);
      // Lines come in bursts: one change of the page for each.
      if (this.#waiting.length === 1 || this.#paused) requestAnimationFrame(() => this.#show());
    });
  }

  #close() {
    this.#source?.close();
    this.#source = null;
  }

  #pressed = () => {
    this.#paused = !this.#paused;
    this.#parts.pause.ariaPressed = String(this.#paused);
    this.#show();
  };

  #show() {
    const { lines, pause, label } = this.#parts;
    const count = this.#waiting.length;
    pause.textContent = this.#paused && count ? `${label} (${count})` : label;
    if (this.#paused || !count) return;
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;
    lines.append(...this.#waiting.splice(0).map((entry) => this.#line(entry)));
    while (lines.children.length > LINES) lines.firstElementChild.remove();
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  }

  #line({ at, level, event, fields }) {
    const line = document.createElement("li");
    const details = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    const text = [new Date(at).toLocaleTimeString("en-GB"), level, event, ...details].join("  ");
    line.textContent = text;
    line.className = COLORS[level] ?? "";
    line.hidden = !this.#matches(text);
    return line;
  }

  #matches(text) { return text.toLowerCase().includes(this.#parts.filter.value.trim().toLowerCase()); }

  #filtered = () => {
    for (const line of this.#parts.lines.children) line.hidden = !this.#matches(line.textContent);
  };
}

customElements.define("t-log", LogTail);
