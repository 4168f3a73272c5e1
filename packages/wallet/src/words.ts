/**
 * Words for people, in English and Japanese: amounts, times, and conditions as sentences.
 *
 * The protocol speaks in numbers and codes. What could go wrong here: a time or a code from a stranger that
 * no calendar and no atlas holds. It must show as something, never throw.
 */
import {
	type AssetId,
	type Bytes,
	type Caveat,
	type Condition,
	type PayeeFilter,
	type Trust,
	toHex,
} from "@tenten/protocol";
import { plainText } from "./plain-text.ts";

export type Words = { readonly en: string; readonly ja: string };
type Language = keyof Words;

/**
 * Where the names of assets and operators come from, the asset whose minor units are counted, and where the clock of
 * whoever reads it stands (UTC without).
 */
export type Naming = {
	readonly trust: Pick<Trust, "asset" | "operator">;
	readonly asset: AssetId;
	readonly timeZone?: string;
};

const locales: Readonly<Record<Language, string>> = { en: "en-GB", ja: "ja-JP" };

function both(make: (language: Language) => string): Words {
	return { en: make("en"), ja: make("ja") };
}

/** Minor units as people write them, e.g. `1,234.50 EUR`. An asset that is not listed shows in minor units. */
export function amountWords(minor: bigint, asset: AssetId, trust: Naming["trust"]): Words {
	const scale = trust.asset(asset)?.scale ?? 0;
	// A decimal string, not a number: formatting must not round money.
	const decimal = decimalText(minor, scale) as `${number}`;
	const options = { minimumFractionDigits: scale, maximumFractionDigits: scale };
	return both(
		(language) =>
			`${new Intl.NumberFormat(locales[language], options).format(decimal)} ${plainText(asset.code)}`,
	);
}

/** Minor units as a decimal number with `scale` digits after its point, e.g. `1234.50`. */
export function decimalText(minor: bigint, scale: number): string {
	const digits = minor.toString().padStart(scale + 1, "0");
	const point = digits.length - scale;
	return scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The last second that a calendar in JavaScript holds (ECMA-262, section 21.4.1.1). */
const lastSecond = 8_640_000_000_000;

/** Unix seconds as a date and a time of day, in UTC unless a time zone is given. */
export function timeWords(seconds: number, timeZone = "UTC"): Words {
	const date = new Date(1000 * Math.min(seconds, lastSecond));
	return both((language) =>
		new Intl.DateTimeFormat(locales[language], {
			year: "numeric",
			month: "short",
			day: "numeric",
			hour: "2-digit",
			minute: "2-digit",
			hourCycle: "h23",
			timeZone,
			timeZoneName: "short",
		}).format(date),
	);
}

/** A caveat as a sentence: its condition, and whose output ends it. */
export function describeCaveat({ condition, liftedBy }: Caveat, naming: Naming): Words {
	const { en, ja } = describeCondition(condition, naming);
	if (liftedBy === null) return { en, ja };
	return { en: `${en} Ends with ${liftedBy}.`, ja: `${ja}「${liftedBy}」が受け取ると解けます。` };
}

/** A condition as a sentence. */
export function describeCondition(condition: Condition, naming: Naming): Words {
	switch (condition.kind) {
		case "notBefore": {
			const { en, ja } = timeWords(condition.time, naming.timeZone);
			return { en: `Cannot be paid before ${en}.`, ja: `${ja}より前は支払いに使えません。` };
		}
		case "expires":
			return describeExpiry(timeWords(condition.time, naming.timeZone), condition.atExpiry);
		case "hopLimit":
			return {
				en: `Can change hands ${counted(condition.hops, "time")} in all.`,
				ja: `人から人へ渡せるのは、全部で${condition.hops}回までです。`,
			};
		case "transferCap": {
			const { en, ja } = amountWords(condition.amount, naming.asset, naming.trust);
			return { en: `At most ${en} in one payment.`, ja: `一回の支払いは${ja}までです。` };
		}
		case "payees":
			return describePayees(condition, naming.trust);
		case "purpose": {
			const { en, ja } = anyOf(condition.purposes);
			return { en: `Can only be paid for ${en}.`, ja: `使いみちは${ja}に限られます。` };
		}
		case "resaleCap": {
			const { en, ja } = amountWords(condition.amount, condition.asset, naming.trust);
			return {
				en: `Can only be resold, for at most ${en} each, or given back to its operator.`,
				ja: `一つあたり${ja}以下で譲るか、発行者に返すことだけができます。`,
			};
		}
		default:
			return condition satisfies never;
	}
}

function describeExpiry(end: Words, atExpiry: "refund" | "burn"): Words {
	const after = {
		refund: { en: "after that its operator refunds it", ja: "その後は発行者が払い戻します" },
		burn: { en: "after that it is worth nothing", ja: "その後は価値がなくなります" },
	}[atExpiry];
	return {
		en: `Can be paid until ${end.en}; ${after.en}.`,
		ja: `${end.ja}まで支払いに使えます。${after.ja}。`,
	};
}

function describePayees(filter: PayeeFilter, trust: Naming["trust"]): Words {
	const { classes, merchantCategories, regions, operators, certificates } = filter;
	const parts: readonly (Words | null)[] = [
		classes && labelled({ en: "class", ja: "種別" }, anyOf(classes)),
		merchantCategories &&
			labelled(
				{ en: "merchant category", ja: "業種コード" },
				anyOf(merchantCategories.map((code) => code.toString().padStart(4, "0"))),
			),
		regions && labelled({ en: "region", ja: "地域" }, anyOf(regions)),
		operators &&
			labelled({ en: "certified by", ja: "認証元" }, anyOf(operators.map((id) => operatorName(id, trust)))),
		certificates && {
			en: `one of ${counted(certificates.length, "named payee")}`,
			ja: `指定された${certificates.length}者`,
		},
	];
	const present = parts.filter((part) => part !== null);
	if (present.length === 0) return { en: "Can be paid to anyone.", ja: "だれにでも支払えます。" };
	return {
		en: `Can only be paid to: ${present.map(({ en }) => en).join("; ")}.`,
		ja: `支払先は${present.map(({ ja }) => ja).join("、かつ")}に限られます。`,
	};
}

function counted(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function labelled(label: Words, values: Words): Words {
	return { en: `${label.en} ${values.en}`, ja: `${label.ja}「${values.ja}」` };
}

function anyOf(values: readonly string[]): Words {
	const plain = values.map(plainText);
	return both((language) => new Intl.ListFormat(locales[language], { type: "disjunction" }).format(plain));
}

/** The name that the trust list gives, or the start of the id. */
function operatorName(id: Bytes, trust: Naming["trust"]): string {
	return trust.operator(id)?.entry.name ?? `${toHex(id.subarray(0, 4))}…`;
}
