import { describe, expect, it } from "vitest";
import { newest, queryClient } from "./queries";

describe("newest", () => {
  it("keeps what is known where an answer is older, and takes it where it is not", () => {
    const known = { id: 1, version: 3, name: "new" };
    expect(newest(known, { id: 1, version: 2, name: "old" })).toBe(known);
    expect(newest(known, { id: 1, version: 3, name: "new" })).toBe(known);
    expect(newest(known, { id: 1, version: 4, name: "newer" })).toEqual({ id: 1, version: 4, name: "newer" });
    expect(newest(undefined, known)).toEqual(known);
  });
  it("is how records are kept", async () => {
    queryClient.setQueryData(["record", "customer", 1], { id: 1, version: 5 });
    await queryClient.fetchQuery({ queryKey: ["record", "customer", 1], queryFn: () => ({ id: 1, version: 4 }), staleTime: 0 });
    expect(queryClient.getQueryData(["record", "customer", 1])).toEqual({ id: 1, version: 5 });
  });
});
