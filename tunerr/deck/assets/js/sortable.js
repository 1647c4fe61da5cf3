// <t-sortable>: rows with data-id inside an element with data-rows, in the order of the hidden field `order` (ids with
// commas between). Rows are dragged by SortableJS, by their .grip where they have one, or moved by their buttons with
// data-move="up" and "down", which without scripts send the form. `data-moved` is what is announced of a move.
import { filled, library, make } from "./library.js";

class Sorting extends HTMLElement {
  #list = null;
  #dragging = null;
  #said = null;

  connectedCallback() {
    this.#list = this.querySelector("[data-rows]");
    if (!this.#list) return;
    this.#said = make("p", { className: "small muted", role: "status" });
    this.append(this.#said);
    this.addEventListener("click", this.#click);
    this.#edges();
    this.#drag();
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#click);
    this.#said?.remove();
    this.#dragging?.destroy();
    this.#dragging = null;
  }

  async #drag() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    try {
      const Sortable = await library("Sortable.min.js", "Sortable");
      if (!this.isConnected || this.#dragging) return;
      this.#dragging = new Sortable(this.#list, {
        draggable: "[data-id]", handle: this.#list.querySelector(".grip") ? ".grip" : undefined,
        filter: "a, button, input, select, textarea", preventOnFilter: false, animation: calm ? 0 : 120,
        forceFallback: true, // by pointer events: the same with a mouse, a finger and a pen
        onEnd: ({ item, oldIndex, newIndex }) => { if (oldIndex !== newIndex) this.#moved(item); },
      });
    } catch {
      // The buttons are there.
    }
  }

  #rows() { return [...this.#list.querySelectorAll(":scope > [data-id]")]; }

  #click = (event) => {
    const button = event.target.closest("[data-move]");
    const row = button?.closest("[data-id]");
    if (!row) return;
    event.preventDefault();
    const rows = this.#rows();
    const at = rows.indexOf(row);
    const other = rows[at + (button.dataset.move === "up" ? -1 : 1)];
    if (!other) return;
    if (button.dataset.move === "up") other.before(row); else other.after(row);
    button.focus();
    this.#moved(row);
  };

  #moved(row) {
    const rows = this.#rows();
    const field = this.querySelector('input[name="order"]');
    field.value = rows.map((one) => one.dataset.id).join(",");
    field.dispatchEvent(new Event("change", { bubbles: true }));
    const values = { name: row.dataset.name ?? row.dataset.id, place: rows.indexOf(row) + 1, all: rows.length };
    if (!this.#said.isConnected) this.append(this.#said); // a page that was renewed in place doesn't know it
    this.#said.textContent = filled(this.dataset.moved ?? "", values);
    this.#edges();
  }

  // Not `disabled`: that would take the focus from the button that moved a row to the end.
  #edges() {
    const rows = this.#rows();
    rows.forEach((row, at) => {
      for (const button of row.querySelectorAll("[data-move]")) {
        button.ariaDisabled = String(button.dataset.move === "up" ? at === 0 : at === rows.length - 1);
      }
    });
  }
}

customElements.define("t-sortable", Sorting);
