import { describe, expect, it } from "vitest";
import { stepOf } from "./setup";

describe("first start", () => {
  it("goes back to the earliest step that was refused", () => {
    expect(stepOf({ password: "x", zone: "y" })).toBe("company");
    expect(stepOf({ code: "x", login: "y" })).toBe("language");
  });
  it("stays at the end for what belongs to no step", () => {
    expect(stepOf({ "": "x" })).toBe("data");
  });
});
