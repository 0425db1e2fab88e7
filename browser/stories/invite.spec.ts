/** Inviting by link and joining, each on the face that is theirs; the client is the story's own. */
import { expect, test } from "../lib/test";
import { freshClient, inviteByLink, join, signInAgain } from "../lib/joining";

test("a consultant invites a client's administrator by link, who joins on the client's face and invites a colleague", async ({ as, shared, stranger, watch }) => {
  const client = await freshClient(shared, "Juniper Huts");
  const consultant = await as("consultant");
  await consultant.goto(`/portal/clients/${client}/settings`);
  const link = await inviteByLink(consultant, "theo@juniper.example", "Administrator");

  // The link says to what, before anything is typed.
  const theo = await stranger();
  await theo.goto(link);
  await expect(theo.getByText("Administrator of Juniper Huts")).toBeVisible();
  watch.expecting(/status of 422/);
  await theo.getByLabel("Your name").fill("Theo Thatcher");
  await theo.getByLabel("Choose a password").evaluate((field: HTMLInputElement) => field.removeAttribute("minlength"));
  await theo.getByLabel("Choose a password").fill("too short");
  await theo.getByRole("button", { name: "Join" }).click();
  await expect(theo.getByLabel("Choose a password")).toHaveAccessibleDescription(/at least/i);
  await expect(theo.getByLabel("Your name")).toHaveValue("Theo Thatcher");

  await join(theo, link, "Theo Thatcher");
  await expect(theo).toHaveURL(new RegExp(`/client/${client}$`));
  await expect(theo.getByRole("heading", { level: 1, name: "Hello Theo" })).toBeVisible();
  await expect(theo.getByRole("link", { name: "Queue" })).toHaveCount(0);

  // Used, it opens nothing any more; whoever joined signs in with the password they chose.
  watch.expecting(/status of 4(04|09)/);
  const late = await stranger();
  await late.goto(link);
  await expect(late.getByRole("heading", { name: "accepted already" })).toBeVisible();
  await signInAgain(theo, "theo@juniper.example");
  await expect(theo.getByRole("heading", { level: 1, name: "Hello Theo" })).toBeVisible();

  // The agency's faces are not theirs, and their own people are.
  await theo.goto("/manage/users");
  await expect(theo.getByRole("heading", { name: "Users" })).toHaveCount(0);
  await theo.goto(`/client/${client}/settings?tab=people`);
  const second = await inviteByLink(theo, "kim@juniper.example", "Member");
  const kim = await stranger();
  await join(kim, second, "Kim Carver");
  await expect(kim.getByRole("heading", { level: 1, name: "Hello Kim" })).toBeVisible();
  await kim.goto(`/client/${client}/settings?tab=people`);
  await expect(kim.getByText("theo@juniper.example")).toBeVisible();
  await expect(kim.getByRole("button", { name: "Invite", exact: true })).toHaveCount(0);

  // A member becomes an administrator, is taken out again, and finds no door.
  await theo.goto(`/client/${client}/settings?tab=people`);
  await theo.getByLabel("Change Kim Carver").click();
  await theo.getByRole("button", { name: "Make an administrator" }).click();
  await expect(theo.locator("#toasts")).toContainText("They are an administrator now");
  await theo.getByLabel("Change Kim Carver").click();
  await theo.getByRole("button", { name: "Remove" }).click();
  await theo.getByRole("dialog", { name: "Remove Kim Carver?" }).getByRole("button", { name: "Remove" }).click();
  await expect(theo.getByText("kim@juniper.example")).toHaveCount(0);
  await kim.goto(`/client/${client}`);
  await expect(kim.getByRole("heading", { level: 1, name: "Hello Kim" })).toHaveCount(0);
});

test("an administrator invites a colleague by link, who joins in the Portal", async ({ as, stranger }) => {
  const administrator = await as("administrator");
  await administrator.goto("/manage/users");
  await administrator.getByRole("button", { name: "Invite people" }).click();
  const dialog = administrator.getByRole("dialog", { name: "Invite people" });
  await dialog.getByLabel("E-mail").fill("noor@demo.example");
  await dialog.getByRole("checkbox", { name: /^Reviewer/ }).check();
  await dialog.getByRole("button", { name: "Make a link to copy" }).click();
  const link = new URL((await administrator.locator("#one-time").textContent()) ?? "").pathname;

  const noor = await stranger();
  await join(noor, link, "Noor Iqbal");
  await expect(noor.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();
  await expect(noor.getByRole("link", { name: "Users" })).toHaveCount(0);
});
