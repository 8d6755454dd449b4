/** What the page asks for through whatever stands before its server, and what it makes of strange answers. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { webSite } from "../src/source";
import { createToken, type Token } from "../src/source/token";

const SECRET = "t".repeat(43);
const JSON_TYPE = { "Content-Type": "application/json" };

let token: Token;
let asked: { address: string; options: RequestInit }[];
let answers: Response[];

beforeEach(() => {
  const kept = new Map<string, string>();
  const keep = { getItem: (key: string) => kept.get(key) ?? null, setItem: kept.set.bind(kept) };
  token = createToken(keep as unknown as Storage);
  token.give(`http://localhost:8420/#token=${SECRET}`);
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", async (address: string, options: RequestInit) => {
    asked.push({ address, options });
    const answer = answers.shift();
    if (!answer) throw new TypeError("nobody is there");
    return answer;
  });
});

afterEach(() => vi.unstubAllGlobals());

const said = (status: number, body: string, type: string) =>
  new Response(body, { status, headers: { "Content-Type": type } });

test("cookies go along, the token has a header of its own, and Authorization is left to others", async () => {
  answers = [said(200, "{}", "application/json")];
  await webSite(token).json();
  const [{ address, options }] = asked as [(typeof asked)[0]];
  expect(address).toBe("site.json");
  expect(options.credentials ?? "same-origin").toBe("same-origin");
  expect(options.headers).toEqual({ "Hinterland-Token": SECRET });
});

test.each([500, 502, 503, 504, 599])(
  "a proxy that says %i with a page of its own has lost the server",
  async (status) => {
    answers = [said(status, "<h1>gone</h1>", "text/html")];
    await expect(webSite(token).json()).rejects.toThrow("the server does not answer");
  },
);

test("our server's own word that it failed is told as it is", async () => {
  answers = [
    new Response('{"error": "the disk is gone", "hint": "look"}', { status: 500, headers: JSON_TYPE }),
  ];
  await expect(webSite(token).json()).rejects.toThrow("the disk is gone");
});

test("a log-in that comes in place of a file is called so", async () => {
  answers = [said(200, "<form>", "text/html; charset=utf-8")];
  await expect(webSite(token).json()).rejects.toMatchObject({ hint: expect.stringContaining("log in") });
});

test("only our server's refusal asks for another token, and once it is given the file comes", async () => {
  answers = [said(401, "who are you?", "text/html")];
  await expect(webSite(token).json()).rejects.toThrow("401");
  expect(token.lock.peek()).toBe("open");
  answers = [new Response('{"error": "this needs the token"}', { status: 401, headers: JSON_TYPE })];
  const coming = webSite(token).json();
  await vi.waitFor(() => expect(token.lock.peek()).toBe("refused"));
  answers = [said(200, '{"format": 1}', "application/json")];
  token.give("n".repeat(43));
  expect(await coming).toEqual({ format: 1 });
  expect(asked.at(-1)?.options.headers).toEqual({ "Hinterland-Token": "n".repeat(43) });
});

test("the files of a static site are asked for with its edition, and the site itself past any cache", async () => {
  answers = [said(200, "{}", "application/json"), said(200, "{}", "application/json")];
  const source = webSite(token);
  await source.json();
  await source.scene("mnist", { static: true, edition: "1a2b" }).json("scene.json");
  await expect(source.scene("mnist", { static: false, edition: null }).json("scene.json")).rejects.toThrow();
  expect(asked.map(({ address }) => address)).toEqual([
    "site.json",
    "scenes/mnist/scene.json?edition=1a2b",
    "scenes/mnist/scene.json",
  ]);
  expect(asked[0]?.options.cache).toBe("no-cache");
});
