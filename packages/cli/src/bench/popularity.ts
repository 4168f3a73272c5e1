/** Popularity: who is chosen next, everybody as often, or few very often. */

/** A place below the number of places. */
export type Draw = () => number;

/** `chance` gives a number from zero, below one. */
export function uniform(places: number, chance: () => number = Math.random): Draw {
	return () => Math.floor(chance() * places);
}

/** Zipf's law with exponent 1: place `k`, counted from one, is chosen `1/k` as often as the first. */
export function zipf(places: number, chance: () => number = Math.random): Draw {
	const sums: number[] = [];
	let sum = 0;
	for (let k = 1; k <= places; k++) {
		sum += 1 / k;
		sums.push(sum);
	}
	return () => {
		const at = chance() * sum;
		let [low, high] = [0, places - 1];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((sums[middle] as number) <= at) low = middle + 1;
			else high = middle;
		}
		return low;
	};
}
