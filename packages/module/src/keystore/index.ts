/** Key stores: one port, and what keeps keys behind it. */
export type { NewUnlock, PassphraseCost, Unlock } from "./envelope.ts";
export type { KeyStore } from "./port.ts";
export {
	createSoftwareKeyStore,
	hasSoftwareKeyStore,
	type NewKeyStore,
	openSoftwareKeyStore,
	restoreSoftwareKeyStore,
} from "./software.ts";
