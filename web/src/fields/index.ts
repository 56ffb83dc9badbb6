// Field types by name, as in src/meta/field on the server. Displays are part of the first load, editors come when something is first edited.
import { defineAsyncComponent, type Component } from "vue";
import { shownType } from "@/meta/catalog";
import type { FieldDef, FieldType } from "@/meta/types";
import AddressDisplay from "./address/Display.vue";
import BooleanDisplay from "./boolean/Display.vue";
import ChecklistDisplay from "./checklist/Display.vue";
import ChoiceDisplay from "./choice/Display.vue";
import ConditionDisplay from "./condition/Display.vue";
import DateDisplay from "./date/Display.vue";
import DatetimeDisplay from "./datetime/Display.vue";
import EmailDisplay from "./email/Display.vue";
import FileDisplay from "./file/Display.vue";
import JsonDisplay from "./json/Display.vue";
import LongTextDisplay from "./long_text/Display.vue";
import MultiChoiceDisplay from "./multi_choice/Display.vue";
import MultiReferenceDisplay from "./multi_reference/Display.vue";
import NumberDisplay from "./number/Display.vue";
import ObjectNameDisplay from "./object_name/Display.vue";
import PhoneDisplay from "./phone/Display.vue";
import PositionDisplay from "./position/Display.vue";
import RecordDisplay from "./record/Display.vue";
import RisksDisplay from "./risks/Display.vue";
import ReferenceDisplay from "./reference/Display.vue";
import TagsDisplay from "./tags/Display.vue";
import TextDisplay from "./text/Display.vue";
import UrlDisplay from "./url/Display.vue";

interface Entry { display: Component; editor: Component | null }
type Editors = typeof import("./editors");
const lazy = (load: () => Promise<{ default: Component }>): Component => defineAsyncComponent({ loader: load, delay: 0 });
const editor = (name: keyof Editors): Component => defineAsyncComponent({ loader: () => import("./editors").then((all) => all[name] as Component), delay: 0 });

const number: Entry = { display: NumberDisplay, editor: editor("NumberEditor") };
const reference: Entry = { display: ReferenceDisplay, editor: editor("ReferenceEditor") };
const text: Entry = { display: TextDisplay, editor: editor("TextEditor") };
const file: Entry = { display: FileDisplay, editor: editor("FileEditor") };
const computed: Entry = { display: TextDisplay, editor: null };

const entries: Record<FieldType, Entry> = {
  text, integer: number, number, money: number, percent: number, reference, user: reference, department: reference, file, image: file,
  auto_number: computed, formula: computed, rollup: computed,
  long_text: { display: LongTextDisplay, editor: editor("LongTextEditor") },
  boolean: { display: BooleanDisplay, editor: editor("BooleanEditor") },
  date: { display: DateDisplay, editor: lazy(() => import("./date/Editor.vue")) },
  datetime: { display: DatetimeDisplay, editor: lazy(() => import("./datetime/Editor.vue")) },
  choice: { display: ChoiceDisplay, editor: editor("ChoiceEditor") },
  multi_choice: { display: MultiChoiceDisplay, editor: editor("MultiChoiceEditor") },
  multi_reference: { display: MultiReferenceDisplay, editor: editor("MultiReferenceEditor") },
  record: { display: RecordDisplay, editor: editor("RecordEditor") },
  phone: { display: PhoneDisplay, editor: editor("TextEditor") },
  email: { display: EmailDisplay, editor: editor("TextEditor") },
  url: { display: UrlDisplay, editor: editor("TextEditor") },
  address: { display: AddressDisplay, editor: editor("AddressEditor") },
  position: { display: PositionDisplay, editor: editor("PositionEditor") },
  tags: { display: TagsDisplay, editor: editor("TagsEditor") },
  json: { display: JsonDisplay, editor: editor("JsonEditor") },
};

const risks: Entry = { display: RisksDisplay, editor: null };
// texts with a meaning of their own: the name of an object, a condition over it, a task's checklist
const objectName: Entry = { display: ObjectNameDisplay, editor: editor("ObjectNameEditor") };
const condition: Entry = { display: ConditionDisplay, editor: editor("ConditionEditor") };
const checklist: Entry = { display: ChecklistDisplay, editor: editor("ChecklistEditor") };
function entryOf(field: FieldDef, type: FieldType): Entry {
  if (type === "text" && field.format === "object") return objectName;
  if (type === "long_text" && field.format?.startsWith("condition:")) return condition;
  if (type === "json" && field.name === "risks") return risks;
  return type === "json" && field.name === "checklist" ? checklist : (entries[type] ?? text);
}

export function displayOf(field: FieldDef): Component {
  return entryOf(field, shownType(field)).display;
}
export function editorOf(field: FieldDef): Component | null {
  return entryOf(field, field.type).editor;
}
/** Ticked where it stands: such a value is always shown in its editor, each change is saved. */
export function isLive(field: FieldDef): boolean {
  return entryOf(field, field.type) === checklist;
}
