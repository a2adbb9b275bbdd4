// Modals: the stack of views an app has opened for the acting person; what was typed stays when errors come back.
import { closeView, submitView, surfaceFor } from "./actions.js";
import { avatar } from "./avatars.js";
import { blocksNode } from "./blocks.js";
import { fill, focusables, h, iconButton, keepFocus } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { closePopup, showDialog } from "./popup.js";
import { on, state } from "./store.js";
import { forgetForm } from "./surfaces.js";
import { w } from "./words.js";

const shown = { dialog: null, close: null, id: null, sign: "", errors: {}, general: "" };

export function watchViews() {
  on("views", draw);
}

function draw() {
  const view = state.views.at(-1);
  if (!view) return hide();
  if (!shown.dialog) openDialog();
  const fresh = shown.id !== view.id;
  const sign = JSON.stringify([view.hash, view.title, view.blocks, view.submit, view.close, state.views.length]);
  if (!fresh && sign === shown.sign) return null;
  if (fresh || shown.sign !== sign) Object.assign(shown, { id: view.id, sign, errors: {}, general: "" });
  closePopup(false);
  paint(view);
  if (fresh) focusFirst();
  return null;
}

function openDialog() {
  shown.dialog = h("dialog", { class: "dialog modal" });
  shown.close = showDialog(shown.dialog, leaveTop);
}

function hide() {
  if (!shown.dialog) return;
  closePopup(false);
  shown.close();
  Object.assign(shown, { dialog: null, close: null, id: null, sign: "" });
}

function leaveTop() {
  const view = state.views.at(-1);
  if (view) { forgetForm(view.id); closeView(view.id); }
}

function leaveAll() {
  const view = state.views.at(-1);
  for (const one of state.views) forgetForm(one.id);
  if (view) closeView(view.id, state.views.length > 1);
}

function paint(view) {
  const surface = { ...surfaceFor(view.id, { view_id: view.id }), errors: shown.errors };
  surface.form.keepOnly(view.blocks ?? []);
  const app = state.apps.get(view.app_id);
  const form = h("form", { class: "modal-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); submit(view, surface); } } },
    h("header", { class: "modal-head" },
      state.views.length > 1 ? iconButton("back", w("back"), leaveTop) : app ? avatar(app.bot_user, app.name, "avatar-small") : null,
      h("h2", { id: "modal-title" }, plain(view.title)), iconButton("close", w("close"), leaveAll)),
    h("div", { class: "modal-body", tabindex: "-1" },
      shown.general ? h("div", { class: "modal-problem", role: "alert" }, shown.general) : null, blocksNode(view.blocks, surface)),
    h("footer", { class: "dialog-foot" },
      h("button", { type: "button", class: "button", data: { focus: "modal/close" }, on: { click: leaveTop } }, plain(view.close) || w(view.submit ? "cancel" : "close")),
      view.submit ? h("button", { type: "submit", class: "button primary", data: { focus: "modal/submit" } }, plain(view.submit)) : null));
  const scroll = shown.dialog.querySelector(".modal-body")?.scrollTop ?? 0;
  keepFocus(shown.dialog, () => fill(shown.dialog, form));
  shown.dialog.setAttribute("aria-labelledby", "modal-title");
  shown.dialog.querySelector(".modal-body").scrollTop = scroll;
}

function focusFirst() {
  const body = shown.dialog.querySelector(".modal-body");
  const fields = focusables(body).filter((node) => node.matches("input, textarea, .picker"));
  (fields[0] ?? focusables(body)[0] ?? focusables(shown.dialog).at(-1))?.focus();
}

async function submit(view, surface) {
  const missing = surface.form.problems(view.blocks ?? []);
  if (Object.keys(missing).length > 0) return showErrors(view, missing);
  const button = shown.dialog.querySelector("[type='submit']");
  if (button.disabled) return null;
  Object.assign(button, { disabled: true });
  button.classList.add("busy");
  const answer = await submitView(view.id, surface.form.toJSON()).catch((error) => ({ ok: false, failed: error.message }));
  Object.assign(button, { disabled: false });
  button.classList.remove("busy");
  if (answer.errors && Object.keys(answer.errors).length > 0) return showErrors(view, answer.errors);
  if (answer.ok === false) return showErrors(view, {}, failureText(answer));
  forgetFormIfGone(view.id);
  return null;
}

function failureText(answer) {
  const reason = answer.failed ?? answer.error;
  return reason && !/^We had some trouble/.test(reason) ? w("submit_failed", { error: reason }) : `${w("not_delivered")} ${/\(.*\)$/.exec(reason ?? "")?.[0] ?? ""}`.trim();
}

function forgetFormIfGone(id) {
  if (!state.views.some((view) => view.id === id)) forgetForm(id);
}

function showErrors(view, errors, general = "") {
  if (!shown.dialog || shown.id !== view.id) return;
  shown.errors = errors;
  shown.general = general;
  paint(state.views.find((one) => one.id === view.id) ?? view);
  const first = shown.dialog.querySelector(".has-error, .modal-problem");
  first?.scrollIntoView({ block: "nearest" });
  const field = first?.querySelector("input, textarea, button");
  field?.focus();
}
