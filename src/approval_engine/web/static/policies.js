// Says what is wrong with a policy while somebody types. It saves nothing by itself.

const WAIT_MS = 400;
const form = document.getElementById("editor");

/** Put every sentence at the field that it is about. */
function place(told) {
  form.querySelectorAll(".wrong").forEach((each) => each.remove());
  form.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
  const places = new Map([...form.querySelectorAll("[data-at]")].map((each) => [each.dataset.at, each]));
  for (const { at, sentence } of told) {
    const field = places.get(at);
    if (!field) continue;
    const words = document.createElement("p");
    words.className = "wrong";
    words.textContent = sentence;
    const head = field.matches(".part") ? field.querySelector(".head") : null;
    if (head) head.after(words);
    else field.append(words);
    if (field.matches(".field, .cell")) field.querySelector("input, select:only-of-type")?.setAttribute("aria-invalid", "true");
  }
}

/** Put what the server has written into a part of the page; nothing in it can run. */
function show(part, written) {
  const parsed = new DOMParser().parseFromString(written, "text/html");
  part.replaceChildren(...parsed.body.childNodes);
}

/** Say every rule and step anew, as it stands now. */
function say(says) {
  for (const each of form.querySelectorAll("[data-says]")) {
    const written = says[each.dataset.says];
    if (written !== undefined) show(each, written);
  }
}

async function check(signal) {
  const answer = await fetch(form.dataset.check, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    signal,
  });
  if (!answer.ok) return;
  const { panel, told, says, verdict } = await answer.json();
  place(told);
  say(says);
  show(document.getElementById("panel"), panel);
  document.getElementById("verdict").textContent = verdict;
}

if (form) {
  const state = document.getElementById("state");
  let timer = 0;
  let running = new AbortController();
  form.addEventListener("input", () => {
    state.textContent = "Not saved yet.";
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal } = running;
    timer = setTimeout(() => check(signal).catch(() => {}), WAIT_MS);
  });
}
