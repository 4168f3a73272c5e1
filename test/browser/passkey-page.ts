/** What runs inside the browser: its authenticator is asked, and the answer handed out in hexadecimal. */
import { fromHex, isRefusal, type Refusal, toHex } from "../../packages/protocol/src/index.ts";
import { createPasskey, usePasskey } from "../../packages/wallet/src/passkeys.ts";

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();

type Hex = Readonly<Record<string, string>>;

function inHex(answer: object | Refusal): Hex {
	if (isRefusal(answer)) return { code: answer.code };
	return Object.fromEntries(
		Object.entries(answer).map(([name, value]) => [
			name,
			value instanceof Uint8Array ? toHex(value) : String(value),
		]),
	);
}

async function create(challenge: string): Promise<Hex> {
	return inHex(await createPasskey(bytes(challenge), "Tenten"));
}

async function use(challenge: string, credentialId: string, relyingParty: string): Promise<Hex> {
	const passkey = { credentialId: bytes(credentialId), relyingParty };
	// The page needs no more of a passkey than how to ask for it.
	return inHex(
		await usePasskey({ challenge: bytes(challenge), passkey } as Parameters<typeof usePasskey>[0]),
	);
}

Object.assign(globalThis, { create, use, isReady: true });
