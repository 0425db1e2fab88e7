/** The client's administrator decides on the dashboard after the staff, on the client "ownSay" (of whose posts mail.spec takes two others). */
import { decidedByMail } from "../lib/installation";
import { expect, test } from "../lib/test";

test("after the agency's yes a post waits for the client, who approves exactly what is shown", async ({ as, shared }) => {
  const base = `/client/${shared.clients.ownSay}`;
  const page = await as("client");
  await page.goto(`${base}/approvals`);
  const waiting = page.locator("#waiting [data-primary]");
  const mine = waiting.filter({ hasNotText: new RegExp(Object.values(decidedByMail).join("|")) }).first();
  const title = (await mine.textContent()) ?? "";
  await mine.click();
  await expect(page.getByRole("heading", { level: 1, name: title }).first()).toBeVisible();
  await expect(page.getByRole("article", { name: "The article as it will look" })).toBeVisible();
  const path = new URL(page.url()).pathname;

  // A member of the same client reads it, and is told who decides; staff can't decide in their place.
  const member = await as("member");
  await member.goto(path);
  await expect(member.getByText("An administrator of your company decides on this.")).toBeVisible();
  await expect(member.getByRole("button", { name: "Approve" })).toHaveCount(0);
  const staff = await as("approver");
  await staff.goto(path);
  await expect(staff.getByText("You see this as the client does")).toBeVisible();
  await expect(staff.getByRole("button", { name: "Approve" })).toHaveCount(0);

  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.locator("#toasts")).toContainText("Approved. Thank you.");
  await page.goto(`${base}/approvals`);
  await expect(page.locator("#waiting").getByRole("link", { name: title, exact: true })).toHaveCount(0);
  const decided = page.locator("section", { has: page.getByRole("heading", { name: "Decided" }) }).getByRole("listitem").filter({ hasText: title });
  await expect(decided).toContainText("Clara Client");
  await expect(decided).toContainText("Approved");

  // It is on its way: nobody is asked once more.
  await page.goto(path);
  await expect(page.getByText(/Clara Client approved this/)).toBeVisible();
  await page.goto(`${base}/content`);
  const row = page.getByRole("listitem").filter({ hasText: title }).first();
  await expect(row).toContainText(/Ready to go out|Scheduled|On your site/);
});
