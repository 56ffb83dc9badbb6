// The marks of what happens at a record.
import { ArrowRightLeft, AtSign, CalendarDays, History, Mail, MapPin, MessageCircle, MessageSquare, Paperclip, PenLine, Phone, Plus, Split, SquareCheckBig, Users, Waves } from "@lucide/vue";
import type { Component } from "vue";

const BY_TYPE: Record<string, Component> = { call: Phone, phone: Phone, visit: MapPin, mail: Mail, email: Mail, meeting: Users, wechat: MessageSquare, message: MessageSquare, note: PenLine };
const BY_OBJECT: Record<string, Component> = { task: SquareCheckBig, event: CalendarDays, comment: MessageCircle, attachment: Paperclip, pool_movement: Waves, stage_change: ArrowRightLeft, assignment_decision: Split, change: History, created: Plus, call: Phone, mail: Mail, visit: MapPin };

export function typeIcon(type: string): Component {
  return BY_TYPE[type] ?? PenLine;
}
export function kindIcon(kind: string, type = ""): Component {
  return kind === "activity" ? typeIcon(type) : (BY_OBJECT[kind] ?? AtSign);
}
