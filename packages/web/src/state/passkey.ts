/** The passkey, where the browser is: it is asked about what the module wants to know, and decides nothing. */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { createPasskey, usePasskey } from "@tenten/wallet/page";
import { session } from "./session.svelte.ts";

type Assertion = Exclude<Awaited<ReturnType<typeof usePasskey>>, Refusal>;

/** Its word for a payment of this amount; undefined where none is registered. */
export async function agreement(digest: string, amount: bigint): Promise<Assertion | Refusal | undefined> {
	const asked = await session.passkey.ask(digest, amount);
	if (asked === null) return undefined;
	return isRefusal(asked) ? asked : usePasskey(asked);
}

/** From now on nothing is paid without it. */
export async function registerPasskey(name: string): Promise<Refusal | undefined> {
	const registration = await createPasskey(await session.passkey.challenge(), name);
	return isRefusal(registration) ? registration : session.passkey.register(registration);
}

/** By its own word. */
export async function removePasskey(): Promise<Refusal | undefined> {
	const asked = await session.passkey.askToRemove();
	if (asked === null) return undefined;
	const assertion = await usePasskey(asked);
	return isRefusal(assertion) ? assertion : session.passkey.remove(assertion);
}
