/** What a wallet keeps: the module's rows and the app's history, in memory or in a file. */
export type { HistoryEntry, HistoryKind, HistoryPage, HistoryQuery, HistoryStore } from "./history.ts";
export { memoryStore } from "./memory-store.ts";
export { sqliteStore } from "./sqlite-store.ts";
export type { WalletStore } from "./wallet-store.ts";
