// The side pane: one thread with its own composer.
import { composer } from "./composer.js";
import { fill, h, iconButton } from "./dom.js";
import { messageList } from "./messages.js";
import { closeThread } from "./route.js";
import { channelName, on, state, threadMessages } from "./store.js";
import { w } from "./words.js";

export function threadPane() {
  const title = h("div", { class: "pane-title" });
  const close = iconButton("close", w("close"), () => leave());
  const list = messageList({
    channel: () => state.thread?.channel, inThread: true, openThread: () => {}, look: () => `${state.people.size}/${state.channels.size}`,
    rows: () => (state.thread ? threadMessages(state.thread.channel, state.thread.ts) : []), label: () => w("thread"),
  });
  const write = composer({
    channel: () => state.thread?.channel, thread: () => state.thread?.ts ?? null, placeholder: () => w("reply_to"),
    key: () => (state.thread ? `${state.thread.channel}/${state.thread.ts}` : ""), onSent: list.toBottom,
  });
  const node = h("aside", { class: "side-pane", "aria-label": w("thread"), hidden: true },
    h("header", { class: "pane-head" }, title, close), list.frame, h("div", { class: "channel-foot" }, write.node));
  let before = null;
  let shown = null;
  const leave = () => { closeThread(); if (before?.isConnected) before.focus(); };
  node.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) leave(); });
  on("thread people channels", () => {
    const { thread } = state;
    node.hidden = !thread;
    document.body.classList.toggle("with-pane", Boolean(thread));
    const key = thread ? `${thread.channel}/${thread.ts}` : null;
    if (!thread) { shown = null; return; }
    const channel = state.channels.get(thread.channel);
    fill(title, h("h2", {}, w("thread")), channel ? h("span", { class: "muted" }, channel.kind === "im" ? channelName(channel) : `#${channel.name}`) : null);
    list.draw(key);
    write.draw();
    if (state.highlight && list.reveal(state.highlight)) state.highlight = null;
    if (key !== shown) { before = document.activeElement; write.focus(); }
    shown = key;
  });
  return node;
}
