/** The counter's requests by name, as text that outlasts the page: the sale that is asked for, then those turned away from. */
export type KeptSale = {
	/** undefined where the counter is free */
	readonly current: string | undefined;
	readonly givenUp: readonly string[];
};

const name = /^[0-9a-f]{64}$/;

export function keptText({ current = "", givenUp }: KeptSale): string {
	return [current, ...givenUp].join(" ");
}

/** What `keptText` wrote; whatever is no name is passed over. */
export function readKept(text: string): KeptSale {
	const [current = "", ...givenUp] = text.split(" ");
	return {
		current: name.test(current) ? current : undefined,
		givenUp: givenUp.filter((each) => name.test(each)),
	};
}
