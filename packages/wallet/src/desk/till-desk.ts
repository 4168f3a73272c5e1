/**
 * A shop's day: what was sold and refunded between two midnights, and the totals, out of the history.
 *
 * Money that came in is a sale; it goes out again as a refund (refund-desk.ts), or because a direct payment was sent
 * back. A refund that came back itself is undone. Whatever else the wallet pays is no part of a day's sales.
 */
import { type Bytes, fromHex, sumOf } from "@tenten/protocol";
import type { HistoryStore } from "../store/history.ts";
import type { Wallet } from "../wallet.ts";
import type { RefundDesk } from "./refund-desk.ts";
import { historyView } from "./showing.ts";
import { spreadsheet } from "./spreadsheet.ts";
import type { DayLineView, DayTotalView, DayView, HistoryView } from "./views.ts";
import { wholeHistory } from "./whole-history.ts";

export type TillDeskOptions = {
	readonly wallet: Wallet;
	readonly history: HistoryStore;
	readonly refunds: RefundDesk;
	/** of the shop, e.g. `Asia/Tokyo` */
	readonly timeZone: string;
};

const day_s = 86_400;
/** No clock on earth is further than this from UTC. */
const furthest_s = 15 * 3_600;

export class TillDesk {
	readonly #options: TillDeskOptions;

	constructor(options: TillDeskOptions) {
		this.#options = options;
	}

	/** What the calendar on the wall says, `2026-11-22`. */
	today(): string {
		const { wallet, timeZone } = this.#options;
		return dateIn(timeZone)(wallet.module.now());
	}

	/** A day's sales and refunds, newest first. `date` is `2026-11-22`; today without, or where it is no date. */
	async day(date?: string): Promise<DayView> {
		const day = date !== undefined && midnightUtc(date) !== undefined ? date : this.today();
		const lines = await this.#lines(day);
		return { date: day, lines, totals: totals(lines) };
	}

	/** The same as the bytes of a CSV file. */
	async dayFile(date?: string): Promise<Bytes> {
		const { lines } = await this.day(date);
		return spreadsheet(lines.map(({ entry }) => entry));
	}

	async #lines(date: string): Promise<readonly DayLineView[]> {
		const { wallet, history, refunds, timeZone } = this.#options;
		const { module } = wallet;
		const begins = midnightUtc(date) ?? 0;
		const [from, until] = [startOf(begins, timeZone), startOf(begins + day_s, timeZone)];
		const entries = await wholeHistory(history, { from, until });
		return entries.flatMap((each): readonly DayLineView[] => {
			const [, payment = ""] = each.id.split("/");
			const entry = historyView(each, module);
			const kind = this.#kind(entry, payment);
			return kind === undefined
				? []
				: [{ kind, entry, refund: kind === "sale" ? refunds.of(payment) : null }];
		});
	}

	#kind({ kind }: HistoryView, payment: string): DayLineView["kind"] | undefined {
		const { wallet, refunds } = this.#options;
		if (kind === "received") return "sale";
		if (refunds.isRefund(payment)) {
			if (kind === "paid") return "refund";
			return kind === "returned" || kind === "refunded" ? "undone" : undefined;
		}
		const isOwnPayment = wallet.module.payer(fromHex(payment) ?? new Uint8Array()) !== undefined;
		return kind === "returned" && !isOwnPayment ? "refund" : undefined;
	}
}

function totals(lines: readonly DayLineView[]): readonly DayTotalView[] {
	const assets = new Map(lines.map(({ entry: { asset } }) => [asset.id, asset]));
	return [...assets.values()].map((asset) => {
		const of = (kind: DayLineView["kind"]): readonly HistoryView[] =>
			lines.flatMap((line) => (line.kind === kind && line.entry.asset.id === asset.id ? [line.entry] : []));
		const count = of("sale").length;
		const [sales, refunds] = [sumOf(of("sale")), sumOf(of("refund")) - sumOf(of("undone"))];
		return { asset, count, sales, refunds, net: sales - refunds };
	});
}

/** Unix seconds of a date's midnight in UTC; undefined where there is no such date. */
function midnightUtc(date: string): number | undefined {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
	const milliseconds = Date.parse(`${date}T00:00:00Z`);
	const isReal = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(date);
	return isReal ? milliseconds / 1_000 : undefined;
}

/** The first second of the date whose midnight in UTC is given, in a time zone: clocks may be put forward there. */
function startOf(midnight: number, timeZone: string): number {
	const [dateOf, date] = [dateIn(timeZone), dateIn("UTC")(midnight)];
	let [before, from] = [midnight - furthest_s, midnight + furthest_s];
	while (from - before > 1) {
		const between = Math.floor((before + from) / 2);
		if (dateOf(between) < date) before = between;
		else from = between;
	}
	return from;
}

/** What the calendar says at a moment (unix seconds), written as ISO 8601 writes it. */
function dateIn(timeZone: string): (seconds: number) => string {
	const format = new Intl.DateTimeFormat("sv-SE", {
		timeZone,
		year: "numeric",
		month: "2-digit",
		day: "2-digit",
	});
	return (seconds) => format.format(new Date(seconds * 1_000));
}
