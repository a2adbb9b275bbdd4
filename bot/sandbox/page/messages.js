// How a list of messages is kept on screen: rows drawn again only when they changed, dividers, scrolling.
import { h, iconButton, keepFocus } from "./dom.js";
import { isQuiet, messageRow, toolbar } from "./message.js";
import { state } from "./store.js";
import { dayKey, dayName, msOf } from "./time.js";
import { w } from "./words.js";

const GROUP_SECONDS = 300;

/** `options`: {channel(), rows(), inThread, openThread, onTop, label(), intro()} */
export function messageList(options) {
  const box = h("div", { class: "message-list", role: "log", "aria-live": "off", tabindex: "-1" });
  const jump = iconButton("chevron", w("jump_latest"), () => toBottom(box), { class: "jump-latest", hidden: true });
  const frame = h("div", { class: "message-frame" }, box, jump);
  const list = { box, frame, drawn: new Map(), editing: null, stick: true, key: null, options, jump };
  box.addEventListener("scroll", () => onScroll(list));
  const settle = () => { if (list.stick) toBottom(box); };
  new ResizeObserver(settle).observe(box);
  box.addEventListener("load", settle, true); // an image came in and pushed the end down
  box.addEventListener("mouseover", (event) => {
    const at = `${event.clientX},${event.clientY}`;
    showToolbar(list, event.target.closest?.(".message"), at !== list.mouseAt);
    list.mouseAt = at; // scrolling brings another row under a resting mouse
  });
  box.addEventListener("mouseleave", () => hideToolbar(list));
  box.addEventListener("focusin", (event) => showToolbar(list, event.target.closest?.(".message")));
  box.addEventListener("keydown", (event) => onKey(list, event));
  return { frame, box, draw: (key) => draw(list, key), toBottom: () => toBottom(box), reveal: (ts) => reveal(list, ts) };
}

const toBottom = (box) => { box.scrollTop = box.scrollHeight; };
const atBottom = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;

function onScroll(list) {
  list.stick = atBottom(list.box);
  list.jump.hidden = list.stick;
  if (list.box.scrollTop < 120) list.options.onTop?.();
}

/** Draws again; `key` names what is shown, so that another channel starts at its end. */
function draw(list, key) {
  const fresh = key !== list.key;
  if (fresh) Object.assign(list, { key, drawn: new Map(), editing: null, stick: true, bar: null });
  const before = list.box.scrollHeight - list.box.scrollTop;
  const first = list.box.querySelector(".message")?.dataset.ts;
  keepFocus(list.box, () => swap(list));
  list.box.setAttribute("aria-label", list.options.label());
  const last = list.box.querySelector(".message:last-of-type");
  if (last && !list.box.querySelector(".message[tabindex='0']")) last.tabIndex = 0;
  if (fresh || list.stick) toBottom(list.box);
  else if (first !== list.box.querySelector(".message")?.dataset.ts) list.box.scrollTop = list.box.scrollHeight - before;
  list.jump.hidden = atBottom(list.box);
}

function swap(list) {
  const wanted = nodesFor(list);
  const keep = new Set(wanted);
  for (const node of [...list.box.children]) if (!keep.has(node)) node.remove();
  wanted.forEach((node, index) => {
    if (list.box.children[index] !== node) list.box.insertBefore(node, list.box.children[index] ?? null);
  });
}

function nodesFor(list) {
  const { options } = list;
  const channel = options.channel();
  const drawn = new Map();
  const nodes = [once(list, drawn, "intro", options.intro?.key?.() ?? "", () => options.intro?.node() ?? h("div"))];
  let previous = null;
  const newAt = options.inThread ? null : state.firstUnread.get(channel);
  for (const message of options.rows()) {
    const ms = msOf(message.ts);
    const newDay = !options.inThread && (!previous || dayKey(msOf(previous.ts)) !== dayKey(ms));
    const label = newDay ? dayName(ms, w) : "";
    if (newDay) nodes.push(once(list, drawn, `day/${dayKey(ms)}`, label, () => h("div", { class: "day", role: "separator" }, h("span", {}, label))));
    if (newAt === message.ts) nodes.push(once(list, drawn, "new", message.ts, () => h("div", { class: "new-line", role: "separator" }, h("span", {}, w("new_messages")))));
    const grouped = !newDay && newAt !== message.ts && sameGroup(previous, message);
    nodes.push(rowFor(list, drawn, message, { channel, grouped, inThread: options.inThread }));
    if (options.inThread && !previous) nodes.push(once(list, drawn, "rule", "", () => h("hr", { class: "thread-rule" })));
    previous = message;
  }
  list.drawn = drawn;
  return nodes;
}

function once(list, drawn, key, sign, make) {
  const old = list.drawn.get(key);
  const entry = old && old.sign === sign ? old : { sign, node: make() };
  drawn.set(key, entry);
  return entry.node;
}

function rowFor(list, drawn, message, place) {
  const pinned = state.channels.get(place.channel)?.pins?.includes(message.ts) ?? false;
  const editing = list.editing === message.ts;
  const sign = JSON.stringify([message, place.grouped, pinned, editing, list.options.look?.()]);
  return once(list, drawn, message.ts, sign, () => {
    const again = () => draw(list, list.key);
    const full = {
      ...place, pinned, editing, openThread: list.options.openThread,
      startEdit: () => { list.editing = message.ts; again(); },
      endEdit: () => { list.editing = null; again(); focusRow(list, message.ts); },
    };
    const row = messageRow(message, full);
    row.makeToolbar = () => toolbar(message, full);
    return row;
  });
}

function sameGroup(previous, message) {
  if (!previous || isQuiet(previous) || isQuiet(message) || previous.ephemeral !== message.ephemeral || previous.subtype === "tombstone") return false;
  const same = (previous.user ?? previous.bot_id) === (message.user ?? message.bot_id) && previous.username === message.username;
  return same && Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;
}

/** `moved`: the mouse itself moved here, so it may take the toolbar away from the focus. */
function showToolbar(list, row, moved = false) {
  if (!row || list.bar?.parentNode === row) return;
  hideToolbar(list, moved);
  if (list.bar) return;
  list.bar = row.makeToolbar?.() ?? null;
  if (list.bar) row.append(list.bar);
}

function hideToolbar(list, moved = false) {
  if (!list.bar || list.bar.querySelector("[aria-expanded='true']")) return;
  if (list.bar.contains(document.activeElement)) {
    if (!moved) return;
    list.bar.parentNode?.focus({ preventScroll: true });
  }
  list.bar.remove();
  list.bar = null;
}

function onKey(list, event) {
  const row = event.target;
  if (!row.classList?.contains("message")) return;
  const rows = [...list.box.querySelectorAll(".message")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !event.altKey) {
    event.preventDefault();
    const next = rows[rows.indexOf(row) + step];
    if (next) focusNode(list, next);
  } else if (event.key === "Enter" || event.key === "t") {
    event.preventDefault();
    if (!list.options.inThread) list.options.openThread(row.dataset.ts);
  } else if (event.key === "r") {
    event.preventDefault();
    row.querySelector(`.toolbar [aria-label="${w("add_reaction")}"]`)?.click();
  }
}

function focusNode(list, node) {
  for (const row of list.box.querySelectorAll(".message[tabindex='0']")) row.tabIndex = -1;
  node.tabIndex = 0;
  node.focus();
  node.scrollIntoView({ block: "nearest" });
}

function focusRow(list, ts) {
  const node = list.box.querySelector(`.message[data-ts="${CSS.escape(ts)}"]`);
  if (node) focusNode(list, node);
}

function reveal(list, ts) {
  const node = list.box.querySelector(`.message[data-ts="${CSS.escape(ts)}"]`);
  if (!node) return false;
  list.stick = false;
  node.scrollIntoView({ block: "center" });
  node.classList.remove("highlight");
  void node.offsetWidth; // starts the fading again
  node.classList.add("highlight");
  return true;
}
