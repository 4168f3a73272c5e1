/** One of every row that a module keeps and every key that a key store holds, as they are before they are sealed. */

import type { VerifiedToken } from "@tenten/protocol";
import { type Bytes, serialize, sha256, signEnrolment } from "@tenten/protocol";
import { privateKey } from "../packages/module/src/keystore/held-keys.ts";
import {
	certificateRow,
	documentKeyRow,
	documentRow,
	enrolmentRow,
	lateRow,
	ownedRow,
	passkeyRow,
	questionsRow,
	requestRow,
	restoredRow,
	rowOf,
	tokenRow,
	trustRow,
	unclaimedRow,
} from "../packages/module/src/rows.ts";
import { type Holder, signerFrom, type World } from "../packages/module/test/support/world.ts";
import { direct } from "../packages/protocol/test/handover/support/stages.ts";

export async function rowMaterial(world: World, tokens: readonly VerifiedToken[]): Promise<readonly Bytes[]> {
	const secret = sha256(Uint8Array.of(1));
	const { request } = direct();
	const signer = signerFrom(secret, "Ed25519");
	const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;
	const encoded = await signEnrolment(world.operator.id, asked, secret, signer);
	const desk: Holder = world.operator.desk;
	const cancel = {
		lock: secret,
		certificate: desk.certificate.encoded,
		purpose: "本",
		request: secret,
		signature: new Uint8Array(64),
	};
	const keys = [
		{ kind: "signing", suite: "Ed25519", publicKey: signer.key.bytes, privateKey: secret },
		{ kind: "signing", suite: "ES256", publicKey: signerFrom(secret, "ES256").key.bytes, privateKey: secret },
		{ kind: "document", publicKey: secret, privateKey: secret },
	] as const;
	return [
		...tokens.map((token) => serialize(tokenRow, rowOf(token))),
		...tokens
			.slice(0, 2)
			.map((token) => serialize(tokenRow, { ...rowOf(token), after: [cancel], heldBy: secret })),
		serialize(requestRow, { signed: request.signed, active: secret, attempts: 3, keepUntil: world.now }),
		serialize(certificateRow, { encoded: desk.certificate.encoded, since: 3 }),
		serialize(restoredRow, { counter: 7, earlier: 3 }),
		serialize(unclaimedRow, {
			operator: world.operator.id,
			request: encoded,
			certificate: secret,
			ownRequest: secret,
		}),
		serialize(enrolmentRow, { asked: Uint8Array.of(1), encoded }),
		serialize(documentRow, { mediaType: "text/plain", content: secret }),
		serialize(questionsRow, [{ operator: world.operator.id, request: encoded }]),
		serialize(lateRow, { secret }),
		serialize(documentKeyRow, { publicKey: secret }),
		serialize(trustRow, { list: world.encodedList, pinnedSigner: world.operator.id }),
		serialize(ownedRow, world.now),
		serialize(passkeyRow, {
			credentialId: secret,
			key: signer.key,
			relyingParty: "wallet.example",
			origin: "https://wallet.example",
			signCount: 7,
		}),
		...keys.map((key) => serialize(privateKey, key)),
	];
}
