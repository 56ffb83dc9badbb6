import { describe, expect, it } from "vitest";
import { laterOf } from "./preferenceStorage";

const mine = { user: 3, values: { theme: "dark", lang: "en" }, at: { theme: 20 } };

describe("preferences of two devices", () => {
  it("takes the later value of each", () => {
    const { kept, ahead } = laterOf(mine, { theme: "light", density: "roomy", at: { theme: 10, density: 5 } });
    expect(kept.values).toEqual({ theme: "dark", lang: "en", density: "roomy" });
    expect(ahead).toBe(true);
  });
  it("takes the server's where it is newer", () => {
    const { kept, ahead } = laterOf(mine, { theme: "light", at: { theme: 30 } });
    expect(kept.values.theme).toBe("light");
    expect(ahead).toBe(false);
  });
  it("forgets what was taken back elsewhere", () => {
    expect(laterOf(mine, { at: { theme: 30 } }).kept.values).toEqual({ lang: "en" });
  });
  it("keeps what the server does not know of, without claiming it was chosen", () => {
    const { kept, ahead } = laterOf({ user: 3, values: { lang: "en" }, at: {} }, {});
    expect(kept.values.lang).toBe("en");
    expect(ahead).toBe(false);
  });
});
