// The left side: the workspace, its channels with unread marks, direct messages and apps.
import { createChannel, openIm } from "./actions.js";
import { avatar } from "./avatars.js";
import { fill, h, icon, iconButton, keepFocus } from "./dom.js";
import { promptAsk } from "./popup.js";
import { goApp, goChannel } from "./route.js";
import { appOfBot, channelName, imWith, nameOf, on, state } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { w } from "./words.js";

export function sidebar() {
  const body = h("div", { class: "side-body" });
  const node = h("nav", { class: "sidebar", "aria-label": w("workspace") },
    h("div", { class: "side-head" }, h("span", { class: "team-mark", "aria-hidden": "true" }), h("span", { class: "team-name" })),
    h("button", { type: "button", class: "jump", on: { click: openSwitcher } }, icon("search"), h("span", {}, w("jump")), h("kbd", {}, "Ctrl K")), body);
  on("channels people route apps", () => keepFocus(body, () => {
    fill(node.querySelector(".team-name"), state.team.name);
    fill(body, sections());
  }));
  return node;
}

/** The places in the order they are shown: what Alt+Up and Alt+Down walk through. */
export function places() {
  const all = [...state.channels.values()];
  const byName = (a, b) => channelName(a).localeCompare(channelName(b));
  const open = all.filter((one) => one.kind !== "im" && !one.is_archived);
  return {
    joined: open.filter((one) => one.is_member !== false).sort(byName),
    others: open.filter((one) => one.is_member === false).sort(byName),
    people: people().sort((a, b) => nameOf(a).localeCompare(nameOf(b))),
    apps: [...state.apps.values()],
  };
}

function people() {
  return [...state.people.values()].filter((one) => !one.is_bot && one.id !== "USLACKBOT").map((one) => one.id)
    .filter((id) => id !== state.me);
}

function sections() {
  const { joined, others, people: persons, apps } = places();
  return [
    section(w("channels"), [...joined, ...others].map(channelRow), iconButton("plus", w("new_channel"), newChannel)),
    section(w("messages_to"), persons.map(personRow)),
    section(w("apps"), apps.map(appRow)),
  ];
}

function section(title, rows, tool = null) {
  return h("section", { class: "side-section", "aria-label": title }, h("div", { class: "side-title" }, h("h2", {}, title), tool), h("ul", {}, rows.map((row) => h("li", {}, row))));
}

function row({ key, current, unread = 0, mentions = 0, lead, label, faint, run }) {
  const says = [label, unread ? w("unread", { n: unread }) : "", mentions ? w("mentions", { n: mentions }) : ""].filter(Boolean).join(", ");
  return h("button", {
    type: "button", class: `side-row ${unread ? "unread" : ""} ${faint ? "faint" : ""}`, "aria-current": current ? "page" : null, "aria-label": says,
    data: { focus: key, place: key }, on: { click: run },
  }, lead, h("span", { class: "side-label" }, label), mentions ? h("span", { class: "badge", "aria-hidden": "true" }, mentions) : null);
}

function channelRow(channel) {
  const isHere = state.route.kind === "channel" && state.route.id === channel.id;
  return row({
    key: channel.id, current: isHere, unread: channel.unread, mentions: channel.mentions, faint: channel.is_member === false,
    lead: icon(channel.kind === "private" ? "lock" : "hash"), label: channel.name, run: () => goChannel(channel.id),
  });
}

function personRow(id) {
  const im = imWith(id);
  const isHere = Boolean(im) && state.route.kind === "channel" && state.route.id === im.id;
  return row({ key: id, current: isHere, unread: im?.unread, mentions: im?.unread, lead: avatar(id, nameOf(id), "avatar-tiny"), label: nameOf(id), run: () => goPerson(id) });
}

function appRow(app) {
  const im = imWith(app.bot_user);
  return row({
    key: app.id, current: state.route.kind === "app" && state.route.id === app.id, unread: im?.unread, mentions: im?.unread,
    lead: avatar(app.bot_user, app.name, "avatar-tiny"), label: app.name, run: () => goApp(app.id, im?.unread ? "messages" : "home"),
  });
}

export async function goPerson(id) {
  const app = appOfBot(id);
  if (app) return goApp(app.id, "messages");
  const known = imWith(id);
  if (known) return goChannel(known.id);
  const answer = await openIm(id);
  return answer ? goChannel(answer.channel) : null;
}

async function newChannel() {
  const name = await promptAsk({ title: w("new_channel"), label: w("channel_name"), yes: w("create") });
  if (!name) return;
  const answer = await createChannel(name.replace(/^#/, ""));
  if (answer) goChannel(answer.channel);
}

/** The next or previous place, for Alt+Down and Alt+Up. */
export function step(by) {
  const { joined, people: persons, apps } = places();
  const all = [...joined.map((one) => one.id), ...persons, ...apps.map((one) => one.id)];
  const { route } = state;
  const here = route.kind === "app" ? route.id : state.channels.get(route.id)?.kind === "im" ? state.channels.get(route.id).user : route.id;
  const target = all[(all.indexOf(here) + by + all.length) % all.length];
  goPlace(target);
}

export function goPlace(id) {
  if (state.apps.has(id)) return goApp(id);
  if (state.people.has(id)) return goPerson(id);
  return goChannel(id);
}
