// Follows one job to its end. Leaving the page does not stop it.
import { onBeforeUnmount, ref, shallowRef, type Ref } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";

const EVERY_MS = 1000;

export function useJob(ended: (job: api.Job) => void): { job: Ref<api.Job | null>; failure: Ref<string>; watchJob: (id: number) => void } {
  const job = shallowRef<api.Job | null>(null);
  const failure = ref("");
  let timer = 0;
  async function ask(id: number): Promise<void> {
    try {
      job.value = await api.getJob(id);
      if (job.value.status === "failed") failure.value = job.value.problem?.detail ?? job.value.problem?.title ?? "";
      if (job.value.status === "done" || job.value.status === "failed") {
        ended(job.value);
        return;
      }
    } catch (error) {
      // a job that is gone, or was never ours, is not asked for again; a network that is gone comes back
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
        failure.value = error.message;
        return;
      }
    }
    timer = window.setTimeout(() => void ask(id), EVERY_MS);
  }
  onBeforeUnmount(() => window.clearTimeout(timer));
  return { job, failure, watchJob: (id) => void ask(id) };
}
