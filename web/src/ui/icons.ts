// One line-icon library, one meaning each. Definitions name icons freely; unknown names get the plain object mark.
import {
  ArrowLeftRight, BadgeCheck, Banknote, Box, Building2, CalendarDays, ChartNoAxesColumn, CircleUser, ClipboardList, FileText, Gem, Handshake, Headphones, Megaphone, MessageSquare, Network, Package, RadioTower,
  Receipt, Recycle, ScrollText, Shield, ShoppingCart, SquareCheckBig, Swords, Target, Users, WalletCards, Waves,
} from "@lucide/vue";
import type { Component } from "vue";

const byIcon: Record<string, Component> = {
  building: Building2, "building-2": Building2, users: Users, user: CircleUser, gem: Gem, diamond: Gem, "check-square": SquareCheckBig, check: SquareCheckBig, message: MessageSquare,
  network: Network, shield: Shield, package: Package, "radio-tower": RadioTower, antenna: RadioTower, file: FileText, contract: ScrollText, receipt: Receipt, money: Banknote, cart: ShoppingCart, megaphone: Megaphone,
  headphones: Headphones, target: Target, calendar: CalendarDays, wallet: WalletCards, handshake: Handshake, swords: Swords, chart: ChartNoAxesColumn, list: ClipboardList, box: Box, waves: Waves, recycle: Recycle, "badge-check": BadgeCheck, "arrow-left-right": ArrowLeftRight,
};
const byObject: Record<string, Component> = {
  lead: RadioTower, customer: Building2, contact: Users, opportunity: Gem, task: SquareCheckBig, activity: MessageSquare, user: CircleUser, department: Network, role: Shield,
  sharing_rule: Handshake, product: Package, quote: FileText, contract: ScrollText, order: ShoppingCart, payment_plan: CalendarDays, receipt: Receipt, campaign: Megaphone, ticket: Headphones, competitor: Swords,
  pool: Waves,
};

/** What an administrator may choose from. */
export const ICON_NAMES = Object.keys(byIcon).filter((name, at, all) => all.findIndex((other) => byIcon[other] === byIcon[name]) === at);

export function objectIcon(name: string, icon?: string): Component {
  return byObject[name] ?? (icon ? byIcon[icon] : undefined) ?? Box;
}
