// <t-ticks>: says at once what the ticks of the page come to, before they are saved. `data-wanted`: channels of all
// groups that are ticked in the draft; each box has its channels in `data-channels`.
import { filled } from "./library.js";

class Ticks extends HTMLElement {
  connectedCallback() { this.addEventListener("change", this.#say); }
  disconnectedCallback() { this.removeEventListener("change", this.#say); }

  #say = () => {
    const boxes = [...this.querySelectorAll("input[name=tick]")].filter((box) => box.checked !== box.defaultChecked);
    const more = boxes.reduce((sum, box) => sum + (box.checked ? 1 : -1) * Number(box.dataset.channels), 0);
    const wanted = (Number(this.dataset.wanted) + more).toLocaleString("en");
    const places = Number(this.dataset.places).toLocaleString("en");
    this.querySelector(".ticks-now").textContent = boxes.length ? filled(this.dataset.text, { wanted, places }) : "";
  };
}

customElements.define("t-ticks", Ticks);
