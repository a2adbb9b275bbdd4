// What was typed and chosen in one surface (a view or a message), kept while the surface is drawn again.
import { w } from "./words.js";

export class Form {
  constructor() {
    this.values = new Map(); // block_id -> Map(action_id -> payload)
  }

  get({ block, element }, initial) {
    const kept = this.values.get(block.block_id)?.get(element.action_id);
    if (kept && kept.type === initial.type) return kept;
    this.set({ block, element }, initial);
    return initial;
  }

  set({ block, element }, payload) {
    if (!this.values.has(block.block_id)) this.values.set(block.block_id, new Map());
    this.values.get(block.block_id).set(element.action_id, payload);
  }

  /** Forgets what stood in blocks that are no longer there. */
  keepOnly(blocks) {
    const here = new Set(blocks.map((block) => block.block_id));
    for (const id of this.values.keys()) if (!here.has(id)) this.values.delete(id);
  }

  /** Slack's state.values. */
  toJSON() {
    return Object.fromEntries([...this.values].map(([block, actions]) => [block, Object.fromEntries(actions)]));
  }

  /** {block_id: text} for what is missing or too long before anything is sent. */
  problems(blocks) {
    const found = {};
    for (const block of blocks.filter((one) => one.type === "input")) {
      const payload = this.values.get(block.block_id)?.get(block.element?.action_id);
      const problem = problemOf(block, valueOf(payload));
      if (problem) found[block.block_id] = problem;
    }
    return found;
  }
}

function valueOf(payload) {
  if (!payload) return null;
  const key = Object.keys(payload).find((name) => name === "value" || name.startsWith("selected_"));
  return payload[key] ?? null;
}

function problemOf(block, value) {
  const empty = value === null || (Array.isArray(value) ? value.length === 0 : String(value).trim() === "");
  if (empty) return block.optional ? null : w("required");
  const { min_length: least, max_length: most } = block.element ?? {};
  if (least && value.length < least) return w("too_short", { n: least });
  if (most && value.length > most) return w("too_long", { n: most });
  return null;
}
