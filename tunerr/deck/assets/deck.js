"use strict";
// Copies an address; where the browser forbids the clipboard (plain http), selects it instead.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});

// Fresh values every five seconds while the page is looked at; nothing is replaced under a pointer or a selection.
const live = document.getElementById("live");
if (live) {
  setInterval(async () => {
    if (document.hidden || live.matches(":hover button, :focus-within") || !getSelection().isCollapsed) return;
    try {
      const answer = await fetch("/", { credentials: "same-origin" });
      if (answer.redirected) { location.reload(); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (fresh && fresh.innerHTML !== live.innerHTML) live.innerHTML = fresh.innerHTML;
      document.body.classList.remove("stale");
    } catch {
      document.body.classList.add("stale");
    }
  }, 5000);
}
