/** Of settlement: a record of a device, and a statement that lists two of them. */
import {
	type Bytes,
	isRefusal,
	makePartyStatement,
	type PlacedRecord,
	recordBatch,
	recordsTaken,
	serialize,
	serializePartyStatement,
	signDeviceRecord,
	verifyDeviceRecord,
} from "@tenten/protocol";
import { signerFrom, verify } from "../packages/module/src/index.ts";

const id = (fill: number): Bytes => new Uint8Array(32).fill(fill);
const [operator, asset, payer, payee] = [id(1), id(2), id(3), id(4)];

export async function settleMaterial(): Promise<readonly Bytes[]> {
	const device = signerFrom(id(5), "Ed25519");
	const signed = await Promise.all(
		[350n, 12n].map((amount, at) =>
			signDeviceRecord(
				{ operator, asset, amount, payer, payee, proof: id(6 + at), paidAt: 150 + at },
				device,
			),
		),
	);
	const records = signed.map((encoded): PlacedRecord => {
		const record = verifyDeviceRecord(encoded, operator, () => payer, verify);
		if (isRefusal(record)) throw new Error(record.code);
		return { record, batch: id(8), place: 9 };
	});
	const statement = makePartyStatement({ operator, party: payer, asset, from: 100, until: 200 }, records);
	if (isRefusal(statement)) throw new Error(statement.code);
	const taken = records.map(({ record }, at) => ({ id: record.id, code: at === 0 ? null : "record-known" }));
	const brought = [serialize(recordBatch, signed), serialize(recordsTaken, taken)];
	return [...signed, ...brought, serializePartyStatement(statement)];
}
