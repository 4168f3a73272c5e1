/**
 * Passing a token on: one signed link, as a module makes it, without the machines and messages around it.
 *
 * For measurements and checks that are about tokens alone. What is paid ends as its payee holds it: locked
 * until the payer's release, or effective at once.
 */
import {
	type Bytes,
	draftLink,
	extendToken,
	lockHash,
	type Owner,
	releaseToken,
	type VerifiedCertificate,
	type VerifiedToken,
} from "@tenten/protocol";
import { type Holder, must, random } from "./ecosystem.ts";

export type Passing = {
	readonly payee: VerifiedCertificate;
	/** less than the token's: the rest is change */
	readonly amount: bigint;
	readonly way: "direct" | "twoPhase";
	/** see `dataHash` */
	readonly data?: Bytes;
	/** digest of the payee's request; a fresh one by default */
	readonly request?: Bytes;
	/** the secret of a two-phase payment, where several tokens share it */
	readonly release?: Bytes;
};

export type Passed = {
	/** as the payee first sees it */
	readonly transferred: VerifiedToken;
	/** as the payee then owns it */
	readonly owned: VerifiedToken;
	readonly change: VerifiedToken | null;
};

export async function passToken(
	token: VerifiedToken,
	payer: Holder,
	{ payee, amount, way, data, request, release: shared }: Passing,
): Promise<Passed> {
	const release = way === "twoPhase" ? (shared ?? random(32)) : null;
	const rest = token.amount - amount;
	const owner = (certificate: VerifiedCertificate, under: Bytes): Owner => ({
		certificate,
		purpose: null,
		request: under,
	});
	const outputs = [{ amount, owner: owner(payee, request ?? random(32)), caveats: [] }];
	if (rest > 0n) outputs.push({ amount: rest, owner: owner(payer.certificate, random(32)), caveats: [] });
	const link = draftLink(token, {
		outputs,
		lock: release && { payeeDecides: false, hash: lockHash(release) },
		data: data ?? null,
		against: null,
		after: [],
		spent: null,
	});
	const signature = await payer.signer.sign("link", link.payload);
	const [transferred, change] = outputs.map((_, index) => must(extendToken(link, signature, index)));
	const released = (locked: VerifiedToken): VerifiedToken =>
		release === null ? locked : must(releaseToken(locked, release));
	return {
		transferred: transferred as VerifiedToken,
		owned: released(transferred as VerifiedToken),
		change: change === undefined ? null : released(change),
	};
}
