/** What a device is certified with is its own: its place, also where another takes it first, and its slice. And how devices are listed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyId, parseEnrolled, type Signer } from "@tenten/protocol";
import { type KyselyPlugin, type QueryId, sql } from "kysely";
import { expectValue } from "../../module/test/support/world.ts";
import { applyDevice } from "../src/devices/enrolling.ts";
import { devicesOf } from "../src/devices/listing.ts";
import { usualDevices } from "../src/devices/policy.ts";
import { type Job, Overtaken, type Store, type Transaction } from "../src/store/store.ts";
import {
	type Answering,
	addParty,
	application,
	codeOf,
	deviceOrder,
	enrolDevice,
	freshDevice,
	sliceOf,
} from "./support/device-scene.ts";
import { createEcosystem } from "./support/ecosystem.ts";

/** Of what is written here, another process takes the next place as soon as it was read: as READ COMMITTED allows. */
function overtaken(store: Store): Store {
	const beside = (transaction: Transaction): KyselyPlugin => {
		const reads = new WeakSet<QueryId>();
		let isTaken = false;
		return {
			transformQuery: ({ node, queryId }) => {
				if (node.kind === "SelectQueryNode" && JSON.stringify(node.from).includes("device_numbers"))
					reads.add(queryId);
				return node;
			},
			transformResult: async ({ queryId, result }) => {
				if (reads.has(queryId) && !isTaken) {
					isTaken = true;
					const next = sql<bigint>`next + 1`;
					await transaction.updateTable("device_numbers").set({ next }).where("name", "=", "place").execute();
				}
				return result;
			},
		};
	};
	return {
		abreast: store.abreast,
		run: <T>(job: Job<T>) =>
			store.run((transaction) => job(transaction.withPlugin(beside(transaction)) as Transaction)),
		read: (job) => store.read(job),
		close: () => store.close(),
	};
}

test("a device has the place that its certificate names, or is not enrolled: another that took it first is seen", async () => {
	const ecosystem = await createEcosystem({ database: ":memory:" });
	const { operator, means } = ecosystem;
	const company = await addParty(ecosystem);
	const slice = sliceOf(company.reset, 0n, 100n);
	const applied = await application(ecosystem, {
		device: freshDevice(ecosystem),
		by: [company.signer],
		terms: { slice },
	});
	const { id, store } = operator;
	await assert.rejects(
		applyDevice({ ...means, id, store: overtaken(store) }, usualDevices, applied),
		Overtaken,
	);
	const tenures = await store.read((transaction) =>
		transaction.selectFrom("device_tenures").selectAll().execute(),
	);
	assert.deepEqual(tenures, []);
	await operator.close();
});

test("of devices that enrol at once, each is signed for twice at most, and has a place of its own", async () => {
	const ecosystem = await createEcosystem();
	const { operator, means, world } = ecosystem;
	const companies = [await addParty(ecosystem), await addParty(ecosystem)];
	const all = await Promise.all(
		Array.from({ length: 12 }, (_, at) => {
			const { signer, reset } = companies[at % 2] as Answering;
			const slice = sliceOf(reset, BigInt(at), BigInt(at + 1));
			return application(ecosystem, { device: freshDevice(ecosystem), by: [signer], terms: { slice } });
		}),
	);
	const { authority } = means.keys;
	let signed = 0;
	const counting: Signer = {
		...authority,
		sign: (...given) => {
			signed++;
			return authority.sign(...given);
		},
	};
	const { id, store } = operator;
	const counted = { ...means, id, store, keys: { ...means.keys, authority: counting } };
	const answers = await Promise.all(all.map((each) => applyDevice(counted, usualDevices, each)));
	const places = answers.map((answer) => {
		const { certificate } = expectValue(parseEnrolled(expectValue(answer)));
		return expectValue(world.trust.certificate(certificate)).profile.responsible?.status;
	});
	assert.equal(new Set(places).size, 12);
	assert.ok(signed <= 24, `signed ${signed} times`);
	const kept = await store.read((transaction) =>
		transaction.selectFrom("device_tenures").select("place").orderBy("place").execute(),
	);
	assert.deepEqual(
		kept.map(({ place }) => Number(place)),
		places.map(Number).sort((a, b) => a - b),
	);
	await operator.close();
});

test("no chain is certified in which one key gives a unit to two", async () => {
	const ecosystem = await createEcosystem();
	const company = await addParty(ecosystem);
	const chain = async (to: bigint) =>
		ecosystem.operator.devices.apply(
			await application(ecosystem, {
				device: freshDevice(ecosystem),
				by: [company.signer, company.signer],
				terms: { slice: sliceOf(company.reset, 0n, 100n) },
				levels: [{}, { slice: sliceOf(company.reset, 0n, to) }],
			}),
		);
	assert.equal(codeOf(await chain(50n)), "limit-exceeded");
	assert.equal(codeOf(await chain(100n)), "limit-exceeded");
	await ecosystem.operator.close();
});

test("the devices of a party are listed by one question, each as it stands and with the certificate that it has", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const company = await addParty(ecosystem);
	const { device: car } = await enrolDevice(ecosystem, company, [0n, 10n]);
	const { device: van } = await enrolDevice(ecosystem, company, [10n, 20n]);
	await enrolDevice(ecosystem, await addParty(ecosystem), [0n, 10n]);
	await enrolDevice(ecosystem, company, [20n, 30n], van);
	const suspend = await deviceOrder(ecosystem, company.signer, van, 3, { kind: "suspend" });
	assert.equal(codeOf(await operator.devices.order(suspend)), "done");
	let asked = 0;
	const counting: KyselyPlugin = {
		transformQuery: ({ node }) => {
			asked++;
			return node;
		},
		transformResult: async ({ result }) => result,
	};
	const listed = await operator.store.read((transaction) =>
		devicesOf(transaction.withPlugin(counting) as Transaction, company.party.id),
	);
	assert.deepEqual(
		listed.map(({ device, standing, assurance }) => [device, standing.kind, standing.number, assurance]),
		[
			[keyId(van.key), "suspended", 3, "software"],
			[keyId(car.key), "active", 1, "software"],
		],
	);
	assert.equal(asked, 1);
	await operator.close();
});
