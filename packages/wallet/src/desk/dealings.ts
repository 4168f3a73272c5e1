/** What goes into the desk and comes out of it, around the views: requests, payments, bundles to carry. */
import type { Assertion } from "@tenten/module";
import type { Bytes, Document } from "@tenten/protocol";
import type { Invitation } from "../transport/invitation.ts";
import type { AskedView, AttemptView, BalanceView, OperatorView, RequestView } from "./views.ts";

/** Everything that the first screen shows, as of one moment. */
export type Overview = {
	readonly operators: readonly OperatorView[];
	readonly balances: readonly BalanceView[];
	/** payments that wait for somebody */
	readonly open: readonly AttemptView[];
	/** requests of one's own that nobody has begun to pay, newest first */
	readonly asked: readonly AskedView[];
};

/** What came of a bundle: a request to be shown, the payment on it, or payments that moved on, with what is to be carried back. */
export type Taken =
	| {
			readonly kind: "request";
			readonly request: RequestView;
			/** where the payee can be reached; null where it did not say */
			readonly invitation: Invitation | null;
	  }
	| {
			/** a request that is being paid here already, or was: never a second time */
			readonly kind: "begun";
			readonly attempt: AttemptView;
			/** where this copy of the request says that the payee can be reached */
			readonly invitation: Invitation | null;
			/** unix seconds: the request's own time */
			readonly expiresAt: number;
	  }
	| {
			readonly kind: "moved";
			readonly attempts: readonly AttemptView[];
			/** for the other side; null where there is nothing to say */
			readonly answer: Bytes | null;
	  };

/** A payment that was set aside; the bundle is for the payee. */
export type SetAside = { readonly attempt: AttemptView; readonly bundle: Bytes };

export type Asking = {
	readonly asset: string;
	readonly amount: bigint;
	readonly memo?: string;
	/** effective when signed, for channels that go one way only */
	readonly isDirect?: boolean;
	/** seconds */
	readonly lifetime?: number;
	/** the address of a relay at which the payer shall find this wallet */
	readonly relay?: string;
	/** an invoice: whoever pays has it */
	readonly documents?: readonly Document[];
	/** media types of what the payer shall send with the payment, which is refused without */
	readonly wants?: readonly string[];
	/** what the payment is answered with: the payer's release pays for it */
	readonly reply?: readonly Document[];
};

/** What goes with a payment, and the passkey's word where one is registered. */
export type PayOptions = {
	readonly documents?: readonly Document[];
	readonly assertion?: Assertion;
};

/** A request to be shown or sent. */
export type Asked = AskedView & {
	readonly bundle: Bytes;
	/** whoever has it reaches this wallet; null where no relay was named */
	readonly invitation: Invitation | null;
};
