/**
 * Devices in the module: a key of its own says who it is, with what its maker attests, and gets a certificate once its
 * responsible party has delegated to it; status lists are taken from anyone, and handed on.
 *
 * What a device counts of what it pays is in `counts.ts`.
 */
import {
	type Bytes,
	deviceEvidence,
	encodeItem,
	equalBytes,
	isRefusal,
	keyId,
	limits,
	type PublicKey,
	parse,
	type Refusal,
	refuse,
	refuseStanding,
	type SuiteName,
	serialize,
	signDeviceEvidence,
	toHex,
	unfitAttestation,
	type VerifiedCertificate,
} from "@tenten/protocol";
import { approvalKey } from "./approving.ts";
import type { Core } from "./core.ts";
import { type HeldToken, heldByDevices } from "./holdings.ts";
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
export type DeviceAsking = { readonly operator: Bytes; readonly suite?: SuiteName };

/** What a device's evidence waits under until a certificate answers it; enrolments of accounts wait under the other. */
export function evidenceRow(operator: Bytes): string {
	return `enrolment/${toHex(operator)}/device`;
}

type Pending = { readonly asked: Bytes; readonly encoded: Bytes };

function pendingIn({ vault }: Core, operator: Bytes): Pending | undefined {
	const kept = vault.state.rows.get(evidenceRow(operator));
	const pending = kept && parse(enrolmentRow, kept);
	return pending === undefined || isRefusal(pending) ? undefined : pending;
}

/**
 * The key and what it says of itself are durable before they are shown, and the same bytes are shown until a
 * certificate answers them: a lost answer makes no second key. Then the same key speaks again, for a renewal.
 */
async function evidence(core: Core, { operator, suite = "Ed25519" }: DeviceAsking): Promise<Bytes> {
	const asked = encodeItem(["device", suite]);
	const pending = pendingIn(core, operator);
	if (pending !== undefined && equalBytes(pending.asked, asked)) return pending.encoded;
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
	const encoded = await signDeviceEvidence({ operator, nonce: core.random(32), attestation: null }, signer);
	const value = serialize(enrolmentRow, { asked, encoded });
	const keys = made === undefined ? [] : [made.write];
	await core.commit({ keys, other: [{ key: evidenceRow(operator), value }] });
	return encoded;
}

/**
 * The evidence that waits, with what its maker attests of it: the same key and nonce, signed again. So a maker that is
 * elsewhere reads the evidence first. From then on `evidence` shows it with the attestation.
 */
async function attest(core: Core, operator: Bytes, attestation: Bytes): Promise<Bytes | Refusal> {
	const pending = pendingIn(core, operator);
	const said = pending && parse(deviceEvidence, pending.encoded, limits.message);
	if (pending === undefined || said === undefined || isRefusal(said))
		return refuse("order-unknown", "no evidence waits to be attested: it was answered, or never written");
	const { key, nonce, attestation: before } = said.body;
	if (before !== null && equalBytes(before, attestation)) return pending.encoded;
	const unfit = unfitAttestation(attestation, { operator, key, nonce, now: core.now() });
	if (unfit !== undefined) return refuse("proof-invalid", unfit);
	const signer = core.keys.signer(keyId(key));
	if (isRefusal(signer)) return signer;
	const encoded = await signDeviceEvidence({ operator, nonce, attestation }, signer);
	const value = serialize(enrolmentRow, { asked: pending.asked, encoded });
	await core.commit({ other: [{ key: evidenceRow(operator), value }] });
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

	/** Whether this module speaks for the key: what is applied for with it is this device's. */
	holds(key: PublicKey): boolean {
		return !isRefusal(this.#core.keys.signer(keyId(key)));
	}

	/**
	 * Puts the maker's attestation into the evidence that waits for an answer of this operator. `order-unknown` where none
	 * waits; `proof-invalid` where it says nothing of that key and nonce. Whose word it is, the operator looks at.
	 */
	attest(operator: Bytes, attestation: Bytes): Promise<Bytes | Refusal> {
		return this.#core.exclusively(() => attest(this.#core, operator, attestation));
	}

	/** Takes a status list, whoever handed it on. */
	takeStatusList(encoded: Bytes): Promise<Refusal | undefined> {
		return this.#core.exclusively(() => takeStatusList(this.#core, encoded));
	}

	/**
	 * What keeps a device of this certificate from being paid by, as the lists that are held say: `device-suspended`, or
	 * `status-list-expired` where none counts now.
	 */
	standing(certificate: VerifiedCertificate): Refusal | undefined {
		const trust = this.#core.keptTrust();
		if (isRefusal(trust)) return trust;
		return refuseStanding(certificate, trust.statuses, { now: this.#core.now(), isNeeded: true });
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

	/** What devices of this operator hold here: see `heldByDevices`. */
	holdings(operator: Bytes): readonly HeldToken[] {
		return heldByDevices(this.#core, operator);
	}

	/** The status lists that are held, to be handed on to whoever may lack them. */
	statusLists(): readonly Bytes[] {
		const trust = this.#core.keptTrust();
		return isRefusal(trust) ? [] : trust.statuses.all().map(({ encoded }) => encoded);
	}
}
