/** The six steps of getting started, driven to their end by the client's own administrator; the client is the story's own. */
import { expect, test } from "../lib/test";
import { freshClient, inviteByLink, join } from "../lib/joining";

test("the client's administrator fills in the six steps, leaves and comes back, uploads a document, and launches", async ({ as, shared, stranger, watch }) => {
  const client = await freshClient(shared, "Larkspur Cabins");
  const consultant = await as("consultant");
  await consultant.goto(`/portal/clients/${client}/settings`);
  const link = await inviteByLink(consultant, "lena@larkspur.example", "Administrator");
  const page = await stranger();
  await join(page, link, "Lena Lark");

  // Their home says what to begin with.
  await page.getByRole("link", { name: "Begin" }).click();
  await expect(page.getByText("Step 1 of 6")).toBeVisible();
  await page.getByRole("button", { name: "Go on without" }).click();
  await expect(page.getByText("Step 2 of 6")).toBeVisible();
  await page.getByLabel("Tone of voice").fill("Warm and plain.");
  await page.getByLabel("Words and claims to avoid").fill("cheap");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await expect(page.getByText("Step 3 of 6")).toBeVisible();

  // Left in the middle and another day: it goes on where it was, with everything that was filled in.
  await page.goto(`/client/${client}`);
  await expect(page.getByText("4 steps are left")).toBeVisible();
  await page.getByRole("link", { name: "Go on" }).click();
  await expect(page.getByText("Step 3 of 6")).toBeVisible();
  await page.getByRole("link", { name: "Back" }).click();
  await expect(page.getByLabel("Tone of voice")).toHaveValue("Warm and plain.");
  await page.getByRole("button", { name: "Save and go on" }).click();

  // What the website shows is filled in; what is no colour is said at its field.
  await page.getByLabel("Main colour", { exact: true }).evaluate((field: HTMLInputElement) => field.removeAttribute("pattern"));
  await page.getByLabel("Main colour", { exact: true }).fill("forest");
  watch.expecting(/status of 422/);
  await page.getByRole("button", { name: "Save and go on" }).click();
  await expect(page.getByLabel("Main colour", { exact: true })).toHaveAccessibleDescription(/colour/i);
  await expect(page.getByLabel("Main colour", { exact: true })).toHaveValue("forest");
  await page.getByLabel("Main colour", { exact: true }).fill("#2f5d50");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await expect(page.getByText("Step 4 of 6")).toBeVisible();

  // The list takes the document up without a reload.
  const words = "Prices 2026\n\nA cabin of twelve square metres costs 18,400 pounds, delivered and built.\n";
  await page.getByLabel("Choose files, or drop them here").setInputFiles({ name: "prices.txt", mimeType: "text/plain", buffer: Buffer.from(words) });
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("prices.txt")).toBeVisible();
  await page.getByRole("button", { name: "Go on", exact: true }).click();

  await expect(page.getByText("Step 5 of 6")).toBeVisible();
  await page.getByLabel("Visits a month").fill("1200");
  await page.getByRole("button", { name: "Save and go on" }).click();

  // The last step shows it all once more, and what follows.
  await expect(page.getByText("Step 6 of 6")).toBeVisible();
  const summary = page.locator(".summary");
  for (const said of ["Warm and plain.", "cheap", "prices.txt"]) await expect(summary).toContainText(said);
  await page.getByRole("button", { name: "Launch" }).click();
  await expect(page.locator("#toasts")).toContainText("Thank you");
  await page.goto(`/client/${client}`);
  await expect(page.getByRole("link", { name: "Getting started" })).toHaveCount(0);

  // The set-up goes on by itself, until the plan waits for the agency.
  await consultant.goto(`/portal/clients/${client}/context`);
  await expect(async () => {
    await consultant.reload();
    await expect(consultant.getByRole("heading", { name: "Version 1" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await page.goto(`/client/${client}/settings?tab=guidance`);
  await expect(page.getByRole("heading", { name: "What we know about you" })).toBeVisible();
});
