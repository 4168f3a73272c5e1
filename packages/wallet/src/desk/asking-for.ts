/** A signed request, as a bundle for whoever shall pay it; with an invitation where a relay is named. */
import type { RequestOptions } from "@tenten/module";
import { isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { encodeBundle } from "../transport/bundle.ts";
import { encodeInvitation, makeInvitation } from "../transport/invitation.ts";
import type { Wallet } from "../wallet.ts";
import type { Asked } from "./dealings.ts";

export async function askFor(
	wallet: Wallet,
	{ relay, ...options }: RequestOptions & { readonly relay?: string },
): Promise<Asked | Refusal> {
	const made = await wallet.request(options);
	if (isRefusal(made)) return made;
	const invitation = relay === undefined ? null : makeInvitation(relay);
	const beside = invitation === null ? [] : [encodeInvitation(invitation)];
	return { digest: toHex(made.digest), bundle: encodeBundle([...made.messages, ...beside]), invitation };
}
