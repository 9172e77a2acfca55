// Keys for lists and the task page. They only move, open and focus: no key decides.

// No element has this name: to go to one would take the focus from its field again.
const OPEN = "#open-";
const STORE = "approval-engine.keys";
const dialog = document.getElementById("keys");
const button = document.getElementById("show-keys");
const on = document.getElementById("keys-on");

function enabled() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function remember(use) {
  try {
    localStorage.setItem(STORE, use ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null
    && target.type !== "checkbox";
}

function rows() {
  return [...document.querySelectorAll("[data-row] [data-open]")]
    .filter((link) => link.offsetParent !== null);
}

function move(step) {
  const links = rows();
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const here = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  const from = at >= 0 ? at : here;
  const next = from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + step));
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
}

function chosen() {
  const links = rows();
  return links.find((link) => link === document.activeElement);
}

// Open a form in place; in a list, the page of the row with that form open.
function open(key) {
  const form = document.querySelector(`details[data-key="${key}"]`);
  if (form) {
    form.open = true;
    reveal(form);
    return true;
  }
  const link = chosen();
  const names = { a: "approve", r: "reject", c: "comment" };
  if (!link || !link.href.includes("/tasks/")) return false;
  location.assign(`${link.href}${OPEN}${names[key]}`);
  return true;
}

function reveal(form) {
  const field = form.querySelector("form textarea, form input:not([type=hidden]), form select, form button");
  form.scrollIntoView({ block: "nearest" });
  field?.focus();
}

function close() {
  const inside = document.activeElement?.closest("details[open]");
  const form = inside ?? document.querySelector("details.act[open]");
  if (!form) return false;
  form.open = false;
  form.querySelector("summary").focus();
  return true;
}

function show() {
  if (!dialog.open) dialog.showModal();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => open("a"),
  r: () => open("r"),
  c: () => open("c"),
  "/": () => {
    const field = document.getElementById("q");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  },
  "?": show,
};

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && !dialog.open) {
    if (close()) event.preventDefault();
    return;
  }
  if (dialog.open || typing(event.target) || !enabled()) return;
  const act = KEYS[event.key];
  if (act && act() !== false) event.preventDefault();
}

if (dialog && button && on) {
  button.hidden = false;
  on.checked = enabled();
  button.addEventListener("click", show);
  on.addEventListener("change", () => remember(on.checked));
  document.addEventListener("keydown", press);
  const named = document.getElementById(location.hash.replace(OPEN, ""));
  if (named?.matches("details.act")) {
    named.open = true;
    reveal(named);
  }
}
