/** The steps that are shown of a payment with a reservation on either side, in the order in which they are taken. */
export const steps = [
	"begun",
	"announced",
	"permitted",
	"instructed",
	"reserved",
	"credited",
	"debited",
	"told",
	"asked",
	"answered",
	"final",
	"closed",
] as const;
