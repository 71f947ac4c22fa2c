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
// The answer may have come by then, with another row's button where the first click was: a double click presses once.
function pressOnce(event) {
  if (event.detail > 1 && event.target.closest("form[method=post] button")) event.preventDefault();
}
document.addEventListener("click", pressOnce);
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Another language or other colours: the page is loaded anew, and gets again what was filled in, from this tab alone.
// What came in place of a part has an address of its own, which is the one to come back to.
const FILLED_IN = "filled-in";
const FIELDS = ":is(input, select, textarea)[name]:not([type=hidden], [type=password])";

// A field of the new page is known by its form and its name; a mark by its value too.
const isMark = (field) => ["checkbox", "radio"].includes(field.type);
const keyOf = (field) =>
  [field.form && field.form.getAttribute("action"), field.name, isMark(field) ? field.value : ""].join(" ");

function whoIsSignedIn() {
  const who = document.querySelector(".account .who");
  return who && who.textContent;
}

function keepFilledIn(event) {
  const form = event.target;
  if (!form.matches(".appearance")) return;
  form.elements.back.value = location.pathname + location.search;
  const fields = [...document.querySelectorAll(`main ${FIELDS}`)];
  const values = fields.map((field) => [keyOf(field), field.value, field.checked]);
  const kept = { who: whoIsSignedIn(), path: location.pathname, values };
  sessionStorage.setItem(FILLED_IN, JSON.stringify(kept));
}

function fillInAgain() {
  const { who, path, values } = JSON.parse(sessionStorage.getItem(FILLED_IN)) || {};
  if (!values || (who && !whoIsSignedIn())) return; // who has to sign in first finds it after that
  sessionStorage.removeItem(FILLED_IN);
  if (path !== location.pathname || who !== whoIsSignedIn()) return;
  for (const field of document.querySelectorAll(`main ${FIELDS}`)) {
    const at = values.findIndex(([key]) => key === keyOf(field));
    if (at < 0) continue;
    const [[, value, checked]] = values.splice(at, 1);
    if (isMark(field) ? field.checked === checked : field.value === value) continue;
    if (isMark(field)) field.checked = checked;
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true })); // what is told as one types is told of it
  }
}

document.addEventListener("submit", keepFilledIn);
document.addEventListener("DOMContentLoaded", fillInAgain);

// What refreshes itself can be stopped, and rests while nobody looks.
document.addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll("label.refreshing")) one.hidden = false;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-refreshed]")) return;
  if (document.hidden || !document.getElementById("refreshing").checked) event.preventDefault();
});
