// Where one is: a channel, an app or a permalink, kept in the address so that back and forward work.
import { opening } from "./actions.js";
import { changed, loadMessages, on, state, timeline } from "./store.js";

/** #C1 · #C1/1700000000.000100 (message) · #C1/thread/170…(/reply ts) · #app/A1/home|messages */
function readHash(hash) {
  const parts = hash.replace(/^#/, "").split("/");
  if (parts[0] === "app") return { kind: "app", id: parts[1], tab: parts[2] ?? "home" };
  if (parts[1] === "thread") return { kind: "channel", id: parts[0], thread: parts[2], ts: parts[3] ?? null };
  return { kind: "channel", id: parts[0] || null, ts: parts[1] ?? null };
}

export function go(hash) {
  if (location.hash === `#${hash}`) apply();
  else location.hash = hash;
}

export const goChannel = (id) => go(id);
export const goApp = (id, tab = "home") => go(`app/${id}/${tab}`);

export function goMessage(channel, ts, thread = null) {
  if (thread && thread !== ts) go(`${channel}/thread/${thread}/${ts}`);
  else go(ts ? `${channel}/${ts}` : channel);
}

export function startRouting(fallback) {
  addEventListener("hashchange", apply);
  on("channels", () => { // a channel just made or joined may arrive after one asked to go there
    const wanted = readHash(location.hash);
    if (wanted.kind === "channel" && state.route.id !== wanted.id && state.channels.has(wanted.id)) apply();
  });
  if (!state.channels.has(readHash(location.hash).id) && !state.apps.has(readHash(location.hash).id)) {
    history.replaceState(null, "", `#${fallback}`);
  }
  apply();
}

function apply() {
  const wanted = readHash(location.hash);
  if (wanted.kind === "app" && state.apps.has(wanted.id)) openApp(wanted);
  else if (state.channels.has(wanted.id)) openChannel(wanted);
}

function openApp(wanted) {
  state.route = { kind: "app", id: wanted.id, tab: wanted.tab };
  state.thread = null;
  opening.home(wanted.id);
  changed("route", "messages", "thread", "home");
}

function openChannel(wanted) {
  const moved = state.route.kind !== "channel" || state.route.id !== wanted.id;
  state.route = { kind: "channel", id: wanted.id, tab: "messages" };
  if (moved) noteUnread(wanted.id);
  if (wanted.thread) openThread(wanted.id, wanted.thread);
  else if (moved) state.thread = null;
  state.highlight = wanted.ts;
  reach(wanted.id, wanted.thread ?? wanted.ts);
  changed("route", "messages", "thread");
}

/** Loads the newest messages, and older ones until the wanted one is there. */
async function reach(channel, ts) {
  if (!state.loaded.has(channel) || state.loaded.get(channel) === "loading") await opening.messages(channel);
  while (ts && !timeline(channel).has(ts) && state.loaded.get(channel) === "more") {
    const oldest = [...timeline(channel).keys()].sort()[0];
    await loadMessages(channel, oldest);
  }
}

export function openThread(channel, ts) {
  state.thread = { channel, ts };
  opening.thread(channel, ts);
  changed("thread");
}

export function closeThread() {
  state.thread = null;
  changed("thread");
}

const waitingUnread = new Map();

function noteUnread(id) {
  state.firstUnread.delete(id);
  const unread = state.channels.get(id)?.unread ?? 0;
  if (unread > 0) waitingUnread.set(id, unread);
}

/** The first unread message is the n-th from the end that others wrote; known once messages are here. */
export function settleUnread(id, rows) {
  const unread = waitingUnread.get(id);
  if (!unread || rows.length === 0) return;
  waitingUnread.delete(id);
  const others = rows.filter((row) => row.user !== state.me && !row.ephemeral);
  const first = others[Math.max(0, others.length - unread)];
  if (first) state.firstUnread.set(id, first.ts);
}
