/** Keeps "5 minutes ago" true while a page stays open. Same words and limits as the server's `ui::Moment`. */
import { all } from "./dom";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function startTimes(): void {
  window.setInterval(refresh, 30_000);
}

function refresh(): void {
  const now = Date.now();
  for (const time of all<HTMLTimeElement>("time[data-relative]")) {
    const text = relative((now - Date.parse(time.dateTime)) / 1000);
    if (text && time.textContent !== text) time.textContent = text;
  }
}

export function relative(seconds: number): string | null {
  const past = seconds >= 0;
  const span = Math.abs(seconds);
  const say = (count: number, unit: string) => {
    const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return past ? `${words} ago` : `in ${words}`;
  };
  if (span < 45) return "just now";
  if (span < HOUR) return say(Math.max(1, Math.floor(span / MINUTE)), "minute");
  if (span < DAY) return say(Math.floor(span / HOUR), "hour");
  if (span < 7 * DAY) return say(Math.floor(span / DAY), "day");
  return null;
}
