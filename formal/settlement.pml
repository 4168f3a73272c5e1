/*
 * What a party's devices paid, on its way through a bank: two records of 1 and 2 units, statements, claims, files, results.
 *
 *   process   models
 *   Gateways  packages/operator/src/settle/device-records.ts: the record of 1 is brought by two, that of 2 by one
 *   Sealer    packages/operator/src/sealing: what is taken is under the next seal
 *   Desk      packages/operator/src/settle/bank-desk.ts, and packages/protocol/src/settle/party-claim.ts, which decides
 *   Bank      settles or refuses each line of a file, and gives back what it settled; it takes a file of a name once
 *   Parties   packages/operator/src/devices/parties.ts: suspended for a refusal, released by hand
 *
 * A bank's word may be read late, out of order, and again, also when the claim is in a newer file. Each step is one
 * durable write, and a crash between two of them is time that passes; what a step leaves in memory alone is lost in it.
 * The bank refuses or gives back once at most, so that there is a file for every claim in the end.
 *
 *   -DCREDIT                the party is paid: a refusal says that its account was wrong
 * Broken on purpose:
 *   -DTAKES_TWICE           a record that a second gateway brings is one more
 *   -DCLAIMS_STATEMENT      a claim counts all that the statement of its period has
 *   -DMARKS_LATER           what a claim counts is marked as counted in a second write
 *   -DONE_CLAIM             what comes after a period was claimed is in no claim
 *   -DFILES_FILED           a file takes a claim without a look for the file that has it
 *   -DSENT_BEFORE_DURABLE   a file is handed out before it is durable
 *   -DFILES_STATEMENT       a file asks for what the statement says when it is made
 *   -DRESULT_BY_CLAIM       a bank's word is read of its claim, in whichever file that is
 *   -DPAID_IS_FINAL         a claim that was paid is not reopened
 *   -DSUSPENDS_BY_MESSAGE   each word that refuses suspends, heard before or not
 *   -DKEEPS_NO_CAUSE        a suspension that is told again after a crash suspends again
 *   -DTOLD_FIRST            a suspension counts as told before it is
 *   -DSUSPENDS_CREDITS      with -DCREDIT: a party that was to be paid is suspended
 */

#define FILES    3
#define REFUSALS 1
#define CRASHES  1
#define REREADS  1
#define SIGNED   3              /* units, by all devices */

mtype = { nothing, claimed, filed, paid, reopened };
mtype = { pending, settled, refused, returned };

/* Bits of records, by their number: 1 and 2 are also their units. */
byte brought[2], taken, sealed;
byte extra;                     /* units that rows say and no device signed */

/* Of each claim; `counted`: bits of records. */
mtype claim[2] = nothing;
byte counted[2], amount[2], fileOf[2];
byte marked;
byte unmarked;                  /* in memory: the claim whose records are still to be marked, from 1 */

/* Files: of each line its units. */
byte files;
byte draft;                     /* in memory: the claims of a file that is not durable, by bits */
byte asked[6];
bool sent[FILES];

/* The bank's, and what of its words was read: bit 1 that it settled, bit 2 that it refused. */
mtype bank[6] = pending;
byte heard[6];
bool wasPaid[6], wasReopened[6];
byte money, net[2], refusals, rereads, crashes;

/* Of each line: refused and not told yet. Kept with the party: causes. In memory: the line being told, from 1. */
bool waits[6], cause[6];
byte telling;
byte reopenings, suspensions;
bool isSuspended;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }
#define LINE(f, c) (2 * (f) + (c))
#define OPEN (sealed & ~marked)

#ifdef TAKES_TWICE
#define TAKEN_AGAIN(bit) extra = extra + bit
#else
#define TAKEN_AGAIN(bit) skip
#endif

#define BRINGS(bit) STEP(brought[bit - 1] + bit < 3, brought[bit - 1]++; \
      if \
      :: taken & bit -> TAKEN_AGAIN(bit) \
      :: else -> taken = taken | bit \
      fi, ("a gateway brings the record of %d\n", bit))

active proctype Gateways() {
end:
  do
  :: BRINGS(1)
  :: BRINGS(2)
  od
}

active proctype Sealer() {
end:
  do
  :: STEP(sealed != taken, sealed = taken, ("a seal has the records of %d\n", sealed))
  od
}

#ifdef CLAIMS_STATEMENT
#define COUNTS sealed
#else
#define COUNTS OPEN
#endif
#ifdef ONE_CLAIM
#define MAY_CLAIM(c) (c == 0)
#else
#define MAY_CLAIM(c) true
#endif
#ifdef MARKS_LATER
#define MARK(c) unmarked = c + 1
#else
#define MARK(c) marked = marked | counted[c]
#endif

#define CLAIMS(c, guard) STEP(guard && MAY_CLAIM(c) && claim[c] == nothing && OPEN && !unmarked, \
      counted[c] = COUNTS; amount[c] = counted[c] + extra; extra = 0; claim[c] = claimed; MARK(c), \
      ("claim %d is of %d\n", c, amount[c]))

#ifdef FILES_FILED
#define MAY_FILE(c) (claim[c] == claimed || claim[c] == reopened || claim[c] == filed)
#else
#define MAY_FILE(c) (claim[c] == claimed || claim[c] == reopened)
#endif
#ifdef FILES_STATEMENT
#define UNITS(c) sealed
#else
#define UNITS(c) amount[c]
#endif

#define MAY_MAKE(bits) (files < FILES && !draft && (!((bits) & 1) || MAY_FILE(0)) && (!((bits) & 2) || MAY_FILE(1)))
#define WRITE(c, bits) \
      if \
      :: (bits) & (1 << c) -> asked[LINE(files, c)] = UNITS(c) \
      :: else \
      fi
#define KEEP(c, bits) \
      if \
      :: (bits) & (1 << c) -> claim[c] = filed; fileOf[c] = files \
      :: else \
      fi
#ifdef SENT_BEFORE_DURABLE
#define MAKES(bits) \
  :: STEP(MAY_MAKE(bits), draft = bits; WRITE(0, bits); WRITE(1, bits); sent[files] = true, \
      ("file %d is handed out, of claims by bits %d\n", files, bits)) \
  :: STEP(draft == bits, KEEP(0, bits); KEEP(1, bits); files++; draft = 0, ("it is durable\n"))
#else
#define MAKES(bits) \
  :: STEP(MAY_MAKE(bits), WRITE(0, bits); WRITE(1, bits); KEEP(0, bits); KEEP(1, bits); sent[files] = true; files++, \
      ("file %d is durable, of claims by bits %d: the bank may have it\n", files - 1, bits))
#endif

#ifdef RESULT_BY_CLAIM
#define IS_IN(f, c) true
#define WAS_PAID(f, c) (claim[c] == paid)
#define WAS_REOPENED(f, c) (claim[c] == reopened)
#else
#define IS_IN(f, c) (fileOf[c] == f)
#define WAS_PAID(f, c) wasPaid[LINE(f, c)]
#define WAS_REOPENED(f, c) wasReopened[LINE(f, c)]
#endif
#ifdef PAID_IS_FINAL
#define MAY_REOPEN(c) (claim[c] == filed)
#else
#define MAY_REOPEN(c) (claim[c] == filed || claim[c] == paid)
#endif
#if defined(CREDIT) && !defined(SUSPENDS_CREDITS)
#define SUSPEND(f, c) skip
#else
#define SUSPEND(f, c) waits[LINE(f, c)] = true
#endif
#ifdef SUSPENDS_BY_MESSAGE
#define HEARD_AGAIN(f, c) SUSPEND(f, c); cause[LINE(f, c)] = false
#else
#define HEARD_AGAIN(f, c) skip
#endif

/* Once each, and what was read before now and then again. */
#define READS(f, c, bit) (!(heard[LINE(f, c)] & bit) || rereads < REREADS)
#define HEAR(f, c, bit) \
      if \
      :: heard[LINE(f, c)] & bit -> rereads++ \
      :: else -> heard[LINE(f, c)] = heard[LINE(f, c)] | bit \
      fi

#define DESK_HEARS(f, c) \
  :: STEP((bank[LINE(f, c)] == settled || bank[LINE(f, c)] == returned) && READS(f, c, 1), HEAR(f, c, 1); \
      if \
      :: WAS_PAID(f, c) -> skip \
      :: !WAS_PAID(f, c) && claim[c] == filed && IS_IN(f, c) -> claim[c] = paid; wasPaid[LINE(f, c)] = true \
      :: else \
      fi, ("it is read that claim %d was settled in file %d\n", c, f)) \
  :: STEP((bank[LINE(f, c)] == refused || bank[LINE(f, c)] == returned) && READS(f, c, 2), HEAR(f, c, 2); \
      if \
      :: WAS_REOPENED(f, c) -> HEARD_AGAIN(f, c) \
      :: !WAS_REOPENED(f, c) && MAY_REOPEN(c) && IS_IN(f, c) -> \
        claim[c] = reopened; wasReopened[LINE(f, c)] = true; reopenings++; SUSPEND(f, c) \
      :: else \
      fi, ("it is read that claim %d was refused in file %d\n", c, f))

active proctype Desk() {
end:
  do
  :: CLAIMS(0, true)
  :: CLAIMS(1, claim[0] != nothing)
#ifdef MARKS_LATER
  :: STEP(unmarked, marked = marked | counted[unmarked - 1]; unmarked = 0, ("its records are marked as counted\n"))
#endif
  MAKES(1)
  MAKES(2)
  MAKES(3)
#ifdef SENT_BEFORE_DURABLE
  :: STEP(crashes < CRASHES && draft, crashes++; files++; draft = 0, ("the operator crashes, and the next file has another name\n"))
#endif
#ifdef MARKS_LATER
  :: STEP(crashes < CRASHES && unmarked, crashes++; unmarked = 0, ("the operator crashes\n"))
#endif
  DESK_HEARS(0, 0)
  DESK_HEARS(0, 1)
  DESK_HEARS(1, 0)
  DESK_HEARS(1, 1)
  DESK_HEARS(2, 0)
  DESK_HEARS(2, 1)
  od
}

#define BANK_HAS(f, c) (sent[f] && asked[LINE(f, c)])
#define BANK_TAKES(f, c) \
  :: STEP(BANK_HAS(f, c) && bank[LINE(f, c)] == pending, bank[LINE(f, c)] = settled; \
      money = money + asked[LINE(f, c)]; net[c]++, ("the bank moves claim %d of file %d\n", c, f)) \
  :: STEP(BANK_HAS(f, c) && bank[LINE(f, c)] == pending && refusals < REFUSALS, \
      bank[LINE(f, c)] = refused; refusals++, ("the bank refuses claim %d of file %d\n", c, f)) \
  :: STEP(bank[LINE(f, c)] == settled && refusals < REFUSALS, bank[LINE(f, c)] = returned; refusals++; \
      money = money - asked[LINE(f, c)]; net[c]--, ("the bank gives back claim %d of file %d\n", c, f))

active proctype Bank() {
end:
  do
  BANK_TAKES(0, 0)
  BANK_TAKES(0, 1)
  BANK_TAKES(1, 0)
  BANK_TAKES(1, 1)
  BANK_TAKES(2, 0)
  BANK_TAKES(2, 1)
  od
}

#ifdef KEEPS_NO_CAUSE
#define KEEP_CAUSE(i) skip
#else
#define KEEP_CAUSE(i) cause[i] = true
#endif
#define SUSPENDS(i) \
      if \
      :: cause[i] -> skip \
      :: else -> KEEP_CAUSE(i); suspensions++; isSuspended = true \
      fi
#ifdef TOLD_FIRST
#define TELLS(i) \
  :: STEP(waits[i] && !telling, waits[i] = false; telling = i + 1, ("line %d counts as told\n", i)) \
  :: STEP(telling == i + 1, SUSPENDS(i); telling = 0, ("the party is suspended for line %d\n", i))
#else
#define TELLS(i) \
  :: STEP(waits[i] && !telling, SUSPENDS(i); telling = i + 1, ("the party is suspended for line %d\n", i)) \
  :: STEP(telling == i + 1, waits[i] = false; telling = 0, ("line %d counts as told\n", i))
#endif

active proctype Parties() {
end:
  do
  TELLS(0)
  TELLS(1)
  TELLS(2)
  TELLS(3)
  TELLS(4)
  TELLS(5)
  :: STEP(crashes < CRASHES && telling, crashes++; telling = 0, ("the operator crashes\n"))
  :: STEP(isSuspended, isSuspended = false, ("the party acts again: somebody released it\n"))
  od
}

#define IS_LIVE(f, c) (BANK_HAS(f, c) && (bank[LINE(f, c)] == pending || bank[LINE(f, c)] == settled))
#define LIVE(c) (IS_LIVE(0, c) + IS_LIVE(1, c) + IS_LIVE(2, c))
#define EVIDENT(f, c) (asked[LINE(f, c)] == 0 || asked[LINE(f, c)] == counted[c])
#define ALL_EVIDENT(c) (EVIDENT(0, c) && EVIDENT(1, c) && EVIDENT(2, c))
#define SHOWN_PAID(c) (claim[c] == nothing || (claim[c] == paid && bank[LINE(fileOf[c], c)] == settled))

/* No more is ever moved than devices signed, */
ltl nocreate { [] (money <= SIGNED) }
/* and all of that is, in the end, and the desk says so: no record is forgotten, and what was refused is filed again. */
ltl noloss { <> [] (money == SIGNED && SHOWN_PAID(0) && SHOWN_PAID(1)) }
ltl once { [] ((counted[0] & counted[1]) == 0) }
ltl proved { [] (((counted[0] | counted[1]) & ~sealed) == 0) }
/* A file asks for what the records of its claims say, */
ltl exact { [] (ALL_EVIDENT(0) && ALL_EVIDENT(1)) }
/* no claim is in two files that can both be paid, */
ltl onefile { [] (LIVE(0) <= 1 && LIVE(1) <= 1) }
/* and none is paid twice, what came back not counted. */
ltl paysonce { [] (net[0] <= 1 && net[1] <= 1) }
/* Each refusal suspends once, whoever is told of it how often, and whether the party acts again since, */
ltl suspendsonce { [] (suspensions <= reopenings) }
/* and none is forgotten. */
ltl suspends { <> [] (suspensions == reopenings) }
ltl blameless { [] (suspensions == 0) }

ltl can_pay_again { [] !(claim[0] == paid && wasReopened[0] && fileOf[0] > 0) }
ltl can_return { [] !(claim[0] == paid && bank[0] == returned && fileOf[0] > 0) }
ltl can_hear_late { [] !(bank[0] == returned && wasReopened[0] && !wasPaid[0] && (heard[0] & 1)) }
ltl can_claim_late { [] !(claim[0] == paid && claim[1] == claimed) }
ltl can_release { [] !(suspensions == 1 && !isSuspended && waits[0] && crashes == 1 && !telling) }
