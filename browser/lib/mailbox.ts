/** The simulated mail server of the demonstration, as a person's mailbox. */
import { expect, type APIRequestContext } from "@playwright/test";

export interface Letter {
  to: string;
  subject: string;
  /** The text part, as a mail program shows it. */
  text: string;
}

const plain = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** The newest letter to this address that holds all these words in its subject or its text; waits until there is one. */
export async function letter(request: APIRequestContext, mailbox: string, to: string, ...words: string[]): Promise<Letter> {
  let found: Letter | undefined;
  const look = async () => {
    const list = await (await request.get(mailbox)).text();
    for (const [, address, path, subject] of list.matchAll(/<td>([^<]*)<\/td><td><a href="([^"]*)">([^<]*)<\/a>/g)) {
      if (plain(address ?? "") !== to) continue;
      const page = await (await request.get(mailbox + path)).text();
      const text = plain(/<pre>([\s\S]*?)<\/pre>/.exec(page)?.[1] ?? "");
      found = { to, subject: plain(subject ?? ""), text };
      const all = `${found.subject}\n${text}`;
      if (words.every((one) => all.includes(one))) return true;
    }
    return false;
  };
  // A letter waits half a minute for more of its kind before it is sent.
  await expect.poll(look, { message: `a letter to ${to} with “${words.join("”, “")}”`, timeout: 60_000 }).toBe(true);
  if (!found) throw new Error("it was found and is gone");
  return found;
}

/** The link with which this is decided on: below its title in a letter about several things, else the letter's only one. */
export function decisionLink(letter: Letter, title: string): string {
  const from = letter.text.indexOf(`- ${title}\n`);
  return link(from < 0 ? letter : { ...letter, text: letter.text.slice(from) }, "/a/");
}

/** The address in a letter that starts so, as `/a/`. */
export function link(letter: Letter, start: string): string {
  const found = /http:\/\/[^\s/]+(\/[^\s]*)/g;
  for (const [, path] of letter.text.matchAll(found)) if (path?.startsWith(start)) return path;
  throw new Error(`no address ${start}… in:\n${letter.text}`);
}
