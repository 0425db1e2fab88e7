/** Dark and light, small and large, without a script: the same pages for everybody. */
import { decidedByMail, session } from "../lib/installation";
import { expect, test } from "../lib/test";

/** How bright the page behind everything is, from 0 to 255. */
const brightness = () => {
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) return -1;
  canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return (red + green + blue) / 3;
};

test("dark follows the system, can be chosen, and is remembered without a flash", async ({ as }) => {
  const page = await as("reviewer");
  await page.goto("/portal");
  expect(await page.evaluate(brightness)).toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await page.evaluate(brightness)).toBeLessThan(60);
  await page.emulateMedia({ colorScheme: "light" });

  const choose = page.locator("[data-theme-switch]");
  await expect(choose).toHaveAccessibleName("Theme: system");
  await choose.click();
  await expect(choose).toHaveAccessibleName("Theme: light");
  await choose.click();
  await expect(choose).toHaveAccessibleName("Theme: dark");
  expect(await page.evaluate(brightness)).toBeLessThan(60);
  // The server writes it into the page, so that nothing flashes while scripts load.
  const html = await (await page.request.get("/portal/clients")).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
});

test("on a phone the queue and an approval are usable, and nothing has to be pushed sideways", async ({ as, shared }) => {
  const page = await as("approver");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/portal?client=${shared.clients.briefs}`);
  await page.locator("[data-item] [data-primary]").first().click();
  for (const _ of ["approval", "clients"]) {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(over).toBeLessThanOrEqual(0);
    await page.getByRole("link", { name: "Clients" }).first().click();
  }
  await page.getByRole("button", { name: "Menu" }).click();
  await expect(page.getByRole("dialog", { name: "Menu" })).toBeVisible();
});

test("without a script everything can be read, and a plain form works", async ({ browser, shared }) => {
  const context = await browser.newContext({ baseURL: shared.url, storageState: session("approver"), javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`/portal?client=${shared.clients.ownSay}&mine=1`);
  const item = page.locator("[data-item]").filter({ hasNotText: new RegExp(Object.values(decidedByMail).join("|")) }).first();
  const title = (await item.locator("[data-primary]").textContent()) ?? "";
  await item.getByRole("button", { name: "Approve" }).click();
  await expect(page.locator("#toasts")).toContainText("Approved");
  await expect(page.getByRole("link", { name: title, exact: true })).toHaveCount(0);
  await context.close();
});

test("whoever has no right is told so in words, and a stranger is asked to sign in", async ({ as, stranger, watch }) => {
  watch.expecting(/status of 40[34]/);
  const page = await as("reviewer");
  const denied = await page.goto("/manage/users");
  expect(denied?.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const nowhere = await page.goto("/portal/clients/00000000-0000-7000-8000-000000000000");
  expect(nowhere?.status()).toBe(404);

  const nobody = await stranger();
  await nobody.goto("/portal/clients");
  await expect(nobody).toHaveURL(/sign-in\?next=/);
});
