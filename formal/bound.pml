/*
 * Tokens for money on an account: whoever gives the tokens (T) decides by one release, to which the money of whoever
 * gives money (M) is bound.
 *
 *   process   models
 *   Giver     packages/protocol/src/rail/token-giver.ts and its module: it decides once, and tells M and D
 *   Payer     packages/protocol/src/rail/account-giver.ts and its module
 *   LedgerC   packages/protocol/src/rail/payer-ledger.ts, of what is bound; A, which only carries, is left out
 *   LedgerD   packages/protocol/src/rail/payee-ledger.ts, of what is bound
 *   Ruler     whoever rules after redeem until and grace where T is gone for good: docs/spec/withdraw-deposit.md
 *
 * Messages are sets that only grow: they may be late, repeated and out of order, and arrive in the end. Each step is one
 * durable write, so a crash between two of them is time that passes.
 *
 *   -DLOST            T may be gone for good, at any moment
 *   -DCHEAT           T may say to M that it has cancelled, whatever it has decided
 * Broken on purpose:
 *   -DDECIDES_IN_TWO_PLACES   D is ended by the word of M's side, too, which gave up
 *   -DRELEASES_EARLY          T releases for the receipt alone, before D holds the money
 *   -DD_VOIDS_BY_TIME         D's reservation has a time limit, after which it is voided
 *   -DCANCEL_AT_ONCE          with -DCHEAT: M takes T's cancel before its money is back
 *   -DRULES_BLINDLY           with -DLOST: the ruler looks for no release before it gives the money back
 */

mtype = { locked, released, cancelled };
mtype = { nothing, reserved, owned, freed };
mtype = { idle, debitReserved, inTransit, debited, back };
mtype = { permitted, creditReserved, used, voided, refused };

mtype t = locked;
mtype m = nothing;
mtype c = idle;
mtype d = permitted;

bool receiptSent, creditSent, creditedSent, refusedSent, heldSent;
bool releaseSent, cancelSent;           /* T's word to M */
bool releaseShown, waived;              /* T's word to D */
bool settledRelease, settledNull;       /* D's word to C, and from there to M */
bool moneyBack;                         /* C's, to M */
bool gone;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }

active proctype Giver() {
end:
  do
#ifdef RELEASES_EARLY
  :: STEP(!gone && t == locked && receiptSent, t = released, ("T's module releases: it has the receipt\n"))
#else
  :: STEP(!gone && t == locked && receiptSent && heldSent, t = released, ("T's module releases: it has the receipt, and D the money\n"))
#endif
  :: STEP(!gone && t == locked, t = cancelled, ("T's module cancels: its patience is over\n"))
  :: STEP(!gone && t == released && !releaseSent, releaseSent = true, ("T tells M the release\n"))
  :: STEP(!gone && t == released && !releaseShown, releaseShown = true, ("T shows D the release\n"))
  :: STEP(!gone && t == cancelled && !cancelSent, cancelSent = true, ("T tells M that it has cancelled\n"))
  :: STEP(!gone && t == cancelled && !waived, waived = true, ("T has D give the money back\n"))
#ifdef CHEAT
  :: STEP(!gone && t == released && !cancelSent, cancelSent = true, ("T tells M that it has cancelled, and has not\n"))
#endif
#ifdef LOST
  :: STEP(!gone, gone = true, ("T is gone for good\n"))
#endif
  od
}

active proctype Payer() {
end:
  do
  :: STEP(m == nothing, m = reserved; receiptSent = true, ("M's module takes the transfer: the receipt is sent, and C instructed\n"))
  :: STEP(m == reserved && releaseSent, m = owned, ("M hears the release of T\n"))
  :: STEP(m == reserved && settledRelease, m = owned, ("M hears the release that D was shown\n"))
#ifdef CANCEL_AT_ONCE
  :: STEP(m == reserved && cancelSent, m = freed, ("M takes the cancel\n"))
#else
  :: STEP(m == reserved && cancelSent && moneyBack, m = freed, ("M has its money back, and takes the cancel\n"))
#endif
  od
}

active proctype LedgerC() {
end:
  do
  :: STEP(c == idle && receiptSent, c = debitReserved; creditSent = true, ("C reserves, and tells D to credit\n"))
  :: STEP(c == idle && receiptSent, c = back; moneyBack = true, ("C refuses: there is not enough\n"))
  :: STEP(c == debitReserved && creditedSent, c = inTransit, ("C hears that D credited, and posts\n"))
  :: STEP(c == debitReserved && refusedSent, c = back; moneyBack = true, ("C hears that D refused, and frees\n"))
  :: STEP((c == debitReserved || c == inTransit) && settledRelease, c = debited, ("C hears of the release\n"))
  :: STEP((c == debitReserved || c == inTransit) && settledNull, c = back; moneyBack = true, ("C hears that it is given back\n"))
  od
}

active proctype LedgerD() {
end:
  do
  :: STEP(d == permitted && creditSent, d = creditReserved; creditedSent = true; heldSent = true, ("D holds the money, and says so\n"))
  :: STEP(d == permitted && creditSent, d = refused; refusedSent = true, ("D refuses: late, or above the ceiling\n"))
  :: STEP(d == permitted && creditSent && waived, d = refused; refusedSent = true, ("D refuses: it was given back before it came\n"))
  :: STEP(d == creditReserved && releaseShown, d = used; settledRelease = true, ("D is shown the release, and posts\n"))
  :: STEP(d == creditReserved && waived, d = voided; settledNull = true, ("D voids: T's side gives it back\n"))
#ifdef DECIDES_IN_TWO_PLACES
  :: STEP(d == creditReserved && m != nothing, d = voided; settledNull = true, ("D voids: M's side gave up\n"))
#endif
#ifdef D_VOIDS_BY_TIME
  :: STEP(d == creditReserved, d = voided; settledNull = true, ("D voids: its time limit is over\n"))
#endif
  od
}

#ifdef LOST
/* After redeem until and grace: what M did not own by then it never will, and what it owned is in the registry. */
active proctype Ruler() {
end:
  do
  :: STEP(gone && d == creditReserved && m == owned && !releaseShown, d = used; settledRelease = true, ("the release is found in the registry, and shown to D\n"))
  :: STEP(gone && d == creditReserved && m == reserved && !releaseSent && !releaseShown, d = voided; settledNull = true, ("no release is found, and it is ruled: given back\n"))
  :: STEP(gone && m == reserved && moneyBack && !releaseSent && !cancelSent, m = freed, ("M's reservation is ruled over\n"))
#ifdef RULES_BLINDLY
  :: STEP(gone && d == creditReserved && !releaseShown, d = voided; settledNull = true, ("it is ruled, without a look for a release: given back\n"))
#endif
  od
}
#endif

#define M_HAS_MONEY (c == idle || c == back)
#define M_HAS_TOKENS (m == owned)
#define T_HAS_MONEY (d == used)
#define T_HAS_TOKENS (t != released)

/* Nobody has both, not for a moment. */
ltl nocreate { [] !((M_HAS_MONEY && M_HAS_TOKENS) || (T_HAS_MONEY && t == cancelled)) }
/* M ends with the one or the other, */
ltl noloss { <> [] (M_HAS_MONEY || M_HAS_TOKENS) }
/* and so does T, unless it is gone with what it knew. */
ltl giverkeeps { <> [] (T_HAS_MONEY || T_HAS_TOKENS || gone) }
/* Nothing is stranded. */
ltl settles { <> [] (m != reserved && c != debitReserved && c != inTransit && d != creditReserved) }

ltl can_both { [] !(M_HAS_TOKENS && T_HAS_MONEY) }
ltl can_neither { [] !(m == freed && c == back && d == voided) }
ltl can_be_refused { [] !(m == freed && d == refused) }
ltl can_learn_of_d { [] !(m == owned && !releaseSent) }
ltl can_rule { [] !(gone && m == freed && d == voided && t == locked) }
