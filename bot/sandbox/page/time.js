// How moments are written: in the acting person's language and time zone, against the workspace's own clock.

let locale = "en-US";
let zone = "UTC";
let nowMs = 0;

export function setPlace(person) {
  locale = person?.locale?.replace("_", "-") || "en-US";
  zone = person?.tz || "UTC";
  try {
    new Intl.DateTimeFormat(locale, { timeZone: zone });
  } catch {
    [locale, zone] = ["en-US", "UTC"];
  }
}

export function setNow(iso) {
  const ms = Date.parse(iso);
  if (!Number.isNaN(ms)) nowMs = ms;
}

export const now = () => nowMs;
export const msOf = (ts) => Number(ts) * 1000;

function format(ms, options) {
  return new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(ms);
}

export const clockTime = (ms) => format(ms, { hour: "numeric", minute: "2-digit" });
export const shortTime = (ms) => format(ms, { hour: "2-digit", minute: "2-digit", hour12: false });
export const fullTime = (ms) => format(ms, { dateStyle: "full", timeStyle: "medium" });
export const clockDate = (ms) => format(ms, { weekday: "short", month: "short", day: "numeric" });
export const dayKey = (ms) => new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(ms);

export function dayName(ms, words) {
  const day = 86400000;
  if (nowMs && dayKey(ms) === dayKey(nowMs)) return words("today");
  if (nowMs && dayKey(ms) === dayKey(nowMs - day)) return words("yesterday");
  return format(ms, { year: "numeric", month: "long", day: "numeric", weekday: "long" });
}

/** Slack's date tokens: <!date^1392734382^{date} at {time}|fallback> */
export function dateTokens(unix, pattern, words) {
  const ms = unix * 1000;
  const pretty = (full) => [words("today"), words("yesterday")].includes(dayName(ms, words)) ? dayName(ms, words) : full;
  const long = format(ms, { weekday: "long", year: "numeric", month: "long", day: "numeric" });
  const plain = format(ms, { year: "numeric", month: "long", day: "numeric" });
  const short = format(ms, { year: "numeric", month: "short", day: "numeric" });
  const table = {
    date_num: dayKey(ms), date: plain, date_short: short, date_long: long, date_long_full: long, date_slash: format(ms, { dateStyle: "short" }),
    date_pretty: pretty(plain), date_short_pretty: pretty(short), date_long_pretty: pretty(long), day_divider_pretty: pretty(long),
    time: clockTime(ms), time_secs: format(ms, { hour: "numeric", minute: "2-digit", second: "2-digit" }), ago: ago(ms, words),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => table[name] ?? whole);
}

export function ago(ms, words) {
  const seconds = Math.round((ms - (nowMs || ms)) / 1000);
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return words("just_now");
}

function wallParts(ms) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(ms);
  return Object.fromEntries(parts.map((part) => [part.type, part.value]));
}

/** What a datetime-local field shows for a Unix time. */
export function toLocalField(unix) {
  const p = wallParts(unix * 1000);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** The Unix time of what a datetime-local field holds, read in the person's zone. */
export function fromLocalField(text) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  let guess = wanted;
  for (let turn = 0; turn < 2; turn += 1) {
    guess += wanted - Date.parse(`${toLocalField(guess / 1000)}Z`);
  }
  return Math.floor(guess / 1000);
}
