/** Where things are: the program that is tried, the browser, and what a run leaves behind. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? `${root}target`;

export const program = process.env.BROWSER_PROGRAM ?? `${target}/debug/agency-os`;
/** Results, traces of failures, and what the set-up hands to the stories. */
export const results = `${target}/browser`;
export const screens = `${target}/screens`;

/** Debian's Chromium, or what the caller found. The package's own download is never used. */
export function chromium(): string {
  const named = process.env.BROWSER_CHROMIUM;
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = named ?? known.find((path) => existsSync(path));
  if (!found) throw new Error("No Chromium: name one in BROWSER_CHROMIUM, or as root: apt-get install chromium");
  return found;
}

/** A browser that asks nobody outside for anything. */
export const browserArguments = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
  // Chromium refuses its own sandbox to root, as in a container.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];
