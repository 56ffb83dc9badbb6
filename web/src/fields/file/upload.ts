// Uploads with progress, which fetch cannot tell.
import { ApiError, networkError, randomKey, signedInAgain, url, type Problem } from "@/lib/http";
import type { FileRef } from "@/meta/types";

export const LARGEST = 25 * 1024 * 1024;
export interface UploadOptions { progress?: (share: number) => void; signal?: AbortSignal }

function send(file: File, key: string, options: UploadOptions): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", url("/files"));
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = (event) => { if (event.lengthComputable) options.progress?.(event.loaded / event.total); };
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    request.onload = () => {
      try {
        resolve({ status: request.status, body: JSON.parse(request.responseText) });
      } catch {
        resolve({ status: request.status, body: { title: request.statusText } });
      }
    };
    options.signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

export async function upload(file: File, options: UploadOptions = {}): Promise<FileRef> {
  const key = randomKey();
  let answer = await send(file, key, options);
  if (answer.status === 401 && (await signedInAgain())) answer = await send(file, key, options);
  if (answer.status >= 200 && answer.status < 300) return answer.body as FileRef;
  throw new ApiError(answer.status, answer.body as Problem, null);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
