// What the form of a service holds: a new one with what is usual, a stored one as it is, without what is only told.
import type { LdapProvider, OidcProvider, Provider } from "./calls";

export type OidcForm = Omit<OidcProvider, "id" | "secret_set" | "redirect">;
export type LdapForm = Omit<LdapProvider, "id" | "secret_set" | "synced_at">;
export type ProviderForm = OidcForm | LdapForm;

/** What the query cache holds is read-only and watched: a form is a copy. */
export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export function emptyForm(kind: "oidc" | "ldap", label: string): ProviderForm {
  if (kind === "oidc") {
    return { kind, label, active: true, issuer: "", client_id: "", scopes: "openid profile email", ca: "", auth: "basic", match: "login", login_claim: "preferred_username", trust_email: false, second_factor: false, create: false, role: 0, department: 0 };
  }
  return {
    kind, label, active: true, host: "", port: 389, security: "starttls", allow_plain: false, ca: "", bind_dn: "", base: "", filter: "(uid={login})", dn_template: "", people_filter: "(objectClass=person)",
    id_attr: "entryUUID", login_attr: "uid", name_attr: "cn", email_attr: "mail", phone_attr: "mobile", position_attr: "title", department_attr: "", groups_attr: "memberOf", group_base: "", group_filter: "",
    groups: [], departments: [], adopt: true, disable: false, sync_minutes: 0, create: true, role: 0, department: 0,
  };
}

export function formOf(provider: Provider): ProviderForm {
  if (provider.kind === "oidc") {
    const { id: _id, secret_set: _set, redirect: _redirect, ...form } = provider;
    return copyOf(form);
  }
  const { id: _id, secret_set: _set, synced_at: _at, ...form } = provider;
  return copyOf(form);
}
