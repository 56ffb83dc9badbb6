// The editors as one chunk, loaded when something is first edited. The date editors stand apart: they bring a calendar.
export { default as TextEditor } from "./text/Editor.vue";
export { default as LongTextEditor } from "./long_text/Editor.vue";
export { default as NumberEditor } from "./number/Editor.vue";
export { default as BooleanEditor } from "./boolean/Editor.vue";
export { default as ChoiceEditor } from "./choice/Editor.vue";
export { default as MultiChoiceEditor } from "./multi_choice/Editor.vue";
export { default as ReferenceEditor } from "./reference/Editor.vue";
export { default as MultiReferenceEditor } from "./multi_reference/Editor.vue";
export { default as RecordEditor } from "./record/Editor.vue";
export { default as AddressEditor } from "./address/Editor.vue";
export { default as PositionEditor } from "./position/Editor.vue";
export { default as FileEditor } from "./file/Editor.vue";
export { default as TagsEditor } from "./tags/Editor.vue";
export { default as JsonEditor } from "./json/Editor.vue";
export { default as ObjectNameEditor } from "./object_name/Editor.vue";
export { default as ConditionEditor } from "./condition/Editor.vue";
export { default as ChecklistEditor } from "./checklist/Editor.vue";
