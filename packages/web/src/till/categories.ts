/** What a shop may say that it sells: the categories of ISO 18245 that a condition of a token may name. */
export const categories = [5411, 5812, 5814, 5942, 5651, 5912, 7230, 4121, 7922, 5999] as const;
