// Starts the page: who one is, the first state, the socket, and the keys that work everywhere.
import { connect, makeApi } from "./api.js";
import { channelPane, markIfSeen } from "./channel.js";
import { fill, h } from "./dom.js";
import { homePane } from "./home.js";
import { watchViews } from "./modal.js";
import { authorOf } from "./message.js";
import { permalink, plainText } from "./mrkdwn.js";
import { announce, closePopup } from "./popup.js";
import { closeThread, goMessage, goChannel, startRouting } from "./route.js";
import { goPerson, places, sidebar, step } from "./sidebar.js";
import { storyBar } from "./story.js";
import { changed, channelNow, channelName, loadMessages, loadThread, onArrival, on, state, takeEvent, takeState } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { applyTheme } from "./theme.js";
import { threadPane } from "./thread.js";
import { msOf, now, setNow, setPlace } from "./time.js";
import { setLanguage, textOf, w } from "./words.js";

const root = document.getElementById("app");

async function start() {
  applyTheme();
  const as = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as");
  const api = makeApi(as);
  let answer;
  try {
    answer = await api.get("state");
  } catch (error) {
    sessionStorage.removeItem("as");
    return root.replaceChildren(whoAreYou(error));
  }
  enter(answer);
}

/** Asked when the address does not say who one is, or names nobody. */
function whoAreYou(error) {
  setLanguage(navigator.language);
  const input = h("input", { class: "field", name: "as", autofocus: true, "aria-label": w("choose_person"), placeholder: "U…", autocomplete: "off" });
  return h("form", { class: "who-are-you", action: "/" }, h("h1", {}, w("choose_person")), input,
    error.message === "user_not_found" ? null : h("p", { class: "input-error", role: "alert" }, w("failed", { error: error.message })),
    h("button", { class: "button primary" }, w("ok")));
}

function enter(answer) {
  state.api = makeApi(answer.me);
  sessionStorage.setItem("as", answer.me);
  const me = answer.people.find((one) => one.id === answer.me);
  setLanguage(me?.locale);
  setPlace(me);
  setNow(answer.clock);
  state.clock = answer.clock;
  keepAddress(answer.me);
  build();
  takeState(answer);
  startRouting(firstPlace());
  listen();
}

/** A permalink's path becomes the page's own address, and the person stays in it. */
function keepAddress(me) {
  const link = permalink(location.origin + location.pathname + location.search.replace(/^\?as=[^&]*&?/, "?"));
  const hash = link ? `#${link.channel}${link.thread ? `/thread/${link.thread}` : ""}${link.ts ? `/${link.ts}` : ""}` : location.hash;
  history.replaceState(null, "", `/?as=${encodeURIComponent(me)}${hash}`);
}

function build() {
  const drawer = (open) => () => { document.body.classList.toggle("drawer", open); };
  const side = sidebar();
  const channel = channelPane(drawer(true));
  const home = homePane(drawer(true), channel.tail);
  const middle = h("main", { class: "middle", id: "middle" });
  const shade = h("div", { class: "shade", on: { click: drawer(false) } });
  root.replaceChildren(storyBar(switchTo), h("div", { class: "offline", role: "status", hidden: true }),
    h("div", { class: "columns" }, side, middle, threadPane(), shade));
  let before = null;
  on("route", () => {
    drawer(false)();
    place(middle, channel, home);
    document.title = titleNow();
    if (before && before !== state.route.id && innerWidth > 720 && !document.querySelector("dialog[open]")) channel.focus();
    before = state.route.id;
  });
  on("channels", () => { document.title = titleNow(); });
  watchViews();
  document.addEventListener("click", followLink);
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", () => markIfSeen());
}

/** One message list and composer serve both the channel and an app's Messages tab. */
function place(middle, channel, home) {
  const wanted = state.route.kind === "app" ? home : channel.node;
  if (state.route.kind === "channel" && channel.list.frame.parentNode !== channel.node) channel.node.append(...channel.tail.childNodes);
  if (state.route.kind === "app" && channel.list.frame.parentNode !== channel.tail) channel.tail.append(channel.list.frame, channel.node.querySelector(".channel-foot"));
  const moved = middle.firstChild !== wanted;
  if (moved) fill(middle, wanted);
}

function titleNow() {
  const channel = channelNow();
  const unread = [...state.channels.values()].reduce((sum, one) => sum + (one.mentions || (one.kind === "im" ? one.unread : 0)), 0);
  const name = channel ? channelName(channel) : state.apps.get(state.route.id)?.name ?? "";
  return `${unread ? `(${unread}) ` : ""}${name} · ${state.team.name}`;
}

function listen() {
  const bar = document.querySelector(".offline");
  connect(state.me, {
    onEvent: hear,
    onUp: (again) => { bar.hidden = true; if (again) reload(); },
    onDown: () => { bar.hidden = false; fill(bar, w("offline")); },
  });
  onArrival((channel, message) => {
    if (msOf(message.ts) > now()) { state.clock = new Date(msOf(message.ts)).toISOString(); changed("clock"); }
    if (channel !== channelNow()?.id || message.user === state.me) return;
    announce(w("new_from", { name: authorOf(message).name, text: plainText(textOf(message)).slice(0, 200) }));
  });
}

/** After a lost connection or a story begun again: everything anew, without losing the place. */
async function reload() {
  const answer = await state.api.get("state").catch(() => null);
  if (!answer) return location.assign("/");
  const known = [...state.loaded.keys()].filter((id) => answer.channels.some((one) => one.id === id));
  for (const held of [state.timelines, state.loaded, state.homes]) held.clear();
  takeState(answer);
  for (const id of known) await loadMessages(id).catch(() => null);
  if (state.thread) await loadThread(state.thread.channel, state.thread.ts).catch(closeThread);
  if (state.route.kind === "channel" && !state.channels.has(state.route.id)) goChannel(firstPlace());
  changed("route");
}

function firstPlace() {
  const { joined, others } = places();
  return (joined[0] ?? others[0])?.id ?? "";
}

/** A story that jumps back was begun again: what this page holds is of the past. */
function hear(event) {
  const before = state.story?.position ?? 0;
  takeEvent(event);
  if (event.type === "story" && (event.story?.position ?? 0) < before) reload();
}

function switchTo(id) {
  if (id === state.me) return;
  sessionStorage.setItem("as", id);
  const channel = channelNow();
  const keep = state.route.kind === "app" || (channel && channel.kind !== "im") ? location.hash : "";
  location.assign(`/?as=${encodeURIComponent(id)}${keep}`);
}

function followLink(event) {
  const link = event.target.closest?.("a[data-permalink], a.mention[data-channel], .mention[data-user]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  if (link.dataset.user) goPerson(link.dataset.user);
  else if (link.dataset.channel) goChannel(link.dataset.channel);
  else goMessage(link.dataset.permalink, link.dataset.ts, link.dataset.thread || null);
}

function onKey(event) {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openSwitcher(); }
  else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) { event.preventDefault(); step(event.key === "ArrowUp" ? -1 : 1); }
  else if (event.key === "Escape" && !event.defaultPrevented) escape();
}

function escape() {
  if (closePopup()) return;
  if (document.body.classList.contains("drawer")) document.body.classList.remove("drawer");
  else if (state.thread) closeThread();
}

start();
