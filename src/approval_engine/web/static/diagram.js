// BPMN diagrams on a page: drawn from our own address, a field or a chosen file, and
// marked by a list on the page that says the same in words.

const NARROW = window.matchMedia("(max-width: 42rem)");
const STEP = 1.25;

let viewer = null;

function loaded(address) {
  viewer ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.BpmnJS));
    script.addEventListener("error", () => reject(new Error("The viewer did not load.")));
    document.head.append(script);
  });
  return viewer;
}

// A file says in its first line how its bytes are written; UTF-8 if it does not.
function text(bytes) {
  const start = new TextDecoder("latin1").decode(bytes.slice(0, 200));
  const said = /^\s*<\?xml[^>]*encoding=["']([\w.-]+)["']/.exec(start);
  try {
    return new TextDecoder(said ? said[1] : "utf-8").decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

async function xmlOf(figure) {
  const { source, field } = figure.dataset;
  if (field) {
    // The page carries the file as it came, so that its bytes stay what they are.
    const kept = atob(document.getElementById(field).value);
    return text(Uint8Array.from(kept, (each) => each.charCodeAt(0)));
  }
  const answer = await fetch(source, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`The diagram did not come (${answer.status}).`);
  return text(new Uint8Array(await answer.arrayBuffer()));
}

function say(figure, sentence) {
  const canvas = figure.querySelector(".canvas");
  let told = canvas.querySelector(".fallback");
  if (!told) {
    told = document.createElement("p");
    told.className = "fallback";
    canvas.prepend(told);
  }
  told.textContent = sentence;
  told.hidden = false;
}

function marks(figure) {
  const list = document.getElementById(figure.dataset.list);
  const found = list ? [...list.querySelectorAll("[data-element]")] : [];
  return found.filter((each) => !each.dataset.of || each.dataset.of === figure.id);
}

function sign(state, shape, words) {
  const mark = document.createElement("span");
  mark.className = `sign ${state}`;
  mark.textContent = shape;
  mark.title = words;
  return mark;
}

function mark(figure, drawn) {
  const registry = drawn.get("elementRegistry");
  const canvas = drawn.get("canvas");
  const overlays = drawn.get("overlays");
  const items = new Map();
  for (const item of marks(figure)) {
    const { element: id, state, sign: shape, words } = item.dataset;
    // The list may speak of what this drawing does not have.
    const element = registry.get(id);
    if (!element) continue;
    items.set(id, [...(items.get(id) ?? []), item]);
    if (!state || state === "ahead") continue;
    canvas.addMarker(id, `is-${state}`);
    if (items.get(id).length > 1) continue;
    const place = state.startsWith("heat-") ? { top: -10, left: 24 } : corner(element);
    overlays.add(id, { position: place, html: sign(state, shape, words) });
  }
  return items;
}

// The upper right corner of a box; the middle of the longest part of an arrow.
function corner({ waypoints }) {
  if (!waypoints) return { top: -9, right: 9 };
  const parts = waypoints.slice(1).map((end, at) => {
    const start = waypoints[at];
    return { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2, long: Math.hypot(end.x - start.x, end.y - start.y) };
  });
  const middle = parts.reduce((best, part) => (part.long > best.long ? part : best));
  const left = Math.min(...waypoints.map(({ x }) => x));
  const top = Math.min(...waypoints.map(({ y }) => y));
  return { left: middle.x - left - 10, top: middle.y - top - 10 };
}

// Labels are as wide as the fonts of whoever drew them; here no word is broken for that.
function widen({ definitions }) {
  for (const { plane } of definitions.diagrams ?? []) {
    for (const { label, bpmnElement } of plane?.planeElement ?? []) {
      const bounds = label?.bounds;
      if (!bounds || !bpmnElement?.name) continue;
      const longest = Math.max(...bpmnElement.name.split(/\s+/).map((word) => word.length));
      const wanted = Math.min(longest * 7 + 8, 120);
      if (bounds.width >= wanted) continue;
      bounds.x -= (wanted - bounds.width) / 2;
      bounds.width = wanted;
    }
  }
}

// What the drawing shows comes first, then what the list says of it.
function spoken({ businessObject }, item) {
  const plain = (given) => (given ?? "").replace(/\s+/g, " ").trim();
  const name = plain(businessObject.name) || businessObject.id;
  const said = plain((item.querySelector("h3, th") ?? item).textContent);
  return [name, item.dataset.words, said === name ? "" : said].filter(Boolean).join(": ");
}

function reach(drawn, items, choose) {
  const registry = drawn.get("elementRegistry");
  for (const [id, [item]] of items) {
    const drawing = registry.getGraphics(id);
    if (item.dataset.state === "ahead" || !drawing) continue;
    drawing.setAttribute("tabindex", "0");
    drawing.setAttribute("role", "button");
    drawing.setAttribute("aria-label", spoken(registry.get(id), item));
    drawing.addEventListener("focus", () => choose(id));
    drawing.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(id);
    });
  }
}

function panelOf(figure, drawn, items) {
  const panel = figure.querySelector(".panel");
  const canvas = drawn.get("canvas");
  let chosen = null;
  return (id) => {
    if (!items.has(id) || id === chosen) return;
    if (chosen) canvas.removeMarker(chosen, "is-chosen");
    chosen = id;
    canvas.addMarker(id, "is-chosen");
    if (!panel) return;
    // Copies of what the page says already: no text of anybody becomes markup here.
    panel.replaceChildren(...items.get(id).flatMap((item) => {
      const part = document.createElement("div");
      const row = [...(item.cells ?? [])];
      // What a row is about goes before the rest of it.
      const cells = row.length ? row.sort((one, other) => other.matches("th") - one.matches("th")) : [item];
      for (const cell of cells) {
        const line = document.createElement("div");
        line.append(...[...cell.childNodes].map((node) => node.cloneNode(true)));
        for (const button of line.querySelectorAll(".locate")) button.remove();
        if (cell.dataset.label) line.prepend(`${cell.dataset.label} `);
        part.append(line);
      }
      return [part];
    }));
  };
}

// From the list to the drawing: a button per element, which shows and chooses it.
function locate(figure, drawn, items, choose) {
  const list = document.getElementById(figure.dataset.list);
  for (const old of list?.querySelectorAll(`.locate[data-of="${figure.id}"]`) ?? []) old.remove();
  for (const [id, found] of items) {
    for (const item of found) {
      const cell = item.querySelector("[data-locate]");
      if (!cell) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "locate";
      button.dataset.of = figure.id;
      button.textContent = figure.dataset.called || "Show";
      button.setAttribute("aria-label", `${button.textContent}: ${id} in the diagram`);
      button.addEventListener("click", () => {
        drawn.get("canvas").scrollToElement(id, 80);
        choose(id);
        figure.scrollIntoView({ block: "nearest" });
        drawn.get("elementRegistry").getGraphics(id).focus({ preventScroll: true });
      });
      cell.append(" ", button);
    }
  }
}

function steer(figure, drawn) {
  const canvas = drawn.get("canvas");
  const fit = () => {
    canvas.zoom("fit-viewport", "auto");
    // Some air around it: marks stand out over the edges of what they mark.
    canvas.zoom(canvas.zoom() * 0.92, "auto");
  };
  const by = { in: () => canvas.zoom(canvas.zoom() * STEP), out: () => canvas.zoom(canvas.zoom() / STEP), fit };
  const bar = figure.querySelector(".zoom");
  for (const button of bar.querySelectorAll("[data-zoom]")) {
    button.onclick = () => by[button.dataset.zoom]();
  }
  bar.hidden = false;
  const box = figure.querySelector(".canvas");
  const keys = { "+": by.in, "-": by.out, "0": fit };
  const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  box.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (!move && !keys[event.key]) return;
    event.preventDefault();
    if (move) canvas.scroll({ dx: move[0], dy: move[1] });
    else keys[event.key]();
  };
  readable(canvas, fit);
}

// All of a long process at once would be too small to read: then it begins at its start.
function readable(canvas, fit) {
  fit();
  if (canvas.zoom() >= 0.5) return;
  const { inner } = canvas.viewbox();
  canvas.zoom(0.7);
  const { height } = canvas.viewbox();
  canvas.viewbox({
    ...canvas.viewbox(),
    x: inner.x - 24,
    y: inner.y + inner.height / 2 - Math.min(height, inner.height + 48) / 2,
  });
}

async function draw(figure, xml) {
  const box = figure.querySelector(".canvas");
  try {
    const Viewer = await loaded(figure.dataset.viewer);
    const content = xml ?? (await xmlOf(figure));
    figure.drawn?.destroy();
    for (const each of box.querySelectorAll(".fallback, .ask")) each.hidden = true;
    figure.dataset.drawn = "now";
    const stage = document.createElement("div");
    stage.className = "stage";
    box.querySelector(".stage")?.remove();
    box.append(stage);
    const drawn = new Viewer({ container: stage });
    figure.drawn = drawn;
    drawn.on("import.parse.complete", widen);
    await drawn.importXML(content);
    const items = mark(figure, drawn);
    const choose = panelOf(figure, drawn, items);
    reach(drawn, items, choose);
    drawn.on("element.click", ({ element }) => choose(element.id));
    steer(figure, drawn);
    locate(figure, drawn, items, choose);
    figure.dataset.drawn = "yes";
  } catch (error) {
    figure.drawn?.destroy();
    figure.drawn = null;
    box.querySelector(".stage")?.remove();
    figure.dataset.drawn = "no";
    say(figure, `This could not be drawn: ${error.message}`);
  }
}

// A file that somebody chose is drawn before it is sent, and goes nowhere for that.
function watch(figure) {
  const input = document.getElementById(figure.dataset.file);
  const chosen = async () => {
    const [file] = input.files;
    if (!file || file.name.toLowerCase().endsWith(".dmn") || file.size > 1048576) return;
    figure.dataset.list = "";
    figure.querySelector(".panel")?.remove();
    draw(figure, text(new Uint8Array(await file.arrayBuffer())));
  };
  input.addEventListener("change", chosen);
  // Somebody may have been quicker than this script.
  if (!figure.dataset.field && input.files.length) chosen();
}

function begin(figure) {
  if (!figure.dataset.viewer) return;
  const { source, field, file } = figure.dataset;
  if (!source && !field) say(figure, "Choose a file to see it here.");
  if (file) watch(figure);
  if (!source && !field) return;
  const fold = figure.closest("details:not([open])");
  if (fold) {
    // What is folded has no size to be drawn in.
    fold.addEventListener("toggle", () => draw(figure), { once: true });
    return;
  }
  if (!NARROW.matches) {
    draw(figure);
    return;
  }
  const ask = figure.querySelector(".ask");
  ask.hidden = false;
  figure.querySelector(".fallback").hidden = true;
  ask.addEventListener("click", () => draw(figure));
}

for (const figure of document.querySelectorAll("[data-diagram]")) begin(figure);
