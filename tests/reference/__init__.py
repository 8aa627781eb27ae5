"""The reference interpreter: what the semantics say, in plain Python, for production to be held against.

It walks the syntax tree and goes through time from instant to instant. At each it takes in the events and lets the clock have its
turns (semantics 5), and for every question it goes through the whole history again. With production it shares the parser, the
vocabulary, lengths of time and the published hash of draws, and nothing of the checker or the engine.

To know when time alone changes an answer, whatever looks at `now` names the instants at which it would answer otherwise. Those,
all midnights and the ends of waits are looked at in their order; one too many does no harm, for everything is computed anew.

Modules, each resting on those before it: `times` (values and the clock), `program` (files and what is declared), `streams`
(events), `asking` (expressions), `comparing` (percentiles), `selecting` (lists of products), `counting` (limits and promises),
`sending` (messages and the journal), `stepping` (steps), `running` (a customer's life).

Compared are all lines with all their members but `saw`: the reference does not say which parts of a condition it shows.

Where the semantics leave something open, this follows production: a calendar length times a number that is not whole is
unknown; the total of an empty cart is 0; a lot of 0 points expires like any other; what leaving and entering bring about in the
turn of the clock is taken in when (b) to (d) of 5.4 are through, and of a `start` or `stop` when all its flows are; what
`start` lets in is one deeper than the step; of what was spent in a category a line without a quantity is one piece, and one
without a price cost nothing; a promise of any `message` speaks of `onsite`, too, but for `always`; the cause of `broken` is the
clock. A customer begins as the reference (6.1) says: conditions wait for the turn of the clock.
"""
