/*
 * Rulings, redemption and evidence, when a party of a two-phase hand-over is dishonest.
 *
 *   A owns output X, worth 1:   hand-over 0 to B, hand-over 1 to C; B pays on at once: hand-over 2 to D
 *
 *   process    models
 *   Payer      packages/protocol/src/handover/payer.ts; askRefund of packages/module/src/ruling.ts
 *   Payee      packages/protocol/src/handover/payee.ts; its claims: packages/operator/src/claims.ts and
 *              recording.ts, packages/protocol/src/registry/conflict.ts (who is convicted, who draws)
 *   Cheat      a broken module: says and signs anything that its keys and what it knows allow
 *   Operator   packages/operator/src/refunds.ts (statements) and rulings.ts (false statements)
 *   Clock      spend until, redeem until, grace, refund until; it may stop at each. At the last the operator prunes:
 *              no row is left of the issue. Statements reach it before, or are too late
 *
 * Every step of a machine is one moment here: crashes are in two-phase.pml. Messages are sets that only grow.
 * A cheat that double spends with its own keys makes two tokens of one: nothing prevents that offline. What is
 * promised then is that the operator pays once, that evidence names the cheat and nobody else, and that who
 * claims in time is paid, from the reserve if it must be.
 *
 *   -DBAD_A   A is dishonest: two locks at once, cancel and release, false statements, redeems what it spent
 *   -DBAD_B   B is dishonest: hides the release and asks, passes on, claims, spends twice, false statements
 * Broken on purpose:
 *   -DLATE_WHILE_RESOLVING   a payee that has asked takes a late release without the operator
 *   -DRULES_EARLY            a statement is paid before redeem until and grace
 *   -DRULES_FOR_EVER         a statement is paid whenever it comes (before ADR 0040)
 *   -DTAKES_NO_ROWS          a refund takes no row of the registry
 *   -DKEEPS_NOTHING          the row of a refund keeps nothing that convicts who lied for it (before ADR 0018)
 *   -DOWNS_WHEN_OVER         a release that is ruled after redeem until and grace makes an owner
 *   -DCANCELLED_OWNS_WHEN_OVER   the same, of a payee that had read a cancel
 */

mtype = { idle, locked, released, cancelled, ruled };
mtype = { none, reserved, resolving, owned };
mtype = { nobody, Alice, Bob, Carol, Dora };

#define SPENDING  0
#define REDEEMING 1
#define GRACE     2
#define OVER      3
#define ENDED     4
byte phase = SPENDING;

bool transferSent[3], reservedSent[3], releaseSent[3], cancelSent[3];
mtype payer[3] = idle;
mtype payee[3] = none;
bool stated[3], heard[3];    /* a statement, and whether the operator has convicted its signer of a lie */

#define FREE    0
#define LINK(h) (1 + (h))
#define SELF    7       /* the owner's own link to the operator */
#define REFUND  8
byte row[4];            /* of X, of output 0 of hand-overs 0, 1, 2 */
#define X       0
#define OUT(h)  (1 + (h))
bool published[3], answered[3];
mtype ruling[3] = none;
byte paid;              /* of the issue, that is of 1 */
byte drawn;             /* from the reserve */
bool refunded;          /* something was paid on a statement */
bool claimed;           /* something was paid, or drawn, for a link */
bool convictedA, convictedB, convictedOther;
bool gained[3];         /* its output 0 was paid for, or drawn for */

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }
#define NAME(p) (p == Alice -> 65 : (p == Bob -> 66 : (p == Carol -> 67 : 68)))
#define PAYEE_OF(h) (h == 2 -> Dora : (h == 1 -> Carol : Bob))
#define PAYER_OF(h) (h == 2 -> Bob : Alice)
#define INPUT_OF(h) (h == 2 -> OUT(0) : X)
#define CONVICT(p) if :: p == Alice -> convictedA = true :: p == Bob -> convictedB = true :: else -> convictedOther = true fi
#define CLAIMABLE(h) (phase <= REDEEMING || (phase == GRACE && published[h]))

/* One row of a path: taken where it is free; another consumer convicts the owner of that output. */
#define TAKE(o, link, owner) if :: row[o] == FREE -> row[o] = link :: row[o] == link :: else -> CONVICT_BY(o, owner) fi
#ifdef KEEPS_NOTHING
#define CONVICT_BY(o, owner) if :: row[o] == REFUND -> refused = true :: else -> forked = true; CONVICT(owner) fi
#else
#define CONVICT_BY(o, owner) forked = true; CONVICT(owner)
#endif

/* The rows of a whole path and of what is paid, by whoever claims output 0 of hand-over h. */
inline claim(h, claimant) {
  forked = false; refused = false; answered[h] = true; published[h] = true;
  if :: h == 1 -> TAKE(X, LINK(1), Alice) :: else -> TAKE(X, LINK(0), Alice) fi;
  if :: h == 2 -> published[0] = true; TAKE(OUT(0), LINK(2), Bob) :: else fi;
  if
  :: refused
  :: else ->
    if :: row[OUT(h)] == FREE -> row[OUT(h)] = SELF :: row[OUT(h)] == SELF :: else -> forked = true; CONVICT(claimant) fi;
    if :: !forked -> paid = paid + 1; gained[h] = true; claimed = true
       :: forked && (claimant == Carol || claimant == Dora || (claimant == Bob && !convictedB)) -> drawn = drawn + 1; gained[h] = true; claimed = true
       :: else
    fi
  fi;
  forked = false; refused = false
}
bool forked, refused;

#ifndef BAD_A
#define A_IS_HONEST true
#else
#define A_IS_HONEST false
#endif
#ifndef BAD_B
#define B_IS_HONEST true
#else
#define B_IS_HONEST false
#endif

proctype Payer(byte h) {
end:
  do
  :: STEP(payer[h] == idle && phase == SPENDING && ((h == 0 && payer[1] == idle) || (h == 1 && payer[0] == cancelled)
        || (h == 2 && payee[0] == owned && !answered[0])),
      payer[h] = locked; transferSent[h] = true, ("%c is locked, and sends Transfer %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(payer[h] == locked && reservedSent[h] && phase == SPENDING,
      payer[h] = released; releaseSent[h] = true, ("%c is released, and sends Release %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(payer[h] == locked && !stated[h],
      payer[h] = cancelled; cancelSent[h] = true, ("%c is cancelled, and sends Cancel %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(payer[h] == locked && !stated[h]
#ifndef RULES_EARLY
        && phase == OVER
#endif
      , stated[h] = true, ("%c states that it never released %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(payer[h] == locked && stated[h] && ruling[h] == ruled, payer[h] = ruled, ("%c takes the ruling: %d is refunded\n", NAME(PAYER_OF(h)), h))
  od
}

proctype Payee(byte h) {
end:
  do
  :: STEP(payee[h] == none && transferSent[h] && phase == SPENDING,
      payee[h] = reserved; reservedSent[h] = true, ("%c is reserved, and sends Reserved %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(payee[h] == reserved && phase <= REDEEMING && releaseSent[h],
      payee[h] = owned, ("%c reads Release %d, and is owner\n", NAME(PAYEE_OF(h)), h))
  :: STEP(payee[h] == cancelled && phase <= REDEEMING && releaseSent[h],
      payee[h] = owned; CONVICT(PAYER_OF(h)), ("%c reads Release %d after Cancel %d: both are evidence\n", NAME(PAYEE_OF(h)), h, h))
  /* late, as below: the operator's word decides, and makes no owner once grace is over */
  :: STEP(payee[h] == cancelled && phase > REDEEMING && releaseSent[h] && !published[h],
      published[h] = true; CONVICT(PAYER_OF(h)); if :: ruling[h] == none -> ruling[h] = released :: else fi,
      ("%c shows the operator Release %d, and that Cancel %d was said\n", NAME(PAYEE_OF(h)), h, h))
  :: STEP(payee[h] == cancelled && ruling[h] == released
#ifndef CANCELLED_OWNS_WHEN_OVER
        && phase < OVER
#endif
      , payee[h] = owned; CONVICT(PAYER_OF(h)), ("%c takes the ruling after Cancel %d: it was released\n", NAME(PAYEE_OF(h)), h))
  :: STEP((payee[h] == reserved || payee[h] == resolving) && cancelSent[h],
      payee[h] = cancelled, ("%c reads Cancel %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(payee[h] == reserved, payee[h] = resolving, ("%c asks for a ruling on %d\n", NAME(PAYEE_OF(h)), h))
#ifdef LATE_WHILE_RESOLVING
  :: STEP(payee[h] == resolving && releaseSent[h], payee[h] = owned,
      ("%c reads Release %d while it waits for a ruling, and is owner\n", NAME(PAYEE_OF(h)), h))
#endif
  /* shown to the operator: published, and ruled unless a ruling stands */
  :: STEP((payee[h] == resolving || (payee[h] == reserved && phase > REDEEMING)) && releaseSent[h] && !published[h],
      published[h] = true; if :: ruling[h] == none -> ruling[h] = released :: ruling[h] == ruled -> CONVICT(PAYER_OF(h)) :: else fi,
      ("%c shows the operator release %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(payee[h] == resolving && ruling[h] == none && published[h], ruling[h] = released,
      ("the operator answers %c: %d was released\n", NAME(PAYEE_OF(h)), h))
  :: STEP((payee[h] == resolving || payee[h] == reserved) && ruling[h] == released,
#ifdef OWNS_WHEN_OVER
      payee[h] = owned,
#else
      payee[h] = (phase >= OVER -> ruled : owned),
#endif
      ("%c takes the ruling: %d was released\n", NAME(PAYEE_OF(h)), h))
  :: STEP((payee[h] == resolving || payee[h] == reserved) && ruling[h] == ruled,
      payee[h] = ruled, ("%c takes the ruling: %d was refunded\n", NAME(PAYEE_OF(h)), h))
  :: STEP(payee[h] == owned && !answered[h] && CLAIMABLE(h) && (h != 0 || payer[2] == idle || payer[2] == cancelled),
      claim(h, PAYEE_OF(h)), ("%c redeems %d: paid %d, drawn %d\n", NAME(PAYEE_OF(h)), h, paid, drawn))
  od
}

/* A broken module in A's hands. */
#ifdef BAD_A
active proctype CheatA() {
  byte h;
end:
  do
  :: STEP(!transferSent[0], transferSent[0] = true, ("A sends Transfer 0\n"))
  :: STEP(!transferSent[1], transferSent[1] = true, ("A sends Transfer 1, whatever it has done\n"))
  :: STEP(transferSent[0] && !releaseSent[0], releaseSent[0] = true, ("A sends Release 0, whatever it has done\n"))
  :: STEP(transferSent[1] && !releaseSent[1], releaseSent[1] = true, ("A sends Release 1, whatever it has done\n"))
  :: STEP(transferSent[0] && !cancelSent[0], cancelSent[0] = true, ("A sends Cancel 0, whatever it has done\n"))
  :: STEP(!stated[0], stated[0] = true, ("A states that it never released 0\n"))
  :: STEP(!stated[1], stated[1] = true, ("A states that it never released 1\n"))
  :: STEP(row[X] == FREE && phase <= REDEEMING, row[X] = SELF; paid = paid + 1; claimed = true, ("A redeems X itself\n"))
  :: break        /* and is silent for ever */
  od
}
#endif

#ifdef BAD_B
active proctype CheatB() {
  byte h;
end:
  do
  :: STEP(!reservedSent[0] && transferSent[0], reservedSent[0] = true, ("B sends Reserved 0\n"))
  /* D checks the path: it must be released */
  :: STEP(!transferSent[2] && releaseSent[0], transferSent[2] = true, ("B hides Release 0, and pays on: Transfer 2\n"))
  :: STEP(transferSent[2] && !releaseSent[2], releaseSent[2] = true, ("B sends Release 2, whatever it has done\n"))
  :: STEP(transferSent[2] && !cancelSent[2], cancelSent[2] = true, ("B sends Cancel 2, whatever it has done\n"))
  :: STEP(transferSent[2] && !stated[2], stated[2] = true, ("B states that it never released 2\n"))
  :: STEP(releaseSent[0] && !published[0], published[0] = true; if :: ruling[0] == none -> ruling[0] = released :: ruling[0] == ruled -> CONVICT(Alice) :: else fi, ("B shows the operator Release 0\n"))
  :: STEP(releaseSent[0] && !answered[0] && CLAIMABLE(0), claim(0, Bob), ("B redeems 0 itself: paid %d, drawn %d\n", paid, drawn))
  :: break        /* and is silent for ever */
  od
}
#endif

#ifdef RULES_EARLY
#define DUE (phase < ENDED)
#else
#ifdef RULES_FOR_EVER
#define DUE (phase >= OVER)
#else
#define DUE (phase == OVER)
#endif
#endif
#ifdef TAKES_NO_ROWS
#define ROW_LEFT(o) true
#define TAKE_REFUND(o) skip
#else
#define ROW_LEFT(o) (row[o] == FREE)
#define TAKE_REFUND(o) row[o] = REFUND
#endif

/* A false statement is answered with the release; a statement on what is free is paid, and takes the row. */
#define DUE_FOR(h, o) (stated[h] && !heard[h] && transferSent[h] && ruling[h] != ruled && DUE && (published[h] || ROW_LEFT(o)))
#define ANSWER_LIE(h) ruling[h] = released; heard[h] = true; CONVICT(PAYER_OF(h))
#define REFUND_IT(h, o) TAKE_REFUND(o); ruling[h] = ruled

active proctype Operator() {
end:
  do
  :: STEP(DUE_FOR(0, X),
      if :: published[0] -> ANSWER_LIE(0) :: else -> REFUND_IT(0, X); refunded = true; paid = paid + 1 fi,
      ("the operator answers the statement on 0: paid %d\n", paid))
  :: STEP(DUE_FOR(1, X),
      if :: published[1] -> ANSWER_LIE(1) :: else -> REFUND_IT(1, X); refunded = true; paid = paid + 1 fi,
      ("the operator answers the statement on 1: paid %d\n", paid))
  /* what was released to B and locked by it again; where A spent X otherwise too, B draws */
  :: STEP(DUE_FOR(2, OUT(0)) && releaseSent[0],
      if
      :: published[2] -> ANSWER_LIE(2)
      :: else -> forked = false; refused = false; TAKE(X, LINK(0), Alice); 
        if :: refused
           :: forked -> REFUND_IT(2, OUT(0)); drawn = drawn + 1
           :: else -> REFUND_IT(2, OUT(0)); refunded = true; paid = paid + 1
        fi; forked = false; refused = false
      fi,
      ("the operator answers the statement on 2: paid %d, drawn %d\n", paid, drawn))
  od
}

active proctype Clock() {
  do
  :: STEP(phase < OVER, phase++, ("time passes: %d of 4\n", phase))
  :: STEP(phase == OVER && !DUE_FOR(0, X) && !DUE_FOR(1, X) && !(DUE_FOR(2, OUT(0)) && releaseSent[0]),
      phase = ENDED; row[X] = FREE; row[OUT(0)] = FREE; row[OUT(1)] = FREE; row[OUT(2)] = FREE,
      ("the last day passes, and the operator prunes\n"))
  :: break
  od
}

init { atomic {
#ifndef BAD_A
  run Payer(0); run Payer(1);
#endif
#ifndef BAD_B
  run Payee(0); run Payer(2);
#endif
  run Payee(1); run Payee(2)
} }

#define HELD(h) (payee[h] == reserved || payee[h] == resolving)
#define TOOK_X (row[X] == LINK(0) || row[X] == LINK(1))

/* Nobody will pay for it any more. Both stay true. */
#define IS_WORTHLESS(h) (phase >= OVER || row[INPUT_OF_(h)] == REFUND)
#define INPUT_OF_(h) (((h) == 2) * OUT(0))
/* Who only begins to own it then was fooled. */
#define NEVER_FOOLED(h) ((payee[h] != owned && IS_WORTHLESS(h)) -> [] (payee[h] != owned))
#define WAS_ROBBED(h) (answered[h] && !gained[h])
#define STATED_FOR_NOTHING(h) (payer[h] == locked && stated[h])

ltl paysonce { [] (paid <= 1) }
ltl notboth { [] !(refunded && claimed) }
ltl noframe { [] (!(A_IS_HONEST && convictedA) && !(B_IS_HONEST && convictedB) && !convictedOther) }
ltl named { [] (paid + drawn > 1 -> (convictedA || convictedB)) }
ltl notfooled { [] (NEVER_FOOLED(0) && NEVER_FOOLED(1) && NEVER_FOOLED(2)) }
ltl notrobbed { [] !((B_IS_HONEST && WAS_ROBBED(0)) || WAS_ROBBED(1) || WAS_ROBBED(2)) }
ltl keepsown { [] (A_IS_HONEST && payer[0] != released && payer[1] != released -> !TOOK_X) }
ltl getsback { <> [] !((A_IS_HONEST && (STATED_FOR_NOTHING(0) || STATED_FOR_NOTHING(1))) || (B_IS_HONEST && STATED_FOR_NOTHING(2))) }
ltl settles { <> [] (!(A_IS_HONEST && (HELD(0) || HELD(1))) && !(B_IS_HONEST && payer[2] != idle && HELD(2))) }

ltl can_fork { [] !(drawn == 1 && paid == 1) }
ltl can_convict_both { [] !(convictedA && convictedB) }
ltl can_refund { [] !(refunded && payee[1] == ruled) }
ltl can_late_lie { [] !(refunded && published[0] && ruling[0] == ruled && convictedA) }
ltl can_hide { [] !(row[OUT(2)] == SELF && payee[2] == owned && paid == 1) }
ltl can_refuse_cheat { [] !(heard[2] && ruling[2] == released && convictedB) }
ltl can_late_ruling { [] !(phase == OVER && payee[1] == ruled && ruling[1] == released) }
ltl can_prune { [] !(phase == ENDED && paid == 1 && drawn == 1) }
