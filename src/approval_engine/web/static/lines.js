// More lines without asking the server: the button adds a copy of the last row, empty.

const lines = document.getElementById("lines");
const button = document.querySelector("button[name=more]");

function renumbered(text, number) {
  return text.replace(/^lines-\d+-/, `lines-${number}-`).replace(/line \d+$/, `line ${number + 1}`);
}

function emptied(row, number) {
  const copy = row.cloneNode(true);
  for (const hidden of copy.querySelectorAll("input[type=hidden], .wrong")) hidden.remove();
  for (const input of copy.querySelectorAll("input")) {
    input.name = renumbered(input.name, number);
    if (input.id) input.id = renumbered(input.id, number);
    if (input.type === "checkbox") input.checked = false;
    else input.value = "";
    for (const name of ["aria-invalid", "aria-describedby"]) input.removeAttribute(name);
    const label = input.getAttribute("aria-label");
    if (label) input.setAttribute("aria-label", renumbered(label, number));
  }
  const told = copy.querySelector(".tick .hidden");
  if (told) told.textContent = renumbered(told.textContent, number);
  return copy;
}

if (lines && button) {
  button.addEventListener("click", (event) => {
    const last = lines.lastElementChild;
    if (!last) return;
    event.preventDefault();
    const row = emptied(last, lines.children.length);
    lines.append(row);
    row.querySelector("input").focus();
  });
}
