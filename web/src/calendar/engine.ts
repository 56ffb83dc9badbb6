// The grid is FullCalendar with classes of our own (grid.css): no theme of its own, no style elements.
import type { CalendarOptions, DayCellInfo, DayHeaderInfo, EventDisplayInfo, EventInput } from "fullcalendar";
import { Calendar } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction from "fullcalendar/interaction";
import timeGrid from "fullcalendar/timegrid";
import "fullcalendar/skeleton.css";
import { clock, type Lang } from "@/lib/format";
import type { CalView } from "./dates";
import type { CalItem } from "./items";
import type { BusyTime } from "./useEvents";
import "./grid.css";

export { Calendar };
export const viewName = (view: CalView, narrow: boolean): string => (view === "day" ? "timeGridDay" : view === "week" ? (narrow ? "threeDays" : "timeGridWeek") : "dayGridMonth");

export function itemOf(info: { event: { extendedProps: Record<string, unknown> } }): CalItem | null {
  return (info.event.extendedProps.item as CalItem | undefined) ?? null;
}
/** What is planned stands above what is merely due. */
const RANK: Record<CalItem["layer"], number> = { event: 0, record: 0, task: 1, follow: 2 };
export function toInput(item: CalItem, tone: string, mark: string): EventInput {
  return {
    id: item.key, title: item.title, start: item.start, end: item.end, allDay: item.allDay, startEditable: item.movable, durationEditable: item.stretchable, interactive: true,
    extendedProps: { item, tone, mark, rank: RANK[item.layer], time: item.time },
  };
}
export function busyInput(busy: BusyTime, tone: string, label: string): EventInput {
  return { start: busy.start, end: busy.end, display: "background", title: label, extendedProps: { tone: `busy ${tone}` } };
}

function element(name: string, className: string, text?: string): HTMLElement {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}
const rowClasses = (info: EventDisplayInfo): string => ["hkc-row", info.isStart ? "" : "cut-l", info.isEnd ? "" : "cut-r"].join(" ");

function content(info: EventDisplayInfo): { domNodes: Node[] } {
  const item = itemOf(info);
  const nodes: Node[] = [];
  const line = info.view.type === "dayGridMonth" || info.event.allDay || info.isShort;
  const mark = info.event.extendedProps.mark as string | undefined;
  if (item && (item.layer === "task" || item.layer === "follow")) nodes.push(element("span", `hkc-mark ${item.layer}`));
  const time = item?.allDay || info.event.allDay ? (item?.time ?? "") : info.event.start ? clock(info.event.start) : "";
  const until = !info.event.allDay && !info.isNarrow && info.event.end && info.view.type !== "dayGridMonth" ? `–${clock(info.event.end)}` : "";
  const title = element("span", "hkc-title", info.event.title);
  const when = time ? element("span", "hkc-time", time + (info.isShort ? "" : until)) : null;
  if (line) nodes.push(...(when && !item?.allDay ? [when, title] : when ? [title, when] : [title]));
  else nodes.push(title, ...(when ? [when] : []), ...(item?.note ? [element("span", "hkc-note", item.note)] : []));
  if (mark && !line && when) when.prepend(element("span", "hkc-who", mark));
  else if (mark) nodes.push(element("span", "hkc-who", mark));
  const box = element("span", line ? "hkc-in line" : "hkc-in stack");
  box.append(...nodes);
  return { domNodes: [box] };
}

function dayClasses(info: DayCellInfo): string {
  return ["hkc-day", info.isToday ? "today" : "", info.isOther ? "other" : "", info.dow === 0 || info.dow === 6 ? "rest" : ""].join(" ");
}

export interface Words { allDay: string; more: (count: number) => string; hour: (hour: number) => string; lang: Lang; weekStart: number }

export function baseOptions(words: Words, narrow: boolean): CalendarOptions {
  const weekday = new Intl.DateTimeFormat(words.lang, { weekday: "short" });
  const monthDay = new Intl.DateTimeFormat(words.lang, { month: "short", day: "numeric" });
  const header = (info: DayHeaderInfo): { domNodes: Node[] } => {
    const box = element("span", "hkc-head");
    box.append(element("span", "wd", weekday.format(info.date)), " ");
    if (info.view.type !== "dayGridMonth") box.append(element("span", info.isToday ? "dn today" : "dn", String(info.date.getDate())));
    return { domNodes: [box] };
  };
  return {
    plugins: [dayGrid, timeGrid, interaction],
    // the name holds what is seen: "Sun 1" at the head of a week, "Nov 1" in a month
    navLinkHint: (text, date) => [`${weekday.format(date)} ${date.getDate()}`, ...(date.getDate() === 1 ? [monthDay.format(date)] : []), text].join(" · "),
    headerToolbar: false, height: "100%", expandRows: true, locale: words.lang, firstDay: words.weekStart, borderless: true,
    views: { threeDays: { type: "timeGrid", duration: { days: 3 }, dateAlignment: "day" } },
    editable: true, eventResizableFromStart: true, selectable: true, selectMirror: true, unselectAuto: false, selectMinDistance: 4,
    eventLongPressDelay: 350, selectLongPressDelay: 350, eventInteractive: true, nowIndicator: true, navLinks: true, fixedWeekCount: false,
    slotDuration: "00:30", snapDuration: "00:15", slotMinHeight: narrow ? 26 : 23, scrollTime: "07:30", scrollTimeReset: false, dayMaxEvents: true, slotEventOverlap: false,
    eventMinHeight: 18, eventShortHeight: 36, defaultTimedEventDuration: "01:00", forceEventDuration: true, eventOrder: "rank,start,time,-duration,title", dragRevertDuration: 160,
    displayEventEnd: true, allDayText: words.allDay,
    className: "hkc", viewClass: (info) => `hkc-view ${info.view.type}`, tableHeaderClass: "hkc-thead",
    dayHeaderRowClass: "hkc-hrow", dayHeaderClass: "hkc-hcell", dayHeaderAlign: "center",
    dayHeaderInnerClass: "hkc-hin", dayHeaderContent: header, dayHeaderDividerClass: "hkc-line",
    dayRowClass: "hkc-wrow", dayCellClass: dayClasses, dayCellTopClass: "hkc-top", dayCellTopInnerClass: "hkc-num",
    dayCellTopContent: (info) => { const date = info.date; return { domNodes: [element("span", info.isToday ? "n today" : "n", date.getDate() === 1 && !narrow ? new Intl.DateTimeFormat(words.lang, { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()))) : String(date.getDate()))] }; },
    dayLaneClass: (info) => `hkc-lane${info.isToday ? " today" : ""}${info.dow === 0 || info.dow === 6 ? " rest" : ""}`, dayLaneInnerClass: "hkc-lane-in",
    slotLaneClass: (info) => `hkc-slot${info.isMinor ? " minor" : ""}`, slotHeaderClass: (info) => (info.isFirst ? "hkc-slot-h first" : "hkc-slot-h"), slotHeaderInnerClass: "hkc-slot-t", slotHeaderDividerClass: "hkc-vline",
    slotHeaderContent: (info) => ({ domNodes: [element("span", "", info.time ? words.hour(Math.round(info.time.milliseconds / 3_600_000)) : info.text)] }),
    allDayHeaderClass: "hkc-ad", allDayHeaderInnerClass: "hkc-slot-t ad", allDayDividerClass: "hkc-line",
    nowIndicatorLineClass: "hkc-now", nowIndicatorHeaderClass: "hkc-now-h", highlightClass: "hkc-sel", backgroundEventClass: (info) => `hkc-bg ${String(info.event.extendedProps.tone ?? "")}`, backgroundEventTitleClass: "hkc-bg-t",
    moreLinkClass: "hkc-more", moreLinkContent: (info) => ({ domNodes: [element("span", "", words.more(info.num))] }), 
    eventClass: (info) => ["hkc-ev", itemOf(info)?.layer ?? "mirror", String(info.event.extendedProps.tone ?? "brand"), itemOf(info)?.done ? "done" : "", itemOf(info)?.late ? "late" : "", info.isDragging || info.isResizing ? "drag" : "", info.isSelected ? "picked" : "", info.isPast ? "past" : ""].join(" "),
    eventContent: content, rowEventClass: rowClasses, columnEventClass: "hkc-col", listItemEventClass: "hkc-row item", eventInnerClass: "hkc-inner",
    rowEventBeforeClass: (info) => (info.isStartResizable ? "hkc-grip l" : ""), rowEventAfterClass: (info) => (info.isEndResizable ? "hkc-grip r" : ""),
    columnEventBeforeClass: (info) => (info.isStartResizable ? "hkc-grip t" : ""), columnEventAfterClass: (info) => (info.isEndResizable ? "hkc-grip b" : ""),
    // a cell is called after what stands in it; its day is the head's and the link's to say
    dayCellDidMount: (info) => info.el.removeAttribute("aria-label"), dayLaneDidMount: (info) => {
      info.el.removeAttribute("aria-label");
      // an empty week can be scrolled by the keyboard too
      if (!info.el.previousElementSibling?.classList.contains("hkc-lane")) info.el.tabIndex = 0;
    },
    eventDisplay: "block", dayNarrowWidth: 90,
  };
}
