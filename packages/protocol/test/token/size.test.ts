/** Sizes: what one more hop costs on the wire, and what fits into one QR code. Printed, so a change is seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits, type SuiteName, serializeToken, type VerifiedToken } from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	type Holder,
	issueTo,
	type PayOptions,
	pay,
} from "../../../module/test/support/world.ts";

const qrBytes = 2953;
const million = 1_000_000n;

/** What grew from one token to the next, the certificate table apart. */
function grown(before: VerifiedToken, after: VerifiedToken): number {
	const table = ({ token }: VerifiedToken): number =>
		token.certificates.reduce((sum, { length }) => sum + length + (length < 256 ? 2 : 3), 0);
	return serializeToken(after).length - table(after) - (serializeToken(before).length - table(before));
}

for (const suite of ["Ed25519", "ES256"] as const satisfies readonly SuiteName[])
	test(`${suite}: a hop, a certificate and whole tokens are within their sizes`, async (t) => {
		const world = await createWorld({ suite });
		const fresh = (): Promise<Holder> => createHolder(world, { profile: { class: null } });
		const [a, b] = [await fresh(), await fresh()];
		const hop = async (amount: bigint, options: PayOptions = {}): Promise<number> => {
			const token = await issueTo(world, a, million);
			return grown(token, (await pay(world, token, a, b, amount, options)).paid);
		};
		const direct = await hop(million);
		const locked = await hop(million, { release: world.random() });
		const withChange = (await hop(million - 1000n)) - direct;
		const withData = (await hop(million, { data: world.random() })) - direct;
		const pseudonym = a.certificate.encoded.length;

		/** Each payee a fresh pseudonym, each payment two-phase with change, from a batch of 1,000. */
		const walk = async (hops: number, options: () => PayOptions, kept: bigint): Promise<number> => {
			let owner = await fresh();
			let token = await issueTo(world, owner, million, { batch: 999 });
			for (let i = 0; i < hops; i++) {
				const payee = await fresh();
				token = (await pay(world, token, owner, payee, token.amount - kept, options())).paid;
				owner = payee;
			}
			return serializeToken(token).length;
		};
		const tenHops = await walk(10, () => ({ release: world.random() }), 100n);
		const tenDirect = await walk(10, () => ({}), 100n);
		let hopsInQr = 0;
		while ((await walk(hopsInQr + 1, () => ({ release: world.random() }), 100n)) <= qrBytes) hopsInQr++;
		const largest = await walk(limits.hops, () => ({ release: world.random() }), 100n);
		const measured = {
			direct,
			locked,
			withChange,
			withData,
			pseudonym,
			tenHops,
			tenDirect,
			hopsInQr,
			largest,
		};
		t.diagnostic(JSON.stringify(measured));
		assert.ok(direct <= 160);
		assert.ok(locked <= 230);
		assert.ok(withChange <= 44);
		assert.ok(withData <= 36);
		assert.ok(pseudonym <= 160);
		assert.ok(tenHops <= 4608);
		assert.ok(hopsInQr >= 6);
		assert.ok(largest <= limits.message);
	});
