/**
 * The installation that the stories share: the demonstration of a whole agency. It is made once for a run; each story
 * keeps to a client of its own, so that they may run side by side.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "@playwright/test";
import { results } from "./places";
import { address, run, start, type Running } from "./program";

/** Somebody of each role, as `demo --agency` makes them. */
export const people = {
  administrator: "admin@demo.example",
  consultant: "consultant@demo.example",
  reviewer: "editor@demo.example",
  approver: "approver@demo.example",
  client: "client@demo.example",
  member: "member@demo.example",
} as const;
export type Person = keyof typeof people;

/** The clients by what they are there for. One story changes one of them. */
export const clients = {
  /** All ten posts are out. Nobody changes it. */
  published: "Harbour & Pine",
  /** Ten posts wait: the keyboard's. */
  posts: "Northwind Cabins",
  /** Ten posts wait: for those that change single ones. */
  edited: "Sorrel Garden Rooms",
  /** Its own administrator decides after the staff, who approved four posts. */
  ownSay: "Birchwood Studio",
  /** Ten briefs wait, and its name is long. */
  briefs: "Atelier Größe & Söhne, Manufaktur für Gartenhäuser",
  /** Its strategy waits. */
  strategy: "Kestrel Workshops",
  /** Crawled, and nothing else yet. */
  website: "Willow & Wren",
} as const;
export type ClientName = keyof typeof clients;

/** Of the posts of "ownSay", those that are decided from mailed links: every other story leaves them alone. */
export const decidedByMail = {
  approved: "Eight things to know about windows and doors",
  returned: "A closer look at electrics and data",
} as const;
export const isDecidedByMail = (title: string) => (Object.values(decidedByMail) as string[]).includes(title.trim());

export interface Installation {
  url: string;
  folder: string;
  password: string;
  /** An API token of the administrator. */
  token: string;
  /** The website that clients have: the sample site. */
  website: string;
  /** The mail server's page: what people were sent. */
  mailbox: string;
  clients: Record<ClientName, string>;
}

const file = `${results}/installation.json`;
export const session = (person: Person) => `${results}/session-${person}.json`;

/** What the set-up left for the stories. */
export function installation(): Installation {
  return JSON.parse(readFileSync(file, "utf8")) as Installation;
}

/** Makes the agency, signs everybody in, and writes down where things are. */
export async function open(extra: NodeJS.ProcessEnv = {}): Promise<Running> {
  mkdirSync(results, { recursive: true });
  const running = await start(["demo", "--agency"], /The agency is open/, extra);
  try {
    writeFileSync(file, JSON.stringify(await describe(running), null, 2));
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

async function describe(running: Running): Promise<Installation> {
  const url = address(running.said);
  const password = /Sign in as\s+\S+ with (\S+)/.exec(running.said)?.[1];
  const website = /Website\s+(http\S+)/.exec(running.said)?.[1];
  const mailbox = /Mail\s+(http\S+[^/\s])/.exec(running.said)?.[1];
  if (!password || !website || !mailbox) throw new Error(`no password, website or mail in:\n${running.said}`);
  const token = run(["admin", "token", people.administrator, "--name", "browser", "--write"], running.folder).trim();
  await Promise.all((Object.keys(people) as Person[]).map((person) => signIn(url, people[person], password, session(person))));
  return { url, folder: running.folder, password, token, website, mailbox, clients: await ids(url, token) };
}

/** Signs somebody in over plain forms, and keeps the session in a file when one is named. */
export async function signIn(url: string, email: string, password: string, path?: string) {
  const context = await request.newContext({ baseURL: url });
  const csrf = formToken(await (await context.get("/sign-in")).text());
  const answer = await context.post("/sign-in", { form: { _csrf: csrf, email, password, next: "" }, maxRedirects: 0 });
  if (answer.status() !== 303) throw new Error(`${email} could not sign in: ${answer.status()}`);
  return context.storageState(path ? { path } : {});
}

/** The token that every form of this page carries. */
export function formToken(html: string): string {
  const found = /name="_csrf" value="([^"]*)"/.exec(html)?.[1];
  if (!found) throw new Error("the page has no form");
  return found;
}

async function ids(url: string, token: string): Promise<Record<ClientName, string>> {
  const context = await request.newContext({ baseURL: url, extraHTTPHeaders: { authorization: `Bearer ${token}` } });
  const page = (await (await context.get("/api/v1/tenants?limit=100")).json()) as { items: { id: string; name: string }[] };
  await context.dispose();
  const found = Object.entries(clients).map(([key, name]) => {
    const id = page.items.find((tenant) => tenant.name === name)?.id;
    if (!id) throw new Error(`the demonstration has no client ${name}`);
    return [key, id];
  });
  return Object.fromEntries(found) as Record<ClientName, string>;
}
