/**
 * What each machine does in each state on each event.
 *
 * `→` is the next state, `again` the same state with its last word said once more, `!` a refusal, and
 * `nothing` nothing at all. `waiting` is reserved, in an exchange lockedForeign.
 */

/** Events by name, several with commas between; `otherwise` are all the others. */
export type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const payerTable: Table = {
	"two-phase and exchange: idle": {
		start: "→ signing: sign",
		"signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase and exchange: signing": {
		signed: "→ locked: persist, tell locked, send transfer",
		"start, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase and exchange: locked": {
		answer: "→ released: persist, tell released, send release",
		"done, passedOn": "nothing",
		refunded: "→ ruled: persist, tell ruled",
		"ruled released": "! request-mismatch",
		"refunded by another": "! issuer-unknown",
		"transient refusal": "again: tell refused",
		"start, signed": "! attempt-decided",
		"cancel, final refusal, unknown refusal": "→ cancelling: sign",
		otherwise: "again: send transfer",
	},
	"two-phase and exchange: cancelling": {
		start: "! attempt-decided",
		signed: "→ cancelled: persist, tell cancelled, send cancel",
		refunded: "→ ruled: persist, tell ruled",
		"ruled released": "! request-mismatch",
		"refunded by another": "! issuer-unknown",
		otherwise: "nothing",
	},
	"two-phase and exchange: released": {
		done: "→ released",
		passedOn: "→ released: persist",
		"final refusal, transient refusal, unknown refusal": "nothing",
		"start, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "again: send release",
	},
	"two-phase and exchange: released, done": {
		done: "→ released",
		"passedOn, final refusal, transient refusal, unknown refusal": "nothing",
		"start, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "again: send release",
	},
	"two-phase and exchange: cancelled": {
		"done, passedOn, final refusal, transient refusal, unknown refusal": "nothing",
		"start, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "again: send cancel",
	},
	"two-phase and exchange: ruled": {
		"done, passedOn, final refusal, transient refusal, unknown refusal": "nothing",
		"start, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "again: send ruling",
	},
	"direct: sent": {
		answer: "→ sent: persist, tell reserved",
		done: "nothing",
		passedOn: "→ sent: persist",
		refunded: "→ ruled: persist, tell ruled",
		returned: "→ returned: persist, tell returned, send done",
		"start, signed": "! attempt-decided",
		"ruled released, refunded by another": "! request-mismatch",
		"final refusal, transient refusal, unknown refusal": "again: tell refused",
		otherwise: "again: send transfer",
	},
	"direct: sent, acknowledged": {
		refunded: "→ ruled: persist, tell ruled",
		returned: "→ returned: persist, tell returned, send done",
		"start, signed": "! attempt-decided",
		"ruled released, refunded by another": "! request-mismatch",
		"final refusal, transient refusal, unknown refusal": "again: tell refused",
		otherwise: "nothing",
	},
	"direct: returned": {
		"done, passedOn, final refusal, transient refusal, unknown refusal": "nothing",
		"start, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "again: send done",
	},
	"direct: ruled, direct": {
		"done, passedOn, final refusal, transient refusal, unknown refusal": "nothing",
		"start, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "again: send ruling",
	},
};

export const payeeTable: Table = {
	"two-phase and exchange: none": {
		offered: "→ asked: ask",
		"consented, declined, signed, sendBack, refunded, ruled released, refunded by another":
			"! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase: asked": {
		consented: "→ signing: sign",
		declined: "! consent-missing → none: send refused",
		"signed, sendBack, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase: signing": {
		signed: "→ reserved: persist, tell reserved, send reserved",
		"consented, declined, sendBack, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase: waiting": {
		resolve: "→ resolving: persist",
		"cancel message": "→ cancelled: persist, tell cancelled, send done",
		refunded: "→ ruled: persist, tell ruled",
		"refunded by another": "! issuer-unknown",
		"release, ruled released": "→ owned: persist, tell owned, send done",
		"offered, contact, transfer, status": "again: send reserved",
		"consented, declined, signed, sendBack": "! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase and exchange: owned": {
		sendBack: "! request-mismatch",
		"consented, declined, signed, refunded, ruled released, refunded by another": "! attempt-decided",
		"offered, resolve, contact, transfer, release, status, cancel message": "again: send done",
		otherwise: "nothing",
	},
	"two-phase: cancelled": {
		"release, ruled released": "→ owned: persist, tell owned, send done, tell double-decision",
		"offered, resolve, contact, transfer, status, cancel message": "again: send done",
		"consented, declined, signed, sendBack, refunded": "! attempt-decided",
		"refunded by another": "! issuer-unknown",
		otherwise: "nothing",
	},
	"exchange: cancelled": {
		"release, ruled released": "→ owned: persist, tell owned, send done, tell double-decision",
		"offered, resolve, contact, transfer, status, cancel message": "again: send done",
		"consented, declined, signed, sendBack, refunded, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"two-phase: resolving": {
		release: "again: forward release",
		"cancel message": "→ cancelled: persist, tell cancelled, send done",
		refunded: "→ ruled: persist, tell ruled",
		"ruled released": "→ owned: persist, tell owned, send done",
		"refunded by another": "! issuer-unknown",
		"consented, declined, signed, sendBack": "! attempt-decided",
		"offered, resolve, contact, transfer, status": "again: send reserved",
		otherwise: "nothing",
	},
	"two-phase: ruled": {
		"offered, resolve, contact, transfer, release, status, cancel message": "again: send ruling",
		"consented, declined, signed, sendBack, refunded, ruled released, refunded by another":
			"! attempt-decided",
		otherwise: "nothing",
	},
	"exchange: asked": {
		consented: "! funds-insufficient → none: send refused",
		declined: "! consent-missing → none: send refused",
		"signed, sendBack, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"exchange: signing": {
		signed: "→ lockedForeign: persist, tell reserved, send counterTransfer",
		"consented, declined, sendBack, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"exchange: waiting": {
		resolve: "→ resolving: persist",
		"cancel message": "→ cancelled: persist, tell cancelled, send done",
		refunded: "again: tell ruled",
		"refunded by another": "→ resolving: persist, tell ruled",
		"release, ruled released": "→ owned: persist, tell owned, send done",
		"offered, contact, transfer, status": "again: send counterTransfer",
		"consented, declined, signed, sendBack": "! attempt-decided",
		otherwise: "nothing",
	},
	"exchange: resolving": {
		release: "again: forward release",
		"cancel message": "→ cancelled: persist, tell cancelled, send done",
		refunded: "again: tell ruled",
		"ruled released": "→ owned: persist, tell owned, send done",
		"refunded by another": "→ resolving: persist, tell ruled",
		"consented, declined, signed, sendBack": "! attempt-decided",
		"offered, resolve, contact, transfer, status": "again: send counterTransfer",
		otherwise: "nothing",
	},
	"exchange: ruled": {
		release: "again: forward release",
		"cancel message": "! signature-invalid",
		refunded: "→ ruled: persist, tell ruled",
		"ruled released": "→ owned: persist, tell owned, send done",
		"consented, declined, signed, sendBack, refunded by another": "! attempt-decided",
		"offered, resolve, contact, transfer, status": "again: send counterTransfer",
		otherwise: "nothing",
	},
	"direct: owned, direct": {
		"offered, resolve, contact, transfer, release, status, cancel message": "again: send reserved",
		"consented, declined, signed, sendBack, refunded, ruled released, refunded by another":
			"! attempt-decided",
		otherwise: "nothing",
	},
	"direct: returning": {
		signed: "→ returned: persist, tell returned, send returned",
		"consented, declined, sendBack, refunded, ruled released, refunded by another": "! attempt-decided",
		otherwise: "nothing",
	},
	"direct: returned": {
		done: "→ returned",
		"offered, resolve, contact, transfer, release, status, cancel message": "again: send returned",
		"consented, declined, signed, sendBack, refunded, ruled released, refunded by another":
			"! attempt-decided",
		otherwise: "nothing",
	},
	"direct: returned, done": {
		done: "→ returned",
		"offered, resolve, contact, transfer, release, status, cancel message": "again: send returned",
		"consented, declined, signed, sendBack, refunded, ruled released, refunded by another":
			"! attempt-decided",
		otherwise: "nothing",
	},
};
