/** What the witness that serves this page says of its peers. */
import type { PeerStanding } from "../peers/standing.ts";

const interval_ms = 2_000;
/** This page stands under `/console/` of the witness's door. */
const address = new URL("../v1/peers", location.href).href;

type Told = {
	/** by the witness's clock, unix seconds */
	readonly now: number;
	readonly peers: readonly PeerStanding[];
};

let told = $state.raw<Told>();
let isLost = $state(false);

export const witness = {
	/** where its evidence is */
	url: new URL("..", location.href).href.replace(/\/$/, ""),
	/** undefined until it answered once */
	get told(): Told | undefined {
		return told;
	},
	/** it does not answer now */
	get isLost(): boolean {
		return isLost;
	},
};

/** Asks it every two seconds, until the function that it returns is called. */
export function watchPeers(): () => void {
	let next: ReturnType<typeof setTimeout>;
	let isOver = false;
	const again = async (): Promise<void> => {
		const answer = await ask();
		isLost = answer === undefined;
		told = answer ?? told;
		if (!isOver) next = setTimeout(again, interval_ms);
	};
	void again();
	return () => {
		isOver = true;
		clearTimeout(next);
	};
}

async function ask(): Promise<Told | undefined> {
	try {
		const answer = await fetch(address);
		return answer.ok ? ((await answer.json()) as Told) : undefined;
	} catch {
		return undefined;
	}
}
