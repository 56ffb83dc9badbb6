import { fileURLToPath, URL } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { pwa } from "./pwa/plugin.ts";

// The dev server hands the API to a running haike (make run). The server checks the Origin of writes, so it is told its own.
const target = process.env.HAIKE_SERVER ?? "http://127.0.0.1:8080";
const proxy = { "/api": { target, changeOrigin: true, headers: { origin: target } } };

/** What lists and records show at first: displays of fields, words of lists, virtual rows. Editors come when something is first edited. */
const SHARED = /src[\\/](?:fields[\\/](?:[^\\/]+[\\/])?(?:Display|FieldDisplay|FieldEditor|CopyButton|index|text|items|place)\.|list[\\/](?:words|fields|groups|useCount|useRecords)\.|record[\\/](?:actions|formState|ActionForm|FieldBox)\.|pages[\\/]MissingPage)|node_modules[\\/]@tanstack[\\/](?:vue-virtual|virtual-core)[\\/]/;

export default defineConfig({
  plugins: [vue(), pwa()],
  cacheDir: process.env.VITE_CACHE,
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: { __VUE_I18N_FULL_INSTALL__: "false", __VUE_I18N_LEGACY_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false" },
  server: { proxy },
  preview: { proxy },
  build: {
    target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: true,
    // few requests for what every page needs: one file each for the libraries, the icons and the parts that many pages share
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "vendor", test: /node_modules[\\/](?:vue|@vue|vue-router|pinia|vue-i18n|@intlify|@tanstack[\\/](?:vue-query|query-core))[\\/]/, priority: 3 },
            { name: "icons", test: /node_modules[\\/]@lucide[\\/]/, priority: 2 },
            { name: "sortable", test: /node_modules[\\/]sortablejs[\\/]|src[\\/]ui[\\/]useSortable/, priority: 2 },
            { name: "common", test: /src[\\/](?:lib|meta|stores|ui|i18n[\\/]index|frame)[\\/][^?]*$/, minShareCount: 4, priority: 1 },
            { name: "records", test: SHARED, minShareCount: 2 },
          ],
        },
      },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts", "pwa/**/*.test.ts"] },
});
