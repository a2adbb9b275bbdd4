// An app's own place: its Home view, and the messages between the person and the app.
import { openIm, surfaceFor } from "./actions.js";
import { avatar } from "./avatars.js";
import { blocksNode } from "./blocks.js";
import { fill, h, iconButton, keepFocus } from "./dom.js";
import { goApp } from "./route.js";
import { changed, imWith, on, state } from "./store.js";
import { w } from "./words.js";

/** `tail` is the message list and composer of the channel pane, shown under the Messages tab. */
export function homePane(openSidebar, tail) {
  const head = h("header", { class: "channel-head" });
  const tabs = h("div", { class: "tabs", role: "tablist" });
  const body = h("div", { class: "home-body", role: "tabpanel", tabindex: "-1" });
  const node = h("section", { class: "channel app-place", "aria-label": w("app") }, head, tabs, body);
  const drawn = { sign: null };
  on("route home apps people", () => draw({ head, tabs, body, tail, openSidebar, drawn }));
  return node;
}

function draw({ head, tabs, body, tail, openSidebar, drawn }) {
  const { route } = state;
  const app = route.kind === "app" ? state.apps.get(route.id) : null;
  if (!app) return;
  fill(head, iconButton("menu", w("open_menu"), openSidebar, { class: "only-narrow" }),
    h("h1", { class: "channel-title" }, avatar(app.bot_user, app.name, "avatar-small"), h("span", {}, app.name)), h("span", { class: "tag" }, w("app")));
  keepFocus(tabs, () => fill(tabs, tab(app, "home"), tab(app, "messages")));
  body.classList.toggle("is-messages", route.tab === "messages");
  if (route.tab === "messages") {
    if (tail.parentNode !== body) fill(body, tail);
    drawn.sign = null;
    ensureIm(app);
  } else {
    showHome(app, body, drawn);
  }
}

function tab(app, name) {
  const selected = state.route.tab === name;
  return h("button", {
    type: "button", class: "tab", role: "tab", "aria-selected": String(selected), data: { focus: `tab/${name}` }, on: { click: () => goApp(app.id, name) },
  }, w(name));
}

function showHome(app, body, drawn) {
  const view = state.homes.get(app.id);
  const sign = JSON.stringify([app.id, view ?? null, state.me]);
  if (sign === drawn.sign) return;
  drawn.sign = sign;
  const surface = view ? surfaceFor(view.id, { view_id: view.id }) : null;
  surface?.form.keepOnly(view.blocks ?? []);
  keepFocus(body, () => fill(body, view ? h("div", { class: "home-view" }, blocksNode(view.blocks, surface)) : h("div", { class: "list-note" }, w("no_home"))));
}

/** The conversation with the app; it is made when first needed and then arrives over the socket. */
function ensureIm(app) {
  if (imWith(app.bot_user)) changed("messages");
  else openIm(app.bot_user);
}
