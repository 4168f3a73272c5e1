/** A party that answers for devices: what it delegates to them, and how it asks an operator: by its own key, and no API key. */
import { coseRequest, type OperatorApi, operatorApi, type Schemas } from "@tenten/client";
import { verify } from "@tenten/module";
import {
	applicationOf,
	type Bytes,
	chainOf,
	type DelegationTerms,
	type DeviceOrderBody,
	delegateOn,
	deviceApplication,
	deviceEvidence,
	equalBytes,
	fromHex,
	isRefusal,
	keyId,
	limits,
	type PublicKey,
	parse,
	type Refusal,
	type Signer,
	signDeviceOrder,
	signDeviceQuestion,
	toHex,
	verifyDeviceApplication,
} from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { type AdminProblem, answerOf, everyPage, isProblem } from "../server/issuer-answer.ts";
import { now } from "../surroundings.ts";

const usual_ms = 10_000;

/** What is said of a device. */
export type DeviceSays = Exclude<DeviceOrderBody["says"], { kind: "suspendBelow" | "resumeBelow" }>;
export type Standing = Schemas["DeviceStanding"];
export type History = Schemas["DeviceHistory"];

/** What a device may apply with: its key, whose operator it names, and bytes of `deviceApplication`. */
export type Delegated = { readonly operator: Bytes; readonly key: PublicKey; readonly application: Bytes };

/**
 * Signs what a device may do for a party. `evidence`: what the device's key says of itself; `above`: bytes of
 * `delegationChain`, where the signer is a manager. The application is verified as its operator will: refused as
 * `verifyDeviceApplication` does.
 */
export async function delegate(
	evidence: Bytes,
	terms: DelegationTerms,
	signer: Signer,
	above: Bytes | null = null,
): Promise<Delegated | Refusal> {
	const said = parse(deviceEvidence, evidence, limits.message);
	if (isRefusal(said)) return said;
	const { operator, key } = said.body;
	const delegations = await delegateOn(above, { operator, to: key, terms }, signer, verify);
	if (isRefusal(delegations)) return delegations;
	const application = applicationOf(evidence, delegations);
	if (isRefusal(application)) return application;
	const verified = verifyDeviceApplication(application, operator, verify);
	return isRefusal(verified) ? verified : { operator, key, application };
}

/** Signs how far a manager may delegate on: bytes of `delegationChain`, which it delegates under. */
export async function appoint(
	above: Bytes | null,
	on: { readonly operator: Bytes; readonly to: PublicKey; readonly terms: DelegationTerms },
	signer: Signer,
): Promise<Bytes | Refusal> {
	const delegations = await delegateOn(above, on, signer, verify);
	if (isRefusal(delegations)) return delegations;
	return chainOf({ operator: on.operator, to: on.to, delegations }, verify);
}

/** Brings an application to the operator at `url`: bytes of `enrolled`. `timeout_ms`: for its answer. */
export async function bringApplication(
	url: string,
	application: Bytes,
	timeout_ms: number = usual_ms,
): Promise<Bytes | AdminProblem> {
	const api = operatorApi({ url, timeout_ms });
	const body = new Uint8Array(application);
	const enrolled = await answerOf(url, api.POST("/v1/devices", { ...coseRequest, body }));
	return isProblem(enrolled) ? enrolled : new Uint8Array(enrolled);
}

export class PartyDesk {
	readonly #url: string;
	readonly #operator: Bytes;
	readonly #signer: Signer;
	readonly #api: OperatorApi;

	/** `operator`: id of the one at `url`; `timeout_ms`: for each of its answers */
	constructor(url: string, operator: Bytes, signer: Signer, timeout_ms: number = usual_ms) {
		[this.#url, this.#operator, this.#signer] = [url, operator, signer];
		this.#api = operatorApi({ url, timeout_ms });
	}

	/** How the device of this key id stands, with all of its history. */
	async show(device: Bytes): Promise<History | AdminProblem> {
		const body = { operator: this.#operator, device, issuedAt: now() };
		const question = Buffer.from(await signDeviceQuestion(body, this.#signer)).toString("base64url");
		const headers = { authorization: `Tenten ${question}` };
		let first: History | undefined;
		const history = await everyPage(async (query) => {
			const params = { path: { device: toHex(device) }, query };
			const page = await answerOf(this.#url, this.#api.GET("/v1/devices/{device}", { params, headers }));
			if (isProblem(page)) return page;
			first ??= page;
			return { items: page.history, cursor: page.cursor };
		});
		if (isProblem(history)) return history;
		return { ...(first as History), history: [...history] };
	}

	/** Says this of the device, as the next of its history; nothing where it stands so already, as after a lost answer. */
	async order(device: Bytes, says: DeviceSays): Promise<Standing | AdminProblem> {
		const shown = await this.show(device);
		if (isProblem(shown) || isSo(shown, says)) return shown;
		return this.#send({ device: keyIn(shown, device), number: shown.number + 1, says });
	}

	/** Says this of a manager, as the next that is said of it; nothing where it stands so already. */
	async orderManager(
		manager: PublicKey,
		kind: "suspendBelow" | "resumeBelow",
	): Promise<Pick<Standing, "standing" | "number"> | AdminProblem> {
		const shown = await this.show(keyId(manager));
		// Of a manager that delegated to none yet, nothing is known.
		if (isProblem(shown) && shown.code !== "owner-mismatch") return shown;
		const stands = isProblem(shown) ? null : shown.manages;
		const { standing, number } = stands ?? { standing: "active", number: 0 };
		if (standing === (kind === "suspendBelow" ? "suspended" : "active")) return { standing, number };
		return this.#send({ device: manager, number: number + 1, says: { kind } });
	}

	async #send(said: Pick<DeviceOrderBody, "device" | "number" | "says">): Promise<Standing | AdminProblem> {
		const body = { operator: this.#operator, ...said, issuedAt: now() };
		const order = new Uint8Array(await signDeviceOrder(body, this.#signer));
		const { headers, bodySerializer } = coseRequest;
		return answerOf(this.#url, this.#api.POST("/v1/device-orders", { headers, bodySerializer, body: order }));
	}
}

function isSo(shown: History, says: DeviceSays): shown is History & Standing {
	const { standing, movesTo } = shown;
	if (says.kind === "transfer") return standing === "moving" && movesTo === toHex(keyId(says.to));
	return standing === ({ suspend: "suspended", resume: "active", end: "ended" } as const)[says.kind];
}

/** The device's own key, as it stands in the first of its history: the key by whose id it was asked for. */
function keyIn({ history: [first] }: History, device: Bytes): PublicKey {
	const record = fromHex(first?.record ?? "");
	const application = record && parse(deviceApplication, record);
	const key = application === undefined || isRefusal(application) ? undefined : application.evidence.body.key;
	if (key === undefined || !equalBytes(keyId(key), device))
		throw new BadInput("the operator shows no application of this device");
	return key;
}
