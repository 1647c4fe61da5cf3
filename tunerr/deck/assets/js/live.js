// The live part of a page: the server sends it anew when it changed, and what is the same stays as it is.

const clock = () => new Date().toLocaleTimeString();
// Not all tabs at once.
const later = () => 5000 + Math.random() * 3000;

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

  const close = () => { source?.close(); source = null; };

  // Refused: the session is over, which the login says; or there are too many readers, or a proxy has nobody to ask.
  const comeBack = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.redirected) location.reload();
    else if (answer?.ok) open();
    else setTimeout(comeBack, later());
  };

  const open = () => {
    close();
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
      if (source.readyState === EventSource.CLOSED) { close(); setTimeout(comeBack, later()); }
    });
  };

  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else if (!source) open(); });
  addEventListener("pagehide", close);
  // Another filter, another part to follow.
  document.addEventListener("htmx:pushedIntoHistory", () => { if (!document.hidden) open(); });
  document.addEventListener("htmx:afterSettle", () => say(...said)); // an act's page has no word of it
  if (!document.hidden) open();
}
