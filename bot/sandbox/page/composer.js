// Where one writes: grows with its text, completes while one types, keeps the text when a command fails.
import { command, say, shortcut } from "./actions.js";
import { offers, toSlack } from "./complete.js";
import { fill, h, iconButton } from "./dom.js";
import { openMenu } from "./popup.js";
import { pickEmoji } from "./reactions.js";
import { state } from "./store.js";
import { w } from "./words.js";

const drafts = new Map();
let serial = 0;

/** `options`: {channel(), thread(), placeholder(), onSent(), key()} */
export function composer(options) {
  const id = `offers-${(serial += 1)}`;
  const area = h("textarea", {
    class: "composer-text", rows: 1, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, enterkeyhint: "send",
  });
  const list = h("div", { class: "offers", id, role: "listbox", hidden: true });
  const problem = h("div", { class: "composer-problem", role: "alert", hidden: true });
  const send = iconButton("send", w("send"), () => submit(me), { class: "send" });
  const smile = iconButton("smile", w("emoji"), (event) => pickEmoji(event.currentTarget, (name) => insert(me, `:${name}: `)));
  const more = iconButton("spark", w("shortcuts"), (event) => openMenu(event.currentTarget, shortcutItems(), w("shortcuts")), { "aria-haspopup": "menu" });
  const box = h("div", { class: "composer-box" }, area, h("div", { class: "composer-foot" },
    smile, more, h("span", { class: "composer-hint" }, w("keys_hint")), send));
  const node = h("div", { class: "composer" }, list, box, problem);
  const me = { area, list, problem, send, more, node, options, offer: null, index: 0, key: null };
  area.addEventListener("input", () => { problem.hidden = true; keepDraft(me); grow(area); suggest(me); });
  area.addEventListener("keydown", (event) => onKey(me, event));
  area.addEventListener("blur", () => hideOffers(me));
  area.addEventListener("click", () => suggest(me));
  box.addEventListener("click", (event) => { if (event.target === box) area.focus(); });
  return { node, draw: () => draw(me), focus: () => area.focus() };
}

function draw(me) {
  const key = me.options.key();
  me.area.placeholder = me.options.placeholder();
  me.area.setAttribute("aria-label", me.options.placeholder());
  me.more.hidden = Boolean(me.options.thread()) || shortcutItems().length === 0;
  if (key === me.key) return;
  me.key = key;
  me.area.value = drafts.get(key) ?? "";
  me.problem.hidden = true;
  hideOffers(me);
  grow(me.area);
  ready(me);
}

/** The apps' shortcuts that belong to no message. */
function shortcutItems() {
  return state.shortcuts.filter((one) => one.type === "global" || one.type === "shortcut")
    .map((one) => ({ label: one.name, hint: state.apps.get(one.app)?.name, run: () => shortcut(one.callback_id) }));
}

const ready = (me) => { me.send.classList.toggle("ready", me.area.value.trim() !== ""); };

function keepDraft(me) {
  drafts.set(me.key, me.area.value);
  ready(me);
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, innerHeight * 0.4)}px`;
}

function insert(me, text) {
  const { area } = me;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input"));
}

function onKey(me, event) {
  if (event.isComposing || event.keyCode === 229) return; // a Hangul syllable is still being put together
  if (me.offer && offerKey(me, event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit(me);
  }
}

function offerKey(me, event) {
  const { rows } = me.offer;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !event.altKey) {
    me.index = (me.index + step + rows.length) % rows.length;
    paintOffers(me);
  } else if (event.key === "Tab" && !event.shiftKey) take(me, rows[me.index]);
  else if (event.key === "Enter" && !event.shiftKey && !isWhole(me, rows[me.index])) take(me, rows[me.index]);
  else if (event.key === "Escape") { hideOffers(me); event.stopPropagation(); }
  else return false;
  event.preventDefault();
  return true;
}

/** Enter sends when what stands there is already all that would be completed. */
function isWhole(me, row) {
  return me.area.value.slice(me.offer.from).trim() === row.insert.trim() && me.offer.from === 0 && row.insert.startsWith("/");
}

function suggest(me) {
  me.offer = me.area.selectionStart === me.area.selectionEnd ? offers(me.area.value, me.area.selectionStart) : null;
  me.index = 0;
  if (me.offer) paintOffers(me);
  else hideOffers(me);
}

function hideOffers(me) {
  me.offer = null;
  me.list.hidden = true;
  me.area.setAttribute("aria-expanded", "false");
  me.area.removeAttribute("aria-activedescendant");
}

function paintOffers(me) {
  me.list.hidden = false;
  me.area.setAttribute("aria-expanded", "true");
  me.area.setAttribute("aria-activedescendant", `${me.list.id}-${me.index}`);
  fill(me.list, h("div", { class: "menu-heading" }, me.offer.heading), me.offer.rows.map((row, index) => h("div", {
    class: "offer", role: "option", id: `${me.list.id}-${index}`, "aria-selected": String(index === me.index),
    on: { pointerdown: (event) => { event.preventDefault(); take(me, row); } },
  }, h("div", { class: "offer-line" }, h("strong", {}, row.label), row.hint ? h("span", { class: "offer-hint" }, row.hint) : null, row.app ? h("span", { class: "offer-app" }, row.app) : null),
  row.note ? h("div", { class: "offer-note" }, row.note) : null)));
  me.list.querySelector("[aria-selected='true']")?.scrollIntoView({ block: "nearest" });
}

function take(me, row) {
  const { area, offer } = me;
  area.setRangeText(row.insert, offer.from, area.selectionStart, "end");
  area.dispatchEvent(new Event("input"));
  area.focus();
}

async function submit(me) {
  const { area, options } = me;
  const text = area.value.trim();
  const channel = options.channel();
  if (!text || !channel || me.node.classList.contains("busy")) return;
  hideOffers(me);
  me.node.classList.add("busy");
  const failure = await (isCommand(text) ? runCommand(channel, text, options.thread()) : sendText(channel, text, options.thread()));
  me.node.classList.remove("busy");
  if (failure) return showProblem(me, failure);
  drafts.delete(me.key);
  area.value = "";
  ready(me);
  grow(area);
  options.onSent?.();
}

function showProblem(me, text) {
  me.problem.hidden = false;
  fill(me.problem, text);
  me.area.focus();
}

const isCommand = (text) => /^\/\S/.test(text);

async function runCommand(channel, text, thread) {
  const name = text.split(/\s/)[0];
  if (thread) return w("not_in_threads", { command: name });
  try {
    const answer = await command(channel, text);
    if (answer.acked) return null;
    return !answer.error || answer.error === "operation_timeout" ? w("not_acked", { command: name }) : w("command_failed", { command: name, error: answer.error });
  } catch (error) {
    return w("command_failed", { command: name, error: error.message });
  }
}

async function sendText(channel, text, thread) {
  try {
    await say(channel, toSlack(text), thread);
    return null;
  } catch (error) {
    return w("failed", { error: error.message });
  }
}

