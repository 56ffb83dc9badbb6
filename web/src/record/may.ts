// Whether somebody probably may: what the server's permissions say about whose records. The server decides when it is tried.
import type { Session } from "@/lib/api";
import { asRef, type ObjectDef, type RecordData } from "@/meta/types";

export function mayChange(session: Session | null, object: ObjectDef, record: RecordData, verb: "update" | "delete"): boolean {
  if (!object.rights[verb]) return false;
  const all = session?.permissions;
  const own = all !== null && typeof all === "object" && !Array.isArray(all) ? all[object.name] : undefined;
  const scope = own !== null && typeof own === "object" && !Array.isArray(own) ? own[verb] : undefined;
  if (scope === "none") return false;
  return scope !== "own" || asRef(record.owner)?.id === session?.user.id || asRef(record.created_by)?.id === session?.user.id;
}
