// What every page has beside what the server rendered: acts and filters without a new page, live parts, copying.
// Without this file, and without the libraries that it uses, all of it works by new pages.
import { follow } from "./live.js";

const told = JSON.parse(document.getElementById("bootstrap").textContent);

// The server writes times in the zone of the browser, once it knows it.
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === told.zone) return;
  const cookie = `iptvtunerr_deck_zone=${zone}`;
  // It was told already: the server doesn't know this zone.
  if (document.cookie.split("; ").includes(cookie)) return;
  document.cookie = `${cookie}; path=${told.cookie_path}; max-age=31536000; samesite=lax`;
  if (document.cookie.split("; ").includes(cookie)) location.reload();
}

// Browsers forbid the clipboard API over plain http, which a deck in the house mostly is: there the old command copies
// a selection, and where even that is forbidden the text stays selected.
async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    return "Copied";
  } catch {
    const text = button.parentElement.querySelector("code");
    if (text) getSelection().selectAllChildren(text);
    return document.execCommand("copy") ? "Copied" : "Selected";
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.firstChild;
  button.dataset.label ??= label.data;
  label.data = await copy(button);
  setTimeout(() => { label.data = button.dataset.label; }, 1500);
});

// `/` jumps to the search of the page, or to that of the channels.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  const search = document.querySelector("main input[type=search]");
  if (search) { search.focus(); search.select(); }
  else location.assign(`${told.cookie_path.replace(/\/$/, "")}/channels?focus=search`);
});

// Forms of acts are sent in the background: the page's <main> is renewed in place, so focus and scroll stay.
function enhance(root) {
  const { htmx } = window;
  if (!htmx) return;
  for (const form of root.querySelectorAll("form[method=post]:not([data-plain], [hx-boost])")) {
    form.setAttribute("hx-boost", "true");
    form.setAttribute("hx-disabled-elt", "find button");
    form.setAttribute("hx-sync", "this:drop"); // a second press while the first is on its way
    form.setAttribute("hx-disinherit", "hx-boost hx-disabled-elt"); // links in it are links
    htmx.process(form);
  }
  for (const form of root.querySelectorAll("form[data-filter]:not([hx-get])")) {
    form.setAttribute("hx-get", form.getAttribute("action"));
    // Not `change`: leaving the field would fetch the results once more, and close what was opened in them.
    form.setAttribute("hx-trigger", "input delay:250ms, submit");
    form.setAttribute("hx-target", "#results");
    form.setAttribute("hx-select", "#results");
    form.setAttribute("hx-push-url", "true");
    form.setAttribute("hx-sync", "this:replace");
    htmx.process(form);
  }
}

function say(text) {
  const line = document.createElement("p");
  line.className = "notice refused";
  line.textContent = text;
  document.getElementById("notice")?.replaceChildren(line);
}

// What a fresh live part has anew: it comes without this page's token, and its forms are plain.
document.addEventListener("deck:renewed", () => {
  const part = document.getElementById("live");
  for (const field of part.querySelectorAll("input[name=csrf]")) field.value ||= told.csrf;
  enhance(part);
});
document.addEventListener("htmx:afterSettle", (event) => enhance(event.detail.target.parentElement ?? document));
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (new URL(xhr.responseURL, location.href).pathname.endsWith("/login")) { location.assign(xhr.responseURL); return; }
  if (xhr.responseText.includes("<main")) return;
  event.detail.shouldSwap = false;
  say("Tunerr didn't take that. Reload the page and try again.");
});
document.addEventListener("htmx:sendError", () => say("No answer from Tunerr. Nothing was changed as far as is known; try again."));
// The page that the browser's Back button brings is alive again.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

tellZone();
enhance(document);
if (new URLSearchParams(location.search).get("focus") === "search") document.querySelector("main input[type=search]")?.focus();
follow(document.getElementById("live"), document.getElementById("pulse"));
