import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { request, setLanguage } from "./http";

const answer = (body: unknown, status = 200): Promise<Response> => Promise.resolve(new Response(JSON.stringify(body), { status }));
const asked = vi.fn((_address: string) => answer({ from: "server" }));
function early(lang: string, answers: Record<string, Promise<Response>>): void {
  vi.stubGlobal("haikeEarly", { lang, answers });
}

describe("what was asked before the program arrived", () => {
  beforeEach(() => {
    asked.mockClear();
    vi.stubGlobal("fetch", asked);
    setLanguage("en", "offline");
  });
  afterEach(() => vi.unstubAllGlobals());

  it("is taken once", async () => {
    early("en", { "/api/v1/preferences": answer({ from: "early" }) });
    expect(await request("GET", "/preferences")).toEqual({ from: "early" });
    expect(asked).not.toHaveBeenCalled();
    expect(await request("GET", "/preferences")).toEqual({ from: "server" });
  });
  it("is not taken in another language, but for the session", async () => {
    early("zh-CN", { "/api/v1/meta/objects": answer({ from: "early" }), "/api/v1/session": answer({ from: "early" }) });
    expect(await request("GET", "/session")).toEqual({ from: "early" });
    expect(await request("GET", "/meta/objects")).toEqual({ from: "server" });
  });
  it("is asked for again where it was refused: somebody has signed in since", async () => {
    early("en", { "/api/v1/preferences": answer({ title: "unauthenticated" }, 401) });
    expect(await request("GET", "/preferences")).toEqual({ from: "server" });
  });
  it("says that nobody is signed in without asking again", async () => {
    early("en", { "/api/v1/session": answer({ title: "unauthenticated" }, 401) });
    await expect(request("GET", "/session")).rejects.toMatchObject({ status: 401 });
    expect(asked).not.toHaveBeenCalled();
  });
  it("is a lost network where the early question was lost", async () => {
    early("en", { "/api/v1/session": Promise.reject(new TypeError("network")) });
    await expect(request("GET", "/session")).rejects.toMatchObject({ status: 0, message: "offline" });
  });
  it("answers no write and no other address", async () => {
    early("en", { "/api/v1/preferences": answer({ from: "early" }) });
    expect(await request("PUT", "/preferences", { body: {} })).toEqual({ from: "server" });
    expect(await request("GET", "/preferences", { query: { of: "1" } })).toEqual({ from: "server" });
  });
});
