/** A peer that is out of reach keeps nobody else waiting, however much waits for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	agreement,
	type Bytes,
	crossingState,
	isRefusal,
	parse,
	serialize,
	sha256,
	signedQuote,
	transferId,
} from "@tenten/protocol";
import { insertAgreement } from "../src/crossing/rows.ts";
import type { Transaction } from "../src/store/store.ts";
import {
	type Doors,
	openDoors,
	quoted,
	sealAndTell,
	standings,
	step,
	wish,
} from "./support/crossing-doors.ts";

const away = sha256(Uint8Array.of(1));

/** Payments of another agreement, with an operator that nobody reaches: as the one that is locked, and older. */
async function waitForNobody(transaction: Transaction, count: number): Promise<void> {
	const [agreed, payment, proof] = [
		await transaction.selectFrom("crossing_agreements").selectAll().executeTakeFirstOrThrow(),
		await transaction.selectFrom("crossings").selectAll().executeTakeFirstOrThrow(),
		await transaction.selectFrom("crossing_proofs").selectAll().executeTakeFirstOrThrow(),
	];
	const read = parse(agreement, agreed.encoded);
	const quote = parse(signedQuote, payment.quote);
	const state = parse(crossingState, proof.state);
	assert.ok(!isRefusal(read) && !isRefusal(quote) && !isRefusal(state));
	await insertAgreement(transaction, away, { ...read, body: { ...read.body, destination: away } });
	for (let n = 0; n < count; n++) {
		const nonce: Bytes = sha256(Uint8Array.of(n >> 8, n & 0xff));
		const body = { ...quote.body, agreement: away, nonce };
		const transfer = transferId(body);
		const said = { ...quote, body };
		await transaction
			.insertInto("crossings")
			.values({
				...payment,
				transfer_id: transfer,
				agreement_id: away,
				quote: serialize(signedQuote, said),
				prove_until: 0,
			})
			.execute();
		const shown = serialize(crossingState, { ...state, transfer });
		await transaction
			.insertInto("crossing_proofs")
			.values({ ...proof, transfer_id: transfer, number: 1, state: shown })
			.execute();
		await transaction.insertInto("crossing_untold").values({ transfer_id: transfer, number: 1 }).execute();
	}
}

test("what waits for a peer that is down leaves the others their turn in the same round", async () => {
	const doors: Doors = await openDoors();
	try {
		const { source, destination } = doors;
		await sealAndTell(source);
		await sealAndTell(destination);
		const { transfer } = await quoted(doors, wish(doors, 1));
		assert.ok(transfer !== null);
		assert.equal(await step(doors, "locks", transfer), "locked");
		await destination.server?.close();
		await sealAndTell(source);
		await source.ecosystem.operator.store.run((transaction) => waitForNobody(transaction, 1_100));
		await destination.serve();
		await source.ecosystem.operator.crossings.tell();
		assert.deepEqual(await standings(doors, transfer), ["locked", "reserved"]);
	} finally {
		await doors.close();
	}
});
