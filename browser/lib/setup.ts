/** Opens the shared installation before the first test and closes it after the last. */
import { open } from "./installation";

export default async function setup(): Promise<() => Promise<void>> {
  // Pictures show what a browser read off the website; the stories don't need it and go quicker without.
  const pictures = process.env.BROWSER_SCREENS === "1";
  const running = await open(pictures ? { AGENCY_OS_CRAWL__BROWSER: "" } : {});
  return () => running.stop();
}
