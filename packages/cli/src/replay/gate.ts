/**
 * The gate before an operator: it lets calls through while it is open, and counts all of them.
 *
 * Outside its windows a replay has no operator: a call then gets `channel-failed`, as from a network that is
 * down, and nothing reaches the operator. What a shut gate turned away is counted apart: a replay in which
 * that is not zero was not offline.
 */
import { type Bytes, type OperatorClient, type Refusal, refuse } from "@tenten/protocol";

/** Everything that a wallet can ask an operator. */
export type Route = keyof OperatorClient;

export type Ask = (route: Route, body: Bytes) => Promise<Bytes | Refusal>;

export class OperatorGate {
	readonly #operator: OperatorClient;
	readonly #called: (route: Route) => void;
	#isOpen = false;
	#turnedAway = 0;

	/** `called` hears of every call that reaches the operator. */
	constructor(operator: OperatorClient, called: (route: Route) => void) {
		this.#operator = operator;
		this.#called = called;
	}

	/** Calls that came while it was shut. */
	get turnedAway(): number {
		return this.#turnedAway;
	}

	open(): void {
		this.#isOpen = true;
	}

	shut(): void {
		this.#isOpen = false;
	}

	readonly ask: Ask = async (route, body) => {
		if (!this.#isOpen) {
			this.#turnedAway++;
			return refuse("channel-failed", "the operator cannot be reached now");
		}
		this.#called(route);
		return this.#operator[route](body);
	};
}

/** The operator as wallets call it, behind any way of asking. */
export function operatorClient(ask: Ask): OperatorClient {
	return {
		trustList: () => ask("trustList", new Uint8Array()),
		freezeList: () => ask("freezeList", new Uint8Array()),
		appeal: (appeal) => ask("appeal", appeal),
		enrol: (enrolment) => ask("enrol", enrolment),
		withdraw: (order) => ask("withdraw", order),
		claim: (claim) => ask("claim", claim),
		rule: (request) => ask("rule", request),
		release: (lock) => ask("release", lock),
		account: (query) => ask("account", query),
	};
}
