// Runs before the first paint, as a file of its own because the content security policy allows no inline script: the theme, and what the page will need, asked for while
// the program is still on its way.
(function () {
  var stored = {};
  try { stored = JSON.parse(localStorage.getItem("haike.preferences") || "{}"); } catch (error) { stored = {}; }
  var theme = stored.theme === "light" || stored.theme === "dark" ? stored.theme : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.setAttribute("data-theme", theme);
  if (stored.theme === "light" || stored.theme === "dark") document.querySelectorAll("meta[name='theme-color']").forEach(function (meta) { meta.setAttribute("content", theme === "dark" ? "#11181f" : "#ffffff"); });
  if (stored.density) document.documentElement.setAttribute("data-density", stored.density);
  if (stored.lang === "en") document.documentElement.lang = "en";
  var path = location.pathname;
  if (path !== "/signin" && path !== "/setup") window.haikeEarly = { url: "/api/v1/session", answer: fetch("/api/v1/session", { credentials: "same-origin", headers: { Accept: "application/json" } }) };
  var meta = document.querySelector("meta[name='haike-chunks']");
  var chunks = meta ? JSON.parse(meta.getAttribute("content")) : {};
  var lang = stored.lang || (navigator.language.toLowerCase().indexOf("zh") === 0 ? "zh-CN" : "en");
  var page = path === "/" || path === "/today" ? "today" : /^\/o\/[^/]+$/.test(path) ? "list" : /^\/o\/[^/]+\/\d+$/.test(path) ? "record" : "";
  (chunks[lang] || []).concat(chunks[page] || []).forEach(function (file) {
    var link = document.createElement("link");
    link.rel = /\.css$/.test(file) ? "preload" : "modulepreload";
    if (link.rel === "preload") link.as = "style";
    link.href = file;
    document.head.appendChild(link);
  });
})();
