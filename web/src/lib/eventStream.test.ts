import { describe, expect, it } from "vitest";
import { takeEvents } from "./eventStream";

describe("event stream", () => {
  it("takes whole events and keeps what has only begun", () => {
    const { events, rest } = takeEvents('id: 4-7\n\n: beat\n\nevent: record\nid: 4-8\ndata: {"object":"task"}\n\nevent: rec');
    expect(events).toEqual([
      { id: "4-7", type: "message", data: "" },
      { id: "", type: "message", data: "" },
      { id: "4-8", type: "record", data: '{"object":"task"}' },
    ]);
    expect(rest).toBe("event: rec");
  });
  it("joins data of several lines and bears carriage returns", () => {
    expect(takeEvents("data: a\r\ndata: b\r\n\r\n").events[0]?.data).toBe("a\nb");
  });
});
