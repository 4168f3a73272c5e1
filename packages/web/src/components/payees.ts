/** Kinds of payees that a person may ask about, as certificates name them: merchants by category (ISO 18245). */
import type { Supposing } from "@tenten/wallet/page";
import type { Key } from "../state/language.svelte.ts";

type Kind = Omit<Supposing["payee"], "region">;

const shop = (merchantCategory: number | null): Kind => ({
	role: "merchant",
	class: "shop",
	merchantCategory,
});

export const payees: Readonly<Record<string, { readonly label: Key; readonly kind: Kind }>> = {
	food: { label: "payees.food", kind: shop(5411) },
	restaurant: { label: "payees.restaurant", kind: shop(5812) },
	pharmacy: { label: "payees.pharmacy", kind: shop(5912) },
	books: { label: "payees.books", kind: shop(5942) },
	clothes: { label: "payees.clothes", kind: shop(5651) },
	transport: { label: "payees.transport", kind: shop(4111) },
	lodging: { label: "payees.lodging", kind: shop(7011) },
	other: { label: "payees.other", kind: shop(null) },
	person: { label: "payees.person", kind: { role: "holder", class: "person", merchantCategory: null } },
};
