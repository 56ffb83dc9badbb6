// The one door to the server: JSON in and out, problem+json as ApiError, the reader's language, idempotent creates.
import type { Json, RecordData } from "@/meta/types";

export interface FieldProblem { field: string; code: string; message: string }
export interface Problem {
  title?: string;
  detail?: string;
  status?: number;
  code?: string;
  errors?: FieldProblem[];
  position?: number;
  current?: RecordData;
  /** what became of a record that is not there */
  merged_into?: number;
  /** what the next step of signing in is made with */
  challenge?: string;
}

export class ApiError extends Error {
  constructor(readonly status: number, readonly problem: Problem, readonly retryAfter: number | null) {
    super(problem.detail || problem.title || `HTTP ${status}`);
  }
  /** Messages by field; what belongs to no field stands under "". */
  byField(): Record<string, string> {
    const result: Record<string, string> = {};
    for (const item of this.problem.errors ?? []) result[item.field ?? ""] ??= item.message;
    if (Object.keys(result).length === 0) result[""] = this.message;
    return result;
  }
}

type QueryValue = string | number | boolean | undefined | null;
export interface RequestOptions {
  query?: Record<string, QueryValue>;
  body?: Json;
  form?: FormData;
  version?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** sent even if the page is left meanwhile */
  keepalive?: boolean;
}

let language = "zh-CN";
let unreachable = "network";
let onUnauthorised: () => Promise<boolean> = () => Promise.resolve(false);

/** @param offline what is said when no answer comes at all */
export function setLanguage(lang: string, offline: string): void {
  language = lang;
  unreachable = offline;
}
export const networkError = (): ApiError => new ApiError(0, { title: unreachable }, null);
export function setUnauthorisedHandler(handler: () => Promise<boolean>): void {
  onUnauthorised = handler;
}
/** After a 401: whether the same person has signed in again, so that the request is worth repeating. */
export function signedInAgain(): Promise<boolean> {
  return onUnauthorised();
}

export function randomKey(): string {
  // crypto.randomUUID exists only in secure contexts; an intranet server may speak plain HTTP
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function url(path: string, query?: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

// The first questions are asked before the program has arrived (public/theme.js). Each answer is taken once, and only in the language that is spoken now; who is signed in is the same in all of them.
interface Early { lang: string; answers: Record<string, Promise<Response>> }
const SESSION = "/api/v1/session";
async function early(method: string, address: string): Promise<Response | undefined> {
  const { haikeEarly } = globalThis as { haikeEarly?: Early };
  const answer = method === "GET" ? haikeEarly?.answers[address] : undefined;
  if (!haikeEarly || !answer) return undefined;
  delete haikeEarly.answers[address];
  if (address === SESSION) return answer;
  if (haikeEarly.lang !== language) return undefined;
  const response = await answer;
  return response.ok ? response : undefined;
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.version !== undefined) headers["If-Match"] = `"${options.version}"`;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  const send = async (): Promise<Response> => {
    try {
      const address = url(path, options.query);
      return await early(method, address) ?? await fetch(address, {
        method,
        headers,
        body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
        credentials: "same-origin",
        keepalive: options.keepalive ?? false,
        signal: options.signal,
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw networkError();
    }
  };
  let response = await send();
  if (response.status === 401 && !path.startsWith("/session") && (await signedInAgain())) response = await send();
  if (response.ok) return (await readJson(response)) as T;
  const problem = ((await readJson(response)) ?? {}) as Problem;
  const retry = Number(response.headers.get("Retry-After"));
  throw new ApiError(response.status, problem, Number.isFinite(retry) && retry > 0 ? retry : null);
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return { title: response.statusText };
  }
}
