/** Bugs in what the two sides of a hand-over decide, and when they say so. */
import type { Bug } from "../bug.ts";

const payer = "packages/protocol/src/handover/payer.ts";
const payee = "packages/protocol/src/handover/payee.ts";
const answers = "packages/protocol/test/handover/payer-answers.test.ts";
const reservations = "packages/protocol/test/handover/payee-reservations.test.ts";

export const deciding: readonly Bug[] = [
	{
		name: "payee-timer",
		why: "a payee drops its reservation once its request has expired: whatever is released then is destroyed",
		promise: 2,
		edits: [
			{
				file: payee,
				find: `		case "contact":
			return again(state);`,
				put: `		case "contact":
			return state.kind === "reserved" && context.now >= state.terms.request.body.expiresAt
				? {
						state: {
							kind: "ruled",
							terms: state.terms,
							answer: state.answer,
							ruling: { kind: "done", attempt: state.terms.attempt },
						},
						effects: [{ kind: "persist", changes: noChanges }],
					}
				: again(state);`,
			},
		],
		test: {
			file: "test/cancel.test.ts",
			name: "keeps its reservation against time: years later it is still there, and a release still counts",
		},
		model: "two-phase payee-timer",
	},
	{
		name: "payee-gives-up",
		why: "a payee that is asked again after its request expired refuses what it had reserved, and drops it",
		promise: 2,
		edits: [
			{
				file: payee,
				find: `		case "transfer":
		case "status":
			return again(state);`,
				put: `		case "transfer":
		case "status":
			return state.kind === "reserved" && context.now >= state.terms.request.body.expiresAt
				? {
						state: {
							kind: "ruled",
							terms: state.terms,
							answer: state.answer,
							ruling: { kind: "done", attempt: state.terms.attempt },
						},
						effects: [
							{ kind: "persist", changes: noChanges },
							send({ kind: "refused", about: state.terms.attempt, code: "request-expired", detail: "" }),
						],
					}
				: again(state);`,
			},
		],
		test: {
			file: "test/cancel.test.ts",
			name: "says the same to whoever asks again, long after its request has expired",
		},
		model: "two-phase gives-up-reserved",
	},
	{
		name: "release-of-another-lock",
		why: "a release is matched by the attempt that it names and not by its lock: any 32 bytes make a reservation spendable",
		promise: 1,
		edits: [
			{
				file: payee,
				find: "	if (terms.lock === null || !equalBytes(lockHash(message.secret), terms.lock))",
				put: "	if (terms.lock === null)",
			},
			{
				file: "packages/protocol/src/token/build.ts",
				find: `	if (!equalBytes(lockHash(release), pending.hash)) return refuse("release-mismatch");`,
				put: "",
			},
		],
		test: {
			file: reservations,
			name: "a reservation is left by nothing but its own release, its own cancel and its own operator's ruling",
		},
		model: "two-phase release-by-token",
	},
	{
		name: "release-before-durable",
		why: "the release is told before it is durable: after a crash the payer may cancel what its payee owns",
		promise: 4,
		edits: [
			{
				file: "packages/module/src/run.ts",
				find: `else if (effect.kind === "persist") await host.persist(step.state, effect.changes);`,
				put: `else if (effect.kind === "persist" && (step.state as { kind?: string }).kind === "released")
				void host.persist(step.state, effect.changes).catch(() => undefined);
			else if (effect.kind === "persist") await host.persist(step.state, effect.changes);`,
			},
		],
		test: {
			file: "test/hostile.test.ts",
			name: "is waited for: no side says a word, to a peer or an operator, while one of its writes is under way",
		},
		model: "two-phase told-before-durable",
	},
	{
		name: "reserved-before-durable",
		why: "a payee says that it holds a reservation before that is durable: after a crash it does not know what it is released",
		promise: 7,
		edits: [
			{
				file: "packages/module/src/run.ts",
				find: `else if (effect.kind === "persist") await host.persist(step.state, effect.changes);`,
				put: `else if (effect.kind === "persist" && (step.state as { kind?: string }).kind === "reserved")
				void host.persist(step.state, effect.changes).catch(() => undefined);
			else if (effect.kind === "persist") await host.persist(step.state, effect.changes);`,
			},
		],
		test: {
			file: "test/hostile.test.ts",
			name: "is waited for: no side says a word, to a peer or an operator, while one of its writes is under way",
		},
	},
	{
		name: "late-release-taken",
		why: "a payee that has asked the operator still takes a release: the operator may have refunded it by then",
		promise: 1,
		edits: [{ file: payee, find: `	if (state.kind === "resolving") return forward;\n`, put: "" }],
		test: {
			file: reservations,
			name: "a refund of one leg leaves the claim to the other: its release still goes to its operator",
		},
		model: "rulings late-while-resolving",
	},
	{
		name: "non-decider-cancels",
		why: "the side of an exchange that does not decide takes its own leg back once the request has expired: the decider may own both",
		promise: 3,
		edits: [
			{
				file: payee,
				find: `		case "contact":
			return again(state);`,
				put: `		case "contact":
			return state.kind === "lockedForeign" && context.now >= state.terms.request.body.expiresAt
				? {
						state: {
							kind: "cancelled",
							terms: state.terms,
							tokens: state.tokens,
							cancel: { kind: "done", attempt: state.terms.attempt },
						},
						effects: [
							{
								kind: "persist",
								changes: {
									...noChanges,
									free: state.counter.inputs.map((output) => ({ output, after: null })),
								},
							},
						],
					}
				: again(state);`,
			},
		],
		test: {
			file: "test/exchange.test.ts",
			name: "has one decider: the other side has no timer and no cancel of its own",
		},
		model: "exchange other-has-a-timer",
	},
	{
		name: "cancel-without-after",
		why: "what a cancel frees in an exchange is spent without that cancel: the decider's release then makes its honest owner a forger",
		promise: 5,
		edits: [
			{
				file: "packages/module/src/vault.ts",
				find: "...(after === null ? [] : [keepCancel(after)])",
				put: "...(after === null ? [] : [])",
			},
		],
		test: {
			file: "test/exchange.test.ts",
			name: "whose decider cancels it, and releases it from a copy of its wallet, convicts the decider alone",
		},
		model: "exchange no-after",
	},
	{
		name: "cancel-not-checked",
		why: "a payee believes any cancel, whoever signed it: in an exchange anybody frees what it gave, and its honest owner forks",
		promise: 5,
		edits: [
			{
				file: payee,
				find: `	if (!verifySign1(trust.verify, decider.certificate.key, "cancel", payload, message.signature))
		return stay(state, refuse("signature-invalid", "cancel"));\n`,
				put: '	verifySign1(trust.verify, decider.certificate.key, "cancel", payload, message.signature);\n',
			},
		],
		test: { file: reservations, name: "in an exchange only the certificate that would be paid cancels" },
	},
	{
		name: "cancel-keeps-secret",
		why: "a cancelled lock is still open in the state that is kept: when the reservation comes, it is released too",
		promise: 4,
		edits: [
			{
				file: payer,
				find: "function cancelled({ terms }: Locked, signature: Bytes): PayerStep {\n",
				put: "function cancelled(before: Locked, signature: Bytes): PayerStep {\n\tconst { terms } = before;\n",
			},
			{
				file: payer,
				find: `		state: { kind: "cancelled", terms, cancel: message },`,
				put: "		state: before,",
			},
		],
		test: {
			file: "packages/protocol/test/handover/machines.test.ts",
			name: "the payer's machine does what its table says, in every state on every event",
		},
	},
	{
		name: "cancel-frees-nothing",
		why: "a cancel ends the attempt and leaves its inputs set aside for ever",
		promise: 2,
		edits: [
			{
				file: payer,
				find: "	const free = terms.inputs.map((output) => ({ output, after: null }));",
				put: "	const free = terms.inputs.slice(1).map((output) => ({ output, after: null }));",
			},
		],
		test: {
			file: "test/cancel.test.ts",
			name: "cancels while the payee is away, spends elsewhere, and the payee learns of it by asking",
		},
	},
	{
		name: "change-before-release",
		why: "the change of a lock is counted as owned while it can still be cancelled: after the cancel it is there beside its input",
		promise: 1,
		edits: [
			{
				file: payer,
				find: "	const changes = counting({ ...noChanges, hold: terms.inputs }, links);",
				put: "	const changes = counting({ ...noChanges, hold: terms.inputs, add: change }, links);",
			},
		],
		test: {
			file: "test/cancel.test.ts",
			name: "cancels while the payee is away, spends elsewhere, and the payee learns of it by asking",
		},
	},
	{
		name: "change-lost",
		why: "the payer's change is not added when it releases",
		promise: 2,
		edits: [
			{
				file: payer,
				find: "	const add = [...change, ...taken].map((token) => opened(token, secret));",
				put: "	const add = [...change.slice(1), ...taken].map((token) => opened(token, secret));",
			},
		],
		test: { file: "test/payments.test.ts", name: "takes several tokens and leaves change, to the unit" },
	},
	{
		name: "exchange-takes-nothing",
		why: "the decider of an exchange gives its side and does not take the other",
		promise: 2,
		edits: [
			{
				file: payer,
				find: "	const add = [...change, ...taken].map((token) => opened(token, secret));",
				put: "	const add = [...change, ...taken.slice(1)].map((token) => opened(token, secret));",
			},
		],
		test: {
			file: "test/exchange.test.ts",
			name: "of two assets of one operator: both change hands at once, and go on",
		},
	},
	{
		name: "exchange-gives-nothing",
		why: "the other side of an exchange takes what it gets and keeps what it gave",
		promise: 3,
		edits: [
			{
				file: payee,
				find: "	const changes: TokenChanges = { ...noChanges, add, remove: counter?.inputs ?? [] };",
				put: "	const free = (counter?.inputs ?? []).map((output) => ({ output, after: null }));\n	const changes: TokenChanges = { ...noChanges, add, free };",
			},
		],
		test: {
			file: "test/exchange.test.ts",
			name: "of two assets of one operator: both change hands at once, and go on",
		},
	},
	{
		name: "release-to-plain-reserved",
		why: "the decider of an exchange releases to a plain reservation: it gives its side for nothing",
		promise: 2,
		edits: [
			{
				file: "packages/protocol/src/handover/answer.ts",
				find: "	if (terms.counterRequest !== null)\n		return refuse(",
				put: "	if (terms.counterRequest !== null && terms.amount === 0n)\n		return refuse(",
			},
		],
		test: {
			file: answers,
			name: "in an exchange nothing is released to a plain reservation, or to another counter leg",
		},
	},
	{
		name: "reserved-unsigned",
		why: "a payer releases to a reservation that its payee did not sign: whoever carries messages makes it lose the receipt, and the payee the value",
		promise: 8,
		edits: [
			{
				file: "packages/protocol/src/handover/answer.ts",
				find: `	if (!verifySign1(trust.verify, request.payee.key, "reserved", reservedPayload(body), signature))
		return refuse("signature-invalid", "reserved");\n`,
				put: `	verifySign1(trust.verify, request.payee.key, "reserved", reservedPayload(body), signature);\n`,
			},
		],
		test: { file: answers, name: "a payer releases to nothing but the reservation of this very attempt" },
	},
	{
		name: "release-after-spend-until",
		why: "a payer still releases after spend until: its payee may come too late to redeem",
		promise: 2,
		edits: [
			{
				file: payer,
				find: `	if (now >= state.terms.spendUntil) return stay(state, refuse("expired", "only a cancel is left"));\n`,
				put: '	if (now < 0) return stay(state, refuse("expired"));\n',
			},
		],
		test: { file: answers, name: "after spend until a payer can only cancel" },
	},
	{
		name: "secret-reused",
		why: "every lock of a payer has the same secret: one release opens all of them, cancelled ones too",
		promise: 1,
		edits: [
			{
				file: payer,
				find: "	const secret = entropy.slice(0, 32);",
				put: "	const secret = plan.inputs[0]?.token.owner.certificate.hash.slice() ?? entropy.slice(0, 32);",
			},
		],
		test: {
			file: "test/cancel.test.ts",
			name: "belongs to one payment: the release of another opens nothing",
		},
		blind: "no payee there tries the release of one payment on another",
	},
	{
		name: "paid-request-paid-again",
		why: "a request that was paid already, or is being paid, is paid again",
		promise: 8,
		edits: [
			{
				file: "packages/module/src/paying.ts",
				find: "(request.body.isStatic ? undefined : paidBefore(core, request.digest));",
				put: "(request.body.isStatic || paidBefore(core, request.digest) !== null ? undefined : undefined);",
			},
		],
		test: {
			file: "test/cancel.test.ts",
			name: "pays one request once at a time: a second try waits for the first, and a third for none",
		},
		blind: "nobody there pays one request twice",
	},
];
