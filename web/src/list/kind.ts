import { filterKind, type FilterKind } from "@/lib/filter";
import { field } from "@/meta/catalog";
import type { ObjectDef } from "@/meta/types";

/** Kinds of an object's own fields; list/fields.ts knows paths too. */
export function kindOfField(object: ObjectDef): (name: string) => FilterKind {
  return (name) => {
    const item = field(object, name);
    return item ? filterKind(item) : "none";
  };
}
