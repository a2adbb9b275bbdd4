// How nodes are made: the only way this page builds elements, always from text and never from markup.

const SVG = "http://www.w3.org/2000/svg";

/** h("button", {class: "x", "aria-label": "y", on: {click}}, "text", node, null) */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  return put(node, ...children);
}

export function put(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  return put(node, ...children);
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "vars") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : value);
}

// Line icons on a 24 x 24 grid, drawn for this page.
const ICONS = {
  bookmark: "M7 4h10v16l-5-4-5 4z",
  chevron: "M7 10l5 5 5-5",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14 6l-6 6 6 6",
  clock: "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16M12 8v4l3 2",
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M5 9h15M4 15h15",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7L12 17",
  lock: "M6 11h12v9H6zM8.5 11V8a3.500 3.500 0 0 1 7 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  moon: "M19 14.500A8 8 0 0 1 9.500 5a8 8 0 1 0 9.500 9.500z",
  more: "M5 12a.7.7 0 1 0 1.400 0a.7.7 0 1 0-1.400 0M11.300 12a.7.7 0 1 0 1.400 0a.7.7 0 1 0-1.400 0M17.600 12a.7.7 0 1 0 1.400 0a.7.7 0 1 0-1.400 0",
  next: "M6 5l9 7-9 7zM18 5v14",
  pause: "M8 5v14M16 5v14",
  pencil: "M5 19l1-4L16 5l3 3L9 18z",
  people: "M9 11a3 3 0 1 0 0-6a3 3 0 1 0 0 6M3 19c0-3.500 2.500-5 6-5s6 1.500 6 5M16 5.500a3 3 0 0 1 0 5.500M17.500 14.500c2.200.5 3.500 2 3.500 4.500",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v5",
  play: "M8 5l11 7-11 7z",
  plus: "M12 5v14M5 12h14",
  restart: "M5 12a7 7 0 1 0 2.200-5.100M5 4v4h4",
  search: "M11 5a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15.500 15.500L20 20",
  send: "M4 12l16-7-6 15-3-6zM11 14l9-9",
  smile: "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16M9 10h.01M15 10h.01M8.500 14c1.800 2.300 5.200 2.300 7 0",
  spark: "M12 4l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
  sun: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M18.400 5.600L17 7M7 17l-1.400 1.400",
  thread: "M5 5h14v10h-8l-4 4v-4H5zM9 9h6M9 12h4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  eye: "M3 12c4-7 14-7 18 0c-4 7-14 7-18 0M12 9.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? "");
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onClick, props = {}) {
  return h("button", {
    type: "button", "aria-label": label, title: label, ...props,
    class: `icon-button ${props.class ?? ""}`, on: { click: onClick, ...(props.on ?? {}) },
  }, icon(name));
}

/** Runs `change`, then gives the focus back to the element with the same data-focus key. */
export function keepFocus(container, change) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.closest("[data-focus]")?.dataset.focus : null;
  const caret = key && "selectionStart" in active ? readCaret(active) : null;
  change();
  if (!key || container.contains(document.activeElement)) return;
  const again = [...container.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === key);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (caret && "setSelectionRange" in again) restoreCaret(again, caret);
}

function readCaret(node) {
  return node.selectionStart === null ? null : [node.selectionStart, node.selectionEnd];
}

function restoreCaret(node, caret) {
  try {
    node.setSelectionRange(...caret);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error; // date and number fields have no caret
  }
}

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, [tabindex='0']";

export function focusables(container) {
  return [...container.querySelectorAll(FOCUSABLE)].filter((node) => node.getClientRects().length > 0);
}

/** Keeps Tab inside the container: from the last to the first and back. */
export function trapTab(container, event) {
  if (event.key !== "Tab") return;
  const all = focusables(container);
  if (all.length === 0) return event.preventDefault();
  const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  const active = document.activeElement;
  if (active === edge || !container.contains(active) || active === container) {
    event.preventDefault();
    other.focus();
  }
}
