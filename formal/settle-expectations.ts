/** What the model of settlement must show: from records to what banks paid. */
import { broken, type Model, sound } from "./variant.ts";

export const settlement: Model = {
	name: "settlement",
	variants: [
		sound({
			name: "sound",
			flags: [],
			about:
				"records late and twice; results late, again, out of order and of older files; a debit that comes back; crashes",
			holds: [
				...["nocreate", "noloss", "once", "proved", "exact", "onefile", "paysonce"],
				...["suspendsonce", "suspends"],
			],
			happens: ["can_pay_again", "can_return", "can_hear_late", "can_claim_late", "can_release"],
		}),
		sound({
			name: "credit",
			flags: ["CREDIT"],
			about: "the party is paid, and its account is wrong: it owes nothing",
			holds: ["blameless"],
			mayMiss: true,
		}),
		broken({
			flags: ["TAKES_TWICE"],
			about: "a record that a second gateway brings is one more",
			fails: ["nocreate", "exact"],
		}),
		broken({
			flags: ["CLAIMS_STATEMENT"],
			about: "a claim counts all that the statement of its period has, claimed before or not",
			fails: ["once", "nocreate"],
		}),
		broken({
			flags: ["MARKS_LATER"],
			about: "a crash between a claim and what it counted: that is counted again",
			fails: ["once", "nocreate"],
		}),
		broken({
			flags: ["ONE_CLAIM"],
			about: "a record that comes after its period was claimed is in no claim",
			fails: ["noloss"],
		}),
		broken({
			flags: ["FILES_FILED"],
			about: "a file takes a claim that another file has",
			fails: ["onefile", "paysonce"],
		}),
		broken({
			flags: ["SENT_BEFORE_DURABLE"],
			about: "a file is handed out, the operator crashes, and its claims go into another",
			fails: ["onefile", "paysonce"],
		}),
		broken({
			flags: ["FILES_STATEMENT"],
			about: "a file asks for what the statement says by then, and not for what its claims counted",
			fails: ["exact", "nocreate"],
		}),
		broken({
			flags: ["RESULT_BY_CLAIM"],
			about: "the refusal of an older file, read again, reopens a claim that the bank pays by the next",
			fails: ["onefile", "paysonce"],
		}),
		broken({
			flags: ["PAID_IS_FINAL"],
			about: "a debit that comes back after it was settled stays paid",
			fails: ["noloss"],
		}),
		broken({
			flags: ["SUSPENDS_BY_MESSAGE"],
			about: "a refusal that is read twice suspends twice, though somebody released the party",
			fails: ["suspendsonce"],
		}),
		broken({
			flags: ["KEEPS_NO_CAUSE"],
			about: "a crash before a suspension counts as told: it is told again, and suspends again",
			fails: ["suspendsonce"],
		}),
		broken({
			flags: ["TOLD_FIRST"],
			about: "a crash after a suspension counts as told, and before it is: nobody is suspended",
			fails: ["suspends"],
		}),
		broken({
			flags: ["CREDIT", "SUSPENDS_CREDITS"],
			about: "who was to be paid is suspended for an account that was wrong",
			fails: ["blameless"],
		}),
	],
};
