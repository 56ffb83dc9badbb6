import { expect, it } from "vitest";
import { countTags } from "./count";

it("adds up tags over lists, most used first", () => {
  const rows = [{ tags: ["年框"], "count()": 4 }, { tags: ["年框", "招标"], "count()": 3 }, { tags: "出口", "count()": 9 }, { tags: null, "count()": 70 }];
  expect(countTags(rows, "tags")).toEqual([{ tag: "出口", n: 9 }, { tag: "年框", n: 7 }, { tag: "招标", n: 3 }]);
});
