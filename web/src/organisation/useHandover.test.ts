import { describe, expect, it } from "vitest";
import { rulesOf, type Choice } from "./useHandover";

const person = (id: number): { id: number; name: string } => ({ id, name: `p${id}` });
const choice = (more: Partial<Choice>): Choice => ({ mode: "all", to: [], parts: [], ...more });

describe("the rules of a hand-over", () => {
  it("asks conditions first, then the kind, then all", () => {
    const rules = rulesOf({ "customer.owner": choice({ mode: "own", to: [person(2)], parts: [{ filter: ' level = "A" ', to: [person(1)] }] }), "task.owner": choice({ mode: "keep" }) }, [person(3), person(4)]);
    expect(rules).toEqual([{ of: "customer.owner", filter: 'level = "A"', to: [1] }, { of: "customer.owner", to: [2] }, { of: "task.owner", to: [] }, { of: "*", to: [3, 4] }]);
  });
  it("leaves out what is not finished", () => {
    expect(rulesOf({ "customer.owner": choice({ mode: "own", parts: [{ filter: "", to: [person(1)] }, { filter: "x = 1", to: [] }] }) }, [])).toEqual([]);
  });
});
