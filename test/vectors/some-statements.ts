/** A statement of each kind, but those about meters. */
import type { SignedStatement } from "../../packages/protocol/src/index.ts";
import { company, robot } from "./devices.ts";
import { statementOf } from "./payments.ts";
import { alice, bytesOf } from "./world.ts";

export const statements: readonly [SignedStatement, ...SignedStatement[]] = [
	await statementOf(alice, {
		kind: "neverReleased",
		lock: bytesOf("lock"),
		account: alice.certificate.hash,
		fallback: null,
	}),
	await statementOf(alice, {
		kind: "noReleaseReached",
		lock: bytesOf("lock"),
		account: alice.certificate.hash,
		fallback: bytesOf("fallback"),
		inputs: [bytesOf("input")],
	}),
	await statementOf(alice, {
		kind: "noWord",
		link: bytesOf("link"),
		account: alice.certificate.hash,
		fallback: null,
	}),
	await statementOf(alice, { kind: "balance", account: alice.certificate.hash }),
	await statementOf(alice, {
		kind: "unclaimed",
		output: bytesOf("output"),
		account: alice.certificate.hash,
		fallback: bytesOf("fallback"),
	}),
	await statementOf(
		{ ...robot, signer: company },
		{ kind: "lost", output: bytesOf("output"), account: alice.certificate.hash, fallback: null },
	),
];
