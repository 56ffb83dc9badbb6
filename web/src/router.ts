// Addresses say what is seen: the object, the view, the filter, the open record. So a link can be sent.
import { createRouter, createWebHistory, type Router } from "vue-router";
import * as api from "./lib/api";
import { useCatalog } from "./stores/catalog";
import { usePreferences } from "./stores/preferences";
import { useSession } from "./stores/session";
import { queryClient } from "./lib/queries";
import { onReconnect, startLive, stopLive } from "./lib/live";
import { ApiError, setUnauthorisedHandler } from "./lib/http";
import { useLang } from "./i18n";
import { keepScrollPlace } from "./lib/scrollPlace";
import { signInAgain } from "./record/signInAgain";
import Frame from "./frame/Frame.vue";

let needed: boolean | null = null;
let begun: number | null = null;

/** Whether this server still waits for its first administrator; asked once. */
async function setupNeeded(): Promise<boolean> {
  if (needed === null) {
    try {
      needed = (await api.getSetup()).needed;
    } catch {
      return false;
    }
  }
  return needed;
}
export function setupDone(): void {
  needed = false;
}

export function createAppRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: "/signin", name: "signin", component: () => import("./pages/SignIn.vue"), meta: { open: true } },
      { path: "/setup", name: "setup", component: () => import("./pages/SetupPage.vue"), meta: { open: true } },
      { path: "/forgot", name: "forgot", component: () => import("./signon/ForgotPage.vue"), meta: { open: true } },
      { path: "/reset", name: "reset", component: () => import("./signon/ResetPage.vue"), meta: { open: true, always: true } },
      { path: "/offline", name: "offline", component: () => import("./pages/OfflinePage.vue"), meta: { open: true } },
      {
        path: "/",
        component: Frame,
        children: [
          { path: "", redirect: "/today" },
          { path: "today", name: "today", component: () => import("./today/TodayPage.vue") },
          { path: "o/:object", name: "list", component: () => import("./list/ListPage.vue") },
          { path: "o/:object/new", name: "new", component: () => import("./record/CreatePage.vue") },
          { path: "o/:object/duplicates", name: "duplicates", component: () => import("./duplicates/CheckPage.vue") },
          { path: "o/:object/merge", name: "merge", component: () => import("./duplicates/MergePage.vue") },
          { path: "o/:object/:id(\\d+)", name: "record", component: () => import("./record/RecordPage.vue") },
          { path: "o/:object/:id(\\d+)/why", name: "why", component: () => import("./rights/WhyPage.vue") },
          { path: "calendar", name: "calendar", component: () => import("./calendar/CalendarPage.vue") },
          { path: "tasks", name: "tasks", component: () => import("./tasks/TasksPage.vue") },
          { path: "pools", name: "pools", component: () => import("./pool/PoolsPage.vue") },
          { path: "settings/pools", name: "pool-settings", component: () => import("./pool/PoolSettings.vue") },
          { path: "settings/pools/:id(\\d+)", name: "pool-setting", component: () => import("./pool/PoolSetting.vue") },
          { path: "reports", name: "reports", component: () => import("./reports/ReportsPage.vue") },
          { path: "notifications", name: "notifications", component: () => import("./pages/NotificationsPage.vue") },
          { path: "trash/:object?", name: "trash", component: () => import("./pages/TrashPage.vue") },
          { path: "settings", name: "settings", component: () => import("./pages/SettingsPage.vue") },
          { path: "settings/organisation/:department(\\d+)?", name: "organisation", component: () => import("./organisation/OrganisationPage.vue") },
          { path: "settings/handover/:user(\\d+)", name: "handover", component: () => import("./organisation/HandoverPage.vue") },
          { path: "settings/providers/:which", name: "provider", component: () => import("./signon/ProviderPage.vue") },
          { path: "settings/tiers", name: "tiers", component: () => import("./tiers/TiersPage.vue") },
          { path: "settings/rights", name: "rights", component: () => import("./rights/RightsPage.vue") },
          { path: "settings/assignment", name: "assignment", component: () => import("./assignment/AssignmentPage.vue") },
          { path: "settings/sales-modes/:id(\\d+)", name: "sales-mode", component: () => import("./process/ModePage.vue") },
          { path: "design/:object", name: "design", component: () => import("./design/DesignPage.vue") },
          { path: "me/security", name: "security", component: () => import("./security/SecurityPage.vue") },
          { path: "people/:id(\\d+)/security", name: "person-security", component: () => import("./security/SecurityPage.vue") },
          { path: "audit", name: "audit", component: () => import("./audit/AuditPage.vue") },
          { path: "operations", name: "operations", component: () => import("./audit/OperationsPage.vue") },
          { path: "erase/:object/:id(\\d+)", name: "erase", component: () => import("./audit/ErasePage.vue") },
          { path: "erasures/:id(\\d+)", name: "erasure", component: () => import("./audit/CertificatePage.vue") },
          { path: "me", name: "me", component: () => import("./pages/MePage.vue") },
          { path: ":rest(.*)*", name: "missing", component: () => import("./pages/MissingPage.vue") },
        ],
      },
    ],
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    const speak = (): Promise<void> => useLang(usePreferences().lang);
    if (to.name === "offline" || to.meta.always) {
      await speak();
      return true;
    }
    try {
      const signedIn = await session.check();
      if (!signedIn) await speak();
      if (!signedIn && await setupNeeded()) return to.name === "setup" ? true : { name: "setup" };
      if (to.meta.open) return signedIn ? "/today" : to.name === "setup" ? { name: "signin" } : true;
      if (!signedIn) return { name: "signin", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
      await begin();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { name: "offline", query: { next: to.fullPath } };
    }
  });
  // a new version has taken the old one's files away: the page itself is fetched again
  router.onError((error, to) => {
    if (navigator.onLine && /dynamically imported module|module script|preload/i.test(String(error))) window.location.assign(to.fullPath);
  });
  keepScrollPlace(router);
  setUnauthorisedHandler(async () => {
    const session = useSession();
    const user = session.session?.user;
    if (!user) return false;
    if (!session.session?.viewing_as && await signInAgain(user)) {
      stopLive();
      startLive(user.id);
      return true;
    }
    if (!session.session) return false;
    session.forget();
    leave();
    void router.push({ name: "signin", query: { next: router.currentRoute.value.fullPath } });
    return false;
  });
  onReconnect(() => {
    const session = useSession();
    if (session.session && !session.checked) void session.check().catch(() => undefined);
    if (session.session && !session.session.viewing_as) void usePreferences().adopt(session.session.user.id);
  });
  return router;
}

/** What has to be known before the first page of this person: preferences, language, definitions. */
async function begin(): Promise<void> {
  const session = useSession().session;
  if (!session) return;
  const { user, account = user, viewing_as: viewing } = session;
  const preferences = usePreferences();
  if (begun !== user.id) {
    preferences.profileLang = account.lang === "en" || account.lang === "zh-CN" ? account.lang : null;
    await useLang(preferences.lang);
    // who looks as somebody keeps his own language and looks
    await Promise.all([viewing ? undefined : preferences.adopt(user.id), useCatalog().load(`${user.id}/${preferences.lang}`)]);
    await useLang(preferences.lang); // another device may have chosen another one
  }
  await useCatalog().load(`${user.id}/${preferences.lang}`);
  begun = user.id;
  startLive(user.id);
}

/** Nothing of one person may be seen by the next. */
export function leave(): void {
  stopLive();
  begun = null;
  queryClient.clear();
  useCatalog().clear();
}
