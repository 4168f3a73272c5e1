/** Calendar months in UTC, by which everything is settled. */

export type Month = {
	/** `2015-03` */
	readonly name: string;
	/** unix seconds: the month's first, and the next one's */
	readonly from: number;
	readonly until: number;
};

export function monthOf(time: number): Month {
	const at = new Date(1000 * time);
	const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
	const from = Date.UTC(year, month) / 1000;
	return {
		name: new Date(1000 * from).toISOString().slice(0, 7),
		from,
		until: Date.UTC(year, month + 1) / 1000,
	};
}

/** Every month from that of the one time to that of the other. */
export function monthsBetween(from: number, until: number): readonly Month[] {
	const months: Month[] = [];
	for (let at = from; at <= until; ) {
		const month = monthOf(at);
		months.push(month);
		at = month.until;
	}
	return months;
}

/** YYYY-MM-DD of that day, counted from 1, of the month in which `time` is. */
export function dayOf(time: number, day: number): string {
	return `${monthOf(time).name}-${`${day}`.padStart(2, "0")}`;
}
