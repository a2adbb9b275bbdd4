// What the page knows: the workspace as the acting person sees it, and who wants to hear when a part changes.

export const state = {
  api: null, me: null, team: { id: "", name: "", url: "" },
  people: new Map(), channels: new Map(), apps: new Map(), commands: [], shortcuts: [], story: null,
  timelines: new Map(), // channel -> Map(ts -> message), thread replies too
  loaded: new Map(), // channel -> "loading" | "more" | "all"
  views: [], homes: new Map(),
  route: { kind: "none", id: null, tab: "messages" }, thread: null, highlight: null, firstUnread: new Map(), storySpeed: null,
};

const listeners = new Map();
const due = new Set();

export function on(topics, fn) {
  for (const topic of topics.split(" ")) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(fn);
  }
}

/** Tells the listeners of these topics once, after the current piece of work. */
export function changed(...topics) {
  for (const topic of topics) {
    for (const fn of listeners.get(topic) ?? []) {
      if (due.size === 0) queueMicrotask(flush);
      due.add(fn);
    }
  }
}

function flush() {
  const run = [...due];
  due.clear();
  for (const fn of run) fn();
}

const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

export function takeState(answer) {
  state.team = answer.team ?? state.team;
  state.me = answer.me ?? state.me;
  state.people = byId(answer.people ?? []);
  state.channels = byId(answer.channels ?? []);
  state.apps = byId(answer.apps ?? []);
  state.commands = answer.commands ?? [];
  state.shortcuts = answer.shortcuts ?? [];
  state.story = answer.story ?? null;
  state.views = answer.views ?? [];
  changed("people", "channels", "apps", "story", "clock", "messages", "views");
}

export const person = (id) => state.people.get(id) ?? null;
export const myself = () => person(state.me);
export const channelNow = () => (state.route.kind === "channel" ? state.channels.get(state.route.id) : appChannel(state.route));

function appChannel(route) {
  if (route.kind !== "app" || route.tab !== "messages") return null;
  return imWith(state.apps.get(route.id)?.bot_user);
}

export function imWith(user) {
  return [...state.channels.values()].find((channel) => channel.kind === "im" && channel.user === user) ?? null;
}

export const appOfBot = (user) => [...state.apps.values()].find((app) => app.bot_user === user) ?? null;
export const nameOf = (id) => person(id)?.real_name || person(id)?.name || id;

export function channelName(channel) {
  return channel.kind === "im" ? nameOf(channel.user) : channel.name;
}

export function timeline(channel) {
  if (!state.timelines.has(channel)) state.timelines.set(channel, new Map());
  return state.timelines.get(channel);
}

const byTs = (a, b) => (a.ts.length === b.ts.length ? (a.ts < b.ts ? -1 : 1) : Number(a.ts) - Number(b.ts));
const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export function mainMessages(channel) {
  return [...timeline(channel).values()].filter((m) => !isReply(m) || m.subtype === "thread_broadcast").sort(byTs);
}

export function threadMessages(channel, root) {
  return [...timeline(channel).values()].filter((m) => m.ts === root || m.thread_ts === root).sort(byTs);
}

const loading = new Map();

/** Loads a page of messages; a second wish for the same channel joins the first. */
export function loadMessages(channel, before = null) {
  if (!loading.has(channel)) loading.set(channel, fetchMessages(channel, before).finally(() => loading.delete(channel)));
  return loading.get(channel);
}

async function fetchMessages(channel, before) {
  state.loaded.set(channel, "loading");
  const limit = 100;
  const { messages } = await state.api.get("messages", { channel, limit, ...(before ? { before } : {}) });
  for (const message of messages) timeline(channel).set(message.ts, message);
  state.loaded.set(channel, messages.length < limit ? "all" : "more");
  changed("messages", "thread");
}

export async function loadThread(channel, ts) {
  const { messages } = await state.api.get("replies", { channel, ts });
  for (const message of messages) timeline(channel).set(message.ts, message);
  changed("thread");
}

export async function loadHome(app) {
  const { view } = await state.api.post("home", { app });
  if (view || !state.homes.has(app)) state.homes.set(app, view ?? null); // the socket may have brought a newer one
  changed("home");
}

const arrivals = new Set();
export const onArrival = (fn) => arrivals.add(fn);

function takeMessage(event) {
  const message = event.type === "ephemeral" ? { ...event.message, ephemeral: true } : event.message;
  const known = timeline(event.channel).has(message.ts);
  timeline(event.channel).set(message.ts, message);
  if (!known && event.type !== "message_changed") for (const fn of arrivals) fn(event.channel, message);
  changed("messages", "thread");
}

const HANDLERS = {
  message: takeMessage,
  message_changed: takeMessage,
  ephemeral: takeMessage,
  message_deleted(event) {
    timeline(event.channel).delete(event.ts);
    changed("messages", "thread");
  },
  channel(event) {
    state.channels.set(event.channel.id, event.channel);
    changed("channels");
  },
  people(event) {
    state.people = byId(event.people);
    changed("people", "messages", "thread");
  },
  clock(event) {
    state.clock = event.now;
    changed("clock");
  },
  story(event) {
    state.story = event.story;
    changed("story");
  },
  home(event) {
    state.homes.set(event.app, event.view);
    changed("home");
  },
  view_opened: (event) => setViews([event.view]), // a new modal takes the place of what was open
  view_pushed: (event) => setViews([...state.views.filter((view) => view.id !== event.view.id), event.view]),
  view_updated: (event) => setViews(state.views.map((view) => (view.id === event.view.id ? event.view : view))),
  view_closed: (event) => setViews(state.views.filter((view) => view.id !== event.view?.id)),
};

function setViews(views) {
  state.views = views;
  changed("views");
}

export function dropView(id) {
  setViews(state.views.filter((view) => view.id !== id));
}

export function takeEvent(event) {
  HANDLERS[event.type]?.(event);
}

export function dropMessage(channel, ts) {
  HANDLERS.message_deleted({ channel, ts });
}
