/** Pages for whoever is not signed in yet: the doors, and what letters lead to. Each letter is really asked for and read. */
import { request } from "@playwright/test";
import { formToken, people, type Installation } from "./installation";
import { letter, link } from "./mailbox";
import type { Address } from "./pages";

/** Who takes letters here; nobody signs in with these addresses. */
const INVITED = "paula.invited@demo.example";

export async function doors(shared: Installation): Promise<Address[]> {
  const api = await request.newContext({ baseURL: shared.url, extraHTTPHeaders: { authorization: `Bearer ${shared.token}` } });
  const stranger = await request.newContext({ baseURL: shared.url });
  try {
    // Two tests may come here; the second finds the first one's invitation.
    const asked = await api.post("/api/v1/invitations", { data: { email: INVITED, roles: [{ role: "reviewer" }] }, headers: { "idempotency-key": "doors" } });
    if (!asked.ok() && asked.status() !== 409) throw new Error(`the invitation answered ${asked.status()}: ${await asked.text()}`);
    const forgot = formToken(await (await stranger.get("/forgot")).text());
    await stranger.post("/forgot", { form: { _csrf: forgot, email: people.member } });
    const join = link(await letter(stranger, shared.mailbox, INVITED, ""), "/join/");
    const reset = link(await letter(stranger, shared.mailbox, people.member, "password"), "/reset/");
    const decide = link(await letter(stranger, shared.mailbox, people.client, "Waiting for your decision"), "/a/");
    return [
      { route: "/sign-in", path: "/sign-in", look: "" },
      { route: "/forgot", path: "/forgot", look: "" },
      { route: "/join/{token}", path: join, look: "" },
      { route: "/join/{token}", path: "/join/made-up", look: "gone" },
      { route: "/reset/{token}", path: reset, look: "" },
      { route: "/reset/{token}", path: "/reset/made-up", look: "gone" },
      { route: "/a/{token}", path: decide, look: "" },
      { route: "/a/{token}", path: "/a/made-up", look: "gone" },
    ];
  } finally {
    await api.dispose();
    await stranger.dispose();
  }
}
