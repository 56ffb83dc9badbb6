// Addresses say what is seen: the object, the view, the filter, the open record. So a link can be sent.
import { createRouter, createWebHistory, type Router } from "vue-router";
import { useCatalog } from "./stores/catalog";
import { usePreferences } from "./stores/preferences";
import { useSession } from "./stores/session";
import { queryClient } from "./lib/queries";
import { startLive, stopLive } from "./lib/live";
import { setUnauthorisedHandler } from "./lib/http";
import { useLang } from "./i18n";
import Frame from "./frame/Frame.vue";

export function createAppRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: "/signin", name: "signin", component: () => import("./pages/SignIn.vue"), meta: { open: true } },
      {
        path: "/",
        component: Frame,
        children: [
          { path: "", redirect: "/today" },
          { path: "today", name: "today", component: () => import("./today/TodayPage.vue") },
          { path: "o/:object", name: "list", component: () => import("./list/ListPage.vue") },
          { path: "o/:object/new", name: "new", component: () => import("./record/CreatePage.vue") },
          { path: "o/:object/:id(\\d+)", name: "record", component: () => import("./record/RecordPage.vue") },
          { path: "reports", name: "reports", component: () => import("./reports/ReportsPage.vue") },
          { path: "trash/:object?", name: "trash", component: () => import("./pages/TrashPage.vue") },
          { path: "settings", name: "settings", component: () => import("./pages/SettingsPage.vue") },
          { path: "me", name: "me", component: () => import("./pages/MePage.vue") },
          { path: ":rest(.*)*", name: "missing", component: () => import("./pages/MissingPage.vue") },
        ],
      },
    ],
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    const preferences = usePreferences();
    const signedIn = await session.check();
    if (to.meta.open) return signedIn ? "/today" : true;
    if (!signedIn) return { name: "signin", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
    const lang = session.session?.user.lang;
    if (!preferences.chosenLang && (lang === "en" || lang === "zh-CN") && lang !== preferences.lang) {
      preferences.lang = lang;
      await useLang(lang);
    }
    await useCatalog().load(`${session.session?.user.id ?? 0}/${preferences.lang}`);
    startLive();
    return true;
  });
  setUnauthorisedHandler(() => {
    const session = useSession();
    if (!session.session) return;
    session.forget();
    leave();
    void router.push({ name: "signin", query: { next: router.currentRoute.value.fullPath } });
  });
  return router;
}

/** Nothing of one person may be seen by the next. */
export function leave(): void {
  stopLive();
  queryClient.clear();
  useCatalog().clear();
}
