/** How the operators verify each other, as the page sees it, and what is done with them. */
import type { Words } from "@tenten/wallet/page";
import { buyAtKiosk, lookAtVerifying, type Verifying } from "./board.ts";

const interval_ms = 2_000;

let seen = $state.raw<Verifying>();
let isBusy = $state(false);
let refused = $state.raw<Words>();

export const verifying = {
	/** undefined until the switchboard answered once */
	get seen(): Verifying | undefined {
		return seen;
	},
	/** something is being done */
	get isBusy(): boolean {
		return isBusy;
	},
	/** why the kiosk did not take what it was to be paid last */
	get refused(): Words | undefined {
		return refused;
	},
};

/** Looks at all witnesses, until the function that it returns is called. */
export function watchVerifying(): () => void {
	let next: ReturnType<typeof setTimeout>;
	let isOver = false;
	const again = async (): Promise<void> => {
		const found = await lookAtVerifying();
		if (found !== undefined && !isBusy) seen = found;
		if (!isOver) next = setTimeout(again, interval_ms);
	};
	void again();
	return () => {
		isOver = true;
		clearTimeout(next);
	};
}

/** Does it, and shows what is so afterwards. */
export async function act(doing: () => Promise<Verifying | undefined>): Promise<void> {
	isBusy = true;
	const found = await doing();
	isBusy = false;
	if (found !== undefined) seen = found;
}

export function buy(): Promise<void> {
	return act(async () => {
		const bought = await buyAtKiosk();
		const isTaken = bought !== undefined && "witnesses" in bought;
		refused = bought === undefined || isTaken ? undefined : bought.words;
		return isTaken ? bought : undefined;
	});
}
