/**
 * Delegations on their way down: what a responsible party let a *manager* delegate on, as a file between the two.
 *
 *   company ──▶ site ──▶ fleet ──▶ robot's key        the chain of `fleet` holds two delegations, and names its key
 *
 * A chain leaves room for the device's own delegation, so it holds three at most. It is no secret, and gives nothing to
 * anyone but whoever has the key that it names.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import { coseKey, keyId, type PublicKey, type Signer, type Verify } from "../crypto/index.ts";
import {
	type Delegated,
	type Delegation,
	type DelegationTerms,
	delegation,
	mostDelegations,
	signDelegation,
	verifyDelegations,
} from "../identity/index.ts";

/** `to`: the manager's key, to which the last is given. Outermost first. */
export const delegationChain = record({
	operator: bytes32,
	to: coseKey,
	delegations: list(delegation, mostDelegations - 1, 1),
});
export type DelegationChain = TypeOf<typeof delegationChain>;

export type VerifiedChain = DelegationChain & {
	readonly verified: "delegation-chain";
	/** how far the manager may go */
	readonly delegated: Delegated;
};

/** `delegation-invalid` where one is wider than the one above it, or signed by another. */
export function verifyDelegationChain(encoded: Bytes, verify: Verify): VerifiedChain | Refusal {
	const read = parse(delegationChain, encoded, limits.message);
	if (isRefusal(read)) return read;
	const delegated = verifyDelegations(read.operator, read.to, read.delegations, verify);
	return isRefusal(delegated) ? delegated : { verified: "delegation-chain", ...read, delegated };
}

/**
 * Signs `terms` to `to`, under what was delegated to the signer: `above` is bytes of its chain, null where it answers
 * itself. The delegations, outermost first. `delegation-invalid` where the chain does not hold, is another key's or
 * another operator's.
 */
export async function delegateOn(
	above: Bytes | null,
	{
		operator,
		to,
		terms,
	}: { readonly operator: Bytes; readonly to: PublicKey; readonly terms: DelegationTerms },
	signer: Signer,
	verify: Verify,
): Promise<readonly Delegation[] | Refusal> {
	const chain = above === null ? null : verifyDelegationChain(above, verify);
	if (isRefusal(chain)) return chain;
	if (chain !== null && !equalBytes(keyId(chain.to), keyId(signer.key)))
		return refuse("delegation-invalid", "what stands above was delegated to another key");
	if (chain !== null && !equalBytes(chain.operator, operator))
		return refuse("delegation-invalid", "what stands above is of another operator");
	return [...(chain?.delegations ?? []), await signDelegation(operator, to, terms, signer)];
}

/** Bytes of a chain; `delegation-invalid` where it does not hold, or leaves no room for the device's own delegation. */
export function chainOf(chain: DelegationChain, verify: Verify): Bytes | Refusal {
	if (chain.delegations.length >= mostDelegations)
		return refuse(
			"delegation-invalid",
			`at most ${mostDelegations} bind a device, and its own is one of them`,
		);
	const encoded = serialize(delegationChain, chain);
	const verified = verifyDelegationChain(encoded, verify);
	return isRefusal(verified) ? verified : encoded;
}
