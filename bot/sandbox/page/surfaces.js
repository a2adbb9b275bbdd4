// Which form belongs to which surface: a view keeps its form while it is open, a message until it changes.
import { Form } from "./forms.js";

const forms = new Map();

export function blocksSurfaceForm(key, fresh = false) {
  if (fresh || !forms.has(key)) forms.set(key, new Form());
  return forms.get(key);
}

export function forgetForm(key) {
  forms.delete(key);
}
