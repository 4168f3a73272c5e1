/**
 * The peer of `bench cashu`: one payment as `@cashu/cashu-ts` makes it, a mint's part of it included.
 *
 *   payer blinds ─▶ mint signs, with DLEQ ─▶ payer unblinds, encodes ─▶ payee decodes, checks DLEQ offline
 *
 * Cashu pays with proofs of fixed denominations (powers of two), signed blindly by the mint: what was received
 * must be swapped for new proofs before it pays again, so each payment needs this once. Everything goes through
 * the library's public functions, the wallet's through those that its own wallet calls. What is left out would
 * only make the peer slower: the mint's check of what is swapped in, proofs for change, fees, HTTP, storage.
 */
import {
	createBlindSignature,
	createDLEQProof,
	createNewMintKeys,
	getDecodedToken,
	getEncodedToken,
	hasValidDleq,
	OutputData,
	pointFromHex,
	type SerializedBlindedMessage,
	type SerializedBlindedSignature,
	serializeMintKeys,
} from "@cashu/cashu-ts";
import { type Bytes, toHex } from "@tenten/protocol";

/** Denominations of a mint: powers of two below 2³². */
const denominations = 32;
const mintUrl = "https://mint.example";

export type CashuMint = {
	/** new proofs of this amount, as the text that a payer hands over */
	readonly pay: (amount: bigint) => string;
	/** what a payee checks offline; throws where a proof does not hold. How many proofs there were. */
	readonly accept: (token: string) => number;
};

export function openCashuMint(): CashuMint {
	const { keysetId: id, pubKeys, privKeys } = createNewMintKeys(denominations);
	const keyset = { id, keys: serializeMintKeys(pubKeys) };
	const sign = ({ amount, B_ }: SerializedBlindedMessage): SerializedBlindedSignature => {
		const [blinded, key] = [pointFromHex(B_), privKeys[amount.toString()] as Bytes];
		const { C_ } = createBlindSignature(blinded, key, id);
		const { e, s } = createDLEQProof(blinded, key);
		return { id, amount, C_: C_.toHex(true), dleq: { e: toHex(e), s: toHex(s) } };
	};
	return {
		pay: (amount) => {
			const blinded = OutputData.createRandomData(amount, keyset);
			const proofs = blinded.map((output) => output.toProof(sign(output.blindedMessage), keyset));
			return getEncodedToken({ mint: mintUrl, unit: "sat", proofs });
		},
		accept: (token) => {
			const { proofs } = getDecodedToken(token, [id]);
			for (const proof of proofs)
				if (!hasValidDleq(proof, keyset, { require: true })) throw new Error("a proof does not hold");
			return proofs.length;
		},
	};
}
