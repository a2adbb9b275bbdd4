// How the page talks to the sandbox: requests as the acting person, and the socket that pushes what happens.

export class ApiError extends Error {}

export function makeApi(as) {
  const get = (path, params = {}) => request(`/client/${path}?${new URLSearchParams({ ...(as ? { as } : {}), ...params })}`);
  const post = (path, body = {}) => request(`/client/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as, ...body }),
  });
  return { as, get, post };
}

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new ApiError("unreachable");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.error ?? `http_${response.status}`);
  if (answer.ok === false && answer.error && !answer.errors) throw new ApiError(answer.error);
  return answer;
}

/** Keeps one socket open; `onUp(again)` tells that it is connected, `onDown()` that it was lost. */
export function connect(as, { onEvent, onUp, onDown }) {
  let tries = 0;
  let socket = null;
  const open = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/client/ws?${new URLSearchParams({ as })}`);
    socket.onopen = () => { onUp(tries > 0); tries = 0; };
    socket.onmessage = (event) => onEvent(JSON.parse(event.data));
    socket.onclose = () => {
      onDown();
      tries += 1;
      setTimeout(open, Math.min(5000, 250 * 2 ** tries));
    };
  };
  open();
  addEventListener("pagehide", () => { if (socket) { socket.onclose = null; socket.close(); } });
}
