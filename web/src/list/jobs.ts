// Long work that may be left: what runs, how far it is, how it ended and how it is taken back. Any page may show it; a reload finds it again.
import { computed, shallowRef } from "vue";
import { i18n } from "@/i18n";
import * as api from "@/lib/api";
import type { FileRef, Json } from "@/meta/types";
import { ApiError } from "@/lib/http";
import { invalidateRecord } from "@/lib/queries";
import { say } from "@/ui/toast";

export type JobWork = "change" | "undo" | "export";
export interface ListJob {
  id: number;
  work: JobWork;
  label: string;
  object: string;
  status: api.Job["status"];
  progress: number;
  done: number;
  failed: number;
  problems: api.JobProblem[];
  undo: boolean;
  file: FileRef | null;
  reason: string;
}
interface Kept { id: number; work: JobWork; label: string; object: string }
const KEY = "haike.jobs";
const FIRST_MS = 300;
const LAST_MS = 2000;

export const jobs = shallowRef<ListJob[]>([]);
export const runningJobs = computed(() => jobs.value.filter((job) => job.status === "queued" || job.status === "running"));
/** The job whose failures are being read. */
export const shownJob = shallowRef<ListJob | null>(null);

const running = (job: { status: string }): boolean => job.status === "queued" || job.status === "running";

function keep(): void {
  const kept: Kept[] = runningJobs.value.map(({ id, work, label, object }) => ({ id, work, label, object }));
  try {
    if (kept.length) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch {
    // only a reload would have needed it
  }
}

function object(value: Json | null): Record<string, Json> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

function read(info: Kept, job: api.Job): ListJob {
  const result = object(job.result);
  return {
    ...info, id: job.id, status: job.status, progress: job.status === "done" ? 1 : job.progress,
    done: typeof result.done === "number" ? result.done : 0, failed: typeof result.failed === "number" ? result.failed : 0,
    problems: Array.isArray(result.problems) ? (result.problems as unknown as api.JobProblem[]) : [], undo: result.undo === true,
    file: (result.file as unknown as FileRef | undefined) ?? null, reason: job.problem?.detail ?? job.problem?.title ?? "",
  };
}

function put(job: ListJob): void {
  jobs.value = [...jobs.value.filter((item) => item.id !== job.id), job].slice(-20);
  keep();
}

export function dismissJob(id: number): void {
  jobs.value = jobs.value.filter((job) => job.id !== id || running(job));
  if (shownJob.value?.id === id) shownJob.value = null;
}

async function watchJob(info: Kept): Promise<ListJob> {
  for (let wait = FIRST_MS; ; wait = Math.min(LAST_MS, wait * 1.4)) {
    await new Promise((resolve) => window.setTimeout(resolve, wait));
    try {
      const job = read(info, await api.getJob(info.id));
      put(job);
      if (!running(job)) return job;
    } catch (error) {
      // without a network the work goes on all the same; asked again until it answers
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
        const lost: ListJob = { ...info, status: "failed", progress: 0, done: 0, failed: 0, problems: [], undo: false, file: null, reason: error.message };
        put(lost);
        return lost;
      }
    }
  }
}

export function downloadFile(file: FileRef): void {
  const link = document.createElement("a");
  link.href = `/api/v1/files/${file.id}`;
  link.download = file.name;
  link.click();
}

function tell(job: ListJob): void {
  const { t } = i18n.global;
  if (job.status === "failed") say(t("jobs.failed", { label: job.label, reason: job.reason || t("error.server") }), { tone: "bad" });
  else if (job.work === "export" && job.file) {
    const file = job.file;
    downloadFile(file);
    say(t("jobs.exported", { name: file.name }), { action: { label: t("jobs.download"), run: () => downloadFile(file) } });
  } else if (job.failed) {
    say(t("jobs.partly", { done: job.done, failed: job.failed }), { tone: "bad", action: { label: t("jobs.which"), run: () => { shownJob.value = job; } } });
  } else if (job.work === "undo") say(t("jobs.undone", { n: job.done }));
  else say(t("jobs.done", { label: job.label, n: job.done }), job.undo ? { action: { label: t("common.undo"), run: () => void undo(job) } } : {});
}

/** Follows a job to its end, says how it ended, and makes what it changed stale. */
export async function follow(info: Omit<Kept, "id">, started: api.Job): Promise<ListJob> {
  const kept: Kept = { ...info, id: started.id };
  const first = read(kept, started);
  put(first);
  const ended = running(first) ? await watchJob(kept) : first;
  if (info.work !== "export") invalidateRecord(info.object);
  tell(ended);
  return ended;
}

export async function undo(job: ListJob): Promise<void> {
  try {
    await follow({ work: "undo", label: job.label, object: job.object }, (await api.undoJob(job.id)) as unknown as api.Job);
    dismissJob(job.id);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { tone: "bad" });
  }
}

/** What still ran when the page was left. */
export function resumeJobs(): void {
  let kept: Kept[] = [];
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as Kept[];
  } catch {
    return;
  }
  for (const info of kept) {
    if (jobs.value.some((job) => job.id === info.id)) continue;
    void follow({ work: info.work, label: info.label, object: info.object }, { id: info.id, kind: "", status: "running", progress: 0, result: null, problem: null });
  }
}
