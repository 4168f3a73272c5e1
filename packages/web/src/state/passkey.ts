/** The passkey, where the browser is: it is asked about what the module wants to know, and decides nothing. */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { usePasskey } from "@tenten/wallet/page";
import { session } from "./session.svelte.ts";

type Assertion = Exclude<Awaited<ReturnType<typeof usePasskey>>, Refusal>;

/** Its word for a payment of this amount; undefined where none is registered. */
export async function agreement(digest: string, amount: bigint): Promise<Assertion | Refusal | undefined> {
	const asked = await session.passkey.ask(digest, amount);
	if (asked === null) return undefined;
	return isRefusal(asked) ? asked : usePasskey(asked);
}
