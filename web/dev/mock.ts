// Development only: a server of in-memory objects for working on screens without the engine.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { definitions } from "./mock-meta";

type Json = string | number | boolean | null | Json[] | { [k: string]: Json };
type Rec = { [k: string]: Json };
const db: Record<string, Rec[]> = {};
const trash: Record<string, Rec[]> = {};
const hist: { object: string; id: number; version: number; at: string; user: Json; source: string; changes: Json[] }[] = [];
const listeners = new Set<ServerResponse>();
let nextId = 1000;
let eventId = 1;
const now = (): string => new Date().toISOString();
const day = (offset: number, hour?: number): string => {
  const d = new Date(Date.now() + offset * 864e5);
  if (hour === undefined) return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
  d.setHours(hour, (hour * 10) % 60, 0, 0);
  return d.toISOString();
};
const users = [
  { id: 1, login: "admin", name: "系统管理员", department: { id: 1, name: "江源流体" } },
  { id: 2, login: "manager", name: "林若溪", department: { id: 2, name: "华东销售部" } },
  { id: 3, login: "sales1", name: "陈知远", department: { id: 2, name: "华东销售部" } },
  { id: 4, login: "sales2", name: "沈南舟", department: { id: 3, name: "华南销售部" } },
  { id: 5, login: "zhou", name: "周一鸣", department: { id: 2, name: "华东销售部" } },
  { id: 6, login: "xu", name: "许嘉禾", department: { id: 2, name: "华东销售部" } },
];
function add(object: string, values: Rec, owner = 3): Rec {
  const u = users.find((x) => x.id === owner)!;
  const rec: Rec = { id: nextId++, version: 1, owner: { id: u.id, name: u.name }, department: u.department, created_at: day(-20, 9), created_by: { id: u.id, name: u.name }, updated_at: now(), updated_by: { id: u.id, name: u.name }, ...values };
  (db[object] ??= []).push(rec);
  return rec;
}
function seed(): void {
  db.user = users.map((u) => ({ ...u, version: 1, active: true, roles: [], owner: null, created_at: day(-90, 9), updated_at: day(-3, 9) }));
  db.department = [{ id: 1, version: 1, name: "江源流体", parent: null, head: null }, { id: 2, version: 1, name: "华东销售部", parent: { id: 1, name: "江源流体" }, head: { id: 2, name: "林若溪" } }, { id: 3, version: 1, name: "华南销售部", parent: { id: 1, name: "江源流体" }, head: null }];
  const names = "宏岱科技股份有限公司 瑞川化工 明澜石化有限公司 青禾水务集团 沧澜船舶重工 启衡生物制药 临岸化工工程设计院 天闻新能源材料 沐岚系统集成 皖润半导体材料 北麂港务 云岭矿业 绿洲冷链食品 东湾污水处理 恒鼎自控工程 中序水泥 鹿鸣乳业 岚山热电 栖霞制药 文澜造纸 澄江玻璃 嘉禾化纤 海岱空间 泓达矿机集团".split(" ");
  const industries = ["石油加工", "化学原料", "专用设备", "水的生产和供应", "医药制造"];
  const cs = names.map((name, i) => add("customer", { name, type: i % 4 === 3 ? "integrator" : "end_user", level: "AABBCBAC"[i % 8]!, status: i % 5 ? "formal" : "potential", industry: industries[i % 5]!, phone: `0571-89${20 + i} ${4400 + i * 7}`, credit_limit: i % 6 ? 100000 * ((i * 7) % 13) || null : null, next_follow_up: i % 6 === 5 ? null : day((i % 7) - 2, 9 + (i % 8)), address: { province: "浙江省", city: "杭州市", district: "余杭区", detail: `临平大道 ${100 + i} 号` }, tags: i % 3 ? ["循环水"] : ["循环水", "重交期"], parent: null, in_pool: false, website: i % 2 ? "https://hongdai.example" : null, remark: null }, [3, 3, 3, 5, 6, 4][i % 6]));
  const deals = "超纯水泵组国产替代 油库二期阀门 CIP清洗泵 脱硫循环泵 无菌隔膜阀 白水泵更换 江南水厂提标 纯水泵组试用 提升泵房改造 余热发电给水泵 冷却水站整包 真空泵节能改造 安全阀更新 氨用截止阀 智能定位器200台 罐区紧急切断阀 冷站变频泵 压载水招标 二期循环水改造 调节阀框架 隔膜泵备件年框 备品备件年度框架 屏蔽泵替换 消防泵组".split(" ");
  const stages = ["initial", "initial", "initial", "qualified", "qualified", "proposal", "proposal", "negotiation", "won", "lost"];
  for (let k = 0; k < 3; k++) deals.forEach((name, i) => {
    const c = cs[(i + k * 5) % cs.length]!;
    const stage = stages[(i + k) % 10]!;
    add("opportunity", { name: k ? `${name}（${k + 1} 期）` : name, customer: { id: c.id!, name: c.name! }, amount: 98000 + ((i * 77 + k * 31) % 40) * 52000, stage, probability: { initial: 0.1, qualified: 0.3, proposal: 0.5, negotiation: 0.7, won: 1, lost: 0 }[stage]!, close_date: day(((i * 13) % 150) - 30), stage_changed_at: day(-(i * 3) % 35, 10), next_at: i % 5 === 4 ? null : day((i % 6) - 2, 9 + (i % 8)), lost_reason: stage === "lost" ? "price" : null, competitor: stage === "lost" ? "泰岳泵业" : null, currency: "CNY", remark: null }, [3, 3, 5, 6, 4][i % 5]);
  });
  "海纳膜分离 新川环境工程 拓普机电 丰源乳品 泽远冷链 钱塘印染 博康药业 天宁热能 九曲造船 长岭石化".split(" ").forEach((n, i) => add("lead", { name: `${["王", "李", "张", "刘", "赵"][i % 5]}${["工", "经理", "总"][i % 3]}`, company: n, phone: `1380571${2000 + i * 37}`, email: `buyer${i}@example.cn`, source: ["website", "exhibition", "referral"][i % 3]!, status: ["new", "contacted", "qualified", "new"][i % 4]!, remark: null }, [3, 3, 5][i % 3]));
  cs.slice(0, 8).forEach((c, i) => { ["吴振东", "方敏", "周国栋"].slice(0, 1 + (i % 3)).forEach((n, j) => add("contact", { name: n, customer: { id: c.id!, name: c.name! }, position: ["总工程师", "采购部经理", "总经理"][j]!, phone: `138000${6271 + j}${i}`, email: null })); });
  ["回电确认技术协议偏差表", "催首付款 30%，已开票", "上门：样机试装与流量标定", "发第 3 版报价，毛利低于底线待批", "试用满 7 天回访", "补寄压力容器资质，开标前 5 天", "与临岸设计院对接选型样本"].forEach((n, i) => { const c = cs[i]!; add("task", { name: n, title: n, due_at: day(i - 2, 9 + i), priority: ["high", "normal", "low"][i % 3]!, status: "open", target: { object: "customer", id: c.id!, name: c.name! } }); });
  ["价格可谈，质保要 24 个月；竞品给到 18 个月。下周定标。", "偏差表还差密封等级一项，总包 20 号冻结图纸。对手“泰岳泵业”报价低 6%，但交期 14 周，我们 9 周。", "看了 3 号罐区现场，安全阀 46 台，停车检修窗口 12 月 20 日起。", "发出报价 V2，含两年备件。"].forEach((n, i) => cs.slice(0, 6).forEach((c, j) => add("activity", { name: n.slice(0, 20), type: ["call", "call", "visit", "mail"][i]!, content: n, at: day(-i * 2 - (j % 2), 9 + i), next_at: i === 0 ? day(1 + j, 10) : null, target: { object: "customer", id: c.id!, name: c.name! } })));
}

// ---- a subset of the expression language
type Node = (r: Rec, me: Rec) => Json | Date;
function compile(src: string): Node {
  const toks = [...src.matchAll(/\s*(\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?|\d+(?:\.\d+)?|[A-Za-z_][\w.]*|"(?:[^"\\]|\\.)*"|!=|>=|<=|[=<>(),+\-*])/gy)].map((m) => m[1]!);
  let p = 0;
  const fail = (): never => { throw Object.assign(new Error("expr"), { position: src.length }); };
  const eat = (t: string): boolean => (toks[p] === t ? (p++, true) : false);
  const path = (r: Json, parts: string[]): Json => parts.reduce<Json>((v, k) => (v && typeof v === "object" && !Array.isArray(v) ? (v[k] ?? null) : null), r);
  const val = (v: Json | Date): Json => (v instanceof Date ? v.toISOString() : v && typeof v === "object" && !Array.isArray(v) && "id" in v ? (v.object ? `${String(v.object)}:${String(v.id)}` : v.id!) : v);
  const prim = (): Node => {
    const t = toks[p++] ?? fail();
    if (t === "(") { const e = or(); if (!eat(")")) fail(); return e; }
    if (t[0] === '"') { const s = JSON.parse(t) as string; return () => s; }
    if (/^\d{4}-/.test(t)) return () => t;
    if (/^\d/.test(t)) return () => Number(t);
    if (t === "true" || t === "false") return () => t === "true";
    if (eat("(")) {
      const args: Node[] = [];
      if (!eat(")")) { do args.push(or()); while (eat(",")); if (!eat(")")) fail(); }
      if (t === "me") return (_r, m) => m.id!;
      if (t === "today") return () => { const d = new Date(); d.setHours(0, 0, 0, 0); return d; };
      if (t === "now") return () => new Date();
      if (t === "is_null") return (r, m) => { const v = args[0]!(r, m); return v === null || v === undefined || v === ""; };
      if (t === "my_department") return (_r, m) => (m.department as Rec).id!;
      return fail();
    }
    return (r) => path(r, t.split("."));
  };
  const sum = (): Node => { let l = prim(); while (toks[p] === "+" || toks[p] === "-") { const sg = toks[p++] === "+" ? 1 : -1; const a = l; const b = prim(); l = (r, m) => { const x = a(r, m), y = Number(b(r, m)) * sg; return x instanceof Date ? new Date(x.getTime() + y * 864e5) : Number(x) + y; }; } return l; };
  const num = (v: Json | Date, cmp: boolean): Json => { const x = val(v); return cmp && typeof x === "string" && /^\d{4}-/.test(x) ? (x.length === 10 ? new Date(`${x}T00:00:00`).getTime() : new Date(x).getTime()) : x; };
  const cmp = (): Node => {
    const l = sum();
    const o = toks[p];
    if (o === "in") { p++; if (!eat("(")) fail(); const xs: Node[] = []; do xs.push(sum()); while (eat(",")); if (!eat(")")) fail(); return (r, m) => xs.some((x) => val(x(r, m)) === val(l(r, m))); }
    if (o === "contains") { p++; const b = sum(); return (r, m) => { const v = val(l(r, m)); const n = String(b(r, m)); return Array.isArray(v) ? v.includes(n) : String(v ?? "").toLowerCase().includes(n.toLowerCase()); }; }
    if (o === "under") { p++; const b = sum(); return (r, m) => val(l(r, m)) === val(b(r, m)) || val(b(r, m)) === 1; }
    if (o === "between") { p++; const a = sum(); if (!eat("and")) fail(); const b = sum(); return (r, m) => { const v = Number(num(l(r, m), true) ?? NaN), x = Number(num(a(r, m), true)), y = Number(num(b(r, m), true)); return v >= x && v <= y + 864e5 - 1; }; }
    if (o && ["=", "!=", "<", "<=", ">", ">="].includes(o)) { p++; const b = sum(); return (r, m) => { const x = num(l(r, m), true), y = num(b(r, m), true); if (o === "=") return x === y; if (o === "!=") return x !== y; if (x === null || y === null) return false; return o === "<" ? x < y : o === "<=" ? x <= y : o === ">" ? x > y : x >= y; }; }
    return l;
  };
  const not = (): Node => { if (eat("not")) { const e = not(); return (r, m) => !e(r, m); } return cmp(); };
  const and = (): Node => { let l = not(); while (eat("and")) { const a = l, b = not(); l = (r, m) => Boolean(a(r, m)) && Boolean(b(r, m)); } return l; };
  function or(): Node { let l = and(); while (eat("or")) { const a = l, b = and(); l = (r, m) => Boolean(a(r, m)) || Boolean(b(r, m)); } return l; }
  if (!src.trim()) return () => true;
  const e = or();
  if (p < toks.length || toks.join("").length !== src.replace(/\s/g, "").length && !src.includes('"')) fail();
  return e;
}
const visible = (object: string, me: Rec): Rec[] => (db[object] ?? []).filter((r) => me.id === 1 || ["user", "department", "role"].includes(object) || (me.login === "manager" ? (r.department as Rec | null)?.id === 2 : (r.owner as Rec | null)?.id === me.id));
const emit = (object: string, id: number, change: string, version: number): void => { for (const l of listeners) l.write(`id: ${eventId}\nevent: record\ndata: ${JSON.stringify({ object, id, change, version })}\n\n`); eventId++; };
function normalise(object: string, values: Rec): { out: Rec; errors: Json[] } {
  const def = definitions.find((d) => d.name === object)!;
  const out: Rec = {};
  const errors: Json[] = [];
  for (const [k, v] of Object.entries(values)) {
    const f = def.fields.find((x) => x.name === k);
    if (!f) { errors.push({ field: k, code: "unknown_field", message: `没有字段“${k}”` }); continue; }
    if (["reference", "user", "department"].includes(f.type) && v !== null) { const id = typeof v === "object" ? Number((v as Rec).id) : Number(v); const t = (db[f.target ?? f.type] ?? []).find((r) => r.id === id); if (!t) errors.push({ field: k, code: "reference", message: "这条记录不存在" }); out[k] = { id, name: t?.name ?? null }; }
    else if (f.type === "record" && v && typeof v === "object" && !Array.isArray(v)) { const t = (db[String(v.object)] ?? []).find((r) => r.id === v.id); out[k] = { ...v, name: t?.name ?? null }; }
    else out[k] = v;
    if (f.required && (v === null || v === "")) errors.push({ field: k, code: "required", message: `请填写${f.label}` });
    if (f.type === "phone" && typeof v === "string" && v && !/^[+\d][\d\s-]{5,}$/.test(v)) errors.push({ field: k, code: "phone", message: "电话号码不像真的：至少 6 位数字" });
    if (k === "credit_limit" && Number(v) > 500000) errors.push({ field: k, code: "max", message: "信用额度最高 ¥50万" });
  }
  return { out, errors };
}
function write(object: string, rec: Rec, values: Rec, me: Rec, source = "api"): void {
  const changes: Json[] = [];
  for (const [k, v] of Object.entries(values)) if (JSON.stringify(rec[k] ?? null) !== JSON.stringify(v)) { changes.push({ field: k, from: rec[k] ?? null, to: v }); rec[k] = v; }
  if (!changes.length) return;
  rec.version = Number(rec.version) + 1;
  rec.updated_at = now();
  hist.unshift({ object, id: Number(rec.id), version: Number(rec.version), at: now(), user: { id: me.id!, name: me.name! }, source, changes });
  emit(object, Number(rec.id), "update", Number(rec.version));
}
const sessions = new Map<string, Rec>();
const HTTP = (status: number, body: Json): never => { throw { status, body }; };
function create(object: string, values: Rec, me: Rec): Rec {
  const def = definitions.find((d) => d.name === object)!;
  const { out, errors } = normalise(object, values);
  if (object === "task" && out.title && !out.name) out.name = out.title;
  if (object === "activity" && !out.name) out.name = String(out.content ?? "").slice(0, 20);
  for (const f of def.fields) if (f.required && !f.readonly && (out[f.name] === undefined || out[f.name] === null || out[f.name] === "") && f.default === undefined) errors.push({ field: f.name, code: "required", message: `请填写${f.label}` });
  if (errors.length) HTTP(422, { title: "有字段没有填对", status: 422, errors });
  const defaults: Rec = {};
  for (const f of def.fields) defaults[f.name] = (f.default as Json) ?? null;
  const rec = add(object, { ...defaults, owner: { id: me.id!, name: me.name! }, ...out, created_at: now(), created_by: { id: me.id!, name: me.name! } }, Number(me.id));
  rec.owner ??= { id: me.id!, name: me.name! };
  hist.unshift({ object, id: Number(rec.id), version: 1, at: now(), user: { id: me.id!, name: me.name! }, source: "api", changes: [] });
  emit(object, Number(rec.id), "create", 1);
  return rec;
}
function route(method: string, path: string, q: URLSearchParams, body: Rec, me: Rec, req: IncomingMessage): { status: number; body: Json } {
  const seg = path.split("/").filter(Boolean);
  const ok = (b: Json, status = 200): { status: number; body: Json } => ({ status, body: b });
  if (seg[0] === "meta") return ok(seg[2] ? (definitions.find((d) => d.name === seg[2]) as unknown as Json) : { items: definitions as unknown as Json });
  const filterOf = (object: string): Rec[] => { let f: Node; try { f = compile(q.get("filter") ?? ""); } catch { return HTTP(400, { title: "筛选条件看不懂", status: 400, detail: "表达式有误", position: 3 }); } const s = q.get("q")?.toLowerCase(); return visible(object, me).filter((r) => f(r, me) && (!s || JSON.stringify(r).toLowerCase().includes(s))); };
  if (seg[0] === "search") { const s = (q.get("q") ?? "").toLowerCase(); return ok({ items: ["customer", "lead", "contact", "opportunity"].flatMap((o) => visible(o, me).filter((r) => JSON.stringify([r.name, r.company, r.phone, r.customer]).toLowerCase().includes(s)).slice(0, 5).map((r) => ({ object: o, id: r.id!, name: r.name!, match: "name" }))) }); }
  if (seg[0] === "aggregate") {
    const rows = filterOf(seg[1]!); const groups = (q.get("group") ?? "").split(/,(?![^(]*\))/).filter(Boolean); const ms = (q.get("measure") ?? "count()").split(/,(?![^(]*\))/);
    const map = new Map<string, { key: Rec; rows: Rec[] }>();
    for (const r of rows) { const key: Rec = {}; for (const g of groups) { const m = /^month\((.+)\)$/.exec(g); key[g] = m ? String(r[m[1]!] ?? "").slice(0, 7) || null : (r[g] ?? null); } const k = JSON.stringify(key); (map.get(k) ?? map.set(k, { key, rows: [] }).get(k)!).rows.push(r); }
    if (!groups.length && !map.size) map.set("", { key: {}, rows: [] });
    return ok({ items: [...map.values()].map((g) => { const o: Rec = { ...g.key }; for (const m of ms) { const x = /^sum\((.+)\)$/.exec(m); o[m] = x ? g.rows.reduce((s, r) => s + x[1]!.split("*").reduce((p, n) => p * Number(r[n.trim()] ?? 0), 1), 0) : g.rows.length; } return o; }) });
  }
  if (seg[0] === "trash") { const list = trash[seg[1]!] ?? []; if (seg[3] === "restore") { const i = list.findIndex((r) => r.id === Number(seg[2])); const [r] = list.splice(i, 1); (db[seg[1]!] ??= []).push(r!); emit(seg[1]!, Number(seg[2]), "restore", 1); return ok(r!); } return ok({ items: list, next: null }); }
  if (seg[0] !== "records" || !definitions.some((d) => d.name === seg[1])) return HTTP(404, { title: "没有这个地址", status: 404 });
  const object = seg[1]!;
  if (!seg[2]) {
    if (method === "POST") return ok(create(object, body, me), 201);
    const rows = filterOf(object);
    const keys = (q.get("sort") ?? "-updated_at").split(",").filter(Boolean);
    const sv = (v: Json | undefined): string | number => (v === null || v === undefined ? "\uffff" : typeof v === "object" ? String((v as Rec).name) : typeof v === "boolean" ? Number(v) : v);
    rows.sort((a, b) => { for (const k of keys) { const n = k.replace("-", ""); const x = sv(a[n]), y = sv(b[n]); const c = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "zh-CN"); if (c) return k[0] === "-" ? -c : c; } return Number(a.id) - Number(b.id); });
    const from = Number(q.get("after") ?? 0), limit = Number(q.get("limit") ?? 50);
    return ok({ items: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null, ...(q.get("count") ? { count: rows.length, count_exact: true } : {}) });
  }
  const id = Number(seg[2]);
  const rec = visible(object, me).find((r) => r.id === id) ?? HTTP(404, { title: "没有这条记录", status: 404, detail: "它不存在，或者你看不到它。" });
  if (seg[3] === "history") return ok({ items: hist.filter((h) => h.object === object && h.id === id) as unknown as Json, next: null });
  if (seg[3] === "timeline") {
    const to = (r: Rec): boolean => { const t = r.target as Rec | null; return t?.object === object && t.id === id; };
    const items: Rec[] = [...(db.activity ?? []).filter(to).map((a) => ({ kind: "activity", at: a.at ?? a.created_at!, user: a.owner!, activity: a })), ...(db.task ?? []).filter(to).map((a) => ({ kind: "task", at: a.created_at!, user: a.owner!, task: a })), ...hist.filter((h) => h.object === object && h.id === id).map((h) => ({ kind: "change", at: h.at, user: h.user, changes: h.changes }))];
    return ok({ items: items.sort((a, b) => String(b.at).localeCompare(String(a.at))), next: null });
  }
  if (seg[3] === "actions") {
    const act = seg[4];
    if (act === "win") write(object, rec, { stage: "won", probability: 1 }, me);
    else if (act === "lose") { if (!body.lost_reason) HTTP(422, { title: "有字段没有填对", status: 422, errors: [{ field: "lost_reason", code: "required", message: "请填写输单原因" }] }); write(object, rec, { stage: "lost", probability: 0, lost_reason: body.lost_reason!, competitor: body.competitor ?? null }, me); }
    else if (act === "assign") write(object, rec, normalise(object, { owner: body.owner! }).out, me);
    else if (act === "qualify") write(object, rec, { status: "qualified" }, me);
    else if (act === "reject") write(object, rec, { status: "rejected", remark: body.reason ?? null }, me);
    else if (act === "convert") {
      const c = body.customer as Rec; const customer = c.id ? db.customer!.find((r) => r.id === c.id)! : create("customer", c, me);
      const k = body.contact as Rec | undefined; const contact = k?.id ? k : k ? create("contact", { ...k, customer: customer.id! }, me) : null;
      const o = body.opportunity as Rec | null; const opp = o ? create("opportunity", { ...o, customer: customer.id! }, me) : null;
      write(object, rec, { status: "converted" }, me);
      return ok({ customer: { id: customer.id! }, contact: contact ? { id: contact.id! } : null, opportunity: opp ? { id: opp.id! } : null });
    } else return HTTP(404, { title: "没有这个操作", status: 404 });
    return ok(rec);
  }
  if (method === "PATCH") {
    const match = /"(\d+)"/.exec(req.headers["if-match"] ?? "");
    if (match && Number(match[1]) !== rec.version) HTTP(412, { title: "别人已经改过", status: 412, current: rec });
    const { out, errors } = normalise(object, body);
    if (errors.length) HTTP(422, { title: "有字段没有填对", status: 422, errors });
    write(object, rec, out, me);
    return ok(rec);
  }
  if (method === "DELETE") { db[object] = db[object]!.filter((r) => r !== rec); rec.deleted_at = now(); (trash[object] ??= []).unshift(rec); emit(object, id, "delete", Number(rec.version)); return ok(null, 204); }
  return ok(rec);
}
const handle: Connect.NextHandleFunction = (req, res, next) => {
  const full = new URL(req.url ?? "/", "http://x");
  if (!full.pathname.startsWith("/api/v1/")) { next(); return; }
  const path = full.pathname.slice(7);
  const token = /haike_session=(\w+)/.exec(req.headers.cookie ?? "")?.[1] ?? "";
  let text = "";
  req.on("data", (c: Buffer) => { text += c.toString(); });
  req.on("end", () => {
    const send = (status: number, body: Json, extra: Record<string, string> = {}): void => { res.writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json", ...extra }); res.end(status === 204 ? "" : JSON.stringify(body)); };
    try {
      const body = (text ? JSON.parse(text) : {}) as Rec;
      let me = sessions.get(token);
      const answer = (u: Rec): Json => ({ user: { id: u.id!, login: u.login!, name: u.name!, department: u.department!, lang: null }, permissions: {} });
      if (path === "/session" && req.method === "POST") {
        const u = users.find((x) => x.login === body.login) as Rec | undefined;
        if (!u || body.password !== "haike-demo") { send(401, { title: "登录名或密码不对", status: 401, detail: "登录名或密码不对" }); return; }
        const t = Math.random().toString(36).slice(2); sessions.set(t, u);
        send(200, answer(u), { "Set-Cookie": `haike_session=${t}; Path=/; HttpOnly; SameSite=Lax` }); return;
      }
      if (!me) { send(401, { title: "请先登录", status: 401 }); return; }
      me = { ...me };
      if (path === "/session") { if (req.method === "DELETE") sessions.delete(token); send(200, answer(me)); return; }
      if (path === "/events") { res.writeHead(200, { "Content-Type": "text/event-stream" }); res.write(": hello\n\n"); listeners.add(res); req.on("close", () => listeners.delete(res)); res.on("close", () => listeners.delete(res)); return; }
      const r = route(req.method ?? "GET", path, full.searchParams, body, me, req);
      send(r.status, r.body);
    } catch (e) {
      const p = e as { status?: number; body?: Json };
      if (p.status) send(p.status, p.body ?? null); else { console.error(e); send(500, { title: "服务器出错", status: 500 }); }
    }
  });
};
export function mockServer(): Plugin {
  seed();
  const csp: Connect.NextHandleFunction = (_q, res, next) => { res.setHeader("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'"); next(); };
  return { name: "haike-mock", configureServer(s) { s.middlewares.use(handle); }, configurePreviewServer(s) { s.middlewares.use(csp); s.middlewares.use(handle); } };
}
