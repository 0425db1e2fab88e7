/** Clients and people of a story's own, so that no other story is disturbed. */
import { request, type Page } from "@playwright/test";
import type { Installation } from "./installation";
import { expect } from "./test";

/** What people who join in a story choose. */
const PASSWORD = "a sentence is easier";

/** Registers a client with the sample site; answers its id. */
export async function freshClient(shared: Installation, name: string): Promise<string> {
  const api = await request.newContext({ baseURL: shared.url, extraHTTPHeaders: { authorization: `Bearer ${shared.token}` } });
  const made = await api.post("/api/v1/tenants", { data: { name, website: shared.website, time_zone: "Europe/London" } });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = (await made.json()) as { id: string };
  await api.dispose();
  return id;
}

/** Invites somebody to a client from the page of its people; answers the path of the link that is handed over. */
export async function inviteByLink(page: Page, email: string, role: "Member" | "Administrator"): Promise<string> {
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByRole("radio", { name: role }).check();
  await dialog.getByRole("button", { name: "Make a link to copy" }).click();
  const link = await page.locator("#one-time").textContent();
  return new URL(link ?? "").pathname;
}

/** Opens an invitation, chooses a name and a password, and is in. */
export async function join(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Choose a password").fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page).not.toHaveURL(/join/);
}

/** Signs out and in again, as somebody who joined. */
export async function signInAgain(page: Page, email: string): Promise<void> {
  await page.locator("summary.rail__person").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}
