import { describe, expect, it } from "vitest";
import { strengthOf } from "./password";

describe("strength of a password", () => {
  it("says what is too short, common or one's own name", () => {
    expect(strengthOf("")).toBe("empty");
    expect(strengthOf("abc12")).toBe("short");
    expect(strengthOf("Kiefer-Wolke", [], 14)).toBe("short");
    expect(strengthOf("123456789")).toBe("weak");
    expect(strengthOf("P@ssw0rd!1")).toBe("weak");
    expect(strengthOf("aaaaaaaaaaaa")).toBe("weak");
    expect(strengthOf("chenzhiyuan2026", ["chenzhiyuan"])).toBe("weak");
  });
  it("tells fair from strong", () => {
    expect(strengthOf("haike-demo")).toBe("fair");
    expect(strengthOf("Kiefer-Wolke-91-Salz")).toBe("strong");
    expect(strengthOf("海上生明月，天涯共此时")).not.toBe("weak");
  });
});
