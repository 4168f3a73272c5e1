/**
 * What an operator is given to license it: drafts of definitions, and status lists. Nothing is thrown, and what is
 * refused changes nothing of what may be issued.
 */
import { type Bytes, isRefusal } from "@tenten/protocol";
import { makeStatusList } from "../../packages/operator/src/definitions/licence-making.ts";
import {
	createLicensed,
	draftOf,
	otherKey,
	otherRegulator,
	regulator,
} from "../../packages/operator/test/support/licensed.ts";
import { Broken, type OpenTarget, type Target } from "../target.ts";

const uri = "https://regulator.example/status/1";

async function drafts(): Promise<OpenTarget> {
	const licensed = await createLicensed({ seed: "fuzz" });
	const { operator } = licensed;
	const seeds = [
		await draftOf(licensed),
		await draftOf(licensed, { body: { code: "EUR" }, terms: { status: { uri, idx: 3 }, codes: ["EUR"] } }),
	];
	for (const seed of seeds) await operator.adoptDefinition(seed);
	const before = operator.definitions().length;
	const run = async (input: Bytes): Promise<string> => {
		const result = await operator.adoptDefinition(input);
		if (!isRefusal(result)) return "accepted";
		if (operator.definitions().length !== before) throw new Broken("refused, and adopted");
		return result.code;
	};
	return { seeds, form: "items", run, close: () => operator.close() };
}

async function statusLists(): Promise<OpenTarget> {
	const { operator, clock, licensor } = await createLicensed({ seed: "fuzz" });
	const given = {
		iss: regulator,
		uri,
		size: 64,
		revoked: [3],
		issuedAt: clock.now,
		expiresAt: clock.now + 9,
	};
	const token = await makeStatusList(given, licensor.privateKey);
	const underEd25519 = await makeStatusList({ ...given, iss: otherRegulator }, otherKey.privateKey);
	const run = async (input: Bytes): Promise<string> => {
		const refusal = await operator.takeStatusList(Buffer.from(input).toString("latin1"));
		return refusal?.code ?? "accepted";
	};
	return {
		seeds: [token, underEd25519].map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0))),
		form: "text",
		run,
		close: () => operator.close(),
	};
}

export const definitionTargets: readonly Target[] = [
	{ name: "operator/definition draft", weight: 20, open: drafts },
	{ name: "operator/status list", weight: 20, open: statusLists },
];
