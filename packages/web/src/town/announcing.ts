/** What a wallet in a frame tells the page around it, which is of the same origin, or nobody hears it. */
import type { AttemptView, Overview } from "@tenten/wallet/page";
import type { Phone } from "./story.ts";

type Announcement = { readonly kind: "tenten-phone"; readonly phone: Phone };

/** Whether a page is around this one, to be told. */
export const isFramed = (): boolean => window.parent !== window;

/** Tells the page around this one how the wallet stands. */
export function announce({ operators, balances }: Overview, attempts: readonly AttemptView[]): void {
	const phone: Phone = {
		isReady: operators.length > 0,
		available: balances.reduce((sum, { available }) => sum + available, 0n),
		received: attempts.filter(({ side, funds }) => side === "payee" && funds === "received").length,
	};
	window.parent.postMessage({ kind: "tenten-phone", phone } satisfies Announcement, location.origin);
}

/** The phone in `frame`, whenever it says something, until the function that it returns is called. */
export function hear(frame: HTMLIFrameElement, heard: (phone: Phone) => void): () => void {
	const listener = ({ origin, source, data }: MessageEvent<unknown>): void => {
		if (origin !== location.origin || source !== frame.contentWindow) return;
		const { kind, phone } = data as Partial<Announcement>;
		if (kind === "tenten-phone" && phone !== undefined) heard(phone);
	};
	addEventListener("message", listener);
	return () => removeEventListener("message", listener);
}
