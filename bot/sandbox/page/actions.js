// What the acting person does: every change goes through here, and every failure is told.
import { blocksSurfaceForm } from "./surfaces.js";
import { notice, noticeError } from "./popup.js";
import { dropView, loadHome, loadMessages, loadThread, state } from "./store.js";
import { w } from "./words.js";

async function tell(promise) {
  try {
    return await promise;
  } catch (error) {
    noticeError(error);
    return null;
  }
}

export const say = (channel, text, thread_ts = null) => state.api.post("say", { channel, text, ...(thread_ts ? { thread_ts } : {}) });
export const command = (channel, text) => state.api.post("command", { channel, text });
export const editMessage = (channel, ts, text) => tell(state.api.post("edit", { channel, ts, text }));
export const deleteMessage = (channel, ts) => tell(state.api.post("delete", { channel, ts }));
export const join = (channel) => tell(state.api.post("join", { channel }));
export const createChannel = (name) => tell(state.api.post("create_channel", { name }));
export const openIm = (user) => tell(state.api.post("open_im", { user }));
export const story = (body) => tell(state.api.post("story", body));
export const closeView = (id, all = false) => { for (const view of all ? [...state.views] : [{ id }]) dropView(view.id); return tell(state.api.post("close", { view_id: id, all })); };
export const submitView = (id, values) => state.api.post("submit", { view_id: id, values });

export function react(channel, message, name) {
  const mine = message.reactions?.find((one) => one.name === name)?.users.includes(state.me);
  return tell(state.api.post("react", { channel, ts: message.ts, name, ...(mine ? { remove: true } : {}) }));
}

export async function shortcut(callback_id, channel = null, ts = null) {
  const answer = await tell(state.api.post("shortcut", { callback_id, ...(channel ? { channel } : {}), ...(ts ? { ts } : {}) }));
  if (answer?.acked === false) notice(w("failed", { error: w("not_delivered") }), "error");
}

export function mark(channel) {
  const rows = [...(state.timelines.get(channel.id)?.values() ?? [])].filter((one) => !one.ephemeral);
  const ts = channel.latest ?? rows.at(-1)?.ts;
  return ts ? state.api.post("mark", { channel: channel.id, ts }).catch(() => null) : null;
}

/** What blocks of a message or a view do when they are used. `where`: {channel, ts} or {view_id}. */
export function surfaceFor(key, where, fresh = false) {
  const form = blocksSurfaceForm(key, fresh);
  const spot = (block, element) => ({ ...where, block_id: block.block_id, action_id: element.action_id });
  return {
    key, form,
    async act(block, element, payload) {
      const answer = await tell(state.api.post("action", { ...spot(block, element), payload, values: form.toJSON() }));
      if (answer?.acked === false) notice(w("not_delivered"), "error");
    },
    async options(block, element, value) {
      return state.api.post("options", { ...spot(block, element), value });
    },
  };
}

export const opening = { messages: (id) => tell(loadMessages(id)), thread: (id, ts) => tell(loadThread(id, ts)), home: (app) => tell(loadHome(app)) };
