/**
 * What is told of a device, to who answers for it or did: how it stands, all that it was, and why its party was suspended.
 *
 * A history passes on with its device: who has it, or is to get it, sees all of it; who had it sees it up to the order by
 * which it went.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type Refusal,
	refuse,
	verifyDeviceQuestion,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import type { Transaction } from "../store/store.ts";
import { entriesAfter, type HistoryEntry, lastEntry, type Tenure, tenuresOf } from "./device-rows.ts";
import { type Managed, managed } from "./managers.ts";
import { eventsAfter, type PartyEvent, type PartyStanding, partyOf } from "./party-rows.ts";

/** How far the clock of whoever asks may be off, seconds: an old question is not answered. */
const questionWindow = 86_400;

export type ShownDevice = {
	readonly device: Bytes;
	/** as far as whoever asks may know it; `none` of a manager that is no device of its */
	readonly standing: HistoryEntry["standing"] | { readonly kind: "none" };
	/** as a manager of whoever asks */
	readonly manages: Managed | null;
	/** of whoever asks */
	readonly party: {
		readonly id: Bytes;
		readonly standing: PartyStanding;
		readonly events: readonly PartyEvent[];
	};
	/** of whoever asks, with this device */
	readonly tenures: readonly Tenure[];
	readonly entries: readonly HistoryEntry[];
};

type Means = Pick<OperatorContext, "store" | "id" | "verify" | "now">;

/** A page of the history, after the entry of number `after`. */
export async function showDevice(
	{ store, id, verify, now }: Means,
	encoded: Bytes,
	after: number,
): Promise<ShownDevice | Refusal> {
	const question = verifyDeviceQuestion(encoded, id, verify);
	if (isRefusal(question)) return question;
	const { party, body } = question;
	if (Math.abs(now() - body.issuedAt) > questionWindow) return refuse("request-expired");
	return store.read((transaction) => shownIn(transaction, body.device, party, after));
}

async function shownIn(
	transaction: Transaction,
	device: Bytes,
	asking: Bytes,
	after: number,
): Promise<ShownDevice | Refusal> {
	const last = await lastEntry(transaction, device);
	const tenures = await tenuresOf(transaction, device);
	const until = last && seenUntil(last, tenures, asking);
	const party = await partyOf(transaction, asking);
	const manages = await managed(transaction, asking, device);
	// Whether there is such a device is nobody else's to know.
	if ((until === undefined && manages === undefined) || party === undefined)
		return refuse("owner-mismatch", "another party answers for this device, or none");
	const [seen] = until === undefined ? [] : await entriesAfter(transaction, device, until - 1, until);
	const entries = until === undefined ? [] : await entriesAfter(transaction, device, after, until);
	const events = await eventsAfter(transaction, asking, 0, ["suspended", "resumed"]);
	return {
		device,
		standing: seen?.standing ?? { kind: "none" },
		manages: manages ?? null,
		party: { id: asking, standing: party.standing, events },
		tenures: tenures.filter((tenure) => equalBytes(tenure.party, asking)),
		entries,
	};
}

/** Up to which number this party sees the history; undefined where it never answered for the device, nor is to. */
function seenUntil(
	{ number, standing }: HistoryEntry,
	tenures: readonly Tenure[],
	asking: Bytes,
): number | undefined {
	const isOwn = equalBytes(standing.party, asking);
	if (isOwn || (standing.kind === "moving" && equalBytes(standing.to, asking))) return number;
	const at = tenures.findLastIndex((tenure) => equalBytes(tenure.party, asking));
	const next = tenures[at + 1];
	return at < 0 ? undefined : (next?.first ?? number + 1) - 1;
}
