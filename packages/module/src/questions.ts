/** Questions to an operator that the holder of an account signs. */
import {
	type Bytes,
	isRefusal,
	keyId,
	type Refusal,
	refuse,
	serializeStatement,
	signStatement,
} from "@tenten/protocol";
import type { Core } from "./core.ts";

/** The signed question for what one's own account with an operator holds. */
export async function askBalance(core: Core, operator: Bytes, account?: Bytes): Promise<Bytes | Refusal> {
	const own = account === undefined ? core.certificateFor(operator) : core.ownCertificate(account);
	if (isRefusal(own)) return own;
	const signer = core.keys.signer(keyId(own.key));
	if (isRefusal(signer)) return refuse("key-unknown", "of one's own certificate");
	const body = {
		operator,
		says: { kind: "balance", account: own.hash } as const,
		nonce: core.random(32),
		issuedAt: core.now(),
	};
	return serializeStatement(await signStatement(body, own.encoded, signer));
}
