// <t-player src>: a look at a live MPEG transport stream of the same origin, made playable by mpegts.js. What it says
// stands in its data attributes, which the server wrote; its content, a link for other players, stays in sight.
// A stream is open only while it plays: pause, leaving the page and removal end it, which frees its tuner.
import { filled, library, make, sheet } from "./library.js";

const STYLE = sheet(`
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  video { display: block; width: 100%; aspect-ratio: 16 / 9; background: #000; border-radius: var(--r); }
  .line { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s3); padding-top: var(--s2); }
  button {
    font: inherit; font-size: 13px; font-weight: 500; min-height: 28px; padding: 4px 10px; border-radius: var(--r-s);
    border: 1px solid var(--edge); background: var(--surface); color: var(--ink); cursor: pointer;
  }
  button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  p { margin: 0; color: var(--ink-2); }
`);
// Two seconds behind: less than a television, more than a home network's hiccups.
const LIVE = {
  enableWorker: false, enableWorkerForMSE: false, // workers would need blob: scripts, which the CSP forbids
  lazyLoad: false, liveSync: true, liveSyncMaxLatency: 4, liveSyncTargetLatency: 2, liveSyncPlaybackRate: 1.1,
  autoCleanupSourceBuffer: true, autoCleanupMaxBackwardDuration: 30, autoCleanupMinBackwardDuration: 10,
};
const PATIENCE_MS = 20000;

class Player extends HTMLElement {
  #player = null;
  #patience = 0;
  #asked = 0;
  #parts = null;
  #leaving = () => this.#stop("");

  connectedCallback() {
    addEventListener("pagehide", this.#leaving);
    if (this.#parts) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [STYLE];
    const video = make("video", { controls: true, playsInline: true, hidden: true });
    video.setAttribute("aria-label", this.dataset.name);
    video.addEventListener("pause", () => this.#stop(this.dataset.stopped));
    video.addEventListener("error", () => this.#stop(this.dataset.codec));
    const plays = () => {
      clearTimeout(this.#patience);
      this.#say(video.videoWidth ? "" : this.dataset.sound); // the library passes over what it doesn't know, as MPEG-2
    };
    video.addEventListener("playing", plays);
    video.addEventListener("resize", plays);
    const button = make("button", { type: "button", textContent: this.dataset.watch });
    button.addEventListener("click", () => (this.#asked ? this.#stop(this.dataset.stopped) : this.#watch()));
    const said = make("p", { role: "status" });
    root.append(video, make("div", { className: "line" }, button, make("slot"), said));
    this.#parts = { video, button, said };
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.#leaving);
    this.#stop("");
  }

  async #watch() {
    const { video, button } = this.#parts;
    const asked = this.#asked = performance.now();
    button.textContent = this.dataset.stop;
    this.#say(this.dataset.opening);
    let mpegts;
    try {
      mpegts = await library("mpegts.js", "mpegts");
    } catch {
      return this.#stop(this.dataset.plain);
    }
    if (this.#asked !== asked) return undefined;
    if (!mpegts.isSupported()) return this.#stop(this.dataset.codec);
    mpegts.LoggingControl.enableAll = false;
    video.hidden = false;
    this.#patience = setTimeout(() => this.#stop(this.dataset.nothing), PATIENCE_MS);
    const url = new URL(this.getAttribute("src"), location).href;
    this.#player = mpegts.createPlayer({ type: "mpegts", isLive: true, url }, LIVE);
    this.#listen(mpegts);
    this.#player.attachMediaElement(video);
    this.#player.load();
    try {
      await this.#player.play();
    } catch {
      // Stopped before the first picture, or told by an event.
    }
    return undefined;
  }

  #listen({ Events, ErrorTypes, ErrorDetails }) {
    const current = this.#player;
    // Outside of the event: the library doesn't bear being taken away from within.
    const end = (text) => setTimeout(() => { if (this.#player === current) this.#stop(text); });
    current.on(Events.ERROR, (type, detail, info) => {
      if (type === ErrorTypes.MEDIA_ERROR) end(this.dataset.codec);
      else if (detail !== ErrorDetails.NETWORK_STATUS_CODE_INVALID) end(this.dataset.ended);
      else end(filled(this.dataset.refused, { status: info.code }));
    });
    current.on(Events.LOADING_COMPLETE, () => end(this.dataset.ended));
  }

  #stop(text) {
    if (!this.#asked) return;
    this.#asked = 0;
    clearTimeout(this.#patience);
    const { video, button } = this.#parts;
    const player = this.#player;
    this.#player = null;
    player?.destroy();
    video.hidden = true;
    button.textContent = this.dataset.watch;
    this.#say(text);
  }

  #say(text) { this.#parts.said.textContent = text; }
}

customElements.define("t-player", Player);
