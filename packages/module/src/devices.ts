/**
 * Devices in the module: a key of its own says who it is, with what its maker attests, and gets a certificate once its
 * responsible party has delegated to it; status lists are taken from anyone, and handed on.
 *
 * What a device counts of what it pays is in `counts.ts`.
 */
import {
	type Bytes,
	encodeItem,
	isRefusal,
	keyId,
	parse,
	type Refusal,
	type SuiteName,
	serialize,
	signDeviceEvidence,
	toHex,
} from "@tenten/protocol";
import { approvalKey } from "./approving.ts";
import type { Core } from "./core.ts";
import {
	keepsRecords,
	recordsTaken,
	setKeepsRecords,
	type WaitingRecord,
	waitingRecords,
} from "./records.ts";
import { enrolmentRow } from "./rows.ts";
import { oldestStatus, setOldestStatus, takeStatusList } from "./standing.ts";

/** Evidence of a device's key, to be sent to its responsible party. */
export type DeviceAsking = {
	readonly operator: Bytes;
	readonly suite?: SuiteName;
	/** what the maker attests of this key, given the nonce that goes into it; none without */
	readonly attest?: (key: Bytes, nonce: Bytes) => Promise<Bytes>;
};

/**
 * The key and what it says of itself are durable before they are shown, and the same bytes are shown until a
 * certificate answers them: a lost answer makes no second key. Then the same key speaks again, for a renewal.
 */
async function evidence(core: Core, { operator, suite = "Ed25519", attest }: DeviceAsking): Promise<Bytes> {
	const row = `enrolment/${toHex(operator)}`;
	const asked = encodeItem(["device", suite]);
	const kept = core.vault.state.rows.get(row);
	const pending = kept && parse(enrolmentRow, kept);
	if (pending !== undefined && !isRefusal(pending) && toHex(pending.asked) === toHex(asked))
		return pending.encoded;
	const own = core
		.certificates()
		.findLast(
			({ operatorId, profile, hash, key }) =>
				toHex(operatorId) === toHex(operator) &&
				profile.role === "device" &&
				key.suite === suite &&
				core.isSilenced(hash) === undefined,
		);
	const made = own === undefined ? await core.keys.createKey(suite) : undefined;
	const key = own?.key ?? made?.key;
	const signer = key && core.keys.signer(keyId(key));
	if (key === undefined || signer === undefined || isRefusal(signer)) throw new Error("a key is held");
	const nonce = core.random(32);
	const attestation = attest === undefined ? null : await attest(key.bytes, nonce);
	const encoded = await signDeviceEvidence({ operator, nonce, attestation }, signer);
	const value = serialize(enrolmentRow, { asked, encoded });
	await core.commit({ keys: made === undefined ? [] : [made.write], other: [{ key: row, value }] });
	return encoded;
}

export class DeviceDesk {
	readonly #core: Core;

	constructor(core: Core) {
		this.#core = core;
	}

	/** What this device says of its key; its certificate is taken by `SecureModule.certify`. */
	evidence(asking: DeviceAsking): Promise<Bytes> {
		return this.#core.exclusively(() => evidence(this.#core, asking));
	}

	/** Takes a status list, whoever handed it on. */
	takeStatusList(encoded: Bytes): Promise<Refusal | undefined> {
		return this.#core.exclusively(() => takeStatusList(this.#core, encoded));
	}

	/** Seconds since its issue for which a status list counts here; null: until it expires. */
	get oldestStatus_s(): number | null {
		return oldestStatus(this.#core.vault.state.rows);
	}

	/** How old a status list may be to speak for a device that pays; null: as old as its operator lets it be. */
	setOldestStatus(oldest_s: number | null): Promise<void> {
		return this.#core.exclusively(() => setOldestStatus(this.#core, oldest_s));
	}

	/** The gateway's approval under which a payment was taken, as long as that is on record. */
	approval(attempt: Bytes): Bytes | undefined {
		return this.#core.vault.state.rows.get(approvalKey(attempt));
	}

	/** Whether what devices of this module pay is recorded. */
	get keepsRecords(): boolean {
		return keepsRecords(this.#core);
	}

	/** Has payments of devices recorded from now on, durably with each, for whoever will keep them; or no more. */
	keepRecords(keeps: boolean): Promise<void> {
		return this.#core.exclusively(() => setKeepsRecords(this.#core, keeps));
	}

	/** Records that wait for their keeper, the oldest first: signed, and the same until it has them. */
	records(most: number): Promise<readonly WaitingRecord[]> {
		return this.#core.exclusively(() => waitingRecords(this.#core, most));
	}

	/** Their keeper named these ids: they are forgotten here. How many of them there were. */
	recordsTaken(ids: readonly Bytes[]): Promise<number> {
		return this.#core.exclusively(() => recordsTaken(this.#core, ids));
	}

	/** The status lists that are held, to be handed on to whoever may lack them. */
	statusLists(): readonly Bytes[] {
		const trust = this.#core.keptTrust();
		return isRefusal(trust) ? [] : trust.statuses.all().map(({ encoded }) => encoded);
	}
}
