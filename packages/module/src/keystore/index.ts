/** Key stores: one port, and what keeps keys behind it. */
export { openBackup as openBackupKeys } from "./backup.ts";
export { hasKeyStore, type ModuleUnlock } from "./choice.ts";
export type { NewUnlock, PassphraseCost, Unlock } from "./envelope.ts";
export type { KeyStore, NewKeyStore } from "./port.ts";
export { newRecoveryCode, readRecoveryCode } from "./recovery-code.ts";
export { type KeyShelf, memoryShelf, type ShelfKey } from "./shelf.ts";
export {
	createSoftwareKeyStore,
	openSoftwareKeyStore,
	restoreSoftwareKeyStore,
} from "./software.ts";
export { openWith, sealWith } from "./subtle-keys.ts";
export {
	createWebCryptoKeyStore,
	openWebCryptoKeyStore,
	restoreWebCryptoKeyStore,
	type WebCryptoUnlock,
} from "./webcrypto.ts";
