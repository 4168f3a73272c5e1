/** Files of payments that ended in every way, and one seal that decides nothing. */
import { type Outcome, type ShownState, transferId, type VerifiedQuote } from "@tenten/protocol";
import { Scene, secret, start } from "./scene.ts";
import { id } from "./sides.ts";

const names = ["alone", "promised", "paid", "wronged", "forgotten", "aborted"] as const;

export async function outcomes(): Promise<{
	readonly scene: Scene;
	readonly quote: VerifiedQuote;
	readonly files: Readonly<Record<(typeof names)[number], Outcome>>;
	/** what an earlier seal of the source shows */
	readonly early: ShownState;
}> {
	const scene = new Scene();
	const { source, destination } = scene;
	const quote = await scene.quote();
	const { transfer } = quote;
	const other = await scene.signedQuote({ nonce: id(7) });
	const otherTransfer = transferId(other.body);
	destination.put({ transfer: otherTransfer, state: "reserved", release: null });
	destination.seal(start);
	for (const [state, release] of [
		["reserved", null],
		["credited", secret],
		["voided", null],
	] as const) {
		destination.put({ transfer, state, release });
		destination.seal(start + 10);
	}
	source.put({ transfer, state: "locked", release: null });
	for (let number = 1; number < quote.body.decides; number++) source.seal(start + number);
	source.put({ transfer, state: "committed", release: secret });
	source.seal(start + 20);
	const common = { agreement: await scene.agreement(), quote: await scene.signedQuote() };
	const decided = await source.show(transfer, quote.body.decides);
	const shownAt = (place: number) => destination.show(transfer, place);
	const committed = { ...common, decided };
	const aborted: Outcome = {
		...common,
		quote: other,
		decided: await source.show(otherTransfer, quote.body.decides),
		duty: await destination.show(otherTransfer, 1),
	};
	return {
		scene,
		quote,
		early: await source.show(transfer, 2),
		files: {
			alone: { ...committed, duty: null },
			promised: { ...committed, duty: await shownAt(2) },
			paid: { ...committed, duty: await shownAt(3) },
			wronged: { ...committed, duty: await shownAt(4) },
			forgotten: { ...committed, duty: { ...(await shownAt(1)), state: null } },
			aborted,
		},
	};
}
