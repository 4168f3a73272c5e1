/** @tenten/web: builds the pages and serves them. */
export { buildWeb } from "./build-web.ts";
export type { Policy } from "./policy.ts";
export { webApp } from "./web-app.ts";
