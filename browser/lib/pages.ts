/**
 * Every page of the product. The list of routes comes from the program; an address for each is found as a person finds
 * it, by following links. A route that no page leads to has to be named in [`UNLINKED`], so that none is forgotten.
 */
import { execFileSync } from "node:child_process";
import { request, type APIRequestContext } from "@playwright/test";
import { session, type ClientName, type Installation, type Person } from "./installation";
import { program } from "./places";

/** Whose eyes the pages are seen with: the client's own people have a face of their own. */
export const VISITORS = ["client", "administrator"] as const satisfies Person[];
export type Visitor = (typeof VISITORS)[number];
/** The client whose face the client's visitor walks through. */
export const CLIENTS_OWN: ClientName = "ownSay";

export interface Address {
  /** As the router writes it: `/portal/clients/{tenant}/plan`. */
  route: string;
  path: string;
  /** Who found it, and so sees it. */
  visitor?: Visitor;
  /** What tells it apart from other pages of the same route, as in the kind of an approval. */
  look: string;
}

/** Pages that nothing links to, and where the suite opens them instead. */
export const UNLINKED: Record<string, string> = {
  "/": "leads to a face",
  "/client": "leads to the face of one's client",
  "/portal/live": "a stream",
  "/portal/search/palette": "a part of every page: stories/find opens it",
  "/portal/search/clients": "names for a filter's field, where clients are many",
  "/portal/clients/{tenant}/screenshots/{crawl}": "a picture, which a crawl without a browser has not",
  "/client/{tenant}/screenshots/{crawl}": "a picture, which a crawl without a browser has not",
  "/brand/style.css": "a style",
  "/brand/logo": "a picture",
  "/m/{token}": "a picture, for platforms that were given its address",
  "/n/{notification}": "leads on to what it tells of",
  "/client/{tenant}/tasks/{activity}": "only where a template asks something of the client: no template of ours does",
  "/first-run": "only before the set-up: stories/first-run and screens open it",
  "/password": "for people with a one-time password: doors opens it",
  "/sign-in": "for strangers: doors opens it",
  "/forgot": "for strangers: doors opens it",
  "/join/{token}": "from a letter: doors opens it",
  "/reset/{token}": "from a letter: doors opens it",
  "/a/{token}": "from a letter: doors opens it",
  "/a/{token}/media/{media}": "a picture, of what a letter asks about",
  "/a/{token}/media/{media}/file": "a picture, of what a letter asks about",
  "/account/email/{token}": "from a letter: stories/account opens it",
  "/sign-in/code": "in the middle of signing in: stories/account opens it",
  "/sign-in/provider": "leads to the identity provider",
  "/sign-in/provider/callback": "leads into the product",
  "/portal/approvals/{approval}/edit": "leads to the editor again after a form was given back",
  "/channels/return": "leads back from a platform's consent to its choice",
  "/portal/clients/{tenant}/channels/consents/{visit}": "only after a consent at a platform, once",
  "/client/{tenant}/channels/consents/{visit}": "only after a consent at a platform, once",
};

/** Part of the address that changes how the page is laid out, and so makes another picture. */
const LAYOUT = new Set(["view", "kind"]);
/** Routes whose pages look different by what they show: the words that tell which. */
const LOOKS: Record<string, RegExp> = {
  "/portal/approvals/{approval}": /approval-head__kind">([^<]+)</,
  "/portal/clients/{tenant}/items/{item}": /id="publication"[\s\S]*?badge--(\w+)/,
};

/** Routes that a browser can open. */
export function routes(): string[] {
  const lines = execFileSync(program, ["routes"], { encoding: "utf8" }).split("\n");
  const gets = lines.filter((line) => line.startsWith("GET ")).map((line) => line.slice(4));
  return gets.filter((path) => !/^\/(api\/|assets\/|webhooks\/)/.test(path));
}

function matcher(route: string): RegExp {
  const parts = route.split("/").map((part) => (part.startsWith("{") ? "[^/]+" : part.replace(/[.*+?^$()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${parts.join("/")}$`);
}

export class Finder {
  readonly pages: Address[] = [];
  /** Routes that answer with something else than a page: pictures, downloads, streams. */
  readonly others = new Set<string>();
  /** Links to addresses that no route serves. */
  readonly nowhere = new Set<string>();
  private seen = new Set<string>();
  private readonly known: { route: string; matches: RegExp }[];

  constructor(
    private request: APIRequestContext,
    private visitor: Visitor = "administrator",
  ) {
    // A fixed path wins over one with a hole, as in the router.
    this.known = routes()
      .sort((a, b) => a.split("{").length - b.split("{").length)
      .map((route) => ({ route, matches: matcher(route) }));
  }

  /** Routes that no page led to and no reason names. */
  missing(): string[] {
    const found = new Set(this.pages.map((page) => page.route));
    return this.known.map(({ route }) => route).filter((route) => !found.has(route) && !this.others.has(route) && !(route in UNLINKED));
  }

  /** All of the product, as far as these clients show it; of two that have a page the one that is named first shows it. */
  static async everything(shared: Installation, clients: string[]): Promise<Finder> {
    const visit = (visitor: Visitor) => request.newContext({ baseURL: shared.url, storageState: session(visitor) });
    // The client's face first, so that its pages are shown as the client sees them.
    const own = shared.clients[CLIENTS_OWN];
    const outside = await visit("client");
    const finder = new Finder(outside, "client");
    await finder.follow([`/client/${own}`], [own]);
    const administrator = await visit("administrator");
    finder.become(administrator, "administrator");
    for (const client of clients) await finder.follow([`/portal/clients/${client}`], [client]);
    await finder.follow(["/portal", "/manage/users"], clients);
    await Promise.all([outside.dispose(), administrator.dispose()]);
    return finder;
  }

  /** Goes on as somebody else, to whom every address is new. */
  private become(request: APIRequestContext, visitor: Visitor): void {
    [this.request, this.visitor, this.seen] = [request, visitor, new Set()];
  }

  /** Whether this page is there already: what both have of their own, such as an account, each sees for themselves. */
  private has(route: string, look: string): boolean {
    const same = (page: Address) => page.visitor === this.visitor || (this.visitor === "administrator" && route.startsWith("/client/"));
    return this.pages.some((page) => page.route === route && page.look === look && same(page));
  }

  /** Follows links from here. Of the clients only the given ones are entered. */
  async follow(from: string[], clients?: string[]): Promise<void> {
    const waiting = [...from];
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      if (this.seen.has(path)) continue;
      const url = new URL(path, "http://here");
      const route = this.known.find(({ matches }) => matches.test(url.pathname))?.route;
      if (!route && !/^\/(api|assets)\//.test(url.pathname)) this.nowhere.add(url.pathname);
      if (!route || this.others.has(route) || (route === "/portal/live")) continue;
      const client = /^\/(?:portal\/clients|client)\/([0-9a-f-]{36})/.exec(url.pathname)?.[1];
      if (client && clients && !clients.includes(client)) continue;
      this.seen.add(path);
      const layout = [...url.searchParams].filter(([name]) => LAYOUT.has(name)).map(([, value]) => value);
      if (url.search && layout.length === 0) continue;
      // Lists of every client are read for their links; of single things one is enough, unless they look different.
      const single = route.split("{").length > 2;
      if (single && !LOOKS[route] && this.has(route, layout.join(" "))) continue;

      const answer = await this.request.get(path, { headers: { accept: "text/html" }, maxRedirects: 0, timeout: 90_000 });
      const kind = answer.headers()["content-type"] ?? "";
      if (answer.status() >= 300 && answer.status() < 400) {
        waiting.unshift(answer.headers()["location"] ?? "");
        // Where the client's people are led away from the agency's faces, staff find a page.
        if (this.visitor !== "client" || !/^\/(portal|manage|reference)/.test(route)) this.others.add(route);
        continue;
      }
      if (!kind.startsWith("text/html")) {
        this.others.add(route);
        continue;
      }
      if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}`);
      const html = await answer.text();
      const look = [...layout, LOOKS[route]?.exec(html)?.[1]?.trim() ?? ""].filter(Boolean).join(" ");
      if (!this.has(route, look)) this.pages.push({ route, path, look, visitor: this.visitor });
      const links = [...html.matchAll(/<(?:a|img)\b[^>]*?\b(?:href|src)="([/?][^"#]*)/g)].map((found) => decode(found[1] ?? ""));
      waiting.push(...links.map((link) => (link.startsWith("?") ? url.pathname + link : link)).filter((link) => !this.seen.has(link)));
    }
  }
}

const decode = (text: string) => text.replaceAll("&amp;", "&").replaceAll("&#38;", "&");

/** A name for files: `portal-clients-tenant-plan`, `account as client`. */
export function nameOf(page: Address): string {
  const whose = page.visitor === "client" && !page.route.startsWith("/client") ? "as client" : "";
  const words = `${page.route} ${page.look} ${whose}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return words.replace(/^-|-$/g, "") || "root";
}
