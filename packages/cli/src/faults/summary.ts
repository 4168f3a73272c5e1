/**
 * The summary: what the run says to the published argument, in sentences, each made of its numbers.
 *
 * The argument: an outage after finality and before notice makes people pay twice; a credit reservation prevents the
 * use of funds in doubt; two phases cost more messages, centrally for accounts and spread over devices for tokens.
 * What a run has of another mind is said as plainly, cell by cell.
 */
import { type RanCell, type State, statesOf } from "@tenten/sim";
import { bothLegs } from "./both-legs.ts";
import { byParty, type Findings, findingsOf } from "./findings.ts";
import { isLiteral } from "./result.ts";
import type { MatrixRun } from "./run.ts";

/** A sentence in both languages. */
export type Sentence = { readonly en: string; readonly ja: string };

export function summaryOf(run: MatrixRun): readonly Sentence[] {
	const all = findingsOf(run);
	const one = new Map(all.map((each) => [each.flow, each] as const));
	return [
		...all.map(soundness),
		...bothLegs(run),
		...all.flatMap(payingTwice),
		...all.flatMap(useInDoubt),
		...costs(one),
		...contradictions(all),
	];
}

function soundness({ flow, cells, created, lost, stranded, longestDoubt, usualDoubt }: Findings): Sentence {
	const usual = seconds(usualDoubt);
	const longest = seconds(longestDoubt);
	const leaks = isLiteral(flow) && created.length + lost.length > 0;
	const where = leaks ? ` (${named([...created, ...lost])})` : "";
	return {
		en: `Flow ${flow}: ${cells} cells. Value was created in ${created.length}, lost in ${lost.length}${where}, left stranded in ${stranded.length}. Value was in doubt for ${usual} s without a fault, for ${longest} s at most.`,
		ja: `フロー${flow}：${cells}セル。価値が創出されたのは${created.length}セル、失われたのは${lost.length}セル${where}、宙に浮いたままは${stranded.length}セル。不確かだった時間は、障害なしで${usual}秒、最長で${longest}秒。`,
	};
}

function payingTwice({
	flow,
	outages,
	paidAgain,
	twice,
	twiceSum,
	twiceByParty,
}: Findings): readonly Sentence[] {
	if (outages === 0) return [];
	const places = twiceByParty.map(({ party, cells, steps }) => `${party} ${cells} (${steps.join(", ")})`);
	return [
		{
			en: `Flow ${flow}: of ${outages} outages in which the payer could pay again in cash, it did in ${paidAgain}; in ${
				twice.length === 0
					? "none of them did the payee end with the price twice."
					: `${twice.length} of them the payee ended with the price twice, ${twiceSum} minor units in all. By the party that was out, with the steps: ${places.join("; ")}.`
			}`,
			ja: `フロー${flow}：停止${outages}件のうち、支払人が現金で払い直したのは${paidAgain}件。${
				twice.length === 0
					? "受取人が代金を二重に得たのは0件。"
					: `受取人が代金を二重に得たのは${twice.length}件、合計${twiceSum}（最小単位）。停止した主体とステップ：${places.join("、")}。`
			}`,
		},
	];
}

function useInDoubt({ flow, cells, spendable, spendableMost }: Findings): readonly Sentence[] {
	if (cells === 0) return [];
	const places = placesOf(spendable);
	return [
		spendable.length === 0
			? {
					en: `Flow ${flow}: in no cell could the payee spend what a payer who had waited in vain was not told of.`,
					ja: `フロー${flow}：支払人が結果を知らされないまま、受取人がその資金を使えたセルはなし。`,
				}
			: {
					en: `Flow ${flow}: in ${spendable.length} cells the payee could spend up to ${spendableMost} while the payer had waited in vain to be told (out, or cut off: ${places}).`,
					ja: `フロー${flow}：支払人が結果を知らされないまま、受取人が最大${spendableMost}を使えたセルは${spendable.length}（停止・切断：${places}）。`,
				},
	];
}

/** What a second phase costs: the flow with a credit reservation beside the one without. */
function costs(one: ReadonlyMap<string, Findings>): readonly Sentence[] {
	const pairs = [
		["18", "25"],
		["18-hub", "25-hub"],
		["14", "17"],
	] as const;
	return pairs.flatMap(([direct, reserved]) => {
		const [a, b] = [one.get(direct), one.get(reserved)];
		if (a === undefined || b === undefined) return [];
		const [more, central] = [b.messages - a.messages, b.centralMessages - a.centralMessages];
		return [
			{
				en: `A credit reservation costs ${more} messages more: ${a.messages} in flow ${direct}, ${b.messages} in flow ${reserved}. At central systems: ${a.centralMessages} and ${b.centralMessages}, ${central} of the ${more}; that is ${share(a)} and ${share(b)} of all. ${whose(direct).en}`,
				ja: `増額留保の費用はメッセージ${more}件：フロー${direct}で${a.messages}件、フロー${reserved}で${b.messages}件。うち中央システムに関わるのは${a.centralMessages}件と${b.centralMessages}件（増分${more}件のうち${central}件、全体の${share(a)}と${share(b)}）。${whose(direct).ja}`,
			},
		];
	});
}

function share({ messages, centralMessages }: Findings): string {
	return `${Math.round((100 * centralMessages) / messages)} %`;
}

/** Whose systems are counted as central. */
function whose(flow: string): Sentence {
	return flow === "14"
		? {
				en: "They are the payee's own company's; no system that payments have in common takes part.",
				ja: "いずれも受取側の会社自身のシステムであり、全支払いに共通のシステムは関与しない。",
			}
		: {
				en: "Every payment passes the same ledgers.",
				ja: "すべての支払いが同じ元帳を通る。",
			};
}

/** Flows whose funds are reserved until the payer is known to have been told. */
const isReserving = (flow: string): boolean => /^(25|17)/.test(flow);
const isDirect = (flow: string): boolean => /^18/.test(flow);
/** D has credited, and nobody is told yet: where the argument says that an outage makes people pay twice. */
const gap = { from: 14, to: 16, parties: ["A", "C"] } as const;

function contradictions(all: readonly Findings[]): readonly Sentence[] {
	return all.flatMap((each) => [...reservedYetTwice(each), ...earlierThanArgued(each)]);
}

function reservedYetTwice({ flow, twice, spendable }: Findings): readonly Sentence[] {
	if (!isReserving(flow)) return [];
	const decided = twice.filter(hadGivenUp);
	const others = twice.filter((ran) => !decided.includes(ran));
	const paid: readonly Sentence[] = [
		...(decided.length === 0
			? []
			: [
					{
						en: `Against the argument, flow ${flow}: ${named(decided)} paid twice, in spite of the payee's reservation. There the payer's own side had given the value up for good when it went out, and could tell neither the payee nor its user: that decision stands.`,
						ja: `論旨に反するセル、フロー${flow}：${named(decided)}では、受取側の留保にもかかわらず二重払いとなった。支払側は停止した時点で価値の引き渡しを確定しており、受取側にも利用者にも伝えられなかった。その確定は覆らない。`,
					},
				]),
		...(others.length === 0
			? []
			: [
					{
						en: `Against the argument, flow ${flow}: ${named(others)} paid twice, in spite of the payee's reservation. Whoever was out went on with what it had in hand when it was back, before it heard that its user had paid otherwise.`,
						ja: `論旨に反するセル、フロー${flow}：${named(others)}では、受取側の留保にもかかわらず二重払いとなった。停止した主体は復帰後、利用者が別の手段で払ったと知る前に、手元の続きを行った。`,
					},
				]),
	];
	const used: readonly Sentence[] =
		spendable.length === 0
			? []
			: [
					{
						en: `Against the argument, flow ${flow}: in ${spendable.length} cells the reservation had ended while the payer was not told (out, or cut off: ${placesOf(spendable)}). It ends there by the word of the payer's module, which knows; in flow 25 it waits until the payer was told.`,
						ja: `論旨に反するセル、フロー${flow}：${spendable.length}セルで、支払人が知らされないうちに留保が解かれた（停止・切断：${placesOf(spendable)}）。ここでは支払人のモジュールの確定により解かれる。フロー25は支払人への通知を待つ。`,
					},
				];
	return [...paid, ...used];
}

/** Whether the payer's own value was gone already when its patience ended. */
function hadGivenUp({ trace }: RanCell): boolean {
	const all = [...statesOf(trace)];
	const end = all.find(({ event }) => event?.happening === "patience-ended");
	const ofPayer = (states: Readonly<Record<string, State>>): bigint =>
		Object.values(states)
			.flatMap(({ holdings: { available, locked } }) => [available["payer"] ?? 0n, locked["payer"] ?? 0n])
			.reduce((sum, amount) => sum + amount, 0n);
	return end !== undefined && ofPayer(end.states) < ofPayer(trace.begun);
}

function placesOf(cells: readonly RanCell[]): string {
	return byParty(cells)
		.map(({ party, cells: count }) => `${party} ${count}`)
		.join("; ");
}

/** Payments made twice outside the gap of the argument. */
function earlierThanArgued({ flow, twice }: Findings): readonly Sentence[] {
	const outside = twice.filter(
		({ cell }) =>
			cell !== undefined &&
			!(
				cell.step >= gap.from &&
				cell.step <= gap.to &&
				(gap.parties as readonly string[]).includes(cell.party)
			),
	);
	if (!isDirect(flow) || outside.length === 0) return [];
	return [
		{
			en: `Wider than the argument, flow ${flow}: also ${named(outside)}. Whether the outage falls after finality is not what decides, but that what was asked for is carried out after the payer gave up, and that nothing takes it back.`,
			ja: `論旨より広い範囲、フロー${flow}：${named(outside)}でも二重払いとなった。確定の時点ではなく、支払人があきらめた後に依頼が実行され、取り消せないことが原因である。`,
		},
	];
}

const mostNamed = 12;

function named(cells: readonly RanCell[]): string {
	const names = cells.map(({ cell }) => `${cell?.step} ${cell?.party} ${cell?.fault}`);
	const rest = names.length - mostNamed;
	return [...names.slice(0, mostNamed), ...(rest > 0 ? [`+${rest}`] : [])].join(", ");
}

function seconds(ms: number): string {
	return (ms / 1000).toFixed(ms < 1000 ? 2 : 1);
}
