"use strict";

// Copies an address. Browsers forbid the clipboard API over plain http, which a deck in the house mostly is:
// there the old command copies a selection, and where even that is forbidden the address stays selected.
async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    return "Copied";
  } catch {
    getSelection().selectAllChildren(button.closest("div").querySelector("code"));
    return document.execCommand("copy") ? "Copied" : "Selected";
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.firstChild;
  label.data = await copy(button);
  setTimeout(() => { label.data = "Copy"; }, 1500);
});

// A refresh can take a while: say so, and take no second press.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  button.textContent = button.dataset.busy;
  button.disabled = true;
});
// The page that the browser's Back button brings is alive again.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Makes `old` like `fresh` and touches only what differs, so that focus, selection and pressed buttons stay.
function renew(old, fresh) {
  if (old.isEqualNode(fresh) || old.disabled) return;
  if (old.nodeName !== fresh.nodeName) { old.replaceWith(fresh); return; }
  if (old.nodeType !== Node.ELEMENT_NODE) { old.nodeValue = fresh.nodeValue; return; }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const wanted = [...fresh.childNodes];
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
  wanted.forEach((node, index) => (index < old.childNodes.length ? renew(old.childNodes[index], node) : old.append(node)));
}

function localTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    time.title = moment.toLocaleString();
    if (time.classList.contains("clock")) time.textContent = moment.toLocaleTimeString();
  }
  return root;
}

// Fresh values every five seconds while somebody looks.
const live = document.getElementById("live");
const pulse = document.getElementById("pulse");
const clock = () => new Date().toLocaleTimeString();
let answered = clock();

async function update() {
  try {
    const answer = await fetch("/?live", { signal: AbortSignal.timeout(10000) });
    if (answer.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    renew(live, localTimes(page.getElementById("live")));
    answered = clock();
    pulse.textContent = "updates live";
    pulse.className = "small muted";
  } catch {
    pulse.textContent = `No answer from Tunerr since ${answered}`;
    pulse.className = "small state bad";
  }
}

async function keepUpdating() {
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    if (!document.hidden) await update();
  }
}

if (live) {
  localTimes(live);
  pulse.textContent = "updates live";
  document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });
  keepUpdating();
}
