/**
 * Enrolling devices: the operator's check of what the device and its party signed, and its certificate over both.
 *
 *   application ─▶ holds? ─▶ party known, history and slices allow it? ─▶ certificate signed ─▶ allowed, and still true?
 *                                     ▲                                                          │ no: another came first
 *                                     └────────────────── a place of its own ◀───────────────────┘
 *
 * Keys sign outside of transactions, so what was found is looked at again in the one that writes. A certificate names the
 * place that is next; whoever finds that another took it draws a number that nobody else has, and signs once more. So of
 * any number of devices that enrol at once, each is signed for twice at most, unless it applies in several ways itself.
 * The same application is answered once and always the same. Everything else is refused and changes nothing.
 *
 * An attestation counts for one application: whoever has the device's evidence and a delegation may apply by it again,
 * without the device, and is certified as if nobody attested it.
 */
import {
	type Attested,
	afterApplication,
	type Bytes,
	type DeviceStanding,
	enrolled,
	isRefusal,
	keyId,
	type Profile,
	partyCommitment,
	type Refusal,
	refuse,
	serialize,
	type VerifiedApplication,
	verifyDeviceApplication,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { insertCertificate, type MadeCertificate, signCertificate, storedAnswer } from "../enrol.ts";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import { verifyEvidence } from "./attested.ts";
import { type CountedDaily, countDaily, refuseDaily } from "./daily.ts";
import {
	addEntry,
	applicationWith,
	beginTenure,
	changeTenure,
	entryAt,
	type HistoryEntry,
	lastEntry,
	noteNonce,
	openTenure,
	type Tenure,
} from "./device-rows.ts";
import { keepManagers, managersIn, refuseManagers } from "./managers.ts";
import { drawNumber, nextNumber, takeNumber } from "./numbers.ts";
import { type Party, partyOf, touchParty } from "./party-rows.ts";
import { openPlace } from "./places.ts";
import type { DevicePolicy } from "./policy.ts";
import { type GivenSlice, keepSlices, newUnits, refuseSlices, slicesIn } from "./slices.ts";

/** Bytes of a certificate at most (docs/spec/encoding.md#limits). */
const certificateMost = 1_024;
/** Its place in the status lists tells a device's certificate apart already. */
const serialBytes = 4;
/**
 * Of a device's history in a day: its party delegates once, and with that whoever has the device's key applies as often
 * as it likes, each time for good.
 */
const entriesMost = 64;
const day_s = 86_400;

/** What was found in the store: for whom the certificate is, where it stands. */
type Found = {
	readonly party: Party;
	readonly standing: Exclude<DeviceStanding, { readonly kind: "none" }>;
	/** the time that goes on with this application; undefined where it begins one */
	readonly tenure: Tenure | undefined;
	readonly place: number;
	readonly slices: readonly GivenSlice[];
	/** the number of the device's application that had this nonce before */
	readonly attestedFor: number | undefined;
	readonly counted: CountedDaily;
};

type Means = Pick<OperatorContext, "store" | "keys" | "policy" | "id" | "verify" | "now" | "entropy">;

type Asked = Pick<Means, "now"> &
	Pick<DevicePolicy, "applicationsDaily"> & { readonly application: VerifiedApplication };

/** Bytes of `enrolled`, or why not. */
export async function applyDevice(
	means: Means,
	devices: DevicePolicy,
	encoded: Bytes,
): Promise<Bytes | Refusal> {
	const { store, id, verify } = means;
	const application = verifyDeviceApplication(encoded, id, verify);
	if (isRefusal(application)) return application;
	const { applicationsDaily } = devices;
	const asked: Asked = { now: means.now, applicationsDaily, application };
	for (let drawn: number | undefined; ; ) {
		const found = await store.read((transaction) => findIn(transaction, asked, drawn));
		if (found instanceof Uint8Array || isRefusal(found)) return found;
		const { made, reason } = await certifyDevice(means, devices, application, found);
		if (made.encoded.length > certificateMost)
			return refuse("too-large", `a certificate of ${made.encoded.length} bytes`);
		const answer = await store.run((transaction) =>
			keepIn(transaction, asked, { encoded, found, drawn, made, reason }),
		);
		if (answer !== undefined) return answer;
		if (found.tenure === undefined)
			drawn ??= await store.run((transaction) => drawNumber(transaction, "place"));
	}
}

/**
 * What is answered already, why it is refused, or for what a certificate is to be made. `drawn`: the place of a device
 * that has none; the next one if left out.
 */
async function findIn(
	transaction: Transaction,
	{ now, applicationsDaily: most, application }: Asked,
	drawn: number | undefined,
): Promise<Bytes | Refusal | Found> {
	const { delegations, delegated, digest } = application;
	const { key, nonce } = application.body;
	const before = await storedAnswer(transaction, digest);
	if (before !== undefined) return before;
	const party = await partyOf(transaction, keyId(delegated.party));
	if (party === undefined) return refuse("authority-unknown", "no such party");
	if (party.standing === "suspended") return refuse("device-suspended", "who answers for it");
	const stopped = await refuseManagers(transaction, party.id, managersIn(delegations));
	if (stopped !== undefined) return stopped;
	if (delegated.until <= now()) return refuse("delegation-expired", `${delegated.until}`);
	const device = keyId(key);
	const last = (await lastEntry(transaction, device))?.standing ?? ({ kind: "none" } as const);
	const standing = afterApplication(last, party.id);
	if (isRefusal(standing)) return standing;
	if (standing.kind === "none") throw new Error("a device that applied stands somehow");
	const earlier = await entryAt(transaction, device, standing.number - entriesMost);
	if (earlier !== undefined && earlier.at > now() - day_s)
		return refuse("too-many", `${entriesMost} entries in a day`);
	const counted = { party: party.id, what: "applications", most, at: now() } as const;
	const slices = slicesIn(delegations, key);
	const refused =
		(await refuseDaily(transaction, counted)) ?? (await refuseSlices(transaction, party.id, slices));
	if (refused !== undefined) return refused;
	const tenure = await openTenure(transaction, device);
	const place = tenure?.place ?? drawn ?? (await nextNumber(transaction, "place"));
	const attestedFor = await applicationWith(transaction, device, nonce);
	return { party, standing, tenure, place, slices, attestedFor, counted };
}

async function certifyDevice(
	{ keys, policy, id: operator, verify, now, entropy }: Means,
	devices: DevicePolicy,
	{ body: { key, nonce, attestation }, delegations, delegated }: VerifiedApplication,
	{ party, place, attestedFor }: Found,
): Promise<{ readonly made: MadeCertificate; readonly reason: string | null }> {
	const at = now();
	const attested = verifyEvidence(attestation, { operator, key, nonce, now: at }, devices, verify);
	const { assurance, reason } = once(attested, attestedFor);
	const { name, opening, place: partyStatus } = party;
	const commitment = partyCommitment(name, opening);
	const profile: Profile = {
		role: "device",
		...{ class: null, merchantCategory: null, region: null },
		assurance,
		limits: devices.limitsOf(assurance),
		responsible: { commitment, status: place, partyStatus, delegations },
	};
	const expiresAt = Math.min(at + policy.certificateValidity, delegated.until);
	const made = await signCertificate(keys.authority, key, profile, expiresAt, entropy(serialBytes));
	return { made, reason };
}

function once(attested: Attested, attestedFor: number | undefined): Attested {
	return attestedFor === undefined || attested.reason !== null
		? attested
		: { assurance: "software", reason: `the attestation is of application ${attestedFor} of this history` };
}

type Kept = {
	readonly encoded: Bytes;
	readonly found: Found;
	readonly drawn: number | undefined;
	readonly made: MadeCertificate;
	readonly reason: string | null;
};

/** Undefined where the certificate says what is no more so. Everything else is decided by what is so now. */
async function keepIn(
	transaction: Transaction,
	asked: Asked,
	{ encoded, found, drawn, made, reason }: Kept,
): Promise<Bytes | Refusal | undefined> {
	const again = await findIn(transaction, asked, drawn);
	if (again instanceof Uint8Array || isRefusal(again)) return again;
	if (!isSame(found, again)) return undefined;
	const { party, standing, tenure, place, slices, attestedFor, counted } = again;
	const { application } = asked;
	const { key, nonce } = application.body;
	const { at } = counted;
	const device = keyId(key);
	const units = await newUnits(transaction, slices);
	await touchParty(transaction, party);
	await countDaily(transaction, counted);
	await keepSlices(transaction, slices);
	if (tenure === undefined) {
		if (drawn === undefined) await takeNumber(transaction, "place", place);
		await openPlace(transaction, place);
		const begun = { first: standing.number, party: party.id, place, since: at, granted: units };
		await beginTenure(transaction, device, begun);
	} else await changeTenure(transaction, device, { ...tenure, granted: tenure.granted + units });
	const managers = managersIn(application.delegations);
	await keepManagers(transaction, { place, party: party.id, managers });
	const answer = serialize(enrolled, { certificate: made.encoded, account: made.hash });
	const entry: HistoryEntry = {
		...{ number: standing.number, kind: "certified", standing },
		...{ digest: application.digest, encoded, certificate: made.encoded, reason, at },
	};
	await addEntry(transaction, device, entry);
	if (attestedFor === undefined) await noteNonce(transaction, device, nonce, standing.number);
	await insertNew(transaction, "enrolments", [{ enrolment: application.digest, answer }]);
	await insertCertificate(transaction, made);
	return answer;
}

/** Whether a certificate for the one is one for the other: of party and keys it says what never changes. */
function isSame(found: Found, again: Found): boolean {
	return found.place === again.place && found.attestedFor === again.attestedFor;
}
