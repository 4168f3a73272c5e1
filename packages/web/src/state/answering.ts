/**
 * What this page answers for its wallet, by whatever way the other side speaks: an offer of WebRTC is taken up here,
 * where connections can be made; everything else goes to the worker.
 */
import { answeringRtc, type Handle } from "@tenten/wallet/page";
import { proxy } from "comlink";
import { session, tell } from "./session.svelte.ts";

export const answer: Handle = answeringRtc({ handle: (messages) => session.teller.handle(messages) });

/** Has the worker ask this page first about what comes through relays, and tell it what moved. */
export async function attend(): Promise<void> {
	await session.teller.attend(proxy(answer), proxy(tell));
}
