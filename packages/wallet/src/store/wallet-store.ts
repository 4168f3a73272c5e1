/** The port to all that one wallet keeps: the module's sealed rows, and the app's history. */
import type { ModuleStore } from "@tenten/module";
import type { HistoryStore } from "./history.ts";

export type WalletStore = ModuleStore & { readonly history: HistoryStore };
