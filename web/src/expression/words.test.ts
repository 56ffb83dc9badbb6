import { describe, expect, it } from "vitest";
import { wordAt } from "./words";

describe("wordAt", () => {
  const at = (text: string): [string, string[]] => { const word = wordAt(text, text.length); return [word.text, word.path]; };
  it("finds the word and the path before the caret", () => {
    expect([at("amo"), at("stage = "), at("customer.lev"), at("owner.department."), at("金额")]).toEqual([["amo", []], ["", []], ["lev", ["customer"]], ["", ["owner", "department"]], ["金额", []]]);
  });
  it("proposes nothing inside a text", () => {
    expect(at('name contains "cust')).toEqual(["", []]);
  });
});
