/* What the pages do besides htmx: all of it is comfort, the pages work without. */
"use strict";

// After a swap, and after a page was sent back with refusals, the reader is taken to what was said.
function showWhatWasSaid(root) {
  const said = root.querySelector("[data-focus]");
  if (said) said.focus();
  else if (root.id === "content" && document.activeElement === document.body) root.focus();
}

// A tick in the head of a table ticks the whole page of it.
function tickAll(event) {
  const all = event.target.closest("[data-ticks]");
  if (!all) return;
  for (const one of document.getElementsByName(all.dataset.ticks)) one.checked = all.checked;
}

// A lost answer is said, and so is that the sign-in has ended, or is another since the page was shown.
function sayFailed(status) {
  document.getElementById("signed-out").hidden = status !== 401 && status !== 403;
  document.getElementById("no-answer").hidden = status === undefined || status === 401 || status === 403;
}

// A form whose sign-in has ended is sent as without a script: the page that comes keeps what it said.
function sendWithoutScript({ elt, requestConfig }) {
  if (!elt.matches("form[method=post]")) return;
  const button = requestConfig.triggeringEvent && requestConfig.triggeringEvent.submitter;
  if (button && button.name) {
    const pressed = document.createElement("input");
    Object.assign(pressed, { type: "hidden", name: button.name, value: button.value });
    elt.append(pressed);
  }
  elt.submit();
}

document.addEventListener("DOMContentLoaded", () => showWhatWasSaid(document));
document.addEventListener("change", tickAll);
document.addEventListener("htmx:beforeRequest", () => sayFailed());
document.addEventListener("htmx:sendError", () => sayFailed(0));
document.addEventListener("htmx:timeout", () => sayFailed(0));
document.addEventListener("htmx:responseError", (event) => {
  sayFailed(event.detail.xhr.status);
  if (event.detail.xhr.status === 401 || event.detail.xhr.status === 403) sendWithoutScript(event.detail);
});
document.addEventListener("htmx:afterSettle", (event) => showWhatWasSaid(event.detail.elt));
// A form that was sent is not sent again by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// What refreshes itself can be stopped, and rests while nobody looks.
document.addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll("label.refreshing")) one.hidden = false;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-refreshed]")) return;
  if (document.hidden || !document.getElementById("refreshing").checked) event.preventDefault();
});
