------------------------------- MODULE PreVote -------------------------------
(* Raft elections with Pre-Vote (KIP-996), as io.canvass.raft.core runs them, with as much replication as the safety
   of elections is about. README.md beside this file maps each action to its method and says what is left out.

   Time is left out: a timer may run out at any moment, a leader may resign at any moment. So what holds here holds for all
   timeouts, clocks and pauses.

   The network keeps what was said for ever. To deliver a message is to read it, so it may come late, in any order, again,
   or never. A leader is taken to have said all it could say as soon as it could: what it did not send is as if lost. *)
EXTENDS Integers, FiniteSets, Sequences, TLC

CONSTANTS
    Server,      \* the voters; all are interchangeable
    None,        \* no server
    Askers,      \* the voters whose timer may run out: all, but where liveness is checked
    Patient,     \* TRUE: a round's timer outlasts its messages; for liveness only
    MaxEpoch,
    MaxRounds,   \* pre-vote rounds, of all together
    MaxEntries,  \* entries that one leader appends, the first of its epoch included
    MaxTroubles, \* restarts and resignations, of all together
    MaxAnswers,  \* different answers of one voter to one request (to a request that came twice)
    Lock1,       \* leader contact ends the round
    Lock2,       \* an answer counts only in the round that it answers
    Lock3,       \* at the moment of promotion: no contact since the round began, and its timer has not run out
    Lock4        \* after a round that came to nothing the next waits for the timer

VARIABLES
    node,        \* per server, what it knows
    msgs,        \* what was ever said
    troubles,    \* restarts and resignations so far
    faults       \* history: what a promotion or a round was guilty of when it happened

vars == <<node, msgs, troubles, faults>>

Symmetry == {p \in Permutations(Server) : \A s \in Askers : p[s] \in Askers}
Majority == Cardinality(Server) \div 2 + 1
Roles == {"Unattached", "Prospective", "Candidate", "Leader", "Follower", "Resigned"}

(* ---- values ------------------------------------------------------------------------------------------------------ *)

(* contact and foreign are history for the invariants; the guard (lock 3) reads contact too. *)
Round(id, granted) == [id |-> id, granted |-> granted, refused |-> {}, contact |-> FALSE, foreign |-> FALSE]

(* A round that is won, lost or otherwise over is not told apart from none: nothing is done with it any more. *)
NoRound == Round(0, {})

End(log) == IF log = <<>> THEN <<0, 0>> ELSE <<log[Len(log)], Len(log)>>
UpToDate(a, b) == a[1] > b[1] \/ (a[1] = b[1] /\ a[2] >= b[2])

Holds(log, other, index) == index = 0 \/ (index <= Len(log) /\ log[index] = other[index])

Requests == {m \in msgs : m.type = "VoteRequest"}
PreVoteRequests == {m \in Requests : m.pre}
Answers == {m \in msgs : m.type = "VoteResponse"}
Appends == {m \in msgs : m.type = "Append"}
Acks == {m \in msgs : m.type = "Ack"}

(* Never used twice, not across a restart either: one more than the rounds this server ever asked. *)
NextRound(s) == Cardinality({m \in Requests : m.from = s}) + 1

(* The role's hint: a server that led this epoch never follows itself. *)
Hint(s, n) == IF n.leader = s THEN None ELSE n.leader

Named(s, n) ==
    CASE n.role = "Leader" -> s
      [] n.role \in {"Candidate", "Resigned"} -> None
      [] OTHER -> IF n.left THEN None ELSE Hint(s, n)

(* Nobody can make use of it any more, for rounds do not come back and epochs do not fall. A vote that was given stays, for
   VotesOncePerEpoch; and without lock 2 no answer is ever spent. *)
Spent(m) ==
    CASE m.type = "VoteResponse" ->
            LET to == node[m.to] IN
            /\ Lock2
            /\ m.pre \/ ~m.granted
            /\ m.epoch <= to.epoch
            /\ m.round # to.round.id \/ m.from \in to.round.granted \cup to.round.refused
      [] m.type = "Fenced" -> m.epoch <= node[m.to].epoch
      [] OTHER -> FALSE

(* ---- changes of one server, as functions of what it knows ----------------------------------------------------------- *)

Adopt(n, e) ==
    [n EXCEPT !.role = "Unattached", !.epoch = e, !.vote = None, !.leader = None, !.heard = FALSE, !.left = FALSE,
              !.round = NoRound, !.out = FALSE]

Follow(n, leader, heard) ==
    [n EXCEPT !.role = "Follower", !.leader = leader, !.heard = heard, !.round = NoRound, !.out = FALSE]

Close(n) == [n EXCEPT !.round = NoRound]

Contact(n, leader) ==
    IF ~Lock1 /\ n.role = "Prospective"
    THEN [n EXCEPT !.leader = leader, !.round.contact = @ \/ n.round # NoRound, !.out = FALSE]
    ELSE Follow(n, leader, TRUE)

JudgePreVote(n, m) ==
    /\ n.role # "Leader"
    /\ ~(n.role = "Follower" /\ n.heard /\ n.leader # m.from)
    /\ UpToDate(m.last, End(n.log))

JudgeStandardVote(s, n, m) ==
    /\ n.role \in {"Unattached", "Prospective"}
    /\ IF n.vote # None THEN n.vote = m.from ELSE Hint(s, n) = None /\ UpToDate(m.last, End(n.log))

Grant(n, m) ==
    [n EXCEPT !.role = "Unattached", !.vote = m.from, !.heard = FALSE, !.round = NoRound, !.out = FALSE]

Answer(s, n, m, granted) ==
    [type |-> "VoteResponse", pre |-> m.pre, from |-> s, to |-> m.from, epoch |-> n.epoch, leader |-> Named(s, n),
     granted |-> granted, round |-> m.round]

(* ---- campaigning --------------------------------------------------------------------------------------------------- *)

Init ==
    /\ node = [s \in Server |->
                [role |-> "Unattached", epoch |-> 0, vote |-> None, leader |-> None,
                 heard |-> FALSE,     \* Follower: had contact with this leader itself
                 left |-> FALSE,      \* the leader of this epoch has said that it resigns
                 round |-> NoRound,
                 out |-> FALSE,       \* Prospective: the timer has run out, which has not been handled yet
                 log |-> <<>>,        \* an entry is the epoch it was appended in
                 durable |-> 0]]      \* so much of the log survives a crash
    /\ msgs = {}
    /\ troubles = 0
    /\ faults = {}

(* Elsewhere than in a Prospective, running out and being handled are one step: nothing there asks for the time. *)
TimerRunsOut(s) ==
    LET n == node[s] IN
    /\ s \in Askers
    /\ n.role = "Prospective" /\ ~n.out
    /\ Patient => n.round = NoRound
    /\ node' = [node EXCEPT ![s].out = TRUE]
    /\ UNCHANGED <<msgs, troubles, faults>>

Canvass(s) ==
    LET n == node[s]
        id == NextRound(s)
    IN
    /\ s \in Askers
    /\ n.role # "Leader"
    /\ n.role = "Prospective" => n.out \/ (~Lock4 /\ n.round = NoRound)
    /\ Patient /\ n.role = "Candidate" => n.round = NoRound
    /\ n.epoch < MaxEpoch
    /\ Cardinality(PreVoteRequests) < MaxRounds
    /\ node' = [node EXCEPT ![s] =
                 [n EXCEPT !.role = "Prospective", !.heard = FALSE, !.round = Round(id, {s}), !.out = FALSE]]
    /\ msgs' = msgs \cup {[type |-> "VoteRequest", pre |-> TRUE, from |-> s, epoch |-> n.epoch, round |-> id,
                           last |-> End(SubSeq(n.log, 1, n.durable))]}
    /\ faults' = faults \cup IF n.role = "Prospective" /\ ~n.out THEN {"hasty"} ELSE {}
    /\ UNCHANGED troubles

(* Epoch and vote are durable before the request leaves, and so is the log before them. *)
Campaign(s, n) ==
    LET id == NextRound(s) IN
    /\ node' = [node EXCEPT ![s] =
                 [n EXCEPT !.role = "Candidate", !.epoch = @ + 1, !.vote = s, !.leader = None, !.left = FALSE,
                           !.round = Round(id, {s}), !.out = FALSE, !.durable = Len(n.log)]]
    /\ msgs' = msgs \cup {[type |-> "VoteRequest", pre |-> FALSE, from |-> s, epoch |-> n.epoch + 1, round |-> id,
                           last |-> End(SubSeq(n.log, 1, n.durable))]}
    /\ faults' = faults \cup (IF n.round.contact THEN {"contact"} ELSE {})
                        \cup (IF n.round.foreign THEN {"foreign"} ELSE {})
                        \cup (IF n.out THEN {"late"} ELSE {})

(* Its own disk works in parallel with its peers: the entry is said before it is durable. *)
Lead(s, n) ==
    LET log == Append(n.log, n.epoch) IN
    /\ node' = [node EXCEPT ![s] =
                 [n EXCEPT !.role = "Leader", !.leader = s, !.round = NoRound, !.log = log]]
    /\ msgs' = msgs \cup {[type |-> "Append", from |-> s, epoch |-> n.epoch, log |-> log]}
    /\ faults' = faults \cup IF \E m \in Appends : m.epoch = n.epoch THEN {"again"} ELSE {}

Won(s, n) ==
    IF n.role = "Candidate"
    THEN IF n.leader = None
         THEN Lead(s, n)
         ELSE node' = [node EXCEPT ![s] = Close(n)] /\ UNCHANGED <<msgs, faults>>
    ELSE IF ~Lock3 \/ (~n.round.contact /\ ~n.out)
         THEN Campaign(s, n)
         ELSE node' = [node EXCEPT ![s] = Close(n)] /\ UNCHANGED <<msgs, faults>>

Settle(s, n) ==
    IF Cardinality(n.round.granted) >= Majority
    THEN Won(s, n)
    ELSE /\ node' = [node EXCEPT ![s] =
                      IF Cardinality(Server \ n.round.refused) < Majority THEN Close(n) ELSE n]
         /\ UNCHANGED <<msgs, faults>>

(* ---- votes asked and answered ---------------------------------------------------------------------------------------- *)

ReceiveVoteRequest(s, m) ==
    LET n == node[s]
        a == IF ~m.pre /\ m.epoch > n.epoch THEN Adopt(n, m.epoch) ELSE n
        granted == m.epoch >= a.epoch /\ IF m.pre THEN JudgePreVote(a, m) ELSE JudgeStandardVote(s, a, m)
        g == IF granted /\ ~m.pre THEN Grant(a, m) ELSE a
        after == IF m.pre THEN n ELSE [g EXCEPT !.durable = Len(g.log)]
        answer == Answer(s, after, m, granted)
    IN
    /\ m.from # s
    /\ \/ answer \in msgs
       \/ Spent(answer)
       \/ Cardinality({x \in Answers : x.from = s /\ x.to = m.from /\ x.round = m.round /\ ~Spent(x)}) < MaxAnswers
    /\ node' = [node EXCEPT ![s] = after]
    /\ msgs' = msgs \cup IF Spent(answer) THEN {} ELSE {answer}
    /\ UNCHANGED <<troubles, faults>>

(* Whatever its round: a higher epoch is taken over, and its leader followed if it is named. *)
HigherEpoch(s, m) ==
    LET a == Adopt(node[s], m.epoch) IN
    /\ m.epoch > node[s].epoch
    /\ node' = [node EXCEPT ![s] = IF m.leader \in {None, s} THEN a ELSE Follow(a, m.leader, FALSE)]
    /\ UNCHANGED <<msgs, troubles, faults>>

ReceiveVoteResponse(s, m) ==
    LET n == node[s]
        counts == m.granted /\ (m.pre \/ m.epoch = n.epoch)
        r == n.round
        tallied == IF counts
                   THEN [r EXCEPT !.granted = @ \cup {m.from}, !.foreign = @ \/ m.round # r.id]
                   ELSE [r EXCEPT !.refused = @ \cup {m.from}]
    IN
    /\ m.epoch <= n.epoch
    /\ r # NoRound
    /\ m.pre <=> n.role = "Prospective"
    /\ Lock2 => m.round = r.id
    /\ m.from \notin r.granted \cup r.refused
    /\ IF m.epoch = n.epoch /\ m.leader \notin {None, s} /\ n.leader = None /\ ~n.left
       THEN /\ node' = [node EXCEPT ![s] = Follow(n, m.leader, FALSE)]
            /\ UNCHANGED <<msgs, faults>>
       ELSE Settle(s, [n EXCEPT !.round = tallied])
    /\ UNCHANGED troubles

(* ---- replication ------------------------------------------------------------------------------------------------------ *)

Propose(s) ==
    LET n == node[s]
        log == Append(n.log, n.epoch)
    IN
    /\ n.role = "Leader"
    /\ Cardinality({i \in DOMAIN n.log : n.log[i] = n.epoch}) < MaxEntries
    /\ node' = [node EXCEPT ![s].log = log]
    /\ msgs' = {m \in msgs : ~(m.type = "Append" /\ m.from = s /\ m.epoch = n.epoch)}
                 \cup {[type |-> "Append", from |-> s, epoch |-> n.epoch, log |-> log]}
    /\ UNCHANGED <<troubles, faults>>

(* The leader's disk has caught up: only now does it count itself. *)
Persisted(s) ==
    LET n == node[s] IN
    /\ n.durable < Len(n.log)
    /\ node' = [node EXCEPT ![s].durable = Len(n.log)]
    /\ msgs' = msgs \cup IF n.role = "Leader"
                         THEN {[type |-> "Ack", from |-> s, epoch |-> n.epoch, index |-> Len(n.log)]}
                         ELSE {}
    /\ UNCHANGED <<troubles, faults>>

(* m stands for every slice of the leader's log: this one has the entries after prev up to last, none in a heartbeat. *)
ReceiveAppend(s, m, prev, last) ==
    LET n == node[s]
        a == IF m.epoch > n.epoch THEN Adopt(n, m.epoch) ELSE n
        c == IF a.left THEN a ELSE Contact(a, m.from)
        known == \A i \in (prev + 1)..last : Holds(c.log, m.log, i)
        log == IF known THEN c.log ELSE SubSeq(c.log, 1, prev) \o SubSeq(m.log, prev + 1, last)
        matched == Holds(c.log, m.log, prev)
    IN
    /\ m.from # s
    /\ m.epoch >= n.epoch
    /\ a.leader \in {None, m.from}
    /\ node' = [node EXCEPT ![s] =
                 IF matched THEN [c EXCEPT !.log = log, !.durable = Len(log)] ELSE [c EXCEPT !.durable = Len(c.log)]]
    /\ msgs' = msgs \cup IF matched /\ last > 0
                         THEN {[type |-> "Ack", from |-> s, epoch |-> m.epoch, index |-> last]}
                         ELSE {}
    /\ UNCHANGED <<troubles, faults>>

(* An answer that would be spent at once is not sent. *)
FenceAppend(s, m) ==
    LET n == node[s]
        answer == [type |-> "Fenced", to |-> m.from, epoch |-> n.epoch, leader |-> Named(s, n)]
    IN
    /\ m.from # s
    /\ m.epoch < n.epoch
    /\ ~Spent(answer)
    /\ msgs' = msgs \cup {answer}
    /\ UNCHANGED <<node, troubles, faults>>

(* ---- resignation and restart ------------------------------------------------------------------------------------------- *)

Resign(s) ==
    LET n == node[s] IN
    /\ n.role = "Leader"
    /\ troubles < MaxTroubles
    /\ troubles' = troubles + 1
    /\ node' = [node EXCEPT ![s].role = "Resigned"]
    /\ msgs' = msgs \cup {[type |-> "Resigning", from |-> s, epoch |-> n.epoch]}
    /\ UNCHANGED faults

ReceiveResigning(s, m) ==
    LET n == node[s]
        a == IF m.epoch > n.epoch THEN Adopt(n, m.epoch) ELSE n
    IN
    /\ m.from # s
    /\ m.epoch >= n.epoch
    /\ a.leader \in {None, m.from} /\ ~a.left
    /\ node' = [node EXCEPT ![s] = [a EXCEPT !.left = TRUE, !.leader = m.from, !.heard = FALSE]]
    /\ UNCHANGED <<msgs, troubles, faults>>

(* What was not durable is lost, and all that is volatile. That it leads is durable in one batch with its first entry. *)
Restart(s) ==
    LET n == node[s] IN
    /\ troubles < MaxTroubles
    /\ troubles' = troubles + 1
    /\ \E kept \in n.durable..Len(n.log) :
        LET log == SubSeq(n.log, 1, kept)
            lost == n.leader = s /\ kept < Len(n.log) /\ \A i \in DOMAIN log : log[i] # n.epoch
            leader == IF lost THEN None ELSE n.leader
        IN node' = [node EXCEPT ![s] =
                     [n EXCEPT !.role = IF leader = s THEN "Resigned" ELSE "Unattached", !.leader = leader,
                               !.heard = FALSE, !.left = FALSE, !.round = NoRound, !.out = FALSE,
                               !.log = log, !.durable = kept]]
    /\ UNCHANGED <<msgs, faults>>

(* ---- the whole ---------------------------------------------------------------------------------------------------------- *)

Deliver(s) ==
    \E m \in msgs :
        \/ m.type = "VoteRequest" /\ ReceiveVoteRequest(s, m)
        \/ m.type = "VoteResponse" /\ m.to = s /\ (HigherEpoch(s, m) \/ ReceiveVoteResponse(s, m))
        \/ m.type = "Append" /\ FenceAppend(s, m)
        \/ m.type = "Append" /\ \E last \in 0..Len(m.log) : \E prev \in 0..last : ReceiveAppend(s, m, prev, last)
        \/ m.type = "Fenced" /\ m.to = s /\ HigherEpoch(s, m)
        \/ m.type = "Resigning" /\ ReceiveResigning(s, m)

Next ==
    \E s \in Server :
        \/ TimerRunsOut(s)
        \/ Canvass(s)
        \/ Deliver(s)
        \/ Propose(s)
        \/ Persisted(s)
        \/ Resign(s)
        \/ Restart(s)

Spec == Init /\ [][Next]_vars

(* What TLC need not tell apart: messages that nobody can make use of any more. *)
View == <<node, troubles, faults, {m \in msgs : ~Spent(m)}>>

(* ---- what must hold -------------------------------------------------------------------------------------------------------- *)

TypeOK ==
    /\ \A s \in Server :
        LET n == node[s] IN
        /\ n.role \in Roles
        /\ n.epoch \in 0..MaxEpoch
        /\ n.vote \in Server \cup {None} /\ n.leader \in Server \cup {None}
        /\ n.durable \in 0..Len(n.log)
        /\ n.round # NoRound => n.role \in {"Prospective", "Candidate"}
        /\ n.out => n.role = "Prospective"
        /\ n.role = "Follower" => n.leader \notin {None, s}
        /\ n.role \in {"Leader", "Resigned"} => n.leader = s /\ n.vote = s
        /\ n.role = "Candidate" => n.vote = s
        /\ \A i \in DOMAIN n.log : n.log[i] \in 1..n.epoch
    /\ troubles \in 0..MaxTroubles

(* Also over time: a server says so when it begins to lead, and what was said stays. Nor does one lead an epoch twice. *)
OneLeaderPerEpoch ==
    /\ \A a, b \in Appends : a.epoch = b.epoch => a.from = b.from
    /\ "again" \notin faults

(* A standard request is the vote of a server for itself. *)
VotesOncePerEpoch ==
    LET given == {<<m.from, m.epoch, m.to>> : m \in {x \in Answers : x.granted /\ ~x.pre}}
                   \cup {<<m.from, m.epoch, m.from>> : m \in Requests \ PreVoteRequests}
    IN \A a, b \in given : a[1] = b[1] /\ a[2] = b[2] => a[3] = b[3]

LogMatching ==
    \A s, t \in Server :
        \A i \in DOMAIN node[s].log \cap DOMAIN node[t].log :
            node[s].log[i] = node[t].log[i] => SubSeq(node[s].log, 1, i) = SubSeq(node[t].log, 1, i)

(* Committed as soon as the leader could know it: a majority has acknowledged an entry of the leader's own epoch. *)
Committed(m, i) ==
    /\ m.log[i] = m.epoch
    /\ Cardinality({a.from : a \in {x \in Acks : x.epoch = m.epoch /\ x.index >= i}}) >= Majority

LeaderCompleteness ==
    \A m \in Appends :
        \A i \in DOMAIN m.log :
            Committed(m, i) =>
                \A later \in Appends :
                    later.epoch > m.epoch =>
                        Len(later.log) >= i /\ SubSeq(later.log, 1, i) = SubSeq(m.log, 1, i)

CommittedIsDurable ==
    \A m \in Appends :
        \A i \in DOMAIN m.log :
            Committed(m, i) =>
                Cardinality({s \in Server : node[s].durable >= i
                                              /\ SubSeq(node[s].log, 1, i) = SubSeq(m.log, 1, i)}) >= Majority

(* Without history, from what was said: who raises the epoch has won the round before, by answers to that very round. *)
CandidateOnlyFromWonRound ==
    \A m \in Requests \ PreVoteRequests :
        /\ \E p \in PreVoteRequests : p.from = m.from /\ p.round = m.round - 1 /\ p.epoch = m.epoch - 1
        /\ Cardinality({m.from} \cup {x.from : x \in {y \in Answers : y.pre /\ y.granted /\ y.to = m.from
                                                                        /\ y.round = m.round - 1}}) >= Majority

(* The stale grant: no Candidate except from a won round that was opened after the last leader contact. *)
NoStaleGrant == "contact" \notin faults

NoGrantOfAnotherRound == "foreign" \notin faults

NoPromotionAfterTheTimer == "late" \notin faults

NoRoundWithoutPatience == "hasty" \notin faults

(* ---- of single steps -------------------------------------------------------------------------------------------------------- *)

(* A pre-vote is a pure query: whoever answers one, no server changes. *)
PreVoteChangesNothing ==
    [][(\E m \in msgs' \ msgs : m.type = "VoteResponse" /\ m.pre) => UNCHANGED <<node, troubles, faults>>]_vars

PromisesAreKept ==
    [][\A s \in Server :
        /\ node'[s].epoch >= node[s].epoch
        /\ node'[s].epoch = node[s].epoch /\ node[s].vote # None => node'[s].vote = node[s].vote]_vars

(* Edges.java. A restart is not an edge, but where a life begins. *)
Edge(n, to) ==
    LET raised == to.epoch > n.epoch IN
    CASE to.role = "Unattached" -> raised \/ n.role \in {"Unattached", "Prospective"}
      [] to.role = "Follower" -> raised \/ n.role \notin {"Leader", "Resigned"}
      [] to.role = "Prospective" -> ~raised /\ n.role # "Leader"
      [] to.role = "Candidate" -> to.epoch = n.epoch + 1 /\ n.role = "Prospective"
      [] to.role = "Leader" -> ~raised /\ n.role = "Candidate"
      [] to.role = "Resigned" -> ~raised /\ n.role = "Leader"

OnlyKnownEdges ==
    [][\A s \in Server :
        <<node[s].role, node[s].epoch>> # <<node'[s].role, node'[s].epoch>> =>
            \/ Edge(node[s], node'[s])
            \/ troubles' > troubles /\ node'[s].epoch = node[s].epoch /\ node'[s].role \in {"Unattached", "Resigned"}]_vars

(* ---- liveness ---------------------------------------------------------------------------------------------------------------- *)

(* What can be delivered for ever is delivered, and who can ask for ever asks. *)
FairSpec ==
    /\ Spec
    /\ \A s \in Server : WF_vars(TimerRunsOut(s)) /\ WF_vars(Canvass(s)) /\ WF_vars(Persisted(s)) /\ WF_vars(Deliver(s))

SomebodyLeads ==
    <>(\E s \in Server :
        /\ node[s].role = "Leader"
        /\ \A t \in Server \ {s} : node[t].role = "Follower" /\ node[t].heard /\ node[t].leader = s)
==============================================================================
