/** @tenten/wallet/browser: its public surface in a browser. */
export { newRecoveryCode } from "@tenten/module";
export * from "./everywhere.ts";
export { deleteIndexedDbStore, type IndexedDbStore, indexedDbStore } from "./store/indexeddb-store.ts";
export { browserDial } from "./transport/dial-browser.ts";
export { answeringRtc, type RtcLink, type RtcOptions, rtcLink } from "./transport/rtc-link.ts";
