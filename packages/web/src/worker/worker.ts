import { expose } from "comlink";
import { indexedDbStore, Wallet, Desk, memorySettings } from "@tenten/wallet/browser";
expose({ indexedDbStore, Wallet, Desk, memorySettings });
