import { QueryClient } from "@tanstack/vue-query";
import { beforeEach, describe, expect, it, vi } from "vitest";

vi.useFakeTimers();
vi.stubGlobal("window", globalThis);
vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 16));

describe("first answers", () => {
  let firstAnswered: { value: boolean };
  let watchFirstAnswers: (client: QueryClient) => void;
  beforeEach(async () => {
    vi.resetModules();
    ({ firstAnswered, watchFirstAnswers } = await import("./firstAnswers"));
  });

  it("are in when the page's questions are answered and a frame was drawn", async () => {
    const client = new QueryClient();
    let answer = (_value: string): void => undefined;
    void client.fetchQuery({ queryKey: ["rows"], queryFn: () => new Promise<string>((resolve) => { answer = resolve; }) });
    watchFirstAnswers(client);
    await vi.advanceTimersByTimeAsync(1000);
    expect(firstAnswered.value).toBe(false);
    answer("rows");
    await vi.advanceTimersByTimeAsync(5);
    expect(firstAnswered.value).toBe(false);
    await vi.advanceTimersByTimeAsync(50);
    expect(firstAnswered.value).toBe(true);
  });
  it("are not waited for where a page asks nothing", async () => {
    watchFirstAnswers(new QueryClient());
    await vi.advanceTimersByTimeAsync(50);
    expect(firstAnswered.value).toBe(true);
  });
  it("are not waited for for ever", async () => {
    const client = new QueryClient();
    void client.fetchQuery({ queryKey: ["rows"], queryFn: () => new Promise<string>(() => undefined) });
    watchFirstAnswers(client);
    await vi.advanceTimersByTimeAsync(3100);
    expect(firstAnswered.value).toBe(true);
  });
});
