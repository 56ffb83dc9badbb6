// Where preferences lie on a device, and how two copies become one. Flat, because theme.js reads theme and language before anything else runs.
import type { Json, Values } from "@/meta/types";

export interface Kept { user: number | null; values: Values; at: Record<string, number> }
/** What belongs to this screen and not to the person. */
export interface Device { navWidth: number; desktopNotices: boolean; panelWidth: number }
export const deviceDefaults: Device = { navWidth: 196, desktopNotices: false, panelWidth: 440 };
const KEY = "haike.preferences";
const DEVICE_KEY = "haike.device";

function parse(key: string): Values {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "{}") as Json;
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a full or forbidden storage loses only what was to be remembered
  }
}
function split(stored: Values): Kept {
  const { user, at, ...values } = stored;
  const times = at !== null && typeof at === "object" && !Array.isArray(at) ? Object.fromEntries(Object.entries(at).filter((item): item is [string, number] => typeof item[1] === "number")) : {};
  return { user: typeof user === "number" ? user : null, values, at: times };
}

/** The copy of this device. For another person than the last one: his own, beginning with the language and look of the device. */
export function readKept(user: number | null, last?: Kept): Kept {
  if (user === null || !last) return split(parse(KEY));
  if (last.user === null) return { ...last, user };
  store(`${KEY}.${last.user}`, { ...last.values, at: last.at, user: last.user });
  const own = split(parse(`${KEY}.${user}`));
  const look: Values = {};
  for (const key of ["lang", "theme"]) if (last.values[key] !== undefined) look[key] = last.values[key];
  return { user, values: { ...look, ...own.values }, at: own.at };
}
export function writeKept(kept: Kept): void {
  store(KEY, { ...kept.values, at: kept.at, ...(kept.user === null ? {} : { user: kept.user }) });
}
export function readDevice(): Partial<Device> {
  return parse(DEVICE_KEY) as Partial<Device>;
}
export function writeDevice(device: Device): void {
  store(DEVICE_KEY, device);
}

/** One copy out of two: of each value the one chosen later. `ahead`: this device knows something the server does not. */
export function laterOf(mine: Kept, answer: Values): { kept: Kept; ahead: boolean } {
  const theirs = split(answer);
  const values = { ...mine.values };
  const at = { ...mine.at };
  for (const key of new Set([...Object.keys(theirs.values), ...Object.keys(theirs.at)])) {
    if ((theirs.at[key] ?? 0) < (mine.at[key] ?? 0)) continue;
    const value = theirs.values[key];
    if (value === undefined) delete values[key];
    else values[key] = value;
    at[key] = theirs.at[key] ?? 0;
  }
  const ahead = Object.keys(mine.at).some((key) => (mine.at[key] ?? 0) > (theirs.at[key] ?? 0));
  return { kept: { user: mine.user, values, at }, ahead };
}
