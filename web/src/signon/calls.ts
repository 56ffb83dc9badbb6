// The calls about other systems: the mail server, services and directories to sign in with, forgotten passwords.
import { request } from "@/lib/http";
import type { Job } from "@/lib/api";
import type { Ref, Values } from "@/meta/types";

export type Security = "tls" | "starttls" | "none";
export interface SignInOptions { passwords: boolean; reset: boolean; providers: { id: number; label: string }[] }
export interface MailSettings { active: boolean; host: string; port: number; security: Security; allow_plain: boolean; user: string; from: string; from_name: string; ca: string; password_set: boolean }
export interface MailItem {
  id: number;
  kind: string;
  to: string;
  subject: string;
  status: "waiting" | "sent" | "failed";
  attempts: number;
  created_at: string;
  ended_at: string | null;
  due_at: string | null;
  problem: string | null;
  kept: boolean;
}
export interface MailPage { items: MailItem[]; next: number | null; waiting: number; failed: number }
interface Newcomers { create: boolean; role: number; department: number }
export interface OidcProvider extends Newcomers {
  id: number; kind: "oidc"; label: string; active: boolean; secret_set: boolean; redirect?: string;
  issuer: string; client_id: string; scopes: string; ca: string; auth: "basic" | "post" | "none"; match: "login" | "email" | "none"; login_claim: string; trust_email: boolean; second_factor: boolean;
}
export interface LdapProvider extends Newcomers {
  id: number; kind: "ldap"; label: string; active: boolean; secret_set: boolean; synced_at?: string | null;
  host: string; port: number; security: Security; allow_plain: boolean; ca: string; bind_dn: string; base: string; filter: string; dn_template: string; people_filter: string;
  id_attr: string; login_attr: string; name_attr: string; email_attr: string; phone_attr: string; position_attr: string; department_attr: string; groups_attr: string; group_base: string; group_filter: string;
  groups: { group: string; role: number }[]; departments: { value: string; department: number }[]; adopt: boolean; disable: boolean; sync_minutes: number;
}
export type Provider = OidcProvider | LdapProvider;
export interface SignInSettings { passwords_off: boolean; emergency: Ref | null; providers: Provider[] }
export interface Trial { authorize?: string; people?: number; examples?: { login: string; name: string; email: string; groups: number }[] }
export interface SyncItem { what: "create" | "update" | "disable" | "fail"; login: string; name: string; fields: string; message: string }
export interface SyncResult { dry_run: boolean; too_many: boolean; created: number; updated: number; disabled: number; unchanged: number; failed: number; items: SyncItem[] }
export interface Account { provider: number; label: string; kind: string; linked: boolean; name?: string; seen_at?: string | null }

export const SIGN_IN_KEY = ["settings", "sign-in"];
export const MAIL_KEY = ["settings", "mail"];
export const QUEUE_KEY = ["mails"];

export const getOptions = (): Promise<SignInOptions> => request("GET", "/session/options");
export const askReset = (login: string): Promise<null> => request("POST", "/session/reset", { body: { login } });
export const resetPassword = (token: string, password: string): Promise<null> => request("POST", "/session/reset/password", { body: { token, password } });

export const getMail = (): Promise<MailSettings> => request("GET", "/settings/mail");
export const putMail = (body: Values): Promise<MailSettings> => request("PUT", "/settings/mail", { body });
export const testMail = (body: Values): Promise<{ answer: string }> => request("POST", "/settings/mail/test", { body });
export const listMails = (status: string, before: number | null): Promise<MailPage> => request("GET", "/mails", { query: { status, before } });
export const retryMail = (id: number): Promise<null> => request("POST", `/mails/${id}/retry`);
export const dropMail = (id: number): Promise<null> => request("DELETE", `/mails/${id}`);

export const getSignInSettings = (): Promise<SignInSettings> => request("GET", "/settings/sign-in");
export const changeSignInSettings = (body: Values): Promise<SignInSettings> => request("PATCH", "/settings/sign-in", { body });
export const createProvider = (body: Values): Promise<Provider> => request("POST", "/settings/providers", { body });
export const putProvider = (id: number, body: Values): Promise<Provider> => request("PUT", `/settings/providers/${id}`, { body });
export const deleteProvider = (id: number): Promise<null> => request("DELETE", `/settings/providers/${id}`);
export const testProvider = (body: Values): Promise<Trial> => request("POST", "/settings/providers/test", { body });
export const syncProvider = (id: number, body: Values): Promise<Job<SyncResult>> => request("POST", `/settings/providers/${id}/sync`, { body });

export const listAccounts = (user: number): Promise<{ items: Account[] }> => request("GET", `/users/${user}/identities`);
export const linkAccount = (provider: number): Promise<{ url: string }> => request("POST", `/session/oidc/${provider}/link`, { body: {} });
export const unlinkAccount = (user: number, provider: number): Promise<null> => request("DELETE", `/users/${user}/identities/${provider}`);
