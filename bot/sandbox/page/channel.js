// The middle of the page: a channel's header, bookmarks, messages and composer.
import { join, mark, opening } from "./actions.js";
import { avatar } from "./avatars.js";
import { composer } from "./composer.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { messageList } from "./messages.js";
import { authorOf } from "./message.js";
import { linkNode, mrkdwn, plainText } from "./mrkdwn.js";
import { closePopup, openPopup } from "./popup.js";
import { goMessage, openThread, settleUnread } from "./route.js";
import { channelName, channelNow, loadMessages, mainMessages, nameOf, on, state, timeline } from "./store.js";
import { clockDate, clockTime, msOf } from "./time.js";
import { count, w } from "./words.js";

export function channelPane(openSidebar) {
  const head = h("header", { class: "channel-head" });
  const marks = h("nav", { class: "bookmarks", "aria-label": w("bookmarks") });
  const id = () => channelNow()?.id;
  const list = messageList({
    channel: id, rows: () => (id() ? mainMessages(id()) : []), openThread: (ts) => openThread(id(), ts),
    onTop: older, label: () => w("message_list", { name: channelNow() ? channelName(channelNow()) : "" }), look,
    intro: { key: () => `${id()}/${state.loaded.get(id())}`, node: intro },
  });
  const write = composer({
    channel: id, thread: () => null, key: () => id() ?? "", onSent: list.toBottom,
    placeholder: () => w("message_to", { name: channelNow() ? titleText(channelNow()) : "" }),
  });
  const foot = h("div", { class: "channel-foot" });
  const node = h("section", { class: "channel", "aria-label": w("messages") }, head, marks, list.frame, foot);
  const draw = () => drawAll({ head, marks, foot, list, write, openSidebar });
  on("channels messages people route", draw);
  return { node, focus: write.focus, tail: h("div", { class: "app-messages" }, list.frame, foot), list };
}

/** Redraws rows when a name or channel they may show has changed. */
const look = () => `${state.people.size}/${state.channels.size}`;

const titleText = (channel) => (channel.kind === "im" ? channelName(channel) : `#${channel.name}`);

function drawAll({ head, marks, foot, list, write, openSidebar }) {
  const channel = channelNow();
  if (!channel) return;
  if (!state.loaded.has(channel.id)) opening.messages(channel.id);
  const rows = mainMessages(channel.id);
  if (state.loaded.get(channel.id) !== "loading") settleUnread(channel.id, rows);
  fill(head, header(channel, openSidebar));
  fill(marks, channel.bookmarks?.map((one) => h("span", { class: "bookmark" }, icon("bookmark"), linkNode(one.link, one.title))));
  marks.hidden = !channel.bookmarks?.length;
  list.draw(channel.id);
  drawFoot(foot, channel, write);
  showHighlight(list);
  markIfSeen(channel);
}

function showHighlight(list) {
  if (state.highlight && list.reveal(state.highlight)) state.highlight = null;
}

export function markIfSeen(channel = channelNow()) {
  if (channel && channel.unread > 0 && document.visibilityState === "visible" && state.loaded.get(channel.id) !== "loading") mark(channel);
}

function drawFoot(foot, channel, write) {
  const kind = channel.is_archived ? "archived" : channel.is_member === false && channel.kind !== "im" ? "join" : "write";
  if (foot.dataset.kind !== kind || kind !== "write") {
    foot.dataset.kind = kind;
    fill(foot, { archived: () => h("div", { class: "foot-note" }, w("archived")), join: () => joinNote(channel), write: () => write.node }[kind]());
  }
  if (kind === "write") write.draw();
}

function joinNote(channel) {
  return h("div", { class: "foot-note" }, h("span", {}, w("not_member", { name: channel.name })),
    h("button", { type: "button", class: "button primary", on: { click: () => join(channel.id) } }, w("join")));
}

function header(channel, openSidebar) {
  const symbol = channel.kind === "im" ? avatar(channel.user, nameOf(channel.user), "avatar-small") : icon(channel.kind === "private" ? "lock" : "hash");
  const members = channel.members?.length ?? 0;
  return [
    iconButton("menu", w("open_menu"), openSidebar, { class: "only-narrow" }),
    h("h1", { class: "channel-title" }, symbol, h("span", {}, channelName(channel))),
    h("div", { class: "topic", title: plainText(channel.topic ?? "") }, mrkdwn(channel.topic ?? "")),
    h("div", { class: "head-tools" },
      channel.pins?.length ? h("button", {
        type: "button", class: "head-button", "aria-haspopup": "dialog", "aria-label": w("pins"), on: { click: (event) => showPins(event.currentTarget, channel) },
      }, icon("pin"), count("pin_count", channel.pins.length)) : null,
      channel.kind === "im" ? null : h("button", {
        type: "button", class: "head-button", "aria-haspopup": "dialog", "aria-label": count("members", members),
        title: count("members", members), on: { click: (event) => showMembers(event.currentTarget, channel) },
      }, icon("people"), String(members))),
  ];
}

function showMembers(anchor, channel) {
  openPopup(anchor, h("div", { class: "panel-list" }, h("h2", {}, count("members", channel.members.length)),
    channel.members.map((id) => h("div", { class: "person-row" }, avatar(id, nameOf(id), "avatar-small"), nameOf(id), id === state.me ? h("span", { class: "muted" }, ` (${w("you")})`) : null))),
  { label: count("members", channel.members.length) });
}

function showPins(anchor, channel) {
  const known = channel.pins.map((ts) => timeline(channel.id).get(ts)).filter(Boolean);
  const rows = known.map((message) => h("button", {
    type: "button", class: "pin-row", on: { click: () => { closePopup(false); goMessage(channel.id, message.ts, message.thread_ts); } },
  }, h("span", { class: "pin-who" }, h("strong", {}, authorOf(message).name), " ", h("span", { class: "muted" }, `${clockDate(msOf(message.ts))} ${clockTime(msOf(message.ts))}`)),
  h("span", { class: "pin-text" }, plainText(message.text ?? "").slice(0, 240))));
  openPopup(anchor, h("div", { class: "panel-list" }, h("h2", {}, w("pins")), rows.length ? rows : h("p", { class: "muted" }, w("no_pins"))), { label: w("pins"), wide: true });
}

async function older() {
  const channel = channelNow();
  if (!channel || state.loaded.get(channel.id) !== "more") return;
  const oldest = mainMessages(channel.id).find((one) => !one.ephemeral)?.ts;
  if (oldest) await loadMessages(channel.id, oldest).catch(() => state.loaded.set(channel.id, "more"));
}

function intro() {
  const channel = channelNow();
  const loaded = state.loaded.get(channel.id);
  if (loaded === "loading") return h("div", { class: "list-note" }, w("loading"));
  if (loaded !== "all") return h("div", { class: "list-note" });
  return h("div", { class: "list-intro" }, h("strong", {}, titleText(channel)), h("p", {}, w("start", { name: titleText(channel) })),
    channel.purpose ? h("p", { class: "muted" }, mrkdwn(channel.purpose)) : null);
}
