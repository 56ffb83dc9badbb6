import { fileURLToPath, URL } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

// The dev server hands the API to a running haike (make run). The server checks the Origin of writes, so it is told its own.
const target = process.env.HAIKE_SERVER ?? "http://127.0.0.1:8080";
const proxy = { "/api": { target, changeOrigin: true, headers: { origin: target } } };

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: { __VUE_I18N_FULL_INSTALL__: "false", __VUE_I18N_LEGACY_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false" },
  server: { proxy },
  preview: { proxy },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: true },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
