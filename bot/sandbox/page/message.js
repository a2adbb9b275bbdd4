// How one message looks: who, when, what, its reactions, its thread, and the toolbar over it.
import { deleteMessage, editMessage, react, shortcut, surfaceFor } from "./actions.js";
import { avatar } from "./avatars.js";
import { attachmentNode, blocksNode } from "./blocks.js";
import { h, icon, iconButton } from "./dom.js";
import { toSlack, toTyped } from "./complete.js";
import { emojiNode, mrkdwn, plainText } from "./mrkdwn.js";
import { confirmAsk, notice, openMenu } from "./popup.js";
import { pickEmoji } from "./reactions.js";
import { dropMessage, nameOf, person, state } from "./store.js";
import { ago, clockTime, fullTime, msOf, now, shortTime } from "./time.js";
import { count, textOf, w } from "./words.js";

const QUIET = new Set(["channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive",
  "channel_unarchive", "pinned_item", "unpinned_item", "group_join", "group_leave", "group_topic", "group_purpose", "group_name", "group_archive", "bot_add"]);

export const isQuiet = (message) => QUIET.has(message.subtype);

export function authorOf(message) {
  const id = message.user ?? [...state.people.values()].find((one) => one.bot_id === message.bot_id)?.id ?? message.bot_id;
  return { id, name: message.username || (person(id) ? nameOf(id) : message.bot_profile?.name ?? nameOf(id) ?? w("unknown")) };
}

/** `place`: {channel, grouped, inThread, openThread(ts)} */
export function messageRow(message, place) {
  const row = h("article", {
    class: rowClass(message, place), tabindex: "-1", role: "article", data: { ts: message.ts, focus: `row/${message.ts}` },
    "aria-label": rowLabel(message),
  }, isQuiet(message) ? quietBody(message) : fullBody(message, place));
  return row;
}

function rowClass(message, place) {
  const names = ["message"];
  if (place.grouped) names.push("grouped");
  if (message.ephemeral) names.push("ephemeral");
  if (isQuiet(message)) names.push("quiet");
  if (place.pinned) names.push("pinned");
  return names.join(" ");
}

function rowLabel(message) {
  return `${authorOf(message).name}, ${clockTime(msOf(message.ts))}: ${plainText(textOf(message)).slice(0, 160)}`;
}

function quietBody(message) {
  const author = authorOf(message);
  const text = textOf(message);
  return [
    h("span", { class: "quiet-mark", "aria-hidden": "true" }, "·"),
    h("div", { class: "message-main" }, text.includes(`<@${author.id}`) ? null : h("strong", {}, author.name, " "), mrkdwn(text),
      " ", timeNode(message)),
  ];
}

function fullBody(message, place) {
  const author = authorOf(message);
  return [
    place.grouped ? h("span", { class: "side-time", "aria-hidden": "true" }, shortTime(msOf(message.ts))) : avatar(author.id, author.name),
    h("div", { class: "message-main" },
      message.ephemeral ? ephemeralNote(message, place) : null,
      place.pinned ? h("div", { class: "message-note" }, icon("pin"), w("pinned")) : null,
      place.grouped ? null : byline(message, author),
      content(message, place),
      reactionsNode(message, place),
      place.inThread ? null : threadLink(message, place)),
  ];
}

function ephemeralNote(message, place) {
  return h("div", { class: "message-note" }, icon("eye"), w("only_you"), " ",
    h("button", { type: "button", class: "plain-link", data: { focus: `dismiss/${message.ts}` }, on: { click: () => dropMessage(place.channel, message.ts) } }, w("dismiss")));
}

function byline(message, author) {
  return h("div", { class: "byline" },
    h("span", { class: "author" }, author.name),
    person(author.id)?.is_bot || message.bot_id ? h("span", { class: "tag" }, w("app")) : null,
    timeNode(message));
}

function timeNode(message) {
  const ms = msOf(message.ts);
  return h("time", { class: "time", datetime: new Date(ms).toISOString(), title: fullTime(ms) }, clockTime(ms));
}

function content(message, place) {
  if (message.subtype === "tombstone") return h("div", { class: "text muted" }, w("deleted"));
  if (place.editing) return editor(message, place);
  const key = `${place.inThread ? "t" : "m"}/${place.channel}/${message.ts}`;
  const surface = surfaceFor(key, { channel: place.channel, ts: message.ts }, true);
  const edited = message.edited ? h("span", { class: "edited" }, " ", w("edited")) : null;
  const body = message.blocks?.length
    ? [blocksNode(message.blocks, surface), edited]
    : [message.text ? h("div", { class: `text ${onlyEmoji(message.text) ? "jumbo" : ""}` }, mrkdwn(message.text), edited) : null];
  return h("div", { class: "content" }, body,
    (message.attachments ?? []).map((one) => attachmentNode(one, surface)), (message.files ?? []).map(fileNode));
}

const onlyEmoji = (text) => /^(?::[a-z0-9_+-]+:\s*){1,5}$/.test(text);

function fileNode(file) {
  return h("div", { class: "file-chip" }, icon("bookmark"), h("span", {}, file.title ?? file.name ?? w("file")));
}

function editor(message, place) {
  const before = toTyped(message.text ?? "");
  const area = h("textarea", { class: "field", rows: 2, "aria-label": w("edit"), data: { focus: `edit/${message.ts}` }, value: before });
  const save = async () => {
    const text = area.value.trim();
    if (text && text !== before) await editMessage(place.channel, message.ts, toSlack(text));
    place.endEdit();
  };
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); place.endEdit(); }
  });
  queueMicrotask(() => { area.focus(); area.setSelectionRange(area.value.length, area.value.length); });
  return h("div", { class: "editor" }, area, h("div", { class: "editor-foot" },
    h("button", { type: "button", class: "button small", on: { click: place.endEdit } }, w("cancel")),
    h("button", { type: "button", class: "button small primary", on: { click: save } }, w("save"))));
}

function reactionsNode(message, place) {
  if (!message.reactions?.length) return null;
  const chips = message.reactions.map((one) => {
    const users = one.users ?? [];
    const mine = users.includes(state.me);
    const label = w("reacted", { names: users.map(nameOf).join(", "), emoji: one.name });
    return h("button", {
      type: "button", class: `reaction ${mine ? "mine" : ""}`, "aria-pressed": String(mine), "aria-label": label, title: label,
      data: { focus: `reaction/${message.ts}/${one.name}`, reaction: one.name }, on: { click: () => react(place.channel, message, one.name) },
    }, emojiNode(one.name, true), h("span", { class: "reaction-count" }, one.count ?? users.length));
  });
  const add = iconButton("smile", w("add_reaction"), (event) => pickEmoji(event.currentTarget, (name) => react(place.channel, message, name)), { class: "reaction" });
  return h("div", { class: "reactions" }, chips, add);
}

function threadLink(message, place) {
  if (message.subtype === "thread_broadcast") return threadButton(w("also_in_thread"), message.thread_ts, place);
  if (!message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 3).map((id) => avatar(id, nameOf(id), "avatar-tiny"));
  const latest = message.latest_reply ? h("span", { class: "muted" }, w("latest_reply", { when: ago(Math.min(msOf(message.latest_reply), now()), w) })) : null;
  return threadButton([faces, h("span", { class: "thread-count" }, count("reply", message.reply_count)), latest], message.ts, place);
}

function threadButton(inner, ts, place) {
  return h("button", { type: "button", class: "thread-link", data: { focus: `thread/${ts}` }, on: { click: () => place.openThread(ts) } }, inner);
}

/** The toolbar that floats over a message while it is pointed at or has the focus. */
export function toolbar(message, place) {
  if (message.ephemeral || message.subtype === "tombstone" || place.editing) return null;
  const bar = h("div", { class: "toolbar", role: "toolbar", "aria-label": w("more_actions") });
  const add = (name, label, run) => bar.append(iconButton(name, label, run));
  const quick = h("button", { type: "button", class: "icon-button", title: ":pushpin:", "aria-label": `${w("add_reaction")} :pushpin:`,
    on: { click: () => react(place.channel, message, "pushpin") } }, "📌");
  if (!isQuiet(message)) bar.append(quick);
  add("smile", w("add_reaction"), (event) => pickEmoji(event.currentTarget, (name) => react(place.channel, message, name)));
  if (!place.inThread) add("thread", w("reply_in_thread"), () => place.openThread(message.thread_ts ?? message.ts));
  if (message.user === state.me && !isQuiet(message)) add("pencil", w("edit"), place.startEdit);
  bar.append(iconButton("more", w("more_actions"), (event) => openMenu(event.currentTarget, moreItems(message, place), w("more_actions")), { "aria-haspopup": "menu" }));
  return bar;
}

function moreItems(message, place) {
  const of = state.shortcuts.filter((one) => one.type === "message" || one.type === "message_action");
  const items = of.map((one) => ({ label: one.name, hint: appName(one.app), run: () => shortcut(one.callback_id, place.channel, message.ts) }));
  items.push({ label: w("copy_link"), run: () => copyLink(message, place) });
  if (message.user === state.me) items.push({ label: w("delete"), danger: true, run: () => askDelete(message, place) });
  return items;
}

const appName = (id) => state.apps.get(id)?.name ?? id ?? "";

function linkOf(message, channel) {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? `?thread_ts=${message.thread_ts}&cid=${channel}` : "";
  return `${location.origin}/archives/${channel}/p${message.ts.replace(".", "")}${thread}`;
}

async function copyLink(message, place) {
  await navigator.clipboard?.writeText(linkOf(message, place.channel)).catch(() => null);
  notice(w("copied"));
}

async function askDelete(message, place) {
  if (await confirmAsk({ title: w("delete"), text: w("delete_ask"), yes: w("delete"), danger: true })) deleteMessage(place.channel, message.ts);
}
