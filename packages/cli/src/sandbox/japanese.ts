/** The sandbox in Japanese. */
import { accountTable, addressTable, amountOf, commands, houseNamed, moneyTable, yen } from "./figures.ts";
import type { OperatorTotals, PaidFacts, Step } from "./story.ts";
import type { Town } from "./town.ts";
import type { SandboxWords } from "./words.ts";

const took = ({ milliseconds }: PaidFacts): string => `${Math.max(1, Math.round(milliseconds))}ミリ秒`;

export const japanese: SandboxWords = {
	building: "画面を用意しています。最初だけ数秒かかります。",
	open: (url) => `ブラウザーで2台の電話を試せます。${url} を開いてください。\n`,
	addresses: (town) =>
		`このマシンの中の小さな町です。お金は練習用です。次の宛先が応答します。\n${addressTable(town, ["交通カード", "QRコード決済", "商店街のポイント", "ほかの運営者の証人", "財布", "店の財布", "口座のシステム"])}\n${town.isOnPostgres ? "運営者の帳簿は DATABASE_URL のPostgreSQLサーバーにあります。\n" : ""}`,
	step: stepWords,
	whereItIs: (town, held) =>
		`\nいまお金のある場所（すぐに使える額）\n${moneyTable(town, "ja")}\n${town.code.issuer.settings.name}の口座（画面から支払えます）\n${accountTable(town, "ja", held, ["あなた", "元帳が止まっています"])}`,
	next: (town) => {
		const { begin, pay, receive, totals } = commands(town);
		return [
			`\n試してみましょう。このフォルダーで別の端末を開きます。自分の財布を作り、Densha Cardのお金を入れます。\n${begin}`,
			`店に支払い、履歴を見ます。\n${pay}`,
			`受け取ってみます。宛先が表示されたら、この画面で「pay aoi <宛先> 200」と打つと、Aoiが支払います。\n${receive}`,
			`運営者の帳簿を見ます。\n${totals}`,
			`この画面では stop（運営者を止める。支払いは続けられます）、start、where、help が使えます。Ctrl-Cで終わります。`,
		].join("\n\n");
	},
	goodbye: ({ folder }, forgotten) =>
		forgotten
			? "サンドボックスを閉じました。練習用のお金は消えました。--data DIR を付けると残せます。"
			: `サンドボックスを閉じました。すべて ${folder} に残っています。`,
	console: {
		help: "stop | start | where | pay <aoi|ren|hanaya> <宛先> <金額> | help | Ctrl-C",
		stopped: "運営者を止めました。支払いは続けられます。チャージと還収は待ちになります。",
		started: "運営者が動いています。",
		paid: (who, amount) => `${who}が${amount}を支払いました。受け取った側ですぐに使えます。`,
		inFlight: (who, amount) =>
			`${who}の財布で${amount}を留保しています。支払われても失われてもいません。相手の応答がありません。`,
		refused: (reason) => `支払われていません。お金は財布から出ていません。${reason}`,
		unknown: "ここでは使えない言葉です。",
	},
};

function stepWords(step: Step, town: Town): string {
	const amount = (minor: bigint): string => yen(minor, town, "ja");
	const amountAt = (minor: bigint, operator: string): string =>
		amountOf(minor, houseNamed(operator, town), "ja");
	switch (step.kind) {
		case "toppedUp":
			return `${step.who}が${step.operator}の口座から${amountAt(step.amount, step.operator)}を、署名されたトークンとして財布に移しました。`;
		case "paid":
			return `${step.payer}が${step.payee}に${step.operator}の${amountAt(step.amount, step.operator)}を支払いました。財布から財布へ、減額留保、増額留保、減額完了の順です（${took(step)}）。\n${step.payee}は${amountAt(step.payeeHas, step.operator)}をすぐに使えます。`;
		case "stopped":
			return step.answers
				? "運営者を止めるはずでしたが、まだ応答があります。この先の証明は弱くなります。"
				: "運営者を三つとも止めました。どの宛先も応答しません。";
		case "paidOn":
			return `${step.payer}が、${town.aoi.name}から受け取ったお金のうち${amount(step.amount)}を${step.payee}に渡しました（${took(step)}）。サーバーは関わっていません。\n発行 → ${town.aoi.name} → ${step.payer} → ${step.payee}と続く署名の連鎖を、${step.payee}の財布が自分で確かめました。`;
		case "redeemed":
			return `運営者が戻りました。${step.who}が${amount(step.amount)}を${town.card.issuer.settings.name}に還収し、口座の残高は${amount(step.account)}になりました。`;
		case "totals":
			return `運営者の帳簿\n${step.operators.map((each) => totalWords(each, town)).join("\n")}`;
		default:
			return step satisfies never;
	}
}

function totalWords({ name, totals, broken }: OperatorTotals, town: Town): string {
	const amount = (minor: bigint): string => amountOf(minor, houseNamed(name, town), "ja");
	const { issued, redeemed, outstanding } = totals;
	const verdict = broken.length === 0 ? "一致しています。" : `一致していません：${broken.join("、")}`;
	return `${name}：発行 ${amount(issued)} ＝ 還収 ${amount(redeemed)} ＋ 財布の中 ${amount(outstanding)}。${verdict}`;
}
