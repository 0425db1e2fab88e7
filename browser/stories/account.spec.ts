/** Somebody's own account: the first password, a second factor, another address. */
import { createHmac } from "node:crypto";
import { request } from "@playwright/test";
import { accessibility } from "../lib/checks";
import { letter, link } from "../lib/mailbox";
import { expect, test } from "../lib/test";

/** The code that an authenticator shows for this secret (RFC 6238: SHA-1, six digits, 30 seconds), now. */
function code(secret: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(/[\s=]/g, "").toUpperCase()].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(moment).digest();
  const from = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const BEFORE = "rosa.new@demo.example";
const AFTER = "rosa.renamed@demo.example";
const PASSWORD = "a lantern in the boathouse";

test("from a one-time password to one's own, a second factor and another address", async ({ shared, stranger, watch }) => {
  const api = await request.newContext({ baseURL: shared.url, extraHTTPHeaders: { authorization: `Bearer ${shared.token}` } });
  const made = await api.post("/api/v1/users", { data: { email: BEFORE, name: "Rosa Reviewer", roles: [{ role: "reviewer" }] }, headers: { "idempotency-key": "rosa" } });
  expect(made.status()).toBe(201);
  const { one_time_password: once } = (await made.json()) as { one_time_password: string };

  // A wrong code, and the stream of a page whose session is gone.
  watch.expecting(/status of (422|401)/);
  const page = await stranger();
  const enter = async (email: string, password: string) => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };

  // What an administrator handed over opens only the page that replaces it.
  await enter(BEFORE, once);
  await expect(page.getByRole("heading", { name: "Choose your password" })).toBeVisible();
  await page.goto("/portal");
  await expect(page.getByRole("heading", { name: "Choose your password" })).toBeVisible();
  expect(await accessibility(page)).toEqual([]);
  await page.reload();
  await page.getByLabel("Present or one-time password").fill(once);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();

  await page.goto("/account/two-factor");
  await page.getByRole("button", { name: "Set it up" }).click();
  const secret = (await page.locator("#secret").textContent()) ?? "";
  await page.getByLabel("The six digits that it shows").fill(code(secret));
  await page.getByRole("button", { name: "Turn it on" }).click();
  const recovery = (await page.locator("#recovery-codes code").first().textContent()) ?? "";
  await page.getByRole("link", { name: "I have kept them" }).click();

  // The new address counts once the letter that went there was opened, and its button pressed.
  await page.getByLabel("New address").fill(AFTER);
  const present = page.locator("form[action='/account/email']").getByLabel(/password/i);
  if (await present.count()) await present.fill(PASSWORD);
  await page.locator("form[action='/account/email'] button[type=submit]").click();
  await expect(page.getByText("waits to be confirmed")).toBeVisible();
  const confirm = link(await letter(api, shared.mailbox, AFTER, ""), "/account/email/");
  await page.goto(confirm);
  await expect(page.getByRole("heading", { name: "Confirm your address" })).toBeVisible();
  expect(await accessibility(page)).toEqual([]);
  await page.reload();
  await page.getByRole("button", { name: "Confirm" }).click();

  // The password alone opens nothing now, and a wrong code is said at its field.
  await page.context().clearCookies();
  await enter(AFTER, PASSWORD);
  await expect(page.getByRole("heading", { name: "Your code" })).toBeVisible();
  expect(await accessibility(page)).toEqual([]);
  await page.reload();
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByLabel("Code")).toHaveAccessibleDescription(/code/i);
  await page.getByLabel("Code").fill(recovery);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();

  // A recovery code opens once.
  await page.context().clearCookies();
  await enter(AFTER, PASSWORD);
  await page.getByLabel("Code").fill(recovery);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByLabel("Code")).toHaveAccessibleDescription(/code/i);
  await api.dispose();
});
