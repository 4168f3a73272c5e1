/** Signatures: a verifier never throws, and holds to be true only what was signed, under the very key that signed it. */
import {
	type Bytes,
	decodeItem,
	encodeItem,
	isRefusal,
	type SuiteName,
	sha256,
	verifySign1,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../packages/module/src/suite/index.ts";
import { Broken, type Target } from "../target.ts";

async function signed(suite: SuiteName): Promise<readonly Bytes[]> {
	const seeds: Bytes[] = [];
	for (let i = 0; i < 8; i++) {
		const signer = signerFrom(sha256(Uint8Array.of(i)), suite);
		const payload = encodeItem(["payload", i]);
		seeds.push(encodeItem([signer.key.bytes, payload, await signer.sign("link", payload)]));
	}
	return seeds;
}

function suiteTarget(suite: SuiteName): Target {
	return {
		name: `signature/${suite}`,
		weight: suite === "ES256" ? 8 : 3,
		open: async () => {
			const seeds = await signed(suite);
			const true_ = new Set(seeds.map((seed) => Buffer.from(seed).toString("hex")));
			return {
				seeds,
				form: "items",
				run: (input) => {
					const item = decodeItem(input, 1 << 20);
					if (isRefusal(item)) return item.code;
					const [key, payload, signature] = Array.isArray(item) ? item : [];
					const all = [key, payload, signature];
					if (!all.every((part) => part instanceof Uint8Array)) return "malformed";
					const bytes = key as Bytes;
					if (!verifySign1(verify, { suite, bytes }, "link", payload as Bytes, signature as Bytes))
						return "signature-invalid";
					if (!true_.has(Buffer.from(encodeItem([key, payload, signature])).toString("hex")))
						throw new Broken("a signature that nobody made");
					return "accepted";
				},
			};
		},
	};
}

export const signatureTargets: readonly Target[] = [suiteTarget("Ed25519"), suiteTarget("ES256")];
