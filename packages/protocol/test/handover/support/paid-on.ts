/** What Bob got in a stage, and pays on. */
import {
	draftLink,
	extendToken,
	type MessageOf,
	releaseToken,
	type VerifiedCertificate,
	type VerifiedToken,
} from "@tenten/protocol";
import { bytesOf, must, toySign } from "./ecosystem.ts";
import { considered, received, type Stages } from "./stages.ts";

/** What Bob got, released where it was locked. */
export function paidBy({ messages: { transfer, release }, request }: Stages): readonly VerifiedToken[] {
	const tokens = received(considered(transfer, request).asked).map(({ token }) => token);
	return release === undefined
		? tokens
		: tokens.map((token) => must(releaseToken(token, (release as MessageOf<"release">).secret)));
}

/** A token paid on whole by its owner. */
export function onTo(
	token: VerifiedToken,
	from: VerifiedCertificate,
	to: VerifiedCertificate,
): VerifiedToken {
	const owner = { certificate: to, purpose: null, request: bytesOf("paid on") };
	const outputs = [{ amount: token.amount, owner, caveats: [] }];
	const link = draftLink(token, { outputs, lock: null, data: null, against: null, after: [], spent: null });
	return must(extendToken(link, toySign(from.key, "link", link.payload), 0));
}
