/** `cargo xtask lighthouse`: what Lighthouse says of the pages that people live in, one line of JSON each. */
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { chromium as playwright, request } from "@playwright/test";
import lighthouse from "lighthouse";
import { session } from "../lib/installation";
import { browserArguments, chromium, results } from "../lib/places";
import { expect, test } from "../lib/test";

const GOALS = { accessibility: 100, performance: 95 } as const;
const file = `${results}/lighthouse.jsonl`;

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof bound === "object" && bound ? bound.port : 0;
}

test("the pages that people live in reach their goals", async ({ shared }) => {
  test.setTimeout(900_000);
  mkdirSync(results, { recursive: true });
  rmSync(file, { force: true });
  const { ownSay, published } = shared.clients;
  const wanted = [
    { name: "queue", path: "/portal", person: "administrator" },
    { name: "workspace", path: `/portal/clients/${published}`, person: "administrator" },
    { name: "calendar", path: "/portal/calendar", person: "administrator" },
    { name: "client home", path: `/client/${ownSay}`, person: "client" },
  ] as const;
  const port = await freePort();
  const browser = await playwright.launch({ executablePath: chromium(), args: [...browserArguments, `--remote-debugging-port=${port}`] });
  const short: string[] = [];
  for (const { name, path, person } of wanted) {
    const context = await request.newContext({ baseURL: shared.url, storageState: session(person) });
    const there = (await context.get(path)).ok();
    const cookies = (await context.storageState()).cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join("; ");
    await context.dispose();
    if (!there) continue;
    for (const [device, settings] of Object.entries({ desktop, phone })) {
      const judge = () => lighthouse(shared.url + path, { port, logLevel: "error", output: "json", onlyCategories: ["accessibility", "performance"], extraHeaders: { Cookie: cookies }, ...settings });
      // On a busy machine Lighthouse may miss the first paint; then it has measured nothing, and looks again.
      let ran = await judge();
      for (let again = 0; again < 2 && ran?.lhr.categories["performance"]?.score == null; again++) ran = await judge();
      if (!ran) throw new Error(`Lighthouse said nothing of ${path}`);
      const score = (category: keyof typeof GOALS) => Math.round((ran.lhr.categories[category]?.score ?? 0) * 100);
      const line = { page: name, device, accessibility: score("accessibility"), performance: score("performance"), ...figures(ran.lhr.audits) };
      console.log(JSON.stringify(line));
      appendFileSync(file, `${JSON.stringify(line)}\n`);
      for (const [category, goal] of Object.entries(GOALS)) {
        const reached = score(category as keyof typeof GOALS);
        if (reached < goal) short.push(`${name} (${device}): ${category} ${reached} of ${goal}`);
      }
      for (const audit of Object.values(ran.lhr.audits)) {
        const counts = ran.lhr.categories["accessibility"]?.auditRefs.some((ref) => ref.id === audit.id && ref.weight > 0);
        if (counts && audit.score !== null && audit.score < 1) short.push(`  ${audit.id}: ${audit.title}${elements(audit)}`);
      }
    }
  }
  await browser.close();
  expect(short.join("\n")).toEqual("");
});

/** The elements that an audit found fault with, one below the other. */
function elements(audit: { details?: object }): string {
  const items = (audit.details as { items?: { node?: { snippet?: string } }[] } | undefined)?.items ?? [];
  return items.map((item) => `\n    ${item.node?.snippet ?? ""}`).join("");
}

function figures(audits: Record<string, { numericValue?: number }>) {
  const of = (id: string) => Math.round(audits[id]?.numericValue ?? 0);
  return { first_paint_ms: of("first-contentful-paint"), largest_paint_ms: of("largest-contentful-paint"), blocking_ms: of("total-blocking-time"), bytes: of("total-byte-weight") };
}

/** As Lighthouse's own presets have it: a laptop on a cable, and a middling phone on a slow network. */
const desktop = {
  formFactor: "desktop" as const,
  screenEmulation: { mobile: false, width: 1440, height: 900, deviceScaleFactor: 1, disabled: false },
  throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1, requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 },
};
const phone = { formFactor: "mobile" as const };
