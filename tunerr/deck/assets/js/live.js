// The live part of a page: the server sends it anew when it changed, and what is the same stays as it is.

const clock = () => new Date().toLocaleTimeString();

// What a fresh part doesn't know: the token of this page, and what the reader has opened or is typing into.
const keep = {
  callbacks: {
    beforeAttributeUpdated: (name, node) =>
      !(name === "value" && node.name === "csrf") && !(name === "open" && node.localName === "details"),
    beforeNodeMorphed: (old) => !old.hasAttribute?.("data-keep"),
  },
  ignoreActiveValue: true,
  morphStyle: "innerHTML",
};

// Follows while somebody looks: a browser has few connections to one host, and hidden tabs need none.
export function follow(part, pulse) {
  if (!part || !part.hasAttribute("data-live") || !window.Idiomorph) return;
  let source = null;
  let heard = clock();
  let said = ["", false];

  const say = (text, trouble) => {
    said = [text, trouble];
    if (pulse.textContent === text) return;
    pulse.textContent = text;
    pulse.className = trouble ? "small state bad" : "small muted";
  };

  // Refused for good: the session is over, which a new page says, or a proxy has nobody to ask, which passes.
  const comeBack = async () => {
    const answer = document.hidden ? null : await fetch(location.href).catch(() => null);
    if (answer && answer.status < 500) location.reload();
    else setTimeout(comeBack, 5000);
  };

  const open = () => {
    source = new EventSource(location.pathname + location.search);
    source.addEventListener("live", (event) => {
      window.Idiomorph.morph(document.getElementById("live"), event.data, keep);
      window.htmx?.process(document.getElementById("live"));
      document.dispatchEvent(new CustomEvent("deck:renewed"));
      heard = clock();
      say("updates live", false);
    });
    source.addEventListener("open", () => say("updates live", false));
    source.addEventListener("error", () => {
      say(`No answer from Tunerr since ${heard}`, true);
      if (source.readyState === EventSource.CLOSED) setTimeout(comeBack, 5000);
    });
  };
  const close = () => { source?.close(); source = null; };

  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else if (!source) open(); });
  addEventListener("pagehide", close);
  document.addEventListener("htmx:afterSettle", () => say(...said)); // an act's page has no word of it
  if (!document.hidden) open();
}
