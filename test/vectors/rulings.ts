/** Making rulings, and vectors of them. */
import {
	type RulingBody,
	rulingPayload,
	type SignedRuling,
	serialize,
	signedRuling,
} from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, refuses } from "./drafts.ts";
import { lockOf, secretOf } from "./payments.ts";
import { alice, bytesOf, densha, encodedList, machi, now, type Operator } from "./world.ts";

export async function rulingOf(operator: Operator, options: Partial<RulingBody>): Promise<SignedRuling> {
	const body: RulingBody = {
		operator: operator.id,
		subject: bytesOf("subject"),
		verdict: "refunded",
		release: null,
		ruledAt: now,
		...options,
	};
	return { body, signature: await operator.ruling.sign("ruling", rulingPayload(body)) };
}

const encode = (value: SignedRuling): { readonly ruling: Uint8Array } => ({
	ruling: serialize(signedRuling, value),
});
const released = await rulingOf(densha, {
	subject: lockOf("ruling").hash,
	verdict: "released",
	release: secretOf("ruling"),
});
const refunded = await rulingOf(densha, { subject: lockOf("ruling").hash });
const byAlice = { ...refunded, signature: await alice.signer.sign("ruling", rulingPayload(refunded.body)) };
const byIssuing = {
	...refunded,
	signature: await densha.issuing.sign("ruling", rulingPayload(refunded.body)),
};

export const rulings: Draft = {
	name: "rulings",
	comment: "Signed rulings: docs/spec/orders.md#rulings.",
	judge: "ruling",
	given: { trustList: encodedList },
	cases: [
		accepts("released", encode(released)),
		accepts("refunded", encode(refunded)),
		accepts("by an ES256 operator", encode(await rulingOf(machi, {}))),
		refuses(
			"signature-invalid",
			"of an operator that is not listed",
			encode({ ...refunded, body: { ...refunded.body, operator: bytesOf("nobody") } }),
		),
		refuses("signature-invalid", "signed by a holder", encode(byAlice)),
		refuses("signature-invalid", "signed by an issuing key", encode(byIssuing)),
		refuses("signature-invalid", "another verdict than was signed", {
			ruling: changed(serialize(signedRuling, refunded), [0, 2], 1),
		}),
		refuses(
			"malformed",
			"released without its release",
			encode(await rulingOf(densha, { verdict: "released" })),
		),
		refuses(
			"malformed",
			"refunded with a release",
			encode(await rulingOf(densha, { release: secretOf("ruling") })),
		),
		refuses("malformed", "a verdict that is not listed", {
			ruling: changed(serialize(signedRuling, refunded), [0, 2], 3),
		}),
		refuses("malformed", "ruled below zero", {
			ruling: changed(serialize(signedRuling, refunded), [0, 4], -1),
		}),
	],
};
