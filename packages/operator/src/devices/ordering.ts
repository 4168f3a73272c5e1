/**
 * Orders of responsible parties: suspend, resume, transfer, end; each the next of its device's history. Those about a
 * manager are carried out by `managers.ts`.
 *
 * What an order does to the device's place in the status lists is written with it. The same order again is answered as
 * the first time; any other of its number is refused.
 */
import {
	afterDeviceOrder,
	type Bytes,
	type DeviceOrderBody,
	equalBytes,
	isRefusal,
	keyId,
	type Refusal,
	type VerifiedDeviceOrder,
	verifyDeviceOrder,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import type { Transaction } from "../store/store.ts";
import { countDaily, refuseDaily } from "./daily.ts";
import { addEntry, changeTenure, entryAt, type HistoryEntry, lastEntry, openTenure } from "./device-rows.ts";
import { keepManagers, orderManager } from "./managers.ts";
import { type PlaceStatus, setStatus } from "./places.ts";
import type { DevicePolicy } from "./policy.ts";

type Means = Pick<OperatorContext, "store" | "id" | "verify" | "now">;

/**
 * What ends something is always taken: a party has no more of them than applications and orders that let something begin.
 * Those of a party are counted (`daily.ts`).
 */
const beginning: readonly DeviceOrderBody["says"]["kind"][] = ["resume", "transfer"];

/** `device`: key id; of a manager, where the order was about one. */
export type Ordered = { readonly device: Bytes; readonly standing: HistoryEntry["standing"] };

/**
 * How it stands once the order is carried out. Refused as `verifyDeviceOrder`, `afterDeviceOrder` and `afterManagerOrder`
 * do, and `too-many` where the party gave as many that day.
 */
export async function orderDevice(
	{ store, id, verify, now }: Means,
	{ ordersDaily: most }: Pick<DevicePolicy, "ordersDaily">,
	encoded: Bytes,
): Promise<Ordered | Refusal> {
	const order = verifyDeviceOrder(encoded, id, verify);
	if (isRefusal(order)) return order;
	const [device, at] = [keyId(order.body.device), now()];
	const { kind } = order.body.says;
	const isOfManager = kind === "suspendBelow" || kind === "resumeBelow";
	const standing = await store.run(async (transaction) => {
		if (!isOfManager) return orderIn(transaction, order, { device, encoded, at, most });
		const stands = await orderManager(transaction, order, { encoded, at, most });
		return isRefusal(stands) ? stands : { ...stands, party: keyId(order.by) };
	});
	return isRefusal(standing) ? standing : { device, standing };
}

/** An order as it came, when, and how many of its party count a day. */
type Came = { readonly encoded: Bytes; readonly at: number; readonly most: number };

async function orderIn(
	transaction: Transaction,
	order: VerifiedDeviceOrder,
	{ device, encoded, at, most }: Came & { readonly device: Bytes },
): Promise<HistoryEntry["standing"] | Refusal> {
	const { number, says } = order.body;
	const before = await entryAt(transaction, device, number);
	if (before !== undefined && equalBytes(before.digest, order.digest)) return before.standing;
	const last = await lastEntry(transaction, device);
	const standing = afterDeviceOrder(last?.standing ?? { kind: "none" }, order);
	if (isRefusal(standing)) return standing;
	if (standing.kind === "none" || says.kind === "suspendBelow" || says.kind === "resumeBelow")
		throw new Error("a device that was ordered stands somehow");
	if (beginning.includes(says.kind)) {
		const counted = { party: keyId(order.by), what: "orders", most, at } as const;
		const refused = await refuseDaily(transaction, counted);
		if (refused !== undefined) return refused;
		await countDaily(transaction, counted);
	}
	const entry: HistoryEntry = {
		...{ number, kind: says.kind, standing, digest: order.digest, encoded },
		...{ certificate: null, reason: null, at },
	};
	await addEntry(transaction, device, entry);
	const tenure = await openTenure(transaction, device);
	if (tenure === undefined) return standing;
	const { place, party } = tenure;
	await setStatus(transaction, place, statusAfter[says.kind]);
	if (says.kind === "transfer" || says.kind === "end") {
		await changeTenure(transaction, device, { ...tenure, endedAt: at });
		await keepManagers(transaction, { place, party, managers: [] });
	}
	return standing;
}

const statusAfter = {
	suspend: "suspended",
	resume: "valid",
	transfer: "revoked",
	end: "revoked",
} as const satisfies Record<string, PlaceStatus>;
