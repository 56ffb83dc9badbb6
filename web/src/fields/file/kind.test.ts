import { describe, expect, it } from "vitest";
import { asFile, fileKind, splitName } from "./kind";

describe("files", () => {
  it("are looked at by what they are, never by what could run", () => {
    const kinds = [["a.png", "image/png"], ["a.svg", "image/svg+xml"], ["a.PDF", ""], ["a.csv", "text/csv"], ["a.html", "text/html"]] as const;
    expect(kinds.map(([name, type]) => fileKind({ name, type }))).toEqual(["image", "other", "pdf", "text", "other"]);
  });
  it("are read from values and split where their ending begins", () => {
    expect(asFile({ id: 3, name: "图.png", size: 12, type: "image/png" })).toEqual({ id: 3, name: "图.png", size: 12, type: "image/png" });
    expect([asFile(null), asFile(3), asFile([])]).toEqual([null, null, null]);
    expect([splitName("技术协议 V3.docx"), splitName("README"), splitName(".env"), splitName("a.b.tar.gz")]).toEqual([["技术协议 V3", ".docx"], ["README", ""], [".env", ""], ["a.b.tar", ".gz"]]);
  });
});
