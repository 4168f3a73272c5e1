/**
 * Every refusal in words: what is the matter, for whoever is looking at a screen. One line a code, so that a
 * new code cannot be forgotten.
 */
import type { Reason, RefusalCode } from "@tenten/protocol";
import { describeCondition, type Naming, type Words } from "./words.ts";

export const refusalWords: Readonly<Record<RefusalCode, Words>> = {
	malformed: { en: "This message cannot be read.", ja: "この内容は読み取れません。" },
	"too-large": { en: "This is too large for one message.", ja: "一回で送れる大きさを超えています。" },
	"too-deep": { en: "This message is nested too deeply.", ja: "内容の入れ子が深すぎます。" },
	"too-many": {
		en: "There are too many tokens, links or documents.",
		ja: "トークン、移転、または書類の数が多すぎます。",
	},
	"type-unknown": {
		en: "This needs a newer version of the wallet.",
		ja: "新しいバージョンのウォレットが必要です。",
	},
	"key-refused": { en: "This key is not safe to use.", ja: "この鍵は安全に使えません。" },
	"signature-invalid": { en: "A signature does not hold.", ja: "署名が正しくありません。" },
	"authority-unknown": {
		en: "Nobody on the trust list vouches for this certificate.",
		ja: "信頼リストにない認証元の証明書です。",
	},
	"certificate-expired": { en: "A certificate has expired.", ja: "証明書の期限が切れています。" },
	"certificate-not-yet-valid": {
		en: "A certificate is not valid yet.",
		ja: "証明書がまだ有効ではありません。",
	},
	"certificate-role": {
		en: "This certificate does not allow that.",
		ja: "この証明書では許されていない操作です。",
	},
	"delegation-invalid": {
		en: "Nobody who answers for this device allowed that.",
		ja: "この端末の帰責者による委任が確認できません。",
	},
	"delegation-expired": {
		en: "Whoever answers for this device allowed it until a time that has passed.",
		ja: "この端末への委任の期限が切れています。",
	},
	"device-suspended": {
		en: "This device, or whoever answers for it, is not allowed to pay.",
		ja: "この端末またはその帰責者は、支払いを停止されています。",
	},
	"status-list-expired": {
		en: "No current list says whether this device may pay.",
		ja: "この端末が使えるかを示す最新の一覧がありません。",
	},
	"status-list-rollback": {
		en: "A newer list of suspended devices is known.",
		ja: "停止端末の一覧が、手元のものより古いです。",
	},
	"trust-list-expired": { en: "The trust list is out of date.", ja: "信頼リストの期限が切れています。" },
	"trust-list-rollback": {
		en: "This trust list is older than the present one.",
		ja: "今のものより古い信頼リストです。",
	},
	frozen: {
		en: "Its operator has frozen this value: it is held to be acquired by fraud.",
		ja: "不正に取得されたものとして、発行者が凍結しています。",
	},
	"freeze-list-expired": {
		en: "The list of what is frozen is out of date.",
		ja: "凍結リストの期限が切れています。",
	},
	"freeze-list-rollback": {
		en: "This list of what is frozen is older than the present one.",
		ja: "今のものより古い凍結リストです。",
	},
	"freeze-unknown": { en: "This value is not frozen.", ja: "凍結されているものではありません。" },
	"appeal-closed": {
		en: "The time to appeal has passed, or the appeal was decided.",
		ja: "異議を申し立てる期間が過ぎたか、すでに決定されています。",
	},
	"issuer-unknown": {
		en: "Its operator, or the key that issued it, is not on the trust list.",
		ja: "発行者、または発行に使われた鍵が信頼リストにありません。",
	},
	"issue-proof-invalid": {
		en: "Its operator did not issue this token.",
		ja: "発行者が発行したトークンではありません。",
	},
	"asset-unknown": { en: "This asset is not on the trust list.", ja: "この資産は信頼リストにありません。" },
	"asset-mismatch": { en: "Another asset was asked for.", ja: "求められた資産と異なります。" },
	"amount-invalid": { en: "The amount must be above zero.", ja: "金額は0より大きくしてください。" },
	"amount-mismatch": { en: "Another amount was asked for.", ja: "求められた金額と異なります。" },
	"sum-mismatch": { en: "The amounts do not add up.", ja: "金額の合計が合いません。" },
	"owner-mismatch": { en: "This token belongs to someone else.", ja: "所有者の異なるトークンです。" },
	"lock-pending": {
		en: "This token still waits for its release.",
		ja: "このトークンは減額完了を待っています。",
	},
	"lock-mismatch": { en: "The tokens do not share one lock.", ja: "トークンの減額留保が一致しません。" },
	"release-mismatch": {
		en: "This release does not fit the lock.",
		ja: "この減額完了は減額留保に対応していません。",
	},
	expired: {
		en: "The time to pay with this token is over; it can be redeemed.",
		ja: "支払いに使える期限を過ぎました。還収はできます。",
	},
	"redeem-closed": {
		en: "The time to redeem this token is over.",
		ja: "還収の期限を過ぎました。",
	},
	"condition-unknown": {
		en: "A condition of this token is not known here.",
		ja: "このトークンには未対応の条件があります。",
	},
	"condition-not-before": {
		en: "This token cannot be used yet.",
		ja: "このトークンはまだ使えません。",
	},
	"condition-expired": { en: "This token has expired.", ja: "このトークンの有効期限は過ぎています。" },
	"condition-hops": {
		en: "This token cannot change hands any more; refresh it first.",
		ja: "これ以上は人に渡せません。先に更新してください。",
	},
	"condition-cap": {
		en: "This is more than one payment may move.",
		ja: "一回に支払える金額を超えています。",
	},
	"condition-payee": {
		en: "This token cannot be paid to this payee.",
		ja: "この相手には支払えないトークンです。",
	},
	"condition-purpose": {
		en: "This token cannot be paid for this purpose.",
		ja: "この使いみちには支払えないトークンです。",
	},
	"condition-resale": {
		en: "This token cannot be passed on at this price.",
		ja: "この価格では譲れないトークンです。",
	},
	"request-expired": { en: "The request has expired.", ja: "請求の期限が切れています。" },
	"request-mismatch": { en: "This does not answer the request.", ja: "請求の内容と一致しません。" },
	"request-reused": { en: "This request was answered before.", ja: "この請求にはすでに応じています。" },
	"consent-missing": { en: "The user has not agreed.", ja: "利用者の同意がありません。" },
	"authentication-failed": {
		en: "The passkey did not confirm this payment.",
		ja: "パスキーでこの支払いを確認できませんでした。",
	},
	"funds-insufficient": { en: "There is not enough to pay this.", ja: "残高が足りません。" },
	"limit-exceeded": { en: "This is above the payer's limit.", ja: "支払側の上限を超えています。" },
	"attempt-unknown": { en: "This payment is not known here.", ja: "この支払いは記録にありません。" },
	"attempt-decided": { en: "This payment is already decided.", ja: "この支払いはすでに決着しています。" },
	"attempt-pending": { en: "This payment waits for the other side.", ja: "この支払いは相手の応答待ちです。" },
	"document-missing": { en: "A document has not arrived.", ja: "書類が届いていません。" },
	"document-mismatch": {
		en: "A document differs from what was signed.",
		ja: "書類が署名された内容と異なります。",
	},
	"order-mismatch": {
		en: "The links name another order to the operator.",
		ja: "運営者への指図と移転の内容が一致しません。",
	},
	"ruling-early": {
		en: "It is too early for the operator to rule.",
		ja: "運営者が裁定できる時期ではありません。",
	},
	"ruling-taken": {
		en: "What this would pay has been claimed already.",
		ja: "この分はすでに支払われています。",
	},
	"refund-closed": {
		en: "The time to ask for this money back is over.",
		ja: "返金を申し出られる期限を過ぎました。",
	},
	"answer-disputed": {
		en: "By what this wallet knows, the operator still owes this. You have not given it up: it will be asked for again.",
		ja: "このウォレットの記録では、運営者はまだこの分を支払う義務があります。放棄はしておらず、もう一度請求します。",
	},
	"unlock-failed": {
		en: "This passphrase does not open the wallet.",
		ja: "このパスフレーズでは開けません。",
	},
	"key-unknown": { en: "This wallet does not hold that key.", ja: "このウォレットにその鍵はありません。" },
	"state-damaged": {
		en: "What is stored here was changed or lost; restore a backup.",
		ja: "保存内容が変更されたか失われています。バックアップから復元してください。",
	},
	"wallet-in-use": {
		en: "Another program has this wallet open.",
		ja: "このウォレットは別のプログラムで開かれています。",
	},
	"part-missing": {
		en: "A part of this wallet could not be loaded. Nothing is lost: with a network, load this page again, and use a newer version if it offers one.",
		ja: "ウォレットの一部を読み込めませんでした。お金は失われていません。ネットワークにつないでページを再読み込みし、新しいバージョンの案内が出たら使ってください。",
	},
	"channel-failed": {
		en: "Whether this arrived is not known; sending the same again is safe.",
		ja: "届いたか確認できません。同じものを送り直しても安全です。",
	},
	"peer-refused": { en: "The other side's address is not allowed.", ja: "相手の宛先は許可されていません。" },
	"approval-missing": {
		en: "Two people beside the proposer must approve this.",
		ja: "提案者のほかに二人の承認が必要です。",
	},
	"licence-invalid": { en: "The licence does not cover this.", ja: "発行の許可がこの内容に及んでいません。" },
	"issue-stopped": {
		en: "The operator may not issue this now. What was issued stays redeemable.",
		ja: "発行者は現在これを発行できません。発行済みのものは引き続き還収できます。",
	},
	"payout-stopped": {
		en: "The operator has stopped payouts to look into its books. Nothing was taken; the same can be sent again later.",
		ja: "発行者が帳簿を確認するため支払いを止めています。何も失われていません。後で同じ内容を送り直せます。",
	},
	"rate-limited": {
		en: "The operator is asked too often. Send the same again in a moment.",
		ja: "発行者への問い合わせが多すぎます。少し待ってから同じ内容を送り直してください。",
	},
	overloaded: {
		en: "The operator has too much to do just now, and has done nothing. Ask again in a moment.",
		ja: "発行者が混み合っているため、何も処理されていません。少し待ってからやり直してください。",
	},
	"order-unknown": {
		en: "The company knows no such order, or not this payment of it.",
		ja: "その注文、またはその注文へのこの支払いは登録されていません。",
	},
	"order-taken": {
		en: "This order is being paid already, or is paid.",
		ja: "この注文はすでに支払い中、または支払い済みです。",
	},
	"not-logged": {
		en: "The operator's log does not prove this entry.",
		ja: "運営者の記録簿では、この記録を確認できません。",
	},
	"issue-unlogged": {
		en: "Its operator has not shown that it logged this value.",
		ja: "発行者の記録に載っていることを確かめられません。",
	},
	"log-inconsistent": {
		en: "An operator's log was shown in two ways that exclude each other.",
		ja: "運営者の記録簿に、互いに矛盾する二つの版が示されました。",
	},
	"log-in-use": {
		en: "This log is open in another program.",
		ja: "この記録簿は別のプログラムで開かれています。",
	},
	"proof-invalid": {
		en: "This proof does not belong to that seal: it proves nothing.",
		ja: "この証明はその状態記録のものではなく、何の証明にもなりません。",
	},
	"quorum-missing": {
		en: "Too few witnesses have confirmed the operator's log.",
		ja: "運営者の記録簿を確認した証人の数が足りません。",
	},
	"quorum-stale": {
		en: "No witnesses have confirmed the operator's log lately. Try again later.",
		ja: "運営者の記録簿が最近、証人に確認されていません。しばらくしてからもう一度お試しください。",
	},
	"agreement-unknown": {
		en: "The two operators have no such agreement.",
		ja: "この二つの運営者の間に、その取り決めはありません。",
	},
	"agreement-over": {
		en: "The agreement of the two operators does not cover this time.",
		ja: "二つの運営者の取り決めの期間外です。",
	},
	"quote-invalid": {
		en: "This quote is not as the two operators agreed.",
		ja: "この見積もりは、二つの運営者の取り決めに合っていません。",
	},
	"quote-expired": {
		en: "This quote has expired. Ask for a new one.",
		ja: "この見積もりは期限切れです。新しい見積もりを取ってください。",
	},
	"exposure-exceeded": {
		en: "Too much is open between the two operators. Try again later.",
		ja: "二つの運営者の間の未決済額が上限に達しています。しばらくしてからもう一度お試しください。",
	},
	"lot-unknown": {
		en: "There is no such lot here.",
		ja: "この荷口は、ここにはありません。",
	},
	"lot-known": {
		en: "A lot of this subject began here already, with another amount.",
		ja: "この対象の荷口は、別の数量ですでに登録されています。",
	},
	"lot-ended": {
		en: "This lot has ended already: it was divided, moved or retired.",
		ja: "この荷口はすでに、分割、移転または無効化されています。",
	},
	"status-final": {
		en: "This credential was revoked, and stays so.",
		ja: "この証明書は失効しており、元には戻りません。",
	},
	"record-known": {
		en: "This payment has a record already.",
		ja: "この支払いは、すでに記録されています。",
	},
	"record-early": {
		en: "This record is dated ahead of the operator's clock.",
		ja: "この記録の日時は、運営者の時計より先になっています。",
	},
	"claim-unknown": {
		en: "There is no such claim here.",
		ja: "この請求は、ここにはありません。",
	},
	"claim-filed": {
		en: "This claim is in a file whose result has not come.",
		ja: "この請求は送信済みのファイルに含まれており、結果を待っています。",
	},
	"claim-paid": {
		en: "This claim has been paid.",
		ja: "この請求は支払い済みです。",
	},
	"result-mismatch": {
		en: "This result contradicts what the bank said before, or what it was sent.",
		ja: "この結果は、以前の結果または送信した内容と一致しません。",
	},
	"text-refused": {
		en: "A bank does not take this text in a file.",
		ja: "銀行のファイルに使えない文字、または長さです。",
	},
	"bank-unknown": {
		en: "There is no such bank, or it has no such branch.",
		ja: "この銀行または支店は見つかりません。",
	},
	"store-full": {
		en: "The gateway has no room left. Nothing was kept.",
		ja: "ゲートウェイに空きがありません。何も保管されていません。",
	},
	"list-stale": {
		en: "The gateway has not reached its operator for too long.",
		ja: "ゲートウェイが長い間運営者に接続できていません。",
	},
	"mandate-over": {
		en: "The gateway may approve nothing more for now.",
		ja: "ゲートウェイは今のところこれ以上承認できません。",
	},
	"seal-decided": {
		en: "It is too late: how this payment ended is final.",
		ja: "間に合いませんでした。この支払いの結果は確定しています。",
	},
	"payment-required": {
		en: "This has to be paid for first.",
		ja: "先に支払いが必要です。",
	},
	"budget-exceeded": {
		en: "This costs more than is allowed. Nothing was paid.",
		ja: "許可された予算を超えるため、支払いは行われていません。",
	},
	"answer-pending": {
		en: "It is paid, and the answer has not come yet. Ask again: it is not charged twice.",
		ja: "支払いは済んでいますが、回答がまだ届いていません。もう一度お試しください。二重に請求されることはありません。",
	},
	"answer-gone": {
		en: "The answer to this payment is kept no longer.",
		ja: "この支払いに対する回答の保存期間は終了しました。",
	},
	"meter-mismatch": {
		en: "This is not what the meter's terms say.",
		ja: "メーターの取り決めと合いません。",
	},
	"tick-invalid": {
		en: "This does not pay for the meter's next tick.",
		ja: "メーターの支払いとして確認できません。",
	},
	"meter-over": { en: "This meter has ended.", ja: "このメーターは終了しています。" },
	"not-evidence": { en: "This proves nothing against anyone.", ja: "だれの不正の証拠にもなりません。" },
};

/** A reason why not, with the condition that it stems from. */
export function reasonWords(reason: Reason, naming: Naming): Words {
	const what = refusalWords[reason.code];
	if (reason.condition === null) return what;
	const why = describeCondition(reason.condition, naming);
	return { en: `${what.en} ${why.en}`, ja: `${what.ja}${why.ja}` };
}
