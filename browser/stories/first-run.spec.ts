/** Of a new installation: the first run, signing in, and what an empty agency shows. */
import { expect, test } from "../lib/test";
import { address, start, type Running } from "../lib/program";

let fresh: Running;
test.beforeAll(async () => {
  fresh = await start(["serve"], /Agency OS is at/);
});
test.afterAll(async () => fresh?.stop());

test("whoever opens a new installation sets the agency up, is in, and is told what to do first", async ({ stranger, watch }) => {
  const page = await stranger(address(fresh.said));
  await page.goto("/portal/clients");
  await expect(page).toHaveURL(/first-run/);

  await page.getByLabel("Name", { exact: true }).fill("Lighthouse & Sons");
  await page.getByLabel("Your name").fill("Ines Ortega");
  await page.getByLabel("E-mail").fill("ines@lighthouse.example");
  await page.getByLabel("Password").fill("a sentence is easier");
  await page.getByRole("button", { name: "Start" }).click();

  await expect(page.getByRole("heading", { name: "Queue" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Lighthouse & Sons" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No clients yet" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Add a client" })).toBeVisible();

  // The first run is over for everybody.
  await page.goto("/first-run");
  await expect(page).not.toHaveURL(/first-run/);

  await page.locator("summary.rail__person").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/sign-in/);

  // A wrong password loses nothing but itself, and does not say which half was wrong.
  watch.expecting(/status of 4(01|22)/);
  await page.getByLabel("E-mail").fill("ines@lighthouse.example");
  await page.getByLabel("Password").fill("not the sentence");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("E-mail")).toHaveValue("ines@lighthouse.example");

  await page.getByLabel("Password").fill("a sentence is easier");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Queue" })).toBeVisible();
});
