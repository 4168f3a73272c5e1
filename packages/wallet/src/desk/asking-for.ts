/**
 * One's own requests: made, and shown again while somebody may pay them, as bundles for whoever shall; with an
 * invitation where a relay is named.
 */
import type { OwnRequest, RequestOptions } from "@tenten/module";
import { isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import { plainText } from "../plain-text.ts";
import { encodeBundle } from "../transport/bundle.ts";
import { encodeInvitation, type Invitation, makeInvitation } from "../transport/invitation.ts";
import type { Wallet } from "../wallet.ts";
import type { Asked } from "./dealings.ts";
import { assetView } from "./showing.ts";
import type { AskedView } from "./views.ts";

export async function askFor(
	wallet: Wallet,
	{ relay, ...options }: RequestOptions & { readonly relay?: string },
): Promise<Asked | Refusal> {
	const made = await wallet.request(options);
	if (isRefusal(made)) return made;
	const invitation = relay === undefined ? null : makeInvitation(relay);
	return askedAgain(wallet, toHex(made.digest), invitation);
}

/** A request that was made before, by its digest, beside the invitation that went with it. */
export function askedAgain(wallet: Wallet, digest: string, invitation: Invitation | null): Asked | Refusal {
	const { module } = wallet;
	const own = module.requests().find((each) => toHex(each.digest) === digest);
	if (own === undefined) return refuse("request-expired", "no such request can be paid any more");
	const messages = module.requestAgain(own.digest);
	if (isRefusal(messages)) return messages;
	const beside = invitation === null ? [] : [encodeInvitation(invitation)];
	return { ...askedView(wallet, own), bundle: encodeBundle([...messages, ...beside]), invitation };
}

/** What was asked for and nobody has begun to pay, newest first. */
export function unpaidRequests(wallet: Wallet): readonly AskedView[] {
	const unpaid = wallet.module.requests().filter(({ attempt }) => attempt === null);
	return unpaid.map((each) => askedView(wallet, each)).sort((a, b) => b.askedAt - a.askedAt);
}

function askedView({ module }: Wallet, { digest, body }: OwnRequest): AskedView {
	const { asset, amount, memo, mode, issuedAt, expiresAt } = body;
	return {
		digest: toHex(digest),
		asset: assetView(asset, module.trust),
		amount,
		memo: plainText(memo),
		isDirect: mode === "direct",
		askedAt: issuedAt,
		expiresAt,
	};
}
