/**
 * A peer of `bench meter`: one payment of the `exact` scheme of x402, as `@x402/evm` signs and checks it.
 *
 *   payer signs an authorisation (EIP-3009 over EIP-712, secp256k1) ─▶ the facilitator's `verify`
 *
 * Both go through the library's schemes for clients and facilitators. Where `verify` asks a chain (whether payer and
 * asset are contracts, whether the transfer would pass) it is answered from memory at once, as yes. Left out, in the
 * peer's favour: those questions' way over the network, the headers, and settling on the chain, each payment anew.
 */
import { ExactEvmScheme as ExactClient } from "@x402/evm/exact/client";
import { ExactEvmScheme as ExactFacilitator } from "@x402/evm/exact/facilitator";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const asset = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
const requirements = {
	scheme: "exact",
	/** Base Sepolia, and its USDC */
	network: "eip155:84532",
	asset,
	amount: "1",
	payTo: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
	maxTimeoutSeconds: 60,
	extra: { name: "USDC", version: "2" },
} as const;

type Payment = Parameters<ExactFacilitator["verify"]>[0];

export type ExactPair = {
	readonly pay: () => Promise<Payment>;
	/** throws where it is not paid */
	readonly accept: (payment: Payment) => Promise<void>;
};

export function openExactPair(): ExactPair {
	const client = new ExactClient(privateKeyToAccount(generatePrivateKey()));
	const settles = async (): Promise<never> => {
		throw new Error("nothing is settled here");
	};
	const facilitator = new ExactFacilitator({
		getAddresses: () => [],
		getCode: async ({ address }) => (address === asset ? "0x60" : "0x"),
		readContract: async () => true,
		verifyTypedData: settles,
		writeContract: settles,
		sendTransaction: settles,
		waitForTransactionReceipt: settles,
	});
	return {
		pay: async () => {
			const { x402Version, payload } = await client.createPaymentPayload(2, requirements);
			return { x402Version, resource: { url: "https://api.example/" }, accepted: requirements, payload };
		},
		accept: async (payment) => {
			const { isValid, invalidReason } = await facilitator.verify(payment, requirements);
			if (!isValid) throw new Error(`not paid: ${invalidReason}`);
		},
	};
}
