/**
 * A peer of `bench meter`: one voucher of a session channel, as `mppx` signs and checks it.
 *
 *   payer signs the sum so far (EIP-712, secp256k1) ─▶ payee recovers the signer, checks it, compares
 *
 * A session of MPP pays as it goes by vouchers over all that was spent, each of them signed: the channel and its sum.
 * Called is what the library's own client and server call for each voucher. What they do around it would only make the
 * peer slower, and is left out: the credential in its header, the channel's row in a store, its state on the chain.
 */
import { Session } from "mppx/tempo";
import { createClient, custom } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const vouchers = Session.Precompile.Voucher;
const escrow = Session.Precompile.Constants.tip20ChannelEscrow;
/** Tempo's test network. */
const chainId = 42_431;
const channelId = `0x${"5a".repeat(32)}` as const;

type Voucher = Parameters<typeof Session.Precompile.Voucher.verifyVoucher>[2];

export type VoucherChannel = {
	/** a voucher over this sum */
	readonly pay: (cumulativeAmount: bigint) => Promise<Voucher>;
	/** throws where it is not the payer's */
	readonly accept: (voucher: Voucher) => void;
};

export function openVoucherChannel(): VoucherChannel {
	const account = privateKeyToAccount(generatePrivateKey());
	const request = (): never => {
		throw new Error("no chain is asked");
	};
	const client = createClient({ transport: custom({ request }) });
	return {
		pay: async (cumulativeAmount) => {
			const voucher = { channelId, cumulativeAmount };
			return { ...voucher, signature: await vouchers.signVoucher(client, account, voucher, escrow, chainId) };
		},
		accept: (voucher) => {
			if (!vouchers.verifyVoucher(escrow, chainId, voucher, account.address))
				throw new Error("no voucher of the payer");
		},
	};
}
