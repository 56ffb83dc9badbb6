// Kinds of entries in people's words: what it is about, then what happened to it. A kind that is not known here is shown as it is called.
import { i18n } from "@/i18n";

export type Tone = "" | "coral" | "amber" | "green" | "azure" | "plum";

function groups(): Record<string, string> {
  const { t } = i18n.global;
  return {
    session: t("audit.session"), password: t("audit.password"), totp: t("audit.totp"), token: t("audit.token"), login: t("audit.login"), view_as: t("audit.viewAs"),
    role: t("audit.role"), user: t("audit.user"), department: t("audit.department"), sharing_rule: t("audit.sharingRule"), team_member: t("audit.team"), retention_rule: t("audit.retentionRule"), pool: t("audit.pool"), pool_rule: t("audit.poolRule"), pool_sweep: t("audit.poolSweep"),
    settings: t("audit.settings"), meta: t("audit.meta"), export: t("audit.export"), import: t("audit.import"), bulk: t("audit.bulk"), undo: t("audit.undo"), purge: t("audit.purge"),
    retention: t("audit.retention"), erase: t("audit.erase"), quota: t("audit.quota"), audit: t("audit.log"), audit_export: t("audit.logExport"), command: t("audit.command"),
    demo: t("audit.demo"), demo_removal: t("audit.demoRemoval"), handover: t("audit.handover"), record: t("audit.record"),
  };
}
function verbs(): Record<string, string> {
  const { t } = i18n.global;
  return {
    start: t("audit.start"), end: t("audit.end"), end_other: t("audit.endOther"), interrupted: t("audit.interrupted"), fail: t("audit.fail"), failed: t("audit.failed"), create: t("audit.create"), change: t("audit.change"),
    delete: t("audit.delete"), restore: t("audit.restore"), refused: t("audit.refused"), download: t("audit.download"), set: t("audit.set"), reset: t("audit.reset"), on: t("audit.on"), off: t("audit.off"),
    object_add: t("audit.objectAdd"), object_change: t("audit.objectChange"), object_retire: t("audit.objectRetire"), field_add: t("audit.fieldAdd"), field_change: t("audit.fieldChange"), field_retire: t("audit.fieldRetire"),
    near: t("audit.near"), reached: t("audit.reached"), prune: t("audit.prune"), erase: t("audit.eraseDetail"), certificate: t("audit.certificate"), merge: t("audit.merge"),
  };
}

export const groupOf = (kind: string): string => kind.split(".")[0] ?? kind;
export const groupLabel = (group: string): string => groups()[group] ?? group;
export function kindLabel(kind: string): string {
  const [group = kind, verb = ""] = kind.split(".");
  const word = verbs()[verb];
  return word === undefined ? kind : `${groupLabel(group)} · ${word}`;
}

/** Settings as their forms call them. */
export function settingLabel(name: string): string {
  const { t } = i18n.global;
  const labels: Record<string, string> = {
    company: t("settings.companyName"), zone: t("settings.zone"), currency: t("settings.currency"), language: t("settings.language"), week_start: t("settings.weekStart"), map_tiles: t("settings.tiles"), map_attribution: t("settings.attribution"),
    audit_days: t("protect.auditDays"), bin_days: t("protect.binDays"), export_rows: t("protect.exportRows"), opened_hour: t("protect.openedHour"), opened_day: t("protect.openedDay"), rows_hour: t("protect.rowsHour"), rows_day: t("protect.rowsDay"),
  };
  return labels[name] ?? name;
}
/** Members of a detail that people meet often. */
export function memberLabel(name: string): string {
  const { t } = i18n.global;
  const labels: Record<string, string> = {
    job: t("audit.mJob"), source: t("audit.mSource"), action: t("audit.mAction"), filter: t("audit.mFilter"), q: t("audit.mSearch"), sort: t("audit.mSort"), columns: t("audit.mColumns"), format: t("audit.mFormat"), count: t("audit.mCount"),
    rows: t("audit.mRows"), done: t("audit.mDone"), failed: t("audit.mFailed"), status: t("audit.mStatus"), code: t("audit.mCode"), file: t("audit.mFile"), file_name: t("audit.mFile"), name: t("audit.mName"), size: t("audit.mSize"), sha256: t("audit.mHash"),
    words: t("audit.mWords"), exit: t("audit.mExit"), fields: t("audit.mFields"), reason: t("erase.reason"), rule: t("audit.retentionRule"),
  };
  return labels[name] ?? settingLabel(name);
}

const BAD = new Set(["fail", "failed", "refused", "interrupted", "reached"]);
export function kindTone(kind: string): Tone {
  const [group = "", verb = ""] = kind.split(".");
  if (BAD.has(verb)) return "coral";
  if (["purge", "erase"].includes(group) || verb === "delete" || verb === "near") return "amber";
  if (["role", "user", "department", "sharing_rule", "team_member", "pool", "pool_rule", "settings", "meta", "view_as"].includes(group)) return "azure";
  return group === "export" || group === "audit_export" ? "plum" : "";
}
